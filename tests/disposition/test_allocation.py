"""Allocation: by the law's shares, to the last base unit, and only what each pot may hold."""

import pytest

from qazyna.disposition.allocation import Allocate
from tests.support import as_stored, do, holdings, law_of, refused, world
from tests.support_cases import CASE, award, final, order, seize, sell

FOR_VICTIMS = law_of(
    "template",
    ('value = "0.60", source = "Act 2008, s. 15"', 'value = "0.50", source = "Act 2008, s. 15"'),
    ('value = "0.00", source = "Act 2008, s. 15"', 'value = "0.10", source = "Act 2008, s. 15"'),
)
ALL_TO_RESERVE = law_of(
    "template",
    ('value = "0.60", source = "Act 2008, s. 15"', 'value = "1.00", source = "Act 2008, s. 15"'),
    ('value = "0.40", source = "Act 2008, s. 15"', 'value = "0.00", source = "Act 2008, s. 15"'),
)


def allocate(**said):
    usual = {**CASE, "asset": "USD", "allocated_on": "2025-10-01", "decision_ref": "D-1"}
    return Allocate.model_validate({**usual, **said})


def sold(law="template", proceeds="1000.01"):
    there = world(law)
    do(there, seize("2"), order("2"), final(), sell("1", proceeds))
    return there


def test_the_reserve_and_the_budget_get_their_shares_exactly():
    there = sold()
    (allocated,) = do(there, allocate())

    as_stored(allocated)
    assert {
        "C-1/1/custody/State Custodian BTC": "1",
        "C-1/1/state BTC": "1",
        "budget/bank/National Bank USD": "400",
        "budget/budget USD": "400",
        "reserve/bank/National Bank USD": "600.01",
        "reserve/reserve USD": "600.01",
    } == holdings(there)


def test_a_part_can_be_allocated():
    there = sold()
    do(there, allocate(quantity="100"))

    assert ("900.01", "60", "40") == tuple(
        holdings(there)[path]
        for path in ("C-1/1/state USD", "reserve/reserve USD", "budget/budget USD")
    )


def test_the_share_of_victims_stays_in_the_case_until_it_is_awarded():
    there = sold(FOR_VICTIMS, "1000.00")
    do(there, allocate())

    assert "100" == holdings(there)["C-1/1/state USD"]
    assert "more_than_held" == refused(there, allocate()).code
    do(there, award("V-1", quantity="60", asset="USD", awarded_on="2025-11-03"))
    assert {"USD": 4000} == there.states["case/C-1"].holdings["1"].for_victims


REFUSED = [
    (allocate(quantity="1000.02"), "more_than_held", None),
    (allocate(quantity="0"), "bad_quantity", None),
    (allocate(asset="EUR"), "more_than_held", None),
    (allocate(asset="BTC"), "not_eligible", "reserve.eligible"),
    (allocate(allocated_on="2025-07-06"), "dates_out_of_order", None),
    (allocate(allocated_on="2027-07-06"), "date_in_future", None),
    (allocate(holding="2"), "no_holding", None),
]  # fmt: skip


@pytest.mark.parametrize(("asked", "code", "law"), REFUSED)
def test_an_allocation_is_refused(asked, code, law):
    no = refused(sold(), asked)

    assert (code, law) == (no.code, no.law)


def test_claimants_money_is_not_allocated():
    there = world()
    do(there, seize("100", "USD", custodian="National Bank"))

    assert "more_than_held" == refused(there, allocate()).code


def test_gold_cannot_go_to_a_budget_that_holds_money_only():
    there = world()
    do(there, seize("5", "XAU", custodian="National Bank"), order("5", "XAU"), final())
    no = refused(there, allocate(asset="XAU"))

    assert ("not_eligible", "budget.eligible") == (no.code, no.law)


def test_gold_goes_to_the_reserves_vault_where_it_has_it_all():
    there = world(ALL_TO_RESERVE)
    do(there, seize("5", "XAU", custodian="National Bank"), order("5", "XAU"), final())
    do(there, allocate(asset="XAU"))

    assert {"reserve XAU": "5", "vault/National Bank XAU": "5"} == holdings(there, "reserve")
