"""An entry of the ledger: what happened to whose asset, where, and by what right.

A *posting* is one row: an asset, a positive amount, the account debited, the account credited, both
of one book. So nothing can be unbalanced. An *entry* is one posting, or two that are nothing apart:
what went out and what came in (`exchange`), what left one book and entered another (`transfer`).

The functions below are the kinds of entry there are. Each builds an entry that the chart allows, or
raises: an entry that it does not allow is a mistake of the program, never of the person.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from qazyna.errors import InvariantBroken
from qazyna.ledger import chart


class Account(NamedTuple):
    """One place, or one title, in one book. Its path begins with the book: `C-17/1/custody/AFM`."""

    book: str
    klass: str
    detail: str = ""

    @property
    def path(self) -> str:
        book, klass, detail = self
        return f"{book}/{klass}/{detail}" if detail else f"{book}/{klass}"

    @property
    def side(self) -> str:
        return chart.side(self.klass)


class EventRef(NamedTuple):
    """The event at a position of a stream; `version` 0 is the very event that books the entry."""

    stream: str = ""
    version: int = 0


THIS_EVENT = EventRef()


class Authority(NamedTuple):
    """What the entry rests on: a kind of authority, and the event that gave it."""

    kind: str
    event: EventRef = THIS_EVENT


class Grant(NamedTuple):
    """What an event allows: so much of one asset of one book, by one kind of authority. Drawn down
    by the postings that rest on it, and never overdrawn."""

    kind: str
    book: str
    asset: str
    amount: int


class Posting(NamedTuple):
    """`amount` base units of `asset`, from the account credited to the account debited."""

    asset: str
    amount: int
    debit: Account
    credit: Account
    authority: Authority | None = None


@dataclass(frozen=True, slots=True)
class Value:
    """The value agreed or found when it was booked. Quantities are the ledger's, money is said
    beside them; what has no price has no `Value`."""

    amount: Decimal
    currency: str
    source: str


class EntryRef(NamedTuple):
    """The n-th entry (from 1) of an event."""

    event: EventRef
    number: int


class Entry(NamedTuple):
    """One or two postings that stand or fall together, on one value date."""

    kind: str
    value_date: date
    postings: tuple[Posting, ...]
    flow: str
    value: Value | None = None
    reverses: EntryRef | None = None
    effective: date | None = None
    """the earlier day that it corrects; a restated report counts it there"""


def receive(
    on: date,
    asset: str,
    amount: int,
    into: Account,
    title: Account,
    authority: Authority | None = None,
    value: Value | None = None,
) -> Entry:
    """An asset enters: seizure, appropriation, a fork or an airdrop. Dr location, Cr title."""
    return _allowed(
        Entry("receive", on, (Posting(asset, amount, into, title, authority),), "inflow", value)
    )


def move(on: date, asset: str, amount: int, into: Account, out_of: Account) -> Entry:
    """It is elsewhere now, and still whose it was: a sweep, a deposit, a loss. Dr, Cr location."""
    return _allowed(Entry("move", on, (Posting(asset, amount, into, out_of),), "internal"))


def vest(
    on: date,
    asset: str,
    amount: int,
    was: Account,
    becomes: Account,
    authority: Authority,
    value: Value | None = None,
) -> Entry:
    """It is somebody else's now, and still where it was: a final order, an award. Dr, Cr title."""
    posting = Posting(asset, amount, was, becomes, authority)
    return _allowed(Entry("vest", on, (posting,), "internal", value))


def transfer(
    on: date,
    asset: str,
    amount: int,
    leaves: tuple[Account, Account],
    enters: tuple[Account, Account],
    authority: Authority,
    value: Value | None = None,
    flow: str = "inflow",
) -> Entry:
    """The same units leave one book and enter another. Each pair is (location, title)."""
    place, title = leaves
    new_place, new_title = enters
    legs = (
        Posting(asset, amount, title, place, authority),
        Posting(asset, amount, new_place, new_title),
    )
    return _allowed(Entry("transfer", on, legs, flow, value))


def exchange(
    on: date,
    title: Account,
    given: tuple[str, int, Account],
    taken: tuple[str, int, Account],
    authority: Authority | None = None,
    value: Value | None = None,
) -> Entry:
    """One asset out, another in, under one title: a sale, a currency deal, a subscription at NAV.

    Each side is (asset, amount, location). There is no clearing account and no gain here: a gain is
    what valuation says about it.
    """
    out_asset, out_amount, out_of = given
    in_asset, in_amount, into = taken
    legs = (
        Posting(out_asset, out_amount, title, out_of, authority),
        Posting(in_asset, in_amount, into, title),
    )
    return _allowed(Entry("exchange", on, legs, "internal", value))


def income(
    on: date,
    asset: str,
    amount: int,
    into: Account,
    title: Account,
    authority: Authority,
    value: Value | None = None,
) -> Entry:
    """What a holding earned: interest, a distribution, a rebate. Dr location, Cr title."""
    posting = Posting(asset, amount, into, title, authority)
    return _allowed(Entry("income", on, (posting,), "income", value))


def expense(
    on: date,
    asset: str,
    amount: int,
    title: Account,
    out_of: Account,
    authority: Authority,
    value: Value | None = None,
) -> Entry:
    """What holding it cost: a network fee, a bank charge, a write-off. Dr title, Cr location."""
    posting = Posting(asset, amount, title, out_of, authority)
    return _allowed(Entry("expense", on, (posting,), "cost", value))


def release(
    on: date,
    asset: str,
    amount: int,
    title: Account,
    out_of: Account,
    authority: Authority,
    value: Value | None = None,
    flow: str = "withdrawal",
) -> Entry:
    """It leaves us: to its owner, a beneficiary, the treasury. Dr title, Cr location."""
    posting = Posting(asset, amount, title, out_of, authority)
    return _allowed(Entry("release", on, (posting,), flow, value))


def reverse(on: date, entry: Entry, ref: EntryRef) -> Entry:
    """Mirror an entry once, accounts swapped, both legs or none. It rests on a correction."""
    mirrored = tuple(
        Posting(p.asset, p.amount, p.credit, p.debit, Authority("correction"))
        for p in entry.postings
    )
    return _allowed(Entry("reverse", on, mirrored, "internal", entry.value, reverses=ref))


def anew(on: date, entry: Entry, amount: int, value: Value | None) -> Entry:
    """The same entry of one posting, of the right amount, and for the same reason as before."""
    (posting,) = entry.postings
    return _allowed(Entry(entry.kind, on, (posting._replace(amount=amount),), entry.flow, value))


def effective(entry: Entry, day: date | None) -> Entry:
    """The same entry, as one that corrects an earlier day. Its own day needs no saying."""
    if day is None or day == entry.value_date:
        return entry
    if day > entry.value_date:
        raise InvariantBroken(f"an entry of {entry.value_date} cannot correct {day}")
    return entry._replace(effective=day)


def grants_for(entries: tuple[Entry, ...]) -> tuple[Grant, ...]:
    """What an event must grant so that its own entries may stand on it, and not one unit more."""
    sums: dict[tuple[str, str, str], int] = {}
    for entry in entries:
        for posting in entry.postings:
            by = posting.authority
            if by is not None and by.event is THIS_EVENT:
                key = (by.kind, posting.debit.book, posting.asset)
                sums[key] = sums.get(key, 0) + posting.amount
    return tuple(Grant(*key, amount) for key, amount in sums.items())


def rules_of(entry: Entry) -> tuple[chart.Rule, ...]:
    """The rules the entry needs, one a leg; the chart must have them all."""
    kind, postings = entry.kind, entry.postings
    first = _rule(kind, 1, postings[0], "")
    if len(postings) == 1:
        return (first,)
    tied = postings[0].debit.klass if kind in chart.TWO_LEGGED else ""
    return first, _rule(kind, 2, postings[1], tied)


def _rule(kind: str, leg: int, posting: Posting, counter: str) -> chart.Rule:
    _, _, debit, credit, by = posting
    return kind, leg, debit.klass, credit.klass, counter, by.kind if by else chart.NONE


def _allowed(entry: Entry) -> Entry:
    if not chart.RULES.issuperset(rules_of(entry)):
        unknown = set(rules_of(entry)) - chart.RULES
        raise InvariantBroken(f"the chart of accounts has no {sorted(unknown)}")
    for asset, amount, debit, credit, _ in entry.postings:
        if amount <= 0:
            raise InvariantBroken(f"{entry.kind} of {amount} {asset}")
        if debit.book != credit.book or debit == credit:
            raise InvariantBroken(f"{debit.path} and {credit.path} cannot be joined")
    if len(entry.postings) == 2:
        out, back = entry.postings
        same_book = out.debit.book == back.debit.book
        if entry.kind == "exchange" and (out.debit != back.credit or out.asset == back.asset):
            raise InvariantBroken("an exchange keeps its title and changes its asset")
        if entry.kind == "transfer" and (
            same_book or (out.asset, out.amount) != (back.asset, back.amount)
        ):
            raise InvariantBroken("a transfer moves the same units to another book")
    return entry


def with_value(entry: Entry, value: Value | None) -> Entry:
    """The same entry, with what it was worth said beside it."""
    return entry._replace(value=value)
