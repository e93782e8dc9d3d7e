"""What is under way with a manager: the parts of its folded state, one a class.

Amounts and units are base units. Quantities held are the ledger's; these say what they wait for,
since when, and until when.
"""

from datetime import date
from decimal import Decimal

from pydantic import BaseModel


class Nav(BaseModel):
    """One statement of value: NAV per unit, at a valuation date."""

    on: date
    per_unit: Decimal
    final: bool
    statement_ref: str


class Waiting(BaseModel):
    """A subscription that was paid and has no units yet."""

    dealing_on: date
    amount: int


class Request(BaseModel):
    """A redemption asked for; it stays until every unit of it was filled."""

    requested_on: date
    dealing_on: date
    units: int
    filled: int = 0

    @property
    def open(self) -> int:
        return self.units - self.filled


class Flow(BaseModel):
    """Money paid in on a call (more than nothing) or distributed (less than nothing)."""

    on: date
    amount: int


class Lot(BaseModel):
    """Units of one subscription that are still held: locks run from the day it was dealt."""

    dealt_on: date
    units: int


class Dealt(BaseModel):
    """Units of a hedge fund issued to us (more than nothing) or redeemed (less than nothing)."""

    on: date
    units: int
    amount: int | None = None
    """The money against them; None where they were issued against an asset, or against nothing."""
    number: int = 0
    """Of the subscription or the request; none where it was neither."""
    per_unit: Decimal | None = None
    """The NAV at which it was dealt, or to which it has been put right."""


class Due(BaseModel):
    """Money that a manager owes, and when."""

    what: str
    """`redemption`, `holdback`, `over`, `correction`, `liquidation`"""
    amount: int
    since: date
    due_on: date | None = None


class Pause(BaseModel):
    """A time without dealing. Requests wait."""

    scope: str
    """`subscriptions`, `redemptions` or `all`"""
    since: date
    until: date | None = None
    """The first day on which it deals again."""

    def stops(self, what: str, on: date) -> bool:
        """Whether it keeps that kind of dealing from happening that day."""
        ended = self.until is not None and on >= self.until
        return self.scope in (what, "all") and on >= self.since and not ended


class Call(BaseModel):
    """A capital call as the manager issued it, and what was paid on it."""

    amount: int
    issued_on: date
    due_on: date
    purpose: str
    paid: int = 0
    paid_on: date | None = None
    defaulted_on: date | None = None

    @property
    def open(self) -> int:
        return 0 if self.defaulted_on else self.amount - self.paid


class Workout(BaseModel):
    """Something received in specie that must be sold by a deadline."""

    asset: str
    left: int
    received_on: date
    deadline: date
