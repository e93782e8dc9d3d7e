"""All entries and grants of the books, in order, a few thousand at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC
from itertools import groupby
from operator import itemgetter
from typing import Any

import psycopg

from qazyna.ledger.archive import Granted, Recorded
from qazyna.ledger.entry import Account, Authority, Entry, EntryRef, EventRef, Grant, Posting, Value

Connection = psycopg.Connection[Any]

AT_A_TIME = 5_000

_GRANTS = """
    SELECT e.stream, e.version, e.kind, g.authority, b.path, g.asset, g.granted
    FROM books.authority g
    JOIN books.event e ON e.seq = g.event
    JOIN books.book b ON b.id = g.book
    ORDER BY g.id
"""

_ENTRIES = """
    SELECT n.id, e.stream, e.version, n.number, e.kind, e.recorded_at,
           n.kind, n.value_date, n.flow, n.value, n.currency, n.price_source, n.effective,
           mistaken.stream, mistaken.version, reversed.number, later.id IS NOT NULL,
           p.asset, p.quantity, b.path, d.class, d.detail, c.class, c.detail,
           p.authority, giver.stream, giver.version
    FROM books.entry n
    JOIN books.event e ON e.seq = n.event
    JOIN books.posting p ON p.entry = n.id
    JOIN books.book b ON b.id = p.book
    JOIN books.account d ON d.id = p.debit
    JOIN books.account c ON c.id = p.credit
    LEFT JOIN books.authority g ON g.id = p.scope
    LEFT JOIN books.event giver ON giver.seq = g.event
    LEFT JOIN books.entry reversed ON reversed.id = n.reverses
    LEFT JOIN books.event mistaken ON mistaken.seq = reversed.event
    LEFT JOIN books.entry later ON later.reverses = n.id
    ORDER BY n.value_date, n.id, p.leg
"""

_HELD = """
    SELECT b.path, a.class, a.detail, h.asset, h.quantity
    FROM books.holding h
    JOIN books.account a ON a.id = h.account
    JOIN books.book b ON b.id = a.book
    WHERE h.quantity > 0
    ORDER BY h.account, h.asset
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
    for _, legs in groupby(_stream(connection, _ENTRIES), key=itemgetter(0)):
        yield _recorded(list(legs))


def held(connection: Connection) -> Iterator[tuple[Account, str, int]]:
    """What every account holds now, by the running quantities."""
    for book, klass, detail, asset, quantity in _stream(connection, _HELD):
        yield Account(book, klass, detail), asset, int(quantity)


def _stream(connection: Connection, query: str) -> Iterator[tuple[Any, ...]]:
    with connection.cursor(name="export") as cursor:
        cursor.itersize = AT_A_TIME
        yield from cursor.execute(query)


def _recorded(legs: list[tuple[Any, ...]]) -> Recorded:
    _, stream, version, number, event_kind, recorded_at, *told = legs[0]
    kind, value_date, flow, value, currency, source, effective, *told = told
    of_stream, of_version, of_number, later, *_ = told
    reverses = of_stream and EntryRef(EventRef(of_stream, of_version), of_number)
    return Recorded(
        EntryRef(EventRef(stream, version), number),
        event_kind,
        recorded_at.astimezone(UTC),
        Entry(
            kind,
            value_date,
            tuple(_posting(*leg[17:]) for leg in legs),
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
