"""What the keys and CHECKs refuse by themselves, where the trigger that would come first is off.

Only who can change the schema can switch a trigger off. What is tried here shows that the rules
behind it hold nevertheless, each on its own, for a row that follows from the postings by a mistake.
"""

from decimal import Decimal
from functools import partial

import pytest

from tests.shell.store.guards import by_hand as path
from tests.shell.store.guards.by_hand import ByHand, Row
from tests.shell.store.guards.trying import (
    ON_EACH_POSTGRES,
    RIGHT_PATHS,
    attempt,
    is_refused,
    no,
)

pytestmark = ON_EACH_POSTGRES


def off(hand: ByHand, table: str, trigger: str) -> None:
    hand.connection.execute(f"ALTER TABLE books.{table} DISABLE TRIGGER {trigger}")


# ── Rows that only triggers write ───────────────────────────────────────────────────────────────

HOLDING = {"book": "C-9/1", "class": "custody", "detail": "AFM", "asset": "BTC", "quantity": 1}
HOLDING |= {"last_day": path.DAY}
LAWFUL = {"book_kind": "case", "class": "vault", "side": "location", "asset": "XAU"}
LAWFUL |= {"asset_class": "gold"}
TALLY = {"month": path.DAY, "book_kind": "case", "kind": "move", "leg": 1}
TALLY |= {"debit_class": "custody", "credit_class": "custody", "counter": "", "asset": "BTC"}
TALLY |= {"currency": "", "flow": "internal", "shard": 9, "quantity": 1, "value": 0, "postings": 1}
HELD = {"book": "C-2/1", "class": "claimants", "detail": "", "asset": "BTC", "quantity": 1}
DEBITS_LAWFUL, CREDITS_LAWFUL = "debits_what_is_lawful", "credits_what_is_lawful"


def put(table: str, trigger: str, row: Row, hand: ByHand) -> None:
    off(hand, table, trigger)
    if table == "snapshot":
        hand.event("the closing", "period_closed", "periods", value_date="2026-11-20")
        off(hand, "closed", "take_snapshot")
        hand.insert("closed", {"through": path.DAY, "event": hand.ids["the closing"]})
        row = {"through": path.DAY} | row
    if table == "drawn":
        scope = hand.ids["the order in C-2, its scope"]
        row = {"authority": scope, "granted": 2, "used": 1} | row
    hand.insert(table, row)


BY_ITSELF = [
    ("holding", "follows_postings", HOLDING),
    ("lawful", "follows_postings", LAWFUL),
    ("tally", "follows_postings", TALLY),
    ("drawn", "follows_postings", {}),
    ("snapshot", "comes_with_a_closing", HELD),
]
TRIGGER = {table: trigger for table, trigger, _ in BY_ITSELF}
RIGHT = {table: row for table, _, row in BY_ITSELF}


@pytest.mark.parametrize("table, trigger, row", BY_ITSELF, ids=TRIGGER)
def test_without_its_trigger_a_right_row_is_let_in(books, table, trigger, row):
    attempt(books, partial(put, table, trigger, row), {})


WRONG: list[tuple[str, Row, str]] = [
    *(
        ("tally", {column: wrong}, by)
        for column, by in (("debit_class", DEBITS_LAWFUL), ("credit_class", CREDITS_LAWFUL))
        for wrong in ("", "bank", "beneficiaries", "Custody")
    ),
    *(("tally", {"asset": wrong}, DEBITS_LAWFUL) for wrong in ("", "USD", "DOGE", "btc")),
    *(
        ("tally", {"book_kind": wrong}, DEBITS_LAWFUL)
        for wrong in ("", "reserve", "budget", "workout", "Case")
    ),
    ("tally", {"book_kind": "reserve", "credit_class": "bank"}, DEBITS_LAWFUL),
    *(("tally", {column: None}, no(column, "tally")) for column in TALLY),
    ("holding", {"book": "C-1/1"}, "holding_pkey"),
    ("holding", {"quantity": -1}, "never_below_zero"),
    ("holding", {"quantity": Decimal("NaN")}, "never_below_zero"),
    *(("holding", {column: None}, no(column, "holding")) for column in HOLDING),
    ("lawful", {"asset": "BTC"}, "of_its_asset"),
    ("lawful", {"asset": "DOGE"}, "of_its_asset"),
    ("lawful", {"asset_class": "currency"}, "of_its_asset"),
    ("lawful", {"asset": "BTC", "asset_class": "crypto"}, "permitted_by_law"),
    ("lawful", {"book_kind": "workout"}, "permitted_by_law"),
    ("lawful", {"side": "title"}, "permitted_by_law"),
    ("lawful", {"side": ""}, "permitted_by_law"),
    ("lawful", {"class": "bank"}, "permitted_by_law"),
    ("lawful", {"class": "custody", "asset": "BTC", "asset_class": "crypto"}, "lawful_pkey"),
    (
        "lawful",
        {"class": "custody", "asset": "BTC", "asset_class": "crypto", "side": "title"},
        "lawful_pkey",
    ),
    (
        "lawful",
        {"book_kind": "reserve", "class": "custody", "asset": "BTC", "asset_class": "crypto"},
        "permitted_by_law",
    ),
    *(("lawful", {column: None}, no(column, "lawful")) for column in LAWFUL),
    ("drawn", {"used": 3}, "never_overdrawn"),
    ("drawn", {"used": -1}, "never_overdrawn"),
    ("drawn", {"used": Decimal("NaN")}, "never_overdrawn"),
    ("drawn", {"granted": 5}, "of_its_grant"),
    ("drawn", {"authority": -1}, "of_its_grant"),
    ("snapshot", {"book": "C-2/2"}, "of_a_holding"),
    ("snapshot", {"book": "C-2"}, "of_a_holding"),
    ("snapshot", {"class": "state"}, "of_a_holding"),
    ("snapshot", {"detail": "another"}, "of_a_holding"),
    ("snapshot", {"asset": "USD"}, "of_a_holding"),
    ("snapshot", {"through": "2026-04-30"}, "snapshot_through_fkey"),
    ("snapshot", {"quantity": 0}, "something_held"),
    *(("snapshot", {column: None}, no(column, "snapshot")) for column in HELD),
]


@pytest.mark.parametrize("table, columns, by", WRONG, ids=[f"{t} {c}" for t, c, _ in WRONG])
def test_without_its_trigger_a_wrong_row_is_refused(books, table, columns, by):
    walk = partial(put, table, TRIGGER[table], RIGHT[table] | columns)
    is_refused(by, books, walk, {})


# ── Entries that the chart need not have ────────────────────────────────────────────────────────


def uncharted(hand: ByHand, walk) -> None:
    """The chart refuses much that another rule refuses too; here that other rule is alone."""
    for name in ("in_the_chart", "second_leg_in_the_chart"):
        hand.connection.execute(f"ALTER DOMAIN books.whole_entry DROP CONSTRAINT {name}")
    walk(hand)


WITHIN = {"debit": "C-1/1/bank/AFM", "credit": "C-1/1/state"}
UNCHARTED = [
    (path.move, {"its posting": {"credit": "C-1/1/custody/NIC"}}, "two_accounts"),
    (path.allocate, {"what enters": {"debit": "reserve/reserve"}}, "two_accounts"),
    (path.allocate, {"what enters": WITHIN}, "transfer_changes_book"),
]


@pytest.mark.parametrize("walk", RIGHT_PATHS, ids=lambda walk: walk.__name__)
def test_without_the_chart_a_right_path_is_open(books, walk):
    attempt(books, partial(uncharted, walk=walk), {})


@pytest.mark.parametrize("walk, twists, by", UNCHARTED, ids=[f"{t} {b}" for _, t, b in UNCHARTED])
def test_without_the_chart_a_wrong_entry_is_refused(books, walk, twists, by):
    is_refused(by, books, partial(uncharted, walk=walk), twists)
