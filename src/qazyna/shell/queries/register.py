"""The register that the books tell of: every case's events, read as the lab reads a file."""

from qazyna.errors import Refused
from qazyna.lab.books import register_of
from qazyna.lab.register import Register
from qazyna.shell.store.codec import read_event
from qazyna.shell.store.commit import Connection

_EVENTS = "SELECT leaf, private FROM books.event WHERE stream LIKE 'case/%' ORDER BY seq"


def live_register(connection: Connection) -> Register:
    """What is in the books now. Raises `Refused` where nothing was seized."""
    found = register_of(
        read_event(bytes(leaf), private)[0] for leaf, private in connection.execute(_EVENTS)
    )
    if not found.holdings:
        raise Refused("no_register", "Nothing was seized in these books: there is nothing to play.")
    return found
