"""An entry and a grant as they were recorded: with the event that booked them, and when."""

from dataclasses import dataclass
from datetime import datetime

from qazyna.ledger.entry import Entry, EntryRef, EventRef, Grant


@dataclass(frozen=True, slots=True)
class Recorded:
    """An entry, its place in the books, what happened, and when the database recorded it.

    Every authority in it names the event that granted it; none is `THIS_EVENT`.
    """

    ref: EntryRef
    event_kind: str
    recorded_at: datetime
    entry: Entry
    reversed: bool = False
    """whether another entry reverses this one"""


@dataclass(frozen=True, slots=True)
class Granted:
    """What an event allowed, and what kind of event it was."""

    event: EventRef
    event_kind: str
    grant: Grant


def written(ref: EntryRef | EventRef) -> str:
    """The place of an event or an entry as one word: `case/C-17@3`, `case/C-17@3#1`."""
    if isinstance(ref, EntryRef):
        return f"{written(ref.event)}#{ref.number}"
    return f"{ref.stream}@{ref.version}"
