"""Cash flows: every root is found and no other; multiples and PME by hand; pyxirr agrees."""

import math
from datetime import date, timedelta

import numpy as np
import pytest
import pyxirr
from hypothesis import given, settings
from hypothesis import strategies as st

from qazyna.errors import Refused
from qazyna.programme.performance.flow_files import CashFlows, Index
from qazyna.programme.performance.private import measures
from qazyna.programme.performance.roots import rates


def yearly(*amounts, nav=0.0, begins=2015):
    """Flows 365 days apart, so that a year is a year."""
    days = tuple(date(begins, 1, 1) + timedelta(days=365 * n) for n in range(len(amounts)))
    return CashFlows(days, tuple(map(float, amounts)), nav)


def level(flows, *levels):
    return Index(flows.days, tuple(map(float, levels)))


# roots


def polynomial(*roots):
    """Yearly flows that are worth nothing at exactly these rates."""
    flows = np.array([-1.0])
    for root in roots:
        flows = np.convolve(flows, [1.0, -(1.0 + root)])
    return flows


@pytest.mark.parametrize(
    "roots",
    [
        (0.1,),
        (0.0,),
        (-0.5,),
        (0.1, 0.5),
        (0.0, 1.0),
        (-0.9, 0.2, 3.0),
        (0.05, 0.10, 0.15, 0.20),
        (0.100, 0.1001),
        (50.0, 5_000.0),
    ],
)
def test_every_root_is_found(roots):
    flows = polynomial(*roots)
    found = rates(flows, np.arange(len(flows), dtype=float))
    assert sorted(roots) == pytest.approx(found, rel=1e-7, abs=1e-9)


def test_where_values_only_touch_nothing_the_point_is_a_root():
    (found,) = rates(polynomial(0.25, 0.25), np.arange(3.0))
    assert 0.25 == pytest.approx(found, abs=1e-5)


@pytest.mark.parametrize(
    ("flows", "why"),
    [
        ([-100.0, -20.0], "nothing came back"),
        ([100.0, 20.0], "nothing was paid in"),
        ([-1.0, 2.2, -1.25], "the roots are not real"),
        ([-100.0, 100.0, -100.0], "never worth nothing"),
    ],
)
def test_where_there_is_no_root_none_is_found(flows, why):
    assert [] == rates(np.array(flows), np.arange(len(flows), dtype=float)), why


def present_value(rate, flows, years):
    return math.fsum(a / (1 + rate) ** t for a, t in zip(flows, years, strict=True))


def brackets(flows, years):
    """Where a fine grid of rates sees the sign of the present value change."""
    grid = [math.expm1(x / 500) for x in range(-3000, 3000)]
    values = [present_value(rate, flows, years) for rate in grid]
    return [
        (low, high)
        for low, high, a, b in zip(grid, grid[1:], values, values[1:], strict=False)
        if a * b < 0
    ]


@settings(max_examples=80, deadline=None)
@given(st.lists(st.integers(-100, 100), min_size=2, max_size=12), st.data())
def test_each_root_solves_and_each_change_of_sign_has_one(flows, data):
    years = [0.0, *np.cumsum(data.draw(st.lists(st.sampled_from([0.25, 0.5, 1.0]),
        min_size=len(flows) - 1, max_size=len(flows) - 1)))]  # fmt: skip
    found = rates(np.array(flows, float), np.array(years))
    for root in found:
        size = math.fsum(abs(a) / (1 + root) ** t for a, t in zip(flows, years, strict=True))
        assert 0 == pytest.approx(present_value(root, flows, years) / size, abs=1e-9)
    for low, high in brackets(flows, years):
        assert any(low <= root <= high for root in found), (low, high)


def test_a_thousand_flows_over_fifty_years_have_the_rate_that_pyxirr_finds():
    random = np.random.default_rng(3)
    days = sorted(random.choice(365 * 50, 1_000, replace=False).tolist())
    amounts = np.where(np.arange(1_000) < 400, -1.0, 1.0) * random.uniform(1, 100, 1_000)
    dates = [date(1970, 1, 1) + timedelta(days=day) for day in days]
    (found,) = rates(amounts, (np.array(days) - days[0]) / 365)
    assert pyxirr.xirr(dates, amounts.tolist()) == pytest.approx(found, rel=1e-9)


# multiples and PME


def test_a_fund_worked_by_hand():
    """Paid in 100 and 50, back 60 and 80, 90 left; the index goes 100, 110, 120, 150."""
    flows = yearly(-100, -50, 60, 80, nav=90)
    found = measures(flows, level(flows, 100, 110, 120, 150))
    assert 150 == found.pic
    assert (140 / 150, 90 / 150, 230 / 150) == pytest.approx((found.dpi, found.rvpi, found.tvpi))
    # distributions grow to 60·150/120 + 80 = 155; calls to 100·1.5 + 50·150/110 = 218.18
    assert (155 + 90) / (150 + 7500 / 110) == pytest.approx(found.ks_pme)
    assert found.conventional and 1 == len(found.irr_roots)
    assert 0 == pytest.approx(present_value(found.irr, [-100, -50, 60, 170], range(4)), abs=1e-9)


def test_pyxirr_agrees():
    flows = yearly(-100, -50, 60, 80, 20, nav=35)
    levels = (100, 104, 97, 121, 133)
    found = measures(flows, level(flows, *levels))
    amounts = list(flows.amounts)
    expected = {
        "dpi": pyxirr.pe.dpi(amounts),
        "rvpi": pyxirr.pe.rvpi([100, 50], 35),
        "tvpi": pyxirr.pe.tvpi(amounts, 35),
        "ks_pme": pyxirr.pe.ks_pme(amounts, levels, 35),
        "direct_alpha": pyxirr.pe.direct_alpha(amounts, levels, 35),
        "irr": pyxirr.xirr([*flows.days, flows.days[-1]], [*amounts, 35]),
    }
    assert expected == pytest.approx({name: getattr(found, name) for name in expected})


def test_a_fund_that_is_the_index_has_a_pme_of_one_and_no_alpha():
    flows = yearly(-100, 55, nav=60.5)
    found = measures(flows, level(flows, 100, 115.5))
    assert (1.0, 0.0) == pytest.approx((found.ks_pme, found.direct_alpha), abs=1e-12)


def test_several_rates_are_all_told_with_a_warning():
    found = measures(yearly(*(100 * polynomial(0.1, 0.5))))
    assert (0.1, 0.5) == pytest.approx(found.irr_roots)
    assert 0.1 == pytest.approx(found.irr)
    assert not found.conventional
    assert "2 rates solve it (0.1, 0.5)" in found.warnings[0]


def test_where_no_rate_solves_it_there_is_none_and_a_warning():
    found = measures(yearly(-100, 0, nav=0.0))
    assert (None, ()) == (found.irr, found.irr_roots)
    assert "IRR: no rate between" in found.warnings[0]
    assert [["irr"], ["ks_pme", "direct_alpha"]] == [each["measures"] for each in found.estimates]


def test_flows_of_one_day_are_one():
    flows = CashFlows(
        (date(2020, 1, 1), date(2020, 1, 1), date(2021, 1, 1)), (50.0, -150.0, 0.0), 110.0
    )
    found = measures(flows)
    assert found.conventional
    assert 0.1 == pytest.approx(found.irr, abs=2e-3)
    assert 1.0666666 == pytest.approx(found.tvpi, rel=1e-6)


def test_an_index_gives_its_last_level_before_each_day():
    flows = CashFlows((date(2020, 1, 1), date(2020, 12, 31)), (-100.0, 0.0), 120.0)
    index = Index((date(2019, 12, 30), date(2020, 12, 31)), (50.0, 60.0))
    found = measures(flows, index)
    assert 1.0 == pytest.approx(found.ks_pme)
    assert "at most 2 days old" in found.warnings[0]


def test_an_index_must_reach_back_to_the_first_flow():
    flows = CashFlows((date(2020, 1, 1), date(2021, 1, 1)), (-100.0, 0.0), 120.0)
    with pytest.raises(Refused) as no:
        measures(flows, Index((date(2020, 1, 2),), (50.0,)))
    assert "index_begins_late" == no.value.code


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(-90, 90), min_size=1, max_size=8), st.integers(20, 200), st.integers(1, 50)
)
def test_multiples_and_rates_do_not_depend_on_the_unit_of_money(later, nav, scale):
    flows = yearly(-100, *later, nav=nav)
    small, large = (
        measures(CashFlows(flows.days, tuple(a * k for a in flows.amounts), nav * k))
        for k in (1, scale)
    )
    assert small.irr_roots == pytest.approx(large.irr_roots, rel=1e-6, abs=1e-6)
    for name in ("dpi", "rvpi", "tvpi"):
        assert getattr(small, name) == pytest.approx(getattr(large, name), rel=1e-12)
