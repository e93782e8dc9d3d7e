"""A NAV is restated after units were issued or redeemed at it: the administrator puts that right.

A dealing is put right in units, as if it had been dealt at the restated NAV, or in money: the
difference is owed one way or the other. Either is booked on the administrator's statement, on its
own day, and is neither income nor cost: it undoes what should not have been.
"""

from datetime import date
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import ClassVar, Literal

from qazyna.errors import InvariantBroken, Refused
from qazyna.ledger import entry
from qazyna.ledger.entry import Account, Authority, Entry
from qazyna.money import Asset
from qazyna.plan import BaseUnits, Day, Event, Name, Segment, World, command, event
from qazyna.programme.dealing import business_days, settlement_date
from qazyna.programme.manager import (
    AmountOrNone,
    ByAManager,
    Dealt,
    Manager,
    OfAManager,
    fund,
    receivable,
    the_manager,
)
from qazyna.programme.nav import bought
from qazyna.reserve.pot import BOOK, TITLE, source
from qazyna.seizure.case import in_order

_EXACT = Context(prec=60)


class CorrectDealing(OfAManager):
    """Record how a dealing was put right whose NAV was restated."""

    kind: ClassVar[str] = "correct_dealing"

    dealing: Literal["subscription", "redemption"]
    number: int
    """Of the subscription, or of the request."""
    dealt_on: Day
    corrected_on: Day
    settled: Literal["units", "money"] = "units"
    quantity: str | None = None
    """Units or money of the administrator's statement; what follows from the NAV when not said."""
    place: Segment | None = None
    """The bank that pays, where we owe; the law's own when not said."""
    statement_ref: Name


@event
class DealingCorrected(ByAManager):
    """A dealing stands as if it had been dealt at the restated NAV."""

    kind: ClassVar[str] = "dealing_corrected"

    of: str
    dealt_on: date
    per_unit: Decimal
    """The restated NAV it has been put right to."""
    settled: str
    asset: str
    amount: AmountOrNone
    """Nothing, where the difference is less than a base unit."""
    ours: bool
    """Whether we get it, or give it."""
    at: tuple[str, str]
    due_on: date | None = None
    cut: tuple[tuple[int, BaseUnits], ...] = ()
    """(request, units) that can no longer be had"""
    statement_ref: str

    def entries(self) -> tuple[Entry, ...]:
        if not self.amount:
            return ()
        by, at = Authority("statement"), Account(BOOK, *self.at)
        if self.ours:
            booked = entry.income(self.on, self.asset, self.amount, at, TITLE, by)
        else:
            booked = entry.expense(self.on, self.asset, self.amount, TITLE, at, by)
        return (booked._replace(flow="internal"),)

    def evolve(self, state: Manager, version: int) -> None:
        dealt = next(d for d in state.dealt if d.of == self.of and d.on == self.dealt_on)
        state.marks[version] = "final"
        dealt.per_unit = self.per_unit
        for number, units in self.cut:
            state.requests[number].units -= units
        if self.settled == "units":
            if self.amount and self.ours:
                state.issue(self.on, self.amount, of=self.of)
            elif self.amount:
                state.retire(self.on, self.amount, of=self.of)
            return
        subscribed = dealt.units > 0
        dealt.amount = (dealt.amount or 0) + (
            self.amount if self.ours != subscribed else -self.amount
        )
        if self.ours:
            state.owes("correction", self.amount, self.on, self.due_on)
        elif self.at[0] == "receivable":
            state.settle(self.amount)


@command(CorrectDealing)
def correct_dealing(world: World, asked: CorrectDealing) -> list[Event]:
    """Only what a restated NAV has left wrong, and by as much as follows from it."""
    on = asked.corrected_on
    manager = the_manager(world, asked, "hedge_fund", on, "The correction")
    in_order(asked.dealt_on, on, "The correction", "the dealing")
    dealt = _wrong(manager, asked)
    nav = manager.final_nav(dealt.on)
    if nav is None or dealt.amount is None:
        raise InvariantBroken(f"{dealt.of} was dealt without a NAV, or without money")
    asset, currency = world.asset(asked.manager), world.asset(manager.currency)
    units = sum(each.units for each in manager.dealt if each.of == dealt.of)
    if asked.settled == "money":
        fair = _worth(abs(units), nav.per_unit, asset, currency)
        more, unit = (dealt.amount - fair if units > 0 else fair - dealt.amount), currency
    else:
        more, unit = _units_for(dealt, nav.per_unit, asset, currency) - units, asset
    amount = abs(more)
    if asked.quantity is not None:
        amount = unit.amount_or_zero(asked.quantity)
        if abs(amount - abs(more)) > 1:
            raise Refused(
                "amount_disagrees",
                f"At {nav.per_unit} the difference is {unit.text(abs(more))} {unit.code}, not "
                f"{asked.quantity}: ask the administrator.",
                {"manager": asked.manager, "expected": unit.text(abs(more))},
            )
    at, due_on = _where(world, asked, manager, unit, amount, more > 0)
    return [
        DealingCorrected(
            on=on,
            manager=asked.manager,
            of=dealt.of,
            dealt_on=dealt.on,
            per_unit=nav.per_unit,
            settled=asked.settled,
            asset=unit.code,
            amount=amount,
            ours=more > 0,
            at=(at.klass, at.detail),
            due_on=due_on,
            cut=manager.cut(_left(world, asked, amount)) if unit is asset and more < 0 else (),
            statement_ref=asked.statement_ref,
        )
    ]


def _wrong(manager: Manager, asked: CorrectDealing) -> Dealt:
    of = f"{asked.dealing}/{asked.number}"
    if asked.dealing == "redemption":
        of += f"/{asked.dealt_on}"
    for each in manager.to_put_right():
        if each.of == of and each.on == asked.dealt_on:
            return each
    raise Refused(
        "nothing_to_correct",
        f"{asked.dealing.capitalize()} {asked.number} of {asked.manager} on {asked.dealt_on} "
        "stands at the NAV that counts: no restatement has left it wrong.",
        {"manager": asked.manager, "number": asked.number},
    )


def _worth(units: int, per_unit: Decimal, asset: Asset, currency: Asset) -> int:
    exact = _EXACT.multiply(Decimal(units).scaleb(currency.scale - asset.scale), per_unit)
    return int(exact.to_integral_value(ROUND_HALF_EVEN))


def _units_for(dealt: Dealt, per_unit: Decimal, asset: Asset, currency: Asset) -> int:
    """Units that the money would have bought, or (below nothing) taken; whole base units."""
    money = dealt.amount or 0
    if dealt.units > 0:
        return bought(money, currency, per_unit, asset)[0]
    exact = _EXACT.divide(Decimal(money).scaleb(asset.scale - currency.scale), per_unit)
    return -int(exact.to_integral_value(ROUND_HALF_EVEN))


def _left(world: World, asked: CorrectDealing, less: int) -> int:
    return world.balances.of(fund(asked.manager), asked.manager) - less


def _where(
    world: World, asked: CorrectDealing, manager: Manager, unit: Asset, amount: int, ours: bool
) -> tuple[Account, date | None]:
    """Units come to and go from the fund; money is owed to us, or taken off what is, or paid."""
    on = asked.corrected_on
    if asked.settled == "units":
        at = fund(asked.manager)
        if not ours:
            world.held(at, unit.code, amount)
        return at, None
    due = receivable(asked.manager)
    if ours:
        terms = manager.terms_on(on)
        return due, settlement_date(terms, business_days(world.law(on).weekend, terms), on)
    if asked.place is None and world.balances.of(due, unit.code) - manager.withheld >= amount:
        return due, None
    bank = source(world, BOOK, unit, asked.place, on)
    world.held(bank, unit.code, amount)
    return bank, None
