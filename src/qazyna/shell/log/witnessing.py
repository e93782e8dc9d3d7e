"""Asking a witness over HTTP to sign the newest checkpoint (C2SP tlog-witness, add-checkpoint).

A witness signs what grew from the last tree it saw; where it is told of another, it says which that
was. What it answers is verified before it is kept.
"""

from dataclasses import dataclass
from typing import Any

import psycopg

from qazyna.errors import Refused
from qazyna.log.checkpoint import Checkpoint, number
from qazyna.log.merkle import BadProof
from qazyna.shell.home import Home
from qazyna.shell.log.carrying import SECONDS, ask
from qazyna.shell.log.signing import add_cosignatures, submission

Connection = psycopg.Connection[Any]

OLD_SIZE = "text/x.tlog.size"
_MOST = 64 * 1024

_WHY = {
    400: "it could not read the request",
    403: "it does not know the key of this log",
    404: "it does not know this log",
    422: "it finds that the log did not grow from what it saw last",
}


@dataclass(frozen=True, slots=True)
class Witnessed:
    """The checkpoint that was signed, from which size on, and by whom."""

    size: int
    old: int
    kept: list[str]


_SEEN = """
    SELECT coalesce(max(g.size), 0) FROM books.signature g
    JOIN books.signer k ON k.vkey = g.vkey AND k.role = 'witness'
"""


def send(connection: Connection, home: Home, url: str, seconds: float = SECONDS) -> Witnessed:
    """Have the witness at that address sign the newest checkpoint, and keep its signature.

    Raises `Refused` where it does not answer, refuses, or signs something else.
    """
    row = connection.execute(_SEEN).fetchone()
    asked = submission(connection, home, int(row[0]) if row else 0)
    place = f"{url.rstrip('/')}/add-checkpoint"
    status, kind, content = ask(place, str(asked).encode(), seconds, _MOST)
    if status == 409 and kind == OLD_SIZE:
        # It last saw another tree than we thought: proven once more, from that one on.
        size = Checkpoint.parse(asked.note.text).size
        asked = submission(connection, home, _old(url, content, asked.old, size))
        status, kind, content = ask(place, str(asked).encode(), seconds, _MOST)
    if status != 200:
        raise _refusal(url, status, content)
    checkpoint = Checkpoint.parse(asked.note.text)
    try:
        answer = content.decode()
    except UnicodeDecodeError:
        answer = ""
    kept = add_cosignatures(connection, checkpoint.origin, checkpoint.size, answer)
    if not kept:
        raise Refused(
            "unknown_witness",
            f"{url} answered without a signature of a witness that is listened to. Add its key "
            "first: `qazyna log witness --add KEY`.",
            {"url": url},
        )
    return Witnessed(checkpoint.size, asked.old, kept)


def _old(url: str, content: bytes, told: int, size: int) -> int:
    """The size the witness says it saw last; of the size it was told, it saw another tree."""
    try:
        old = number(content.decode("ascii").removesuffix("\n"))
    except (BadProof, UnicodeDecodeError, IndexError):
        raise _refusal(url, 409, content) from None
    if old == told:
        raise Refused(
            "witness_saw_another",
            f"{url} saw another log of {old:,} leaves under this name. Keep what both have: one of "
            "the two logs was altered.",
            {"url": url, "size": old},
        )
    if old > size:
        raise Refused(
            "witness_saw_more",
            f"{url} signed a log of {old:,} leaves under this name, and this one has {size:,}. "
            "Leaves were lost: bring back the database that had them.",
            {"url": url, "size": old},
        )
    return old


def _refusal(url: str, status: int, content: bytes) -> Refused:
    said = " ".join(content.decode("utf-8", "replace").split())[:200]
    why = _WHY.get(status, "it did not sign")
    return Refused(
        "witness_refused",
        f"{url} answered {status}: {why}." + (f" It says: {said}" if said else ""),
        {"url": url, "status": status},
    )
