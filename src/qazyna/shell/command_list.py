"""Every command there is, described from its own model: for the command line and for the docs."""

from typing import Any

from qazyna.plan import COMMANDS, Command
from qazyna.shell import rooms
from qazyna.shell.acting import NOT_BY_HAND


def described() -> list[dict[str, Any]]:
    """Each command a person may give, by kind: what it promises, its room, its fields."""
    return [
        _command(kind, COMMANDS[kind])
        for kind in sorted(COMMANDS, key=lambda k: (_order(COMMANDS[k]), k))
        if kind not in NOT_BY_HAND
    ]


def _order(model: type[Command]) -> int:
    return rooms.ROOMS.index(_room(model))


def _room(model: type[Command]) -> str:
    return model.__module__.split(".")[1]


def _command(kind: str, model: type[Command]) -> dict[str, Any]:
    schema = model.model_json_schema()
    required = set(schema.get("required", ()))
    definitions = schema.get("$defs", {})
    return {
        "kind": kind,
        "room": _room(model),
        "does": (model.__doc__ or "").strip().splitlines()[0],
        "fields": [
            {
                "name": name,
                "type": _type(field, definitions),
                "required": name in required,
                "default": field.get("default"),
                "note": _note(field, name in required),
            }
            for name, field in schema.get("properties", {}).items()
        ],
    }


def _note(field: dict[str, Any], required: bool) -> str:
    if required:
        return "required"
    default = field.get("default")
    if default in (None, [], ""):
        return ""
    if isinstance(default, dict):
        return "optional"
    return f"default {str(default).lower() if isinstance(default, bool) else default}"


def _type(field: dict[str, Any], definitions: dict[str, Any]) -> str:
    if "$ref" in field:
        inner = definitions[field["$ref"].rpartition("/")[2]].get("properties", {})
        return "{" + ", ".join(f"{n}: {_type(f, definitions)}" for n, f in inner.items()) + "}"
    if "anyOf" in field:
        kinds = [_type(f, definitions) for f in field["anyOf"] if f.get("type") != "null"]
        return " or ".join(dict.fromkeys(kinds))
    if "enum" in field:
        return " | ".join(field["enum"])
    if "const" in field:
        return str(field["const"])
    if field.get("type") == "array":
        if "prefixItems" in field:
            return "[" + ", ".join(_type(f, definitions) for f in field["prefixItems"]) + "]"
        return "list of " + _type(field.get("items", {}), definitions)
    if field.get("format") == "date":
        return "date"
    return {"string": "text", "integer": "whole number", "boolean": "true or false"}.get(
        field.get("type", ""), field.get("type", "any")
    )


def markdown() -> str:
    """The reference page of all commands."""
    lines = [
        "# Commands",
        "",
        "What `qazyna run KIND --json-file F` and `qazyna propose KIND --json-file F` take: the",
        "fields of each kind, as JSON. Quantities are text in the asset's own unit; dates are",
        "`2026-01-31`. Which kinds must be proposed, and who approves them, is the blueprint's",
        "(`approvals.KIND`). Made by `qazyna commands --markdown`; a test holds it to the code.",
    ]
    room = ""
    for command in described():
        if command["room"] != room:
            room = command["room"]
            lines += ["", f"## {room.capitalize()}"]
        lines += ["", f"### `{command['kind']}`", "", command["does"], ""]
        lines += ["| field | type | |", "|---|---|---|"]
        for field in command["fields"]:
            kind = field["type"].replace("|", "\\|")
            lines.append(f"| `{field['name']}` | {kind} | {field['note']} |")
    return "\n".join(lines) + "\n"
