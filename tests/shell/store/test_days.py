"""No holding is below zero at the end of any day, what is dated back included."""

from datetime import date

import pytest

from qazyna.errors import Refused
from qazyna.reserve.earnings import RecordCharge
from qazyna.reserve.funding import Appropriate
from qazyna.shell.store.commit import execute
from qazyna.shell.store.replay import check
from tests.shell.store.opened import adopt, appoint, opened


@pytest.fixture
def books(own_database):
    with opened(own_database.url()) as connection:
        adopt(connection)
        appoint(connection)
        yield connection


def given(books, quantity: str, on: str) -> None:
    items = [{"asset": "USD", "quantity": quantity, "place": "National Bank"}]
    command = Appropriate(items=items, appropriated_on=on, act_ref="Act")
    execute(books, command, actor="ann")


def charged(books, quantity: str, on: str) -> None:
    command = RecordCharge(asset="USD", quantity=quantity, charged_on=on, statement_ref="S")
    execute(books, command, actor="ann")


def cents(books) -> int:
    query = "SELECT quantity FROM books.holding WHERE class = 'bank'"
    return int(books.execute(query).fetchone()[0])


# given, then charged; the last charge is the one in question
GIVEN = [("10", "2025-01-10"), ("5", "2025-03-01")]
SOON = [("10", "2025-01-10"), ("5", "2025-02-01")]
LATE = [("1", "2025-01-10"), ("9", "2025-06-01")]

LIVES = [
    # what was there on its day may be taken out on its day
    ([("10", "2025-01-10")], [], ("10", "2025-01-10"), True),
    ([("10", "2025-01-10")], [], ("10.01", "2025-01-10"), False),
    # before it was there, it may not
    ([("10", "2025-01-10")], [], ("1", "2025-01-09"), False),
    # what a later day needs may not be taken out on an earlier one
    (
        [("10", "2025-01-10"), ("5", "2025-03-01")],
        [("9", "2025-02-01")],
        ("2", "2025-01-20"),
        False,
    ),
    (GIVEN, [("9", "2025-02-01")], ("1", "2025-01-20"), True),
    # the day itself counts at its end
    (
        [("10", "2025-01-10"), ("5", "2025-02-01")],
        [("12", "2025-02-01")],
        ("3", "2025-01-15"),
        True,
    ),
    (
        [("10", "2025-01-10"), ("5", "2025-02-01")],
        [("12", "2025-02-01")],
        ("4", "2025-01-15"),
        False,
    ),
    # and what comes in afterwards does not help the days before
    (LATE, [], ("2", "2025-05-31"), False),
    (LATE, [], ("2", "2025-06-01"), True),
]


@pytest.mark.parametrize("receipts, charges, last, allowed", LIVES)
def test_what_is_dated_back_leaves_no_day_below_zero(books, receipts, charges, last, allowed):
    for quantity, on in receipts:
        given(books, quantity, on)
    for quantity, on in charges:
        charged(books, quantity, on)
    before = cents(books)
    if allowed:
        charged(books, *last)
        assert cents(books) < before
    else:
        with pytest.raises(Refused) as caught:
            charged(books, *last)
        assert caught.value.code in ("below_zero_that_day", "more_than_held")
        assert before == cents(books)
    assert check(books).as_json()["equal"]


def test_a_receipt_dated_back_needs_no_leave(books):
    given(books, "1", "2025-06-01")
    given(books, "1", "2025-01-01")
    charged(books, "1", "2025-01-02")

    days = books.execute("SELECT last_day FROM books.holding").fetchall()
    assert {(date(2025, 6, 1),)} == set(days)
