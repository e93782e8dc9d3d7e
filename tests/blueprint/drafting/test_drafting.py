"""A new law is the commented form, filled in; what nobody answered is an assumption."""

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, settings
from hypothesis import given as hypothesis_given
from hypothesis import strategies as st

from qazyna.blueprint import Blueprint, check, parse
from qazyna.blueprint.drafting import draft, given
from qazyna.blueprint.drafting.asking import (
    custodians,
    custodians_typed,
    questions,
    typed,
    understood,
)
from qazyna.blueprint.drafting.toml import toml
from qazyna.blueprint.schema import CLAUSE
from qazyna.blueprint.showing import plain
from tests.blueprint.broken_files import BLUEPRINTS, TEMPLATE

SHIPPED = sorted(BLUEPRINTS.glob("*.toml"))
NOWHERE = {
    "code": "XN",
    "name": "Nowhere",
    "local_name": "Nowhere",
    "currency": "EUR",
    "domestic_currency": "EUR",
}


def base(name: str = "template") -> Blueprint:
    return parse((BLUEPRINTS / f"{name}.toml").read_text(encoding="utf-8"), name)


def made(data: dict[str, Any], name: str = "template") -> Blueprint:
    return parse(draft(TEMPLATE, base(name), given(data)).text, "made")


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.stem)
def test_without_an_answer_it_is_the_law_one_began_from_all_of_it_assumed(file: Path) -> None:
    begun = base(file.stem)
    latest = begun.on(max(begun.change_dates))

    found = draft(TEMPLATE, begun, given({}))
    law = parse(found.text, "made")

    assert {name: plain(each.value) for name, each in latest.clauses.items()} == {
        name: plain(values[0].value) for name, values in law.clauses.items()
    }
    assert all(each.assumed for values in law.clauses.values() for each in values)
    assert law.custodians.keys() == begun.custodians.keys()
    assert law.roles.keys() == begun.roles.keys()
    assert (found.answered, found.assumed) == (0, len(law.clauses))


def test_what_is_answered_stands_there_with_its_source_and_the_rest_is_assumed() -> None:
    found = made(
        {
            "from": date(2015, 6, 1),
            "jurisdiction": NOWHERE,
            "forfeiture": {
                "appeal_days": {
                    "value": 45,
                    "source": "Procedure Act, s. 88",
                    "verified": date(2026, 11, 1),
                }
            },
            "seizure.controls": ["custody"],
        }
    )

    (appeal,) = found.clauses["forfeiture.appeal_days"]
    (controls,) = found.clauses["seizure.controls"]
    (weekend,) = found.clauses["jurisdiction.weekend"]
    assert (appeal.value, appeal.since) == (45, date(2015, 6, 1))
    assert (appeal.source, appeal.verified) == ("Procedure Act, s. 88", date(2026, 11, 1))
    assert (controls.value, controls.note) == (("custody",), "answered without a source")
    assert weekend.note == "not answered; taken from template"
    assert found.jurisdiction.name == "Nowhere"


def test_amendments_are_answered_as_a_list() -> None:
    shares = {
        to: [{"value": early}, {"from": "2020-01-01", "value": late}]
        for to, early, late in (
            ("reserve", "1", "0.5"),
            ("budget", "0", "0.3"),
            ("victims", "0", "0.2"),
        )
    }

    found = made({"from": "2012-01-01", "disposition": {"share": shares}})

    assert [str(found.on(date(year, 1, 1)).shares["reserve"]) for year in (2019, 2020)] == [
        "1",
        "0.5",
    ]


def test_the_form_keeps_its_comments_and_none_of_its_own_country() -> None:
    text = draft(TEMPLATE, base("kazakhstan"), given({"jurisdiction": NOWHERE})).text
    remarks = [line for line in text.splitlines() if line.startswith("#")]
    headings = [line for line in TEMPLATE.splitlines() if "──" in line]

    assert [line for line in remarks if "──" in line] == headings
    assert len(remarks) > 200
    assert not [line for line in remarks if "Meridia" in line]


def test_a_family_that_makes_a_whole_is_taken_from_the_answers_whole() -> None:
    found = made(
        {
            "jurisdiction": NOWHERE,
            "programme": {"scorecard": {"custody": "0.5", "fees": "0.5"}},
            "approvals": {"seize": {"roles": ["prosecutor"], "approvals": 1}},
        }
    )

    names = [name for name in found.clauses if name.startswith("programme.scorecard.")]
    assert sorted(names) == ["programme.scorecard.custody", "programme.scorecard.fees"]
    # Nobody is let off an approval by adding one.
    assert {name for name in base().clauses if name.startswith("approvals.")} < set(found.clauses)
    assert found.on(date(2026, 1, 1)).approvals("seize").count == 1


def test_what_is_left_out_is_not_there() -> None:
    found = made({"jurisdiction": NOWHERE, "leave_out": ["practice", "limits.gold"]})

    assert not [name for name in found.clauses if name.startswith("practice.")]
    assert "limits.gold" not in found.clauses
    assert "limits.liquidity" in found.clauses


def test_money_and_gold_go_to_a_custodian_that_there_is() -> None:
    found = made(
        {
            "jurisdiction": NOWHERE,
            "custodian": [
                {"name": "Police", "title": "Police", "holds": ["crypto"]},
                {"name": "Bank", "title": "Bank", "holds": ["currency", "gold"]},
            ],
        }
    ).on(date(2026, 1, 1))

    assert (found.treasury_bank, found.reserve_bank, found.reserve_vault) == ("Bank",) * 3


def test_everything_that_is_not_understood_is_named() -> None:
    found = given(
        {
            "from": "soon",
            "leave_out": ["practise"],
            "jurisdiction": {"capital": "Nowhere City"},
            "custodian": "Bank",
            "forfeiture": {"apeal_days": 30},
            "disposition": "auction",
        }
    )

    assert [name for name, _ in found.problems] == [
        "from",
        "leave_out",
        "jurisdiction.capital",
        "custodian",
        "forfeiture.apeal_days",
        "disposition",
    ]


def test_an_answer_that_contradicts_is_found_by_the_check() -> None:
    text = draft(TEMPLATE, base(), given({"disposition": {"share": {"reserve": "0.9"}}})).text

    (problem,) = check(text)
    assert "the shares make 1.30, not 1" in problem.message


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.stem)
def test_every_default_that_is_asked_for_is_understood_as_itself(file: Path) -> None:
    begun = base(file.stem)
    law = begun.on(max(begun.change_dates))

    for each in questions(begun):
        raw, wrong = understood(each.clause, each.default)
        assert wrong == ""
        unit = CLAUSE[each.clause].unit
        assert typed(unit, plain(law.clauses[each.clause].value)) == typed(unit, raw)


@pytest.mark.parametrize(
    ("clause", "text", "value"),
    [
        ("disposition.share.reserve", "60 %", "0.6"),
        ("disposition.share.reserve", "0.6", "0.6"),
        ("disposition.share.reserve", "12,5%", "0.125"),
        ("forfeiture.appeal_days", "30", 30),
        ("forfeiture.appeal_days", "30 days", 30),
        ("programme.eligibility.licence", "Yes", True),
        ("programme.eligibility.assets", "100,000,000", "100000000"),
        ("jurisdiction.weekend", "5, 6", [5, 6]),
        ("jurisdiction.weekend", "none", []),
        ("disposition.mechanisms", "auction, hold", ["auction", "hold"]),
        ("practice.auction.block", "1.5", "1.5"),
    ],
)
def test_what_is_typed_is_read_as_a_person_means_it(clause: str, text: str, value: object) -> None:
    assert (value, "") == understood(clause, text)


@pytest.mark.parametrize(
    ("clause", "text"),
    [
        ("disposition.share.reserve", "much"),
        ("disposition.share.reserve", "120 %"),
        ("disposition.share.reserve", "much %"),
        ("forfeiture.appeal_days", "a month"),
        ("programme.eligibility.licence", "maybe"),
        ("disposition.mechanisms", "auktion"),
        ("jurisdiction.weekend", "8"),
        ("programme.eligibility.assets", "lots"),
        ("practice.disposal", "gift"),
    ],
)
def test_what_cannot_be_read_is_said(clause: str, text: str) -> None:
    value, wrong = understood(clause, text)

    assert value is None
    assert wrong


def test_custodians_are_typed_on_one_line() -> None:
    assert custodians("Police: crypto; State Bank: currency, gold") == [
        {"name": "Police", "title": "Police", "holds": ["crypto"]},
        {"name": "State Bank", "title": "State Bank", "holds": ["currency", "gold"]},
    ]
    again = custodians(custodians_typed(base()))
    assert {str(each["name"]): tuple(each["holds"]) for each in again} == {  # type: ignore[arg-type]
        each.name: each.holds for each in base().custodians.values()
    }


RAW = st.recursive(
    st.booleans()
    | st.integers(-(10**9), 10**9)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
    | st.dates(),
    lambda below: (
        st.lists(below, max_size=3) | st.dictionaries(st.text("ab c\"'", max_size=4), below)
    ),
    max_leaves=8,
)


@settings(max_examples=200, deadline=None)
@hypothesis_given(RAW)
def test_whatever_is_written_is_read_back(value: object) -> None:
    assert tomllib.loads(f"a = {toml(value)}") == {"a": value}


@example({"custodian": [{"": False, "two words": 1}]})
@settings(max_examples=100, deadline=None)
@hypothesis_given(
    st.dictionaries(
        st.sampled_from(
            [
                *("jurisdiction", "custodian", "role", "from", "leave_out", "practice"),
                *("forfeiture.appeal_days", "limits.gold", "approvals.seize", "programme"),
                *("practice.vehicle.venture", "practice.auction.discount", "seizure.controls"),
            ]
        ),
        st.none()
        | RAW
        | st.dictionaries(
            st.sampled_from(["name", "title", "holds", "value", "from", "source", "days", "code"]),
            RAW,
            max_size=3,
        )
        | st.lists(st.dictionaries(st.sampled_from(["name", "value", "from"]), RAW, max_size=2)),
        max_size=4,
    )
)
def test_no_answer_makes_it_stumble_or_write_what_is_no_toml(data: dict[str, Any]) -> None:
    found = given(data)
    if not found.problems:
        problems = check(draft(TEMPLATE, base(), found).text)
        assert not [each for each in problems if "not TOML" in each.message]


def test_null_leaves_out() -> None:
    found = made({"jurisdiction": NOWHERE, "practice": None, "limits": {"gold": None}})

    assert "limits.gold" not in found.clauses
    assert not [name for name in found.clauses if name.startswith("practice.")]
