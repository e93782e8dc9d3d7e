"""`qazyna lab compare` and `what-if`: of files alone, their shapes, and what they refuse."""

import csv
from decimal import Decimal

import pytest

from qazyna.lab.amending import amended
from tests.lab.support import START
from tests.shell.cli.line import ROOT, Line
from tests.shell.cli.shapes import problems

SALES = ROOT / "data" / "us_seized_sales.csv"
FIGURES = (
    *("raised", "held_value", "to_budget", "to_victims", "to_reserve", "fees", "slippage"),
    *("end_value", "key_custody_value_days", "reserve_value", "pending_value", "restituted"),
    *("sale_costs", "fund_fees", "custody_cost"),
)
ROW = {
    "case": "text",
    "holding": "text",
    "asset": "text",
    "quantity": "decimal",
    "disposed_on": "date",
    "mechanism": "text",
    "currency": "text",
    "price": "decimal",
    "proceeds": "decimal",
    "costs": "decimal",
    "close": "decimal|null",
    "discount": "decimal|null",
    "recorded": "bool",
    "entry": "text",
}
MODEL = {
    **dict.fromkeys((*FIGURES, "real_end_value"), "decimal"),
    "max_drawdown": "decimal|null",
    "volatility": "decimal|null",
    "es_95": "decimal|null",
    "median_days_to_use": "number|null",
    "key_custody_days": "count",
    "rows": [ROW],
    "holdings": [
        {
            "book": "text",
            "title": "text",
            "asset": "text",
            "quantity": "decimal",
            "close": "decimal|null",
            "value": "decimal|null",
        }
    ],
    "value_by_month": [{"date": "date", "value": "decimal"}],
    "raised_by_year": {},
}
COMPARED = {
    "from": "date",
    "to": "date",
    "valued_on": "date",
    "currency": "text",
    "models": {"united-states": MODEL, "el-salvador": MODEL},
    "regret": {"united-states": {"el-salvador": "decimal"}},
    "assumptions": ["text"],
    "gaps": ["text"],
}
WHAT_IF = {
    "from": "date",
    "to": "date",
    "valued_on": "date",
    "currency": "text",
    "blueprint": "text",
    "sha256": "text",
    "changes": [{"clause": "text", "was": "decimal", "becomes": "decimal", "from": "date"}],
    "base": MODEL,
    "changed": MODEL,
    "difference": dict.fromkeys(("end_value", "raised", "to_budget", "to_reserve"), "decimal"),
    "assumptions": ["text"],
    "gaps": ["text"],
}
SHARES = (
    *("--change", "disposition.share.reserve=0.3"),
    *("--change", "disposition.share.budget=0.7"),
)
SHORT = ("--from", "2020-01-01", "--to", "2021-06-30")


@pytest.fixture
def line(tmp_path):
    """A home that nothing is allowed to make."""
    yield Line(tmp_path / "home", {"DATABASE_URL": "postgresql://127.0.0.1:1/none"})
    assert not (tmp_path / "home").exists()


def compare(line: Line, *words: object, models: str = "united-states,el-salvador"):
    return line("lab", "compare", "--register", SALES, "--models", models, *words, "--json")


def test_a_comparison_has_its_shape(line):
    told = compare(line, *SHORT).json
    assert [] == problems(told, COMPARED)
    assert {"2020", "2021"} >= set(told["models"]["united-states"]["raised_by_year"])


def test_a_change_that_is_tried_has_its_shape(line):
    words = ("lab", "what-if", "--register", SALES, "--blueprint", "kazakhstan", *SHARES, *SHORT)
    assert [] == problems(line.json(*words), WHAT_IF)


def test_people_are_told_the_same(line):
    said = line("lab", "compare", "--register", SALES, "--models", "united-states", *SHORT)
    assert said.status == 0
    assert "value at the end" in said.out
    assert "Raised, by year" in said.out
    words = ("lab", "what-if", "--register", SALES, "--blueprint", "kazakhstan", *SHARES, *SHORT)
    said = line(*words)
    assert "disposition.share.reserve: 0.70 → 0.3" in said.out


def test_every_figure_opens_to_its_entries(line, tmp_path):
    told = compare(line, *SHORT, "--entries", tmp_path / "books", models="kazakhstan").json
    found = told["models"]["kazakhstan"]
    with (tmp_path / "books" / "kazakhstan.entries.csv").open(encoding="utf-8") as lines:
        entries: dict[str, list[dict[str, str]]] = {}
        for row in csv.DictReader(lines):
            entries.setdefault(row["entry"], []).append(row)
    with (tmp_path / "books" / "kazakhstan.figures.csv").open(encoding="utf-8") as lines:
        figures = [(row["figure"], row["entry"]) for row in csv.DictReader(lines)]

    def total(figure: str, leg: int) -> Decimal:
        return sum(
            (Decimal(entries[e][leg]["quantity"]) for f, e in figures if f == figure), Decimal(0)
        )

    assert total("raised", 1) == Decimal(found["raised"]) > 0
    assert total("to_budget", 1) == Decimal(found["to_budget"]) > 0
    assert total("to_reserve", 1) == Decimal(found["to_reserve"]) > 0
    assert total("sale_costs", 0) == Decimal(found["sale_costs"]) > 0
    opened = {figure for figure, _ in figures}
    assert set(FIGURES) - {"held_value", "to_victims", "restituted"} <= opened
    assert all(entry in entries for _, entry in figures)
    for row in found["rows"]:
        sold, paid = entries[row["entry"]]
        assert (row["asset"], row["quantity"]) == (sold["asset"], sold["quantity"])
        assert (row["currency"], row["proceeds"]) == (paid["asset"], paid["quantity"])


def test_in_another_currency_everything_is_at_the_days_rate(line):
    told = compare(line, *SHORT, "--currency", "EUR", models="united-states").json
    (first, *_) = told["models"]["united-states"]["rows"]
    assert ("USD", "38000000") == (first["currency"], first["proceeds"])
    dollars = compare(line, *SHORT, models="united-states").json
    ratio = Decimal(dollars["models"]["united-states"]["raised"]) / Decimal(
        told["models"]["united-states"]["raised"]
    )
    assert Decimal("1.05") < ratio < Decimal("1.25")


# what is refused, and what is a gap


def typo(folder, old: str, new: str):
    text = (ROOT / "blueprints" / "template.toml").read_text(encoding="utf-8")
    assert old in text
    path = folder / "typo.toml"
    path.write_text(text.replace(old, new), encoding="utf-8")
    return path


def without_practice(folder):
    text = (ROOT / "blueprints" / "template.toml").read_text(encoding="utf-8")
    path = folder / "lawful.toml"
    path.write_text(text.partition("# ── 12. Practice")[0], encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("old", "new", "clause"),
    [
        ("[practice.disposal]", "[practice.disposel]", "practice.disposel"),
        ('value = "sell_and_invest"', 'value = "give_away"', "practice.disposal"),
        ('kind = "hedge_fund"\nmix', 'kind = "fund"\nmix', "practice.vehicle.multi_strategy"),
    ],
)
def test_a_typo_in_a_blueprint_is_named_by_its_clause(line, tmp_path, old, new, clause):
    no = compare(line, models=str(typo(tmp_path, old, new))).refused
    assert ("blueprint_invalid", clause) == (no["code"], no["law"])
    assert f": {clause}: " in no["message"]


def test_a_law_without_practice_is_refused_with_the_clause(line, tmp_path):
    no = compare(line, models=str(without_practice(tmp_path))).refused
    assert ("no_practice", "practice.disposal") == (no["code"], no["law"])


def test_a_model_that_does_not_exist(line):
    no = compare(line, models="united-states,atlantis").refused
    assert "no_such_blueprint" == no["code"]
    assert "atlantis" in no["message"]


def test_a_window_before_the_law_is_refused_with_the_day_it_begins(line):
    no = compare(line, "--from", "2005-01-01", models="kazakhstan").refused
    assert "no_law_on_date" == no["code"]
    assert "kazakhstan" in no["message"]


def test_a_window_that_ends_before_it_begins(line):
    no = compare(line, "--from", "2021-01-01", "--to", "2020-01-01").refused
    assert "dates_out_of_order" == no["code"]


def test_the_same_model_twice(line):
    assert "model_twice" == compare(line, models="gulf,gulf").refused["code"]


def test_a_currency_that_is_none(line):
    assert "unknown_currency" == compare(line, "--currency", "QQQ").refused["code"]


def prices(folder, last: str):
    """Bitcoin's own series, cut after a day."""
    there = folder / "prices"
    there.mkdir()
    lines = (
        (ROOT / "data" / "prices" / "btc_usd_daily.csv").read_text(encoding="utf-8").splitlines()
    )
    kept = [line for line in lines if line[:10] <= last or line.startswith("date")]
    (there / "btc_usd_daily.csv").write_text("\n".join(kept) + "\n", encoding="utf-8")
    return there


def test_prices_that_end_in_the_window_are_a_gap_and_end_the_play(line, tmp_path):
    told = compare(line, *SHORT, "--prices", prices(tmp_path, "2021-02-15")).json
    assert "2021-02-15" == told["valued_on"]
    assert any("ends on 2021-02-15" in gap for gap in told["gaps"])
    # The sale of 2021-03-17 is not played.
    days = {row["disposed_on"] for row in told["models"]["united-states"]["rows"]}
    assert days and max(days) <= "2021-02-15"


def test_prices_that_end_before_the_window_are_refused(line, tmp_path):
    no = compare(line, *SHORT, "--prices", prices(tmp_path, "2019-06-30")).refused
    assert "no_prices" == no["code"]
    assert "BTC" in no["message"] and "2019-06-30" in no["message"]


def test_an_asset_without_prices_is_a_gap_and_counts_nowhere(line, tmp_path):
    register = tmp_path / "register.csv"
    with SALES.open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    ether = {**rows[0], "case_id": "E-1", "asset": "ETH", "disposed_on": "", "disposal": ""}
    ether |= {"proceeds": "", "proceeds_currency": ""}
    with register.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, list(rows[0]))
        writer.writeheader()
        writer.writerows([*rows, ether])
    told = line.json("lab", "compare", "--register", register, "--models", "el-salvador", *SHORT)
    assert any(gap.startswith("ETH: ") for gap in told["gaps"])
    alone = compare(line, *SHORT, models="el-salvador").json
    assert alone["models"]["el-salvador"] == told["models"]["el-salvador"]


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("asset", "DOGE", "unknown_asset"),
        ("case_id", "workout", "bad_case"),
        ("case_id", "a\tb", "bad_reference"),
        ("holding_ref", "a/b", "bad_reference"),
        ("quantity", "1e3", "bad_quantity"),
        ("seized_on", "2020-13-01", "bad_date"),
        ("outcome", "kept", "unknown_outcome"),
        ("final_on", "2001-01-01", "dates_out_of_order"),
        ("proceeds_currency", "BTC", "proceeds_missing"),
    ],
)
def test_a_register_is_refused_by_line_and_column(line, tmp_path, column, value, code):
    with SALES.open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    rows[2][column] = value
    register = tmp_path / "register.csv"
    with register.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    answer = line("lab", "compare", "--register", register, "--models", "gulf", "--json")
    assert (4, column, code) in answer.findings


def test_a_folder_that_is_none_or_empty(line, tmp_path):
    assert "no_folder" == compare(line, "--prices", tmp_path / "nowhere").refused["code"]
    (tmp_path / "empty").mkdir()
    assert "no_prices" == compare(line, "--prices", tmp_path / "empty").refused["code"]


def test_a_change_that_is_not_sound_names_its_clause(line):
    words = ("lab", "what-if", "--register", SALES, "--blueprint", "kazakhstan")
    no = line.refused(*words, "--change", "disposition.share.reserve=0.3")
    assert ("change_not_sound", "disposition.share.reserve") == (no["code"], no["law"])


def test_a_mechanism_that_the_law_of_a_day_lacks_is_refused_when_it_is_read(line, tmp_path):
    text = (ROOT / "blueprints" / "template.toml").read_text(encoding="utf-8")
    path = tmp_path / "unlawful.toml"
    path.write_text(
        amended(text, {"disposition.mechanisms": "auction,hold"}, START), encoding="utf-8"
    )
    no = compare(line, models=str(path)).refused
    assert ("blueprint_invalid", "practice.disposal") == (no["code"], no["law"])
