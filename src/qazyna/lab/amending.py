"""A blueprint with some answers changed: read, amended from a day on, and written out again.

The text that comes out says the same as what went in, but for what was changed. Comments are
lost, so it is for trying out; what is adopted is the text that its makers wrote.
"""

import re
import tomllib
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from qazyna.blueprint.schema import clause_named
from qazyna.errors import Refused

NOTE: Final = "a change that is being tried out"
_BARE = re.compile(r"[A-Za-z0-9_-]+")


def amended(text: str, changes: Mapping[str, str], since: date) -> str:
    """The text in which each clause has another value from a day on, and no later ones.

    `changes` are values as on a command line: `0.30`, `45`, `true`, `a,b`; of a limit, its bound;
    of what is a table or a list of lists, that in TOML.
    Refuses a clause that there is not, and a value that its unit cannot be.
    """
    document = tomllib.loads(text)
    for clause, value in changes.items():
        _amend(document, clause, value, since)
    return written(document)


def _amend(document: dict[str, Any], clause: str, value: str, since: date) -> None:
    path = tuple(clause.split("."))
    known = clause_named(path) if len(path) > 1 else None
    if known is None:
        raise Refused(
            "unknown_clause",
            f"A blueprint has no clause {clause[:80]!r}: `qazyna blueprint show` lists them.",
            {"clause": clause[:80]},
            clause[:80],
        )
    at = document
    for step in path:
        at = at.setdefault(step, {})
    at.setdefault("unit", known.unit)
    before = sorted(at.get("values", []), key=lambda each: each["from"])
    kept = [each for each in before if each["from"] < since]
    answer = _value(clause, known.unit, value, (kept or before or [{}])[-1].get("value"))
    at["values"] = [*kept, {"from": since, "value": answer, "assumption": True, "note": NOTE}]


def _value(clause: str, unit: str, text: str, before: Any) -> Any:
    text = text.strip()
    if unit in ("count", "days"):
        if not text.isascii() or not text.isdigit():
            raise _unlike(clause, unit, text)
        return int(text)
    if unit == "bool":
        if text not in ("true", "false"):
            raise _unlike(clause, unit, text)
        return text == "true"
    if unit == "list":
        words = [word.strip() for word in text.split(",") if word.strip()]
        return [int(word) for word in words] if all(w.isdigit() for w in words) else words
    if unit == "limit" and not text.startswith("{"):
        if not isinstance(before, dict):
            raise Refused(
                "no_such_limit",
                f"There is no limit {clause} to change. A new one is a table: "
                "{ measure = …, class = …, bound = …, value = …, amber = … }.",
                {"clause": clause},
                clause,
            )
        return {**before, "value": text}
    if unit in ("vehicle", "curve", "approvals", "par", "limit"):
        try:
            return tomllib.loads(f"value = {text}")["value"]
        except tomllib.TOMLDecodeError:
            raise _unlike(clause, unit, text) from None
    return text


def _unlike(clause: str, unit: str, text: str) -> Refused:
    return Refused(
        "bad_change",
        f"“{text[:60]}” is no value of {clause}, whose unit is {unit}.",
        {"clause": clause, "unit": unit, "given": text[:60]},
        clause,
    )


# TOML, written


def written(document: Mapping[str, Any]) -> str:
    """A TOML text that reads back as the document."""
    lines: list[str] = []
    _table(lines, (), document)
    return "\n".join(lines) + "\n"


def _table(lines: list[str], path: tuple[str, ...], table: Mapping[str, Any]) -> None:
    plain = {key: value for key, value in table.items() if not _nested(value)}
    if path and plain:
        lines += ["", f"[{'.'.join(map(_key, path))}]"]
    lines += [f"{_key(key)} = {_inline(value)}" for key, value in plain.items()]
    for key, value in table.items():
        if isinstance(value, Mapping):
            _table(lines, (*path, key), value)
        elif _nested(value) and not path:
            for each in value:
                lines += ["", f"[[{_key(key)}]]"]
                lines += [f"{_key(name)} = {_inline(told)}" for name, told in each.items()]


def _nested(value: Any) -> bool:
    """A table; or, at the top, a list of them (`[[custodian]]`)."""
    if isinstance(value, Mapping):
        return True
    listed = isinstance(value, list) and bool(value)
    return listed and all(isinstance(each, Mapping) and "from" not in each for each in value)


def _inline(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(k)} = {_inline(v)}" for k, v in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(_inline, value)) + "]"
    return str(value)


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else _text(name)


def _text(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return (
        '"' + "".join(c if c >= " " and c != "\x7f" else f"\\u{ord(c):04x}" for c in escaped) + '"'
    )
