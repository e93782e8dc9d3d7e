"""A comparison told to people: the figures side by side, then sales, gaps and assumptions."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import typer

from qazyna.shell.cli.text import section, table, title

_FIGURES = (
    ("end_value", "value at the end"),
    ("real_end_value", "  in money of the first day"),
    ("raised", "raised by sales"),
    ("to_budget", "to the budget"),
    ("to_victims", "to victims"),
    ("to_reserve", "to the reserve"),
    ("reserve_value", "reserve at the end"),
    ("held_value", "coins held at the end"),
    ("pending_value", "pending, not counted"),
    ("slippage", "slippage"),
    ("fees", "fees and costs of sales"),
    ("custody_cost", "cost of custody"),
)
_SHARES = (
    ("max_drawdown", "worst drawdown"),
    ("volatility", "volatility a year"),
    ("es_95", "ES 95 % of a day"),
)
_MOST = 40


def compared_as_text(told: dict[str, Any]) -> None:
    """A table of models, what each would have brought more, and what it all rests on."""
    models: dict[str, Any] = told["models"]
    title(f"{told['from']} to {told['valued_on']}, in {told['currency']}")
    table(("", *(f">{name}" for name in models)), _lines(models))
    if len(models) > 1:
        section("What the model above would have brought more than the one at the left")
        table(
            ("", *(f">{name}" for name in models)),
            ((a, *("" if a == b else money(told["regret"][a][b]) for b in models)) for a in models),
        )
    _listed("Gaps in the data", told["gaps"])
    _listed("It rests on assumptions", told["assumptions"])


def _lines(models: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    for key, says in _FIGURES:
        yield says, *(money(found[key]) for found in models.values())
    for key, says in _SHARES:
        yield says, *(_percent(found[key]) for found in models.values())
    yield (
        "median days from seizure to use",
        *(found["median_days_to_use"] or "" for found in models.values()),
    )
    yield (
        "value-days under own keys",
        *(money(found["key_custody_value_days"]) for found in models.values()),
    )


def _listed(heading: str, lines: list[str]) -> None:
    if not lines:
        return
    section(f"{heading} ({len(lines)})")
    for line in lines[:_MOST]:
        typer.echo(f"  {line}")
    if (more := len(lines) - _MOST) > 0:
        typer.echo(f"  and {more} more: --json lists them all")


def money(text: str | None) -> str:
    """An amount to the whole unit, with thousands set apart."""
    return "" if text is None else f"{Decimal(text):,.0f}"


def _percent(text: str | None) -> str:
    return "" if text is None else f"{Decimal(text):.1%}"
