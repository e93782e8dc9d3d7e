"""Rows go to the database: a handful as INSERTs in one message, thousands by COPY, in batches.

Both meet the same keys and triggers.
"""

import re
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from functools import cache
from itertools import chain, count
from typing import Any

import psycopg

from qazyna.history.register import uncollected
from qazyna.shell.store.copying import copied, send
from qazyna.shell.store.turns import short_turns
from qazyna.shell.store.wire import Batch

Connection = psycopg.Connection[Any]
Row = tuple[Any, ...]
Rows = dict[str, list[Row]]
Ready = dict[str, list[Row] | bytes]
"""Few rows as they are; many as COPY reads them."""

BULK = 64
"""From so many rows on, a table is written by COPY."""

_QUEUE = 2
"""So many batches may wait for the one that is being written."""

_COLUMNS = {
    "command": "key kind body_sha256 salt actor recorded_at",
    "document": "sha256 name content",
    "event": "seq stream version kind command value_date recorded_at leaf private",
    "asset": "code class scale name event",
    "permitted": "book_kind class side asset_class event",
    "price": "asset currency on_date price source estimated event",
    "closed": "follows through event",
    "authority": "id authority event event_kind stream book asset granted",
    "entry": "id event number kind legs value_date flow value currency price_source leaf reverses"
    " reversed_kind effective book asset quantity debit_class debit_detail credit_class"
    " credit_detail authority scope book2 asset2 quantity2 debit_class2 debit_detail2 credit_class2"
    " credit_detail2 authority2 scope2",
    "stream": "name version state",
}

_TYPES = {
    column: kind
    for kind, columns in {
        "bigint": "seq id event scope scope2 reverses",
        "integer": "version",
        "smallint": "number legs scale",
        "numeric": "quantity quantity2 value granted price",
        "date": "value_date effective on_date follows through",
        "timestamptz": "recorded_at",
        "jsonb": "private state",
        "bytea": "leaf body_sha256 salt sha256 content",
        "text": "key kind actor name stream command code class side asset asset2 asset_class book"
        " book2 book_kind currency source price_source reversed_kind estimated flow event_kind"
        " authority authority2 debit_class debit_detail credit_class credit_detail debit_class2"
        " debit_detail2 credit_class2 credit_detail2",
    }.items()
    for column in columns.split()
}
"""What each column is, or what its domain is made of. Sent as such, a value becomes one of the
domain as it is written; sent as one of it, the domain would be looked up for each anew."""

_MAY_BE_THERE = ("document", "permitted")
"""The same file again, or what an earlier version of the law permitted already."""


class Inserting:
    """Inserts batches of rows in turn, in a second thread while the next are being prepared."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._pool: ThreadPoolExecutor | None = None
        self._under_way: deque[Future[None]] = deque()
        self._aside: Connection | None = None
        self._turns = ExitStack()

    def __enter__(self) -> "Inserting":
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool:
            self._pool.shutdown(wait=True)
            self._turns.close()
        if self._aside:
            self._aside.close()

    def put(self, rows: Rows) -> None:
        """Insert, once what was put before is done."""
        ready = _ready(self._connection, rows)
        self._wait(_QUEUE)
        if self._pool is None:
            self._turns.enter_context(short_turns())
            self._turns.enter_context(uncollected())
            self._pool = ThreadPoolExecutor(1)
        self._under_way.append(self._pool.submit(_insert, self._connection, ready))

    def last(self, changed: list[Row]) -> None:
        """Keep the folds of streams that changed, and return when all is done."""
        self._wait(0)
        _keep(self._connection, changed)

    def _wait(self, left: int) -> None:
        """Until no more than so many are still to be done."""
        while len(self._under_way) > left:
            self._under_way.popleft().result()

    @property
    def many(self) -> bool:
        """Whether there was more than one batch."""
        return self._pool is not None

    @property
    def free(self) -> Connection:
        """A connection to ask things of now: another one while this one is busy inserting."""
        if not self._under_way:
            return self._connection
        if self._aside is None:
            info = self._connection.info
            self._aside = psycopg.connect(info.dsn, password=info.password, autocommit=True)
        return self._aside


def _ready(connection: Connection, rows: Rows) -> Ready:
    """The rows, ready to be sent.

    They are made so by the thread that made the rows. The one that inserts then hands over whole
    buffers and never waits for its turn to run Python, and the server does not wait for it.
    """
    return {
        table: _bytes(connection, _COLUMNS[table].split(), many) if _in_bulk(table, many) else many
        for table, many in rows.items()
    }


def _in_bulk(table: str, rows: Sequence[Row]) -> bool:
    return len(rows) >= BULK and table not in _MAY_BE_THERE


def _insert(connection: Connection, rows: Ready) -> None:
    for table, columns in _COLUMNS.items():
        found = rows.get(table)
        if isinstance(found, bytes):
            _copy(connection, table, columns.split(), found)
        elif found:
            insert_rows(connection, table, columns.split(), found)


Part = tuple[str, Sequence[Any]]
"""A statement and its values."""

_FEW = 8
"""So many rows go in one statement. So few have few forms, and each is prepared once."""


def small(connection: Connection, rows: Rows, changed: list[Row]) -> Batch:
    """All of a small command, to be sent at once."""
    batch = Batch(connection)
    kept = [(version, state, name) for name, version, state in changed]
    if sum(map(len, rows.values())) + len(kept) <= _FEW:
        counts = tuple([(table, len(found)) for table, found in rows.items() if found])
        batch.add(_as_one(counts, len(kept)), list(chain(*chain(*rows.values()), *kept)))
        return batch
    for table, columns in _COLUMNS.items():
        for query, values in _inserts(table, tuple(columns.split()), rows.get(table, [])):
            batch.add(query, values)
    for values in kept:
        batch.add(_KEEP, values)
    return batch


_KEEP = "UPDATE books.stream SET version = $1::integer, state = $2 WHERE name = $3"


def _inserts(table: str, columns: tuple[str, ...], rows: Sequence[Row]) -> Iterator[Part]:
    """Insert by 32, 16, 8, 4, 2 and 1, so that few statements need to be prepared."""
    at = 0
    while left := len(rows) - at:
        many = min(1 << (left.bit_length() - 1), 32)
        yield (
            _statement(table, columns, many),
            [value for row in rows[at : at + many] for value in row],
        )
        at += many


@cache
def _as_one(counts: tuple[tuple[str, int], ...], kept: int) -> str:
    """One statement that inserts so many rows into each table and keeps so many folds. Keys and
    triggers look once all of it is there."""
    queries = [_statement(table, tuple(_COLUMNS[table].split()), many) for table, many in counts]
    queries += [_KEEP] * kept
    number = count(1)
    *first, last = [re.sub(r"\$\d+", lambda _: f"${next(number)}", query) for query in queries]
    told = ", ".join(f"p{n} AS ({query})" for n, query in enumerate(first))
    return f"WITH {told} {last}" if told else last


def _cast(column: str) -> str:
    return f"::{_TYPES[column]}"


@cache
def _statement(table: str, columns: tuple[str, ...], many: int) -> str:
    """The statement that inserts so many rows."""
    number = count(1)
    rows = ", ".join(
        f"({', '.join(f'${next(number)}{_cast(column)}' for column in columns)})"
        for _ in range(many)
    )
    again = " ON CONFLICT DO NOTHING" if table in _MAY_BE_THERE else ""
    return f"INSERT INTO books.{table} ({', '.join(columns)}) VALUES {rows}{again}"


def insert_rows(
    connection: Connection, table: str, columns: Sequence[str], rows: Sequence[Row]
) -> None:
    """Add rows to a table of the books, by INSERT or by COPY as their number asks."""
    if _in_bulk(table, rows):
        _copy(connection, table, columns, _bytes(connection, columns, rows))
    else:
        one = f"({', '.join(['%s'] * len(columns))})"
        again = " ON CONFLICT DO NOTHING" if table in _MAY_BE_THERE else ""
        connection.execute(
            f"INSERT INTO books.{table} ({', '.join(columns)})"
            f" VALUES {', '.join([one] * len(rows))}{again}",
            [value for row in rows for value in row],
        )


def _bytes(connection: Connection, columns: Sequence[str], rows: Sequence[Row]) -> bytes:
    return copied(connection, [_TYPES[column] for column in columns], rows)


def _copy(connection: Connection, table: str, columns: Sequence[str], content: bytes) -> None:
    query = f"COPY books.{table} ({', '.join(columns)}) FROM STDIN (FORMAT binary)"
    with connection.cursor() as cursor, cursor.copy(query) as copy:
        send(connection, copy, content)


def _keep(connection: Connection, changed: list[Row]) -> None:
    """Keep the folds of streams that were there before beside their events."""
    if changed:
        connection.cursor().executemany(
            "UPDATE books.stream SET version = %s, state = %s WHERE name = %s",
            [(version, state, name) for name, version, state in changed],
        )


__all__ = ["BULK", "Inserting", "Row", "Rows", "insert_rows", "small"]
