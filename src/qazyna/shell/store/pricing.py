"""The price book of a database: read once in a process, and then only what came since.

Numbers of events are drawn before they are committed, so what came since is told by transactions:
prices of those that were all decided when the book was read are kept; of those since, the events
that are seen now.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from weakref import WeakKeyDictionary

import psycopg

from qazyna.blueprint import Blueprint
from qazyna.history.register import uncollected
from qazyna.plan import Valuer
from qazyna.reserve.prices import PriceBook, Row, valuer

Connection = psycopg.Connection[Any]

_MOST: Final = 64
FRESH: Final = f"""
    ARRAY(SELECT event FROM books.price WHERE tx >= {{}}::xid8 ORDER BY tx DESC LIMIT {_MOST})
"""
"""The events of prices whose transactions may not have been decided when the book was read; of
many, some. (A limit, so that PostgreSQL keeps one plan, whatever it expects to find.)"""

_KNOWN_AT_KEPT = 8


@dataclass
class _Kept:
    """The price book of one database, as this process knows it."""

    below: str = "0"
    """Every transaction below this one was decided when `decided` was read."""
    last: int = 0
    decided: PriceBook = field(default_factory=PriceBook)
    decided_at: datetime | None = None
    """When the last of these prices was recorded."""
    fresh: tuple[int, ...] = ()
    book: PriceBook = field(default_factory=PriceBook)
    """`decided`, and the prices of the events in `fresh`."""
    recorded_at: datetime | None = None
    known_at: dict[datetime, PriceBook] = field(default_factory=dict)


_kept: dict[str, _Kept] = {}
_names: "WeakKeyDictionary[Connection, str]" = WeakKeyDictionary()
_EMPTY: Final = PriceBook()

_ROWS = """
    SELECT p.asset, p.currency, p.on_date, p.price, p.source, p.estimated
    FROM books.price p
    WHERE p.tx >= %(since)s::xid8 AND {} ORDER BY p.event
"""
_DECIDED = _ROWS.format("p.tx < %(below)s::xid8")
_SEEN = _ROWS.format("p.event = ANY(%(events)s)")
_BOTH = _ROWS.format("(p.tx < %(below)s::xid8 OR p.event = ANY(%(events)s))")
_KNOWN_AT = """
    SELECT p.asset, p.currency, p.on_date, p.price, p.source, p.estimated
    FROM books.price p JOIN books.event e ON e.seq = p.event
    WHERE e.recorded_at <= %s ORDER BY p.event
"""
_ALL_FRESH = "SELECT DISTINCT event FROM books.price WHERE tx >= %s::xid8"
_EVENTS = """
    SELECT f.event, f.tx < %(below)s::xid8, e.recorded_at
    FROM (SELECT DISTINCT event, tx FROM books.price WHERE tx >= %(since)s::xid8) AS f
    JOIN books.event e ON e.seq = f.event ORDER BY f.event
"""


def decided_below(connection: Connection) -> str:
    """The transaction from which on prices are asked for again: what `FRESH` is asked with."""
    return _of(connection).below


def price_book(connection: Connection, fresh: Sequence[int] | None = None) -> PriceBook:
    """All prices known now. `fresh` is what `FRESH` answered just now, if it was asked."""
    return _current(connection, fresh).book


def price_book_known_at(connection: Connection, known_at: datetime) -> PriceBook:
    """The prices that had been recorded by then, a time that is settled."""
    kept = _current(connection)
    if kept.recorded_at is None or kept.recorded_at <= known_at:
        return kept.book
    book = kept.known_at.get(known_at)
    if book is None:
        book = PriceBook(map(Row._make, connection.execute(_KNOWN_AT, [known_at])))
        while len(kept.known_at) >= _KNOWN_AT_KEPT:
            kept.known_at.pop(next(iter(kept.known_at)))
        kept.known_at[known_at] = book
    return book


def valuer_for(connection: Connection, fresh: Sequence[int], blueprint: Blueprint) -> Valuer:
    """Values in the blueprint's currency by all prices known now."""
    return valuer(price_book(connection, fresh), blueprint)


def _of(connection: Connection) -> _Kept:
    """What is kept of the connection's database, told by its number from another of its name."""
    name = _names.get(connection)
    if name is None:
        row = connection.execute(
            "SELECT oid FROM pg_database WHERE datname = current_database()"
        ).fetchone()
        info = connection.info
        name = _names[connection] = f"{info.host}:{info.port}/{info.dbname}:{row and row[0]}"
    kept = _kept.get(name)
    return _kept.setdefault(name, _Kept()) if kept is None else kept


def _current(connection: Connection, fresh: Sequence[int] | None = None) -> _Kept:
    kept = _of(connection)
    if fresh is None or len(fresh) == _MOST:
        rows = connection.execute(_ALL_FRESH, [kept.below], prepare=False)
        fresh = [event for (event,) in rows]
    if set(fresh) == set(kept.fresh):
        return kept
    with uncollected():
        return _read(connection, kept)


def _read(connection: Connection, kept: _Kept) -> _Kept:
    """The book with what came since. Only what is decided is kept for good: a transaction that sees
    prices of its own may still be taken back."""
    row = connection.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text").fetchone()
    assert row is not None
    given: dict[str, Any] = {"since": kept.below, "below": row[0]}
    found = connection.execute(_EVENTS, given).fetchall()
    decided = [(event, at) for event, is_decided, at in found if is_decided]
    fresh = [(event, at) for event, is_decided, at in found if not is_decided]
    if decided and decided[0][0] < kept.last:
        given["since"] = "0"  # of one day the last number counts, so the order is made anew
    base = _EMPTY if given["since"] == "0" else kept.decided
    book = _with(base, connection.execute(_DECIDED, given).fetchall()) if decided else kept.decided
    last = max(kept.last, *(event for event, _ in decided), 0)
    other = _Kept(
        below=row[0],
        last=last,
        decided=book,
        decided_at=_latest(kept.decided_at, decided),
        known_at=kept.known_at,
    )
    other.fresh = tuple(event for event, _ in fresh)
    other.recorded_at = _latest(other.decided_at, fresh)
    other.book = book
    if fresh and fresh[0][0] < last:
        given |= {"since": "0", "events": list(other.fresh)}
        other.book = _with(_EMPTY, connection.execute(_BOTH, given).fetchall())
    elif fresh:
        given["events"] = list(other.fresh)
        other.book = _with(book, connection.execute(_SEEN, given).fetchall())
    _kept[_names[connection]] = other
    return other


def _latest(before: datetime | None, events: Sequence[tuple[int, datetime]]) -> datetime | None:
    times = [at for _, at in events]
    return max(times if before is None else [before, *times], default=None)


def _with(book: PriceBook, rows: Sequence[tuple[Any, ...]]) -> PriceBook:
    more = map(Row._make, rows)
    return PriceBook(more) if book is _EMPTY else book.with_rows(more)
