"""Clusters by co-spend: who spends together is one, whatever the order in which it is read."""

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np

from qazyna.tracing.cluster.kernel import NONE, flatten, singles, sizes, unite

Array = np.ndarray[Any, Any]
Piece = Callable[[], tuple[Array, Array, Array]]
"""Reads a stretch of inputs: transaction and address, u32, rows of a transaction together, `tx`
ascending; and the ascending ids of transactions in it that join nothing."""

STRETCHES = 16


@dataclass(frozen=True)
class Clusters:
    """`labels[a]` is the least address of the cluster of `a`, u32; singles count as clusters."""

    labels: Array
    clusters: int
    inputs: int

    @property
    def largest(self) -> int:
        """How many addresses the largest cluster has."""
        return int(sizes(self.labels).max(initial=0))


def cospend(
    pieces: Iterable[Piece],
    addresses: int,
    known: Array | None = None,
    threads: int | None = None,
) -> Clusters:
    """The clusters of `addresses` ids by the inputs of all pieces.

    `known`: labels of the first ids as they were before these pieces, which are then only what is
    new. A transaction may begin in one piece and end in the next. The labels do not depend on the
    number of threads.
    """
    parent = np.empty(addresses, np.uint32)
    ends = np.linspace(0, addresses, STRETCHES + 1).astype(np.int64).tolist()
    with ThreadPoolExecutor(threads or len(os.sched_getaffinity(0))) as pool:
        list(pool.map(lambda at: singles(parent, ends[at], ends[at + 1]), range(STRETCHES)))
        if known is not None:
            parent[: len(known)] = known

        def work(piece: Piece) -> tuple[int, Array, Array]:
            tx, addr, excluded = piece()
            unite(tx, addr, excluded, parent)
            return len(tx), *_seams(tx, addr, excluded)

        rows, seams = 0, []
        for read, first, last in pool.map(work, pieces):
            rows += read
            if read:
                seams += [first, last]
        if seams:
            edges = np.concatenate(seams)
            columns = np.ascontiguousarray(edges.T)
            unite(columns[0], columns[1], np.zeros(0, np.uint32), parent)
        roots = sum(pool.map(lambda at: flatten(parent, ends[at], ends[at + 1]), range(STRETCHES)))
    return Clusters(parent, roots, rows)


def _seams(tx: Array, addr: Array, excluded: Array) -> tuple[Array, Array]:
    """A row of the first and one of the last transaction, which may go on in the next piece."""
    if not len(tx):
        return np.zeros((0, 2), np.uint32), np.zeros((0, 2), np.uint32)
    first = addr[: np.searchsorted(tx, tx[0], "right")]
    last = addr[np.searchsorted(tx, tx[-1], "left") :]
    return _row(tx[0], first, excluded), _row(tx[-1], last, excluded)


def _row(tx: Any, addr: Array, excluded: Array) -> Array:
    known = addr[addr != NONE]
    joins = len(known) and not np.isin(tx, excluded)
    return np.array([[tx, known[0] if joins else NONE]], np.uint32)
