"""The replay finds every table equal to what the events say, and every place where one is not."""

import json

import psycopg
import pytest

from qazyna.forfeiture.awards import PayAward
from qazyna.office.correction import ReverseEntry
from qazyna.reserve.funding import Appropriate
from qazyna.seizure.custody import Sweep
from qazyna.shell.importing import import_price_file
from qazyna.shell.store.codec import canonical
from qazyna.shell.store.commit import execute
from qazyna.shell.store.replay import check, compare
from tests.shell.store.opened import adopt, appoint, opened, rows
from tests.support_cases import CASE, award, early, final, leave, order, seize, sell

PRICES = """date,asset,price,currency,source
2025-03-03,BTC,90000.00,USD,test
2025-03-04,BTC,91000.00,USD,test
2025-03-03,EUR,1.05,USD,test
"""

LIFE = [
    seize("10", control="device", address="bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq", note="n"),
    Sweep(**CASE, swept_on="2025-03-10", custodian="AFM", fee="0.5", txid="t"),
    leave("2"),
    early("2", "1000"),
    order("7.5"),
    final(),
    sell("1", "500", costs="5"),
    ReverseEntry(stream="case/C-1", version=7, number=2, reversed_on="2025-10-01", reason="slip"),
    award("V-1", "V-2", quantity="1"),
    PayAward(**CASE, award_ref="A-1", asset="BTC", party="V-1", paid_on="2025-11-03"),
    seize("5", "ETH", holding="2"),
    Appropriate(
        items=({"asset": "USD", "quantity": "5000"},), appropriated_on="2026-01-05", act_ref="Act"
    ),
]


@pytest.fixture(scope="module")
def lived(database, tmp_path_factory):
    """A database in which a case has been through most of what there is."""
    prices = tmp_path_factory.mktemp("prices") / "prices.csv"
    prices.write_text(PRICES, encoding="utf-8")
    with opened(database.url()) as connection:
        adopt(connection)
        appoint(connection)
        import_price_file(connection, prices, actor="owner")
        for command in LIFE:
            execute(connection, command, actor="ann")
        yield connection


@pytest.fixture
def tampered(database, lived):
    """What a superuser can do, and what is found of it; taken back afterwards."""

    def found(statement: str, *tables: str) -> list[dict[str, str]]:
        with (
            psycopg.connect(database.url("postgres")) as connection,
            connection.transaction(force_rollback=True),
        ):
            for table in tables:
                connection.execute(f"ALTER TABLE books.{table} DISABLE TRIGGER ALL")
            connection.execute("ALTER DOMAIN books.whole_entry DROP CONSTRAINT in_the_chart")
            assert connection.execute(statement).rowcount > 0, statement
            return compare(connection).differences

    return found


def test_healthy_books_are_equal(lived):
    seen = []
    found = check(lived, seen.append)
    (events,) = lived.execute("SELECT count(*) FROM books.event").fetchone()
    (entries,) = lived.execute("SELECT count(*) FROM books.entry").fetchone()

    assert [] == found.differences
    told = {"events": events, "entries": entries, "equal": True, "differences": []}
    assert told == found.as_json()
    assert events == seen[-1]


def test_a_replay_writes_nothing(lived):
    before = rows(lived)
    check(lived)
    assert before == rows(lived)


CASE_STATE = "jsonb_set(state, '{holdings,1,asset}', '\"ETH\"')"
LAST = "(SELECT max(entry) FROM books.posting WHERE asset = 'BTC')"

SOLD = "(SELECT max(id) FROM books.entry WHERE kind = 'exchange')"

TAMPERED = [
    ("a folded state", f"UPDATE books.stream SET state = {CASE_STATE} WHERE name = 'case/C-1'",
     ["stream"], "case/C-1"),
    ("the version of a state", "UPDATE books.stream SET version = 1 WHERE name = 'case/C-1'",
     ["stream"], "case/C-1"),
    ("a state removed", "DELETE FROM books.stream WHERE name = 'case/C-1'", ["stream"], "case/C-1"),
    ("a state from nowhere", "INSERT INTO books.stream VALUES ('case/C-9', 1, '{}')",
     ["stream"], "case/C-9"),
    ("a price", "UPDATE books.price SET price = 1 WHERE on_date = '2025-03-04'",
     ["price"], "price of BTC on 2025-03-04"),
    ("the source of a price", "UPDATE books.price SET source = 'me' WHERE asset = 'EUR'",
     ["price"], "price of EUR on 2025-03-03"),
    ("a price removed", "DELETE FROM books.price WHERE on_date = '2025-03-04'",
     ["price"], "price of BTC on 2025-03-04"),
    ("a price added", "INSERT INTO books.price (asset, currency, on_date, price, source, event)"
     " SELECT 'BTC', 'USD', '2025-03-05', 1, 'me', max(event) FROM books.price",
     ["price"], "price of BTC on 2025-03-05"),
    ("a quantity posted", "UPDATE books.entry SET quantity = quantity + 1"
     f" WHERE id = {LAST}", ["entry"], "case/C-1@10#1"),
    ("an account posted to", "UPDATE books.entry SET debit_class = credit_class,"
     " debit_detail = credit_detail, credit_class = debit_class, credit_detail = debit_detail"
     f" WHERE id = {LAST}", ["entry"], "case/C-1@10#1"),
    ("the book posted to", f"UPDATE books.entry SET book = 'C-1/2' WHERE id = {LAST}",
     ["entry"], "case/C-1@10#1"),
    ("the class debited", f"UPDATE books.entry SET debit_class = 'state' WHERE id = {LAST}",
     ["entry"], "case/C-1@10#1"),
    ("the detail debited", f"UPDATE books.entry SET debit_detail = 'V-2' WHERE id = {LAST}",
     ["entry"], "case/C-1@10#1"),
    ("the class credited", f"UPDATE books.entry SET credit_class = 'vault' WHERE id = {LAST}",
     ["entry"], "case/C-1@10#1"),
    ("the detail credited", f"UPDATE books.entry SET credit_detail = 'Me' WHERE id = {LAST}",
     ["entry"], "case/C-1@10#1"),
    ("where an account's name is parted", "UPDATE books.entry SET credit_class ="
     f" credit_class || '/' || credit_detail, credit_detail = '' WHERE id = {LAST}",
     ["entry"], "case/C-1@10#1"),
    ("where a book's name ends", "UPDATE books.entry SET book = book || '/' || credit_class,"
     f" credit_class = credit_detail, credit_detail = '' WHERE id = {LAST}",
     ["entry"], "case/C-1@10#1"),
    ("the asset posted", f"UPDATE books.entry SET asset = 'ETH' WHERE id = {LAST}",
     ["entry"], "case/C-1@10#1"),
    ("a second quantity posted", "UPDATE books.entry SET quantity2 = quantity2 + 1"
     f" WHERE id = {SOLD}", ["entry"], "case/C-1@7#1"),
    ("a second account posted to", "UPDATE books.entry SET debit_detail2 = credit_detail,"
     f" debit_class2 = credit_class WHERE id = {SOLD}", ["entry"], "case/C-1@7#1"),
    ("a second detail posted to", f"UPDATE books.entry SET debit_detail2 = 'Me' WHERE id = {SOLD}",
     ["entry"], "case/C-1@7#1"),
    ("a second asset posted", f"UPDATE books.entry SET asset2 = 'EUR' WHERE id = {SOLD}",
     ["entry"], "case/C-1@7#1"),
    ("the number of an entry", f"UPDATE books.entry SET number = 9 WHERE id = {LAST}",
     ["entry"], "case/C-1@10#1"),
    ("what an entry reverses", "UPDATE books.entry SET reverses = 1 WHERE kind = 'reverse'",
     ["entry"], "case/C-1@8#1"),
    ("the kind of what an entry reverses", "UPDATE books.entry SET reversed_kind = 'move'"
     " WHERE kind = 'reverse'", ["entry"], "case/C-1@8#1"),
    ("the day an entry corrects", "UPDATE books.entry SET effective = '2020-01-01'"
     f" WHERE id = {LAST}", ["entry"], "case/C-1@10#1"),
    ("the day of an entry", "UPDATE books.entry SET value_date = '2020-01-01'"
     f" WHERE id = {LAST}", ["entry"], "case/C-1@10#1"),
    ("the kind of an entry", f"UPDATE books.entry SET kind = 'expense' WHERE id = {LAST}",
     ["entry"], "case/C-1@10#1"),
    ("what an entry rests on", f"UPDATE books.entry SET scope = 1 WHERE id = {LAST}",
     ["entry"], "case/C-1@10#1"),
    ("the value of an entry", f"UPDATE books.entry SET value = 1, currency = 'USD',"
     f" price_source = 'me' WHERE id = {LAST}", ["entry"], "case/C-1@10#1"),
    ("the flow of an entry", f"UPDATE books.entry SET flow = 'inflow' WHERE id = {LAST}",
     ["entry"], "case/C-1@10#1"),
    ("the leaf of an entry", f"UPDATE books.entry SET leaf = '{{}}' WHERE id = {LAST}",
     ["entry"], "case/C-1@10#1"),
    ("an entry removed", f"DELETE FROM books.entry WHERE id = {LAST}",
     ["entry"], "case/C-1@10"),
    ("a running quantity", "UPDATE books.holding SET quantity = quantity + 1 WHERE asset = 'ETH'"
     " AND class = 'claimants'", ["holding"], "C-1/2/claimants ETH"),
    ("a holding removed", "DELETE FROM books.holding WHERE asset = 'ETH' AND class = 'claimants'",
     ["holding", "entry"], "C-1/2/claimants ETH"),
    ("the account of a holding", "UPDATE books.holding SET detail = 'Me' WHERE detail = 'AFM'",
     ["holding", "entry"], "C-1/1/custody/AFM BTC"),
    ("the book of a holding", "UPDATE books.holding SET book = 'C-1/9' WHERE book = 'C-1/2'",
     ["holding", "entry"], "C-1/9/claimants ETH"),
    ("the last day of a holding", "UPDATE books.holding SET last_day = '2030-01-01'"
     " WHERE asset = 'ETH' AND class = 'claimants'", ["holding"], "C-1/2/claimants ETH"),
    ("the side of what is lawful", "UPDATE books.lawful SET side = 'location'"
     " WHERE asset = 'ETH' AND class = 'claimants'", ["lawful"],
     "lawful case/claimants/title/ETH/crypto"),
    ("the class of a lawful asset", "UPDATE books.lawful SET asset_class = 'gold'"
     " WHERE asset = 'ETH' AND class = 'claimants'", ["lawful"],
     "lawful case/claimants/title/ETH/crypto"),
    ("a holding of nobody's", "INSERT INTO books.holding (book, class, detail, asset, quantity,"
     " last_day) VALUES ('C-9/1', 'claimants', '', 'BTC', 0, "
     " '2025-01-01')", ["holding"], "C-9/1/claimants BTC"),
    ("what is lawful removed", "DELETE FROM books.lawful WHERE asset = 'ETH'",
     ["lawful", "tally"], "lawful case/claimants/title/ETH/crypto"),
    ("what nobody holds called lawful", "INSERT INTO books.lawful VALUES"
     " ('case', 'state', 'XAU', 'title', 'gold')", ["lawful"], "lawful case/state/title/XAU/gold"),
    ("what is unlawful posted, held and summed", "UPDATE books.entry SET asset = 'XAU',"
     f" quantity = 1 WHERE id = {LAST}; INSERT INTO books.tally SELECT month, book_kind, kind, 1,"
     " debit_class, credit_class, counter, 'XAU', currency, flow, 9, 1, 0, 1 FROM books.tally"
     " WHERE asset = 'BTC' LIMIT 1", ["entry", "tally"], "lawful case/"),
    ("the book of a grant", "UPDATE books.authority SET book = 'C-1/2'"
     " WHERE authority = 'final_order'", ["authority"], "case/C-1@6"),
    ("drawn on what nobody granted", "INSERT INTO books.drawn VALUES (999999, 5, 1)",
     ["drawn"], "grant 999999"),
    ("what was drawn on an order", "UPDATE books.drawn SET used = used - 1 WHERE used > 1",
     ["drawn"], "grant "),
    ("what an order grants", "UPDATE books.authority SET granted = granted + 1"
     " WHERE authority = 'final_order'", ["authority"], "case/C-1@6"),
    ("the kind of a grant", "UPDATE books.authority SET authority = 'annulment',"
     " event_kind = 'judgment_annulled' WHERE authority = 'final_order'",
     ["authority"], "case/C-1@6"),
    ("a monthly sum", "UPDATE books.tally SET quantity = quantity + 1", ["tally"], "tally "),
    ("what the law permits", "DELETE FROM books.permitted WHERE book_kind = 'reserve'",
     ["permitted"], "permitted"),
    ("an asset", "INSERT INTO books.asset (code, class, scale, event)"
     " SELECT 'XBT', 'currency', 2, max(seq) FROM books.event", ["asset"], "asset XBT"),
    ("the columns of an event", "UPDATE books.event SET value_date = '2020-01-01'"
     " WHERE stream = 'case/C-1' AND version = 3", ["event"], "case/C-1@3"),
    ("the kind of an event", "UPDATE books.event SET kind = 'seized'"
     " WHERE stream = 'case/C-1' AND version = 3", ["event"], "case/C-1@3"),
    ("the order of events", "UPDATE books.event SET version = 12"
     " WHERE stream = 'case/C-1' AND version = 11", ["event"], "case/C-1@12"),
    ("a private value", "UPDATE books.event SET private = jsonb_set(private, '{note,value}',"
     " '\"forged\"') WHERE stream = 'case/C-1' AND version = 1", ["event"], "case/C-1@1"),
    ("the salt of a private value", "UPDATE books.event SET private ="
     " jsonb_set(private, '{note,salt}', '\"00\"') WHERE stream = 'case/C-1' AND version = 1",
     ["event"], "case/C-1@1"),
    ("a salt that is none", "UPDATE books.event SET private ="
     " jsonb_set(private, '{note,salt}', '\"salt\"') WHERE stream = 'case/C-1' AND version = 1",
     ["event"], "case/C-1@1"),
    ("a private value without its salt", "UPDATE books.event SET private = private #- '{note,salt}'"
     " WHERE stream = 'case/C-1' AND version = 1", ["event"], "case/C-1@1"),
    ("private values that are none", "UPDATE books.event SET private = '[1]'"
     " WHERE stream = 'case/C-1' AND version = 1", ["event"], "case/C-1@1"),
    ("a leaf that names nobody", "UPDATE books.event SET leaf = convert_to((convert_from(leaf,"
     " 'UTF8')::jsonb - 'actor')::text, 'UTF8') WHERE stream = 'case/C-1' AND version = 3",
     ["event"], "case/C-1@3"),
    ("a leaf of no instant", "UPDATE books.event SET leaf = convert_to(replace(convert_from(leaf,"
     " 'UTF8'), '\"recorded_at\":\"2', '\"recorded_at\":\"x'), 'UTF8')"
     " WHERE stream = 'case/C-1' AND version = 3", ["event"], "case/C-1@3"),
    ("a private value removed", "UPDATE books.event SET private = private - 'note'"
     " WHERE stream = 'case/C-1' AND version = 1", ["event"], "case/C-1@1"),
]  # fmt: skip


@pytest.mark.parametrize(
    "statement, tables, where", [t[1:] for t in TAMPERED], ids=[t[0] for t in TAMPERED]
)
def test_what_was_changed_is_found(tampered, statement, tables, where):
    differences = tampered(statement, *tables)
    assert any(each["where"].startswith(where) for each in differences), differences


ANOTHER_ENTRY = """
    INSERT INTO books.entry (event, number, kind, legs, value_date, flow, leaf, book, asset,
                             quantity, debit_class, debit_detail, credit_class, credit_detail,
                             authority, scope, book2, asset2, quantity2, debit_class2,
                             debit_detail2, credit_class2, credit_detail2, authority2, scope2)
    SELECT event, number + 1, kind, legs, value_date, flow, leaf, book, asset,
           quantity, debit_class, debit_detail, credit_class, credit_detail, authority, scope,
           book2, asset2, quantity2, debit_class2, debit_detail2, credit_class2, credit_detail2,
           authority2, scope2
    FROM books.entry
    WHERE id = (SELECT max(entry) FROM books.posting WHERE asset = 'BTC')
"""


def test_an_entry_too_many_is_found(tampered):
    differences = tampered(ANOTHER_ENTRY, "entry")
    assert {"case/C-1@10"} <= {each["where"] for each in differences}


def test_an_entry_without_an_event_is_found(tampered):
    statement = ANOTHER_ENTRY.replace("SELECT event, number + 1", "SELECT 999999, 1")
    assert ["event 999999"] == [
        each["where"] for each in tampered(statement, "entry") if each["where"].startswith("event")
    ]


def test_an_entry_without_its_second_leg_is_found(lived, database):
    """Where the CHECKs that tie the two are gone."""
    tied = ("has_its_second_leg", "exchange_keeps_its_title", "exchange_changes_asset")
    columns = ("book", "asset", "quantity", "debit_class", "debit_detail", "credit_class")
    columns += ("credit_detail", "authority", "scope")
    nothing = ", ".join(f"{column}2 = NULL" for column in columns)
    with (
        psycopg.connect(database.url("postgres")) as connection,
        connection.transaction(force_rollback=True),
    ):
        connection.execute("ALTER TABLE books.entry DISABLE TRIGGER ALL")
        for name in tied:
            connection.execute(f"ALTER DOMAIN books.whole_entry DROP CONSTRAINT {name}")
        connection.execute(f"UPDATE books.entry SET {nothing} WHERE id = {SOLD}")
        differences = compare(connection).differences
    assert {"case/C-1@7#1"} <= {each["where"] for each in differences}


def test_a_forged_leaf_is_found(tampered, lived):
    """Whoever rewrites an event rewrites its entries, too, or is found."""
    query = "SELECT leaf FROM books.event WHERE stream = 'case/C-1' AND version = 11"
    leaf = json.loads(bytes(lived.execute(query).fetchone()[0]))
    leaf["body"]["amount"] = "1"
    forged = canonical(leaf).hex()
    statement = f"""
        UPDATE books.event SET leaf = '\\x{forged}' WHERE stream = 'case/C-1' AND version = 11
    """
    differences = tampered(statement, "event")
    assert {"case/C-1@11#1"} <= {each["where"] for each in differences}


def test_only_the_first_differences_are_listed_and_all_are_counted(lived, database):
    with (
        psycopg.connect(database.url("postgres")) as connection,
        connection.transaction(force_rollback=True),
    ):
        connection.execute("ALTER TABLE books.stream DISABLE TRIGGER ALL")
        connection.execute(
            "INSERT INTO books.stream SELECT 'case/X-' || n, 1, '{}' FROM generate_series(1, 200) n"
        )
        found = compare(connection)
    assert (200, 50) == (found.found, len(found.differences))
    assert found.as_json()["equal"] is False
