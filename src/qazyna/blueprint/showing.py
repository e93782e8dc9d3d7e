"""A blueprint as plain data, for a person or a machine to read."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from qazyna.blueprint.law import Blueprint
from qazyna.blueprint.schema import CLAUSES, clause_named
from qazyna.blueprint.values import (
    Approvals,
    Basis,
    Curve,
    Custodian,
    Dated,
    Limit,
    Names,
    Par,
    Role,
    Value,
    Vehicle,
)


def show(blueprint: Blueprint, day: date | None = None) -> dict[str, object]:
    """Everything a blueprint says: on that day, or, without one, through time.

    Every date and decimal is a string; days and counts are numbers.
    """
    law = blueprint.on(day) if day else None
    found = blueprint.jurisdiction
    spoken = {
        name: (law.clauses[name],) if law else values
        for name, values in blueprint.clauses.items()
        if law is None or name in law.clauses
    }
    return {
        "name": blueprint.name,
        "sha256": blueprint.sha256,
        "on": str(day) if day else None,
        "first": str(blueprint.first),
        "change_dates": [str(each) for each in blueprint.change_dates],
        "jurisdiction": {
            "code": found.code,
            "name": found.name,
            "local_name": found.local_name,
            "currency": found.currency,
            "domestic_currency": found.domestic_currency,
            **({"local_language": found.local_language} if found.local_language else {}),
            **_names(found.names),
            **_basis(found.basis),
        },
        "custodians": [_custodian(each) for each in blueprint.custodians.values()],
        "roles": [_role(each) for each in blueprint.roles.values()],
        "clauses": [_clause(name, spoken[name]) for name in _in_order(spoken)],
    }


def _in_order(spoken: Mapping[str, object]) -> list[str]:
    """The order of the form, and within a family the order of the text."""
    order = {clause.name: place for place, clause in enumerate(CLAUSES)}

    def place(name: str) -> int:
        clause = clause_named(tuple(name.split(".")))
        return order[clause.name] if clause else len(order)

    return sorted(spoken, key=place)


def _clause(name: str, values: tuple[Dated, ...]) -> dict[str, object]:
    clause = clause_named(tuple(name.split(".")))
    return {
        "clause": name,
        "means": clause.means if clause else "",
        "unit": values[0].unit,
        "values": [
            {"from": str(each.since), "value": plain(each.value), **_basis(each.basis)}
            for each in values
        ],
    }


def plain(value: Value) -> object:
    """One answer as it would be written in JSON."""
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, Limit):
        return {
            "measure": value.measure,
            "class": value.klass,
            "bound": value.bound,
            "value": str(value.value),
            "amber": str(value.amber),
        }
    if isinstance(value, Approvals):
        return {"roles": list(value.roles), "approvals": value.count}
    if isinstance(value, Par):
        return {"currency": value.currency, "value": str(value.value)}
    if isinstance(value, Curve):
        return [[str(ratio), str(discount)] for ratio, discount in value.points]
    if isinstance(value, Vehicle):
        return _vehicle(value)
    return str(value) if isinstance(value, Decimal) else value


def _vehicle(vehicle: Vehicle) -> dict[str, object]:
    told: dict[str, object] = {
        "kind": vehicle.kind,
        "mix": {series: str(weight) for series, weight in vehicle.mix},
        "alpha": str(vehicle.alpha),
        "management": str(vehicle.management),
        "performance": str(vehicle.performance),
        "notice_days": vehicle.notice_days,
        "gate": str(vehicle.gate),
        "count": vehicle.count,
    }
    return {**told, "series": vehicle.series} if vehicle.series else told


def _basis(basis: Basis) -> dict[str, object]:
    if basis.assumed and not basis.note:
        return {}
    if basis.assumed:
        return {"assumption": True, "note": basis.note}
    told: dict[str, object] = {"source": basis.source, "verified": str(basis.verified)}
    return {**told, "note": basis.note} if basis.note else told


def _names(names: Names) -> dict[str, object]:
    return {"names": dict(names)} if names else {}


def _custodian(custodian: Custodian) -> dict[str, object]:
    return {
        "name": custodian.name,
        "title": custodian.title,
        "local_name": custodian.local_name,
        "holds": list(custodian.holds),
        **_names(custodian.names),
        **_basis(custodian.basis),
    }


def _role(role: Role) -> dict[str, object]:
    return {
        "name": role.name,
        "title": role.title,
        "local_name": role.local_name,
        **_names(role.names),
        **_basis(role.basis),
    }
