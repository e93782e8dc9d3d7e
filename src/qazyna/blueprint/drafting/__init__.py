"""A new blueprint from answers: the commented form, filled in.

The template is the form: its headings and comments are kept, its answers are not. Whatever is not
answered is taken from the blueprint one starts from, on its latest day, as an assumption.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import starmap
from typing import Final

from qazyna.blueprint.drafting.given import FACTS, Answer, Given, given, holders
from qazyna.blueprint.drafting.toml import pair, toml
from qazyna.blueprint.law import Blueprint, Law
from qazyna.blueprint.schema import CLAUSE, clause_named
from qazyna.blueprint.showing import plain
from qazyna.blueprint.values import Custodian, Role

__all__ = ["Answer", "Given", "draft", "given", "holders"]

_BEGINS: Final = "# ── 1."
_HOW: Final = ("# HOW TO WRITE AN ANSWER", "# WHY EVERYTHING HERE BEGINS")
_WHOLE: Final = (*("limits", "programme.scorecard", "practice.vehicle", "practice.reserve.place"),)
"""Families whose members make a whole: one of them answered, all are taken from the answers."""


@dataclass(slots=True)
class Draft:
    """The text of a new blueprint, and how much of it was answered."""

    text: str
    answered: int
    assumed: int


def draft(form: str, base: Blueprint, answers: Given) -> Draft:
    """Fill in the form. The text may still be wrong: `check` says so, as of any other."""
    return _Writer(form, base, base.on(max(base.change_dates)), answers).write()


class _Writer:
    def __init__(self, form: str, base: Blueprint, law: Law, answers: Given) -> None:
        self._form, self._base, self._law, self._given = form, base, law, answers
        self._first = answers.first or base.first
        self._custodians = {str(c.get("name")) for c in answers.people.get("custodian", ())}
        self._clauses = self._all()
        self._answered = self._assumed = 0

    def write(self) -> Draft:
        lines = self._form.splitlines()
        start = next(i for i, line in enumerate(lines) if line.startswith(_BEGINS))
        out = [*self._head(lines), "", ""]
        written: set[str] = set()
        for lead, name, block in _blocks(lines[start:]):
            body = self._block(name, block, written)
            # A heading stays, even where what stood first below it does not.
            if body or any("──" in line for line in lead):
                out += [*lead, *body]
            family = _family(name)
            if family and name == self._last(family, lines[start:]):
                for each in self._clauses:
                    if _family(each) == family and each not in written:
                        out += ["", *self._clause(each, written)]
        return Draft("\n".join(out).rstrip() + "\n", self._answered, self._assumed)

    def _last(self, family: str, lines: list[str]) -> str:
        names = [name for _, name, _ in _blocks(lines) if _family(name) == family]
        return names[-1]

    def _all(self) -> dict[str, list[Answer]]:
        """Every clause of the new law, in the order of the old and then of the answers."""
        answered = self._given.clauses
        whole = [each for each in _WHOLE if any(name.startswith(f"{each}.") for name in answered)]
        found: dict[str, list[Answer]] = {}
        for name, said in self._law.clauses.items():
            if name in answered:
                found[name] = answered[name]
            elif not any(name.startswith(f"{each}.") for each in whole):
                note = f"not answered; taken from {self._base.name}"
                found[name] = [Answer(self._keeper(name, plain(said.value)), note=note)]
        found |= {name: said for name, said in answered.items() if name not in found}
        return {name: said for name, said in found.items() if not self._given.leaves_out(name)}

    def _keeper(self, name: str, value: object) -> object:
        """A custodian who is no more gives way to the first that keeps the same."""
        clause = CLAUSE.get(name)
        if clause is None or not clause.holds or not self._custodians:
            return value
        kept = holders(self._base, self._given).get(clause.holds, [])
        return value if value in kept or not kept else kept[0]

    def _head(self, lines: list[str]) -> list[str]:
        name = self._given.facts.get("name", self._law.jurisdiction.name)
        here, end = (
            next(i for i, line in enumerate(lines) if line.startswith(mark)) for mark in _HOW
        )
        how = lines[here:end]
        while how and how[-1] == "#":
            how.pop()
        return [
            f"# The law of {str(name).splitlines()[0] if name else 'a new country'}, as data.",
            "#",
            f"# It was begun from the blueprint “{self._base.name}”. What nobody answered is taken",
            "# from there, and is marked an assumption until somebody finds the rule. Then run",
            "#",
            "#     qazyna blueprint check THIS-FILE.toml",
            "#",
            "#",
            *how,
        ]

    def _block(self, name: str, block: list[str], written: set[str]) -> list[str]:
        if name == "jurisdiction":
            return self._jurisdiction(block)
        if name in ("custodian", "role"):
            if name in written:
                return []
            written.add(name)
            return self._people(name)
        return self._clause(name, written) if name in self._clauses else []

    def _jurisdiction(self, block: list[str]) -> list[str]:
        found, facts = self._law.jurisdiction, self._given.facts
        remarks = {
            line.split("=")[0].strip(): line[line.index("#") :]
            for line in block
            if "=" in line and "#" in line and not line.startswith("#")
        }
        lines = ["[jurisdiction]"]
        for key in FACTS:
            value = facts.get(key, getattr(found, key) if not facts or "currency" in key else "")
            if key == "local_name":
                value = value or facts.get("name", "")
            if value or key != "local_language":
                lines.append(f"{pair(key, value):<32} {remarks.get(key, '')}".rstrip())
        names = facts.get("names", dict(found.names) if not facts else {})
        if names:
            lines.append(f"names = {toml(names)}")
        told = Answer(
            None,
            source=str(facts.get("source", "")),
            verified=read if isinstance(read := facts.get("verified"), date) else None,
            note=str(facts.get("note", "")) or self._unanswered(bool(facts)),
        )
        return [*lines, *starmap(pair, self._ground(told).items())]

    def _people(self, kind: str) -> list[str]:
        tables = self._given.people.get(kind)
        if tables is None:
            people = self._law.custodians if kind == "custodian" else self._law.roles
            tables = [self._person(each) for each in people.values()]
        lines: list[str] = []
        for table in tables:
            whole = dict(table)
            if not {"source", "assumption"} & set(whole):
                whole |= {"assumption": True, "note": whole.get("note", "given without a source")}
            lines += [f"[[{kind}]]", *starmap(pair, whole.items()), ""]
        return lines[:-1]

    def _person(self, person: Custodian | Role) -> dict[str, object]:
        table: dict[str, object] = {"name": person.name, "title": person.title}
        if person.local_name:
            table["local_name"] = person.local_name
        if person.names:
            table["names"] = dict(person.names)
        if isinstance(person, Custodian):
            table["holds"] = list(person.holds)
        return table | {"assumption": True, "note": self._unanswered(False)}

    def _clause(self, name: str, written: set[str]) -> list[str]:
        written.add(name)
        clause = clause_named(tuple(name.split(".")))
        lines = [f"[{name}]", f"unit = {toml(clause.unit if clause else '')}", "values = ["]
        for said in self._clauses[name]:
            table = {"from": said.since or self._first, "value": said.value, **self._ground(said)}
            self._answered += name in self._given.clauses
            self._assumed += "assumption" in table
            lines.append(f"  {toml(table)},")
        return [*lines, "]"]

    def _ground(self, said: Answer) -> dict[str, object]:
        """A source with its day; without either it is an assumption, and says why."""
        if said.source:
            ground: dict[str, object] = {"source": said.source}
            if said.verified:
                ground["verified"] = said.verified
            return ground | ({"note": said.note} if said.note else {})
        return {"assumption": True, "note": said.note or self._unanswered(True)}

    def _unanswered(self, answered: bool) -> str:
        if answered:
            return "answered without a source"
        return f"not answered; taken from {self._base.name}"


def _family(name: str) -> str:
    clause = clause_named(tuple(name.split(".")))
    return clause.name if clause and clause.family else ""


def _blocks(lines: list[str]) -> Iterator[tuple[list[str], str, list[str]]]:
    """(comments and blanks before, name, lines) of each block: a header and all to a blank line."""
    lead: list[str] = []
    block: list[str] = []
    for line in [*lines, ""]:
        if block and line:
            block.append(line)
        elif block:
            yield lead, block[0].strip("[]").removesuffix(".values"), block
            lead, block = [line], []
        elif line.startswith("["):
            block = [line]
        else:
            lead.append(line)
