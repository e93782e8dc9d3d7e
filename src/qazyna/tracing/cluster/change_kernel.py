"""The passes over columns that the heuristics for change need."""

from typing import Any

import numpy as np

from qazyna.tracing.kernel import kernel
from qazyna.tracing.store import manifest
from qazyna.tracing.store.tables import Kind

Array = np.ndarray[Any, Any]
NONE = np.uint32(manifest.NONE)
UNKNOWN = int(Kind.unknown)
ROUND = 1_000_000
"""BlockSci's power of ten: six digits."""
ONE_TIME, PEELING, POWER_OF_TEN, OPTIMAL, ADDRESS_TYPE = 1, 2, 4, 8, 16
REUSE, FRESH, LEGACY, FIXED_FEE = 32, 64, 128, 256
SIGNS = 9


@kernel
def note(
    in_tx: Array,
    in_addr: Array,
    out_tx: Array,
    out_addr: Array,
    out_kind: Array,
    first_paid: Array,
    times_paid: Array,
    first_spent: Array,
    kinds: Array,
) -> None:
    """Note of each address the first transaction that paid it and that it spent in (u32), how often
    it was paid (u8, no further than 255) and its script type (u8)."""
    for row in range(len(out_addr)):
        address = out_addr[row]
        if address == NONE:
            continue
        if first_paid[address] == NONE:
            first_paid[address] = out_tx[row]
        if times_paid[address] < 255:
            times_paid[address] += np.uint8(1)
        kinds[address] = out_kind[row]
    for row in range(len(in_addr)):
        address = in_addr[row]
        if address != NONE and first_spent[address] == NONE:
            first_spent[address] = in_tx[row]


@kernel
def fees(in_ends: Array, in_value: Array, out_ends: Array, out_value: Array) -> Array:
    """What each transaction leaves as fee, i64 base units; -1 where it is not known."""
    found = np.full(len(in_ends), -1, np.int64)
    in_row, out_row = 0, 0
    for tx in range(len(in_ends)):
        left, known = np.int64(0), in_ends[tx] > in_row
        for row in range(in_row, in_ends[tx]):
            known = known and in_value[row] >= 0
            left += in_value[row]
        for row in range(out_row, out_ends[tx]):
            left -= out_value[row]
        if known and left >= 0:
            found[tx] = left
        in_row, out_row = in_ends[tx], out_ends[tx]
    return found


@kernel
def vote(
    first: int,
    in_ends: Array,
    in_addr: Array,
    in_value: Array,
    out_ends: Array,
    out_addr: Array,
    out_value: Array,
    first_paid: Array,
    times_paid: Array,
    first_spent: Array,
    kinds: Array,
    joined: Array,
    peels: Array,
    same_fee: Array,
) -> tuple[Array, Array]:
    """For each output the heuristics that name it, and those that name another of its transaction.

    Two u16 masks of `change.Sign`.
    """
    named, against = np.zeros(len(out_addr), np.uint16), np.zeros(len(out_addr), np.uint16)
    in_begin, out_begin = 0, 0
    for at in range(len(in_ends)):
        tx, in_end, out_end = first + at, in_ends[at], out_ends[at]
        n_out = out_end - out_begin
        if in_end > in_begin and n_out >= 2 and not joined[tx]:
            least, alike, known = in_value[in_begin], True, True
            for row in range(in_begin, in_end):
                least = min(least, in_value[row])
                known = known and in_addr[row] != NONE
                if known:
                    kind = kinds[in_addr[row]]
                    alike = alike and kind != UNKNOWN and kind == kinds[in_addr[in_begin]]
            if known:
                largest = out_begin
                for row in range(out_begin, out_end):
                    if out_value[row] > out_value[largest]:
                        largest = row
                # The only output that each heuristic leaves; -1 none yet, -2 several.
                only = np.full(SIGNS, -1, np.int64)
                for row in range(out_begin, out_end):
                    address, value = out_addr[row], out_value[row]
                    if address == NONE:
                        continue
                    signs = 0
                    again = False
                    for spent in range(in_begin, in_end):
                        again = again or in_addr[spent] == address
                    fresh = first_paid[address] == tx
                    if fresh and row > out_begin:
                        for other in range(out_begin, out_end):
                            fresh = fresh and (other == row or out_addr[other] != address)
                    optimal = least >= 0 and value < least
                    typed = alike and kinds[address] == kinds[in_addr[in_begin]]
                    if value % ROUND != 0:
                        signs |= POWER_OF_TEN
                    if optimal:
                        signs |= OPTIMAL
                    if typed:
                        signs |= ADDRESS_TYPE
                    if again:
                        signs |= REUSE
                    if fresh:
                        signs |= FRESH
                    if fresh and optimal:
                        signs |= LEGACY
                    if peels[tx] and row == largest:
                        signs |= PEELING
                    if same_fee[row]:
                        signs |= FIXED_FEE
                    once = times_paid[address] == 1 and first_spent[address] > tx
                    if typed and value % 1000 != 0 and optimal and once and n_out <= 10:
                        signs |= ONE_TIME
                    for sign in range(SIGNS):
                        if signs >> sign & 1:
                            only[sign] = row if only[sign] == -1 else -2
                for sign in range(SIGNS):
                    if only[sign] >= 0:
                        for row in range(out_begin, out_end):
                            if row == only[sign]:
                                named[row] |= np.uint16(1 << sign)
                            else:
                                against[row] |= np.uint16(1 << sign)
        in_begin, out_begin = in_end, out_end
    return named, against
