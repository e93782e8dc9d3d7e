"""What is tainted so far, as rows that kernels fill: one a transaction, an output, a segment.

Transactions come in chain order, so the rows of one are found by rank: how many tainted ones came
before it, by a bitmap with running counts. That is a sixteenth of a hash table's size, and the
bitmap a scan tests (a bit a transaction) stays in the processor's cache.
"""

from typing import Any, NamedTuple

import numpy as np

Array = np.ndarray[Any, Any]

NONE = np.uint32(0xFFFFFFFF)
"""No transaction: an output nobody has spent, an input whose source is unknown."""

CLEAN = np.int32(-1)
"""The label of a segment that comes from no source."""

SEED, FEE, SERVICE, COINJOIN, CROSSED, PAID = range(6)
"""`why` of a note: a source began, taint rests as a fee, stopped at a service or a coinjoin, went
through a coinjoin; a tainted fee was paid, wherever it went then"""

# Places in `counts`.
TXS, OUTPUTS, SEGMENTS, SETS, NOTES, FEES = range(6)
WORD, SEEDED, AT, OPEN_BLOCK, MINTED_FROM, MINTED_TO, TOUCHED, UNBALANCED, ROOM = range(6, 15)
COUNTS = 15

TX = np.dtype(
    [("tx", "u4"), ("outputs", "u4"), ("first", "i8"), ("unspent", "i8")],
    align=True,
)
"""A tainted transaction; its outputs are rows `first` and following."""

OUTPUT = np.dtype(
    [("n", "u4"), ("spent_by", "u4"), ("value", "i8"), ("begin", "i8"), ("length", "i8")],
    align=True,
)
"""A tainted output; its segments are rows `begin` and following."""

SEGMENT = np.dtype([("amount", "i8"), ("label", "i4")])
"""Base units, and whose: -1 clean, else a set of sources."""

SET = np.dtype([("older", "i4"), ("source", "i4")])
"""A set of sources: an older set, and one source more."""

NOTE = np.dtype(
    [("n", "i8"), ("amount", "i8"), ("tx", "u4"), ("label", "i4"), ("why", "u1"), ("detail", "u1")],
    align=True,
)
"""What rests on no output; `n` is -1 where it is of the whole transaction."""

PAID_FEE = np.dtype([("begin", "i8"), ("length", "i8"), ("value", "i8"), ("tx", "u4")], align=True)
"""A fee of the open block that carries taint; `value` is all of it, clean or not."""


class Pool(NamedTuple):
    """The taint. Rows grow by being replaced; `counts` says how many of each are in use."""

    counts: Array
    live: Array
    """a bit a transaction of the chain: it has a tainted output that is not spent"""
    ever: Array
    """it has, or had, a tainted output"""
    before: Array
    """how many of `ever` precede each word"""
    txs: Array
    outputs: Array
    segments: Array
    sets: Array
    notes: Array
    fees: Array
    work: Array
    """i64: what one transaction is worked out in"""


class Flow(NamedTuple):
    """A run of whole blocks, as columns that nobody writes to: see `flow_of`.

    Ids count from the chain's first transaction.
    """

    first_tx: Any
    """i64"""
    told: Any
    """whether `in_addr` and `in_value` are there; else the store's outputs are asked"""
    prev_tx: Array
    """u32, one an input, in order of transaction and index; NONE where unknown"""
    prev_n: Array
    in_addr: Array
    """u32; NONE where unknown"""
    in_value: Array
    """i64; -1 where unknown"""
    in_from: Array
    """u32, one a transaction and one more: where its inputs begin"""
    out_addr: Array
    out_value: Array
    out_kind: Array
    out_stop: Array
    """u8, one an output: not nothing where taint is to stop"""
    out_from: Array
    """u32"""
    fee: Array
    """i64; -1 where unknown. Where it is known, so is what the inputs brought: outputs and fee."""
    coinbase: Array
    coinjoin: Array
    """u8, one a transaction: the rules that it fits; none at all where nobody has judged yet"""
    blocks: Array
    """i64: where each block begins, counted from the run's first transaction; the end last"""
    subsidy: Array
    """i64, one a block; -1 where the chain's schedule is not known"""


_KINDS = {
    **dict.fromkeys(("prev_tx", "prev_n", "in_addr", "in_from", "out_addr", "out_from"), np.uint32),
    **dict.fromkeys(("out_kind", "out_stop", "coinbase", "coinjoin"), np.uint8),
    **dict.fromkeys(("in_value", "out_value", "fee", "blocks", "subsidy"), np.int64),
}


def flow_of(first_tx: int, told: bool, **columns: Any) -> Flow:
    """Each column in its type, in one piece and closed to writing: kernels are compiled once."""
    return Flow(
        np.int64(first_tx),
        told,
        **{name: closed(columns[name], kind) for name, kind in _KINDS.items()},
    )


def closed(column: Any, kind: Any) -> Array:
    """A column of a type, in one piece, closed to writing; copied only if it must be."""
    array = np.ascontiguousarray(column, kind).view()
    array.flags.writeable = False
    return array


class Outputs(NamedTuple):
    """The outputs of a whole store, as memory addresses: see `Store.part_outputs`.

    One row a part: u64 addresses of its columns; `first_tx`, i64, has one more.
    """

    first_tx: Array
    first: Array
    addr: Array
    value: Array


class Seeds(NamedTuple):
    """Where the sources begin: outputs, in chain order."""

    tx: Array
    n: Array
    source: Array
    """i32: which of the sources asked for"""


_ROWS = {
    "txs": (TXS, TX),
    "outputs": (OUTPUTS, OUTPUT),
    "segments": (SEGMENTS, SEGMENT),
    "sets": (SETS, SET),
    "notes": (NOTES, NOTE),
    "fees": (FEES, PAID_FEE),
}


_FIRST = 1 << 14
"""Rows of each kind to begin with; untouched memory costs nothing."""


def empty(transactions: int, sources: int) -> Pool:
    """Nothing is tainted yet; each source is a set of its own."""
    counts = np.zeros(COUNTS, np.int64)
    counts[SETS] = sources
    counts[WORD] = counts[OPEN_BLOCK] = -1
    words = transactions // 64 + 2
    rows = {name: np.empty(_FIRST, kind) for name, (_, kind) in _ROWS.items()}
    rows["sets"] = np.empty(sources + 64, SET)
    rows["sets"]["older"] = CLEAN
    rows["sets"]["source"] = np.arange(sources + 64)
    bits = {"live": np.uint64, "ever": np.uint64, "before": np.uint32}
    return Pool(
        counts,
        **{name: np.zeros(words, kind) for name, kind in bits.items()},
        **rows,
        work=np.empty(_FIRST, np.int64),
    )


def with_room(pool: Pool, more: int) -> Pool:
    """The same, with room for so many more rows of each kind."""
    replaced = {}
    for name, (count, kind) in _ROWS.items():
        used, old = int(pool.counts[count]), getattr(pool, name)
        if len(old) < used + more:
            replaced[name] = np.empty(max(2 * len(old), used + more), kind)
            replaced[name][:used] = old[:used]
    if len(pool.work) < more:
        replaced["work"] = np.empty(2 * more, np.int64)
    return pool._replace(**replaced)


def sources_of(pool: Pool, label: int) -> list[int]:
    """Which sources a segment's label stands for."""
    found = []
    while label >= 0:
        found.append(int(pool.sets["source"][label]))
        label = int(pool.sets["older"][label])
    return sorted(found)
