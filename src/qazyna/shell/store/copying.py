"""Rows as COPY reads them: PostgreSQL's text format, made in one go.

psycopg writes a COPY row by row, and between rows lets other threads run: a thread that copies
while another one thinks then waits for its turn again and again, and the server waits with it.
"""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from psycopg.types.json import Jsonb
from pydantic_core import to_json

Row = tuple[Any, ...]

_ESCAPED = str.maketrans({"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"})


def copied(rows: Iterable[Row]) -> bytes:
    """These rows, one a line.

    They are made column by column: in most, all values are of one kind, and what can be said of all
    at once need not be asked of each.
    """
    columns = [_column(values) for values in zip(*rows, strict=True)]
    lines = map("\t".join, zip(*columns, strict=True))
    return "\n".join([*lines, ""]).encode()


def _column(values: tuple[Any, ...]) -> Iterable[str]:
    kinds = set(map(type, values))
    if kinds == {int}:
        return map(str, values)
    if kinds == {str} and _clean("".join(values)):
        return values
    form = _FORM
    return ["\\N" if value is None else form[type(value)](value) for value in values]


def _clean(text: str) -> bool:
    # What is printable has no control character in it.
    return text.isprintable() and "\\" not in text


def _text(value: str) -> str:
    return value if _clean(value) else value.translate(_ESCAPED)


_APART = b"\0\t\n\r"
"""What sets rows and values apart, and what no text can hold."""


def _bytes(value: bytes) -> str:
    # What reads as plain text, as leaves mostly do, takes half the room that way. Only ASCII is the
    # same in every encoding that a database may have.
    if value.isascii() and not any(map(value.__contains__, _APART)):
        return value.decode().replace("\\", "\\\\\\\\")
    return "\\\\x" + value.hex()


_FORM: dict[type, Callable[[Any], str]] = {
    bool: lambda value: "t" if value else "f",
    int: str,
    str: _text,
    date: date.isoformat,
    datetime: lru_cache(datetime.isoformat),  # when it was recorded is the same in many rows
    Decimal: str,
    bytes: _bytes,
    Jsonb: lambda value: _text(to_json(value.obj).decode()),
}
"""How each type is written; of another there is none in the books."""
