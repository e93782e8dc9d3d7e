"""One case followed to its end by commands: from two wallets frozen at a venue to the reserve.

The register knows it as pending. Its coins are swept into custody, a court forfeits most of them
and awards a part to two victims, the order becomes final, one victim is paid, the rest is sold, and
the proceeds are allocated.
"""

from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal

from common import btc_closes
from demo_step import CENT, Step, money

CASE = "KZ-2025-13"
USDT_HOLDING, BTC_HOLDING = "1", "2"

SWEPT_ON = date(2026, 2, 18)
ORDERED_ON = date(2026, 2, 25)
FINAL_ON = date(2026, 3, 30)
PAID_ON = date(2026, 4, 15)
SOLD_ON = date(2026, 4, 21)
ALLOCATED_ON = date(2026, 5, 6)

NETWORK_FEE = "0.00002000"
AWARDED = Decimal("12000.000000")
# Two thirds of it and one third.
PAID_TO_THE_FIRST = "8000.000000"
COSTS = "31.00"


def followed(register: list[dict[str, str]]) -> list[Step]:
    """Return the steps of the case, in order."""
    seized = {r["holding_ref"]: Decimal(r["quantity"]) for r in register if r["case_id"] == CASE}
    usdt = seized[USDT_HOLDING] - AWARDED
    btc = seized[BTC_HOLDING] - Decimal(NETWORK_FEE)
    order, award = f"{CASE}/F (illustrative)", f"{CASE}/V (illustrative)"
    return [
        swept(USDT_HOLDING, "USDT", "0"),
        swept(BTC_HOLDING, "BTC", NETWORK_FEE),
        Step(
            ORDERED_ON,
            "order_forfeiture",
            f"A court orders that {usdt:,} USDT and {btc} BTC be forfeited.",
            {
                "case": CASE,
                "order_ref": order,
                "order_kind": "conviction",
                "ordered_on": f"{ORDERED_ON}",
                "scope": [
                    {"holding": USDT_HOLDING, "asset": "USDT", "quantity": f"{usdt}"},
                    {"holding": BTC_HOLDING, "asset": "BTC", "quantity": f"{btc}"},
                ],
            },
            by="court-clerk",
        ),
        Step(
            FINAL_ON,
            "record_finality",
            "No appeal was lodged in the days there are for it: the order is final.",
            {"case": CASE, "order_ref": order, "final_on": f"{FINAL_ON}"},
            by="registrar",
        ),
        Step(
            FINAL_ON,
            "award",
            f"{AWARDED:,} USDT is awarded to two victims, two thirds and one third.",
            {
                "case": CASE,
                "award_ref": award,
                "awarded_on": f"{FINAL_ON}",
                "items": [
                    {
                        "holding": USDT_HOLDING,
                        "asset": "USDT",
                        "quantity": f"{AWARDED}",
                        "parties": [
                            {"party": "victim-1", "weight": "2"},
                            {"party": "victim-2", "weight": "1"},
                        ],
                    }
                ],
            },
            by="registrar",
        ),
        Step(
            PAID_ON,
            "pay_award",
            "The first victim is paid in the coins themselves; the second is still to be paid.",
            {
                "case": CASE,
                "award_ref": award,
                "holding": USDT_HOLDING,
                "asset": "USDT",
                "party": "victim-1",
                "quantity": PAID_TO_THE_FIRST,
                "paid_on": f"{PAID_ON}",
            },
            by="registrar",
        ),
        sold(USDT_HOLDING, "USDT", usdt, Decimal(1), "0.0010", "a par of 1.00 USD, an assumption,"),
        sold(BTC_HOLDING, "BTC", btc, *last_close()),
        *(allocated(holding) for holding in (USDT_HOLDING, BTC_HOLDING)),
    ]


def swept(holding: str, asset: str, fee: str) -> Step:
    """Return the move of coins that were frozen at a venue to an address of the custodian."""
    return Step(
        SWEPT_ON,
        "sweep",
        f"The {asset} of {CASE}/{holding}, frozen at its venue until now, is swept into custody.",
        {
            "case": CASE,
            "holding": holding,
            "swept_on": f"{SWEPT_ON}",
            "custodian": "AFM",
            "fee": fee,
            "txid": "not stated (illustrative)",
        },
        by="registrar",
    )


def last_close() -> tuple[Decimal, str, str]:
    """Return the last close of BTC, the discount of the sale, and the words for both."""
    closes = btc_closes()
    last = max(closes)
    return closes[last], "0.0050", f"{closes[last]} USD, the last close known, of {last},"


def sold(
    holding: str, asset: str, quantity: Decimal, price: Decimal, discount: str, words: str
) -> Step:
    """Return the sale of one holding at a price less a discount."""
    gross = (quantity * price * (1 - Decimal(discount))).quantize(CENT, ROUND_HALF_EVEN)
    return Step(
        SOLD_ON,
        "dispose",
        f"{quantity:,} {asset} is sold at {words} less {Decimal(discount):.2%}: "
        f"{money(str(gross))} USD.",
        {
            "case": CASE,
            "holding": holding,
            "asset": asset,
            "quantity": f"{quantity}",
            "mechanism": "sell_and_invest",
            "disposed_on": f"{SOLD_ON}",
            "proceeds": f"{gross}",
            "proceeds_currency": "USD",
            "costs": COSTS,
            "sale_ref": f"Sale {CASE}/{holding} (illustrative)",
        },
    )


def allocated(holding: str) -> Step:
    """Return the allocation of a holding's proceeds."""
    return Step(
        ALLOCATED_ON,
        "allocate",
        f"The proceeds of {CASE}/{holding}, after costs, go to the reserve and the budget by the "
        "law's shares.",
        {
            "case": CASE,
            "holding": holding,
            "asset": "USD",
            "allocated_on": f"{ALLOCATED_ON}",
            "decision_ref": f"Allocation of {ALLOCATED_ON} (illustrative)",
        },
    )
