"""How the programme's managers performed by the books: reported, desmoothed, by money, together.

`series` has for each manager the measures that a file of returns would have; `managers` what the
books know besides. Returns are net, in the programme's currency.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

import numpy as np

from qazyna.errors import Refused
from qazyna.programme.manager import Manager
from qazyna.programme.performance import private, smoothing, summary
from qazyna.programme.performance.composite import Month, TotalFund, composite, present
from qazyna.programme.performance.flow_files import CashFlows, Index
from qazyna.programme.performance.measures import annualised
from qazyna.programme.performance.sample import Sample
from qazyna.programme.performance.stale import Estimate, roll_forward, staleness
from qazyna.programme.performance.track import (
    Fees,
    Rate,
    Step,
    Track,
    over,
    portfolio,
    table,
    track,
)
from qazyna.programme.performance.twr import linked

OF_REPORTED_ONLY: Final = frozenset(
    ("cumulative", "twr_annualised", "phi", "desmoothed_volatility", "peer_rank")
)


@dataclass(frozen=True, slots=True)
class Managed:
    """A manager as the books have it."""

    manager: Manager
    scale: int
    """Of its currency."""
    unit_scale: int
    rate: Rate
    paid: tuple[tuple[date, float], ...]
    """What went to it (less than nothing) and came from it, in the programme's currency."""
    left: float | None
    """What is there at the end; None if it cannot be valued."""
    fees: Fees | None = None
    """What its statements say was charged."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for: a span of days, rates a year, a benchmark, how old a NAV may be."""

    since: date
    until: date
    currency: str
    rf: float = 0.0
    mar: float = 0.0
    benchmark: Index | None = None
    stale_after: Mapping[str, int] | None = None
    same_nav: int = 2
    """So many identical NAVs in a row are too many."""
    total_fund: Mapping[Month, TotalFund] | None = None


def report(managed: Sequence[Managed], asked: Asked) -> dict[str, Any]:
    """All of it, as a document."""
    tracks = {
        each.manager.code: track(
            each.manager,
            each.scale,
            each.unit_scale,
            each.rate,
            asked.since,
            asked.until,
            each.fees,
        )
        for each in managed
    }
    estimates: list[dict[str, Any]] = []
    series, plain = _measured(list(tracks.values()), asked, estimates)
    managers = {
        each.manager.code: _manager(each, tracks[each.manager.code], plain, asked, estimates)
        for each in managed
    }
    return {
        "as_of": asked.until.isoformat(),
        "from": asked.since.isoformat() if asked.since > date.min else None,
        "currency": asked.currency,
        "rf": asked.rf,
        "mar": asked.mar,
        "series": {code: series[code] for code in tracks if code in series},
        "managers": managers,
        "composite": list(_composite(list(tracks.values()), asked)),
        "estimates": estimates,
    }


# measures


def _measured(
    tracks: Sequence[Track], asked: Asked, estimates: list[dict[str, Any]]
) -> tuple[dict[str, dict[str, Any]], dict[str, dict[str, Any]]]:
    """By code the measures of what was reported, and of the same desmoothed."""
    series: dict[str, dict[str, Any]] = {}
    plain: dict[str, dict[str, Any]] = {}
    for each in tracks:
        if not any(step.alone and not np.isnan(step.net) for step in each.steps):
            why = "no two NAVs follow one another, or the rate of the currency is not known"
            estimates.append({"series": each.code, "measures": [], "why": why})
    for periods in sorted({each.periods for each in tracks}):
        group = [
            each
            for each in tracks
            if each.periods == periods
            and any(step.alone and not np.isnan(step.net) for step in each.steps)
        ]
        if group:
            _group(group, periods, asked, series, plain, estimates)
    ranks = summary.peer_rank(np.array([s["twr_annualised"] for s in series.values()], float))
    for told, rank in zip(series.values(), ranks.tolist(), strict=True):
        told["peer_rank"] = None if np.isnan(rank) else rank
    return series, plain


def _group(
    group: Sequence[Track],
    periods: int,
    asked: Asked,
    series: dict[str, dict[str, Any]],
    plain: dict[str, dict[str, Any]],
    estimates: list[dict[str, Any]],
) -> None:
    """The managers that are measured by the same periods."""
    returns = table(group)
    held = None if asked.benchmark is None else over(asked.benchmark, returns.days, periods)
    if held is not None and np.isnan(held).all():
        held = None
    basis = summary.Basis(periods, asked.rf, asked.mar, held)
    found = summary.document(returns, basis)
    estimates += [each for each in found["estimates"] if each["measures"] != ["peer_rank"]]
    series |= found["series"]
    for each in group:
        series[each.code] |= _linked([step.net for step in each.steps], each)
        for step in each.steps:
            if not step.alone:
                why = f"no NAV between {step.begin} and {step.end}: measures of risk leave it out"
                estimates.append({"series": each.code, "measures": [], "why": why})
    sample = Sample.of(returns.matrix)
    before = smoothing.desmoothed(sample, smoothing.phi(sample))
    columns = summary.columns(before, basis)
    for at, code in enumerate(returns.names):
        plain[code] = {
            measure: summary.number(measure, float(values[at]))
            for measure, values in columns.items()
            if measure not in OF_REPORTED_ONLY
        }


def _linked(returns: Sequence[float], of: Track) -> dict[str, float | None]:
    """All steps linked, those of several periods too, and the rate a year they come to."""
    growth = linked(returns)
    months = sum(_months(step) for step in of.steps)
    yearly = annualised(np.array([growth]), np.array([months * of.periods / 12]), of.periods)
    told = {"cumulative": growth, "twr_annualised": float(yearly[0])}
    return {name: None if np.isnan(value) else value for name, value in told.items()}


def _months(step: Step) -> int:
    return (step.end.year - step.begin.year) * 12 + step.end.month - step.begin.month


# one manager


def _gross(of: Track) -> dict[str, float | None] | None:
    """Before fees; None where the statement of any period is not there."""
    if not of.steps or any(np.isnan(step.gross) for step in of.steps):
        return None
    return _linked([step.gross for step in of.steps], of)


def _manager(
    managed: Managed,
    its: Track,
    plain: Mapping[str, dict[str, Any]],
    asked: Asked,
    estimates: list[dict[str, Any]],
) -> dict[str, Any]:
    manager = managed.manager
    known = [nav for nav in manager.navs if nav.on <= asked.until]
    last = max(known, key=lambda nav: nav.on, default=None)
    of_last = [nav for nav in known if last and nav.on == last.on]
    if of_last and not of_last[-1].final:
        why = f"the NAV of {of_last[-1].on} is the manager's own estimate"
        estimates.append({"series": manager.code, "measures": ["nav"], "why": why})
    held = [step.ours for step in its.steps if not np.isnan(step.ours)]
    return {
        "name": manager.name,
        "kind": manager.manager_kind,
        "currency": manager.currency,
        "periods": its.periods,
        "desmoothed": plain.get(manager.code),
        "gross": _gross(its),
        "modified_dietz": {"cumulative": linked(held) if held else None, "periods": len(held)},
        "money": _money(managed, asked, estimates),
        "nav": {
            "on": of_last[-1].on.isoformat(),
            "per_unit": format(of_last[-1].per_unit, "f"),
            "final": of_last[-1].final,
        }
        if of_last
        else None,
        "stale": _stale(manager, managed.scale, its, asked, estimates),
    }


def _money(
    managed: Managed, asked: Asked, estimates: list[dict[str, Any]]
) -> dict[str, Any] | None:
    """What came back on what was paid in, since the beginning; None where that cannot be said."""
    code = managed.manager.code
    paid = sorted(move for move in managed.paid if move[0] <= asked.until)

    if not any(amount < 0 for _, amount in paid):
        why = "nothing was paid in"
    elif managed.left is None or any(np.isnan(amount) for _, amount in paid):
        why = "what is held, or what was paid, has no value"
    else:
        return _money_measures(code, paid, managed.left, asked, estimates)
    estimates.append({"series": code, "measures": ["money"], "why": why})
    return None


def _money_measures(
    code: str,
    paid: Sequence[tuple[date, float]],
    left: float,
    asked: Asked,
    estimates: list[dict[str, Any]],
) -> dict[str, Any]:
    days = (*(on for on, _ in paid), asked.until)
    flows = CashFlows(days, (*(amount for _, amount in paid), 0.0), left)
    try:
        return asdict(private.measures(flows, asked.benchmark))
    except Refused as no:
        estimates.append({"series": code, "measures": ["ks_pme"], "why": no.message})
        return asdict(private.measures(flows))


def _stale(
    manager: Manager, scale: int, its: Track, asked: Asked, estimates: list[dict[str, Any]]
) -> dict[str, Any] | None:
    """Why the last NAV does not count, and what the benchmark makes of it; None where it does."""
    limit = (asked.stale_after or {}).get(manager.manager_kind)
    found = (
        staleness(its.valuations, asked.until, limit, asked.same_nav) if limit is not None else None
    )
    if found is None or limit is None:
        return None
    told: dict[str, Any] = {
        "reasons": list(found.reasons),
        "since": found.told.on.isoformat(),
        "why": found.text,
        "estimate": None,
    }
    estimates.append({"series": manager.code, "measures": ["nav"], "why": found.text})
    if asked.benchmark is None:
        return told
    moved = sum(f.amount for f in manager.flows if found.told.on < f.on <= asked.until)
    estimate = roll_forward(
        its.valuations,
        asked.benchmark,
        asked.until,
        limit_days=limit,
        same=asked.same_nav,
        paid_in_since=Decimal(moved).scaleb(-scale),
    )
    if isinstance(estimate, Estimate):
        told["estimate"] = _estimate(estimate)
    if estimate is not None:
        estimates.append({"series": manager.code, "measures": ["nav"], "why": estimate.why})
    return told


def _estimate(estimate: Estimate) -> dict[str, Any]:
    return {
        "worth": format(estimate.worth, "f"),
        "factor": format(estimate.factor, "f"),
        "standard_error": format(estimate.standard_error, "f"),
        "beta": estimate.beta,
        "beta_se": estimate.beta_se,
        "phi": estimate.phi,
        "returns": estimate.returns,
        "benchmark_return": estimate.benchmark_return,
        "why": estimate.why,
    }


# together


def _composite(tracks: Sequence[Track], asked: Asked) -> Iterator[dict[str, Any]]:
    """Year by year, of the managers that state their NAVs by months."""
    months = composite([portfolio(each) for each in tracks])
    held: dict[Month, float] = {}
    if asked.benchmark is not None and months:
        days = [step.end for each in tracks for step in each.steps if each.periods == 12]
        values = over(asked.benchmark, days, 12).tolist()
        held = {
            (day.year, day.month): value
            for day, value in zip(days, values, strict=True)
            if not np.isnan(value)
        }
    for year in present(months, held, asked.total_fund):
        yield asdict(year)
