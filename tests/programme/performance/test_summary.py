"""Every measure of every series is what its definition says in plain Python, and numpy agrees."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qazyna.programme.performance.summary import AGAINST, Basis, columns
from tests.programme.performance import plain

PERIODS = 12


def drawn(series=5, months=73, seed=7):
    """Returns of several series with one factor in common, and the factor."""
    random = np.random.default_rng(seed)
    market = random.normal(0.005, 0.04, months)
    own = random.normal(0.002, 0.02, (months, series))
    return own + np.outer(market, random.uniform(0.0, 1.5, series)), market


def by_definition(r, b, rf, mar, others):
    """All measures of one series, in plain Python."""
    rf, mar = plain.by_period(rf, PERIODS), plain.by_period(mar, PERIODS)
    alpha, beta, alpha_se, beta_se = plain.regression(r, b, rf)
    active = math.fsum(r) / len(r) - math.fsum(b) / len(b)
    smoothing = plain.phi(r)
    return {
        "n": len(r),
        "cumulative": plain.cumulative(r),
        "twr_annualised": plain.annualised(r, PERIODS),
        "volatility": plain.volatility(r, PERIODS),
        "downside_deviation": plain.downside_deviation(r, mar, PERIODS),
        "max_drawdown": plain.max_drawdown(r),
        "sharpe": plain.sharpe(r, rf, PERIODS),
        "sortino": plain.sortino(r, mar, PERIODS),
        "skew": plain.skew(r),
        "kurtosis_excess": plain.kurtosis_excess(r),
        "var_95": plain.value_at_risk(r),
        "es_95": plain.expected_shortfall(r),
        "benchmark_n": len(r),
        "beta": beta,
        "beta_se": beta_se,
        "beta_t": beta / beta_se,
        "alpha_annualised": alpha * PERIODS,
        "alpha_se": alpha_se * PERIODS,
        "alpha_t": alpha / alpha_se,
        "correlation": plain.correlation(r, b),
        "tracking_error": plain.tracking_error(r, b, PERIODS),
        "information_ratio": active * PERIODS / plain.tracking_error(r, b, PERIODS),
        "up_capture": plain.capture(r, b, up=True),
        "down_capture": plain.capture(r, b, up=False),
        "phi": smoothing,
        "desmoothed_volatility": plain.volatility(plain.desmoothed(r, smoothing), PERIODS),
        "peer_rank": plain.peer_rank(
            plain.annualised(r, PERIODS), [plain.annualised(each, PERIODS) for each in others]
        ),
    }


def of(found, at):
    return {measure: values[at] for measure, values in found.items()}


@pytest.mark.parametrize(("rf", "mar"), [(0.0, 0.0), (0.04, 0.06), (-0.005, 0.02)])
def test_every_measure_is_what_its_definition_says(rf, mar):
    matrix, market = drawn()
    series = [column.tolist() for column in matrix.T]
    found = columns(matrix, Basis(PERIODS, rf, mar, market))
    for at, r in enumerate(series):
        others = series[:at] + series[at + 1 :]
        expected = by_definition(r, market.tolist(), rf, mar, others)
        assert expected == pytest.approx(of(found, at), rel=1e-9, abs=1e-12)


def test_a_series_that_begins_later_is_measured_as_if_it_stood_alone():
    matrix, market = drawn()
    matrix[:30, 1], matrix[60:, 2] = np.nan, np.nan
    found = columns(matrix, Basis(PERIODS, 0.03, 0.05, market))
    for at, rows in ((1, slice(30, None)), (2, slice(60))):
        r, b = matrix[rows, at].tolist(), market[rows].tolist()
        whole = [column[~np.isnan(column)].tolist() for column in matrix.T]
        expected = by_definition(r, b, 0.03, 0.05, whole[:at] + whole[at + 1 :])
        assert expected == pytest.approx(of(found, at), rel=1e-9, abs=1e-12)


def test_only_periods_that_both_have_are_compared():
    matrix, market = drawn(series=2)
    known = market.copy()
    known[:10] = np.nan
    found = columns(matrix, Basis(PERIODS, 0.03, 0.0, known))
    apart = columns(matrix[10:], Basis(PERIODS, 0.03, 0.0, market[10:]))
    for measure in AGAINST:
        assert apart[measure] == pytest.approx(found[measure], rel=1e-9)


def test_numpy_agrees_where_it_has_the_same_measure():
    matrix, market = drawn()
    found = columns(matrix, Basis(PERIODS, 0.0, 0.0, market))
    for at, r in enumerate(matrix.T):
        assert np.std(r, ddof=1) * math.sqrt(12) == pytest.approx(found["volatility"][at])
        assert -np.percentile(r, 5) == pytest.approx(found["var_95"][at])
        assert np.corrcoef(r, market)[0, 1] == pytest.approx(found["correlation"][at])
        slope, intercept = np.polyfit(market, r, 1)
        assert (slope, intercept * 12) == pytest.approx(
            (found["beta"][at], found["alpha_annualised"][at])
        )


# twelve months worked by hand

HAND = (0.02, -0.01, 0.03, -0.04, 0.01, 0.00, 0.05, -0.02, 0.01, 0.02, -0.03, 0.04)


def test_a_year_worked_by_hand():
    """Σr = 0.08; Σr² = 0.0090; six returns below nothing or none; peaks at July and at October."""
    found = of(columns(np.array(HAND)[:, None], Basis(PERIODS)), 0)
    # (0.0090 - 0.08²/12) / 11 = 0.000769697 a month
    assert 0.0277434 * math.sqrt(12) == pytest.approx(found["volatility"], rel=1e-5)
    # Σ of squares below nothing 0.0001 + 0.0016 + 0.0004 + 0.0009 = 0.0030, over all twelve
    assert math.sqrt(0.0030 / 12 * 12) == pytest.approx(found["downside_deviation"])
    # 0.08/12 · 12 / 0.0547723
    assert 0.08 / math.sqrt(0.0030) == pytest.approx(found["sortino"])
    assert 0.04 == pytest.approx(found["max_drawdown"])
    # rank 11 · 5 % = 0.55 from the worst: 0.04 - 0.55 · (0.04 - 0.03)
    assert 0.0345 == pytest.approx(found["var_95"])
    assert 0.04 == pytest.approx(found["es_95"])


# what is not defined is NaN


FLAT = [0.01] * 12
UP = [0.01, 0.02] * 6


@pytest.mark.parametrize(
    ("returns", "undefined"),
    [
        (FLAT, {"sharpe", "sortino", "skew", "kurtosis_excess", "phi", "desmoothed_volatility"}),
        ([0.1 + 0.2 - 0.3 + 0.07] * 5 + [0.07] * 6, {"sharpe", "sortino", "skew", "phi"}),
        (UP, {"sortino"}),
        ([0.01], {"volatility", "sharpe", "sortino", "skew", "kurtosis_excess", "phi"}),
        ([0.01, -0.02], {"phi", "desmoothed_volatility"}),
    ],
    ids=["constant", "constant but for rounding", "never below", "one return", "two returns"],
)
def test_what_is_not_defined_is_nan(returns, undefined):
    found = of(columns(np.array(returns)[:, None], Basis(PERIODS)), 0)
    assert undefined <= {measure for measure, value in found.items() if math.isnan(value)}


def test_against_itself_a_series_has_no_t_value():
    _, market = drawn()
    found = of(columns(market[:, None], Basis(PERIODS, benchmark=market)), 0)
    assert (1.0, 0.0) == pytest.approx((found["beta"], found["tracking_error"]))
    assert math.isnan(found["beta_t"]) and math.isnan(found["information_ratio"])


def test_a_constant_benchmark_explains_nothing():
    matrix, _ = drawn(series=1)
    found = of(columns(matrix, Basis(PERIODS, benchmark=np.full(len(matrix), 0.003))), 0)
    assert math.isnan(found["beta"]) and math.isnan(found["correlation"])
    assert math.isnan(found["down_capture"])


def test_a_month_in_which_the_benchmark_stood_still_is_neither_up_nor_down():
    returns, market = np.array([0.02, 0.30, -0.01, -0.40]), np.array([0.04, 0.0, -0.02, 0.0])
    found = of(columns(returns[:, None], Basis(PERIODS, benchmark=market)), 0)
    assert (0.5, 0.5) == pytest.approx((found["up_capture"], found["down_capture"]))


def test_everything_lost_is_a_loss_of_everything():
    found = of(columns(np.array([0.05, -1.0, 0.3])[:, None], Basis(PERIODS)), 0)
    assert (-1.0, -1.0, 1.0) == (
        found["cumulative"],
        found["twr_annualised"],
        found["max_drawdown"],
    )


# what holds of any returns

fraction = st.floats(-1.0, 3.0).map(lambda x: round(x, 6))
tables = st.integers(1, 4).flatmap(
    lambda wide: st.lists(st.lists(fraction, min_size=wide, max_size=wide), min_size=1, max_size=40)
)


@settings(max_examples=150, deadline=None)
@given(tables)
def test_of_any_returns_nothing_is_infinite_and_bounds_hold(rows):
    matrix = np.array(rows)
    found = columns(matrix, Basis(PERIODS, 0.02, 0.03, matrix[:, 0]))
    for values in found.values():
        assert not np.isinf(values).any()
    assert ((found["max_drawdown"] >= 0) & (found["max_drawdown"] <= 1)).all()
    assert (found["es_95"] >= found["var_95"] - 1e-12).all()
    assert (np.nan_to_num(np.abs(found["correlation"])) <= 1 + 1e-9).all()
    assert (found["cumulative"] >= -1).all()


@settings(max_examples=100, deadline=None)
@given(st.lists(fraction, min_size=2, max_size=30), st.integers(1, 29))
def test_linking_two_stretches_is_the_whole(returns, cut):
    cut = min(cut, len(returns) - 1)
    first, second, whole = (
        plain.cumulative(part) for part in (returns[:cut], returns[cut:], returns)
    )
    found = columns(np.array(returns)[:, None], Basis(PERIODS))["cumulative"][0]
    assert (1 + first) * (1 + second) - 1 == pytest.approx(whole, rel=1e-9, abs=1e-9)
    assert whole == pytest.approx(found, rel=1e-9, abs=1e-9)
