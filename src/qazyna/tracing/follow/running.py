"""Runs of blocks through the kernels, the pool growing as it must."""

from collections.abc import Callable, Iterable

import numpy as np

from qazyna.errors import InvariantBroken
from qazyna.tracing.coinjoin import Rule
from qazyna.tracing.follow import kernels
from qazyna.tracing.follow.columns import Run, outputs_known
from qazyna.tracing.follow.pool import (
    AT,
    ROOM,
    Flow,
    Outputs,
    Pool,
    Seeds,
    closed,
    empty,
    with_room,
)
from qazyna.tracing.follow.rows import first_hit

STOPS = int(~(Rule.tx0 | Rule.stonewall))
"""The coinjoin rules at which taint stops. A Tx0 is one owner's, who only gets ready to mix; and of
a Stonewall nobody can tell whether it is a payment or a coinjoin: both are marked, and crossed."""


NOWHERE = Outputs(
    closed([0], np.int64), *(closed([], np.uint64) for _ in ("first", "addr", "value"))
)
"""Outputs of no store."""


def along(
    flows: Iterable[Flow],
    seeds: Seeds,
    policy: int,
    sources: int,
    transactions: int,
    *,
    stopping: int = STOPS,
) -> Pool:
    """What the seeds' taint has become after these runs, which are in chain order and told."""
    pool = empty(transactions, sources)
    for flow in flows:
        pool = through(pool, flow, NOWHERE, seeds, policy, sources, stopping)
    return pool


def through(
    pool: Pool,
    flow: Flow,
    known: Outputs,
    seeds: Seeds,
    policy: int,
    sources: int,
    stopping: int,
    told: Callable[[Flow], Flow] | None = None,
) -> Pool:
    """The pool after one more run; `told` gives the run with what is known of its inputs."""
    seeds = Seeds(*map(closed, seeds, (np.uint32, np.int64, np.int32)))
    while wants := kernels.follow(pool, flow, known, seeds, policy, sources, stopping):
        if wants == kernels.WANTS_ROOM:
            pool = with_room(pool, int(pool.counts[ROOM]))
        elif told is None:
            raise InvariantBroken("a run does not know its inputs")
        else:
            flow = told(flow)
    return pool


def scanned(
    runs: Iterable[Run],
    seeds: Seeds,
    policy: int,
    sources: int,
    transactions: int,
    *,
    stopping: int = STOPS,
    seen: Callable[[int], None] = lambda _: None,
) -> Pool:
    """The same over a store: of parts without taint only one column is read."""
    pool = empty(transactions, sources)
    known: Outputs | None = None
    done = 0
    for run in runs:
        low, high = np.searchsorted(
            seeds.tx, [run.part.first_tx, run.part.first_tx + run.transactions]
        )
        prev_tx = closed(run.prev_tx, np.uint32)
        at = first_hit(pool.live, prev_tx, 0, run.inputs)
        if at < run.inputs or low < high:
            pool.counts[AT] = at
            known = known or outputs_known(run.store)
            pool = through(pool, run.flow(), known, seeds, policy, sources, stopping, run.told)
        done += run.transactions
        seen(done)
    return pool
