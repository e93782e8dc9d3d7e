"""Forfeiture orders: what they reach, when they are final, what an annulment gives back."""

import pytest

from qazyna.disposition.allocation import Allocate
from qazyna.forfeiture.orders import Annul
from qazyna.reserve.funding import Withdraw
from qazyna.seizure.release import ReleaseHolding
from tests.support import as_stored, do, holdings, law_of, refused, world
from tests.support_cases import CASE, early, final, leave, order, seize, sell

VALUE_ONLY = law_of(
    "template",
    ('"conviction", ', ""),
)


def annul(**said):
    usual = {"case": "C-1", "order_ref": "F-1", "annulled_on": "2025-11-03"}
    return Annul.model_validate({**usual, "annulment_ref": "N-1", **said})


REFUSED = [
    (order(case="C-9"), "no_case", None),
    (order(scope=({"holding": "9", "asset": "BTC", "quantity": "1"},)), "no_holding", None),
    (order("10.00000001"), "more_than_held", None),
    (order("1", "ETH"), "more_than_held", None),
    (order("1", "DOGE"), "unknown_asset", None),
    (order("-1"), "bad_quantity", None),
    (order(order_kind="whim"), "order_kind_not_permitted", "forfeiture.kinds"),
    (order(ordered_on="2025-03-02"), "dates_out_of_order", None),
    (order(ordered_on="2027-03-02"), "date_in_future", None),
    (final(order_ref="F-9"), "no_order", None),
    (annul(), "no_order", None),
]  # fmt: skip


@pytest.mark.parametrize(("asked", "code", "law"), REFUSED)
def test_an_order_is_refused(asked, code, law):
    there = world()
    do(there, seize())
    no = refused(there, asked)

    assert (code, law) == (no.code, no.law)


def test_a_kind_of_forfeiture_that_the_law_does_not_have_is_refused():
    there = world(VALUE_ONLY)
    do(there, seize())

    assert "forfeiture.kinds" == refused(there, order()).law
    do(there, order(order_kind="value"))


def test_one_scope_cannot_reach_the_same_coins_twice():
    there = world()
    do(there, seize("10"))
    item = {"holding": "1", "asset": "BTC", "quantity": "6"}

    assert "more_than_held" == refused(there, order(scope=(item, item))).code


def test_an_order_changes_nothing_in_the_books():
    there = world()
    do(there, seize())
    before = holdings(there)
    do(there, order())

    assert before == holdings(there)


FINALITIES = [
    (final(final_on="2025-07-01"), "appeal_not_over", "forfeiture.appeal_days"),
    (final(final_on="2025-06-01"), "appeal_not_over", "forfeiture.appeal_days"),
    (final(final_on="2027-07-01"), "date_in_future", None),
]  # fmt: skip


@pytest.mark.parametrize(("asked", "code", "law"), FINALITIES)
def test_a_finality_is_refused(asked, code, law):
    there = world()
    do(there, seize(), order())
    no = refused(there, asked)

    assert (code, law) == (no.code, no.law)


def test_an_order_is_final_when_the_days_of_appeal_are_over():
    there = world()
    do(there, seize(), order(ordered_on="2025-06-02"), final(final_on="2025-07-02"))

    assert {"custody/State Custodian BTC": "10", "state BTC": "10"} == holdings(there, "C-1/1")


def test_an_order_is_made_once_and_final_once():
    there = world()
    do(there, seize(), order())
    assert "duplicate_order" == refused(there, order("1")).code
    do(there, final())

    assert "already_final" == refused(there, final()).code


def test_what_was_released_meanwhile_does_not_vest():
    there = world()
    release = ReleaseHolding(
        **CASE, asset="BTC", quantity="4", released_on="2025-06-10", order_ref="R"
    )
    do(there, seize(), order(), release)

    assert "more_than_held" == refused(there, final()).code


def test_the_money_of_an_early_sale_vests_in_place_of_what_was_sold():
    there = world()
    do(
        there,
        seize("10"),
        leave("4"),
        early("4", "400.00", costs="0.10"),
        order("8"),
    )
    (became,) = do(there, final())

    as_stored(became)
    # Six coins are there; two of the four that were sold bring half of their money.
    assert {
        "bank/National Bank USD": "399.9",
        "claimants USD": "199.95",
        "custody/State Custodian BTC": "6",
        "state BTC": "6",
        "state USD": "199.95",
    } == holdings(there, "C-1/1")
    sold = there.states["case/C-1"].holdings["1"].sold["BTC"]["USD"]
    assert (200000000, 19995) == (sold.amount, sold.proceeds)


def test_money_that_went_back_no_longer_stands_for_what_was_sold():
    there = world()
    back = ReleaseHolding(
        **CASE, asset="USD", quantity="400", released_on="2025-05-01", order_ref="R"
    )
    do(there, seize("10"), leave("4"), early("4", "400.00"), back)

    assert "more_than_held" == refused(there, order("7")).code
    do(there, order("6"), final())


def test_money_of_an_early_sale_can_be_forfeited_by_its_own_name():
    there = world()
    do(there, seize("10"), leave("10"), early("10", "400"), order("400", "USD"), final())

    assert {"bank/National Bank USD": "400", "state USD": "400"} == holdings(there, "C-1/1")
    assert {} == there.states["case/C-1"].holdings["1"].sold


# annulment


def test_an_order_that_is_not_final_cannot_be_annulled():
    there = world()
    do(there, seize(), order())

    assert "order_not_final" == refused(there, annul()).code


def test_an_annulment_comes_after_the_finality():
    there = world()
    do(there, seize(), order(), final())

    assert "dates_out_of_order" == refused(there, annul(annulled_on="2025-07-06")).code
    assert "date_in_future" == refused(there, annul(annulled_on="2027-07-06")).code


def test_an_order_is_annulled_once():
    there = world()
    do(there, seize(), order(), final(), annul())

    assert "order_annulled" == refused(there, annul()).code
    assert "order_annulled" == refused(there, final()).code


def test_of_two_orders_over_one_holding_only_the_annulled_one_gives_back():
    there = world()
    do(there, seize("10"), order("6"), order("4", order_ref="F-2"))
    do(there, final(), final(order_ref="F-2"), sell("10", "1000.01"), annul())

    found = holdings(there, "C-1/1")
    assert ("600.01", "400") == (found["claimants USD"], found["state USD"])


def test_an_annulled_order_can_be_followed_by_another():
    there = world()
    do(there, seize(), order(), final(), annul())
    do(there, order(order_ref="F-2", ordered_on="2025-12-01"))
    do(there, final(order_ref="F-2", final_on="2026-01-15"))

    assert "10" == holdings(there, "C-1/1")["state BTC"]


def test_what_was_passed_on_goes_back_once_it_is_withdrawn():
    there = world()
    passed = Allocate(**CASE, asset="USD", allocated_on="2025-10-01", decision_ref="D")
    do(there, seize("1"), order("1"), final(), sell("1", "1000"), passed)
    (annulled,) = do(there, annul())

    assert ((), (("1", "USD", 100000),)) == (annulled.items, annulled.missing)
    no = refused(there, annul())
    assert "already_passed_on" == no.code
    assert "withdraw 1000 USD for C-1/1" in no.message

    back = Withdraw(
        asset="USD",
        quantity="600",
        withdrawn_on="2025-12-01",
        to="case",
        case="C-1",
        holding="1",
        decision_ref="W",
    )
    do(there, back, annul(annulled_on="2025-12-02"))

    assert "600" == holdings(there, "C-1/1")["claimants USD"]
    assert "withdraw 400 USD for C-1/1" in refused(there, annul()).message
