"""A fund is terminated and wound up: its units become money, instalment by instalment."""

from typing import ClassVar

from qazyna.errors import Refused
from qazyna.ledger import entry
from qazyna.ledger.entry import Account, Entry, Value
from qazyna.plan import BaseUnits, Day, Event, Name, Segment, World, command, event
from qazyna.programme.manager import (
    AmountOrNone,
    ByAManager,
    Manager,
    OfAManager,
    fund,
    going_on,
    pending,
    receivable,
    the_manager,
)
from qazyna.reserve.pot import BOOK, TITLE, agreed, place


class TerminateFund(OfAManager):
    """Record that a fund is to be wound up, by us or by its manager."""

    kind: ClassVar[str] = "terminate_fund"

    terminated_on: Day
    reason: Name
    statement_ref: Name


@event
class FundTerminated(ByAManager):
    """No more dealing: what is held waits for its liquidation, and money without units is due."""

    kind: ClassVar[str] = "fund_terminated"

    currency: str
    returned: tuple[tuple[int, BaseUnits], ...]
    """(subscription, money that will buy no units)"""
    cut: tuple[tuple[int, BaseUnits], ...]
    """(request, units) that will not be redeemed but liquidated"""
    reason: str
    statement_ref: str

    def entries(self) -> tuple[Entry, ...]:
        due, waits = receivable(self.manager), pending(self.manager)
        return tuple(
            entry.move(self.on, self.currency, amount, due, waits) for _, amount in self.returned
        )

    def evolve(self, state: Manager, version: int) -> None:
        state.terminated_on = self.on
        for number, amount in self.returned:
            del state.waiting[number]
            state.owes("over", amount, self.on, None)
        for number, units in self.cut:
            state.requests[number].units -= units


@command(TerminateFund)
def terminate_fund(world: World, asked: TerminateFund) -> list[Event]:
    """Once, and not into the past of a dealing done."""
    on = asked.terminated_on
    manager = the_manager(world, asked, "hedge_fund", on, "The termination")
    going_on(manager, "dealing")
    dealt = manager.last_dealt
    if dealt and on < dealt:
        raise Refused(
            "dealt_already",
            f"{asked.manager} dealt on {dealt}: it cannot have been terminated on {on}.",
            {"manager": asked.manager, "dealt_on": dealt},
        )
    return [
        FundTerminated(
            on=on,
            manager=asked.manager,
            currency=manager.currency,
            returned=tuple((n, each.amount) for n, each in sorted(manager.waiting.items())),
            cut=manager.cut(0),
            reason=asked.reason,
            statement_ref=asked.statement_ref,
        )
    ]


class Liquidate(OfAManager):
    """Record an instalment of a liquidation: units that are gone, and the money for them."""

    kind: ClassVar[str] = "liquidate"

    units: str | None = None
    """All that are left, when not said: the last instalment."""
    amount: str
    paid_on: Day
    place: Segment | None = None
    statement_ref: Name


@event
class UnitsLiquidated(ByAManager):
    """Units of a fund that is wound up became money in the bank."""

    kind: ClassVar[str] = "units_liquidated"

    units: BaseUnits
    left: AmountOrNone
    currency: str
    amount: BaseUnits
    into: tuple[str, str]
    statement_ref: str
    value: Value | None = None

    def entries(self) -> tuple[Entry, ...]:
        given = (self.manager, self.units, fund(self.manager))
        taken = (self.currency, self.amount, Account(BOOK, *self.into))
        return (entry.exchange(self.on, TITLE, given, taken, value=self.value),)

    def evolve(self, state: Manager, version: int) -> None:
        state.retire(self.on, self.units, self.amount)


@command(Liquidate)
def liquidate(world: World, asked: Liquidate) -> list[Event]:
    """Of a terminated fund only, and no more units than are left."""
    on = asked.paid_on
    manager = the_manager(world, asked, "hedge_fund", on, "The instalment")
    if manager.terminated_on is None or on < manager.terminated_on:
        raise Refused(
            "not_terminated",
            f"{asked.manager} is not being wound up on {on}: its units are redeemed.",
            {"manager": asked.manager},
        )
    asset, currency = world.asset(asked.manager), world.asset(manager.currency)
    held = world.balances.of(fund(asked.manager), asset.code)
    units = asset.amount(asked.units) if asked.units is not None else held
    if not 0 < units <= held:
        raise Refused(
            "more_than_held",
            f"{asset.text(held)} units of {asked.manager} are left.",
            {"manager": asked.manager, "held": asset.text(held)},
        )
    amount = currency.amount(asked.amount)
    bank = place(world, BOOK, currency, asked.place, on)
    return [
        UnitsLiquidated(
            on=on,
            manager=asked.manager,
            units=units,
            left=held - units,
            currency=currency.code,
            amount=amount,
            into=(bank.klass, bank.detail),
            statement_ref=asked.statement_ref,
            value=agreed(world, on, (currency.code, amount)),
        )
    ]
