"""Attempts on the guards, and the rules that refuse them.

Everything is tried on PostgreSQL 16 and 18, and taken back.
"""

from collections.abc import Callable

import psycopg
import pytest

from tests.shell.store.guards import by_hand as path
from tests.shell.store.guards.by_hand import ByHand, Twists

ON_EACH_POSTGRES = pytest.mark.parametrize("server", ["16", "18"], indirect=True, scope="session")

STAYS = "what is written stays"
FOLLOW = "running figures follow the postings"
CHART = "the chart is constant"
TOGETHER = "written_together"
NOW = "recorded_now"

NO_BOOKS = ["", "/", "//", "/1", "C-9", "C-9/", "C-9/1/", "workout", "workout/", "workout//"]
NO_BOOKS += ["workout/a/", "workout/a/b", "workout//b"]
NO_BOOKS += ["Reserve", " reserve", "reserve/", "budget/"]
"""What names neither a holding of a case nor one of the other books."""

RIGHT_PATHS = [
    *(path.receive, path.move, path.vest, path.order, path.sell, path.sell_before_finality),
    *(path.appropriate, path.allocate, path.pay_out, path.reverse),
]


def attempt(books: ByHand, walk: Callable[[ByHand], object], twists: Twists) -> None:
    """Walk the path, let what is checked at commit be checked now, and take everything back."""
    with books.connection.transaction(force_rollback=True):
        walk(books.twisted(twists))
        books.connection.execute("SET CONSTRAINTS ALL IMMEDIATE")


def refusal(error: psycopg.Error) -> str | None:
    """The rule that refused: its constraint, the words of its trigger, or PostgreSQL's own."""
    return error.diag.constraint_name or (error.diag.message_primary or "").rpartition(": ")[2]


def no(column: str, relation: str = "entry") -> str:
    """The refusal of a NULL, whose rule has no name."""
    return f'null value in column "{column}" of relation "{relation}" violates not-null constraint'


def is_refused(by: str, books: ByHand, walk: Callable[[ByHand], object], twists: Twists) -> None:
    with pytest.raises(psycopg.Error) as caught:
        attempt(books, walk, twists)
    assert by == refusal(caught.value)
