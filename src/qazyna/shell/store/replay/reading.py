"""What is kept, in the order in which it is looked at, read ahead by another thread.

The database works on the next rows while these are compared. One connection serves both threads in
turns, so that all is read in one snapshot.
"""

from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import Any

import psycopg

from qazyna.shell.store.replay.sums import SUMS
from qazyna.shell.store.replay.told import AT_COMMAND, ROWS

Connection = psycopg.Connection[Any]
Step = tuple[str, list[tuple[Any, ...]]]
"""What the rows are, and the rows."""

BATCH = 2_000
AHEAD = 16
"""So many steps are read before they are asked for; it bounds the memory used."""

COMMANDS = """
    SELECT key, kind, actor, body_sha256, salt, recorded_at FROM books.command WHERE key = ANY (%s)
"""
STREAMS = """
    SELECT name, version, state::text FROM books.stream WHERE name > %s ORDER BY name LIMIT %s
"""


def kept(connection: Connection) -> Iterator[Step]:
    """All events with their rows, all states, and whatever does not add up."""
    connection.execute("SET LOCAL datestyle = 'ISO, YMD'")
    connection.execute("SET LOCAL jit = off")  # it would compile for longer than it saves
    _plan_freely(connection, "off")
    sums = _sums(connection)
    for number, rows in enumerate(_batches(connection, ROWS, 0)):
        asked = list({row[AT_COMMAND] for row in rows})
        found = connection.execute(COMMANDS, [asked], prepare=True, binary=True)
        yield "commands", found.fetchall()
        yield "events", rows
        # They take the database longest, and are asked one by one while events are at hand.
        if number >= AHEAD // 2:
            yield from islice(sums, 1)
    yield from (("streams", rows) for rows in _batches(connection, STREAMS, ""))
    yield from sums


def _plan_freely(connection: Connection, switch: str) -> None:
    """Off: statistics may be of empty tables, and look-ups by index are never bad for a batch."""
    methods = ("hashjoin", "mergejoin", "seqscan")
    connection.execute("; ".join(f"SET LOCAL enable_{each} = {switch}" for each in methods))


def _sums(connection: Connection) -> Iterator[Step]:
    for query in SUMS:
        _plan_freely(connection, "on")
        found = connection.execute(query).fetchall()
        _plan_freely(connection, "off")
        yield "sums", found


def ahead(steps: Iterator[Step]) -> Iterator[Step]:
    """The same steps, taken by another thread before they are asked for."""
    with ThreadPoolExecutor(1) as pool:
        waiting = deque(pool.submit(next, steps, None) for _ in range(AHEAD))
        while (step := waiting.popleft().result()) is not None:
            waiting.append(pool.submit(next, steps, None))
            yield step


def _batches(connection: Connection, query: str, after: Any) -> Iterator[list[tuple[Any, ...]]]:
    """All rows, so many at a time, in the order of their first column."""
    while True:
        found = connection.execute(query, [after, BATCH], prepare=True, binary=True)
        if not (rows := found.fetchall()):
            return
        after = rows[-1][0]
        yield rows
