"""Replaying every event, and finding every table equal to what the events say.

Entries, grants, assets, prices and folded states are functions of the events; running quantities
and monthly sums are functions of the entries. So all of them are derived again here, on another
path than the one that wrote them, and compared row by row.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import psycopg

from qazyna.ledger import chart
from qazyna.ledger.entry import THIS_EVENT, Entry, EntryRef, EventRef, Grant, rules_of
from qazyna.plan import STATES, Event, State
from qazyna.shell.store.codec import commitment, entry_leaf, read_event
from qazyna.shell.store.reading import state_json

Connection = psycopg.Connection[Any]
Row = tuple[Any, ...]

BATCH = 5_000
SHOWN = 50
"""Differences listed one by one; beyond, they are only counted."""

_EVENTS = """
    SELECT seq, stream, version, kind, value_date, leaf, private FROM books.event ORDER BY seq
"""
_POSTINGS = """
    SELECT n.event, n.number, n.leaf, n.value, n.currency, n.price_source, n.flow, p.leg, p.kind,
           p.value_date, p.asset, p.quantity, p.debit, p.credit, p.debit_class, p.credit_class,
           p.counter, p.authority, p.scope, p.reverses, p.entry
    FROM books.entry n JOIN books.posting p ON p.entry = n.id ORDER BY n.event, n.number, p.leg
"""
_GRANTS = """
    SELECT g.event, g.authority, b.path, g.asset, g.granted, g.id
    FROM books.authority g JOIN books.book b ON b.id = g.book ORDER BY g.event, g.id
"""
_TALLY = """
    WITH derived AS (
        SELECT date_trunc('month', p.value_date)::date AS month, b.kind AS book_kind, p.kind, p.leg,
               p.debit_class, p.credit_class, p.counter, p.asset,
               coalesce(n.currency, '') AS currency, n.flow, sum(p.quantity) AS quantity,
               coalesce(sum(n.value), 0) AS value, count(*) AS postings
        FROM books.posting p JOIN books.entry n ON n.id = p.entry JOIN books.book b ON b.id = p.book
        GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
    ), kept AS (
        SELECT month, book_kind, kind, leg, debit_class, credit_class, counter, asset, currency,
               flow, sum(quantity) AS quantity, sum(value) AS value, sum(postings) AS postings
        FROM books.tally GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
    )
    (SELECT * FROM derived EXCEPT SELECT * FROM kept)
    UNION ALL (SELECT * FROM kept EXCEPT SELECT * FROM derived)
"""
_QUOTES = """
    SELECT asset, currency, on_date, price, source, estimated, event FROM books.price
"""


@dataclass
class Replay:
    """What a replay found. `differences` names the first of them; `found` counts all."""

    events: int = 0
    entries: int = 0
    found: int = 0
    differences: list[dict[str, str]] = field(default_factory=list)

    def differs(self, where: str, what: str) -> None:
        self.found += 1
        if len(self.differences) < SHOWN:
            self.differences.append({"where": where, "what": what})

    def as_json(self) -> dict[str, Any]:
        return {
            "events": self.events,
            "entries": self.entries,
            "equal": self.found == 0,
            "differences": self.differences,
        }


def check(connection: Connection, progress: Callable[[int], None] = lambda _: None) -> Replay:
    """Replay all events in one snapshot and compare. Writes nothing."""
    found = Replay()
    with connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        _check(connection, found, progress)
    return found


def _check(connection: Connection, found: Replay, progress: Callable[[int], None]) -> None:
    paths: dict[int, str] = {}
    classes: dict[int, str] = {}
    for account, book, klass, detail in connection.execute(
        """SELECT a.id, b.path, a.class, a.detail
           FROM books.account a JOIN books.book b ON b.id = a.book"""
    ):
        paths[account] = f"{book}/{klass}/{detail}" if detail else f"{book}/{klass}"
        classes[account] = klass
    postings = _Groups(_rows(connection, "replay_postings", _POSTINGS))
    grants = _Groups(_rows(connection, "replay_grants", _GRANTS))
    states: dict[str, State] = {}
    versions: dict[str, int] = {}
    quantities: dict[tuple[int, str], int] = {}
    drawn: dict[int, int] = {}
    assets: dict[str, tuple[str, int]] = {}
    quotes: dict[tuple[Any, ...], tuple[Any, ...]] = {}
    permitted: set[tuple[str, str]] = set()
    scopes: dict[tuple[Any, ...], int] = {}
    entry_ids: dict[EntryRef, int] = {}
    drawn_by: dict[tuple[int, int], int | None] = {}
    for seq, stream, version, kind, on, leaf, private in _rows(
        connection, "replay_events", _EVENTS
    ):
        found.events += 1
        if found.events % BATCH == 0:
            progress(found.events)
        where = f"{stream}@{version}"
        event, envelope = read_event(leaf, private)
        if (stream, version, kind, on.isoformat()) != (
            envelope["stream"],
            envelope["version"],
            envelope["kind"],
            envelope["on"],
        ) or (event.stream, event.kind, event.on) != (stream, kind, on):
            found.differs(where, "the event's columns are not what its leaf says")
        if private and not _committed(envelope, private):
            found.differs(where, "a private value is not the one its leaf commits to")
        if versions.get(stream, 0) + 1 != version:
            found.differs(where, f"follows version {versions.get(stream, 0)}")
        versions[stream] = version
        state = states.get(stream)
        if state is None:
            state = states[stream] = STATES[stream.partition("/")[0]]()
        event.evolve(state, version)
        for asset in event.assets():
            assets.setdefault(asset.code, (asset.klass, asset.scale))
        for quote in event.quotes():
            quotes[(*quote[:3], seq)] = quote[3:]
        permitted.update(event.permits())
        entries = event.entries()
        granted = event.grants(entries)
        _same_grants(found, where, granted, grants.take(seq), scopes, stream, version)
        found.entries += len(entries)
        rows = postings.take(seq)
        if not _same_entries(
            found, where, entries, rows, paths, scopes, entry_ids, stream, version
        ):
            continue
        for row in rows:
            asset_code, amount, scope = row[10], int(row[11]), row[18]
            for account, sign in ((row[12], 1), (row[13], -1)):
                net = sign * amount if classes[account] in chart.LOCATIONS else -sign * amount
                key = account, asset_code
                quantities[key] = quantities.get(key, 0) + net
            drawn_by[row[20], row[7]] = scope
            if scope is not None:
                drawn[scope] = drawn.get(scope, 0) + amount
            if row[19] is not None and (given := drawn_by.get((row[19], row[7]))) is not None:
                drawn[given] -= amount
    progress(found.events)
    for left in postings.rest():
        found.differs(f"event {left[0]}", f"an entry ({left[8]}) that no event accounts for")
    for left in grants.rest():
        found.differs(f"event {left[0]}", f"a grant ({left[1]}) that no event accounts for")
    _same_quantities(connection, found, paths, quantities, drawn)
    _same_states(connection, found, states, versions)
    _same_rest(connection, found, assets, quotes, permitted)


class _Groups:
    """Rows that come ordered by their first column, taken group by group."""

    def __init__(self, rows: Iterator[Row]) -> None:
        self._rows = rows
        self._next = next(rows, None)
        self._skipped: list[Row] = []

    def take(self, key: int) -> list[Row]:
        while self._next is not None and self._next[0] < key:
            self._skipped.append(self._next)
            self._next = next(self._rows, None)
        group: list[Row] = []
        while self._next is not None and self._next[0] == key:
            group.append(self._next)
            self._next = next(self._rows, None)
        return group

    def rest(self) -> Iterator[Row]:
        yield from self._skipped
        if self._next is not None:
            yield self._next
            yield from self._rows


def _rows(connection: Connection, name: str, query: str) -> Iterator[Row]:
    cursor = psycopg.ServerCursor(connection, name)
    cursor.itersize = BATCH
    cursor.execute(query)
    return iter(cursor)


def _committed(envelope: dict[str, Any], private: dict[str, Any]) -> bool:
    return all(
        envelope["body"].get(field, {}).get("sha256") == commitment(kept["salt"], kept["value"])
        for field, kept in private.items()
    )


def _same_grants(
    found: Replay,
    where: str,
    grants: tuple[Grant, ...],
    rows: list[Row],
    scopes: dict[tuple[Any, ...], int],
    stream: str,
    version: int,
) -> None:
    derived = {(g.kind, g.book, g.asset): g.amount for g in grants}
    kept = {(row[1], row[2], row[3]): int(row[4]) for row in rows}
    if derived != kept:
        found.differs(where, f"grants {derived}, kept {kept}")
    for row in rows:
        scopes[row[1], stream, version, row[2], row[3]] = row[5]


def _same_entries(
    found: Replay,
    where: str,
    entries: tuple[Entry, ...],
    rows: list[Row],
    paths: dict[int, str],
    scopes: dict[tuple[Any, ...], int],
    entry_ids: dict[EntryRef, int],
    stream: str,
    version: int,
) -> bool:
    at = 0
    for number, entry in enumerate(entries, start=1):
        value = entry.value
        leaf = entry_leaf(entry, stream, version, number)
        for rule, posting in zip(rules_of(entry), entry.postings, strict=True):
            if at >= len(rows):
                found.differs(where, f"entry {number} ({entry.kind}) is missing")
                return False
            row = rows[at]
            at += 1
            by, book = posting.authority, posting.debit.book
            if by is None:
                scope = None
            elif by.event == THIS_EVENT:
                scope = scopes.get((by.kind, stream, version, book, posting.asset))
            else:
                ref = by.event
                scope = scopes.get((by.kind, ref.stream, ref.version, book, posting.asset))
            derived = (
                number,
                leaf,
                *((value.amount, value.currency, value.source) if value else (None, None, None)),
                entry.flow,
                rule[1],
                rule[0],
                entry.value_date,
                posting.asset,
                posting.amount,
                posting.debit.path,
                posting.credit.path,
                *rule[2:],
                scope,
                entry_ids.get(entry.reverses) if entry.reverses else None,
            )
            kept = (*row[1:12], paths.get(row[12]), paths.get(row[13]), *row[14:20])
            if derived != kept:
                found.differs(f"{where}#{number}", f"derived {derived}, kept {kept}")
            entry_ids[EntryRef(EventRef(stream, version), number)] = row[20]
    if at < len(rows):
        found.differs(where, f"{len(rows) - at} postings too many")
        return False
    return True


def _same_quantities(
    connection: Connection,
    found: Replay,
    paths: dict[int, str],
    quantities: dict[tuple[int, str], int],
    drawn: dict[int, int],
) -> None:
    for account, asset, quantity in _rows(
        connection, "replay_holdings", "SELECT account, asset, quantity FROM books.holding"
    ):
        derived = quantities.pop((account, asset), 0)
        if derived != quantity:
            found.differs(
                f"{paths[account]} {asset}", f"holds {quantity}; the entries say {derived}"
            )
    for (account, asset), derived in quantities.items():
        found.differs(f"{paths.get(account)} {asset}", f"no holding; the entries say {derived}")
    for scope, used in _rows(connection, "replay_scopes", "SELECT id, used FROM books.authority"):
        if drawn.get(scope, 0) != used:
            found.differs(f"grant {scope}", f"used {used}; the entries say {drawn.get(scope, 0)}")


def _same_states(
    connection: Connection, found: Replay, states: dict[str, State], versions: dict[str, int]
) -> None:
    for name, version, text in _rows(
        connection, "replay_streams", "SELECT name, version, state::text FROM books.stream"
    ):
        state = states.pop(name, None)
        if state is None:
            found.differs(name, "a state without events")
        elif version != versions[name] or not _same_state(state, text):
            found.differs(name, "the kept state is not the fold of its events")
    for name in states:
        found.differs(name, "events without a state")


def _same_state(state: State, text: str) -> bool:
    import json

    return bool(json.loads(state_json(state)) == json.loads(text))


def _same_rest(
    connection: Connection,
    found: Replay,
    assets: dict[str, tuple[str, int]],
    quotes: dict[tuple[Any, ...], tuple[Any, ...]],
    pairs: set[tuple[str, str]],
) -> None:
    kept_assets = {
        code: (klass, scale)
        for code, klass, scale in connection.execute(
            "SELECT code, class, scale FROM books.asset WHERE event IS NOT NULL"
        )
    }
    if kept_assets != assets:
        found.differs("assets", f"derived {assets}, kept {kept_assets}")
    kept_permitted = set(
        connection.execute(
            "SELECT book_kind, class, side, asset_class FROM books.permitted"
        ).fetchall()
    )
    permitted = {place for place in chart.PLACES if (place[0], place[3]) in pairs}
    if kept_permitted != permitted:
        found.differs("permitted", f"derived {permitted}, kept {kept_permitted}")
    for asset, currency, on, price, source, estimated, event in connection.execute(_QUOTES):
        derived = quotes.pop((asset, currency, on, event), None)
        if derived is not None and derived != (price, source, estimated):
            found.differs(f"price of {asset} on {on}", f"kept {price}, the event says {derived}")
    for key in quotes:
        found.differs(f"price of {key[0]} on {key[2]}", "missing")
    for row in connection.execute(_TALLY):
        found.differs(f"tally {row[0]}", f"{row[1:]}")


__all__ = ["Event", "Replay", "check"]
