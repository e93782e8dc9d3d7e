"""Many entries in one statement: what is set-based refuses the one that is wrong among them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pytest
from psycopg import sql

from tests.shell.store.guards import by_hand as path
from tests.shell.store.guards.by_hand import ByHand
from tests.shell.store.guards.trying import NO_BOOKS, ON_EACH_POSTGRES, attempt, is_refused, no

pytestmark = ON_EACH_POSTGRES

MANY = 10


@dataclass
class AtOnce(ByHand):
    """Holds entries back, to insert them together."""

    held: list[Mapping[str, Any]] = field(default_factory=list)

    def insert(self, table: str, row: Mapping[str, Any], returning: str = "") -> int:
        if table != "entry":
            return super().insert(table, row, returning)
        self.held.append(dict(row))
        return 0

    def post(self) -> None:
        columns = sorted({column for row in self.held for column in row})
        self.connection.execute(
            sql.SQL("INSERT INTO books.entry ({}) VALUES {}").format(
                sql.SQL(", ").join(map(sql.Identifier, columns)),
                sql.SQL(", ").join(
                    sql.SQL("({})").format(
                        sql.SQL(", ").join(sql.Literal(row[column]) for column in columns)
                    )
                    for row in self.held
                ),
            )
        )


def many(walk: Callable[[ByHand], None], hand: ByHand) -> None:
    """Walk the path ten times; what is twisted is twisted the last time alone."""
    path.receive(hand.twisted({}), quantity=MANY)  # enough for each
    at_once = AtOnce(hand.connection, {}, dict(hand.ids))
    for number in range(1, MANY + 1):
        at_once.twists = hand.twists if number == MANY else {}
        walk(at_once)
    at_once.post()


def to_new_cases(hand: ByHand) -> None:
    """Each time another case, which is not in the books yet."""
    path.receive(hand, f"C-{100 + hand.one('SELECT max(seq) FROM books.event')}")


@pytest.mark.parametrize("walk", [path.move, path.receive, to_new_cases])
def test_the_right_path_is_open_to_many(books, walk):
    attempt(books, partial(many, walk), {})


WRONG = [
    *(({"book": told}, "names_a_book") for told in NO_BOOKS),
    ({"book": None}, no("book")),
    ({"book": "workout/1"}, "permitted_by_law"),
    ({"debit_class": "bank"}, "permitted_by_law"),
    ({"debit_class": "claimants"}, "in_the_chart"),
    ({"credit_class": "state"}, "in_the_chart"),
    ({"debit_class": None}, no("debit_class")),
    ({"debit_detail": None}, no("debit_detail")),
    ({"credit_class": None}, no("credit_class")),
    ({"credit_detail": None}, no("credit_detail")),
    ({"asset": "DOGE"}, "debits_what_is_lawful"),
]


@pytest.mark.parametrize("columns, by", WRONG, ids=[f"{by} {c}" for c, by in WRONG])
def test_one_that_names_no_account_that_can_be(books, columns, by):
    is_refused(by, books, partial(many, path.receive), {"its posting": columns})


EMPTY = [{"credit_detail": "nobody"}, {"credit_class": "pending"}, {"book": "C-3/1"}]


@pytest.mark.parametrize("columns", EMPTY, ids=str)
def test_one_that_takes_out_of_where_nothing_is(books, columns):
    is_refused("never_below_zero", books, partial(many, path.move), {"its posting": columns})


def test_one_that_takes_out_more_than_is_there(books):
    is_refused(
        "never_below_zero", books, partial(many, path.move), {"its posting": {"quantity": 99}}
    )
