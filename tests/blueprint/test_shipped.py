"""The blueprints that come with the program: sound, complete, and honest about what they assume."""

import tomllib
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from qazyna.blueprint import (
    COMMAND_KINDS,
    CONTROLS,
    ELIGIBLE_CLASSES,
    FORFEITURE_KINDS,
    MECHANISMS,
    STATEMENT_CLASSES,
    Blueprint,
    check,
    parse,
)
from qazyna.blueprint.schema import CLAUSES, REBALANCING, SALES, VEHICLE_KINDS
from tests.blueprint.broken_files import BLUEPRINTS, TEMPLATE

SHIPPED = sorted(BLUEPRINTS.glob("*.toml"))
END_OF_STORY = date(2026, 6, 30)


def read(name: str) -> Blueprint:
    return parse((BLUEPRINTS / f"{name}.toml").read_text(encoding="utf-8"), name)


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.stem)
def test_it_is_sound(file: Path) -> None:
    assert () == check(file.read_text(encoding="utf-8"))


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.stem)
def test_every_name_in_it_rests_on_something(file: Path) -> None:
    data: dict[str, Any] = tomllib.loads(file.read_text(encoding="utf-8"))
    named = [data["jurisdiction"], *data["custodian"], *data["role"]]

    assert all("source" in each or "assumption" in each for each in named)


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.stem)
def test_a_register_is_brought_in_without_approval_and_the_law_is_not_changed_by_one_alone(
    file: Path,
) -> None:
    law = read(file.stem).on(END_OF_STORY)

    assert law.approvals("import_history").count == 0
    assert law.approvals("adopt_blueprint").count > 0


HOLD_COINS = {
    "el-salvador",
    "new-hampshire-cap",
    "texas-market-value-floor",
    "united-states-reserve",
}


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.stem)
def test_no_reserve_holds_a_coin_but_those_whose_model_it_is(file: Path) -> None:
    blueprint = read(file.stem)
    with_coins = [
        day for day in days(blueprint) if "crypto" in blueprint.on(day).eligible["reserve"]
    ]

    assert bool(with_coins) == (file.stem in HOLD_COINS)


def test_until_the_order_of_2025_the_two_of_the_united_states_are_one_law() -> None:
    auctioned, kept = read("united-states"), read("united-states-reserve")
    eve = date(2025, 3, 5)

    def answers(blueprint: Blueprint) -> dict[str, object]:
        return {
            name: (answer.since, answer.value, answer.basis)
            for name, answer in blueprint.on(eve).clauses.items()
        }

    then = kept.on(date(2025, 3, 6)).clauses
    changed = {name for name, answer in then.items() if answer.since > eve}

    assert answers(auctioned) == answers(kept)
    assert changed == {
        "disposition.mechanisms",
        "disposition.share.reserve",
        "disposition.share.budget",
        "reserve.eligible",
        "practice.disposal",
    }


def days(blueprint: Blueprint) -> tuple[date, ...]:
    return blueprint.change_dates


def test_the_template_allows_whatever_there_is() -> None:
    law = read("template").on(END_OF_STORY)

    assert frozenset(MECHANISMS) == law.mechanisms
    assert frozenset(CONTROLS) == law.controls
    assert frozenset(FORFEITURE_KINDS) == law.forfeiture_kinds
    assert frozenset(ELIGIBLE_CLASSES) == law.eligible["case"] - {"undrawn"}


def test_the_template_names_and_explains_every_word_an_answer_may_use() -> None:
    words = {*COMMAND_KINDS, *STATEMENT_CLASSES, *MECHANISMS, *CONTROLS, *ELIGIBLE_CLASSES}
    words |= {*SALES, *VEHICLE_KINDS, *REBALANCING, "SPX", "XAU", "CASH"}

    assert [] == sorted(word for word in words if word not in TEMPLATE)


def test_the_template_answers_every_clause_and_one_of_each_family() -> None:
    answered = read("template").clauses

    assert [] == [
        clause.name
        for clause in CLAUSES
        if not any(name.startswith(clause.name.removesuffix("*")) for name in answered)
    ]


def test_the_template_covers_every_date_a_coin_could_have_been_seized() -> None:
    assert read("template").first == date(2009, 1, 3)


def test_the_custodians_of_a_register_are_known_under_both() -> None:
    names = {"AFM", "NIC", "Central Securities Depository"}

    assert names <= set(read("kazakhstan").custodians)
    assert names | {"State Custodian", "National Bank"} <= set(read("template").custodians)
    assert read("kazakhstan").custodians["AFM"].local_name == "Қаржылық мониторинг агенттігі"


def test_kazakhstan_never_auctions() -> None:
    law = read("kazakhstan").on(END_OF_STORY)

    assert law.mechanisms == {
        "sell_and_invest",
        "transfer_to_managers",
        "interlocutory_sale",
        "negotiated_sale",
    }


def test_kazakhstan_admits_five_hedge_funds_as_stated() -> None:
    law = read("kazakhstan").on(END_OF_STORY)
    found = law.clause("programme.hedge_funds_max")

    assert law.hedge_funds_max == 5
    assert not found.assumed
    assert found.source.startswith("public statements, 2025–2026")


def test_kazakhstan_gives_no_source_for_what_was_said_in_later_years() -> None:
    blueprint = read("kazakhstan")
    early = blueprint.on(date(2024, 12, 31)).clauses.values()

    assert all(answer.assumed for answer in early)


def test_kazakhstan_names_one_source_only_and_calls_the_rest_assumed() -> None:
    blueprint = read("kazakhstan")
    answers = [answer for values in blueprint.clauses.values() for answer in values]

    sources = {answer.source.split(":")[0] for answer in answers if not answer.assumed}

    assert sources == {"public statements, 2025–2026"}
    assert all(answer.note for answer in answers if answer.assumed)


def test_assumptions_of_kazakhstan_are_listed_and_what_is_sourced_is_not_among_them() -> None:
    assumed = dict(read("kazakhstan").on(END_OF_STORY).assumptions)

    assert {"custodian “AFM”", "role “owner”", "forfeiture.appeal_days"} <= set(assumed)
    assert assumed["forfeiture.appeal_days"] == "the law of procedure was not read"
    assert not {"jurisdiction", "custodian “NIC”", "reserve.eligible"} & set(assumed)


def test_limits_of_kazakhstan_leave_room_for_mostly_gold_and_currency_with_eight_managers() -> None:
    law = read("kazakhstan").on(END_OF_STORY)
    shares = {
        "gold": "0.57",
        "foreign_currency": "0.26",
        "hedge_funds": "0.15",
        "venture_funds": "0.02",
    }
    actual = {
        "class_share": shares,
        "manager_share": {"hedge_funds": "0.045", "venture_funds": "0.01"},
        "manager_count": {"hedge_funds": "5", "venture_funds": "3"},
    }

    statuses = {
        limit.name: limit.status(Decimal(actual[limit.measure][limit.klass]))
        for limit in law.limits
    }

    assert statuses == dict.fromkeys(statuses, "green")
    assert len(statuses) == 7
