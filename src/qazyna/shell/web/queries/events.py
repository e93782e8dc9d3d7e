"""One event, whole: what it says, who asked for it, what it allowed, what it did to the books."""

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from qazyna.plan import EVENTS
from qazyna.shell.web import books

_EVENT = """
    SELECT e.seq, e.stream, e.version, e.kind, e.value_date, e.recorded_at, e.leaf, e.private,
           c.key, c.kind AS command_kind, c.actor, s.version AS last
    FROM books.event e
    JOIN books.command c ON c.key = e.command JOIN books.stream s ON s.name = e.stream
    WHERE e.seq = %s
"""
_TRUE_OF = "SELECT (state -> %s)::bool AS so FROM books.stream WHERE name = %s"
_SEQ = "SELECT seq FROM books.event WHERE stream = %s AND version = %s"
_GRANTS = """
    SELECT g.authority, g.book, g.asset, g.granted,
           coalesce((SELECT d.used FROM books.drawn d WHERE d.authority = g.id), 0) AS used
    FROM books.authority g WHERE g.event = %s ORDER BY g.id LIMIT 51
"""
_DOCUMENTS = """
    SELECT encode(sha256, 'hex') AS digest, name, octet_length(content) AS size
    FROM books.document WHERE sha256 = ANY(%s)
"""
_CONTENT = "SELECT name, content FROM books.document WHERE sha256 = %s"


@dataclass(frozen=True, slots=True)
class Happened:
    """An event as it was recorded. `body` is public; `private` is apart: values and salts.

    While the event is sealed, its private values are not even read: nobody is shown them.
    """

    seq: int
    stream: str
    version: int
    kind: str
    on: date
    recorded_at: datetime
    leaf: str
    private: dict[str, dict[str, Any]]
    command_key: str
    command_kind: str
    actor: str
    last_version: int
    sealed: bool = False

    @property
    def body(self) -> dict[str, Any]:
        body: dict[str, Any] = json.loads(self.leaf)["body"]
        return body

    @property
    def case(self) -> str | None:
        word, _, name = self.stream.partition("/")
        return name if word == "case" else None

    @property
    def manager(self) -> str | None:
        word, _, name = self.stream.partition("/")
        return name if word == "manager" else None


def event(seq: int) -> Happened | None:
    found = books.row(_EVENT, [seq])
    if found is None:
        return None
    sealed = _sealed(found.kind, found.stream)
    return Happened(
        found.seq,
        found.stream,
        found.version,
        found.kind,
        found.value_date,
        found.recorded_at,
        bytes(found.leaf).decode(),
        {} if sealed else found.private or {},
        found.key,
        found.command_kind,
        found.actor,
        found.last,
        sealed,
    )


def _sealed(kind: str, stream: str) -> bool:
    """Whether the private fields of that kind of event are still for nobody's eyes."""
    model = EVENTS.get(kind)
    if model is None or not model.sealed_until:
        return False
    found = books.row(_TRUE_OF, [model.sealed_until, stream])
    return not (found and found.so)


def seq_of(stream: str, version: int) -> int | None:
    found = books.row(_SEQ, [stream, version])
    return None if found is None else found.seq


def grants(seq: int) -> list[Any]:
    """What the event allowed, and how much of it was used; at most fifty, and one more."""
    return books.rows(_GRANTS, [seq])


def documents(digests: list[str]) -> list[Any]:
    """Those of the digests under which a file is kept."""
    wanted = [bytes.fromhex(each) for each in digests]
    return books.rows(_DOCUMENTS, [wanted]) if wanted else []


def content(digest: str) -> tuple[str, bytes] | None:
    found = books.row(_CONTENT, [bytes.fromhex(digest)])
    return None if found is None else (found.name, bytes(found.content))
