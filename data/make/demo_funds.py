"""The demo's funds: what they are worth, what is placed with them, their terms and mandates.

Everything here is made up, and says so where it is told; no fund's name or document is public.
"""

from dataclasses import dataclass
from datetime import date

from demo_step import Step

MONTH_ENDS = (
    date(2026, 2, 27),
    date(2026, 3, 31),
    date(2026, 4, 30),
    date(2026, 5, 29),
    date(2026, 6, 30),
)
# A final value is stated so many working days after the month it is of; the last one is estimated
# on its day, for no final one can be known by the end of the story.
DAYS_TO_STATE = 10

# Per unit at each month's end; the first is the one at which the first subscription is dealt.
HEDGE_FUND_NAVS = {
    "HF-1": ("1000.00", "1008.41", "1013.97", "1004.28", "1017.66"),
    "HF-2": ("1042.50", "1036.12", "1051.88", "1060.03", "1049.74"),
    "HF-3": ("987.30", "991.05", "996.82", "1003.11", "1008.90"),
    "HF-4": ("1113.20", "1120.44", "1098.65", "1087.02", "1109.38"),
    "HF-5": ("100.00", "100.42", "100.87", "101.19", "101.73"),
}
VENTURE_FUNDS = ("VF-1", "VF-2", "VF-3")
# The whole interest at the end of the first quarter, of the one fund that had called by then.
VENTURE_NAVS = (("VF-1", date(2026, 3, 31), date(2026, 5, 15), "2216250.00"),)

SUBSCRIPTIONS = (
    ("HF-1", date(2026, 2, 25), "14000000.00"),
    ("HF-2", date(2026, 2, 25), "12000000.00"),
    ("HF-3", date(2026, 3, 27), "10000000.00"),
    ("HF-4", date(2026, 3, 27), "9000000.00"),
    ("HF-5", date(2026, 4, 28), "7000000.00"),
)
COMMITMENTS = (("VF-1", "9000000.00"), ("VF-2", "8000000.00"), ("VF-3", "7000000.00"))
CALLS = (
    ("VF-1", date(2026, 3, 20), "2250000.00"),
    ("VF-2", date(2026, 4, 16), "2000000.00"),
    ("VF-3", date(2026, 5, 14), "1750000.00"),
)
# Issued before the story ends, due after it.
OPEN_CALL = ("VF-2", date(2026, 6, 24), date(2026, 7, 15), "1500000.00")

# The one redemption: units, the share that is held back, the day on which it was dealt.
REDEEMED_FROM, REDEEMED_UNITS, REDEEMED_HOLDBACK = "HF-2", "2000", "0.05"
REDEEMED_ON = date(2026, 5, 29)


# What their documents say. All deal on the last business day of a period, and all but the third
# redeem every month.
HEDGE_FUND_TERMS: dict[str, dict[str, object]] = {
    "HF-1": {
        "dealing_day": "last_business",
        "subscription_notice_days": 2,
        "notice_days": 45,
        "settlement_days": 30,
        "gate": "0.25",
        "holdback": "0.05",
        "minimum_subscription": "1000000.00",
        "in_kind": ["BTC"],
        "management_fee": {"rate": "0.02"},
        "performance_fee": {"rate": "0.20"},
    },
    "HF-2": {
        "dealing_day": "last_business",
        "subscription_notice_days": 2,
        "notice_days": 45,
        "settlement_days": 21,
        "gate": "0.25",
        "gate_rule": "fifo",
        "holdback": "0.05",
        "minimum_holding": "2000000.00",
        "in_kind": [],
        "management_fee": {"rate": "0.015", "day_count": "actual_360"},
        "performance_fee": {"rate": "0.20", "crystallises": "quarterly"},
    },
    "HF-3": {
        "redemptions": "quarterly",
        "dealing_day": "last_business",
        "subscription_notice_days": 3,
        "notice_days": 60,
        "settlement_days": 30,
        "lock_months": 6,
        "gate": "0.20",
        "carried_first": True,
        "holdback": "0.10",
        "minimum_subscription": "5000000.00",
        "in_kind": [],
        "management_fee": {"rate": "0.0125", "in_advance": True},
        "performance_fee": {"rate": "0.15", "hurdle": "0.04"},
    },
    "HF-4": {
        "dealing_day": "last_business",
        "subscription_notice_days": 3,
        "notice_days": 45,
        "settlement_days": 20,
        "soft_lock_months": 3,
        "early_fee": "0.01",
        "gate": "0.20",
        "gate_level": "investor",
        "side_pocket": "0.10",
        "holdback": "0.05",
        "in_kind": ["BTC", "ETH"],
        "management_fee": {"rate": "0.0175"},
        "performance_fee": {"rate": "0.20", "hurdle": "0.05", "hurdle_kind": "soft"},
    },
    "HF-5": {
        "dealing_day": "last_business",
        "subscription_notice_days": 2,
        "notice_days": 20,
        "business_days": True,
        "settlement_days": 15,
        "gate": "0.50",
        "holdback": "0.05",
        "minimum_subscription": "500000.00",
        "in_kind": [],
        "management_fee": {"rate": "0.01"},
        "performance_fee": {"rate": "0.10", "method": "equalisation"},
    },
}

VENTURE_FUND_TERMS: dict[str, dict[str, object]] = {
    "VF-1": {
        "management_fee": {"rate": "0.02", "basis": "committed", "frequency": "quarterly"},
        "venture": {
            "investment_period_until": "2031-03-31",
            "ends_on": "2036-03-31",
            "call_notice_days": 10,
            "default_rate": "0.08",
            "cure_days": 10,
            "recycling": "0.20",
            "preferred_return": "0.08",
            "carry": "0.20",
        },
    },
    "VF-2": {
        "management_fee": {"rate": "0.02", "basis": "invested", "frequency": "quarterly"},
        "venture": {
            "investment_period_until": "2030-06-30",
            "ends_on": "2034-06-30",
            "call_notice_days": 15,
            "default_rate": "0.10",
            "cure_days": 5,
            "preferred_return": "0.06",
            "carry": "0.20",
            "catch_up": "0.50",
        },
    },
    "VF-3": {
        "management_fee": {"rate": "0.0175", "basis": "committed", "frequency": "semiannual"},
        "venture": {
            "investment_period_until": "2029-12-31",
            "ends_on": "2033-12-31",
            "call_notice_days": 10,
            "default_rate": "0.06",
            "cure_days": 15,
            "recycling": "0.10",
            "preferred_return": "0.07",
            "carry": "0.15",
            "waterfall": "deal_by_deal",
            "losses_first": True,
        },
    },
}


@dataclass(frozen=True)
class Mandate:
    """What one fund may do: the limits it has of its own, and from when."""

    decided_on: date
    since: date
    eligible: tuple[str, ...]
    floor: str
    single_asset: str
    counterparty: str
    leverage: str
    benchmark: str
    cure_days: int


MANDATES = {
    "HF-1": Mandate(
        *(date(2026, 2, 12), date(2026, 2, 16), ("BTC", "ETH", "SOL", "USDT", "XAU")),
        *("10000000000", "0.60", "0.30", "1.50", "BTC", 30),
    ),
    "HF-2": Mandate(
        *(date(2026, 2, 12), date(2026, 2, 16), ("BTC", "ETH", "USDT")),
        *("100000000000", "0.70", "0.35", "2.00", "BTC", 20),
    ),
    "HF-3": Mandate(
        *(date(2026, 3, 12), date(2026, 3, 16), ("BTC", "ETH", "SOL", "USDT")),
        *("10000000000", "0.50", "0.25", "3.00", "BTC", 15),
    ),
    "HF-4": Mandate(
        *(date(2026, 3, 12), date(2026, 3, 16), ("BTC", "ETH", "SOL", "USDT")),
        *("10000000000", "0.65", "0.40", "1.20", "BTC", 30),
    ),
    "HF-5": Mandate(
        *(date(2026, 4, 14), date(2026, 4, 15), ("BTC", "ETH", "USDT")),
        *("100000000000", "0.40", "0.30", "2.00", "BTC", 10),
    ),
}
# The account comes from the administrator, what the fund is exposed to from the manager.
REPORTS = (
    {"report": "account", "every": "quarterly", "due_days": 45},
    {"report": "exposures", "every": "monthly", "due_days": 20},
)


def mandates() -> list[Step]:
    """Return the decision of each hedge fund's mandate.

    Venture funds have none: the blueprint bounds what any mandate may allow, a fifth that cannot be
    sold soon among it, and no venture fund could live by that.
    """
    return [
        Step(
            mandate.decided_on,
            "set_mandate",
            f"{manager} may hold {', '.join(mandate.eligible)}, at most "
            f"{float(mandate.single_asset):.0%} in one of them, from {mandate.since} on.",
            {
                "manager": manager,
                "since": f"{mandate.since}",
                "mandate": {
                    "eligible_assets": list(mandate.eligible),
                    "market_value_floor": mandate.floor,
                    "single_asset": mandate.single_asset,
                    "issuer": "0.20",
                    "counterparty": mandate.counterparty,
                    "illiquids": "0.15",
                    "undisclosed": "0.05",
                    "leverage": mandate.leverage,
                    "benchmark": mandate.benchmark,
                    "reports": list(REPORTS),
                    "cure_days": mandate.cure_days,
                },
                "decided_on": f"{mandate.decided_on}",
                "decision_ref": f"Mandate {manager} (illustrative)",
            },
        )
        for manager, mandate in MANDATES.items()
    ]
