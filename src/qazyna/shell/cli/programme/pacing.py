"""When commitments will call money and give it back: of a file, or of the books."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from qazyna.shell.cli.options import AsJson, AsOfDay
from qazyna.shell.cli.output import emit, refusals

if TYPE_CHECKING:
    from qazyna.programme.pacing.model import Period


def pacing(
    commitments: Annotated[
        Path | None,
        typer.Option(
            "--commitments",
            metavar="FILE",
            help="JSON, CSV or XLSX: id, commitment, started_on, and what is expected; "
            "without it, the commitments of the books.",
        ),
    ] = None,
    liquid: Annotated[
        str | None,
        typer.Option("--liquid", metavar="AMOUNT", help="What can be paid out at once."),
    ] = None,
    target_irr: Annotated[
        str | None,
        typer.Option("--target-irr", metavar="RATE", help="Of the books: the IRR expected, 0.15."),
    ] = None,
    target_tvpi: Annotated[
        str | None,
        typer.Option("--target-tvpi", metavar="X", help="Of the books: the multiple expected."),
    ] = None,
    as_of: AsOfDay = None,
    yearly: Annotated[bool, typer.Option("--yearly", help="Years instead of quarters.")] = False,
    as_json: AsJson = False,
) -> None:
    """Calls, distributions and NAV of every commitment to the end of its life, and their sum."""
    with refusals(as_json):
        from qazyna.programme.pacing.plan import plan

        day = as_of or datetime.now(UTC).date()
        period: Period = "year" if yearly else "quarter"
        if commitments is not None:
            if target_irr or target_tvpi:
                raise typer.BadParameter("what is expected of each stands in the file.")
            from qazyna.programme.pacing.commitments import one_currency, read_commitments
            from qazyna.shell.adapters.documents import read_rows

            expected = read_commitments(commitments.name, *read_rows(commitments), day)
            found = plan(expected, day, period, one_currency(expected, liquid))
        else:
            from qazyna.programme.pacing.commitments import a_rate
            from qazyna.programme.terms import plain_decimal
            from qazyna.shell.installation import open_books
            from qazyna.shell.queries.pacing import pacing as of_the_books

            irr = a_rate(target_irr) if target_irr else None
            tvpi = plain_decimal(target_tvpi, "a multiple") if target_tvpi else None
            with open_books() as books:
                found = of_the_books(
                    books.connection, day, period, liquid, target_irr=irr, target_tvpi=tvpi
                )
        emit(found, as_json, lambda: _as_text(found))


def _as_text(found: dict[str, Any]) -> None:
    from qazyna.shell.cli.text import section, table, title

    title(f"Commitments as of {found['as_of']}: a projection")
    if not found["commitments"]:
        typer.echo("There are none.")
        return
    table(
        ("Commitment", ">Promised", ">Unfunded", ">NAV", ">Growth", ">Bow", ">To call", ">To come"),
        (
            (
                each["id"],
                _set_apart(each["commitment"]),
                _set_apart(each["unfunded"]),
                _set_apart(each["nav"]),
                each["assumptions"]["growth"],
                each["assumptions"]["bow"],
                _set_apart(each["totals"]["call"]),
                _set_apart(each["totals"]["distribution"]),
            )
            for each in found["commitments"]
        ),
    )
    for each in found["commitments"]:
        if each["calibration"] and not each["calibration"]["met"]:
            typer.echo(f"{each['id']}: {each['calibration']['why']}")
    for every in found["sum"]:
        section(f"All together {every['currency']}".rstrip())
        typer.echo(_liquidity(every))
        table(
            ("Period", ">Calls", ">Distributions", ">Need so far", ">NAV", ">Unfunded"),
            (
                (row["period"], *(_set_apart(row[key]) for key in _COLUMNS))
                for row in every["periods"]
            ),
        )
    for estimate in found["estimates"]:
        typer.echo(f"note: {estimate}")


_COLUMNS = ("call", "distribution", "need", "nav", "unfunded")


def _liquidity(every: dict[str, Any]) -> str:
    said = f"Unfunded {_set_apart(every['unfunded'])}; "
    if every["peak_until"]:
        said += f"at most {_set_apart(every['peak_need'])} needed, by {every['peak_until']}; "
    if every["liquid"] is None:
        return said + "nothing is said of what is liquid."
    said += f"{_set_apart(every['liquid'])} are liquid: "
    if every["short_from"]:
        return said + f"they do not suffice from {every['short_from']} on."
    over = every["over_commitment"]
    if over != "0.00":
        return said + f"enough by this projection, though {_set_apart(over)} more is promised."
    return said + "enough for every call."


def _set_apart(amount: str) -> str:
    whole, _, cents = amount.partition(".")
    return f"{int(whole):,}.{cents}" if whole != "-0" else amount
