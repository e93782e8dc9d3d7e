"""Replaying every event, and finding every table equal to what the events say.

Entries, grants, assets, prices and folded states are functions of the events; running quantities
and monthly sums are functions of the postings. So all of them are derived again here, on another
path than the one that wrote them, and compared row by row.

    reading.py   what is kept, read ahead of what looks at it
    folding.py   event after event: its entries, grants and prices, and the fold of its stream
    told.py      what the rows of an entry say, told by the database and by the event
    sums.py      what follows from the rows by adding up, and rows that nothing accounts for
"""

from collections.abc import Callable
from typing import Any

import psycopg

from qazyna.history.register import uncollected
from qazyna.shell.store.replay.folding import Folding
from qazyna.shell.store.replay.found import Replay
from qazyna.shell.store.replay.reading import ahead, kept
from qazyna.shell.store.turns import short_turns

Connection = psycopg.Connection[Any]


def check(connection: Connection, progress: Callable[[int], None] = lambda _: None) -> Replay:
    """Replay all events in one snapshot and compare. Writes nothing."""
    with connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        return compare(connection, progress)


def compare(connection: Connection, progress: Callable[[int], None] = lambda _: None) -> Replay:
    """The same within the transaction that is open."""
    found = Replay()
    with uncollected(), short_turns():
        _laid_beside(connection, found, progress)
    return found


def _laid_beside(connection: Connection, found: Replay, progress: Callable[[int], None]) -> None:
    """Note what differs. (All that is made for it is gone when this returns, before anybody looks
    for circular garbage again.)"""
    folding, sums = Folding(connection, found), list[Any]()
    for what, rows in ahead(kept(connection)):
        match what:
            case "commands":
                folding.commands(rows)
            case "events":
                folding.events(rows)
                progress(found.events)
            case "streams":
                folding.streams(rows)
            case "sums":
                sums += rows
    for where, difference in sums:
        found.differs(where or "?", difference)
    folding.complete()


__all__ = ["Replay", "check", "compare"]
