"""What is tainted so far, as arrays that kernels fill: one row a transaction, an output, a segment.

Transactions come in chain order, so the rows of one are found by rank: how many tainted ones came
before it, by a bitmap with running counts. That is a sixteenth of a hash table's size, and the
bitmap a scan tests (a bit a transaction) stays in the processor's cache.
"""

from typing import NamedTuple

import numpy as np

NONE = np.uint32(0xFFFFFFFF)
"""No transaction: an output nobody has spent, an input whose source is unknown."""

CLEAN = np.int32(-1)
"""The label of a segment that comes from no source."""

# What happened to an amount that rests on no output: `why` of the log.
SEED, FEE, SERVICE, COINJOIN, CROSSED, PAID = range(6)

# Places in `counts`.
N_TX, N_OUT, N_SEG, N_SET, N_LOG, N_FEE = range(6)
WORD, SEEDED, AT, OPEN_BLOCK, MINTED_FROM, MINTED_TO, TOUCHED, UNBALANCED, ROOM = range(6, 15)
COUNTS = 15


class Pool(NamedTuple):
    """The taint. Arrays grow by being replaced; `counts` says how much of each is in use."""

    counts: np.ndarray
    # one bit, or one running count of 64 bits, a transaction of the chain
    live: np.ndarray
    """transactions with a tainted output that is not spent"""
    ever: np.ndarray
    """transactions with a tainted output"""
    before: np.ndarray
    """how many of `ever` precede each word"""
    # tainted transactions, in chain order
    tx: np.ndarray
    first: np.ndarray
    outputs: np.ndarray
    unspent: np.ndarray
    # tainted outputs
    n: np.ndarray
    value: np.ndarray
    spent_by: np.ndarray
    begin: np.ndarray
    length: np.ndarray
    # segments: an amount and whose it is
    amount: np.ndarray
    label: np.ndarray
    # labels that are sets of sources: an older set, and one source more
    older: np.ndarray
    source: np.ndarray
    # what rests on no output
    log_tx: np.ndarray
    log_n: np.ndarray
    log_why: np.ndarray
    log_detail: np.ndarray
    log_label: np.ndarray
    log_amount: np.ndarray
    # fees of the open block that carry taint
    fee_tx: np.ndarray
    fee_begin: np.ndarray
    fee_length: np.ndarray
    fee_value: np.ndarray
    """all of the fee, clean or not"""


class Flow(NamedTuple):
    """A run of whole blocks, as columns. Ids count from the chain's first transaction."""

    first_tx: int
    prev_tx: np.ndarray
    """u32, one an input, in order of transaction and index; NONE where unknown"""
    prev_n: np.ndarray
    in_value: np.ndarray
    """i64; -1 where unknown"""
    in_from: np.ndarray
    """i64, one a transaction and one more: where its inputs begin"""
    out_value: np.ndarray
    out_stop: np.ndarray
    """u8, one an output: not nothing where taint is to stop"""
    out_from: np.ndarray
    fee: np.ndarray
    """i64; -1 where unknown"""
    coinbase: np.ndarray
    coinjoin: np.ndarray
    """u8, one a transaction: the detector's code, or nothing"""
    blocks: np.ndarray
    """i64: where each block begins, counted from the run's first transaction; the end last"""
    subsidy: np.ndarray
    """i64, one a block; -1 where the chain's schedule is not known"""


class Seeds(NamedTuple):
    """Where the sources begin: outputs, in chain order."""

    tx: np.ndarray
    n: np.ndarray
    source: np.ndarray
    """i32: which of the sources asked for"""


GROUPS = {
    N_TX: ("tx", "first", "outputs", "unspent"),
    N_OUT: ("n", "value", "spent_by", "begin", "length"),
    N_SEG: ("amount", "label"),
    N_SET: ("older", "source"),
    N_LOG: ("log_tx", "log_n", "log_why", "log_detail", "log_label", "log_amount"),
    N_FEE: ("fee_tx", "fee_begin", "fee_length", "fee_value"),
}
"""Which arrays are as long as one another."""

_TYPES = {
    "tx": np.uint32,
    "first": np.int64,
    "outputs": np.uint32,
    "unspent": np.uint32,
    "n": np.uint32,
    "value": np.int64,
    "spent_by": np.uint32,
    "begin": np.int64,
    "length": np.uint32,
    "amount": np.int64,
    "label": np.int32,
    "older": np.int32,
    "source": np.int32,
    "log_tx": np.uint32,
    "log_n": np.int64,
    "log_why": np.uint8,
    "log_detail": np.uint8,
    "log_label": np.int32,
    "log_amount": np.int64,
    "fee_tx": np.uint32,
    "fee_begin": np.int64,
    "fee_length": np.int64,
    "fee_value": np.int64,
}


def empty(transactions: int, sources: int) -> Pool:
    """Nothing is tainted yet; each source is a set of its own."""
    counts = np.zeros(COUNTS, np.int64)
    counts[N_SET] = sources
    counts[WORD] = counts[OPEN_BLOCK] = -1
    words = transactions // 64 + 2
    arrays = {name: np.empty(64, kind) for name, kind in _TYPES.items()}
    arrays["older"] = np.full(sources + 64, CLEAN, np.int32)
    arrays["source"] = np.arange(sources + 64, dtype=np.int32)
    bits = {"live": np.uint64, "ever": np.uint64, "before": np.uint32}
    arrays |= {name: np.zeros(words, kind) for name, kind in bits.items()}
    return Pool(counts, **arrays)


def with_room(pool: Pool, more: int) -> Pool:
    """The same, with room for so many rows more in every array."""
    replaced = {}
    for count, names in GROUPS.items():
        used = int(pool.counts[count])
        for name in names:
            old = getattr(pool, name)
            if len(old) < used + more:
                new = np.empty(max(2 * len(old), used + more), old.dtype)
                new[:used] = old[:used]
                replaced[name] = new
    return pool._replace(**replaced)


def sources_of(pool: Pool, label: int) -> list[int]:
    """Which sources a segment's label stands for."""
    found = []
    while label >= 0:
        found.append(int(pool.source[label]))
        label = int(pool.older[label])
    return sorted(found)
