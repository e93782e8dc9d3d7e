"""Interlocutory sale: what would lose its value before judgment is sold now, by leave of the court.

The court orders it after hearing the parties. What it is sold for is still the claimants'.
"""

from datetime import date
from typing import ClassVar

from qazyna.blueprint import Law
from qazyna.errors import Refused
from qazyna.ledger.entry import Entry, Grant
from qazyna.plan import BaseUnits, Day, Event, Name, Segment, World, command, event
from qazyna.seizure.case import (
    Case,
    CaseEvent,
    OfAHolding,
    SaleOrder,
    book,
    claimants,
    in_order,
    the_case,
    the_holding,
)

INTERLOCUTORY = "interlocutory_sale"


class OrderInterlocutorySale(OfAHolding):
    """Record that a court let an asset be sold before the final order."""

    kind: ClassVar[str] = "order_interlocutory_sale"

    order_ref: Name
    ordered_on: Day
    parties_heard_on: Day
    asset: Segment
    quantity: str


@event
class InterlocutorySaleOrdered(CaseEvent):
    """So much of the claimants' asset may be sold, and no more."""

    kind: ClassVar[str] = "interlocutory_sale_ordered"

    order_ref: str
    holding: str
    asset: str
    amount: BaseUnits
    parties_heard_on: date | None = None
    """None where an old register does not say."""
    assumed: tuple[str, ...] = ()

    def grants(self, entries: tuple[Entry, ...]) -> tuple[Grant, ...]:
        return (Grant("interlocutory", book(self.case, self.holding), self.asset, self.amount),)

    def evolve(self, state: Case, version: int) -> None:
        state.sale_orders[self.order_ref] = SaleOrder(
            version=version,
            ordered_on=self.on,
            holding=self.holding,
            asset=self.asset,
            left=self.amount,
        )


@command(OrderInterlocutorySale)
def order_interlocutory_sale(world: World, asked: OrderInterlocutorySale) -> list[Event]:
    """Where the law has it, after the parties were heard, and of what the claimants have."""
    held = the_holding(world, asked.case, asked.holding)
    world.not_future(asked.ordered_on, "The order")
    permitted(world.law(asked.ordered_on), INTERLOCUTORY)
    in_order(held.seized_on, asked.ordered_on, "The order", "the seizure")
    in_order(asked.parties_heard_on, asked.ordered_on, "The order", "the hearing of the parties")
    if asked.order_ref in the_case(world, asked.case).sale_orders:
        raise Refused(
            "duplicate_order",
            f"Case {asked.case} already has an order {asked.order_ref}.",
            {"case": asked.case, "order": asked.order_ref},
        )
    amount = world.asset(asked.asset).amount(asked.quantity)
    world.held(claimants(asked.case, asked.holding), asked.asset, amount)
    return [
        InterlocutorySaleOrdered(
            on=asked.ordered_on,
            case=asked.case,
            order_ref=asked.order_ref,
            holding=asked.holding,
            asset=asked.asset,
            amount=amount,
            parties_heard_on=asked.parties_heard_on,
        )
    ]


def permitted(law: Law, mechanism: str) -> None:
    """Refuse a way of disposing of an asset that the law does not have."""
    if mechanism not in law.mechanisms:
        raise Refused(
            "disposal_not_permitted",
            f"“{mechanism[:40]}” is not permitted: the blueprint allows "
            f"{', '.join(sorted(law.mechanisms))}.",
            {"mechanism": mechanism[:40]},
            "disposition.mechanisms",
        )
