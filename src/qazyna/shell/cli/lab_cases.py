"""`lab cases`: what governments were reported to have sold and bought, beside the market."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import typer

from qazyna.shell.cli.options import AsJson, KeptTill
from qazyna.shell.cli.output import emit, refusals

Prices = Annotated[
    list[Path] | None,
    typer.Option(
        "--prices", metavar="DIR", help="A folder of price files; may be given more than once."
    ),
]

_Told = Mapping[str, Any]


def lab_cases(at: KeptTill = None, prices: Prices = None, as_json: AsJson = False) -> None:
    """Set real sales and purchases of States beside the day's close, and beside having kept."""
    with refusals(as_json):
        from qazyna.errors import Refused
        from qazyna.lab import case_files
        from qazyna.lab.cases import cases, document
        from qazyna.shell import lab_files
        from qazyna.shell.adapters.tables import read_table
        from qazyna.shell.law_files import ROOT

        def rows(name: str) -> Iterator[Mapping[str, str]]:
            _, lines, _ = read_table(ROOT / "data" / "government_sales" / f"{name}.csv")
            return (cells for _, cells in lines)

        market = lab_files.market_of(prices or [], "USD")
        at = at or market.last_day("BTC")
        if at is None:
            raise Refused("no_prices", "There is no price of BTC: name a folder with --prices.")
        told = document(
            cases(
                case_files.tracked(rows("us_seized_btc_sales_jlopp")),
                case_files.compiled(rows("government_bitcoin_disposals_compiled")),
                case_files.purchases(rows("el_salvador_purchases_reported")),
                market,
                at,
            )
        )
        emit(told, as_json, lambda: _as_text(told))


def _as_text(told: _Told) -> None:
    from qazyna.shell.cli.text import section, table, title

    title(f"Sold by States; what was sold, as if kept till {told['at']}")
    table(
        ("Sold on", "By", ">Quantity", ">Proceeds", "", ">Price", ">Close", ">Against it", ">Kept"),
        (_sale(each) for each in told["sales"]),
    )
    for each in told["sales"]:
        if each["mean_close"]:
            typer.echo(
                f"  {each['country']} sold from {each['since']}: {_signed(each['mean_discount'])} "
                f"against the mean close of those days, {_money(each['mean_close'])} "
                f"{each['currency']}"
            )
        if each["authority"] and each["note"]:
            typer.echo(f"  {each['country']} {each['sold_on']}: {each['note']}")
        for other in each["others"]:
            typer.echo(
                f"  {each['country']} {each['sold_on']}, elsewhere: {other['quantity']} "
                f"{other['asset']}, {_money(other['proceeds']) or 'proceeds not told'}. "
                f"{other['note']}"
            )
    section("Not sold, or offered without a known result")
    table(
        ("By", "Day", ">Quantity", ">Kept", "", "Note"),
        (
            (
                each["country"],
                each["sold_on"] or "",
                each["quantity"],
                _money(each["kept_value"]),
                each["currency"],
                each["note"] or "",
            )
            for each in told["unsold"]
        ),
    )
    section("Bought, as reported, and at the close of the day or the mean close of the month")
    table(
        (
            *("When", ">Quantity", ">Price told", ">Close", ">Cost told", ">At the close"),
            *(">Kept", ">Total told", ">Of the rows"),
        ),
        (_purchase(each) for each in told["purchases"]),
    )
    total = told["purchases_total"]
    typer.echo(
        f"  in all {total['quantity']} BTC by the rows, {total['quantity_reported']} as told; "
        f"cost {_money(total['stated_cost'])} USD as told, "
        f"{_money(total['market_cost'])} at the close; kept {_money(total['kept_value'])}"
    )
    if told["gaps"]:
        section(f"Gaps in the data ({len(told['gaps'])})")
        for line in told["gaps"]:
            typer.echo(f"  {line}")


def _sale(each: _Told) -> tuple[str, ...]:
    return (
        each["sold_on"],
        each["country"],
        each["quantity"],
        _money(each["proceeds"]),
        each["currency"],
        _money(each["price"], 2),
        _money(each["close"], 2),
        _signed(each["discount"]),
        _money(each["kept_value"]),
    )


def _purchase(each: _Told) -> tuple[str, ...]:
    quantity = each["quantity"] if each["counted"] else f"({each['quantity']})"
    return (
        each["when"],
        quantity,
        _money(each["stated_price"]),
        _money(each["close"]),
        _money(each["stated_cost"]),
        _money(each["market_cost"]),
        _money(each["kept_value"]),
        each["running_reported"] or "",
        each["running_sum"],
    )


def _money(text: str | None, decimals: int = 0) -> str:
    return "" if text is None else f"{Decimal(text):,.{decimals}f}"


def _signed(text: str | None) -> str:
    return "" if text is None else f"{Decimal(text):+.1%}"
