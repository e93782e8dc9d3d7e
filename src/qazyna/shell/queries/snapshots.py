"""One reading of the books: all its questions see the same rows, and the same was known."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Literal

from qazyna.shell.store.commit import Connection
from qazyna.shell.store.settled import settled

FEW: Final = 5_000
"""So many entries that were recorded later are left out one by one; of more, stamps are read."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a question may look at: rows of one snapshot that had been recorded by `known_at`."""

    connection: Connection
    known_at: datetime | None
    """None on a standby alone: what has arrived."""
    later: tuple[int, ...] | None
    """The entries in the snapshot that were recorded later; None where they are many."""
    closings: tuple[tuple[date, datetime], ...] = ()
    """The last day of every closed period, in order, and when it was closed."""

    def known(self, how: Literal["all", "each"] = "all") -> str:
        """The condition on a posting `p` that it was known; `each` where few are looked at."""
        if self.later is None:
            inner = """FROM books.entry known JOIN books.event e ON e.seq = known.event
                WHERE known.id = p.entry"""
            if how == "each":
                return f"(SELECT e.recorded_at <= %(known_at)s {inner})"
            return f"EXISTS (SELECT {inner} AND e.recorded_at <= %(known_at)s)"
        return "p.entry <> ALL(%(later)s::bigint[])" if self.later else "true"

    def rows(self, query: str, **given: Any) -> list[Any]:
        """The rows of a query, planned for these very values: days and accounts differ so much that
        a plan for any would be bad for most."""
        named = {"known_at": self.known_at, "later": list(self.later or ()), **given}
        return self.connection.execute(query, named, prepare=False).fetchall()

    def last_closed(self, as_of: date) -> date | None:
        """The last closed day whose snapshot may be used: of what was closed by then, so that it
        holds nothing that was not known."""
        usable = (
            through
            for through, closed_at in reversed(self.closings)
            if through <= as_of and (self.known_at is None or closed_at <= self.known_at)
        )
        return next(usable, None)


_CLOSINGS = "SELECT through, closed_at FROM books.closed ORDER BY through"
_LATER = """
    SELECT n.id FROM books.event e JOIN books.entry n ON n.event = e.seq
    WHERE e.recorded_at > %s LIMIT %s
"""


_ONE_SNAPSHOT = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"


@contextmanager
def reading(connection: Connection, known_at: datetime | None = None) -> Iterator[Reading]:
    """Read what was known at a time, or all that is settled. Waits for who is writing."""
    instant = settled(connection, known_at)
    later: list[int] = []
    with connection.transaction():
        with connection.pipeline():
            connection.execute(_ONE_SNAPSHOT)
            closed = connection.execute(_CLOSINGS)
            if instant is not None:
                rows = connection.execute(_LATER, [instant, FEW + 1])
        if instant is not None:
            later = [entry for (entry,) in rows]
        yield Reading(
            connection,
            instant,
            None if len(later) > FEW else tuple(later),
            tuple(closed.fetchall()),
        )
