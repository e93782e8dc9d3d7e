"""The same lives of funds in a database: it agrees with the core, its guards hold, and a replay of
the events finds every table equal."""

import json
from datetime import date

import pytest

from qazyna.ledger.entry import Account
from qazyna.shell.queries.agenda import calendar
from qazyna.shell.queries.statement import statement
from qazyna.shell.store.commit import execute
from qazyna.shell.store.replay import check
from tests.programme.test_whole_lives import (
    HEDGE_LIFE,
    HEDGE_TERMS,
    RESTATED,
    VENTURE_LIFE,
    VENTURE_TERMS,
    asked,
    begun,
    told,
)
from tests.shell.store.opened import adopt, appoint, opened

LIVES = {
    "hedge": ("hedge_fund", HEDGE_TERMS, HEDGE_LIFE),
    "restated": ("hedge_fund", {}, RESTATED),
    "venture": ("venture_fund", VENTURE_TERMS, VENTURE_LIFE),
}

HELD = """
    SELECT book, class, detail, asset, quantity FROM books.holding WHERE quantity > 0
"""


@pytest.fixture
def books(own_database):
    with opened(own_database.url()) as connection:
        adopt(connection)
        appoint(connection)
        yield connection


def live(books, kind, terms, steps, until=""):
    """The steps up to the one named."""
    for command in begun(kind, terms):
        execute(books, command, actor="ann")
    for words, command, fields in steps:
        execute(books, asked(command, fields), actor="ann")
        if words == until:
            return


@pytest.mark.parametrize("life", LIVES)
def test_the_database_agrees_with_the_core_and_with_a_replay(books, life):
    kind, terms, steps = LIVES[life]
    live(books, kind, terms, steps)

    there, _ = told(kind, terms, steps, ())
    found = {
        (Account(book, klass, detail), asset, int(quantity))
        for book, klass, detail, asset, quantity in books.execute(HELD)
    }
    assert set(there.balances) == found
    row = books.execute("SELECT state FROM books.stream WHERE name = 'manager/F'").fetchone()
    manager = there.states["manager/F"]
    assert json.loads(manager.model_dump_json(exclude_defaults=True)) == row[0]
    assert [] == check(books).differences


def dates(books, on, *what):
    found = calendar(books, date.fromisoformat(on))
    return [
        (e["act_by"], e["on"], e["action"], e["what"], e["quantity"], e["overdue_days"])
        for e in found
        if e["what"] in what
    ]


def test_an_issued_call_is_owed_until_it_is_paid(books):
    live(books, *LIVES["venture"], until="called again")

    def owed(on):
        found = statement(books, date.fromisoformat(on)).as_json()["obligations"]
        return {each["kind"]: each["amount"] for each in found}

    assert {"unfunded": "10000"} == owed("2025-03-02")
    assert {"issued_call": "4000", "unfunded": "6000"} == owed("2025-03-16")
    assert {"unfunded": "6000"} == owed("2025-03-17")
    assert {"issued_call": "3000", "unfunded": "3000"} == owed("2025-06-30")


def test_the_calendar_of_a_venture_fund(books):
    live(books, *LIVES["venture"], until="called again")

    assert [
        ("2025-06-16", "2025-06-16", "pay", "call_due", "3000", 0),
        ("2025-07-07", "2025-07-07", "pay", "cure_ends", "3000", 0),
    ] == dates(books, "2025-06-02", "call_due", "cure_ends")
    assert [("2025-06-16", "2025-06-16", "pay", "call_due", "3000", 14)] == dates(
        books, "2025-06-30", "call_due"
    )
    assert [] == dates(books, "2025-06-01", "call_due")  # not issued yet
    assert [("2027-12-31", "2027-12-31", "decide", "investment_period_ends", None, 0)] == dates(
        books, "2026-06-01", "investment_period_ends"
    )


def test_the_calendar_of_a_hedge_fund(books):
    live(books, *LIVES["hedge"], until="the gate lets half through, less 2 % for leaving early")

    # 100 units are carried over to the next dealing date; 300 more could be asked back
    assert [
        ("2025-07-30", "2025-07-30", "receive", "redemption_due", "10780", 0),
        ("2025-07-31", "2025-07-31", "receive", "redemption_dealt", "100", 0),
    ] == dates(books, "2025-07-10", "redemption_dealt", "redemption_due")
    assert [
        ("2025-07-30", "2025-08-29", "notice", "redemption_notice", "300", 0),
        ("2025-08-29", "2025-09-30", "notice", "redemption_notice", "300", 0),
    ] == dates(books, "2025-07-10", "redemption_notice")[:2]
    assert 23 == len(dates(books, "2025-07-10", "redemption_notice"))
    assert [("2026-01-30", "2026-01-31", "decide", "soft_lock_end", "375", 0)] == [
        each for each in dates(books, "2025-07-10", "soft_lock_end") if each[4] == "375"
    ]
