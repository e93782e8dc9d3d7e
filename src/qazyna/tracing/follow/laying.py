"""How a queue, or a vector, is laid over a transaction's outputs, and where it is worked out."""

from typing import Any

import numpy as np

from qazyna.tracing.follow.arithmetic import apportion
from qazyna.tracing.follow.pool import (
    CLEAN,
    NONE,
    OUTPUTS,
    SEED,
    SEGMENTS,
    SERVICE,
    Array,
    Flow,
    Pool,
    Seeds,
)
from qazyna.tracing.follow.rows import append, enter, note
from qazyna.tracing.follow.rows import seed as sow
from qazyna.tracing.kernel import uncounted

POISON, HAIRCUT, FIFO, LIFO = range(4)


@uncounted
def most(mode: Any, sources: Any, pieces: Any, outs: Any) -> Any:
    """At most so many segments come of a transaction, its own and those noted."""
    if mode < FIFO:
        return (min(sources, pieces) + 1) * (outs + 2) + pieces
    return 2 * (pieces + outs + 1)


@uncounted
def work_of(mode: Any, sources: Any, pieces: Any, outs: Any) -> Any:
    """So many numbers a transaction, or a block's end, is worked out in: see `parts_of`."""
    kept = sources if mode < FIFO else np.int64(0)
    return 2 * (outs + 1) + 2 * pieces + kept + min(kept, pieces) * (outs + 1)


@uncounted
def parts_of(
    work: Array, at: Any, mode: Any, sources: Any, pieces: Any, outs: Any
) -> tuple[Array, Array, Array, Array, Array, Array]:
    """Cells, rests, amounts, labels, totals (none came yet), shares: pieces of `work` from there.

    Labels of queues are as many as pieces, and the sources of a vector are not more.
    """
    cells = work[at : at + outs + 1]
    at += outs + 1
    rests = work[at : at + outs + 1]
    at += outs + 1
    amounts = work[at : at + pieces]
    at += pieces
    labels = work[at : at + pieces]
    at += pieces
    kept = sources if mode < FIFO else np.int64(0)
    totals = work[at : at + kept]
    for s in range(kept):
        totals[s] = -1
    return cells, rests, amounts, labels, totals, work[at + kept :]


@uncounted
def turn(amounts: Array, labels: Array, many: Any) -> None:
    """The queue from its end."""
    for at in range(many >> 1):
        other = many - 1 - at
        amounts[at], amounts[other] = amounts[other], amounts[at]
        labels[at], labels[other] = labels[other], labels[at]


@uncounted
def vector(
    totals: Array, value: Any, cells: Array, mode: Any, shares: Array, labels: Array, rests: Array
) -> Any:
    """What each cell has of each source that came in, into `shares`, its sources into `labels`;
    returns how many these are."""
    many, wide = np.int64(0), np.int64(len(cells))
    for s in range(len(totals)):
        if totals[s] < 0:
            continue
        labels[many] = s
        row = shares[many * wide : (many + 1) * wide]
        if mode == HAIRCUT and value > 0:
            apportion(totals[s], cells, value, row, rests)
        else:
            for k in range(wide):
                row[k] = cells[k] if mode == POISON else np.int64(0)
        many += 1
    return many


@uncounted
def put(
    pool: Pool,
    flow: Flow,
    t: Any,
    mode: Any,
    seeds: Seeds,
    seed: Any,
    last_seed: Any,
    shares: Array,
    amounts: Array,
    labels: Array,
    many: Any,
    cells: Array,
) -> Any:
    """Lay a queue, or a vector, over a transaction's outputs and the rest, the last of `cells`.

    Of a queue `amounts` and `labels` are its segments; of a vector `shares` has a row for each
    source `labels[s]`: what each cell has of it. Returns where the rest's segments begin.
    """
    counts, segments, notes = pool.counts, pool.segments, pool.notes
    tx, out0, outs = flow.first_tx + t, np.int64(flow.out_from[t]), len(cells) - 1
    first, at, taken = counts[OUTPUTS], np.int64(0), np.int64(0)
    begin = counts[SEGMENTS]
    for k in range(outs + 1):
        begin = end = counts[SEGMENTS]
        tainted = False
        if mode >= FIFO:
            left = cells[k]
            while left > 0 and at < many:
                piece = min(left, amounts[at] - taken)
                if piece > 0:
                    end = append(segments, end, begin, piece, labels[at])
                    tainted = tainted or labels[at] != CLEAN
                left -= piece
                taken += piece
                if taken == amounts[at]:
                    at += 1
                    taken = np.int64(0)
        else:
            for s in range(many):
                share = shares[s * (outs + 1) + k]
                if share > 0 or (mode == POISON and k < outs):
                    segments[end].amount = share
                    segments[end].label = labels[s]
                    end += 1
                    tainted = True
        if k == outs:
            counts[SEGMENTS] = end if tainted else begin
            break
        seeded = seed < last_seed and seeds.n[seed] == k
        stop = np.int64(flow.out_stop[out0 + k])
        if tainted and stop:
            for each in range(begin, end):
                label = np.int64(segments[each].label)
                if label != CLEAN:
                    note(counts, notes, tx, k, SERVICE, stop, label, segments[each].amount)
            end = begin
            tainted = False
        if seeded:
            counts[SEGMENTS] = end
            while seed < last_seed and seeds.n[seed] == k:
                source = np.int64(seeds.source[seed])
                gained = sow(pool, begin, cells[k], source, mode >= FIFO)
                note(counts, notes, tx, k, SEED, np.int64(0), source, gained)
                seed += 1
            end = counts[SEGMENTS]
        elif not tainted:
            continue
        if end == begin:
            continue
        output = pool.outputs[counts[OUTPUTS]]
        output.n, output.value, output.spent_by = k, cells[k], NONE
        output.begin, output.length = begin, end - begin
        counts[OUTPUTS] += 1
        counts[SEGMENTS] = end
    if counts[OUTPUTS] > first:
        enter(pool, tx, first)
    return begin
