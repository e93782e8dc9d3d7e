"""What people see: tables that line up, a timeline, the law in words."""

import os
import subprocess

import pytest

from qazyna.shell.cli.text import on_the_point
from tests.shell.cli.line import QAZYNA

TIMELINE = """\
2013-10-02   seized                    holding 1, 29657 BTC, custody, State Custodian, \
US-01 seizure, order not stated, assumed: seized_on custodian order_ref authority
2014-05-28   forfeiture became final   holding 1: 29657 BTC, \
US-01 forfeiture, order not stated, assumed: final_on final_ref
2014-06-27   disposed                  holding 1, 29657 BTC, for 18740000 USD, auction"""

HELD = """\
Account                           Quantity   Asset   Side
─────────────────────────────────────────────────────────────
US-12/1/claimants                   96,000   BTC     title
US-12/1/custody/State Custodian     96,000   BTC     location
"""


def test_decimals_stand_under_one_another():
    assert ["1,500     ", "    0.25  ", "   12.0001"] == on_the_point(["1500", "0.25", "12.0001"])
    assert [] == on_the_point([])


def seen(line, *words):
    answer = line(*words)
    assert (0, "") == (answer.status, answer.err)
    assert not any(row != row.rstrip() for row in answer.out.splitlines())
    return answer.out


def test_balances(sold):
    assert HELD == seen(sold, "ledger", "balances", "--account", "US-12")


def test_entries(sold):
    text = seen(sold, "ledger", "entries", "--account", "US-01")
    assert "2014-06-27   exchange       29,657   BTC" in text
    assert "                        18,740,000   USD" in text
    assert "case/US-01@3#1" in text


def test_a_case_is_a_timeline(sold):
    text = seen(sold, "case", "show", "US-01")
    assert text.startswith("Case US-01\n")
    assert TIMELINE in text


def test_the_law_is_read_in_clauses(sold):
    text = seen(sold, "blueprint", "show", "--on", "2026-12-01")
    assert "forfeiture.appeal_days: how long an order can be appealed\n    since" in text
    assert "30 days" in text
    assert "60 %" in text
    assert "at most 80 % of the reserve in gold; amber above 76 %" in text
    assert "at least 10 % of the reserve in foreign currency; amber below 11.11 %" in text
    assert "at most 10 hedge funds " in text
    assert "2 approvals of investment committee or risk officer" in text
    assert "verified 2026-" in text
    assert "  1 % at 0; 3 % at 0.5; 10 % at 2  " in text
    assert (
        "4 × hedge fund following 0.25 BTC, 0.10 ETH, 0.65 CASH; 3 % a year beyond it; "
        "fees 2 % a year and 20 % of gains; 45 days of notice; at most 25 % given back on a "
        "dealing day"
    ) in text
    assert "1 × listed following 0.80 SPX, 0.30 BTC; fees 0.5 % a year  " in text
    assert "  100,000,000  " in text
    assert "{" not in text


def test_what_is_wrong_with_a_blueprint_has_its_line(sold, tmp_path):
    file = tmp_path / "b.toml"
    file.write_text("[jurisdiction]\nname = 5\n", "utf-8")
    answer = sold("blueprint", "check", file)
    assert (1, "") == (answer.status, answer.err)
    assert "   1   jurisdiction" in answer.out
    assert "template.toml is sound.\n" == seen(sold, "blueprint", "check", "template")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("ledger", "balances", "--account", "nowhere"), "Nothing is held.\n"),
        (("ledger", "entries", "--account", "nowhere"), "No entries.\n"),
        (("proposals",), "Nothing waits.\n"),
        (("user", "list"), "owner  owner\n"),
    ],
)
def test_where_there_is_nothing_it_says_so(sold, words, said):
    assert said == seen(sold, *words)


def test_a_home_without_cases(untouched):
    assert "There are no cases.\n" == seen(untouched, "case", "list")


def test_commands_are_explained(sold):
    assert "record_finality" in seen(sold, "commands")
    text = seen(sold, "commands", "seize")
    assert "seized_on   date" in text
    assert "unknown_command" == sold.refused("commands", "seizure")["code"]


def test_a_refusal_says_why_and_on_what_it_rests(sold):
    answer = sold("approve", "P-404")
    assert (1, "") == (answer.status, answer.out)
    assert "There is no proposal P-404.\n  code: no_proposal\n" == answer.err


def test_a_person_is_not_shown_a_thousand_problems(untouched, tmp_path):
    file = tmp_path / "v.csv"
    head = "venue_id,name,kind,shut_on,volume_usd,order_ref\n"
    file.write_text(head + "x,,,,,\n" * 400, "utf-8")
    answer = untouched("import", "venues", file)
    assert 102 == len(answer.err.splitlines())
    assert "and 1,900 more: --json lists them all" in answer.err
    assert 2000 == len(untouched("import", "venues", file, "--json").json["findings"])


def test_what_stands_in_a_file_does_not_steer_the_terminal(untouched, tmp_path):
    file = tmp_path / "p.csv"
    file.write_text("date,asset,price,currency,source\n\x1b[2J,BTC,1,USD,x\n", "utf-8")
    answer = untouched("import", "prices", file)
    assert "\x1b" not in answer.err
    assert "is not a date" in answer.err


def test_letters_that_a_terminal_lacks(sold):
    """They are shown as question marks, or written as JSON writes them; nothing fails."""
    text = sold.apart("statement", "--as-of", "2025-12-17", PYTHONIOENCODING="cp1251")
    assert (0, "") == (text.status, text.err)
    assert "???" in text.out
    words = ("blueprint", "show", "kazakhstan", "--json")
    answer = sold.apart(*words, PYTHONIOENCODING="cp1251")
    assert answer.out.isascii()
    assert "Қазақстан Республикасы" == answer.json["jurisdiction"]["local_name"]


def test_a_pipe_that_closes_is_no_error(sold):
    python, _, program = QAZYNA
    done = subprocess.run(
        ["bash", "-c", f"'{python}' -c '{program}' blueprint show kazakhstan | head -1"],
        env={**os.environ, "QAZYNA_HOME": str(sold.home)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "" == done.stderr
    assert "Republic of Kazakhstan" in done.stdout
