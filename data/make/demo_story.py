"""The demo's story after the cases: what the reserve was given, and what it did with it.

An ordered list of steps, each a kind of command, a sentence that says what happens, and the
command's fields. Amounts are illustrative but for the 350 million; prices are real, but for the
funds' own values, which are made up.
"""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, Decimal

from common import btc_closes, euro_rates, gold_averages

CENT = Decimal("0.01")
UNIT = Decimal("0.000001")

APPROPRIATED_ON = date(2026, 1, 30)
APPROPRIATED = Decimal("350000000.00")
# The gold is 55 % of it, to the ounce; of the rest, these euros, and dollars to the exact total.
GOLD_SHARE = Decimal("0.55")
EUROS = Decimal(60_000_000)

ALLOCATED_ON = (date(2026, 2, 5), date(2026, 3, 10))
IN_KIND_ON = date(2026, 3, 31)
MONTH_ENDS = (
    date(2026, 2, 27),
    date(2026, 3, 31),
    date(2026, 4, 30),
    date(2026, 5, 29),
    date(2026, 6, 30),
)

# Per unit at each month's end; the first is the one at which the first subscription is dealt.
HEDGE_FUND_NAVS = {
    "HF1": ("1000.00", "1008.41", "1013.97", "1004.28", "1017.66"),
    "HF2": ("1042.50", "1036.12", "1051.88", "1060.03", "1049.74"),
    "HF3": ("987.30", "991.05", "996.82", "1003.11", "1008.90"),
    "HF4": ("1113.20", "1120.44", "1098.65", "1087.02", "1109.38"),
    "HF5": ("100.00", "100.42", "100.87", "101.19", "101.73"),
}
# Value of one unit of an interest, which is one dollar paid in.
VENTURE_NAVS = {
    "VF1": ("1.000", "0.985", "0.985", "0.985", "0.992"),
    "VF2": ("1.000", "1.000", "0.980", "0.980", "0.974"),
    "VF3": ("1.000", "1.000", "1.000", "0.990", "1.031"),
}

SUBSCRIPTIONS = (
    ("HF1", date(2026, 2, 25), "14000000.00"),
    ("HF2", date(2026, 2, 25), "12000000.00"),
    ("HF3", date(2026, 3, 27), "10000000.00"),
    ("HF4", date(2026, 3, 27), "9000000.00"),
    ("HF5", date(2026, 4, 28), "7000000.00"),
)
COMMITMENTS = (("VF1", "9000000.00"), ("VF2", "8000000.00"), ("VF3", "7000000.00"))
CALLS = (
    ("VF1", date(2026, 3, 20), "2250000.00"),
    ("VF2", date(2026, 4, 16), "2000000.00"),
    ("VF3", date(2026, 5, 14), "1750000.00"),
)


@dataclass(frozen=True)
class Step:
    """One command of the story: its day, its kind, what it says, its fields."""

    on: date
    kind: str
    told: str
    fields: dict[str, object]


def appropriation() -> Step:
    """Return the gold, euros and dollars that make the appropriated total to the cent.

    The gold counts at the average of the month before, the last one known on that day; whole
    ounces and a whole number of hundreds of euros, so that both are worth whole cents.
    """
    month_before = date(APPROPRIATED_ON.year - 1, 12, 1)
    gold_price, euro_rate = gold_averages()[month_before], euro_rates()[APPROPRIATED_ON]
    ounces = (APPROPRIATED * GOLD_SHARE / gold_price).quantize(Decimal(1), ROUND_DOWN)
    dollars = APPROPRIATED - ounces * gold_price - EUROS * euro_rate
    if dollars != dollars.quantize(CENT):
        raise ValueError("the parts do not make whole cents")
    return Step(
        APPROPRIATED_ON,
        "appropriate",
        f"350,000,000.00 USD in gold and foreign currency: gold at {gold_price} USD an ounce, the "
        f"average of December 2025, euros at the ECB's rate of the day, {euro_rate}.",
        {
            "decision_ref": "Appropriation 1 (illustrative)",
            "legs": [
                {"asset": "XAU", "quantity": f"{ounces}"},
                {"asset": "EUR", "quantity": f"{EUROS.quantize(CENT)}"},
                {"asset": "USD", "quantity": f"{dollars.quantize(CENT)}"},
            ],
        },
    )


def allocations(register: list[dict[str, str]]) -> list[Step]:
    """Return one allocation for each forfeited holding sold, on the first day after its sale."""
    steps = []
    for row in register:
        if row["outcome"] == "forfeited" and row.get("proceeds"):
            day = min(on for on in ALLOCATED_ON if on.isoformat() >= row["disposed_on"])
            steps.append(
                Step(
                    day,
                    "allocate",
                    f"The proceeds of {row['case_id']}/{row['holding_ref']}, after costs, go to "
                    "the reserve and the budget by the law's shares.",
                    {
                        "case": row["case_id"],
                        "holding": row["holding_ref"],
                        "asset": "USD",
                        "decision_ref": f"Allocation of {day} (illustrative)",
                    },
                )
            )
    return steps


def admissions() -> list[Step]:
    """Return the admission of five hedge funds and three venture funds, names not disclosed."""
    hedge = [
        Step(
            date(2026, 2, 4),
            "admit_manager",
            f"Hedge fund {code[2:]} is admitted; its name is not disclosed.",
            {
                "manager": code,
                "name": f"Hedge fund {code[2:]}",
                "asset_class": "hedge_fund",
                "currency": "USD",
                "notice_days": 45,
                "gate": "0.25",
                "holdback": "0.05",
                "decision_ref": f"Selection {code} (illustrative)",
            },
        )
        for code in HEDGE_FUND_NAVS
    ]
    venture = [
        Step(
            date(2026, 2, 6),
            "admit_manager",
            f"Venture fund {code[2:]} is admitted; its name is not disclosed.",
            {
                "manager": code,
                "name": f"Venture fund {code[2:]}",
                "asset_class": "venture_fund",
                "currency": "USD",
                "decision_ref": f"Selection {code} (illustrative)",
            },
        )
        for code in VENTURE_NAVS
    ]
    return hedge + venture


def placements() -> list[Step]:
    """Return subscriptions, commitments and first calls."""
    subscriptions = [
        Step(
            day,
            "subscribe",
            f"{Decimal(amount):,} USD of forfeited proceeds and reserve cash is paid to {manager}; "
            "units follow at the next value.",
            {
                "manager": manager,
                "amount": amount,
                "decision_ref": f"Placement {manager} (illustrative)",
            },
        )
        for manager, day, amount in SUBSCRIPTIONS
    ]
    commitments = [
        Step(
            date(2026, 3, 3),
            "commit_capital",
            f"{Decimal(amount):,} USD is promised to {manager}.",
            {
                "manager": manager,
                "amount": amount,
                "decision_ref": f"Commitment {manager} (illustrative)",
            },
        )
        for manager, amount in COMMITMENTS
    ]
    calls = [
        Step(
            day,
            "pay_call",
            f"The first call of {manager} is paid: {Decimal(amount):,} USD.",
            {"manager": manager, "amount": amount, "call_ref": f"{manager} call 1 (illustrative)"},
        )
        for manager, day, amount in CALLS
    ]
    return subscriptions + commitments + calls


def handed_over(register: list[dict[str, str]]) -> dict[str, str]:
    """Return the one forfeited row that was kept unsold."""
    (kept,) = [r for r in register if r["outcome"] == "forfeited" and not r.get("proceeds")]
    return kept


def in_kind(register: list[dict[str, str]]) -> Step:
    """Return the hand-over of the unsold forfeited bitcoin to a hedge fund, against its units."""
    row, closes = handed_over(register), btc_closes()
    price = closes[max(closes)]
    value = (Decimal(row["quantity"]) * price).quantize(CENT, ROUND_HALF_EVEN)
    nav = Decimal(HEDGE_FUND_NAVS["HF1"][MONTH_ENDS.index(IN_KIND_ON)])
    return Step(
        IN_KIND_ON,
        "subscribe_in_kind",
        f"{Decimal(row['quantity']):f} BTC is handed to HF1 at an agreed {price} USD, the last "
        f"close known, of {max(closes)}, against units that go to the reserve.",
        {
            "manager": "HF1",
            "case": row["case_id"],
            "holding": row["holding_ref"],
            "asset": row["asset"],
            "quantity": row["quantity"],
            "agreed_value": f"{value}",
            "currency": "USD",
            "units": f"{(value / nav).quantize(UNIT, ROUND_DOWN)}",
            "decision_ref": "Hand-over in kind 1 (illustrative)",
        },
    )


def values() -> list[Step]:
    """Return each manager's statement of value at each month's end, once money was paid to it."""
    first_paid: dict[str, date] = {}
    for manager, day, _ in SUBSCRIPTIONS + CALLS:
        first_paid.setdefault(manager, day)
    return [
        Step(
            month_end,
            "state_nav",
            f"{manager} states an illustrative {nav} USD for one unit.",
            {"manager": manager, "nav_per_unit": nav, "currency": "USD"},
        )
        for manager, navs in (HEDGE_FUND_NAVS | VENTURE_NAVS).items()
        for month_end, nav in zip(MONTH_ENDS, navs, strict=True)
        if month_end >= first_paid[manager]
    ]


def redemption() -> list[Step]:
    """Return one partial redemption: notice, fill with holdback, money."""
    units, holdback, filled_on = Decimal("2000"), Decimal("0.05"), date(2026, 5, 29)
    nav = Decimal(HEDGE_FUND_NAVS["HF2"][MONTH_ENDS.index(filled_on)])
    gross = (units * nav).quantize(CENT, ROUND_HALF_EVEN)
    held_back = (gross * holdback).quantize(CENT, ROUND_HALF_EVEN)
    return [
        Step(
            date(2026, 4, 14),
            "request_redemption",
            "Notice is given to redeem 2,000 units of HF2, 45 days before its dealing date.",
            {
                "manager": "HF2",
                "request_ref": "HF2 notice 1 (illustrative)",
                "units": f"{units}",
                "dealing_date": filled_on,
            },
        ),
        Step(
            filled_on,
            "fill_redemption",
            f"HF2 redeems them at {nav} USD and holds back a twentieth until its audit.",
            {
                "manager": "HF2",
                "request_ref": "HF2 notice 1 (illustrative)",
                "units": f"{units}",
                "nav_per_unit": f"{nav}",
                "holdback": f"{held_back}",
            },
        ),
        Step(
            date(2026, 6, 12),
            "receive_proceeds",
            "The money from HF2 arrives, but for what is held back.",
            {
                "manager": "HF2",
                "request_ref": "HF2 notice 1 (illustrative)",
                "amount": f"{gross - held_back}",
            },
        ),
    ]


def treasury() -> list[Step]:
    """Return one exchange of currency, interest and charges of the reserve's own accounts."""
    day, euros = date(2026, 2, 10), Decimal(5_000_000)
    rate = euro_rates()[day]
    # The bank keeps five hundredths of a per cent of the reference rate.
    dollars = (euros * rate * Decimal("0.9995")).quantize(CENT, ROUND_HALF_EVEN)
    exchange = Step(
        day,
        "exchange_currency",
        f"5,000,000 EUR is sold for dollars at the ECB's rate of the day, {rate}, less 0.05 %.",
        {
            "sold": "EUR",
            "sold_amount": f"{euros.quantize(CENT)}",
            "bought": "USD",
            "bought_amount": f"{dollars}",
            "statement_ref": "Deal 1 (illustrative)",
        },
    )
    flows = (
        (date(2026, 3, 31), "record_income", "USD", "398214.55", "Interest of the first quarter"),
        (date(2026, 3, 31), "record_charge", "USD", "1850.00", "Bank charge of the first quarter"),
        (date(2026, 6, 30), "record_income", "USD", "341067.12", "Interest of the second quarter"),
        (date(2026, 6, 30), "record_income", "EUR", "231458.90", "Interest of the half-year"),
        (date(2026, 6, 30), "record_charge", "USD", "1850.00", "Bank charge of the second quarter"),
    )
    return [exchange] + [
        Step(
            on,
            kind,
            f"{reason}, {Decimal(amount):,} {asset}.",
            {
                "asset": asset,
                "amount": amount,
                "reason": reason,
                "statement_ref": f"Bank statement of {on}, {reason.lower()} (illustrative)",
            },
        )
        for on, kind, asset, amount, reason in flows
    ]


# On one day, a value is stated before anything is dealt at it.
ORDER = (
    *("appropriate", "allocate", "admit_manager", "exchange_currency", "commit_capital"),
    *("subscribe", "pay_call", "request_redemption", "state_nav", "subscribe_in_kind"),
    *("fill_redemption", "receive_proceeds", "record_income", "record_charge"),
)


def story(register: list[dict[str, str]]) -> list[Step]:
    """Return all steps in the order in which they happened."""
    steps = [
        appropriation(),
        *allocations(register),
        *admissions(),
        *placements(),
        in_kind(register),
        *values(),
        *redemption(),
        *treasury(),
    ]
    return sorted(steps, key=lambda step: (step.on, ORDER.index(step.kind)))
