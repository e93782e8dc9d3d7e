"""A comparison told to people: the figures side by side, then gaps and assumptions."""

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any

import typer

from qazyna.shell.cli.text import section, table, title


def money(text: str | None) -> str:
    """An amount to the whole unit, with thousands set apart."""
    return "" if text is None else f"{Decimal(text):,.0f}"


def _percent(text: str | None) -> str:
    return "" if text is None else f"{Decimal(text):.1%}"


def _days(days: float | None) -> str:
    return "" if days is None else f"{days:g}"


_LINES: tuple[tuple[str, str, Callable[[Any], str]], ...] = (
    ("end_value", "value at the end", money),
    ("real_end_value", "  in money of the first day", money),
    ("raised", "raised by sales", money),
    ("to_budget", "to the budget", money),
    ("to_victims", "to victims", money),
    ("to_reserve", "to the reserve", money),
    ("reserve_value", "reserve at the end", money),
    ("held_value", "coins held at the end", money),
    ("pending_value", "pending, not counted", money),
    ("slippage", "slippage", money),
    ("fees", "fees and costs of sales", money),
    ("custody_cost", "cost of custody", money),
    ("max_drawdown", "worst drawdown", _percent),
    ("volatility", "volatility a year", _percent),
    ("es_95", "ES 95 % of a day", _percent),
    ("median_days_to_use", "median days from seizure to use", _days),
    ("key_custody_value_days", "value-days under own keys", money),
)
_MOST = 40


def compared_as_text(told: dict[str, Any]) -> None:
    """Models side by side, when money came in, what each would have brought more, and what it all
    rests on."""
    models: dict[str, Any] = told["models"]
    title(f"{told['from']} to {told['valued_on']}, in {told['currency']}")
    table(("", *(f">{name}" for name in models)), _lines(models))
    years = sorted({year for found in models.values() for year in found["raised_by_year"]})
    if years:
        section("Raised, by year")
        table(
            ("", *(f">{name}" for name in models)),
            (
                (year, *(money(found["raised_by_year"].get(year)) for found in models.values()))
                for year in years
            ),
        )
    if len(models) > 1:
        section("What the model above would have brought more than the one at the left")
        table(
            ("", *(f">{name}" for name in models)),
            ((a, *("" if a == b else money(told["regret"][a][b]) for b in models)) for a in models),
        )
    _rests_on(told)


def what_if_as_text(told: dict[str, Any]) -> None:
    """What changes, both sides, and what the change would have made of it."""
    title(f"{told['blueprint']}, {told['from']} to {told['valued_on']}, in {told['currency']}")
    for each in told["changes"]:
        typer.echo(f"  {each['clause']}: {each['was']} → {each['becomes']}, from {each['from']}")
    typer.echo()
    sides = {"base": told["base"], "changed": told["changed"], "difference": told["difference"]}
    table(("", *(f">{name}" for name in sides)), _lines(sides))
    _rests_on(told)


def _lines(columns: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, ...]]:
    for key, says, shown in _LINES:
        yield says, *(shown(found[key]) for found in columns.values())


def _rests_on(told: dict[str, Any]) -> None:
    for heading, key in (("Gaps in the data", "gaps"), ("It rests on assumptions", "assumptions")):
        lines = told[key]
        if not lines:
            continue
        section(f"{heading} ({len(lines)})")
        for line in lines[:_MOST]:
            typer.echo(f"  {line}")
        if (more := len(lines) - _MOST) > 0:
            typer.echo(f"  and {more} more: --json lists them all")
