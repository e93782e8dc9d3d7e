"""Change: which output of a payment returns to whoever paid. Soft links, never joined silently.

Each heuristic strikes outputs out; where exactly one is left, it names that one. A link stands for
one output of one transaction, with the heuristics that name it, those that name another, and the
confidence of the best that name it, on the scale of TagPacks. BlockSci's locktime heuristic is not
here: a store keeps no locktime.

Sources: Kalodner et al., "BlockSci" (2020); GraphSense's one-time change.
"""

from enum import IntFlag
from typing import Any

import numpy as np
import polars as pl

from qazyna.tracing.cluster import columns
from qazyna.tracing.cluster.change_kernel import fees, note, vote
from qazyna.tracing.cluster.reach import Reach, stretches
from qazyna.tracing.coinjoin import JOINS
from qazyna.tracing.store.reading import Store

Array = np.ndarray[Any, Any]


class Sign(IntFlag):
    """The heuristics for change, as bits of one mask a link."""

    one_time = 1
    """Script type of the inputs, no round thousand, less than every input, an address paid once and
    never an input before; the only such output, of two to ten."""
    peeling = 2
    """The larger output, in a chain of transactions with one input and two outputs."""
    power_of_ten = 4
    """Not a multiple of a million base units."""
    optimal = 8
    """Less than every input: else that input was not needed."""
    address_type = 16
    """All inputs are of one script type, and this output too."""
    reuse = 32
    """The address is among the inputs'."""
    fresh = 64
    """The address was never seen before."""
    legacy = 128
    """Fresh and optimal."""
    fixed_fee = 256
    """Spent by a transaction that pays the very same fee."""


CONFIDENCE = {Sign.one_time: 50, Sign.reuse: 50}
OTHERS = 20
"""What one of the other heuristics is worth alone: as much as a label that was crawled."""

LINKS = {
    "tx": pl.UInt32,
    "n": pl.UInt32,
    "cluster": pl.UInt32,
    "address": pl.UInt32,
    "signs": pl.UInt16,
    "against": pl.UInt16,
    "confidence": pl.UInt8,
}


def links(store: Store, until: Reach, labels: Array, coinjoins: pl.DataFrame) -> pl.DataFrame:
    """The soft links of all transactions known, ascending by (tx, n).

    `cluster` is that of the inputs, `address` the output's. A transaction that fits a rule for
    coinjoins has none. What an address does later than `until` is not looked at.
    """
    known, end = until.addresses, until.transactions
    first_paid = np.full(known, 0xFFFFFFFF, np.uint32)
    times_paid = np.zeros(known, np.uint8)
    first_spent = np.full(known, 0xFFFFFFFF, np.uint32)
    kinds = np.zeros(known, np.uint8)
    shape = np.zeros(end, np.uint8)
    fee = np.full(end, -1, np.int64)
    joined = np.zeros(end, np.bool_)
    joined[coinjoins.filter(pl.col("rules") & JOINS != 0)["tx"].to_numpy()] = True
    out_first = np.zeros(end + 1, np.int64)
    for stretch in stretches(store, 0, end):
        here = columns.read(store, stretch)
        note(
            here.in_tx, here.in_addr, here.out_tx, here.out_addr, here.out_kind,
            first_paid, times_paid, first_spent, kinds,
        )  # fmt: skip
        n_in = np.diff(here.in_ends, prepend=0)
        n_out = np.diff(here.out_ends, prepend=0)
        at = slice(stretch.first, stretch.end)
        shape[at] = (n_in == 1) & (n_out == 2)
        fee[at] = fees(here.in_ends, here.in_value, here.out_ends, here.out_value)
        out_first[stretch.first + 1 : stretch.end + 1] = out_first[stretch.first] + here.out_ends

    same_fee, peels = _neighbours(store, end, fee, shape, out_first)
    found = []
    for stretch in stretches(store, 0, end):
        here = columns.read(store, stretch)
        low, high = out_first[stretch.first], out_first[stretch.end]
        found.append(
            _links(
                here,
                vote(
                    here.first, here.in_ends, here.in_addr, here.in_value,
                    here.out_ends, here.out_addr, here.out_value,
                    first_paid, times_paid, first_spent, kinds,
                    joined, peels, same_fee[low:high],
                ),
                labels,
            )
        )  # fmt: skip
    return pl.concat([pl.DataFrame(schema=LINKS), *found])


def _neighbours(
    store: Store, end: int, fee: Array, shape: Array, out_first: Array
) -> tuple[Array, Array]:
    """By output: spent by a transaction with the same fee. By transaction: part of a peel chain."""
    same_fee = np.zeros(int(out_first[-1]), np.bool_)
    peels = np.zeros(end, np.bool_)
    for stretch in stretches(store, 0, end):
        file = store.path / "parts" / stretch.part.name / "inputs.parquet"
        spent = pl.read_parquet(file, columns=["tx", "prev_tx", "prev_n"])
        spent = spent.filter(pl.col("tx") < stretch.end, pl.col("prev_tx") < end)
        tx, prev = spent["tx"].to_numpy(), spent["prev_tx"].to_numpy()
        rows = out_first[prev] + spent["prev_n"].to_numpy()
        rows_there = rows < out_first[prev.astype(np.int64) + 1]
        same = rows_there & (fee[tx] == fee[prev]) & (fee[tx] > 0)
        same_fee[rows[same]] = True
        both = (shape[tx] & shape[prev]).astype(bool)
        peels[tx[both]] = True
        peels[prev[both]] = True
    return same_fee, peels


def _links(here: columns.Columns, votes: tuple[Array, Array], labels: Array) -> pl.DataFrame:
    signs, against = votes
    rows = np.flatnonzero(signs)
    tx = here.out_tx[rows]
    inside = (tx - here.first).astype(np.int64)
    begins = here.out_ends[inside] - np.diff(here.out_ends, prepend=0)[inside]
    spender = here.in_addr[here.in_ends[inside] - 1]
    confidence = np.full(len(rows), OTHERS, np.uint8)
    for sign, worth in CONFIDENCE.items():
        confidence[signs[rows] & int(sign) != 0] = worth
    return pl.DataFrame(
        {
            "tx": tx,
            "n": (rows - begins).astype(np.uint32),
            "cluster": labels[spender],
            "address": here.out_addr[rows],
            "signs": signs[rows],
            "against": against[rows],
            "confidence": confidence,
        },
        schema=LINKS,
    )
