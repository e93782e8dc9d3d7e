"""All entries and grants of the books, in order, a few thousand at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC
from typing import Any

import psycopg

from qazyna.ledger.archive import Granted, Recorded
from qazyna.ledger.entry import Account, Authority, Entry, EntryRef, EventRef, Grant, Posting, Value

Connection = psycopg.Connection[Any]

AT_A_TIME = 5_000

_GRANTS = """
    SELECT e.stream, e.version, e.kind, g.authority, g.book, g.asset, g.granted
    FROM books.authority g JOIN books.event e ON e.seq = g.event
    ORDER BY g.id
"""

_ENTRIES = """
    SELECT e.stream, e.version, n.number, e.kind, e.recorded_at,
           n.kind, n.value_date, n.flow, n.value, n.currency, n.price_source, n.effective,
           mistaken.stream, mistaken.version, reversed.number, later.id IS NOT NULL,
           n.asset, n.quantity, n.book, n.debit_class, n.debit_detail, n.credit_class,
           n.credit_detail, n.authority, giver.stream, giver.version,
           n.asset2, n.quantity2, n.book2, n.debit_class2, n.debit_detail2, n.credit_class2,
           n.credit_detail2, n.authority2, giver2.stream, giver2.version
    FROM books.entry n
    JOIN books.event e ON e.seq = n.event
    LEFT JOIN books.authority g ON g.id = n.scope
    LEFT JOIN books.event giver ON giver.seq = g.event
    LEFT JOIN books.authority g2 ON g2.id = n.scope2
    LEFT JOIN books.event giver2 ON giver2.seq = g2.event
    LEFT JOIN books.entry reversed ON reversed.id = n.reverses
    LEFT JOIN books.event mistaken ON mistaken.seq = reversed.event
    LEFT JOIN books.entry later ON later.reverses = n.id
    ORDER BY n.value_date, n.id
"""
_TOLD, _LEG = 16, 10
"""Columns of an entry, and of each of its legs after them."""

_HELD = """
    SELECT book, class, detail, asset, quantity FROM books.holding
    WHERE quantity > 0 ORDER BY book, class, detail, asset
"""


@contextmanager
def one_moment(connection: Connection) -> Iterator[None]:
    """All that is read within is read as of one moment, however long it takes."""
    with connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        # Every row will be fetched: plan for the last one, not for the first.
        connection.execute("SET LOCAL cursor_tuple_fraction = 1")
        yield


def grants(connection: Connection) -> Iterator[Granted]:
    """What was ever granted, in the order it was."""
    for stream, version, kind, authority, book, asset, granted in _stream(connection, _GRANTS):
        grant = Grant(authority, book, asset, int(granted))
        yield Granted(EventRef(stream, version), kind, grant)


def entries(connection: Connection) -> Iterator[Recorded]:
    """Every entry, by value date, and within a day as they were recorded."""
    yield from map(_recorded, _stream(connection, _ENTRIES))


def held(connection: Connection) -> Iterator[tuple[Account, str, int]]:
    """What every account holds now, by the running quantities."""
    for book, klass, detail, asset, quantity in _stream(connection, _HELD):
        yield Account(book, klass, detail), asset, int(quantity)


def _stream(connection: Connection, query: str) -> Iterator[tuple[Any, ...]]:
    with connection.cursor(name="export") as cursor:
        cursor.itersize = AT_A_TIME
        yield from cursor.execute(query)


def _recorded(row: tuple[Any, ...]) -> Recorded:
    stream, version, number, event_kind, recorded_at, *told = row[:_TOLD]
    kind, value_date, flow, value, currency, source, effective, *told = told
    of_stream, of_version, of_number, later = told
    legs = row[_TOLD : _TOLD + _LEG], row[_TOLD + _LEG :]
    reverses = of_stream and EntryRef(EventRef(of_stream, of_version), of_number)
    return Recorded(
        EntryRef(EventRef(stream, version), number),
        event_kind,
        recorded_at.astimezone(UTC),
        Entry(
            kind,
            value_date,
            tuple(_posting(*leg) for leg in legs if leg[0] is not None),
            flow,
            None if value is None else Value(value, currency, source),
            reverses,
            effective,
        ),
        reversed=later,
    )


def _posting(
    asset: str,
    quantity: int,
    book: str,
    debit: str,
    debit_detail: str,
    credit: str,
    credit_detail: str,
    authority: str,
    stream: str | None,
    version: int,
) -> Posting:
    return Posting(
        asset,
        int(quantity),
        Account(book, debit, debit_detail),
        Account(book, credit, credit_detail),
        None if stream is None else Authority(authority, EventRef(stream, version)),
    )
