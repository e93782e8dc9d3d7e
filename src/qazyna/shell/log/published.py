"""What anyone may fetch of the log. Reads what is signed already: it writes nothing, signs nothing,
and needs no key.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg

from qazyna.log import tiles
from qazyna.log.checkpoint import Checkpoint, cosigned_at
from qazyna.log.merkle import BadProof
from qazyna.log.note import Note, Signature, Verifier
from qazyna.log.proof import Proof
from qazyna.shell.log.export import content
from qazyna.shell.log.proving import document, prove_in
from qazyna.shell.log.reading import head
from qazyna.shell.log.signing import checkpoint_of, log_key, witnesses

Connection = psycopg.Connection[Any]

SHOWN = 10
"""So many checkpoints are told of, the newest first."""

_SIGNED = """
    SELECT b.size FROM books.batch b JOIN books.signature g USING (size)
    JOIN books.signer k ON k.vkey = g.vkey AND k.role = 'log' ORDER BY b.size DESC LIMIT 1
"""


def checkpoint(connection: Connection) -> Note | None:
    """The newest signed checkpoint, with every witness's signature; None before the first."""
    key = log_key(connection)
    row = connection.execute(_SIGNED).fetchone()
    if key is None or row is None:
        return None
    return checkpoint_of(connection, key.name, head(connection, row[0]))


def keys(connection: Connection) -> list[Verifier]:
    """The public keys: the log's first, then its witnesses'; none before the first checkpoint."""
    key = log_key(connection)
    return [] if key is None else [key, *witnesses(connection)]


def file(connection: Connection, path: str) -> tuple[tiles.Tile, bytes] | None:
    """The tile or bundle of that path, as far as it is sealed and signed."""
    try:
        tile = tiles.parse(path)
    except BadProof:
        return None
    note = checkpoint(connection)
    size = Checkpoint.parse(note.text).size if note else 0
    there = size >> (8 * max(tile.level, 0))
    if tile.start + tile.width > there:
        return None
    return tile, content(connection, tile)


def proof(connection: Connection, position: int) -> tuple[Proof, dict[str, Any]] | None:
    """The proof of that leaf in the newest checkpoint, alone and with all it is verified by."""
    note = checkpoint(connection)
    if note is None or position >= Checkpoint.parse(note.text).size:
        return None
    found, leaf = prove_in(connection, note, position)
    return found, document(found, leaf, keys(connection))


def leaf_of_event(connection: Connection, seq: int) -> int | None:
    """The number of an event's leaf, once it is sealed."""
    row = connection.execute("SELECT position FROM books.sealed WHERE event = %s", [seq]).fetchone()
    return None if row is None else int(row[0])


def leaf_of_entry(connection: Connection, number: int) -> int | None:
    """The number of an entry's leaf, once it is sealed."""
    query = "SELECT position FROM books.sealed WHERE entry = %s"
    row = connection.execute(query, [number]).fetchone()
    return None if row is None else int(row[0])


@dataclass(frozen=True, slots=True)
class Signed:
    """A checkpoint that was signed, and what each witness says of when they saw it."""

    size: int
    root: bytes
    sealed_at: datetime
    witnesses: dict[str, int]


_RECENT = """
    SELECT b.size, b.root, b.sealed_at,
           ARRAY(SELECT o.vkey || E'\\n' || o.line FROM books.signature o
                 JOIN books.signer s ON s.vkey = o.vkey AND s.role = 'witness'
                 WHERE o.size = b.size ORDER BY o.added_at)
    FROM books.batch b
    JOIN books.signature g USING (size) JOIN books.signer k ON k.vkey = g.vkey AND k.role = 'log'
    ORDER BY b.size DESC LIMIT %s
"""


def recent(connection: Connection, shown: int = SHOWN) -> list[Signed]:
    """The newest checkpoints."""
    key = log_key(connection)
    if key is None:
        return []
    found = []
    for size, root, sealed_at, lines in connection.execute(_RECENT, [shown]).fetchall():
        text = Checkpoint(key.name, size, bytes(root)).text
        told = [(vkey, _signed_at(text, vkey, line)) for vkey, line in map(str.splitlines, lines)]
        witnesses = {vkey.partition("+")[0]: at for vkey, at in told if at is not None}
        found.append(Signed(size, bytes(root), sealed_at, witnesses))
    return found


@dataclass(frozen=True, slots=True)
class Seen:
    """A witness that is listened to, and what it signed last, if it ever did."""

    key: Verifier
    size: int | None = None
    at: int | None = None


_SEEN = """
    SELECT k.vkey, g.size, g.line, b.root FROM books.signer k
    LEFT JOIN LATERAL (
        SELECT size, line FROM books.signature WHERE vkey = k.vkey ORDER BY size DESC LIMIT 1
    ) AS g ON true
    LEFT JOIN books.batch b USING (size)
    WHERE k.role = 'witness' ORDER BY k.vkey
"""


def seen(connection: Connection) -> list[Seen]:
    """What each witness signed last."""
    key = log_key(connection)
    found = []
    for vkey, size, line, root in connection.execute(_SEEN).fetchall() if key else ():
        witness = Verifier.parse(vkey)
        at = None
        if key and line is not None:
            at = _signed_at(Checkpoint(key.name, size, bytes(root)).text, vkey, line)
        found.append(Seen(witness) if at is None else Seen(witness, size, at))
    return found


def _signed_at(text: str, vkey: str, line: str) -> int | None:
    """When that witness signed that text. A signature that does not hold is not shown as one."""
    try:
        return cosigned_at(text, Signature.parse(line), Verifier.parse(vkey))
    except BadProof:
        return None
