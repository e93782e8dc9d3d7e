"""NAVs that have stopped telling anything, and what a holding is worth meanwhile: an estimate.

What came before tells how the fund moves with its benchmark; from the last NAV that told something
it is moved on by that:

    worth · (1 + β · benchmark's return since) + what was paid in since

β is estimated by least squares on returns before smoothing (Geltner), for smoothed ones understate
it. It is never more than an estimate, and bears its reason and its standard error.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Final

import numpy as np

from qazyna.programme.performance.against import against
from qazyna.programme.performance.arrays import Array
from qazyna.programme.performance.flow_files import Index
from qazyna.programme.performance.sample import Sample
from qazyna.programme.performance.smoothing import desmoothed, phi
from qazyna.programme.performance.staleness import Reason as Reason
from qazyna.programme.performance.staleness import Staleness as Staleness
from qazyna.programme.performance.staleness import Valuation as Valuation
from qazyna.programme.performance.staleness import staleness as staleness

LEAST: Final = 8
"""So many returns a beta needs, or its standard error says nothing."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A worth that nobody stated, and how it was come by."""

    on: date
    worth: Decimal
    told: Valuation
    factor: Decimal
    """1 + β · the benchmark's return, to six places."""
    standard_error: Decimal
    """Of the factor, from that of β and from what the benchmark does not explain, to six places."""
    beta: float
    beta_se: float
    phi: float
    returns: int
    benchmark_return: float
    why: str


@dataclass(frozen=True, slots=True)
class NoEstimate:
    """That none can be made, and why: the last NAV stands, marked as stale."""

    on: date
    why: str


def roll_forward(
    navs: Sequence[Valuation],
    benchmark: Index,
    as_of: date,
    *,
    limit_days: int,
    paid_in_since: Decimal = Decimal(0),
    same: int = 2,
) -> Estimate | NoEstimate | None:
    """What the holding is worth by its benchmark where its NAV is stale; None where it is not.

    `paid_in_since` is called less distributed since the last valuation that told something, and
    counts at cost.
    """
    found = staleness(navs, as_of, limit_days, same)
    if found is None:
        return None
    history = [nav for nav in navs if nav.on <= found.told.on]
    ours, its = _returns(history, benchmark)
    then, now = benchmark.at(found.told.on), benchmark.at(as_of)
    if then is None or now is None or now[0] <= found.told.on:
        return NoEstimate(as_of, f"{found.text}; the benchmark has no level since {found.told.on}")
    sample = Sample.of(ours)
    smoothing = float(np.nan_to_num(phi(sample)[0]))
    plain = desmoothed(sample, np.array([smoothing]))
    fit = against(Sample.of(plain), its, 0.0, 1.0)
    count, beta, beta_se = int(fit.n[0]), float(fit.beta[0]), float(fit.beta_se[0])
    if count < LEAST or np.isnan(beta_se):
        return NoEstimate(
            as_of, f"{found.text}; {count} returns are too few for a beta, {LEAST} are needed"
        )
    moved = now[1] / then[1] - 1.0
    open_ = _unexplained(plain[:, 0] - beta * its, history, as_of)
    spread = float(np.hypot(moved * beta_se, open_))
    factor = max(_six(1.0 + beta * moved), Decimal(0))
    return Estimate(
        on=as_of,
        worth=found.told.worth * factor + paid_in_since,
        told=found.told,
        factor=factor,
        standard_error=_six(spread),
        beta=beta,
        beta_se=beta_se,
        phi=smoothing,
        returns=count,
        benchmark_return=moved,
        why=f"estimate: {found.text}; moved on from the NAV of {found.told.on} by a beta of "
        f"{beta:.2f} (standard error {beta_se:.2f}, {count} desmoothed returns, φ "
        f"{smoothing:.2f}) and a benchmark of {100 * moved:+.2f} % since, ± {100 * spread:.1f} %",
    )


def _returns(navs: Sequence[Valuation], benchmark: Index) -> tuple[Array, Array]:
    """The holding's returns from valuation to valuation, and the benchmark's over the same days.

    What was paid in between counts for half the time (Modified Dietz with the middle as its day).
    """
    ours: list[float] = []
    its: list[float] = []
    for before, nav in pairwise(navs):
        base = before.worth + nav.paid_in / 2
        earned = nav.worth - before.worth - nav.paid_in
        ours.append(float(earned / base) if base > 0 else np.nan)
        begin, end = benchmark.at(before.on), benchmark.at(nav.on)
        moved = begin is not None and end is not None and end[0] > begin[0]
        its.append(end[1] / begin[1] - 1.0 if moved and begin and end else np.nan)
    return np.array(ours, dtype=np.float64), np.array(its, dtype=np.float64)


def _unexplained(residual: Array, navs: Sequence[Valuation], as_of: date) -> float:
    """What a beta leaves open over the days since, the residuals being independent."""
    known = residual[~np.isnan(residual)]
    usual = (navs[-1].on - navs[0].on).days / (len(navs) - 1)
    deviation = float(np.sqrt(((known - known.mean()) ** 2).sum() / (len(known) - 2)))
    return deviation * math.sqrt((as_of - navs[-1].on).days / usual)


def _six(value: float) -> Decimal:
    return Decimal(f"{value:.6f}")
