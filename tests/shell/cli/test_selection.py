"""Choosing managers by the command line: a whole round on a real home, and the form with files."""
# ruff: noqa: E501  a table is as wide as what stands in it

import hashlib
import json

import psycopg
import pytest

from tests.programme.selection.rounds import CRITERIA, candidate, returns
from tests.shell.cli.conftest import database
from tests.shell.cli.shapes import problems

SCORERS = ("ann", "bob")
CHOSEN = {"candidates": ["text"], "total": "decimal"}
FAILED = {"clause": "text", "why": "text"}
ROUNDS = {
    "search": "text",
    "manager_kind": "hedge_fund|venture_fund",
    "opened_on": "date",
    "mandate": "text",
    "status": "entering|scoring|opened|decided",
    "candidates": "count",
    "standing": "count",
    "chosen": ["text"],
}
ROUND = {
    "search": "text",
    "manager_kind": "hedge_fund|venture_fund",
    "opened_on": "date",
    "mandate": "text",
    "status": "entering|scoring|opened|decided",
    "scorers": [
        {
            "scorer": "text",
            "declared": "bool",
            "conflicts": ["text"],
            "scored": "count",
            "due": "count",
        }
    ],
    "candidates": [
        {
            "candidate": "text",
            "name": "text",
            "entered_on": "date",
            "strategy": "text",
            "custodian": "text",
            "administrator": "text",
            "domicile": "text",
            "assets": "decimal",
            "months_of_returns": "count",
            "returns_sha256": "text",
            "eligible": "bool",
            "failed": [FAILED],
            "withdrawn": "text|null",
            "answered": {},
            "documents": [{"title": "text", "sha256": "text"}],
            "references": "count",
            "scored_by": "count",
            "means": {},
            "total": "decimal|null",
            "admitted_as": "text|null",
        }
    ],
    "chosen": ["text"],
}
RULE = {
    "rule": "text",
    "bound": "decimal",
    "without": "decimal",
    "cost": "decimal",
    "binds": "bool",
}
PROOF = {"optimal": "bool", "gap": "decimal", "solver": "text"}
DECISION = {
    "search": "text",
    "manager_kind": "hedge_fund|venture_fund",
    "mandate": "text",
    "opened_on": "date",
    "decided_on": "date",
    "decision_ref": "text",
    "blueprint_sha256": "text",
    "law": [{"clause": "text", "value": "text", "basis": "text"}],
    "weights": {},
    "scale": {"lowest": "decimal", "highest": "decimal"},
    "scorers": "count",
    "excused": "count",
    "conflicts": [{"scorer": "text", "candidate": "text"}],
    "candidates": [
        {
            "candidate": "text",
            "strategy": "text",
            "domicile": "text",
            "custodian": "text",
            "administrator": "text",
            "months_of_returns": "count",
            "returns_sha256": "text",
            "documents": ["text"],
            "questions": {},
            "references": "count",
            "failed": [{"clause": "text"}],
            "withdrawn": "bool",
            "chosen": "bool",
        }
    ],
    "rules": {
        "at_least": "decimal",
        "at_most": "decimal",
        "set": [{**RULE, "clause": "text"}],
        "kept_apart": [{"pair": ["text"], "correlation": "decimal|null", "months": "decimal"}],
    },
    "chosen": CHOSEN,
    "runner_ups": [CHOSEN],
    "proof": PROOF,
    "sha256": "text",
}
CHOICE = {
    "chosen": CHOSEN,
    "runner_ups": [CHOSEN],
    "candidates": "count",
    "at_least": "count",
    "at_most": "count",
    "rules": [RULE],
    "kept_apart": [{"pair": ["text"], "correlation": "decimal|null", "months": "count"}],
    "proof": PROOF,
}


def enter(line, folder, number, **changes):
    """Enter a candidate from its files."""
    fields = candidate(number, **changes)
    fields.pop("search")
    series = fields.pop("returns")
    (folder / "c.json").write_text(json.dumps(fields), "utf-8")
    rows = "".join(f"{month},{value}\n" for month, value in series)
    (folder / "r.csv").write_text("month,return\n" + rows, "utf-8")
    (folder / "memo.pdf").write_bytes(b"a memorandum")
    options = ("--file", folder / "c.json", "--returns", folder / "r.csv")
    return line.json(
        "programme",
        "candidates",
        "add",
        "hedge-2026",
        *options,
        "--document",
        folder / "memo.pdf",
    )["done"]


def card(line, user, label, value):
    scores = [f"{name}={value}" for name in CRITERIA]
    return line.json(
        *("programme", "candidates", "score", "hedge-2026", label, *scores),
        *("--on", "2026-06-01", "--as", user),
    )["done"]


@pytest.fixture(scope="module")
def entered(copies, untouched, tmp_path_factory):
    """A round of three candidates, of whom the last is not eligible; conflicts are declared."""
    line, folder = copies(database(untouched)), tmp_path_factory.mktemp("files")
    for user in SCORERS:
        line.json("user", "add", user, "--role", "investment_committee")
    line.json(
        *("programme", "candidates", "open", "hedge-2026", "--kind", "hedge_fund"),
        *("--on", "2026-05-01", "--mandate", "market-neutral", "--scorer", "ann"),
        *("--scorer", "bob"),
    )
    told = [enter(line, folder, n) for n in (1, 2)]
    told.append(enter(line, folder, 3, standing={"licence": None}))
    for user in SCORERS:
        line.json(
            *("programme", "candidates", "conflicts", "hedge-2026"),
            *("--on", "2026-06-01", "--as", user),
        )
    return line, told


@pytest.fixture(scope="module")
def decided(copies, entered):
    line = copies(database(entered[0]))
    for user in SCORERS:
        for label, value in (("C01", 6), ("C02", 8)):
            card(line, user, label, value)
    done = line.json(
        *("programme", "select", "hedge-2026", "--on", "2026-06-02", "--decision-ref", "M 4"),
        *("--at-most", "1"),
    )
    return line, done["done"]


def test_whoever_is_entered_is_told_a_label_and_what_it_fails(entered):
    _, told = entered

    assert ["C01", "C02", "C03"] == [each["candidates"][0]["candidate"] for each in told]
    assert [True, True, False] == [each["candidates"][0]["eligible"] for each in told]
    (failed,) = told[2]["candidates"][0]["failed"]
    assert "programme.eligibility.licence" == failed["clause"]


def test_documents_are_kept_by_their_digest(entered):
    line, _ = entered
    (first, *_) = line.json("programme", "candidates", "list", "hedge-2026")["candidates"]

    assert [{"title": "memo.pdf", "sha256": hashlib.sha256(b"a memorandum").hexdigest()}] == first[
        "documents"
    ]


def test_nobody_reads_a_score_before_the_last_is_in(copies, entered):
    line = copies(database(entered[0]))
    for user, label in (("ann", "C01"), ("ann", "C02"), ("bob", "C01")):
        card(line, user, label, 9)
    found = line.json("programme", "candidates", "list", "hedge-2026")

    assert "scoring" == found["status"]
    assert [None] * 3 == [each["total"] for each in found["candidates"]]
    assert [None] * 3 == [each["means"] for each in found["candidates"]]
    no = line.refused(
        *("programme", "select", "hedge-2026", "--on", "2026-06-02", "--decision-ref", "M")
    )
    assert ("not_all_scored", "bob (1)") == (no["code"], no["facts"]["missing"])
    with psycopg.connect(line.environment["DATABASE_URL"]) as connection:
        leaves = connection.execute(
            "SELECT convert_from(leaf, 'UTF8')::jsonb->'body'->'scores' FROM books.event "
            "WHERE kind = 'candidate_scored'"
        ).fetchall()
    assert [{"sha256"}] * 3 == [set(each) for (each,) in leaves]

    assert ["candidate_scored", "scorecard_opened"] == [
        each["kind"] for each in card(line, "bob", "C02", 9)["events"]
    ]
    opened = line.json("programme", "candidates", "list", "hedge-2026")
    assert ["9.0000", "9.0000", None] == [each["total"] for each in opened["candidates"]]


def test_the_best_is_chosen_and_the_record_is_its_own_proof(decided):
    line, done = decided
    found = line.json("programme", "decision", "hedge-2026")

    assert ["C02"] == done["chosen"]
    assert {"candidates": ["C02"], "total": "8.0000"} == found["chosen"]
    assert [{"candidates": ["C01"], "total": "6.0000"}] == found["runner_ups"]
    given = {name: value for name, value in found.items() if name != "sha256"}
    text = json.dumps(given, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert hashlib.sha256(text.encode()).hexdigest() == found["sha256"]
    assert not [name for name in (*SCORERS, "Fund 1", "Custodian 1", "Auditor A") if name in text]


def test_what_is_printed_keeps_its_shape(decided):
    line, _ = decided
    rounds = line.json("programme", "candidates", "list")
    found = line.json("programme", "candidates", "list", "hedge-2026")

    assert [] == problems(rounds, {"searches": [ROUNDS]})
    assert [] == problems(found, {**ROUND, "candidates": []})
    assert [] == [
        p for each in found["candidates"][:2] for p in problems(each, ROUND["candidates"][0])
    ]
    assert [] == problems(line.json("programme", "decision", "hedge-2026"), DECISION)


def test_who_was_chosen_can_be_admitted_by_what_was_decided(decided, copies):
    line = copies(database(decided[0]))
    line.json("user", "add", "cyn", "--role", "risk_officer")
    fields = {
        "manager": "HF-1",
        "manager_kind": "hedge_fund",
        "name": "Fund 2",
        "currency": "USD",
        "admitted_on": "2026-06-10",
        "decision_ref": "M 5",
        "search": "hedge-2026",
        "candidate": "C02",
    }
    proposal = line.json("propose", "admit_manager", "--json-file", "-", stdin=json.dumps(fields))[
        "proposal"
    ]
    for user in ("ann", "cyn"):
        line.json("approve", proposal, "--as", user)
    found = line.json("programme", "candidates", "list", "hedge-2026")

    assert "HF-1" == found["candidates"][1]["admitted_as"]
    assert line.json("rebuild", "--check")["equal"]


def test_what_a_person_reads(decided):
    line, _ = decided
    round_ = line("programme", "candidates", "list", "hedge-2026").out
    record = line("programme", "decision", "hedge-2026").out

    assert "its manager holds no licence (programme.eligibility.licence)" in round_
    assert "chosen" in round_
    assert "Chosen: C02   total 8.0000" in record
    assert "SHA-256 of this record: " in record
    assert "decided" in line("programme", "candidates", "list").out
    assert "Who holds the keys" in line("programme", "candidates", "questions").out


# fmt: off
REFUSED = [
    (("decision", "other"),                                                          "no_search"),
    (("candidates", "list", "other"),                                                "no_search"),
    (("decision", "hedge-2026"),                                                     "not_decided"),
    (("candidates", "open", "x", "--kind", "fund", "--on", "2026-01-01", "--mandate", "m", "--scorer", "ann"), "bad_command"),
    (("candidates", "withdraw", "hedge-2026", "C09", "--on", "2026-06-01", "--reason", "r"), "no_candidate"),
]
# fmt: on


@pytest.mark.parametrize(("words", "code"), REFUSED)
def test_what_is_refused(entered, words, code):
    assert code == entered[0].refused("programme", *words)["code"]


# from files

TABLE = """candidate,score,strategy,custodian,administrator,domicile
A,9.1,arbitrage,X,P,KY
B,8.9,arbitrage,X,P,KY
C,8.5,arbitrage,Y,Q,LU
D,7.7,trend,Y,Q,LU
"""


@pytest.fixture
def files(tmp_path, untouched):
    (tmp_path / "c.csv").write_text(TABLE, "utf-8")
    (tmp_path / "r.json").write_text('{"at_most": 2, "strategy": 1, "correlation": "0.9"}', "utf-8")
    months = [month for month, _ in returns(1)]
    columns = {name: dict(returns(n)) for n, name in enumerate("ABCD", start=1)}
    rows = [",".join([month, *(columns[name][month] for name in "ABCD")]) for month in months]
    (tmp_path / "x.csv").write_text("\n".join(["date,A,B,C,D", *rows]) + "\n", "utf-8")

    def choose(*more):
        return untouched(
            *("programme", "select", "--candidates", tmp_path / "c.csv"),
            *("--rules", tmp_path / "r.json", *more, "--json"),
        )

    return tmp_path, choose


def test_a_choice_from_files_needs_no_database(files):
    folder, choose = files
    found = choose("--returns", folder / "x.csv").json

    assert [] == problems(found, CHOICE)
    assert {"candidates": ["A", "D"], "total": "16.8000"} == found["chosen"]
    assert ["strategy", "correlation"] == [each["rule"] for each in found["rules"]]
    assert {"rule": "strategy", "cost": "1.2000"}.items() <= found["rules"][0].items()


def test_without_returns_nobody_is_shown_to_move_apart(files):
    _, choose = files
    found = choose().json

    assert ["A"] == found["chosen"]["candidates"]
    assert 6 == len(found["kept_apart"])


def test_the_solver_prints_nothing_of_its_own(files, untouched):
    folder, _ = files
    told = untouched.apart(
        *("programme", "select", "--candidates", folder / "c.csv"),
        *("--rules", folder / "r.json", "--json"),
    )

    assert ("{", "") == (told.out[0], told.err)
    assert told.json["proof"]["optimal"]


# fmt: off
BAD = [
    # file      instead of        stands             what is found
    ("c.csv",   "A,9.1",          "A,-1",            (2, "score", "bad_score")),
    ("c.csv",   "A,9.1",          "A,9.12345",       (2, "score", "bad_score")),
    ("c.csv",   "B,8.9",          "A,8.9",           (3, "candidate", "duplicate_candidate")),
    ("c.csv",   "A,9.1,arbitrage", "A,9.1,",         (2, "strategy", "missing_value")),
    ("c.csv",   "score,strategy", "score,tactics",   (1, "strategy", "missing_column")),
    ("x.csv",   "2022-02",        "2022-13",         (3, "date", "bad_date")),
    ("x.csv",   "2022-02",        "2022-01-31",      (3, "date", "duplicate_date")),
]
# fmt: on


@pytest.mark.parametrize(("name", "old", "new", "finding"), BAD)
def test_a_bad_file_is_refused_by_its_line(files, name, old, new, finding):
    folder, choose = files
    file = folder / name
    file.write_text(file.read_text("utf-8").replace(old, new, 1), "utf-8")

    assert finding in choose("--returns", folder / "x.csv").findings


@pytest.mark.parametrize(
    ("rules", "code"),
    [
        ("{}", "bad_command"),
        ('{"at_most": 2, "charm": 1}', "bad_command"),
        ("[1]", "bad_json"),
        ("{", "bad_json"),
        ('{"at_most": 2, "at_least": 2, "strategy": 1, "domicile": 0}', "no_feasible_set"),
    ],
)
def test_rules_that_are_none_are_refused(files, rules, code):
    folder, choose = files
    (folder / "r.json").write_text(rules, "utf-8")

    assert code == choose().refused["code"]


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("hedge-2026",),
        ("hedge-2026", "--candidates", "c.csv", "--rules", "r.json"),
        ("--candidates", "c.csv"),
    ],
)
def test_wrong_usage_has_a_status_of_its_own(untouched, words):
    assert 2 == untouched("programme", "select", *words, "--json").status
