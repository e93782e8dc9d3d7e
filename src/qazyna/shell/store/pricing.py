"""The price book of a database: read once in a process, and then only what came since."""

from datetime import datetime
from typing import Any

import psycopg

from qazyna.blueprint import Blueprint
from qazyna.plan import Valuer
from qazyna.reserve.prices import PriceBook, Row, valuer

Connection = psycopg.Connection[Any]

_books: dict[str, tuple[int, PriceBook]] = {}

_ROWS = """
    SELECT p.asset, p.currency, p.on_date, p.price, p.source, p.estimated
    FROM books.price p JOIN books.event e ON e.seq = p.event
    WHERE p.event > %s AND (%s::timestamptz IS NULL OR e.recorded_at <= %s)
    ORDER BY p.event
"""


def price_book(connection: Connection, latest: int | None = None) -> PriceBook:
    """All prices known now. `latest` is the last event that brought any, if that is known."""
    if latest is None:
        row = connection.execute("SELECT coalesce(max(event), 0) FROM books.price").fetchone()
        latest = row[0] if row else 0
    info = connection.info
    name = f"{info.host}:{info.port}/{info.dbname}"
    known, book = _books.get(name, (0, PriceBook()))
    if known > latest:  # another database under the same name
        known, book = 0, PriceBook()
    if known < latest:
        rows = connection.execute(_ROWS, [known, None, None]).fetchall()
        book = book.with_rows(map(Row._make, rows)) if known else PriceBook(map(Row._make, rows))
        _books[name] = (latest, book)
    return book


def price_book_known_at(connection: Connection, known_at: datetime) -> PriceBook:
    """The prices that had been recorded by then."""
    rows = connection.execute(_ROWS, [0, known_at, known_at]).fetchall()
    return PriceBook(map(Row._make, rows))


def valuer_for(connection: Connection, latest: int, blueprint: Blueprint) -> Valuer:
    """Values in the blueprint's currency by all prices known now."""
    return valuer(price_book(connection, latest), blueprint)
