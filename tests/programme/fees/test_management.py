"""Management fees: each line worked by hand."""

from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qazyna.programme.fees.management import Stretch, before_fee, fee, periods, unrounded, years
from qazyna.programme.terms import ManagementFee


def day(text):
    return date.fromisoformat(text)


WORKED = [
    # 2 % of 10,000,000 for January: 200,000 · 31/365
    ("actual_365", [("2025-12-31", "2026-01-31", 10_000_000)], "16986.30"),
    ("actual_360", [("2025-12-31", "2026-01-31", 10_000_000)], "17222.22"),
    # a year is a year, of 365 days or of 366
    ("actual_actual", [("2025-12-31", "2026-12-31", 10_000_000)], "200000.00"),
    ("actual_actual", [("2023-12-31", "2024-12-31", 10_000_000)], "200000.00"),
    ("actual_365", [("2023-12-31", "2024-12-31", 10_000_000)], "200547.95"),
    # half of December 2023 by 365ths, half of January 2024 by 366ths: 16/365 + 15/366 of 200,000
    ("actual_actual", [("2023-12-15", "2024-01-15", 10_000_000)], "16963.84"),
    # called in the middle of the quarter: 45 days on 4,000,000, then 45 on 7,000,000
    (
        "actual_365",
        [("2025-12-31", "2026-02-14", 4_000_000), ("2026-02-14", "2026-03-31", 7_000_000)],
        "27123.29",
    ),
    # half a cent goes to the even one: 0.005 to nothing, 0.015 to two cents
    ("actual_365", [("2025-12-31", "2026-01-01", "91.25")], "0.00"),
    ("actual_365", [("2025-12-31", "2026-01-01", "273.75")], "0.02"),
    ("actual_365", [], "0.00"),
]


@pytest.mark.parametrize(("day_count", "stretches", "expected"), WORKED)
def test_worked_cases(day_count, stretches, expected):
    terms = ManagementFee(rate="0.02", day_count=day_count)
    told = [Stretch(day(a), day(b), Decimal(basis)) for a, b, basis in stretches]
    assert Decimal(expected) == fee(terms, told)


FREQUENCIES = [
    ("daily", ["2026-02-14", "2026-02-15", "2026-02-16"]),
    ("weekly", ["2026-02-13", "2026-02-16"]),  # a Friday, and where the days end
    ("monthly", ["2026-02-16"]),
]


@pytest.mark.parametrize(("frequency", "ends"), FREQUENCIES)
def test_periods_of_a_few_days(frequency, ends):
    since = "2026-02-13" if frequency == "daily" else "2026-02-12"
    found = periods(frequency, day(since), day("2026-02-16"))
    assert ends == [str(end) for _, end in found]


def test_half_years():
    found = list(periods("semiannual", day("2025-12-31"), day("2026-12-31")))
    assert [("2025-12-31", "2026-06-30"), ("2026-06-30", "2026-12-31")] == [
        (str(since), str(end)) for since, end in found
    ]


DAYS = st.dates(date(2019, 1, 1), date(2031, 12, 31))
COUNTS = st.sampled_from(["actual_365", "actual_360", "actual_actual"])


@settings(deadline=None)
@given(COUNTS, st.lists(DAYS, min_size=3, max_size=3, unique=True))
def test_days_add_up_however_they_are_cut(day_count, days):
    first, middle, last = sorted(days)
    whole = years(day_count, first, last)
    parts = years(day_count, first, middle) + years(day_count, middle, last)
    assert abs(whole - parts) < Decimal("1e-25")


@settings(deadline=None)
@given(
    st.sampled_from(["weekly", "monthly", "quarterly", "semiannual", "annual"]),
    st.lists(DAYS, min_size=2, max_size=2, unique=True),
)
def test_periods_leave_no_day_out(frequency, days):
    first, last = sorted(days)
    found = list(periods(frequency, first, last))
    assert (first, last) == (found[0][0], found[-1][1])
    assert all(end == since for (_, end), (since, _) in pairwise(found))
    assert all(since < end for since, end in found)


@settings(deadline=None)
@given(st.decimals("0", "0.05", places=4), st.decimals("1", "1e9", places=2))
def test_the_value_before_a_fee_less_the_fee_is_the_value_after(rate, after):
    terms = ManagementFee(rate=rate)
    since, until = date(2025, 12, 31), date(2026, 3, 31)
    before = before_fee(terms, after, since, until)
    taken = unrounded(terms, [Stretch(since, until, before)])
    assert abs(before - taken - after) < Decimal("1e-15")
