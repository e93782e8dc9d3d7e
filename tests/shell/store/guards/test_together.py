"""Entries that come in one statement: the same is refused, be they a handful or many.

A handful is moved row by row and many as a set; what no day may lack is the same for both.
"""

from dataclasses import dataclass, field
from datetime import date
from itertools import accumulate, permutations
from typing import Any

import psycopg
import pytest

from tests.shell.store.guards.by_hand import ByHand, leg
from tests.shell.store.guards.trying import ON_EACH_POSTGRES, refusal

pytestmark = ON_EACH_POSTGRES

OLD, NEW, TITLE = "C-7/1/custody/AFM", "C-7/1/custody/NIC", "C-7/1/claimants"

Step = tuple[int, int]
"""the day of May, and what comes in or goes out"""

LIVES: list[list[Step]] = [
    [(1, 5), (2, -5)],
    [(2, 5), (1, -5)],
    [(1, 5), (3, 2), (2, -6)],
    [(1, 5), (3, 2), (3, -6)],
    [(1, 5), (4, -3), (2, -3)],
    [(1, 3), (5, 3), (2, -3), (5, -3)],
    [(1, 3), (5, 3), (2, -4), (5, -2)],
]


@dataclass
class Together(ByHand):
    """Keeps entries back, to insert them as one statement."""

    kept: list[dict[str, Any]] = field(default_factory=list)

    def insert(self, table: str, row: Any, returning: str = "") -> int:
        if table != "entry":
            return super().insert(table, row, returning)
        self.kept.append(dict(row))
        return 0

    def step(self, number: int, of: str, asset: str, day: int, change: int, **way: str) -> None:
        on = date(2026, 5, day)
        entry = f"{of} {number}"
        first = leg("its posting", asset, abs(change), **way)
        kind = "receive" if change > 0 else "move"
        self.entry(entry, of, kind, first, value_date=on, number=number + 1)

    def post(self) -> None:
        columns = list(self.kept[0])
        one = f"({', '.join(['%s'] * len(columns))})"
        self.connection.execute(
            f"INSERT INTO books.entry ({', '.join(columns)}) "
            f"VALUES {', '.join([one] * len(self.kept))}",
            [row[column] for row in self.kept for column in columns],
        )


def posted(books: ByHand, steps: list[Step], beside: int) -> str | None:
    """What refuses it, if anything does."""
    try:
        with books.connection.transaction(force_rollback=True):
            hand = Together(books.connection, ids=dict(books.ids))
            hand.event("a life", "seized", "case/C-7")
            for number, (day, change) in enumerate(steps):
                way = (
                    {"debit": OLD, "credit": TITLE} if change > 0 else {"debit": NEW, "credit": OLD}
                )
                hand.step(number, "a life", "BTC", day, change, **way)
            for number in range(beside):
                way = {"debit": f"C-7/2/custody/{number}", "credit": "C-7/2/claimants"}
                hand.step(len(steps) + number, "a life", "BTC", 1, 1, **way)
            hand.post()
            books.connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
    except psycopg.Error as error:
        return refusal(error)
    return None


def refusing(steps: list[Step]) -> str | None:
    """The rule that is broken, by the sums of the old place's days."""
    days = sorted({day for day, _ in steps})
    ends = list(accumulate(sum(change for on, change in steps if on == day) for day in days))
    if ends[-1] < 0:
        return "never_below_zero"
    return "never_below_zero_on_any_day" if min(ends) < 0 else None


@pytest.mark.parametrize("beside", [0, 12], ids=["a handful", "many"])
@pytest.mark.parametrize("life", LIVES, ids=str)
def test_no_day_lacks_what_was_taken_out_in_one_statement(books, life, beside):
    assert {refusing(life)} == {posted(books, list(steps), beside) for steps in permutations(life)}
