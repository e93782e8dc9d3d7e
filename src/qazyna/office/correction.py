"""Correction: nothing is ever struck out; a mistaken entry is mirrored once, and both are kept."""

from typing import ClassVar

from pydantic import Field

from qazyna.errors import Refused
from qazyna.ledger import entry
from qazyna.ledger.entry import THIS_EVENT, Account, Entry, EntryRef, EventRef, Posting, Value
from qazyna.plan import BaseUnits, Command, Day, Event, Name, State, World, command, event


class Correctable(State):
    """A state that remembers which entries of its stream were reversed."""

    reversed: list[str] = []
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
    postings: tuple[tuple[str, BaseUnits, tuple[str, str, str], tuple[str, str, str]], ...]
    """(asset, base units, account debited, account credited) of the entry reversed"""
    value: Value | None = None
    reason: str

    @property
    def stream(self) -> str:
        return self.of_stream

    def entries(self) -> tuple[Entry, ...]:
        mistaken = Entry(
            self.entry_kind,
            self.on,
            tuple(
                Posting(asset, amount, Account(*debit), Account(*credit))
                for asset, amount, debit, credit in self.postings
            ),
            self.flow,
            self.value,
        )
        of = EntryRef(EventRef(self.of_stream, self.version), self.number)
        return (entry.reverse(self.on, mistaken, of),)

    def evolve(self, state: State, version: int) -> None:
        if isinstance(state, Correctable):
            state.reversed.append(f"{self.version}/{self.number}")
            state.corrected(self.entries()[0])


@command(ReverseEntry)
def reverse_entry(world: World, asked: ReverseEntry) -> list[Event]:
    """Once, and only what can be taken back without a court.

    A change of title rests on an order, and what was paid or sold under an earlier one has used it
    up; only another order undoes either.
    """
    world.not_future(asked.reversed_on, "The correction")
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
    if asked.reversed_on < mistaken.value_date:
        raise Refused(
            "dates_out_of_order",
            f"The correction ({asked.reversed_on}) lies before the entry ({mistaken.value_date}).",
            {"earlier": mistaken.value_date, "later": asked.reversed_on},
        )
    _may_be_reversed(mistaken, where)
    folded = world.states.get(asked.stream)
    if isinstance(folded, Correctable) and f"{asked.version}/{asked.number}" in folded.reversed:
        raise Refused(
            "already_reversed", f"Entry {asked.number} of {where} was reversed before; once is all."
        )
    follows = EntryReversed(
        on=asked.reversed_on,
        of_stream=asked.stream,
        version=asked.version,
        number=asked.number,
        entry_kind=mistaken.kind,
        flow=mistaken.flow,
        postings=tuple(
            (p.asset, p.amount, _account(p.debit), _account(p.credit)) for p in mistaken.postings
        ),
        value=mistaken.value,
        reason=asked.reason,
    )
    for posting in follows.entries()[0].postings:
        # A location shrinks when it is credited, a title when it is debited.
        if posting.credit.side == "location":
            world.held(posting.credit, posting.asset, posting.amount)
        if posting.debit.side == "title":
            world.held(posting.debit, posting.asset, posting.amount)
    return [follows]


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


def _account(account: Account) -> tuple[str, str, str]:
    return (account.book, account.klass, account.detail)
