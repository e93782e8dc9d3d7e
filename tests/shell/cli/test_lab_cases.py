"""`qazyna lab cases` on the command line: its document, its text, and what it cannot value."""

import pytest
from typer.testing import CliRunner

from qazyna.shell.cli import app
from tests.shell.cli.line import ROOT
from tests.shell.cli.shapes import problems

TOLD = {
    "country": "text",
    "authority": "text|null",
    "asset": "text",
    "quantity": "decimal",
    "since": "date|null",
    "sold_on": "date|null",
    "proceeds": "decimal|null",
    "currency": "text",
    "how": "text|null",
    "note": "text|null",
    "source": "text",
}
SALE = {
    **TOLD,
    "price": "decimal|null",
    "close": "decimal|null",
    "discount": "decimal|null",
    "usd_rate": "decimal|null",
    "mean_close": "decimal|null",
    "mean_discount": "decimal|null",
    "kept_value": "decimal|null",
    "kept_instead": "decimal|null",
    "others": [TOLD],
}
PURCHASE = {
    "when": "text",
    "quantity": "decimal",
    "counted": "bool",
    "stated_price": "decimal|null",
    "stated_cost": "decimal|null",
    "close": "decimal|null",
    "low": "decimal|null",
    "high": "decimal|null",
    "market_cost": "decimal|null",
    "kept_value": "decimal|null",
    "running_reported": "decimal|null",
    "running_sum": "decimal",
    "disputed": "decimal|null",
    "note": "text|null",
    "source": "text",
}
CASES = {
    "at": "date",
    "sales": [SALE],
    "unsold": [SALE],
    "purchases": [PURCHASE],
    "purchases_total": {
        "quantity": "decimal",
        "quantity_reported": "decimal|null",
        "disputed": "decimal|null",
        "stated_cost": "decimal|null",
        "market_cost": "decimal|null",
        "kept_value": "decimal|null",
    },
    "gaps": ["text"],
}


@pytest.mark.parametrize("day", ["2025-12-17", "2026-06-30"])
def test_the_document_has_its_shape_whether_or_not_there_are_prices(untouched, day):
    answer = untouched("lab", "cases", "--at", day, "--json")

    assert (0, "") == (answer.status, answer.err)
    assert [] == problems(answer.json, CASES)
    assert day == answer.json["at"]
    assert (14, 6, 7) == tuple(len(answer.json[k]) for k in ("sales", "unsold", "purchases"))
    assert bool(answer.json["gaps"]) == (day > "2025-12-17")


def test_the_last_day_with_prices_is_taken_where_none_is_said(untouched):
    assert "2025-12-17" == untouched("lab", "cases", "--json").json["at"]


def test_prices_of_ones_own_are_used(untouched, tmp_path):
    (tmp_path / "btc_usd.csv").write_text(
        "date,open,high,low,close\n2014-06-27,600,610,590,600\n2014-06-28,1,1,1,1000\n", "utf-8"
    )
    told = untouched("lab", "cases", "--prices", str(tmp_path), "--json").json
    first = told["sales"][0]

    assert ("2014-06-28", "600", "29657000") == (told["at"], first["close"], first["kept_value"])


@pytest.mark.parametrize(
    ("folder", "code"), [("nowhere", "no_folder"), ("empty", "no_prices"), ("gold", "no_prices")]
)
def test_a_folder_without_the_price_is_refused(untouched, tmp_path, folder, code):
    (tmp_path / "empty").mkdir()
    (tmp_path / "gold").mkdir()
    (tmp_path / "gold" / "gold_usd.csv").write_text("Date,Price\n2014-06-01,1279\n", "utf-8")

    answer = untouched("lab", "cases", "--prices", str(tmp_path / folder), "--json")

    assert (1, code) == (answer.status, answer.json["refused"]["code"])


def test_the_text_tells_both_figures_of_what_is_disputed(untouched):
    text = untouched("lab", "cases").out

    assert "2,639,683,414" in text
    assert "US 2023-03-14, elsewhere: 9861.17 BTC" in text
    assert "in all 2210 BTC by the rows, 2381 as told" in text


def test_a_day_that_is_none_is_wrong_usage():
    answer = CliRunner().invoke(app, ["lab", "cases", "--at", "yesterday", "--json"])

    assert 2 == answer.exit_code


def test_it_is_told_in_the_reference():
    assert "### `qazyna lab cases" in (ROOT / "docs" / "cli.md").read_text("utf-8")
