"""The management fee: a rate a year on a basis, for the days the basis stood.

    fee = rate · Σ basisᵢ · daysᵢ / days of a year

Rounded once for each fee period, half to even, to the cent.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from qazyna.clock import month_end
from qazyna.programme.fees.exact import exactly, to_cents
from qazyna.programme.terms import MONTHS, ManagementFee


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days after `since`, `until` included, through which the basis was the same."""

    since: date
    until: date
    basis: Decimal

    @property
    def days(self) -> int:
        return (self.until - self.since).days


def fee(terms: ManagementFee, stretches: Iterable[Stretch]) -> Decimal:
    """What is due for those days together, to the cent.

    >>> quarter = Stretch(date(2025, 12, 31), date(2026, 3, 31), Decimal("1000000"))
    >>> fee(ManagementFee(rate="0.02"), [quarter])
    Decimal('4931.51')
    """
    return to_cents(unrounded(terms, stretches))


@exactly
def unrounded(terms: ManagementFee, stretches: Iterable[Stretch]) -> Decimal:
    """The same to fifty digits."""
    due = Decimal(0)
    for each in stretches:
        due += each.basis * years(terms.day_count, each.since, each.until)
    return due * terms.rate


@exactly
def years(day_count: str, since: date, until: date) -> Decimal:
    """The days after `since` up to `until`, as a part of a year.

    >>> years("actual_360", date(2026, 1, 1), date(2026, 1, 31))
    Decimal('0.083333333333333333333333333333333333333333333333333')
    """
    if day_count != "actual_actual":
        in_a_year = 360 if day_count == "actual_360" else 365
        return Decimal((until - since).days) / in_a_year
    found, at = Decimal(0), since
    while at < until:
        # the days after 31 December are the next year's
        year = (at + timedelta(days=1)).year
        upto = min(until, date(year, 12, 31))
        in_a_year = (date(year, 12, 31) - date(year - 1, 12, 31)).days
        found, at = found + Decimal((upto - at).days) / in_a_year, upto
    return found


@exactly
def before_fee(terms: ManagementFee, after: Decimal, since: date, until: date) -> Decimal:
    """The basis of which that much is left once the fee on it, for those days, is taken."""
    return after / (1 - terms.rate * years(terms.day_count, since, until))


def periods(frequency: str, since: date, until: date) -> Iterator[tuple[date, date]]:
    """Calendar periods after `since`, each by its last day; the first and last may be cut short.

    >>> [str(end) for _, end in periods("quarterly", date(2026, 2, 15), date(2026, 7, 31))]
    ['2026-03-31', '2026-06-30', '2026-07-31']
    """
    at = since
    while at < until:
        end = min(period_end(frequency, at + timedelta(days=1)), until)
        yield at, end
        at = end


def period_end(frequency: str, of: date) -> date:
    """The last day of the calendar period in which that day lies. Weeks end on Fridays."""
    if frequency == "daily":
        return of
    if frequency == "weekly":
        return of + timedelta(days=(4 - of.weekday()) % 7)
    months = MONTHS[frequency]
    last = of.month + (-of.month) % months
    return month_end(of.replace(month=last, day=1))
