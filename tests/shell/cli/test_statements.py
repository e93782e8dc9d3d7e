"""Statements on a real home: received, asked about, settled, and told again by a replay."""

import csv
import re
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from tests.shell.cli.conftest import database
from tests.shell.cli.line import ROOT
from tests.shell.cli.shapes import problems
from tests.web.served import client, serving, text

FILES = ROOT / "tests" / "programme" / "statements" / "files"
OURS = FILES / "template_hf1_2026_01.csv"

QUERY = {
    "manager": "text",
    "query": "count",
    "statement": "count|null",
    "code": "text",
    "message": "text",
    "said": "text",
    "expected": "text",
    "asked_on": "date",
    "answer_by": "date",
    "status": "open|answered|escalated|closed",
    "overdue": "bool",
    "answered_on": "date|null",
    "answer": "text|null",
    "escalated_on": "date|null",
    "closed_on": "date|null",
    "reason": "text|null",
}
NAMED = [{"name": "text", "value": "decimal"}]
ACCOUNT = {
    **dict.fromkeys(("opening_units", "closing_units", "nav_per_unit", "unfunded"), "decimal|null"),
    **dict.fromkeys(
        (
            "opening_value",
            "closing_value",
            "subscriptions",
            "redemptions",
            "calls",
            "distributions",
            "units_issued",
            "units_redeemed",
            "gross_result",
            "management_fee",
            "performance_fee",
            "fees_total",
        ),
        "decimal",
    ),
    "other_fees": [{"fee": "text", "amount": "decimal"}],
}
EXPOSURES = {
    "assets": [{"asset": "text", "long": "decimal", "short": "decimal"}],
    "undisclosed": "decimal",
    "gross": "decimal|null",
    "net": "decimal|null",
    "illiquid": "decimal|null",
    "market_values": NAMED,
    "issuers": NAMED,
    "counterparties": NAMED,
    "risk": NAMED,
}
STATEMENT = {
    "manager": "text",
    "number": "count",
    "period_from": "date",
    "period_to": "date",
    "received_on": "date",
    "currency": "text",
    "final": "bool",
    "restates": "count|null",
    "replaced_by": "count|null",
    "counts": "bool",
    "statement_ref": "text",
    "sha256": "text",
    "account": ACCOUNT,
    "exposures": EXPOSURES,
}


@pytest.fixture(scope="session")
def furnished(copies, untouched):
    """A home in which ten units of HF-1 were bought; to be copied only."""
    line = copies(database(untouched))
    for approval in ("appropriate", "admit_manager", "subscribe"):
        assert line("commands", approval).status == 0
    people = {"chair": "investment_committee", "risk": "risk_officer"}
    for name, role in people.items():
        line.json("user", "add", name, "--role", role)
    approved(
        line,
        people,
        "appropriate",
        items=[{"asset": "USD", "quantity": "100000"}],
        appropriated_on="2026-01-05",
        act_ref="A",
    )
    approved(
        line,
        people,
        "admit_manager",
        manager="HF-1",
        manager_kind="hedge_fund",
        name="HF-1 (illustrative)",
        currency="USD",
        admitted_on="2026-01-06",
        decision_ref="D",
    )
    approved(
        line,
        people,
        "subscribe",
        manager="HF-1",
        quantity="10000",
        paid_on="2026-01-10",
        dealing_on="2026-01-31",
        decision_ref="D",
    )
    line.run(
        "state_nav",
        manager="HF-1",
        valuation_on="2026-01-31",
        stated_on="2026-02-08",
        nav_per_unit="1000.00",
        statement_ref="S",
    )
    return line


def approved(line, people, kind, **fields):
    """Propose, and have everybody approve until it is done."""
    import json

    text = json.dumps(fields)
    proposal = line.json("propose", kind, "--json-file", "-", stdin=text)["proposal"]
    for name in people:
        if line.json("approve", proposal, "--as", name)["status"] == "executed":
            return
    raise AssertionError(kind)


@pytest.fixture
def there(copies, furnished):
    return copies(database(furnished))


def received(line, file, *more):
    words = ("programme", "statement", "import", file, "--manager", "HF-1")
    return line.json(*words, "--received-on", "2026-02-10", *more)


def february(tmp_path, nav="1010.00", **changed):
    """Our form for February, filled in."""
    figures = {
        "fund": "HF-1",
        "currency": "USD",
        "period_from": "2026-02-01",
        "period_to": "2026-02-28",
        "opening_units": "10",
        "opening_value": "10000.00",
        "gross_result": "115.00",
        "management_fee": "15.00",
        "fees_total": "15.00",
        "closing_units": "10",
        "nav_per_unit": nav,
        "closing_value": "10100.00",
        **changed,
    }
    path = tmp_path / f"february{len(list(tmp_path.iterdir()))}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(
            [("item", "name", "value"), *((k, "", v) for k, v in figures.items())]
        )
    return path


def test_a_statement_comes_in_once_and_is_told_again_by_a_replay(there):
    answer = received(there, OURS)

    shape = {"statement": STATEMENT, "queries": [QUERY], "nav": "null", "findings": []}
    assert [] == problems(answer, shape)
    assert (29, 29, 0, []) == (
        answer["rows"],
        answer["accepted"],
        answer["already_known"],
        answer["queries"],
    )
    again = received(there, OURS)
    assert (0, 29) == (again["accepted"], again["already_known"])
    assert 1 == len(there.json("programme", "statement", "list", "--manager", "HF-1")["statements"])
    assert there.json("rebuild", "--check")["equal"]
    assert there.json("log", "verify")["ok"]


def test_what_disagrees_is_asked_and_settled_by_a_restatement(there, tmp_path):
    received(there, OURS)
    wrong = received(
        there, february(tmp_path, gross_result="115.01"), "--received-on", "2026-03-10"
    )

    assert [] == problems(wrong["queries"], [QUERY])
    assert ["value_does_not_add_up"] == [each["code"] for each in wrong["queries"]]
    (open_,) = there.json("programme", "queries")["queries"]
    assert ("2026-03-20", True) == (open_["answer_by"], open_["overdue"])
    there.run("answer_query", manager="HF-1", query=1, answered_on="2026-03-12", answer="A slip.")
    right = february(tmp_path, restates="yes")
    assert [] == received(there, right, "--received-on", "2026-03-15")["queries"]
    assert [] == there.json("programme", "queries")["queries"]
    (closed,) = there.json("programme", "queries", "--all")["queries"]
    assert ("closed", "A slip.") == (closed["status"], closed["answer"])
    assert there.json("rebuild", "--check")["equal"]


def test_its_nav_is_stated_by_the_same_path_when_asked(there, tmp_path):
    received(there, OURS)
    told = received(there, february(tmp_path), "--received-on", "2026-03-10", "--state-nav")

    assert "nav_stated" == told["nav"]["done"]["events"][0]["kind"]
    late = tmp_path / "late.csv"
    late.write_text(OURS.read_text("utf-8").replace("yes", "no").replace("/01,", "/01a,"), "utf-8")
    words = ("programme", "statement", "import", late, "--manager", "HF-1", "--state-nav", "--json")
    answer = there(*words)
    assert 1 == answer.status
    assert "nav_is_final" == answer.json["nav"]["refused"]["code"]
    assert 3 == len(there.json("programme", "statement", "list")["statements"])


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_our_form_is_written_once_and_read_back(there, tmp_path, suffix):
    form = tmp_path / f"form.{suffix}"

    assert str(form) == there.json("programme", "statement", "template", form)["file"]
    assert "file_exists" == there.refused("programme", "statement", "template", form)["code"]
    words = ("programme", "statement", "import", form, "--manager", "HF-1", "--json")
    assert {"missing_line"} == {code for _, _, code in there(*words).findings}


def test_a_form_of_another_kind_is_refused(there, tmp_path):
    form = tmp_path / "form.txt"
    assert "unknown_suffix" == there.refused("programme", "statement", "template", form)["code"]


def test_a_filled_workbook_is_read_like_the_text(there, tmp_path):
    import xlsxwriter

    path = tmp_path / "filled.xlsx"
    with OURS.open(encoding="utf-8") as file, xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(csv.reader(file)):
            for column, cell in enumerate(row):
                sheet.write_string(number, column, cell)

    told = received(there, path)
    assert ("10000", []) == (told["statement"]["account"]["closing_value"], told["queries"])


def test_it_is_told_to_people_too(there, tmp_path):
    words = ("programme", "statement", "import", OURS, "--manager", "HF-1")
    assert "Nothing is asked." in there(*words).out
    wrong = february(tmp_path, gross_result="115.01")
    assert "Opening value, flows" in there(*words[:3], wrong, *words[4:]).out
    assert "HF-1 1" in there("programme", "queries").out
    assert "2026-01-01 to 2026-01-31" in there("programme", "statement", "list").out


def test_a_file_that_cannot_be_read_is_refused_by_line(there, tmp_path):
    bad = tmp_path / "bad.csv"
    bad.write_text(Path(OURS).read_text("utf-8").replace("16.67", "1e5", 1), "utf-8")

    answer = there("programme", "statement", "import", bad, "--manager", "HF-1", "--json")
    assert [(12, "value", "bad_number")] == answer.findings
    assert [] == there.json("programme", "statement", "list")["statements"]


MANDATE = {
    "single_asset": "0.50",
    "undisclosed": "0.05",
    "leverage": "1.50",
    "benchmark": "BTC",
    "reports": [{"report": "account", "every": "monthly", "due_days": 15}],
    "cure_days": 20,
}
BREACH = {
    "manager": "text",
    "breach": "count",
    "clause": "text",
    "subject": "text|null",
    "since": "date",
    "statement": "count",
    "disclosed": "decimal",
    "actual": "decimal",
    "bound": "decimal",
    "cure_by": "date",
    "status": "open|waived|escalated|cured",
    "overdue": "bool",
    "waived_until": "date|null",
    "ended_on": "date|null",
    "reference": "text|null",
}
REPORT = {
    "report": "account|exposures",
    "period_to": "date",
    "due_on": "date",
    "received_on": "date|null",
    "status": "late|missing|due",
}


def test_a_mandate_is_set_by_approval_breached_by_a_statement_and_shown(there):
    words = ("programme", "mandate", "--manager", "HF-1")
    assert there.json(*words)["mandate"] is None
    assert "no_manager" == there.refused(*words[:3], "HF-9")["code"]
    approved(
        there,
        ("chair", "risk"),
        "set_mandate",
        manager="HF-1",
        since="2026-01-08",
        decided_on="2026-01-08",
        decision_ref="D-9",
        mandate=MANDATE,
    )

    answer = received(there, OURS)

    assert [("single_asset", "BTC", "0.60", "2026-03-02")] == [
        (each["clause"], each["subject"], each["actual"], each["cure_by"])
        for each in answer["breaches"]
    ]
    found = there.json(*words, "--on", "2026-03-20")
    assert [] == problems(
        found,
        {
            "manager": "text",
            "as_of": "date",
            "mandate": {"leverage": "decimal", "benchmark": "text"},
            "since": "date",
            "decision_ref": "text",
            "versions": [{"since": "date", "decision_ref": "text"}],
            "breaches": [BREACH],
            "reports": [REPORT],
        },
    )
    assert [True] == [each["overdue"] for each in found["breaches"]]
    assert [("2026-02-28", "missing"), ("2026-03-31", "due")] == [
        (each["period_to"], each["status"]) for each in found["reports"]
    ]
    assert "breach 1" in there(*words).out
    assert there.json("rebuild", "--check")["equal"]


HALF_MONTHS = [f"2026-{month:02}-{day}" for month in range(2, 6) for day in ("14", "28")]
STALE_ON = "2026-09-30"


@pytest.fixture(scope="session")
def stale(copies, furnished, tmp_path_factory):
    """HF-1 follows bitcoin until May, and has said nothing since; to be copied only."""
    line = copies(database(furnished))
    approved(
        line,
        ("chair", "risk"),
        "set_mandate",
        manager="HF-1",
        since="2026-01-08",
        decided_on="2026-01-08",
        decision_ref="D-9",
        mandate=MANDATE,
    )
    levels = (60000, 66000, 61000, 70000, 64000, 72000, 69000, 75000)
    prices = [("2026-01-31", 58000), *zip(HALF_MONTHS, levels, strict=True), (STALE_ON, 90000)]
    path = tmp_path_factory.mktemp("prices") / "coin.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = [(day, "BTC", price, "USD", "Test") for day, price in prices]
        csv.writer(file).writerows([("date", "asset", "price", "currency", "source"), *rows])
    line.json("import", "prices", path)
    for day, price in zip(HALF_MONTHS, levels, strict=True):
        # 70 % of what bitcoin did
        worth = 1000 * (1 + 0.7 * (price / 58000 - 1))
        line.run(
            "state_nav",
            manager="HF-1",
            valuation_on=day,
            stated_on=day,
            nav_per_unit=f"{worth:.2f}",
            statement_ref=f"S-{day}",
        )
    return line


def of_the_fund(statement):
    (line,) = [
        each
        for group in statement["classes"]
        for each in group["holdings"]
        if each["location"] == "reserve/fund/HF-1"
    ]
    return line


def test_a_stale_holding_stands_at_its_last_nav_with_an_estimate_beside_it(stale):
    fresh = stale.json("statement", "--as-of", HALF_MONTHS[-1])
    assert (None, None) == (of_the_fund(fresh)["stale"], of_the_fund(fresh)["estimate"])

    said = stale.json("statement", "--as-of", STALE_ON)

    line = of_the_fund(said)
    last = 1000 * (1 + 0.7 * (75000 / 58000 - 1))
    assert (f"{last:.2f}", HALF_MONTHS[-1]) == (line["price"], line["price_date"])
    assert [] == problems(line["estimate"], {"price": "decimal", "value": "decimal", "why": "text"})
    # bitcoin has gained a fifth since, and the fund follows it by somewhat less
    assert 1.05 * last < float(line["estimate"]["price"]) < 1.2 * last
    assert float(line["estimate"]["value"]) == pytest.approx(10 * float(line["estimate"]["price"]))
    assert "benchmark of +20.00 %" in line["estimate"]["why"]
    assert line["stale"].startswith("stale: no NAV since 2026-05-28")
    (note,) = [each for each in said["estimates"] if "may be worth" in each["why"]]
    assert "HF-1 in USD on 2026-09-30" == note["what"]
    assert note["why"].startswith("stale: no NAV since 2026-05-28")
    assert f"may be worth {line['estimate']['value']} USD (estimate: " in note["why"]
    assert "may be worth" in stale("statement", "--as-of", STALE_ON).out


def test_a_nav_that_is_repeated_is_stale_and_says_so_without_a_benchmark(there):
    for day, per_unit in (("2026-02-28", "1010.00"), ("2026-03-31", "1010.00")):
        there.run(
            "state_nav",
            manager="HF-1",
            valuation_on=day,
            stated_on=day,
            nav_per_unit=per_unit,
            statement_ref=day,
        )
        said = there.json("statement", "--as-of", day)
        assert of_the_fund(said)["estimate"] is None
        found = [each["why"] for each in said["estimates"] if "repeated" in each["why"]]
        assert (day == "2026-03-31") == bool(found)
    assert "no estimate, for no mandate names a benchmark" in found[0]


def test_a_published_statement_keeps_the_estimate_it_was_published_with(copies, stale):
    line = copies(database(stale))
    line.json("user", "add", "money", "--role", "treasurer")
    approved(line, ("money", "risk"), "close_period", through=STALE_ON)
    published = line.json("statement", "--as-of", STALE_ON)
    line.run(
        "state_nav",
        manager="HF-1",
        valuation_on="2026-06-30",
        stated_on="2026-10-10",
        nav_per_unit="1300.00",
        statement_ref="S-late",
    )

    assert published == line.json("statement", "--as-of", STALE_ON)
    restated = of_the_fund(line.json("statement", "--as-of", STALE_ON, "--restated"))
    assert ("1300", "2026-06-30") == (restated["price"], restated["price_date"])


def test_where_the_law_says_so_a_stale_nav_is_replaced_by_its_estimate(copies, stale, tmp_path):
    line = copies(database(stale))
    beside = of_the_fund(line.json("statement", "--as-of", STALE_ON))
    law = (ROOT / "blueprints" / "template.toml").read_text("utf-8")
    asks = "[valuation.roll_forward]"
    start = law.index(asks)
    changed = law[:start] + law[start:].replace("value = false", "value = true", 1)
    other = tmp_path / "other.toml"
    other.write_text(changed, "utf-8")
    proposal = line.json("blueprint", "adopt", other)["proposal"]
    for name in ("chair", "risk"):
        line.json("approve", proposal, "--as", name)

    said = line.json("statement", "--as-of", STALE_ON)

    booked = of_the_fund(said)
    assert (beside["estimate"]["price"], STALE_ON) == (booked["price"], booked["price_date"])
    assert beside["estimate"]["value"] == booked["value"]
    assert any("moved on from the NAV of" in each["why"] for each in said["estimates"])


def test_pages_mark_a_stale_holding_and_show_its_estimate_below_its_value(copies, stale):
    line = copies(database(stale))
    line.json("init", "--blueprint", "template")
    today = datetime.now(UTC).date().isoformat()
    worth = of_the_fund(line.json("statement", "--as-of", today))["estimate"]["value"]
    with serving(line.environment["DATABASE_URL"]):
        page = client("owner").get("/classes/hedge_funds")
        shown = text(page)

    assert 200 == page.status_code
    assert "stale" in shown
    figure = shown.partition("may be ")[2].partition(" USD")[0]
    assert f"{Decimal(worth):.2f}" == re.sub(r"[^0-9.]", "", figure), figure
    assert "mark-estimated" in page.content.decode()
