"""Received in specie: a fund pays out assets instead of money, and they must be sold by a deadline.

What the reserve may not hold goes to a pot apart, `workout/<manager>`; what it is sold for goes on
to the reserve. Until then it is shown beside the reserve, never in it.
"""

from datetime import date
from decimal import Decimal
from typing import ClassVar

from qazyna.errors import Refused
from qazyna.ledger import entry
from qazyna.ledger.entry import Account, Authority, Entry, Value
from qazyna.money import Asset
from qazyna.plan import BaseUnits, Day, Event, Name, Segment, World, command, event
from qazyna.programme.manager import (
    AmountOrNone,
    Flow,
    Manager,
    OfAManager,
    Workout,
    fund,
    the_manager,
)
from qazyna.programme.quoting import PriceOfADay, Quoting, interest_prices
from qazyna.reserve.pot import BOOK, TITLE, agreed, eligible, place, source
from qazyna.seizure.case import in_order


def workout(code: str) -> str:
    """The pot of what a manager paid out in specie."""
    return f"workout/{code}"


class _WithAWorkout(OfAManager):
    """What both commands must know: the reserve, and the manager's pot beside it."""

    def books(self) -> tuple[str, ...]:
        return (BOOK, workout(self.manager))


class ReceiveInSpecie(_WithAWorkout):
    """Record that a fund handed over an asset: for units of it, or as a distribution."""

    kind: ClassVar[str] = "receive_in_specie"

    asset: Segment
    quantity: str
    worth: str
    """What the manager's statement says it is worth, in the fund's currency."""
    units: str | None = None
    """Units that a hedge fund cancelled for it; a venture fund's distribution retires none."""
    received_on: Day
    sell_by: Day
    place: Segment | None = None
    statement_ref: Name


@event
class ReceivedInSpecie(Quoting):
    """An asset is in the manager's pot, to be sold by a deadline."""

    kind: ClassVar[str] = "received_in_specie"

    asset: str
    amount: BaseUnits
    units: AmountOrNone
    """of the fund, cancelled for it"""
    worth: BaseUnits
    """in the fund's currency"""
    into: tuple[str, str]
    sell_by: date
    statement_ref: str
    value: Value | None = None
    cut: tuple[tuple[int, BaseUnits], ...] = ()

    def entries(self) -> tuple[Entry, ...]:
        by, pot = Authority("statement"), workout(self.manager)
        at, title = Account(pot, *self.into), Account(pot, "workout")
        came = entry.receive(self.on, self.asset, self.amount, at, title, by, self.value)
        if not self.units:
            return (came,)
        there = fund(self.manager)
        went = entry.release(self.on, self.manager, self.units, TITLE, there, by, self.value)
        return (went, came)

    def evolve(self, state: Manager, version: int) -> None:
        state.marks[version] = "final"
        state.workouts.append(
            Workout(asset=self.asset, left=self.amount, received_on=self.on, deadline=self.sell_by)
        )
        if self.units:
            state.retire(self.on, self.units, self.worth)
            for number, units in self.cut:
                state.requests[number].units -= units
        else:
            state.distributed += self.worth
            state.flows.append(Flow(on=self.on, amount=-self.worth))


@command(ReceiveInSpecie)
def receive_in_specie(world: World, asked: ReceiveInSpecie) -> list[Event]:
    """What the law lets be received so, at the manager's word for its worth."""
    on = asked.received_on
    manager = the_manager(world, asked, "", on, "The receipt")
    in_order(on, asked.sell_by, "The day to sell it by", "the receipt")
    pot, asset = workout(asked.manager), world.asset(asked.asset)
    eligible(world, pot, asset, on)
    if asset.klass == "currency":
        raise Refused(
            "not_in_specie",
            f"{asset.code} is money: record it as proceeds or as a distribution.",
            {"asset": asset.code},
        )
    currency = world.asset(manager.currency)
    amount, worth = asset.amount(asked.quantity), currency.amount(asked.worth)
    units = _cancelled(world, manager, asked)
    held = world.balances.of(fund(asked.manager), asked.manager)
    at = place(world, pot, asset, asked.place, on)
    prices: tuple[PriceOfADay, ...] = ()
    if not units:
        flows = [*manager.flows, Flow(on=on, amount=-worth)]
        prices = tuple(interest_prices(asked.manager, manager.navs, flows, on, manager.retired))
    return [
        ReceivedInSpecie(
            on=on,
            manager=asked.manager,
            currency=currency.code,
            prices=prices,
            asset=asset.code,
            amount=amount,
            units=units,
            worth=worth,
            into=(at.klass, at.detail),
            sell_by=asked.sell_by,
            statement_ref=asked.statement_ref,
            value=agreed(world, on, (currency.code, worth)),
            cut=manager.cut(held - units) if units else (),
        )
    ]


def _cancelled(world: World, manager: Manager, asked: ReceiveInSpecie) -> int:
    """Units of a hedge fund that went for it; none of a venture fund, which must hold money."""
    if manager.manager_kind == "venture_fund":
        if asked.units is not None:
            raise Refused(
                "wrong_measure",
                f"{asked.manager} is a venture fund: what it pays out retires no units.",
                {"manager": asked.manager},
            )
        if not any(flow.amount > 0 and flow.on <= asked.received_on for flow in manager.flows):
            raise Refused(
                "nothing_paid_in",
                f"Nothing was paid in to {asked.manager} by {asked.received_on}.",
                {"manager": asked.manager},
            )
        return 0
    if asked.units is None:
        raise Refused(
            "wrong_measure",
            f"{asked.manager} is a hedge fund: say how many units it cancelled for this.",
            {"manager": asked.manager},
        )
    units = world.asset(asked.manager).amount(asked.units)
    world.held(fund(asked.manager), asked.manager, units)
    return units


class SellWorkout(_WithAWorkout):
    """Record the sale of what had been received in specie; the money is the reserve's."""

    kind: ClassVar[str] = "sell_workout"

    asset: Segment
    quantity: str | None = None
    """All of it, when not said."""
    sold_on: Day
    proceeds: str
    """Gross, in the fund's currency."""
    costs: str = "0"
    place: Segment | None = None
    decision_ref: Name
    """The decision to sell and to pass the money on, with the contract."""


@event
class WorkoutSold(Quoting):
    """The asset is gone, and what it brought, less what the sale cost, is in the reserve."""

    kind: ClassVar[str] = "workout_sold"

    asset: str
    amount: BaseUnits
    out_of: tuple[str, str]
    proceeds: BaseUnits
    costs: AmountOrNone
    into: tuple[str, str]
    late_days: int
    """How long after its deadline; 0 where in time."""
    decision_ref: str
    value: Value | None = None

    def entries(self) -> tuple[Entry, ...]:
        pot = workout(self.manager)
        title, bank = Account(pot, "workout"), Account(pot, *self.into)
        net = self.proceeds - self.costs
        given = (self.asset, self.amount, Account(pot, *self.out_of))
        booked = [
            entry.exchange(
                self.on, title, given, (self.currency, self.proceeds, bank), value=self.value
            )
        ]
        if self.costs:
            by = Authority("statement")
            booked.append(entry.expense(self.on, self.currency, self.costs, title, bank, by))
        if net:
            to, by = (Account(BOOK, *self.into), TITLE), Authority("decision")
            value = self.value and Value(
                self.value.amount * Decimal(net) / self.proceeds, self.value.currency, "agreed"
            )
            booked.append(entry.transfer(self.on, self.currency, net, (bank, title), to, by, value))
        return tuple(booked)

    def evolve(self, state: Manager, version: int) -> None:
        state.marks[version] = "final"
        left = self.amount
        for each in sorted(state.workouts, key=lambda each: each.deadline):
            if each.asset == self.asset:
                part = min(left, each.left)
                each.left -= part
                left -= part
        state.workouts = [each for each in state.workouts if each.left]


@command(SellWorkout)
def sell_workout(world: World, asked: SellWorkout) -> list[Event]:
    """No more than is in the pot, for money, and at no cost above it."""
    on = asked.sold_on
    manager = the_manager(world, asked, "", on, "The sale")
    pot, asset, currency = (
        workout(asked.manager),
        world.asset(asked.asset),
        world.asset(manager.currency),
    )
    at = source(world, pot, asset, asked.place, on)
    held = world.balances.of(at, asset.code)
    amount = asset.amount(asked.quantity) if asked.quantity is not None else held
    if not held:
        raise _nothing_there(asked, asset)
    world.held(at, asset.code, amount)
    proceeds, costs = currency.amount(asked.proceeds), currency.amount_or_zero(asked.costs)
    if costs > proceeds:
        raise Refused(
            "costs_exceed_proceeds",
            f"Costs of {asked.costs} exceed the proceeds of {asked.proceeds} {currency.code}.",
            {"costs": asked.costs, "proceeds": asked.proceeds},
        )
    bank = place(world, BOOK, currency, None, on)
    first = min(each.deadline for each in manager.workouts if each.asset == asset.code)
    return [
        WorkoutSold(
            on=on,
            manager=asked.manager,
            currency=currency.code,
            prices=(),
            asset=asset.code,
            amount=amount,
            out_of=(at.klass, at.detail),
            proceeds=proceeds,
            costs=costs,
            into=(bank.klass, bank.detail),
            late_days=max((on - first).days, 0),
            decision_ref=asked.decision_ref,
            value=agreed(world, on, (currency.code, proceeds)),
        )
    ]


def _nothing_there(asked: SellWorkout, asset: Asset) -> Refused:
    return Refused(
        "nothing_held",
        f"{workout(asked.manager)} holds no {asset.code}.",
        {"manager": asked.manager, "asset": asset.code},
    )
