"""That a leaf is in the log, and that the log only grew."""

from collections.abc import Iterable
from typing import Any

import psycopg

from qazyna.errors import Refused
from qazyna.log.checkpoint import Checkpoint
from qazyna.log.merkle import consistency_proof, inclusion_nodes, inclusion_proof
from qazyna.log.note import Note, Verifier, encode
from qazyna.log.proof import Proof
from qazyna.shell.home import Home
from qazyna.shell.log.reading import head, leaves, position_of, tree
from qazyna.shell.log.signing import latest

Connection = psycopg.Connection[Any]


def prove(connection: Connection, home: Home, name: str) -> tuple[Proof, bytes]:
    """The proof of an event or entry in the newest checkpoint, and its leaf."""
    position = position_of(connection, name)
    return prove_in(connection, latest(connection, home), position)


def prove_in(connection: Connection, note: Note, position: int) -> tuple[Proof, bytes]:
    """The proof of that leaf in a checkpoint, and the leaf; `BadProof` if it has no such leaf."""
    size = Checkpoint.parse(note.text).size
    path = path_of(connection, position, size)
    (leaf,) = leaves(connection, position, position + 1)
    return Proof(position, tuple(path), note), leaf


def path_of(connection: Connection, position: int, size: int) -> list[bytes]:
    """The path from a leaf to the root of the tree of that size, in one statement."""
    hashes = tree(connection, size, inclusion_nodes(position, size))
    return inclusion_proof(position, size, hashes)


def document(proof: Proof, leaf: bytes, keys: Iterable[Verifier | None]) -> dict[str, Any]:
    """A proof with all that is needed to verify it."""
    return {
        "position": proof.index,
        "leaf": leaf.decode(),
        "path": [encode(each) for each in proof.path],
        "proof": str(proof),
        "keys": [str(key) for key in keys],
    }


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
