"""Choosing managers: rounds, candidates, scores, the choice and its record."""

from pathlib import Path
from typing import Annotated, Any

import typer

from qazyna.shell.cli.options import OWNER, As, AsJson, DecidedOn, Key, OnDay
from qazyna.shell.cli.output import emit, refusals

candidates = typer.Typer(
    help="Selection rounds: candidates, conflicts of interest, and blind scores.",
    no_args_is_help=True,
)

Round = Annotated[str, typer.Argument(metavar="SEARCH", help="The selection round.")]
Label = Annotated[str, typer.Argument(metavar="CANDIDATE", help="Its label in the round: C01.")]


@candidates.command("open")
def open_round(
    search: Round,
    kind: Annotated[str, typer.Option(metavar="hedge_fund|venture_fund")],
    on: OnDay,
    mandate: Annotated[str, typer.Option(metavar="TEXT", help="What is sought, in a line.")],
    scorer: Annotated[list[str], typer.Option(metavar="USER", help="Who scores; repeatable.")],
    actor: As = OWNER,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """Open a round, and name who scores its candidates."""
    _run(
        "open_search",
        {
            "search": search,
            "manager_kind": kind,
            "opened_on": on,
            "mandate": mandate,
            "scorers": scorer,
        },
        actor,
        key,
        as_json,
    )


@candidates.command("list")
def listing(
    search: Annotated[
        str | None, typer.Argument(metavar="[SEARCH]", help="A round; all of them, if none.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Rounds; or the candidates of one, what each fails, and the scores once they are open."""
    from qazyna.shell.cli.programme.text import round_as_text, rounds_as_text
    from qazyna.shell.installation import open_books
    from qazyna.shell.queries import selection

    with refusals(as_json), open_books() as books:
        if search is None:
            rounds = selection.searches(books.connection)
            emit({"searches": rounds}, as_json, lambda: rounds_as_text(rounds))
        else:
            found = selection.shown(selection.search(books.connection, search))
            emit(found, as_json, lambda: round_as_text(found))


@candidates.command("questions")
def questions(as_json: AsJson = False) -> None:
    """What a candidate is asked, by section; answers are given under these names."""
    from qazyna.programme.selection.questionnaire import QUESTIONS, SECTIONS, section_of
    from qazyna.shell.cli.text import aligned, section

    def text() -> None:
        for name, title in SECTIONS.items():
            section(title)
            asked = [(k, q) for k, q in QUESTIONS.items() if section_of(k) == name]
            typer.echo("\n".join(aligned(asked)))

    found = [
        {"question": k, "section": SECTIONS[section_of(k)], "asks": q} for k, q in QUESTIONS.items()
    ]
    emit({"questions": found}, as_json, text)


@candidates.command("add")
def add(
    search: Round,
    file: Annotated[
        Path,
        typer.Option(
            "--file", metavar="FILE", help="JSON: the fields of add_candidate.", show_default=False
        ),
    ],
    returns: Annotated[
        Path | None,
        typer.Option("--returns", metavar="FILE", help="CSV: month, return; net, as fractions."),
    ] = None,
    document: Annotated[
        list[Path] | None,
        typer.Option("--document", metavar="FILE", help="Recorded by its SHA-256; repeatable."),
    ] = None,
    actor: As = OWNER,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """Enter a candidate; it is told its label, and every criterion that it does not meet."""
    with refusals(as_json):
        fields = _json(file)
        fields["search"] = search
        if returns is not None:
            fields["returns"] = _monthly(returns)
        if document:
            fields["documents"] = [*fields.get("documents", []), *map(_digested, document)]
        _run("add_candidate", fields, actor, key, as_json, _added)


@candidates.command("withdraw")
def withdraw(
    search: Round,
    candidate: Label,
    on: OnDay,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why.")],
    actor: As = OWNER,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """Take a candidate out of the round."""
    fields = {"search": search, "candidate": candidate, "reason": reason, "withdrawn_on": on}
    _run("withdraw_candidate", fields, actor, key, as_json)


@candidates.command("conflicts")
def conflicts(
    search: Round,
    on: OnDay,
    with_: Annotated[
        list[str] | None,
        typer.Option("--with", metavar="CANDIDATE", help="Whom you may not judge; repeatable."),
    ] = None,
    reason: Annotated[str | None, typer.Option(metavar="TEXT", help="Why not; private.")] = None,
    actor: As = OWNER,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """Declare, as a scorer, your conflicts of interest; or, with no --with, that there are none."""
    fields = {"search": search, "candidates": with_ or [], "reason": reason, "declared_on": on}
    _run("declare_conflicts", fields, actor, key, as_json)


@candidates.command("score")
def score(
    search: Round,
    candidate: Label,
    scores: Annotated[
        list[str], typer.Argument(metavar="CRITERION=SCORE…", help="One for every criterion.")
    ],
    on: OnDay,
    comment: Annotated[str | None, typer.Option(metavar="TEXT", help="Sealed with it.")] = None,
    actor: As = OWNER,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """Score a candidate, as a scorer. Nobody reads it before the last score is in."""
    given = {}
    for each in scores:
        name, equals, value = each.partition("=")
        if not equals or not value.lstrip("-").isdecimal():
            raise typer.BadParameter(f"{each!r} is no score: write custody=7.")
        given[name] = int(value)
    fields = {
        "search": search,
        "candidate": candidate,
        "scores": given,
        "scored_on": on,
        "comment": comment,
    }
    _run("score_candidate", fields, actor, key, as_json)


def select(
    search: Annotated[
        str | None, typer.Argument(metavar="[SEARCH]", help="A round whose scores are open.")
    ] = None,
    on: DecidedOn = None,
    decision_ref: Annotated[
        str | None, typer.Option(metavar="REF", help="The minutes, or whatever records it.")
    ] = None,
    at_least: Annotated[int, typer.Option(min=1, max=100, metavar="N")] = 1,
    at_most: Annotated[
        int | None,
        typer.Option(min=1, max=100, metavar="N", help="As many as the law admits, if not said."),
    ] = None,
    runner_ups: Annotated[
        int, typer.Option(min=0, max=20, metavar="N", help="So many next best sets.")
    ] = 3,
    candidates_file: Annotated[
        Path | None,
        typer.Option("--candidates", metavar="FILE", help="Choose from files, without a database."),
    ] = None,
    rules: Annotated[
        Path | None, typer.Option("--rules", metavar="FILE", help="JSON, with --candidates.")
    ] = None,
    returns: Annotated[
        Path | None,
        typer.Option("--returns", metavar="FILE", help="CSV: date, one column a candidate."),
    ] = None,
    actor: As = OWNER,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """Choose the best set under the rules of diversification, proven; nobody is admitted by it."""
    if (search is None) == (candidates_file is None):
        raise typer.BadParameter("name a round, or give --candidates and --rules.")
    if candidates_file is not None:
        if rules is None:
            raise typer.BadParameter("--candidates needs --rules.")
        _from_files(candidates_file, rules, returns, as_json)
        return
    if on is None or decision_ref is None:
        raise typer.BadParameter("a decision has a day and a reference: --on and --decision-ref.")
    fields = {
        "search": search,
        "decided_on": on,
        "decision_ref": decision_ref,
        "at_least": at_least,
        "at_most": at_most,
        "runner_ups": runner_ups,
    }
    _run("select_managers", fields, actor, key, as_json, _selected)


def decision(search: Round, as_json: AsJson = False) -> None:
    """The decision record of a round: complete, and without names, to be published."""
    from qazyna.programme.selection.record import as_text
    from qazyna.shell.installation import open_books
    from qazyna.shell.queries import selection

    with refusals(as_json), open_books() as books:
        found = selection.decision(books.connection, search)
        emit(found, as_json, as_text(found) + f"\nSHA-256 of this record: {found['sha256']}")


def _from_files(candidates_file: Path, rules: Path, returns: Path | None, as_json: bool) -> None:
    with refusals(as_json):
        from qazyna.programme.selection import files
        from qazyna.programme.selection.choosing import choose
        from qazyna.shell.adapters.tables import read_table
        from qazyna.shell.cli.programme.text import choice_as_text

        asked = files.RulesFile.model_validate(_json(rules))
        series = {}
        if returns is not None:
            columns, lines, _ = read_table(returns)
            series = files.read_returns(returns.name, columns, lines)
        columns, lines, _ = read_table(candidates_file)
        contenders = files.read_contenders(
            candidates_file.name, columns, lines, asked.rules, series
        )
        found = choose(contenders, asked.rules, asked.at_least, asked.at_most, asked.runner_ups)
        told = files.document(contenders, asked, found)
        emit(told, as_json, lambda: choice_as_text(told))


def _run(
    kind: str,
    fields: dict[str, Any],
    actor: str,
    key: str | None,
    as_json: bool,
    says: Any = None,
) -> None:
    """Carry out the command, and say what followed."""
    import json

    from qazyna.shell import acting
    from qazyna.shell.cli.acting import told
    from qazyna.shell.installation import open_books

    with refusals(as_json):
        text = json.dumps(
            {name: value for name, value in fields.items() if value is not None}, default=str
        )
        with open_books() as books:
            done = acting.run(books.connection, kind, text, actor=actor, key=key).as_json()
            emit(done, as_json, told(done) + (says(done["done"]) if says else ""))


def _added(done: dict[str, Any]) -> str:
    lines = []
    for each in done.get("candidates", ()):
        standing = "eligible" if each["eligible"] else "not eligible"
        lines.append(f"\nIt is {each['candidate']}, {standing}.")
        lines += [f"  {reason['why']} ({reason['clause']})" for reason in each["failed"]]
    return "\n".join(lines)


def _selected(done: dict[str, Any]) -> str:
    return f"\nChosen: {', '.join(done.get('chosen', ()))}. Nobody is admitted by this."


def _json(file: Path) -> dict[str, Any]:
    import json

    from qazyna.errors import Refused
    from qazyna.shell.adapters.tables import content_of, text_of

    try:
        found = json.loads(text_of(file.name, content_of(file)), parse_float=str)
    except (ValueError, RecursionError) as error:
        raise Refused("bad_json", f"{file.name} is not JSON: {error}.", {"file": file}) from None
    if not isinstance(found, dict):
        raise Refused("bad_json", f"{file.name} holds no object of fields.", {"file": file})
    return found


def _monthly(file: Path) -> list[tuple[str, str]]:
    from qazyna.programme.selection.files import read_returns
    from qazyna.shell.adapters.tables import read_table

    columns, lines, _ = read_table(file)
    series = read_returns(file.name, columns[:2], lines)
    return [(month, f"{value:f}") for month, value in next(iter(series.values()), {}).items()]


def _digested(file: Path) -> dict[str, str]:
    import hashlib

    from qazyna.shell.adapters.tables import content_of

    return {"title": file.name, "sha256": hashlib.sha256(content_of(file)).hexdigest()}
