"""How a commitment lives, by the model of Takahashi and Alexander.

    call          Cₜ   = RCₜ · (CC − PICₜ₋₁ + recallable)    paid in: a share of what is unfunded
    distribution  Dₜ   = RDₜ · NAVₜ₋₁ (1 + G)                paid out: a share of what is there
                  RDₜ  = max(Y, (t/L)^B), and 1 at the end   Y yield, B bow, L life
    value         NAVₜ = NAVₜ₋₁ (1 + G) + Cₜ − Dₜ

after D. Takahashi and S. Alexander, “Illiquid Alternative Asset Fund Modeling”, Yale University
Investments Office, 2001. Rates are said for a year; of a quarter the fourth part of the year counts
so that four of them make the year: 1 − (1 − rate)^¼, and (1 + G)^¼ − 1. In its last period a fund
calls nothing and pays out all.

What goes in and out at the fund's own value grows at G: so G is the IRR of what it pays, to the
rounding of cents. Amounts are whole cents, each flow and each growth rounded half to even.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Context, Decimal, localcontext
from typing import Final, Literal

from qazyna.clock import month_end

Period = Literal["quarter", "year"]
IN_A_YEAR: Final = {"quarter": 4, "year": 1}
_DIGITS: Final = Context(prec=40)


@dataclass(frozen=True, slots=True)
class Model:
    """What is assumed of a fund. Rates are fractions a year."""

    life_years: int
    contribution_rates: tuple[Decimal, ...]
    """Of the first year, the second …; the last one goes on."""
    growth: Decimal
    bow: Decimal
    yield_rate: Decimal = Decimal(0)
    calls_years: int | None = None
    """Years in which it calls; to the last period but one, if not said."""
    recallable_share: Decimal = Decimal(0)
    """Share of what it distributes that it may call again, while it calls."""


@dataclass(frozen=True, slots=True)
class Commitment:
    """What was promised to a fund, and how far it has got; in cents."""

    id: str
    currency: str
    amount: int
    started_on: date
    called: int = 0
    distributed: int = 0
    recallable: int = 0
    """Distributed, to be called again; of it some may have been called again since."""
    nav: int = 0

    @property
    def unfunded(self) -> int:
        return self.amount - self.called + self.recallable


@dataclass(frozen=True, slots=True)
class Step:
    """One period of a commitment, and how it stands at its end."""

    until: date
    call: int
    distribution: int
    growth: int
    nav: int
    unfunded: int
    recallable: int


def project(commitment: Commitment, model: Model, as_of: date, period: Period) -> Iterator[Step]:
    """Its periods from the one in which the day after `as_of` lies to the end of its life.

    The period in which it began is its first. What was called and paid by `as_of` stands; the
    period that runs is projected whole.
    """
    n = IN_A_YEAR[period]
    called, recallable, nav = commitment.called, commitment.recallable, commitment.nav
    at = index(as_of, n) + (1 if as_of == end_of(index(as_of, n), n) else 0)
    first = index(commitment.started_on, n)
    for number in range(max(at, first), max(at + 1, first + model.life_years * n)):
        t = number - first + 1
        unfunded = commitment.amount - called + recallable
        with localcontext(_DIGITS):
            growth = _round(nav * growth_of(model, n))
            call = _round(unfunded * call_rate(model, t, n))
            distribution = _round((nav + growth) * payout_rate(model, t, n))
            again = _round(distribution * model.recallable_share) if calls(model, t, n) else 0
        nav += growth + call - distribution
        called += call
        recallable += max(min(again, called - recallable), 0)
        yield Step(
            until=end_of(number, n),
            call=call,
            distribution=distribution,
            growth=growth,
            nav=nav,
            unfunded=commitment.amount - called + recallable,
            recallable=recallable,
        )


def growth_of(model: Model, n: int) -> Decimal:
    """What a period adds to the NAV, as a share of it."""
    return (1 + model.growth) ** (Decimal(1) / n) - 1


def calls(model: Model, t: int, n: int) -> bool:
    """Whether the fund calls in its t-th period."""
    until = model.life_years if model.calls_years is None else model.calls_years
    return t <= until * n and t < model.life_years * n


def call_rate(model: Model, t: int, n: int) -> Decimal:
    """Which share of what is unfunded it calls in its t-th period."""
    if not calls(model, t, n):
        return Decimal(0)
    year = min((t - 1) // n, len(model.contribution_rates) - 1)
    return _of_a_period(model.contribution_rates[year], n)


def payout_rate(model: Model, t: int, n: int) -> Decimal:
    """Which share of what is there it pays out in its t-th period."""
    if t >= model.life_years * n:
        return Decimal(1)
    lived = Decimal(t) / (model.life_years * n)
    of_a_year = Decimal(1) if not model.bow else lived**model.bow
    return _of_a_period(max(model.yield_rate, of_a_year), n)


def _of_a_period(rate: Decimal, n: int) -> Decimal:
    return rate if n == 1 or rate == 1 else 1 - (1 - rate) ** (Decimal(1) / n)


def index(day: date, n: int) -> int:
    """The number of the calendar period in which that day lies."""
    return day.year * n + (day.month - 1) * n // 12


def end_of(number: int, n: int) -> date:
    """The last day of that calendar period.

    >>> end_of(index(date(2026, 5, 4), 4), 4)
    datetime.date(2026, 6, 30)
    """
    year, part = divmod(number, n)
    return month_end(date(year, (part + 1) * 12 // n, 1))


def name_of(until: date, period: Period) -> str:
    """What a calendar period that ends that day is called: 2026-Q2, or 2026."""
    return f"{until.year}-Q{(until.month + 2) // 3}" if period == "quarter" else str(until.year)


def _round(amount: Decimal) -> int:
    return int(amount.to_integral_value(ROUND_HALF_EVEN))
