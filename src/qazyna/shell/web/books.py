"""The books as the pages read them: the connection that Django keeps, and one way to ask."""

from collections.abc import Mapping, Sequence
from typing import Any

import psycopg
from django.db import connection as django_connection
from psycopg.rows import namedtuple_row
from psycopg.types.json import JsonbLoader

Connection = psycopg.Connection[Any]
Given = Mapping[str, Any] | Sequence[Any]

PREPARED_AFTER = 5


def connection() -> Connection:
    """The PostgreSQL connection behind Django's own, reading jsonb as the rest of the program does.

    Django would leave jsonb as text and prepare nothing.
    """
    django_connection.close_if_health_check_failed()
    django_connection.ensure_connection()
    raw: Connection = django_connection.connection
    if raw.prepare_threshold is None:
        raw.adapters.register_loader("jsonb", JsonbLoader)
        raw.prepare_threshold = PREPARED_AFTER
    return raw


def _cursor() -> psycopg.Cursor[Any]:
    return psycopg.Cursor(connection(), row_factory=namedtuple_row)


def rows(query: str, given: Given = (), *, prepare: bool | None = None) -> list[Any]:
    """All rows of a query, by name. `prepare=False` plans it for these very values every time."""
    return _cursor().execute(query, given, prepare=prepare).fetchall()


def row(query: str, given: Given = ()) -> Any | None:
    """The first row, or None."""
    return _cursor().execute(query, given).fetchone()


def ask(*questions: tuple[str, Given]) -> list[list[Any]]:
    """Several queries in one round trip."""
    with connection().pipeline():
        cursors = [_cursor().execute(query, given) for query, given in questions]
    return [cursor.fetchall() for cursor in cursors]
