"""Awards: exact shares, payments that rest on them, and what is never claimed."""

import pytest

from qazyna.forfeiture.awards import MakeAward, PayAward, UnclaimedAward
from qazyna.plan import EVENTS
from tests.support import as_stored, do, holdings, refused, world
from tests.support_cases import CASE, award, final, order, seize


def pay(**said):
    usual = {**CASE, "award_ref": "A-1", "asset": "BTC", "party": "V-1", "paid_on": "2025-09-01"}
    return PayAward.model_validate({**usual, **said})


def lapse(**said):
    usual = {**CASE, "award_ref": "A-1", "asset": "BTC", "party": "V-1", "lapsed_on": "2026-09-01"}
    return UnclaimedAward.model_validate({**usual, "decision_ref": "D", **said})


def weighed(**weights: str) -> MakeAward:
    parties = tuple({"party": party, "weight": weight} for party, weight in weights.items())
    item = {"holding": "1", "asset": "BTC", "quantity": "10", "parties": parties}
    return award(items=(item,))


REFUSED = [
    (award(case="C-9"), "no_case"),
    (award(quantity="10.1"), "more_than_held"),
    (award(asset="ETH"), "more_than_held"),
    (award(awarded_on="2025-03-02"), "dates_out_of_order"),
    (award(awarded_on="2027-03-02"), "date_in_future"),
    (award("V-1", "V-1"), "duplicate_party"),
    (weighed(V="0"), "bad_weight"),
    (weighed(V="0.000"), "bad_weight"),
    (weighed(V="-1"), "bad_weight"),
    (weighed(V="NaN"), "bad_weight"),
    (weighed(V="1e9"), "bad_weight"),
    (pay(), "nothing_owed"),
    (lapse(), "nothing_owed"),
]  # fmt: skip


@pytest.mark.parametrize(("asked", "code"), REFUSED)
def test_an_award_is_refused(asked, code):
    there = world()
    do(there, seize())

    assert code == refused(there, asked).code


PAYMENTS = [
    (award(), "duplicate_award"),
    (pay(quantity="10.1"), "more_than_owed"),
    (pay(quantity="0"), "bad_quantity"),
    (pay(party="V-2"), "nothing_owed"),
    (pay(award_ref="A-2"), "nothing_owed"),
    (pay(paid_on="2025-08-03"), "dates_out_of_order"),
    (pay(paid_on="2027-08-03"), "date_in_future"),
    (lapse(lapsed_on="2025-08-03"), "dates_out_of_order"),
    (lapse(lapsed_on="2027-08-03"), "date_in_future"),
]  # fmt: skip


@pytest.mark.parametrize(("asked", "code"), PAYMENTS)
def test_a_payment_is_refused(asked, code):
    there = world()
    do(there, seize(), award())

    assert code == refused(there, asked).code


def test_one_award_is_one_leaf_and_no_more():
    there = world()
    do(there, seize("10"), seize("10", holding="2"))
    parties = tuple({"party": f"V-{number}"} for number in range(130))
    items = tuple(
        {"holding": holding, "asset": "BTC", "quantity": "10", "parties": parties}
        for holding in ("1", "2")
    )

    assert "award_too_long" == refused(there, award(items=items)).code


SHARES = [
    ({"A": "1", "B": "1", "C": "1"}, [333333334, 333333333, 333333333]),
    ({"A": "2", "B": "1"}, [666666667, 333333333]),
    ({"A": "0.5", "B": "0.25", "C": "0.25"}, [500000000, 250000000, 250000000]),
    ({"A": "1", "B": "0.0000000000001"}, [1000000000]),
]


@pytest.mark.parametrize(("weights", "shares"), SHARES)
def test_shares_are_exact_and_sum_to_the_whole(weights, shares):
    there = world()
    (_, made) = do(there, seize("10"), weighed(**weights))

    as_stored(made)
    assert shares == [share[-1] for share in made.shares]
    assert 10**9 == sum(shares)


def test_names_are_private():
    there = world()
    item = {
        "holding": "1",
        "asset": "BTC",
        "quantity": "1",
        "parties": ({"party": "V-1", "name": "A Victim"},),
    }
    (_, made) = do(there, seize(), award(items=(item,)))

    assert (("V-1", "A Victim"),) == made.names
    assert frozenset({"names"}) == EVENTS["restitution_awarded"].private


def test_an_award_gives_leave_for_its_payment_and_no_more():
    there = world()
    (_, made) = do(there, seize(), award("V-1", "V-2"))

    assert {("award", 10**9), ("payout", 10**9)} == {
        (g.kind, g.amount) for g in made.grants(made.entries())
    }


def test_a_payment_rests_on_the_very_award():
    there = world()
    do(there, seize(), award(quantity="4"), award("V-1", quantity="3", award_ref="A-2"))
    (paid,) = do(there, pay(award_ref="A-2", quantity="2"))

    as_stored(paid)
    (posting,) = paid.entries()[0].postings
    assert ("case/C-1", 3) == (posting.authority.event.stream, posting.authority.event.version)
    assert {"1/BTC/V-1": 100000000} == there.states["case/C-1"].awards["A-2"].owed


def test_what_is_the_states_can_be_awarded_too():
    there = world()
    do(there, seize(), order(), final(), award(quantity="3"))

    found = holdings(there, "C-1/1")
    assert ("3", "7") == (found["beneficiaries/V-1 BTC"], found["state BTC"])
    # An annulment would give back the seven that are left of the order.
    assert {"BTC": 700000000} == there.states["case/C-1"].orders["F-1"].now["1"]


def test_what_nobody_claims_falls_to_the_state():
    there = world()
    do(there, seize(), award("V-1", "V-2"), pay(party="V-2"), lapse())

    assert {"custody/State Custodian BTC": "5", "state BTC": "5"} == holdings(there, "C-1/1")
    assert "nothing_owed" == refused(there, lapse()).code
