"""A simulation told to people: how ends are spread, who beats whom, what each model hangs on."""

from typing import Any

import typer

from qazyna.shell.cli.text import section, table, title

_MOST = 40
_WIDTH = 24


def simulated_as_text(told: dict[str, Any]) -> None:
    """Spread of the end value, other means, who beats whom, tornado, assumptions."""
    models: dict[str, Any] = told["models"]
    drawn = told["drawn_from"]
    title(
        f"{told['paths']:,} histories of {told['from']} to {told['to']}, in {told['currency']}, "
        f"seed {told['seed']}"
    )
    typer.echo(
        f"drawn from {drawn['days']:,} real days, {drawn['from']} to {drawn['to']}, in blocks of "
        f"{told['block']:g} on average, and from {drawn['cases']:,} cases"
    )
    for name, rate in drawn["yearly_growth"].items():
        typer.echo(f"  {name} grew by {rate:.1%} a year over them, on geometric average")
    section("Value at the end")
    table(
        ("", ">mean", ">5 %", ">25 %", ">half", ">75 %", ">95 %", ">regret to the best"),
        (
            (
                name,
                _money(found["end_value"]["mean"]),
                *(
                    _money(found["end_value"]["quantiles"][q])
                    for q in ("0.05", "0.25", "0.5", "0.75", "0.95")
                ),
                _money(told["mean_regret_to_best"][name]),
            )
            for name, found in models.items()
        ),
    )
    section("Means of the rest")
    table(
        ("", ">raised", ">fees", ">slippage", ">lost with keys", ">drawdown", ">ES 95 % of a day"),
        (
            (
                name,
                *(_money(found[key]["mean"]) for key in ("raised", "fees", "slippage", "lost")),
                f"{found['max_drawdown']['mean']:.1%}",
                f"{found['es_95']['mean']:.1%}",
            )
            for name, found in models.items()
        ),
    )
    if len(models) > 1:
        section("How often the model at the left ends with more than the one above")
        table(
            ("", *(f">{name}" for name in models)),
            (
                (a, *("" if a == b else f"{told['beats'][a][b]:.1%}" for b in models))
                for a in models
            ),
        )
    _tornado(told["sensitivity"])
    _listed("Gaps in the data", told["gaps"])
    _listed("It rests on assumptions", told["assumptions"])


def _tornado(told: dict[str, Any]) -> None:
    section(f"What the mean end value hangs on, over {told['paths']:,} histories")
    table(
        ("model", "parameter", ">low", ">high", ">mean at low", ">mean at high", "swing"),
        (
            (
                name if at == 0 else "",
                bar["parameter"],
                f"× {bar['low']:g}",
                f"× {bar['high']:g}",
                _money(bar["low_mean"]),
                _money(bar["high_mean"]),
                _bar(bar["swing"], bars[0]["swing"]),
            )
            for name, bars in told["models"].items()
            for at, bar in enumerate(bars)
        ),
    )


def _bar(swing: float, widest: float) -> str:
    """Beside the widest of its model."""
    return "█" * round(_WIDTH * swing / widest) if widest else ""


def _listed(heading: str, lines: list[str]) -> None:
    if not lines:
        return
    section(f"{heading} ({len(lines)})")
    for line in lines[:_MOST]:
        typer.echo(f"  {line}")
    if (more := len(lines) - _MOST) > 0:
        typer.echo(f"  and {more} more: --json lists them all")


def _money(value: float) -> str:
    return f"{value:,.0f}"
