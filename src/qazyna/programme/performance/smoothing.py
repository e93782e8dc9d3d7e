"""Smoothed returns, and what they were before (Geltner 1993).

A NAV that leans on the one before it reports r*_t = (1 - φ) r_t + φ r*_{t-1}. With φ taken from the
series itself, r_t = (r*_t - φ r*_{t-1}) / (1 - φ).
"""

import numpy as np

from qazyna.programme.performance.arrays import Array, ratio
from qazyna.programme.performance.measures import volatility
from qazyna.programme.performance.sample import FLAT, Sample


def phi(sample: Sample) -> Array:
    """Correlation of each return with the one before it, over the pairs that are there; M of them.

    Three pairs at least; a series that does not vary has none.
    """
    before, after = sample.filled[:-1], sample.filled[1:]
    pair = sample.there[:-1] & sample.there[1:]
    count = pair.sum(axis=0).astype(np.float64)
    x = np.where(pair, before - ratio((before * pair).sum(axis=0), count), 0.0)
    y = np.where(pair, after - ratio((after * pair).sum(axis=0), count), 0.0)
    xx, yy = np.einsum("tm,tm->m", x, x), np.einsum("tm,tm->m", y, y)
    least = (FLAT * np.abs(sample.filled).max(axis=0, initial=0.0)) ** 2 * count
    defined = (count > 2) & (xx > least) & (yy > least)
    return ratio(np.einsum("tm,tm->m", x, y), np.sqrt(xx * yy), defined)


def desmoothed(sample: Sample, smoothing: Array) -> Array:
    """(T, M) returns before smoothing; NaN where a return or the one before it is missing.

    A φ of nothing or below is no smoothing: those series stay as they are. Of the others the first
    return is lost.
    """
    weight = np.maximum(smoothing, 0.0)
    before = np.vstack([np.zeros_like(sample.filled[:1]), sample.filled[:-1]])
    known = np.vstack([np.zeros_like(sample.there[:1]), sample.there[:-1]]) | (weight == 0.0)
    found = ratio(sample.filled - weight * before, 1.0 - weight, weight < 1.0)
    return np.asarray(np.where(sample.there & known, found, np.nan))


def desmoothed_volatility(sample: Sample, smoothing: Array, periods: float) -> Array:
    """Volatility of the returns before smoothing, annualised."""
    return volatility(Sample.of(desmoothed(sample, smoothing)), periods)
