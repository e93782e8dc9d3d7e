"""Units and money that come or go without dealing: equalisation, roll-up of series, rebates."""

from typing import ClassVar, Literal

from qazyna.errors import Refused
from qazyna.ledger import entry
from qazyna.ledger.entry import Account, Authority, Entry, Value
from qazyna.plan import BaseUnits, Day, Event, Name, Segment, World, command, event
from qazyna.programme.manager import ByAManager, Manager, OfAManager, fund, the_manager
from qazyna.reserve.pot import BOOK, TITLE, agreed, place

_GIVEN = ("equalisation_credit", "roll_up_more")
_COSTS = ("depreciation_deposit",)


class AdjustUnits(OfAManager):
    """Record units that a fund issued or cancelled so that each investor bears its own fee."""

    kind: ClassVar[str] = "adjust_units"

    reason: Literal["equalisation_credit", "depreciation_deposit", "roll_up_more", "roll_up_fewer"]
    """What was prepaid comes back in units; a deposit is taken in them for a fee; a series joins
    the lead series at its NAV, and is more or fewer units then."""
    units: str
    adjusted_on: Day
    statement_ref: Name


@event
class UnitsAdjusted(ByAManager):
    """More or fewer units are held, by the administrator's statement."""

    kind: ClassVar[str] = "units_adjusted"

    reason: str
    units: BaseUnits
    statement_ref: str
    value: Value | None = None

    def entries(self) -> tuple[Entry, ...]:
        by, at = Authority("statement"), fund(self.manager)
        if self.reason in _GIVEN:
            booked = entry.income(self.on, self.manager, self.units, at, TITLE, by, self.value)
        else:
            booked = entry.expense(self.on, self.manager, self.units, TITLE, at, by, self.value)
        return (booked if self.reason in _COSTS else booked._replace(flow="internal"),)

    def evolve(self, state: Manager, version: int) -> None:
        if self.reason in _GIVEN:
            state.issue(self.on, self.units)
        else:
            state.retire(self.on, self.units)
        state.marks[version] = "final"


@command(AdjustUnits)
def adjust_units(world: World, asked: AdjustUnits) -> list[Event]:
    """No more is cancelled than is held and not asked back."""
    on = asked.adjusted_on
    manager = the_manager(world, asked, "hedge_fund", on, "The adjustment")
    asset = world.asset(asked.manager)
    units = asset.amount(asked.units)
    free = world.balances.of(fund(asked.manager), asset.code) - manager.asked_back
    if asked.reason not in _GIVEN and units > free:
        raise Refused(
            "more_than_held",
            f"{asset.text(free)} units of {asked.manager} are held and not asked back.",
            {"manager": asked.manager, "free": asset.text(free)},
        )
    return [
        UnitsAdjusted(
            on=on,
            manager=asked.manager,
            reason=asked.reason,
            units=units,
            statement_ref=asked.statement_ref,
            value=world.value(asset.code, units, on),
        )
    ]


class RecordRebate(OfAManager):
    """Record a rebate of fees that a manager paid."""

    kind: ClassVar[str] = "record_rebate"

    quantity: str
    received_on: Day
    place: Segment | None = None
    statement_ref: Name


@event
class RebateRecorded(ByAManager):
    """Part of a fee came back."""

    kind: ClassVar[str] = "rebate_recorded"

    currency: str
    amount: BaseUnits
    into: tuple[str, str]
    statement_ref: str
    value: Value | None = None

    def entries(self) -> tuple[Entry, ...]:
        bank, by = Account(BOOK, *self.into), Authority("statement")
        return (entry.income(self.on, self.currency, self.amount, bank, TITLE, by, self.value),)

    def evolve(self, state: Manager, version: int) -> None:
        state.marks[version] = "rebate"


@command(RecordRebate)
def record_rebate(world: World, asked: RecordRebate) -> list[Event]:
    """Into the reserve's bank, as income."""
    on = asked.received_on
    manager = the_manager(world, asked, "", on, "The rebate")
    currency = world.asset(manager.currency)
    amount = currency.amount(asked.quantity)
    bank = place(world, BOOK, currency, asked.place, on)
    return [
        RebateRecorded(
            on=on,
            manager=asked.manager,
            currency=currency.code,
            amount=amount,
            into=(bank.klass, bank.detail),
            statement_ref=asked.statement_ref,
            value=agreed(world, on, (currency.code, amount)),
        )
    ]
