"""The performance fee on one unit, which both methods of charging it rest on.

    H     = mark · (1 + hurdle)^years         what must be passed
    hard    rate · max(0, GAV − H)            the excess is charged
    soft    rate · (GAV − mark) if GAV > H    everything is charged

GAV is a unit's value after all fees but this one. Years are counted in days of 365, from the
beginning of the performance period, or from the subscription within it: the hurdle of a period that
ended is not carried into the next. The mark is the highest NAV after fees on which one was
charged, or at which the unit was subscribed; without a high-water mark, the NAV at the beginning
of the period.

Nothing is rounded here: amounts are kept to fifty digits and rounded once, where they are told.
"""

from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Protocol

from qazyna.programme.fees.exact import NOTHING, exactly
from qazyna.programme.terms import PerformanceFee


class Charging(Protocol):
    """A way to charge each holder for its own gain. Lots are numbered in the order they came."""

    def subscribe(self, on: date, money: Decimal) -> int:
        """A new lot of so much money, at the GAV of that day; its number."""

    def grow(self, factor: Decimal) -> None:
        """What the fund holds is worth so many times what it was, before this fee."""

    def accrued(self, lot: int, on: date) -> Decimal:
        """The fee on the lot, were it charged that day."""

    def net(self, lot: int, on: date) -> Decimal:
        """What the lot is worth after the fee on it."""

    def redeem(self, lot: int, share: Decimal, on: date) -> Decimal:
        """Take out that share of the lot; the fee on it is charged, and answered."""

    def crystallise(self, on: date) -> dict[int, Decimal]:
        """Charge every lot, and begin a new performance period."""


@exactly
def hurdle(terms: PerformanceFee, mark: Decimal, since: date, on: date) -> Decimal:
    """The GAV above which a fee is due, that many days after `since`."""
    if not terms.hurdle:
        return mark
    return mark * _growth(terms.hurdle, (on - since).days)


@lru_cache(maxsize=1024)
@exactly
def _growth(rate: Decimal, days: int) -> Decimal:
    """Asked for again and again, for each lot of a day."""
    return (1 + rate) ** (Decimal(days) / 365)


@exactly
def on_a_unit(terms: PerformanceFee, gav: Decimal, mark: Decimal, since: date, on: date) -> Decimal:
    """The fee due on one unit.

    >>> terms = PerformanceFee(rate="0.2", hurdle="0.08")
    >>> on_a_unit(terms, Decimal(120), Decimal(100), date(2025, 1, 1), date(2026, 1, 1))
    Decimal('2.400')
    """
    least = hurdle(terms, mark, since, on)
    if gav <= least:
        return NOTHING
    return terms.rate * (gav - (least if terms.hurdle_kind == "hard" else mark))


def next_mark(terms: PerformanceFee, mark: Decimal, net: Decimal) -> Decimal:
    """The mark of the next performance period."""
    return max(mark, net) if terms.high_water_mark else net
