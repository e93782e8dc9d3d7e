"""Every rate at which flows are worth nothing, and proof that no other lies in the interval.

With x = ln(1 + r), present value is a sum of exponentials. Its positive and its negative terms each
only fall as x grows, so that on any stretch of x the sum lies between bounds made at its two ends;
its slope likewise. A stretch whose bounds leave out zero holds no root; one whose slope keeps its
sign holds at most one, found by its signs; any other is halved. So no root is overlooked, and none
is found twice. Where values only touch zero, to within rounding, the point is given as a root, and
roots that lie nearer to one another than a millionth are given as one.
"""

from typing import Final

import numpy as np

from qazyna.programme.performance.arrays import Array

LOWEST, HIGHEST = -0.999999, 999_999.0
"""Rates a year among which roots are sought."""

_REACH: Final = float(np.log1p(HIGHEST))
_CELLS: Final = 64
_NARROW: Final = 1e-7
_BEYOND: Final = 1e-9
_ROUNDING: Final = 1e-14


def rates(amounts: Array, years: Array) -> list[float]:
    """Every r in [LOWEST, HIGHEST] with Σ amount (1 + r)^-years = 0, in rising order.

    Flows of one time are netted first. Without two signs there is no root.
    """
    times, at = np.unique(years, return_inverse=True)
    net = np.zeros(len(times))
    np.add.at(net, at, amounts)
    times, net = times[net != 0], net[net != 0]
    if not ((net > 0).any() and (net < 0).any()):
        return []
    # On both sides of r = 0 powers are turned so that they only fall: nothing can overflow.
    above = _zeros(net, times - times[0])
    below = _zeros(net[::-1], times[-1] - times[::-1])
    found = _apart(sorted((*(-x for x in below), *above)))
    return [float(np.expm1(x)) for x in found]


def _zeros(net: Array, powers: Array) -> list[float]:
    """Every x in [0, _REACH] with Σ net e^(-powers x) = 0."""
    signs = np.stack([np.where(net > 0, net, 0.0), np.where(net < 0, -net, 0.0)])
    edges = np.linspace(0.0, _REACH, _CELLS + 1)
    low, high = edges[:-1], edges[1:]
    found: list[float] = []
    while len(low):
        at_low, at_high = np.exp(-np.outer(powers, low)), np.exp(-np.outer(powers, high))
        (plus, minus), (plus_h, minus_h) = signs @ at_low, signs @ at_high
        slack = _ROUNDING * (plus + minus)
        possible = (plus_h - minus <= slack) & (plus - minus_h >= -slack)
        (rise, fall), (rise_h, fall_h) = (signs * powers) @ at_low, (signs * powers) @ at_high
        monotone = (rise_h - fall > 0) | (rise - fall_h < 0)
        sure = possible & monotone
        # Where a value at an end is nothing but rounding, the root may lie just beyond that end.
        ends = np.abs(plus - minus) <= slack, np.abs(plus_h - minus_h) <= slack
        found += _bisected(
            net, powers, (low - _BEYOND * ends[0])[sure], (high + _BEYOND * ends[1])[sure]
        )
        open_ = possible & ~monotone
        narrow = open_ & (high - low <= _NARROW)
        nothing = np.minimum(np.abs(plus - minus), np.abs(plus_h - minus_h)) <= 4 * slack
        crosses = (plus < minus) != (plus_h < minus_h)
        touched = narrow & (nothing | crosses)
        found += ((low[touched] + high[touched]) / 2).tolist()
        open_ &= ~narrow
        middle = (low[open_] + high[open_]) / 2
        low, high = np.append(low[open_], middle), np.append(middle, high[open_])
    return _apart(sorted(found))


def _bisected(net: Array, powers: Array, low: Array, high: Array) -> list[float]:
    """The one root in each stretch whose ends differ in sign, as exact as arithmetic gives it."""
    at_low, at_high = (net @ np.exp(-np.outer(powers, x)) for x in (low, high))
    crossing = (at_low < 0) != (at_high < 0)
    low, high, rising = low[crossing], high[crossing], at_low[crossing] < 0
    for _ in range(64):
        middle = (low + high) / 2
        below = (net @ np.exp(-np.outer(powers, middle)) < 0) == rising
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return [float(x) for x in (low + high) / 2]


def _apart(found: list[float]) -> list[float]:
    """Neighbours nearer than can be told apart are one root: the middle of them."""
    groups: list[list[float]] = []
    for x in found:
        if groups and x - groups[-1][-1] <= 10 * _NARROW:
            groups[-1].append(x)
        else:
            groups.append([x])
    return [(group[0] + group[-1]) / 2 for group in groups]
