"""Measures of series by themselves. One function a measure; a `Sample` of M series in, M out.

Returns are simple and by period; `periods` is how many there are in a year. A rate a year becomes
one a period as (1 + rate)^(1/periods) - 1. What is not defined is NaN and never infinite.
"""

import math
from typing import Final

import numpy as np

from qazyna.programme.performance.arrays import Array, ratio, where
from qazyna.programme.performance.sample import Sample

TAIL: Final = 0.05
"""VaR and ES are those of the worst twentieth."""


def by_period(rate: float, periods: float) -> float:
    """A rate a year as one a period, compounding to it.

    >>> round(by_period(0.05, 12), 10)
    0.0040741238
    """
    return math.expm1(math.log1p(rate) / periods)


def cumulative(sample: Sample) -> Array:
    """Π(1 + r) - 1: what became of one unit, less that unit."""
    return where(sample.n > 0, np.prod(1.0 + sample.filled, axis=0) - 1.0)


def annualised(growth: Array, n: Array, periods: float) -> Array:
    """(1 + growth)^(periods/n) - 1: the rate a year that grows as much in n periods."""
    return np.asarray(np.maximum(1.0 + growth, 0.0) ** ratio(periods, n) - 1.0)


def volatility(sample: Sample, periods: float) -> Array:
    """√(Σ(r - mean)² / (n - 1)) · √periods. Two returns at least."""
    variance = ratio(sample.square, sample.n - 1, sample.n > 1)
    return np.asarray(np.sqrt(np.where(sample.varies, variance, variance * 0.0) * periods))


def downside_deviation(sample: Sample, target: float, periods: float) -> Array:
    """√(Σ min(r - target, 0)² / n) · √periods: over all n returns, those above it counting 0.

    `target` is a return a period (MAR). Sortino & van der Meer 1991.
    """
    below = np.minimum(sample.filled - target, 0.0)
    if not sample.there.all():
        below = np.where(sample.there, below, 0.0)
    return np.asarray(np.sqrt(ratio(np.einsum("tm,tm->m", below, below), sample.n) * periods))


def max_drawdown(sample: Sample) -> Array:
    """The largest fall from a peak, as a fraction of the peak; the start counts as a peak."""
    wealth = np.cumprod(1.0 + sample.filled, axis=0)
    peak = np.maximum(np.maximum.accumulate(wealth, axis=0), 1.0)
    return where(sample.n > 0, np.max(1.0 - wealth / peak, axis=0, initial=0.0))


def sharpe(sample: Sample, rf: float, periods: float) -> Array:
    """(mean - rf) / standard deviation · √periods; rf a period. Sharpe 1994."""
    return ratio((sample.mean - rf) * periods, volatility(sample, periods))


def sortino(sample: Sample, target: float, periods: float) -> Array:
    """(mean - target) · periods / downside deviation. Not defined if nothing fell below target."""
    return ratio((sample.mean - target) * periods, downside_deviation(sample, target, periods))


def skew(sample: Sample) -> Array:
    """m₃ / m₂^1.5 by population moments."""
    third = np.einsum("tm,tm,tm->m", sample.deviation, sample.deviation, sample.deviation)
    second = ratio(sample.square, sample.n, sample.varies)
    return ratio(ratio(third, sample.n), second**1.5)


def kurtosis_excess(sample: Sample) -> Array:
    """m₄ / m₂² - 3 by population moments: 0 for normal returns."""
    squares = sample.deviation**2
    fourth = np.einsum("tm,tm->m", squares, squares)
    second = ratio(sample.square, sample.n, sample.varies)
    return ratio(ratio(fourth, sample.n), second**2) - 3.0


def worst_losses(sample: Sample) -> Array:
    """(M, K): the largest losses of each series, falling, NaN after its last; as many as VaR and ES
    ask for."""
    periods = sample.filled.shape[0]
    count = min(periods, math.ceil(TAIL * periods) + 1)
    losses = np.ascontiguousarray(np.where(sample.there, -sample.filled, -np.inf).T)
    if count < periods:
        losses = -np.partition(-losses, count - 1, axis=1)[:, :count]
    ordered = -np.sort(-losses, axis=1)
    return np.where(np.isfinite(ordered), ordered, np.nan)


def value_at_risk(sample: Sample, worst: Array) -> Array:
    """The loss at rank (n - 1)·5 % from the worst, ranks counted from 0, between two by a line.

    Positive is a loss. Hyndman & Fan's seventh rule, that of numpy and of spreadsheets.
    """
    rank = np.maximum(sample.n - 1, 0.0) * TAIL
    whole = rank.astype(np.int64)
    at, following = _at(worst, whole), _at(worst, np.minimum(whole + 1, worst.shape[1] - 1))
    between = rank - whole
    found = at + np.where(between > 0, between * (np.where(between > 0, following, at) - at), 0.0)
    return where(sample.n > 0, found)


def expected_shortfall(sample: Sample, worst: Array) -> Array:
    """The mean of the worst 5 %·n losses, the last of them counted in part.

    Positive is a loss; min over α of α + Σ(L - α)⁺ / (5 %·n), Rockafellar & Uryasev 2000.
    """
    mass = TAIL * sample.n
    share = np.clip(mass[:, None] - np.arange(worst.shape[1]), 0.0, 1.0)
    # Of a series of few returns 5 % is less than one of them: then it is the worst.
    parts = ratio(np.where(share > 0, worst, 0.0) * share, mass[:, None])
    return np.asarray(parts.sum(axis=1))


def _at(rows: Array, column: np.ndarray[tuple[int], np.dtype[np.int64]]) -> Array:
    """Of each row the element of its column."""
    return np.asarray(np.take_along_axis(rows, column[:, None], axis=1)[:, 0])
