"""`qazyna programme subscribe|redeem|call|distribute|calendar`: the everyday flows in one line."""

import pytest

from tests.shell.cli.programme.office import appoint, done
from tests.shell.cli.shapes import problems

DATES = {
    "as_of": "date",
    "months": "count",
    "dates": [
        {
            "on": "date",
            "act_by": "date",
            "manager": "text",
            "action": "decide|notice|pay|receive|report",
            "what": "text",
            "about": "text",
            "quantity": "decimal|null",
            "unit": "text|null",
            "overdue_days": "count",
            "assumed": "bool",
        }
    ],
}
PROPOSAL = {"proposal": "text", "status": "open", "needs": "count"}
SUBSCRIBE = ("programme", "subscribe", "HF-1", "5000", "--ref", "D", "--dealing", "2026-02-27")


@pytest.fixture
def funds(there):
    """Two funds and some money, in an office that does what needs two people."""
    appoint(there)
    money = {"asset": "USD", "quantity": "100000"}
    done(there, "appropriate", items=[money], appropriated_on="2026-01-05", act_ref="A")
    for code, kind, terms in (
        ("HF-1", "hedge_fund", {"dealing_day": "last_business", "notice_days": 30}),
        ("VF-1", "venture_fund", {}),
    ):
        done(there, "admit_manager", manager=code, manager_kind=kind, name=code, currency="USD",
             admitted_on="2026-01-06", terms=terms, decision_ref="D")  # fmt: skip
    done(there, "commit_capital", manager="VF-1", quantity="9000", committed_on="2026-01-07",
         decision_ref="D")  # fmt: skip
    return there


def kinds(answer):
    return [event["kind"] for event in answer["done"]["events"]]


def approved(line, answer):
    assert [] == problems(answer, PROPOSAL)
    return line.json("approve", answer["proposal"], "--as", "chair")["status"]


def test_what_the_law_wants_approved_is_proposed_and_the_rest_is_done(funds):
    paid = funds.json(*SUBSCRIBE, "--paid", "2026-02-20")
    assert "executed" == approved(funds, paid)
    funds.run("state_nav", manager="HF-1", valuation_on="2026-02-27", stated_on="2026-03-05",
              nav_per_unit="100", statement_ref="S")  # fmt: skip

    redeem = ("programme", "redeem", "HF-1", "--ref", "D", "--units", "20")
    asked = funds.json(*redeem, "--notice", "2026-03-02", "--dealing", "2026-04-30")
    assert "executed" == approved(funds, asked)

    call = ("programme", "call", "VF-1", "3000", "--ref", "C-1")
    issued = funds.json(*call, "--issued", "2026-03-02", "--due", "2026-03-16")
    assert ["call_issued"] == kinds(issued)

    found = funds.json("programme", "calendar", "--as-of", "2026-03-03", "--months", "3")
    assert [] == problems(found, DATES)
    assert [
        ("2026-03-16", "VF-1", "call_due", "3000"),
        ("2026-03-31", "HF-1", "redemption_notice", "30"),
        ("2026-04-29", "HF-1", "redemption_notice", "30"),
        ("2026-04-30", "HF-1", "redemption_dealt", "20"),
    ] == [
        (each["act_by"], each["manager"], each["what"], each["quantity"])
        for each in found["dates"]
        if each["quantity"]
    ]
    told = funds("programme", "calendar", "--as-of", "2026-03-18")
    assert "Call C-1 is due. 2 days overdue." in told.out

    assert ["capital_called"] == kinds(funds.json(*call, "--paid", "2026-03-18"))
    back = ("programme", "distribute", "VF-1", "100", "--as-what", "gain", "--ref", "S")
    assert ["distribution_received"] == kinds(funds.json(*back, "--received", "2026-06-30"))


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ((*SUBSCRIBE, "--paid", "2026-02-28"), "dates_out_of_order"),
        ((*SUBSCRIBE[:-1], "2026-02-26", "--paid", "2026-02-20"), "no_dealing_date"),
        (
            ("programme", "call", "VF-1", "9000.01", "--ref", "C", "--issued", "2026-03-02",
             "--due", "2026-03-16"),
            "above_unfunded",
        ),
        (
            ("programme", "distribute", "VF-1", "1", "--as-what", "gain", "--ref", "S",
             "--received", "2026-03-02"),
            "nothing_paid_in",
        ),
        (
            ("programme", "distribute", "VF-1", "1", "--as-what", "profit", "--ref", "S",
             "--received", "2026-03-02"),
            "bad_command",
        ),
    ],
)  # fmt: skip
def test_refusals(funds, words, code):
    assert code == funds.refused(*words)["code"]


def test_a_call_is_issued_or_paid(funds):
    call = ("programme", "call", "VF-1", "100", "--ref", "C-1")

    assert 2 == funds(*call).status
    assert 2 == funds(*call, "--issued", "2026-03-02").status
    both = ("--issued", "2026-03-02", "--due", "2026-03-20", "--paid", "2026-03-03")
    assert 2 == funds(*call, *both).status


def test_an_empty_programme_has_no_dates(there):
    assert {"as_of": "2026-01-05", "months": 24, "dates": []} == there.json(
        "programme", "calendar", "--as-of", "2026-01-05"
    )
    assert "Nothing is to be done." in there("programme", "calendar").out
