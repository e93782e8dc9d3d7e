"""Small chains for tests: drawn by Hypothesis, and laid out as the kernels take them."""

from itertools import pairwise

import numpy as np
from hypothesis import strategies as st

from qazyna.tracing.follow import pool
from qazyna.tracing.follow.running import along
from tests.tracing.follow.oracle import Found, Tx

POLICIES = {name: number for number, name in enumerate(("poison", "haircut", "fifo", "lifo"))}
NAMES = st.sampled_from(sorted(POLICIES))


@st.composite
def chains(draw, blocks=6, most=4):
    """Blocks, seeds {source: outputs} and subsidies. Every input spends what is there."""
    chain, open_outputs, everything, subsidies = [], {}, [], []
    number = 0
    for _ in range(draw(st.integers(1, blocks))):
        block, fees, first = [], 0, number
        number += 1
        ready = {}
        for _ in range(draw(st.integers(0, 5))):
            here = {**open_outputs, **ready}
            chosen = draw(
                st.lists(st.sampled_from(sorted(here)), max_size=4, unique=True)
                if here
                else st.just([])
            )
            for each in chosen:
                open_outputs.pop(each, None)
                ready.pop(each, None)
            inputs = [(*each, here[each]) for each in chosen]
            if not inputs or draw(st.integers(0, 4)) == 0:
                at = draw(st.integers(0, len(inputs)))
                inputs.insert(at, (None, 0, draw(st.integers(0, 20))))
            left = sum(value for *_, value in inputs)
            outputs = []
            for _ in range(draw(st.integers(1, most))):
                value = draw(st.integers(0, left))
                outputs.append(value)
                left -= value
            if draw(st.booleans()):
                outputs[-1] += left
            stops = frozenset(draw(st.sets(st.integers(0, most - 1), max_size=1)))
            if draw(st.integers(0, 3)):
                stops = frozenset()
            tx = Tx(inputs, outputs, coinjoin=draw(st.integers(0, 9)) == 0, stops=stops)
            fees += tx.fee
            block.append(tx)
            ready |= {(number, n): value for n, value in enumerate(outputs)}
            number += 1
        subsidy = draw(st.integers(0, 12))
        claimed = max(0, subsidy + fees - draw(st.sampled_from([0, 0, 0, 1, 5])))
        cut = draw(st.integers(0, claimed))
        minted = Tx([], [cut, claimed - cut], coinbase=True)
        if draw(st.integers(0, 5)) == 0:
            minted = Tx([(None, 0, claimed)], [claimed])
        chain.append([minted, *block])
        subsidies.append(draw(st.sampled_from([subsidy, subsidy, None])))
        ready |= {(first, n): value for n, value in enumerate(minted.outputs)}
        open_outputs |= ready
        everything += sorted(ready)
    sources = draw(
        st.dictionaries(
            st.sampled_from("ABC"),
            st.sets(st.sampled_from(everything), min_size=1, max_size=3),
            min_size=1,
        )
    )
    return chain, sources, subsidies


def laid_out(blocks, subsidies, first_tx=0, fees=False):
    """One run of blocks as columns; `fees` says whether the fees stand in it."""
    txs = [tx for block in blocks for tx in block]
    ins = [each for tx in txs for each in tx.inputs]

    def begins(parts):
        return np.cumsum([0, *(len(part) for part in parts)]).astype(np.int64)

    return pool.flow_of(
        first_tx,
        True,
        prev_tx=[pool.NONE if each[0] is None else each[0] for each in ins],
        prev_n=[each[1] for each in ins],
        in_addr=np.zeros(len(ins)),
        in_value=[each[2] for each in ins],
        in_from=begins([tx.inputs for tx in txs]),
        out_addr=np.zeros(sum(len(tx.outputs) for tx in txs)),
        out_value=[value for tx in txs for value in tx.outputs],
        out_kind=np.zeros(sum(len(tx.outputs) for tx in txs)),
        out_stop=[n in tx.stops for tx in txs for n in range(len(tx.outputs))],
        out_from=begins([tx.outputs for tx in txs]),
        fee=[tx.fee if fees and not tx.coinbase else -1 for tx in txs],
        coinbase=[tx.coinbase for tx in txs],
        coinjoin=[tx.coinjoin for tx in txs],
        blocks=begins(blocks),
        subsidy=[-1 if each is None else each for each in subsidies],
    )


def followed(
    blocks, sources, policy, *, subsidies=None, cross=False, cuts=(), names=None, fees=False
):
    """What the kernels find, in the oracle's own form; `cuts` are blocks where a run ends."""
    names = names or sorted(sources)
    seeds = sorted(
        (tx, n, names.index(name)) for name, outputs in sources.items() for tx, n in outputs
    )
    columns = [np.array(each) for each in zip(*seeds, strict=True)]
    laid = pool.Seeds(
        columns[0].astype(np.uint32), columns[1].astype(np.int64), columns[2].astype(np.int32)
    )
    subsidies = subsidies or [None] * len(blocks)
    runs, first = [], 0
    edges = [0, *sorted(set(cuts)), len(blocks)]
    for begin, end in pairwise(edges):
        if begin < end:
            runs.append(laid_out(blocks[begin:end], subsidies[begin:end], first, fees))
            first += sum(len(block) for block in blocks[begin:end])
    taint = along(runs, laid, POLICIES[policy], len(names), first, stopping=0 if cross else 1)
    return as_found(taint, names)


def as_found(taint, names):
    found = Found()
    counts = taint.counts
    for tx in taint.txs[: counts[pool.TXS]]:
        for output in taint.outputs[tx["first"] : tx["first"] + tx["outputs"]]:
            if output["spent_by"] != pool.NONE:
                continue
            begin = output["begin"]
            for each in taint.segments[begin : begin + output["length"]]:
                for source in pool.sources_of(taint, each["label"]):
                    at = found.unspent.setdefault((int(tx["tx"]), int(output["n"])), {})
                    at[names[source]] = at.get(names[source], 0) + int(each["amount"])
    kinds = {
        pool.SEED: found.seed,
        pool.FEE: found.fees,
        pool.PAID: found.paid,
        pool.SERVICE: found.stopped,
        pool.COINJOIN: found.stopped,
    }
    for note in taint.notes[: counts[pool.NOTES]]:
        for source in pool.sources_of(taint, note["label"]):
            if note["why"] in kinds:
                kinds[note["why"]][names[source]] += int(note["amount"])
    return found
