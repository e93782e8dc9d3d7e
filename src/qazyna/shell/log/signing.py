"""The log's own key, the checkpoints it signs, and the witnesses that sign them too.

The private key is derived from a secret of the home, which only its owner can read. Who can read it
can sign anything: a signature proves nothing against the administrator without a checkpoint, or a
witness's signature, that is kept outside.
"""

import base64
import os
from hashlib import sha256
from typing import Any

import psycopg

from qazyna.errors import Refused
from qazyna.log.checkpoint import Checkpoint, Submission, cosigned_at, lines_of, signed
from qazyna.log.merkle import BadProof, consistency_proof
from qazyna.log.note import Note, Signature, Signer, Verifier
from qazyna.shell.home import Home
from qazyna.shell.log.reading import Head, head, tree

Connection = psycopg.Connection[Any]

SECRET = "log-signing"


def signer_of(home: Home, origin: str | None = None) -> Signer:
    """The home's key, under the log's name: QAZYNA_LOG_ORIGIN, or one made of the key itself."""
    seed = base64.urlsafe_b64decode(home.secret(SECRET) + "=")
    nameless = Signer("log", seed).verifier.public
    name = (
        origin
        or os.environ.get("QAZYNA_LOG_ORIGIN")
        or f"qazyna/{sha256(nameless).hexdigest()[:16]}"
    )
    return Signer(name, seed)


def log_key(connection: Connection) -> Verifier | None:
    """The public key of the log, or None before anything was sealed."""
    row = connection.execute("SELECT vkey FROM books.signer WHERE role = 'log'").fetchone()
    return Verifier.parse(row[0]) if row else None


def ensure_key(connection: Connection, home: Home) -> Signer:
    """The key to sign with: that of the log, which it gets with its first checkpoint."""
    known = log_key(connection)
    signer = signer_of(home, known.name if known else None)
    if known is None:
        connection.execute(
            "INSERT INTO books.signer (vkey, role) VALUES (%s, 'log') ON CONFLICT DO NOTHING",
            [str(signer.verifier)],
        )
        known = log_key(connection)
    if known != signer.verifier:
        raise Refused(
            "another_log_key",
            f"This log is signed with the key {known}, and the home has another one. "
            "Bring back the keys folder of the home that began the log.",
            {"log": known, "home": signer.verifier},
        )
    return signer


def sign(connection: Connection, checkpoint: Checkpoint, signer: Signer) -> None:
    """Put the log's signature under the checkpoint of a batch, once."""
    line = signed(checkpoint, signer).signatures[0].line()
    connection.execute(
        "INSERT INTO books.signature (size, vkey, line) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
        [checkpoint.size, str(signer.verifier), line],
    )


def checkpoint_of(connection: Connection, origin: str, at: Head) -> Note:
    """The checkpoint of a batch with every signature that it has, the log's first."""
    rows = connection.execute(
        "SELECT g.line FROM books.signature g JOIN books.signer k USING (vkey)"
        " WHERE g.size = %s ORDER BY k.role, g.added_at, g.vkey",
        [at.size],
    )
    lines = tuple(Signature.parse(line) for (line,) in rows)
    return Note(Checkpoint(origin, at.size, at.root).text, lines)


def latest(connection: Connection, home: Home, size: int | None = None) -> Note:
    """The signed checkpoint of the newest batch, or of the one that ended at that size."""
    signer = ensure_key(connection, home)
    at = head(connection, size)
    sign(connection, Checkpoint(signer.name, at.size, at.root), signer)
    return checkpoint_of(connection, signer.name, at)


# witnesses


def witnesses(connection: Connection) -> list[Verifier]:
    """The keys of the witnesses that are listened to."""
    rows = connection.execute("SELECT vkey FROM books.signer WHERE role = 'witness' ORDER BY 1")
    return [Verifier.parse(row[0]) for row in rows]


def add_witness(connection: Connection, text: str) -> Verifier:
    """Listen to a witness from here on."""
    try:
        witness = Verifier.parse(text)
        if witness.algorithm != 4:
            raise BadProof("a witness's key is one of cosignatures (type 4)")
    except BadProof as wrong:
        raise Refused("bad_key", f"This is no key of a witness: {wrong}.") from None
    connection.execute(
        "INSERT INTO books.signer (vkey, role) VALUES (%s, 'witness') ON CONFLICT DO NOTHING",
        [str(witness)],
    )
    return witness


def submission(connection: Connection, home: Home, old: int) -> Submission:
    """What to send to a witness that last saw the tree of `old` leaves (add-checkpoint)."""
    note = latest(connection, home)
    size = Checkpoint.parse(note.text).size
    if old > size:
        raise Refused("beyond_the_log", f"The log has {size:,} leaves.", {"size": size})
    return Submission(old, tuple(consistency_proof(old, size, tree(connection, size))), note)


def add_cosignatures(connection: Connection, origin: str, size: int, response: str) -> list[str]:
    """Keep what witnesses answered under the checkpoint of that size; the names of those kept.

    Signatures of keys nobody listens to are passed over; a wrong one of a known key is refused.
    """
    text = Checkpoint(origin, size, head(connection, size).root).text
    known = witnesses(connection)
    kept: list[str] = []
    try:
        for signature in lines_of(response):
            for witness in known:
                if signature.by(witness):
                    cosigned_at(text, signature, witness)
                    connection.execute(
                        "INSERT INTO books.signature (size, vkey, line) VALUES (%s, %s, %s)"
                        " ON CONFLICT DO NOTHING",
                        [size, str(witness), signature.line()],
                    )
                    kept.append(witness.name)
    except BadProof as wrong:
        raise Refused("bad_cosignature", f"This is no cosignature: {wrong}.") from None
    return kept
