"""When a time is settled: nothing that is still to be committed can bear a stamp that is as early.

A command is stamped with the database's clock after it has locked the streams it touches, and is
seen by others only once it is committed. In between it holds its locks, and the database shows
them. So a question about a time is answered in three steps: look who is writing, wait for those of
them who may have been stamped by then, and only then take the snapshot that is read. Whoever begins
to write later is stamped later. That a stamp is no earlier than its transaction holds for every
writer, by the CHECK `recorded_now`; so who began after the time that is asked about is not waited
for.

On a standby no writer can be seen, and commits arrive after their time: there nothing is settled,
and only what has arrived can be read.
"""

import time
from datetime import datetime, timedelta
from typing import Any

import psycopg
from psycopg.pq import TransactionStatus

from qazyna.errors import Refused

Connection = psycopg.Connection[Any]

PATIENCE = 30.0
"""Seconds that a question about a time waits for who is writing."""
SHORT_PATIENCE = 2.0
"""Seconds that a question about now waits; then it is answered as of before they began."""

_STEP = timedelta(microseconds=1)

_NOW = """
    SELECT clock_timestamp(), (SELECT max(recorded_at) FROM books.event), pg_is_in_recovery()
"""
_CLEAR = "SELECT pg_stat_clear_snapshot()"
"""Within one transaction, what is seen of other sessions would stay as it was first seen."""

# A lock that is not granted yet, or is asked for later, comes before its stamp. Of a transaction
# whose beginning is hidden (another role's), or that is prepared, it may have begun at any time.
_WRITING = """
    SELECT l.virtualtransaction, l.pid, min(a.xact_start)
    FROM pg_locks l LEFT JOIN pg_stat_activity a ON a.pid = l.pid
    WHERE l.locktype = 'relation' AND l.granted
      AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND l.relation IN ('books.stream'::regclass, 'books.event'::regclass)
      AND l.mode IN ('RowShareLock', 'RowExclusiveLock')
      AND l.pid IS DISTINCT FROM pg_backend_pid()
    GROUP BY 1, 2
"""

Writer = tuple[str, int | None]
"""A transaction, as the lock table names it, and its process."""


def settled(connection: Connection, known_at: datetime | None = None) -> datetime | None:
    """That time, or the last that anything was recorded at, once it is settled.

    Whoever reads in a snapshot taken afterwards, and leaves out what is stamped later, reads the
    same whenever they ask again. Waits for who is writing. Of a time still to come, and without
    one, it is the last stamp there is; where somebody writes for long, the last before they began.
    Raises `Refused` where a time that was named cannot be settled. None on a standby, where none
    was named.
    """
    with connection.pipeline():  # one after the other: whoever is not seen writing is stamped later
        asked, writing = connection.execute(_NOW), connection.execute(_WRITING)
    now, last, standby = asked.fetchall()[0]
    if standby:
        if known_at is None:
            return None
        raise _on_a_standby()
    open_ended = known_at is None or known_at > now
    if known_at is None:
        instant = last or now
    else:
        instant = min(known_at, last or now) if open_ended else known_at
    patience = SHORT_PATIENCE if open_ended else PATIENCE
    waited_for = _wait(connection, _may_bear(writing, instant), instant, patience)
    if not waited_for:
        return instant
    begun = [each for each in waited_for.values() if each is not None]
    if open_ended and len(begun) == len(waited_for):
        return min(begun) - _STEP
    raise _still_writing(instant, waited_for)


def _wait(
    connection: Connection, left: dict[Writer, datetime | None], instant: datetime, patience: float
) -> dict[Writer, datetime | None]:
    """Wait for who is writing and may bear a stamp by then; whoever is left when patience ends."""
    deadline, pause = time.monotonic() + patience, 0.001
    while left and time.monotonic() < deadline:
        time.sleep(pause)
        pause = min(pause * 2, 0.05)
        there = _writing(connection, instant)
        left = {each: begun for each, begun in left.items() if each in there}
    return left


def _writing(connection: Connection, instant: datetime) -> dict[Writer, datetime | None]:
    if connection.info.transaction_status != TransactionStatus.IDLE:
        connection.execute(_CLEAR)
    return _may_bear(connection.execute(_WRITING), instant)


def _may_bear(writing: psycopg.Cursor[Any], instant: datetime) -> dict[Writer, datetime | None]:
    """Of those who write, who may be stamped by then: whoever began by then, or it is not known."""
    return {
        (transaction, pid): begun
        for transaction, pid, begun in writing
        if begun is None or begun <= instant
    }


def _still_writing(instant: datetime, writing: dict[Writer, datetime | None]) -> Refused:
    begun = min((each for each in writing.values() if each is not None), default=None)
    since = f" since {begun:%Y-%m-%d %H:%M:%S %Z}" if begun else ""
    processes = ", ".join(sorted(str(pid) for _, pid in writing))
    return Refused(
        "not_settled",
        f"What was known at {instant.isoformat()} is not settled: something is being recorded"
        f"{since} (process {processes} of the database) that may count by then. Ask again when it "
        "is done, or for a time before it began.",
        {"known_at": instant.isoformat(), "writing_since": begun.isoformat() if begun else None},
    )


def _on_a_standby() -> Refused:
    return Refused(
        "on_a_standby",
        "This database follows another one, and what was recorded there may still be on its way: "
        "what was known at a time is not settled here. Ask the one it follows, or promote this one "
        "(`qazyna replica promote`).",
    )


__all__ = ["settled"]
