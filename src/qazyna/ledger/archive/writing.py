"""Writing an archive: columns of numbers, some thousand entries to a line, names told once."""

import json
from collections.abc import Iterable, Iterator
from hashlib import sha256
from itertools import groupby, islice
from typing import Any, Final, TypeVar

from qazyna.ledger.archive.record import Granted, Recorded
from qazyna.ledger.entry import Account, EntryRef, Posting
from qazyna.money import Asset

VERSION: Final = "1"

AT_A_TIME: Final = 10_000
"""Entries, grants or balances on one line: what writer and reader hold in memory at once."""

NONE: Final = "-"
"""Stands in a column for what is not there."""

T = TypeVar("T")

Cell = int | str


def write(
    assets: Iterable[Asset],
    grants: Iterable[Granted],
    entries: Iterable[Recorded],
    held: Iterable[tuple[Account, str, int]],
) -> Iterator[str]:
    """The lines of an archive. Entries come by value date; `held` is what the books say they add
    up to: account, asset, base units."""
    writer, digest = _Writer(), sha256()
    for block in _blocks(writer, assets, grants, entries, held):
        line = _line(block)
        digest.update(line.encode())
        yield line
    yield _line({"end": {**writer.counts, "sha256": digest.hexdigest()}})


def _blocks(
    writer: "_Writer",
    assets: Iterable[Asset],
    grants: Iterable[Granted],
    entries: Iterable[Recorded],
    held: Iterable[tuple[Account, str, int]],
) -> Iterator[dict[str, Any]]:
    listed = [[asset.code, asset.klass, asset.scale, asset.name] for asset in assets]
    yield {"qazyna_archive": VERSION, "assets": listed}
    yield from map(writer.grants, _portions(grants))
    yield from map(writer.entries, _portions(entries))
    yield from map(writer.held, _portions(held))


def _line(block: dict[str, Any]) -> str:
    return json.dumps(block, ensure_ascii=False, separators=(",", ":")) + "\n"


def _portions(items: Iterable[T]) -> Iterator[list[T]]:
    rest = iter(items)
    while portion := list(islice(rest, AT_A_TIME)):
        yield portion


def _columns(names: str, rows: Iterable[Iterable[Cell]]) -> dict[str, str]:
    """Each column as one text, its cells apart by a space."""
    columns = [" ".join(map(str, column)) for column in zip(*rows, strict=True)]
    headings = names.split()
    return dict(zip(headings, columns or [""] * len(headings), strict=True))


class _Names(dict[Any, int]):
    """Numbers for what is named, in the order it is met; `fresh` has not been told yet."""

    def __init__(self) -> None:
        self.fresh: list[Any] = []

    def __missing__(self, name: Any) -> int:
        number = self[name] = len(self)
        self.fresh.append(name)
        return number

    def told(self) -> list[Any]:
        fresh, self.fresh = self.fresh, []
        return fresh


class _Writer:
    """The numbers given out so far, and how much was written."""

    def __init__(self) -> None:
        self.counts = {"grants": 0, "entries": 0, "postings": 0, "held": 0}
        self._words = _Names()
        self._places, self._rights, self._manners = _Names(), _Names(), _Names()
        self._holdings: dict[tuple[Account, str], int] = {}
        self._opened: list[tuple[int, int]] = []
        self._grants: dict[tuple[str, int, str, str, str], int] = {}

    def grants(self, portion: list[Granted]) -> dict[str, Any]:
        self.counts["grants"] += len(portion)
        names = "stream version right book granted"
        return self._block({"grants": _columns(names, map(self._grant, portion))})

    def entries(self, portion: list[Recorded]) -> dict[str, Any]:
        self.counts["entries"] += len(portion)
        self.counts["postings"] += sum(len(one.entry.postings) for one in portion)
        days = groupby(portion, key=lambda one: one.entry.value_date)
        names = "stream version number manner recorded_at effective value currency source"
        leg = "debit credit quantity grant"
        legs = list(enumerate(one.entry.postings for one in portion))
        reverses = list(enumerate(one.entry.reverses for one in portion))
        return self._block(
            {
                "days": [[day.isoformat(), sum(1 for _ in same)] for day, same in days],
                "entries": _columns(names, map(self._entry, portion)),
                "first": _columns(leg, (self._leg(both[0]) for _, both in legs)),
                "second": _columns(
                    f"of {leg}",
                    ((at, *self._leg(both[1])) for at, both in legs if len(both) == 2),
                ),
                "reverses": _columns(
                    "at stream version number",
                    ((at, *self._place(of)) for at, of in reverses if of is not None),
                ),
                "reversed": _columns(
                    "at", ((at,) for at, one in enumerate(portion) if one.reversed)
                ),
            }
        )

    def held(self, portion: list[tuple[Account, str, int]]) -> dict[str, Any]:
        self.counts["held"] += len(portion)
        rows = [(self._holding(account, asset), amount) for account, asset, amount in portion]
        return self._block({"held": _columns("holding quantity", rows)})

    def _block(self, block: dict[str, Any]) -> dict[str, Any]:
        """The block, with all it names anew."""
        opened, self._opened = self._opened, []
        named = {
            "words": self._words.told(),
            "places": self._places.told(),
            "rights": self._rights.told(),
            "manners": self._manners.told(),
            "holdings": _columns("book place", opened) if opened else {},
        }
        return {name: told for name, told in named.items() if told} | block

    def _holding(self, account: Account, asset: str) -> int:
        number = self._holdings.get((account, asset))
        if number is None:
            number = self._holdings[account, asset] = len(self._holdings)
            place = self._places[account.klass, account.detail, asset]
            self._opened.append((self._words[account.book], place))
        return number

    def _grant(self, granted: Granted) -> Iterable[Cell]:
        event, grant = granted.event, granted.grant
        # Numbered from 1: a posting with grant 0 rests on none.
        key = (event.stream, event.version, grant.kind, grant.book, grant.asset)
        self._grants[key] = len(self._grants) + 1
        right = self._rights[grant.kind, granted.event_kind, grant.asset]
        stream, book = self._words[event.stream], self._words[grant.book]
        return stream, event.version, right, book, grant.amount

    def _entry(self, one: Recorded) -> Iterable[Cell]:
        entry, value = one.entry, one.entry.value
        manner = self._manners[entry.kind, one.event_kind, entry.flow]
        money: tuple[Cell, ...] = (NONE, NONE, NONE)
        if value is not None:
            words = self._words
            money = format(value.amount, "f"), words[value.currency], words[value.source]
        effective = entry.effective.isoformat() if entry.effective else NONE
        return *self._place(one.ref), manner, one.recorded_at.isoformat(), effective, *money

    def _place(self, ref: EntryRef) -> tuple[int, int, int]:
        return self._words[ref.event.stream], ref.event.version, ref.number

    def _leg(self, posting: Posting) -> tuple[int, int, int, int]:
        by, grant, asset = posting.authority, 0, posting.asset
        if by is not None:
            book = posting.debit.book
            grant = self._grants[by.event.stream, by.event.version, by.kind, book, asset]
        debit, credit = self._holding(posting.debit, asset), self._holding(posting.credit, asset)
        return debit, credit, posting.amount, grant
