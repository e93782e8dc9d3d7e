"""A selection round in a world without a database: who scores, who stands, what they are."""

from decimal import Decimal
from random import Random

from qazyna.office.appointment import Appoint
from qazyna.plan import World
from qazyna.programme.selection.choosing import SelectManagers
from qazyna.programme.selection.entering import AddCandidate
from qazyna.programme.selection.scoring import DeclareConflicts, ScoreCandidate
from qazyna.programme.selection.search import OpenSearch
from tests.support import do, world

SCORERS = ("ann", "bob", "cyn")
ON = "2026-06-01"
CRITERIA = ("governance", "custody", "risk", "performance", "fees")


def as_actor(there: World, actor: str) -> World:
    there.actor = actor
    return there


def office(law="template") -> World:
    """Three who may score, and one who may not."""
    there = world(law)
    for user in SCORERS:
        do(there, Appoint(user=user, roles=("investment_committee",)))
    do(there, Appoint(user="dan", roles=("registrar",)))
    return there


def opened(law="template", scorers=SCORERS, kind="hedge_fund") -> World:
    there = office(law)
    do(
        there,
        OpenSearch(
            search="hedge-2026",
            manager_kind=kind,
            opened_on="2026-05-01",
            mandate="market-neutral funds of digital assets",
            scorers=scorers,
        ),
    )
    return there


def returns(seed: int, months: int = 48, market: float = 0.3) -> tuple[tuple[str, str], ...]:
    """Monthly returns that share as much of one market as is said; the same for the same seed."""
    common, own = Random(0), Random(seed)
    return tuple(
        (
            f"{2022 + month // 12}-{month % 12 + 1:02d}",
            f"{market * common.gauss(0.01, 0.1) + own.gauss(0.005, 0.04):.4f}",
        )
        for month in range(months)
    )


def candidate(number: int = 1, **changes) -> dict:
    """The fields of a candidate that meets every criterion; `kinds` and `standing` in part."""
    kinds = {
        "strategy": f"strategy {number}",
        "domicile": "KY",
        "custodian": f"Custodian {number}",
        "administrator": f"Administrator {number}",
        **changes.pop("kinds", {}),
    }
    standing = {
        "licence": "Register 17",
        "assets": "250000000",
        "custodian_independent": True,
        "administrator_independent": True,
        "auditor": "Auditor A",
        "aml_programme": True,
        "sanctions_screening": True,
        "insured": False,
        **changes.pop("standing", {}),
    }
    return {
        "search": "hedge-2026",
        "name": f"Fund {number}",
        "entered_on": "2026-05-02",
        "kinds": kinds,
        "standing": standing,
        "returns": returns(number),
        **changes,
    }


def entered(there: World, *candidates: dict) -> World:
    do(as_actor(there, "owner"), *(AddCandidate(**each) for each in candidates))
    return there


def declare(there: World, user: str, *conflicts: str) -> None:
    do(
        as_actor(there, user),
        DeclareConflicts(search="hedge-2026", candidates=conflicts, declared_on=ON),
    )


def score(there: World, user: str, label: str, value: int = 7, **changes: int) -> list:
    scores = {**dict.fromkeys(CRITERIA, value), **changes}
    return do(
        as_actor(there, user),
        ScoreCandidate(search="hedge-2026", candidate=label, scores=scores, scored_on=ON),
    )


def scored(there: World, values: dict[str, int], scorers=SCORERS) -> World:
    """Everybody declares no conflict and gives each candidate its value."""
    for user in scorers:
        declare(there, user)
    for user in scorers:
        for label, value in values.items():
            score(there, user, label, value)
    return there


def select(**changes) -> SelectManagers:
    fields = {
        "search": "hedge-2026",
        "decided_on": "2026-06-02",
        "decision_ref": "Minutes 4",
        **changes,
    }
    return SelectManagers(**fields)


def decimal_returns(number: int, **options) -> dict[str, Decimal]:
    return {month: Decimal(value) for month, value in returns(number, **options)}
