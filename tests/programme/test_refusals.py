"""What managers, and those who deal with them, are refused: one row a refusal."""

import pytest
from pydantic import ValidationError

from qazyna import blueprint
from qazyna.forfeiture.orders import OrderForfeiture, RecordFinality
from qazyna.office.correction import ReverseEntry
from qazyna.plan import COMMANDS
from qazyna.programme.manager import AdmitManager
from qazyna.programme.nav import StateNav
from qazyna.programme.redemption import FillRedemption, RequestRedemption
from qazyna.programme.subscription import Subscribe
from qazyna.programme.venture import CommitCapital, PayCall
from qazyna.reserve.funding import Appropriate
from qazyna.seizure.taking import Seize
from tests.support import as_stored, do, holdings, law_of, refused, world

VALID = {
    "admit_manager": {
        "manager": "HF-3",
        "manager_kind": "hedge_fund",
        "name": "Fund Three",
        "currency": "USD",
        "admitted_on": "2026-01-06",
        "decision_ref": "D",
    },
    "subscribe": {
        "manager": "HF-1",
        "quantity": "100",
        "paid_on": "2026-03-01",
        "dealing_on": "2026-03-31",
        "decision_ref": "D",
    },
    "subscribe_in_kind": {
        "case": "C-1",
        "holding": "1",
        "asset": "BTC",
        "quantity": "1",
        "manager": "HF-1",
        "units": "40",
        "dealt_on": "2026-03-31",
        "order_ref": "D",
    },
    "state_nav": {
        "manager": "HF-1",
        "valuation_on": "2026-03-31",
        "stated_on": "2026-04-10",
        "nav_per_unit": "1010",
        "statement_ref": "S",
    },
    "request_redemption": {
        "manager": "HF-1",
        "units": "1",
        "requested_on": "2026-03-01",
        "dealing_on": "2026-03-31",
        "decision_ref": "D",
    },
    "fill_redemption": {
        "manager": "HF-1",
        "request": 1,
        "dealt_on": "2026-02-28",
        "statement_ref": "S",
    },
    "receive_proceeds": {
        "manager": "HF-2",
        "quantity": "0.01",
        "received_on": "2026-04-01",
        "statement_ref": "S",
    },
    "commit_capital": {
        "manager": "VF-1",
        "quantity": "1000",
        "committed_on": "2026-03-01",
        "decision_ref": "D",
    },
    "pay_call": {
        "manager": "VF-1",
        "quantity": "100",
        "paid_on": "2026-03-01",
        "call_ref": "C",
    },
    "distribute": {
        "manager": "VF-1",
        "quantity": "10",
        "received_on": "2026-03-01",
        "character": "recallable",
        "statement_ref": "S",
    },
}
TOMORROW = "2026-11-24"


def admitted(code, kind, **terms):
    return AdmitManager(
        manager=code,
        manager_kind=kind,
        name=f"{code} (illustrative)",
        currency="USD",
        admitted_on="2026-01-06",
        terms=terms,
        decision_ref="D",
    )


def nav(code, on, per_unit, **more):
    return StateNav(
        manager=code,
        valuation_on=on,
        stated_on=on,
        nav_per_unit=per_unit,
        statement_ref="S",
        **more,
    )


def furnished(law="template"):
    """Two hedge funds and two venture funds, with something under way in the first of each."""
    there = world(law)
    do(
        there,
        Appropriate(
            items=({"asset": "USD", "quantity": "100000"},),
            appropriated_on="2026-01-05",
            act_ref="A",
        ),
        admitted("HF-1", "hedge_fund", notice_days=20, holdback="0.1", lock_until="2026-02-28"),
        admitted("HF-2", "hedge_fund"),
        admitted("VF-1", "venture_fund"),
        admitted("VF-2", "venture_fund"),
        *(
            Subscribe(
                manager=code,
                quantity="10000.01",
                paid_on="2026-01-10",
                dealing_on="2026-01-31",
                decision_ref="D",
            )
            for code in ("HF-1", "HF-2")
        ),
        nav("HF-1", "2026-01-31", "1000"),
        nav("HF-2", "2026-01-31", "1000000"),  # units so dear that a cent is left over
        RequestRedemption(
            manager="HF-1",
            units="4",
            requested_on="2026-02-01",
            dealing_on="2026-02-28",
            decision_ref="D",
        ),
        nav("HF-1", "2026-02-28", "1005"),
        CommitCapital(manager="VF-1", quantity="500", committed_on="2026-02-01", decision_ref="D"),
        PayCall(manager="VF-1", quantity="200", paid_on="2026-02-15", call_ref="C"),
        *(
            Seize(
                case="C-1",
                holding=holding,
                asset="BTC",
                quantity="2",
                seized_on="2026-01-10",
                authority="AFM",
                custodian=custodian,
                control=control,
            )
            for holding, control, custodian in (
                ("1", "custody", "AFM"),
                ("2", "restrained", "Venue 001"),
                ("3", "custody", "AFM"),
            )
        ),
        OrderForfeiture(
            case="C-1",
            order_ref="F-1",
            order_kind="conviction",
            ordered_on="2026-01-15",
            scope=[{"holding": h, "asset": "BTC", "quantity": "2"} for h in ("1", "2")],
        ),
        RecordFinality(case="C-1", order_ref="F-1", final_on="2026-02-20"),
    )
    return there


@pytest.fixture
def there():
    return furnished()


@pytest.mark.parametrize("kind", VALID)
def test_each_command_is_done_and_its_events_are_stored_as_they_are(there, kind):
    for happened in do(there, COMMANDS[kind](**VALID[kind])):
        as_stored(happened)


@pytest.mark.parametrize(
    ("kind", "changed", "code", "law"),
    [
        ("admit_manager", {"manager": "HF-1"}, "code_taken", None),
        ("admit_manager", {"manager": "BTC"}, "code_taken", None),
        ("admit_manager", {"currency": "XAU"}, "not_a_currency", None),
        ("admit_manager", {"currency": "JPY"}, "unknown_asset", None),
        ("admit_manager", {"admitted_on": TOMORROW}, "date_in_future", None),
        ("subscribe", {"manager": "HF-9"}, "no_manager", None),
        ("subscribe", {"manager": "VF-1"}, "wrong_manager_kind", None),
        ("subscribe", {"quantity": "100000"}, "more_than_held", None),
        ("subscribe", {"quantity": "1.001"}, "wrong_scale", None),
        ("subscribe", {"dealing_on": "2026-02-28"}, "dates_out_of_order", None),
        (
            "subscribe",
            {"paid_on": "2026-02-01", "dealing_on": "2026-02-27"},
            "dealing_date_passed",
            None,
        ),
        ("subscribe", {"paid_on": "2026-01-01"}, "dates_out_of_order", None),
        ("subscribe", {"paid_on": TOMORROW, "dealing_on": TOMORROW}, "date_in_future", None),
        ("subscribe", {"place": "Nobody"}, "unknown_custodian", "custodian"),
        ("subscribe_in_kind", {"case": "C-9"}, "no_case", None),
        ("subscribe_in_kind", {"holding": "9"}, "no_holding", None),
        ("subscribe_in_kind", {"manager": "HF-9"}, "no_manager", None),
        ("subscribe_in_kind", {"manager": "VF-1"}, "wrong_manager_kind", None),
        ("subscribe_in_kind", {"quantity": "2.1"}, "more_than_held", None),
        ("subscribe_in_kind", {"holding": "3"}, "more_than_held", None),  # the claimants' still
        ("subscribe_in_kind", {"holding": "2"}, "not_under_control", None),
        ("subscribe_in_kind", {"units": "0"}, "bad_quantity", None),
        ("subscribe_in_kind", {"units": "0.0000001"}, "wrong_scale", None),
        ("subscribe_in_kind", {"dealt_on": "2026-02-19"}, "dates_out_of_order", None),
        ("subscribe_in_kind", {"dealt_on": TOMORROW}, "date_in_future", None),
        ("state_nav", {"manager": "HF-9"}, "no_manager", None),
        ("state_nav", {"valuation_on": "2026-02-27"}, "nav_before_last", None),
        ("state_nav", {"stated_on": "2026-03-30"}, "dates_out_of_order", None),
        ("state_nav", {"stated_on": TOMORROW}, "date_in_future", None),
        ("state_nav", {"valuation_on": "2026-02-28", "final": False}, "nav_is_final", None),
        ("state_nav", {"nav": "1000"}, "wrong_measure", None),
        ("state_nav", {"nav_per_unit": None}, "wrong_measure", None),
        ("state_nav", {"nav_per_unit": "0"}, "bad_number", None),
        ("state_nav", {"nav_per_unit": "-5"}, "bad_number", None),
        ("state_nav", {"nav_per_unit": "NaN"}, "bad_number", None),
        ("state_nav", {"nav_per_unit": "1e40"}, "bad_number", None),
        ("state_nav", {"manager": "VF-1"}, "wrong_measure", None),
        (
            "state_nav",
            {"manager": "VF-2", "nav_per_unit": None, "nav": "5"},
            "nothing_paid_in",
            None,
        ),
        ("request_redemption", {"units": "6.1"}, "more_than_held", None),
        ("request_redemption", {"units": "0"}, "bad_quantity", None),
        ("request_redemption", {"dealing_on": "2026-03-20"}, "notice_too_short", None),
        (
            "request_redemption",
            {"requested_on": "2026-02-01", "dealing_on": "2026-02-27"},
            "locked_up",
            None,
        ),
        ("request_redemption", {"manager": "VF-1"}, "wrong_manager_kind", None),
        ("fill_redemption", {"request": 2}, "no_request", None),
        ("fill_redemption", {"dealt_on": "2026-01-31"}, "before_dealing_date", None),
        ("fill_redemption", {"units": "4.000001"}, "more_than_requested", None),
        ("fill_redemption", {"dealt_on": "2026-03-31"}, "no_final_nav", None),
        ("fill_redemption", {"amount": "4020.02"}, "amount_disagrees", None),
        ("fill_redemption", {"units": "0.000001"}, "amount_disagrees", None),  # worth no cent
        ("fill_redemption", {"holdback": "4020.01"}, "holdback_too_large", None),
        ("receive_proceeds", {"quantity": "0.02"}, "more_than_held", None),
        ("receive_proceeds", {"received_on": TOMORROW}, "date_in_future", None),
        ("commit_capital", {"manager": "HF-1"}, "wrong_manager_kind", None),
        ("commit_capital", {"quantity": "0"}, "bad_quantity", None),
        ("pay_call", {"quantity": "300.01"}, "above_unfunded", None),
        ("pay_call", {"manager": "VF-2"}, "above_unfunded", None),
        ("pay_call", {"place": "AFM"}, "more_than_held", None),
        ("distribute", {"manager": "VF-2"}, "nothing_paid_in", None),
        ("distribute", {"received_on": "2026-02-14"}, "nothing_paid_in", None),
        ("distribute", {"quantity": "200.01"}, "more_than_called", None),
    ],
)
def test_refusals(there, kind, changed, code, law):
    before = holdings(there)

    found = refused(there, COMMANDS[kind](**{**VALID[kind], **changed}))

    assert (code, law) == (found.code, found.law)
    assert before == holdings(there)


@pytest.mark.parametrize(
    ("old", "new", "kind", "code", "law"),
    [
        ("value = 10, source", "value = 2, source", "admit_manager", "too_many_managers",
         "programme.hedge_funds_max"),
        ('  "transfer_to_managers",', "", "subscribe_in_kind", "disposal_not_permitted",
         "disposition.mechanisms"),
    ],
)  # fmt: skip
def test_what_the_law_of_the_day_does_not_allow(old, new, kind, code, law):
    # Without its practice, which would contradict the change.
    text = law_of("template").text.partition("# ── 12. Practice")[0]
    assert old in text
    there = furnished(blueprint.parse(text.replace(old, new), "template"))

    found = refused(there, COMMANDS[kind](**VALID[kind]))

    assert (code, law) == (found.code, found.law)


def test_venture_funds_are_counted_apart_and_by_the_law_of_their_day():
    there = world()  # at most 5 venture funds until 2024, 10 from then on
    old = {**VALID["admit_manager"], "manager_kind": "venture_fund", "admitted_on": "2023-06-01"}
    do(there, *(AdmitManager(**{**old, "manager": f"VF-{n}"}) for n in range(5)))

    found = refused(there, AdmitManager(**{**old, "manager": "VF-9"}))
    do(there, AdmitManager(**{**old, "manager": "VF-9", "admitted_on": "2024-01-01"}))
    do(there, AdmitManager(**{**old, "manager": "HF-9", "manager_kind": "hedge_fund"}))

    assert "programme.venture_funds_max" == found.law


@pytest.mark.parametrize(
    "changed",
    [
        {"manager": "hf-1"},
        {"manager": "HF/1"},
        {"manager_kind": "bank"},
        {"name": " "},
        {"terms": {"gate": "1.5"}},
        {"terms": {"gate": "1e-1"}},
        {"terms": {"notice_days": -1}},
        {"terms": {"notice": 3}},
        {"admitted_on": "2026-02-30"},
    ],
)
def test_a_command_that_is_not_well_formed_is_not_even_asked(changed):
    with pytest.raises(ValidationError):
        AdmitManager(**{**VALID["admit_manager"], **changed})


def test_an_estimate_issues_no_units_and_the_final_nav_does():
    there = furnished()
    do(there, Subscribe(**VALID["subscribe"]))
    do(there, StateNav(**{**VALID["state_nav"], "final": False}))
    waiting = holdings(there)["reserve/pending/HF-1 USD"]
    (final,) = do(there, StateNav(**{**VALID["state_nav"], "nav_per_unit": "1000"}))

    assert "100" == waiting
    assert 1 == len(final.fills)
    assert "reserve/pending/HF-1 USD" not in holdings(there)


def test_a_restated_nav_adds_and_issues_nothing_twice():
    there = furnished()
    do(there, Subscribe(**VALID["subscribe"]), StateNav(**VALID["state_nav"]))
    before = holdings(there)

    (restated,) = do(there, StateNav(**{**VALID["state_nav"], "nav_per_unit": "1020"}))

    assert before == holdings(there)
    assert () == restated.fills
    navs = there.states["manager/HF-1"].navs
    assert ["1010", "1020"] == [str(each.per_unit) for each in navs if each.on.month == 3]


def test_a_full_redemption_keeps_back_the_agreed_share_unless_the_administrator_says_otherwise():
    there = furnished()
    do(there, RequestRedemption(**{**VALID["request_redemption"], "units": None}))
    do(there, StateNav(**{**VALID["state_nav"], "nav_per_unit": "1000"}))

    (part,) = do(there, FillRedemption(**{**VALID["fill_redemption"], "dealt_on": "2026-03-31"}))
    last = {**VALID["fill_redemption"], "request": 2, "dealt_on": "2026-03-31"}
    (rest,) = do(there, FillRedemption(**last))

    assert (4000_00, 0) == (part.amount, part.holdback)
    assert (6000_01, 600_00) == (rest.amount, rest.holdback)


def entry_of(there, stream, kind, number=1):
    version = next(
        ref.version for ref, e in there._earlier.items() if (ref.stream, e.kind) == (stream, kind)
    )
    return ReverseEntry(
        stream=stream, version=version, number=number, reversed_on="2026-06-01", reason="mistake"
    )


def test_a_payment_recorded_by_mistake_is_taken_back_and_the_next_nav_does_not_miss_it():
    there = furnished()
    before = holdings(there)
    do(there, Subscribe(**VALID["subscribe"], place="National Bank"))
    version = there.version("manager/HF-1")

    do(
        there,
        ReverseEntry(
            stream="manager/HF-1", version=version, reversed_on="2026-06-01", reason="mistake"
        ),
    )
    (final,) = do(there, StateNav(**VALID["state_nav"]))

    assert before == holdings(there)
    assert () == final.fills


def test_a_call_recorded_by_mistake_can_be_paid_again():
    there = furnished()
    manager = there.states["manager/VF-1"]

    do(there, *(entry_of(there, "manager/VF-1", "capital_called", n) for n in (1, 2)))

    assert (500_00, 0, []) == (manager.committed, manager.called, manager.flows)
    do(there, PayCall(**{**VALID["pay_call"], "quantity": "500"}))


@pytest.mark.parametrize("kind", ["nav_stated", "subscribed"])
def test_a_confirmed_dealing_is_put_right_by_the_manager_alone(there, kind):
    assert refused(there, entry_of(there, "manager/HF-1", kind)).code in (
        "cannot_reverse",
        "more_than_held",
    )
