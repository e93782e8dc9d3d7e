"""Runs of blocks through the kernels, the pool growing as it must."""

from collections.abc import Callable, Iterable

import numpy as np

from qazyna.tracing.follow import kernels
from qazyna.tracing.follow.columns import Run
from qazyna.tracing.follow.pool import AT, ROOM, Flow, Pool, Seeds, empty, with_room


def along(
    flows: Iterable[Flow],
    seeds: Seeds,
    policy: int,
    sources: int,
    transactions: int,
    *,
    crossing: bool = False,
) -> Pool:
    """What the seeds' taint has become after these runs, which are in chain order."""
    pool = empty(transactions, sources)
    for flow in flows:
        pool = through(pool, flow, seeds, policy, sources, crossing)
    return pool


def through(
    pool: Pool, flow: Flow, seeds: Seeds, policy: int, sources: int, crossing: bool
) -> Pool:
    """The pool after one more run."""
    while kernels.follow(pool, flow, seeds, policy, sources, crossing) == kernels.WANTS_ROOM:
        pool = with_room(pool, int(pool.counts[ROOM]))
    return pool


def scanned(
    runs: Iterable[Run],
    seeds: Seeds,
    policy: int,
    sources: int,
    transactions: int,
    *,
    crossing: bool = False,
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
            pool = through(pool, run.flow(), seeds, policy, sources, crossing)
        done += run.transactions
        seen(done)
    return pool
