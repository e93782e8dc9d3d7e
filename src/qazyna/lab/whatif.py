"""A change of law tried out before it is adopted: the same register under both texts."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, Final

from qazyna import blueprint
from qazyna.blueprint import Blueprint, plain
from qazyna.errors import Refused
from qazyna.lab.amending import amended
from qazyna.lab.compare import Compared, compare, document, text
from qazyna.lab.market import Market
from qazyna.lab.model import Model
from qazyna.lab.play.lots import gone
from qazyna.lab.register import Register

BASE, CHANGED = "base", "changed"
PRACTICE: Final = "sales that the register records are not used: both sides follow the practice"


@dataclass(frozen=True, slots=True)
class Tried:
    """Both plays, and what was changed: clause -> (was, becomes)."""

    compared: Compared
    changes: Mapping[str, tuple[Any, Any]]
    applies: date


def try_out(
    law: Blueprint,
    changes: Mapping[str, str],
    applies: date,
    register: Register,
    market: Market,
    since: date,
    until: date,
) -> Tried:
    """Play the register under a law, and under that law with clauses changed from a day on.

    The changed text is checked as any blueprint is, and refused with the clause that is wrong.
    """
    if not changes:
        raise Refused("no_change", "Nothing is changed: give a --change CLAUSE=VALUE.")
    becomes = sound(law, changes, applies)
    models = [Model(BASE, law), Model(CHANGED, becomes)]
    compared = compare(without_records(register, since), models, market, since, until)
    said = {
        clause: (_says(law, clause, applies), _says(becomes, clause, applies)) for clause in changes
    }
    return Tried(compared, said, applies)


def changes_of(said: Iterable[str]) -> dict[str, str]:
    """Changes as they stand on a command line: `disposition.share.reserve=0.30`."""
    found: dict[str, str] = {}
    for each in said:
        clause, equals, value = each.partition("=")
        if not equals or not clause.strip() or not value.strip():
            raise Refused(
                "bad_change",
                f"“{each[:80]}” is no change: write CLAUSE=VALUE, as "
                "disposition.share.reserve=0.30.",
                {"given": each[:80]},
            )
        found[clause.strip()] = value.strip()
    return found


def sound(law: Blueprint, changes: Mapping[str, str], applies: date) -> Blueprint:
    """The law with the changes, if it is a sound one."""
    if applies < law.first:
        raise Refused(
            "no_law_on_date",
            f"The law begins on {law.first}; a change from {applies} on would come before it.",
            {"date": applies, "first": law.first},
        )
    changed = amended(law.text, changes, applies)
    problems = blueprint.check(changed)
    if problems:
        told = "; ".join(f"{problem.clause}: {problem.message}" for problem in problems)
        raise Refused(
            "change_not_sound",
            f"With that change the blueprint contradicts itself: {told}.",
            {"problems": len(problems), "clauses": ", ".join(p.clause for p in problems)},
            problems[0].clause,
        )
    return blueprint.parse(changed, law.name)


def without_records(register: Register, since: date) -> Register:
    """What of a register was there on a day or came later, without what was done with it."""
    holdings = tuple(
        replace(each, recorded=None) for each in register.holdings if not gone(each, since)
    )
    return Register(register.name, holdings)


def _says(law: Blueprint, clause: str, day: date) -> Any:
    found = law.on(day).clauses.get(clause)
    return plain(found.value) if found else None


_FIGURES: Final = (
    *("end_value", "real_end_value", "raised", "to_budget", "to_victims", "to_reserve"),
    *("reserve_value", "held_value", "pending_value", "slippage", "fees", "custody_cost"),
    *("key_custody_value_days", "median_days_to_use", "max_drawdown", "volatility", "es_95"),
)


def what_if_document(tried: Tried, law: Blueprint) -> dict[str, Any]:
    """What `qazyna lab what-if` prints: both sides, and changed less base."""
    told = document(tried.compared)
    base, changed = told["models"][BASE], told["models"][CHANGED]
    return {
        "from": told["from"],
        "to": told["to"],
        "valued_on": told["valued_on"],
        "currency": told["currency"],
        "blueprint": law.name,
        "sha256": law.sha256,
        "changes": [
            {"clause": clause, "was": was, "becomes": becomes, "from": tried.applies.isoformat()}
            for clause, (was, becomes) in tried.changes.items()
        ],
        BASE: base,
        CHANGED: changed,
        "difference": {key: _difference(base[key], changed[key]) for key in _FIGURES},
        "assumptions": [PRACTICE, *_once(told["assumptions"])],
        "gaps": told["gaps"],
    }


def _once(assumptions: Iterable[str]) -> Iterator[str]:
    """What both sides assume is said of the base alone."""
    told = list(assumptions)
    shared = {each.removeprefix(BASE) for each in told if each.startswith(BASE)}
    return (e for e in told if not e.startswith(CHANGED) or e.removeprefix(CHANGED) not in shared)


def _difference(base: str | float | None, changed: str | float | None) -> str | float | None:
    """Changed less base, of amounts and shares in exact digits, of days as a number."""
    if base is None or changed is None:
        return None
    if isinstance(base, str) or isinstance(changed, str):
        return text(Decimal(changed) - Decimal(base))
    return changed - base
