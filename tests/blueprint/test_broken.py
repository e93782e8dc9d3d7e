"""Every mistake a blueprint can hold has its file in `broken/`, and its answer."""

from collections import Counter
from pathlib import Path

import pytest

from qazyna.blueprint import check, parse, rules
from qazyna.blueprint.rules import Rule
from qazyna.errors import Refused
from tests.blueprint.broken_files import (
    BROKEN,
    TEMPLATE,
    expected,
    reported,
    template_without,
    whole,
)


@pytest.mark.parametrize("file", BROKEN, ids=lambda file: file.stem)
def test_each_mistake_is_answered_by_line_reason_and_mend(file: Path) -> None:
    assert expected(file)
    assert expected(file) == reported(file)


def test_all_mistakes_are_reported_at_once_and_in_the_order_of_lines() -> None:
    problems = check(
        template_without("forfeiture")
        + """
[forfeiture.appeal_days]
unit = "weeks"
values = [ { from = 2009-01-03, value = "30", source = "Act 2008", verified = 2026-11-01 } ]

[approvals.seize]
unit = "approvals"
values = [ { from = 2009-01-03, value = { roles = ["treasurer"], approvals = 2 } } ]

[[role]]
name = "treasurer"
"""
    )

    assert list(problems) == sorted(problems)
    assert Counter(each.clause for each in problems) == {
        "forfeiture.kinds": 1,  # missing
        "forfeiture.appeal_days": 2,  # its unit, its value
        "approvals.seize": 2,  # its basis, and more than the role can give
        "role": 2,  # named twice, without a title
    }


def test_contradictions_of_many_kinds_are_reported_at_once() -> None:
    def clause(name: str, unit: str, value: str) -> str:
        return (
            f'[{name}]\nunit = "{unit}"\nvalues = [ {{ from = 2009-01-03, value = {value}, '
            'assumption = true, note = "a test" } ]\n'
        )

    gold = '{ measure = "class_share", class = "gold", bound = "min", value = "0.95", amber = "1" }'
    changed = (
        clause("disposition.share.reserve", "fraction", '"0.70"')
        + clause("limits.more_gold", "limit", gold)
        + clause("practice.days.final", "days", "10")
        + clause("practice.reserve.place.gold", "fraction", '"0.75"')
        + clause("practice.disposal", "text", '"hold"')
        + clause("disposition.mechanisms", "list", '["auction"]')
    )
    rest = template_without(
        *("disposition.share.reserve", "practice.days.final", "practice.disposal"),
        *("practice.reserve.place.gold", "disposition.mechanisms"),
    )

    problems = check(changed + rest)

    assert list(problems) == sorted(problems)
    found = [each.message for each in problems]
    for words in (
        "the shares make 1.10, not 1",
        "by class_share, gold must be at least 0.95 (more_gold) and at most 0.80 (gold)",
        "the minimum shares of all classes make 1.05, more than the whole reserve",
        "final 10 days after the seizure, while an order alone can be appealed for 30",
        "the shares placed make 1.15, more than the whole",
        "disposition.mechanisms does not allow “hold”",
    ):
        assert [words in each for each in found].count(True) == 1, words


@pytest.mark.parametrize("rule", rules.RULES, ids=lambda rule: rule.__name__)
def test_no_rule_is_idle(rule: Rule, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "RULES", tuple(each for each in rules.RULES if each is not rule))

    assert any(expected(file) != reported(file) for file in BROKEN)


def test_a_broken_blueprint_is_refused_with_everything_that_is_wrong() -> None:
    file = next(file for file in BROKEN if file.stem == "list_unknown_mechanism")

    with pytest.raises(Refused) as refused:
        parse(whole(file), "broken")

    assert refused.value.code == "blueprint_invalid"
    assert refused.value.facts == {"blueprint": "broken", "problems": "2"}
    assert "“broken” is not a sound blueprint: 2 problems." in refused.value.message
    assert "line 11: disposition.mechanisms: “auktion” is not known here" in refused.value.message
    assert "line 13: disposition.mechanisms: “gift” is not known here" in refused.value.message


def test_a_mark_before_the_first_letter_and_line_ends_of_windows_do_no_harm() -> None:
    assert () == check("\ufeff" + TEMPLATE.replace("\n", "\r\n"))


def test_a_text_that_is_not_characters_is_a_problem_not_a_crash() -> None:
    (problem,) = check("a = '\udcff'")

    assert "this is not TOML" in problem.message


def test_brackets_without_end_are_a_problem_not_a_crash() -> None:
    (problem,) = check("a = " + "[" * 100_000)

    assert problem.message == "the brackets are nested too deeply to be read"
