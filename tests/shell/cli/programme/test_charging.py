"""`qazyna programme fees`: of files without a database, and of the statements of the books."""

import csv
import json

import pytest

from tests.shell.cli.conftest import database
from tests.shell.cli.line import Line
from tests.shell.cli.programme.office import appoint, done
from tests.shell.cli.shapes import problems

MONEY = "decimal|null"
FEE = {
    "fee": "management|performance|carry",
    "from": "date",
    "to": "date",
    "basis": MONEY,
    "charged": MONEY,
    "recomputed": "decimal",
    "difference": MONEY,
    "tolerance": "decimal",
    "within": "bool|null",
    "running": "bool",
}
SHARED = {
    "date": "date",
    "kind": "text",
    "deal": "text|null",
    "amount": "decimal",
    "capital": "decimal",
    "losses": "decimal",
    "preferred": "decimal",
    "catch_up": {"investors": "decimal", "manager": "decimal"},
    "carry": {"investors": "decimal", "manager": "decimal"},
    "clawback": "decimal",
}
FINDING = {"fee": "text", "from": "date", "to": "date", "code": "text", "message": "text"}
SHAPE = {
    "manager": "text|null",
    "currency": "text|null",
    "fees": [FEE],
    "totals": {},
    "waterfall": [SHARED],
    "findings": [FINDING],
    "estimates": ["text"],
}

TERMS = {
    "currency": "USD",
    "management_fee": {"rate": "0.02", "frequency": "quarterly", "in_advance": True},
    "performance_fee": {"rate": "0.2"},
}
NAVS = "date,nav_per_unit\n2025-12-31,100.00\n2026-03-31,108.00\n2026-12-31,104.00\n"
FLOWS = "date,units\n2025-12-31,1000\n"
CHARGED = (
    "from,to,management_fee,performance_fee\n"
    "2026-01-01,2026-03-31,493.15,2000.00\n"
    "2026-04-01,2026-12-31,1627.40,-1000.00\n"
)


@pytest.fixture
def line(tmp_path):
    """A home that nothing is allowed to make."""
    yield Line(tmp_path / "home", {"DATABASE_URL": "postgresql://127.0.0.1:1/none"})
    assert not (tmp_path / "home").exists()


def asked(folder, terms=TERMS, **tables):
    words = ["programme", "fees"]
    for name, said in {"terms": terms, **tables}.items():
        path = folder / f"{name}.{'json' if name == 'terms' else 'csv'}"
        path.write_text(said if isinstance(said, str) else json.dumps(said), "utf-8")
        words += [f"--{name}", path]
    return words


def test_what_was_charged_as_the_terms_say(line, tmp_path):
    found = line.json(*asked(tmp_path, navs=NAVS, flows=FLOWS, charged=CHARGED))
    assert [] == problems(found, SHAPE)
    assert [
        ("management", "2026-03-31", "493.15", "493.15", "0.00", True),
        ("management", "2026-12-31", "1627.40", "1627.40", "0.00", True),
        ("performance", "2026-12-31", "1000.00", "1000.00", "0.00", True),
    ] == [
        (f["fee"], f["to"], f["charged"], f["recomputed"], f["difference"], f["within"])
        for f in found["fees"]
    ]
    assert {"charged": "2120.55", "recomputed": "2120.55", "difference": "0.00"} == found["totals"][
        "management"
    ]


def test_a_difference_is_a_finding_unless_it_is_tolerated(line, tmp_path):
    charged = CHARGED.replace("493.15", "500.00")
    words = asked(tmp_path, navs=NAVS, flows=FLOWS, charged=charged)
    answer = line(*words, "--json")
    assert 1 == answer.status
    (found,) = answer.json["findings"]
    assert ("management", "2026-01-01", "management_fee_differs") == (
        found["fee"],
        found["from"],
        found["code"],
    )
    assert "6.85 more" in found["message"]
    assert 0 == line(*words, "--tolerance", "0.02").status
    assert "6.85 more" in line(*words).out


def test_what_the_navs_imply_where_nobody_tells_the_charge(line, tmp_path):
    found = line.json(*asked(tmp_path, navs=NAVS))
    assert [None] * 3 == [each["charged"] for each in found["fees"]]
    assert ["1.00"] == [f["recomputed"] for f in found["fees"] if f["fee"] == "performance"]
    assert 2 == len(found["estimates"])


def test_terms_by_date(line, tmp_path):
    versions = [
        {"since": "2025-12-31", "terms": {"management_fee": {"rate": "0.01"}}},
        {"since": "2026-02-01", "terms": {"management_fee": {"rate": "0.02"}}},
    ]
    navs = "date,nav_per_unit\n2026-01-01,1000\n2026-01-31,1000\n2026-02-28,1000\n"
    found = line.json(*asked(tmp_path, versions, navs=navs))["fees"]
    assert ["0.82", "1.54"] == [each["recomputed"] for each in found]


def test_a_venture_fund_and_its_waterfall(line, tmp_path):
    terms = {
        "commitment": "1000000",
        "venture": {"preferred_return": "0.08", "carry": "0.2"},
    }
    flows = "date,kind,amount,carry\n2021-12-31,call,1000000,\n2022-12-31,distribution,2000000,{}\n"
    found = line.json(*asked(tmp_path, terms, flows=flows.format("200000")))
    assert [] == problems(found, SHAPE)
    assert ["80000.00"] == [w["preferred"] for w in found["waterfall"] if w["kind"] != "call"]
    answer = line(*asked(tmp_path, terms, flows=flows.format("200000.05")), "--json")
    assert ["carry_differs"] == [each["code"] for each in answer.json["findings"]]
    assert "differs" in line(*asked(tmp_path, terms, flows=flows.format("200000.05"))).out


DAY = "date,nav_per_unit\n2025-12-31,100\n"
VC = {"commitment": "10.00", "venture": {}}
BAD = [
    ({"terms": {"rate": "1"}, "navs": NAVS}, [(1, "rate", "bad_terms")]),
    (
        {"terms": {"performance_fee": {"rate": "20"}}, "navs": NAVS},
        [(1, "performance_fee.rate", "bad_terms")],
    ),
    ({"terms": [], "navs": NAVS}, [(1, "", "no_rows")]),
    (
        {
            "terms": [
                {"since": "2026-02-01", "terms": {}},
                {"since": "2026-01-01", "terms": {}},
            ],
            "navs": NAVS,
        },
        [(1, "since", "out_of_order")],
    ),
    ({"terms": [{"terms": {}}], "navs": NAVS}, [(1, "1", "bad_terms")]),
    (
        {"terms": {"venture": {"carry": "0.2", "catch_up": "0.1"}}, "navs": NAVS},
        [(1, "venture", "bad_terms")],
    ),
    ({"navs": "date,nav_per_unit\n"}, [(1, "", "no_rows")]),
    (
        {"navs": "date,nav\n2025-12-31,1\n"},
        [(1, "nav", "unknown_column"), (1, "nav_per_unit", "missing_column")],
    ),
    ({"navs": f"{DAY}2025-12-31,101\n"}, [(3, "date", "duplicate")]),
    ({"navs": f"{DAY}2025-11-30,101\n"}, [(3, "date", "out_of_order")]),
    ({"navs": f"{DAY}2026-01-31,0\n"}, [(3, "nav_per_unit", "bad_number")]),
    ({"navs": f"{DAY}2026-01-31,-1\n"}, [(3, "nav_per_unit", "bad_number")]),
    (
        {"navs": "date,nav_per_unit,gav_per_unit\n2025-12-31,100,99\n"},
        [(2, "gav_per_unit", "contradiction")],
    ),
    ({"navs": NAVS, "flows": "date,units\n2026-01-01,5\n"}, [(2, "date", "no_nav")]),
    ({"navs": NAVS, "flows": "date,units\n2025-12-31,-5\n"}, [(2, "units", "more_than_held")]),
    ({"navs": NAVS, "flows": "date,units\n2025-12-31,0\n"}, [(2, "units", "bad_number")]),
    ({"navs": NAVS, "flows": "date,units\n2025-12-31,x\n"}, [(2, "units", "bad_number")]),
    (
        {"navs": NAVS, "charged": "from,to,management_fee\n2026-01-01,2026-03-31,x\n"},
        [(2, "management_fee", "bad_number")],
    ),
    (
        {"navs": NAVS, "charged": "from,to\n2026-03-31,2026-01-01\n"},
        [(2, "to", "dates_out_of_order")],
    ),
    (
        {"navs": NAVS, "charged": "from,to\n2026-01-01,2026-03-31\n2026-03-31,2026-04-30\n"},
        [(3, "from", "overlap")],
    ),
    ({"terms": VC, "flows": "date,kind,amount\n2026-01-01,gift,1\n"}, [(2, "kind", "bad_value")]),
    (
        {"terms": VC, "flows": "date,kind,amount\n2026-01-01,call,1\n2026-02-01,call,10\n"},
        [(3, "kind", "above_unfunded")],
    ),
    (
        {"terms": VC, "flows": "date,kind,amount\n2026-01-01,distribution,1\n"},
        [(2, "kind", "nothing_paid_in")],
    ),
]


@pytest.mark.parametrize(("said", "expected"), BAD)
def test_files_that_are_not_sound(line, tmp_path, said, expected):
    assert expected == line(*asked(tmp_path, **said), "--json").findings


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["--manager", "HF-1", "--terms", "t.json"],
        ["--manager", "HF-1", "--navs", "n.csv"],
        ["--terms", "t.json"],
    ],
)
def test_wrong_usage(line, words):
    assert 2 == line("programme", "fees", *words, "--json").status


# ── Of the books ────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def invested(copies, untouched):
    """A home that bought ten units of HF-1 at 1,000.00, with the NAVs of two months since."""
    line = copies(database(untouched))
    appoint(line)
    money = [{"asset": "USD", "quantity": "100000"}]
    done(line, "appropriate", items=money, appropriated_on="2026-01-05", act_ref="Act")
    done(
        line,
        "admit_manager",
        manager="HF-1",
        manager_kind="hedge_fund",
        name="HF-1 (illustrative)",
        currency="USD",
        admitted_on="2026-01-06",
        terms={
            "management_fee": {"rate": "0.02", "in_advance": True},
            "performance_fee": {"rate": "0.2"},
        },
        decision_ref="D",
    )
    done(
        line,
        "subscribe",
        manager="HF-1",
        quantity="10000",
        paid_on="2026-01-10",
        dealing_on="2026-01-31",
        decision_ref="D",
    )
    for on, stated, nav in (
        ("2026-01-31", "2026-02-08", "1000.00"),
        ("2026-02-28", "2026-03-08", "1008.00"),
        ("2026-03-31", "2026-04-08", "1004.00"),
    ):
        done(
            line,
            "state_nav",
            manager="HF-1",
            valuation_on=on,
            stated_on=stated,
            nav_per_unit=nav,
            statement_ref="S",
        )
    return line


def test_nobody_told_yet_what_was_charged(invested):
    found = invested.json("programme", "fees", "--manager", "HF-1")
    assert [] == problems(found, SHAPE)
    assert ("HF-1", "USD") == (found["manager"], found["currency"])
    # 10,000 for 28 days, 10,080 for 31; 1,004 after a fifth of the gain are 1,005 before
    assert [("management", "15.34"), ("management", "17.12"), ("performance", "10.00")] == [
        (each["fee"], each["recomputed"]) for each in found["fees"]
    ]
    assert found["fees"][-1]["running"]


def test_what_statements_charged_is_held_against_the_terms(invested, copies, tmp_path):
    line = copies(database(invested))
    form = {
        "fund": "HF-1",
        "currency": "USD",
        "period_from": "2026-02-01",
        "period_to": "2026-02-28",
        "opening_units": "10",
        "opening_value": "10000.00",
        "gross_result": "125.34",
        "management_fee": "15.34",
        "performance_fee": "30.00",
        "fees_total": "45.34",
        "closing_units": "10",
        "nav_per_unit": "1008.00",
        "closing_value": "10080.00",
    }
    received(line, tmp_path, form)
    found = line.json("programme", "fees", "--manager", "HF-1")
    assert [("15.34", True), (None, None), (None, None)] == [
        (each["charged"], each["within"]) for each in found["fees"]
    ]
    assert "not told" in line("programme", "fees", "--manager", "HF-1").out


def test_a_manager_that_is_not_there(untouched):
    assert "no_manager" == untouched.refused("programme", "fees", "--manager", "HF-9")["code"]


@pytest.fixture(scope="module")
def promised(copies, untouched):
    """A home with a venture fund: 40,000 of 100,000 called, and a quarter's statement on them."""
    line = copies(database(untouched))
    appoint(line)
    money = [{"asset": "USD", "quantity": "90000"}]
    done(line, "appropriate", items=money, appropriated_on="2026-01-05", act_ref="Act")
    venture = {"preferred_return": "0.08", "carry": "0.2"}
    fee = {"rate": "0.02", "basis": "committed", "frequency": "quarterly"}
    done(
        line,
        "admit_manager",
        manager="VF-1",
        manager_kind="venture_fund",
        name="VF-1 (illustrative)",
        currency="USD",
        admitted_on="2026-01-06",
        terms={"management_fee": fee, "venture": venture},
        decision_ref="D",
    )
    done(
        line,
        "commit_capital",
        manager="VF-1",
        quantity="100000",
        committed_on="2026-01-07",
        decision_ref="D",
    )
    done(line, "pay_call", manager="VF-1", quantity="40000", paid_on="2026-01-10", call_ref="C")
    return line


def test_a_venture_fund_of_the_books(promised, tmp_path):
    """2 % of 100,000 for 90 days are 493.15. With 1,600.00 of carry charged the 47,900.00 were
    49,500.00 before it: a profit of 9,500.00, and a fifth of it is 1,900.00."""
    form = {
        "fund": "VF-1",
        "currency": "USD",
        "period_from": "2026-01-01",
        "period_to": "2026-03-31",
        "opening_value": "0.00",
        "calls": "40000.00",
        "gross_result": "9993.15",
        "management_fee": "493.15",
        "performance_fee": "1600.00",
        "fees_total": "2093.15",
        "closing_value": "47900.00",
    }
    received(promised, tmp_path, form)
    answer = promised("programme", "fees", "--manager", "VF-1", "--json")
    assert 1 == answer.status
    assert [] == problems(answer.json, SHAPE)
    assert [
        ("carry", "1600.00", "1900.00", False),
        ("management", "493.15", "493.15", True),
    ] == [(f["fee"], f["charged"], f["recomputed"], f["within"]) for f in answer.json["fees"]]


def received(line, folder, form):
    path = folder / "statement.csv"
    rows = [("item", "name", "value"), *((item, "", value) for item, value in form.items())]
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    words = ("programme", "statement", "import", path, "--manager", form["fund"])
    return line.json(*words, "--received-on", "2026-05-10")
