"""That a leaf is in the log, and that the log only grew."""

from typing import Any

import psycopg

from qazyna.errors import Refused
from qazyna.log.checkpoint import Checkpoint
from qazyna.log.merkle import consistency_proof, inclusion_proof
from qazyna.log.proof import Proof
from qazyna.shell.home import Home
from qazyna.shell.log.reading import head, leaves, position_of, tree
from qazyna.shell.log.signing import latest

Connection = psycopg.Connection[Any]


def prove(connection: Connection, home: Home, name: str) -> tuple[Proof, bytes]:
    """The proof of an event or entry in the newest checkpoint, and its leaf."""
    position = position_of(connection, name)
    note = latest(connection, home)
    size = Checkpoint.parse(note.text).size
    path = inclusion_proof(position, size, tree(connection, size))
    (leaf,) = leaves(connection, position, position + 1)
    return Proof(position, tuple(path), note), leaf


def consistency(
    connection: Connection, first: int, second: int
) -> tuple[bytes, bytes, list[bytes]]:
    """The roots at two sizes at which batches ended, and the proof that one grew from the other."""
    if first > second:
        raise Refused(
            "backwards", f"{first:,} leaves are no more than {second:,}; say it the other way."
        )
    before, after = head(connection, first), head(connection, second)
    proof = consistency_proof(first, second, tree(connection, second))
    return before.root, after.root, proof
