"""The rules for coinjoins over columns: one mask a transaction.

Sources: the generic rule is that of BlockSci and GraphSense; the named ones follow Schnoering and
Vazirgiannis, "Heuristics for detecting CoinJoin transactions on the Bitcoin blockchain" (2023).
Amounts are satoshi. An input whose address is not known counts as a script of its own, since
nothing shows that it is another's; an output without an address counts as one script.
"""

from typing import Any

import numpy as np

from qazyna.tracing.coinjoin import Rule
from qazyna.tracing.kernel import kernel
from qazyna.tracing.store import manifest
from qazyna.tracing.store.tables import Kind

Array = np.ndarray[Any, Any]

NONE = np.uint32(manifest.NONE)
NULLDATA = int(Kind.nulldata)

GENERIC, WASABI_1_0, WASABI_1_1 = int(Rule.generic), int(Rule.wasabi_1_0), int(Rule.wasabi_1_1)
WASABI_2_0, WHIRLPOOL, TX0 = int(Rule.wasabi_2_0), int(Rule.whirlpool), int(Rule.tx0)
JOINMARKET, STONEWALL = int(Rule.joinmarket), int(Rule.stonewall)

DUST = np.array([546, 2_730], np.int64)
POOLS = np.array([100_000, 1_000_000, 5_000_000, 50_000_000], np.int64)
POOL_FEES = np.array([5_000, 50_000, 175_000, 1_750_000], np.int64)
"""What Whirlpool's coordinator asked for entry to each pool."""
OVER_LEAST, OVER_MOST = 100, 110_000
BASE_LEAST, BASE_MOST = 9_500_000, 10_500_000
"""Wasabi 1's denomination, 0.1 BTC and what fees took of it."""


@kernel
def _commonest(values: Array) -> tuple[Any, int]:
    """Of ascending values the commonest, the lowest on ties, and how often it occurs."""
    best, often, run = np.int64(-1), 0, 0
    for at in range(len(values)):
        run = run + 1 if at and values[at] == values[at - 1] else 1
        if run > often:
            best, often = values[at], run
    return best, often


@kernel
def _count(values: Array, value: int) -> Any:
    """How often a value stands among ascending ones."""
    return np.searchsorted(values, value, "right") - np.searchsorted(values, value)


@kernel
def _scripts(addresses: Array) -> tuple[int, int]:
    """Of ascending addresses: how often the commonest occurs, and how many scripts there are.

    Each one that is not known counts as a script of its own, which occurs once.
    """
    distinct, often, run = 0, 0, 0
    for at in range(len(addresses)):
        same = at and addresses[at] == addresses[at - 1] and addresses[at] != NONE
        run = run + 1 if same else 1
        distinct += not same
        often = max(often, run)
    return often, distinct


@kernel
def _wasabi_1_1(values: Array) -> bool:
    """Some d near 0.1 BTC such that each of its doublings that occurs does so at least twice, d
    itself and one more among them."""
    for at in range(1, len(values)):
        base = values[at]
        if base != values[at - 1] or not BASE_LEAST <= base <= BASE_MOST:
            continue
        levels, sound, level = 1, True, base * 2
        while level <= values[-1]:
            found = _count(values, level)
            if found == 1:
                sound = False
            if found >= 2:
                levels += 1
            level *= 2
        if sound and levels >= 2:
            return True
    return False


@kernel
def _wasabi_2_0(values: Array) -> bool:
    """Values that occur again are denominations: at least three, half of the outputs, not all."""
    if values[0] < 5_000:
        return False
    denominations, inside, at = 0, 0, 0
    while at < len(values):
        end = at + 1
        while end < len(values) and values[end] == values[at]:
            end += 1
        if end - at >= 2:
            denominations += 1
            inside += end - at
        at = end
    return denominations >= 3 and 2 * inside >= len(values) - 1 and inside < len(values)


@kernel
def _whirlpool(values: Array, spent: Array) -> bool:
    """As many in as out, five to eight, all out a pool's amount, one to four in a little over."""
    if not (5 <= len(values) <= 8 and len(spent) == len(values) and values[0] == values[-1]):
        return False
    if not np.any(values[0] == POOLS):
        return False
    fresh = 0
    for value in spent:
        over = value - values[0]
        if over == 0:
            continue
        if not OVER_LEAST <= over <= OVER_MOST:
            return False
        fresh += 1
    return 1 <= fresh <= 4


@kernel
def _tx0(values: Array, returns: int) -> bool:
    """One OP_RETURN (its value is not among `values`), 1–70 equal premix outputs, the pool's fee,
    and at most two others."""
    if returns != 1:
        return False
    for pool in range(len(POOLS)):
        low = np.searchsorted(values, POOLS[pool] + OVER_LEAST)
        high = np.searchsorted(values, POOLS[pool] + OVER_MOST, "right")
        premix, often = _commonest(values[low:high])
        if not 1 <= often <= 70 or len(values) - often > 3:
            continue
        for value in values:
            if value != premix and 2 * value >= POOL_FEES[pool] and value <= 3 * POOL_FEES[pool]:
                return True
    return False


@kernel
def _in_proportion(n_in: int, n_out: int, often: int) -> bool:
    """JoinMarket with many inputs: at most 20 in and at least 1.7 out for each equal output."""
    return n_in <= 20 * often and 10 * n_out >= 17 * often


@kernel
def _named(values: Array, spent: Array, scripts: int, often_in: int) -> int:
    """The rules that ask for distinct output scripts."""
    found, n_in, n_out = 0, len(spent), len(values)
    value, often = _commonest(values)
    near_base = BASE_LEAST <= value <= BASE_MOST
    if near_base and often >= 3 and 2 * often >= n_out - 1 and often <= scripts <= 7 * often:
        found |= WASABI_1_0
    if n_in >= 10 and 10 * often_in <= n_in and _wasabi_1_1(values):
        found |= WASABI_1_1
    if n_in >= 20 and 10 * often_in <= n_in and _wasabi_2_0(values):
        found |= WASABI_2_0
    if _whirlpool(values, spent):
        found |= WHIRLPOOL
    equal = value > 2_730 and often >= 3 and 2 * often >= n_out and often < n_out
    large = n_in >= 50
    if equal and often <= scripts and (not large or _in_proportion(n_in, n_out, often)):
        found |= JOINMARKET
    return found


@kernel
def detect(
    in_ends: Array,
    in_addr: Array,
    in_value: Array,
    out_ends: Array,
    out_addr: Array,
    out_value: Array,
    out_kind: Array,
) -> Array:
    """The rules that each transaction fits, as a mask of `Rule`, u8.

    `in_ends` and `out_ends` i64: where the inputs and outputs of each transaction end. Values i64
    satoshi, negative where not known; addresses u32.
    """
    masks = np.zeros(len(in_ends), np.uint8)
    in_begin, out_begin = 0, 0
    for tx in range(len(in_ends)):
        in_end, out_end = in_ends[tx], out_ends[tx]
        n_in, n_out = in_end - in_begin, out_end - out_begin
        if n_in >= 1 and n_out >= 3:
            values = np.sort(out_value[out_begin:out_end])
            spent = in_value[in_begin:in_end]
            often_in, scripts = _scripts(np.sort(in_addr[in_begin:in_end]))
            value, often = _commonest(values)
            found, half = 0, (n_out + 1) // 2
            if (
                n_in >= 2
                and half <= n_in
                and half <= scripts
                and often == half
                and not np.any(value == DUST)
            ):
                found |= GENERIC
            pairs = 0
            for at in range(1, n_out):
                pairs += values[at] == values[at - 1]
            if n_in >= 2 and n_out <= 4 and pairs == 1:
                found |= STONEWALL
            if n_in >= 2:
                paid_to = np.sort(out_addr[out_begin:out_end])
                if np.all(paid_to[1:] != paid_to[:-1]):
                    found |= _named(values, spent, scripts, often_in)
            returns, paid = 0, np.empty(n_out, np.int64)
            for at in range(out_begin, out_end):
                if out_kind[at] == NULLDATA:
                    returns += 1
                else:
                    paid[at - out_begin - returns] = out_value[at]
            if returns == 1 and n_out <= 74 and _tx0(np.sort(paid[: n_out - 1]), returns):
                found |= TX0
            masks[tx] = found
        in_begin, out_begin = in_end, out_end
    return masks
