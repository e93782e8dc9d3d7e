"""The demo's story adds up before any book sees it: exact in total, in order, within its means."""

import csv
import json
import tomllib
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from qazyna.plan import COMMANDS
from qazyna.shell import rooms
from qazyna.shell.store.commit import parse_command

assert rooms.ROOMS  # with them every command is known

DATA = Path(__file__).resolve().parents[2] / "data"
DEMO = DATA / "demo" / "kazakhstan"
STORY: dict[str, list[dict[str, Any]]] = tomllib.loads((DEMO / "story.toml").read_text())
STEPS, WAITING = STORY["step"], STORY["waiting"]


def read(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


REGISTER = read(DEMO / "register.csv")


def of_kind(kind: str) -> list[dict[str, Any]]:
    return [step for step in STEPS if step["kind"] == kind]


def price_known_on(asset: str, day: str) -> Decimal:
    if asset == "USD":
        return Decimal(1)
    if asset == "EUR":
        rates = {r["Date"]: r["USD"] for r in read(DATA / "rates" / "ecb_eur_fx_daily.csv")}
        return Decimal(rates[day])
    months = read(DATA / "prices" / "gold_usd_oz_monthly.csv")
    # A month's average is known when the month is over.
    return [Decimal(r["Price"]) for r in months if r["Date"][:7] < day[:7]][-1]


@pytest.mark.parametrize("step", STEPS + WAITING, ids=lambda step: step["told"][:40])
def test_every_step_is_a_command_with_exactly_its_fields(step: dict[str, Any]) -> None:
    body = json.dumps(step["fields"])

    command = parse_command(step["kind"], body)

    assert type(command) is COMMANDS[step["kind"]]
    assert command.model_dump(mode="json", exclude_unset=True) == step["fields"]


AHEAD = {
    "subscribe": ("dealing_on",),
    "request_redemption": ("dealing_on",),
    "issue_call": ("due_on",),
}
"""Days that lie ahead of the step that names them."""


def test_a_step_is_given_no_earlier_than_the_day_it_counts_on() -> None:
    for step in STEPS + WAITING:
        future = AHEAD.get(step["kind"], ())
        days = [v for k, v in step["fields"].items() if k.endswith("_on") and k not in future]

        assert days
        assert all(date.fromisoformat(day) <= step["on"] for day in days)


def test_350_million_dollars_are_appropriated_to_the_cent_at_the_prices_known_that_day() -> None:
    (given,) = of_kind("appropriate")
    day = given["on"].isoformat()

    value = sum(
        Decimal(item["quantity"]) * price_known_on(item["asset"], day)
        for item in given["fields"]["items"]
    )

    assert day == "2026-01-30"
    assert value == Decimal("350000000.00")


def test_steps_are_in_order_on_working_days_and_done_by_the_end_of_june() -> None:
    days = [step["on"] for step in STEPS]

    assert days == sorted(days)
    assert all(day.isoweekday() <= 5 for day in days)
    assert days[-1] == date(2026, 6, 30)


def test_all_forfeited_proceeds_are_allocated_once_and_after_their_sale() -> None:
    sold = {
        (r["case_id"], r["holding_ref"]): r["disposed_on"]
        for r in REGISTER
        if r["outcome"] == "forfeited" and r["proceeds"]
    } | {
        (s["fields"]["case"], s["fields"]["holding"]): s["on"].isoformat()
        for s in of_kind("dispose")
    }
    allocated = [
        (s["fields"]["case"], s["fields"]["holding"], s["on"]) for s in of_kind("allocate")
    ]

    assert sorted(sold) == sorted((case, holding) for case, holding, _ in allocated)
    assert all(sold[case, holding] <= day.isoformat() for case, holding, day in allocated)


def test_the_case_that_is_followed_was_pending_in_the_register() -> None:
    (case,) = {s["fields"]["case"] for s in of_kind("order_forfeiture")}

    assert {r["outcome"] for r in REGISTER if r["case_id"] == case} == {"pending"}


def test_five_hedge_funds_and_three_venture_funds_are_admitted_and_paid() -> None:
    admitted = {
        s["fields"]["manager"]: s["fields"]["manager_kind"] for s in of_kind("admit_manager")
    }
    paid = {s["fields"]["manager"] for s in of_kind("subscribe") + of_kind("pay_call")}

    expected = {"hedge_fund": 5, "venture_fund": 3}

    assert expected == Counter(admitted.values())
    assert set(admitted) == paid


def test_calls_stay_within_what_was_committed() -> None:
    committed = {
        s["fields"]["manager"]: Decimal(s["fields"]["quantity"]) for s in of_kind("commit_capital")
    }
    called: Counter[str] = Counter()
    for step in of_kind("pay_call"):
        called[step["fields"]["manager"]] += Decimal(step["fields"]["quantity"])

    assert all(called[manager] <= amount for manager, amount in committed.items())


def test_what_is_handed_over_in_kind_is_the_forfeited_holding_kept_unsold() -> None:
    (given,) = of_kind("subscribe_in_kind")
    kept = [r for r in REGISTER if r["outcome"] == "forfeited" and not r["disposed_on"]]

    expected = [(r["case_id"], r["holding_ref"], r["asset"], r["quantity"]) for r in kept]

    fields = given["fields"]
    assert expected == [tuple(fields[key] for key in ("case", "holding", "asset", "quantity"))]


def test_the_reserve_never_spends_dollars_it_does_not_have() -> None:
    (given,) = of_kind("appropriate")
    dollars = sum(Decimal(g["quantity"]) for g in given["fields"]["items"] if g["asset"] == "USD")
    for step in STEPS:
        fields = step["fields"]
        if step["kind"] in ("subscribe", "pay_call"):
            dollars -= Decimal(fields["quantity"])
        elif step["kind"] == "exchange_currency":
            dollars += Decimal(fields["taken_quantity"])

        assert dollars > 0


def test_a_redemption_pays_units_at_their_final_value_less_the_holdback() -> None:
    (filled,), (received,) = of_kind("fill_redemption"), of_kind("receive_proceeds")
    fields = filled["fields"]
    (nav,) = (
        Decimal(s["fields"]["nav_per_unit"])
        for s in of_kind("state_nav")
        if (s["fields"]["manager"], s["fields"]["valuation_on"]) == ("HF-2", fields["dealt_on"])
    )

    assert Decimal(fields["units"]) * nav == Decimal(fields["amount"])
    due = Decimal(fields["amount"]) - Decimal(fields["holdback"])
    assert due == Decimal(received["fields"]["quantity"])


def test_the_last_values_are_estimates_and_all_before_them_final() -> None:
    stated = [s["fields"] for s in of_kind("state_nav") if "nav_per_unit" in s["fields"]]

    assert all(nav["final"] == (nav["valuation_on"] < "2026-06-30") for nav in stated)
    assert {nav["manager"] for nav in stated if not nav["final"]} == {
        f"HF-{n}" for n in range(1, 6)
    }


def test_the_round_is_decided_before_anybody_is_admitted_and_cites_who_was_chosen() -> None:
    (chosen,), entered = of_kind("select_managers"), of_kind("add_candidate")
    admitted = [s for s in of_kind("admit_manager") if s["fields"]["manager_kind"] == "hedge_fund"]
    cited = {s["fields"]["candidate"] for s in admitted}

    assert 7 <= len(entered) <= 8
    assert all("(illustrative)" in s["fields"]["name"] for s in entered)
    assert {chosen["fields"]["search"]} == {s["fields"]["search"] for s in admitted}
    assert len(cited) == chosen["fields"]["at_least"] == 5
    assert all(s["on"] <= chosen["on"] < admitted[0]["on"] for s in entered)


def test_track_records_are_three_years_and_more_of_real_months_that_were_over() -> None:
    for step in of_kind("add_candidate"):
        months = [month for month, _ in step["fields"]["returns"]]

        assert len(months) >= 36
        assert months == sorted(set(months))
        assert months[-1] < step["on"].isoformat()[:7]


def test_no_two_hedge_funds_have_the_same_terms_nor_two_venture_funds() -> None:
    cited = [s["fields"].get("candidate") for s in of_kind("admit_manager")]
    terms = [
        s["fields"]["terms"]
        for number, s in enumerate(of_kind("add_candidate"), start=1)
        if f"C{number:02d}" in cited
    ]
    terms += [s["fields"]["terms"] for s in of_kind("admit_manager") if "terms" in s["fields"]]

    assert len(terms) == 8
    assert all(one != other for one, other in pairwise(sorted(map(json.dumps, terms))))
    assert all("management_fee" in each for each in terms)
    assert all(("performance_fee" in each) != ("venture" in each) for each in terms)


def accounts() -> list[dict[str, Any]]:
    return [s["fields"] for s in of_kind("receive_statement") if "account" in s["fields"]]


def test_every_account_adds_up_and_closes_at_the_value_stated_of_its_last_day() -> None:
    navs = {
        (s["fields"]["manager"], s["fields"]["valuation_on"]): s["fields"]["nav_per_unit"]
        for s in of_kind("state_nav")
        if "nav_per_unit" in s["fields"]
    }

    for told in accounts():
        figures = {key: Decimal(value) for key, value in told["account"].items()}
        flows = figures["subscriptions"] - figures["redemptions"]
        earned = figures["gross_result"] - figures["management_fee"] - figures["performance_fee"]
        nav = navs[told["manager"], told["period_to"]]

        assert figures["opening_value"] + flows + earned == figures["closing_value"]
        assert told["account"]["nav_per_unit"] == nav
        worth = figures["closing_units"] * Decimal(nav)
        assert worth.quantize(Decimal("0.01")) == figures["closing_value"]


def test_accounts_of_a_fund_follow_each_other_without_a_gap() -> None:
    for fund in sorted({told["manager"] for told in accounts()}):
        of_fund = [t for t in accounts() if t["manager"] == fund and not t.get("restates")]

        for earlier, later in pairwise(of_fund):
            ended = date.fromisoformat(earlier["period_to"])
            assert date.fromisoformat(later["period_from"]) == ended + timedelta(days=1)
            for what in ("units", "value"):
                opened = later["account"][f"opening_{what}"]
                assert opened == earlier["account"][f"closing_{what}"]


def test_one_call_is_issued_before_the_end_and_due_after_it() -> None:
    (issued,) = of_kind("issue_call")

    assert issued["on"] <= STEPS[-1]["on"] < date.fromisoformat(issued["fields"]["due_on"])


def test_two_or_three_proposals_wait_for_visitors_dated_after_the_story() -> None:
    assert 2 <= len(WAITING) <= 3
    assert {"subscribe", "request_redemption"} <= {step["kind"] for step in WAITING}
    assert all(step["on"] > STEPS[-1]["on"] for step in WAITING)
