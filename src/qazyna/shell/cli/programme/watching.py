"""What managers send, and what they are asked about it."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from qazyna.shell.cli.options import OWNER, As, AsJson, InFile, Key, On, ReceivedOn
from qazyna.shell.cli.output import emit, refusals

statement = typer.Typer(help="Statements that managers send.", no_args_is_help=True)

Manager = Annotated[
    str, typer.Option("--manager", metavar="CODE", help="Whose statement it is: HF-1, say.")
]
AnyManager = Annotated[
    str | None, typer.Option("--manager", metavar="CODE", help="Of one manager; else of all.")
]


class Format(StrEnum):
    """How a statement is laid out."""

    template = "template"
    ilpa = "ilpa"
    open_protocol = "open_protocol"


@statement.command("import")
def import_statement(
    file: InFile,
    manager: Manager,
    layout: Annotated[
        Format | None,
        typer.Option("--format", help="How it is laid out; by its columns, if not said."),
    ] = None,
    received_on: ReceivedOn = None,
    state_nav: Annotated[
        bool, typer.Option("--state-nav", help="State its NAV too, for the books to use.")
    ] = False,
    actor: As = OWNER,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """Take in a statement (CSV or XLSX); what disagrees with the books becomes a query."""
    from qazyna.shell import statements
    from qazyna.shell.installation import open_books

    with refusals(as_json), open_books() as books:
        answer = statements.import_statement(
            books.connection,
            file,
            manager=manager,
            layout=layout.value if layout else None,
            received_on=received_on,
            state_nav=state_nav,
            actor=actor,
            key=key,
        )
        emit(answer, as_json, lambda: _imported(answer))
        if answer["nav"] and "refused" in answer["nav"]:
            raise typer.Exit(1)


@statement.command("template")
def template(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A .xlsx or .csv to be made.")],
    as_json: AsJson = False,
) -> None:
    """Write our form for managers to fill in."""
    from qazyna.shell import statements

    with refusals(as_json):
        statements.write_form(file)
        emit({"file": str(file)}, as_json, f"{file} is there to be filled in.")


@statement.command("list")
def list_statements(manager: AnyManager = None, as_json: AsJson = False) -> None:
    """Statements that came in, with their figures."""
    from qazyna.shell.installation import open_books
    from qazyna.shell.queries import watching

    with refusals(as_json), open_books() as books:
        found = watching.received(books.connection, manager)
        emit({"statements": found}, as_json, lambda: _listed(found))


def queries(
    manager: AnyManager = None,
    every: Annotated[bool, typer.Option("--all", help="Those that are closed, too.")] = False,
    as_json: AsJson = False,
) -> None:
    """What managers were asked and have not settled, the longest due first."""
    from qazyna.shell.installation import open_books
    from qazyna.shell.queries import watching

    with refusals(as_json), open_books() as books:
        found = watching.queries(books.connection, manager, closed=every)
        emit({"queries": found}, as_json, lambda: _asked(found))


def mandate(
    manager: Annotated[str, typer.Option("--manager", metavar="CODE", help="Whose: HF-1, say.")],
    on: On = None,
    as_json: AsJson = False,
) -> None:
    """What a manager may do, what it has breached, and which reports are owed."""
    from qazyna.shell.installation import open_books
    from qazyna.shell.queries import watching

    with refusals(as_json), open_books() as books:
        found = watching.mandate(books.connection, manager, on)
        emit(found, as_json, lambda: _mandate(found))


def _mandate(found: dict[str, Any]) -> None:
    from qazyna.shell.cli.text import aligned, spoken

    said = found["mandate"]
    if said is None:
        typer.echo(f"{found['manager']} has no mandate.")
        return
    typer.echo(f"Mandate of {found['manager']} since {found['since']} ({found['decision_ref']})")
    limits = [
        (spoken(name), ", ".join(value) if isinstance(value, list) else str(value))
        for name, value in said.items()
        if value is not None and name != "reports"
    ]
    for line in aligned(limits):
        typer.echo(line)
    _breached(found["breaches"])
    rows = [
        (spoken(each["report"]), f"to {each['period_to']}", f"due {each['due_on']}", each["status"])
        for each in found["reports"]
    ]
    for line in aligned(rows) if rows else ["No report is owed."]:
        typer.echo(line)


def _breached(found: list[dict[str, Any]]) -> None:
    from qazyna.shell.cli.text import aligned, spoken

    rows = [
        (
            f"breach {each['breach']}",
            spoken(each["clause"]) + (f" {each['subject']}" if each["subject"] else ""),
            f"{each['actual']} above {each['bound']}",
            f"cure by {each['cure_by']}",
            each["status"] + (", overdue" if each["overdue"] else ""),
        )
        for each in found
    ]
    for line in aligned(rows) if rows else ["No breach."]:
        typer.echo(line)


def _imported(answer: dict[str, Any]) -> None:
    told = answer["statement"]
    known = "" if answer["accepted"] else " It had been received before."
    typer.echo(
        f"{answer['file']}: statement {told['number']} of {told['manager']} for "
        f"{told['period_from']} to {told['period_to']}.{known}"
    )
    _asked(answer["queries"])
    if answer["breaches"]:
        _breached(answer["breaches"])
    if answer["nav"]:
        refused = answer["nav"].get("refused")
        typer.echo(f"NAV not stated: {refused['message']}" if refused else "Its NAV was stated.")


def _asked(found: list[dict[str, Any]]) -> None:
    from qazyna.shell.cli.text import aligned

    rows = [
        (
            f"{query['manager']} {query['query']}",
            query["status"] + (", overdue" if query["overdue"] else ""),
            f"by {query['answer_by']}",
            query["message"],
        )
        for query in found
    ]
    for line in aligned(rows) if rows else ["Nothing is asked."]:
        typer.echo(line)


def _listed(found: list[dict[str, Any]]) -> None:
    from qazyna.shell.cli.text import aligned

    rows = [
        (
            f"{each['manager']} {each['number']}",
            f"{each['period_from']} to {each['period_to']}",
            each["account"]["closing_value"] if each["account"] else "exposures",
            each["currency"],
            "" if each["counts"] and not each["replaced_by"] else "does not count",
        )
        for each in found
    ]
    for line in aligned(rows) if rows else ["No statement was received."]:
        typer.echo(line)
