"""A composite worked by hand: two managers, one of them for part of the time."""

import math
from datetime import date
from statistics import stdev

import pytest

from qazyna.programme.performance.composite import (
    PortfolioMonth,
    TotalFund,
    composite,
    present,
    total_fund,
)


def month(begin, net, *, gross=None, weighted=0.0, flow=0.0):
    return PortfolioMonth(begin, weighted, begin * (1 + net) + flow, net, gross)


A = {
    (2024, 11): month(600.0, 0.02, gross=0.025),
    (2024, 12): month(612.0, -0.01, gross=-0.005),
    (2025, 1): month(605.88, 0.03),
}
B = {
    # came in mid-November: its first full month is December
    (2024, 12): month(388.0, 0.05, gross=0.06),
    # 100 more came on the tenth of January, there for 21 of 31 days
    (2025, 1): month(407.4, 0.01, weighted=100 * 21 / 31, flow=100.0),
}


def test_each_month_weighs_managers_by_what_they_had_at_its_beginning():
    november, december, january = composite([A, B])
    assert (0.02, 0.025, 1, 612.0) == pytest.approx(
        (november.net, november.gross, november.portfolios, november.assets)
    )
    # 612 · -1 % + 388 · 5 % = 13.28 on 1,000; gross 612 · -0.5 % + 388 · 6 % = 20.22
    assert (0.01328, 0.02022, 2) == pytest.approx(
        (december.net, december.gross, december.portfolios)
    )
    weight_b = 407.4 + 100 * 21 / 31
    expected = (605.88 * 0.03 + weight_b * 0.01) / (605.88 + weight_b)
    assert expected == pytest.approx(january.net)
    assert january.gross is None, "of one manager the gross return is not known"


def test_a_year_links_its_months_and_a_part_of_one_says_so():
    first, second = present(composite([A, B]))
    assert (2024, 2, 2) == (first.year, first.months, first.portfolios)
    assert 1.02 * 1.01328 - 1 == pytest.approx(first.net)
    assert 1.025 * 1.02022 - 1 == pytest.approx(first.gross)
    assert 612 * 0.99 + 388 * 1.05 == pytest.approx(first.assets)
    assert (2025, 1, None) == (second.year, second.months, second.gross)
    assert first.three_year_deviation is None


def test_it_stands_beside_the_benchmark_and_the_total_fund():
    benchmark = {(2024, 11): 0.01, (2024, 12): 0.02}
    whole = {(2024, 11): TotalFund(0.005, 1_900.0), (2024, 12): TotalFund(0.004, 2_026.56)}
    first, second = present(composite([A, B]), benchmark, whole)
    assert 1.01 * 1.02 - 1 == pytest.approx(first.benchmark)
    assert 1.005 * 1.004 - 1 == pytest.approx(first.total_fund)
    assert (2_026.56, (612 * 0.99 + 388 * 1.05) / 2_026.56) == pytest.approx(
        (first.total_fund_assets, first.share)
    )
    assert (None, None, None) == (second.benchmark, second.total_fund, second.share)


def test_the_total_fund_by_its_values_and_what_came_from_outside():
    """1,000 in March; 310 comes on 10 April, there for 20 of 30 days; 1,400 at April's end."""
    march, april, may, july = (date(2025, n, d) for n, d in ((3, 31), (4, 30), (5, 31), (7, 31)))
    values = [(march, 1_000.0), (april, 1_400.0), (may, 1_260.0), (july, 1_300.0)]
    found = total_fund(values, [(date(2025, 4, 10), 310.0), (date(2025, 5, 31), -140.0)])
    assert [(2025, 4), (2025, 5)] == list(found), "of July the month before has no value"
    assert 90 / (1_000 + 310 * 20 / 30) == pytest.approx(found[2025, 4].net)
    assert (0.0, 1_260.0) == (found[2025, 5].net, found[2025, 5].assets)


def test_what_has_no_value_leaves_the_total_funds_month_out():
    values = [(date(2025, 3, 31), 0.0), (date(2025, 4, 30), 10.0), (date(2025, 5, 31), 11.0)]
    assert [(2025, 5)] == list(total_fund(values, [(date(2025, 4, 1), 10.0)]))
    assert {} == total_fund(values[1:], [(date(2025, 5, 1), math.nan)])


def test_the_three_year_deviation_is_that_of_thirty_six_months_to_the_end_of_a_year():
    returns = [0.01 * math.sin(n) for n in range(48)]
    keys = [(2021 + n // 12, n % 12 + 1) for n in range(48)]
    one = dict(zip(keys, (month(100.0, each) for each in returns), strict=True))
    market = dict(zip(keys, (each / 2 for each in returns), strict=True))
    years = present(composite([one]), market)
    assert [None, None] == [year.three_year_deviation for year in years[:2]]
    for year, these in ((years[2], returns[:36]), (years[3], returns[12:])):
        expected = stdev(these) * math.sqrt(12)
        assert expected == pytest.approx(year.three_year_deviation)
        assert expected / 2 == pytest.approx(year.benchmark_three_year_deviation)


def test_a_hole_in_three_years_leaves_no_deviation():
    keys = [(2021 + n // 12, n % 12 + 1) for n in range(36) if n != 17]
    one = {key: month(100.0, 0.01 * key[1]) for key in keys}
    assert present(composite([one]))[-1].three_year_deviation is None


def test_a_single_manager_is_its_own_composite():
    assert [each.net for each in A.values()] == pytest.approx(
        [each.net for each in composite([A])], rel=1e-12
    )
