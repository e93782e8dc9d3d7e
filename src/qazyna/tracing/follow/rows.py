"""Rows of the pool as kernels find and write them."""

from typing import Any

import numpy as np

from qazyna.tracing.follow.pool import (
    CLEAN,
    FEES,
    NONE,
    NOTES,
    OUTPUTS,
    ROOM,
    SEGMENTS,
    SETS,
    TXS,
    WORD,
    Array,
    Pool,
)
from qazyna.tracing.kernel import uncounted


@uncounted
def first_hit(live: Array, prev_tx: Array, at: Any, end: Any) -> Any:
    """The first input from `at` on that spends a live transaction; `end` if there is none."""
    one, low = np.uint64(1), np.uint64(63)
    bits = np.uint64(len(live) * 64)
    here, stop = np.uint64(at), np.uint64(end)
    while here < stop:
        prev = np.uint64(prev_tx[here])
        if prev < bits and (live[prev >> np.uint64(6)] >> (prev & low)) & one:
            break
        here += one
    return np.int64(here)


@uncounted
def place(ascending: Array, value: Any) -> Any:
    """The row of the last of them that does not pass `value`."""
    low, high = np.int64(0), np.int64(len(ascending))
    while high - low > 1:
        middle = (low + high) >> 1
        if np.int64(ascending[middle]) <= value:
            low = middle
        else:
            high = middle
    return low


@uncounted
def _ones(word: Any) -> Any:
    """How many bits of it are set."""
    x = np.uint64(word)
    x = x - ((x >> np.uint64(1)) & np.uint64(0x5555555555555555))
    x = (x & np.uint64(0x3333333333333333)) + ((x >> np.uint64(2)) & np.uint64(0x3333333333333333))
    x = (x + (x >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return np.int64((x * np.uint64(0x0101010101010101)) >> np.uint64(56))


@uncounted
def _rank(ever: Array, before: Array, tx: Any) -> Any:
    """The row of a transaction that is tainted."""
    below = (np.uint64(1) << np.uint64(tx & 63)) - np.uint64(1)
    return np.int64(before[tx >> 6]) + _ones(ever[tx >> 6] & below)


@uncounted
def found(pool: Pool, tx: Any, n: Any) -> Any:
    """The row of a tainted output that is not spent, or -1."""
    live, outputs = pool.live, pool.outputs
    if tx == NONE or tx >> 6 >= len(live):
        return np.int64(-1)
    if not (live[tx >> 6] >> np.uint64(tx & 63)) & np.uint64(1):
        return np.int64(-1)
    row = pool.txs[_rank(pool.ever, pool.before, tx)]
    low = np.int64(row.first)
    high = end = low + np.int64(row.outputs)
    while low < high:
        middle = (low + high) >> 1
        if outputs[middle].n < n:
            low = middle + 1
        else:
            high = middle
    if low < end and outputs[low].n == n and outputs[low].spent_by == NONE:
        return low
    return np.int64(-1)


@uncounted
def spend(pool: Pool, prev: Any) -> None:
    """Note that one tainted output less of a transaction is left."""
    row = pool.txs[_rank(pool.ever, pool.before, prev)]
    row.unspent -= 1
    if row.unspent == 0:
        pool.live[prev >> 6] &= ~(np.uint64(1) << np.uint64(prev & 63))


@uncounted
def enter(pool: Pool, tx: Any, first: Any) -> None:
    """Enter a tainted transaction whose outputs are the rows from `first` on."""
    counts, txs, before = pool.counts, pool.txs, pool.before
    word, row = tx >> 6, counts[TXS]
    if word >= counts[WORD]:
        for each in range(counts[WORD] + 1, word + 1):
            before[each] = row
        counts[WORD] = word
    else:
        for each in range(word + 1, counts[WORD] + 1):
            before[each] += 1
    # A coinbase is decided after its block: those of the block that stand behind it move up.
    while row > 0 and txs[row - 1].tx > tx:
        txs[row] = txs[row - 1]
        row -= 1
    txs[row].tx = tx
    txs[row].first = first
    txs[row].outputs = txs[row].unspent = counts[OUTPUTS] - first
    counts[TXS] += 1
    mask = np.uint64(1) << np.uint64(tx & 63)
    pool.ever[word] |= mask
    pool.live[word] |= mask


@uncounted
def note(
    counts: Array, notes: Array, tx: Any, n: Any, why: Any, detail: Any, label: Any, amount: Any
) -> None:
    """Write down what rests on no output."""
    row = notes[counts[NOTES]]
    row.tx, row.n, row.why, row.detail = tx, n, why, detail
    row.label, row.amount = label, amount
    counts[NOTES] += 1


@uncounted
def append(segments: Array, at: Any, begin: Any, amount: Any, label: Any) -> Any:
    """Append to the row of segments that began there; neighbours of one label are one."""
    if at > begin and segments[at - 1].label == label:
        segments[at - 1].amount += amount
        return at
    segments[at].amount = amount
    segments[at].label = label
    return at + 1


@uncounted
def _joined(counts: Array, sets: Array, label: Any, source: Any) -> Any:
    """The label of a set of sources and one more."""
    if label == CLEAN:
        return np.int64(source)
    each = np.int64(label)
    while each != CLEAN:
        if sets[each].source == source:
            return np.int64(label)
        each = np.int64(sets[each].older)
    for at in range(counts[SETS]):
        if sets[at].older == label and sets[at].source == source:
            return np.int64(at)
    at = counts[SETS]
    sets[at].older, sets[at].source = label, source
    counts[SETS] += 1
    return np.int64(at)


@uncounted
def seed(pool: Pool, begin: Any, value: Any, source: Any, queue: bool) -> Any:
    """Make an output a source's, whole; what of it was not so before."""
    counts, segments = pool.counts, pool.segments
    end = counts[SEGMENTS]
    if queue:
        if end == begin and value > 0:
            end = append(segments, begin, begin, value, np.int64(CLEAN))
        gained = np.int64(0)
        for each in range(begin, end):
            joined = _joined(counts, pool.sets, segments[each].label, source)
            if joined != segments[each].label:
                gained += segments[each].amount
                segments[each].label = joined
    else:
        # A vector is in the order of its sources, and so stays.
        gained, at = np.int64(value), begin
        while at < end and segments[at].label < source:
            at += 1
        if at < end and segments[at].label == source:
            gained -= segments[at].amount
        else:
            for each in range(end, at, -1):
                segments[each] = segments[each - 1]
            end += 1
        segments[at].amount = value
        segments[at].label = source
    counts[SEGMENTS] = end
    return gained


@uncounted
def room(pool: Pool, outputs: Any, segments: Any, sets: Any, notes: Any, work: Any) -> bool:
    """Whether so much more can be written; if not, `counts` says how much is wanted."""
    counts = pool.counts
    if (
        counts[TXS] < len(pool.txs)
        and counts[FEES] < len(pool.fees)
        and counts[OUTPUTS] + outputs <= len(pool.outputs)
        and counts[SEGMENTS] + segments <= len(pool.segments)
        and counts[SETS] + sets <= len(pool.sets)
        and counts[NOTES] + notes <= len(pool.notes)
        and work <= len(pool.work)
    ):
        return True
    counts[ROOM] = max(outputs, segments, sets, notes, work, 1)
    return False
