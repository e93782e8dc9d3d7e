"""The terms of a fund as data: what its documents say on dealing, fees and getting out again.

Nothing here decides. Dates follow from terms in `dealing`, gates in `gate`, fees in `fees`. Terms
are dated: a manager keeps every version with the day from which it applies.
"""

import re
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from qazyna.errors import Refused
from qazyna.plan import Day

_PLAIN = re.compile(r"\d{1,18}(\.\d{1,18})?", re.ASCII)


def plain_decimal(text: str, what: str) -> Decimal:
    """A number written in plain digits; refuses signs, exponents and separators."""
    if not _PLAIN.fullmatch(text):
        raise Refused(
            "bad_number",
            f"“{text[:40]}” is not {what}: write plain digits with a point, no sign, no exponent.",
            {"given": text[:40]},
        )
    return Decimal(text)


Frequency = Literal["daily", "weekly", "monthly", "quarterly", "semiannual", "annual"]

MONTHS = {"monthly": 1, "quarterly": 3, "semiannual": 6, "annual": 12}
"""Months between two dates of a frequency that is counted in months."""


def _a_fraction(value: object) -> object:
    if isinstance(value, str):
        if not _PLAIN.fullmatch(value) or not 0 < Decimal(value) <= 1:
            raise ValueError("write a share between 0 and 1, as 0.25")
        return Decimal(value)
    return value


def _a_rate(value: object) -> object:
    if isinstance(value, str):
        if not _PLAIN.fullmatch(value) or Decimal(value) > 1:
            raise ValueError("write a rate a year between 0 and 1, as 0.02")
        return Decimal(value)
    return value


def _money(value: object) -> object:
    if isinstance(value, str):
        if not _PLAIN.fullmatch(value):
            raise ValueError("write an amount of money in plain digits, as 100000.00")
        return Decimal(value)
    return value


Share = Annotated[Decimal, Field(gt=0, le=1), BeforeValidator(_a_fraction)]
"""A fraction of the whole."""

Rate = Annotated[Decimal, Field(ge=0, le=1), BeforeValidator(_a_rate)]
"""A fraction a year, or none."""

Money = Annotated[Decimal, Field(ge=0), BeforeValidator(_money)]
"""An amount of the fund's currency, in its own unit."""

Days = Annotated[int, Field(ge=0, le=3660)]
Months = Annotated[int, Field(ge=0, le=240)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ManagementFee(_Part):
    """A share of what is managed, a year, whatever it earned."""

    rate: Rate
    basis: Literal["nav", "committed", "invested"] = "nav"
    """`nav` before performance fees; for venture funds what was promised, or is paid in at cost."""
    frequency: Frequency = "monthly"
    in_advance: bool = False
    """On what was there at the beginning of the period; else at its end, before fees."""
    day_count: Literal["actual_365", "actual_360", "actual_actual"] = "actual_365"
    """How many days a year has, for a fee of some days."""


class PerformanceFee(_Part):
    """A share of what was earned above a hurdle and above what was earned before."""

    rate: Rate
    hurdle: Rate = Decimal(0)
    """A rate a year on the high-water mark, from the beginning of each performance period."""
    hurdle_kind: Literal["hard", "soft"] = "hard"
    """Above a hard hurdle only the excess is charged; above a soft one everything."""
    high_water_mark: bool = True
    crystallises: Frequency = "annual"
    method: Literal["series", "equalisation"] = "series"
    """How a subscription within a period is charged for its own gain and no other."""
    below_mark: Literal["contingent_redemption", "deposit"] = "contingent_redemption"
    """With equalisation: whether the fee on a gain up to the fund's mark costs the subscriber
    units, or is taken from a deposit paid on top of the subscription."""


class VentureTerms(_Part):
    """What a fund says that calls capital instead of selling units."""

    investment_period_until: Day | None = None
    ends_on: Day | None = None
    call_notice_days: Days = 10
    default_rate: Rate = Decimal(0)
    """Interest a year on a call that is paid late."""
    cure_days: Days = 0
    """Days after the due date before a call that is not paid is a default."""
    recycling: Share | None = None
    """Share of the commitment that may be called again, at most; nothing, where not said."""
    preferred_return: Rate = Decimal(0)
    carry: Rate = Decimal(0)
    catch_up: Rate = Decimal(1)
    """The manager's share of what comes after the preferred return until its carry is whole.
    Where it has none, that is shared at once."""
    waterfall: Literal["whole_fund", "deal_by_deal"] = "whole_fund"
    losses_first: bool = False
    """Deal by deal: whether losses of deals that are over are made good before any carry."""
    clawback: bool = True
    """Whether the manager gives back, at the end of life, what carry it has too much."""

    @model_validator(mode="after")
    def _completes(self) -> "VentureTerms":
        if self.carry == 1 or 0 < self.catch_up <= self.carry:
            raise ValueError("a catch-up is nothing, or more than the carry; a carry less than all")
        return self


class Terms(_Part):
    """What the fund's documents say. Silence means the freer reading: no gate, no lock, no fee."""

    # dealing
    subscriptions: Frequency = "monthly"
    redemptions: Frequency = "monthly"
    dealing_day: Literal["any", "last_calendar", "last_business", "first_business"] = "any"
    """Which day of a period is its dealing date; `any` where the documents do not bind it."""
    subscription_notice_days: Days = 0
    notice_days: Days = 0
    """Notice of a redemption."""
    business_days: bool = False
    """Whether notice is counted in business days."""
    holidays: tuple[Day, ...] = ()
    """Days on which the fund does no business, beside the jurisdiction's weekend."""
    settlement_days: Days = 30
    """Days from a dealing date until the money is due."""

    # getting out
    lock_until: Day | None = None
    lock_months: Months = 0
    """From each subscription: nothing of it is redeemed before."""
    soft_lock_months: Months = 0
    """From each subscription: redeemed before only at the early fee, which stays in the fund."""
    early_fee: Share | None = None
    gate: Share | None = None
    """Share that is paid out on one dealing date, at most."""
    gate_level: Literal["fund", "class", "investor"] = "fund"
    gate_rule: Literal["pro_rata", "fifo"] = "pro_rata"
    carried_first: bool = False
    """Whether what a gate carried over comes before new requests."""
    side_pocket: Share | None = None
    """Share of the fund that may be put apart as illiquid, at most."""
    holdback: Share | None = None
    """Share of a full redemption that it keeps back until its audit."""
    audit_days: Days = 120
    """Days after the end of the fund's year until the holdback is due."""

    # getting in
    minimum_subscription: Money | None = None
    minimum_holding: Money | None = None
    in_kind: tuple[str, ...] | None = None
    """Assets accepted instead of money; whatever the law allows, where the documents are silent."""

    # what it costs
    management_fee: ManagementFee | None = None
    performance_fee: PerformanceFee | None = None

    venture: VentureTerms | None = None

    @model_validator(mode="after")
    def _consistent(self) -> "Terms":
        if (self.early_fee is None) != (self.soft_lock_months == 0):
            raise ValueError("a soft lock has an early fee, and an early fee a soft lock")
        return self


class TermsFrom(_Part):
    """Terms, the day from which they apply, and the document that says so."""

    since: date
    terms: Terms
    document_ref: str = ""
