"""Each rule for coinjoins: what it takes, what it just misses; and a plain twin."""

from collections import Counter
from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qazyna.tracing.coinjoin import Rule
from qazyna.tracing.coinjoin.kernel import NONE, POOL_FEES, POOLS, detect, possible
from qazyna.tracing.coinjoin.rules import BASE_LEAST, BASE_MOST
from qazyna.tracing.store.tables import Kind

UNKNOWN = int(NONE)


@dataclass(frozen=True)
class Tx:
    """Inputs and outputs as (address, value); an OP_RETURN has no address."""

    inputs: tuple[tuple[int, int], ...]
    outputs: tuple[tuple[int, int], ...]
    returns: int = field(default=0)

    @property
    def kinds(self):
        return [Kind.nulldata] * self.returns + [Kind.pubkeyhash] * len(self.outputs)

    @property
    def paid(self):
        return ((UNKNOWN, 0),) * self.returns + self.outputs


def tx(spent, paid, returns=0, own=None, to=None):
    """A transaction of these values; every input and output with an address of its own, unless
    `own` (of the inputs) or `to` (of the outputs) says another."""
    own = range(1000, 1000 + len(spent)) if own is None else own
    to = range(5000, 5000 + len(paid)) if to is None else to
    return Tx(
        tuple(zip(own, spent, strict=True)), tuple(zip(to, paid, strict=True)), returns=returns
    )


def masks(transactions):
    def column(rows, at, kind):
        return np.array([row[at] for rows_of in rows for row in rows_of], kind)

    ins, outs = [each.inputs for each in transactions], [each.paid for each in transactions]
    return detect(
        np.cumsum([len(each) for each in ins], dtype=np.int64),
        column(ins, 0, np.uint32),
        column(ins, 1, np.int64),
        np.cumsum([len(each) for each in outs], dtype=np.int64),
        column(outs, 0, np.uint32),
        column(outs, 1, np.int64),
        np.array([kind for each in transactions for kind in each.kinds], np.uint8),
    )


def outputs(one):
    return np.array([value for _, value in one.paid], np.int64), np.array(one.kinds, np.uint8)


def rules(one):
    return Rule(int(masks([one])[0]))


D = 10_000_000
CHANGE = [123_457, 223_457, 323_457, 423_457, 523_457]


def wasabi_1_0(n=5, change=4, inputs=7, base=D, **other):
    return tx([20_000_000] * inputs, [base] * n + CHANGE[:change], **other)


def wasabi_1_1(levels=(4, 2), inputs=12, base=D, rest=(777_777, 888_888), **other):
    paid = [base * 2**i for i, often in enumerate(levels) for _ in range(often)]
    return tx([90_000_000] * inputs, [*paid, *rest], **other)


def wasabi_2_0(inputs=20, paid=None, **other):
    paid = [5_000] * 4 + [6_561] * 4 + [10_000] * 3 + [8_192, 77_777] if paid is None else paid
    return tx([50_000] * inputs, paid, **other)


def whirlpool(size=5, fresh=2, over=15_000, pool=1_000_000, **other):
    return tx([pool + over] * fresh + [pool] * (size - fresh), [pool] * size, **other)


def tx0(premix=3, over=15_000, pool=1_000_000, fee=50_000, rest=(4_444_444,), returns=1, **other):
    paid = [pool + over] * premix + [fee] * (fee is not None) + list(rest)
    return tx([9_000_000], paid, returns=returns, **other)


def joinmarket(n=3, change=2, inputs=6, value=33_333_333, **other):
    return tx([50_000_000] * inputs, [value] * n + [1_111_111 + k for k in range(change)], **other)


ROWS = [
    # generic: p = (outputs + 1) // 2 times the commonest value
    ("generic", True, tx([5, 6], [2, 2, 7])),
    ("generic", True, tx([5, 6, 7], [2, 2, 2, 7, 8])),
    ("generic", True, tx([5, 6, 7, 8], [2, 2, 2, 7, 8, 9])),
    ("generic", True, tx([5, 6], [2, 2, 7, 7])),  # a tie: the lowest is as often as the other
    ("generic", False, tx([12], [2, 2, 7])),  # one input
    ("generic", False, tx([5, 6], [2, 2])),  # two outputs
    ("generic", False, tx([5, 6], [2, 2, 2])),  # more often than p
    ("generic", False, tx([5, 6, 7], [2, 2, 7, 8, 9])),  # less often than p
    ("generic", False, tx([5, 6], [2, 2, 2, 7, 8])),  # p is more than there are inputs
    ("generic", False, tx([5, 6, 7], [2, 2, 2, 7, 8], own=[1, 1, 2])),  # p is more than scripts
    ("generic", False, tx([5000, 6000], [546, 546, 7])),
    ("generic", False, tx([5000, 6000], [2730, 2730, 7])),
    ("generic", True, tx([5000, 6000], [547, 547, 7])),
    # Wasabi 1.0
    ("wasabi_1_0", True, wasabi_1_0()),
    ("wasabi_1_0", True, wasabi_1_0(n=3, change=3)),
    ("wasabi_1_0", True, wasabi_1_0(base=9_500_000)),
    ("wasabi_1_0", True, wasabi_1_0(base=10_500_000)),
    ("wasabi_1_0", True, wasabi_1_0(n=3, change=4)),  # n = (out - 1) / 2
    ("wasabi_1_0", False, wasabi_1_0(n=3, change=5)),
    ("wasabi_1_0", False, wasabi_1_0(n=2, change=2)),
    ("wasabi_1_0", False, wasabi_1_0(base=9_499_999)),
    ("wasabi_1_0", False, wasabi_1_0(base=10_500_001)),
    ("wasabi_1_0", False, wasabi_1_0(inputs=4)),  # fewer scripts than n
    ("wasabi_1_0", True, wasabi_1_0(n=3, inputs=21)),
    ("wasabi_1_0", False, wasabi_1_0(n=3, inputs=22)),  # more than 7 n
    ("wasabi_1_0", False, wasabi_1_0(to=[1, 1, *range(2, 9)])),  # an output script twice
    # Wasabi 1.1
    ("wasabi_1_1", True, wasabi_1_1()),
    ("wasabi_1_1", True, wasabi_1_1(levels=(4, 2, 2))),
    ("wasabi_1_1", True, wasabi_1_1(levels=(4, 0, 2))),
    ("wasabi_1_1", False, wasabi_1_1(levels=(4, 1))),  # a level with one output
    ("wasabi_1_1", False, wasabi_1_1(levels=(4, 2, 1))),
    ("wasabi_1_1", False, wasabi_1_1(levels=(4,))),  # one level
    ("wasabi_1_1", True, wasabi_1_1(inputs=10)),
    ("wasabi_1_1", False, wasabi_1_1(inputs=9)),
    ("wasabi_1_1", False, wasabi_1_1(own=[1, 1, *range(2, 12)])),  # 2 of 12 are of one script
    ("wasabi_1_1", False, wasabi_1_1(base=11_000_000)),
    ("wasabi_1_1", False, wasabi_1_1(to=[1, 1, *range(2, 8)])),
    # Wasabi 2.0
    ("wasabi_2_0", True, wasabi_2_0()),
    ("wasabi_2_0", False, wasabi_2_0(inputs=19)),
    ("wasabi_2_0", True, wasabi_2_0(own=[1, 1, *range(2, 20)])),  # 2 of 20 are a tenth
    ("wasabi_2_0", False, wasabi_2_0(own=[1, 1, 1, *range(3, 20)])),
    ("wasabi_2_0", False, wasabi_2_0(paid=[4_999, *[5_000] * 4, *[6_561] * 4, *[10_000] * 3])),
    ("wasabi_2_0", False, wasabi_2_0(paid=[*[5_000] * 4, *[6_561] * 4, 8_192])),  # two of them
    ("wasabi_2_0", False, wasabi_2_0(paid=[*[5_000] * 4, *[6_561] * 4, *[10_000] * 3])),  # none out
    ("wasabi_2_0", True, wasabi_2_0(paid=[5_000, 6_561, 10_000] * 2 + [*range(20_001, 20_008)])),
    ("wasabi_2_0", False, wasabi_2_0(paid=[5_000, 6_561, 10_000] * 2 + [*range(20_001, 20_009)])),
    ("wasabi_2_0", False, wasabi_2_0(to=[1, 1, *range(2, 13)])),
    # Whirlpool
    *(("whirlpool", True, whirlpool(pool=int(pool))) for pool in POOLS),
    ("whirlpool", True, whirlpool(size=8)),
    ("whirlpool", False, whirlpool(size=9)),
    ("whirlpool", False, whirlpool(size=4, fresh=2)),
    ("whirlpool", True, whirlpool(fresh=1)),
    ("whirlpool", True, whirlpool(fresh=4)),
    ("whirlpool", False, whirlpool(fresh=0)),
    ("whirlpool", False, whirlpool(fresh=5)),
    ("whirlpool", True, whirlpool(over=100)),
    ("whirlpool", False, whirlpool(over=99)),
    ("whirlpool", True, whirlpool(over=110_000)),
    ("whirlpool", False, whirlpool(over=110_001)),
    ("whirlpool", False, whirlpool(pool=2_000_000)),
    ("whirlpool", False, tx([1_000_100] * 5, [1_000_000] * 4 + [999_999])),  # one unequal
    ("whirlpool", False, tx([1_000_100] * 2 + [1_000_000] * 4, [1_000_000] * 5)),  # 6 in, 5 out
    ("whirlpool", False, whirlpool(to=[1, 1, 2, 3, 4])),
    ("whirlpool", False, tx([-1] * 5, [1_000_000] * 5)),  # spent values are not known
    # Tx0
    *(
        ("tx0", True, tx0(pool=int(pool), fee=int(fee), rest=(444,)))
        for pool, fee in zip(POOLS, POOL_FEES, strict=True)
    ),
    ("tx0", True, tx0(premix=1)),
    ("tx0", True, tx0(premix=70)),
    ("tx0", False, tx0(premix=71)),
    ("tx0", False, tx0(returns=0)),
    ("tx0", False, tx0(returns=2)),
    ("tx0", True, tx0(over=100)),
    ("tx0", False, tx0(over=99)),
    ("tx0", True, tx0(over=110_000)),
    ("tx0", False, tx0(over=110_001)),
    ("tx0", True, tx0(fee=25_000)),
    ("tx0", False, tx0(fee=24_999)),
    ("tx0", True, tx0(fee=150_000)),
    ("tx0", False, tx0(fee=150_001)),
    ("tx0", False, tx0(fee=None)),
    ("tx0", True, tx0(rest=(4_444_444, 777))),
    ("tx0", False, tx0(rest=(4_444_444, 777, 888))),
    ("tx0", True, tx0(to=[1, 1, 1, 2, 3])),  # scripts may repeat
    # JoinMarket
    ("joinmarket", True, joinmarket()),
    ("joinmarket", True, joinmarket(change=3)),
    ("joinmarket", False, joinmarket(change=4)),  # n < out / 2
    ("joinmarket", False, joinmarket(n=2, change=2)),
    ("joinmarket", False, joinmarket(change=0)),  # none unequal
    ("joinmarket", True, joinmarket(value=2_731)),
    ("joinmarket", False, joinmarket(value=2_730)),
    ("joinmarket", True, joinmarket(inputs=3)),
    ("joinmarket", False, joinmarket(inputs=2)),  # fewer scripts than n
    ("joinmarket", False, joinmarket(inputs=4, own=[1, 1, 1, 2])),
    ("joinmarket", True, joinmarket(change=3, inputs=49)),
    ("joinmarket", True, joinmarket(change=3, inputs=60)),
    ("joinmarket", False, joinmarket(change=3, inputs=61)),  # 61 / 3 > 20
    ("joinmarket", False, joinmarket(n=10, change=6, inputs=50)),  # 16 / 10 < 1.7
    ("joinmarket", True, joinmarket(n=10, change=7, inputs=50)),
    ("joinmarket", False, joinmarket(to=[1, 1, 2, 3, 4])),
    # Stonewall
    ("stonewall", True, tx([500, 600], [200, 200, 700])),
    ("stonewall", True, tx([500, 600], [200, 200, 300, 400])),
    ("stonewall", False, tx([500, 600], [200, 200, 300, 300])),  # two pairs
    ("stonewall", False, tx([500, 600], [200, 200, 200, 400])),  # three equal
    ("stonewall", False, tx([500, 600], [100, 200, 300, 400])),
    ("stonewall", False, tx([500, 600], [200, 200])),
    ("stonewall", False, tx([500, 600], [200, 200, 1, 2, 3])),
]


@pytest.mark.parametrize(("rule", "expected", "one"), ROWS)
def test_a_rule_takes_what_it_says_and_misses_what_it_says(rule, expected, one):
    assert expected == (Rule[rule] in rules(one))


@pytest.mark.parametrize(
    "one",
    [
        tx([1000], [900]),
        tx([1000], [400, 500]),
        tx([400, 700], [300, 700]),
        tx([9_000_000], [1_000_000, 2_000_000, 3_000_000, 2_500_000]),
        tx([], [5_000_000_000]),
        tx([], [D, D, D, 1], returns=1),
    ],
)
def test_everyday_payments_fit_no_rule(one):
    assert Rule(0) == rules(one)


# The twin: the same rules, said with lists and counters.


def commonest(values):
    count = Counter(values)
    often = max(count.values())
    return min(value for value in count if count[value] == often), often


def scripts(addresses):
    known = [each for each in addresses if each != UNKNOWN]
    return len(set(known)) + len(addresses) - len(known)


def plain(one):
    values = [value for _, value in one.paid]
    spent = [value for _, value in one.inputs]
    own = [address for address, _ in one.inputs]
    n_in, n_out = len(spent), len(values)
    found = Rule(0)
    if n_in == 0 or n_out < 3:
        return found
    value, n = commonest(values)
    count = Counter(values)
    p = (n_out + 1) // 2
    if n_in >= 2 and p <= min(n_in, scripts(own)) and n == p and value not in (546, 2730):
        found |= Rule.generic
    if n_in >= 2 and n_out in (3, 4) and len(count) == n_out - 1:
        found |= Rule.stonewall
    top = max([1, *(own.count(each) for each in own if each != UNKNOWN)])
    if n_in >= 2 and len({address for address, _ in one.paid}) == n_out:
        if BASE_LEAST <= value <= BASE_MOST and n >= 3 and n >= (n_out - 1) / 2:  # noqa: SIM102
            if n <= scripts(own) <= 7 * n:
                found |= Rule.wasabi_1_0
        for base in {each for each in count if BASE_LEAST <= each <= BASE_MOST}:
            levels = [count[base << i] for i in range(40) if count[base << i]]
            if count[base] >= 2 and len(levels) >= 2 and min(levels) >= 2:  # noqa: SIM102
                if n_in >= 10 and top <= n_in / 10:
                    found |= Rule.wasabi_1_1
        again = [each for each in count if count[each] >= 2]
        inside = sum(count[each] for each in again)
        if n_in >= 20 and min(values) >= 5000 and top <= n_in / 10 and len(again) >= 3:  # noqa: SIM102
            if (n_out - 1) / 2 <= inside < n_out:
                found |= Rule.wasabi_2_0
        if 5 <= n_in == n_out <= 8 and len(count) == 1 and value in POOLS:
            over = [each - value for each in spent if each != value]
            if 1 <= len(over) <= 4 and all(100 <= each <= 110_000 for each in over):
                found |= Rule.whirlpool
        if value > 2730 and n >= 3 and n_out / 2 <= n < n_out and n <= scripts(own):  # noqa: SIM102
            if n_in < 50 or (n_in / n <= 20 and n_out * 10 >= n * 17):
                found |= Rule.joinmarket
    if one.returns == 1:
        paid = [value for _, value in one.outputs]
        for pool, fee in zip(POOLS.tolist(), POOL_FEES.tolist(), strict=True):
            premix = [each for each in paid if pool + 100 <= each <= pool + 110_000]
            if not premix:
                continue
            amount, n = commonest(premix)
            rest = [each for each in paid if each != amount]
            if n <= 70 and len(rest) <= 3 and any(fee / 2 <= each <= 3 * fee for each in rest):
                found |= Rule.tx0
    return found


value = st.sampled_from(
    [546, 2730, 2731, 5000, 6561, 8192, 50_000, 1_000_000, 1_000_100, 1_110_000, D, 2 * D, 4 * D]
)
side = st.lists(st.tuples(st.integers(0, 9), value), min_size=1, max_size=12)
wide = st.lists(st.tuples(st.integers(0, 500), value), min_size=8, max_size=70)
unknown = st.tuples(st.just(UNKNOWN), st.just(-1))


transaction = st.builds(
    Tx,
    st.one_of(side, wide, st.lists(unknown, max_size=30)).map(tuple),
    st.one_of(side, wide).map(tuple),
    st.integers(0, 2),
)


@given(st.lists(transaction, min_size=1, max_size=5))
@settings(max_examples=500, deadline=None)
def test_masks_are_those_of_the_plain_rules(transactions):
    expected = [plain(each) for each in transactions]
    assert expected == [Rule(int(each)) for each in masks(transactions)]


@given(st.sampled_from([one for _, _, one in ROWS]))
def test_the_plain_rules_say_the_same_of_every_row(one):
    assert plain(one) == rules(one)


@given(st.one_of(st.sampled_from([one for _, _, one in ROWS]), transaction))
@settings(max_examples=500, deadline=None)
def test_what_fits_a_rule_is_never_struck_out_before(one):
    assert possible(*outputs(one)) or not rules(one)


@pytest.mark.parametrize(
    ("expected", "one"),
    [
        (False, tx([9], [123_457, 223_457, 323_457])),
        (False, tx([9], [5, 5])),
        (True, tx([9], [5, 4, 5])),
        (True, tx([9], [123_457, 223_457], returns=1)),
        (False, tx([9], [99_999, 223_457], returns=1)),
    ],
)
def test_most_everyday_outputs_are_struck_out_before(expected, one):
    assert expected == possible(*outputs(one))
