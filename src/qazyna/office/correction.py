"""Correction: nothing is ever struck out; a mistaken entry is mirrored once, and both are kept."""

from datetime import date
from typing import ClassVar, Final

from pydantic import Field

from qazyna.errors import Refused
from qazyna.ledger import entry
from qazyna.ledger.entry import (
    THIS_EVENT,
    Account,
    Authority,
    Entry,
    EntryRef,
    EventRef,
    Posting,
    Value,
)
from qazyna.plan import BaseUnits, Command, Day, Event, Name, State, World, command, event

DIARY: Final = "reserve"
"""The stream of the reserve and the budget."""

AccountTold = tuple[str, str, str]


class Correctable(State):
    """A state that remembers which entries of its stream were reversed."""

    reversed: list[str] = Field(default_factory=list)
    """`version/number` of each"""

    def corrected(self, mirrored: Entry) -> None:
        """Follow the correction, where the state knows more than that it happened."""


class ReverseEntry(Command):
    """Reverse one entry that was booked by mistake. The right one is then recorded anew."""

    kind: ClassVar[str] = "reverse_entry"

    stream: Name
    version: int = Field(gt=0)
    number: int = Field(default=1, gt=0)
    """Which of the event's entries, from 1."""
    reversed_on: Day
    effective_on: Day | None = None
    """The day that a restated report takes it off; the day of the reversal, if not said."""
    reason: Name

    def streams(self) -> tuple[str, ...]:
        return (self.stream,)

    def books(self) -> tuple[str, ...]:
        """All that an event of the stream may have touched: its own books, and the common ones."""
        kind, _, name = self.stream.partition("/")
        own = {"case": f"{name}/", "manager": f"workout/{name}"}.get(kind)
        return (own, "reserve", "budget") if own else ("reserve", "budget")

    def events(self) -> tuple[EventRef, ...]:
        return (EventRef(self.stream, self.version),)


@event
class EntryReversed(Event):
    """The entry counts no more from that day. It carries the postings that it mirrors."""

    kind: ClassVar[str] = "entry_reversed"

    of_stream: str
    version: int
    number: int
    entry_kind: str
    flow: str
    postings: tuple[tuple[str, BaseUnits, AccountTold, AccountTold], ...]
    """(asset, base units, account debited, account credited) of the entry reversed"""
    value: Value | None = None
    effective: date | None = None
    reason: str

    @property
    def stream(self) -> str:
        return self.of_stream

    def mistaken(self) -> Entry:
        return Entry(
            self.entry_kind,
            self.on,
            tuple(
                Posting(asset, amount, Account(*debit), Account(*credit))
                for asset, amount, debit, credit in self.postings
            ),
            self.flow,
            self.value,
        )

    def mirrored(self) -> Entry:
        of = EntryRef(EventRef(self.of_stream, self.version), self.number)
        return entry.effective(entry.reverse(self.on, self.mistaken(), of), self.effective)

    def entries(self) -> tuple[Entry, ...]:
        return (self.mirrored(),)

    def evolve(self, state: State, version: int) -> None:
        if isinstance(state, Correctable):
            state.reversed.append(f"{self.version}/{self.number}")
            state.corrected(self.mirrored())


class CorrectEntry(Command):
    """Reverse an entry of the reserve's diary and book it anew with the right quantity, in one."""

    kind: ClassVar[str] = "correct_entry"

    stream: Name = DIARY
    version: int = Field(gt=0)
    number: int = Field(default=1, gt=0)
    """Which of the event's entries, from 1."""
    quantity: str
    """What it should have said, in the asset's own unit."""
    corrected_on: Day
    """The day of the correction, in an open period."""
    effective_on: Day | None = None
    """The day that the right entry should have counted on; the mistaken one's, if not said."""
    reason: Name

    def streams(self) -> tuple[str, ...]:
        return (self.stream,)

    def books(self) -> tuple[str, ...]:
        return ("reserve", "budget")

    def events(self) -> tuple[EventRef, ...]:
        return (EventRef(self.stream, self.version),)


@event
class EntryCorrected(EntryReversed):
    """The entry counts no more, and the right one counts in its place; both from that day."""

    kind: ClassVar[str] = "entry_corrected"

    amount: BaseUnits
    """of the right entry"""
    authority: str
    """the kind of authority that the right one rests on, as the mistaken one did"""
    new_value: Value | None = None
    new_effective: date | None = None

    def anew(self) -> Entry:
        mistaken = self.mistaken()
        (posting,) = mistaken.postings
        grounds = posting._replace(authority=Authority(self.authority))
        right = mistaken._replace(postings=(grounds,))
        return entry.effective(
            entry.anew(self.on, right, self.amount, self.new_value), self.new_effective
        )

    def entries(self) -> tuple[Entry, ...]:
        """What puts in comes before what takes out."""
        pair = (self.mirrored(), self.anew())
        return pair if self.entry_kind == "expense" else pair[::-1]


_SIMPLE = ("receive", "income", "expense")


@command(CorrectEntry)
def correct_entry(world: World, asked: CorrectEntry) -> list[Event]:
    """Only what the reserve or the budget took in, earned or paid by an act or a statement.

    What a case or a manager has is followed further than its quantity: there an entry is reversed,
    and what is right recorded anew.
    """
    mistaken = _mistaken(world, asked, asked.corrected_on)
    by = mistaken.postings[0].authority
    books = {p.debit.book for p in mistaken.postings}
    if (
        asked.stream != DIARY
        or not books <= {"reserve", "budget"}
        or mistaken.kind not in _SIMPLE
        or by is None
        or by.kind not in ("statement", "appropriation")
    ):
        raise Refused(
            "cannot_correct",
            f"The {mistaken.kind} in {asked.stream} no. {asked.version} is not corrected in one "
            "step: reverse it, and record what is right.",
            {"entry": mistaken.kind, "stream": asked.stream},
        )
    posting = mistaken.postings[0]
    amount = world.asset(posting.asset).amount(asked.quantity)
    undone = mistaken.effective or mistaken.value_date
    day = asked.effective_on or undone
    _in_order(day, asked.corrected_on)
    if (amount, day) == (posting.amount, undone):
        raise Refused(
            "no_difference", "The entry says so already: there is nothing to correct.", {}
        )
    less = posting.amount - amount if mistaken.kind != "expense" else amount - posting.amount
    if less > 0:
        for account in (posting.debit, posting.credit):
            world.held(account, posting.asset, less)
    return [
        EntryCorrected(
            on=asked.corrected_on,
            of_stream=asked.stream,
            version=asked.version,
            number=asked.number,
            entry_kind=mistaken.kind,
            flow=mistaken.flow,
            postings=_told(mistaken),
            value=mistaken.value,
            effective=undone if undone < asked.corrected_on else None,
            reason=asked.reason,
            amount=amount,
            authority=by.kind,
            new_value=world.value(posting.asset, amount, day),
            new_effective=day if day < asked.corrected_on else None,
        )
    ]


@command(ReverseEntry)
def reverse_entry(world: World, asked: ReverseEntry) -> list[Event]:
    """Once, and only what can be taken back without a court.

    A change of title rests on an order, and what was paid or sold under an earlier one has used it
    up; only another order undoes either.
    """
    mistaken = _mistaken(world, asked, asked.reversed_on)
    if asked.effective_on is not None:
        _in_order(asked.effective_on, asked.reversed_on)
    follows = EntryReversed(
        on=asked.reversed_on,
        of_stream=asked.stream,
        version=asked.version,
        number=asked.number,
        entry_kind=mistaken.kind,
        flow=mistaken.flow,
        postings=_told(mistaken),
        value=mistaken.value,
        effective=asked.effective_on,
        reason=asked.reason,
    )
    for posting in follows.entries()[0].postings:
        # A location shrinks when it is credited, a title when it is debited.
        if posting.credit.side == "location":
            world.held(posting.credit, posting.asset, posting.amount)
        if posting.debit.side == "title":
            world.held(posting.debit, posting.asset, posting.amount)
    return [follows]


def _mistaken(world: World, asked: ReverseEntry | CorrectEntry, on: date) -> Entry:
    """The entry that is meant, if it can be taken back, and was not before."""
    world.not_future(on, "The correction")
    happened = world.earlier(EventRef(asked.stream, asked.version))
    entries = happened.entries()
    where = f"{asked.stream} no. {asked.version}"
    if asked.number > len(entries):
        raise Refused(
            "no_such_entry",
            f"{where} ({happened.kind}) has {len(entries)} entries, no entry {asked.number}.",
            {"stream": asked.stream, "version": asked.version, "number": asked.number},
        )
    mistaken = entries[asked.number - 1]
    if on < mistaken.value_date:
        raise Refused(
            "dates_out_of_order",
            f"The correction ({on}) lies before the entry ({mistaken.value_date}).",
            {"earlier": mistaken.value_date, "later": on},
        )
    _may_be_reversed(mistaken, where)
    folded = world.states.get(asked.stream)
    if isinstance(folded, Correctable) and f"{asked.version}/{asked.number}" in folded.reversed:
        raise Refused(
            "already_reversed", f"Entry {asked.number} of {where} was reversed before; once is all."
        )
    return mistaken


def _in_order(day: date, on: date) -> None:
    if day > on:
        raise Refused(
            "dates_out_of_order",
            f"The day that is corrected ({day}) lies after the correction ({on}).",
            {"earlier": day, "later": on},
        )


def _may_be_reversed(mistaken: Entry, where: str) -> None:
    by = mistaken.postings[0].authority
    if mistaken.kind == "reverse":
        why = "it is itself a correction"
    elif mistaken.kind == "vest":
        why = "it changes a title, and so rests on an order"
    elif by is not None and by.event is not THIS_EVENT:
        why = f"it has drawn on an earlier {by.kind}"
    else:
        return
    raise Refused(
        "cannot_reverse",
        f"The {mistaken.kind} in {where} cannot be reversed: {why}. Record the order that undoes "
        "it, or the act that makes it good.",
        {"entry": mistaken.kind},
    )


def _told(mistaken: Entry) -> tuple[tuple[str, int, AccountTold, AccountTold], ...]:
    return tuple(
        (p.asset, p.amount, _account(p.debit), _account(p.credit)) for p in mistaken.postings
    )


def _account(account: Account) -> tuple[str, str, str]:
    return (account.book, account.klass, account.detail)
