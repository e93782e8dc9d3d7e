"""Shapes of documents: which keys there are, and what stands in each."""

import re
from datetime import date, datetime
from math import isfinite
from typing import Any

Shape = Any
"""A name of _KINDS, a list with the shape of each element, or a dict: other keys may be there."""

_DECIMAL = re.compile(r"-?\d+(\.\d+)?")


def _is_date(value: Any) -> bool:
    return isinstance(value, str) and date.fromisoformat(value).isoformat() == value


def _is_instant(value: Any) -> bool:
    return isinstance(value, str) and datetime.fromisoformat(value).tzinfo is not None


_KINDS = {
    "text": lambda value: isinstance(value, str),
    "decimal": lambda value: isinstance(value, str) and bool(_DECIMAL.fullmatch(value)),
    "date": _is_date,
    "instant": _is_instant,
    "count": lambda value: type(value) is int and value >= 0,
    "number": lambda value: type(value) in (int, float) and isfinite(value),
    "bool": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
}


def problems(document: Any, shape: Shape, at: str = "") -> list[str]:
    """Where the document departs from its shape."""
    if isinstance(shape, dict):
        if not isinstance(document, dict):
            return [f"{at}: no object"]
        found = [f"{at}.{key}: missing" for key in shape if key not in document]
        for key in shape.keys() & document.keys():
            found += problems(document[key], shape[key], f"{at}.{key}")
        return found
    if isinstance(shape, list):
        if not isinstance(document, list):
            return [f"{at}: no list"]
        return [
            problem
            for number, each in enumerate(document if shape else ())
            for problem in problems(each, shape[0], f"{at}[{number}]")
        ]
    if any(_fits(document, kind) for kind in shape.split("|")):
        return []
    return [f"{at}: {document!r} is no {shape}"]


def _fits(value: Any, kind: str) -> bool:
    if kind not in _KINDS:
        return bool(value == kind)
    try:
        return bool(_KINDS[kind](value))
    except ValueError:
        return False
