"""Rows as COPY reads them: PostgreSQL's text format, made in one go.

psycopg writes a COPY row by row, and between rows lets other threads run: a thread that copies
while another one thinks then waits for its turn again and again, and the server waits with it.
"""

import os
import select
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from types import NoneType
from typing import Any

import psycopg
from psycopg.types.json import Jsonb
from pydantic_core import to_json

Row = tuple[Any, ...]

_ESCAPED = str.maketrans({"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"})


def copied(rows: Iterable[Row]) -> bytes:
    """These rows, one a line.

    They are made some at a time: so few stay near the processor until they are done, and between
    them another thread gets its turn.
    """
    rest = iter(rows)
    return b"".join([_lines(some) for some in iter(lambda: list(islice(rest, _SOME)), [])])


_SOME = 200
"""So many rows are made at a time."""


def _lines(rows: list[Row]) -> bytes:
    """They are made column by column: in most, all values are of one kind, and what can be said of
    all at once need not be asked of each."""
    columns = [_column(values) for values in zip(*rows, strict=True)]
    lines = map("\t".join, zip(*columns, strict=True))
    return "\n".join([*lines, ""]).encode()


def send(connection: psycopg.Connection[Any], copy: psycopg.Copy, text: bytes) -> None:
    """Hand a COPY its text.

    psycopg hands over 128 kB at a time and asks for its turn to run Python after each; while
    another thread thinks, the server waits for that. Over a local socket, which nothing encrypts,
    the whole is one write of the operating system's, and Python is not asked.
    """
    pgconn = connection.pgconn
    if not connection.info.host.startswith("/"):
        copy.write(text)
        return
    while pgconn.flush():
        select.select([], [pgconn.socket], [])
    os.set_blocking(pgconn.socket, True)
    try:
        for at in range(0, len(text), _MESSAGE):
            part = text[at : at + _MESSAGE]
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


def _column(values: tuple[Any, ...]) -> Iterable[str]:
    kinds = _kinds(values)
    if NoneType not in kinds:
        return _told(values, kinds)
    there = [value for value in values if value is not None]
    told = iter(_told(there, kinds - {NoneType}))
    return ["\\N" if value is None else next(told) for value in values]


def _kinds(values: tuple[Any, ...]) -> set[type]:
    """The types there are among them: as a rule one, which is seen sooner than a set is made."""
    types = list(map(type, values))
    return {types[0]} if types.count(types[0]) == len(types) else set(types)


def _told(values: Sequence[Any], kinds: set[type]) -> Iterable[str]:
    """Values that are there, and of these kinds."""
    if kinds == {str}:
        return values if _clean("".join(values)) else map(_text, values)
    if kinds == {bytes}:
        together = b"".join(values)
        if not _plain(together):
            return map(_bytes, values)
        return map(_ascii if b"\\" in together else bytes.decode, values)
    if len(kinds) == 1:
        return map(_FORM[kinds.pop()], values)
    return [_FORM[type(value)](value) for value in values]


def _clean(text: str) -> bool:
    return "\\" not in text and "\n" not in text and "\r" not in text and "\t" not in text


def _text(value: str) -> str:
    return value if _clean(value) else value.translate(_ESCAPED)


_APART = b"\0\t\n\r"
"""What sets rows and values apart, and what no text can hold."""


def _plain(value: bytes) -> bool:
    # What reads as plain text, as leaves mostly do, takes half the room that way. Only ASCII is the
    # same in every encoding that a database may have.
    return value.isascii() and not any(map(value.__contains__, _APART))


def _bytes(value: bytes) -> str:
    return _ascii(value) if _plain(value) else "\\\\x" + value.hex()


def _ascii(value: bytes) -> str:
    return value.decode().replace("\\", "\\\\\\\\")


_FORM: dict[type, Callable[[Any], str]] = {
    bool: lambda value: "t" if value else "f",
    int: str,
    str: _text,
    date: date.isoformat,
    datetime: datetime.isoformat,
    Decimal: str,
    bytes: _bytes,
    # Of what is escaped here, JSON leaves backslashes alone.
    Jsonb: lambda value: to_json(value.obj).decode().replace("\\", "\\\\"),
}
"""How each type is written; of another there is none in the books."""
