"""What is wrong with a file of measures is said by line, column and code; what is sound is read."""

import csv
import io
from datetime import date

import numpy as np
import pytest

from qazyna.errors import FileRefused, Refused
from qazyna.programme.performance.flow_files import read_flows, read_index
from qazyna.programme.performance.series_files import aligned, read_returns


def lines_of(text):
    columns, *rows = csv.reader(io.StringIO(text.replace(" ", "").replace("/", "\n")))
    return columns, [
        (line, dict(zip(columns, row, strict=True))) for line, row in enumerate(rows, start=2)
    ]


def returns(text, periods=12):
    return read_returns("returns.csv", *lines_of(text), periods)


def flows(text):
    return read_flows("flows.csv", *lines_of(text))


def index(text):
    return read_index("index.csv", *lines_of(text))


def findings(read, text):
    with pytest.raises(FileRefused) as no:
        read(text)
    return [(found.line, found.column, found.code) for found in no.value.findings]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("date", [(1, "", "no_rows")]),
        ("date,A", [(1, "", "no_rows")]),
        ("date / 2026-01-31", [(1, "", "no_series")]),
        ("date,A / 31.01.2026,0.01", [(2, "date", "bad_date")]),
        ("date,A / 2026-02-30,0.01", [(2, "date", "bad_date")]),
        ("date,A / 2026-13,0.01", [(2, "date", "bad_date")]),
        ("date,A / 0204-05-01,0.01", [(2, "date", "bad_date")]),
        ("date,A / 2026-01-31,x", [(2, "A", "not_a_number")]),
        ("date,A / 2026-01-31,1%", [(2, "A", "not_a_number")]),
        ('date,A / 2026-01-31,"0,01"', [(2, "A", "not_a_number")]),
        ("date,A / 2026-01-31,nan", [(2, "A", "not_a_number")]),
        ("date,A / 2026-01-31,1e999", [(2, "A", "not_a_number")]),
        ("date,A / 2026-01-31,-1.5", [(2, "A", "below_minus_one")]),
        (
            "date,A / 2026-01-31,0.01 / 2026-01-31,0.02",
            [(3, "date", "duplicate_date")],
        ),
        ("date,A / 2026-01,0.01 / 2026-03,0.02", [(3, "date", "gap")]),
        (
            "date,A,B / 2026-01,0.01,0 / 2026-02,,0 / 2026-03,0.02,0",
            [(3, "A", "missing_value")],
        ),
        ("date,A,B / 2026-01,0.01,", [(1, "B", "empty_series")]),
        (
            "date,A,B / 2026-01,x,-2 / 2026-02-30,1,y / 2026-01,0,0",
            [
                (2, "A", "not_a_number"),
                (2, "B", "below_minus_one"),
                (3, "date", "bad_date"),
                (4, "date", "duplicate_date"),
            ],
        ),
    ],
)
def test_a_file_of_returns_is_refused_with_every_problem_by_its_line(text, expected):
    assert expected == findings(returns, text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("date / 2026-01-31", [(1, "amount", "column_missing")]),
        ("date,amount", [(1, "", "no_rows")]),
        ("date,amount / 2026-01-31,ten", [(2, "amount", "not_a_number")]),
        ("date,amount / 2026-01-31, / 2026-02-01,-1", [(2, "amount", "not_a_number")]),
        ("date,amount / 2026-01-31,5", [(2, "amount", "nothing_paid_in")]),
        ("date,amount,nav / 2026-01-31,-5,-1", [(2, "nav", "negative_nav")]),
        ("date,amount,nav / 2026-01-31,-5,many", [(2, "nav", "not_a_number")]),
        ("date,amount / 2026-01-31,-5 / 2026-01-30,6", [(3, "date", "out_of_order")]),
        ("date,amount / soon,-5", [(2, "date", "bad_date")]),
    ],
)
def test_a_file_of_flows_is_refused_with_every_problem_by_its_line(text, expected):
    assert expected == findings(flows, text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("date,level", [(1, "", "no_rows")]),
        ("date,a,b / 2026-01-31,1,2", [(1, "", "no_level")]),
        ("date,level / 2026-01-31,0", [(2, "level", "level_not_positive")]),
        ("date,level / 2026-01-31,1 / 2026-01-31,2", [(3, "date", "duplicate_date")]),
        ("date,level / 2026-01-31,?", [(2, "level", "not_a_number")]),
    ],
)
def test_a_file_of_an_index_is_refused_with_every_problem_by_its_line(text, expected):
    assert expected == findings(index, text)


def test_rows_are_put_in_order_and_months_end_on_their_last_day():
    found = returns("month,A,B / 2026-02,0.02, / 2026-01,1.5e-2,.01")
    assert (date(2026, 1, 31), date(2026, 2, 28)) == found.days
    assert [[0.015, 0.01], [0.02, np.nan]] == pytest.approx(found.matrix, nan_ok=True)


def test_series_may_begin_late_and_end_early():
    found = returns("date,A,B / 2026-01,,0.1 / 2026-02,0.2,0.1 / 2026-03,0.3,")
    assert [False, True, True] == (~np.isnan(found.column("A"))).tolist()
    assert [True, True, False] == (~np.isnan(found.column("B"))).tolist()


@pytest.mark.parametrize(
    ("days", "periods"),
    [
        ("2026-01-30,2026-02-27,2026-03-31", 12),
        ("2025-09-30,2025-12-31,2026-03-31", 4),
        ("2024-12-31,2025-12-31,2026-12-31", 1),
        ("2026-01-02,2026-01-09,2026-01-16", 52),
        ("2025-12-30,2026-01-05,2026-01-06", 252),
    ],
)
def test_the_usual_calendars_have_no_gaps(days, periods):
    rows = "/".join(f"{day},0.01" for day in days.split(","))
    assert 3 == len(returns(f"date,A/{rows}", periods).days)


def test_a_benchmark_of_the_same_month_is_the_same_period():
    months = returns("date,M / 2026-01-31,0.01 / 2026-02-28,0.02")
    found = aligned(months, (date(2026, 2, 27), date(2026, 3, 31)), 12)
    assert [0.02, np.nan] == pytest.approx(found.tolist(), nan_ok=True)


def test_a_benchmark_of_other_days_is_no_daily_benchmark():
    days = returns("date,M / 2026-01-30,0.01 / 2026-01-31,0.02", 252)
    with pytest.raises(Refused) as no:
        aligned(days, (date(2026, 2, 27),), 252)
    assert "no_common_days" == no.value.code


def test_flows_say_what_was_not_said():
    assert "no NAV" in flows("date,amount / 2026-01-31,-5").warnings[0]
    several = flows("date,amount,nav / 2026-01-31,-5,5 / 2026-02-01,,6")
    assert (6.0, (-5.0, 0.0)) == (several.nav, several.amounts)
    assert "only the last row" in several.warnings[0]


def test_capitals_in_the_heading_of_flows_do_not_matter():
    assert 7.0 == flows("Date,Amount,NAV / 2026-01-31,-5,7").nav


def test_an_index_may_name_its_level_as_publishers_do():
    found = index("date,open,close / 2026-02-01,1,9 / 2026-01-31,2,8")
    assert (8.0, 9.0) == found.levels
    assert (date(2026, 1, 31), 8.0) == found.at(date(2026, 1, 31))
    assert found.at(date(2026, 1, 30)) is None
