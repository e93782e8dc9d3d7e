"""Venues that were shut, by the addresses to which their customers paid."""

import json

from qazyna.shell.store.commit import Connection

REGISTER = ("venue_id", "name", "status", "address", "currency", "source")
"""The columns of a register of venues, as `trace tags import` reads them."""

_SHUT = """
    SELECT leaf FROM books.event WHERE kind = 'venue_shut' AND stream LIKE 'venue/%' ORDER BY seq
"""


def register(connection: Connection) -> list[tuple[str, ...]]:
    """A row of REGISTER for each address of each venue that was shut."""
    rows: list[tuple[str, ...]] = []
    for (leaf,) in connection.execute(_SHUT):
        told = json.loads(bytes(leaf))["body"]
        for each in (told.get("addresses") or "").split():
            code, _, address = each.partition(":")
            source = f"books, venue {told['venue']}, {told['order_ref']}"
            rows.append((told["venue"], told["name"], "shut", address, code, source))
    return rows
