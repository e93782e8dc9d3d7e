"""Union–find over inputs, by several threads at once, with the least address as the root.

`parent[a]` is an address of the same cluster, never greater than `a`; whoever is its own parent is
a root. A root is only ever hung below a lesser one, by an exchange that fails if somebody else was
faster, so whatever the order and the number of threads, the root in the end is the least address of
the cluster. Path halving may write an ancestor that is no longer the highest: it is an ancestor all
the same.

What takes the time is waiting for memory, so each step asks for what a later one will read.
"""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
import numpy as np

from qazyna.tracing.cluster.atomics import exchange, load, prefetch, store
from qazyna.tracing.kernel import kernel
from qazyna.tracing.store import manifest

Array = np.ndarray[Any, Any]
Function = TypeVar("Function", bound=Callable[..., object])

NONE = np.uint32(manifest.NONE)
FAR, NEAR = 32, 16
"""Rows ahead of which the address, and then its parent, are asked for."""


def _inlined(function: Function) -> Function:
    return cast(Function, numba.njit(nogil=True, inline="always")(function))


@_inlined
def _root(parent: Array, at: Any) -> Any:
    up = load(parent, np.intp(at))
    while up != at:
        above = load(parent, np.intp(up))
        if above == up:
            return up
        store(parent, np.intp(at), above)
        at = above
        up = load(parent, np.intp(at))
    return at


@_inlined
def _join(parent: Array, one: Any, other: Any) -> Any:
    """Make one cluster of two roots; its root, as far as this thread knows."""
    while one != other:
        low, high = min(one, other), max(one, other)
        if exchange(parent, np.intp(high), high, low):
            return low
        one, other = _root(parent, low), _root(parent, high)
    return one


@_inlined
def _ask(tx: Array, addr: Array, parent: Array, row: int) -> None:
    """Ask for the parent of the address FAR ahead, and for that parent's own NEAR ahead.

    A transaction of one input joins nothing, so nothing of it is asked for.
    """
    at = row + FAR
    if at + 1 < len(tx) and (tx[at] == tx[at - 1] or tx[at] == tx[at + 1]) and addr[at] != NONE:
        prefetch(parent, np.intp(addr[at]))
    at = row + NEAR
    if at + 1 < len(tx) and (tx[at] == tx[at - 1] or tx[at] == tx[at + 1]) and addr[at] != NONE:
        prefetch(parent, np.intp(load(parent, np.intp(addr[at]))))


@kernel
def unite(tx: Array, addr: Array, excluded: Array, parent: Array) -> None:
    """Join the addresses of every transaction in `parent`, in place.

    `tx` and `addr` u32, one row an input, rows of a transaction together, `tx` ascending; NONE for
    an address that is not known. `excluded`: ascending ids of transactions that join nothing.
    """
    rows = len(tx)
    if rows == 0:
        return
    skip = np.searchsorted(excluded, tx[0])
    row = 0
    while row < rows:
        one = tx[row]
        end = row + 1
        _ask(tx, addr, parent, row)
        if end < rows and tx[end] == one:
            while skip < len(excluded) and excluded[skip] < one:
                skip += 1
            joins = not (skip < len(excluded) and excluded[skip] == one)
            root = NONE
            if joins and addr[row] != NONE:
                root = _root(parent, addr[row])
            while end < rows and tx[end] == one:
                _ask(tx, addr, parent, end)
                if joins and addr[end] != NONE:
                    other = _root(parent, addr[end])
                    root = other if root == NONE else _join(parent, root, other)
                end += 1
        row = end


@kernel
def singles(parent: Array, begin: int, end: int) -> None:
    """Make every address of a stretch its own cluster. The first to touch memory waits for it, so
    that is done by all threads too."""
    for row in range(begin, end):
        parent[row] = np.uint32(row)


@kernel
def flatten(parent: Array, begin: int, end: int) -> int:
    """Point the addresses of a stretch at their roots; how many of them are roots.

    Other threads may flatten other stretches meanwhile.
    """
    roots = 0
    for row in range(begin, end):
        if row + FAR < end:
            prefetch(parent, np.intp(load(parent, np.intp(row + FAR))))
        at = np.uint32(row)
        up = load(parent, np.intp(at))
        if up == at:
            roots += 1
            continue
        while up != at:
            at = up
            up = load(parent, np.intp(at))
        store(parent, np.intp(row), at)
    return roots


@kernel
def sizes(labels: Array) -> Array:
    """How many addresses each cluster has, u32 by label; 0 where no label is."""
    count = np.zeros(len(labels), np.uint32)
    for row in range(len(labels)):
        count[labels[row]] += np.uint32(1)
    return count
