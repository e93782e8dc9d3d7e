"""A new jurisdiction: asked or answered in a file, checked, explained, compared and running."""

import json

import pytest

from qazyna.blueprint import parse
from qazyna.blueprint.drafting.asking import questions
from tests.shell.cli.line import ROOT, Line
from tests.shell.cli.shapes import problems

ANSWERS = """
from = 2012-01-01
leave_out = ["programme.selection", "programme.scorecard"]

[jurisdiction]
code = "XN"
name = "Principality of Nordalia"
local_name = "Nordalia"
currency = "USD"
domestic_currency = "EUR"
names = { ru = "Княжество Нордалия", kk = "Нордалия князьдігі" }
source = "Constitution of Nordalia, art. 1"
verified = 2026-11-01

[[custodian]]
name = "State Custodian"
title = "Treasury of Nordalia"
holds = ["crypto", "currency", "gold"]

[[custodian]]
name = "Fund"
title = "Future Fund of Nordalia"
holds = ["currency", "hedge_fund", "venture_fund"]

[forfeiture]
appeal_days = { value = 45, source = "Procedure Act, s. 88", verified = 2026-11-01 }

[disposition.share]
reserve = { value = "0.5", source = "Budget Act 2011, s. 3", verified = 2026-11-01 }
budget = { value = "0.3", source = "Budget Act 2011, s. 3", verified = 2026-11-01 }
victims = { value = "0.2", source = "Budget Act 2011, s. 3", verified = 2026-11-01 }

[practice]
days.disposal = 10
"""
FACTS = 7
"""Questions before those of the clauses: name, code, local name, currencies, first day, keepers."""
SHAPE = {"file": "text", "from": "text", "answered": "count", "assumed": "count"}


@pytest.fixture
def alone(tmp_path):
    """A home that does not exist: nothing here asks for one."""
    return Line(tmp_path / "home")


@pytest.fixture
def nordalia(alone, tmp_path):
    answers = tmp_path / "answers.toml"
    answers.write_text(ANSWERS, "utf-8")
    file = tmp_path / "nordalia.toml"
    found = alone.json("blueprint", "new", file, "--answers", answers)
    assert [] == problems(found, SHAPE)
    assert found["answered"] == 5
    return file


def test_a_new_country_goes_from_answers_to_a_compared_explained_running_system(
    nordalia, copies, template
):
    """Nobody touches Python."""
    line = copies(template)

    assert {"ok": True, "problems": []} == line.json("blueprint", "check", nordalia)
    told = {
        lang: line("blueprint", "explain", nordalia, "--lang", lang, "--on", "2026-06-30").out
        for lang in ("en", "ru", "kk")
    }
    assert "Principality of Nordalia (XN)" in told["en"]
    assert "50 % goes to the reserve, 30 % to the State budget and 20 % to a general" in (
        told["en"].replace("\u00a0", " ")
    )
    assert "в течение 45 дней" in told["ru"]
    assert "Тәркіленгеннің 50 пайызы резервке" in told["kk"]
    differs = line.json("blueprint", "diff", "template", nordalia, "--on", "2026-06-30")
    assert {"forfeiture.appeal_days", "disposition.share.victims"} <= {
        each["clause"] for each in differs["law"]
    }
    assert [each["clause"] for each in differs["practice"]] == ["practice.days.disposal"]

    compared = line.json(
        *("lab", "compare", "--register", ROOT / "data" / "us_seized_sales.csv"),
        *("--models", f"template,{nordalia}", "--from", "2014-06-01", "--to", "2018-12-31"),
        *("--prices", ROOT / "data" / "prices"),
    )
    assert {"template", "nordalia"} == compared["models"].keys()
    assert float(compared["models"]["nordalia"]["to_victims"]) > 0
    assert float(compared["models"]["template"]["to_victims"]) == 0

    assert "nordalia" == line.json("init", "--blueprint", nordalia)["blueprint"]
    assert 14 == line.json("import", "register", ROOT / "data" / "us_seized_sales.csv")["accepted"]
    assert "PRINCIPALITY OF NORDALIA" in line("statement", "--as-of", "2020-12-31").out


def test_answers_as_json_make_the_same_law(alone, tmp_path):
    import tomllib

    data = tomllib.loads(ANSWERS)
    (tmp_path / "a.toml").write_text(ANSWERS, "utf-8")
    (tmp_path / "a.json").write_text(json.dumps(data, default=str), "utf-8")
    for form in ("toml", "json"):
        alone.json(
            "blueprint", "new", tmp_path / f"{form}.toml", "--answers", tmp_path / f"a.{form}"
        )

    assert (tmp_path / "toml.toml").read_bytes() == (tmp_path / "json.toml").read_bytes()


def test_one_begins_from_any_shipped_model(alone, tmp_path):
    (tmp_path / "a.toml").write_text('[jurisdiction]\ncode = "XN"\nname = "Nordalia"\n', "utf-8")
    for name in sorted(each.stem for each in (ROOT / "blueprints").glob("*.toml")):
        file = tmp_path / f"from-{name}.toml"
        made = alone.json(
            "blueprint", "new", file, "--from", name, "--answers", tmp_path / "a.toml"
        )
        assert name == made["from"]
        assert alone("blueprint", "check", file).status == 0


def asked(line, file, *typed):
    """Answer the questions one a line; past the last, a full stop."""
    return line("blueprint", "new", file, stdin="\n".join([*typed, ".", ""]) + "\n")


def test_it_is_asked_in_plain_words_and_a_slip_is_asked_again(alone, tmp_path):
    file = tmp_path / "asked.toml"
    answer = asked(
        alone,
        file,
        *("Nordalia", "Nord", "XN", "", "EUR", "", "1 January", "2012-01-01", ""),
        *("5, 6", "Sabbath Act, s. 1"),  # the weekend, and where that is said
        *("custody, divice", "custody", ""),  # a slip, then the controls, assumed
    )

    assert (0, True) == (answer.status, file.exists()), answer
    assert "How long" not in answer.out
    assert "“divice” is not known here: write “device”" in answer.err
    assert "two letters of ISO 3166" in answer.err
    shown = alone.json("blueprint", "show", file)
    assert shown["jurisdiction"]["name"] == "Nordalia"
    assert (shown["jurisdiction"]["code"], shown["jurisdiction"]["currency"]) == ("XN", "EUR")
    values = {each["clause"]: each["values"][0] for each in shown["clauses"]}
    assert values["jurisdiction.weekend"]["value"] == [5, 6]
    assert values["jurisdiction.weekend"]["source"] == "Sabbath Act, s. 1"
    assert values["jurisdiction.weekend"]["from"] == "2012-01-01"
    assert values["seizure.controls"]["value"] == ["custody"]
    assert values["seizure.controls"]["note"] == "answered without a source"
    assert values["treasury.bank"]["note"] == "not answered; taken from template"


def test_all_questions_can_be_kept_with_enter(alone, tmp_path):
    file = tmp_path / "kept.toml"
    answer = alone("blueprint", "new", file, stdin="Nordalia\nXN\n" + "\n" * 200)

    assert answer.status == 0, answer
    assert "How long an order can be appealed (days) [30]" in answer.err
    assert "Keep the limits on shares and managers?" in answer.err
    assert alone("blueprint", "check", file).status == 0


def test_a_contradiction_is_said_and_asked_again(alone, tmp_path):
    file = tmp_path / "mended.toml"
    text = (ROOT / "blueprints" / "template.toml").read_text("utf-8")
    asks = [each.clause for each in questions(parse(text, "template"))]
    kept = [""] * (FACTS - 2 + asks.index("disposition.share.reserve"))

    answer = asked(
        alone, file, "Nordalia", "XN", *kept, "90 %", "", ".", "disposition.share.budget = 10 %"
    )

    assert "This cannot stand:" in answer.err
    assert "the shares make 1.30, not 1" in answer.err
    assert answer.status == 0, answer
    shown = alone.json("blueprint", "show", file)
    values = {each["clause"]: each["values"][0]["value"] for each in shown["clauses"]}
    assert [values[f"disposition.share.{to}"] for to in ("reserve", "budget", "victims")] == [
        *("0.9", "0.1", "0.00"),
    ]


@pytest.mark.parametrize(
    ("answers", "code", "says"),
    [
        ("[forfeiture]\napeal_days = 3\n", "answers_not_understood", "forfeiture.apeal_days"),
        ('[disposition.share]\nreserve = "0.9"\n', "blueprint_invalid", "the shares make 1.30"),
        ("not toml", "answers_unreadable", "cannot be read as TOML"),
    ],
)
def test_answers_that_make_no_sound_law_are_refused_and_nothing_is_written(
    alone, tmp_path, answers, code, says
):
    (tmp_path / "a.toml").write_text(answers, "utf-8")
    file = tmp_path / "no.toml"

    no = alone.refused("blueprint", "new", file, "--answers", tmp_path / "a.toml")

    assert code == no["code"]
    assert says in no["message"]
    assert not file.exists()


def test_a_file_that_is_there_is_not_written_over(alone, nordalia):
    before = nordalia.read_bytes()

    assert "file_exists" == alone.refused("blueprint", "new", nordalia)["code"]
    assert before == nordalia.read_bytes()


def test_without_anybody_to_ask_it_is_refused(alone, tmp_path):
    no = alone.refused("blueprint", "new", tmp_path / "nobody.toml", stdin="Nordalia\n")

    assert "not_answered" == no["code"]
    assert not (tmp_path / "nobody.toml").exists()
