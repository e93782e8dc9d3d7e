"""Sealing: what is committed gets its place in the log, for ever.

One at a time, under an advisory lock. A batch takes every transaction below the oldest one that is
still open, so nothing can land behind it; sealing again finds what is new, or nothing. The past is
looked at before anything is put on top of it: a log that no longer has its last root is not signed.
"""

from dataclasses import dataclass
from typing import Any

import psycopg

from qazyna.errors import Refused
from qazyna.log.checkpoint import Checkpoint
from qazyna.log.merkle import fold, root
from qazyna.log.note import Signer
from qazyna.log.tiles import WIDTH, Tile
from qazyna.shell.home import Home
from qazyna.shell.log.reading import Head, hashes, head, leaf_hashes, tree
from qazyna.shell.log.signing import ensure_key, sign

Connection = psycopg.Connection[Any]

_LOCK = 0x71617A796E61
"""The advisory lock of whoever seals: the word qazyna."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """The log after sealing, and how many leaves were new."""

    size: int
    root: bytes
    added: int


# The leaves of an event follow it. Rows are found by their transactions, not by looking at all.
_SEAL = r"""
    WITH fresh AS (
        SELECT e.seq, 0 AS number, e.seq AS event, NULL::bigint AS entry, e.leaf
        FROM books.event e WHERE e.tx >= %(since)s::xid8 AND e.tx < %(below)s::xid8
        UNION ALL
        SELECT e.seq, n.number, NULL, n.id, n.leaf
        FROM books.event e JOIN books.entry n ON n.event = e.seq
        WHERE e.tx >= %(since)s::xid8 AND e.tx < %(below)s::xid8
    )
    INSERT INTO books.sealed (position, batch, event, entry, hash)
    SELECT %(size)s + row_number() OVER (ORDER BY seq, number) - 1, %(size)s + count(*) OVER (),
           event, entry, sha256('\x00'::bytea || leaf)
    FROM fresh ORDER BY seq, number
"""


def seal(connection: Connection, home: Home) -> Sealed:
    """Seal what is committed and not sealed yet, in one transaction, and sign the new tree."""
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        signer = ensure_key(connection, home)
        return _seal(connection, signer)


def _seal(connection: Connection, signer: Signer) -> Sealed:
    before = head(connection)
    below = _oldest_open(connection, before)
    with_what = {"since": str(before.below), "below": str(below), "size": before.size}
    connection.execute("SET LOCAL jit = off")
    added = connection.execute(_SEAL, with_what, prepare=False).rowcount
    if not added:
        sign(connection, Checkpoint(signer.name, before.size, before.root), signer)
        return Sealed(before.size, before.root, 0)
    _same_past(connection, before)
    size = before.size + added
    _join(connection, before.size, size)
    new = root(size, tree(connection, size))
    connection.execute(
        """
        INSERT INTO books.batch (size, root, below, first, previous_below, previous_at, sealed_at)
        SELECT %s, %s, %s::xid8, size, below, sealed_at,
               greatest(clock_timestamp(), sealed_at + interval '1 microsecond')
        FROM books.batch WHERE size = %s
        """,
        [size, new, str(below), before.size],
    )
    sign(connection, Checkpoint(signer.name, size, new), signer)
    return Sealed(size, new, added)


def _oldest_open(connection: Connection, before: Head) -> int:
    """Every transaction below this one is decided, and seen by whoever looks from now on."""
    row = connection.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text").fetchone()
    assert row is not None
    below = int(row[0])
    if below < before.below:
        raise Refused(
            "another_server",
            "The log was sealed on a server that was further on than this one. Books move to "
            "another server as its files, not as rows: their transactions are part of them.",
            {"sealed_below": before.below, "server_at": below},
        )
    return _closed(connection, before, below)


# A transaction may carry a lower number than one whose work it continues. Where the later version
# of a stream lies below the mark and the earlier one does not, both wait for the next batch.
_AHEAD = """
    SELECT min(e.tx)::text FROM books.event e
    WHERE e.tx >= %(since)s::xid8 AND e.tx < %(below)s::xid8 AND e.version > 1
      AND (SELECT b.tx FROM books.event b WHERE b.stream = e.stream AND b.version = e.version - 1)
          >= %(below)s::xid8
"""


def _closed(connection: Connection, before: Head, below: int) -> int:
    """A mark below which no event lies without the one before it in its stream."""
    while True:
        marks = {"since": str(before.below), "below": str(below)}
        row = connection.execute(_AHEAD, marks, prepare=False).fetchone()
        if row is None or row[0] is None:
            return below
        below = int(row[0])


def _same_past(connection: Connection, before: Head) -> None:
    """The tree that is built upon still has the root that was signed."""
    if root(before.size, tree(connection, before.size)) != before.root:
        raise Refused(
            "log_altered",
            f"The log of {before.size:,} leaves no longer has the root it was sealed with. "
            "Nothing was sealed on top of it; `qazyna verify --database` says what was altered.",
            {"size": before.size},
        )


def _join(connection: Connection, before: int, size: int) -> None:
    """Add the hashes of the tiles that the new leaves have filled, level by level."""
    tile, full = before // WIDTH, size // WIDTH
    fresh: list[bytes] = []
    for _, run in leaf_hashes(connection, tile * WIDTH, full * WIDTH):
        fresh += [fold(run[at : at + WIDTH]) for at in range(0, len(run), WIDTH)]
    level = 1
    while fresh:
        with (
            connection.cursor() as cursor,
            cursor.copy(
                "COPY books.subtree (level, number, hash, batch) FROM STDIN (FORMAT binary)"
            ) as copy,
        ):
            copy.set_types(("int2", "int8", "bytea", "int8"))
            for number, each in enumerate(fresh, start=tile):
                copy.write_row((level, number, each, size))
        start, count = tile // WIDTH * WIDTH, tile + len(fresh)
        row = list(hashes(connection, Tile(level, start // WIDTH, WIDTH)))[: tile - start] + fresh
        tile, full = start // WIDTH, count // WIDTH
        fresh = [fold(row[n * WIDTH : (n + 1) * WIDTH]) for n in range(full - tile)]
        level += 1
