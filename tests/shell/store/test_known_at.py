"""The same question has one answer: whoever asks waits for who may still write into that past."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import psycopg
import pytest

from qazyna.blueprint import parse
from qazyna.errors import Refused
from qazyna.office.adoption import AdoptBlueprint
from qazyna.office.periods import ClosePeriod
from qazyna.reserve.funding import Appropriate
from qazyna.reserve.price_import import ImportPrices
from qazyna.shell.queries import snapshots
from qazyna.shell.queries.changes import changed, restated
from qazyna.shell.queries.ledger import known_balances
from qazyna.shell.queries.statement import statement
from qazyna.shell.store import settled as waiting
from qazyna.shell.store.commit import execute
from qazyna.shell.store.inserting import insert_rows
from qazyna.shell.store.pricing import price_book
from qazyna.shell.store.settled import settled
from tests.shell.store.opened import opened
from tests.support import law_of
from tests.support_cases import seize

DAY = date(2026, 6, 30)


def given(quantity: str, on: str = "2026-01-10", asset: str = "USD") -> Appropriate:
    items = [{"asset": asset, "quantity": quantity}]
    return Appropriate(items=items, appropriated_on=on, act_ref="Act")


def priced(digest: str, *rows: tuple[str, str]) -> tuple[ImportPrices, dict]:
    """A command that brings prices of gold, and the rows that come with it."""
    days = sorted(date.fromisoformat(on) for on, _ in rows)
    series = (("XAU", "USD", days[0], days[-1], len(rows)),)

    def also(connection, world, events, seq) -> None:
        columns = ("asset", "currency", "on_date", "price", "source", "estimated", "event")
        quotes = [("XAU", "USD", on, Decimal(price), "given", "", seq) for on, price in rows]
        insert_rows(connection, "price", columns, quotes)

    return ImportPrices(file="gold", sha256=digest * 64, series=series), {"also": also}


class Held:
    """A writer that has been stamped, and has not committed."""

    def __init__(self, url: str, when: str, command, also=None) -> None:
        self.stamped, self.go = threading.Event(), threading.Event()
        self.failed: list[BaseException] = []

        def hold(*_: object) -> None:
            self.stamped.set()
            assert self.go.wait(30)

        def after(*given: object) -> None:
            if also:
                also(*given)
            if when == "also":
                hold()

        def write() -> None:
            try:
                with opened(url) as connection:
                    before = hold if when == "before" else None
                    execute(connection, command, actor="ann", before=before, also=after)
            except BaseException as failure:
                self.failed.append(failure)
                self.stamped.set()

        self.thread = threading.Thread(target=write)
        self.thread.start()
        assert self.stamped.wait(30)
        assert [] == self.failed

    def commit(self) -> None:
        self.go.set()
        self.thread.join(30)
        assert [] == self.failed


@contextmanager
def held(*args, **named) -> Iterator[Held]:
    writer = Held(*args, **named)
    try:
        yield writer
    finally:
        writer.go.set()
        writer.thread.join(30)


def ask(url: str, question, *args) -> tuple[threading.Thread, list]:
    """Ask beside us; the answer comes into the list."""
    answers: list = []

    def asking() -> None:
        with opened(url) as connection:
            answers.append(question(connection, *args))

    thread = threading.Thread(target=asking)
    thread.start()
    return thread, answers


def of_balances(connection, known_at):
    return known_balances(connection, DAY, known_at)


def of_one_account(connection, known_at):
    return known_balances(connection, DAY, known_at, "reserve/bank/National Bank")


def of_now(connection, known_at):
    return known_balances(connection, None, known_at)


def of_statement(connection, known_at):
    return statement(connection, DAY, known_at).as_json()


def of_restated(connection, known_at):
    found, more = restated(connection, DAY, known_at)
    return found.as_json(), more


def of_changes(connection, known_at):
    now = statement(connection, DAY, known_at)
    return changed(connection, DAY, datetime(2020, 1, 1, tzinfo=UTC), now)


QUESTIONS = (of_balances, of_one_account, of_now, of_statement, of_restated, of_changes)


@pytest.mark.parametrize("when", ["before", "also"])
@pytest.mark.parametrize("question", QUESTIONS)
def test_who_was_stamped_before_is_waited_for(books, own_database, question, when):
    execute(books, given("100"), actor="ann")
    url = own_database.url()
    with held(url, when, given("1")) as writer:
        (at,) = books.execute("SELECT clock_timestamp()").fetchone()
        thread, early = ask(url, question, at)
        thread.join(0.5)
        assert [] == early
        writer.commit()
        thread.join(30)
    (answer,) = early
    assert question(books, at) == answer
    execute(books, given("1000"), actor="ann")
    assert question(books, at) == answer
    held_then = known_balances(books, DAY, at, "reserve/reserve")[0]
    assert ["101"] == [each["quantity"] for each in held_then]


@pytest.mark.parametrize("when", ["before", "also"])
def test_a_valuation_waits_for_prices_that_are_being_recorded(books, own_database, when):
    execute(books, given("2", asset="XAU"), actor="ann")
    command, how = priced("a", ("2026-06-01", "2000"))
    execute(books, command, actor="ann", **how)
    command, how = priced("b", ("2026-06-15", "3000"))
    with held(own_database.url(), when, command, **how) as writer:
        (at,) = books.execute("SELECT clock_timestamp()").fetchone()
        thread, early = ask(own_database.url(), of_statement, at)
        thread.join(0.5)
        assert [] == early
        writer.commit()
        thread.join(30)
    assert ["6000"] == [each["total"] for each in early]
    assert [of_statement(books, at)] == early


@pytest.mark.parametrize("question", [of_balances, of_now, of_statement])
def test_without_a_time_the_answer_says_one_and_asked_with_it_is_the_same(books, question):
    execute(books, given("100"), actor="ann")
    answer = question(books, None)
    said = answer["known_at"] if isinstance(answer, dict) else answer[1].isoformat()
    (last,) = books.execute("SELECT max(recorded_at) FROM books.event").fetchone()
    assert last.isoformat() == said
    execute(books, given("1"), actor="ann")
    assert answer == question(books, last)
    assert answer != question(books, None)


def test_who_writes_for_long_is_not_waited_for_without_a_time(books, own_database, monkeypatch):
    monkeypatch.setattr(waiting, "SHORT_PATIENCE", 0.2)
    execute(books, given("100"), actor="ann")
    before, _ = known_balances(books, DAY)
    with held(own_database.url(), "also", given("1")) as writer:
        execute(books, seize(), actor="ann")  # elsewhere: it does not wait
        answer, at = known_balances(books, DAY)
        assert before == answer
        began = books.execute(
            "SELECT min(xact_start) FROM pg_stat_activity WHERE state = 'idle in transaction'"
        ).fetchone()[0]
        assert at < began
        writer.commit()
    assert (answer, at) == known_balances(books, DAY, at)
    assert len(known_balances(books, DAY)[0]) > len(answer)


def test_a_time_that_cannot_be_settled_is_refused(books, own_database, monkeypatch):
    monkeypatch.setattr(waiting, "PATIENCE", 0.2)
    execute(books, given("100"), actor="ann")
    (early,) = books.execute("SELECT clock_timestamp()").fetchone()
    with held(own_database.url(), "before", given("1")):
        (at,) = books.execute("SELECT clock_timestamp()").fetchone()
        with pytest.raises(Refused) as caught:
            statement(books, DAY, at)
        assert "100" == statement(books, DAY, early).as_json()["total"]
    assert "not_settled" == caught.value.code
    assert {"known_at", "writing_since"} == set(caught.value.facts)


def test_the_owners_transactions_hide_when_they_began_and_are_waited_for(
    books, own_database, monkeypatch
):
    monkeypatch.setattr(waiting, "PATIENCE", 0.1)
    monkeypatch.setattr(waiting, "SHORT_PATIENCE", 0.1)
    (at,) = books.execute("SELECT clock_timestamp()").fetchone()
    with psycopg.connect(own_database.url("qazyna_owner")) as owner:
        owner.execute("LOCK TABLE books.event IN ROW EXCLUSIVE MODE")
        for asked in (at, None):
            with pytest.raises(Refused) as caught:
                settled(books, asked)
            assert "not_settled" == caught.value.code
        owner.rollback()
        assert at == settled(books, at)


def test_who_only_reads_is_not_waited_for(books, own_database):
    with own_database.connect() as reader:
        reader.execute("SELECT count(*) FROM books.event")
        began = datetime.now(UTC)
        assert began == settled(books, began) or datetime.now(UTC) - began < timedelta(seconds=1)


def test_a_row_by_hand_is_stamped_when_it_is_inserted(books, own_database):
    """Not when its transaction began: a time between the two may have been answered."""
    with own_database.connect("qazyna_owner") as owner:
        owner.execute("SELECT 1")
        (between,) = books.execute("SELECT clock_timestamp()").fetchone()
        assert between == settled(books, between)
        (stamp,) = owner.execute(
            "INSERT INTO books.event (stream, version, kind, command, value_date, leaf) "
            "SELECT 'by/hand', 1, 'x', min(key), '2026-01-01', '{}' FROM books.command "
            "RETURNING recorded_at"
        ).fetchone()
        owner.rollback()
    assert between < stamp


def test_a_time_to_come_is_answered_as_of_the_last_record(books):
    execute(books, given("100"), actor="ann")
    (last,) = books.execute("SELECT max(recorded_at) FROM books.event").fetchone()
    assert last == settled(books, datetime.now(UTC) + timedelta(days=1))
    assert last == statement(books, DAY, datetime(2999, 1, 1, tzinfo=UTC)).known_at


def test_a_published_statement_waits_for_what_began_before_its_closing(books, own_database):
    """A price carries no posting, so a closing does not wait for it; the statement of it does."""
    execute(books, given("2", asset="XAU"), actor="ann")
    command, how = priced("a", ("2026-01-01", "2000"))
    execute(books, command, actor="ann", **how)
    command, how = priced("b", ("2026-01-20", "3000"))
    with held(own_database.url(), "also", command, **how) as writer:
        execute(books, ClosePeriod(through="2026-01-31"), actor="ann")
        question = (lambda c: statement(c, date(2026, 1, 31)).as_json(),)
        thread, early = ask(own_database.url(), *question)
        thread.join(0.5)
        assert [] == early
        writer.commit()
        thread.join(30)
    assert ["6000"] == [each["total"] for each in early]
    assert early == [statement(books, date(2026, 1, 31)).as_json()]


@pytest.mark.parametrize("few", [0, 5_000])
def test_little_and_much_that_was_recorded_later_are_left_out_alike(books, monkeypatch, few):
    monkeypatch.setattr(snapshots, "FEW", few)
    execute(books, given("100"), actor="ann")
    (at,) = books.execute("SELECT clock_timestamp()").fetchone()
    answers = [question(books, at) for question in QUESTIONS[:5]]
    execute(books, given("7", "2026-02-01"), actor="ann")
    execute(books, seize(), actor="ann")
    assert answers == [question(books, at) for question in QUESTIONS[:5]]


def test_a_law_adopted_later_changes_no_earlier_statement(books):
    execute(books, given("100"), actor="ann")
    before = statement(books, DAY).as_json()
    text = law_of("template").text.replace('currency = "USD"', 'currency = "EUR"', 1)
    law = parse(text, "other")
    command = AdoptBlueprint(name=law.name, sha256=law.sha256)
    execute(books, command, actor="owner", documents=[(law.name, text.encode())])

    assert "EUR" == statement(books, DAY).as_json()["currency"]
    assert before == statement(books, DAY, datetime.fromisoformat(before["known_at"])).as_json()


# ── The price book of a process ─────────────────────────────────────────────────────────────────


def of_gold(connection) -> list[str]:
    return [str(row.price) for row in price_book(connection).rows("XAU", "USD")]


def test_prices_with_a_lower_number_that_are_committed_later_are_seen(books, own_database):
    """Numbers are drawn before COMMIT: the lower one is seen after the higher one was read."""
    command, how = priced("a", ("2026-06-01", "2000"), ("2026-06-02", "2001"))
    with held(own_database.url(), "also", command, **how) as writer:
        # The series is another stream's in life: a manager's. Here a row stands for it.
        execute(books, seize(), actor="ann", also=how_of("2026-06-02", "9000"))
        assert ["9000"] == of_gold(books)
        writer.commit()
    numbers = "SELECT price FROM books.price WHERE on_date = '2026-06-02' ORDER BY event"
    assert [(2001,), (9000,)] == books.execute(numbers).fetchall()
    # Of one day the last number counts, whichever was seen first.
    assert ["2000", "9000"] == of_gold(books)
    # What the commands value by is the same.
    execute(books, given("1", "2026-06-01", "XAU"), actor="ann")
    (value,) = books.execute("SELECT value FROM books.entry ORDER BY id DESC LIMIT 1").fetchone()
    assert 2000 == value


def how_of(on: str, price: str):
    return priced("e", (on, price))[1]["also"]


def test_prices_that_were_taken_back_are_not_kept(books):
    with pytest.raises(ZeroDivisionError), books.transaction():
        command, how = priced("a", ("2026-06-01", "2000"))
        execute(books, command, actor="ann", **how)
        assert ["2000"] == of_gold(books)
        raise ZeroDivisionError
    assert [] == of_gold(books)
    command, how = priced("b", ("2026-06-01", "3000"))
    execute(books, command, actor="ann", **how)
    assert ["3000"] == of_gold(books)


def test_many_prices_at_once_are_all_seen(books, own_database):
    days = [(f"2026-{month:02}-{day:02}", "5") for month in (1, 2, 3) for day in range(1, 28)]
    command, how = priced("a", *days)
    with opened(own_database.url()) as other:
        execute(other, command, actor="ann", **how)
    assert len(days) == len(of_gold(books))
    execute(books, given("1", "2026-06-01", "XAU"), actor="ann")
    (value,) = books.execute("SELECT value FROM books.entry ORDER BY id DESC LIMIT 1").fetchone()
    assert 5 == value
