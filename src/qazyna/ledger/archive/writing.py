"""Writing an archive: columns of numbers and words, some thousand entries to a line."""

import json
from collections.abc import Iterable, Iterator
from hashlib import sha256
from itertools import groupby, islice
from typing import Any, Final, TypeVar

from qazyna.ledger.archive.record import Granted, Recorded
from qazyna.ledger.entry import Account, Posting
from qazyna.money import Asset

VERSION: Final = "1"

AT_A_TIME: Final = 10_000
"""Entries, grants or balances on one line: what writer and reader hold in memory at once."""

T = TypeVar("T")

Row = list[Any]


def write(
    assets: Iterable[Asset],
    grants: Iterable[Granted],
    entries: Iterable[Recorded],
    held: Iterable[tuple[Account, str, int]],
) -> Iterator[str]:
    """The lines of an archive. Entries come by value date; `held` is what the books say they add
    up to: account, asset, base units."""
    digest, counts = sha256(), {"grants": 0, "entries": 0, "postings": 0, "held": 0}
    for line in _lines(_Writer(counts), assets, grants, entries, held):
        digest.update(line.encode())
        yield line
    yield _line({"end": {**counts, "sha256": digest.hexdigest()}})


def _lines(
    writer: "_Writer",
    assets: Iterable[Asset],
    grants: Iterable[Granted],
    entries: Iterable[Recorded],
    held: Iterable[tuple[Account, str, int]],
) -> Iterator[str]:
    listed = [[asset.code, asset.klass, asset.scale, asset.name] for asset in assets]
    yield _line({"qazyna_archive": VERSION, "assets": listed})
    for some_grants in _portions(grants):
        yield _line(writer.grants(some_grants))
    for some_entries in _portions(entries):
        yield _line(writer.entries(some_entries))
    for some_held in _portions(held):
        yield _line(writer.held(some_held))


def _line(block: dict[str, Any]) -> str:
    return json.dumps(block, ensure_ascii=False, separators=(",", ":")) + "\n"


def _portions(items: Iterable[T]) -> Iterator[list[T]]:
    rest = iter(items)
    while portion := list(islice(rest, AT_A_TIME)):
        yield portion


def _columns(names: tuple[str, ...], rows: Iterable[Row]) -> dict[str, list[Any]]:
    columns: list[list[Any]] = [list(column) for column in zip(*rows, strict=True)]
    return dict(zip(names, columns or [[] for _ in names], strict=True))


class _Writer:
    """Numbers for what was named: each word, holding and grant is told once, when first met."""

    def __init__(self, counts: dict[str, int]) -> None:
        self.counts = counts
        self._words: dict[str, int] = {}
        self._holdings: dict[tuple[Account, str], int] = {}
        self._grants: dict[tuple[int, int, int, int, int], int] = {}
        self._new_words: list[str] = []
        self._new_holdings: list[Row] = []

    def grants(self, portion: list[Granted]) -> dict[str, Any]:
        self.counts["grants"] += len(portion)
        names = ("stream", "version", "event", "authority", "book", "asset", "granted")
        return self._block({"grants": _columns(names, map(self._grant, portion))})

    def entries(self, portion: list[Recorded]) -> dict[str, Any]:
        self.counts["entries"] += len(portion)
        self.counts["postings"] += sum(len(one.entry.postings) for one in portion)
        days = [
            [day.isoformat(), sum(1 for _ in same)]
            for day, same in groupby(portion, key=lambda one: one.entry.value_date)
        ]
        names = ("stream", "version", "number", "event", "recorded_at", "kind", "flow")
        money = ("value", "currency", "source")
        sides = ("debit", "credit", "quantity", "grant")
        return self._block(
            {
                "days": days,
                "entries": _columns((*names, *money), map(self._entry, portion)),
                "first": _columns(sides, (self._leg(one.entry.postings[0]) for one in portion)),
                "second": _columns(
                    ("of", *sides),
                    (
                        [at, *self._leg(one.entry.postings[1])]
                        for at, one in enumerate(portion)
                        if len(one.entry.postings) == 2
                    ),
                ),
                "reverses": _columns(
                    ("at", "stream", "version", "number"),
                    (
                        [at, self._word(of.event.stream), of.event.version, of.number]
                        for at, one in enumerate(portion)
                        if (of := one.entry.reverses) is not None
                    ),
                ),
                "reversed": {"at": [at for at, one in enumerate(portion) if one.reversed]},
            }
        )

    def held(self, portion: list[tuple[Account, str, int]]) -> dict[str, Any]:
        self.counts["held"] += len(portion)
        rows: list[Row] = [
            [self._holding(account, asset), str(amount)] for account, asset, amount in portion
        ]
        return self._block({"held": _columns(("holding", "quantity"), rows)})

    def _block(self, block: dict[str, Any]) -> dict[str, Any]:
        if self._new_holdings:
            names = ("book", "class", "detail", "asset")
            block = {"holdings": _columns(names, self._new_holdings), **block}
        if self._new_words:
            block = {"words": self._new_words, **block}
        self._new_words, self._new_holdings = [], []
        return block

    def _word(self, text: str) -> int:
        number = self._words.get(text)
        if number is None:
            number = self._words[text] = len(self._words)
            self._new_words.append(text)
        return number

    def _holding(self, account: Account, asset: str) -> int:
        number = self._holdings.get((account, asset))
        if number is None:
            number = self._holdings[account, asset] = len(self._holdings)
            told = (account.book, account.klass, account.detail, asset)
            self._new_holdings.append([self._word(text) for text in told])
        return number

    def _grant(self, granted: Granted) -> Row:
        event, grant = granted.event, granted.grant
        stream, authority = self._word(event.stream), self._word(grant.kind)
        book, asset = self._word(grant.book), self._word(grant.asset)
        # Numbered from 1: a posting with grant 0 rests on none.
        key = (stream, event.version, authority, book, asset)
        self._grants[key] = len(self._grants) + 1
        kind = self._word(granted.event_kind)
        return [stream, event.version, kind, authority, book, asset, str(grant.amount)]

    def _entry(self, one: Recorded) -> Row:
        word, ref, entry, value = self._word, one.ref, one.entry, one.entry.value
        return [
            word(ref.event.stream),
            ref.event.version,
            ref.number,
            word(one.event_kind),
            one.recorded_at.isoformat(),
            word(entry.kind),
            word(entry.flow),
            *(
                (None, None, None)
                if value is None
                else (format(value.amount, "f"), word(value.currency), word(value.source))
            ),
        ]

    def _leg(self, posting: Posting) -> Row:
        by, grant = posting.authority, 0
        if by is not None:
            word = self._word
            book, asset = word(posting.debit.book), word(posting.asset)
            grant = self._grants[
                word(by.event.stream), by.event.version, word(by.kind), book, asset
            ]
        return [
            self._holding(posting.debit, posting.asset),
            self._holding(posting.credit, posting.asset),
            str(posting.amount),
            grant,
        ]
