"""Many statements in one round trip: the same answers and errors as one by one."""

import gc
import weakref
from datetime import UTC, date, datetime
from decimal import Decimal

import psycopg
import pytest
from psycopg.types.json import Jsonb

from tests.shell.store.opened import opened


@pytest.fixture
def connection(database):
    with opened(database.url("qazyna_owner")) as found:
        yield found


def batch(connection, *statements):
    from qazyna.shell.store.wire import Batch

    found = Batch(connection)
    for query, *values in statements:
        found.add(query, values)
    return found


def test_each_statement_answers_in_its_turn(connection):
    answers = batch(
        connection,
        ("SELECT 1, 'one'",),
        ("SELECT * FROM generate_series(1, $1::int)", 3),
        ("SELECT 1 WHERE false",),
    ).send()
    assert [[(1, "one")], [(1,), (2,), (3,)], []] == answers


VALUES = [
    ("text", "қазына"),
    ("bigint", 2**62),
    ("numeric", Decimal("1234.50")),
    ("numeric", 10**70),
    ("date", date(2026, 5, 1)),
    ("timestamptz", datetime(2026, 5, 1, 12, tzinfo=UTC)),
    ("bytea", b"\x00\xff"),
    ("boolean", True),
    ("text[]", ["a", "b,c", "{}"]),
    ("text", None),
]


@pytest.mark.parametrize("kind, value", VALUES)
def test_values_come_back_as_they_went(connection, kind, value):
    answers = batch(connection, (f"SELECT $1::{kind}", value)).send()
    assert value == answers[0][0][0]


def test_json_goes_as_json(connection):
    assert {"a": ["1"]} == batch(connection, ("SELECT $1::jsonb", Jsonb({"a": ["1"]}))).send()[0][
        0
    ][0]


def test_a_statement_is_prepared_once(connection):
    for _ in range(3):
        batch(connection, ("SELECT $1::int + 1", 1)).send()
    query = "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%int + 1'"
    assert (1,) == connection.execute(query).fetchone()


def test_what_was_deallocated_is_prepared_anew(connection):
    one = ("SELECT $1::int", 1)
    batch(connection, one).send()
    connection.execute("DEALLOCATE ALL")
    with pytest.raises(psycopg.errors.InvalidSqlStatementName):
        batch(connection, one).send()
    assert [[(1,)]] == batch(connection, one).send()


def test_the_first_error_is_raised_and_nothing_after_it_is_done(connection):
    connection.execute("CREATE TABLE public.tried (n int PRIMARY KEY)")
    insert = "INSERT INTO public.tried VALUES ($1)"
    with pytest.raises(psycopg.errors.UniqueViolation) as caught:
        batch(connection, (insert, 1), (insert, 1), (insert, 2)).send()
    assert "tried_pkey" == caught.value.diag.constraint_name
    assert (0,) == connection.execute("SELECT count(*) FROM public.tried").fetchone()


def test_a_statement_that_cannot_be_prepared_leaves_the_others_as_they_were(connection):
    good, bad = ("SELECT $1::int + 2", 1), ("SELEKT 1",)
    with pytest.raises(psycopg.errors.SyntaxError):
        batch(connection, good, bad, ("SELECT 5",)).send()
    assert [[(3,)], [(5,)]] == batch(connection, good, ("SELECT 5",)).send()


def test_large_questions_and_answers_do_not_wait_for_each_other(connection):
    text = "x" * 3_000_000
    answers = batch(connection, *[("SELECT $1::text || 'y'", text)] * 4).send()
    assert [len(text) + 1] * 4 == [len(rows[0][0]) for rows in answers]


def test_a_server_that_goes_away_is_an_error(connection, database):
    (pid,) = connection.execute("SELECT pg_backend_pid()").fetchone()
    with psycopg.connect(database.url("postgres"), autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s)", [pid])
    with pytest.raises(psycopg.OperationalError):
        batch(connection, ("SELECT 1",), ("SELECT 2",)).send()
    assert connection.closed


# ── Transactions ────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def tried(connection):
    connection.execute("CREATE TABLE IF NOT EXISTS public.kept (n int)")
    connection.execute("TRUNCATE public.kept")
    return lambda: [row[0] for row in connection.execute("SELECT n FROM public.kept ORDER BY n")]


INSERT = "INSERT INTO public.kept VALUES ($1)"


def transaction(connection):
    from qazyna.shell.store.wire import Transaction

    return Transaction(connection)


def test_a_transaction_commits_with_its_last_batch(connection, tried):
    with transaction(connection) as there:
        there.send(batch(connection, (INSERT, 1)))
        assert psycopg.pq.TransactionStatus.INTRANS == connection.info.transaction_status
        there.send(batch(connection, (INSERT, 2)), last=True)
        assert psycopg.pq.TransactionStatus.IDLE == connection.info.transaction_status
    assert [1, 2] == tried()


def test_a_transaction_commits_when_it_ends(connection, tried):
    with transaction(connection) as there:
        there.send(batch(connection, (INSERT, 1)))
    assert [1] == tried()


def test_a_transaction_is_taken_back_when_it_fails(connection, tried):
    with pytest.raises(ZeroDivisionError), transaction(connection) as there:
        there.send(batch(connection, (INSERT, 1)))
        raise ZeroDivisionError
    with pytest.raises(psycopg.errors.DivisionByZero), transaction(connection) as there:
        there.send(batch(connection, (INSERT, 1), ("SELECT 1 / 0",)), last=True)
    assert [] == tried()
    assert psycopg.pq.TransactionStatus.IDLE == connection.info.transaction_status


def test_within_another_transaction_it_is_a_step_of_it(connection, tried):
    with connection.transaction(force_rollback=True):
        with transaction(connection) as there:
            there.send(batch(connection, (INSERT, 1)), last=True)
        with pytest.raises(psycopg.errors.DivisionByZero), transaction(connection) as there:
            there.send(batch(connection, (INSERT, 2), ("SELECT 1 / 0",)))
        assert [1] == tried()
    assert [] == tried()


def test_a_transaction_in_which_nothing_is_said_is_none(connection):
    with transaction(connection):
        pass
    assert psycopg.pq.TransactionStatus.IDLE == connection.info.transaction_status


def test_a_connection_is_not_kept_alive(database):
    connection = psycopg.connect(database.url("qazyna_owner"))
    batch(connection, ("SELECT $1::bytea, now()", b"\x00'")).send()
    connection.close()
    kept = weakref.ref(connection)
    del connection
    gc.collect()
    assert kept() is None
