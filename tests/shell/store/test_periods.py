"""Closing the books: what is closed stays, who writes meanwhile waits, and sums are the same."""

import threading
from datetime import UTC, date, datetime

import psycopg
import pytest

from qazyna.errors import Refused
from qazyna.office.periods import ClosePeriod
from qazyna.reserve.earnings import RecordCharge, RecordIncome
from qazyna.reserve.funding import Appropriate
from qazyna.shell.queries.ledger import quantities
from qazyna.shell.store.commit import execute
from qazyna.shell.store.replay import check


def given(books, quantity: str, on: str) -> None:
    items = [{"asset": "USD", "quantity": quantity, "place": "National Bank"}]
    command = Appropriate(items=items, appropriated_on=on, act_ref="Act")
    execute(books, command, actor="ann")


def earned(books, quantity: str, on: str, book: str = "reserve") -> None:
    command = RecordIncome(asset="USD", quantity=quantity, received_on=on, statement_ref="S")
    execute(books, command, actor="ann")


def charged(books, quantity: str, on: str) -> None:
    command = RecordCharge(asset="USD", quantity=quantity, charged_on=on, statement_ref="S")
    execute(books, command, actor="ann")


def close(books, through: str) -> None:
    execute(books, ClosePeriod(through=through), actor="ann")


def test_nothing_is_dated_into_a_closed_period(books):
    given(books, "100", "2025-01-10")
    close(books, "2025-06-30")
    with pytest.raises(Refused) as caught:
        earned(books, "1", "2025-06-30")

    assert "period_closed" == caught.value.code
    assert {"closed_through": "2025-06-30", "date": "2025-06-30"} == caught.value.facts
    assert "2025-06-30" in caught.value.message
    earned(books, "1", "2025-07-01")
    assert check(books).as_json()["equal"]


def all_sums(books, as_of, known_at=None):
    """The full sum of the postings, on another path than the one that is tested."""
    rows = books.execute(
        """
        SELECT legs.book || '/' || legs.class, legs.asset,
               sum(CASE legs.class WHEN 'reserve' THEN -net ELSE net END)
        FROM (
            SELECT entry, book, debit_class AS class, asset, quantity AS net, value_date
            FROM books.posting
            UNION ALL
            SELECT entry, book, credit_class, asset, -quantity, value_date FROM books.posting
        ) AS legs
        JOIN books.entry n ON n.id = legs.entry JOIN books.event e ON e.seq = n.event
        WHERE legs.value_date <= %s AND (%s::timestamptz IS NULL OR e.recorded_at <= %s)
        GROUP BY 1, 2 HAVING sum(CASE legs.class WHEN 'reserve' THEN -net ELSE net END) <> 0
        """,
        [as_of, known_at, known_at],
    )
    return {(path, asset): int(quantity) for path, asset, quantity in rows}


def test_a_snapshot_and_what_came_after_are_the_full_sum(books):
    instants: list[datetime | None] = [None]
    for month in range(1, 7):
        given(books, "100", f"2025-{month:02}-10")
        charged(books, str(month), f"2025-{month:02}-20")
        instants.append(datetime.now(UTC))
        if month % 2 == 0:
            close(books, f"2025-{month - 1:02}-28")
            instants.append(datetime.now(UTC))
    days = [date(2025, month, day) for month in range(1, 8) for day in (9, 10, 20, 28)]
    for known_at in instants:
        for as_of in days:
            found = quantities(books, as_of, known_at, "reserve/")
            kept = {(f"{a.book}/{a.klass}", asset): sum_ for (a, asset), sum_ in found.items()}
            assert all_sums(books, as_of, known_at) == kept, (as_of, known_at)
    assert {(3,)} == set(books.execute("SELECT count(*) FROM books.closed"))
    assert check(books).as_json()["equal"]


@pytest.mark.parametrize(
    "change",
    ["quantity = quantity + 1", "book = 'budget'", "class = 'custody'", "detail = 'another'"],
)
def test_a_snapshot_that_was_changed_behind_the_guards_is_found(books, own_database, change):
    given(books, "100", "2025-01-10")
    close(books, "2025-06-30")
    with psycopg.connect(own_database.url("postgres"), autocommit=True) as above:
        above.execute("SET session_replication_role = replica")
        above.execute("ALTER TABLE books.snapshot DISABLE TRIGGER ALL")
        above.execute(f"UPDATE books.snapshot SET {change}")
    found = check(books).as_json()
    assert not found["equal"]
    assert found["differences"][0]["where"].startswith("snapshot of 2025-06-30")


def test_a_closing_that_no_event_tells_of_is_found(books, own_database):
    close(books, "2025-06-30")
    with psycopg.connect(own_database.url("postgres"), autocommit=True) as above:
        above.execute("ALTER TABLE books.closed DISABLE TRIGGER ALL")
        above.execute("UPDATE books.closed SET through = '2025-05-31'")
    places = [found["where"] for found in check(books).as_json()["differences"]]
    assert ["period closed through 2025-05-31", "period closed through 2025-06-30"] == places


def test_a_closing_waits_for_who_is_writing_and_takes_it_in(books, own_database):
    given(books, "100", "2025-01-10")
    closed = threading.Event()

    def closing() -> None:
        with psycopg.connect(own_database.url(), autocommit=True) as other:
            close(other, "2025-06-30")
            closed.set()

    with books.transaction():
        charged(books, "30", "2025-06-30")
        thread = threading.Thread(target=closing)
        thread.start()
        assert not closed.wait(0.5)
    thread.join(10)
    assert closed.is_set()
    held = books.execute("SELECT DISTINCT quantity FROM books.snapshot").fetchall()
    assert [(7000,)] == held
    assert check(books).as_json()["equal"]


def test_who_writes_while_the_books_are_closed_is_told_so(books, own_database):
    given(books, "100", "2025-01-10")
    told: list[str] = []

    def writing() -> None:
        with psycopg.connect(own_database.url(), autocommit=True) as other:
            try:
                charged(other, "30", "2025-06-30")
            except Refused as refused:
                told.append(refused.code)

    with books.transaction():
        close(books, "2025-06-30")
        thread = threading.Thread(target=writing)
        thread.start()
        thread.join(0.5)
        assert thread.is_alive()
    thread.join(10)
    assert ["period_closed"] == told
    assert check(books).as_json()["equal"]
