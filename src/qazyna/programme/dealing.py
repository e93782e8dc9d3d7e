"""Dealing dates: when a fund deals, by when it must be told, and when its money comes.

A *business day* is a day that is neither of the jurisdiction's weekend nor one of the holidays that
the fund's own terms name. The first dealing date for a request is the first scheduled date d with
d − notice ≥ request and d ≥ lock end. Everything here is a function of dates and terms.
"""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import chain

from qazyna.errors import Refused
from qazyna.programme.terms import MONTHS, Frequency, Terms

_DAY = timedelta(days=1)
HORIZON = 12 * 30
"""Months that are searched for a dealing date, before it is said that there is none."""


@dataclass(frozen=True, slots=True)
class BusinessDays:
    """Which days count: all but a weekend (1 Monday … 7 Sunday) and some holidays."""

    weekend: frozenset[int]
    holidays: frozenset[date] = frozenset()

    def __contains__(self, day: date) -> bool:
        return day.isoweekday() not in self.weekend and day not in self.holidays

    def on_or_after(self, day: date) -> date:
        """That day if it is a business day, else the next one."""
        while day not in self:
            day += _DAY
        return day

    def on_or_before(self, day: date) -> date:
        """That day if it is a business day, else the one before."""
        while day not in self:
            day -= _DAY
        return day

    def before(self, day: date, count: int) -> date:
        """The business day that lies so many business days before a day.

        >>> from datetime import date
        >>> BusinessDays(frozenset({6, 7})).before(date(2026, 3, 31), 2)
        datetime.date(2026, 3, 27)
        """
        day = self.on_or_before(day)
        for _ in range(count):
            day = self.on_or_before(day - _DAY)
        return day


def business_days(weekend: frozenset[int], terms: Terms) -> BusinessDays:
    """The days on which a fund of these terms does business."""
    return BusinessDays(weekend, frozenset(terms.holidays))


def months_after(day: date, months: int) -> date:
    """The same day so many months later; the month's last where it has no such day.

    >>> from datetime import date
    >>> months_after(date(2026, 1, 31), 1)
    datetime.date(2026, 2, 28)
    """
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def dealing_dates(
    terms: Terms, frequency: Frequency, days: BusinessDays, since: date, until: date
) -> Iterator[date]:
    """Scheduled dealing dates from one day to another, both included, in order.

    Months, quarters, halves and years are the calendar's. Where the terms bind no day of a period,
    its last business day stands for all of them; any other is as good.
    """
    if frequency == "daily":
        day = since
        while day <= until:
            if day in days:
                yield day
            day += _DAY
        return
    last = date.min
    for first, end in _periods(frequency, since, until):
        day = _day_of(terms, first, end, days)
        if since <= day <= until and day > last:
            yield day
            last = day


def is_dealing_date(terms: Terms, frequency: Frequency, days: BusinessDays, day: date) -> bool:
    """Whether the fund deals that day; every day will do where the terms bind none."""
    if _any_day(terms, frequency):
        return True
    return day in dealing_dates(terms, frequency, days, day, day)


def _any_day(terms: Terms, frequency: Frequency) -> bool:
    return terms.dealing_day == "any" and frequency != "daily"


def _periods(frequency: Frequency, since: date, until: date) -> Iterator[tuple[date, date]]:
    """First and last days of the periods that touch the stretch, and of one before it."""
    if frequency == "weekly":
        first = since - timedelta(days=since.isoweekday() - 1 + 7)
        while first <= until:
            yield first, first + timedelta(days=6)
            first += timedelta(days=7)
        return
    length = MONTHS[frequency]
    index = (since.year * 12 + since.month - 1) // length * length - length
    while True:
        first = date(index // 12, index % 12 + 1, 1)
        if first > until:
            return
        yield first, months_after(first, length) - _DAY
        index += length


def _day_of(terms: Terms, first: date, end: date, days: BusinessDays) -> date:
    if terms.dealing_day == "last_calendar":
        return end
    if terms.dealing_day == "first_business":
        return days.on_or_after(first)
    return days.on_or_before(end)


def given_on(days: BusinessDays, day: date) -> date:
    """The day on which a notice counts as given: one sent on a holiday is read the day after."""
    return days.on_or_after(day)


def notice_deadline(
    terms: Terms, days: BusinessDays, dealing_on: date, notice: int | None = None
) -> date:
    """The last business day on which notice for a dealing date can be given."""
    wanted = terms.notice_days if notice is None else notice
    if terms.business_days:
        return days.before(dealing_on, wanted)
    return days.on_or_before(dealing_on - timedelta(days=wanted))


def in_time(terms: Terms, days: BusinessDays, requested_on: date, dealing_on: date) -> bool:
    """Whether a redemption asked for that day has its notice."""
    return given_on(days, requested_on) <= notice_deadline(terms, days, dealing_on)


def first_dealing_date(
    terms: Terms, days: BusinessDays, requested_on: date, locked_until: date = date.min
) -> date:
    """The first date on which a redemption asked for that day can be dealt.

    Not before the lock ends, nor before the fund's own `lock_until`.
    """
    earliest = max(requested_on, locked_until, terms.lock_until or date.min)
    horizon = months_after(earliest, HORIZON)
    found: Iterator[date] = dealing_dates(terms, terms.redemptions, days, earliest, horizon)
    if _any_day(terms, terms.redemptions):
        # Whatever day first has its notice will do, and the scheduled ones after it.
        found = chain((earliest + timedelta(days=n) for n in range(3700)), found)
    for day in found:
        if in_time(terms, days, requested_on, day):
            return day
    raise Refused(
        "no_dealing_date",
        f"No dealing date within {HORIZON // 12} years has the notice of "
        f"{terms.notice_days} days for a request of {requested_on}.",
        {"requested_on": requested_on},
    )


def hard_lock_end(terms: Terms, subscribed_on: date) -> date:
    """The first day on which units subscribed then can be redeemed."""
    own = months_after(subscribed_on, terms.lock_months)
    return max(own, terms.lock_until or date.min)


def soft_lock_end(terms: Terms, subscribed_on: date) -> date:
    """The first day on which units subscribed then are redeemed without the early fee."""
    return months_after(subscribed_on, terms.soft_lock_months)


def settlement_date(terms: Terms, days: BusinessDays, dealt_on: date) -> date:
    """When the money of a dealing date is due: a business day."""
    return days.on_or_after(dealt_on + timedelta(days=terms.settlement_days))


def audit_date(terms: Terms, days: BusinessDays, dealt_on: date) -> date:
    """When what was kept back of a dealing is due: after the audit of the year it fell in."""
    return days.on_or_after(date(dealt_on.year, 12, 31) + timedelta(days=terms.audit_days))
