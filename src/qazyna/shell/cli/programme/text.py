"""Answers of `qazyna programme` as text for people."""

from collections.abc import Sequence
from typing import Any, Final

import typer

from qazyna.shell.cli.text import aligned, section, spoken, table

PERCENT: Final = frozenset(
    (
        *("cumulative", "twr_annualised", "volatility", "downside_deviation", "max_drawdown"),
        *("var_95", "es_95", "alpha_annualised", "alpha_se", "tracking_error"),
        *("desmoothed_volatility", "peer_rank", "up_capture", "down_capture", "irr"),
        "direct_alpha",
    )
)
SHOWN_AT_ONCE: Final = 6


def figure(measure: str, value: float | int | str | None) -> str:
    """A measure as a person reads it: rates in percent, ratios as they are, nothing for null."""
    if value is None:
        return ""
    if not isinstance(value, float):
        return str(value)
    return f"{100 * value:,.2f} %" if measure in PERCENT else f"{value:,.3f}"


def performance_as_text(found: dict[str, Any]) -> None:
    """Measures down, series across, so many at once as a page is wide."""
    names = list(found["series"])
    for at in range(0, len(names), SHOWN_AT_ONCE):
        some = names[at : at + SHOWN_AT_ONCE]
        if at:
            typer.echo()
        table(
            ("", *(f">{name}" for name in some)),
            (
                (spoken(measure), *(figure(measure, found["series"][n][measure]) for n in some))
                for measure in found["series"][some[0]]
            ),
        )
    for name, pair in found["gross_and_net"].items():
        yearly = figure("twr_annualised", pair["difference"]["twr_annualised"])
        typer.echo(f"{name}: between gross and net lie {yearly} a year")
    _estimates(found["estimates"])


SIDE_BY_SIDE: Final = (
    *("volatility", "downside_deviation", "max_drawdown", "sharpe", "sortino", "var_95", "es_95"),
    *("beta", "beta_se", "alpha_annualised"),
)


def managers_as_text(found: dict[str, Any]) -> None:
    """Each manager of the books: returns, risk reported and desmoothed, money, its last NAV."""
    if not found["managers"]:
        typer.echo("No manager was admitted.")
        return
    typer.echo(f"As of {found['as_of']}, net of fees, in {found['currency']}.")
    for code, manager in found["managers"].items():
        section(f"{code} {manager['name']}".strip())
        if nav := manager["nav"]:
            kind = "final" if nav["final"] else "estimated"
            typer.echo(f"NAV of {nav['on']}: {nav['per_unit']} {manager['currency']} ({kind})")
        if stale := manager["stale"]:
            typer.echo(f"STALE: {stale['why']}")
            if estimate := stale["estimate"]:
                typer.echo(f"ESTIMATE {estimate['worth']} {manager['currency']}: {estimate['why']}")
        if measures := found["series"].get(code):
            _measures(measures, manager)
        if money := manager["money"]:
            cashflows_as_text(money)
    if found["composite"]:
        section("Composite of the managers")
        _composite(found["composite"])
    _estimates(found["estimates"])


def _measures(reported: dict[str, Any], manager: dict[str, Any]) -> None:
    for measure in ("cumulative", "twr_annualised", "phi", "peer_rank"):
        typer.echo(f"{spoken(measure)}: {figure(measure, reported[measure])}")
    if gross := manager["gross"]:
        yearly = figure("twr_annualised", gross["twr_annualised"])
        typer.echo(f"twr annualised before fees: {yearly}")
    desmoothed = manager["desmoothed"] or {}
    table(
        ("", ">reported", ">desmoothed"),
        (
            (spoken(m), figure(m, reported[m]), figure(m, desmoothed.get(m)))
            for m in SIDE_BY_SIDE
            if reported[m] is not None
        ),
    )


def _composite(years: Sequence[dict[str, Any]]) -> None:
    def percent(value: float | None) -> str:
        return "" if value is None else f"{100 * value:,.2f} %"

    table(
        (
            *(
                "Year",
                ">Months",
                ">Gross",
                ">Net",
                ">Benchmark",
                ">Total fund",
                ">3-year deviation",
            ),
            *(">Managers", ">Assets", ">of total"),
        ),
        (
            (
                str(year["year"]),
                str(year["months"]),
                percent(year["gross"]),
                percent(year["net"]),
                percent(year["benchmark"]),
                percent(year["total_fund"]),
                percent(year["three_year_deviation"]),
                str(year["portfolios"]),
                f"{year['assets']:,.2f}",
                percent(year["share"]),
            )
            for year in years
        ),
    )


def _estimates(estimates: Sequence[dict[str, Any]]) -> None:
    if not estimates:
        return
    section("What cannot be had, or rests on little")
    for each in estimates:
        measures = ", ".join(spoken(measure) for measure in each["measures"])
        typer.echo(
            f"{each['series'] or 'all'}: {each['why']}" + (f" ({measures})" * bool(measures))
        )


def cashflows_as_text(found: dict[str, Any]) -> None:
    rows = [
        (name.replace("_", " "), figure(name, value))
        for name, value in found.items()
        if isinstance(value, float)
    ]
    for line in aligned(rows):
        typer.echo(line)
    for warning in found["warnings"]:
        typer.echo(f"note: {warning}")


def rounds_as_text(found: Sequence[dict[str, Any]]) -> None:
    if not found:
        typer.echo("No selection round was opened yet.")
        return
    table(
        ("Round", "For", "Opened", "Status", ">Candidates", ">Standing", "Chosen"),
        (
            (
                each["search"],
                spoken(each["manager_kind"]),
                each["opened_on"],
                each["status"],
                str(each["candidates"]),
                str(each["standing"]),
                ", ".join(each["chosen"]),
            )
            for each in found
        ),
    )


def round_as_text(found: dict[str, Any]) -> None:
    """Who scores, who stands and who does not, and the totals once they are open."""
    typer.echo(f"{found['search']}: {found['mandate']} ({found['status']})")
    section("Scorers")
    table(
        ("Scorer", "Conflicts", ">Scored", ">To score"),
        (
            (
                each["scorer"],
                ", ".join(each["conflicts"]) or ("none" if each["declared"] else "not declared"),
                str(each["scored"]),
                str(each["due"]),
            )
            for each in found["scorers"]
        ),
    )
    section("Candidates")
    table(
        ("", "Name", "Strategy", "Domicile", ">Months", ">Total", "Standing"),
        (
            (
                each["candidate"],
                each["name"],
                each["strategy"],
                each["domicile"],
                str(each["months_of_returns"]),
                each["total"] or "",
                _standing(each, found["chosen"]),
            )
            for each in found["candidates"]
        ),
    )


def _standing(each: dict[str, Any], chosen: Sequence[str]) -> str:
    if each["withdrawn"]:
        return f"withdrawn: {each['withdrawn']}"
    if each["failed"]:
        return "not eligible: " + "; ".join(
            f"{reason['why']} ({reason['clause']})" for reason in each["failed"]
        )
    if each["admitted_as"]:
        return f"chosen, admitted as {each['admitted_as']}"
    return "chosen" if each["candidate"] in chosen else "stands"


def choice_as_text(found: dict[str, Any]) -> None:
    """The chosen set, the next best, and what each rule cost."""
    sets = [("chosen", found["chosen"]), *(("next", each) for each in found["runner_ups"])]
    table(
        ("", "Candidates", ">Total"),
        ((name, ", ".join(each["candidates"]), each["total"]) for name, each in sets),
    )
    if found["rules"]:
        section("What each rule cost")
        table(
            ("Rule", ">Bound", ">Without it", ">Cost"),
            ((r["rule"], r["bound"], r["without"], r["cost"]) for r in found["rules"]),
        )
    if found["kept_apart"]:
        typer.echo(f"\n{len(found['kept_apart'])} pairs kept apart for the correlation of returns.")
    typer.echo(f"\nProven optimal, gap {found['proof']['gap']}: {found['proof']['solver']}.")
