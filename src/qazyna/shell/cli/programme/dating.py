"""The programme's calendar."""

from typing import Annotated, Any

import typer

from qazyna.shell.cli.options import AsJson, AsOfDay
from qazyna.shell.cli.output import emit, refusals


def calendar(
    months: Annotated[
        int, typer.Option("--months", min=1, max=240, help="How far ahead to look.")
    ] = 24,
    as_of: AsOfDay = None,
    as_json: AsJson = False,
) -> None:
    """What must be decided, noticed, paid or received, with the last safe day to act."""
    from qazyna.shell.installation import open_books
    from qazyna.shell.queries.agenda import calendar as build
    from qazyna.shell.queries.watching import today

    with refusals(as_json), open_books() as books:
        day = as_of or today(books.connection)
        found = build(books.connection, day, months)
        document = {"as_of": day.isoformat(), "months": months, "dates": found}
        emit(document, as_json, lambda: _as_text(document))


def _as_text(document: dict[str, Any]) -> None:
    from qazyna.shell.cli.text import aligned

    rows = [
        (
            each["act_by"],
            each["manager"],
            each["action"],
            f"{each['quantity']} {each['unit']}" if each["quantity"] else "",
            each["about"]
            + (f" {each['overdue_days']} days overdue." if each["overdue_days"] else "")
            + (" (day assumed)" if each["assumed"] else ""),
        )
        for each in document["dates"]
    ]
    typer.echo(f"From {document['as_of']}, {document['months']} months ahead:")
    typer.echo("\n".join(aligned(rows)) if rows else "Nothing is to be done.")
