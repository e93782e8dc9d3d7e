"""Exact integer shares for kernels: 64-bit integers in, no float decides anything."""

from typing import Any

import numpy as np

from qazyna.tracing.follow.pool import Array
from qazyna.tracing.kernel import uncounted

SAFE = 1 << 56
"""Below it, a quotient guessed in floats is off by so little that a 64-bit remainder tells it."""

FEW = 8
"""So many units are given out one by one."""


@uncounted
def divided(x: Any, v: Any, total: Any, ratio: Any) -> tuple[Any, Any]:
    """x·v/total as quotient and remainder, for 0 ≤ x, v ≤ total, the product of any size.

    `ratio` is x/total in floats.
    """
    if total < SAFE:
        # The guess is off by some tens of units at the very most, below 2^50 by one; so the true
        # remainder survives the wrapping of the product at 64 bits, and says how far it is off.
        quotient = np.int64(ratio * np.float64(v))
        rest = np.int64(x) * np.int64(v) - quotient * np.int64(total)
        while rest < 0:
            rest += total
            quotient -= 1
        while rest >= total:
            rest -= total
            quotient += 1
        return quotient, rest
    quotient, rest = np.int64(0), np.int64(0)
    for bit in range(62, -1, -1):
        # twice the rest, then x more where v has the bit: each reduced before it can pass 2^63
        quotient <<= 1
        if rest >= total - rest:
            rest -= total - rest
            quotient += 1
        else:
            rest += rest
        if (v >> bit) & 1:
            if rest >= total - x:
                rest -= total - x
                quotient += 1
            else:
                rest += x
    return quotient, rest


@uncounted
def apportion(x: Any, values: Array, total: Any, shares: Array, rests: Array) -> None:
    """Split x by `values`, whose sum is `total`: largest remainders, the first on ties.

    `shares` receives the split, whose sum is x; `rests` is overwritten.
    """
    left = np.int64(x)
    ratio = np.float64(x) / np.float64(total)
    for i in range(len(values)):
        quotient, rest = divided(x, values[i], total, ratio)
        shares[i] = quotient
        rests[i] = rest
        left -= quotient
    if left > FEW:
        _many(left, total, shares, rests)
        return
    for _ in range(left):
        best = 0
        for i in range(len(rests)):
            if rests[i] > rests[best]:
                best = i
        shares[best] += 1
        rests[best] = -1


@uncounted
def _many(left: Any, total: Any, shares: Array, rests: Array) -> None:
    """Give a unit each to the `left` largest rests."""
    # The largest threshold that at least so many reach; whoever passes it gets one in any case.
    low, high = np.int64(0), np.int64(total)
    while high - low > 1:
        middle = low + ((high - low) >> 1)
        reach = np.int64(0)
        for i in range(len(rests)):
            reach += rests[i] >= middle
        if reach >= left:
            low = middle
        else:
            high = middle
    for i in range(len(rests)):
        if rests[i] > low:
            shares[i] += 1
            left -= 1
    for i in range(len(rests)):
        if left > 0 and rests[i] == low:
            shares[i] += 1
            left -= 1
