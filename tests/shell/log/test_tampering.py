"""What a superuser can do behind the database's back, and that each of it is found and named.

The rows of the books first, as `rebuild --check` is tried with; then the log, the chart, commands
and documents, and at last the schema itself. For rows, every trigger is switched off and put back
as it was, so that nothing but the rows can tell.
"""

# ruff: noqa: E501  the tables read by rows

import psycopg
import pytest

from qazyna.office.appointment import Appoint
from qazyna.shell.log import fingerprint, signing
from qazyna.shell.log.bundle import Verdict
from qazyna.shell.log.database import compare, verify_database
from qazyna.shell.log.sealing import seal
from qazyna.shell.store.commit import execute
from tests.shell.store.test_replay import TAMPERED as ROWS


@pytest.fixture(scope="module")
def sealed(lived, log_home, database):
    """The life of a case, and enough besides to fill a tile, in two batches."""
    for n in range(240):
        execute(lived, Appoint(user=f"u{n}", roles=("auditor",)), actor="owner")
    seal(lived, log_home)
    for n in range(10):
        execute(lived, Appoint(user=f"v{n}", roles=("auditor",)), actor="owner")
    seal(lived, log_home)
    return database


@pytest.fixture(scope="module")
def made(sealed):
    return fingerprint.made(sealed.url("qazyna_owner"))


TRIGGERS = """
    SELECT tgrelid::regclass::text, quote_ident(tgname), tgenabled FROM pg_trigger t
    JOIN pg_class c ON c.oid = tgrelid
    WHERE relnamespace = 'books'::regnamespace AND NOT tgisinternal
"""


CHART = "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'in_the_chart'"
ASKED = """
    SELECT format('ALTER DOMAIN %s DROP CONSTRAINT %I', contypid::regtype, conname),
           format('ALTER DOMAIN %s ADD CONSTRAINT %I %s NOT VALID', contypid::regtype, conname,
                  pg_get_constraintdef(oid))
    FROM pg_constraint WHERE conname IN ('in_the_chart', 'written_together', 'recorded_now')
"""
ASKED_OF_ALL = """
    UPDATE pg_constraint SET convalidated = true
    WHERE contypid <> 0 AND connamespace = 'books'::regnamespace
"""


def behind_its_back(connection, *statements):
    """Alter rows with no trigger firing, and the chart and the clock not asked; and leave all of it
    as it was."""
    triggers = connection.execute(TRIGGERS).fetchall()
    asked = connection.execute(ASKED).fetchall()
    for drop, _ in asked:
        connection.execute(drop)
    connection.execute("SET LOCAL session_replication_role = replica")
    for table, name, _ in triggers:
        connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER {name}")
    for statement in statements:
        assert connection.execute(statement).rowcount != 0, statement
    for table, name, enabled in triggers:
        how = {"A": "ALWAYS ", "O": ""}[enabled]
        connection.execute(f"ALTER TABLE {table} ENABLE {how}TRIGGER {name}")
    for _, put_back in asked:
        connection.execute(put_back)
    connection.execute(ASKED_OF_ALL)
    connection.execute("SET LOCAL session_replication_role = origin")


@pytest.fixture
def found(sealed, made):
    """What is found of the deed, as `where: what`; the deed is taken back."""

    def found(deed, *statements):
        with (
            psycopg.connect(sealed.url("postgres")) as connection,
            connection.transaction(force_rollback=True),
        ):
            deed(connection, *statements)
            verdict = Verdict()
            compare(connection, made, verdict)
        return [f"{each['where']}: {each['what']}" for each in verdict.problems]

    return found


def test_sound_books_are_found_sound(sealed, lived):
    verdict = verify_database(lived, sealed.url("qazyna_owner"))
    assert [] == verdict.problems
    assert verdict.leaves == verdict.events + verdict.entries
    assert 0 == verdict.notes["unsealed"]


def test_what_is_not_sealed_yet_is_counted(sealed, lived, log_home):
    execute(lived, Appoint(user="late", roles=("auditor",)), actor="owner")
    verdict = verify_database(lived, sealed.url("qazyna_owner"))
    assert ([], 1) == (verdict.problems, verdict.notes["unsealed"])


def test_verifying_leaves_nothing_behind(sealed, lived):
    query = "SELECT count(*), max(oid) FROM pg_class"
    before = lived.execute(query).fetchone()
    verify_database(lived, sealed.url("qazyna_owner"))
    assert before == lived.execute(query).fetchone()


@pytest.mark.parametrize("statement, where", [(t[1], t[3]) for t in ROWS], ids=[t[0] for t in ROWS])
def test_a_row_of_the_books(found, statement, where):
    problems = found(behind_its_back, statement)
    assert any(each.startswith(where) for each in problems), problems


LEAF = "convert_to(replace(convert_from(leaf, 'UTF8'), '{}', '{}'), 'UTF8')"
SIXTH = "(SELECT seq FROM books.event WHERE stream = 'case/C-1' AND version = 6)"
SWEPT = "WHERE stream = 'case/C-1' AND version = 2"
LAST = "(SELECT max(size) FROM books.batch)"
NEXT = "(SELECT min(size) FROM books.batch WHERE size > 0)"
ENTRY = "(SELECT max(entry) FROM books.posting WHERE asset = 'BTC')"
SAME_HASH = (
    "UPDATE books.sealed s SET hash = sha256('\\x00'::bytea || e.leaf) FROM books.event e"
    " WHERE e.seq = s.event"
)

LOG = [
    ("the leaf of an event", f"UPDATE books.event SET leaf = {LEAF.format('txid', 'tx_d')} {SWEPT}",
     "case/C-1@2: is not what was sealed"),
    ("the leaf of an entry", f"UPDATE books.entry SET leaf = leaf || ' '::bytea WHERE id = {ENTRY}",
     "case/C-1@10#1: is not what was sealed"),
    ("a leaf, and its hash",
     f"UPDATE books.event SET leaf = {LEAF.format('txid', 'tx_d')} {SWEPT}; {SAME_HASH}", "batch "),
    ("an event removed", f"DELETE FROM books.event {SWEPT}", "was sealed, and is gone"),
    ("an entry removed", f"DELETE FROM books.entry WHERE id = {ENTRY}", "was sealed, and is gone"),
    ("an event removed, and its place",
     f"DELETE FROM books.sealed WHERE event = {SIXTH}; DELETE FROM books.event WHERE seq = {SIXTH}",
     "batch "),
    ("an event behind the log", "INSERT INTO books.event (stream, version, kind, command,"
     " value_date, recorded_at, tx, leaf) SELECT 'case/C-9', 1, kind, command, value_date,"
     f" recorded_at, tx, leaf FROM books.event {SWEPT}", "case/C-9@1: is older"),
    ("an entry behind the log", "INSERT INTO books.entry (event, tx, number, kind, legs, value_date,"
     " flow, leaf, book, asset, quantity, debit_class, debit_detail, credit_class, credit_detail)"
     " SELECT event, tx, 9, 'move', 1, value_date, flow, leaf, book, asset, quantity, debit_class,"
     " debit_detail, credit_class, credit_detail FROM books.entry"
     f" WHERE id = {ENTRY}", "case/C-1@10#9: is older than the last batch"),
    ("a transaction moved ahead", f"UPDATE books.event SET tx = '9999999999' {SWEPT}", "breaks"),
    ("a place emptied", "DELETE FROM books.sealed WHERE position = 7", "never sealed"),
    ("the last place emptied", f"DELETE FROM books.sealed WHERE position = {LAST} - 1",
     "never sealed"),
    ("a hash", "UPDATE books.sealed SET hash = sha256('x') WHERE position = 7",
     "is not what was sealed (leaf 7)"),
    ("two places exchanged", "ALTER TABLE books.sealed DROP CONSTRAINT"
     " sealed_position_check; UPDATE books.sealed SET position = -1 - position WHERE position < 2;"
     " UPDATE books.sealed SET position = 2 + position WHERE position < 0", "batch "),
    ("a place given to another batch", f"UPDATE books.sealed SET batch = {LAST} WHERE position = 7",
     "is of another batch"),
    ("a place of nothing", "UPDATE books.sealed SET event = 999999 WHERE position = 1",
     "event 999999: was sealed, and is gone"),
    ("the root of a batch", f"UPDATE books.batch SET root = sha256('x') WHERE size = {NEXT}",
     "its leaves no longer have the root"),
    ("the root of the empty tree", "ALTER TABLE books.batch DROP CONSTRAINT begins_empty; UPDATE books.batch SET root = sha256('x') WHERE size = 0",
     "batch 0"),
    ("the last batch removed", f"DELETE FROM books.batch WHERE size = {LAST}",
     "is not one of this text"),
    ("a batch between removed", f"DELETE FROM books.batch WHERE size = {NEXT}", "batch "),
    ("the time of a batch", "ALTER TABLE books.batch DROP CONSTRAINT later_than_before;"
     f" UPDATE books.batch SET sealed_at = '2020-01-01' WHERE size = {LAST}",
     "before what it holds was recorded"),
    ("the mark of a batch", "ALTER TABLE books.batch DROP CONSTRAINT later_than_before;"
     f" UPDATE books.batch SET below = '5' WHERE size = {LAST}", "batch"),
    ("all that was sealed since", f"DELETE FROM books.signature WHERE size = {LAST};"
     f" DELETE FROM books.sealed WHERE batch = {LAST}", "was never signed"),
    ("a signature", "UPDATE books.signature SET line = left(line, -6) || 'AAAA' || right(line, 2)",
     "checkpoint "),
    ("a signature removed", f"DELETE FROM books.signature WHERE size = {NEXT}", "was never signed"),
    ("the signature of another size", "UPDATE books.signature SET line = (SELECT line FROM"
     f" books.signature WHERE size = {LAST}) WHERE size = {NEXT}", "is not one of this text"),
    ("the key of the log", "UPDATE books.signer SET vkey = 'x+00000000+AA=='", "checkpoint "),
    ("the key of the log removed", "DELETE FROM books.signer", "checkpoint "),
    ("the log's key as a witness's", "UPDATE books.signer SET role = 'witness'", "checkpoint "),
    ("a witness nobody is", "INSERT INTO books.signature (size, vkey, line) SELECT 0,"
     " 'w+00000000+AAAA', line FROM books.signature LIMIT 1", "checkpoint 0"),
    ("the hash of a tile", "UPDATE books.subtree SET hash = sha256('x')", "subtree 1/0"),
    ("the hash of a tile removed", "DELETE FROM books.subtree", "subtree 1/0"),
    ("a tile too many", "INSERT INTO books.subtree SELECT 1, 5, hash, 5000 FROM books.subtree",
     None),
]  # fmt: skip

CHARTED = f"""DO $$ DECLARE was text := ({CHART});
    BEGIN
    ALTER DOMAIN books.whole_entry DROP CONSTRAINT in_the_chart;
    EXECUTE 'ALTER DOMAIN books.whole_entry ADD CONSTRAINT in_the_chart '
        || replace(was, {{}});
    END $$"""

OTHERS = [
    ("a place of the chart", "INSERT INTO books.place VALUES ('reserve', 'custody', 'title', 'crypto')",
     "place reserve/custody/title/crypto: is nothing of ours"),
    ("what gave a grant", "ALTER DOMAIN books.whole_grant DROP CONSTRAINT by_the_right_kind_of_event;"
     " UPDATE books.authority SET event_kind = 'seized' WHERE authority = 'final_order'",
     "breaks by_the_right_kind_of_event"),
    ("whose event gave a grant", "ALTER DOMAIN books.whole_grant DROP CONSTRAINT of_that_very_case;"
     " UPDATE books.authority SET stream = 'case/C-2' WHERE authority = 'final_order'",
     "breaks of_that_very_case"),
    ("the scale of an asset", "UPDATE books.asset SET scale = 6 WHERE code = 'BTC'", "asset BTC"),
    ("the class of an asset", "UPDATE books.asset SET class = 'gold' WHERE code = 'ETH'", "asset ETH"),
    ("an asset removed", "DELETE FROM books.asset WHERE code = 'XAU'", "asset XAU"),
    ("who commanded", "UPDATE books.command SET actor = 'nobody' WHERE kind = 'seize'",
     "case/C-1@1: its command"),
    ("what was commanded", "UPDATE books.command SET kind = 'sweep' WHERE kind = 'seize'",
     "case/C-1@1: its command"),
    ("what a command's body said", "UPDATE books.command SET body_sha256 = sha256('another')"
     " WHERE kind = 'seize'", "case/C-1@1: its command"),
    ("the salt of a command", "UPDATE books.command SET salt = substr(sha256('s'), 1, 16)"
     " WHERE kind = 'seize'", "case/C-1@1: its command"),
    ("when it was commanded", "UPDATE books.command SET recorded_at = recorded_at - interval"
     " '1 day' WHERE kind = 'seize'", "was not recorded with it"),
    ("two commands changed about", "UPDATE books.command k SET (kind, body_sha256, salt) ="
     " (SELECT kind, body_sha256, salt FROM books.command o WHERE o.kind <> k.kind AND o.kind IN"
     " ('seize', 'sweep') LIMIT 1) WHERE kind IN ('seize', 'sweep')", "case/C-1@2: its command"),
    ("a command removed", "DELETE FROM books.command WHERE kind = 'seize'", "breaks event_command_fkey"),
    ("the key of a command", "UPDATE books.command SET key = 'x' || key WHERE kind = 'seize'",
     "breaks event_command_fkey"),
    ("the command of an event", f"UPDATE books.event SET command = (SELECT min(key) FROM"
     f" books.command WHERE kind = 'appoint') {SWEPT}", "case/C-1@2: its columns"),
    ("when it was recorded", f"UPDATE books.event SET recorded_at = '2020-01-01' {SWEPT}",
     "case/C-1@2: was not recorded when"),
    ("a file that came in", "ALTER TABLE books.document DROP CONSTRAINT document_check;"
     " UPDATE books.document SET content = 'x'", "document"),
    ("a file removed", "DELETE FROM books.document WHERE name LIKE '%csv'", "document "),
    ("what kind of entry was reversed", "UPDATE books.entry SET reversed_kind = 'move'"
     " WHERE kind = 'reverse'", "mirrors_what_it_reverses"),
    ("the name of a book, wherever it stands", "UPDATE books.entry SET book = 'C-1/9',"
     " book2 = replace(book2, 'C-1/1', 'C-1/9') WHERE book = 'C-1/1';"
     " UPDATE books.authority SET book = 'C-1/9' WHERE book = 'C-1/1';"
     " UPDATE books.holding SET book = 'C-1/9' WHERE book = 'C-1/1'", "case/C-1@1#1"),
    ("the class of an account, wherever it stands", "UPDATE books.entry SET debit_class = 'vault'"
     " WHERE debit_class = 'device'; UPDATE books.entry SET credit_class = 'vault'"
     " WHERE credit_class = 'device'; UPDATE books.holding SET class = 'vault'"
     " WHERE class = 'device'", "case/C-1@1#1"),
    ("who holds, wherever it stands", "UPDATE books.entry SET debit_detail = 'Me'"
     " WHERE debit_detail = 'AFM'; UPDATE books.entry SET credit_detail = 'Me'"
     " WHERE credit_detail = 'AFM'; UPDATE books.holding SET detail = 'Me' WHERE detail = 'AFM'",
     "case/C-1@2#1"),
    ("the book of a second leg", "ALTER DOMAIN books.whole_entry DROP CONSTRAINT exchange_keeps_its_title;"
     " UPDATE books.entry SET book2 = 'C-1/2' WHERE kind = 'exchange'", "case/C-1@7#1"),
    ("the title of a second leg", "ALTER DOMAIN books.whole_entry DROP CONSTRAINT exchange_keeps_its_title;"
     " UPDATE books.entry SET credit_detail2 = 'Me' WHERE kind = 'exchange'",
     "breaks exchange_keeps_its_title"),
    ("an account removed", "DELETE FROM books.holding WHERE detail = 'AFM'",
     "C-1/1/custody/AFM BTC: holds nothing"),
    ("an account that a second leg names", "DELETE FROM books.holding WHERE class = 'bank'",
     "holds nothing; the postings say"),
    ("what its name makes a book", "UPDATE books.tally SET book_kind = 'reserve' WHERE kind = 'move'",
     "derived move BTC"),
    ("what its name makes a second book", "UPDATE books.tally SET book_kind = 'reserve' WHERE leg = 2",
     "derived exchange USD"),
    ("what no name makes", "ALTER TABLE books.lawful DROP CONSTRAINT names_a_book;"
     " UPDATE books.lawful SET book_kind = '' WHERE asset = 'BTC'", "breaks names_a_book"),
    ("a book of no known form", "UPDATE books.entry SET book = 'C-1' WHERE book = 'C-1/2'",
     "ETH: holds nothing; the postings say"),
    ("what was held at the end of a period", "INSERT INTO books.closed (through, event)"
     " SELECT '2025-06-30', max(seq) FROM books.event; INSERT INTO books.snapshot VALUES"
     " ('2025-06-30', 'C-1/1', 'custody', 'AFM', 'BTC', 1)",
     "snapshot of 2025-06-30: C-1/1/custody/AFM BTC: changes by 1"),
    ("an account of a snapshot", "INSERT INTO books.closed (through, event) SELECT '2025-06-30',"
     " max(seq) FROM books.event; INSERT INTO books.snapshot VALUES"
     " ('2025-06-30', 'C-1/1', 'custody', 'Me', 'BTC', 1)", "breaks of_a_holding"),
    ("a grant removed", "DELETE FROM books.authority WHERE authority = 'final_order'", "case/C-1@6"),
    ("what was drawn removed", "DELETE FROM books.drawn", "grant "),
    ("what is lawful removed", "DELETE FROM books.lawful WHERE asset = 'BTC'",
     "breaks debits_what_is_lawful"),
    ("what is lawful to credit removed", "DELETE FROM books.lawful WHERE class = 'claimants'",
     "breaks credits_what_is_lawful"),
    ("what is lawful called another side's", "UPDATE books.lawful SET side = 'title'"
     " WHERE class = 'device'", "breaks permitted_by_law"),
    ("what is unlawful called lawful", "INSERT INTO books.lawful VALUES ('reserve', 'custody',"
     " 'BTC', 'location', 'crypto')", "breaks permitted_by_law"),
    ("an asset called another class's", "INSERT INTO books.lawful VALUES ('reserve', 'bank',"
     " 'BTC', 'location', 'currency')", "breaks of_its_asset"),
    ("a month's sums removed", "DELETE FROM books.tally", "tally "),
    ("an entry too small", "ALTER DOMAIN books.amount DROP CONSTRAINT more_than_nothing;"
     f" UPDATE books.entry SET quantity = -quantity WHERE id = {ENTRY}", "breaks more_than_nothing"),
    ("below zero", "ALTER DOMAIN books.held DROP CONSTRAINT never_below_zero;"
     " UPDATE books.holding SET quantity = -1 WHERE class = 'claimants'", "breaks never_below_zero"),
    ("a second leg too small", "ALTER DOMAIN books.amount DROP CONSTRAINT more_than_nothing;"
     " UPDATE books.entry SET quantity2 = -quantity2 WHERE legs = 2", "breaks more_than_nothing"),
    ("half an entry", "ALTER DOMAIN books.whole_entry DROP CONSTRAINT has_its_second_leg;"
     " UPDATE books.entry SET authority2 = NULL WHERE legs = 2", "breaks has_its_second_leg"),
    ("a leaf emptied", "ALTER DOMAIN books.leaf DROP CONSTRAINT fits_a_leaf;"
     f" UPDATE books.entry SET leaf = '' WHERE id = {ENTRY}", "case/C-1@10#1: derived"),
    ("the leaf of a second leg", "UPDATE books.entry SET leaf = "
     f"{LEAF.format('50000', '60000')} WHERE legs = 2", "case/C-1@7#1: derived"),
    ("the transaction of an entry", f"UPDATE books.entry SET tx = '4' WHERE id = {ENTRY}",
     "breaks booked_with_its_event"),
    ("numbers given out again", "ALTER SEQUENCE books.event_seq RESTART 1", "sequence event_seq"),
]  # fmt: skip


def undone(connection, statements):
    behind_its_back(connection, *statements.split("; "))


@pytest.mark.parametrize(
    "statements, says", [t[1:] for t in LOG + OTHERS], ids=[t[0] for t in LOG + OTHERS]
)
def test_a_row_of_the_log_or_beside_the_books(found, statements, says):
    problems = found(undone, statements)
    assert problems
    assert says is None or any(says in each for each in problems), problems


APPLY = "books.apply_postings()"
SCHEMA = [
    ("a CHECK dropped", "ALTER TABLE books.drawn DROP CONSTRAINT never_overdrawn",
     "constraint never_overdrawn on drawn: is missing"),
    ("a CHECK loosened", "ALTER TABLE books.drawn DROP CONSTRAINT never_overdrawn,"
     " ADD CONSTRAINT never_overdrawn CHECK (used >= 0)", "constraint never_overdrawn on drawn"),
    ("a CHECK never asked", "ALTER TABLE books.drawn DROP CONSTRAINT never_overdrawn, ADD CONSTRAINT"
     " never_overdrawn CHECK (used BETWEEN 0 AND granted AND used <> 'NaN') NOT VALID",
     "constraint never_overdrawn on drawn"),
    ("a domain's CHECK dropped", "ALTER DOMAIN books.held DROP CONSTRAINT never_below_zero",
     "constraint never_below_zero on held: is missing"),
    ("a domain's CHECK loosened", "ALTER DOMAIN books.held DROP CONSTRAINT never_below_zero;"
     " ALTER DOMAIN books.held ADD CONSTRAINT never_below_zero CHECK (VALUE >= -1)",
     "constraint never_below_zero on held"),
    ("a domain's CHECK never asked", "ALTER DOMAIN books.held DROP CONSTRAINT never_below_zero;"
     " ALTER DOMAIN books.held ADD CONSTRAINT never_below_zero"
     " CHECK (VALUE >= 0 AND VALUE <> 'NaN') NOT VALID", "constraint never_below_zero on held"),
    ("a clock no longer asked", "ALTER DOMAIN books.this_moment DROP CONSTRAINT recorded_now",
     "constraint recorded_now on this_moment: is missing"),
    ("a transaction no longer asked", "ALTER TABLE books.authority ALTER tx TYPE xid8",
     "column authority.tx"),
    ("a domain left", "ALTER TABLE books.holding ALTER quantity TYPE numeric(78,0)",
     "column holding.quantity"),
    ("a domain more", "CREATE DOMAIN books.other AS text", "domain other: is nothing of ours"),
    ("a domain's default", "ALTER DOMAIN books.worth SET DEFAULT 0", "domain worth"),
    ("a foreign key dropped", "ALTER TABLE books.entry DROP CONSTRAINT rests_on_a_grant",
     "constraint rests_on_a_grant on entry: is missing"),
    ("the chart dropped", "ALTER DOMAIN books.whole_entry DROP CONSTRAINT in_the_chart",
     "constraint in_the_chart on whole_entry: is missing"),
    ("a posting that the chart lacks", CHARTED.format("'none\": 0', 'none\": 0, \"move custody reserve none\": 0'"),
     "constraint in_the_chart on whole_entry"),
    ("a posting that the chart has", CHARTED.format("'\"move vault vault none\": 0, ', ''"),
     "constraint in_the_chart on whole_entry"),
    ("what an entry must be never asked", "ALTER TABLE books.entry DROP CONSTRAINT a_whole_entry",
     "constraint a_whole_entry on entry: is missing"),
    ("a foreign key with a cascade", "ALTER TABLE books.signature DROP CONSTRAINT signature_size_fkey,"
     " ADD CONSTRAINT signature_size_fkey FOREIGN KEY (size) REFERENCES books.batch ON DELETE CASCADE",
     "constraint signature_size_fkey"),
    ("a foreign key never enforced", "UPDATE pg_trigger SET tgenabled = 'D' WHERE tgconstraint ="
     " (SELECT oid FROM pg_constraint WHERE conname = 'rests_on_a_grant')", "rests_on_a_grant"),
    ("a unique key dropped", "ALTER TABLE books.authority DROP CONSTRAINT granted_once",
     "constraint granted_once on authority: is missing"),
    ("a unique index dropped", "DROP INDEX books.reversed_once", "index reversed_once: is missing"),
    ("what ties two legs dropped", "ALTER DOMAIN books.whole_entry DROP CONSTRAINT"
     " exchange_changes_asset", "constraint exchange_changes_asset on whole_entry: is missing"),
    ("an index made invalid", "UPDATE pg_index SET indisvalid = false WHERE indexrelid ="
     " 'books.entry_by_debit'::regclass", "index entry_by_debit"),
    ("a trigger dropped", "DROP TRIGGER append_only ON books.event",
     "trigger append_only on event: is missing"),
    ("a trigger switched off", "ALTER TABLE books.event DISABLE TRIGGER append_only",
     "trigger append_only on event"),
    ("a trigger that sleeps in replicas", "ALTER TABLE books.event ENABLE TRIGGER append_only",
     "trigger append_only on event"),
    ("all triggers switched off", "ALTER TABLE books.entry DISABLE TRIGGER ALL",
     "trigger applied on entry"),
    ("a trigger that never fires", "DROP TRIGGER append_only ON books.event; CREATE TRIGGER append_only"
     " BEFORE UPDATE ON books.event FOR EACH ROW WHEN (false) EXECUTE FUNCTION books.refuse('', '');"
     " ALTER TABLE books.event ENABLE ALWAYS TRIGGER append_only", "trigger append_only on event"),
    ("a trigger of another's", "CREATE FUNCTION public.f() RETURNS trigger LANGUAGE plpgsql AS"
     " 'BEGIN RETURN NULL;\nEND'; CREATE TRIGGER z BEFORE INSERT ON books.event FOR EACH ROW"
     " EXECUTE FUNCTION public.f()", "trigger z on event: is nothing of ours"),
    ("a function replaced", "CREATE OR REPLACE FUNCTION books.refuse() RETURNS trigger"
     " LANGUAGE plpgsql AS 'BEGIN RETURN NEW;\nEND'", "function refuse()"),
    ("the function of postings replaced", "CREATE OR REPLACE FUNCTION books.apply_postings() RETURNS"
     " trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL;\nEND'", "function apply_postings()"),
    ("what can give an authority", "ALTER DOMAIN books.whole_grant DROP CONSTRAINT"
     " by_the_right_kind_of_event; ALTER DOMAIN books.whole_grant ADD CONSTRAINT"
     " by_the_right_kind_of_event CHECK ((VALUE).event_kind <> '')",
     "constraint by_the_right_kind_of_event on whole_grant"),
    ("a grant of any case", "ALTER DOMAIN books.whole_grant DROP CONSTRAINT of_that_very_case",
     "constraint of_that_very_case on whole_grant: is missing"),
    ("the function of batches replaced", "CREATE OR REPLACE FUNCTION books.batch_is_whole() RETURNS"
     " trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL;\nEND'", "function batch_is_whole()"),
    ("the path of a function", f"ALTER FUNCTION {APPLY} SET search_path = public, books",
     "function apply_postings()"),
    ("the rights of a function", f"ALTER FUNCTION {APPLY} SECURITY INVOKER", "function apply_postings()"),
    ("who may call a function", f"GRANT EXECUTE ON FUNCTION {APPLY} TO PUBLIC",
     "function apply_postings()"),
    ("a function more", "CREATE FUNCTION books.sha256(bytea) RETURNS bytea LANGUAGE sql AS"
     " 'SELECT pg_catalog.sha256($1)'", "sha256(bytea): is nothing of ours"),
    ("a default", "ALTER TABLE books.event ALTER tx SET DEFAULT '3'", "column event.tx"),
    ("a column that may be empty", "ALTER TABLE books.event ALTER command DROP NOT NULL",
     "column event.command"),
    ("the type of a column", "ALTER TABLE books.signature ALTER line TYPE varchar(2000)",
     "column signature.line"),
    ("a column more", "ALTER TABLE books.event ADD note text", "column event.note: is nothing of ours"),
    ("a table more", "CREATE TABLE books.other (a int)", "table other: is nothing of ours"),
    ("a table that inherits", "CREATE TABLE public.kin () INHERITS (books.event)", "parent of"),
    ("another view of the legs", "CREATE OR REPLACE VIEW books.posting AS SELECT id AS entry,"
     " 1::smallint AS leg, tx, kind, value_date, book, asset, quantity, debit_class, debit_detail, credit_class,"
     " credit_detail, ''::text AS counter, authority, scope, reverses FROM books.entry", "table posting"),
    ("a view more", "CREATE VIEW books.v AS SELECT 1 AS a", "table v: is nothing of ours"),
    ("a rule", "CREATE RULE quiet AS ON INSERT TO books.event DO INSTEAD NOTHING", "rule quiet on event"),
    ("rows hidden by a policy", "ALTER TABLE books.event ENABLE ROW LEVEL SECURITY; CREATE POLICY"
     " hidden ON books.event USING (seq < 5)", "policy hidden on event"),
    ("row security alone", "ALTER TABLE books.event ENABLE ROW LEVEL SECURITY", "table event"),
    ("the owner of a table", "ALTER TABLE books.entry OWNER TO qazyna_app", "table entry"),
    ("a right to update", "GRANT UPDATE ON books.holding TO qazyna_app", "table holding"),
    ("a right on a column", "GRANT UPDATE (quantity) ON books.holding TO PUBLIC",
     "column holding.quantity"),
    ("a right to create", "GRANT CREATE ON SCHEMA books TO qazyna_app", "schema books"),
    ("a role that can do anything", "ALTER ROLE qazyna_app SUPERUSER",
     "role qazyna_app: is a superuser"),
    ("a role that can become another", "GRANT qazyna_owner TO qazyna_app",
     "role qazyna_app: can become"),
    ("a role that starts as a replica", "ALTER ROLE qazyna_owner SET session_replication_role = replica",
     "setting of qazyna_owner"),
    ("a role that looks elsewhere", "ALTER ROLE qazyna_app SET search_path = public",
     "setting of qazyna_app"),
    ("an event trigger", "CREATE FUNCTION public.e() RETURNS event_trigger LANGUAGE plpgsql AS"
     " 'BEGIN END'; CREATE EVENT TRIGGER watching ON ddl_command_end EXECUTE FUNCTION public.e()",
     "event trigger watching"),
    ("a table renamed", "ALTER TABLE books.tally RENAME TO tallies", "table tally: is missing"),
    ("a table dropped", "DROP TABLE books.subtree", "table subtree: is missing"),
    ("a sequence that goes round", "ALTER SEQUENCE books.event_seq CYCLE", "sequence event_seq"),
    ("a constraint deferred", "ALTER TABLE books.event ALTER CONSTRAINT event_command_fkey"
     " DEFERRABLE", "constraint event_command_fkey"),
]  # fmt: skip


def altered(connection, statements):
    for statement in statements.split("; "):
        connection.execute(statement)


@pytest.mark.parametrize("statements, says", [t[1:] for t in SCHEMA], ids=[t[0] for t in SCHEMA])
def test_the_schema(found, statements, says):
    problems = found(altered, statements)
    assert any(each.startswith(says) or says in each for each in problems), problems


def test_a_command_that_led_to_no_event_is_in_no_leaf(found, lived):
    """It changed nothing, and docs/log.md says that an altered row of it is not found."""
    before = lived.execute("SELECT count(*) FROM books.event").fetchone()
    execute(lived, Appoint(user="u0", roles=("auditor",)), actor="owner", key="of no effect")
    assert before == lived.execute("SELECT count(*) FROM books.event").fetchone()
    altered_row = "UPDATE books.command SET kind = 'seize' WHERE key = 'of no effect'"
    assert [] == found(behind_its_back, altered_row)


def test_there_are_a_hundred_tamperings():
    assert 100 <= len(ROWS) + len(LOG) + len(OTHERS) + len(SCHEMA)


def test_a_past_rewritten_with_the_key_is_found_by_a_checkpoint_held_outside(
    lived, log_home, sealed, tmp_path, made
):
    """Who can read the signing key can make a log that is sound in itself. It is another log."""
    kept = tmp_path / "kept"
    note = signing.latest(lived, log_home)
    kept.write_text(str(note), encoding="utf-8")

    def forge(connection):
        statement = f"UPDATE books.event SET leaf = {LEAF.format('txid', 'tx_d')} {SWEPT}"
        tables = ("signature", "sealed", "subtree")
        behind_its_back(
            connection,
            statement,
            *(f"DELETE FROM books.{table}" for table in tables),
            "DELETE FROM books.batch WHERE size > 0",
        )
        seal(connection, log_home)

    for against, expected in ((None, False), (note, True)):
        with (
            psycopg.connect(sealed.url("postgres")) as connection,
            connection.transaction(force_rollback=True),
        ):
            forge(connection)
            verdict = Verdict()
            compare(connection, made, verdict, against)
        wheres = [each["where"] for each in verdict.problems]
        assert expected == ("kept checkpoint" in wheres), verdict.problems
