"""The blueprint: checked, shown, changed."""

from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from qazyna.shell.cli.options import OWNER, As, AsJson, Key, On
from qazyna.shell.cli.output import REFUSED, emit, refusals

if TYPE_CHECKING:
    from qazyna.blueprint import Blueprint

Named = Annotated[str, typer.Argument(metavar="NAME|FILE", show_default=False)]


class Language(StrEnum):
    """The languages in which a model is explained."""

    EN = "en"
    RU = "ru"
    KK = "kk"


blueprint = typer.Typer(help="The blueprint: the law as dated data.", no_args_is_help=True)


@blueprint.command("check")
def blueprint_check(
    file: Named,
    as_json: AsJson = False,
) -> None:
    """Every problem of a blueprint at once, with its line and the mend."""
    from qazyna import blueprint
    from qazyna.shell.cli.text import problems_as_text
    from qazyna.shell.law_files import blueprint_file

    with refusals(as_json):
        path = blueprint_file(file)
        content = path.read_bytes()
        try:
            problems = blueprint.check(content.decode("utf-8"))
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start) + 1
            problems = (blueprint.Problem(line, "", "This line is not UTF-8 text."),)
        document = {"ok": not problems, "problems": [p.as_json() for p in problems]}
        emit(document, as_json, lambda: problems_as_text(path.name, problems))
    if problems:
        raise typer.Exit(REFUSED)


@blueprint.command("new")
def blueprint_new(
    file: Annotated[Path, typer.Argument(metavar="FILE.toml", show_default=False)],
    base: Annotated[
        str,
        typer.Option("--from", metavar="NAME|FILE", help="The blueprint to begin from."),
    ] = "template",
    answers: Annotated[
        Path | None,
        typer.Option(
            "--answers", metavar="FILE", help="Answers as TOML or JSON: nothing is asked."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write the law of another jurisdiction: asked in plain words, or from a file of answers."""
    from qazyna.shell.cli.law_new import new
    from qazyna.shell.cli.law_text import made_as_text

    with refusals(as_json):
        document = new(file, base, answers)
        emit(document, as_json, lambda: made_as_text(document))


@blueprint.command("show")
def blueprint_show(
    file: Annotated[
        str | None,
        typer.Argument(metavar="[NAME|FILE]", help="A name or file; else the one in force."),
    ] = None,
    on: On = None,
    as_json: AsJson = False,
) -> None:
    """The clauses of a blueprint, with their values, dates and sources."""
    from qazyna import blueprint
    from qazyna.shell.cli.text import blueprint_as_text

    with refusals(as_json):
        document = blueprint.show(_found(file), on)
        emit(document, as_json, lambda: blueprint_as_text(document))


@blueprint.command("explain")
def blueprint_explain(
    file: Annotated[
        str | None,
        typer.Argument(metavar="[NAME|FILE]", help="A name or file; else the one in force."),
    ] = None,
    lang: Annotated[Language, typer.Option("--lang", help="The language.")] = Language.EN,
    on: On = None,
    as_json: AsJson = False,
) -> None:
    """The model in plain words, from its clauses; as it stands today, if no day is given."""
    from qazyna.blueprint.explaining import explain
    from qazyna.shell.cli.law_text import explained_as_text

    with refusals(as_json):
        document = explain(_found(file), on or _today(), lang.value)
        emit(document, as_json, lambda: explained_as_text(document))


@blueprint.command("diff")
def blueprint_diff(
    a: Annotated[str, typer.Argument(metavar="A", show_default=False, help="A name or file.")],
    b: Annotated[str, typer.Argument(metavar="B", show_default=False, help="A name or file.")],
    on: On = None,
    everything: Annotated[
        bool, typer.Option("--all", help="What is the same too, not only what differs.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Two models side by side, law and practice apart; today, if no day is given."""
    from qazyna.blueprint.comparing import differ
    from qazyna.shell.cli.law_text import difference_as_text

    with refusals(as_json):
        document = differ(_found(a), _found(b), on or _today(), everything=everything)
        emit(document, as_json, lambda: difference_as_text(document))


def _today() -> date:
    return datetime.now(UTC).date()


def _found(file: str | None) -> "Blueprint":
    """The blueprint of that name or file; without one, the law in force here."""
    from qazyna import blueprint
    from qazyna.shell.law_files import blueprint_file, blueprint_text

    if file:
        path = blueprint_file(file)
        return blueprint.parse(blueprint_text(path), path.stem)
    from qazyna.shell.installation import open_books
    from qazyna.shell.store.reading import current_blueprint

    with open_books() as books:
        return current_blueprint(books.connection)


@blueprint.command("adopt")
def blueprint_adopt(
    file: Named,
    actor: As = OWNER,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """Propose that the law of this home be changed to that of the file."""
    import hashlib
    import json

    from qazyna import blueprint
    from qazyna.shell import acting
    from qazyna.shell.cli.acting import waits
    from qazyna.shell.installation import open_books
    from qazyna.shell.law_files import blueprint_file, blueprint_text

    with refusals(as_json):
        path = blueprint_file(file)
        text = blueprint_text(path)
        found = blueprint.parse(text, path.stem)
        content = text.encode()
        fields = {"name": found.name, "sha256": hashlib.sha256(content).hexdigest()}
        with open_books() as books:
            answer = acting.propose(
                books.connection,
                "adopt_blueprint",
                json.dumps(fields),
                actor=actor,
                key=key,
                documents=[(found.name, content)],
            )
            emit(answer, as_json, waits(answer))
