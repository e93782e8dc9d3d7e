"""Passes over columns that see clusters instead of addresses."""

from typing import Any

import numpy as np

from qazyna.tracing.kernel import kernel
from qazyna.tracing.store import manifest

Array = np.ndarray[Any, Any]
NONE = np.uint32(manifest.NONE)
UNKNOWN, MINTED, JOINED = np.uint32(0xFFFFFFFF), np.uint32(0xFFFFFFFE), np.uint32(0xFFFFFFFD)
"""Who pays, where it is no cluster: an address not known, new coins, a coinjoin."""


@kernel
def senders(first: int, in_ends: Array, in_addr: Array, labels: Array, joined: Array) -> Array:
    """The cluster that pays each transaction, u32; UNKNOWN, MINTED or JOINED where it is none.

    `joined`: by transaction id, whether its inputs are of several owners.
    """
    found = np.full(len(in_ends), UNKNOWN, np.uint32)
    begin = 0
    for at in range(len(in_ends)):
        if in_ends[at] == begin:
            found[at] = MINTED
        elif joined[first + at]:
            found[at] = JOINED
        else:
            for row in range(begin, in_ends[at]):
                if in_addr[row] != NONE:
                    found[at] = labels[in_addr[row]]
                    break
        begin = in_ends[at]
    return found


@kernel
def payments(
    out_ends: Array, out_addr: Array, sender: Array, labels: Array, wanted: Array
) -> tuple[Array, Array, Array]:
    """Rows of outputs that touch a wanted cluster: incoming, outgoing, and those inside it.

    `wanted`: by cluster. An output to the cluster that pays is inside: change, or a sweep.
    """
    incoming, outgoing = np.zeros(len(out_addr), np.bool_), np.zeros(len(out_addr), np.bool_)
    inside = np.zeros(len(out_addr), np.bool_)
    begin = 0
    for at in range(len(out_ends)):
        paying = sender[at]
        known = paying < JOINED
        for row in range(begin, out_ends[at]):
            address = out_addr[row]
            if address != NONE and labels[address] != paying and wanted[labels[address]]:
                incoming[row] = True
            if known and wanted[paying] and (address == NONE or labels[address] != paying):
                outgoing[row] = True
            if known and wanted[paying] and address != NONE and labels[address] == paying:
                inside[row] = True
        begin = out_ends[at]
    return incoming, outgoing, inside


@kernel
def tally(labels: Array, sender: Array, out_ends: Array, out_addr: Array, counts: Array) -> None:
    """Count for each cluster the transactions that it pays and the payments it gets, u32."""
    begin = 0
    for at in range(len(out_ends)):
        if sender[at] < JOINED:
            counts[sender[at]] += np.uint32(1)
        for row in range(begin, out_ends[at]):
            address = out_addr[row]
            if address != NONE and labels[address] != sender[at]:
                counts[labels[address]] += np.uint32(1)
        begin = out_ends[at]
