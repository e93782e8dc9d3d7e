"""What each command prints with --json: these keys stay, with these kinds of values."""

import json

import pytest

from tests.shell.cli.conftest import SALES
from tests.shell.cli.line import Line
from tests.shell.cli.shapes import problems
from tests.shell.log.witness import Witness, witnessing

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
BALANCES = {
    "as_of": "date|null",
    "known_at": "instant",
    "log_position": "count|null",
    "balances": [BALANCE],
}
EVENT = {"stream": "text", "version": "count", "kind": "text", "on": "date"}
DONE = {"done": {"key": "text", "kind": "text", "events": [EVENT], "repeated": "bool"}}
PROPOSAL = {"proposal": "text", "status": "text", "needs": "count", "kind": "text", "by": "text"}
STATEMENT = {
    "as_of": "date",
    "known_at": "instant",
    "log_position": "count|null",
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

EXPLAINED = {
    "name": "text",
    "sha256": "text",
    "on": "date",
    "language": "text",
    "title": "text",
    "assumption": "text",
    "sections": [
        {
            "section": "text",
            "title": "text",
            "sentences": [{"text": "text", "clauses": ["text"], "assumption": "bool"}],
        }
    ],
    "answers": {
        "law": {"all": "count", "assumptions": "count"},
        "practice": {"all": "count", "assumptions": "count"},
    },
}
SIDE = {"name": "text", "sha256": "text", "jurisdiction": "text"}
ROW = {"clause": "text", "means": "text", "unit": "text", "same": "bool"}
DIFFERENCE = {
    "on": "date",
    "a": SIDE,
    "b": SIDE,
    "law": [ROW],
    "practice": [ROW],
    "same": "count",
    "different": "count",
}

LOOKING = [
    (("statement", "--as-of", "2025-12-17"), STATEMENT),
    (("statement", "--as-of", "2012-01-01", "--known-at", "2026-01-01"), STATEMENT),
    (("ledger", "balances"), BALANCES),
    (("ledger", "balances", "--as-of", "2014-01-01"), BALANCES),
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
    (("blueprint", "explain"), EXPLAINED),
    (("blueprint", "explain", "kazakhstan", "--lang", "kk"), EXPLAINED),
    (("blueprint", "explain", "template", "--lang", "ru", "--on", "2020-01-01"), EXPLAINED),
    (("blueprint", "diff", "template", "kazakhstan"), DIFFERENCE),
    (("blueprint", "diff", "template", "template", "--all"), DIFFERENCE),
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
    assert ["log_position", "shortfalls"] == empty


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


HEAD = {"size": "count", "root": "text"}
CHECKED = {
    "ok": "bool",
    "checked": {"leaves": "count", "entries": "count", "events": "count"},
    "problems": [{"where": "text", "what": "text"}],
}
FOLDER = {"folder": "text", "origin": "text", **HEAD}
LOG = [
    (("log", "seal"), {"sealed": "count", **HEAD}),
    (
        ("log", "checkpoint"),
        {"origin": "text", "note": "text", "key": "text", "unsealed": "count", **HEAD},
    ),
    (
        ("log", "prove", "law@1"),
        {
            "entry": "text",
            "position": "count",
            "leaf": "text",
            "path": ["text"],
            "proof": "text",
            "keys": ["text"],
        },
    ),
    (("log", "consistency", "0", "0"), {"first": HEAD, "second": HEAD, "proof": []}),
    (
        ("log", "verify"),
        {
            "ok": "bool",
            "problems": CHECKED["problems"],
            "found": "count",
            "unsealed": "count",
            **HEAD,
        },
    ),
    (("log", "export", "LOG"), FOLDER),
    (("log", "witness"), {"witnesses": ["text"], "kept": ["text"]}),
    (("log", "witness", "--ask", "0"), {"witnesses": [], "kept": [], "request": "text"}),
    (
        ("verify", "LOG"),
        {
            **CHECKED,
            "key": {"log": "text", "held": "bool"},
            "origin": "text",
            "size": "count",
            "witnesses": {},
        },
    ),
]


def test_the_log(there, tmp_path, monkeypatch):
    """One after the other: what is sealed is proven, exported and verified."""
    monkeypatch.chdir(tmp_path)
    for words, shape in LOG:
        assert [] == problems(there.json(*words), shape), words


def test_a_log_that_was_altered(there, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    there.json("log", "seal")
    there.json("log", "export", "LOG")
    (bundle,) = (tmp_path / "LOG" / "tile" / "entries").rglob("*.p/*")
    bundle.write_bytes(bundle.read_bytes().replace(b"owner", b"other", 1))
    answer = there("verify", "LOG", "--json")
    assert 1 == answer.status
    assert [] == problems(answer.json, CHECKED)
    assert answer.json["problems"]


def test_a_witness_asked_and_a_log_fetched(there, tmp_path):
    from qazyna.log.note import Verifier

    there.json("log", "seal")
    key = there.json("log", "checkpoint")["key"]
    with witnessing(Witness(Verifier.parse(key))) as witness:
        there.json("log", "witness", "--add", witness.signer.verifier)
        done = there.json("log", "witness", "--send", witness.url)
        no = there("log", "fetch", witness.url, tmp_path / "LOG", "--json")

    sent = {"url": "text", "size": "count", "old": "count"}
    assert [] == problems(done, {"witnesses": ["text"], "kept": ["text"], "sent": sent})
    assert [witness.signer.name] == done["kept"]
    assert [] == problems(no.json, REFUSED)
    assert (1, "not_served") == (no.status, no.json["refused"]["code"])


def test_an_export_and_its_sheet(sold, tmp_path):
    file = tmp_path / "books.archive"
    told = sold.json("ledger", "export", "--format", "archive", "--out", file)
    sheet = sold.json("ledger", "sheet", file)

    counts = {"entries": "count", "postings": "count", "grants": "count"}
    assert [] == problems(told, {"format": "archive", "file": "text", "bytes": "count"})
    assert [] == problems(sheet, {"balances": [BALANCE], **counts})
    assert sheet["balances"] == sold.json("ledger", "balances")["balances"]


def test_a_backup_and_its_restore(own, tmp_path):
    own.json("init", "--blueprint", "template")
    whole = own.json("verify", "--database")
    made = own.json("backup", tmp_path / "books.backup")
    key = tmp_path / "key"
    key.write_text(made["recovery_key"], encoding="utf-8")
    own.json("down")
    other = Line(tmp_path / "other")
    try:
        restored = other.json("restore", tmp_path / "books.backup", "--key", key)
    finally:
        other.json("down")

    backup = {"file": "text", "bytes": "count", "sha256": "text", "recovery_key": "text|null"}
    counts = {"events": "count", "entries": "count", "leaves": "count"}
    verified = {"ok": "bool", "root": "text", "problems": CHECKED["problems"], **counts}
    assert [] == problems(made, backup)
    assert [] == problems(restored, {"home": "text", "made_at": "instant", **verified})
    assert [] == problems(whole, {**CHECKED, "unsealed": "count"})
    assert restored["ok"]
