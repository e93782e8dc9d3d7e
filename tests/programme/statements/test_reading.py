"""Statements in their layouts: golden files, and every way in which one cannot be read."""

# ruff: noqa: E501  a row of a table is as long as it is

import csv
import io
from datetime import date
from pathlib import Path

import pytest

from qazyna.errors import FileRefused
from qazyna.money import ASSETS, USD, hedge_fund_units, venture_interest
from qazyna.plan import decide
from qazyna.programme.statements.layouts import FORM, LAYOUTS, TEMPLATE, described, folded
from qazyna.programme.statements.reading import layout_of, read
from tests.programme.statements.support import programme

FILES = Path(__file__).parent / "files"
KNOWN = {**ASSETS, "HF-1": hedge_fund_units("HF-1"), "VF-1": venture_interest("VF-1", USD)}


def rows_of(text):
    columns, *rows = list(csv.reader(io.StringIO(text)))
    return columns, [
        (line, dict(zip(columns, row, strict=True))) for line, row in enumerate(rows, start=2)
    ]


def reading(name, manager="HF-1", changed=lambda text: text, layout=None):
    text = changed((FILES / name).read_text("utf-8"))
    columns, rows = rows_of(text)
    chosen = layout_of(name, columns, layout)
    return read(name, columns, rows, chosen, KNOWN, manager=manager, received_on=date(2026, 4, 20))


def told(asked, part):
    return getattr(asked, part).model_dump(mode="json", exclude_defaults=True)


def test_our_template_is_read():
    asked = reading("template_hf1_2026_01.csv")

    assert ("HF-1/2026/01", True, False) == (asked.statement_ref, asked.final, asked.restates)
    assert {
        "opening_value": "0",
        "closing_value": "10000.00",
        "opening_units": "0",
        "closing_units": "10",
        "units_issued": "10",
        "nav_per_unit": "1000.00",
        "subscriptions": "10000.00",
        "gross_result": "16.67",
        "management_fee": "15.00",
        "other_fees": [["administration", "1.67"]],
        "fees_total": "16.67",
    } == told(asked, "account")
    assert {
        "assets": [["BTC", "0.55", "0"], ["ETH", "0.20", "0.05"], ["USD", "0.20", "0"]],
        "market_values": [["BTC", "1200000000000"], ["ETH", "300000000000"]],
        "issuers": [["Issuer A", "0.10"]],
        "counterparties": [["Broker A", "0.30"]],
        "gross": "1.05",
        "net": "0.85",
        "illiquid": "0.02",
        "risk": [["var_95_1d", "0.031"]],
    } == told(asked, "exposures")
    assert "0.05" == str(asked.exposures.undisclosed)


def test_a_capital_account_by_the_lines_of_ilpa_is_read():
    asked = reading("ilpa_vf1_2026_q1.csv", "VF-1")

    assert "VF-1 (illustrative)" == asked.fund
    assert {
        "opening_value": "0.00",
        "closing_value": "1211.00",
        "calls": "1200.00",
        "distributions": "20.00",
        "gross_result": "46.00",
        "management_fee": "7.50",
        "performance_fee": "5.00",
        "other_fees": [["legal", "2.00"], ["internal legal", "0.50"]],
        "fees_total": "15.00",
        "unfunded": "3800.00",
    } == told(asked, "account")


def test_exposures_by_the_sections_of_the_open_protocol_are_read():
    asked = reading("open_protocol_hf1_2026_01.csv")

    assert (None, "2026-01-01") == (asked.account, str(asked.period_from))
    assert {
        "assets": [
            ["equity", "0.040", "0.00"],
            ["BTC", "0.55", "0.00"],
            ["ETH", "0.20", "0.05"],
        ],
        "issuers": [["Issuer A", "0.10"]],
        "counterparties": [["Broker A", "0.30"]],
        "gross": "1.05",
        "net": "0.79",
        "illiquid": "0.02",
        "risk": [["VaR 95% 1 day", "0.031"], ["Beta to BTC", "0.62"], ["BTC −30 %", "-0.185"]],
    } == told(asked, "exposures")


@pytest.mark.parametrize(
    ("file", "manager"),
    [
        ("template_hf1_2026_01.csv", "HF-1"),
        ("open_protocol_hf1_2026_01.csv", "HF-1"),
    ],
)
def test_a_file_that_agrees_with_the_books_is_received_and_asks_nothing(file, manager):
    happened = decide(programme(), reading(file, manager))

    assert ["statement_received"] == [each.kind for each in happened]


def test_the_capital_account_adds_up_and_its_flows_are_asked_about():
    """It is of a larger commitment than the books have, and of nothing else is there a query."""
    happened = decide(programme(), reading("ilpa_vf1_2026_q1.csv", "VF-1"))

    assert ["calls_differ", "unfunded_differs"] == [each.code for each in happened[1:]]


OUR = "template_hf1_2026_01.csv"
OPEN = "open_protocol_hf1_2026_01.csv"
CAPITAL = "ilpa_vf1_2026_q1.csv"


@pytest.mark.parametrize(
    ("file", "old", "new", "finding"),
    [
        (OUR, "item,name", "what,name", (1, "", "unknown_layout")),
        (OUR, "illiquid,,0.02", "iliquid,,0.02", (29, "item", "unknown_line")),
        (OUR, "closing_value,,10000.00", "closing_value,,", (1, "closing_value", "missing_line")),
        (OUR, "fund,,HF-1", "fund,,", (1, "fund", "missing_line")),
        (OUR, "period_to,,2026-01-31", "period_to,,31.01.2026", (5, "period_to", "bad_date")),
        (OUR, "final,,yes", "final,,maybe", (6, "final", "bad_answer")),
        (OUR, "currency,,USD", "currency,,JPY", (3, "currency", "not_a_currency")),
        (OUR, "currency,,USD", "currency,,BTC", (3, "currency", "not_a_currency")),
        (OUR, "gross_result,,16.67", "gross_result,,1e5", (12, "value", "bad_number")),
        (OUR, "gross_result,,16.67", "gross_result,,(16.67)", (12, "value", "bad_number")),
        (OUR, "gross_result,,16.67", 'gross_result,,"1,016.67"', (12, "value", "bad_number")),
        (OUR, "gross_result,,16.67", "gross_result,,16.675", (12, "gross_result", "wrong_scale")),
        (OUR, "administration,1.67", "administration,1.675", (14, "other_fees", "wrong_scale")),
        (OUR, "units_issued,,10", "units_issued,,10.0000001", (11, "value", "wrong_scale")),
        (OUR, "long,BTC,0.55", "long,,0.55", (19, "name", "name_missing")),
        (OUR, "long,ETH,0.20", "long,BTC,0.20", (20, "item", "line_twice")),
        (OUR, "statement_ref,,HF-1/2026/01", f"statement_ref,,{'x' * 121}", (7, "statement_ref", "bad_reference")),
        (OUR, "issuer,Issuer A", f"issuer,{'x' * 121}", (25, "item", "bad_reference")),
        (OPEN, "13. Digital Asset Exposure,BTC", "13. Digital Stuff,BTC", (12, "item", "unknown_line")),
        (OPEN, "55%,0,55%", "55%,zero,55%", (12, "short", "bad_number")),
        (CAPITAL, "Interest Income", "Interest Earned", (17, "line", "unknown_line")),
        (CAPITAL, '"1,200.00","1,200.00"', '"1,20.00","1,200.00"', (8, "qtd", "bad_number")),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_by_line(file, old, new, finding):
    with pytest.raises(FileRefused) as caught:
        reading(file, "VF-1" if file == CAPITAL else "HF-1", lambda text: text.replace(old, new, 1))

    found = [(each.line, each.column, each.code) for each in caught.value.findings]
    assert [finding] == found, caught.value.findings


def test_the_layout_is_the_one_asked_for():
    with pytest.raises(FileRefused) as caught:
        reading(OUR, layout="open_protocol")

    assert ("section", "missing_column") in {
        (each.column, each.code) for each in caught.value.findings
    }


def test_our_form_has_every_line_that_is_read_once():
    items = [item for item, _, _ in FORM]

    assert sorted(TEMPLATE.lines) == sorted(map(folded, items))


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=lambda layout: layout.name)
def test_lines_are_known_by_their_words(layout):
    for known in (layout.lines, layout.beginnings, layout.sections, layout.passed_over):
        for label in known:
            section, _, line = label.rpartition(": ")
            assert (section, line) == (folded(section), folded(line))


def test_the_page_has_every_line_of_every_layout():
    """If it has not: put the rows of `layouts.described` and `layouts.FORM` there."""
    page = (Path(__file__).parents[3] / "docs" / "programme.md").read_text("utf-8")

    for layout in (LAYOUTS["ilpa"], LAYOUTS["open_protocol"]):
        for line, goes in described(layout):
            assert f"| {line} | {goes} |\n" in page
    for item, name, means in FORM:
        assert f"| `{item}` | {f'`{name}`' if name else ''} | {means} |\n" in page
