"""Funding: what the State puts into its reserve, and what it takes out again."""

from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from qazyna.errors import Refused
from qazyna.ledger import entry
from qazyna.ledger.entry import Account, Authority, Entry, Value
from qazyna.money import Asset
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
    """Record what a decision took out of the reserve: for the budget, or back to a case.

    What an annulled judgment had brought the budget goes back to its case the same way.
    """

    kind: ClassVar[str] = "withdraw"

    asset: Segment
    quantity: str
    withdrawn_on: Day
    out_of: Literal["reserve", "budget"] = "reserve"
    to: Literal["budget", "case"] = "budget"
    case: Name | None = None
    holding: Segment | None = None
    place: Segment | None = None
    """Where it is kept; the one place there is, or the law's own, when not said."""
    decision_ref: Name

    def streams(self) -> tuple[str, ...]:
        return (BOOK, f"case/{self.case}") if self.case else (BOOK,)

    def books(self) -> tuple[str, ...]:
        return (self.out_of, self.target)

    @property
    def target(self) -> str:
        """The book that receives it."""
        return book(self.case or "", self.holding or "") if self.to == "case" else "budget"


@event
class ReserveWithdrawn(Event):
    """An asset of the reserve is the budget's, or it is again the case's from which it came."""

    kind: ClassVar[str] = "reserve_withdrawn"

    asset: str
    amount: BaseUnits
    out_of: str = BOOK
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
                (Account(self.out_of, *self.place), Account(self.out_of, self.out_of)),
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
        _owed_to_the_case(world, asked, asset, amount)
    elif asked.out_of == "budget":
        raise Refused("same_book", "What is the budget's cannot be withdrawn for the budget.")
    eligible(world, asked.target, asset, on)
    at = source(world, asked.out_of, asset, asked.place, on)
    world.held(at, asset.code, amount)
    return [
        ReserveWithdrawn(
            on=on,
            asset=asset.code,
            amount=amount,
            out_of=asked.out_of,
            place=(at.klass, at.detail),
            target=asked.target,
            decision_ref=asked.decision_ref,
            value=world.value(asset.code, amount, on),
        )
    ]


def _owed_to_the_case(world: World, asked: Withdraw, asset: Asset, amount: int) -> None:
    """Refuse more than annulled orders had brought, and the case does not have back yet."""
    if not asked.case or not asked.holding:
        raise Refused("no_case", "A withdrawal for a case must name the case and its holding.")
    the_holding(world, asked.case, asked.holding)
    annulled = [
        order
        for order in the_case(world, asked.case).orders.values()
        if order.annulled_on and order.annulled_on <= asked.withdrawn_on
    ]
    if not annulled:
        raise Refused(
            "not_annulled",
            f"No judgment in case {asked.case} was annulled by {asked.withdrawn_on}: "
            "what a final order gave stays given.",
            {"case": asked.case},
        )
    brought = sum(order.now.get(asked.holding, {}).get(asset.code, 0) for order in annulled)
    there = world.balances.of(state_title(asked.case, asked.holding), asset.code)
    if amount > brought - there:
        owed = asset.text(max(brought - there, 0))
        raise Refused(
            "more_than_owed",
            f"The annulled judgment had brought {owed} {asset.code} that {asked.target} does not "
            f"have back; {asset.text(amount)} was to be withdrawn for it.",
            {"book": asked.target, "asset": asset.code, "owed": owed},
        )
