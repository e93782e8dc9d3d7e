"""Two who post at once: the second waits for the first, and goes by what that one left."""

from concurrent.futures import ThreadPoolExecutor
from itertools import count
from time import monotonic, sleep
from typing import Any

import psycopg
import pytest

from tests.shell.store.guards.by_hand import ByHand, leg
from tests.shell.store.guards.test_many_at_once import MANY, AtOnce
from tests.shell.store.guards.trying import ON_EACH_POSTGRES

pytestmark = ON_EACH_POSTGRES

_WAITING = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'
"""
_NUMBERS = count()


def post(hand: ByHand, book: str, asset: str, place: str, entries: int) -> None:
    """So many units are received, one an entry, in one statement."""
    at_once = AtOnce(hand.connection, {}, dict(hand.ids))
    at_once.event("a seizure", "seized", f"a stream of its own/{next(_NUMBERS)}")
    for number in range(1, entries + 1):
        unit = leg("its posting", asset, 1, debit=f"{book}/{place}", credit=f"{book}/claimants")
        at_once.entry(f"{number}", "a seizure", "receive", unit, number=number)
    at_once.post()


def one_after_the_other(database: Any, books: ByHand, first: Any, second: Any, stays: bool) -> None:
    """The second runs into the first, who then commits or takes everything back."""
    url = database.url("qazyna_owner")
    with (
        psycopg.connect(url) as one,
        psycopg.connect(url) as other,
        ThreadPoolExecutor(1) as aside,
    ):
        post(ByHand(one, {}, dict(books.ids)), *first)
        running = aside.submit(post, ByHand(other, {}, dict(books.ids)), *second)
        until = monotonic() + 30
        while books.one(_WAITING) == 0:
            assert not running.done() and monotonic() < until, "the second did not wait"
            sleep(0.01)
        (one.commit if stays else one.rollback)()
        running.result(timeout=30)
        other.commit()


def held_and_summed(books: ByHand, asset: str) -> tuple[int, int]:
    return (
        books.one("SELECT sum(quantity) FROM books.holding WHERE asset = %s", asset) or 0,
        books.one("SELECT sum(quantity) FROM books.tally WHERE asset = %s", asset) or 0,
    )


SIZES = [(1, 1), (1, MANY), (MANY, 1), (MANY, MANY), (3, MANY), (MANY, 3)]


@pytest.mark.parametrize("stays", [True, False], ids=["stays", "is_taken_back"])
@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_what_is_held_is_moved_by_both(database, books, sizes, stays):
    held, summed = held_and_summed(books, "BTC")
    first, second = (("C-2/1", "BTC", "custody/AFM", size) for size in sizes)
    one_after_the_other(database, books, first, second, stays)
    moved = sizes[1] + (sizes[0] if stays else 0)
    assert (held + 2 * moved, summed + moved) == held_and_summed(books, "BTC")


@pytest.mark.parametrize("stays", [True, False], ids=["stays", "is_taken_back"])
@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_both_bring_the_first_of_a_kind(database, books, sizes, stays):
    """In two cases: they meet on nothing but what is lawful, which is there once."""
    event = next(_NUMBERS)
    asset = f"coin {event}"
    with books.connection.transaction():
        books.event("a fork", "fork_recognised", f"a stream of its own/{event}")
        new = {"code": asset, "class": "crypto", "scale": 0, "event": books.ids["a fork"]}
        books.insert("asset", new)
    first, second = ((f"C-{n}/{event}", asset, "custody/AFM", s) for n, s in enumerate(sizes, 8))
    one_after_the_other(database, books, first, second, stays)
    moved = sizes[1] + (sizes[0] if stays else 0)
    assert (2 * moved, moved) == held_and_summed(books, asset)
    assert 2 == books.one("SELECT count(*) FROM books.lawful WHERE asset = %s", asset)
