"""Waterfalls: worked line by line, and what holds however money flows."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
import pyxirr
from hypothesis import given, settings
from hypothesis import strategies as st

from qazyna.errors import Refused
from qazyna.programme.fees.waterfall import Flow, Waterfall
from qazyna.programme.terms import VentureTerms

START = date(2021, 12, 31)
"""Each of the next two years has 365 days: a rate a year is the rate."""
YEAR, TWO = date(2022, 12, 31), date(2023, 12, 31)
M = 1_000_000_00


def fund(commitment=None, **more):
    said = {"preferred_return": "0.08", "carry": "0.2", **more}
    return Waterfall(VentureTerms(**said), commitment)


def tiers(shared):
    """(capital, preferred, catch-up to either, carry to either), in whole units of money."""
    of = shared.capital, shared.preferred, *shared.catch_up, *shared.carry
    return tuple(Decimal(each) / 100 for each in of)


# 1,000,000 is called; a year later (or two) so much is distributed, and shared as follows.
#   catch-up  on    distributed   capital    preferred  catch-up: inv, mgr    carry: inv, mgr
EUROPEAN = [
    # less than the capital: all of it is capital
    ("1", YEAR, "900000", "900000", "0", "0", "0", "0", "0"),
    # 8 % of 1,000,000 for a year: 80,000 before the manager gets anything
    ("1", YEAR, "1080000", "1000000", "80000", "0", "0", "0", "0"),
    # the next 5,000 are all the manager's, which lacks 20,000: a fifth of 80,000 and of those
    ("1", YEAR, "1085000", "1000000", "80000", "0", "5000", "0", "0"),
    # 20,000 make it whole; the other 900,000 are shared 80:20, so it has 200,000 of 1,000,000
    ("1", YEAR, "2000000", "1000000", "80000", "0", "20000", "720000", "180000"),
    # two years compound: 80,000 and 86,400; a quarter of 166,400 is caught up
    ("1", TWO, "2000000", "1000000", "166400", "0", "41600", "633600", "158400"),
    # half to each until whole: x with 0.5 x = 0.2 (80,000 + x), which is 53,333.33
    ("0.5", YEAR, "2000000", "1000000", "80000", "26666.67", "26666.66", "693333.34", "173333.33"),
    # no catch-up: a fifth of what is above the preferred return, and of nothing else
    ("0", YEAR, "2000000", "1000000", "80000", "0", "0", "736000", "184000"),
]


@pytest.mark.parametrize(("catch_up", "on", "distributed", *"cplmij"), EUROPEAN)
def test_whole_fund(catch_up, on, distributed, c, p, l, m, i, j):  # noqa: E741
    account = fund(catch_up=catch_up)
    account.take(Flow(START, "call", M))
    shared = account.take(Flow(on, "distribution", int(Decimal(distributed) * 100)))
    assert tuple(map(Decimal, (c, p, l, m, i, j))) == tiers(shared)


def test_a_second_distribution_goes_on_where_the_first_ended():
    """In a year 1,080,000 pay capital and preferred return; the year after nothing is owed any
    more, so 20,000 are caught up and the rest is shared."""
    account = fund()
    account.take(Flow(START, "call", M))
    account.take(Flow(YEAR, "distribution", 1_080_000_00))
    shared = account.take(Flow(TWO, "distribution", 120_000_00))
    assert (0, 0, 0, 20_000, 80_000, 20_000) == tiers(shared)


def test_a_catch_up_goes_on_where_it_stopped():
    """5,000 of 20,000 were caught up; of 20,000 more on that day 15,000 are, and 5,000 shared."""
    account = fund()
    account.take(Flow(START, "call", M))
    account.take(Flow(YEAR, "distribution", 1_085_000_00))
    shared = account.take(Flow(YEAR, "distribution", 20_000_00))
    assert (0, 0, 0, 15_000, 4_000, 1_000) == tiers(shared)


def test_cents_that_come_one_by_one_are_shared_as_if_they_came_together():
    account = fund(preferred_return="0", catch_up="0")
    account.take(Flow(START, "call", 1))
    account.take(Flow(YEAR, "distribution", 1))
    got = [account.take(Flow(YEAR, "distribution", 1)).to_manager for _ in range(10)]
    assert 2 == sum(got)


def test_deal_by_deal_the_manager_does_not_wait_and_gives_back_at_the_end():
    """Two deals of 500,000. The first returns 1,000,000 in a year: 500,000 capital, 40,000
    preferred, 10,000 caught up, 450,000 shared: the manager has 100,000. The second returns
    100,000 and is over.

    At the end the profit is 100,000, of which 20,000 would be the manager's: 80,000 too much.
    But investors lack more. Of 1,000,000 and 80,000 they were paid 900,000 after a year; 8 % of
    the remaining 180,000 are 14,400; then they were paid 100,000. They lack 94,400."""
    account = fund(waterfall="deal_by_deal")
    account.take(Flow(START, "call", M // 2, "A"))
    account.take(Flow(START, "call", M // 2, "B"))
    first = account.take(Flow(YEAR, "distribution", M, "A"))
    assert (500_000, 40_000, 0, 10_000, 360_000, 90_000) == tiers(first)
    second = account.take(Flow(TWO, "distribution", 100_000_00, "B"))
    assert (100_000, 0, 0, 0, 0, 0) == tiers(second)
    account.take(Flow(TWO, "closed", 0, "B"))
    end = account.take(Flow(TWO, "end"))
    assert (94_400_00, 5_600_00) == (end.clawback, account.carried)


def test_without_a_clawback_it_keeps_what_it_got():
    account = fund(waterfall="deal_by_deal", clawback=False)
    account.take(Flow(START, "call", M, "A"))
    account.take(Flow(START, "call", M, "B"))
    account.take(Flow(YEAR, "distribution", 2 * M, "A"))
    assert 0 == account.take(Flow(TWO, "end")).clawback
    assert 200_000_00 == account.carried


def test_losses_of_deals_that_are_over_come_first_where_the_terms_say_so():
    """B is over with a loss of 400,000. Of A's 1,000,000 its own 500,000 and those 400,000 are
    given back, then 40,000 preferred; 10,000 are caught up, and 50,000 are shared."""
    for losses_first, expected in (
        (True, (500_000, 400_000, 40_000, 10_000, 40_000, 10_000)),
        (False, (500_000, 0, 40_000, 10_000, 360_000, 90_000)),
    ):
        account = fund(waterfall="deal_by_deal", losses_first=losses_first)
        account.take(Flow(START, "call", M // 2, "A"))
        account.take(Flow(START, "call", M // 2, "B"))
        account.take(Flow(YEAR, "distribution", 100_000_00, "B"))
        account.take(Flow(YEAR, "closed", 0, "B"))
        shared = account.take(Flow(YEAR, "distribution", M, "A"))
        capital, preferred, _, catch_up, *carry = tiers(shared)
        losses = Decimal(shared.losses) / 100
        assert expected == (capital, losses, preferred, catch_up, *carry)


def test_what_may_be_called_again_is_capital_given_back():
    """300,000 of 1,000,000 come back to be called again: no profit, and unfunded once more.
    Preferred return runs on 1,000,000 for a year, then on 700,000 and the 80,000."""
    account = fund(M, recycling="0.5")
    account.take(Flow(START, "call", M))
    assert 0 == account.unfunded
    account.take(Flow(YEAR, "recallable", 300_000_00))
    assert 300_000_00 == account.unfunded
    account.take(Flow(YEAR, "call", 200_000_00))
    assert 100_000_00 == account.unfunded
    shared = account.take(Flow(TWO, "distribution", 2 * M))
    # 900,000 and 80,000 were out for the second year: 8 % are 78,400
    assert (900_000, 158_400) == tiers(shared)[:2]


def test_what_is_invested_again_is_nobodys_yet():
    account = fund(M, recycling="0.2")
    account.take(Flow(START, "call", M))
    kept = account.take(Flow(YEAR, "recycled", 200_000_00))
    assert (0, 0) == (kept.to_investors, kept.to_manager)
    assert "above_recycling" == refused(account, Flow(YEAR, "recycled", 1))


def refused(account, flow):
    before = repr(account)
    with pytest.raises(Refused) as no:
        account.take(flow)
    assert before == repr(account), "nothing is changed by what is refused"
    return no.value.code


CALLED = Flow(START, "call", 600_000_00)
REFUSED = [
    ([], Flow(START, "distribution", 1), "nothing_paid_in"),
    ([], Flow(START, "recallable", 1), "nothing_paid_in"),
    ([], Flow(START, "call", M + 1), "above_unfunded"),
    ([CALLED], Flow(YEAR, "call", 400_000_01), "above_unfunded"),
    ([CALLED], Flow(date(2020, 1, 1), "call", 1), "out_of_order"),
    ([CALLED], Flow(YEAR, "recallable", 600_000_01), "more_than_capital"),
    ([CALLED], Flow(YEAR, "recallable", 500_000_01), "above_recycling"),
    ([CALLED], Flow(YEAR, "end", 1), "bad_amount"),
    ([CALLED], Flow(YEAR, "call", 0), "bad_amount"),
    ([CALLED, Flow(YEAR, "end")], Flow(TWO, "distribution", 1), "fund_ended"),
]


@pytest.mark.parametrize(("before", "flow", "code"), REFUSED)
def test_what_is_refused(before, flow, code):
    account = fund(M, recycling="0.5")
    for each in before:
        account.take(each)
    assert code == refused(account, flow)


def test_what_else_is_refused():
    account = fund(waterfall="deal_by_deal")
    assert "no_deal" == refused(account, CALLED)
    account.take(Flow(START, "call", 1, "A"))
    assert "nothing_paid_in" == refused(account, Flow(YEAR, "distribution", 1, "B"))
    silent = fund(M)
    silent.take(CALLED)
    assert "above_recycling" == refused(silent, Flow(YEAR, "recallable", 1))


# ── However money flows ─────────────────────────────────────────────────────────────────────────

TERMS = st.builds(
    VentureTerms,
    preferred_return=st.sampled_from(["0", "0.06", "0.08"]),
    carry=st.sampled_from(["0", "0.15", "0.2", "0.3"]),
    catch_up=st.sampled_from(["0", "0.5", "0.8", "1"]),
    waterfall=st.sampled_from(["whole_fund", "deal_by_deal"]),
    losses_first=st.booleans(),
    recycling=st.just("1"),
)
STEPS = st.lists(
    st.tuples(
        st.integers(1, 700),
        st.sampled_from(["call", "call", "distribution", "distribution", "recallable", "closed"]),
        st.integers(1, 10**9),
        st.sampled_from(["A", "B"]),
    ),
    max_size=14,
)


def lived(terms, steps):
    account, shared, on = Waterfall(terms), [], START
    for days, kind, amount, deal in [(1, "call", 10**8, "A"), *steps]:
        on += timedelta(days=days)
        try:
            shared.append(account.take(Flow(on, kind, 0 if kind == "closed" else amount, deal)))
        except Refused:
            continue
    return account, shared, on


@settings(max_examples=300, deadline=None)
@given(TERMS, STEPS)
def test_every_cent_is_shared_once(terms, steps):
    account, shared, on = lived(terms, steps)
    for each in shared:
        if each.flow.kind in ("distribution", "recallable"):
            assert each.flow.amount == each.to_investors + each.to_manager
        else:
            assert (0, 0) == (each.to_investors, each.to_manager)
        parts = each.capital, each.losses, each.preferred, *each.catch_up, *each.carry
        assert min(parts) >= 0
    assert account.carried == sum(each.to_manager for each in shared)
    end = account.take(Flow(on, "end"))
    assert 0 == end.to_investors + end.to_manager
    assert 0 <= account.carried
    profit = account.distributed - account.called
    assert account.carried <= max(profit, 0) * terms.carry + 1
    received = account.distributed - account.carried
    assert account.carried == 0 or received >= account.called + account.whole.accrued


@settings(max_examples=150, deadline=None)
@given(TERMS, STEPS)
def test_the_manager_gets_nothing_before_investors_have_their_preferred_return(terms, steps):
    """An oracle of its own: the first carry of a whole fund comes when the investors' IRR, what
    they get of that distribution included, is the preferred return or more."""
    if terms.waterfall != "whole_fund":
        return
    _, shared, _ = lived(terms, steps)
    days, amounts = [], []
    for each in shared:
        if each.flow.kind == "closed":
            continue
        days.append(each.flow.on)
        in_ = each.flow.amount if each.flow.kind == "call" else 0
        amounts.append(each.to_investors - in_)
        if each.to_manager:
            rate = float(terms.preferred_return)
            worth = pyxirr.xnpv(rate, days, [float(a) for a in amounts])
            assert worth >= -0.02 * len(days)
            return


@settings(deadline=None)
@given(st.integers(1, 10**10), st.sampled_from(["0.15", "0.2", "0.3"]))
def test_a_whole_catch_up_leaves_the_manager_its_share_of_all_profit(distributed, carry):
    account = fund(carry=carry, catch_up="1")
    account.take(Flow(START, "call", 10**9))
    account.take(Flow(YEAR, "distribution", distributed))
    profit = distributed - 10**9
    preferred = 8 * 10**7
    if profit * (1 - Decimal(carry)) >= preferred:
        assert abs(account.carried - profit * Decimal(carry)) <= 1
    else:
        assert max(profit - preferred, 0) == account.carried
