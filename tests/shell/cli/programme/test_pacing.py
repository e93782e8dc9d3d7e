"""`qazyna programme pacing`: of a file without a database, and of the commitments of the books."""

import json

import pytest

from tests.shell.cli.conftest import database
from tests.shell.cli.line import Line
from tests.shell.cli.programme.office import appoint, done
from tests.shell.cli.shapes import problems

ROW = {"id": "VF-1", "commitment": "1000000.00", "started_on": "2026-04-01", "currency": "USD"}
PERIOD = {
    "period": "text",
    "until": "date",
    "call": "decimal",
    "distribution": "decimal",
    "net": "decimal",
    "nav": "decimal",
    "unfunded": "decimal",
}
SHAPE = {
    "as_of": "date",
    "period": "quarter|year",
    "commitments": [
        {
            "id": "text",
            "currency": "text",
            "commitment": "decimal",
            "called": "decimal",
            "distributed": "decimal",
            "recallable": "decimal",
            "unfunded": "decimal",
            "nav": "decimal",
            "assumptions": {
                "life_years": "count",
                "contribution_rates": ["decimal"],
                "growth": "decimal",
                "bow": "decimal",
                "yield": "decimal",
                "recallable_share": "decimal",
            },
            "periods": [{**PERIOD, "recallable": "decimal"}],
            "totals": {"call": "decimal", "distribution": "decimal", "growth": "decimal"},
        }
    ],
    "sum": [
        {
            "currency": "text",
            "commitment": "decimal",
            "unfunded": "decimal",
            "liquid": "decimal|null",
            "over_commitment": "decimal|null",
            "unfunded_to_liquid": "decimal|null",
            "peak_need": "decimal",
            "peak_until": "date|null",
            "short_from": "date|null",
            "periods": [{**PERIOD, "need": "decimal", "liquid_left": "decimal|null"}],
        }
    ],
    "estimates": ["text"],
}
CALIBRATION = {
    "target_irr": "decimal|null",
    "target_tvpi": "decimal",
    "irr": "decimal",
    "tvpi": "decimal",
    "attainable": {"least": "decimal", "most": "decimal"},
    "met": "bool",
    "why": "text|null",
}


@pytest.fixture
def line(tmp_path):
    """A home that nothing is allowed to make."""
    yield Line(tmp_path / "home", {"DATABASE_URL": "postgresql://127.0.0.1:1/none"})
    assert not (tmp_path / "home").exists()


def asked(folder, rows, *more):
    path = folder / "commitments.json"
    path.write_text(rows if isinstance(rows, str) else json.dumps(rows), "utf-8")
    return ("programme", "pacing", "--commitments", path, "--as-of", "2026-06-30", *more)


def test_a_file_of_commitments(line, tmp_path):
    rows = [{**ROW, "target_irr": "0.15", "target_tvpi": "2"}, {**ROW, "id": "VF-2", "bow": "3"}]
    found = line.json(*asked(tmp_path, rows, "--liquid", "500000"))
    assert [] == problems(found, SHAPE)
    first, second = found["commitments"]
    assert [] == problems(first["calibration"], CALIBRATION)
    assert (True, "0.15", "2") == (
        first["calibration"]["met"],
        first["calibration"]["irr"],
        first["calibration"]["tvpi"],
    )
    assert second["calibration"] is None
    assert "2026-Q3" == first["periods"][0]["period"]
    assert ("500000.00", "1500000.00") == (
        found["sum"][0]["liquid"],
        found["sum"][0]["over_commitment"],
    )
    assert any(each.startswith("VF-2: growth") for each in found["estimates"])


def test_years_instead_of_quarters(line, tmp_path):
    found = line.json(*asked(tmp_path, [ROW], "--yearly"))
    assert ["2026", "2027"] == [each["period"] for each in found["sum"][0]["periods"][:2]]


def test_what_is_found_for_the_multiple_at_a_bow_is_the_growth(line, tmp_path):
    rows = [{**ROW, "bow": "2.5", "target_tvpi": "1.8", "contribution_rates": ["0.5", "1"]}]
    (found,) = line.json(*asked(tmp_path, rows))["commitments"]
    assert found["calibration"]["met"]
    assert ["0.5", "1"] == found["assumptions"]["contribution_rates"]


def test_a_table_for_people_says_when_money_runs_out(line, tmp_path):
    answer = line(*asked(tmp_path, [ROW], "--liquid", "100000"))
    assert 0 == answer.status
    assert "they do not suffice from 2026-12-31 on" in answer.out


BAD = [
    ([], [(1, "", "no_rows")]),
    ([{**ROW, "commitment": "0"}], [(1, "commitment", "bad_number")]),
    ([{**ROW, "commitment": "-1"}], [(1, "commitment", "bad_number")]),
    ([{**ROW, "id": ""}], [(1, "id", "missing")]),
    ([{**ROW, "started_on": "1.4.2026"}], [(1, "started_on", "bad_date")]),
    ([{**ROW, "called": "1000000.01"}], [(1, "called", "above_commitment")]),
    ([{**ROW, "called": "5", "recallable": "5"}], [(1, "recallable", "contradiction")]),
    ([{**ROW, "life_years": "0"}], [(1, "life_years", "bad_number")]),
    ([{**ROW, "life_years": "10.5"}], [(1, "life_years", "bad_number")]),
    ([{**ROW, "life_years": "5", "calls_years": "6"}], [(1, "calls_years", "contradiction")]),
    ([{**ROW, "contribution_rates": "0.5 1.5"}], [(1, "contribution_rates", "bad_number")]),
    ([{**ROW, "contribution_rates": "half"}], [(1, "contribution_rates", "bad_number")]),
    ([{**ROW, "growth": "13"}], [(1, "growth", "bad_number")]),
    ([{**ROW, "growth": "0.1", "target_irr": "0.1"}], [(1, "growth", "contradiction")]),
    (
        [{**ROW, "growth": "0.1", "bow": "2", "target_tvpi": "2"}],
        [(1, "bow", "contradiction")],
    ),
    ([{**ROW, "moic": "2"}], [(1, "moic", "unknown_column")]),
    ([{"id": "A", "commitment": "1"}], [(1, "started_on", "missing_column")]),
    (
        [{**ROW, "started_on": "2027-01-01", "called": "1"}],
        [(1, "started_on", "dates_out_of_order")],
    ),
    (f"[{json.dumps(ROW)},\n{json.dumps(ROW)}]", [(2, "id", "duplicate")]),
]


@pytest.mark.parametrize(("rows", "expected"), BAD)
def test_files_that_are_not_sound(line, tmp_path, rows, expected):
    assert expected == line(*asked(tmp_path, rows), "--json").findings


def test_one_liquid_amount_for_several_currencies_is_refused(line, tmp_path):
    rows = [ROW, {**ROW, "id": "VF-2", "currency": "EUR"}]
    assert "several_currencies" == line.refused(*asked(tmp_path, rows, "--liquid", "1"))["code"]
    assert "bad_number" == line.refused(*asked(tmp_path, [ROW], "--liquid", "-1"))["code"]


# ── Of the books ────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def promised(copies, untouched):
    """A home with a venture fund: 100,000 promised, 40,000 called, 5,000 given back, a NAV."""
    line = copies(database(untouched))
    appoint(line)
    money = [{"asset": "USD", "quantity": "90000"}]
    done(line, "appropriate", items=money, appropriated_on="2026-01-05", act_ref="Act")
    by_hand = (
        (
            "admit_manager",
            {
                "manager_kind": "venture_fund",
                "name": "Fund",
                "currency": "USD",
                "admitted_on": "2026-01-06",
                "terms": {"venture": {"ends_on": "2035-12-31", "recycling": "0.2"}},
                "decision_ref": "D",
            },
        ),
        (
            "commit_capital",
            {"quantity": "100000", "committed_on": "2026-01-07", "decision_ref": "D"},
        ),
        ("pay_call", {"quantity": "40000", "paid_on": "2026-02-01", "call_ref": "C"}),
        (
            "distribute",
            {
                "quantity": "5000",
                "received_on": "2026-03-15",
                "character": "recallable",
                "statement_ref": "S",
            },
        ),
        (
            "state_nav",
            {
                "valuation_on": "2026-03-31",
                "stated_on": "2026-04-20",
                "nav": "38000",
                "statement_ref": "S",
            },
        ),
    )
    for kind, fields in by_hand:
        done(line, kind, manager="VF-1", **fields)
    return line


def test_the_commitments_of_the_books(promised):
    found = promised.json("programme", "pacing", "--as-of", "2026-06-30", "--target-irr", "0.15")
    assert [] == problems(found, SHAPE)
    (only,) = found["commitments"]
    assert {
        "id": "VF-1",
        "commitment": "100000.00",
        "called": "40000.00",
        "distributed": "5000.00",
        "recallable": "5000.00",
        "unfunded": "65000.00",
        "nav": "38000.00",
    } == {
        key: only[key]
        for key in ("id", "commitment", "called", "distributed", "recallable", "unfunded", "nav")
    }
    assert (10, "0.15") == (only["assumptions"]["life_years"], only["assumptions"]["growth"])
    (every,) = found["sum"]
    assert ("55000.00", "10000.00") == (every["liquid"], every["over_commitment"])


def test_as_it_stood_before_anything_was_called(promised):
    (only,) = promised.json("programme", "pacing", "--as-of", "2026-01-31")["commitments"]
    assert ("100000.00", "0.00", "0.00") == (only["unfunded"], only["called"], only["nav"])


def test_books_without_a_commitment(untouched):
    found = untouched.json("programme", "pacing")
    assert ([], []) == (found["commitments"], found["sum"])
    assert "There are none." in untouched("programme", "pacing").out
