"""From the text of a blueprint to its answers, or to everything wrong with how it is written.

Nothing here compares one clause with another; that is `rules`.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from qazyna.blueprint.answers import Say, answer, nearest, no_text, shown, words
from qazyna.blueprint.lines import Lines, Path
from qazyna.blueprint.schema import (
    CLAUSES,
    CURRENCIES,
    ELIGIBLE_CLASSES,
    GROUPS,
    NEVER_APPROVED,
    Clause,
    clause_named,
)
from qazyna.blueprint.values import Basis, Custodian, Dated, Jurisdiction, Names, Problem, Role

_NAME = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)
_STEP = re.compile(r"[^\s/\x00-\x1f]([^/\x00-\x1f]{0,78}[^\s/\x00-\x1f])?")
_LANGUAGE = re.compile(r"[a-z]{2}", re.ASCII)
_COUNTRY = re.compile(r"[A-Z]{2}", re.ASCII)

_FACTS = ("code", "name", "local_name", "currency", "domestic_currency")
_BASIS = ("source", "verified", "assumption", "note")


@dataclass(slots=True)
class Draft:
    """What could be read of a blueprint, and what was wrong with the rest."""

    jurisdiction: Jurisdiction | None = None
    custodians: dict[str, Custodian] = field(default_factory=dict)
    roles: dict[str, Role] = field(default_factory=dict)
    clauses: dict[str, tuple[Dated, ...]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def read(text: str) -> Draft:
    """Read the whole text, going on past every problem that allows it."""
    draft = Draft()
    text = text.removeprefix("\ufeff")  # a mark that some editors put before the first letter
    try:
        text.encode()
        data = tomllib.loads(text)
    except RecursionError:
        draft.problems.append(Problem(1, "", "the brackets are nested too deeply to be read"))
        return draft
    except ValueError as error:
        draft.problems.append(_syntax(error, text))
        return draft
    _Reader(data, Lines(text), draft).read()
    return draft


def _syntax(error: ValueError, text: str) -> Problem:
    at = re.search(r" \(at line (\d+), column \d+\)", str(error))
    line = int(at[1]) if at else len(text.splitlines()) or 1
    reason = str(error).split(" (at ")[0]
    mend = "look for a missing quote, bracket, comma or equals sign here, or a name written twice"
    return Problem(line, "", f"this is not TOML, so nothing else was checked ({reason}): {mend}")


@dataclass(slots=True)
class _Reader:
    data: Mapping[str, object]
    lines: Lines
    draft: Draft

    def read(self) -> None:
        self._jurisdiction()
        self.draft.custodians = {
            name: Custodian(name, title, holds, local, basis, names)
            for name, title, holds, local, basis, names in self._people("custodian")
        }
        self.draft.roles = {
            name: Role(name, title, local, basis, names)
            for name, title, _, local, basis, names in self._people("role")
        }
        seen: set[str] = set()
        for key, below in self.data.items():
            if key in ("jurisdiction", "custodian", "role"):
                continue
            self._walk((key,), below, seen)
        facts = self.data.get("jurisdiction")
        if isinstance(facts, dict) and "weekend" in facts:
            self._walk(("jurisdiction", "weekend"), facts["weekend"], seen)
        for clause in CLAUSES:
            if clause.required and clause.name not in seen:
                self._say(
                    f"this clause is missing ({clause.means}): copy it from the template",
                    clause.name,
                    tuple(clause.name.split(".")),
                )

    def _say(self, message: str, clause: str, path: Path) -> None:
        self.draft.problems.append(Problem(self.lines.of(*path), clause, message))

    def _at(self, clause: str, base: Path) -> Say:
        return lambda message, path: self._say(message, clause, (*base, *path))

    def _text(self, table: Mapping[str, object], key: str, clause: str, base: Path) -> str:
        """A text that must be there; empty, and something said, where it is not."""
        raw = table.get(key)
        if isinstance(raw, str) and raw.strip():
            return raw
        if key in table:
            self._say(no_text(raw), clause, (*base, key))
        else:
            self._say(f"“{key}” is missing: add it", clause, base)
        return ""

    def _unknown(
        self, table: Mapping[str, object], known: tuple[str, ...], clause: str, base: Path
    ) -> None:
        for key in table:
            if key not in known:
                self._say(
                    f"“{key}” does not belong here: {nearest(key, known)}", clause, (*base, key)
                )

    def _jurisdiction(self) -> None:
        facts = self.data.get("jurisdiction")
        base: Path = ("jurisdiction",)
        if not isinstance(facts, dict):
            self._say("whose law is it? add [jurisdiction]", "jurisdiction", base)
            return
        known = (*_FACTS, "local_language", "names", "weekend", *_BASIS)
        self._unknown(facts, known, "jurisdiction", base)
        texts = {key: self._text(facts, key, f"jurisdiction.{key}", base) for key in _FACTS}
        if texts["code"] and not _COUNTRY.fullmatch(texts["code"]):
            self._say(
                f"“{texts['code']}” is not a country code: write two capital letters of ISO 3166",
                "jurisdiction.code",
                (*base, "code"),
            )
        for key in ("currency", "domestic_currency"):
            if texts[key] and texts[key] not in CURRENCIES:
                self._say(
                    f"“{texts[key]}” is no currency known here: {nearest(texts[key], CURRENCIES)}",
                    f"jurisdiction.{key}",
                    (*base, key),
                )
        language = facts.get("local_language", "")
        if "local_language" in facts and not self._language(language):
            self._say(
                f"{shown(language)} is not a language: write two small letters of ISO 639",
                "jurisdiction.local_language",
                (*base, "local_language"),
            )
        names = self._names(facts, "jurisdiction", base)
        basis = self._basis(facts, "jurisdiction", base, needed=False)
        self.draft.jurisdiction = Jurisdiction(
            **texts, basis=basis or Basis(), local_language=str(language), names=names
        )

    @staticmethod
    def _language(raw: object) -> bool:
        return isinstance(raw, str) and _LANGUAGE.fullmatch(raw) is not None

    def _names(self, table: Mapping[str, object], clause: str, base: Path) -> Names:
        """What it is called in other languages, where that is told."""
        raw = table.get("names", {})
        if not isinstance(raw, dict):
            self._say('names are a table: { ru = "…", kk = "…" }', clause, (*base, "names"))
            return ()
        found = []
        for language in raw:
            at = (*base, "names")
            if not self._language(language):
                self._say(
                    f"“{language}” is not a language: write two small letters of ISO 639",
                    clause,
                    (*at, language),
                )
            elif name := self._text(raw, language, clause, at):
                found.append((language, name))
        return tuple(found)

    def _people(self, kind: str) -> list[tuple[str, str, tuple[str, ...], str, Basis, Names]]:
        """The custodians, or the roles: those with a name, in the order written."""
        tables = self.data.get(kind)
        if not (isinstance(tables, list) and tables and isinstance(tables[0], dict)):
            self._say(f"none is named: add at least one [[{kind}]]", kind, (kind,))
            return []
        holding = ("holds",) if kind == "custodian" else ()
        known = ("name", "title", "local_name", "names", *holding, *_BASIS)
        found: dict[str, tuple[str, str, tuple[str, ...], str, Basis, Names]] = {}
        for index, table in enumerate(each for each in tables if isinstance(each, dict)):
            base: Path = (kind, index)
            self._unknown(table, known, kind, base)
            name = self._text(table, "name", kind, base)
            title = self._text(table, "title", kind, base)
            local = self._text(table, "local_name", kind, base) if "local_name" in table else ""
            holds: tuple[str, ...] | None = ()
            if kind == "custodian" and "holds" not in table:
                self._say("“holds” is missing: list the classes of asset it keeps", kind, base)
            elif kind == "custodian":
                holds = words(
                    table["holds"],
                    self._at(kind, base),
                    ELIGIBLE_CLASSES,
                    "holds",
                    may_be_empty=False,
                )
            basis = self._basis(table, kind, base, needed=False)
            if kind == "role" and name and not _NAME.fullmatch(name):
                self._say(
                    f"“{name}” cannot name a role: use small letters, digits and _",
                    kind,
                    (*base, "name"),
                )
            if kind == "custodian" and name and not _STEP.fullmatch(name):
                self._say(
                    f"{shown(name)} cannot name a custodian, for it is part of account names: "
                    "at most 80 letters, no slash, no blank at either end",
                    kind,
                    (*base, "name"),
                )
            if name in found:
                self._say(
                    f"a second {kind} named “{name}”: remove one, or rename it",
                    kind,
                    (*base, "name"),
                )
            elif name:
                names = self._names(table, kind, base)
                found[name] = (name, title, holds or (), local, basis or Basis(), names)
        return list(found.values())

    def _walk(self, path: tuple[str, ...], below: object, seen: set[str]) -> None:
        name = ".".join(path)
        clause = clause_named(path)
        if clause is not None and name not in GROUPS:
            seen.add(name)
            self._clause(clause, name, path, below)
        elif name in GROUPS and isinstance(below, dict):
            for key, deeper in below.items():
                self._walk((*path, key), deeper, seen)
        elif name in GROUPS:
            self._say(f"“{name}” only groups clauses: give it as [{name}.…]", name, path)
        else:
            known = tuple(clause.name for clause in CLAUSES if not clause.family)
            groups = ("jurisdiction", "custodian", "role", *sorted(GROUPS))
            self._say(f"no such clause: {nearest(name, (*known, *groups), 0.75)}", name, path)

    def _clause(self, clause: Clause, name: str, path: tuple[str, ...], raw: object) -> None:
        if clause.family:
            if path[0] == "approvals" and path[-1] in NEVER_APPROVED:
                self._say(
                    "it is blind, and whoever approved it would read it: remove this", name, path
                )
                return
            if clause.names and path[-1] not in clause.names:
                self._say(f"no such clause: {nearest(path[-1], clause.names)}", name, path)
                return
            if not clause.names and not _NAME.fullmatch(path[-1]):
                self._say(
                    f"“{path[-1]}” cannot name a clause: use small letters, digits and _",
                    name,
                    path,
                )
                return
        if not isinstance(raw, dict) or "values" not in raw:
            self._say(
                f'it has no dated values: write unit = "{clause.unit}" and values = [ '
                "{ from = …, value = …, source = …, verified = … } ]",
                name,
                path,
            )
            return
        self._unknown(raw, ("unit", "values"), name, path)
        if raw.get("unit") != clause.unit:
            given = f"not {shown(raw['unit'])}" if "unit" in raw else "and none is given"
            self._say(
                f"the unit of this clause is “{clause.unit}”, {given}: "
                f'write unit = "{clause.unit}"',
                name,
                (*path, "unit") if "unit" in raw else path,
            )
        values = raw["values"]
        if not isinstance(values, list) or not values:
            self._say("it has no dated values: list at least one", name, (*path, "values"))
            return
        read = [
            self._dated(clause, name, (*path, "values", index), value)
            for index, value in enumerate(values)
        ]
        self._in_order(name, path, values)
        good = tuple(value for value in read if value is not None)
        if len(good) == len(read):
            self.draft.clauses[name] = tuple(sorted(good, key=lambda value: value.since))

    def _in_order(self, name: str, path: tuple[str, ...], values: list[object]) -> None:
        before: date | None = None
        for index, value in enumerate(values):
            since = value.get("from") if isinstance(value, dict) else None
            if type(since) is not date:
                continue
            at: Path = (*path, "values", index, "from")
            if since == before:
                self._say(
                    f"two values begin on {since}, and only one can apply: remove one, "
                    "or give the later amendment its own date",
                    name,
                    at,
                )
            elif before is not None and since < before:
                self._say(
                    f"{since} comes after {before}: list the values with the oldest first", name, at
                )
            before = since

    def _dated(self, clause: Clause, name: str, at: Path, raw: object) -> Dated | None:
        if not isinstance(raw, dict):
            self._say("a value is a table: { from = …, value = …, source = … }", name, at)
            return None
        self._unknown(raw, ("from", "value", *_BASIS), name, at)
        since = raw.get("from")
        if type(since) is not date:
            self._no_date(raw, "from", name, at)
            since = None
        basis = self._basis(raw, name, at, needed=True)
        if "value" not in raw:
            self._say("“value” is missing: add it", name, at)
            return None
        note = basis.note if basis else ""
        value = answer(clause, name, note, raw["value"], self._at(name, (*at, "value")))
        if since is None or value is None:
            return None
        # Without a basis it is reported already, but the rules can still look at the value.
        return Dated(name, clause.unit, since, value, basis or Basis(), self.lines.of(*at))

    def _no_date(self, raw: Mapping[str, object], key: str, name: str, at: Path) -> None:
        given = raw.get(key)
        if key not in raw:
            message = f"“{key}” is missing: add a date, {key} = 2026-01-31"
        elif isinstance(given, datetime):
            message = f"{shown(given)} has an hour: a law applies to whole days, 2026-01-31"
        else:
            message = f"{shown(given)} is not a date: write {key} = 2026-01-31, without quotes"
        self._say(message, name, (*at, key))

    def _basis(
        self, raw: Mapping[str, object], name: str, at: Path, *, needed: bool
    ) -> Basis | None:
        """What it rests on; None, and something said, where that is missing or contradictory.

        Names that never change (a custodian's, a role's) may go without, but not half way.
        """
        given = [key for key in _BASIS if key in raw]
        if not given and not needed:
            return None
        for key in ("source", "note"):
            if key in raw and not self._text(raw, key, name, at):
                return None
        if "assumption" in raw and raw["assumption"] is not True:
            self._say(
                f"assumption = {shown(raw['assumption'])} says nothing: "
                "write true, or give a source",
                name,
                (*at, "assumption"),
            )
            return None
        if "assumption" in raw and ("source" in raw or "verified" in raw):
            self._say(
                "both a source and an assumption: keep the source if it says so, "
                "otherwise the assumption",
                name,
                (*at, "assumption"),
            )
            return None
        if "assumption" in raw:
            if "note" not in raw:
                self._say(
                    'an assumption without its reason: add note = "what is assumed, and why"',
                    name,
                    at,
                )
                return None
            return Basis(note=str(raw["note"]))
        if "source" not in raw:
            self._say(
                "it rests on nothing: add source and verified, or assumption = true and a note",
                name,
                at,
            )
            return None
        verified = raw.get("verified")
        if type(verified) is not date:
            self._no_date(raw, "verified", name, at)
            return None
        return Basis(str(raw["source"]), verified, str(raw.get("note", "")))
