"""What goes into the reserve, moves inside it, earns, costs, and leaves; and what is refused."""

import pytest

from qazyna.office.correction import ReverseEntry
from qazyna.plan import COMMANDS
from qazyna.reserve.dealing import ExchangeCurrency
from qazyna.reserve.earnings import RecordAssay, RecordCharge, RecordIncome
from qazyna.reserve.funding import Appropriate, Withdraw
from qazyna.seizure.taking import Seize
from tests.support import as_stored, do, holdings, law_of, refused, world

ACT = Appropriate(
    items=(
        {"asset": "USD", "quantity": "1000"},
        {"asset": "EUR", "quantity": "500"},
        {"asset": "XAU", "quantity": "10"},
    ),
    appropriated_on="2026-01-05",
    act_ref="Act 1",
)
SEIZED = Seize(
    case="C-1", holding="1", asset="USD", quantity="80", seized_on="2026-01-02", authority="AFM",
    custodian="National Bank",
)  # fmt: skip

VALID = {
    "appropriate": {
        "items": ({"asset": "USD", "quantity": "1"},),
        "appropriated_on": "2026-01-05",
        "act_ref": "A",
    },
    "exchange_currency": {
        "given": "USD",
        "given_quantity": "10",
        "taken": "EUR",
        "taken_quantity": "9",
        "traded_on": "2026-02-01",
        "counterparty": "Bank",
        "statement_ref": "S",
    },
    "record_income": {
        "asset": "USD",
        "quantity": "1",
        "received_on": "2026-02-01",
        "statement_ref": "S",
    },
    "record_charge": {
        "asset": "USD",
        "quantity": "1",
        "charged_on": "2026-02-01",
        "statement_ref": "S",
    },
    "record_assay": {"found": "9.9", "assayed_on": "2026-02-01", "statement_ref": "S"},
    "withdraw": {
        "asset": "USD",
        "quantity": "1",
        "withdrawn_on": "2026-02-01",
        "decision_ref": "D",
    },
}
TOMORROW = "2026-11-24"


def items(**item):
    return {"items": ({"asset": "USD", "quantity": "1"} | item,)}


@pytest.fixture
def there():
    found = world()
    do(found, ACT, SEIZED)
    return found


@pytest.mark.parametrize("kind", VALID)
def test_each_command_is_done_and_its_event_is_stored_as_it_is(there, kind):
    for happened in do(there, COMMANDS[kind](**VALID[kind])):
        as_stored(happened)


@pytest.mark.parametrize(
    ("kind", "changed", "code", "law"),
    [
        ("appropriate", items(asset="BTC"), "not_eligible", "reserve.eligible"),
        ("appropriate", items(asset="DOGE"), "unknown_asset", None),
        ("appropriate", items(quantity="0.001"), "wrong_scale", None),
        ("appropriate", items(quantity="-1"), "bad_quantity", None),
        ("appropriate", items(place="Nobody"), "unknown_custodian", "custodian"),
        ("appropriate", items(asset="XAU", place="AFM"), "custodian_cannot_hold", "custodian"),
        ("appropriate", {"appropriated_on": TOMORROW}, "date_in_future", None),
        ("appropriate", {"appropriated_on": "2008-01-01"}, "no_law_on_date", None),
        ("exchange_currency", {"taken": "USD"}, "same_asset", None),
        ("exchange_currency", {"taken": "BTC"}, "not_dealt_in", None),
        ("exchange_currency", {"given_quantity": "1000.01"}, "more_than_held", None),
        ("exchange_currency", {"taken_quantity": "0"}, "bad_quantity", None),
        ("exchange_currency", {"traded_on": TOMORROW}, "date_in_future", None),
        ("record_income", {"asset": "BTC"}, "not_eligible", "reserve.eligible"),
        ("record_income", {"book": "budget", "asset": "XAU"}, "not_eligible", "budget.eligible"),
        ("record_income", {"book": "C-9/1"}, "no_case", None),
        ("record_income", {"book": "C-1/2"}, "no_holding", None),
        ("record_income", {"book": "nowhere"}, "no_case", None),
        ("record_income", {"book": "C-1/1", "title": "state"}, "which_title", None),
        ("record_income", {"received_on": TOMORROW}, "date_in_future", None),
        ("record_charge", {"quantity": "1000.01"}, "more_than_held", None),
        ("record_charge", {"book": "budget"}, "more_than_held", None),
        ("record_charge", {"charged_on": TOMORROW}, "date_in_future", None),
        ("record_assay", {"found": "10"}, "no_difference", None),
        ("record_assay", {"asset": "USD", "found": "1"}, "not_assayed", None),
        ("record_assay", {"book": "C-1/1", "place": "National Bank"}, "nothing_held", None),
        ("record_assay", {"assayed_on": TOMORROW}, "date_in_future", None),
        ("withdraw", {"quantity": "1000.01"}, "more_than_held", None),
        ("withdraw", {"asset": "XAU"}, "not_eligible", "budget.eligible"),
        ("withdraw", {"to": "case"}, "no_case", None),
        ("withdraw", {"to": "case", "case": "C-1", "holding": "2"}, "no_holding", None),
        ("withdraw", {"to": "case", "case": "C-1", "holding": "1"}, "not_annulled", None),
        ("withdraw", {"out_of": "budget"}, "same_book", None),
        ("withdraw", {"withdrawn_on": TOMORROW}, "date_in_future", None),
    ],
)
def test_refusals(there, kind, changed, code, law):
    before = holdings(there)

    found = refused(there, COMMANDS[kind](**{**VALID[kind], **changed}))

    assert (code, law) == (found.code, found.law)
    assert before == holdings(there)


def test_a_country_that_keeps_coins_itself_changes_one_line_of_its_law():
    changed = law_of(
        "template",
        (
            '"venture_fund"]\nsource = "Act 2008, s. 20"',
            '"venture_fund", "crypto"]\nsource = "Act 2008, s. 20"',
        ),
    )
    there = world(changed)

    do(
        there,
        Appropriate(
            items=({"asset": "BTC", "quantity": "1", "place": "State Custodian"},),
            appropriated_on="2026-01-05",
            act_ref="A",
        ),
    )

    assert "1" == holdings(there)["reserve/custody/State Custodian BTC"]


def test_a_fund_cannot_be_appropriated():
    from qazyna.programme.manager import AdmitManager

    there = world()
    do(
        there,
        AdmitManager(
            manager="HF-1",
            manager_kind="hedge_fund",
            name="One",
            currency="USD",
            admitted_on="2026-01-02",
            decision_ref="D",
        ),
    )

    found = refused(there, Appropriate(**{**VALID["appropriate"], **items(asset="HF-1")}))

    assert "not_appropriable" == found.code


def test_a_case_bears_its_own_charges_and_keeps_its_own_interest(there):
    do(
        there,
        RecordIncome(
            book="C-1/1", asset="USD", quantity="2.50", received_on="2026-02-01", statement_ref="S"
        ),
        RecordCharge(
            book="C-1/1", asset="USD", quantity="1", charged_on="2026-02-02", statement_ref="S"
        ),
    )

    assert {"bank/National Bank USD": "81.5", "claimants USD": "81.5"} == holdings(there, "C-1/1")
    assert "1000" == holdings(there)["reserve/reserve USD"]


def test_an_assay_says_what_was_found_and_the_books_follow(there):
    do(there, RecordAssay(found="10.25", assayed_on="2026-02-01", statement_ref="S1"))
    do(there, RecordAssay(found="9.75", assayed_on="2026-02-02", statement_ref="S2"))

    assert "9.75" == holdings(there)["reserve/vault/National Bank XAU"]


def test_the_agreed_rate_is_the_value_of_an_exchange(there):
    (dealt,) = do(there, ExchangeCurrency(**VALID["exchange_currency"]))
    (back,) = do(
        there,
        ExchangeCurrency(
            **{
                **VALID["exchange_currency"],
                "given": "EUR",
                "taken": "XAU",
                "given_quantity": "100",
                "taken_quantity": "0.05",
            }
        ),
    )

    assert ("10.00", "agreed") == (str(dealt.value.amount), dealt.value.source)
    assert ("110.00", "test price") == (str(back.value.amount), back.value.source)


def test_acts_and_decisions_find_their_events(there):
    do(there, Withdraw(**VALID["withdraw"]))

    assert {"Act 1": [1], "D": [2]} == there.states["reserve"].acts


def test_a_charge_recorded_by_mistake_is_taken_back_once(there):
    before = holdings(there)
    do(there, RecordCharge(**VALID["record_charge"]))
    mistaken = ReverseEntry(
        stream="reserve",
        version=there.version("reserve"),
        reversed_on="2026-02-03",
        reason="charged twice",
    )

    do(there, mistaken)

    assert before == holdings(there)
    assert "already_reversed" == refused(there, mistaken).code
