"""A NAV that has stopped telling anything is found, and moved on by what the benchmark did."""

import math
from datetime import date
from decimal import Decimal as D

import numpy as np
import pytest

from qazyna.clock import month_end
from qazyna.programme.performance.flow_files import Index
from qazyna.programme.performance.stale import (
    Estimate,
    NoEstimate,
    Valuation,
    roll_forward,
    staleness,
)
from tests.programme.performance import plain


def months(count, begins=2020):
    return [month_end(date(begins + n // 12, n % 12 + 1, 1)) for n in range(count)]


def navs(*worths, paid=()):
    paid = paid or [0] * len(worths)
    return [
        Valuation(on, D(worth), D(flow))
        for on, worth, flow in zip(months(len(worths)), worths, paid, strict=True)
    ]


NEXT_DAY = date(2020, 5, 1)


@pytest.mark.parametrize(
    ("valuations", "as_of", "reasons", "told"),
    [
        (navs("100", "101", "102", "103"), date(2020, 5, 1), None, None),
        (navs("100", "101", "102", "103"), date(2020, 6, 14), None, None),
        (navs("100", "101", "102", "103"), date(2020, 6, 15), ("no_new_nav",), 3),
        (navs("100", "101", "102", "102"), NEXT_DAY, ("repeated_nav",), 2),
        (navs("100", "101", "101", "101"), NEXT_DAY, ("repeated_nav",), 1),
        (navs("100", "100", "102", "103"), NEXT_DAY, None, None),
        (navs("100", "101", "102", "102"), date(2020, 4, 1), None, None),
        (
            navs("100", "101", "101", "101"),
            date(2020, 7, 1),
            ("no_new_nav", "repeated_nav"),
            1,
        ),
        # an interest: 20 called and nothing earned; 20 called and no NAV made of it
        (navs("100", "104", "110", "130", paid=(0, 0, 0, 20)), NEXT_DAY, ("zero_return",), 2),
        (navs("100", "104", "110", "110", paid=(0, 0, 0, 20)), NEXT_DAY, ("repeated_nav",), 2),
        (navs("100", "104", "110", "131", paid=(0, 0, 0, 20)), NEXT_DAY, None, None),
        ([], NEXT_DAY, None, None),
    ],
)
def test_what_is_stale_and_since_when(valuations, as_of, reasons, told):
    found = staleness(valuations, as_of, limit_days=45)
    if reasons is None:
        assert found is None
    else:
        assert (reasons, valuations[told]) == (found.reasons, found.told)


# a fund that follows an index by half, and a NAV that leans on the one before


def world(count, smoothing=0.0, beta=0.5, noise=0.002, seed=4):
    random = np.random.default_rng(seed)
    market = random.normal(0.01, 0.05, count)
    true = beta * market + random.normal(0.0, noise, count)
    reported = [true[0]]
    for each in true[1:]:
        reported.append((1 - smoothing) * each + smoothing * reported[-1])
    days = months(count + 1, 2015)
    levels = 100 * np.cumprod([1.0, *(1 + market)])
    worths = 1000 * np.cumprod([1.0, *(1 + np.array(reported))])
    stated = [Valuation(on, D(f"{w:.6f}")) for on, w in zip(days, worths, strict=True)]
    return stated, Index(tuple(days), tuple(levels.tolist())), reported, market.tolist()


def test_a_stale_nav_is_moved_on_by_the_benchmark():
    stated, index, _, market = world(60)
    found = roll_forward(stated[:-2], index, index.days[-1], limit_days=45)
    assert isinstance(found, Estimate)
    moved = (1 + market[-1]) * (1 + market[-2]) - 1
    assert moved == pytest.approx(found.benchmark_return)
    assert stated[-3] == found.told
    assert found.told.worth * found.factor == found.worth
    assert 1 + found.beta * moved == pytest.approx(float(found.factor), abs=1e-6)
    # and the NAV that came later lies within two standard errors
    later = float(stated[-1].worth / found.told.worth)
    assert abs(later - float(found.factor)) < 2 * float(found.standard_error)


def test_beta_and_its_error_are_those_of_the_definition_on_desmoothed_returns():
    stated, index, reported, market = world(48, smoothing=0.4)
    as_of = date(2019, 4, 15)
    found = roll_forward(stated, index, as_of, limit_days=45)
    assert isinstance(found, NoEstimate), "the index ends with the NAVs"
    longer = Index((*index.days, as_of), (*index.levels, index.levels[-1] * 0.9))
    found = roll_forward(stated, longer, as_of, limit_days=45)
    smoothing = plain.phi(reported)
    before = plain.desmoothed(reported, smoothing)
    _, beta, _, error = plain.regression(before, market[1:], 0.0)
    assert (beta, error, smoothing, 47) == pytest.approx(
        (found.beta, found.beta_se, found.phi, found.returns), rel=1e-4
    )


def test_a_smoothed_nav_would_understate_the_beta():
    stated, index, reported, market = world(240, smoothing=0.5, noise=0.0005)
    as_of = date(2036, 1, 15)
    longer = Index((*index.days, as_of), (*index.levels, index.levels[-1] * 0.9))
    found = roll_forward(stated, longer, as_of, limit_days=10)
    _, naive, _, _ = plain.regression(reported, market, 0.0)
    assert naive < 0.35 < 0.4 < found.beta < 0.6


def test_the_reason_is_told_in_words():
    stated, index, _, _ = world(60)
    found = roll_forward(stated[:-2], index, index.days[-1], limit_days=45)
    assert found.why.startswith("estimate: no NAV since 2019-11-30, 62 days ago (limit 45); ")
    assert "desmoothed returns" in found.why


def test_what_was_paid_in_since_counts_at_cost():
    stated, index, _, _ = world(60)
    bare, more = (
        roll_forward(stated[:-2], index, index.days[-1], limit_days=45, paid_in_since=D(paid))
        for paid in (0, 250)
    )
    assert bare.worth + 250 == more.worth


def test_a_fresh_nav_needs_no_estimate():
    stated, index, _, _ = world(24)
    assert roll_forward(stated, index, index.days[-1], limit_days=45) is None


@pytest.mark.parametrize(
    ("count", "why"), [(5, "returns are too few for a beta"), (9, "returns are too few for a beta")]
)
def test_of_too_short_a_history_nothing_is_estimated(count, why):
    stated, index, _, _ = world(count)
    found = roll_forward(stated[:-2], index, index.days[-1], limit_days=45)
    assert isinstance(found, NoEstimate)
    assert why in found.why


def test_an_estimate_is_never_below_nothing():
    stated, index, _, _ = world(40, beta=1.6)
    as_of = date(2018, 7, 31)
    crash = Index((*index.days, as_of), (*index.levels, index.levels[-1] * 0.05))
    found = roll_forward(stated, crash, as_of, limit_days=45)
    assert 0 == found.worth
    assert math.isfinite(found.beta_se)
