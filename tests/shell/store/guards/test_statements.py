"""Single statements that would change what is written, by the owner and by the application."""

import json
import re

import psycopg
import pytest

from qazyna.ledger import chart
from tests.shell.store.guards.by_hand import ByHand
from tests.shell.store.guards.trying import (
    CHART,
    FOLLOW,
    ON_EACH_POSTGRES,
    RIGHT_PATHS,
    STAYS,
    attempt,
    is_refused,
)

pytestmark = ON_EACH_POSTGRES

WRITTEN_ONCE = ["command", "event", "entry", "asset", "permitted"]
WRITTEN_ONCE += ["authority", "price", "document", "lawful"]
RUNNING = ["holding", "drawn", "tally"]
CONSTANT = ["place"]

A_COLUMN = {"holding": "quantity", "drawn": "used", "tally": "postings", "document": "name"}
A_COLUMN |= {"command": "actor", "event": "kind", "entry": "flow"}
A_COLUMN |= {"asset": "name", "permitted": "book_kind"}
A_COLUMN |= {"price": "source", "lawful": "asset", "place": "side", "authority": "asset"}


def _same(table: str) -> str:
    return f"UPDATE books.{table} SET {A_COLUMN[table]} = {A_COLUMN[table]}"


KEY = "book, class, detail, asset, quantity, last_day"
MORE = "quantity = h.quantity + 1"
POSTED = "event, number, kind, legs, value_date, flow, leaf, asset, quantity, book"
POSTED += ", debit_class, debit_detail, credit_class, credit_detail"

STATEMENTS = [
    *((_same(table), STAYS) for table in WRITTEN_ONCE),
    *((_same(table), FOLLOW) for table in RUNNING),
    *((_same(table), CHART) for table in CONSTANT),
    *((f"DELETE FROM books.{table}", STAYS) for table in WRITTEN_ONCE + RUNNING),
    *((f"DELETE FROM books.{table}", CHART) for table in CONSTANT),
    *((f"TRUNCATE books.{table} CASCADE", STAYS) for table in WRITTEN_ONCE + RUNNING),
    *((f"TRUNCATE books.{table} CASCADE", CHART) for table in CONSTANT),
    # a running quantity, by every door
    ("UPDATE books.holding SET quantity = quantity + 1 WHERE asset = 'BTC'", FOLLOW),
    ("UPDATE books.drawn SET used = 0", FOLLOW),
    ("INSERT INTO books.drawn SELECT id, granted, 0 FROM books.authority", FOLLOW),
    ("UPDATE books.authority SET granted = granted + 1", STAYS),
    (f"INSERT INTO books.holding ({KEY}) SELECT {KEY} FROM books.holding LIMIT 1", FOLLOW),
    (
        f"INSERT INTO books.holding AS h ({KEY}) SELECT {KEY} FROM books.holding"
        f" ON CONFLICT DO NOTHING",
        FOLLOW,
    ),
    (
        "MERGE INTO books.holding h USING books.authority a ON h.book = a.book"
        f" WHEN MATCHED THEN UPDATE SET {MORE}",
        FOLLOW,
    ),
    (
        "MERGE INTO books.holding h USING books.authority a ON h.book = a.book"
        " WHEN MATCHED THEN DELETE",
        STAYS,
    ),
    (
        "MERGE INTO books.holding h USING books.holding k ON false WHEN NOT MATCHED"
        f" THEN INSERT ({KEY}) VALUES ('C-9/1', k.class, k.detail, k.asset, 1, k.last_day)",
        FOLLOW,
    ),
    *(
        (f"MERGE INTO books.{table} h USING books.asset a ON false WHEN MATCHED THEN {change}", by)
        for table in RUNNING
        for change, by in ((f"UPDATE SET {A_COLUMN[table]} = 0", FOLLOW), ("DELETE", STAYS))
    ),
    # be it of many rows, of one, or of none
    *(
        (f"{_same(table)} WHERE {which}", FOLLOW)
        for table in RUNNING
        for which in ("false", f"ctid = (SELECT min(ctid) FROM books.{table})")
    ),
    *((f"DELETE FROM books.{table} WHERE false", STAYS) for table in WRITTEN_ONCE + RUNNING),
    *((f"{_same(table)} WHERE false", STAYS) for table in WRITTEN_ONCE),
    *(
        (f"INSERT INTO books.{table} SELECT * FROM books.{table} WHERE false", FOLLOW)
        for table in ("drawn", "tally", "lawful")
    ),
    (f"INSERT INTO books.holding ({KEY}) SELECT {KEY} FROM books.holding WHERE false", FOLLOW),
    (
        f"INSERT INTO books.holding AS h ({KEY}) SELECT {KEY} FROM books.holding"
        f" ON CONFLICT (book, class, detail, asset) DO UPDATE SET {MORE}",
        FOLLOW,
    ),
    (
        "INSERT INTO books.drawn AS d SELECT * FROM books.drawn"
        " ON CONFLICT (authority) DO UPDATE SET used = 0",
        FOLLOW,
    ),
    # the name of an account, which is all there is of it
    *(
        (f"UPDATE books.holding SET {column} = 'x' WHERE book = 'C-1/1'", FOLLOW)
        for column in ("book", "class", "detail", "asset")
    ),
    *(
        (f"UPDATE books.entry SET {column} = 'x'", STAYS)
        for column in (
            "book",
            "debit_class",
            "debit_detail",
            "credit_class",
            "credit_detail",
            "book2",
            "debit_class2",
            "debit_detail2",
            "credit_class2",
            "credit_detail2",
        )
    ),
    ("UPDATE books.authority SET book = 'C-2/1'", STAYS),
    # both in one, and again after a refusal
    (
        f"WITH posted AS (INSERT INTO books.entry ({POSTED}) SELECT {POSTED} FROM books.entry n"
        f" WHERE n.kind = 'receive' AND n.book = 'C-2/1' RETURNING 1)"
        f" UPDATE books.holding h SET {MORE} FROM posted",
        FOLLOW,
    ),
    (
        f"DO $$ BEGIN BEGIN UPDATE books.holding h SET {MORE};"
        f" EXCEPTION WHEN OTHERS THEN NULL; END;"
        f" UPDATE books.holding h SET {MORE}; END $$",
        FOLLOW,
    ),
    (f"WITH more AS (UPDATE books.holding h SET {MORE} RETURNING 1) SELECT * FROM more", FOLLOW),
    (f"DO $$ BEGIN UPDATE books.holding h SET {MORE}; END $$", FOLLOW),
    ("INSERT INTO books.tally SELECT * FROM books.tally", FOLLOW),
    ("INSERT INTO books.lawful SELECT * FROM books.lawful ON CONFLICT DO NOTHING", FOLLOW),
    (
        "INSERT INTO books.place VALUES ('reserve', 'custody', 'location', 'crypto')",
        CHART,
    ),
    (
        "INSERT INTO books.asset (code, class, scale) VALUES ('BTC', 'currency', 8)"
        " ON CONFLICT (code) DO UPDATE SET class = 'currency'",
        STAYS,
    ),
    # leg by leg the books are read, and not written
    ("UPDATE books.posting SET quantity = quantity", 'cannot update view "posting"'),
    ("DELETE FROM books.posting", 'cannot delete from view "posting"'),
    (
        "INSERT INTO books.posting SELECT * FROM books.posting",
        'cannot insert into view "posting"',
    ),
    # who one is
    (
        "SET session_replication_role = replica",
        'permission denied to set parameter "session_replication_role"',
    ),
    ("SET ROLE postgres", 'permission denied to set role "postgres"'),
]


@pytest.mark.parametrize("statement, by", STATEMENTS, ids=[s[:70] for s, _ in STATEMENTS])
def test_no_statement_changes_what_is_written(books, statement, by):
    is_refused(by, books, lambda hand: hand.connection.execute(statement), {})


BY_COPY = {
    "holding": (KEY, ("C-9/1", "custody", "AFM", "BTC", 1, "2026-05-01")),
    "drawn": ("authority, granted, used", (1, 6, 0)),
    "lawful": (
        "book_kind, class, side, asset, asset_class",
        ("case", "vault", "location", "XAU", "gold"),
    ),
    "tally": (
        "month, book_kind, kind, leg, debit_class, credit_class, counter, asset, currency, flow,"
        " shard, quantity, value, postings",
        *(("2026-05-01", "case", "move", 1, "custody", "custody", "", "BTC", "", "internal",
           9, 1, 0, 1),),
    ),
}  # fmt: skip


@pytest.mark.parametrize("rows", [0, 1, 100])
@pytest.mark.parametrize("table", BY_COPY)
def test_no_copy_brings_a_running_figure_about(books, table, rows):
    columns, row = BY_COPY[table]

    def copied(hand: ByHand) -> None:
        with (
            hand.connection.cursor() as cursor,
            cursor.copy(f"COPY books.{table} ({columns}) FROM STDIN") as copy,
        ):
            for _ in range(rows):
                copy.write_row(row)

    is_refused(FOLLOW, books, copied, {})


# ── The application's role ──────────────────────────────────────────────────────────────────────

DENIED = psycopg.errors.InsufficientPrivilege

FOR_THE_APPLICATION = [
    *(_same(table) for table in WRITTEN_ONCE + RUNNING + CONSTANT),
    *(f"DELETE FROM books.{table}" for table in WRITTEN_ONCE + RUNNING + CONSTANT),
    *(f"TRUNCATE books.{table} CASCADE" for table in WRITTEN_ONCE + RUNNING + CONSTANT),
    "DELETE FROM books.stream",
    "TRUNCATE books.stream",
    "INSERT INTO books.tally SELECT * FROM books.tally",
    f"INSERT INTO books.holding ({KEY}) SELECT {KEY} FROM books.holding",
    "INSERT INTO books.lawful SELECT * FROM books.lawful",
    "INSERT INTO books.place VALUES ('reserve', 'custody', 'location', 'crypto')",
    "ALTER TABLE books.entry DISABLE TRIGGER ALL",
    "DROP TRIGGER applied ON books.entry",
    "DROP SCHEMA books CASCADE",
    "CREATE FUNCTION books.refuse2() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    "CREATE TABLE books.mine ()",
    "CREATE TABLE public.mine ()",
    "CREATE TEMPORARY TABLE mine ()",
    "SELECT setval('books.event_seq', 1)",
    "SET session_replication_role = replica",
    "SET ROLE qazyna_owner",
    "SET ROLE postgres",
    "SET SESSION AUTHORIZATION qazyna_owner",
    "ALTER ROLE qazyna_app SUPERUSER",
    "ALTER ROLE qazyna_owner PASSWORD 'mine'",
    "GRANT qazyna_owner TO qazyna_app",
    "CREATE ROLE mine SUPERUSER",
    "CREATE DATABASE mine",
    "ALTER SYSTEM SET fsync = off",
    "SELECT pg_read_file('postgresql.conf')",
    "SELECT pg_ls_dir('.')",
    "SELECT lo_import('/etc/passwd')",
    "SELECT rolpassword FROM pg_authid",
    "COPY books.place TO '/tmp/place'",
    "COPY books.place TO PROGRAM 'cat'",
]


@pytest.mark.parametrize("statement", FOR_THE_APPLICATION, ids=lambda statement: statement[:70])
def test_the_application_may_not(database, statement):
    with (
        psycopg.connect(database.url("qazyna_app"), autocommit=True) as connection,
        pytest.raises(DENIED),
    ):
        connection.execute(statement)


def test_the_application_may_add(database, books):
    """With no more than its own rights, all of the right paths are open to it."""
    with psycopg.connect(database.url("qazyna_app"), autocommit=True) as connection:
        for walk in RIGHT_PATHS:
            attempt(ByHand(connection, {}, dict(books.ids)), walk, {})


# ── The chart ───────────────────────────────────────────────────────────────────────────────────


def test_the_database_has_the_chart_of_the_core(books):
    def rows(table: str) -> set[tuple]:
        return set(books.connection.execute(f"SELECT * FROM books.{table}").fetchall())

    def allowed(name: str) -> set[tuple]:
        """What a CHECK of whole entries or grants allows, as it stands in the schema."""
        check = books.one(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = %s", name
        )
        return {tuple(key.split(" ")) for key in json.loads(re.search(r"'(\{.*\})'", check)[1])}

    assert chart.FIRST_LEGS == allowed("in_the_chart")
    assert chart.SECOND_LEGS == allowed("second_leg_in_the_chart")
    assert len(chart.RULES) == len(chart.FIRST_LEGS) + len(chart.SECOND_LEGS)
    assert {
        (kind, by) for kind, (_, events) in chart.AUTHORITIES.items() for by in events
    } == allowed("by_the_right_kind_of_event")
    assert set(chart.PLACES) == rows("place")


def test_an_authority_of_another_case_is_one_that_the_chart_lets_be(books):
    rule = books.one(
        "SELECT pg_get_expr(conbin, 0) FROM pg_constraint WHERE conname = 'of_that_very_case'"
    )
    rule = rule.replace("(VALUE).", "").replace("%", "%%")
    columns = "(VALUES (%s, 'case/C-2', 'C-1/1')) AS grants (authority, stream, book)"
    assert {kind: not of_case for kind, (of_case, _) in chart.AUTHORITIES.items()} == {
        kind: books.one(f"SELECT {rule} FROM {columns}", kind) for kind in chart.AUTHORITIES
    }


def test_every_constraint_of_the_books_is_in_force(books):
    assert (
        []
        == books.connection.execute(
            "SELECT conname FROM pg_constraint WHERE connamespace = 'books'::regnamespace"
            " AND NOT convalidated"
        ).fetchall()
    )


NOT_ALWAYS = """
    SELECT c.relname, t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
    WHERE c.relnamespace = 'books'::regnamespace AND NOT t.tgisinternal AND t.tgenabled <> 'A'
"""


def test_every_trigger_of_the_books_always_fires(books):
    """`session_replication_role` does not switch them off."""
    assert [] == books.connection.execute(NOT_ALWAYS).fetchall()
