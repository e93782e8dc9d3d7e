"""Reading an archive line by line: what each line holds, in the words and numbers of the file.

What is read here has the shape of an archive and nothing more; whether its books hold is asked in
`sheet.py`. A file that is no archive, or not a whole one, is refused with the line where it fails.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256
from itertools import chain, repeat
from typing import Any

from qazyna.errors import Refused
from qazyna.ledger.archive.record import Granted, Recorded
from qazyna.ledger.archive.writing import VERSION
from qazyna.ledger.entry import Account, Authority, Entry, EntryRef, EventRef, Grant, Posting, Value
from qazyna.money import Asset

Columns = dict[str, list[Any]]


def broken(line: int, what: str) -> Refused:
    """The refusal of a file that is not, or not wholly, an archive."""
    return Refused(
        "archive_broken",
        f"Line {line}: {what}. Nothing of this file can be relied on; export it again.",
        {"line": line},
    )


@dataclass
class Names:
    """All that was named so far, by number."""

    assets: dict[str, Asset] = field(default_factory=dict)
    words: list[str] = field(default_factory=list)
    holdings: list[tuple[Account, str]] = field(default_factory=list)
    grants: list[tuple[EventRef, str, Grant]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Block:
    """One line: what it names anew, and its columns, each number within what has been named."""

    line: int
    words: list[str]
    holdings: Columns
    grants: Columns
    entries: Columns
    first: Columns
    second: Columns
    days: list[tuple[date, int]]
    reverses: list[tuple[int, int, int, int]]
    """which entry of the block; stream, version and number of the one it reverses"""
    reversed: list[int]
    """which entries of the block another one reverses"""
    held: Columns


@dataclass(frozen=True, slots=True)
class Header:
    """The first line: the assets."""

    assets: dict[str, Asset]


HOLDING = ("book", "class", "detail", "asset")
GRANT = ("stream", "version", "event", "authority", "book", "asset", "granted")
ENTRY = ("stream", "version", "number", "event", "recorded_at", "kind", "flow")
MONEY = ("value", "currency", "source")
LEG = ("debit", "credit", "quantity", "grant")
REVERSES = ("at", "stream", "version", "number")

_NUMBERS = frozenset({int})


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
        except (ValueError, TypeError, KeyError, AttributeError, LookupError) as error:
            raise broken(number, f"this is not a line of an archive ({error})") from None
        digest.update(line)
        yield found
    if not ended:
        raise broken(number + 1, "the file breaks off: its last line is missing")


def _header(told: dict[str, Any]) -> Header:
    if told.get("qazyna_archive") != VERSION:
        raise ValueError(f"an archive of version {VERSION} begins otherwise")
    assets = [Asset(code, klass, scale, 0, name) for code, klass, scale, name in told["assets"]]
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
    """What was named so far, in numbers, so that no number points at nothing."""

    def __init__(self) -> None:
        self.counts = {"grants": 0, "entries": 0, "postings": 0, "held": 0}
        self._words = 0
        self._holdings = 0

    def block(self, line: int, told: dict[str, Any]) -> Block:
        words = told.get("words", [])
        if not set(map(type, words)) <= {str}:
            raise ValueError("a word is no text")
        self._words += len(words)
        holdings = self._columns(told, "holdings", HOLDING, ())
        self._holdings += len(holdings["book"])
        grants = self._columns(told, "grants", GRANT, ("granted",))
        self.counts["grants"] += len(grants["book"])
        entries = self._columns(told, "entries", ENTRY, ("recorded_at",))
        count = len(entries["kind"])
        for name in MONEY:
            column = told["entries"][name] if count else []
            if len(column) != count or not set(map(type, column)) <= {type(None), int, str}:
                raise ValueError(f"the column {name} does not fit")
            entries[name] = column
        first = self._columns(told, "first", LEG, ("quantity",))
        second = self._columns(told, "second", ("of", *LEG), ("quantity",))
        days = [(date.fromisoformat(day), many) for day, many in told.get("days", [])]
        many = [many for _, many in days]
        if not set(map(type, many)) <= _NUMBERS or sum(many) != count or min(many, default=1) < 1:
            raise ValueError("its days do not add up to its entries")
        if len(first["debit"]) != count or max(second["of"], default=-1) >= count:
            raise ValueError("its legs do not fit its entries")
        held = self._columns(told, "held", ("holding", "quantity"), ("quantity",))
        self.counts["entries"] += count
        self.counts["postings"] += count + len(second["of"])
        self.counts["held"] += len(held["holding"])
        of = zip(*self._columns(told, "reverses", REVERSES, ()).values(), strict=True)
        also = self._columns(told, "reversed", ("at",), ())["at"]
        return Block(
            *(line, words, holdings, grants, entries, first, second, days),
            *(list(of), also, held),
        )

    def _columns(
        self, told: dict[str, Any], table: str, names: tuple[str, ...], texts: tuple[str, ...]
    ) -> Columns:
        if table not in told:
            return {name: [] for name in names}
        columns: Columns = {name: told[table][name] for name in names}
        if len(set(map(len, columns.values()))) != 1:
            raise ValueError(f"the columns of {table} differ in length")
        limits = {
            **dict.fromkeys(("debit", "credit", "holding"), self._holdings),
            "grant": self.counts["grants"] + 1,
            **dict.fromkeys(("version", "number", "of", "at"), 1 << 40),
        }
        for name, column in columns.items():
            if name in texts:
                if not set(map(type, column)) <= {str}:
                    raise ValueError(f"the column {name} holds something else than text")
            elif column and not (
                _NUMBERS.issuperset(map(type, column))
                and 0 <= min(column)
                and max(column) < limits.get(name, self._words)
            ):
                raise ValueError(f"the column {name} points at nothing")
        return columns


def amounts(texts: Sequence[str]) -> list[int]:
    """Base units of a column. Digits alone: no sign, no point."""
    joined = "".join(texts)
    if joined and not (joined.isascii() and joined.isdecimal()):
        raise ValueError("a quantity is not written in digits")
    return list(map(int, texts))


def read(lines: Iterable[bytes]) -> Iterator[Granted | Recorded]:
    """Every grant, then every entry, as they were recorded. Nothing is verified but the shape."""
    names = Names()
    for block in blocks(lines):
        if isinstance(block, Header):
            names.assets = block.assets
            continue
        word = names.words.__getitem__
        names.words += block.words
        for book, klass, detail, asset in zip(*block.holdings.values(), strict=True):
            names.holdings.append((Account(word(book), word(klass), word(detail)), word(asset)))
        yield from _grants(block, names)
        yield from _entries(block, names)


def _grants(block: Block, names: Names) -> Iterator[Granted]:
    word = names.words.__getitem__
    for stream, version, event, authority, book, asset, granted in zip(
        *block.grants.values(), strict=True
    ):
        by = EventRef(word(stream), version)
        grant = Grant(word(authority), word(book), word(asset), int(granted))
        names.grants.append((by, word(event), grant))
        yield Granted(by, word(event), grant)


def _entries(block: Block, names: Names) -> Iterator[Recorded]:
    word = names.words.__getitem__
    days = chain.from_iterable(repeat(day, many) for day, many in block.days)
    seconds = dict(zip(block.second["of"], _legs(block.second, names), strict=True))
    reverses = {
        at: EntryRef(EventRef(word(stream), version), number)
        for at, stream, version, number in block.reverses
    }
    columns = (block.entries[name] for name in (*ENTRY, *MONEY))
    for at, (day, first, row) in enumerate(
        zip(days, _legs(block.first, names), zip(*columns, strict=True), strict=True)
    ):
        stream, version, number, event, recorded_at, kind, flow, value, currency, source = row
        yield Recorded(
            EntryRef(EventRef(word(stream), version), number),
            word(event),
            datetime.fromisoformat(recorded_at),
            Entry(
                word(kind),
                day,
                (first, seconds[at]) if at in seconds else (first,),
                word(flow),
                None if value is None else Value(Decimal(value), word(currency), word(source)),
                reverses.get(at),
            ),
        )


def _legs(columns: Columns, names: Names) -> Iterator[Posting]:
    for debit, credit, quantity, grant in zip(*(columns[name] for name in LEG), strict=True):
        account, asset = names.holdings[debit]
        by = names.grants[grant - 1] if grant else None
        yield Posting(
            asset,
            int(quantity),
            account,
            names.holdings[credit][0],
            Authority(by[2].kind, by[0]) if by else None,
        )
