"""What each command prints with --json: these keys stay, with these kinds of values."""

import json

import pytest

from tests.shell.cli.conftest import SALES
from tests.shell.cli.shapes import problems

FINDING = {"line": "count", "column": "text", "code": "text", "message": "text"}
IMPORT = {
    "file": "text",
    "rows": "count",
    "accepted": "count",
    "already_known": "count",
    "findings": [FINDING],
}
REFUSED = {
    "refused": {"code": "text", "message": "text", "facts": {}, "law": "text|null"},
}
BALANCE = {
    "account": "text",
    "book": "text",
    "side": "location|title",
    "class": "text",
    "asset": "text",
    "quantity": "decimal",
}
EVENT = {"stream": "text", "version": "count", "kind": "text", "on": "date"}
DONE = {"done": {"key": "text", "kind": "text", "events": [EVENT], "repeated": "bool"}}
PROPOSAL = {"proposal": "text", "status": "text", "needs": "count", "kind": "text", "by": "text"}
STATEMENT = {
    "as_of": "date",
    "known_at": "instant|null",
    "jurisdiction": "text",
    "currency": "text",
    "total": "decimal|null",
    "classes": [
        {
            "class": "text",
            "value": "decimal|null",
            "share": "decimal|null",
            "holdings": [
                {
                    "asset": "text",
                    "location": "text",
                    "quantity": "decimal",
                    "price": "decimal|null",
                    "price_date": "date|null",
                    "value": "decimal|null",
                    "entries": "count",
                }
            ],
        }
    ],
    "custody": [
        {
            "case": "text",
            "holding": "text",
            "asset": "text",
            "quantity": "decimal",
            "title": "claimants|beneficiaries|state",
            "control": "restrained|device|custody|vault|bank|fund|pending|receivable|shortfall",
            "value": "decimal|null",
        }
    ],
    "proceeds": [{"currency": "text", "amount": "decimal", "title": "text"}],
    "flows": {
        "inflow": "decimal|null",
        "withdrawal": "decimal|null",
        "income": "decimal|null",
        "cost": "decimal|null",
        "return": "decimal|null",
        "currency_effect": "decimal|null",
    },
    "obligations": [
        {
            "kind": "issued_call|award|invoice|unfunded",
            "to": "text",
            "currency": "text",
            "amount": "decimal",
        }
    ],
    "receivables": [],
    "shortfalls": [],
    "budget": [],
    "enforcement": {
        "venues_shut": "count",
        "venues_volume_usd": "decimal",
        "seized_value": "decimal|null",
        "forfeited_value": "decimal|null",
        "to_reserve_value": "decimal|null",
    },
    "limits": [
        {
            "limit": "text",
            "actual": "decimal|null",
            "bound": "decimal",
            "status": "green|amber|red",
        }
    ],
    "estimates": [{}],
}
CASE = {
    "case": "text",
    "version": "count",
    "holdings": [{"holding": "text", "asset": "text", "seized_on": "date", "balances": [BALANCE]}],
    "orders": [
        {
            "order": "text",
            "final_on": "date|null",
            "scope": [{"holding": "text", "asset": "text", "quantity": "decimal"}],
            "now": [{"holding": "text", "asset": "text", "quantity": "decimal"}],
        }
    ],
    "awards": [{"award": "text", "awarded_on": "date", "owed": [{}]}],
    "events": [
        {
            "event": "count",
            "version": "count",
            "kind": "text",
            "on": "date",
            "recorded_at": "instant",
            "facts": {},
        }
    ],
}
ENTRY = {
    "entry": "text",
    "kind": "text",
    "value_date": "date",
    "recorded_at": "instant",
    "flow": "text",
    "value": "decimal|null",
    "currency": "text|null",
    "price_source": "text|null",
    "event": {"stream": "text", "version": "count", "kind": "text"},
    "postings": [
        {
            "asset": "text",
            "quantity": "decimal",
            "debit": "text",
            "credit": "text",
            "authority": "text|null",
        }
    ],
}
BLUEPRINT = {
    "name": "text",
    "sha256": "text",
    "on": "date|null",
    "first": "date",
    "change_dates": ["date"],
    "jurisdiction": {"code": "text", "name": "text", "currency": "text"},
    "custodians": [{"name": "text", "title": "text", "holds": ["text"]}],
    "roles": [{"name": "text", "title": "text"}],
    "clauses": [{"clause": "text", "means": "text", "unit": "text", "values": [{"from": "date"}]}],
}

LOOKING = [
    (("statement", "--as-of", "2025-12-17"), STATEMENT),
    (("statement", "--as-of", "2012-01-01", "--known-at", "2026-01-01"), STATEMENT),
    (("ledger", "balances"), {"balances": [BALANCE]}),
    (("ledger", "balances", "--as-of", "2014-01-01"), {"balances": [BALANCE]}),
    (("ledger", "entries", "--limit", "5"), {"entries": [ENTRY]}),
    (("case", "list"), {"cases": [{"case": "text", "holdings": "count", "seized_on": "date"}]}),
    (("case", "show", "US-01"), CASE),
    (("case", "show", "US-14"), CASE),
    (
        ("rebuild", "--check"),
        {"events": "count", "entries": "count", "equal": "bool", "differences": []},
    ),
    (("blueprint", "check", "template"), {"ok": "bool", "problems": []}),
    (("blueprint", "show"), BLUEPRINT),
    (("blueprint", "show", "kazakhstan", "--on", "2026-01-01"), BLUEPRINT),
    (("proposals",), {"proposals": []}),
    (("user", "list"), {"users": [{"user": "text", "roles": ["text"]}]}),
    (
        ("commands",),
        {
            "commands": [
                {
                    "kind": "text",
                    "room": "text",
                    "does": "text",
                    "fields": [{"name": "text", "type": "text", "required": "bool"}],
                }
            ]
        },
    ),
    (("init",), {"home": "text", "blueprint": "template", "sha256": "text"}),
]


@pytest.mark.parametrize(("words", "shape"), LOOKING, ids=lambda x: " ".join(x)[:40])
def test_what_is_looked_at(sold, words, shape):
    if words == ("init",):
        words = ("init", "--blueprint", "template")
    answer = sold(*words, "--json")

    assert (0, "") == (answer.status, answer.err)
    assert [] == problems(answer.json, shape)


def test_the_demos_statement(demo):
    """The reserve, its managers and what is owed to them: every part of a statement is filled."""
    found = demo.json("statement", "--as-of", "2026-06-30")

    assert [] == problems(found, STATEMENT)
    empty = [key for key in STATEMENT if found[key] in ([], {}, None)]
    assert ["known_at", "shortfalls"] == empty


def test_a_blueprint_with_problems(sold, tmp_path):
    file = tmp_path / "bad.toml"
    file.write_text("[jurisdiction]\nname = 5\n", "utf-8")
    answer = sold("blueprint", "check", file, "--json")

    assert 1 == answer.status
    problem = {"line": "count", "clause": "text", "message": "text"}
    assert [] == problems(answer.json, {"ok": "bool", "problems": [problem]})
    assert answer.json["ok"] is False
    assert len(answer.json["problems"]) > 1


def test_an_import_and_the_next(there):
    first = there.json("import", "register", SALES)
    again = there.json("import", "register", SALES)

    assert [] == problems(first, IMPORT) + problems(again, IMPORT)
    assert (14, 14, 0) == (first["rows"], first["accepted"], first["already_known"])
    assert (14, 0, 14) == (again["rows"], again["accepted"], again["already_known"])


@pytest.mark.parametrize("what", ["register", "prices", "venues"])
def test_a_file_that_is_refused(sold, tmp_path, what):
    file = tmp_path / "odd.csv"
    file.write_text("colour\nred\n", "utf-8")
    answer = sold("import", what, file, "--json")

    assert 1 == answer.status
    assert [] == problems(answer.json, {**IMPORT, **REFUSED})
    assert answer.json["findings"]
    assert ("odd.csv", 0) == (answer.json["file"], answer.json["accepted"])


def test_a_command_that_was_run_and_one_that_was_refused(there):
    seize = {
        "case": "C-1",
        "holding": "1",
        "asset": "BTC",
        "quantity": "1.5",
        "seized_on": "2025-03-03",
        "authority": "AFM",
    }
    done = there.run("seize", **seize)
    no = there("run", "seize", "--json-file", "-", "--json", stdin=json.dumps(seize))

    assert [] == problems(done, DONE)
    assert [] == problems(no.json, REFUSED)
    assert (1, "") == (no.status, no.err)


def test_a_proposal(there):
    fields = {
        "items": [{"asset": "USD", "quantity": "1000.00", "place": "National Bank"}],
        "appropriated_on": "2026-01-30",
        "act_ref": "Act 1",
    }
    for user, role in (("ann", "investment_committee"), ("bob", "risk_officer")):
        there.json("user", "add", user, "--role", role)
    text = json.dumps(fields)
    proposed = there.json("propose", "appropriate", "--json-file", "-", stdin=text)
    waiting = there.json("proposals")
    name = proposed["proposal"]
    one = there.json("approve", name, "--as", "ann")
    two = there.json("approve", name, "--as", "bob")

    approval = {**PROPOSAL, "approved_by": ["text"]}
    del approval["by"]
    assert [] == problems(proposed, PROPOSAL)
    listed = {"proposal": "text", "kind": "text", "by": "text", "approved_by": []}
    assert [] == problems(waiting, {"proposals": [{**listed, "proposed_at": "instant"}]})
    assert [] == problems(one, approval)
    assert [] == problems(two, {**approval, **DONE})
    assert ("open", "executed") == (one["status"], two["status"])


def test_wrong_usage_is_one_document_too(sold):
    day = ("statement", "--as-of", "2025-12-17")
    for words in (
        ("statement",),
        ("statement", "--as-of", "2025-02-30"),
        (*day, "--known-at", "yesterday"),
        (*day, "--known-at", "9999-12-31T23:59:59-14:00"),
        (*day, "--colour", "red"),
        ("ledger", "entries", "--limit", "0"),
        ("ledger", "balances", "--account", "\udcff"),
        ("rebuild",),
        ("user", "add", "ann"),
        ("stetement",),
        ("run",),
    ):
        answer = sold(*words, "--json")
        assert 2 == answer.status
        assert [] == problems(answer.json, REFUSED)
        assert "usage" == answer.json["refused"]["code"]
        assert answer.err
