"""The demo's story after the cases: what the reserve was given, and what it did with it.

An ordered list of steps: a command with its fields, the day on which it is given, who gives it, and
a sentence that says what happens. What waits for approval at the end is told the same way. Amounts
are illustrative but for the 350 million; prices are real, but for the funds' own values, which are
made up.
"""

from datetime import date
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, Decimal

from common import btc_closes, euro_rates, gold_averages
from demo_followed import followed
from demo_funds import (
    CALLS,
    COMMITMENTS,
    DAYS_TO_STATE,
    HEDGE_FUND_NAVS,
    HEDGE_FUND_TERMS,
    MONTH_ENDS,
    OPEN_CALL,
    REDEEMED_FROM,
    REDEEMED_HOLDBACK,
    REDEEMED_ON,
    REDEEMED_UNITS,
    SUBSCRIPTIONS,
    VENTURE_FUND_TERMS,
    VENTURE_NAVS,
    mandates,
)
from demo_round import SEARCH, chosen, selection
from demo_statements import statements
from demo_step import CENT, Step, money, working_days_after

UNIT = Decimal("0.000001")

APPROPRIATED_ON = date(2026, 1, 30)
APPROPRIATED = Decimal("350000000.00")
# The gold is 55 % of it, to the ounce; of the rest, these euros, and dollars to the exact total.
GOLD_SHARE = Decimal("0.55")
EUROS = Decimal(60_000_000)

ALLOCATED_ON = (date(2026, 2, 5), date(2026, 3, 10))
IN_KIND_ON = date(2026, 3, 31)


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
            "items": [
                {"asset": "XAU", "quantity": f"{ounces}"},
                {"asset": "EUR", "quantity": f"{EUROS.quantize(CENT)}"},
                {"asset": "USD", "quantity": f"{dollars.quantize(CENT)}"},
            ],
            "appropriated_on": f"{APPROPRIATED_ON}",
            "act_ref": "Appropriation 1 (illustrative)",
            "note": "Public is the total alone; its division is illustrative.",
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
                        "allocated_on": f"{day}",
                        "decision_ref": f"Allocation of {day} (illustrative)",
                    },
                )
            )
    return steps


def admission(day: date, code: str, kind: str, chosen_on: dict[str, object]) -> Step:
    """Return the admission of one manager, whose name is not disclosed."""
    name = f"{kind.replace('_', ' ').capitalize()} {code[3:]}"
    return Step(
        day,
        "admit_manager",
        f"{name} is admitted; its name is not disclosed.",
        {
            "manager": code,
            "manager_kind": kind,
            "name": name,
            "currency": "USD",
            "admitted_on": f"{day}",
            **chosen_on,
            "decision_ref": f"Selection {code} (illustrative)",
        },
    )


def admissions() -> list[Step]:
    """Return the admission of five hedge funds as chosen, and of three venture funds.

    The terms of who was chosen are those it was chosen on, and need not be said again.
    """
    labels = chosen()
    return [
        *(
            admission(
                date(2026, 2, 4),
                code,
                "hedge_fund",
                {"search": SEARCH, "candidate": labels[code]},
            )
            for code in HEDGE_FUND_TERMS
        ),
        *(
            admission(date(2026, 2, 6), code, "venture_fund", {"terms": terms})
            for code, terms in VENTURE_FUND_TERMS.items()
        ),
    ]


def placements() -> list[Step]:
    """Return subscriptions, each for the end of its month, commitments and first calls."""
    subscriptions = [
        Step(
            day,
            "subscribe",
            f"{money(amount)} USD of forfeited proceeds and reserve cash is paid to {manager}; "
            "units follow at the value of the month's end.",
            {
                "manager": manager,
                "quantity": amount,
                "paid_on": f"{day}",
                "dealing_on": f"{min(end for end in MONTH_ENDS if end >= day)}",
                "decision_ref": f"Placement {manager} (illustrative)",
            },
        )
        for manager, day, amount in SUBSCRIPTIONS
    ]
    committed_on = date(2026, 3, 3)
    commitments = [
        Step(
            committed_on,
            "commit_capital",
            f"{money(amount)} USD is promised to {manager}.",
            {
                "manager": manager,
                "quantity": amount,
                "committed_on": f"{committed_on}",
                "decision_ref": f"Commitment {manager} (illustrative)",
            },
        )
        for manager, amount in COMMITMENTS
    ]
    calls = [
        Step(
            day,
            "pay_call",
            f"The first call of {manager} is paid: {money(amount)} USD.",
            {
                "manager": manager,
                "quantity": amount,
                "paid_on": f"{day}",
                "call_ref": f"{manager} call 1 (illustrative)",
            },
        )
        for manager, day, amount in CALLS
    ]
    return [*subscriptions, *commitments, *calls, open_call()]


def open_call() -> Step:
    """Return the call that is issued before the story ends and due after it."""
    manager, issued_on, due_on, amount = OPEN_CALL
    return Step(
        issued_on,
        "issue_call",
        f"{manager} calls {money(amount)} USD more, to be paid by {due_on}.",
        {
            "manager": manager,
            "call_ref": f"{manager} call 2 (illustrative)",
            "quantity": amount,
            "issued_on": f"{issued_on}",
            "due_on": f"{due_on}",
        },
    )


def handed_over(register: list[dict[str, str]]) -> dict[str, str]:
    """Return the one forfeited row that was kept unsold."""
    (kept,) = [r for r in register if r["outcome"] == "forfeited" and not r.get("proceeds")]
    return kept


def in_kind(register: list[dict[str, str]]) -> Step:
    """Return the hand-over of the unsold forfeited bitcoin to a hedge fund, against its units.

    It is recorded when the fund has stated the value at which it issues them.
    """
    row, closes = handed_over(register), btc_closes()
    price = closes[max(closes)]
    value = (Decimal(row["quantity"]) * price).quantize(CENT, ROUND_HALF_EVEN)
    nav = Decimal(HEDGE_FUND_NAVS["HF-1"][MONTH_ENDS.index(IN_KIND_ON)])
    return Step(
        working_days_after(IN_KIND_ON, DAYS_TO_STATE + 1),
        "subscribe_in_kind",
        f"{Decimal(row['quantity']):f} BTC is handed to HF-1 at {price} USD, the last close known, "
        f"of {max(closes)}: {money(str(value))} USD, against units that go to the reserve.",
        {
            "case": row["case_id"],
            "holding": row["holding_ref"],
            "asset": row["asset"],
            "quantity": row["quantity"],
            "manager": "HF-1",
            "units": f"{(value / nav).quantize(UNIT, ROUND_DOWN)}",
            "dealt_on": f"{IN_KIND_ON}",
            "order_ref": "Hand-over in kind 1 (illustrative)",
        },
    )


def hedge_fund_values() -> list[Step]:
    """Return each hedge fund's statement of value for each month's end, once money was paid."""
    paid_on = {manager: day for manager, day, _ in SUBSCRIPTIONS}
    steps = []
    for manager, navs in HEDGE_FUND_NAVS.items():
        for month_end, nav in zip(MONTH_ENDS, navs, strict=True):
            if month_end < paid_on[manager]:
                continue
            final = month_end != MONTH_ENDS[-1]
            stated_on = working_days_after(month_end, DAYS_TO_STATE) if final else month_end
            said = "states" if final else "estimates"
            steps.append(
                Step(
                    stated_on,
                    "state_nav",
                    f"{manager} {said} an illustrative {nav} USD for one unit on {month_end}.",
                    {
                        "manager": manager,
                        "valuation_on": f"{month_end}",
                        "stated_on": f"{stated_on}",
                        "nav_per_unit": nav,
                        "final": final,
                        "statement_ref": f"{manager} {month_end:%Y-%m} (illustrative)",
                    },
                )
            )
    return steps


def venture_fund_values() -> list[Step]:
    """Return the venture funds' statements of value, which come by the quarter."""
    return [
        Step(
            stated_on,
            "state_nav",
            f"{manager} states an illustrative {money(nav)} USD for the interest on {quarter_end}.",
            {
                "manager": manager,
                "valuation_on": f"{quarter_end}",
                "stated_on": f"{stated_on}",
                "nav": nav,
                "statement_ref": f"{manager} {quarter_end:%Y-%m} (illustrative)",
            },
        )
        for manager, quarter_end, stated_on, nav in VENTURE_NAVS
    ]


def redemption() -> list[Step]:
    """Return one partial redemption: notice, fill with holdback, money."""
    units, holdback, dealt_on = Decimal(REDEEMED_UNITS), Decimal(REDEEMED_HOLDBACK), REDEEMED_ON
    asked_on, received_on = date(2026, 4, 14), date(2026, 6, 19)
    filled_on = working_days_after(dealt_on, DAYS_TO_STATE)
    nav = Decimal(HEDGE_FUND_NAVS[REDEEMED_FROM][MONTH_ENDS.index(dealt_on)])
    gross = (units * nav).quantize(CENT, ROUND_HALF_EVEN)
    held_back = (gross * holdback).quantize(CENT, ROUND_HALF_EVEN)
    return [
        Step(
            asked_on,
            "request_redemption",
            "Notice is given to redeem 2,000 units of HF-2, 45 days before its dealing date.",
            {
                "manager": "HF-2",
                "units": f"{units}",
                "requested_on": f"{asked_on}",
                "dealing_on": f"{dealt_on}",
                "decision_ref": "HF-2 notice 1 (illustrative)",
            },
            by="risk-officer",
        ),
        Step(
            filled_on,
            "fill_redemption",
            f"HF-2 redeems them at {nav} USD and holds back a twentieth until its audit.",
            {
                "manager": "HF-2",
                "request": 1,
                "units": f"{units}",
                "dealt_on": f"{dealt_on}",
                "amount": f"{gross}",
                "holdback": f"{held_back}",
                "statement_ref": "HF-2 contract note 1 (illustrative)",
            },
        ),
        Step(
            received_on,
            "receive_proceeds",
            "The money from HF-2 arrives, but for what is held back.",
            {
                "manager": "HF-2",
                "quantity": f"{gross - held_back}",
                "received_on": f"{received_on}",
                "statement_ref": f"Bank statement of {received_on} (illustrative)",
            },
        ),
    ]


def exchange() -> Step:
    """Return one exchange of currency; the bank keeps 0.05 % of the ECB's rate."""
    day, euros = date(2026, 2, 10), Decimal(5_000_000)
    rate = euro_rates()[day]
    dollars = (euros * rate * Decimal("0.9995")).quantize(CENT, ROUND_HALF_EVEN)
    return Step(
        day,
        "exchange_currency",
        f"5,000,000 EUR is sold for dollars at the ECB's rate of the day, {rate}, less 0.05 %.",
        {
            "given": "EUR",
            "given_quantity": f"{euros.quantize(CENT)}",
            "taken": "USD",
            "taken_quantity": f"{dollars}",
            "traded_on": f"{day}",
            "counterparty": "Not stated (illustrative)",
            "statement_ref": "Deal 1 (illustrative)",
        },
    )


def earnings() -> list[Step]:
    """Return interest and charges of the reserve's own accounts."""
    day_of = {"record_income": "received_on", "record_charge": "charged_on"}
    flows = (
        (date(2026, 3, 31), "record_income", "USD", "398214.55", "Interest of the first quarter"),
        (date(2026, 3, 31), "record_charge", "USD", "1850.00", "Bank charge of the first quarter"),
        (date(2026, 6, 30), "record_income", "USD", "341067.12", "Interest of the second quarter"),
        (date(2026, 6, 30), "record_income", "EUR", "231458.90", "Interest of the half-year"),
        (date(2026, 6, 30), "record_charge", "USD", "1850.00", "Bank charge of the second quarter"),
    )
    return [
        Step(
            on,
            kind,
            f"{what}, {money(amount)} {asset}.",
            {
                "book": "reserve",
                "asset": asset,
                "quantity": amount,
                day_of[kind]: f"{on}",
                "what": what,
                "statement_ref": f"Bank statement of {on} (illustrative)",
            },
        )
        for on, kind, asset, amount, what in flows
    ]


# On one day, a value is stated before anything is dealt at it.
ORDER = (
    *("sweep", "order_forfeiture", "record_finality", "award", "pay_award", "dispose"),
    *("open_search", "add_candidate", "declare_conflicts", "score_candidate", "select_managers"),
    *("appropriate", "allocate", "admit_manager", "set_mandate", "exchange_currency"),
    *("commit_capital", "subscribe", "issue_call", "pay_call", "request_redemption", "state_nav"),
    *("subscribe_in_kind", "fill_redemption", "receive_proceeds", "receive_statement"),
    *("record_income", "record_charge"),
)


def story(register: list[dict[str, str]]) -> list[Step]:
    """Return all steps in the order in which they happened."""
    handed = in_kind(register)
    steps = [
        *selection(),
        appropriation(),
        *allocations(register),
        *followed(register),
        *admissions(),
        *mandates(),
        *placements(),
        handed,
        *statements({key: str(value) for key, value in handed.fields.items()}),
        *hedge_fund_values(),
        *venture_fund_values(),
        *redemption(),
        exchange(),
        *earnings(),
    ]
    return sorted(steps, key=lambda step: (step.on, ORDER.index(step.kind)))


def waiting() -> list[Step]:
    """Return what is proposed after the story's end, and waits for somebody to approve it."""
    on, dealt_on, redeemed_on = date(2026, 7, 1), date(2026, 7, 31), date(2026, 8, 31)
    return [
        Step(
            on,
            "subscribe",
            "3,000,000.00 USD more is to be paid to HF-5.",
            {
                "manager": "HF-5",
                "quantity": "3000000.00",
                "paid_on": f"{on}",
                "dealing_on": f"{dealt_on}",
                "decision_ref": "Placement HF-5, second (illustrative)",
            },
        ),
        Step(
            on,
            "request_redemption",
            "Notice is to be given to redeem 1,500 units of HF-4.",
            {
                "manager": "HF-4",
                "units": "1500",
                "requested_on": f"{on}",
                "dealing_on": f"{redeemed_on}",
                "decision_ref": "HF-4 notice 1 (illustrative)",
            },
            by="risk-officer",
        ),
        Step(
            on,
            "commit_capital",
            "2,000,000.00 USD more is to be promised to VF-3; one of two approvals is given.",
            {
                "manager": "VF-3",
                "quantity": "2000000.00",
                "committed_on": f"{on}",
                "decision_ref": "Commitment VF-3, second (illustrative)",
            },
        ),
    ]
