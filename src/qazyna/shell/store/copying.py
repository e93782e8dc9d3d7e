"""Rows as COPY reads them: in PostgreSQL's binary format, written by psycopg before they are sent.

A thread that copies while another one thinks would wait for its turn again and again, and the
server would wait with it. So the thread that made the rows writes them too, and the one that sends
them asks for no turn.
"""

import io
import os
import select
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any

import psycopg
from psycopg.abc import Buffer
from psycopg.copy import Copy, FileWriter
from psycopg.types.datetime import DateBinaryDumper, DatetimeBinaryDumper
from psycopg.types.json import JsonbBinaryDumper

Row = tuple[Any, ...]


def copied(connection: psycopg.Connection[Any], kinds: Sequence[str], rows: Iterable[Row]) -> bytes:
    """These rows, whose columns are of these types. The connection is not used, and may be busy."""
    written = io.BytesIO()
    cursor = connection.cursor()
    for dumper in (_Day, _Instant, _Document):
        cursor.adapters.register_dumper(None, dumper)
    with Copy(cursor, writer=FileWriter(written), binary=True) as copy:
        copy.set_types(kinds)
        for row in rows:
            copy.write_row(row)
    return written.getvalue()


class _Day(DateBinaryDumper):
    """A day, which may be a text already. Many rows tell of the same days."""

    def dump(self, obj: date | str) -> Buffer | None:
        return _day(obj)


@lru_cache(4_096)
def _day(on: date | str) -> Buffer | None:
    return _DAY.dump(date.fromisoformat(on) if isinstance(on, str) else on)


class _Instant(DatetimeBinaryDumper):
    """An instant, which may be a text already."""

    def dump(self, obj: datetime | str) -> Buffer | None:
        return _instant(obj)


@lru_cache
def _instant(at: datetime | str) -> Buffer | None:
    return _INSTANT.dump(datetime.fromisoformat(at) if isinstance(at, str) else at)


class _Document(JsonbBinaryDumper):
    """A document, which is JSON already where it is a text."""

    def dump(self, obj: Any) -> Buffer | None:
        return b"\x01" + obj.encode() if isinstance(obj, str) else super().dump(obj)


_DAY, _INSTANT = DateBinaryDumper(date), DatetimeBinaryDumper(datetime)


def send(connection: psycopg.Connection[Any], copy: psycopg.Copy, content: bytes) -> None:
    """Hand a COPY its rows.

    psycopg hands over 128 kB at a time and asks for its turn to run Python after each; while
    another thread thinks, the server waits for that. Over a local socket, which nothing encrypts,
    the whole is one write of the operating system's, and Python is not asked.
    """
    copy.write(b"")  # so that psycopg knows: how it begins and ends is in the content
    pgconn = connection.pgconn
    if not connection.info.host.startswith("/"):
        copy.write(content)
        return
    while pgconn.flush():
        select.select([], [pgconn.socket], [])
    os.set_blocking(pgconn.socket, True)
    try:
        for at in range(0, len(content), _MESSAGE):
            part = content[at : at + _MESSAGE]
            left = memoryview(b"d" + (len(part) + 4).to_bytes(4, "big") + part)
            while left:
                left = left[os.write(pgconn.socket, left) :]
    except OSError as lost:
        raise psycopg.OperationalError(
            f"the connection was lost while rows were sent: {lost}"
        ) from lost
    finally:
        os.set_blocking(pgconn.socket, False)


_MESSAGE = 1 << 24
"""So many bytes to a message of the protocol: COPY takes them however they are parted."""
