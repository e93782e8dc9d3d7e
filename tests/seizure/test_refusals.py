"""What seizure, custody and release refuse: one row a refusal."""

import pytest

from qazyna.seizure.custody import MakeGood, RecogniseFork, RecordLoss, Sweep
from qazyna.seizure.exhibits import AddExhibit
from qazyna.seizure.release import ReleaseHolding
from tests.support import do, law_of, refused, world
from tests.support_cases import CASE, seize

NO_DEVICE = law_of("template", ('"device", ', ""))
OF_CASES = 'value = ["currency", "gold", %s"hedge_fund", "venture_fund"]\nsource = "Act 2008, s. 9"'
NO_COINS = law_of("template", (OF_CASES % '"crypto", ', OF_CASES % ""))

SEIZURES = [
    # what is asked                                           the code                 the clause
    (seize(case="workout"), "bad_case", None),
    (seize(case="workout/HF-1"), "bad_case", None),
    (seize(asset="DOGE"), "unknown_asset", None),
    (seize("0"), "bad_quantity", None),
    (seize("-1"), "bad_quantity", None),
    (seize("NaN"), "bad_quantity", None),
    (seize("1e3"), "bad_quantity", None),
    (seize("1,000"), "bad_quantity", None),
    (seize("0.123456789"), "wrong_scale", None),
    (seize("21000001"), "quantity_too_large", None),
    (seize("1" + "0" * 40), "quantity_too_large", None),
    (seize(seized_on="2027-01-01"), "date_in_future", None),
    (seize(seized_on="2008-12-31"), "no_law_on_date", None),
    (seize(asset="XAU", control="device"), "control_not_permitted", None),
    (seize(custodian="Nobody"), "unknown_custodian", "custodian"),
    (seize(custodian="National Bank"), "custodian_cannot_hold", "custodian"),
    (seize(control="restrained"), "unknown_custodian", None),
    (seize(address="1PLrdvFgVfFBF7iTRhvgLBkSUbq6uyxihZ"), "bad_address", None),
    (seize(address="TZ362vx61pcGWCkRHZHZKgcLkqBuppujEA"), "wrong_network", None),
]  # fmt: skip


@pytest.mark.parametrize(("asked", "code", "law"), SEIZURES)
def test_a_seizure_is_refused(asked, code, law):
    no = refused(world(), asked)

    assert (code, law) == (no.code, no.law)


def test_a_control_that_the_law_does_not_know_is_refused():
    no = refused(world(NO_DEVICE), seize(control="device"))

    assert ("control_not_permitted", "seizure.controls") == (no.code, no.law)


def test_an_asset_of_a_class_that_no_case_may_hold_is_refused():
    no = refused(world(NO_COINS), seize())

    assert ("not_eligible", "case.eligible") == (no.code, no.law)


def test_a_holding_is_taken_once():
    there = world()
    do(there, seize())

    assert "duplicate_holding" == refused(there, seize()).code


def sweep(**said):
    usual = {**CASE, "swept_on": "2025-03-10", "custodian": "AFM", "txid": "t"}
    return Sweep.model_validate({**usual, **said})


def lose(**said):
    usual = {**CASE, "asset": "BTC", "quantity": "1", "discovered_on": "2025-04-01"}
    return RecordLoss.model_validate({**usual, "obligor": "AFM", "incident_ref": "I", **said})


def mend(**said):
    usual = {**CASE, "asset": "BTC", "quantity": "1", "received_on": "2025-04-01"}
    return MakeGood.model_validate({**usual, "obligor": "AFM", "custodian": "AFM", **said})


def fork(**said):
    usual = {**CASE, "asset": "BTC", "new_asset": "BTX", "forked_on": "2025-04-01"}
    return RecogniseFork.model_validate({**usual, **said})


def release(**said):
    usual = {**CASE, "asset": "BTC", "quantity": "1", "released_on": "2025-04-01"}
    return ReleaseHolding.model_validate({**usual, "order_ref": "R", **said})


LATER = [
    (sweep(case="C-9"), "no_case"),
    (sweep(holding="9"), "no_holding"),
    (sweep(swept_on="2025-03-02"), "dates_out_of_order"),
    (sweep(swept_on="2027-03-02"), "date_in_future"),
    (sweep(quantity="11"), "more_than_held"),
    (sweep(fee="10"), "fee_too_large"),
    (sweep(fee="-1"), "bad_quantity"),
    (sweep(custodian="Nobody"), "unknown_custodian"),
    (lose(quantity="11"), "more_than_held"),
    (lose(discovered_on="2025-03-02"), "dates_out_of_order"),
    (lose(asset="ETH"), "more_than_held"),
    (mend(), "more_than_held"),
    (mend(received_on="2027-01-01"), "date_in_future"),
    (fork(asset="USD"), "cannot_fork"),
    (fork(asset="ETH"), "nothing_held"),
    (fork(new_asset="ETH"), "known_asset"),
    (fork(scale=19), "wrong_scale"),
    (fork(forked_on="2025-03-02"), "dates_out_of_order"),
    (release(quantity="11"), "more_than_held"),
    (release(released_on="2025-03-02"), "dates_out_of_order"),
    (release(released_on="2027-03-02"), "date_in_future"),
    (release(asset="USD"), "more_than_held"),
]  # fmt: skip


@pytest.mark.parametrize(("asked", "code"), LATER)
def test_what_follows_a_seizure_is_refused(asked, code):
    there = world()
    do(there, seize(control="device"))

    assert code == refused(there, asked).code


def test_what_is_in_custody_is_not_swept_again():
    there = world()
    do(there, seize())

    assert "nothing_to_sweep" == refused(there, sweep()).code


def exhibit(**said):
    usual = {"case": "C-1", "exhibit": "E-1", "title": "Where it went", "sha256": "a" * 64}
    return AddExhibit.model_validate({**usual, "added_on": "2025-04-01", **said})


EXHIBITS = [
    (exhibit(case="C-9"), "no_case"),
    (exhibit(exhibit="E-2", sha256="b" * 64, added_on="2027-01-01"), "date_in_future"),
    (exhibit(sha256="b" * 64), "duplicate_exhibit"),
    (exhibit(exhibit="E-2"), "known_exhibit"),
]


@pytest.mark.parametrize(("asked", "code"), EXHIBITS)
def test_an_exhibit_is_refused(asked, code):
    there = world()
    do(there, seize(case="C-1"))
    do(there, exhibit())

    assert code == refused(there, asked).code
