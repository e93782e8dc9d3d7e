"""What is under way with a manager: the parts of its folded state, one a class.

Amounts and units are base units. Quantities held are the ledger's; these say what they wait for,
since when, and until when.
"""

from datetime import date
from decimal import Decimal

from pydantic import BaseModel

from qazyna.office.correction import Correctable


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
    of: str = ""
    """`subscription/3` or `redemption/2/2026-03-31`; what puts one right says the same."""
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


class Held(Correctable):
    """What is held of a fund, subscription by subscription."""

    lots: list[Lot] = []
    """The oldest first."""
    dealt: list[Dealt] = []
    """Every change of the units held, as dealt or as the administrator put it right."""

    def issue(
        self,
        on: date,
        units: int,
        amount: int | None = None,
        of: str = "",
        per_unit: Decimal | None = None,
    ) -> None:
        """Units are held from that day on: a lot of their own."""
        self.lots.append(Lot(dealt_on=on, units=units))
        self.dealt.append(Dealt(on=on, units=units, amount=amount, of=of, per_unit=per_unit))

    def retire(
        self,
        on: date,
        units: int,
        amount: int | None = None,
        of: str = "",
        per_unit: Decimal | None = None,
    ) -> None:
        """Units are held no more: of the oldest lots first."""
        self.lots = [lot for lot in self.lots_less(units) if lot.units]
        self.dealt.append(Dealt(on=on, units=-units, amount=amount, of=of, per_unit=per_unit))

    def lots_less(self, units: int) -> list[Lot]:
        """The lots once so many units of the oldest are gone; those that are empty stay."""
        left = []
        for lot in self.lots:
            part = min(units, lot.units)
            units -= part
            left.append(Lot(dealt_on=lot.dealt_on, units=lot.units - part))
        return left


class Owed(Correctable):
    """What a manager owes: the parts of the receivable from it, each with its date."""

    dues: list[Due] = []
    withheld: int = 0
    """What the manager keeps back of redemptions it has filled; part of the receivable."""

    def owes(self, what: str, amount: int, since: date, due_on: date | None) -> None:
        """The manager owes so much more, until it has paid."""
        if amount:
            self.dues.append(Due(what=what, amount=amount, since=since, due_on=due_on))

    def settled_by(self, amount: int) -> list[Due]:
        """What a receipt of so much settles: what is due first; what was kept back comes last."""
        found = []
        for due in sorted(self.dues, key=lambda d: (d.what == "holdback", d.due_on or date.max)):
            part = min(amount, due.amount)
            if part:
                found.append(due.model_copy(update={"amount": part}))
                amount -= part
        return found

    def settle(self, amount: int) -> None:
        """The manager paid so much of what it owed."""
        for part in self.settled_by(amount):
            for due in self.dues:
                if (due.what, due.since, due.due_on) == (part.what, part.since, part.due_on):
                    less = min(part.amount, due.amount)
                    due.amount -= less
                    part.amount -= less
        self.dues = [due for due in self.dues if due.amount]
