"""Time-weighted returns by textbook tables, and what holds of any flows."""

import math
from datetime import date
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qazyna.programme.performance.twr import daily_linked, day_weights, linked, modified_dietz

JUNE = date(2024, 5, 31), date(2024, 6, 30)


def dietz(begin, end, flows):
    days = [date(2024, 6, day) for day in flows]
    amounts = np.array(list(flows.values()), float)
    return modified_dietz(begin, end, amounts, day_weights(days, *JUNE))


@pytest.mark.parametrize(
    ("begin", "end", "flows", "expected"),
    [
        # 100,000 grows to 108,000; 5,000 comes in on the 10th: there for 20 of 30 days
        (100_000, 108_000, {10: 5_000}, 3_000 / (100_000 + 5_000 * 20 / 30)),
        # and 2,000 goes out on the 22nd
        (100_000, 106_200, {10: 5_000, 22: -2_000}, 3_200 / (100_000 + 10_000 / 3 - 1_600 / 3)),
        (100_000, 103_000, {}, 0.03),
        # what comes on the last day earns nothing, so it weighs nothing
        (100_000, 153_000, {30: 50_000}, 0.03),
        (0, 10_100, {15: 10_000}, 100 / 5_000),
        (0, 0, {}, math.nan),
        (1_000, 0, {1: -2_000}, math.nan),
    ],
)
def test_modified_dietz_by_hand(begin, end, flows, expected):
    assert expected == pytest.approx(dietz(begin, end, flows), nan_ok=True)


def test_daily_linking_by_hand():
    """1,000 grows to 1,100; 400 comes in; 1,500 falls to 1,350: +10 % and -10 % are -1 %."""
    values, flows = np.array([1_000.0, 1_500.0, 1_350.0]), np.array([0.0, 400.0, 0.0])
    assert 1.10 * 0.90 - 1 == pytest.approx(daily_linked(values, flows))
    # money-weighted it is worse, for there was more of it when it fell
    assert dietz(1_000, 1_350, {15: 400}) == pytest.approx(-50 / 1_200)


def test_where_nothing_was_invested_there_is_no_return():
    assert math.isnan(daily_linked(np.array([0.0, 100.0]), np.array([0.0, 100.0])))


returns = st.lists(st.floats(-0.5, 0.5), min_size=1, max_size=20)
moves = st.lists(st.floats(0.0, 1000.0), min_size=20, max_size=20)


def told(growth, paid_in, opening=1_000.0):
    """Values at the ends of days of a fund with these returns and flows."""
    values = [opening]
    for each, flow in zip(growth, paid_in, strict=False):
        values.append(values[-1] * (1 + each) + flow)
    return np.array(values), np.array([0.0, *paid_in[: len(growth)]])


@given(returns, moves, moves)
def test_flows_do_not_touch_a_time_weighted_return(growth, some, others):
    expected = linked(growth)
    assert expected == pytest.approx(daily_linked(*told(growth, some)), rel=1e-9, abs=1e-9)
    assert expected == pytest.approx(daily_linked(*told(growth, others)), rel=1e-9, abs=1e-9)


@given(returns, moves, st.floats(0.01, 100.0))
def test_the_unit_of_money_touches_neither_return(growth, paid_in, scale):
    values, flows = told(growth, paid_in)
    assert daily_linked(values, flows) == pytest.approx(
        daily_linked(values * scale, flows * scale), rel=1e-9, abs=1e-9
    )
    weights = np.linspace(1, 0, len(flows))
    assert modified_dietz(values[0], values[-1], flows, weights) == pytest.approx(
        modified_dietz(values[0] * scale, values[-1] * scale, flows * scale, weights), rel=1e-9
    )


@given(returns)
def test_without_flows_modified_dietz_linked_is_the_true_return(growth):
    values, _ = told(growth, [0.0] * 20)
    none = np.array([])
    months = [modified_dietz(a, b, none, none) for a, b in pairwise(values)]
    assert linked(growth) == pytest.approx(linked(months), rel=1e-9, abs=1e-9)
