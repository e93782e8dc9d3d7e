"""Closed periods against plain SQL: nothing is dated into them, and nobody writes a snapshot."""

import psycopg
import pytest

from tests.shell.store.guards import by_hand as path
from tests.shell.store.guards.by_hand import ByHand
from tests.shell.store.guards.trying import (
    ON_EACH_POSTGRES,
    RIGHT_PATHS,
    STAYS,
    TOGETHER,
    attempt,
    is_refused,
)

pytestmark = ON_EACH_POSTGRES

BEFORE, DAY, AFTER = "2026-04-30", path.DAY, "2026-05-31"
NEW = "the closing"


def close(books: ByHand, through: str = DAY, follows: str | None = None, **columns) -> None:
    kind = columns.pop("kind", "period_closed")
    books.event(NEW, kind, columns.pop("stream", "periods"), value_date="2026-11-20")
    row = {"through": through, "follows": follows, "event": books.ids[NEW]} | columns
    books.insert("closed", row)


def post_into_a_closed_period(books: ByHand) -> None:
    close(books)
    path.move(books)


def post_before_a_closed_period(books: ByHand) -> None:
    close(books, AFTER)
    path.move(books)


def post_on_the_last_day_of_the_second_period(books: ByHand) -> None:
    close(books, BEFORE)
    close(books, DAY, BEFORE)
    path.receive(books)


def post_at_once_with_the_closing(books: ByHand) -> None:
    """Whichever of the two comes first in one statement."""
    books.event(NEW, "period_closed", "periods", value_date="2026-11-20")
    books.event("the sweep", "swept", "case/C-1")
    columns = """event, number, kind, legs, value_date, flow, leaf, asset, quantity, book,
                 debit_class, debit_detail, credit_class, credit_detail"""
    books.connection.execute(
        f"""
        WITH moved AS (
            INSERT INTO books.entry ({columns})
            VALUES (%s, 1, 'move', 1, '{DAY}', 'internal', '{{}}', 'BTC', 1, 'C-1/1',
                    'custody', 'NIC', 'custody', 'AFM') RETURNING 1
        )
        INSERT INTO books.closed (through, event) SELECT '{DAY}', %s FROM moved
        """,
        [books.ids["the sweep"], books.ids[NEW]],
    )


def close_twice_from_the_start(books: ByHand) -> None:
    close(books)
    close(books, AFTER)


def close_two_after_one(books: ByHand) -> None:
    close(books, BEFORE)
    close(books, DAY, BEFORE)
    close(books, AFTER, BEFORE)


def close_the_same_day_again(books: ByHand) -> None:
    close(books)
    close(books, DAY, DAY)


def close_what_lies_before(books: ByHand) -> None:
    close(books)
    close(books, BEFORE, DAY)


def close_after_what_is_not_closed(books: ByHand) -> None:
    close(books, AFTER, DAY)


def close_two_in_one_statement_the_later_first(books: ByHand) -> None:
    books.event(NEW, "period_closed", "periods", value_date="2026-11-20")
    books.event("another", "period_closed", "periods", value_date="2026-11-20")
    books.connection.execute(
        "INSERT INTO books.closed (through, follows, event) VALUES (%s, %s, %s), (%s, NULL, %s)",
        [AFTER, DAY, books.ids[NEW], DAY, books.ids["another"]],
    )


def close_what_is_not_over(books: ByHand) -> None:
    close(books, "9999-12-31")


def close_earlier_than_it_is(books: ByHand) -> None:
    close(books, "9999-12-30", closed_at="9999-12-31T12:00:00Z")


def close_for_ever(books: ByHand) -> None:
    close(books, "infinity")


def close_by_another_kind_of_event(books: ByHand) -> None:
    close(books, kind="seized")


def close_by_an_event_of_another_stream(books: ByHand) -> None:
    close(books, stream="case/C-1")


def close_by_an_old_event(books: ByHand) -> None:
    books.insert("closed", {"through": DAY, "event": books.ids["the law"]})


def close_by_an_old_event_as_if_new(books: ByHand) -> None:
    books.insert("closed", {"through": DAY, "event": books.ids["the law"], "tx": "3"})


def write_a_snapshot(books: ByHand) -> None:
    close(books)
    account = {"book": "C-2/1", "class": "claimants", "detail": ""}
    books.insert("snapshot", account | {"through": DAY, "asset": "USD", "quantity": 1})


def change_a_snapshot(books: ByHand) -> None:
    close(books)
    books.connection.execute("UPDATE books.snapshot SET quantity = quantity + 1")


def clear_the_snapshots(books: ByHand) -> None:
    close(books)
    books.connection.execute("TRUNCATE books.snapshot")


def open_it_again(books: ByHand) -> None:
    close(books)
    books.connection.execute("DELETE FROM books.closed")


def move_the_last_day(books: ByHand) -> None:
    close(books)
    books.connection.execute("UPDATE books.closed SET through = '2026-01-01'")


ATTEMPTS = [
    (post_into_a_closed_period, "period_closed"),
    (post_before_a_closed_period, "period_closed"),
    (post_on_the_last_day_of_the_second_period, "period_closed"),
    (post_at_once_with_the_closing, "period_closed"),
    (close_twice_from_the_start, "one_after_the_other"),
    (close_two_after_one, "one_after_the_other"),
    (close_the_same_day_again, "later_than_before"),
    (close_what_lies_before, "later_than_before"),
    (close_after_what_is_not_closed, "follows_another"),
    (close_two_in_one_statement_the_later_first, "follows_another"),
    (close_what_is_not_over, "over_by_then"),
    (close_earlier_than_it_is, "over_by_then"),
    (close_for_ever, "a_calendar_day"),
    (close_by_another_kind_of_event, "closed_with_its_event"),
    (close_by_an_event_of_another_stream, "closed_with_its_event"),
    (close_by_an_old_event, "closed_with_its_event"),
    (close_by_an_old_event_as_if_new, TOGETHER),
    (write_a_snapshot, "a snapshot comes with a closing"),
    (change_a_snapshot, STAYS),
    (clear_the_snapshots, STAYS),
    (open_it_again, STAYS),
    (move_the_last_day, STAYS),
]


@pytest.mark.parametrize("walk, by", ATTEMPTS, ids=[w.__name__ for w, _ in ATTEMPTS])
def test_a_closed_period_is_left_alone(books, walk, by):
    is_refused(by, books, walk, {})


@pytest.mark.parametrize("walk", RIGHT_PATHS, ids=lambda walk: walk.__name__)
def test_the_open_period_is_as_open_as_ever(books, walk):
    def after_a_closing(hand: ByHand) -> None:
        close(hand, BEFORE)
        walk(hand)

    attempt(books, after_a_closing, {})


def test_a_snapshot_is_what_was_held(books):
    def held(hand: ByHand) -> None:
        close(hand, BEFORE)
        assert 0 == hand.one("SELECT count(*) FROM books.snapshot")
        close(hand, DAY, BEFORE)
        differing = """
            SELECT count(*) FROM books.snapshot s
            FULL JOIN (SELECT * FROM books.holding WHERE quantity > 0) h
            USING (book, class, detail, asset)
            WHERE s.quantity IS DISTINCT FROM h.quantity
        """
        assert 0 == hand.one(differing)
        assert hand.one("SELECT count(*) FROM books.snapshot") > 5

    attempt(books, held, {})


@pytest.mark.parametrize("level", ["REPEATABLE READ", "SERIALIZABLE"])
@pytest.mark.parametrize("walk", [path.move, close])
def test_no_old_snapshot_hides_what_was_closed_meanwhile(books, walk, level):
    def at_that_level(hand: ByHand) -> None:
        hand.connection.execute(f"SET TRANSACTION ISOLATION LEVEL {level}")
        walk(hand)

    is_refused("sees_what_is_closed", books, at_that_level, {})


def test_the_application_may_close_and_write_no_snapshot(database, books):
    with psycopg.connect(database.url("qazyna_app"), autocommit=True) as connection:
        attempt(ByHand(connection, {}, dict(books.ids)), close, {})
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("INSERT INTO books.snapshot SELECT * FROM books.snapshot")
