"""The demo's story adds up before any book sees it: exact in total, in order, within its means."""

import csv
import tomllib
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

DATA = Path(__file__).resolve().parents[2] / "data"
DEMO = DATA / "demo" / "kazakhstan"
STEPS: list[dict[str, Any]] = tomllib.loads((DEMO / "story.toml").read_text())["step"]


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


def test_350_million_dollars_are_appropriated_to_the_cent_at_the_prices_known_that_day() -> None:
    (given,) = of_kind("appropriate")
    day = given["on"].isoformat()

    value = sum(
        Decimal(leg["quantity"]) * price_known_on(leg["asset"], day)
        for leg in given["fields"]["legs"]
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
    }
    allocated = [
        (s["fields"]["case"], s["fields"]["holding"], s["on"]) for s in of_kind("allocate")
    ]

    assert sorted(sold) == sorted((case, holding) for case, holding, _ in allocated)
    assert all(sold[case, holding] <= day.isoformat() for case, holding, day in allocated)


def test_five_hedge_funds_and_three_venture_funds_are_admitted_and_paid() -> None:
    admitted = {
        s["fields"]["manager"]: s["fields"]["asset_class"] for s in of_kind("admit_manager")
    }
    paid = {s["fields"]["manager"] for s in of_kind("subscribe") + of_kind("pay_call")}

    expected = {"hedge_fund": 5, "venture_fund": 3}

    assert expected == Counter(admitted.values())
    assert set(admitted) == paid


def test_calls_stay_within_what_was_committed() -> None:
    committed = {
        s["fields"]["manager"]: Decimal(s["fields"]["amount"]) for s in of_kind("commit_capital")
    }
    called: Counter[str] = Counter()
    for step in of_kind("pay_call"):
        called[step["fields"]["manager"]] += Decimal(step["fields"]["amount"])

    assert all(called[manager] <= amount for manager, amount in committed.items())


def test_what_is_handed_over_in_kind_is_the_forfeited_holding_kept_unsold() -> None:
    (given,) = of_kind("subscribe_in_kind")
    kept = [r for r in REGISTER if r["outcome"] == "forfeited" and not r["disposed_on"]]

    expected = [(r["case_id"], r["holding_ref"], r["asset"], r["quantity"]) for r in kept]

    fields = given["fields"]
    assert expected == [tuple(fields[key] for key in ("case", "holding", "asset", "quantity"))]


def test_the_reserve_never_spends_dollars_it_does_not_have() -> None:
    (given,) = of_kind("appropriate")
    dollars = sum(Decimal(g["quantity"]) for g in given["fields"]["legs"] if g["asset"] == "USD")
    for step in STEPS:
        fields = step["fields"]
        if step["kind"] in ("subscribe", "pay_call"):
            dollars -= Decimal(fields["amount"])
        elif step["kind"] == "exchange_currency":
            dollars += Decimal(fields["bought_amount"])

        assert dollars > 0


def test_a_redemption_pays_units_at_their_value_less_the_holdback() -> None:
    (filled,), (received,) = of_kind("fill_redemption"), of_kind("receive_proceeds")
    fields = filled["fields"]

    due = Decimal(fields["units"]) * Decimal(fields["nav_per_unit"]) - Decimal(fields["holdback"])

    assert due == Decimal(received["fields"]["amount"])
