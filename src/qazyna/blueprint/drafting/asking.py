"""The questions of a blueprint in plain words, and what somebody types read as an answer."""

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final

from qazyna.blueprint.answers import answer
from qazyna.blueprint.law import Blueprint, Law
from qazyna.blueprint.schema import CLAUSE, CLAUSES, Clause
from qazyna.blueprint.showing import plain

_HINT: Final = {
    "fraction": "a share, such as 25 %",
    "days": "days",
    "count": "a number",
    "bool": "yes or no",
    "money": "an amount",
    "ratio": "a multiple, such as 0.5",
}
_PLAIN: Final = ("fraction", "days", "count", "bool", "money", "ratio", "list", "text")


@dataclass(frozen=True, slots=True)
class Question:
    """One question: the clause, how to put it, what may be answered, and the answer there is."""

    clause: str
    asks: str
    hint: str
    default: str


def questions(base: Blueprint) -> list[Question]:
    """What is asked of a person: every clause that the base answers with a plain value."""
    law = base.on(max(base.change_dates))
    return [
        _question(clause, law)
        for clause in CLAUSES
        if not clause.family and clause.unit in _PLAIN and clause.name in law.clauses
    ]


def _question(clause: Clause, law: Law) -> Question:
    hint = _HINT.get(clause.unit, "")
    if clause.name == "jurisdiction.weekend":
        hint = "1 is Monday, 7 is Sunday"
    elif clause.among:
        hint = ("one of " if clause.unit == "text" else "any of ") + ", ".join(clause.among)
    elif clause.holds:
        hint = "a custodian"
    default = typed(clause.unit, plain(law.clauses[clause.name].value))
    return Question(clause.name, clause.means[:1].upper() + clause.means[1:], hint, default)


def typed(unit: str, value: object) -> str:
    """A value as a person would type it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    if unit == "fraction":
        return f"{(Decimal(str(value)) * 100).normalize():f} %"
    return str(value)


def understood(clause: str, text: str) -> tuple[object, str]:
    """(what was typed as a blueprint writes it, what is wrong with it); one of them is empty."""
    found = CLAUSE[clause]
    raw = _raw(found, text.strip())
    said: list[str] = []
    value = answer(found, clause, "", raw, lambda message, _: said.append(message))
    return (None, "; ".join(said)) if value is None else (raw, "")


def _raw(clause: Clause, text: str) -> object:
    if clause.unit == "list":
        words = [] if text.lower() == "none" else [w.strip() for w in text.split(",") if w.strip()]
        if clause.name == "jurisdiction.weekend":
            return [int(word) if word.isdecimal() else word for word in words]
        return words
    if clause.unit == "bool":
        return {"yes": True, "y": True, "true": True, "no": False, "n": False, "false": False}.get(
            text.lower(), text
        )
    if clause.unit in ("days", "count"):
        number = text.split()[0] if text.split() else ""
        return int(number) if re.fullmatch(r"\d{1,9}", number) else text
    if clause.unit == "money":
        return re.sub(r"[ ,_\u00a0]", "", text)
    if clause.unit == "fraction" and text.endswith("%"):
        try:
            share = Decimal(text.removesuffix("%").strip().replace(",", ".")) / 100
        except InvalidOperation:
            return text
        return f"{share:f}"
    return text


def custodians(text: str) -> list[dict[str, object]]:
    """`State Custodian: crypto, currency; National Bank: currency, gold` as tables."""
    found: list[dict[str, object]] = []
    for each in filter(None, (part.strip() for part in text.split(";"))):
        name, _, holds = each.partition(":")
        classes = [klass.strip() for klass in holds.split(",") if klass.strip()]
        found.append({"name": name.strip(), "title": name.strip(), "holds": classes})
    return found


def custodians_typed(base: Blueprint) -> str:
    """The custodians of a blueprint as `custodians` reads them."""
    return "; ".join(f"{each.name}: {', '.join(each.holds)}" for each in base.custodians.values())
