"""Runs of blocks through the kernels, the pool growing as it must."""

from collections.abc import Iterable

from qazyna.tracing.follow import kernels
from qazyna.tracing.follow.pool import ROOM, Flow, Pool, Seeds, empty, with_room


def along(
    runs: Iterable[Flow],
    seeds: Seeds,
    policy: int,
    sources: int,
    transactions: int,
    *,
    crossing: bool = False,
) -> Pool:
    """What the seeds' taint has become after these runs, which are in chain order."""
    pool = empty(transactions, sources)
    for run in runs:
        pool = through(pool, run, seeds, policy, sources, crossing)
    return pool


def through(pool: Pool, run: Flow, seeds: Seeds, policy: int, sources: int, crossing: bool) -> Pool:
    """The pool after one more run."""
    while kernels.follow(pool, run, seeds, policy, sources, crossing) == kernels.WANTS_ROOM:
        pool = with_room(pool, int(pool.counts[ROOM]))
    return pool
