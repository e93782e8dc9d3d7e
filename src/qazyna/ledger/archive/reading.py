"""Reading an archive line by line: what each line names and tells, its numbers within bounds.

What is read here has the shape of an archive and nothing more; whether its books hold is asked in
`sheet.py`. A file that is no archive, or not a whole one, is refused with the line where it fails.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256
from itertools import chain, repeat
from typing import Any, Final

from qazyna.errors import InvariantBroken, Refused
from qazyna.ledger.archive.record import Granted, Recorded
from qazyna.ledger.archive.writing import NONE, VERSION
from qazyna.ledger.entry import Account, Authority, Entry, EntryRef, EventRef, Grant, Posting, Value
from qazyna.money import Asset

Numbers = dict[str, list[int]]
Triple = tuple[str, str, str]

FAR: Final = 1 << 40
"""More than any version of a stream, or number of an entry, will ever be."""

_UNREADABLE = (ValueError, TypeError, KeyError, AttributeError, LookupError, RecursionError)


def broken(line: int, what: str) -> Refused:
    """The refusal of a file that is not, or not wholly, an archive."""
    return Refused(
        "archive_broken",
        f"Line {line}: {what}. Nothing of this file can be relied on; export it again.",
        {"line": line},
    )


@dataclass(frozen=True, slots=True)
class Header:
    """The first line: the assets."""

    assets: dict[str, Asset]


@dataclass(frozen=True, slots=True)
class Block:
    """One line: what it names anew, and its columns."""

    line: int
    words: list[str]
    places: list[Triple]
    """class, detail, asset"""
    rights: list[Triple]
    """authority, kind of event that grants it, asset"""
    manners: list[Triple]
    """kind of entry, kind of event, flow"""
    holdings: Numbers
    grants: Numbers
    days: list[tuple[date, int]]
    """value dates, each with how many entries; they come in order"""
    entries: Numbers
    told: dict[str, str]
    """what is said beside each entry, unread: recorded_at, effective, value, currency, source"""
    first: Numbers
    second: Numbers
    reverses: Numbers
    reversed: list[int]
    held: Numbers


_BESIDE = ("recorded_at", "effective", "value", "currency", "source")
_PLACE = ("stream", "version", "number")
_LEG = ("debit", "credit", "quantity", "grant")


def blocks(lines: Iterable[bytes]) -> Iterator[Header | Block]:
    """The header, then every block. The last line's counts and digest must fit all before it."""
    digest, shape = sha256(), _Shape()
    number, ended = 0, False
    for line in lines:
        number += 1
        if ended:
            raise broken(number, "something stands after the end")
        try:
            told = json.loads(line)
            if number == 1:
                found: Header | Block = _header(told)
            elif "end" in told:
                _check_end(told["end"], shape.counts, digest.hexdigest())
                ended = True
                continue
            else:
                found = shape.block(number, told)
        except _UNREADABLE as error:
            raise broken(number, f"this is no line of an archive ({error})") from None
        digest.update(line)
        yield found
    if not ended:
        raise broken(number + 1, "the file breaks off: its last line is missing")


def _header(told: dict[str, Any]) -> Header:
    if told.get("qazyna_archive") != VERSION:
        raise ValueError(f"an archive of version {VERSION} begins otherwise")
    try:
        assets = [Asset(code, klass, scale, 0, name) for code, klass, scale, name in told["assets"]]
    except InvariantBroken as error:
        raise ValueError(str(error)) from None
    if any(type(asset.code) is not str or type(asset.scale) is not int for asset in assets):
        raise ValueError("an asset has no code, or no scale")
    found = {asset.code: asset for asset in assets}
    if len(found) < len(assets):
        raise ValueError("an asset is listed twice")
    return Header(found)


def _check_end(told: dict[str, Any], counts: dict[str, int], digest: str) -> None:
    for what, count in counts.items():
        if told[what] != count:
            raise ValueError(f"the end tells of {told[what]} {what}, and there are {count}")
    if told["sha256"] != digest:
        raise ValueError("the digest of all before is another: the file was altered or damaged")


class _Shape:
    """How much there was so far."""

    def __init__(self) -> None:
        self.counts = {"grants": 0, "entries": 0, "postings": 0, "held": 0}
        self._words = 0

    def block(self, line: int, told: dict[str, Any]) -> Block:
        words = told.get("words", [])
        if not set(map(type, words)) <= {str}:
            raise ValueError("a word is no text")
        self._words += len(words)
        places, rights, manners = (
            self._triples(told, name) for name in ("places", "rights", "manners")
        )
        holdings = self._table(told, "holdings", ("book", "place"))
        grants = self._table(told, "grants", ("stream", "version", "right", "book", "granted"))
        self.counts["grants"] += len(grants["book"])
        entries = self._table(told, "entries", (*_PLACE, "manner"))
        count = len(entries["manner"])
        beside = {name: told["entries"][name] for name in _BESIDE} if count else {}
        if any(column.count(" ") + 1 != count for column in beside.values()):
            raise ValueError("what is said beside the entries does not fit them")
        first = self._table(told, "first", _LEG)
        second = self._table(told, "second", ("of", *_LEG))
        days = [(date.fromisoformat(day), int(many)) for day, many in told.get("days", [])]
        if sum(many for _, many in days) != count or any(many < 1 for _, many in days):
            raise ValueError("its days do not add up to its entries")
        if len(first["debit"]) != count or max(second["of"], default=-1) >= count:
            raise ValueError("its legs do not fit its entries")
        reverses = self._table(told, "reverses", ("at", *_PLACE))
        reversed_ = self._table(told, "reversed", ("at",))["at"]
        if max((*reverses["at"], *reversed_), default=-1) >= count:
            raise ValueError("its reversals do not fit its entries")
        held = self._table(told, "held", ("holding", "quantity"))
        self.counts["entries"] += count
        self.counts["postings"] += count + len(second["of"])
        self.counts["held"] += len(held["holding"])
        return Block(
            *(line, words, places, rights, manners, holdings, grants, days, entries, beside),
            *(first, second, reverses, reversed_, held),
        )

    def _triples(self, told: dict[str, Any], name: str) -> list[Triple]:
        found = [(first, second, third) for first, second, third in told.get(name, [])]
        if not set(map(type, chain.from_iterable(found))) <= {str}:
            raise ValueError(f"something in {name} is no text")
        return found

    def _table(self, told: dict[str, Any], table: str, names: tuple[str, ...]) -> Numbers:
        if table not in told:
            return {name: [] for name in names}
        columns = {name: _numbers(told[table][name]) for name in names}
        if len(set(map(len, columns.values()))) > 1:
            raise ValueError(f"the columns of {table} differ in length")
        # All other numbers are looked up where they are used, and miss.
        limits = {"stream": self._words, "of": FAR, "at": FAR, "version": FAR, "number": FAR}
        for name, limit in limits.items():
            if max(columns.get(name, ()), default=-1) >= limit:
                raise ValueError(f"the column {name} of {table} points at nothing")
        return columns


def _numbers(column: str) -> list[int]:
    """The numbers of a column, in digits alone: no sign, no point."""
    if not column.isascii() or "-" in column or "+" in column or "_" in column:
        raise ValueError("a number is not written in digits")
    return list(map(int, column.split()))


# ── The same, entry by entry ────────────────────────────────────────────────────────────────────


@dataclass
class _Names:
    """All that was named so far, by number."""

    words: list[str] = field(default_factory=list)
    places: list[Triple] = field(default_factory=list)
    rights: list[Triple] = field(default_factory=list)
    manners: list[Triple] = field(default_factory=list)
    holdings: list[tuple[Account, str]] = field(default_factory=list)
    grants: list[Granted] = field(default_factory=list)


def read(lines: Iterable[bytes]) -> Iterator[Granted | Recorded]:
    """Every grant, then every entry, as they were recorded. Nothing is verified but the shape."""
    names = _Names()
    for block in blocks(lines):
        if isinstance(block, Header):
            continue
        try:
            yield from _told(block, names)
        except (ValueError, ArithmeticError, LookupError) as error:
            raise broken(block.line, f"an entry cannot be read ({error})") from None


def _told(block: Block, names: _Names) -> Iterator[Granted | Recorded]:
    names.words += block.words
    names.places += block.places
    names.rights += block.rights
    names.manners += block.manners
    for book, place in zip(*block.holdings.values(), strict=True):
        klass, detail, asset = names.places[place]
        names.holdings.append((Account(names.words[book], klass, detail), asset))
    granted = list(_grants(block, names))
    names.grants += granted
    yield from granted
    yield from _entries(block, names)


def _grants(block: Block, names: _Names) -> Iterator[Granted]:
    for stream, version, right, book, granted in zip(*block.grants.values(), strict=True):
        authority, event, asset = names.rights[right]
        grant = Grant(authority, names.words[book], asset, granted)
        yield Granted(EventRef(names.words[stream], version), event, grant)


def _entries(block: Block, names: _Names) -> Iterator[Recorded]:
    days = chain.from_iterable(repeat(day, many) for day, many in block.days)
    seconds = dict(zip(block.second["of"], _legs(block.second, names), strict=True))
    reverses = {
        at: EntryRef(EventRef(names.words[stream], version), number)
        for at, stream, version, number in zip(*block.reverses.values(), strict=True)
    }
    reversed_ = set(block.reversed)
    places = zip(*block.entries.values(), strict=True)
    beside = zip(*(column.split() for column in block.told.values()), strict=True)
    legs = _legs(block.first, names)
    for at, (day, place, said, first) in enumerate(zip(days, places, beside, legs, strict=True)):
        stream, version, number, manner = place
        kind, event, flow = names.manners[manner]
        both = (first, seconds[at]) if at in seconds else (first,)
        recorded_at, effective, *money = said
        corrects = None if effective == NONE else date.fromisoformat(effective)
        yield Recorded(
            EntryRef(EventRef(names.words[stream], version), number),
            event,
            datetime.fromisoformat(recorded_at),
            Entry(kind, day, both, flow, _value(money, names), reverses.get(at), corrects),
            at in reversed_,
        )


def _value(money: list[str], names: _Names) -> Value | None:
    amount, currency, source = money
    if amount == NONE:
        return None
    return Value(Decimal(amount), names.words[int(currency)], names.words[int(source)])


def _legs(legs: Numbers, names: _Names) -> Iterator[Posting]:
    for debit, credit, quantity, grant in zip(*(legs[name] for name in _LEG), strict=True):
        account, asset = names.holdings[debit]
        by = names.grants[grant - 1] if grant else None
        yield Posting(
            asset,
            quantity,
            account,
            names.holdings[credit][0],
            Authority(by.grant.kind, by.event) if by else None,
        )
