"""What flows with managers are refused, once their terms say something: one row a refusal."""

import pytest

from qazyna.plan import COMMANDS
from qazyna.shell import rooms
from tests.support import as_stored, do, holdings, refused, world

assert rooms.ROOMS  # all commands are known

PAPER = {"statement_ref": "S"}
TERMS = {
    "HF-1": {
        "dealing_day": "last_business",
        "redemptions": "quarterly",
        "subscription_notice_days": 5,
        "notice_days": 30,
        "business_days": True,
        "holidays": ["2025-12-24", "2025-12-25"],
        "lock_months": 6,
        "soft_lock_months": 12,
        "early_fee": "0.03",
        "minimum_subscription": "1000",
        "minimum_holding": "5000",
        "side_pocket": "0.2",
        "in_kind": ["ETH"],
    },
    "HF-2": {},
    "VF-1": {
        "venture": {
            "investment_period_until": "2026-06-30",
            "call_notice_days": 10,
            "default_rate": "0.1",
            "cure_days": 5,
            "recycling": "0.2",
        }
    },
}


def command(kind, **fields):
    return COMMANDS[kind].model_validate(fields)


def nav(manager, on, per_unit, **more):
    return command(
        "state_nav",
        manager=manager,
        valuation_on=on,
        stated_on=more.pop("stated_on", on),
        nav_per_unit=per_unit,
        statement_ref="S",
        **more,
    )


def subscribe(manager, quantity, paid_on, dealing_on):
    return command(
        "subscribe",
        manager=manager,
        quantity=quantity,
        paid_on=paid_on,
        dealing_on=dealing_on,
        decision_ref="D",
    )


def furnished():
    """Two hedge funds with units of January 2025; a venture fund with a call paid and one open."""
    there = world()
    money = {"asset": "USD", "quantity": "100000"}
    do(
        there,
        command("appropriate", items=[money], appropriated_on="2025-01-02", act_ref="A"),
        *(
            command(
                "admit_manager",
                manager=code,
                manager_kind="venture_fund" if code[0] == "V" else "hedge_fund",
                name=code,
                currency="USD",
                admitted_on="2025-01-06",
                terms=terms,
                decision_ref="D",
            )
            for code, terms in TERMS.items()
        ),
        subscribe("HF-1", "50000", "2025-01-20", "2025-01-31"),
        subscribe("HF-2", "10000", "2025-01-20", "2025-01-31"),
        nav("HF-1", "2025-01-31", "100"),
        nav("HF-2", "2025-01-31", "100"),
        command("commit_capital", manager="VF-1", quantity="5000", committed_on="2025-02-03",
                decision_ref="D"),
        *(
            command("issue_call", manager="VF-1", call_ref=ref, quantity="1000",
                    issued_on="2025-02-03", due_on="2025-02-17")
            for ref in ("C-1", "C-2")
        ),
        command("pay_call", manager="VF-1", call_ref="C-1", quantity="1000", paid_on="2025-02-17"),
        command("seize", case="C-1", holding="1", asset="BTC", quantity="2",
                seized_on="2025-01-10", authority="AFM", custodian="AFM"),
        command("order_forfeiture", case="C-1", order_ref="F", order_kind="conviction",
                ordered_on="2025-01-15", scope=[{"holding": "1", "asset": "BTC", "quantity": "2"}]),
        command("record_finality", case="C-1", order_ref="F", final_on="2025-02-20"),
    )  # fmt: skip
    return there


VALID = {
    "subscribe": {"manager": "HF-1", "quantity": "1000", "paid_on": "2025-02-20",
                  "dealing_on": "2025-02-28", "decision_ref": "D"},
    "subscribe_in_kind": {"case": "C-1", "holding": "1", "asset": "BTC", "quantity": "1",
                          "manager": "HF-2", "units": "40", "dealt_on": "2025-02-28",
                          "order_ref": "D", "travel_rule_ref": "IVMS101 sha256:4c…"},
    "state_nav": {"manager": "HF-2", "valuation_on": "2025-02-28", "stated_on": "2025-03-10",
                  "nav_per_unit": "101", "currency": "USD", **PAPER},
    "correct_dealing": {"manager": "HF-2", "dealing": "subscription", "number": 1,
                        "dealt_on": "2025-01-31", "corrected_on": "2025-04-01", **PAPER},
    "request_redemption": {"manager": "HF-1", "units": "100", "requested_on": "2025-08-01",
                           "dealing_on": "2025-09-30", "decision_ref": "D"},
    "compel_redemption": {"manager": "HF-2", "units": "40", "dealt_on": "2025-01-31", **PAPER},
    "pause_dealing": {"manager": "HF-2", "since": "2025-03-03", **PAPER},
    "resume_dealing": {"manager": "HF-2", "resumed_on": "2025-04-01", **PAPER},
    "adjust_units": {"manager": "HF-2", "reason": "depreciation_deposit", "units": "1",
                     "adjusted_on": "2025-03-03", **PAPER},
    "record_rebate": {"manager": "HF-2", "quantity": "5", "received_on": "2025-03-03", **PAPER},
    "open_side_pocket": {"manager": "HF-1", "pocket": "SP1", "opened_on": "2025-03-03",
                         "units": "100", "pocket_units": "100", "nav_per_unit": "100", **PAPER},
    "value_side_pocket": {"manager": "HF-1", "pocket": "SP1", "valuation_on": "2025-03-31",
                          "nav_per_unit": "80", **PAPER},
    "realise_side_pocket": {"manager": "HF-1", "pocket": "SP1", "realised_on": "2025-04-01",
                            "amount": "9000", **PAPER},
    "write_off": {"manager": "HF-2", "written_off_on": "2025-03-03", "decision_ref": "D"},
    "terminate_fund": {"manager": "HF-2", "terminated_on": "2025-03-03", "reason": "R", **PAPER},
    "liquidate": {"manager": "HF-2", "units": "60", "amount": "5000", "paid_on": "2025-06-02",
                  **PAPER},
    "receive_in_specie": {"manager": "HF-2", "asset": "ETH", "quantity": "2", "worth": "4000",
                          "units": "40", "received_on": "2025-03-03", "sell_by": "2025-06-30",
                          **PAPER},
    "sell_workout": {"manager": "HF-2", "asset": "ETH", "sold_on": "2025-07-10",
                     "proceeds": "3900", "costs": "10", "decision_ref": "D"},
    "release_manager": {"manager": "HF-2", "released_on": "2025-12-01", "decision_ref": "D"},
    "end_commitment": {"manager": "VF-1", "ended_on": "2026-07-01", "decision_ref": "D"},
    "issue_call": {"manager": "VF-1", "call_ref": "C-3", "quantity": "3000",
                   "issued_on": "2025-03-03", "due_on": "2025-03-17"},
    "pay_call": {"manager": "VF-1", "call_ref": "C-2", "quantity": "1000",
                 "paid_on": "2025-02-17"},
    "default_call": {"manager": "VF-1", "call_ref": "C-2", "defaulted_on": "2025-02-25",
                     "forfeited": "250", **PAPER},
    "distribute": {"manager": "VF-1", "quantity": "900", "received_on": "2025-03-03",
                   "character": "recallable", **PAPER},
}  # fmt: skip

FIRST = {
    "correct_dealing": [nav("HF-2", "2025-01-31", "90", stated_on="2025-03-01")],
    "resume_dealing": [command("pause_dealing", **VALID["pause_dealing"])],
    "value_side_pocket": [command("open_side_pocket", **VALID["open_side_pocket"])],
    "realise_side_pocket": [command("open_side_pocket", **VALID["open_side_pocket"])],
    "liquidate": [command("terminate_fund", **VALID["terminate_fund"])],
    "sell_workout": [command("receive_in_specie", **VALID["receive_in_specie"])],
    "release_manager": [command("write_off", **VALID["write_off"])],
}
"""kind -> what must have happened before it can"""


@pytest.fixture
def there():
    return furnished()


@pytest.mark.parametrize("kind", VALID)
def test_each_command_is_done_and_its_events_are_stored_as_they_are(there, kind):
    if kind == "distribute":
        with_less = {**VALID[kind], "quantity": "1000"}
        do(there, command(kind, **with_less))
        return
    for happened in do(there, *FIRST.get(kind, ()), command(kind, **VALID[kind])):
        as_stored(happened)


ROWS = [
    # dealing calendar, notice, minimum
    ("subscribe", {"dealing_on": "2025-02-27"}, "no_dealing_date"),
    ("subscribe", {"dealing_on": "2025-03-30"}, "no_dealing_date"),  # a Sunday
    ("subscribe", {"paid_on": "2025-02-24"}, "notice_too_short"),
    ("subscribe", {"quantity": "999.99"}, "below_minimum"),
    ("subscribe_in_kind", {"manager": "HF-1"}, "not_accepted_in_kind"),
    ("subscribe_in_kind", {"manager": "HF-1", "dealt_on": "2025-02-27"}, "no_dealing_date"),
    ("request_redemption", {"dealing_on": "2025-10-31"}, "no_dealing_date"),  # no quarter's end
    ("request_redemption", {"requested_on": "2025-08-20"}, "notice_too_short"),
    # thirty business days back from December 31 skip two holidays; on the 15th it is too late
    (
        "request_redemption",
        {"requested_on": "2025-11-18", "dealing_on": "2025-12-31"},
        "notice_too_short",
    ),
    (
        "request_redemption",
        {"requested_on": "2025-03-03", "dealing_on": "2025-06-30"},
        "locked_up",
    ),
    ("request_redemption", {"units": "460"}, "below_minimum"),  # would leave 4,000
    ("request_redemption", {"units": "500.1"}, "more_than_held"),
    # NAVs
    ("state_nav", {"currency": "EUR"}, "wrong_currency"),
    ("state_nav", {"nav_per_unit": "0"}, "bad_number"),
    ("state_nav", {"nav_per_unit": "-1"}, "bad_number"),
    ("state_nav", {"valuation_on": "2025-01-31", "nav_per_unit": "100"}, "no_difference"),
    ("state_nav", {"valuation_on": "2025-01-30"}, "nav_before_last"),
    # corrections of dealings
    ("correct_dealing", {"number": 2}, "nothing_to_correct"),
    ("correct_dealing", {"dealing": "redemption"}, "nothing_to_correct"),
    ("correct_dealing", {"dealt_on": "2025-02-28"}, "nothing_to_correct"),
    ("correct_dealing", {"quantity": "12"}, "amount_disagrees"),
    ("correct_dealing", {"settled": "money", "quantity": "12"}, "amount_disagrees"),
    ("correct_dealing", {"corrected_on": "2025-01-30"}, "dates_out_of_order"),
    # without request, without dealing
    ("compel_redemption", {"units": "100.1"}, "more_than_held"),
    ("compel_redemption", {"dealt_on": "2025-02-28"}, "no_final_nav"),
    ("compel_redemption", {"amount": "1"}, "amount_disagrees"),
    ("pause_dealing", {"since": "2025-01-31"}, "dealt_already"),
    ("pause_dealing", {"until": "2025-03-02"}, "dates_out_of_order"),
    ("adjust_units", {"units": "100.1"}, "more_than_held"),
    ("record_rebate", {"quantity": "0"}, "bad_quantity"),
    # pockets
    ("open_side_pocket", {"units": "100.1"}, "above_side_pocket"),
    ("open_side_pocket", {"nav_per_unit": "0"}, "bad_number"),
    ("value_side_pocket", {"pocket": "SP2"}, "no_pocket"),
    ("value_side_pocket", {"valuation_on": "2025-03-02"}, "dates_out_of_order"),
    ("realise_side_pocket", {"units": "100.1"}, "more_than_held"),
    ("realise_side_pocket", {"pocket": "SP2"}, "no_pocket"),
    ("realise_side_pocket", {"amount": "0"}, "bad_quantity"),
    # the end
    ("write_off", {"units": "100.1"}, "more_than_held"),
    ("write_off", {"pocket": "SP9"}, "unknown_asset"),
    ("terminate_fund", {"terminated_on": "2025-01-30"}, "dealt_already"),
    ("terminate_fund", {"manager": "VF-1"}, "wrong_manager_kind"),
    ("liquidate", {"units": "100.1"}, "more_than_held"),
    ("liquidate", {"manager": "HF-1"}, "not_terminated"),
    ("receive_in_specie", {"units": None}, "wrong_measure"),
    ("receive_in_specie", {"manager": "VF-1"}, "wrong_measure"),
    ("receive_in_specie", {"asset": "USD"}, "not_in_specie"),
    ("receive_in_specie", {"asset": "XAU"}, "not_eligible"),
    ("receive_in_specie", {"sell_by": "2025-03-02"}, "dates_out_of_order"),
    ("receive_in_specie", {"units": "100.1"}, "more_than_held"),
    ("sell_workout", {"manager": "HF-1"}, "nothing_held"),
    ("sell_workout", {"quantity": "2.1"}, "more_than_held"),
    ("sell_workout", {"costs": "3900.01"}, "costs_exceed_proceeds"),
    ("release_manager", {"manager": "HF-1"}, "something_left"),
    ("release_manager", {"manager": "VF-1"}, "something_left"),
    # venture funds
    ("end_commitment", {"quantity": "3000.01"}, "above_unfunded"),  # 1,000 is demanded
    ("issue_call", {"quantity": "3000.01"}, "above_unfunded"),
    ("issue_call", {"call_ref": "C-2"}, "call_known"),
    ("issue_call", {"due_on": "2025-03-12"}, "notice_too_short"),
    ("issue_call", {"due_on": "2025-03-02"}, "dates_out_of_order"),
    (
        "issue_call",
        {"issued_on": "2026-07-01", "due_on": "2026-07-20"},
        "after_investment_period",
    ),
    ("pay_call", {"quantity": "1000.01"}, "more_than_called"),
    ("pay_call", {"call_ref": "C-1"}, "more_than_called"),
    ("pay_call", {"call_ref": "C-9", "quantity": "3000.01"}, "above_unfunded"),
    ("pay_call", {"paid_on": "2025-02-02"}, "dates_out_of_order"),
    ("pay_call", {"paid_on": "2025-02-20", "interest": "1"}, "interest_disagrees"),
    ("default_call", {"defaulted_on": "2025-02-24"}, "may_still_be_cured"),
    ("default_call", {"call_ref": "C-1"}, "no_call"),
    ("default_call", {"forfeited": "1000.01"}, "more_than_held"),
    ("distribute", {"quantity": "1000.01"}, "more_than_called"),
    ("distribute", {"quantity": "1000", "received_on": "2025-02-16"}, "nothing_paid_in"),
]


@pytest.mark.parametrize(("kind", "changed", "code"), ROWS)
def test_refusals(there, kind, changed, code):
    do(there, *FIRST.get(kind, ()))
    before = holdings(there)

    found = refused(there, command(kind, **{**VALID[kind], **changed}))

    assert code == found.code
    assert before == holdings(there)


AFTER = [
    ("pause_dealing", "subscribe", {"manager": "HF-2", "paid_on": "2025-03-10",
                                    "dealing_on": "2025-03-31"}, "dealing_paused"),
    ("pause_dealing", "pause_dealing", {}, "paused_already"),
    ("terminate_fund", "subscribe", {"manager": "HF-2", "paid_on": "2025-03-10",
                                     "dealing_on": "2025-03-31"}, "fund_terminated"),
    ("terminate_fund", "request_redemption", {"manager": "HF-2"}, "fund_terminated"),
    ("terminate_fund", "terminate_fund", {"terminated_on": "2025-03-04"}, "fund_terminated"),
    ("open_side_pocket", "open_side_pocket", {}, "code_taken"),
    ("default_call", "pay_call", {"paid_on": "2025-03-03"}, "more_than_called"),
    ("default_call", "issue_call", {}, "above_unfunded"),
]  # fmt: skip


@pytest.mark.parametrize(("first", "kind", "changed", "code"), AFTER)
def test_what_is_over_once_something_has_happened(there, first, kind, changed, code):
    do(there, command(first, **VALID[first]))

    assert code == refused(there, command(kind, **{**VALID[kind], **changed})).code


def test_nothing_is_done_with_a_manager_that_has_left(there):
    do(there, *FIRST["release_manager"], command("release_manager", **VALID["release_manager"]))

    assert "manager_left" == refused(there, command("record_rebate", **{
        **VALID["record_rebate"], "received_on": "2026-01-05"})).code  # fmt: skip


def test_a_released_manager_is_counted_no_more(there):
    do(there, *FIRST["release_manager"], command("release_manager", **VALID["release_manager"]))

    assert {"HF-1", "VF-1"} == set(there.states["programme"].managers)


def test_a_resumption_needs_a_pause(there):
    assert "not_paused" == refused(there, command("resume_dealing", **VALID["resume_dealing"])).code


def test_a_nav_is_restated_a_second_time_only_with_the_administrators_confirmation(there):
    do(there, nav("HF-2", "2025-01-31", "90", stated_on="2025-03-01"))
    again = {"manager": "HF-2", "on": "2025-01-31", "per_unit": "95", "stated_on": "2025-03-05"}

    assert "nav_restated_twice" == refused(there, nav(**again)).code
    do(there, nav(**again, confirmed_ref="Letter of the administrator"))


def test_what_may_be_called_again_is_bounded_by_the_terms(there):
    """A fifth of 5,000 promised: 1,000, once all that was called came back for that."""
    do(
        there,
        command("pay_call", **VALID["pay_call"]),
        command("distribute", **{**VALID["distribute"], "quantity": "1000"}),
    )

    over = refused(there, command("distribute", **{**VALID["distribute"], "quantity": "0.01"}))

    assert "recycling_limit" == over.code


def test_an_early_fee_is_by_the_terms_or_waived(there):
    do(there, nav("HF-1", "2025-09-30", "110"), command(
        "request_redemption", **VALID["request_redemption"]))  # fmt: skip
    fill = {"manager": "HF-1", "request": 1, "dealt_on": "2025-09-30", "statement_ref": "S"}

    assert "fee_disagrees" == refused(there, command("fill_redemption", **fill, early_fee="1")).code
    (filled,) = do(there, command("fill_redemption", **fill, early_fee="0"))
    assert (0, 1100000) == (filled.early_fee, filled.amount)


def test_a_default_leaves_what_other_calls_demand(there):
    do(there, command("issue_call", **VALID["issue_call"]))  # 3,000 beside the 1,000 of C-2

    do(there, command("default_call", **{**VALID["default_call"], "defaulted_on": "2025-03-10"}))

    assert "3000" == holdings(there)["reserve/commitment/VF-1 VF-1:undrawn"]
    paid = {"call_ref": "C-3", "quantity": "3000", "paid_on": "2025-03-17"}
    do(there, command("pay_call", manager="VF-1", **paid))


CUT = [
    ("compel_redemption", {}, "60"),
    ("open_side_pocket", {"manager": "HF-2", "opened_on": "2025-03-03", "units": "40"}, "60"),
    ("write_off", {"units": "40"}, "60"),
    ("receive_in_specie", {}, "60"),
    ("terminate_fund", {}, "0"),
]
"""What takes 40 of 100 units without a request, and what a request for 80 can still have"""


@pytest.mark.parametrize(("kind", "changed", "left"), CUT)
def test_a_request_loses_the_units_that_are_no_longer_there(there, kind, changed, left):
    asked = {"units": "80", "requested_on": "2025-02-03", "dealing_on": "2025-03-31"}
    do(there, command("request_redemption", manager="HF-2", **asked, decision_ref="D"))

    do(there, command(kind, **{**VALID[kind], **changed}))

    assert left == there.asset("HF-2").text(there.states["manager/HF-2"].asked_back)
