"""Exact integer shares for kernels: 64-bit integers in, no float decides anything."""

from typing import Any

import numpy as np

from qazyna.tracing.follow.pool import Array
from qazyna.tracing.kernel import kernel

SAFE = 1 << 56
"""Below it, a quotient guessed in floats is off by so little that a 64-bit remainder tells it."""


@kernel
def divided(x: Any, v: Any, total: Any) -> tuple[Any, Any]:
    """x·v/total as quotient and remainder, for 0 ≤ x, v ≤ total, the product of any size."""
    if total < SAFE:
        # The guess is off by a few units at most, so the true remainder survives the wrapping of
        # the product at 64 bits, and says how far it is off.
        quotient = np.int64(np.float64(x) * np.float64(v) / np.float64(total))
        rest = np.int64(x) * np.int64(v) - quotient * np.int64(total)
        step = rest // total
        return quotient + step, rest - step * total
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


@kernel
def apportion(x: Any, values: Array, total: Any, shares: Array, rests: Array) -> None:
    """Split x by `values`, whose sum is `total`: largest remainders, the first on ties.

    `shares` receives the split, whose sum is x; `rests` is overwritten.
    """
    left = x
    for i in range(len(values)):
        quotient, rest = divided(x, values[i], total)
        shares[i] = quotient
        rests[i] = rest
        left -= quotient
    if left > 8:
        order = np.argsort(-rests[: len(values)], kind="mergesort")
        for i in order[:left]:
            shares[i] += 1
        return
    for _ in range(left):
        best = 0
        for i in range(len(values)):
            if rests[i] > rests[best]:
                best = i
        shares[best] += 1
        rests[best] = -1
