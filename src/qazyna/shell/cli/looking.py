"""Looking at the books: statements, balances, entries, cases; and replaying them."""

from typing import Annotated, Any

import typer

from qazyna.shell.cli.options import (
    Account,
    AsJson,
    AsOf,
    AsOfDay,
    ChangedSince,
    From,
    KnownAt,
    To,
)
from qazyna.shell.cli.output import REFUSED, emit, progress, refusals

case = typer.Typer(help="Cases.", no_args_is_help=True)
ledger = typer.Typer(help="The ledger.", no_args_is_help=True)


def statement(
    as_of: AsOf,
    known_at: KnownAt = None,
    restated: Annotated[
        bool,
        typer.Option("--restated", help="Corrections on the days they correct, and what differs."),
    ] = False,
    changed_since: ChangedSince = None,
    as_json: AsJson = False,
) -> None:
    """The reserve, custody, flows and limits as of a day; a closed period's as it was published."""
    from qazyna.reports.text import as_text
    from qazyna.shell.cli.text import changes_as_text
    from qazyna.shell.installation import open_books
    from qazyna.shell.log.reading import log_position
    from qazyna.shell.queries import changes
    from qazyna.shell.queries.statement import statement as build

    with refusals(as_json), open_books() as books:
        more: dict[str, Any] = {}
        if restated:
            found, more["restated"] = changes.restated(books.connection, as_of, known_at)
        else:
            found = build(books.connection, as_of, known_at)
        if changed_since:
            more["changed"] = changes.changed(
                books.connection, as_of, changed_since, found, restated
            )

        def text() -> None:
            typer.echo(as_text(found), nl=False)
            changes_as_text(more)

        emit(found.as_json() | log_position(books.connection, found.known_at) | more, as_json, text)


@case.command("list")
def case_list(as_json: AsJson = False) -> None:
    """Every case, with how far it has got."""
    from qazyna.shell.cli.text import cases_as_text
    from qazyna.shell.installation import open_books
    from qazyna.shell.queries.cases import cases

    with refusals(as_json), open_books() as books:
        found = cases(books.connection)
        emit({"cases": found}, as_json, lambda: cases_as_text(found))


@case.command("show")
def case_show(
    case_id: Annotated[str, typer.Argument(metavar="ID", show_default=False)],
    as_json: AsJson = False,
) -> None:
    """One case: its holdings, orders and what happened, in order."""
    from qazyna.shell.cli.text import case_as_text
    from qazyna.shell.installation import open_books
    from qazyna.shell.queries.cases import case as find

    with refusals(as_json), open_books() as books:
        found = find(books.connection, case_id)
        emit(found, as_json, lambda: case_as_text(found))


@ledger.command("balances")
def ledger_balances(
    as_of: AsOfDay = None, known_at: KnownAt = None, account: Account = "", as_json: AsJson = False
) -> None:
    """What every account holds, as of a day."""
    from qazyna.shell.cli.text import balances_as_text
    from qazyna.shell.installation import open_books
    from qazyna.shell.log.reading import log_position
    from qazyna.shell.queries.ledger import known_balances

    with refusals(as_json), open_books() as books:
        found, known = known_balances(books.connection, as_of, known_at, account)
        document = {
            "as_of": as_of and as_of.isoformat(),
            "known_at": known and known.isoformat(),
            **log_position(books.connection, known),
            "balances": found,
        }
        emit(document, as_json, lambda: balances_as_text(found))


@ledger.command("entries")
def ledger_entries(
    account: Account = "",
    since: From = None,
    until: To = None,
    limit: Annotated[
        int | None, typer.Option(min=1, max=10**9, metavar="N", help="The first so many.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Entries and their postings, oldest first."""
    from qazyna.shell.cli.text import entries_as_text
    from qazyna.shell.installation import open_books
    from qazyna.shell.queries.ledger import entries

    with refusals(as_json), open_books() as books:
        found = entries(books.connection, account, since, until, limit)
        emit({"entries": found}, as_json, lambda: entries_as_text(found))


def rebuild(
    check: Annotated[bool, typer.Option("--check", help="Compare; write nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Replay all events, and find every table equal to what they say."""
    from qazyna.shell.installation import open_books
    from qazyna.shell.store import replay

    if not check:
        raise typer.BadParameter("only --check is offered: what is written is never rewritten.")
    with refusals(as_json), open_books() as books, progress("events") as report:
        found = replay.check(books.connection, report)
        text = f"{found.events:,} events, {found.entries:,} entries: " + (
            "every table is what they say."
            if not found.found
            else f"{found.found:,} differences.\n"
            + "\n".join(f"  {d['where']}: {d['what']}" for d in found.differences)
        )
        emit(found.as_json(), as_json, text)
    if found.found:
        raise typer.Exit(REFUSED)
