"""Forfeiture orders: made, final, annulled. Nothing is the State's before an order is final.

An order covers quantities of assets. What was sold meanwhile by leave of the court is not there any
more; the money that stands for it is, and vests in its place. An order that covers part of a
holding takes the asset first, and the money only for what the asset does not reach.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field

from qazyna.errors import Refused
from qazyna.ledger import entry
from qazyna.ledger.entry import Authority, Entry, Value
from qazyna.plan import BaseUnits, Day, Event, Name, Segment, World, command, event
from qazyna.seizure.case import (
    Case,
    CaseEvent,
    OfACase,
    Order,
    Units,
    all_books,
    book,
    claimants,
    in_order,
    state_title,
    the_case,
    the_holding,
)

BY_FINAL_ORDER = Authority("final_order")
BY_ANNULMENT = Authority("annulment")


class Item(BaseModel):
    """A quantity of one asset of one holding, as an order names it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    holding: Segment
    asset: Segment
    quantity: str


class OrderForfeiture(OfACase):
    """Record a court's order that assets of a case be forfeited."""

    kind: ClassVar[str] = "order_forfeiture"

    order_ref: Name
    order_kind: str
    """conviction, non_conviction or value"""
    ordered_on: Day
    scope: tuple[Item, ...] = Field(min_length=1, max_length=150)

    def books(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(book(self.case, item.holding) for item in self.scope))


@event
class ForfeitureOrdered(CaseEvent):
    """A court has spoken, and may yet be heard otherwise: nothing in the books changes."""

    kind: ClassVar[str] = "forfeiture_ordered"

    order_ref: str
    order_kind: str
    scope: tuple[tuple[str, str, BaseUnits], ...]
    """(holding, asset, base units)"""

    def evolve(self, state: Case, version: int) -> None:
        state.orders[self.order_ref] = Order(
            ordered_on=self.on, order_kind=self.order_kind, scope=self.scope
        )


@command(OrderForfeiture)
def order_forfeiture(world: World, asked: OrderForfeiture) -> list[Event]:
    """Of a kind the law knows, and no more than the claimants have."""
    case = the_case(world, asked.case)
    world.not_future(asked.ordered_on, "The order")
    kinds = world.law(asked.ordered_on).forfeiture_kinds
    if asked.order_kind not in kinds:
        raise Refused(
            "order_kind_not_permitted",
            f"“{asked.order_kind}” is no kind of forfeiture here; there are "
            f"{', '.join(sorted(kinds))}.",
            {"order_kind": asked.order_kind},
            "forfeiture.kinds",
        )
    if asked.order_ref in case.orders:
        raise Refused(
            "duplicate_order",
            f"Case {asked.case} already has an order {asked.order_ref}.",
            {"case": asked.case, "order": asked.order_ref},
        )
    scope = []
    for item in asked.scope:
        held = the_holding(world, asked.case, item.holding)
        in_order(held.seized_on, asked.ordered_on, "The order", "the seizure")
        amount = world.asset(item.asset).amount(item.quantity)
        scope.append((item.holding, item.asset, amount))
    what_vests(world, asked.case, scope)
    return [
        ForfeitureOrdered(
            on=asked.ordered_on,
            case=asked.case,
            order_ref=asked.order_ref,
            order_kind=asked.order_kind,
            scope=tuple(scope),
        )
    ]


Scope = list[tuple[str, str, int]]
"""(holding, asset, base units)"""
Replaced = list[tuple[str, str, int, str, int]]
"""(holding, asset sold, base units of it, currency, base units of money that stand for them)"""


def what_vests(
    world: World, case: str, scope: Iterable[tuple[str, str, int]]
) -> tuple[Scope, Replaced]:
    """The claimants' assets that the scope reaches now, and the money that replaces some of them.

    Money is taken pro rata: half of what was sold brings half of what it was sold for.
    """
    state = the_case(world, case)
    taken: dict[tuple[str, str], int] = {}
    sold: dict[tuple[str, str, str], tuple[int, int]] = {}
    vests: Scope = []
    replaced: Replaced = []

    def take(holding: str, asset: str, amount: int) -> None:
        if amount:
            vests.append((holding, asset, amount))
            taken[holding, asset] = taken.get((holding, asset), 0) + amount

    for holding, asset, amount in scope:
        left = world.balances.of(claimants(case, holding), asset) - taken.get((holding, asset), 0)
        own = min(amount, left)
        missing = amount - own
        take(holding, asset, own)
        for currency, sale in state.holdings[holding].sold.get(asset, {}).items():
            units, money = sold.get((holding, asset, currency), (sale.amount, sale.proceeds))
            part = min(missing, units)
            if not part:
                continue
            stands = money * part // units
            there = world.balances.of(claimants(case, holding), currency)
            if stands > there - taken.get((holding, currency), 0):
                continue
            missing -= part
            sold[holding, asset, currency] = (units - part, money - stands)
            replaced.append((holding, asset, part, currency, stands))
            take(holding, currency, stands)
        if missing:
            unit = world.asset(asset)
            raise Refused(
                "more_than_held",
                f"{unit.text(amount)} {asset} of {book(case, holding)} was asked for; the "
                f"claimants have {unit.text(amount - missing)}, with what was sold of it.",
                {"book": book(case, holding), "asset": asset, "held": unit.text(amount - missing)},
            )
    return vests, replaced


class RecordFinality(OfACase):
    """Record that a forfeiture order is final: no appeal was lodged, or none is left."""

    kind: ClassVar[str] = "record_finality"

    order_ref: Name
    final_on: Day

    def books(self) -> tuple[str, ...]:
        return (all_books(self.case),)


@event
class ForfeitureBecameFinal(CaseEvent):
    """Title passes to the State, in the very quantities that the order covers."""

    kind: ClassVar[str] = "forfeiture_became_final"

    order_ref: str
    items: tuple[tuple[str, str, BaseUnits], ...]
    """(holding, asset, base units) that vest"""
    values: tuple[Value | None, ...]
    """what each item was worth"""
    replaced: tuple[tuple[str, str, BaseUnits, str, Units], ...] = ()
    """(holding, asset sold, base units, currency, base units of money that vest in their place)"""
    assumed: tuple[str, ...] = ()

    def entries(self) -> tuple[Entry, ...]:
        return tuple(
            entry.vest(
                self.on,
                asset,
                amount,
                claimants(self.case, holding),
                state_title(self.case, holding),
                BY_FINAL_ORDER,
                value,
            )
            for (holding, asset, amount), value in zip(self.items, self.values, strict=True)
        )

    def evolve(self, state: Case, version: int) -> None:
        order = state.orders.get(self.order_ref)
        if order is None:
            order = state.orders[self.order_ref] = Order()
        order.final_on = self.on
        stands: dict[tuple[str, str], int] = {}
        for holding, asset, amount, currency, money in self.replaced:
            state.holdings[holding].unsell(asset, currency, amount, money)
            stands[holding, currency] = stands.get((holding, currency), 0) + money
        for holding, asset, amount in self.items:
            state.vested(self.order_ref, holding, asset, amount)
            itself = min(amount, stands.get((holding, asset), 0))
            if itself:
                stands[holding, asset] -= itself
            if amount > itself and state.holdings[holding].sold:
                state.holdings[holding].part_with(asset, amount - itself)


@command(RecordFinality)
def record_finality(world: World, asked: RecordFinality) -> list[Event]:
    """Not before the days in which an appeal can be lodged are over; and once."""
    order = the_order(world, asked.case, asked.order_ref)
    if order.annulled_on:
        raise Refused("order_annulled", f"Order {asked.order_ref} was annulled.")
    if order.final_on or order.ordered_on is None:
        raise Refused(
            "already_final",
            f"Order {asked.order_ref} has been final since {order.final_on}.",
            {"order": asked.order_ref, "final_on": order.final_on},
        )
    world.not_future(asked.final_on, "The finality")
    days = world.law(order.ordered_on).appeal_days
    first = order.ordered_on + timedelta(days=days)
    if asked.final_on < first:
        raise Refused(
            "appeal_not_over",
            f"Order {asked.order_ref} of {order.ordered_on} can be appealed against for {days} "
            f"days; it cannot be final before {first}.",
            {"order": asked.order_ref, "ordered_on": order.ordered_on, "earliest": first},
            "forfeiture.appeal_days",
        )
    items, replaced = what_vests(world, asked.case, order.scope)
    return [finality(world, asked.case, asked.order_ref, asked.final_on, items, replaced)]


def finality(
    world: World,
    case: str,
    order_ref: str,
    on: date,
    items: Scope,
    replaced: Replaced,
    assumed: tuple[str, ...] = (),
) -> ForfeitureBecameFinal:
    """The one way in which anything becomes the State's."""
    return ForfeitureBecameFinal(
        on=on,
        case=case,
        order_ref=order_ref,
        items=tuple(items),
        values=tuple(world.value(asset, amount, on) for _, asset, amount in items),
        replaced=tuple(replaced),
        assumed=assumed,
    )


def the_order(world: World, case: str, order_ref: str) -> Order:
    """The order, or a refusal that names those the case has."""
    orders = the_case(world, case).orders
    found = orders.get(order_ref)
    if found is None:
        raise Refused(
            "no_order",
            f"Case {case} has no order {order_ref}; it has {', '.join(orders) or 'none'}.",
            {"case": case, "order": order_ref},
        )
    return found


class Annul(OfACase):
    """Record that a final judgment was annulled: what became the State's by it goes back."""

    kind: ClassVar[str] = "annul"

    order_ref: Name
    annulled_on: Day
    annulment_ref: Name

    def books(self) -> tuple[str, ...]:
        return (all_books(self.case),)


@event
class JudgmentAnnulled(CaseEvent):
    """The State's title ends, and the claimants' is restored, to what the assets have become."""

    kind: ClassVar[str] = "judgment_annulled"

    order_ref: str
    annulment_ref: str
    items: tuple[tuple[str, str, BaseUnits], ...]
    """(holding, asset, base units)"""
    values: tuple[Value | None, ...]
    missing: tuple[tuple[str, str, BaseUnits], ...] = ()
    """(holding, asset, base units) that left the case and must be withdrawn for it"""

    def entries(self) -> tuple[Entry, ...]:
        return tuple(
            entry.vest(
                self.on,
                asset,
                amount,
                state_title(self.case, holding),
                claimants(self.case, holding),
                BY_ANNULMENT,
                value,
            )
            for (holding, asset, amount), value in zip(self.items, self.values, strict=True)
        )

    def evolve(self, state: Case, version: int) -> None:
        order = state.orders[self.order_ref]
        order.annulled_on = order.annulled_on or self.on
        for holding, asset, amount in self.items:
            has = order.now[holding]
            has[asset] -= amount
            if not has[asset]:
                del has[asset]
        for holding in order.now:
            state.holdings[holding].in_kind.clear()


@command(Annul)
def annul(world: World, asked: Annul) -> list[Event]:
    """All that the order brought, in what it became.

    An annulment is a fact, whatever the case still holds; so what is there goes back at once. What
    was passed on stays noted until it is withdrawn for the case, and then goes back by the same
    command, given once more.
    """
    order = the_order(world, asked.case, asked.order_ref)
    if order.final_on is None:
        raise Refused(
            "order_not_final",
            f"Order {asked.order_ref} is not final: nothing has become the State's by it.",
            {"order": asked.order_ref},
        )
    world.not_future(asked.annulled_on, "The annulment")
    in_order(order.final_on, asked.annulled_on, "The annulment", "the finality")
    items: Scope = []
    missing: Scope = []
    for holding, has in order.now.items():
        for asset, amount in has.items():
            there = min(amount, world.balances.of(state_title(asked.case, holding), asset))
            if there:
                items.append((holding, asset, there))
            if amount > there:
                missing.append((holding, asset, amount - there))
    if order.annulled_on and not items:
        if not missing:
            raise Refused(
                "order_annulled",
                f"Order {asked.order_ref} was annulled on {order.annulled_on}, and all went back.",
                {"order": asked.order_ref, "annulled_on": order.annulled_on},
            )
        sums = ", ".join(
            f"{world.asset(asset).text(amount)} {asset} for {book(asked.case, holding)}"
            for holding, asset, amount in missing
        )
        raise Refused(
            "already_passed_on",
            f"What is left to give back has left the case: first withdraw {sums}.",
            {"case": asked.case, "order": asked.order_ref, "missing": sums},
        )
    return [
        JudgmentAnnulled(
            on=asked.annulled_on,
            case=asked.case,
            order_ref=asked.order_ref,
            annulment_ref=asked.annulment_ref,
            items=tuple(items),
            values=tuple(world.value(code, amount, asked.annulled_on) for _, code, amount in items),
            missing=tuple(missing),
        )
    ]
