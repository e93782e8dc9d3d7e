"""Rows as COPY reads them: what went in is what is there."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.types.json import Jsonb

from qazyna.shell.store.copying import copied
from tests.shell.store.opened import opened


@pytest.fixture
def connection(database):
    with opened(database.url("qazyna_owner")) as found:
        yield found


def through_copy(connection, kind, values):
    """The values, once they went through a table with a column of that kind."""
    with connection.transaction(force_rollback=True), connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE public.copied (n int, value {kind})")
        with cursor.copy("COPY public.copied FROM STDIN") as copy:
            copy.write(copied(enumerate(values)))
        cursor.execute("SELECT value FROM public.copied ORDER BY n")
        return [value for (value,) in cursor.fetchall()]


VALUES = [
    ("text", ["", "қазына", "\\N", "\\.", "a\\b\tc\nd\re", "\x1f\x7f\u2028", "NULL", "  ", None]),
    ("bytea", [b"", b"\0\xff\\", bytes(range(256)), None]),
    ("bigint", [0, -1, 2**62, None]),
    ("numeric", [10**77, 0, Decimal("1E+30"), Decimal("-0.000000000000000001"), None]),
    ("boolean", [True, False, None]),
    ("date", [date(1, 1, 1), date(2026, 6, 30), date(9999, 12, 31), None]),
    ("timestamptz", [datetime(2026, 6, 30, 1, 2, 3, 4, UTC), None]),
]


def test_rows_of_nothing_and_nothing_at_all():
    assert [b"", b"\n\n", b"\t\n"] == [copied([]), copied([("",), ("",)]), copied([("", "")])]


@pytest.mark.parametrize("kind, values", VALUES, ids=[kind for kind, _ in VALUES])
def test_what_went_in_is_there(connection, kind, values):
    assert values == through_copy(connection, kind, values)


def test_a_document_of_json(connection):
    values = [{"note": 'one\ntwo\t"three" \\ four', "rows": ["қ", "1"]}, [], {}]
    assert values == through_copy(connection, "jsonb", [Jsonb(value) for value in values])


ASCII = st.characters(max_codepoint=127, exclude_characters="\0")


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.none() | st.text(ASCII) | st.text("ab")))
def test_any_column_of_texts_and_of_none(connection, texts):
    assert texts == through_copy(connection, "text", texts)


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.binary() | st.text(st.characters(max_codepoint=127)).map(str.encode)))
def test_any_bytes(connection, values):
    assert values == through_copy(connection, "bytea", values)


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))))
def test_any_text(connection, texts):
    assert texts == through_copy(connection, "text", texts)
