"""Passes over transfers, sorted by address and asset; amounts are pairs of u64, high and low."""

from typing import Any

import numpy as np

from qazyna.tracing.kernel import kernel

Array = np.ndarray[Any, Any]


@kernel
def _apart(high: Any, low: Any, other_high: Any, other_low: Any, most: Any) -> Any:
    """Whether two amounts differ by more than `most` (u64)."""
    if high < other_high or (high == other_high and low < other_low):
        high, low, other_high, other_low = other_high, other_low, high, low
    borrow = np.uint64(1) if low < other_low else np.uint64(0)
    return (high - other_high - borrow) != np.uint64(0) or (low - other_low) > most


@kernel
def forwarded(
    at: Array,
    asset: Array,
    block: Array,
    out: Array,
    high: Array,
    low: Array,
    most: Array,
    blocks: int,
) -> tuple[Array, Array]:
    """Pairs of rows: an amount that came, and the first later one, as large but for `most`, that
    went within so many blocks.

    Rows of one address and asset stand together, in the order of the chain; `out`: it went.
    """
    came, went = np.empty(len(at), np.int64), np.empty(len(at), np.int64)
    pairs = 0
    for row in range(len(at)):
        if out[row]:
            continue
        later = row + 1
        while later < len(at) and at[later] == at[row] and asset[later] == asset[row]:
            if block[later] - block[row] > blocks:
                break
            if out[later] and not _apart(high[row], low[row], high[later], low[later], most[row]):
                came[pairs], went[pairs] = row, later
                pairs += 1
                break
            later += 1
    return came[:pairs], went[:pairs]


@kernel
def swept(at: Array, asset: Array, out: Array, high: Array, low: Array) -> Array:
    """Rows that pay on exactly all that came since the address last paid any of the asset.

    Rows of one address and asset stand together, in the order of the chain; `out`: it went.
    """
    found = np.zeros(len(at), np.bool_)
    sum_high, sum_low, came = np.uint64(0), np.uint64(0), False
    for row in range(len(at)):
        if row == 0 or at[row] != at[row - 1] or asset[row] != asset[row - 1]:
            sum_high, sum_low, came = np.uint64(0), np.uint64(0), False
        if out[row]:
            found[row] = came and sum_high == high[row] and sum_low == low[row]
            sum_high, sum_low, came = np.uint64(0), np.uint64(0), False
        else:
            before = sum_low
            sum_low = sum_low + low[row]
            sum_high = sum_high + high[row] + (np.uint64(1) if sum_low < before else np.uint64(0))
            came = True
    return found
