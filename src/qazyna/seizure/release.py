"""Release: restraint or seizure is lifted, and the asset goes back to its owner."""

from typing import ClassVar

from qazyna.ledger import entry
from qazyna.ledger.entry import Account, Authority, Entry, Value
from qazyna.plan import BaseUnits, Day, Event, Name, Segment, World, command, event
from qazyna.seizure.case import Case, CaseEvent, OfAHolding, book, claimants, in_order, the_holding
from qazyna.seizure.custody import whole_place


class ReleaseHolding(OfAHolding):
    """Give back what an order returns to its owner."""

    kind: ClassVar[str] = "release_holding"

    asset: Segment
    quantity: str
    released_on: Day
    order_ref: Name
    assumed: tuple[str, ...] = ()


@event
class SeizureLifted(CaseEvent):
    """The claimants' title ends: the asset is its owner's again."""

    kind: ClassVar[str] = "seizure_lifted"

    holding: str
    asset: str
    amount: BaseUnits
    out_of: tuple[str, str]
    order_ref: str
    assumed: tuple[str, ...] = ()
    value: Value | None = None

    def entries(self) -> tuple[Entry, ...]:
        pot = book(self.case, self.holding)
        return (
            entry.release(
                self.on,
                self.asset,
                self.amount,
                claimants(self.case, self.holding),
                Account(pot, *self.out_of),
                Authority("release_order"),
                self.value,
            ),
        )

    def evolve(self, state: Case, version: int) -> None:
        held = state.holdings[self.holding]
        if held.sold:
            held.part_with(self.asset, self.amount)


@command(ReleaseHolding)
def release_holding(world: World, asked: ReleaseHolding) -> list[Event]:
    """Only what is still the claimants', and only from where it is."""
    held = the_holding(world, asked.case, asked.holding)
    world.not_future(asked.released_on, "The release")
    in_order(held.seized_on, asked.released_on, "The release", "the seizure")
    amount = world.asset(asked.asset).amount(asked.quantity)
    world.held(claimants(asked.case, asked.holding), asked.asset, amount)
    place = whole_place(world, book(asked.case, asked.holding), asked.asset, amount)
    return [
        SeizureLifted(
            on=asked.released_on,
            case=asked.case,
            holding=asked.holding,
            asset=asked.asset,
            amount=amount,
            out_of=(place.klass, place.detail),
            order_ref=asked.order_ref,
            assumed=asked.assumed,
            value=world.value(asked.asset, amount, asked.released_on),
        )
    ]
