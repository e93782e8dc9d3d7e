"""Disposal: by mechanisms that the law has, of what is the State's, for money."""

import pytest

from tests.support import as_stored, do, holdings, law_of, refused, world
from tests.support_cases import early, final, leave, order, seize, sell

NO_EARLY_SALE = law_of("template", ('  "interlocutory_sale",\n', ""))
NO_AUCTION = law_of("template", ('  "auction",\n', ""))


def forfeited(law="template"):
    there = world(law)
    do(there, seize("10"), order("8"), final())
    return there


REFUSED = [
    (sell(case="C-9"), "no_case", None),
    (sell(holding="9"), "no_holding", None),
    (sell("8.1"), "more_than_held", None),
    (sell("1", asset="ETH"), "more_than_held", None),
    (sell("0"), "bad_quantity", None),
    (sell("1", mechanism="raffle"), "disposal_not_permitted", "disposition.mechanisms"),
    (sell("1", disposed_on="2025-07-06"), "dates_out_of_order", None),
    (sell("1", disposed_on="2025-03-02"), "dates_out_of_order", None),
    (sell("1", disposed_on="2027-03-02"), "date_in_future", None),
    (sell("1", None), "proceeds_missing", None),
    (sell("1", proceeds_currency=None), "proceeds_missing", None),
    (sell("1", "0"), "bad_quantity", None),
    (sell("1", "10.001"), "wrong_scale", None),
    (sell("1", proceeds_currency="ETH"), "proceeds_not_money", None),
    (sell("1", proceeds_currency="DOGE"), "unknown_asset", None),
    (sell("1", "10", costs="10.01"), "costs_exceed_proceeds", None),
    (sell("1", "10", costs="-1"), "bad_quantity", None),
    (sell("1", mechanism="transfer_to_managers"), "needs_a_manager", None),
    (early("1"), "no_sale_order", None),
]  # fmt: skip


@pytest.mark.parametrize(("asked", "code", "law"), REFUSED)
def test_a_disposal_is_refused(asked, code, law):
    no = refused(forfeited(), asked)

    assert (code, law) == (no.code, no.law)


def test_before_finality_nothing_is_sold_without_leave():
    there = world()
    do(there, seize(), order())
    no = refused(there, sell())

    assert ("disposal_before_finality", "forfeiture.appeal_days") == (no.code, no.law)


def test_a_mechanism_that_the_law_does_not_have_is_refused():
    no = refused(forfeited(NO_AUCTION), sell("1"))

    assert ("disposal_not_permitted", "disposition.mechanisms") == (no.code, no.law)


def test_currency_is_not_sold_for_itself():
    there = world()
    do(there, seize("10", "USD", custodian="National Bank"), order("10", "USD"), final())

    assert "proceeds_not_money" == refused(there, sell("10", "10", asset="USD")).code


def test_a_sale_brings_money_to_the_treasurys_bank_less_its_costs():
    there = forfeited()
    (sold,) = do(there, sell("8", "400000.00", costs="123.45", buyer="A Buyer"))

    as_stored(sold)
    assert {
        "bank/National Bank USD": "399876.55",
        "claimants BTC": "2",
        "custody/State Custodian BTC": "2",
        "state USD": "399876.55",
    } == holdings(there, "C-1/1")
    assert ("400000.00", "USD", "agreed") == (
        str(sold.value.amount),
        sold.value.currency,
        sold.value.source,
    )


def test_costs_may_take_all_that_a_sale_brought():
    there = forfeited()
    do(there, sell("8", "50", costs="50"))

    assert {"claimants BTC": "2", "custody/State Custodian BTC": "2"} == holdings(there, "C-1/1")


def test_to_hold_is_a_decision_that_books_nothing():
    there = forfeited()
    before = holdings(there)
    (held,) = do(there, sell("8", None, mechanism="hold", proceeds_currency=None))

    as_stored(held)
    assert ("disposition_held", ()) == (held.kind, held.entries())
    assert before == holdings(there)


# the interlocutory sale

LEAVES = [
    (leave("10.1"), "more_than_held", None),
    (leave("0"), "bad_quantity", None),
    (leave(ordered_on="2025-03-02", parties_heard_on="2025-03-02"), "dates_out_of_order", None),
    (leave(parties_heard_on="2025-04-02"), "dates_out_of_order", None),
    (leave(ordered_on="2027-04-02"), "date_in_future", None),
    (leave(holding="9"), "no_holding", None),
]  # fmt: skip


@pytest.mark.parametrize(("asked", "code", "law"), LEAVES)
def test_leave_to_sell_early_is_refused(asked, code, law):
    there = world()
    do(there, seize())
    no = refused(there, asked)

    assert (code, law) == (no.code, no.law)


def test_no_early_sale_where_the_law_has_none():
    there = world(NO_EARLY_SALE)
    do(there, seize())
    no = refused(there, leave())

    assert ("disposal_not_permitted", "disposition.mechanisms") == (no.code, no.law)


EARLY = [
    (early("3.1"), "more_than_ordered"),
    (early("1", disposed_on="2025-03-31"), "dates_out_of_order"),
    (early("1", sale_ref="S-2"), "no_sale_order"),
    (early("1", asset="ETH"), "no_sale_order"),
    (leave("1"), "duplicate_order"),
]


@pytest.mark.parametrize(("asked", "code"), EARLY)
def test_an_early_sale_is_refused_beyond_its_order(asked, code):
    there = world()
    do(there, seize(), leave("3"))

    assert code == refused(there, asked).code


def test_an_early_sale_uses_its_order_up():
    there = world()
    (_, ordered, *sold) = do(there, seize(), leave("3"), early("2", "100"), early("1", "50"))

    as_stored(ordered)
    assert [("interlocutory", 2)] * 2 == [
        (by.kind, by.event.version)
        for each in sold
        for by in [each.entries()[0].postings[0].authority]
    ]
    assert "more_than_ordered" == refused(there, early("0.1")).code
    assert "150" == holdings(there, "C-1/1")["claimants USD"]
