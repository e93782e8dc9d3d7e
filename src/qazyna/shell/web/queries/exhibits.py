"""Exhibits: who filed each, and the files that the books keep of them."""

from collections.abc import Iterable
from typing import Any

from qazyna.shell.web import books
from qazyna.shell.web.queries.events import content

_FILED = """
    SELECT e.version, e.recorded_at, c.actor
    FROM books.event e JOIN books.command c ON c.key = e.command
    WHERE e.stream = %s AND e.version = ANY(%s)
"""


def filed(case: str, versions: Iterable[int]) -> dict[int, Any]:
    """Version of the case -> who filed an exhibit then, and when that was recorded."""
    found = books.rows(_FILED, [f"case/{case}", list(versions)])
    return {each.version: each for each in found}


def file(digest: str) -> bytes | None:
    """The file that is kept under this SHA-256."""
    found = content(digest)
    return None if found is None else found[1]
