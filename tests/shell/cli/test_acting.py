"""Acting from a terminal: in whose name, once, and with the approvals that the law wants."""

import json
from itertools import count

import pytest

from tests.shell.cli.conftest import SALES, counted, database
from tests.shell.cli.line import ROOT

_numbers = count(1)

OFFICES = {"ann": "registrar", "bob": "prosecutor", "fay": "auditor", "eve": "risk_officer"}


@pytest.fixture(scope="module")
def staffed(copies, untouched):
    """A home with people in office. Its tests share it, and have a case of their own each."""
    line = copies(database(untouched))
    for user, role in OFFICES.items():
        appointed = line.json("user", "add", user, "--role", role)
        assert (user, [role]) == (appointed["user"], appointed["roles"])
    return line


@pytest.fixture
def case():
    return f"C-{next(_numbers)}"


def seizure(case, **more):
    fields = {"case": case, "holding": "1", "asset": "BTC", "quantity": "10"}
    return {**fields, "seized_on": "2025-03-03", "authority": "AFM", **more}


def back(case, **more):
    fields = {"case": case, "holding": "1", "asset": "BTC", "quantity": "4"}
    return json.dumps({**fields, "released_on": "2025-04-01", "order_ref": "R-1", **more})


@pytest.fixture
def seized(staffed, case):
    """Ten BTC of a case."""
    staffed.run("seize", **seizure(case))
    return case


def propose(line, case):
    words = ("propose", "release_holding", "--json-file", "-", "--as", "ann")
    return line.json(*words, stdin=back(case))["proposal"]


def held(line, case):
    found = line.json("ledger", "balances", "--account", f"{case}/1/claimants")["balances"]
    return [each["quantity"] for each in found]


def waiting(line):
    return [each["proposal"] for each in line.json("proposals")["proposals"]]


def test_what_others_must_approve(staffed, seized):
    name = propose(staffed, seized)
    assert ["10"] == held(staffed, seized)
    assert name in waiting(staffed)

    assert "own_proposal" == staffed.refused("approve", name, "--as", "ann")["code"]
    assert "not_your_role" == staffed.refused("approve", name, "--as", "fay")["code"]
    done = staffed.json("approve", name, "--as", "bob")

    assert ("executed", ["bob"]) == (done["status"], done["approved_by"])
    assert ["seizure_lifted"] == [each["kind"] for each in done["done"]["events"]]
    assert ["6"] == held(staffed, seized)
    assert name not in waiting(staffed)
    assert staffed.json("rebuild", "--check")["equal"] is True


def test_what_others_must_approve_is_not_run(staffed, seized):
    words = ("run", "release_holding", "--json-file", "-")
    no = staffed.refused(*words, stdin=back(seized))
    assert ("needs_approval", "approvals.release_holding") == (no["code"], no["law"])


def test_a_proposal_that_is_rejected(staffed, seized):
    name = propose(staffed, seized)
    no = staffed.json("reject", name, "--reason", "not yet", "--as", "bob")
    assert ("rejected", "not yet") == (no["status"], no["reason"])
    assert "proposal_closed" == staffed.refused("approve", name, "--as", "bob")["code"]


@pytest.mark.parametrize("user", ["nobody", "Ann", ""])
def test_who_holds_no_role_writes_nothing(staffed, seized, user, tmp_path):
    prices = tmp_path / "btc_usd.csv"
    prices.write_text("date,open,high,low,close\n2026-01-01,1,1,1,1\n")
    venues = ROOT / "data" / "demo" / "kazakhstan" / "venues.csv"
    body = json.dumps(seizure(seized, holding="2"))
    before = counted(staffed)
    for words in (
        ("run", "seize", "--json-file", "-"),
        ("propose", "release_holding", "--json-file", "-"),
        ("import", "register", SALES),
        ("import", "prices", prices),
        ("import", "venues", venues),
        ("user", "add", "gus", "--role", "auditor"),
        ("blueprint", "adopt", "kazakhstan"),
    ):
        stdin = back(seized) if words[0] == "propose" else body
        no = staffed.refused(*words, "--as", user, stdin=stdin)
        assert ("not_appointed", "role") == (no["code"], no["law"]), words
    assert before == counted(staffed)


def test_a_role_that_the_blueprint_does_not_know(staffed):
    assert "unknown_role" == staffed.refused("user", "add", "ann", "--role", "king")["code"]


def test_a_user_of_an_impossible_name(staffed):
    assert "bad_command" == staffed.refused("user", "add", "A B", "--role", "auditor")["code"]


def test_the_same_key_acts_once(staffed, case):
    words = ("run", "seize", "--json-file", "-", "--key", f"mine:{case}")
    first = staffed.json(*words, stdin=json.dumps(seizure(case)))["done"]
    again = staffed.json(*words, stdin=json.dumps(seizure(case)))["done"]

    assert (False, True) == (first["repeated"], again["repeated"])
    assert first["events"] == again["events"]
    other = json.dumps(seizure(case, quantity="11"))
    assert "key_reused" == staffed.refused(*words, stdin=other)["code"]
    assert ["10"] == held(staffed, case)


def test_the_same_key_imports_once(staffed):
    words = ("import", "register", SALES, "--key", "mine")
    assert staffed.json(*words) == staffed.json(*words)
    assert "key_reused" == staffed.refused("import", "venues", SALES, "--key", "mine")["code"]


BAD_BODIES = [
    ("", "bad_command"),
    ("[1]", "bad_command"),
    ("{", "bad_command"),
    ("{}", "bad_command"),
    ("NaN", "bad_command"),
    (b"\xff\xfe", "bad_command"),
    (json.dumps(seizure("C-0", colour="red")), "bad_command"),
    (json.dumps(seizure("C-0", quantity=10)), "bad_command"),
    (json.dumps(seizure("C-0", authority="A\0B")), "bad_command"),
    (json.dumps(seizure("C-0", note="A\0B")), "bad_command"),
    (json.dumps(seizure("C-0", authority="A\nB")), "bad_command"),
    (json.dumps(seizure("C" * 121)), "bad_command"),
    (json.dumps(seizure("C-0", seized_on="2025-02-30")), "bad_command"),
    (json.dumps(seizure("C-0", seized_on="2125-03-03")), "date_in_future"),
    (json.dumps(seizure("C-0", quantity="1e40")), "bad_quantity"),
    (json.dumps(seizure("C-0", quantity="NaN")), "bad_quantity"),
    (json.dumps(seizure("C-0", quantity="-1")), "bad_quantity"),
    (json.dumps(seizure("C-0", quantity="0.123456789")), "wrong_scale"),
    (json.dumps(seizure("C-0", asset="DOGE")), "unknown_asset"),
    (json.dumps(seizure("C-0", custodian="Nobody")), "unknown_custodian"),
    (json.dumps(seizure("C-0", address="1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN3")), "bad_address"),
]


def test_bodies_that_are_no_command(untouched):
    before = counted(untouched)
    for body, code in BAD_BODIES:
        answer = untouched("run", "seize", "--json-file", "-", "--json", stdin=body)
        assert code == answer.refused["code"], body
    assert before == counted(untouched)


def test_a_body_that_cannot_be_read(untouched, tmp_path):
    for file in (tmp_path, tmp_path / "nowhere.json"):
        assert "unreadable" == untouched.refused("run", "seize", "--json-file", file)["code"]


@pytest.mark.parametrize("kind", ["seizure", "approve", "import_history", "adopt_blueprint"])
def test_kinds_that_nobody_runs(untouched, kind):
    code = untouched.refused("run", kind, "--json-file", "-", stdin="{}")["code"]
    assert code == ("unknown_command" if kind == "seizure" else "not_by_hand")


# ── A change of law ─────────────────────────────────────────────────────────────────────────────


def changed(tmp_path, old="value = 30", new="value = 45"):
    text = (ROOT / "blueprints" / "template.toml").read_text("utf-8")
    assert old in text
    file = tmp_path / "template.toml"
    file.write_text(text.replace(old, new), "utf-8")
    return file


def test_a_changed_blueprint_is_adopted_by_those_whom_the_law_names(there, tmp_path):
    for user in ("bob", "eve"):
        there.json("user", "add", user, "--role", OFFICES[user])
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


def test_a_broken_blueprint_is_not_proposed(untouched, tmp_path):
    before = counted(untouched)
    file = changed(tmp_path, 'bound = "max"', 'bound = "most"')
    no = untouched.refused("blueprint", "adopt", file)
    assert "blueprint_invalid" == no["code"]
    assert before == counted(untouched)
