"""Venues that were shut, in the order of their names."""

from typing import Any

from qazyna.shell.web import books

PAGE = 60

_LIST = """
    SELECT substr(s.name, 7) AS venue, s.state->>'name' AS name, s.state->>'venue_kind' AS kind,
           s.state->>'volume_usd' AS cents, e.seq, e.value_date, e.leaf
    FROM (
        SELECT name, state FROM books.stream
        WHERE starts_with(name, 'venue/') AND name > %(after)s ORDER BY name LIMIT %(limit)s
    ) AS s JOIN books.event e ON e.stream = s.name AND e.version = 1
    ORDER BY s.name
"""


def listed(after: str) -> list[Any]:
    """A page of venues, and one more if there are more."""
    return books.rows(_LIST, {"after": f"venue/{after}", "limit": PAGE + 1})
