"""Rows as COPY reads them: what went in is what is there."""

from datetime import UTC, date, datetime
from decimal import Decimal
from types import SimpleNamespace

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import errors
from psycopg.types.json import Jsonb

from qazyna.shell.store.copying import copied, send
from tests.shell.store.opened import opened


@pytest.fixture
def connection(database):
    with opened(database.url("qazyna_owner")) as found:
        yield found


def through_copy(connection, kind, values):
    """The values, once they went through a table with a column of that kind."""
    with connection.transaction(force_rollback=True), connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE public.copied (n int, value {kind})")
        with cursor.copy("COPY public.copied FROM STDIN (FORMAT binary)") as copy:
            copy.write(copied(connection, ["int4", kind], enumerate(values)))
        cursor.execute("SELECT value FROM public.copied ORDER BY n")
        return [value for (value,) in cursor.fetchall()]


VALUES = [
    ("text", ["", "қазына", "\\N", "\\.", "a\\b\tc\nd\re", "\x1f\x7f\u2028", "NULL", "  ", None]),
    ("bytea", [b"", b"\0\xff\\", bytes(range(256)), None]),
    ("smallint", [0, -1, 32_767, None]),
    ("bigint", [0, -1, 2**62, None]),
    ("numeric", [10**77, 0, Decimal("1E+30"), Decimal("-0.000000000000000001"), None]),
    ("date", [date(1, 1, 1), date(2026, 6, 30), date(9999, 12, 31), None]),
    ("timestamptz", [datetime(2026, 6, 30, 1, 2, 3, 4, UTC), None]),
]


def test_no_rows_at_all(connection):
    assert [] == through_copy(connection, "text", [])


@pytest.mark.parametrize("kind, values", VALUES, ids=[kind for kind, _ in VALUES])
def test_what_went_in_is_there(connection, kind, values):
    assert values == through_copy(connection, kind, values)


def test_a_document_of_json(connection):
    values = [{"note": 'one\ntwo\t"three" \\ four', "rows": ["қ", "1"]}, [], {}]
    assert values == through_copy(connection, "jsonb", [Jsonb(value) for value in values])


def test_what_is_written_already_is_taken_as_it_is(connection):
    days = [date(1, 1, 1), date(2026, 6, 30), date(9999, 12, 31)]
    assert days == through_copy(connection, "date", [day.isoformat() for day in days])
    at = "2026-06-30T01:02:03.000004+00:00"
    assert [datetime.fromisoformat(at)] == through_copy(connection, "timestamptz", [at])
    assert [{"a": 'қ"'}, []] == through_copy(connection, "jsonb", ['{"a":"қ\\""}', "[]"])


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


# what is sent at once


SENT = "COPY public.sent FROM STDIN (FORMAT binary)"
KINDS = ["int4", "text"]


def sent(connection, rows):
    """The same rows, handed over as an import hands them over."""
    with connection.cursor() as cursor, cursor.copy(SENT) as copy:
        send(connection, copy, copied(connection, KINDS, rows))


@pytest.fixture
def table(connection):
    """A table of their own, for as long as the transaction that is open."""
    with connection.transaction(force_rollback=True):
        connection.execute("CREATE TABLE public.sent (n int CHECK (n >= 0), value text)")
        yield connection


MANY = 400_000
"""Rows that make more than one message of the protocol, and many times what a socket holds."""


def test_what_is_sent_at_once_is_there(table):
    rows = [(number, "қазына" * 5) for number in range(MANY)]
    assert len(copied(table, KINDS, rows)) > 1 << 24
    sent(table, rows)
    found = table.execute("SELECT count(*), sum(n), max(value), min(value) FROM public.sent")
    assert (MANY, MANY * (MANY - 1) // 2, "қазына" * 5, "қазына" * 5) == found.fetchone()


def test_over_a_network_psycopg_sends_the_same(table):
    far = SimpleNamespace(info=SimpleNamespace(host="db.example.org"), pgconn=table.pgconn)
    rows = [(1, "қазына"), (2, None)]
    with table.cursor() as cursor, cursor.copy(SENT) as copy:
        send(far, copy, copied(table, KINDS, rows))
    assert rows == table.execute("SELECT * FROM public.sent ORDER BY n").fetchall()


@pytest.mark.parametrize("at", [0, MANY // 2, MANY - 1])
def test_a_refusal_on_the_way_is_told_and_the_connection_serves_on(table, at):
    rows = [(-1 if number == at else number, "қазына" * 5) for number in range(MANY)]
    with pytest.raises(errors.CheckViolation), table.transaction():
        sent(table, rows)
    sent(table, [(1, "again")])
    assert [(1, "again")] == table.execute("SELECT * FROM public.sent").fetchall()


def test_a_server_that_goes_away_on_the_way_is_told(database):
    with (
        opened(database.url("qazyna_owner")) as lost,
        opened(database.url("qazyna_owner")) as other,
    ):
        pid = lost.info.backend_pid
        with pytest.raises(psycopg.OperationalError), lost.transaction():
            lost.execute("CREATE TABLE public.sent (n int, value text)")
            with lost.cursor() as cursor, cursor.copy(SENT) as copy:
                other.execute("SELECT pg_terminate_backend(%s)", [pid])
                rows = [(number, "қазына" * 5) for number in range(MANY)]
                send(lost, copy, copied(lost, KINDS, rows))
        assert lost.closed
