"""Allocation: classes from asset and place together, shares of the whole, limits beside them."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qazyna.ledger.chart import ASSET_LOCATIONS, RESERVE_LOCATIONS
from qazyna.ledger.entry import Account
from qazyna.money import ASSETS, EUR, KZT, USD, hedge_fund_units, undrawn, venture_interest
from qazyna.reserve.allocation import CLASSES, Placed, allocate, class_of
from tests.support import law_of

LAW = law_of().on(law_of().change_dates[-1])
HF, VF = hedge_fund_units("HF-1"), venture_interest("VF-1", USD)
MANAGERS = {"HF-1": "hedge_fund", "HF-2": "hedge_fund", "VF-1": "venture_fund"}


@pytest.mark.parametrize(
    ("place", "asset", "klass"),
    [
        ("bank", USD, "foreign_currency"),
        ("bank", EUR, "domestic_currency"),
        ("bank", KZT, "foreign_currency"),
        ("pledged", USD, "foreign_currency"),
        ("vault", ASSETS["XAU"], "gold"),
        ("custody", ASSETS["BTC"], "crypto"),
        ("fund", HF, "hedge_funds"),
        ("fund", VF, "venture_funds"),
        ("pending", USD, "in_transit"),
        ("pending", HF, "in_transit"),
        ("receivable", USD, "receivables"),
        ("commitment", undrawn("VF-1", USD), ""),
        ("shortfall", ASSETS["BTC"], ""),
    ],
)
def test_a_class_comes_from_the_asset_and_the_place(place, asset, klass):
    assert klass == class_of(Account("reserve", place, "x"), asset, "EUR")


def test_every_holding_that_the_reserve_can_have_is_in_a_class_or_beside_the_total():
    for asset in (*ASSETS.values(), HF, VF, undrawn("VF-1", USD)):
        for place in set(ASSET_LOCATIONS[asset.klass]) & set(RESERVE_LOCATIONS):
            found = class_of(Account("reserve", place, "x"), asset, "EUR")
            assert found in (*CLASSES, "")


def standing(name, *placed):
    found = allocate(placed, LAW, MANAGERS)
    (one,) = [each for each in found.limits if each.limit.name == name]
    return (None if one.actual is None else str(one.actual), one.status)


REST = Placed("foreign_currency", Decimal(50))


@pytest.mark.parametrize(
    ("name", "placed", "expected"),
    [
        # at most 0.40 in hedge funds, amber from nine tenths of it
        ("hedge_funds", (Placed("hedge_funds", Decimal(25), "HF-1"),), ("0.3333", "green")),
        ("hedge_funds", (Placed("hedge_funds", Decimal(30), "HF-1"),), ("0.375", "amber")),
        ("hedge_funds", (Placed("hedge_funds", Decimal(50), "HF-1"),), ("0.5", "red")),
        ("hedge_funds", (Placed("hedge_funds", None, "HF-1"),), (None, "amber")),
        ("hedge_funds", (), ("0", "green")),
        # at least 0.10 in foreign currency
        ("liquidity", (), ("1", "green")),
        ("liquidity", (Placed("gold", Decimal(950)),), ("0.05", "red")),
        # what is pending with a manager, or due from it, is with it all the same
        (
            "one_hedge_fund",
            (
                Placed("hedge_funds", Decimal(20), "HF-1"),
                Placed("in_transit", Decimal(20), "HF-1"),
                Placed("hedge_funds", Decimal(10), "HF-2"),
            ),
            ("0.4", "red"),
        ),
        ("hedge_fund_count", (Placed("receivables", Decimal(1), "HF-2"),), ("1", "green")),
        ("hedge_fund_count", (Placed("venture_funds", Decimal(1), "VF-1"),), ("0", "green")),
    ],
)
def test_limits_stand_beside_the_actual_figure(name, placed, expected):
    actual, status = standing(name, REST, *placed)

    assert (expected[0], expected[1]) == (actual and actual[:6], status)


def test_nothing_breaks_a_limit_where_nothing_is_held():
    assert {"green"} == {each.status for each in allocate((), LAW, {}).limits}


def test_a_part_without_a_value_leaves_the_total_without_one():
    found = allocate((REST, Placed("domestic_currency", None)), LAW, MANAGERS)

    assert found.total is None
    assert [("foreign_currency", Decimal(50), None), ("domestic_currency", None, None)] == [
        (each.klass, each.value, each.share) for each in found.classes
    ]


@settings(max_examples=100)
@given(
    st.lists(
        st.builds(
            Placed, st.sampled_from(CLASSES), st.decimals("0", "1e12", places=2), st.just("")
        ),
        min_size=1,
        max_size=12,
    )
)
def test_classes_sum_to_the_total_and_shares_to_one(placed):
    found = allocate(placed, LAW, {})

    assert sum(part.value for part in placed) == found.total
    assert found.total == sum(each.value for each in found.classes)
    if found.total:
        assert abs(sum(each.share for each in found.classes) - 1) < Decimal("1e-25")
