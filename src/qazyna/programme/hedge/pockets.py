"""Side pockets: illiquid parts of a fund are put apart, as units of their own that nobody redeems.

A pocket is an asset with a code of its own and a NAV of its own. It is realised for money when the
fund sells what is in it, or written off.
"""

from datetime import date
from decimal import Decimal
from typing import ClassVar

from pydantic import Field

from qazyna.errors import Refused
from qazyna.ledger import entry
from qazyna.ledger.entry import Entry, Value
from qazyna.money import Asset, hedge_fund_units
from qazyna.plan import BaseUnits, Day, Event, Name, Quote, World, command, event
from qazyna.programme.dealing import business_days, settlement_date
from qazyna.programme.manager import (
    ByAManager,
    Manager,
    Nav,
    OfAManager,
    fund,
    receivable,
    the_manager,
)
from qazyna.programme.terms import plain_decimal
from qazyna.reserve.pot import TITLE, agreed
from qazyna.seizure.case import in_order

_NAME = r"^[A-Z0-9]{1,8}$"


def pocket_code(manager: str, name: str) -> str:
    """What the units of a pocket are called: `HF-1:SP1`."""
    return f"{manager}:{name}"


def the_pocket(manager: Manager, name: str) -> str:
    """The code of a pocket that there is."""
    code = pocket_code(manager.code, name)
    if code not in manager.pockets:
        known = ", ".join(sorted(manager.pockets)) or "none"
        raise Refused(
            "no_pocket",
            f"{manager.code} has no side pocket {name}; it has {known}.",
            {"manager": manager.code, "pocket": name},
        )
    return code


class OpenSidePocket(OfAManager):
    """Record that a fund put part of itself apart: some units became units of a pocket."""

    kind: ClassVar[str] = "open_side_pocket"

    pocket: str = Field(pattern=_NAME)
    """Its short name, as SP1."""
    opened_on: Day
    units: str
    """Units of the fund that were given up."""
    pocket_units: str
    """Units of the pocket that came for them."""
    nav_per_unit: str
    """Of the pocket, on that day."""
    statement_ref: Name


class _OfAPocket(ByAManager):
    """What the events of a pocket share: its code, and a price of its units."""

    pocket: str
    currency: str
    per_unit: Decimal
    statement_ref: str

    def quotes(self) -> tuple[Quote, ...]:
        source = f"{self.pocket} NAV, {self.statement_ref}"
        return ((self.pocket, self.currency, self.on, self.per_unit, source, ""),)

    def stated(self) -> Nav:
        return Nav(on=self.on, per_unit=self.per_unit, final=True, statement_ref=self.statement_ref)


@event
class SidePocketOpened(_OfAPocket):
    """Part of the units are units of a pocket, which nobody can redeem."""

    kind: ClassVar[str] = "side_pocket_opened"

    units: BaseUnits
    pocket_units: BaseUnits
    cut: tuple[tuple[int, BaseUnits], ...] = ()
    """(request, units) that can no longer be had"""
    value: Value | None = None

    def assets(self) -> tuple[Asset, ...]:
        return (hedge_fund_units(self.pocket, f"Side pocket of {self.manager}"),)

    def entries(self) -> tuple[Entry, ...]:
        at = fund(self.manager)
        given, taken = (self.manager, self.units, at), (self.pocket, self.pocket_units, at)
        return (entry.exchange(self.on, TITLE, given, taken, value=self.value),)

    def evolve(self, state: Manager, version: int) -> None:
        state.pockets[self.pocket] = self.stated()
        state.retire(self.on, self.units)
        for number, units in self.cut:
            state.requests[number].units -= units


@command(OpenSidePocket)
def open_side_pocket(world: World, asked: OpenSidePocket) -> list[Event]:
    """No more of the fund than its terms let it put apart, under a name that is free."""
    on = asked.opened_on
    manager = the_manager(world, asked, "hedge_fund", on, "The side pocket")
    code = pocket_code(asked.manager, asked.pocket)
    if world.knows(code):
        raise Refused(
            "code_taken",
            f"{asked.manager} has had a side pocket {asked.pocket}: choose another name.",
            {"manager": asked.manager, "pocket": asked.pocket},
        )
    asset = world.asset(asked.manager)
    units = asset.amount(asked.units)
    pocket_units = hedge_fund_units(code).amount(asked.pocket_units)
    at = fund(asked.manager)
    world.held(at, asset.code, units)
    held = world.balances.of(at, asset.code)
    share = manager.terms_on(on).side_pocket
    if share is not None and units > share * held:
        raise Refused(
            "above_side_pocket",
            f"By its terms {asked.manager} puts {share} of the fund apart at most: of "
            f"{asset.text(held)} units not {asset.text(units)}. Ask the manager.",
            {"manager": asked.manager, "share": share},
        )
    return [
        SidePocketOpened(
            on=on,
            manager=asked.manager,
            pocket=code,
            currency=manager.currency,
            per_unit=_per_unit(asked.nav_per_unit),
            statement_ref=asked.statement_ref,
            units=units,
            pocket_units=pocket_units,
            cut=manager.cut(held - units),
            value=world.value(asset.code, units, on),
        )
    ]


class ValueSidePocket(OfAManager):
    """Record the NAV of a side pocket."""

    kind: ClassVar[str] = "value_side_pocket"

    pocket: str = Field(pattern=_NAME)
    valuation_on: Day
    nav_per_unit: str
    statement_ref: Name


@event
class SidePocketValued(_OfAPocket):
    """A unit of the pocket is worth so much."""

    kind: ClassVar[str] = "side_pocket_valued"

    def evolve(self, state: Manager, version: int) -> None:
        state.pockets[self.pocket] = self.stated()


@command(ValueSidePocket)
def value_side_pocket(world: World, asked: ValueSidePocket) -> list[Event]:
    """Not before the one stated last."""
    on = asked.valuation_on
    manager = the_manager(world, asked, "hedge_fund", on, "The valuation")
    code = the_pocket(manager, asked.pocket)
    in_order(manager.pockets[code].on, on, "The valuation", "the last one")
    return [
        SidePocketValued(
            on=on,
            manager=asked.manager,
            pocket=code,
            currency=manager.currency,
            per_unit=_per_unit(asked.nav_per_unit),
            statement_ref=asked.statement_ref,
        )
    ]


class RealiseSidePocket(OfAManager):
    """Record that a fund sold what is in a side pocket, and owes the money."""

    kind: ClassVar[str] = "realise_side_pocket"

    pocket: str = Field(pattern=_NAME)
    realised_on: Day
    units: str | None = None
    """Units of the pocket that are gone; all, when not said."""
    amount: str
    statement_ref: Name


@event
class SidePocketRealised(ByAManager):
    """Units of a pocket became money due."""

    kind: ClassVar[str] = "side_pocket_realised"

    pocket: str
    units: BaseUnits
    left: bool
    """Whether the pocket goes on."""
    currency: str
    amount: BaseUnits
    due_on: date
    statement_ref: str
    value: Value | None = None

    def entries(self) -> tuple[Entry, ...]:
        given = (self.pocket, self.units, fund(self.manager))
        taken = (self.currency, self.amount, receivable(self.manager))
        return (entry.exchange(self.on, TITLE, given, taken, value=self.value),)

    def evolve(self, state: Manager, version: int) -> None:
        state.owes("redemption", self.amount, self.on, self.due_on)
        if not self.left:
            del state.pockets[self.pocket]


@command(RealiseSidePocket)
def realise_side_pocket(world: World, asked: RealiseSidePocket) -> list[Event]:
    """No more units than are held; for nothing at all it is written off instead."""
    on = asked.realised_on
    manager = the_manager(world, asked, "hedge_fund", on, "The realisation")
    code = the_pocket(manager, asked.pocket)
    asset, currency = world.asset(code), world.asset(manager.currency)
    held = world.balances.of(fund(asked.manager), code)
    units = asset.amount(asked.units) if asked.units is not None else held
    world.held(fund(asked.manager), code, units)
    amount = currency.amount(asked.amount)
    terms = manager.terms_on(on)
    return [
        SidePocketRealised(
            on=on,
            manager=asked.manager,
            pocket=code,
            units=units,
            left=units < held,
            currency=currency.code,
            amount=amount,
            due_on=settlement_date(terms, business_days(world.law(on).weekend, terms), on),
            statement_ref=asked.statement_ref,
            value=agreed(world, on, (currency.code, amount)),
        )
    ]


def _per_unit(text: str) -> Decimal:
    found = plain_decimal(text, "a NAV per unit")
    if not found:
        raise Refused(
            "bad_number",
            "A NAV per unit must be more than nothing; a pocket that is worth nothing is written "
            "off (write_off).",
        )
    return found
