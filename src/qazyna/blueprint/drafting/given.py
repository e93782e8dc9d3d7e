"""Answers to the questions of a blueprint, as somebody gives them: in a file, or one by one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from qazyna.blueprint.answers import nearest
from qazyna.blueprint.law import Blueprint
from qazyna.blueprint.schema import CLAUSES, GROUPS, clause_named

FACTS: Final = ("code", "name", "local_name", "local_language", "currency", "domestic_currency")
_PEOPLE: Final = ("custodian", "role")
_KEYS: Final = ("value", "from", "source", "verified", "assumption", "note")


@dataclass(frozen=True, slots=True)
class Answer:
    """A value as it is written in a blueprint, since when it holds, and what it rests on."""

    value: object
    since: date | None = None
    source: str = ""
    verified: date | None = None
    note: str = ""


@dataclass(slots=True)
class Given:
    """Everything answered; what is not is taken from the blueprint one starts from.

    `facts` are those of [jurisdiction]; `people` the custodians and roles as tables, each list
    whole or not there; `left_out` clauses, or groups of them, that the new law is to lack.
    """

    first: date | None = None
    facts: dict[str, object] = field(default_factory=dict)
    people: dict[str, list[dict[str, object]]] = field(default_factory=dict)
    clauses: dict[str, list[Answer]] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)
    problems: list[tuple[str, str]] = field(default_factory=list)

    def leaves_out(self, name: str) -> bool:
        """Whether that clause is not to be in the new law."""
        return any(name == each or name.startswith(f"{each}.") for each in self.left_out)


def given(data: Mapping[str, object]) -> Given:
    """The answers of a file, TOML or JSON: clauses by dotted or nested name.

    A clause is answered by its value alone, by a table {value, source, verified, from, note}, or by
    a list of such tables; null leaves it out. What cannot be understood is named in `problems`, all
    of it.
    """
    found = Given()
    for key, below in data.items():
        if key == "from":
            found.first = _date(below)
            if found.first is None:
                found.problems.append((key, f"{below} is not a date: write 2026-01-31"))
        elif key == "leave_out":
            found.left_out = [str(each) for each in below] if isinstance(below, list) else []
            for each in found.left_out:
                if each not in GROUPS and clause_named(tuple(each.split("."))) is None:
                    found.problems.append((key, f"there is no clause “{each}” to leave out"))
        elif key == "jurisdiction" and isinstance(below, Mapping):
            _facts(found, below)
        elif key in _PEOPLE:
            if isinstance(below, list) and all(isinstance(each, Mapping) for each in below):
                found.people[key] = [{**each} for each in below]
            else:
                found.problems.append((key, "it is a list of tables, each with name and title"))
        else:
            _walk(found, tuple(key.split(".")), below)
    return found


def _facts(found: Given, table: Mapping[str, object]) -> None:
    for key, value in table.items():
        if key == "weekend":
            _walk(found, ("jurisdiction", "weekend"), value)
        elif key in (*FACTS, "names", "source", "verified", "note"):
            found.facts[key] = _date(value) or value if key == "verified" else value
        else:
            found.problems.append(
                (f"jurisdiction.{key}", f"it does not belong here: {nearest(key, FACTS)}")
            )


def _walk(found: Given, path: tuple[str, ...], below: object) -> None:
    name = ".".join(path)
    if below is None and (name in GROUPS or clause_named(path)):  # JSON's null
        found.left_out.append(name)
    elif name in GROUPS and isinstance(below, Mapping):
        for key, deeper in below.items():
            _walk(found, (*path, *key.split(".")), deeper)
    elif name in GROUPS:
        found.problems.append((name, f"it only groups clauses: answer one, {name}.…"))
    elif clause_named(path) is None:
        known = tuple(clause.name for clause in CLAUSES if not clause.family)
        found.problems.append((name, f"no such clause: {nearest(name, known, 0.75)}"))
    elif isinstance(below, list) and below and all(_is_answer(each) for each in below):
        found.clauses[name] = [_answer(each) for each in below]
    else:
        found.clauses[name] = [_answer(below) if _is_answer(below) else Answer(below)]


def _is_answer(raw: object) -> bool:
    # A limit has a `value` too, and other words beside it.
    return isinstance(raw, Mapping) and "value" in raw and set(raw) <= set(_KEYS)


def _answer(raw: object) -> Answer:
    table = raw if isinstance(raw, Mapping) else {"value": raw}
    return Answer(
        table["value"],
        _date(table.get("from")),
        str(table.get("source", "")),
        _date(table.get("verified")),
        str(table.get("note", "")),
    )


def _date(raw: object) -> date | None:
    """A date, as TOML has it or as JSON writes it."""
    if type(raw) is date:
        return raw
    try:
        return date.fromisoformat(raw) if isinstance(raw, str) else None
    except ValueError:
        return None


def holders(base: Blueprint, answers: Given) -> dict[str, list[str]]:
    """Who keeps each class of asset in the new law: custodians in the order written."""
    kept: dict[str, list[str]] = {}
    people = answers.people.get("custodian")
    if people is None:
        people = [
            {"name": each.name, "holds": list(each.holds)} for each in base.custodians.values()
        ]
    for each in people:
        holds = each.get("holds")
        for klass in holds if isinstance(holds, list) else ():
            kept.setdefault(str(klass), []).append(str(each.get("name")))
    return kept
