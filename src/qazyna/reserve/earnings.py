"""Earnings and costs of holding: interest, charges, and what an assay finds. For any book.

Each is borne by the title that bears the asset, and rests on the statement of whoever holds it.
"""

from typing import ClassVar

from qazyna.errors import Refused
from qazyna.ledger import entry
from qazyna.ledger.entry import Account, Authority, Entry, Value
from qazyna.money import Asset
from qazyna.plan import BaseUnits, Command, Day, Event, Name, Segment, State, World, command, event
from qazyna.reserve.pot import (
    BOOK,
    a_book,
    case_and_holding,
    eligible,
    place,
    source,
    stream_of,
    title,
)
from qazyna.seizure.case import Case

BY_STATEMENT = Authority("statement")


class _OfABook(Command):
    """What these three commands share: a book, an asset in it, where, for whom, by what paper."""

    book: Name = BOOK
    """`reserve`, `budget`, `workout/HF-1`, or a holding of a case, `C-17/1`."""
    asset: Segment
    place: Segment | None = None
    title: Name | None = None
    """For whom it is held, where a case holds for several: `state`, `beneficiaries/V-1`."""
    statement_ref: Name

    def streams(self) -> tuple[str, ...]:
        return (stream_of(self.book),)

    def books(self) -> tuple[str, ...]:
        return (self.book,)


class _AtAPlace(Event):
    """What their three events share."""

    book: str
    asset: str
    amount: BaseUnits
    place: tuple[str, str]
    """(location class, detail)"""
    title: tuple[str, str]
    """(title class, detail)"""
    statement_ref: str
    value: Value | None = None

    @property
    def stream(self) -> str:
        return stream_of(self.book)

    def follow_gain(self, state: State) -> None:
        """The orders by which a case's asset is the State's have their share of what it earned."""
        if isinstance(state, Case) and self.title[0] == "state":
            holding = case_and_holding(self.book)[1]
            state.grew(holding, self.asset, self.asset, self.amount)

    def follow_loss(self, state: State) -> None:
        """And of what it cost."""
        if isinstance(state, Case) and self.title[0] == "state":
            state.turned(case_and_holding(self.book)[1], self.asset, self.amount)

    def gained(self) -> tuple[Entry, ...]:
        at, whose = Account(self.book, *self.place), Account(self.book, *self.title)
        return (
            entry.income(self.on, self.asset, self.amount, at, whose, BY_STATEMENT, self.value),
        )

    def lost(self) -> tuple[Entry, ...]:
        at, whose = Account(self.book, *self.place), Account(self.book, *self.title)
        return (
            entry.expense(self.on, self.asset, self.amount, whose, at, BY_STATEMENT, self.value),
        )


class RecordIncome(_OfABook):
    """Record interest, a rebate, or whatever else a holding earned."""

    kind: ClassVar[str] = "record_income"

    quantity: str
    received_on: Day
    what: Name = "interest"


@event
class IncomeRecorded(_AtAPlace):
    """A holding earned something."""

    kind: ClassVar[str] = "income_recorded"

    what: str

    def entries(self) -> tuple[Entry, ...]:
        return self.gained()

    def evolve(self, state: State, version: int) -> None:
        self.follow_gain(state)


@command(RecordIncome)
def record_income(world: World, asked: RecordIncome) -> list[Event]:
    """To the title that bears the holding, and only of a class the book may hold."""
    on = asked.received_on
    world.not_future(on, "The income")
    asset, at, whose = _incoming(world, asked, on)
    eligible(world, asked.book, asset, on)
    amount = asset.amount(asked.quantity)
    return [
        IncomeRecorded(
            on=on,
            book=asked.book,
            asset=asset.code,
            amount=amount,
            place=(at.klass, at.detail),
            title=(whose.klass, whose.detail),
            statement_ref=asked.statement_ref,
            value=world.value(asset.code, amount, on),
            what=asked.what,
        )
    ]


class RecordCharge(_OfABook):
    """Record a bank charge, an invoice, or whatever else holding an asset cost."""

    kind: ClassVar[str] = "record_charge"

    quantity: str
    charged_on: Day
    what: Name = "bank charge"


@event
class ChargeRecorded(_AtAPlace):
    """Holding an asset cost something."""

    kind: ClassVar[str] = "charge_recorded"

    what: str

    def entries(self) -> tuple[Entry, ...]:
        return self.lost()

    def evolve(self, state: State, version: int) -> None:
        self.follow_loss(state)


@command(RecordCharge)
def record_charge(world: World, asked: RecordCharge) -> list[Event]:
    """From the title that bears the holding, and no more than is there."""
    on = asked.charged_on
    world.not_future(on, "The charge")
    asset, at, whose = _outgoing(world, asked, on)
    amount = asset.amount(asked.quantity)
    world.held(at, asset.code, amount)
    world.held(whose, asset.code, amount)
    return [
        ChargeRecorded(
            on=on,
            book=asked.book,
            asset=asset.code,
            amount=amount,
            place=(at.klass, at.detail),
            title=(whose.klass, whose.detail),
            statement_ref=asked.statement_ref,
            value=world.value(asset.code, amount, on),
            what=asked.what,
        )
    ]


class RecordAssay(_OfABook):
    """Record the fine weight that an assay found where gold is kept."""

    kind: ClassVar[str] = "record_assay"

    asset: Segment = "XAU"
    found: str
    """Fine ounces found there, in all."""
    assayed_on: Day


@event
class AssayRecorded(_AtAPlace):
    """The books follow the assay: the difference was gained or lost."""

    kind: ClassVar[str] = "assay_recorded"

    found: BaseUnits
    more: bool
    """Whether it found more than the books said."""

    def entries(self) -> tuple[Entry, ...]:
        return self.gained() if self.more else self.lost()

    def evolve(self, state: State, version: int) -> None:
        if self.more:
            self.follow_gain(state)
        else:
            self.follow_loss(state)


@command(RecordAssay)
def record_assay(world: World, asked: RecordAssay) -> list[Event]:
    """The difference between what was found and what the books say is at that place."""
    on = asked.assayed_on
    world.not_future(on, "The assay")
    asset, at, whose = _outgoing(world, asked, on)
    if asset.klass != "gold":
        raise Refused(
            "not_assayed",
            f"{asset.code} is {asset.klass}: only gold is assayed.",
            {"asset": asset.code},
        )
    found = asset.amount(asked.found)
    booked = world.balances.of(at, asset.code)
    if not booked:
        raise Refused(
            "nothing_held", f"The books have no {asset.code} at {at.path}.", {"account": at.path}
        )
    if found == booked:
        raise Refused(
            "no_difference",
            f"The assay found {asset.text(found)} {asset.code}, as the books say: "
            "there is nothing to record.",
            {"account": at.path, "found": asset.text(found)},
        )
    amount = abs(found - booked)
    if found < booked:
        world.held(whose, asset.code, amount)
    return [
        AssayRecorded(
            on=on,
            book=asked.book,
            asset=asset.code,
            amount=amount,
            place=(at.klass, at.detail),
            title=(whose.klass, whose.detail),
            statement_ref=asked.statement_ref,
            value=world.value(asset.code, amount, on),
            found=found,
            more=found > booked,
        )
    ]


def _incoming(world: World, asked: _OfABook, on: Day) -> tuple[Asset, Account, Account]:
    a_book(world, asked.book)
    asset = world.asset(asked.asset)
    at = place(world, asked.book, asset, asked.place, on)
    return asset, at, title(world, asked.book, asset, asked.title)


def _outgoing(world: World, asked: _OfABook, on: Day) -> tuple[Asset, Account, Account]:
    a_book(world, asked.book)
    asset = world.asset(asked.asset)
    at = source(world, asked.book, asset, asked.place, on)
    return asset, at, title(world, asked.book, asset, asked.title)
