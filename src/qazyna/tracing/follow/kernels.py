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

from typing import Any

import numpy as np

from qazyna.tracing.coinjoin.kernel import detect
from qazyna.tracing.follow.arithmetic import apportion
from qazyna.tracing.follow.pool import (
    ASKED,
    AT,
    CLEAN,
    COINJOIN,
    CROSSED,
    FEE,
    FEES,
    MINTED_FROM,
    MINTED_TO,
    NONE,
    NOTES,
    OPEN_BLOCK,
    OUTPUTS,
    PAID,
    ROOM,
    SEED,
    SEEDED,
    SEGMENTS,
    SERVICE,
    SETS,
    TOUCHED,
    TXS,
    UNBALANCED,
    UNJUDGED,
    WORD,
    Array,
    Flow,
    Pool,
    Seeds,
)
from qazyna.tracing.kernel import kernel

POISON, HAIRCUT, FIFO, LIFO = range(4)
DONE, WANTS_ROOM, WANTS_INPUTS = range(3)


@kernel
def first_hit(live: Array, prev_tx: Array, at: Any, end: Any) -> Any:
    """The first input from `at` on that spends a live transaction; `end` if there is none."""
    one, low = np.uint64(1), np.uint64(63)
    bits = np.uint64(len(live) * 64)
    while at < end:
        prev = np.uint64(prev_tx[at])
        if prev < bits and (live[prev >> np.uint64(6)] >> (prev & low)) & one:
            break
        at += 1
    return at


@kernel
def _ones(word: Any) -> Any:
    """How many bits of it are set."""
    x = np.uint64(word)
    x = x - ((x >> np.uint64(1)) & np.uint64(0x5555555555555555))
    x = (x & np.uint64(0x3333333333333333)) + ((x >> np.uint64(2)) & np.uint64(0x3333333333333333))
    x = (x + (x >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return np.int64((x * np.uint64(0x0101010101010101)) >> np.uint64(56))


@kernel
def _rank(ever: Array, before: Array, tx: Any) -> Any:
    """The row of a transaction that is tainted."""
    below = (np.uint64(1) << np.uint64(tx & 63)) - np.uint64(1)
    return np.int64(before[tx >> 6]) + _ones(ever[tx >> 6] & below)


@kernel
def _found(ever: Array, before: Array, txs: Array, outputs: Array, tx: Any, n: Any) -> Any:
    """The row of a tainted output that is not spent, or -1."""
    if tx == NONE or tx >> 6 >= len(ever):
        return -1
    if not (ever[tx >> 6] >> np.uint64(tx & 63)) & np.uint64(1):
        return -1
    row = _rank(ever, before, tx)
    low = txs[row].first
    high = end = low + np.int64(txs[row].outputs)
    while low < high:
        middle = (low + high) >> 1
        if outputs[middle].n < n:
            low = middle + 1
        else:
            high = middle
    if low < end and outputs[low].n == n and outputs[low].spent_by == NONE:
        return low
    return -1


@kernel
def _spend(ever: Array, before: Array, live: Array, txs: Array, prev: Any) -> None:
    """Note that one tainted output less of a transaction is left."""
    row = _rank(ever, before, prev)
    txs[row].unspent -= 1
    if txs[row].unspent == 0:
        live[prev >> 6] &= ~(np.uint64(1) << np.uint64(prev & 63))


@kernel
def _enter(pool: Pool, tx: Any, first: Any) -> None:
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


@kernel
def _note(
    counts: Array, notes: Array, tx: Any, n: Any, why: Any, detail: Any, label: Any, amount: Any
) -> None:
    note = notes[counts[NOTES]]
    note.tx, note.n, note.why, note.detail = tx, n, why, detail
    note.label, note.amount = label, amount
    counts[NOTES] += 1


@kernel
def _append(segments: Array, at: Any, begin: Any, amount: Any, label: Any) -> Any:
    """Append to the row of segments that began there; neighbours of one label are one."""
    if at > begin and segments[at - 1].label == label:
        segments[at - 1].amount += amount
        return at
    segments[at].amount = amount
    segments[at].label = label
    return at + 1


@kernel
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


@kernel
def _room(pool: Pool, outputs: Any, segments: Any, sets: Any, notes: Any) -> bool:
    """Whether so much more can be written; if not, `counts` says how much is wanted."""
    counts = pool.counts
    if (
        counts[TXS] < len(pool.txs)
        and counts[FEES] < len(pool.fees)
        and counts[OUTPUTS] + outputs <= len(pool.outputs)
        and counts[SEGMENTS] + segments <= len(pool.segments)
        and counts[SETS] + sets <= len(pool.sets)
        and counts[NOTES] + notes <= len(pool.notes)
    ):
        return True
    counts[ROOM] = max(outputs, segments, sets, notes, 1)
    return False


@kernel
def _most(mode: Any, sources: Any, pieces: Any, outs: Any) -> Any:
    """At most so many segments come of a transaction, its own and those noted."""
    if mode < FIFO:
        return (min(sources, pieces) + 1) * (outs + 2) + pieces
    return 2 * (pieces + outs + 1)


@kernel
def _fee(flow: Flow, t: Any) -> Any:
    """A transaction's fee: what its record says, or what its inputs have over its outputs."""
    if flow.fee[t] >= 0:
        return flow.fee[t]
    paid, known = np.int64(0), True
    for i in range(flow.in_from[t], flow.in_from[t + 1]):
        known = known and flow.in_value[i] >= 0
        paid += flow.in_value[i]
    for o in range(flow.out_from[t], flow.out_from[t + 1]):
        paid -= flow.out_value[o]
    return paid if known and paid >= 0 else np.int64(0)


@kernel
def _seed(pool: Pool, begin: Any, value: Any, source: Any, queue: bool) -> Any:
    """Make an output a source's, whole; what of it was not so before."""
    counts, segments = pool.counts, pool.segments
    end = counts[SEGMENTS]
    if queue:
        if end == begin and value > 0:
            end = _append(segments, begin, begin, value, CLEAN)
        gained = np.int64(0)
        for each in range(begin, end):
            joined = _joined(counts, pool.sets, segments[each].label, source)
            if joined != segments[each].label:
                gained += segments[each].amount
                segments[each].label = joined
    else:
        # A vector is in the order of its sources, and so stays.
        gained, place = value, begin
        while place < end and segments[place].label < source:
            place += 1
        if place < end and segments[place].label == source:
            gained -= segments[place].amount
        else:
            for each in range(end, place, -1):
                segments[each] = segments[each - 1]
            end += 1
        segments[place].amount = value
        segments[place].label = source
    counts[SEGMENTS] = end
    return gained


@kernel
def _put(
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

    Of a queue `amounts` and `labels` are its segments; of a vector `shares[s]` is what each cell
    has of source `labels[s]`. Returns where the rest's segments begin.
    """
    counts, segments, notes = pool.counts, pool.segments, pool.notes
    tx, out0, outs = flow.first_tx + t, flow.out_from[t], len(cells) - 1
    first, at, taken = counts[OUTPUTS], 0, np.int64(0)
    begin = counts[SEGMENTS]
    for k in range(outs + 1):
        begin = end = counts[SEGMENTS]
        tainted = False
        if mode >= FIFO:
            left = cells[k]
            while left > 0 and at < many:
                piece = min(left, amounts[at] - taken)
                if piece > 0:
                    end = _append(segments, end, begin, piece, labels[at])
                    tainted = tainted or labels[at] != CLEAN
                left -= piece
                taken += piece
                if taken == amounts[at]:
                    at += 1
                    taken = np.int64(0)
        else:
            for s in range(many):
                if shares[s, k] > 0 or (mode == POISON and k < outs):
                    segments[end].amount = shares[s, k]
                    segments[end].label = labels[s]
                    end += 1
                    tainted = True
        if k == outs:
            counts[SEGMENTS] = end if tainted else begin
            break
        seeded = seed < last_seed and seeds.n[seed] == k
        stop = flow.out_stop[out0 + k]
        if tainted and stop:
            for each in range(begin, end):
                label = segments[each].label
                if label != CLEAN:
                    _note(counts, notes, tx, k, SERVICE, stop, label, segments[each].amount)
            end = begin
            tainted = False
        if seeded:
            counts[SEGMENTS] = end
            while seed < last_seed and seeds.n[seed] == k:
                gained = _seed(pool, begin, cells[k], seeds.source[seed], mode >= FIFO)
                _note(counts, notes, tx, k, SEED, 0, seeds.source[seed], gained)
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
        _enter(pool, tx, first)
    return begin


@kernel
def _vector(totals: Array, value: Any, cells: Array, mode: Any) -> tuple[Array, Array]:
    """What each cell has of each source that came in: (shares, sources)."""
    many: Any = np.sum(totals >= 0)
    shares = np.zeros((many, len(cells)), np.int64)
    labels = np.empty(many, np.int32)
    rests = np.empty(len(cells), np.int64)
    row = 0
    for s in range(len(totals)):
        if totals[s] < 0:
            continue
        labels[row] = s
        if mode == POISON:
            shares[row] = cells
        elif value > 0:
            apportion(totals[s], cells, value, shares[row], rests)
        row += 1
    return shares, labels


@kernel
def _rules(flow: Flow, t: Any) -> Any:
    """The coinjoin rules that a transaction fits."""
    if flow.coinjoin[t] == UNJUDGED:
        in0, in1 = flow.in_from[t], flow.in_from[t + 1]
        out0, out1 = flow.out_from[t], flow.out_from[t + 1]
        if out1 - out0 < 3:
            # No rule is of so few outputs.
            flow.coinjoin[t] = 0
            return flow.coinjoin[t]
        ends = np.empty(2, np.int64)
        ends[0], ends[1] = in1 - in0, out1 - out0
        flow.coinjoin[t] = detect(
            ends[:1],
            flow.in_addr[in0:in1],
            flow.in_value[in0:in1],
            ends[1:],
            flow.out_addr[out0:out1],
            flow.out_value[out0:out1],
            flow.out_kind[out0:out1],
        )[0]
    return flow.coinjoin[t]


@kernel
def _transaction(
    pool: Pool,
    flow: Flow,
    seeds: Seeds,
    mode: Any,
    sources: Any,
    stopping: Any,
    t: Any,
    last_seed: Any,
) -> Any:
    """Let taint, and seeds, go through one transaction. Returns as `follow` does."""
    counts, segments, outputs = pool.counts, pool.segments, pool.outputs
    tx = flow.first_tx + t
    in0, in1 = flow.in_from[t], flow.in_from[t + 1]
    outs = flow.out_from[t + 1] - flow.out_from[t]
    rows = np.empty(in1 - in0, np.int64)
    tainted = False
    for i in range(in0, in1):
        row = _found(
            pool.ever, pool.before, pool.txs, outputs, np.int64(flow.prev_tx[i]), flow.prev_n[i]
        )
        rows[i - in0] = row
        tainted = tainted or row >= 0
    fresh = last_seed - counts[SEEDED]
    if not tainted and fresh == 0:
        return DONE
    if not flow.told[t]:
        counts[ASKED] = t
        return WANTS_INPUTS
    pieces, paid, unknown = 1 + in1 - in0, np.int64(0), -1
    for i in range(in0, in1):
        row = rows[i - in0]
        if row >= 0:
            pieces += outputs[row].length
            paid += outputs[row].value
        elif flow.in_value[i] >= 0:
            paid += flow.in_value[i]
        elif unknown < 0:
            unknown = i
    room = _most(mode, sources, pieces, outs) + 2 * fresh
    if not _room(pool, outs, room, (pieces + 1) * fresh, room):
        return WANTS_ROOM
    counts[TOUCHED] += 1

    # What the outputs and the fee take; what an input must have brought whose value is not known.
    cells = np.empty(outs + 1, np.int64)
    cells[:outs] = flow.out_value[flow.out_from[t] : flow.out_from[t + 1]]
    cells[outs] = paid - np.sum(cells[:outs])
    missing = np.int64(0)
    if unknown >= 0 or cells[outs] < 0:
        over = cells[outs]
        cells[outs] = max(flow.fee[t], over, np.int64(0))
        missing = cells[outs] - over
        counts[UNBALANCED] += tainted
    rules = _rules(flow, t) if tainted else np.uint8(0)
    through = not rules & stopping

    many = 0
    amounts = np.empty(pieces, np.int64)
    labels = np.empty(pieces, np.int32)
    totals = np.full(sources if mode < FIFO else 0, -1, np.int64)
    for i in range(in0, in1):
        row = rows[i - in0]
        if row < 0:
            amounts[many] = missing if i == unknown else max(flow.in_value[i], np.int64(0))
            labels[many] = CLEAN
            many += 1
            continue
        begin = outputs[row].begin
        for each in range(begin, begin + outputs[row].length):
            label, amount = segments[each].label, segments[each].amount
            amounts[many], labels[many] = amount, label
            many += 1
            if mode < FIFO:
                totals[label] = max(totals[label], np.int64(0)) + amount
        outputs[row].spent_by = tx
        _spend(pool.ever, pool.before, pool.live, pool.txs, np.int64(flow.prev_tx[i]))
    if unknown < 0 and missing > 0:
        amounts[many], labels[many] = missing, CLEAN
        many += 1
    if rules:
        for each in range(many):
            if labels[each] != CLEAN:
                why = CROSSED if through else COINJOIN
                _note(counts, pool.notes, tx, -1, why, rules, labels[each], amounts[each])
        if not through:
            labels[:many] = CLEAN
            totals[:] = -1
    shares = np.empty((0, 0), np.int64)
    if mode == LIFO:
        amounts[:many] = amounts[:many][::-1].copy()
        labels[:many] = labels[:many][::-1].copy()
    elif mode < FIFO:
        shares, labels = _vector(totals, paid + missing, cells, mode)
        many = len(labels)
    begin = _put(
        pool, flow, t, mode, seeds, counts[SEEDED], last_seed, shares, amounts, labels, many, cells
    )
    counts[SEEDED] = last_seed
    if counts[SEGMENTS] > begin:
        fee = pool.fees[counts[FEES]]
        fee.tx, fee.begin, fee.length = tx, begin, counts[SEGMENTS] - begin
        fee.value = cells[outs]
        counts[FEES] += 1
    return DONE


@kernel
def _close(pool: Pool, flow: Flow, seeds: Seeds, mode: Any, sources: Any) -> bool:
    """End the open block: its coinbase takes the subsidy, then the fees in their order."""
    counts, segments = pool.counts, pool.segments
    block = counts[OPEN_BLOCK]
    t, end = flow.blocks[block], flow.blocks[block + 1]
    minted = flow.coinbase[t] != 0
    outs = flow.out_from[t + 1] - flow.out_from[t] if minted else 0
    pieces = 1 + (end - t)
    for f in range(counts[FEES]):
        pieces += pool.fees[f].length
    fresh = counts[MINTED_TO] - counts[MINTED_FROM]
    room = _most(mode, sources, pieces, outs) + 2 * fresh
    if not _room(pool, outs, room, (pieces + 1) * fresh, room + 2 * pieces):
        return False
    for f in range(counts[FEES]):
        fee = pool.fees[f]
        for each in range(fee.begin, fee.begin + fee.length):
            label, amount = segments[each].label, segments[each].amount
            if label != CLEAN:
                _note(counts, pool.notes, fee.tx, -1, PAID, 0, label, amount)
                if not minted:
                    _note(counts, pool.notes, fee.tx, -1, FEE, 0, label, amount)
    if minted:
        cells = np.empty(outs + 1, np.int64)
        cells[:outs] = flow.out_value[flow.out_from[t] : flow.out_from[t + 1]]
        got = np.sum(cells[:outs])
        amounts = np.empty(pieces, np.int64)
        labels = np.empty(pieces, np.int32)
        totals = np.full(sources if mode < FIFO else 0, -1, np.int64)
        many, fees, f = 1, np.int64(0), 0
        for each in range(t + 1, end):
            if f < counts[FEES] and pool.fees[f].tx == flow.first_tx + each:
                fee = pool.fees[f]
                for piece in range(fee.begin, fee.begin + fee.length):
                    label, amount = segments[piece].label, segments[piece].amount
                    amounts[many], labels[many] = amount, label
                    many += 1
                    if mode < FIFO:
                        totals[label] = max(totals[label], np.int64(0)) + amount
                fees += fee.value
                f += 1
            else:
                amounts[many], labels[many] = _fee(flow, each), CLEAN
                fees += amounts[many]
                many += 1
        subsidy = flow.subsidy[block]
        if subsidy < 0 or subsidy + fees < got:
            subsidy = max(got - fees, np.int64(0))
        amounts[0], labels[0] = subsidy, CLEAN
        cells[outs] = subsidy + fees - got
        shares = np.empty((0, 0), np.int64)
        if mode == LIFO:
            amounts[:many] = amounts[:many][::-1].copy()
            labels[:many] = labels[:many][::-1].copy()
        elif mode < FIFO:
            shares, labels = _vector(totals, subsidy + fees, cells, mode)
            many = len(labels)
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
        for each in range(begin, counts[SEGMENTS]):
            label, amount = segments[each].label, segments[each].amount
            if label != CLEAN:
                _note(counts, pool.notes, flow.first_tx + t, -1, FEE, 0, label, amount)
        counts[SEGMENTS] = begin
        counts[TOUCHED] += 1
    counts[FEES] = counts[MINTED_FROM] = counts[MINTED_TO] = 0
    counts[OPEN_BLOCK] = -1
    return True


@kernel
def follow(pool: Pool, flow: Flow, seeds: Seeds, mode: Any, sources: Any, stopping: Any) -> Any:
    """Let taint go through a run of whole blocks; `counts[AT]` is the input it has come to.

    `stopping` is the mask of the coinjoin rules that end it. Returns DONE; or WANTS_ROOM: give the
    pool `counts[ROOM]` rows more and call again; or WANTS_INPUTS: tell what is known of the inputs
    of transaction `counts[ASKED]` of the run, and call again.
    """
    counts = pool.counts
    end = len(flow.in_from) - 1
    last = flow.first_tx + end
    while True:
        # Up to the next thing that must be looked at whatever the inputs say.
        t: Any = end
        seeded = False
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
                counts[MINTED_TO] = counts[SEEDED] = last_seed
                counts[OPEN_BLOCK] = block
        else:
            fees = counts[FEES]
            wants = _transaction(pool, flow, seeds, mode, sources, stopping, t, last_seed)
            if wants != DONE:
                return wants
            if counts[FEES] > fees:
                counts[OPEN_BLOCK] = block
        counts[AT] = flow.in_from[t + 1]
