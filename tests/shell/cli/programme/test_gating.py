"""`qazyna programme gate`: of files alone, and every problem of a file where it stands."""

import json
from pathlib import Path

import pytest

from tests.shell.cli.line import Line
from tests.shell.cli.shapes import problems

TERMS = {"gate": "0.25", "gate_rule": "pro_rata", "nav": "1000.00", "dealing_date": "2026-06-30"}
REQUESTS = [{"id": "A", "amount": "300.00"}, {"id": "B", "amount": "100.00"}]
PART = {"id": "text", "amount": "decimal"}
SHAPE = {
    "dealing_date": "date",
    "cap": "decimal",
    "requested": "decimal",
    "filled": [PART],
    "carried": [PART],
}


@pytest.fixture
def line(tmp_path):
    """A home that nothing is allowed to make."""
    yield Line(tmp_path / "home", {"DATABASE_URL": "postgresql://127.0.0.1:1/none"})
    assert not (tmp_path / "home").exists()


def files(folder: Path, terms, requests, suffix=".json"):
    paths = folder / "terms.json", folder / f"requests{suffix}"
    for path, said in zip(paths, (terms, requests), strict=True):
        path.write_text(said if isinstance(said, str) else json.dumps(said), "utf-8")
    return ("programme", "gate", "--terms", paths[0], "--requests", paths[1])


def test_what_is_paid_and_what_is_carried(line, tmp_path):
    found = line.json(*files(tmp_path, TERMS, REQUESTS))
    assert [] == problems(found, SHAPE)
    assert {
        "dealing_date": "2026-06-30",
        "cap": "250.00",
        "requested": "400.00",
        "filled": [{"id": "A", "amount": "187.50"}, {"id": "B", "amount": "62.50"}],
        "carried": [{"id": "A", "amount": "112.50"}, {"id": "B", "amount": "37.50"}],
    } == found


def test_the_requests_may_be_a_table(line, tmp_path):
    table = "id,amount,requested_on\nA,300.00,2026-05-04\nB,100,2026-06-01\n"
    words = files(tmp_path, {**TERMS, "gate_rule": "fifo"}, table, ".csv")
    assert [{"id": "A", "amount": "250.00"}] == line.json(*words)["filled"]


def test_numbers_may_be_numbers_and_keep_their_digits(line, tmp_path):
    terms = '{"gate": 0.25, "nav": 1000.10, "dealing_date": "2026-06-30"}'
    requests = '[{"id": "A", "amount": 99999999999999.99}]'
    found = line.json(*files(tmp_path, terms, requests))
    assert ("250.02", "99999999999999.99") == (found["cap"], found["requested"])


def test_nothing_asked_for(line, tmp_path):
    found = line.json(*files(tmp_path, TERMS, []))
    assert ("0.00", [], []) == (found["requested"], found["filled"], found["carried"])


BAD_TERMS = [
    ({**TERMS, "gate": "0"}, [(1, "gate", "bad_terms")]),
    ({**TERMS, "gate": "25 %"}, [(1, "gate", "bad_terms")]),
    ({**TERMS, "gate_rule": "lifo"}, [(1, "gate_rule", "bad_terms")]),
    ({**TERMS, "gates": "0.25"}, [(1, "gates", "bad_terms")]),
    ({**TERMS, "nav": "-1"}, [(1, "nav", "bad_number")]),
    ({**TERMS, "nav": "1e3"}, [(1, "nav", "bad_number")]),
    ({**TERMS, "nav": "1.001"}, [(1, "nav", "wrong_scale")]),
    ({**TERMS, "nav": None}, [(1, "nav", "bad_number")]),
    ({**TERMS, "dealing_date": "30.06.2026"}, [(1, "dealing_date", "bad_date")]),
    (
        {**TERMS, "side_pocket_value": "1000.01"},
        [(1, "side_pocket_value", "side_pocket_too_large")],
    ),
    ({"gate": "0.25"}, [(1, "dealing_date", "missing"), (1, "nav", "missing")]),
    ([], [(1, "", "unreadable")]),
    ("", [(1, "", "unreadable")]),
    ('{\n"gate": "0.25",\n"nav" "1"}', [(3, "", "unreadable")]),
    ('{"nav": "1", "nav": "2"}', [(1, "", "unreadable")]),
    ('{"nav": "1"} {}', [(1, "", "unreadable")]),
    (
        '{\n"gate": "2",\n"nav": "x",\n"dealing_date": "2026-02-30"\n}',
        [(2, "gate", "bad_terms"), (3, "nav", "bad_number"), (4, "dealing_date", "bad_date")],
    ),
]


@pytest.mark.parametrize(("terms", "expected"), BAD_TERMS)
def test_terms_that_are_not_sound(line, tmp_path, terms, expected):
    assert expected == line(*files(tmp_path, terms, REQUESTS), "--json").findings


FIFO = {**TERMS, "gate_rule": "fifo"}
EACH = {**TERMS, "gate_level": "investor"}
BAD_REQUESTS = [
    (TERMS, [{"id": "A", "amount": "0"}], [(1, "amount", "bad_number")]),
    (TERMS, [{"id": "A", "amount": "-5"}], [(1, "amount", "bad_number")]),
    (TERMS, [{"id": "A", "amount": "NaN"}], [(1, "amount", "bad_number")]),
    (TERMS, [{"id": "A", "amount": "1.001"}], [(1, "amount", "wrong_scale")]),
    (TERMS, [{"id": "A", "amount": {}}], [(1, "amount", "unreadable")]),
    (TERMS, [{"id": "", "amount": "1"}], [(1, "id", "missing")]),
    (TERMS, [{"id": "A"}], [(1, "amount", "missing_column")]),
    (TERMS, [{"id": "A", "amount": "1", "units": "1"}], [(1, "units", "unknown_column")]),
    (TERMS, [{"id": "A", "amount": "1", "carried": "maybe"}], [(1, "carried", "bad_value")]),
    (TERMS, '[{"id": "A", "amount": "1"},\n {"id": "A", "amount": "2"}]', [(2, "id", "duplicate")]),
    (TERMS, '[{"id": "A", "amount": "1"},\n 7]', [(2, "", "unreadable")]),
    (TERMS, '[{"id": "A", "amount": "1"}', [(1, "", "unreadable")]),
    (TERMS, '{"id": "A"}', [(1, "", "unreadable")]),
    (FIFO, [{"id": "A", "amount": "1"}], [(1, "requested_on", "missing")]),
    (
        FIFO,
        [{"id": "A", "amount": "1", "requested_on": "2026-07-01"}],
        [(1, "requested_on", "dates_out_of_order")],
    ),
    (EACH, [{"id": "A", "amount": "1"}], [(1, "holding", "missing")]),
    (EACH, [{"id": "A", "amount": "2", "holding": "1"}], [(1, "amount", "more_than_held")]),
    (
        EACH,
        '[{"id": "A", "amount": "1", "investor": "X", "holding": "5"},\n'
        '{"id": "B", "amount": "1", "investor": "X", "holding": "6"}]',
        [(2, "holding", "contradiction")],
    ),
]


@pytest.mark.parametrize(("terms", "requests", "expected"), BAD_REQUESTS)
def test_requests_that_are_not_sound(line, tmp_path, terms, requests, expected):
    assert expected == line(*files(tmp_path, terms, requests), "--json").findings


def test_a_file_that_is_not_there(line, tmp_path):
    words = ("programme", "gate", "--terms", tmp_path / "a.json", "--requests", tmp_path / "b.json")
    assert [(1, "", "unreadable")] == line(*words, "--json").findings
    assert 2 == line("programme", "gate", "--json").status
