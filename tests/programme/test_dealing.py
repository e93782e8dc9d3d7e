"""Dealing dates: worked by hand on the calendar of 2026, and by rule on any."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qazyna.errors import Refused
from qazyna.programme.dealing import (
    BusinessDays,
    audit_date,
    business_days,
    dealing_dates,
    first_dealing_date,
    given_on,
    hard_lock_end,
    in_time,
    is_dealing_date,
    months_after,
    notice_deadline,
    settlement_date,
    soft_lock_end,
)
from qazyna.programme.terms import Terms

WEEKEND = frozenset({6, 7})
EASTER = ("2026-04-03", "2026-04-06")


def terms(**said):
    return Terms.model_validate({"dealing_day": "last_business", **said})


def dates(said, since="2026-01-01", until="2026-12-31", frequency="monthly"):
    days = business_days(WEEKEND, said)
    found = dealing_dates(
        said, frequency, days, date.fromisoformat(since), date.fromisoformat(until)
    )
    return [f"{day:%m-%d}" for day in found]


@pytest.mark.parametrize(
    ("frequency", "day", "expected"),
    [
        # January 31 is a Saturday, May 31 a Sunday, November 1 a Sunday
        ("monthly", "last_business", ["01-30", "02-27", "03-31", "04-30", "05-29", "06-30",
                                      "07-31", "08-31", "09-30", "10-30", "11-30", "12-31"]),
        ("monthly", "last_calendar", ["01-31", "02-28", "03-31", "04-30", "05-31", "06-30",
                                      "07-31", "08-31", "09-30", "10-31", "11-30", "12-31"]),
        ("quarterly", "last_business", ["03-31", "06-30", "09-30", "12-31"]),
        ("quarterly", "first_business", ["01-01", "04-01", "07-01", "10-01"]),
        ("semiannual", "last_business", ["06-30", "12-31"]),
        ("annual", "last_calendar", ["12-31"]),
        ("annual", "any", ["12-31"]),
    ],
)  # fmt: skip
def test_the_dates_of_a_year(frequency, day, expected):
    assert expected == dates(terms(dealing_day=day), frequency=frequency)


def test_a_holiday_moves_the_last_business_day_and_not_the_last_calendar_day():
    festive = {"holidays": ("2026-12-31", "2026-12-30")}

    assert ["12-29"] == dates(terms(**festive), "2026-12-01")
    assert ["12-31"] == dates(terms(dealing_day="last_calendar", **festive), "2026-12-01")


def test_weeks_end_on_their_last_business_day_and_days_are_business_days():
    closed = terms(holidays=EASTER)

    assert ["04-02", "04-10"] == dates(closed, "2026-03-30", "2026-04-12", "weekly")
    assert ["04-01", "04-02", "04-07"] == dates(closed, "2026-04-01", "2026-04-07", "daily")


@pytest.mark.parametrize(
    ("said", "dealing_on", "expected"),
    [
        ({"notice_days": 45}, "2026-03-31", "2026-02-13"),  # the 14th is a Saturday
        ({"notice_days": 30}, "2026-03-31", "2026-02-27"),  # March 1 is a Sunday
        ({"notice_days": 0}, "2026-03-31", "2026-03-31"),
        ({"notice_days": 5, "business_days": True}, "2026-04-10", "2026-04-03"),
        ({"notice_days": 5, "business_days": True, "holidays": EASTER}, "2026-04-10", "2026-04-01"),
    ],
)
def test_the_last_day_to_give_notice(said, dealing_on, expected):
    said = terms(**said)
    days = business_days(WEEKEND, said)

    assert expected == str(notice_deadline(said, days, date.fromisoformat(dealing_on)))


def test_notice_given_on_a_holiday_is_read_on_the_next_business_day():
    closed = terms(notice_days=27, holidays=EASTER)
    days = business_days(WEEKEND, closed)

    assert date(2026, 4, 7) == given_on(days, date(2026, 4, 3))
    assert in_time(closed, days, date(2026, 4, 2), date(2026, 4, 30))
    assert not in_time(closed, days, date(2026, 4, 3), date(2026, 4, 30))


@pytest.mark.parametrize(
    ("said", "requested", "lock", "expected"),
    [
        ({"notice_days": 45, "redemptions": "quarterly"}, "2026-02-13", None, "2026-03-31"),
        ({"notice_days": 45, "redemptions": "quarterly"}, "2026-02-14", None, "2026-06-30"),
        ({"notice_days": 45, "redemptions": "quarterly"}, "2026-02-13", "2026-04-01", "2026-06-30"),
        ({"lock_until": "2027-01-01"}, "2026-02-13", None, "2027-01-29"),
        ({"dealing_day": "any", "notice_days": 20}, "2026-03-01", None, "2026-03-22"),
    ],
)
def test_the_first_dealing_date_for_a_request(said, requested, lock, expected):
    said = terms(**said)
    days = business_days(WEEKEND, said)
    lock = date.fromisoformat(lock) if lock else date.min

    assert expected == str(first_dealing_date(said, days, date.fromisoformat(requested), lock))


def test_a_fund_that_wants_more_notice_than_it_has_dates_says_so():
    never = terms(notice_days=3660, redemptions="annual", lock_until="9000-01-01")
    days = business_days(WEEKEND, never)
    with pytest.raises(Refused) as caught:
        first_dealing_date(
            Terms(dealing_day="last_business", notice_days=3660, business_days=True),
            BusinessDays(frozenset({1, 2, 3, 4, 5, 6})),
            date(2026, 1, 1),
        )

    assert "no_dealing_date" == caught.value.code
    assert date(9000, 12, 31) >= first_dealing_date(never, days, date(2026, 1, 1))


def test_locks_money_and_audit():
    said = terms(lock_months=12, soft_lock_months=24, early_fee="0.02", settlement_days=30)
    days = business_days(WEEKEND, said)
    bought = date(2024, 2, 29)

    assert date(2025, 2, 28) == hard_lock_end(said, bought)
    assert date(2026, 2, 28) == soft_lock_end(said, bought)
    assert date(2026, 7, 30) == settlement_date(said, days, date(2026, 6, 30))
    assert date(2026, 6, 1) == settlement_date(said, days, date(2026, 4, 30))  # 30 May: a Saturday
    assert date(2027, 4, 30) == audit_date(said, days, date(2026, 6, 30))


ANY_TERMS = st.builds(
    lambda when, frequency, notice, business: Terms(
        dealing_day=when, redemptions=frequency, notice_days=notice, business_days=business
    ),
    st.sampled_from(("any", "last_calendar", "last_business", "first_business")),
    st.sampled_from(("daily", "weekly", "monthly", "quarterly", "semiannual", "annual")),
    st.integers(0, 120),
    st.booleans(),
)
ANY_DAY = st.dates(date(2020, 1, 1), date(2040, 1, 1))


@given(ANY_TERMS, ANY_DAY, st.integers(0, 400))
def test_the_first_date_has_its_notice_and_none_before_it_had(said, requested, locked):
    days = BusinessDays(WEEKEND)
    lock = requested + timedelta(days=locked)

    found = first_dealing_date(said, days, requested, lock)

    assert found >= lock
    assert is_dealing_date(said, said.redemptions, days, found)
    assert requested <= notice_deadline(said, days, found)
    if said.dealing_day != "any":
        earlier = dealing_dates(said, said.redemptions, days, lock, found - timedelta(days=1))
        assert not any(in_time(said, days, requested, day) for day in earlier)


@given(ANY_DAY, st.integers(0, 60))
def test_months_add_up(day, months):
    found = months_after(day, months)

    assert (day.year * 12 + day.month + months) == found.year * 12 + found.month
    assert found.day <= day.day
