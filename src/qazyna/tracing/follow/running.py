"""Runs of blocks through the kernels, the pool growing as it must."""

from collections.abc import Callable, Iterable

import numpy as np

from qazyna.errors import InvariantBroken
from qazyna.tracing.coinjoin import Rule
from qazyna.tracing.follow import kernels
from qazyna.tracing.follow.columns import Run
from qazyna.tracing.follow.pool import ASKED, AT, ROOM, Flow, Pool, Seeds, empty, with_room

STOPS = int(~(Rule.tx0 | Rule.stonewall))
"""The coinjoin rules at which taint stops. A Tx0 is one owner's, who only gets ready to mix; and of
a Stonewall nobody can tell whether it is a payment or a coinjoin: both are marked, and crossed."""


def along(
    flows: Iterable[Flow],
    seeds: Seeds,
    policy: int,
    sources: int,
    transactions: int,
    *,
    stopping: int = STOPS,
) -> Pool:
    """What the seeds' taint has become after these runs, which are in chain order."""
    pool = empty(transactions, sources)
    for flow in flows:
        pool = through(pool, flow, seeds, policy, sources, stopping)
    return pool


def through(
    pool: Pool,
    flow: Flow,
    seeds: Seeds,
    policy: int,
    sources: int,
    stopping: int,
    tell: Callable[[Flow, int], None] | None = None,
) -> Pool:
    """The pool after one more run; `tell` writes down what is known of a transaction's inputs."""
    while wants := kernels.follow(pool, flow, seeds, policy, sources, stopping):
        if wants == kernels.WANTS_ROOM:
            pool = with_room(pool, int(pool.counts[ROOM]))
        elif tell is None:
            raise InvariantBroken("a run does not know its inputs")
        else:
            tell(flow, int(pool.counts[ASKED]))
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
    done = 0
    for run in runs:
        low, high = np.searchsorted(
            seeds.tx, [run.part.first_tx, run.part.first_tx + run.transactions]
        )
        at = kernels.first_hit(pool.live, run.prev_tx, 0, run.inputs)
        if at < run.inputs or low < high:
            pool.counts[AT] = at
            pool = through(pool, run.flow(), seeds, policy, sources, stopping, run.tell)
        done += run.transactions
        seen(done)
    return pool
