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

from qazyna.tracing.follow.inputs import look_up, rules_of
from qazyna.tracing.follow.laying import FIFO, LIFO, most, parts_of, put, turn, vector, work_of
from qazyna.tracing.follow.pool import (
    AT,
    CLEAN,
    COINJOIN,
    CROSSED,
    FEE,
    FEES,
    MINTED_FROM,
    MINTED_TO,
    OPEN_BLOCK,
    PAID,
    SEEDED,
    SEGMENTS,
    TOUCHED,
    UNBALANCED,
    Flow,
    Outputs,
    Pool,
    Seeds,
)
from qazyna.tracing.follow.rows import first_hit, found, note, place, room, spend
from qazyna.tracing.kernel import uncounted

DONE, WANTS_ROOM, WANTS_INPUTS = range(3)


@uncounted
def _fee(flow: Flow, t: Any) -> Any:
    """A transaction's fee: what its record says, or what its inputs have over its outputs."""
    if flow.fee[t] >= 0:
        return flow.fee[t]
    paid, known = np.int64(0), True
    for i in range(np.int64(flow.in_from[t]), np.int64(flow.in_from[t + 1])):
        known = known and flow.in_value[i] >= 0
        paid += flow.in_value[i]
    for o in range(np.int64(flow.out_from[t]), np.int64(flow.out_from[t + 1])):
        paid -= flow.out_value[o]
    return paid if known and paid >= 0 else np.int64(0)


@uncounted
def _transaction(
    pool: Pool,
    flow: Flow,
    known: Outputs,
    seeds: Seeds,
    mode: Any,
    sources: Any,
    stopping: Any,
    t: Any,
    last_seed: Any,
) -> Any:
    """Let taint, and seeds, go through one transaction. Returns as `follow` does."""
    counts, segments, outputs, work = pool.counts, pool.segments, pool.outputs, pool.work
    tx = flow.first_tx + t
    in0, in1 = np.int64(flow.in_from[t]), np.int64(flow.in_from[t + 1])
    out0, out1 = np.int64(flow.out_from[t]), np.int64(flow.out_from[t + 1])
    ins, outs = in1 - in0, out1 - out0
    if not room(pool, 0, 0, 0, 0, 2 * ins):
        return WANTS_ROOM
    rows, values = work[:ins], work[ins : 2 * ins]
    tainted, pieces = False, 1 + ins
    for i in range(ins):
        row = found(pool, np.int64(flow.prev_tx[in0 + i]), flow.prev_n[in0 + i])
        rows[i] = row
        if row >= 0:
            tainted = True
            pieces += outputs[row].length
    fresh = last_seed - counts[SEEDED]
    if not tainted and fresh == 0:
        return DONE
    written = most(mode, sources, pieces, outs) + 2 * fresh
    worked = 2 * ins + work_of(mode, sources, pieces, outs)
    if not room(pool, outs, written, (pieces + 1) * fresh, written, worked):
        return WANTS_ROOM
    cells, rests, amounts, labels, totals, shares = parts_of(
        work, 2 * ins, mode, sources, pieces, outs
    )

    # What the outputs and the fee take; what an input must have brought whose value is not known.
    took = np.int64(0)
    for k in range(outs):
        cells[k] = flow.out_value[out0 + k]
        took += cells[k]
    paid, missing = took + flow.fee[t], np.int64(0)
    unknown: Any = np.int64(-1)
    cells[outs] = flow.fee[t]
    if mode >= FIFO or flow.fee[t] < 0:
        if not look_up(flow, known, in0, values):
            return WANTS_INPUTS
        paid = np.int64(0)
        for i in range(ins):
            if rows[i] >= 0:
                paid += outputs[rows[i]].value
            elif values[i] >= 0:
                paid += values[i]
            elif unknown < 0:
                unknown = i
        cells[outs] = paid - took
        if unknown >= 0 or cells[outs] < 0:
            over = cells[outs]
            cells[outs] = max(flow.fee[t], over, np.int64(0))
            missing = cells[outs] - over
    rules = np.int64(0)
    if tainted:
        rules = rules_of(flow, known, t)
        if rules < 0:
            return WANTS_INPUTS
    counts[TOUCHED] += 1
    counts[UNBALANCED] += tainted and (unknown >= 0 or missing > 0)
    through = not rules & stopping

    many = np.int64(0)
    for i in range(ins):
        row = rows[i]
        if row < 0:
            if mode >= FIFO:
                amounts[many] = missing if i == unknown else max(values[i], np.int64(0))
                labels[many] = CLEAN
                many += 1
            continue
        begin = outputs[row].begin
        for each in range(begin, begin + outputs[row].length):
            label, amount = np.int64(segments[each].label), segments[each].amount
            amounts[many], labels[many] = amount, label
            many += 1
            if mode < FIFO:
                totals[label] = max(totals[label], np.int64(0)) + amount
        outputs[row].spent_by = tx
        spend(pool, np.int64(flow.prev_tx[in0 + i]))
    if mode >= FIFO and unknown < 0 and missing > 0:
        amounts[many], labels[many] = missing, CLEAN
        many += 1
    if rules:
        for each in range(many):
            if labels[each] != CLEAN:
                why = CROSSED if through else COINJOIN
                note(counts, pool.notes, tx, -1, why, rules, labels[each], amounts[each])
        if not through:
            for each in range(many):
                labels[each] = CLEAN
            for s in range(len(totals)):
                totals[s] = -1
    if mode == LIFO:
        turn(amounts, labels, many)
    elif mode < FIFO:
        many = vector(totals, paid + missing, cells, mode, shares, labels, rests)
    begin = put(
        pool, flow, t, mode, seeds, counts[SEEDED], last_seed, shares, amounts, labels, many, cells
    )
    counts[SEEDED] = last_seed
    if counts[SEGMENTS] > begin:
        fee = pool.fees[counts[FEES]]
        fee.tx, fee.begin, fee.length = tx, begin, counts[SEGMENTS] - begin
        fee.value = cells[outs]
        counts[FEES] += 1
    return DONE


@uncounted
def _close(pool: Pool, flow: Flow, seeds: Seeds, mode: Any, sources: Any) -> bool:
    """End the open block: its coinbase takes the subsidy, then the fees in their order."""
    counts, segments = pool.counts, pool.segments
    block = counts[OPEN_BLOCK]
    t, end = flow.blocks[block], flow.blocks[block + 1]
    minted = flow.coinbase[t] != 0
    out0, outs = np.int64(flow.out_from[t]), np.int64(0)
    if minted:
        outs = np.int64(flow.out_from[t + 1]) - out0
    pieces = 1 + (end - t)
    for f in range(counts[FEES]):
        pieces += pool.fees[f].length
    fresh = counts[MINTED_TO] - counts[MINTED_FROM]
    written = most(mode, sources, pieces, outs) + 2 * fresh
    worked = work_of(mode, sources, pieces, outs)
    if not room(pool, outs, written, (pieces + 1) * fresh, written + 2 * pieces, worked):
        return False
    for f in range(counts[FEES]):
        fee = pool.fees[f]
        for each in range(fee.begin, fee.begin + fee.length):
            label, amount = np.int64(segments[each].label), segments[each].amount
            if label != CLEAN:
                paid_by = np.int64(fee.tx)
                note(counts, pool.notes, paid_by, -1, PAID, np.int64(0), label, amount)
                if not minted:
                    note(counts, pool.notes, paid_by, -1, FEE, np.int64(0), label, amount)
    if minted:
        cells, rests, amounts, labels, totals, shares = parts_of(
            pool.work, np.int64(0), mode, sources, pieces, outs
        )
        got = np.int64(0)
        for k in range(outs):
            cells[k] = flow.out_value[out0 + k]
            got += cells[k]
        many, fees, f = np.int64(1), np.int64(0), 0
        for each in range(t + 1, end):
            if f < counts[FEES] and pool.fees[f].tx == flow.first_tx + each:
                fee = pool.fees[f]
                for piece in range(fee.begin, fee.begin + fee.length):
                    label, amount = np.int64(segments[piece].label), segments[piece].amount
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
        if mode == LIFO:
            turn(amounts, labels, many)
        elif mode < FIFO:
            many = vector(totals, subsidy + fees, cells, mode, shares, labels, rests)
        begin = put(
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
            label, amount = np.int64(segments[each].label), segments[each].amount
            if label != CLEAN:
                minter = flow.first_tx + t
                note(counts, pool.notes, minter, -1, FEE, np.int64(0), label, amount)
        counts[SEGMENTS] = begin
        counts[TOUCHED] += 1
    counts[FEES] = counts[MINTED_FROM] = counts[MINTED_TO] = 0
    counts[OPEN_BLOCK] = -1
    return True


@uncounted
def follow(
    pool: Pool,
    flow: Flow,
    known: Outputs,
    seeds: Seeds,
    mode: Any,
    sources: Any,
    stopping: Any,
) -> Any:
    """Let taint go through a run of whole blocks; `counts[AT]` is the input it has come to.

    `stopping` is the mask of the coinjoin rules that end it. Returns DONE; or WANTS_ROOM: give the
    pool `counts[ROOM]` rows more and call again; or WANTS_INPUTS: call again with a run that is
    told its inputs.
    """
    counts = pool.counts
    end = np.int64(len(flow.in_from) - 1)
    last = flow.first_tx + end
    while True:
        # Up to the next thing that must be looked at whatever the inputs say.
        t = end
        seeded = False
        if counts[SEEDED] < len(seeds.tx) and seeds.tx[counts[SEEDED]] < last:
            t = np.int64(seeds.tx[counts[SEEDED]]) - flow.first_tx
            seeded = True
        block = counts[OPEN_BLOCK]
        if block >= 0 and flow.blocks[block + 1] <= t:
            t, seeded = flow.blocks[block + 1], False
        limit = np.int64(flow.in_from[t])
        at = first_hit(pool.live, flow.prev_tx, counts[AT], limit)
        counts[AT] = at
        if at < limit:
            t, seeded = place(flow.in_from, at), False
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
        block = place(flow.blocks, t)
        if flow.coinbase[t] and flow.blocks[block] == t:
            if seeded:
                counts[MINTED_FROM] = counts[SEEDED]
                counts[MINTED_TO] = counts[SEEDED] = last_seed
                counts[OPEN_BLOCK] = block
        else:
            fees = counts[FEES]
            wants = _transaction(pool, flow, known, seeds, mode, sources, stopping, t, last_seed)
            if wants != DONE:
                return wants
            if counts[FEES] > fees:
                counts[OPEN_BLOCK] = block
        counts[AT] = np.int64(flow.in_from[t + 1])
