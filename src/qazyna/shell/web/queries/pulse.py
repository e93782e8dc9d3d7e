"""What changed last: the key under which anything read may be kept."""

from dataclasses import dataclass
from datetime import date, datetime

from qazyna.shell.web import books

# A command that started earlier may be written later, so the last event alone would not tell.
_PULSE = """
    SELECT coalesce(max(seq), 0) AS seq, coalesce(sum(seq), 0)::text AS trace,
           max(recorded_at) AS recorded_at, now()::date AS today, current_database() AS database
    FROM (SELECT seq, recorded_at FROM books.event ORDER BY seq DESC LIMIT 64) AS last
"""


@dataclass(frozen=True, slots=True)
class Pulse:
    """The newest events and the day it is; equal pulses mean that nothing was written between."""

    seq: int
    trace: str
    recorded_at: datetime | None
    today: date
    database: str


def pulse() -> Pulse:
    found = books.row(_PULSE)
    assert found is not None
    return Pulse(*found)
