"""One pass along a chain, in blocks' order: how taint goes from inputs to outputs.

The definitions, all in integers (Anderson, Shumailov, Ahmed and Rietmann, "Bitcoin Redux", 2018,
for FIFO; Clayton's case, 1816): a transaction's inputs in index order, its outputs in order, the
fee last. A coinbase takes its subsidy, then the fees of its block in their order, and so is
decided when its block ends.

- poison: any tainted input taints every output and the fee, whole. Not conserved.
- haircut: each source's amount is shared by value, largest remainders first. Conserved.
- FIFO: the inputs' segments in a row, cut over the outputs. Conserved.
- LIFO: the same row read from its end. Conserved.

Whoever is asked for several sources gets each as if it had been asked for alone.
"""

import numba
import numpy as np

from qazyna.tracing.follow.arithmetic import apportion
from qazyna.tracing.follow.pool import (
    AT,
    CLEAN,
    COINJOIN,
    CROSSED,
    FEE,
    MINTED_FROM,
    MINTED_TO,
    N_FEE,
    N_LOG,
    N_OUT,
    N_SEG,
    N_SET,
    N_TX,
    NONE,
    OPEN_BLOCK,
    PAID,
    ROOM,
    SEED,
    SEEDED,
    SERVICE,
    TOUCHED,
    UNBALANCED,
    WORD,
)

POISON, HAIRCUT, FIFO, LIFO = range(4)
DONE, WANTS_ROOM = range(2)

_jit = numba.njit(cache=True, nogil=True)


@_jit
def first_hit(live, prev_tx, at, end):  # type: ignore[no-untyped-def]
    """The first input from `at` on that spends a live transaction; `end` if there is none."""
    one, low = np.uint64(1), np.uint64(63)
    bits = np.uint64(len(live) * 64)
    while at < end:
        prev = np.uint64(prev_tx[at])
        if prev < bits and (live[prev >> np.uint64(6)] >> (prev & low)) & one:
            break
        at += 1
    return at


@_jit
def _bit(words, tx):  # type: ignore[no-untyped-def]
    return (words[tx >> 6] >> np.uint64(tx & 63)) & np.uint64(1)


@_jit
def _ones(word):  # type: ignore[no-untyped-def]
    """How many bits of it are set."""
    x = np.uint64(word)
    x = x - ((x >> np.uint64(1)) & np.uint64(0x5555555555555555))
    x = (x & np.uint64(0x3333333333333333)) + ((x >> np.uint64(2)) & np.uint64(0x3333333333333333))
    x = (x + (x >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return np.int64((x * np.uint64(0x0101010101010101)) >> np.uint64(56))


@_jit
def _rank(ever, before, tx):  # type: ignore[no-untyped-def]
    """The row of a transaction that is tainted."""
    below = (np.uint64(1) << np.uint64(tx & 63)) - np.uint64(1)
    return np.int64(before[tx >> 6]) + _ones(ever[tx >> 6] & below)


@_jit
def _found(ever, before, first, outputs, ns, spent_by, tx, n):  # type: ignore[no-untyped-def]
    """The row of a tainted output that is not spent, or -1."""
    if tx == NONE or tx >> 6 >= len(ever) or not _bit(ever, tx):
        return -1
    row = _rank(ever, before, tx)
    begin = first[row]
    end = begin + np.int64(outputs[row])
    low, high = begin, end
    while low < high:
        middle = (low + high) >> 1
        if ns[middle] < n:
            low = middle + 1
        else:
            high = middle
    if low < end and ns[low] == n and spent_by[low] == NONE:
        return low
    return -1


@_jit
def _spent(ever, before, unspent, live, prev):  # type: ignore[no-untyped-def]
    """Note that one tainted output less of a transaction is left."""
    row = _rank(ever, before, prev)
    unspent[row] -= 1
    if unspent[row] == 0:
        live[prev >> 6] &= ~(np.uint64(1) << np.uint64(prev & 63))


@_jit
def _enter(pool, tx, first):  # type: ignore[no-untyped-def]
    """Enter a tainted transaction whose outputs are the rows from `first` on."""
    counts = pool.counts
    many = counts[N_OUT] - first
    word = tx >> 6
    row = counts[N_TX]
    if word >= counts[WORD]:
        for each in range(counts[WORD] + 1, word + 1):
            pool.before[each] = row
        counts[WORD] = word
    else:
        for each in range(word + 1, counts[WORD] + 1):
            pool.before[each] += 1
    # A coinbase is decided after its block: those of the block that stand behind it move up.
    while row > 0 and pool.tx[row - 1] > tx:
        pool.tx[row] = pool.tx[row - 1]
        pool.first[row] = pool.first[row - 1]
        pool.outputs[row] = pool.outputs[row - 1]
        pool.unspent[row] = pool.unspent[row - 1]
        row -= 1
    pool.tx[row] = tx
    pool.first[row] = first
    pool.outputs[row] = many
    pool.unspent[row] = many
    counts[N_TX] += 1
    mask = np.uint64(1) << np.uint64(tx & 63)
    pool.ever[word] |= mask
    pool.live[word] |= mask


@_jit
def _note(pool, tx, n, why, detail, label, amount):  # type: ignore[no-untyped-def]
    at = pool.counts[N_LOG]
    pool.log_tx[at] = tx
    pool.log_n[at] = n
    pool.log_why[at] = why
    pool.log_detail[at] = detail
    pool.log_label[at] = label
    pool.log_amount[at] = amount
    pool.counts[N_LOG] = at + 1


@_jit
def _segment(amounts, labels, at, begin, amount, label):  # type: ignore[no-untyped-def]
    """Append to the row of segments that began there; neighbours of one label are one."""
    if at > begin and labels[at - 1] == label:
        amounts[at - 1] += amount
        return at
    amounts[at] = amount
    labels[at] = label
    return at + 1


@_jit
def _joined(pool, label, source):  # type: ignore[no-untyped-def]
    """The label of a set of sources and one more."""
    if label == CLEAN:
        return source
    each = label
    while each != CLEAN:
        if pool.source[each] == source:
            return label
        each = pool.older[each]
    for at in range(pool.counts[N_SET]):
        if pool.older[at] == label and pool.source[at] == source:
            return at
    at = pool.counts[N_SET]
    pool.older[at] = label
    pool.source[at] = source
    pool.counts[N_SET] = at + 1
    return at


@_jit
def _room(pool, txs, outputs, segments, sets, logs, fees):  # type: ignore[no-untyped-def]
    """Whether so much more can be written; if not, `counts` says how much is wanted."""
    counts = pool.counts
    if (
        counts[N_TX] + txs <= len(pool.tx)
        and counts[N_OUT] + outputs <= len(pool.n)
        and counts[N_SEG] + segments <= len(pool.amount)
        and counts[N_SET] + sets <= len(pool.older)
        and counts[N_LOG] + logs <= len(pool.log_tx)
        and counts[N_FEE] + fees <= len(pool.fee_tx)
    ):
        return True
    counts[ROOM] = max(txs, outputs, segments, sets, logs, fees)
    return False


@_jit
def _most(mode, sources, pieces, outs):  # type: ignore[no-untyped-def]
    """At most so many segments come of a transaction, its own and those noted."""
    if mode < 2:
        return (sources + 1) * (outs + 2) + pieces
    return 2 * pieces + 2 * outs + 2


@_jit
def _fee(flow, t):  # type: ignore[no-untyped-def]
    """A transaction's fee: what its inputs have over its outputs, or what its record says."""
    paid, known = np.int64(0), True
    for i in range(flow.in_from[t], flow.in_from[t + 1]):
        if flow.in_value[i] < 0:
            known = False
        else:
            paid += flow.in_value[i]
    got = np.int64(0)
    for o in range(flow.out_from[t], flow.out_from[t + 1]):
        got += flow.out_value[o]
    if known and paid >= got:
        return paid - got
    return max(flow.fee[t], np.int64(0))


@_jit
def _put(  # type: ignore[no-untyped-def]
    pool, flow, t, mode, seeds, seed, last_seed, shares, amounts, labels, many, cells
):
    """Lay a queue, or a vector, over a transaction's outputs and what comes after them.

    Of a queue `amounts` and `labels` are its segments; of a vector `shares[s]` is the row of what
    each output, and the rest, has of source `labels[s]`. Returns where the rest's segments begin.
    """
    counts = pool.counts
    tx = flow.first_tx + t
    first = counts[N_OUT]
    amount, label = pool.amount, pool.label
    at, taken = 0, np.int64(0)
    queue = mode >= 2
    out0, out1 = flow.out_from[t], flow.out_from[t + 1]
    begin = counts[N_SEG]
    for k in range(out1 - out0 + 1):
        begin = counts[N_SEG]
        end = begin
        rest = k == out1 - out0
        value = cells[k]
        tainted = False
        if queue:
            left = value
            while left > 0 and at < many:
                piece = min(left, amounts[at] - taken)
                if piece > 0:
                    end = _segment(amount, label, end, begin, piece, labels[at])
                    tainted = tainted or labels[at] != CLEAN
                left -= piece
                taken += piece
                if taken == amounts[at]:
                    at += 1
                    taken = np.int64(0)
        else:
            for s in range(many):
                if shares[s, k] > 0 or (mode == 0 and not rest):
                    amount[end] = shares[s, k]
                    label[end] = labels[s]
                    end += 1
                    tainted = True
        counts[N_SEG] = end
        if rest:
            break
        seeded = seed < last_seed and seeds.n[seed] == k
        if flow.out_stop[out0 + k] and tainted and not seeded:
            for each in range(begin, counts[N_SEG]):
                if pool.label[each] != CLEAN:
                    _note(
                        pool,
                        tx,
                        k,
                        SERVICE,
                        flow.out_stop[out0 + k],
                        pool.label[each],
                        pool.amount[each],
                    )
            counts[N_SEG] = begin
            continue
        while seed < last_seed and seeds.n[seed] == k:
            source = seeds.source[seed]
            if queue:
                if counts[N_SEG] == begin and value > 0:
                    counts[N_SEG] = _segment(amount, label, begin, begin, value, CLEAN)
                gained = np.int64(0)
                for each in range(begin, counts[N_SEG]):
                    joined = _joined(pool, pool.label[each], source)
                    if joined != pool.label[each]:
                        gained += pool.amount[each]
                        pool.label[each] = joined
            else:
                # Vectors are in order of source, and so stay.
                gained = value
                place = begin
                while place < counts[N_SEG] and pool.label[place] < source:
                    place += 1
                if place < counts[N_SEG] and pool.label[place] == source:
                    gained -= pool.amount[place]
                else:
                    for each in range(counts[N_SEG], place, -1):
                        pool.amount[each] = pool.amount[each - 1]
                        pool.label[each] = pool.label[each - 1]
                    counts[N_SEG] += 1
                pool.amount[place] = value
                pool.label[place] = source
            _note(pool, tx, k, SEED, 0, source, gained)
            tainted = True
            seed += 1
        if not tainted or counts[N_SEG] == begin:
            counts[N_SEG] = begin
            continue
        row = counts[N_OUT]
        pool.n[row] = k
        pool.value[row] = value
        pool.spent_by[row] = NONE
        pool.begin[row] = begin
        pool.length[row] = counts[N_SEG] - begin
        counts[N_OUT] = row + 1
    if counts[N_OUT] > first:
        _enter(pool, tx, first)
    if not tainted:
        counts[N_SEG] = begin
    return begin


@_jit
def _vector(totals, value, cells, mode):  # type: ignore[no-untyped-def]
    """What each output, and the rest, has of each source that came in: (shares, sources)."""
    many = 0
    for s in range(len(totals)):
        if totals[s] >= 0:
            many += 1
    shares = np.zeros((many, len(cells)), np.int64)
    labels = np.empty(many, np.int32)
    rests = np.empty(len(cells), np.int64)
    row = 0
    for s in range(len(totals)):
        if totals[s] < 0:
            continue
        labels[row] = s
        if mode == 0:
            shares[row] = cells
        elif value > 0:
            apportion(totals[s], cells, value, shares[row], rests)
        row += 1
    return shares, labels


@_jit
def _transaction(pool, flow, seeds, mode, sources, crossing, t, last_seed):  # type: ignore[no-untyped-def]
    """Let taint, and seeds, go through one transaction. Returns whether there was room."""
    counts = pool.counts
    tx = flow.first_tx + t
    in0, in1 = flow.in_from[t], flow.in_from[t + 1]
    outs = flow.out_from[t + 1] - flow.out_from[t]
    ever, before, length, values = pool.ever, pool.before, pool.length, pool.value
    first, outputs, ns, spent_by = pool.first, pool.outputs, pool.n, pool.spent_by
    rows = np.empty(in1 - in0, np.int64)
    pieces, paid, unknown, tainted = 1, np.int64(0), -1, False
    for i in range(in0, in1):
        row = _found(ever, before, first, outputs, ns, spent_by, flow.prev_tx[i], flow.prev_n[i])
        rows[i - in0] = row
        if row >= 0:
            tainted = True
            pieces += length[row]
            paid += values[row]
        elif flow.in_value[i] < 0:
            pieces += 1
            if unknown < 0:
                unknown = i
        else:
            pieces += 1
            paid += flow.in_value[i]
    fresh = last_seed - counts[SEEDED]
    if not tainted and fresh == 0:
        return True
    room = _most(mode, min(sources, pieces), pieces, outs)
    if not _room(pool, 1, outs, room + 2 * fresh, (pieces + 1) * fresh, room + fresh, 1):
        return False
    counts[TOUCHED] += 1

    cells = np.empty(outs + 1, np.int64)
    got = np.int64(0)
    for k in range(outs):
        cells[k] = flow.out_value[flow.out_from[t] + k]
        got += cells[k]
    missing = np.int64(0)
    if unknown < 0 and paid >= got:
        cells[outs] = paid - got
    else:
        cells[outs] = max(flow.fee[t], np.int64(0))
        missing = max(got + cells[outs] - paid, np.int64(0))
        cells[outs] = max(cells[outs], paid - got)
        if tainted:
            counts[UNBALANCED] += 1
    value = paid + missing
    stop = flow.coinjoin[t] if tainted else 0

    amounts = np.empty(pieces, np.int64)
    labels = np.empty(pieces, np.int32)
    shares = np.empty((0, 0), np.int64)
    many = 0
    totals = np.full(sources, -1, np.int64)
    if mode >= 2:
        for i in range(in0, in1):
            row = rows[i - in0]
            if row >= 0:
                begin = pool.begin[row]
                for each in range(begin, begin + pool.length[row]):
                    amounts[many] = pool.amount[each]
                    labels[many] = pool.label[each]
                    many += 1
                spent_by[row] = tx
                _spent(ever, before, pool.unspent, pool.live, np.int64(flow.prev_tx[i]))
            else:
                amounts[many] = max(flow.in_value[i], np.int64(0))
                labels[many] = CLEAN
                if i == unknown:
                    amounts[many] = missing
                many += 1
        if unknown < 0 and missing > 0:
            amounts[many] = missing
            labels[many] = CLEAN
            many += 1
        if mode == 3:
            amounts[:many] = amounts[:many][::-1].copy()
            labels[:many] = labels[:many][::-1].copy()
        if stop:
            for each in range(many):
                if labels[each] != CLEAN:
                    why = CROSSED if crossing else COINJOIN
                    _note(pool, tx, -1, why, stop, labels[each], amounts[each])
            if not crossing:
                many = 0
    else:
        for i in range(in0, in1):
            row = rows[i - in0]
            if row >= 0:
                begin = pool.begin[row]
                for each in range(begin, begin + pool.length[row]):
                    s = pool.label[each]
                    totals[s] = max(totals[s], np.int64(0)) + pool.amount[each]
                spent_by[row] = tx
                _spent(ever, before, pool.unspent, pool.live, np.int64(flow.prev_tx[i]))
        if stop:
            for s in range(sources):
                if totals[s] >= 0:
                    why = CROSSED if crossing else COINJOIN
                    _note(pool, tx, -1, why, stop, s, totals[s])
                    if not crossing:
                        totals[s] = -1
        shares, labels = _vector(totals, value, cells, mode)
        many = len(labels)
    begin = _put(
        pool, flow, t, mode, seeds, counts[SEEDED], last_seed, shares, amounts, labels, many, cells
    )
    counts[SEEDED] = last_seed
    if counts[N_SEG] > begin:
        at = counts[N_FEE]
        pool.fee_tx[at] = tx
        pool.fee_begin[at] = begin
        pool.fee_length[at] = counts[N_SEG] - begin
        pool.fee_value[at] = cells[outs]
        counts[N_FEE] = at + 1
    return True


@_jit
def _close(pool, flow, seeds, mode, sources):  # type: ignore[no-untyped-def]
    """End the open block: its coinbase takes the subsidy, then the fees in their order."""
    counts = pool.counts
    block = counts[OPEN_BLOCK]
    t, end = flow.blocks[block], flow.blocks[block + 1]
    minted = t if t < end and flow.coinbase[t] else -1
    outs = flow.out_from[t + 1] - flow.out_from[t] if minted >= 0 else 0
    pieces = 1 + (end - t)
    for f in range(counts[N_FEE]):
        pieces += pool.fee_length[f]
    fresh = counts[MINTED_TO] - counts[MINTED_FROM]
    room = _most(mode, min(sources, pieces), pieces, outs)
    logs = room + 2 * pieces + fresh
    if not _room(pool, 1, outs, room + 2 * fresh, (pieces + 1) * fresh, logs, 0):
        return False
    for f in range(counts[N_FEE]):
        begin = pool.fee_begin[f]
        for each in range(begin, begin + pool.fee_length[f]):
            label, amount = pool.label[each], pool.amount[each]
            if label != CLEAN:
                _note(pool, pool.fee_tx[f], -1, PAID, 0, label, amount)
                if minted < 0:
                    _note(pool, pool.fee_tx[f], -1, FEE, 0, label, amount)
    if minted >= 0:
        got = np.int64(0)
        cells = np.empty(outs + 1, np.int64)
        for k in range(outs):
            cells[k] = flow.out_value[flow.out_from[t] + k]
            got += cells[k]
        amounts = np.empty(pieces, np.int64)
        labels = np.empty(pieces, np.int32)
        totals = np.full(sources, -1, np.int64)
        many, fees, f = 1, np.int64(0), 0
        for each in range(t + 1, end):
            if f < counts[N_FEE] and pool.fee_tx[f] == flow.first_tx + each:
                begin = pool.fee_begin[f]
                for piece in range(begin, begin + pool.fee_length[f]):
                    amounts[many] = pool.amount[piece]
                    labels[many] = pool.label[piece]
                    many += 1
                    if mode < 2:
                        s = pool.label[piece]
                        totals[s] = max(totals[s], np.int64(0)) + pool.amount[piece]
                fees += pool.fee_value[f]
                f += 1
            else:
                paid = _fee(flow, each)
                fees += paid
                amounts[many] = paid
                labels[many] = CLEAN
                many += 1
        subsidy = flow.subsidy[block]
        if subsidy < 0 or subsidy + fees < got:
            subsidy = max(got - fees, np.int64(0))
        cells[outs] = max(subsidy + fees - got, np.int64(0))
        amounts[0] = subsidy
        labels[0] = CLEAN
        shares = np.empty((0, 0), np.int64)
        if mode == 3:
            amounts[:many] = amounts[:many][::-1].copy()
            labels[:many] = labels[:many][::-1].copy()
        if mode < 2:
            shares, labels = _vector(totals, subsidy + fees, cells, mode)
            many = len(labels)
        tx = flow.first_tx + t
        begin = _put(
            pool,
            flow,
            t,
            mode,
            seeds,
            counts[MINTED_FROM],
            counts[MINTED_TO],
            shares,
            amounts,
            labels,
            many,
            cells,
        )
        # What the coinbase could have claimed and did not is nobody's.
        for each in range(begin, counts[N_SEG]):
            if pool.label[each] != CLEAN:
                _note(pool, tx, -1, FEE, 0, pool.label[each], pool.amount[each])
        counts[N_SEG] = begin
        counts[TOUCHED] += 1
    counts[N_FEE] = 0
    counts[MINTED_FROM] = counts[MINTED_TO] = 0
    counts[OPEN_BLOCK] = -1
    return True


@_jit
def follow(pool, flow, seeds, mode, sources, crossing):  # type: ignore[no-untyped-def]
    """Let taint go through a run of whole blocks; `counts[AT]` is the input it has come to.

    Returns DONE, or WANTS_ROOM: give the pool `counts[ROOM]` rows more and call again.
    """
    counts = pool.counts
    end = len(flow.in_from) - 1
    last = flow.first_tx + end
    while True:
        # Up to the next thing that must be looked at whatever the inputs say.
        t, seeded = end, False
        if counts[SEEDED] < len(seeds.tx) and seeds.tx[counts[SEEDED]] < last:
            t = np.int64(seeds.tx[counts[SEEDED]]) - flow.first_tx
            seeded = True
        block = counts[OPEN_BLOCK]
        if block >= 0 and flow.blocks[block + 1] <= t:
            t, seeded = flow.blocks[block + 1], False
        limit = flow.in_from[t]
        at = first_hit(pool.live, flow.prev_tx, counts[AT], limit)
        counts[AT] = at
        if at < limit:
            t, seeded = np.searchsorted(flow.in_from, at, side="right") - 1, False
        elif block >= 0 and t == flow.blocks[block + 1]:
            if not _close(pool, flow, seeds, mode, sources):
                return WANTS_ROOM
            continue
        elif not seeded:
            counts[AT] = 0
            return DONE
        last_seed = counts[SEEDED]
        if seeded:
            while last_seed < len(seeds.tx) and seeds.tx[last_seed] == flow.first_tx + t:
                last_seed += 1
        block = np.searchsorted(flow.blocks, t, side="right") - 1
        if flow.coinbase[t] and flow.blocks[block] == t:
            if seeded:
                counts[MINTED_FROM] = counts[SEEDED]
                counts[MINTED_TO] = last_seed
                counts[SEEDED] = last_seed
                counts[OPEN_BLOCK] = block
        else:
            fees = counts[N_FEE]
            if not _transaction(pool, flow, seeds, mode, sources, crossing, t, last_seed):
                return WANTS_ROOM
            if counts[N_FEE] > fees:
                counts[OPEN_BLOCK] = block
        counts[AT] = flow.in_from[t + 1]
