"""Reads GraphSense's TagPacks and actor packs. What is malformed is told by file and line."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import yaml

from qazyna.tracing.tags.tag import CONFIDENCE, misspelt, tag

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

HEAD = ("tags", "actors")


@dataclass
class Read:
    """What a file holds: rows of tags and of actors, and what was not taken of it."""

    rows: int = 0
    tags: list[dict[str, Any]] = field(default_factory=list)
    actors: list[dict[str, Any]] = field(default_factory=list)
    findings: list[dict[str, Any]] = field(default_factory=list)


class Malformed(Exception):
    """An entry that cannot be taken: a field, a code, a sentence."""


def read(path: Path, name: str) -> Read:
    """The tags and actors of one YAML file, called `name` in what is told of it."""
    found = Read()
    try:
        text = path.read_text(encoding="utf-8")
        document = yaml.load(text, Loader=LOADER)
    except UnicodeDecodeError as error:
        tell(found, name, 1, "", "not_utf8", f"This is not UTF-8: {error.reason}.")
        return found
    except (yaml.YAMLError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        tell(found, name, line, "", "not_yaml", f"This is not YAML: {_first(error)}.")
        return found
    if not isinstance(document, dict) or not any(
        isinstance(document.get(part), list) for part in HEAD
    ):
        tell(found, name, 1, "", "no_pack", "A pack has a list called tags, or actors.")
        return found
    head = {field: value for field, value in document.items() if field not in HEAD}
    wrong: list[tuple[str, int, tuple[str, str, str]]] = []
    for part in HEAD:
        for number, entry in enumerate(document.get(part) or ()):
            found.rows += 1
            try:
                if not isinstance(entry, dict):
                    raise Malformed("", "no_mapping", "An entry has names and values.")
                if part == "tags":
                    found.tags.append(made := _tag({**head, **entry}, name))
                    if odd := misspelt(made["address"], made["currency"]):
                        wrong.append((part, number, ("address", "bad_address", odd)))
                else:
                    found.actors.append(_actor(entry))
            except Malformed as no:
                wrong.append((part, number, no.args))
    if wrong:
        lines = _lines(text)
        for part, number, why in wrong:
            tell(found, name, lines.get((part, number), 1), *why)
    return found


def _tag(entry: dict[str, Any], file: str) -> dict[str, Any]:
    label = _text(entry, "label", needed=True)
    address, tx_hash = _text(entry, "address"), _text(entry, "tx_hash")
    if not address and not tx_hash:
        raise Malformed("address", "no_address", "A tag names an address, or a tx_hash.")
    currency = _text(entry, "currency") or _text(entry, "network")
    if not currency:
        raise Malformed("currency", "no_currency", "A tag names a currency or a network.")
    source = _text(entry, "source", needed=True)
    surely = _text(entry, "confidence")
    if surely and surely not in CONFIDENCE:
        raise Malformed(
            "confidence",
            "bad_confidence",
            f"{surely!r} is no confidence; there are {', '.join(CONFIDENCE)}.",
        )
    return tag(
        address=address,
        tx_hash=tx_hash,
        label=label,
        currency=currency,
        actor=_text(entry, "actor"),
        categories=_categories(entry),
        abuse=_text(entry, "abuse"),
        confidence=CONFIDENCE[surely or "unknown"],
        confidence_name=surely,
        definer=entry.get("is_cluster_definer") is True,
        lastmod=_day(entry.get("lastmod")),
        source=source,
        origin="pack",
        file=file,
    )


def _actor(entry: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": _text(entry, "id", needed=True),
        "label": _text(entry, "label", needed=True),
        "categories": _list(entry, "categories"),
        "jurisdictions": _list(entry, "jurisdictions"),
        "uri": _text(entry, "uri"),
    }


def _text(entry: dict[str, Any], name: str, *, needed: bool = False) -> str | None:
    value = entry.get(name)
    if isinstance(value, int | float) and not isinstance(value, bool):
        raise Malformed(name, "not_text", f"{name} is read as a number, {value}; quote it.")
    if value is not None and not isinstance(value, str):
        raise Malformed(name, "not_text", f"{name} must be text.")
    value = (value or "").strip() or None
    if needed and value is None:
        raise Malformed(name, f"no_{name}", f"An entry has a {name}.")
    return value


def _list(entry: dict[str, Any], name: str) -> list[str]:
    value = entry.get(name) or []
    if isinstance(value, str):
        value = [value]
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise Malformed(name, "not_text", f"{name} is a list of texts.")
    return value


def _categories(entry: dict[str, Any]) -> list[str]:
    """`category` of old packs and `concepts` of new ones, each once."""
    return list(dict.fromkeys((*_list(entry, "category"), *_list(entry, "concepts"))))


def _day(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    try:
        return date.fromisoformat(str(value)).isoformat()
    except ValueError:
        raise Malformed("lastmod", "bad_day", f"{value!r} is no day.") from None


def _lines(text: str) -> dict[tuple[str, int], int]:
    """The line of each entry; read only for a file in which something is wrong."""
    root = yaml.compose(text, Loader=LOADER)
    return {
        (name.value, number): entry.start_mark.line + 1
        for name, value in root.value
        if name.value in HEAD and isinstance(value, yaml.SequenceNode)
        for number, entry in enumerate(value.value)
    }


def _first(error: Exception) -> str:
    return (getattr(error, "problem", None) or str(error).splitlines()[0]).rstrip(".")


def tell(found: Read, file: str, line: int, column: str, code: str, message: str) -> None:
    """Note what is wrong. A misspelt address is told and kept: it can name nobody."""
    found.findings.append(
        {"file": file, "line": line, "column": column, "code": code, "message": message}
        | {"taken": code == "bad_address"}
    )


def files(folder: Path) -> Iterator[Path]:
    """The YAML files of a folder and of the folders in it, in the order of their names."""
    yield from sorted(
        each for each in folder.rglob("*") if each.suffix in (".yaml", ".yml") and each.is_file()
    )
