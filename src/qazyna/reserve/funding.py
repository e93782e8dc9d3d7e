"""Funding: what the State puts into its reserve, and what it takes out again."""

from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from qazyna.errors import Refused
from qazyna.ledger import entry
from qazyna.ledger.entry import Account, Authority, Entry, Value
from qazyna.plan import BaseUnits, Command, Day, Event, Name, Segment, World, command, event
from qazyna.reserve.pot import BOOK, TITLE, Reserve, eligible, place, source
from qazyna.seizure.case import book, state_title, the_case, the_holding


class Item(BaseModel):
    """So much of one asset, at one place; where none is named, the law's own bank or vault."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    asset: Segment
    quantity: str
    place: Segment | None = None


class Appropriate(Command):
    """Record what an act of the State put into the reserve."""

    kind: ClassVar[str] = "appropriate"

    items: tuple[Item, ...] = Field(min_length=1, max_length=100)
    appropriated_on: Day
    act_ref: Name
    note: str | None = None

    def streams(self) -> tuple[str, ...]:
        return (BOOK,)

    def books(self) -> tuple[str, ...]:
        return (BOOK,)


@event
class ReserveAppropriated(Event):
    """Assets are the reserve's, by an act."""

    kind: ClassVar[str] = "reserve_appropriated"
    private: ClassVar[frozenset[str]] = frozenset({"note"})

    items: tuple[tuple[str, BaseUnits, str, str, Value | None], ...]
    """(asset, base units, location class, detail, value)"""
    act_ref: str
    note: str | None = None

    @property
    def stream(self) -> str:
        return BOOK

    def entries(self) -> tuple[Entry, ...]:
        by = Authority("appropriation")
        return tuple(
            entry.receive(self.on, asset, amount, Account(BOOK, klass, at), TITLE, by, value)
            for asset, amount, klass, at, value in self.items
        )

    def evolve(self, state: Reserve, version: int) -> None:
        state.note(self.act_ref, version)


@command(Appropriate)
def appropriate(world: World, asked: Appropriate) -> list[Event]:
    """Only classes that the law admits to the reserve, and only where it keeps them."""
    on = asked.appropriated_on
    world.not_future(on, "The appropriation")
    items: list[tuple[str, int, str, str, Value | None]] = []
    for item in asked.items:
        asset = world.asset(item.asset)
        amount = asset.amount(item.quantity)
        eligible(world, BOOK, asset, on)
        if asset.klass not in ("currency", "gold", "crypto"):
            raise Refused(
                "not_appropriable",
                f"{asset.code} is an interest in a fund: it is subscribed or received, "
                "never appropriated.",
                {"asset": asset.code},
            )
        at = place(world, BOOK, asset, item.place, on)
        value = world.value(asset.code, amount, on)
        items.append((asset.code, amount, at.klass, at.detail, value))
    return [ReserveAppropriated(on=on, items=tuple(items), act_ref=asked.act_ref, note=asked.note)]


class Withdraw(Command):
    """Record what a decision took out of the reserve: for the budget, or back to a case."""

    kind: ClassVar[str] = "withdraw"

    asset: Segment
    quantity: str
    withdrawn_on: Day
    to: Literal["budget", "case"] = "budget"
    case: Name | None = None
    holding: Segment | None = None
    place: Segment | None = None
    """Where the reserve keeps it; the law's own bank or vault when not said."""
    decision_ref: Name

    def streams(self) -> tuple[str, ...]:
        return (BOOK, f"case/{self.case}") if self.case else (BOOK,)

    def books(self) -> tuple[str, ...]:
        return (BOOK, self.target)

    @property
    def target(self) -> str:
        """The book that receives it."""
        return book(self.case or "", self.holding or "") if self.to == "case" else "budget"


@event
class ReserveWithdrawn(Event):
    """An asset of the reserve is the budget's, or again of the case from which it came."""

    kind: ClassVar[str] = "reserve_withdrawn"

    asset: str
    amount: BaseUnits
    place: tuple[str, str]
    """(location class, detail): the same before and after"""
    target: str
    decision_ref: str
    value: Value | None = None

    @property
    def stream(self) -> str:
        return BOOK

    def entries(self) -> tuple[Entry, ...]:
        owner = "budget" if self.target == "budget" else "state"
        return (
            entry.transfer(
                self.on,
                self.asset,
                self.amount,
                (Account(BOOK, *self.place), TITLE),
                (Account(self.target, *self.place), Account(self.target, owner)),
                Authority("decision"),
                self.value,
                flow="withdrawal",
            ),
        )

    def evolve(self, state: Reserve, version: int) -> None:
        state.note(self.decision_ref, version)


@command(Withdraw)
def withdraw(world: World, asked: Withdraw) -> list[Event]:
    """To the budget what it may hold; to a case only what an annulled judgment gives back to it."""
    on = asked.withdrawn_on
    world.not_future(on, "The withdrawal")
    asset = world.asset(asked.asset)
    amount = asset.amount(asked.quantity)
    if asked.to == "case":
        if not asked.case or not asked.holding:
            raise Refused("no_case", "A withdrawal for a case must name the case and its holding.")
        the_holding(world, asked.case, asked.holding)
        orders = the_case(world, asked.case).orders.values()
        if not any(order.annulled_on and order.annulled_on <= on for order in orders):
            raise Refused(
                "not_annulled",
                f"No judgment in case {asked.case} was annulled by {on}: the reserve keeps "
                "what a final order gave it.",
                {"case": asked.case},
            )
        target = state_title(asked.case, asked.holding).book
    else:
        target = "budget"
    eligible(world, target, asset, on)
    at = source(world, BOOK, asset, asked.place, on)
    world.held(at, asset.code, amount)
    return [
        ReserveWithdrawn(
            on=on,
            asset=asset.code,
            amount=amount,
            place=(at.klass, at.detail),
            target=target,
            decision_ref=asked.decision_ref,
            value=world.value(asset.code, amount, on),
        )
    ]
