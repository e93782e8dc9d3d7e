"""The rules for coinjoins over columns: one mask a transaction.

An input whose address is not known counts as a script of its own, since nothing shows that it is
another's; an output without an address counts as one script.
"""

from typing import Any

import numpy as np

from qazyna.tracing.coinjoin import Rule, rules
from qazyna.tracing.kernel import kernel, uncounted
from qazyna.tracing.store import manifest
from qazyna.tracing.store.tables import Kind

Array = np.ndarray[Any, Any]

NONE = np.uint32(manifest.NONE)
NULLDATA = int(Kind.nulldata)

GENERIC, WASABI_1_0, WASABI_1_1 = int(Rule.generic), int(Rule.wasabi_1_0), int(Rule.wasabi_1_1)
WASABI_2_0, WHIRLPOOL, TX0 = int(Rule.wasabi_2_0), int(Rule.whirlpool), int(Rule.tx0)
JOINMARKET, STONEWALL = int(Rule.joinmarket), int(Rule.stonewall)

POOLS, POOL_FEES = np.array(rules.POOLS, np.int64), np.array(rules.POOL_FEES, np.int64)

FEW = 64
"""So many outputs are compared each with each, before anything is sorted."""
SHORT = 24
"""So many values are sorted by inserting one after another."""


@uncounted
def _sift(heap: Array, root: Any, end: Any) -> None:
    """Let a value sink in a heap whose largest value is its first."""
    value = heap[root]
    while 2 * root + 1 < end:
        child = 2 * root + 1
        if child + 1 < end and heap[child + 1] > heap[child]:
            child += 1
        if heap[child] <= value:
            break
        heap[root] = heap[child]
        root = child
    heap[root] = value


@uncounted
def _sort(values: Array) -> None:
    """Put them in ascending order, where they lie: compiled in a tenth of `np.sort`'s time."""
    if len(values) <= SHORT:
        for at in range(1, len(values)):
            value, to = values[at], at
            while to > 0 and values[to - 1] > value:
                values[to] = values[to - 1]
                to -= 1
            values[to] = value
        return
    for root in range(len(values) // 2 - 1, -1, -1):
        _sift(values, root, len(values))
    for end in range(len(values) - 1, 0, -1):
        values[0], values[end] = values[end], values[0]
        _sift(values, 0, end)


@kernel
def _sorted(column: Array) -> Array:
    """The values of a column in ascending order, i64."""
    values = np.empty(len(column), np.int64)
    for at in range(len(column)):
        values[at] = column[at]
    _sort(values)
    return values


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
def _distinct(values: Array) -> int:
    """How many values there are among ascending ones."""
    found = 0
    for at in range(len(values)):
        found += at == 0 or values[at] != values[at - 1]
    return found


@kernel
def _wasabi_1_1(values: Array, n_in: int, often_in: int) -> bool:
    """Whether some value that occurs twice is such a base."""
    for at in range(1, len(values)):
        base = values[at]
        if base != values[at - 1] or not rules.near_base(base):
            continue
        levels, alone, level = 1, 0, base * 2
        while level <= values[-1]:
            found = _count(values, level)
            levels += found >= 2
            alone += found == 1
            level *= 2
        if rules.wasabi_1_1(n_in, often_in, levels, alone):
            return True
    return False


@kernel
def _repeated(values: Array) -> tuple[int, int, int]:
    """Of ascending values: how many there are, how many of them occur again, and how often these
    occur together."""
    distinct, again, inside, at = 0, 0, 0, 0
    while at < len(values):
        end = at + 1
        while end < len(values) and values[end] == values[at]:
            end += 1
        distinct += 1
        if end - at >= 2:
            again += 1
            inside += end - at
        at = end
    return distinct, again, inside


@kernel
def _over(spent: Array, amount: int) -> tuple[int, int]:
    """How many inputs are of another amount, and how many of these are not a little over it."""
    fresh, odd = 0, 0
    for value in spent:
        fresh += value != amount
        odd += value != amount and not rules.a_little_over(value, amount)
    return fresh, odd


@kernel
def _tx0(values: Array, returns: int) -> bool:
    """Whether a transaction enters one of the pools. The value of its OP_RETURN is not among
    `values`, which ascend."""
    for pool in range(len(POOLS)):
        low = np.searchsorted(values, POOLS[pool] + rules.OVER_LEAST)
        high = np.searchsorted(values, POOLS[pool] + rules.OVER_MOST, "right")
        _, premix = _commonest(values[low:high])
        fees = 0
        for value in values:
            fees += rules.entry_fee(value, POOL_FEES[pool])
        if rules.tx0(returns, len(values), premix, fees):
            return True
    return False


@uncounted
def possible(values: Array, kinds: Array) -> bool:
    """Whether a transaction with these outputs can fit any rule: told without sorting.

    Every rule asks for two equal outputs, or for one that enters a pool of Whirlpool's beside the
    only OP_RETURN.
    """
    if len(values) < 3:
        return False
    if len(values) > FEW:
        return True
    returns, enters = 0, False
    for at in range(len(values)):
        returns += kinds[at] == NULLDATA
        for pool in POOLS:
            enters = enters or rules.a_little_over(values[at], pool)
        for other in range(at):
            if values[other] == values[at]:
                return True
    return enters and returns == 1


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

    What the rules are asked with: `n_in`, `n_out` inputs and outputs; `scripts` of the inputs, the
    commonest of them `often_in` times; outputs to `paid_to` scripts, of `distinct` values, the
    `least` among them, the commonest (the lowest on ties) `value`, `often` times.
    """
    masks = np.zeros(len(in_ends), np.uint8)
    in_begin, out_begin = 0, 0
    for tx in range(len(in_ends)):
        in_end, out_end = in_ends[tx], out_ends[tx]
        n_in, n_out = in_end - in_begin, out_end - out_begin
        outs = slice(out_begin, out_end)
        if n_in >= 1 and possible(out_value[outs], out_kind[outs]):
            values = _sorted(out_value[out_begin:out_end])
            least, (value, often) = values[0], _commonest(values)
            found, returns = 0, 0
            for at in range(out_begin, out_end):
                returns += out_kind[at] == NULLDATA
            if n_in >= 2:
                often_in, scripts = _scripts(_sorted(in_addr[in_begin:in_end]))
                distinct, again, inside = _repeated(values)
                paid_to = _distinct(_sorted(out_addr[out_begin:out_end]))
                if rules.generic(n_in, n_out, scripts, value, often):
                    found |= GENERIC
                if rules.stonewall(n_in, n_out, distinct):
                    found |= STONEWALL
                if rules.own_scripts(n_in, n_out, paid_to):
                    fresh, odd = _over(in_value[in_begin:in_end], least)
                    if rules.wasabi_1_0(n_out, scripts, value, often):
                        found |= WASABI_1_0
                    if _wasabi_1_1(values, n_in, often_in):
                        found |= WASABI_1_1
                    if rules.wasabi_2_0(n_in, n_out, often_in, least, again, inside):
                        found |= WASABI_2_0
                    if rules.whirlpool(n_in, n_out, distinct, least, fresh, odd):
                        found |= WHIRLPOOL
                    if rules.joinmarket(n_in, n_out, scripts, value, often):
                        found |= JOINMARKET
            if returns == 1:
                paid, row = np.empty(n_out - returns, np.int64), 0
                for at in range(out_begin, out_end):
                    if out_kind[at] != NULLDATA:
                        paid[row] = out_value[at]
                        row += 1
                if _tx0(_sorted(paid), returns):
                    found |= TX0
            masks[tx] = found
        in_begin, out_begin = in_end, out_end
    return masks
