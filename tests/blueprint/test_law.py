"""A law is read at a date, and says who must agree to what."""

import json
from dataclasses import is_dataclass
from datetime import date, timedelta
from decimal import Decimal
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qazyna.blueprint import (
    COMMAND_KINDS,
    Approvals,
    Blueprint,
    Curve,
    Law,
    Limit,
    Vehicle,
    check,
    parse,
    show,
    values,
)
from qazyna.errors import InvariantBroken, Refused
from tests.blueprint.broken_files import TEMPLATE, template_without

FIRST = date(2009, 1, 3)
DAYS = st.dates(date(1990, 1, 1), date(2100, 1, 1))


def template() -> Blueprint:
    return parse(TEMPLATE, "template")


def amended(*answers: tuple[date, int]) -> Blueprint:
    """The template with these answers to `forfeiture.appeal_days`."""
    values = "".join(
        f'  {{ from = {since}, value = {days}, assumption = true, note = "a test" }},\n'
        for since, days in answers
    )
    clause = f'\n[forfeiture.appeal_days]\nunit = "days"\nvalues = [\n{values}]\n'
    return parse(template_without("forfeiture.appeal_days") + clause, "amended")


def test_an_answer_applies_from_its_day_until_the_next_begins() -> None:
    blueprint = amended((FIRST, 30), (date(2020, 7, 1), 15))

    assert blueprint.on(FIRST).appeal_days == 30
    assert blueprint.on(date(2020, 6, 30)).appeal_days == 30
    assert blueprint.on(date(2020, 7, 1)).appeal_days == 15
    assert blueprint.on(date(2999, 1, 1)).appeal_days == 15


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(
        st.dates(FIRST + timedelta(1), date(2040, 1, 1)), st.integers(0, 90), max_size=6
    ),
    st.lists(DAYS, max_size=20),
)
def test_dated_lookup_is_the_latest_answer_that_has_begun(
    later: dict[date, int], asked: list[date]
) -> None:
    answers = [(FIRST, 30), *sorted(later.items())]
    blueprint = amended(*answers)

    for day in (*asked, *later, *(each - timedelta(1) for each in later)):
        begun = [days for since, days in answers if since <= day]
        if begun:
            assert begun[-1] == blueprint.on(day).appeal_days
            assert blueprint.on(day).clause("forfeiture.appeal_days").value == begun[-1]
        else:
            with pytest.raises(Refused) as refused:
                blueprint.on(day)
            assert refused.value.code == "no_law_on_date"


def test_a_day_before_the_first_has_no_law() -> None:
    with pytest.raises(Refused) as refused:
        template().on(date(2009, 1, 2))

    assert refused.value.code == "no_law_on_date"
    assert refused.value.facts == {
        "blueprint": "template",
        "date": "2009-01-02",
        "first": "2009-01-03",
    }
    assert refused.value.message == (
        "The blueprint “template” begins on 2009-01-03: there is no law for 2009-01-02. "
        "Check the date, or add the law of that time to the blueprint."
    )


def test_one_object_serves_a_whole_stretch() -> None:
    blueprint = template()

    assert blueprint.on(FIRST) is blueprint.on(date(2023, 12, 31))
    assert blueprint.on(FIRST) is not blueprint.on(date(2024, 1, 1))
    assert {blueprint.on(FIRST): "a law can be a key"}


def test_the_template_is_read_as_written() -> None:
    law = template().on(date(2023, 12, 31))

    assert law.jurisdiction.name == "Republic of Meridia"
    assert (law.currency, law.domestic_currency) == ("USD", "EUR")
    assert law.weekend == {6, 7}
    assert (law.treasury_bank, law.reserve_bank, law.reserve_vault) == ("National Bank",) * 3
    assert law.appeal_days == 30
    assert dict(law.shares) == {
        "reserve": Decimal("0.60"),
        "budget": Decimal("0.40"),
        "victims": Decimal("0.00"),
    }
    assert (law.hedge_funds_max, law.venture_funds_max) == (10, 5)
    assert law.inside_official_reserves is False
    assert law.custodians["NIC"].title == "National Investment Council"
    assert law.custodians["National Bank"].holds == ("currency", "gold")
    assert law.roles["auditor"].title == "Auditor: reads everything, decides nothing"
    assert dict(law.stale_after) == {
        "currency": 5,
        "gold": 45,
        "crypto": 3,
        "hedge_fund": 62,
        "venture_fund": 180,
    }
    assert (law.par["USDT"].currency, law.par["USDT"].value) == ("USD", Decimal("1.00"))
    assert law.par["USDT"].note in dict(law.assumptions)["valuation.par.USDT"]
    assert law.limits[1] == Limit(
        "liquidity", "class_share", "foreign_currency", "min", Decimal("0.10"), Decimal("0.90")
    )


def test_the_practice_of_the_template_is_read_as_written() -> None:
    law = template().on(FIRST)

    assert law.says("practice.disposal", str) == "sell_and_invest"
    assert law.says("practice.auction.block", Decimal) == Decimal("0.50")
    assert law.says("practice.auction.discount", Curve) == Curve(
        tuple(
            (Decimal(ratio), Decimal(below))
            for ratio, below in (("0", "0.01"), ("0.5", "0.03"), ("2", "0.10"))
        )
    )
    found = law.family("practice.vehicle")
    assert list(found) == ["multi_strategy", "blockchain_equities", "venture"]
    assert found["multi_strategy"].value == Vehicle(
        "multi_strategy",
        "hedge_fund",
        (("BTC", Decimal("0.25")), ("ETH", Decimal("0.10")), ("CASH", Decimal("0.65"))),
        Decimal("0.03"),
        Decimal("0.02"),
        Decimal("0.20"),
        45,
        Decimal("0.25"),
        4,
    )
    assert {name: each.value for name, each in law.family("practice.reserve.place").items()} == {
        "multi_strategy": Decimal("0.20"),
        "blockchain_equities": Decimal("0.10"),
        "venture": Decimal("0.10"),
        "gold": Decimal("0.30"),
    }


def test_a_law_without_practice_is_a_sound_law() -> None:
    found = parse(template_without("practice"), "law alone").on(FIRST)

    assert found.says("practice.disposal", str) is None
    assert found.family("practice.vehicle") == {}


@pytest.mark.parametrize(
    ("ratio", "discount"),
    [("0", "0.02"), ("1", "0.02"), ("2", "0.03"), ("3", "0.04"), ("4", "-0.01"), ("9", "-0.06")],
)
def test_a_curve_is_linear_between_its_points_and_flat_outside(ratio: str, discount: str) -> None:
    points = (("1", "0.02"), ("3", "0.04"), ("5", "-0.06"))
    curve = Curve(tuple((Decimal(offered), Decimal(below)) for offered, below in points))

    assert Decimal(discount) == curve.at(Decimal(ratio))


def test_a_file_of_ones_own_stands_for_a_mix() -> None:
    mix = 'mix = { SPX = "0.80", BTC = "0.30" }'
    text = TEMPLATE.replace(mix, 'series = "chains.csv"')

    found = parse(text, "own").on(FIRST).family("practice.vehicle")["blockchain_equities"].value

    assert isinstance(found, Vehicle)
    assert (found.mix, found.series) == ((), "chains.csv")
    both = parse(TEMPLATE.replace(mix, f'{mix}\nseries = "chains.csv"'), "both").on(FIRST)
    assert both.family("practice.vehicle")["blockchain_equities"].value == Vehicle(
        "blockchain_equities",
        "listed",
        (("SPX", Decimal("0.80")), ("BTC", Decimal("0.30"))),
        Decimal(0),
        Decimal("0.005"),
        Decimal(0),
        0,
        Decimal(1),
        1,
        "chains.csv",
    )


def test_a_clause_is_told_with_its_source_and_line() -> None:
    found = template().on(FIRST).clause("forfeiture.appeal_days")

    assert (found.source, found.verified, found.note) == (
        "Act 2008, s. 12",
        date(2026, 11, 1),
        "",
    )
    assert "value = 30, source" in TEMPLATE.splitlines()[found.line - 1]


def test_what_is_undrawn_may_be_noted_where_a_venture_fund_may_be_held() -> None:
    law = template().on(FIRST)

    assert "undrawn" in law.eligible["reserve"]
    assert "undrawn" not in law.eligible["budget"]


def test_approvals_are_what_the_law_says_and_none_where_it_is_silent() -> None:
    law = template().on(FIRST)

    assert law.approvals("withdraw") == Approvals(("investment_committee", "risk_officer"), 2)
    assert law.approvals("seize") == Approvals((), 0)
    assert all(law.approvals(kind).count <= len(law.roles) for kind in COMMAND_KINDS)


def test_a_misspelt_command_does_not_slip_through_without_approval() -> None:
    with pytest.raises(InvariantBroken, match="withdrawn"):
        template().on(FIRST).approvals("withdrawn")


def test_a_law_cannot_be_changed_in_the_hand() -> None:
    law = template().on(FIRST)

    with pytest.raises(TypeError):
        law.shares["reserve"] = Decimal(1)  # type: ignore[index]


@pytest.mark.parametrize(
    "kind",
    [
        each
        for each in (Blueprint, Law, *vars(values).values())
        if isinstance(each, type) and is_dataclass(each)
    ],
)
def test_nothing_that_was_read_can_be_changed(kind: type) -> None:
    assert vars(kind)["__dataclass_params__"].frozen
    assert "__slots__" in vars(kind)


@pytest.mark.parametrize(
    ("bound", "value", "amber", "actual", "status"),
    [
        ("max", "0.50", "0.90", "0.45", "green"),
        ("max", "0.50", "0.90", "0.4501", "amber"),
        ("max", "0.50", "0.90", "0.50", "amber"),
        ("max", "0.50", "0.90", "0.5001", "red"),
        ("max", "5", "1", "5", "green"),
        ("max", "5", "1", "6", "red"),
        ("min", "0.18", "0.90", "0.20", "green"),
        ("min", "0.18", "0.90", "0.1999", "amber"),
        ("min", "0.18", "0.90", "0.18", "amber"),
        ("min", "0.18", "0.90", "0.1799", "red"),
        ("min", "0.18", "1", "0.18", "green"),
    ],
)
def test_a_limit_warns_near_its_bound_and_is_broken_only_beyond_it(
    bound: str, value: str, amber: str, actual: str, status: str
) -> None:
    limit = Limit("x", "class_share", "gold", bound, Decimal(value), Decimal(amber))

    assert status == limit.status(Decimal(actual))


def test_the_text_and_its_hash_are_kept() -> None:
    blueprint = template()

    assert TEMPLATE == blueprint.text
    assert sha256(TEMPLATE.encode()).hexdigest() == blueprint.sha256
    assert () == check(blueprint.text)


def test_it_is_shown_as_plain_data_through_time_or_on_a_day() -> None:
    always = json.loads(json.dumps(show(template())))
    on_day = json.loads(json.dumps(show(template(), FIRST)))

    def funds(shown: dict[str, list[dict[str, object]]]) -> object:
        named = {str(each["clause"]): each["values"] for each in shown["clauses"]}
        return named["programme.venture_funds_max"]

    first = {
        "from": "2009-01-03",
        "value": 5,
        "source": "Rules, r. 14",
        "verified": "2026-11-01",
    }
    second = {**first, "from": "2024-01-01", "value": 10, "source": "Rules 2023, r. 14"}
    assert funds(always) == [first, second]
    assert funds(on_day) == [first]
    assert always["change_dates"] == ["2009-01-03", "2024-01-01"]
    assert on_day["on"] == "2009-01-03"
    assert always["clauses"][0]["clause"] == "jurisdiction.weekend"
    assert on_day["custodians"][0]["name"] == "State Custodian"


def test_what_is_shown_holds_no_decimal_that_is_not_a_string() -> None:
    shown = {each["clause"]: each for each in show(template(), FIRST)["clauses"]}  # type: ignore[attr-defined]

    assert shown["disposition.share.reserve"]["values"][0]["value"] == "0.60"
    assert shown["limits.gold"]["values"][0]["value"] == {
        "measure": "class_share",
        "class": "gold",
        "bound": "max",
        "value": "0.80",
        "amber": "0.95",
    }
    assert shown["valuation.par.USDT"]["values"][0]["assumption"] is True
    assert shown["practice.auction.discount"]["values"][0]["value"] == [
        ["0", "0.01"],
        ["0.5", "0.03"],
        ["2", "0.10"],
    ]
    assert shown["practice.vehicle.venture"]["values"][0]["value"] == {
        "kind": "venture_fund",
        "mix": {"SPX": "1.20", "BTC": "0.20"},
        "alpha": "0.02",
        "management": "0.02",
        "performance": "0.20",
        "notice_days": 0,
        "gate": "1",
        "count": 2,
    }
