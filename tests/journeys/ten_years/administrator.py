"""The other side: funds as their administrators keep them, computed apart from the program.

Plain arithmetic, written from the funds' documents and not from our code, so that books,
statements, fees and performance have something to agree with.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, Decimal

from tests.journeys.ten_years.market import STRATEGIES, Month

CENT, MILLIONTH = Decimal("0.01"), Decimal("0.000001")
NOTHING = Decimal(0)


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_EVEN)


def millionths(units: Decimal) -> Decimal:
    return units.quantize(MILLIONTH, ROUND_DOWN)


def plain(number: Decimal) -> str:
    return format(number, "f")


@dataclass
class HedgeFund:
    """One class of units. Management fee monthly in arrears, on the value before fees; performance
    fee above a high-water mark, accrued monthly and charged at the end of the year."""

    code: str
    strategy: str
    management: Decimal
    performance: Decimal
    overcharges: dict[date, Decimal] = field(default_factory=dict)
    """month end -> a mistaken factor on that month's management fee"""

    units: Decimal = NOTHING
    """ours"""
    others: Decimal = NOTHING
    """everybody else's"""
    gav: Decimal = Decimal(1000)
    mark: Decimal = Decimal(1000)
    accrued: Decimal = NOTHING
    last_return: Decimal = NOTHING
    opening_units: Decimal = NOTHING
    opening_value: Decimal = NOTHING
    whole: Decimal = NOTHING
    """our units when the fund was terminated"""
    asked: Decimal = NOTHING
    others_asked: Decimal = NOTHING
    """units that wait to be redeemed, ours and theirs"""
    dealing_on: date = date.max
    navs: dict[date, Decimal] = field(default_factory=dict)
    """as published, at each month's end"""

    @property
    def nav(self) -> Decimal:
        """As it is published: to the millionth."""
        return (self.gav - self.accrued).quantize(MILLIONTH, ROUND_HALF_EVEN)

    @property
    def value(self) -> Decimal:
        return cents(self.units * self.nav)

    def open_month(self) -> None:
        self.opening_units, self.opening_value = self.units, self.value
        self.issued = self.redeemed = self.paid_in = self.paid_out = NOTHING
        self.managed = self.performed = NOTHING

    def move(self, month: Month) -> None:
        """A month passes: the gross return, then the two fees on a unit."""
        earned = STRATEGIES[self.strategy](month, self.last_return)
        self.last_return = earned
        before_fees = self.gav * (1 + earned)
        rate = self.management * self.overcharges.get(month.end, Decimal(1))
        self.managed = before_fees * rate * month.end.day / 365
        self.gav = before_fees - self.managed
        was = self.accrued
        self.accrued = self.performance * max(self.gav - self.mark, NOTHING)
        self.performed = self.accrued - was

    def close_year(self) -> None:
        """Charge what has accrued, and set the mark to where that leaves the fund."""
        self.gav -= self.accrued
        self.accrued = NOTHING
        self.mark = max(self.mark, self.gav)

    def issue(self, units: Decimal, money: Decimal) -> None:
        self.units += units
        self.issued += units
        self.paid_in += money

    def redeem(self, units: Decimal) -> Decimal:
        money = cents(units * self.nav)
        self.units -= units
        self.redeemed += units
        self.paid_out += money
        return money

    def statement(self, end: date) -> dict[str, str]:
        """Our account over the month, as the administrator sends it: it adds up to the cent."""
        managed = cents(self.opening_units * self.managed)
        performed = cents(self.opening_units * self.performed)
        closing = self.value
        gross = closing - self.opening_value - self.paid_in + self.paid_out + managed + performed
        return {
            "opening_value": plain(self.opening_value),
            "closing_value": plain(closing),
            "opening_units": plain(self.opening_units),
            "closing_units": plain(self.units),
            "units_issued": plain(self.issued),
            "units_redeemed": plain(self.redeemed),
            "nav_per_unit": plain(self.nav),
            "subscriptions": plain(self.paid_in),
            "redemptions": plain(self.paid_out),
            "gross_result": plain(gross),
            "management_fee": plain(managed),
            "performance_fee": plain(performed),
            "fees_total": plain(managed + performed),
        }


@dataclass
class VentureFund:
    """Capital is called, invested in half of what bitcoin does, and given back in the end."""

    code: str
    commitment: Decimal
    called: Decimal = NOTHING
    distributed: Decimal = NOTHING
    worth: Decimal = NOTHING
    """of our interest, flows included; `reported` is what it last said"""
    reported: Decimal = NOTHING
    flows: Decimal = NOTHING
    """since the last report: calls less distributions"""

    def move(self, month: Month) -> None:
        self.worth *= 1 + month.bitcoin / 2

    def call(self, amount: Decimal) -> None:
        self.called += amount
        self.worth += amount
        self.flows += amount

    def distribute(self, amount: Decimal) -> None:
        self.distributed += amount
        self.worth -= amount
        self.flows -= amount

    def report(self) -> Decimal:
        self.worth = cents(self.worth)
        self.reported, self.flows = self.worth, NOTHING
        return self.worth

    @property
    def carried(self) -> Decimal:
        """What the books can know of its worth: the last report, and what has flowed since."""
        return self.reported + self.flows


def month_begins(end: date) -> date:
    return end.replace(day=1)


def settles(end: date, days: int) -> date:
    """The first day of the week from Monday to Friday that many days after the dealing date."""
    due = end + timedelta(days=days)
    while due.isoweekday() > 5:
        due += timedelta(days=1)
    return due
