"""Two blueprints side by side, on one day."""

from collections.abc import Sequence
from datetime import date

from qazyna.blueprint.law import Blueprint, Law
from qazyna.blueprint.schema import CLAUSES, clause_named
from qazyna.blueprint.showing import plain
from qazyna.blueprint.values import Dated

PRACTICE = "practice."


def differ(
    one: Blueprint, other: Blueprint, day: date, *, everything: bool = False
) -> dict[str, object]:
    """What two blueprints answer differently on a day, clause by clause; law and practice apart.

    With `everything`, what they answer alike too. An answer that is not there is null; an order of
    words is no difference. Refuses a day before either begins.
    """
    laws = (one.on(day), other.on(day))
    rows = [*_facts(*laws), *(_row(name, *laws) for name in _in_order(*laws))]
    told = [row for row in rows if everything or not row["same"]]
    law = [row for row in told if not str(row["clause"]).startswith(PRACTICE)]
    practice = [row for row in told if str(row["clause"]).startswith(PRACTICE)]
    return {
        "on": str(day),
        "a": {"name": one.name, "sha256": one.sha256, "jurisdiction": one.jurisdiction.name},
        "b": {"name": other.name, "sha256": other.sha256, "jurisdiction": other.jurisdiction.name},
        "law": law,
        "practice": practice,
        "same": sum(row["same"] is True for row in rows),
        "different": sum(row["same"] is False for row in rows),
    }


def _in_order(*laws: Law) -> list[str]:
    """Every clause that either answers, in the order of the form, families by name."""
    order = {clause.name: place for place, clause in enumerate(CLAUSES)}

    def place(name: str) -> tuple[int, str]:
        clause = clause_named(tuple(name.split(".")))
        return (order[clause.name] if clause else len(order)), name

    return sorted({name for law in laws for name in law.clauses}, key=place)


def _row(name: str, one: Law, other: Law) -> dict[str, object]:
    clause = clause_named(tuple(name.split(".")))
    found = [law.clauses.get(name) for law in (one, other)]
    spoken = [_unordered(each) for each in found]
    return {
        "clause": name,
        "means": clause.means if clause else "",
        "unit": clause.unit if clause else "",
        "a": _answer(found[0]),
        "b": _answer(found[1]),
        "same": spoken[0] == spoken[1],
    }


def _unordered(answer: Dated | None) -> object:
    """What an answer comes to: the order of a list of words means nothing."""
    if answer is None:
        return None
    return frozenset(answer.value) if isinstance(answer.value, tuple) else answer.value


def _answer(answer: Dated | None) -> dict[str, object] | None:
    if answer is None:
        return None
    return {
        "value": plain(answer.value),
        "since": str(answer.since),
        "assumption": answer.assumed,
    }


def _facts(*laws: Law) -> list[dict[str, object]]:
    """What is not a clause: whose money, who keeps what, and the offices."""
    classes = sorted(
        {each for law in laws for kept in law.custodians.values() for each in kept.holds}
    )
    return [
        _fact(
            "jurisdiction.currency", "the currency of statements", [law.currency for law in laws]
        ),
        _fact(
            "jurisdiction.domestic_currency",
            "legal tender at home",
            [law.domestic_currency for law in laws],
        ),
        *(
            _fact(
                f"custodian.{klass}",
                f"who keeps {klass.replace('_', ' ')}",
                [_keepers(law, klass) for law in laws],
            )
            for klass in classes
        ),
        _fact("role", "the offices", [sorted(law.roles) for law in laws]),
    ]


def _keepers(law: Law, klass: str) -> list[str]:
    return sorted(kept.name for kept in law.custodians.values() if klass in kept.holds)


def _fact(clause: str, means: str, values: Sequence[object]) -> dict[str, object]:
    a, b = ({"value": each, "since": None, "assumption": False} for each in values)
    unit = "list" if isinstance(values[0], list) else "text"
    return {
        "clause": clause,
        "means": means,
        "unit": unit,
        "a": a,
        "b": b,
        "same": values[0] == values[1],
    }
