"""Reading the sealed tree. Every hash comes from rows that are only ever added to."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg

from qazyna.errors import Refused
from qazyna.log.merkle import HASH_SIZE
from qazyna.log.tiles import WIDTH, Tile, TiledTree, split

Connection = psycopg.Connection[Any]

_CHUNK = WIDTH * 256
"""So many leaves are read at a time where all are read."""


@dataclass(frozen=True, slots=True)
class Head:
    """The tree after a batch."""

    size: int
    root: bytes
    sealed_at: datetime
    below: int


def head(connection: Connection, size: int | None = None) -> Head:
    """The newest tree, or that of a size at which some batch ended."""
    row = connection.execute(
        "SELECT size, root, sealed_at, below::text FROM books.batch"
        " WHERE size = coalesce(%s, size) ORDER BY size DESC LIMIT 1",
        [size],
    ).fetchone()
    if row is None:
        raise Refused(
            "no_such_checkpoint",
            f"No batch ended at {size:,} leaves, so no checkpoint was made of it.",
            {"size": size},
        )
    return Head(row[0], bytes(row[1]), row[2], int(row[3]))


@dataclass(frozen=True, slots=True)
class Known:
    """What was known at a time: the leaves below `position`.

    Not `settled` while no batch is later: one that is under way may still bear an earlier time.
    """

    position: int
    settled: bool


def known_at(connection: Connection, time: datetime) -> Known:
    """The sealed position that a time means: that of the last batch at or before it."""
    row = connection.execute(
        "SELECT coalesce(max(size) FILTER (WHERE sealed_at <= %s), 0), max(sealed_at) > %s"
        " FROM books.batch",
        [time, time],
    ).fetchone()
    assert row is not None
    return Known(row[0], bool(row[1]))


def log_position(connection: Connection, time: datetime | None) -> dict[str, int | None]:
    """The same beside an answer about a time; None while no later batch settles it."""
    found = known_at(connection, time) if time else None
    return {"log_position": found.position if found and found.settled else None}


def _ask(connection: Connection, query: str, given: list[int]) -> psycopg.Cursor[Any]:
    """Ask for bytes as bytes. Planned anew each time (prepare=False): a plan kept from when the log
    was small would read all of a large one."""
    return psycopg.Cursor(connection).execute(query, given, binary=True, prepare=False)


def hashes(connection: Connection, tile: Tile) -> Sequence[bytes]:
    """The hashes of a tile."""
    (row,) = _several(connection, [tile])
    return row


_LEAF_TILE = """(SELECT string_agg(hash, '' ORDER BY position) FROM books.sealed
                 WHERE position >= %s AND position < %s)"""
_TILE = """(SELECT string_agg(hash, '' ORDER BY number) FROM books.subtree
            WHERE number >= %s AND number < %s AND level = %s)"""


def _several(connection: Connection, tiles: Sequence[Tile]) -> list[Sequence[bytes]]:
    """The hashes of several tiles, in one statement."""
    columns = ", ".join(_TILE if tile.level else _LEAF_TILE for tile in tiles)
    where: list[int] = []
    for tile in tiles:
        level = (tile.level,) if tile.level else ()
        where += (tile.start, tile.start + tile.width, *level)
    row = _ask(connection, f"SELECT {columns}", where).fetchone()
    return [split(each or b"") for each in row or ()]


def tree(connection: Connection, size: int, nodes: Iterable[tuple[int, int]] = ()) -> TiledTree:
    """The hashes of the tree of that size. What `nodes` need is read at once, the rest as asked."""
    found = TiledTree(size, lambda tile: hashes(connection, tile))
    if tiles := found.tiles(nodes):
        for tile, row in zip(tiles, _several(connection, tiles), strict=True):
            found.keep(tile, row)
    return found


def leaf_hashes(connection: Connection, start: int, end: int) -> Iterator[tuple[int, list[bytes]]]:
    """All leaf hashes of a range, in runs; a run that is short has a gap behind it."""
    for at in range(start, end, _CHUNK):
        upto = min(at + _CHUNK, end)
        row = _ask(
            connection,
            "SELECT string_agg(hash, '' ORDER BY position) FROM books.sealed"
            " WHERE position >= %s AND position < %s",
            [at, upto],
        ).fetchone()
        run = (row and row[0]) or b""
        yield at, [run[n : n + HASH_SIZE] for n in range(0, len(run), HASH_SIZE)]


_LEAVES = """
    SELECT s.position, coalesce(e.leaf, n.leaf), s.event IS NOT NULL FROM books.sealed s
    LEFT JOIN books.event e ON e.seq = s.event LEFT JOIN books.entry n ON n.id = s.entry
    WHERE s.position >= %s AND s.position < %s ORDER BY s.position
"""


def leaves(connection: Connection, start: int, end: int) -> list[bytes]:
    """The leaves of a range, as they are stored."""
    rows = _ask(connection, _LEAVES, [start, end])
    return [bytes(row[1] or b"") for row in rows]


def position_of(connection: Connection, name: str) -> int:
    """Where an event (`case/C-1@3`) or entry (`case/C-1@3#1`, or its number) is sealed."""
    row = connection.execute(*_finding(name)).fetchone()
    if row is None:
        raise Refused(
            "no_such_entry",
            f"There is no {name!r}. An entry is named by its number or as case/C-1@3#1, "
            "an event as case/C-1@3.",
            {"entry": name},
        )
    if row[0] is None:
        raise Refused(
            "not_sealed", f"{name} is not sealed yet: `qazyna log seal` does it.", {"entry": name}
        )
    return int(row[0])


def _finding(name: str) -> tuple[str, list[Any]]:
    if name.isascii() and name.isdigit() and len(name) < 19:
        return (
            "SELECT s.position FROM books.entry n"
            " LEFT JOIN books.sealed s ON s.entry = n.id WHERE n.id = %s",
            [int(name)],
        )
    stream, _, rest = name.rpartition("@")
    version, _, number = rest.partition("#")
    if not all(
        part.isascii() and part.isdigit() and len(part) < 9 for part in (version, number or "0")
    ):
        return "SELECT WHERE false", []
    if number:
        return (
            "SELECT s.position FROM books.event e JOIN books.entry n ON n.event = e.seq"
            " LEFT JOIN books.sealed s ON s.entry = n.id"
            " WHERE e.stream = %s AND e.version = %s AND n.number = %s",
            [stream, int(version), int(number)],
        )
    return (
        "SELECT s.position FROM books.event e LEFT JOIN books.sealed s ON s.event = e.seq"
        " WHERE e.stream = %s AND e.version = %s",
        [stream, int(version)],
    )


def unsealed(connection: Connection) -> int:
    """How many events and entries no batch holds yet."""
    row = connection.execute(
        """
        WITH fresh AS MATERIALIZED (
            SELECT seq FROM books.event WHERE tx >= (SELECT max(below) FROM books.batch)
        )
        SELECT (SELECT count(*) FROM fresh)
             + (SELECT count(*) FROM fresh JOIN books.entry n ON n.event = fresh.seq)
        """
    ).fetchone()
    assert row is not None
    return int(row[0])
