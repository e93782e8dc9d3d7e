"""A programme of one hedge fund and one venture fund, and statements of them as they would come."""

from qazyna.plan import decide
from qazyna.programme.manager import AdmitManager
from qazyna.programme.nav import StateNav
from qazyna.programme.statements.receiving import ReceiveStatement
from qazyna.programme.subscription import Subscribe
from qazyna.programme.venture import CommitCapital, Distribute, PayCall
from qazyna.reserve.funding import Appropriate
from tests.support import do, world

ACCOUNT = {
    "opening_units": "0",
    "opening_value": "0",
    "subscriptions": "10000",
    "units_issued": "10",
    "gross_result": "0",
    "closing_units": "10",
    "nav_per_unit": "1000",
    "closing_value": "10000",
}
"""HF-1 in January 2026: ten units were bought on its last day."""


def admitted(code, kind, **terms):
    return AdmitManager(
        manager=code,
        manager_kind=kind,
        name=f"{code} (illustrative)",
        currency="USD",
        admitted_on="2026-01-06",
        terms=terms,
        decision_ref="D",
    )


def nav(on, per_unit):
    return StateNav(
        manager="HF-1", valuation_on=on, stated_on=on, nav_per_unit=per_unit, statement_ref="S"
    )


def programme(law="template"):
    """Ten units of HF-1 bought at the end of January; 200 called by VF-1 in February, 20 back."""
    there = world(law)
    do(
        there,
        Appropriate(
            items=({"asset": "USD", "quantity": "100000"},),
            appropriated_on="2026-01-05",
            act_ref="A",
        ),
        admitted("HF-1", "hedge_fund"),
        admitted("VF-1", "venture_fund"),
        Subscribe(
            manager="HF-1",
            quantity="10000",
            paid_on="2026-01-10",
            dealing_on="2026-01-31",
            decision_ref="D",
        ),
        nav("2026-01-31", "1000"),
        CommitCapital(manager="VF-1", quantity="500", committed_on="2026-02-01", decision_ref="D"),
        PayCall(manager="VF-1", quantity="200", paid_on="2026-02-15", call_ref="C"),
        Distribute(
            manager="VF-1",
            quantity="20",
            received_on="2026-03-10",
            character="income",
            statement_ref="S",
        ),
    )
    return there


def statement(figures=(), **said):
    """HF-1's statement of January, with some of it said otherwise."""
    usual = {
        "manager": "HF-1",
        "fund": "HF-1",
        "period_from": "2026-01-01",
        "period_to": "2026-01-31",
        "received_on": "2026-02-10",
        "currency": "USD",
        "account": {**ACCOUNT, **dict(figures)},
        "statement_ref": "S-1",
    }
    return ReceiveStatement.model_validate({**usual, **said})


def receive(there, asked):
    """The kinds of the events that follow."""
    return [happened.kind for happened in decide(there, asked)]
