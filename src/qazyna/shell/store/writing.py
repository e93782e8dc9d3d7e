"""Writing what follows from a command: rows by table, ids drawn once, parents before children.

`inserting` sends the rows. What is written is a function of the events; `replay` derives it again
and compares.
"""

import hashlib
import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any
from weakref import WeakKeyDictionary

import psycopg
from psycopg.types.json import Jsonb

from qazyna.errors import InvariantBroken
from qazyna.ledger import chart
from qazyna.ledger.book import Balances
from qazyna.ledger.entry import (
    THIS_EVENT,
    Entry,
    EntryRef,
    Grant,
    Posting,
)
from qazyna.plan import Event, book_stream, brings
from qazyna.shell.store.codec import Origin, day_text, entry_leaf, event_leaf, instant
from qazyna.shell.store.inserting import BULK, Inserting, Row, Rows, small
from qazyna.shell.store.reading import Known, state_json
from qazyna.shell.store.wire import Transaction

Connection = psycopg.Connection[Any]
Booked = tuple[Event, tuple[Entry, ...]]
Scope = tuple[str, str, int, str, str]
"""kind, stream and version of the event that grants, book, asset"""


BATCH = 4_000
"""So many events are prepared while those before them are written."""

FIRST = 250
"""So many in the first batch, that writing may begin soon. Each is twice as large as the one
before, up to `BATCH`: what a batch adds to the months' sums it adds at once."""


def _salts() -> Iterator[str]:
    """Salts of 16 bytes, some at a time from where the system gives them."""
    while True:
        drawn = os.urandom(256).hex()
        yield from [drawn[at : at + 32] for at in range(0, len(drawn), 32)]


_pools: "WeakKeyDictionary[Connection, dict[str, list[int]]]" = WeakKeyDictionary()
"""By connection: numbers of rows whose order says nothing, drawn so many at a time."""
_POOLED = frozenset({"authority_id"})
_POOL = 48


class _Ids:
    """Row ids from the sequences: those at hand, and what is missing in one query."""

    def __init__(
        self, connection: Connection, wanted: dict[str, int], drawn: dict[str, list[int]]
    ) -> None:
        self._ids = drawn
        missing: dict[str, int] = {}
        for name, count in wanted.items():
            if not count:
                continue
            if name not in drawn:
                pool = _pools.setdefault(connection, {}) if name in _POOLED else {}
                drawn[name] = pool.setdefault(name, [])
            if count > (there := len(drawn[name])):
                missing[name] = count - there + (_POOL if name in _POOLED else 0)
        if missing:
            columns = ", ".join(
                f"ARRAY(SELECT nextval('books.{name}') FROM generate_series(1, {count}))"
                for name, count in missing.items()
            )
            row = connection.execute(f"SELECT {columns}").fetchone() or ()
            for name, ids in zip(missing, row, strict=True):
                # They are taken from the end, the lowest first.
                self._ids[name][:] = ids[::-1] + self._ids[name]

    def of(self, name: str) -> Callable[[], int]:
        """What gives the next of these ids."""
        return self._ids.get(name, []).pop


def write(
    transaction: Transaction,
    known: Known,
    first: dict[str, int],
    events: Iterator[Event],
    origin: Origin,
    documents: Iterable[tuple[str, bytes]],
    led_to: Callable[[list[Event]], None],
    *,
    last: bool,
) -> tuple[list[Event], list[int]]:
    """Write what follows from a command, as it follows; returns the events and their numbers.

    With `last`, nothing else belongs to the transaction: what is little is committed at once, and
    of what is much the events and the folds are let go before they are written to the end.
    `first` holds the versions the streams had before; `led_to` is told all events while they are
    there. Holdings and their running quantities are not written: the database brings them
    about itself.
    """
    connection = transaction.connection
    follows: list[Event] = []
    rows: Rows = defaultdict(list)
    rows["command"] = [_command(origin, known)]
    rows["document"] = [(_sha256(content), name, content) for name, content in documents]
    with Inserting(connection) as inserting:
        writer = _Writer(known, first, origin, inserting)
        size = min(FIRST, BATCH)
        try:
            while batch := list(islice(events, size)):
                size = min(2 * size, BATCH)
                if follows:
                    inserting.put(rows)
                    rows = defaultdict(list)
                follows += batch
                writer.add(rows, known.world.booked)
                known.world.booked.clear()  # memory that was used is at hand again
        except Exception:
            for _ in events:  # what the rule refuses in the end is told first
                pass
            raise
        led_to(follows)
        streams = writer.touched(first)
        if not inserting.many and sum(map(len, rows.values())) + len(streams) < BULK:
            rows["stream"], changed = _states(known, first, streams)
            transaction.send(small(connection, rows, changed), last=last)
        else:
            inserting.put(rows)
            new, changed = _states(known, first, streams)
            inserting.put({"stream": new})
            if last:  # a hundred thousand objects go while the server still writes
                _let_go(follows, known.world.states, writer.scopes, writer.entry_ids)
                known.world.balances = Balances()
            inserting.last(changed)
    return follows, writer.seqs


def _let_go(*kept: list[Any] | dict[Any, Any]) -> None:
    """Empty these piece by piece: at once it would take so long that the thread which inserts, and
    the server with it, would wait for its turn."""
    for each in kept:
        take = each.pop if isinstance(each, list) else each.popitem
        while each:
            take()


def _command(origin: Origin, known: Known) -> Row:
    """The row of the command itself."""
    asked = (origin.key, origin.kind, origin.body_sha256, origin.salt)
    return *asked, origin.actor, instant(known.recorded_at)


class _Writer:
    """Turns events into rows, batch after batch, and remembers what later rows refer to."""

    def __init__(
        self, known: Known, first: dict[str, int], origin: Origin, inserting: Inserting
    ) -> None:
        self.known = known
        self.versions = dict(first)
        self.origin = origin
        self.inserting = inserting
        self.scopes: dict[Scope, int] = {}
        self.entry_ids: dict[tuple[tuple[str, int], int], tuple[int, str]] = {}
        """By the event's stream and version, and the number; and its kind."""
        self.seqs: list[int] = []
        self.salt = _salts().__next__
        self.mine: set[str] = set(known.read_books)
        """Books that may be posted to."""

    def add(self, rows: Rows, happened: Iterable[Booked]) -> None:
        """Rows of a batch of events: what they grant, enter and post."""
        booked = [(event, entries, event.grants(entries)) for event, entries in happened]
        ids = _Ids(
            self.inserting.free,
            {
                "event_seq": len(booked),
                "entry_id": sum(len(entries) for _, entries, _ in booked),
                "authority_id": sum(len(grants) for _, _, grants in booked),
            },
            self.known.drawn,
        )
        event_seq, entry_id, scope_id = map(ids.of, ("event_seq", "entry_id", "authority_id"))
        versions, seqs, entry_ids = self.versions, self.seqs, self.entry_ids
        for event, entries, grants in booked:
            seq, stream = event_seq(), event.stream
            seqs.append(seq)
            version = versions[stream] = versions.get(stream, 0) + 1
            rows["event"].append(self._event(event, seq, stream, version))
            if brings(type(event)):
                self._brought(rows, event, seq)
            for grant in grants:
                scope = self.scopes[grant.kind, stream, version, grant.book, grant.asset] = (
                    scope_id()
                )
                rows["authority"].append(_grant(grant, scope, seq, event.kind, stream))
            for number, entry in enumerate(entries, start=1):
                id_ = entry_id()
                entry_ids[(stream, version), number] = id_, entry.kind
                rows["entry"].append(self._entry(entry, id_, seq, stream, version, number))

    def touched(self, first: dict[str, int]) -> list[str]:
        """The streams that have more events than they had."""
        return [name for name, version in self.versions.items() if version > first.get(name, 0)]

    def _event(self, event: Event, seq: int, stream: str, version: int) -> Row:
        origin, recorded_at = self.origin, self.known.recorded_at
        leaf, private = event_leaf(event, version, origin, recorded_at, self.salt)
        return (
            seq,
            stream,
            version,
            event.kind,
            origin.key,
            day_text(event.on),
            instant(recorded_at),
            leaf,
            Jsonb(private) if private else None,
        )

    def _brought(self, rows: Rows, event: Event, seq: int) -> None:
        """Rows of the assets, permissions and prices that come with an event."""
        for asset in event.assets():
            if asset.code not in self.known.asset_codes:
                self.known.asset_codes.add(asset.code)
                rows["asset"].append((asset.code, asset.klass, asset.scale, asset.name, seq))
        if permits := event.permits():
            rows["permitted"].extend(
                (*place, seq) for place in sorted(chart.PLACES) if (place[0], place[3]) in permits
            )
        if quotes := event.quotes():
            rows["price"].extend((*quote, seq) for quote in quotes)
        if period := event.closes():
            rows["closed"].append((*period, seq))

    def _entry(
        self, entry: Entry, id_: int, seq: int, stream: str, version: int, number: int
    ) -> Row:
        kind, on, postings, flow, value, reverses, effective = entry
        legs = len(postings)
        return (
            id_,
            seq,
            number,
            kind,
            legs,
            day_text(on),
            flow,
            value.amount if value else None,
            value.currency if value else None,
            value.source if value else None,
            entry_leaf(entry, stream, version, number),
            *(self._reversed(reverses) if reverses else _NO_REVERSAL),
            effective,
            *self._leg(postings[0], stream, version),
            *(self._leg(postings[1], stream, version) if legs == 2 else _NO_LEG),
        )

    def _leg(self, posting: Posting, stream: str, version: int) -> Row:
        asset, amount, (book, debit, debit_detail), (_, credit, credit_detail), by = posting
        if book not in self.mine:
            self._may_post(book)
        scope, kind = None, chart.NONE
        if by:
            kind, event = by
            given = (stream, version) if event == THIS_EVENT else event
            scope = self._scope_id((kind, *given, book, asset))
        return book, asset, amount, debit, debit_detail, credit, credit_detail, kind, scope

    def _scope_id(self, scope: Scope) -> int:
        """The grant of this command, or of an earlier one."""
        found = self.scopes.get(scope)
        if found is None:
            (found,) = self._earlier(_GRANT_ID, scope)
            self.scopes[scope] = found
        return found

    def _reversed(self, ref: EntryRef) -> tuple[int, str]:
        """The entry of this command, or of an earlier one, and its kind."""
        found = self.entry_ids.get(ref)
        if found is None:
            (stream, version), number = ref
            id_, kind = self._earlier(_ENTRY_ID, (stream, version, number))
            found = self.entry_ids[ref] = id_, kind
        return found

    def _earlier(self, query: str, what: tuple[str | int, ...]) -> Row:
        row = self.inserting.free.execute(query, what).fetchone()
        if row is None:
            raise InvariantBroken(f"there is no {what} for an entry to rest on")
        return row

    def _may_post(self, book: str) -> None:
        """A book that the command read, or a new one of a stream that it locked."""
        if book_stream(book) not in self.known.locked:
            raise InvariantBroken(f"{book} is posted to, and its command never read it")
        self.mine.add(book)


_NO_LEG: Row = (None,) * 9
_NO_REVERSAL: Row = (None,) * 2


def _grant(grant: Grant, scope: int, seq: int, event_kind: str, stream: str) -> Row:
    kind, book, asset, amount = grant
    return scope, kind, seq, event_kind, stream, book, asset, amount


_GRANT_ID = """
    SELECT g.id FROM books.authority g JOIN books.event e ON e.seq = g.event
    WHERE g.authority = %s AND e.stream = %s AND e.version = %s AND g.book = %s AND g.asset = %s
"""
_ENTRY_ID = """
    SELECT n.id, n.kind FROM books.entry n JOIN books.event e ON e.seq = n.event
    WHERE e.stream = %s AND e.version = %s AND n.number = %s
"""


def _states(known: Known, first: dict[str, int], streams: list[str]) -> tuple[list[Row], list[Row]]:
    """The folds of the touched streams: those that are new, and those that changed."""
    new: list[Row] = []
    changed: list[Row] = []
    for name in sorted(streams):
        row = (name, known.world.version(name), state_json(known.world.states[name]))
        (changed if first.get(name) else new).append(row)
    return new, changed


def _sha256(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()


__all__ = ["write"]
