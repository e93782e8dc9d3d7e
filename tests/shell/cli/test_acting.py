"""Acting from a terminal: in whose name, once, and with the approvals that the law wants."""

import json

import pytest

from tests.shell.cli.conftest import SALES, counted
from tests.shell.cli.line import ROOT

SEIZE = {
    "case": "C-1",
    "holding": "1",
    "asset": "BTC",
    "quantity": "10",
    "seized_on": "2025-03-03",
    "authority": "AFM",
}
BACK = {
    "case": "C-1",
    "holding": "1",
    "asset": "BTC",
    "quantity": "4",
    "released_on": "2025-04-01",
    "order_ref": "R-1",
}
OFFICES = {"ann": "registrar", "bob": "prosecutor", "fay": "auditor"}


@pytest.fixture
def staffed(there):
    """People in office, and ten BTC seized."""
    for user, role in OFFICES.items():
        assert {"user": user, "roles": [role]}.items() <= there.json(
            "user", "add", user, "--role", role
        ).items()
    there.run("seize", **SEIZE)
    return there


def propose(line, **more):
    words = ("propose", "release_holding", "--json-file", "-", "--as", "ann")
    return line.json(*words, stdin=json.dumps(BACK | more))["proposal"]


def held(line, account="C-1/1/claimants"):
    return [
        each["quantity"]
        for each in line.json("ledger", "balances", "--account", account)["balances"]
    ]


def test_what_others_must_approve(staffed):
    name = propose(staffed)
    assert ["10"] == held(staffed)
    assert [name] == [each["proposal"] for each in staffed.json("proposals")["proposals"]]

    assert "own_proposal" == staffed.refused("approve", name, "--as", "ann")["code"]
    assert "not_your_role" == staffed.refused("approve", name, "--as", "fay")["code"]
    done = staffed.json("approve", name, "--as", "bob")

    assert ("executed", ["bob"]) == (done["status"], done["approved_by"])
    assert ["seizure_lifted"] == [each["kind"] for each in done["done"]["events"]]
    assert ["6"] == held(staffed)
    assert staffed.json("rebuild", "--check")["equal"] is True


def test_what_others_must_approve_is_not_run(staffed):
    words = ("run", "release_holding", "--json-file", "-")
    no = staffed.refused(*words, stdin=json.dumps(BACK))
    assert ("needs_approval", "approvals.release_holding") == (no["code"], no["law"])


def test_a_proposal_that_is_rejected(staffed):
    name = propose(staffed)
    no = staffed.json("reject", name, "--reason", "not yet", "--as", "bob")
    assert ("rejected", "not yet") == (no["status"], no["reason"])
    assert "proposal_closed" == staffed.refused("approve", name, "--as", "bob")["code"]


@pytest.mark.parametrize("user", ["nobody", "Ann", ""])
def test_who_holds_no_role_writes_nothing(staffed, user, tmp_path):
    prices = tmp_path / "btc_usd.csv"
    prices.write_text("date,open,high,low,close\n2026-01-01,1,1,1,1\n")
    venues = ROOT / "data" / "demo" / "kazakhstan" / "venues.csv"
    body = json.dumps({**SEIZE, "holding": "2"})
    before = counted(staffed)
    for words in (
        ("run", "seize", "--json-file", "-"),
        ("propose", "release_holding", "--json-file", "-"),
        ("import", "register", SALES),
        ("import", "prices", prices),
        ("import", "venues", venues),
        ("user", "add", "eve", "--role", "auditor"),
        ("blueprint", "adopt", "kazakhstan"),
    ):
        no = staffed.refused(
            *words, "--as", user, stdin=json.dumps(BACK) if words[0] == "propose" else body
        )
        assert ("not_appointed", "role") == (no["code"], no["law"]), words
    assert before == counted(staffed)


def test_a_role_that_the_blueprint_does_not_know(there):
    assert "unknown_role" == there.refused("user", "add", "ann", "--role", "king")["code"]


def test_a_user_of_an_impossible_name(there):
    assert "bad_command" == there.refused("user", "add", "A B", "--role", "auditor")["code"]


def test_the_same_key_acts_once(there):
    words = ("run", "seize", "--json-file", "-", "--key", "mine")
    first = there.json(*words, stdin=json.dumps(SEIZE))["done"]
    again = there.json(*words, stdin=json.dumps(SEIZE))["done"]

    assert (False, True) == (first["repeated"], again["repeated"])
    assert first["events"] == again["events"]
    other = json.dumps({**SEIZE, "quantity": "11"})
    assert "key_reused" == there.refused(*words, stdin=other)["code"]
    assert ["10"] == held(there)


def test_the_same_key_imports_once(there):
    words = ("import", "register", SALES, "--key", "mine")
    assert there.json(*words) == there.json(*words)
    assert "key_reused" == there.refused("import", "venues", SALES, "--key", "mine")["code"]


BAD_BODIES = [
    ("", "bad_command"),
    ("[1]", "bad_command"),
    ("{", "bad_command"),
    ("{}", "bad_command"),
    ("NaN", "bad_command"),
    (b"\xff\xfe", "bad_command"),
    (json.dumps({**SEIZE, "colour": "red"}), "bad_command"),
    (json.dumps({**SEIZE, "quantity": 10}), "bad_command"),
    (json.dumps({**SEIZE, "authority": "A\0B"}), "bad_command"),
    (json.dumps({**SEIZE, "note": "A\0B"}), "bad_command"),
    (json.dumps({**SEIZE, "authority": "A\nB"}), "bad_command"),
    (json.dumps({**SEIZE, "case": "C" * 121}), "bad_command"),
    (json.dumps({**SEIZE, "seized_on": "2025-02-30"}), "bad_command"),
    (json.dumps({**SEIZE, "seized_on": "2125-03-03"}), "date_in_future"),
    (json.dumps({**SEIZE, "quantity": "1e40"}), "bad_quantity"),
    (json.dumps({**SEIZE, "quantity": "NaN"}), "bad_quantity"),
    (json.dumps({**SEIZE, "quantity": "-1"}), "bad_quantity"),
    (json.dumps({**SEIZE, "quantity": "0.123456789"}), "wrong_scale"),
    (json.dumps({**SEIZE, "asset": "DOGE"}), "unknown_asset"),
    (json.dumps({**SEIZE, "custodian": "Nobody"}), "unknown_custodian"),
    (json.dumps({**SEIZE, "address": "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN3"}), "bad_address"),
]


def test_bodies_that_are_no_command(there):
    before = counted(there)
    for body, code in BAD_BODIES:
        answer = there("run", "seize", "--json-file", "-", "--json", stdin=body)
        assert code == answer.refused["code"], body
    assert before == counted(there)


def test_a_body_that_cannot_be_read(there, tmp_path):
    for file in (tmp_path, tmp_path / "nowhere.json"):
        assert "unreadable" == there.refused("run", "seize", "--json-file", file)["code"]


@pytest.mark.parametrize("kind", ["seizure", "approve", "import_history", "adopt_blueprint"])
def test_kinds_that_nobody_runs(there, kind):
    code = there.refused("run", kind, "--json-file", "-", stdin="{}")["code"]
    assert code == ("unknown_command" if kind == "seizure" else "not_by_hand")


# ── A change of law ─────────────────────────────────────────────────────────────────────────────


def changed(tmp_path, old="value = 30", new="value = 45"):
    text = (ROOT / "blueprints" / "template.toml").read_text("utf-8")
    assert old in text
    file = tmp_path / "template.toml"
    file.write_text(text.replace(old, new), "utf-8")
    return file


def test_a_changed_blueprint_is_adopted_by_those_whom_the_law_names(there, tmp_path):
    for user, role in (("bob", "prosecutor"), ("eve", "risk_officer")):
        there.json("user", "add", user, "--role", role)
    file = changed(tmp_path)
    before = there.json("blueprint", "show")["sha256"]
    name = there.json("blueprint", "adopt", file)["proposal"]
    there.json("approve", name, "--as", "bob")

    assert before == there.json("blueprint", "show")["sha256"]
    assert "executed" == there.json("approve", name, "--as", "eve")["status"]
    shown = there.json("blueprint", "show")
    assert before != shown["sha256"]
    (days,) = (c for c in shown["clauses"] if c["clause"] == "forfeiture.appeal_days")
    assert 45 == days["values"][-1]["value"]
    assert shown["sha256"] == there.json("init", "--blueprint", file)["sha256"]
    assert there.json("rebuild", "--check")["equal"] is True


def test_a_broken_blueprint_is_not_proposed(there, tmp_path):
    before = counted(there)
    file = changed(tmp_path, 'bound = "max"', 'bound = "most"')
    no = there.refused("blueprint", "adopt", file)
    assert "blueprint_invalid" == no["code"]
    assert before == counted(there)
