"""The blueprint: checked, shown, changed."""

from typing import Annotated

import typer

from qazyna.shell.cli.options import OWNER, As, AsJson, Key, On
from qazyna.shell.cli.output import REFUSED, emit, refusals

blueprint = typer.Typer(help="The blueprint: the law as dated data.", no_args_is_help=True)


@blueprint.command("check")
def blueprint_check(
    file: Annotated[str, typer.Argument(metavar="NAME|FILE", show_default=False)],
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
    from qazyna.shell.law_files import blueprint_file, blueprint_text

    with refusals(as_json):
        if file:
            path = blueprint_file(file)
            found = blueprint.parse(blueprint_text(path), path.stem)
        else:
            from qazyna.shell.installation import open_books
            from qazyna.shell.store.reading import current_blueprint

            with open_books() as books:
                found = current_blueprint(books.connection)
        document = blueprint.show(found, on)
        emit(document, as_json, lambda: blueprint_as_text(document))


@blueprint.command("adopt")
def blueprint_adopt(
    file: Annotated[str, typer.Argument(metavar="NAME|FILE", show_default=False)],
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
