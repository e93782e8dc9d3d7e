"""Shadow fees: what a manager charged, beside what its terms make it."""

from pathlib import Path
from typing import Annotated, Any

import typer

from qazyna.shell.cli.options import AsJson
from qazyna.shell.cli.output import REFUSED, emit, refusals


def _file(name: str, what: str) -> Any:
    return typer.Option(name, metavar="FILE", help=what)


def fees(
    manager: Annotated[
        str | None,
        typer.Option("--manager", metavar="CODE", help="A manager of the books."),
    ] = None,
    terms: Annotated[
        Path | None, _file("--terms", "JSON: the terms, or versions of them by date")
    ] = None,
    navs: Annotated[
        Path | None, _file("--navs", "date, nav_per_unit; perhaps gav_per_unit.")
    ] = None,
    flows: Annotated[
        Path | None,
        _file("--flows", "date, units; of a venture fund date, kind, amount, deal, carry"),
    ] = None,
    charged: Annotated[
        Path | None, _file("--charged", "from, to, management_fee, performance_fee")
    ] = None,
    tolerance: Annotated[
        str,
        typer.Option("--tolerance", metavar="SHARE", help="Of a fee, that may differ: 0.005."),
    ] = "0",
    as_json: AsJson = False,
) -> None:
    """Fees charged beside fees recomputed, period by period; a difference is a finding."""
    if (manager is None) == (terms is None):
        raise typer.BadParameter("give either --manager CODE or --terms FILE.")
    if manager is not None and (navs or flows or charged):
        raise typer.BadParameter("of a manager of the books everything is known: give no files.")
    if terms is not None and not navs and not flows:
        raise typer.BadParameter("give --navs FILE, or of a venture fund --flows FILE.")
    with refusals(as_json):
        from qazyna.programme.terms import plain_decimal

        allowed = plain_decimal(tolerance, "a share")
        if manager is not None:
            from qazyna.shell.installation import open_books
            from qazyna.shell.queries.fees import fees as of_the_books

            with open_books() as books:
                found = of_the_books(books.connection, manager, allowed)
        elif terms is not None:
            from qazyna.shell.fee_files import check_files

            found = check_files(terms, navs, flows, charged, allowed)
        emit(found, as_json, lambda: _as_text(found))
    if found["findings"]:
        raise typer.Exit(REFUSED)


def _as_text(found: dict[str, Any]) -> None:
    from qazyna.shell.cli.text import section, table, title

    of = f" of {found['manager']}" if found["manager"] else ""
    title(f"Fees{of} {found['currency'] or ''}".rstrip())
    if not found["fees"]:
        typer.echo("By its terms nothing is charged, or nothing is known of it.")
    else:
        table(
            ("Fee", "From", "To", ">Charged", ">Recomputed", ">Difference", ""),
            (
                (
                    each["fee"],
                    each["from"],
                    each["to"],
                    each["charged"] or "",
                    each["recomputed"],
                    each["difference"] or "",
                    _verdict(each),
                )
                for each in found["fees"]
            ),
        )
    shared = [each for each in found["waterfall"] if each["kind"] in ("distribution", "end")]
    if shared:
        section("Waterfall")
        table(
            ("Date", "Deal", ">Shared", ">Capital", ">Preferred", ">To the manager"),
            (
                (
                    each["date"],
                    each["deal"] or "",
                    each["amount"],
                    each["capital"],
                    each["preferred"],
                    _managers(each),
                )
                for each in shared
            ),
        )
    for each in found["findings"]:
        typer.echo(f"{each['to']}, {each['fee']}: {each['message']}")
    for each in found["estimates"]:
        typer.echo(f"note: {each}")


def _verdict(row: dict[str, Any]) -> str:
    said = {True: "agrees", False: "differs", None: "not told"}[row["within"]]
    return f"{said}, accruing" if row["running"] else said


def _managers(row: dict[str, Any]) -> str:
    from decimal import Decimal

    parts = Decimal(row["catch_up"]["manager"]) + Decimal(row["carry"]["manager"])
    return str(parts - Decimal(row["clawback"]))
