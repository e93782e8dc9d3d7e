"""Values as TOML text."""

import json
import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Final

_BARE: Final = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)


def toml(value: object) -> str:
    r"""A value on one line.

    >>> toml({"roles": ["a"], "n": 1, "x y": 'quoted "so"'})
    '{ roles = ["a"], n = 1, "x y" = "quoted \\"so\\"" }'
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        return f"{{ {', '.join(map(pair, value, value.values()))} }}" if value else "{}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(toml(each) for each in value)}]"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, Decimal):
        return f'"{value}"'
    # TOML's basic strings take JSON's escapes, and want one character more escaped.
    return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")


def pair(key: object, value: object) -> str:
    """A key and its value; the key in quotes where it must be."""
    text = str(key)
    return f"{text if _BARE.fullmatch(text) else toml(text)} = {toml(value)}"
