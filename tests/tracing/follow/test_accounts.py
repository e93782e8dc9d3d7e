"""Account chains: equal to the definitions in plain Python, conserved, worked by hand."""

from collections import defaultdict
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qazyna.tracing.follow.accounts import Transfer, follow

CONSERVING = st.sampled_from(["fifo", "lifo", "haircut"])


@st.composite
def lives(draw):
    """Transfers among a few accounts; None is a mint at the beginning, gas at the end."""
    rows = []
    for tx in range(draw(st.integers(1, 14))):
        begin = draw(st.sampled_from([None, 0, 1, 2, 3]))
        end = draw(st.sampled_from([0, 1, 2, 3] if begin is None else [0, 1, 2, 3, None]))
        rows.append(Transfer(tx, begin, end, draw(st.integers(0, 9))))
    accounts = draw(
        st.dictionaries(st.integers(0, 3), st.sampled_from([frozenset({0}), frozenset({1})]))
    )
    outputs = draw(st.dictionaries(st.integers(0, 13), st.just(frozenset({2})), max_size=2))
    outputs = {
        at: each for at, each in outputs.items() if at < len(rows) and rows[at].end is not None
    }
    return rows, accounts, outputs


def coin_by_coin(rows, policy, accounts, outputs, source):
    """One source alone, every base unit a coin of its own: True is tainted."""
    running, opening = defaultdict(int), defaultdict(int)
    for row in rows:
        if row.begin is not None:
            running[row.begin] -= row.amount
            opening[row.begin] = max(opening[row.begin], -running[row.begin])
        if row.end is not None:
            running[row.end] += row.amount
    holds = lambda key, at: source in key.get(at, ())  # noqa: E731
    purse = {each: [holds(accounts, each)] * opening[each] for each in range(4)}
    fees = 0
    for at, row in enumerate(rows):
        coins = [False] * row.amount
        if row.begin is not None and row.amount:
            have = purse[row.begin]
            if policy == "fifo":
                coins, purse[row.begin] = have[: row.amount], have[row.amount :]
            elif policy == "lifo":
                coins = have[len(have) - row.amount :][::-1]
                purse[row.begin] = have[: len(have) - row.amount]
            else:
                exact = Fraction(sum(have) * row.amount, len(have))
                part = int(exact) + (exact % 1 >= Fraction(1, 2))
                coins = [True] * part + [False] * (row.amount - part)
                rest = sum(have) - part
                purse[row.begin] = [True] * rest + [False] * (len(have) - row.amount - rest)
        if row.end is None:
            fees += sum(coins)
            continue
        if holds(accounts, row.end) or holds(outputs, at):
            coins = [True] * row.amount
        purse[row.end] = purse[row.end] + coins
    return {each: sum(coins) for each, coins in purse.items() if any(coins)}, fees


@settings(max_examples=400, deadline=None)
@given(lives(), CONSERVING)
def test_each_source_is_where_coin_by_coin_puts_it(life, policy):
    rows, accounts, outputs = life
    found = follow(rows, policy, accounts, outputs)
    for source in (0, 1, 2):
        rests = {account: by[source] for account, by in found.rests.items() if by.get(source)}
        expected = coin_by_coin(rows, policy, accounts, outputs, source)
        assert expected == (rests, found.fees.get(source, 0))


@settings(max_examples=200, deadline=None)
@given(lives(), CONSERVING, st.sets(st.integers(0, 3), max_size=2))
def test_every_base_unit_is_somewhere_once(life, policy, stops):
    rows, accounts, outputs = life
    found = follow(rows, policy, accounts, outputs, frozenset(stops))
    for source in (0, 1, 2):
        whole = sum(by.get(source, 0) for by in found.rests.values())
        whole += found.fees.get(source, 0)
        whole += sum(amount for *_, each, amount in found.stopped if each == source)
        assert found.seeds.get(source, 0) == whole


def test_claytons_case_in_an_account():
    """30 clean, then 50 stolen, are paid into one account; 40 are drawn, then 25; 5 is gas."""
    rows = [
        Transfer(0, None, 1, 30),
        Transfer(1, 0, 1, 50),
        Transfer(2, 1, 2, 40),
        Transfer(3, 1, 3, 25),
        Transfer(4, 1, None, 5),
    ]

    def has(policy):
        found = follow(rows, policy, {}, {1: frozenset({0})})
        return [found.rests.get(each, {}).get(0, 0) for each in (2, 3, 1)] + [found.fees.get(0, 0)]

    assert [10, 25, 10, 5] == has("fifo")
    assert [40, 10, 0, 0] == has("lifo")
    assert [25, 16, 6, 3] == has("haircut")
    assert [40, 25, 10, 5] == has("poison")


def test_amounts_of_any_size_are_exact():
    """Tokens have eighteen decimals: the sums pass 64 bits."""
    large = 10**30 + 1
    rows = [Transfer(0, None, 0, large), Transfer(1, 0, 1, large // 3), Transfer(2, None, 1, large)]
    found = follow(rows, "haircut", {0: frozenset({0})}, {})
    assert large == sum(by[0] for by in found.rests.values())


@pytest.mark.parametrize("policy", ["fifo", "lifo", "haircut", "poison"])
def test_a_service_ends_it(policy):
    rows = [Transfer(0, None, 0, 10), Transfer(1, 0, 1, 10), Transfer(2, 1, 2, 10)]
    found = follow(rows, policy, {0: frozenset({0})}, {}, frozenset({1}))
    assert [(1, 1, 0, 10)] == found.stopped
    assert {} == {account: by for account, by in found.rests.items() if account}
