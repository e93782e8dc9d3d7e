"""What is handed over in kind: its travel-rule reference, and the law's shares of the rest."""

import json
from datetime import UTC, datetime

import pytest

from qazyna.disposition.allocation import Allocate
from qazyna.shell.store.codec import event_leaf, read_event
from tests.programme.test_flow_refusals import VALID, command, furnished
from tests.shell.store.test_codec import ORIGIN
from tests.support import do, holdings
from tests.support_cases import CASE

SOLD = {
    **CASE,
    "asset": "BTC",
    "mechanism": "auction",
    "disposed_on": "2025-03-10",
    "proceeds_currency": "USD",
}


def shared(in_kind, proceeds):
    """What the reserve and the budget get of the proceeds of the rest; a coin is worth 50,000."""
    there = furnished()
    before = holdings(there)
    rest = f"{2 - float(in_kind):g}"
    if in_kind != "0":
        handed = {**VALID["subscribe_in_kind"], "quantity": in_kind}
        do(there, command("subscribe_in_kind", **handed))
    do(there, command("dispose", **SOLD, quantity=rest, proceeds=proceeds))
    allocate = Allocate(**CASE, asset="USD", allocated_on="2025-03-11", decision_ref="D")
    (allocated,) = do(there, allocate)
    now = holdings(there)

    def more(path):
        return f"{float(now.get(path, 0)) - float(before.get(path, 0)):.2f}"

    return more("reserve/reserve USD"), more("budget/budget USD"), allocated.made_up


@pytest.mark.parametrize(
    ("in_kind", "proceeds", "reserve", "budget"),
    [
        # of the whole the reserve has three fifths, the budget two
        ("0", "100000", "60000.00", "40000.00"),
        ("1", "50000", "10000.00", "40000.00"),  # of 100,000: 50,000 in kind and 10,000
        ("0.5", "75000", "35000.00", "40000.00"),
        ("1.5", "25000", "0.00", "25000.00"),  # 75,000 in kind: more than its share already
    ],
)
def test_what_is_handed_over_counts_in_the_reserves_share(in_kind, proceeds, reserve, budget):
    found = shared(in_kind, proceeds)

    assert (reserve, budget) == found[:2]


def test_only_what_was_made_up_for_is_off_the_account():
    """Of 75,000 in kind, 37,500 is the reserve's share beside 25,000 for the budget."""
    made_up = shared("1.5", "25000")[2]

    assert ("37500.0", "USD") == (f"{made_up.amount:.1f}", made_up.currency)


def test_the_travel_rule_reference_is_in_the_leaf_as_a_commitment_alone():
    delivered = do(furnished(), command("subscribe_in_kind", **VALID["subscribe_in_kind"]))[0]
    leaf, private = event_leaf(
        delivered, 1, ORIGIN, datetime(2026, 1, 5, tzinfo=UTC), lambda: "00" * 16
    )

    reference = VALID["subscribe_in_kind"]["travel_rule_ref"]
    assert reference.encode() not in leaf
    assert {"sha256"} == set(json.loads(leaf)["body"]["travel_rule_ref"])
    assert reference == private["travel_rule_ref"]["value"]
    assert delivered == read_event(leaf, private)[0]
