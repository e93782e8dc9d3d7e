"""The offices, what they have, and how they chose: all that was before the first month."""

import json
from datetime import date
from decimal import Decimal
from typing import Any

from qazyna.office.appointment import Appoint
from qazyna.shell import acting
from qazyna.shell.store.reading import current_blueprint
from tests.journeys.ten_years.administrator import (
    MILLIONTH,
    NOTHING,
    HedgeFund,
    VentureFund,
    plain,
)
from tests.journeys.ten_years.market import STRATEGIES, months

OFFICES = ("registrar", "prosecutor", "court_clerk", "treasurer", "investment_committee")
OFFICES += ("risk_officer",)

MONEY, OUNCES = Decimal(200_000_000), Decimal(20_000)
OVERCHARGED = date(2019, 5, 31)

TERMS = {
    "dealing_day": "last_calendar",
    "subscription_notice_days": 10,
    "notice_days": 30,
    "gate": "0.25",
    "settlement_days": 30,
    "in_kind": ["BTC"],
    "management_fee": {"rate": "0.02", "frequency": "monthly"},
    "performance_fee": {"rate": "0.20", "crystallises": "annual"},
}
VENTURE_TERMS = {
    "venture": {
        "investment_period_until": "2020-12-31",
        "ends_on": "2025-12-31",
        "call_notice_days": 10,
        "preferred_return": "0.08",
        "carry": "0.20",
    }
}

# candidate: strategy, domicile, custodian, administrator, what three scorers gave it
CANDIDATES = [
    ("balanced", "KY", "Custodian 1", "Administrator 1", (9, 9, 8)),
    ("trend", "KY", "Custodian 2", "Administrator 2", (8, 8, 8)),
    ("premium", "LU", "Custodian 1", "Administrator 2", (7, 7, 8)),
    ("gold", "CH", "Custodian 3", "Administrator 3", (7, 6, 7)),
    ("reversal", "SG", "Custodian 4", "Administrator 1", (6, 7, 6)),
    ("dollar", "AE", "Custodian 2", "Administrator 3", (6, 6, 6)),
    ("smooth", "LU", "Custodian 3", "Administrator 1", (8, 8, 9)),
    ("mixed", "CH", "Custodian 4", "Administrator 2", (9, 8, 8)),
    ("gold", "BM", "Custodian 5", "Administrator 4", (10, 10, 10)),
]
SCORERS = ("investment_committee", "risk_officer", "second_member")


class Offices:
    """Those who hold an office in one installation, and what they did before the first month."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        self.law = current_blueprint(connection)
        self.money = NOTHING
        self.hedge: dict[str, HedgeFund] = {}
        self.venture = {
            "VF-1": VentureFund("VF-1", Decimal(20_000_000)),
            "VF-2": VentureFund("VF-2", Decimal(15_000_000)),
        }

    def do(self, kind: str, by: str = "treasurer", **fields: Any) -> dict[str, Any]:
        """Run it, or propose it and have others approve, as the law wants."""
        body = json.dumps(fields)
        wanted = self.law.on(date(2025, 1, 1)).approvals(kind)
        if not wanted.count:
            return acting.run(self.connection, kind, body, actor=by).as_json()
        told = acting.propose(self.connection, kind, body, actor=by)
        for role in [r for r in wanted.roles if r in OFFICES and r != by][: wanted.count]:
            told = acting.approve(self.connection, told["proposal"], actor=role)
        assert "done" in told, (kind, told)
        return told

    # 2015: offices, money, the choice

    def begin(self) -> None:
        for office in OFFICES:
            acting.act(self.connection, Appoint(user=office, roles=(office,)), actor="owner")
        second = Appoint(user="second_member", roles=("investment_committee",))
        acting.act(self.connection, second, actor="owner")
        self.do(
            "appropriate",
            items=[
                {"asset": "USD", "quantity": plain(MONEY)},
                {"asset": "XAU", "quantity": plain(OUNCES)},
            ],
            appropriated_on="2015-11-16",
            act_ref="Act (illustrative)",
        )
        self.money = MONEY

    def choose(self) -> None:
        """Nine stand, one is not eligible, five are chosen and admitted on the terms offered."""
        self.do(
            "open_search",
            search="funds-2015",
            manager_kind="hedge_fund",
            opened_on="2015-10-01",
            mandate="digital assets and what steadies them",
            scorers=list(SCORERS),
        )
        past = months(date(2012, 11, 30), date(2015, 10, 31))
        for number, (strategy, domicile, custodian, administrator, _) in enumerate(CANDIDATES, 1):
            returns, last = [], NOTHING
            for month in past:
                last = STRATEGIES[strategy](month, last).quantize(MILLIONTH)
                returns.append((f"{month.end:%Y-%m}", plain(last)))
            self.do(
                "add_candidate",
                search="funds-2015",
                name=f"Fund {number} (illustrative)",
                entered_on="2015-11-03",
                kinds={
                    "strategy": strategy,
                    "domicile": domicile,
                    "custodian": custodian,
                    "administrator": administrator,
                },
                standing={
                    "licence": "licensed",
                    "assets": "250000000",
                    "custodian_independent": True,
                    "administrator_independent": True,
                    "auditor": "Auditor",
                    "aml_programme": True,
                    "sanctions_screening": True,
                    "insured": False,
                },
                terms=TERMS,
                returns=returns,
            )
        criteria = ("governance", "custody", "risk", "performance", "fees")
        for n, scorer in enumerate(SCORERS):
            self.do("declare_conflicts", scorer, search="funds-2015", declared_on="2015-11-05")
            for number, (*_, scores) in enumerate(CANDIDATES[:-1], 1):
                self.do(
                    "score_candidate",
                    scorer,
                    search="funds-2015",
                    candidate=f"C{number:02d}",
                    scores=dict.fromkeys(criteria, scores[n]),
                    scored_on="2015-11-10",
                )
        told = self.do(
            "select_managers",
            search="funds-2015",
            decided_on="2015-11-12",
            decision_ref="Minutes 1 (illustrative)",
        )
        self.chosen = told.get("chosen") or told["done"]["chosen"]
        for number, label in enumerate(self.chosen, 1):
            code, strategy = f"HF-{number}", CANDIDATES[int(label[1:]) - 1][0]
            self.do(
                "admit_manager",
                manager=code,
                manager_kind="hedge_fund",
                name=f"Fund {label} (illustrative)",
                currency="USD",
                admitted_on="2015-11-20",
                decision_ref="Minutes 1 (illustrative)",
                search="funds-2015",
                candidate=label,
            )
            mistakes = {OVERCHARGED: Decimal("1.5")} if strategy == "gold" else {}
            self.hedge[code] = HedgeFund(code, strategy, Decimal("0.02"), Decimal("0.2"), mistakes)
        for fund in self.venture.values():
            self.do(
                "admit_manager",
                manager=fund.code,
                manager_kind="venture_fund",
                name=f"Venture {fund.code} (illustrative)",
                currency="USD",
                admitted_on="2015-11-20",
                terms=VENTURE_TERMS,
                decision_ref="Minutes 2 (illustrative)",
            )
