"""Proposals: those that wait, those that were decided, and one of them whole."""

import json
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Any

from qazyna.office.proposals import Proposal
from qazyna.shell.web import books
from qazyna.shell.web.queries.pulse import Pulse, pulse

PAGE = 20
WINDOW = 2000
"""How many events are looked at, at most, for what belongs to a proposal."""

_OPEN = """
    SELECT s.name, s.version, s.state, e.seq, e.recorded_at
    FROM books.stream s JOIN books.event e ON e.stream = s.name AND e.version = 1
    WHERE starts_with(s.name, 'proposal/') AND NOT s.state ? 'status'
    ORDER BY e.seq
"""
_ONE = """
    SELECT s.name, s.version, s.state, e.seq, e.recorded_at
    FROM books.stream s JOIN books.event e ON e.stream = s.name AND e.version = 1
    WHERE s.name = %s
"""
_STEPS = """
    SELECT e.seq, e.kind, e.recorded_at, e.leaf, c.actor
    FROM books.event e JOIN books.command c ON c.key = e.command
    WHERE e.stream = %s ORDER BY e.version
"""
_LED_TO = """
    SELECT e.seq, e.kind, e.stream, e.value_date
    FROM (SELECT seq, kind, stream, value_date, command FROM books.event
          WHERE seq < %s ORDER BY seq DESC LIMIT %s) AS e
    WHERE e.command = %s ORDER BY e.seq LIMIT 51
"""
_CLOSED = """
    SELECT s.name, s.version, s.state, e.seq, e.recorded_at
    FROM (
        SELECT seq, stream, kind, recorded_at FROM books.event ORDER BY seq DESC LIMIT %s
    ) AS e
    JOIN books.stream s ON s.name = e.stream
    WHERE e.kind IN ('executed', 'rejected')
    ORDER BY e.seq DESC LIMIT %s
"""


@dataclass(frozen=True, slots=True)
class Asked:
    """A proposal, with what it would do."""

    name: str
    state: Proposal
    seq: int
    at: datetime

    @property
    def body(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.state.body)
        return found


_kept: dict[str, tuple[Pulse, tuple[Asked, ...]]] = {}
_lock = Lock()


def waiting(now: Pulse | None = None) -> tuple[Asked, ...]:
    """Open proposals, the oldest first; read again when anything was written since."""
    now = now or pulse()
    kept = _kept.get(now.database)
    if kept is None or kept[0] != now:
        with _lock:
            kept = _kept[now.database] = (now, tuple(map(_asked, books.rows(_OPEN))))
    return kept[1]


def count_open() -> int:
    return len(waiting())


def one(name: str) -> Asked | None:
    found = books.row(_ONE, [f"proposal/{name}"])
    return _asked(found) if found else None


def steps(name: str) -> list[Any]:
    """What was said to the proposal, in order."""
    return books.rows(_STEPS, [f"proposal/{name}"])


def led_to(name: str, executed: int) -> list[Any]:
    """The events that its execution led to, written just before it was noted as executed."""
    return books.rows(_LED_TO, [executed, WINDOW, f"proposal:{name}"])


def decided_lately() -> list[Asked]:
    """Proposals decided within the last events, the newest first."""
    return [_asked(row) for row in books.rows(_CLOSED, [WINDOW, PAGE])]


def _asked(row: Any) -> Asked:
    name = row.name.removeprefix("proposal/")
    return Asked(name, Proposal.model_validate(row.state), row.seq, row.recorded_at)
