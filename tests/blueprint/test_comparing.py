"""Two laws side by side."""

from datetime import date
from typing import Any

import pytest

from qazyna.blueprint import parse
from qazyna.blueprint.comparing import differ
from qazyna.errors import Refused
from tests.blueprint.broken_files import BLUEPRINTS, TEMPLATE

DAY = date(2026, 6, 30)


def compared(one: str, other: str, day: date = DAY, *, everything: bool = False) -> Any:
    return differ(parse(one, "one"), parse(other, "other"), day, everything=everything)


def test_a_law_differs_from_itself_in_nothing() -> None:
    found = compared(TEMPLATE, TEMPLATE)

    assert (found["law"], found["practice"], found["different"]) == ([], [], 0)
    every = compared(TEMPLATE, TEMPLATE, everything=True)
    assert len(every["law"]) + len(every["practice"]) == every["same"] == found["same"]


def test_what_differs_stands_side_by_side_law_and_practice_apart() -> None:
    other = TEMPLATE.replace(
        'value = 30, source = "Act 2008, s. 12"', 'value = 45, source = "Act 2008, s. 12"'
    ).replace('value = "tranche_sale", assumption', 'value = "auction", assumption')

    found = compared(TEMPLATE, other)

    assert found["different"] == 2
    (law,), (practice,) = found["law"], found["practice"]
    assert law == {
        "clause": "forfeiture.appeal_days",
        "means": "how long an order can be appealed",
        "unit": "days",
        "a": {"value": 30, "since": "2009-01-03", "assumption": False},
        "b": {"value": 45, "since": "2009-01-03", "assumption": False},
        "same": False,
    }
    assert practice["clause"] == "practice.sale.by"
    assert (practice["a"]["value"], practice["b"]["value"]) == ("tranche_sale", "auction")
    assert practice["a"]["assumption"] is True


def test_it_is_read_on_the_day() -> None:
    early = {each["clause"] for each in compared(TEMPLATE, later(), date(2023, 12, 31))["law"]}
    late = {each["clause"] for each in compared(TEMPLATE, later(), DAY)["law"]}

    assert early == set()
    assert late == {"programme.venture_funds_max"}


def later() -> str:
    return TEMPLATE.replace("from = 2024-01-01, value = 10,", "from = 2024-01-01, value = 7,")


def test_the_order_of_words_is_no_difference() -> None:
    other = TEMPLATE.replace(
        'value = ["XM", "KY", "LU", "IE", "SG"]', 'value = ["SG", "IE", "LU", "KY", "XM"]'
    )

    assert other != TEMPLATE
    assert compared(TEMPLATE, other)["different"] == 0


def test_a_clause_of_one_alone_has_nothing_beside_it() -> None:
    kazakhstan = (BLUEPRINTS / "kazakhstan.toml").read_text(encoding="utf-8")

    rows = {each["clause"]: each for each in compared(TEMPLATE, kazakhstan)["law"]}

    assert rows["programme.mandate.most.issuer"]["a"] is None
    assert rows["programme.mandate.most.issuer"]["b"]["value"] == "0.20"
    assert rows["custodian.gold"]["a"]["value"] == ["National Bank", "State Custodian"]


def test_a_day_before_either_is_refused() -> None:
    younger = TEMPLATE.replace("from = 2009-01-03", "from = 2019-01-03")

    with pytest.raises(Refused) as refused:
        compared(TEMPLATE, younger, date(2015, 1, 1))

    assert refused.value.facts["blueprint"] == "other"
