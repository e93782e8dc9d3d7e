"""What is taken, where it is, and what is not told in public."""

import pytest

from qazyna.plan import EVENTS
from qazyna.seizure.custody import RecogniseFork, Sweep
from tests.support import as_stored, do, holdings, world
from tests.support_cases import CASE, award, final, order, seize

PLACES = [
    ("BTC", "custody", None, "custody/State Custodian"),
    ("BTC", "custody", "AFM", "custody/AFM"),
    ("BTC", "device", "AFM", "device/AFM"),
    ("BTC", "restrained", "Venue 017", "restrained/Venue 017"),
    ("USD", "custody", "National Bank", "bank/National Bank"),
    ("XAU", "custody", "National Bank", "vault/National Bank"),
    ("USD", "restrained", "A Bank", "restrained/A Bank"),
]


@pytest.mark.parametrize(("asset", "control", "custodian", "place"), PLACES)
def test_where_an_asset_is_by_its_class_and_control(asset, control, custodian, place):
    there = world()
    do(there, seize("1", asset, control=control, custodian=custodian))

    assert {f"{place} {asset}": "1", f"claimants {asset}": "1"} == holdings(there, "C-1/1")


def test_an_address_a_note_and_the_digest_of_both_are_private():
    assert frozenset({"address", "note", "rows"}) == EVENTS["seized"].private


def test_a_case_knows_its_holdings():
    there = world()
    do(there, seize("1"), seize("2", holding="2", assumed=("seized_on",)))
    case = there.states["case/C-1"]

    assert ["1", "2"] == list(case.holdings)
    assert ("seized_on",) == case.holdings["2"].assumed


def test_a_value_is_said_where_there_is_a_price_and_only_there():
    there = world()
    worth, unvalued = do(there, seize("2"), seize("2", "KZT", holding="2", custodian="AFM"))

    assert ("100000.00", "USD") == (str(worth.value.amount), worth.value.currency)
    assert unvalued.value is None


def test_the_fee_of_a_sweep_is_borne_by_whoever_owns_the_coins():
    there = world()
    do(
        there,
        seize("3", control="device"),
        award(quantity="3"),
        Sweep(**CASE, swept_on="2025-09-01", custodian="AFM", fee="0.5", txid="t"),
    )

    assert {"beneficiaries/V-1 BTC": "2.5", "custody/AFM BTC": "2.5"} == holdings(there, "C-1/1")


def test_a_fork_follows_the_order_that_made_the_coins_the_states():
    there = world()
    fork = RecogniseFork(
        **CASE, asset="BTC", new_asset="BTX", scale=2, ratio="0.5", forked_on="2025-08-01"
    )
    (*_, forked) = do(there, seize("4"), order("3"), final(), fork)

    as_stored(forked)
    assert "1.5" == holdings(there, "C-1/1")["state BTX"]
    assert {"BTC": 300000000, "BTX": 150} == there.states["case/C-1"].orders["F-1"].now["1"]
