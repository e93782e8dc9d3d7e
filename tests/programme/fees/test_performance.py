"""Performance fees: worked cases line by line, and two methods that charge the same.

The textbook cases are the ones by which equalisation is commonly explained: a unit at 100 that
fell to 90 or rose to 120 when somebody else came in.
"""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qazyna.programme.fees.equalisation import ByEqualisation
from qazyna.programme.fees.performance import hurdle, on_a_unit
from qazyna.programme.fees.series import BySeries
from qazyna.programme.terms import PerformanceFee

OPEN, MID, END = date(2025, 12, 31), date(2026, 6, 30), date(2026, 12, 31)
NEXT = date(2027, 12, 31)
TINY = Decimal("1e-20")


def terms(**more):
    return PerformanceFee(**{"rate": "0.2", **more})


def exact(text):
    return Decimal(text)


# ── The fee on one unit ─────────────────────────────────────────────────────────────────────────

# mark 100; a year later. Hurdle, its kind, GAV, the fee.
ON_A_UNIT = [
    ("0", "hard", "100", "0"),
    ("0", "hard", "99", "0"),
    ("0", "hard", "120", "4"),  # 20 % of 20
    ("0.08", "hard", "120", "2.4"),  # 20 % of what is above 108
    ("0.08", "hard", "108", "0"),
    ("0.08", "soft", "120", "4"),  # above 108 everything above 100
    ("0.08", "soft", "108", "0"),
    ("0.08", "soft", "108.01", "1.602"),
]


@pytest.mark.parametrize(("rate", "kind", "gav", "expected"), ON_A_UNIT)
def test_the_fee_on_one_unit(rate, kind, gav, expected):
    asked = terms(hurdle=rate, hurdle_kind=kind)
    assert exact(expected) == on_a_unit(asked, exact(gav), exact("100"), OPEN, END)


def test_a_hurdle_of_half_a_year_compounds():
    """100 · 1.21^(181/365): two such parts of a year multiply to the whole."""
    asked = terms(hurdle="0.21")
    half = hurdle(asked, exact(100), OPEN, MID)
    assert abs(exact("121") - hurdle(asked, half, MID, END)) < TINY
    assert exact("109.9") < half < exact("110")


# ── One who came in above the mark, or below it ─────────────────────────────────────────────────

# The first holds a unit from 100. At mid-year it stands at `then`, and the second buys one. At the
# end it stands at `last`. Each pays a fifth of the own gain, by either method; and equalisation
# tells of it as a credit or a deficit on top of what every unit pays.
#   then  last   first  second  credit  deficit
CAME_IN = [
    # above: of 120 paid, 116 buy the unit and 4 are the credit
    ("120", "130", "6.0", "2.0", "4.0", "0"),  # each unit pays 6; 4 come back
    ("120", "120", "4.0", "0", "4.0", "0"),
    ("120", "110", "2.0", "0", "2.0", "0"),  # half of the credit is lost with the gain
    ("120", "95", "0", "0", "0", "0"),  # all of it
    # below: the unit's way from 90 back to 100 is free for the first and gain to the second
    ("90", "100", "0", "2.0", "0", "2.0"),
    ("90", "95", "0", "1.0", "0", "1.0"),
    ("90", "110", "2.0", "4.0", "0", "2.0"),
    ("90", "80", "0", "0", "0", "0"),
    # at the mark: nothing to put right
    ("100", "110", "2.0", "2.0", "0", "0"),
]


def lived(method, then, last):
    first = method.subscribe(OPEN, exact(100))
    method.grow(exact(then) / 100)
    second = method.subscribe(MID, exact(then))
    method.grow(exact(last) / exact(then))
    return first, second


@pytest.mark.parametrize(("then", "last", "first", "second", "credit", "deficit"), CAME_IN)
def test_each_pays_for_the_own_gain(then, last, first, second, credit, deficit):
    one = ByEqualisation(terms(), OPEN)
    lots = lived(one, then, last)
    assert near(credit) == one.credit(lots[1], END)
    assert near(deficit) == one.deficit(lots[1], END)
    for method in (one, BySeries(terms())):
        lots = lots if method is one else lived(method, then, last)
        charged = method.crystallise(END)
        assert [near(first), near(second)] == [charged[lot] for lot in lots]
        assert near(exact(last) - exact(second)) == method.net(lots[1], END)


class near:
    """Equal, but for what a division leaves over."""

    def __init__(self, value):
        self.value = Decimal(value)

    def __eq__(self, other):
        return abs(self.value - other) <= abs(self.value) * TINY + TINY

    def __repr__(self):
        return f"about {self.value}"


def test_a_credit_becomes_units_at_the_crystallisation():
    """120 → 130: every unit pays 6 and stands at 124. The credit of 4 buys 4/124 of a unit."""
    fund = ByEqualisation(terms(), OPEN)
    _, second = lived(fund, "120", "130")
    fund.crystallise(END)
    assert near("124") == fund.gav
    assert near(1 + exact(4) / 124) == fund.lots[second].units
    assert near("124") == fund.lots[second].mark


def test_a_deficit_costs_units_at_the_crystallisation():
    """90 → 110: every unit pays 2 and stands at 108. The other 2 cost 2/108 of a unit."""
    fund = ByEqualisation(terms(), OPEN)
    _, second = lived(fund, "90", "110")
    fund.crystallise(END)
    assert near(1 - exact(2) / 108) == fund.lots[second].units


def test_a_deficit_comes_out_of_the_deposit_where_there_is_one():
    """90 → 95: a deposit of 2 was paid on top, for the way to 100; 1 of it is charged now and the
    unit stays whole. At 100, a year later, the rest of it is."""
    fund = ByEqualisation(terms(below_mark="deposit"), OPEN)
    _, second = lived(fund, "90", "95")
    assert near("2") == fund.lots[second].deposit
    assert near("1") == fund.crystallise(END)[second]
    assert (near("1"), near("1")) == (fund.lots[second].units, fund.lots[second].deposit)
    fund.grow(exact(100) / 95)
    assert near("1") == fund.crystallise(NEXT)[second]
    assert (near("1"), near("0")) == (fund.lots[second].units, fund.lots[second].deposit)


def test_the_mark_stays_through_a_loss_unless_there_is_none():
    """100 → 90 → 100: nothing is charged on the way back; without a mark, a fifth of 10 is."""
    for marked, expected in ((True, "0"), (False, "2")):
        for method in (
            BySeries(terms(high_water_mark=marked)),
            ByEqualisation(terms(high_water_mark=marked), OPEN),
        ):
            lot = method.subscribe(OPEN, exact(100))
            method.grow(exact("0.9"))
            assert near("0") == method.crystallise(END)[lot]
            method.grow(exact(100) / 90)
            assert near(expected) == method.crystallise(NEXT)[lot]


def test_who_leaves_pays_on_what_leaves():
    """100 → 120 at mid-year: a quarter of the lot goes and pays a quarter of 4; the rest stays."""
    for method in (BySeries(terms()), ByEqualisation(terms(), OPEN)):
        lot = method.subscribe(OPEN, exact(100))
        method.grow(exact("1.2"))
        assert near("1") == method.redeem(lot, exact("0.25"), MID)
        assert near("3") == method.accrued(lot, MID)
        assert near("87") == method.net(lot, MID)  # 90 less 3


def test_series_at_their_marks_are_rolled_up_into_the_lead_series():
    """Both gained: the lead stands at 124, the second at 100 · 130/120 less a fifth of the gain.
    It becomes lead units of the same value. The third fell, and stays alone."""
    fund = BySeries(terms())
    lots = lived(fund, "120", "130")
    third = fund.subscribe(date(2026, 12, 1), exact(50))
    fund.series[-1].gav = exact(90)
    before = [fund.net(lot, END) for lot in (*lots, third)]
    fund.crystallise(END)
    assert [near(each) for each in before] == [fund.net(lot, END) for lot in (*lots, third)]
    assert [near("124"), near("90")] == [each.gav for each in fund.series]
    assert fund.lots[lots[0]].series is fund.lots[lots[1]].series
    assert near("128") == exact(124) * fund.lots[lots[1]].units  # 130 less a fifth of 10


# ── Both methods charge the same ────────────────────────────────────────────────────────────────

FACTORS = st.decimals("0.5", "1.8", places=3)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("grow"), FACTORS),
        st.tuples(st.just("crystallise"), st.none()),
        st.tuples(st.just("redeem"), st.decimals("0.01", "0.99", places=2)),
    ),
    min_size=1,
    max_size=12,
)
TERMS = st.builds(
    PerformanceFee,
    rate=st.decimals("0", "0.5", places=2),
    hurdle=st.sampled_from(["0", "0.05", "0.08"]),
    hurdle_kind=st.sampled_from(["hard", "soft"]),
    high_water_mark=st.booleans(),
)


@settings(max_examples=300, deadline=None)
@given(TERMS, FACTORS, FACTORS, STEPS)
def test_one_subscription_is_charged_the_same_by_either_method(asked, mark, before, steps):
    """Into a fund that others are in already, wherever its mark and its units stand."""
    start = date(2026, 1, 31)
    series = BySeries(asked)
    equal = ByEqualisation(asked, OPEN, gav=exact(100) * before, mark=exact(100) * mark)
    equal.subscribe(OPEN, exact(10**6))
    lots = series.subscribe(start, exact(10**6)), equal.subscribe(start, exact(10**6))
    on = start
    for number, (what, how) in enumerate(steps):
        on = date.fromordinal(on.toordinal() + 30 + 7 * number)
        if what == "grow":
            series.grow(how)
            equal.grow(how)
        elif what == "redeem":
            assert near(series.redeem(lots[0], how, on)) == equal.redeem(lots[1], how, on)
        else:
            assert near(series.crystallise(on)[lots[0]]) == equal.crystallise(on)[lots[1]]
        assert near(series.accrued(lots[0], on)) == equal.accrued(lots[1], on)
        assert near(series.net(lots[0], on)) == equal.net(lots[1], on)
