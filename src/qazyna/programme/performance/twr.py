"""Returns that the timing of flows does not touch.

A flow counts at the end of its day: it earns nothing on that day and everything after it. Positive
is paid in.
"""

import math
from collections.abc import Iterable, Sequence
from datetime import date

import numpy as np

from qazyna.programme.performance.arrays import Array


def linked(returns: Iterable[float]) -> float:
    """Π(1 + r) - 1: sub-periods put together.

    >>> round(linked([0.10, -0.05]), 10)
    0.045
    """
    return math.prod(1.0 + each for each in returns) - 1.0


def daily_linked(values: Array, flows: Array) -> float:
    """The true time-weighted return: a value on every day on which something flowed, linked.

    `values` are at the ends of days, flows of the day included; the first is the opening value, and
    the flow of that day is not looked at. r_k = (V_k - F_k) / V_{k-1} - 1. NaN where nothing was
    invested at the beginning of a sub-period.
    """
    before = values[:-1]
    if not (before > 0).all():
        return math.nan
    return linked((values[1:] - flows[1:]) / before - 1.0)


def day_weights(days: Sequence[date], begin: date, end: date) -> Array:
    """The part of the period from the end of `begin` to the end of `end` that each day's flow was
    there for."""
    whole = (end - begin).days
    return np.array([(end - day).days / whole for day in days], dtype=np.float64)


def modified_dietz(begin: float, end: float, flows: Array, weights: Array) -> float:
    """(V₁ - V₀ - F) / (V₀ + Σ wᵢFᵢ). NaN where what was invested on average is nothing or less."""
    invested = begin + float(weights @ flows)
    if invested <= 0:
        return math.nan
    return (end - begin - float(flows.sum())) / invested
