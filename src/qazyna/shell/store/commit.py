"""The one commit: a command becomes events, entries, postings and quantities, all or nothing.

One database transaction: read what the command needs, let its rule decide, write what follows. Two
commands that meet on a stream wait for each other; two that meet otherwise (a new account both
create, the last coin both take) are told apart by the database's keys, and the later one is decided
again on what the earlier one left.
"""

import hashlib
import json
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import psycopg
from psycopg import errors

from qazyna.errors import Refused
from qazyna.plan import Command, Event, World, follow
from qazyna.shell.store.codec import Origin, command_bytes, day_text, read_event
from qazyna.shell.store.reading import Known, read_known
from qazyna.shell.store.wire import Transaction
from qazyna.shell.store.writing import write

Connection = psycopg.Connection[Any]

ATTEMPTS = 12

TOLD = 100
"""So many events are told one by one in the answer; of more, only how many."""

_MET_ANOTHER = (
    errors.UniqueViolation,
    errors.SerializationFailure,
    errors.DeadlockDetected,
    errors.CheckViolation,
    errors.InvalidSqlStatementName,
)


@dataclass(slots=True)
class Done:
    """What a command led to. `repeated` when its key had been used for the same command before."""

    key: str
    kind: str
    events: tuple[dict[str, Any], ...]
    repeated: bool = False
    detail: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {
            "done": {
                "key": self.key,
                "kind": self.kind,
                "events": list(self.events),
                "repeated": self.repeated,
                **self.detail,
            }
        }


Document = tuple[str, bytes]
"""A file's name and content, kept with the command that it came in."""


def execute(
    connection: Connection,
    command: Command,
    *,
    actor: str,
    key: str | None = None,
    documents: Iterable[Document] = (),
    also: Callable[[Connection, World, list[Event], int], None] | None = None,
    before: Callable[[World], None] | None = None,
) -> Done:
    """Decide and commit one command, durably. Raises `Refused`, and then nothing was written.

    The same key with the same body returns the first result; with another body it is refused.
    `before` may refuse on what is known (four eyes), `also` writes rows that belong to the first
    event (a price file's prices). Both run inside the transaction.
    """
    key = key or os.urandom(16).hex()
    digest = hashlib.sha256(command_bytes(command)).digest()
    documents = tuple(documents)
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with Transaction(connection) as transaction:
                known = read_known(transaction, command, actor, key, documents)
                if known.command is not None:
                    return _repeated(connection, known, command, key, digest)
                if before:
                    before(known.world)
                first = dict(known.world.versions)
                origin = Origin(key, command.kind, actor, digest, os.urandom(16))
                return _write(transaction, known, first, command, origin, documents, also)
        except _MET_ANOTHER as met:
            if met.diag.constraint_name == "never_below_zero_on_any_day":
                raise _dated_too_early(met) from None
            if met.diag.constraint_name == "period_closed":
                raise _closed_by_then(met) from None
            if attempt == ATTEMPTS:
                raise
    raise AssertionError("unreachable")


def _dated_too_early(met: psycopg.Error) -> Refused:
    return Refused(
        "below_zero_that_day",
        "On that day, or on one since, more would have been taken out than was there: "
        f"{met.diag.message_primary}. Date it when the asset was there.",
        {"problem": met.diag.message_primary},
    )


def _closed_by_then(met: psycopg.Error) -> Refused:
    through, on = (met.diag.message_detail or "? ?").split()
    return Refused(
        "period_closed",
        f"The books are closed through {through}, and this counts on {on}. Date it after "
        f"{through}; what a closed period has wrong is mended by an entry in the open one.",
        {"closed_through": through, "date": on},
    )


def _repeated(
    connection: Connection, known: Known, command: Command, key: str, digest: bytes
) -> Done:
    """What the same command led to before, as its events tell it."""
    if known.command != digest:
        raise Refused(
            "key_reused",
            f"The key {key!r} was used before, for another command. Take a new key.",
            {"key": key, "kind": command.kind},
        )
    first: dict[str, int] = {}
    follows: list[Event] = []
    for stream, version, leaf, private in connection.execute(_LED_TO, [key]):
        first.setdefault(stream, version - 1)
        follows.append(read_event(leaf, private)[0])
    return replace(_done(key, command, first, follows), repeated=True)


# By the stamp, which is the command's, and has an index.
_LED_TO = """
    SELECT e.stream, e.version, e.leaf, e.private
    FROM books.command k JOIN books.event e ON e.recorded_at = k.recorded_at AND e.command = k.key
    WHERE k.key = %s ORDER BY e.seq
"""


def _write(
    transaction: Transaction,
    known: Known,
    first: dict[str, int],
    command: Command,
    origin: Origin,
    documents: tuple[Document, ...],
    also: Callable[[Connection, World, list[Event], int], None] | None,
) -> Done:
    done: list[Done] = []

    def led_to(follows: list[Event]) -> None:
        done.append(_done(origin.key, command, first, follows))

    events = follow(known.world, command)
    follows, seqs = write(
        transaction, known, first, events, origin, documents, led_to, last=also is None
    )
    if also:
        also(transaction.connection, known.world, follows, seqs[0] if seqs else 0)
    return done[0]


def _done(key: str, command: Command, first: dict[str, int], follows: list[Event]) -> Done:
    versions = dict(first)
    told: list[dict[str, Any]] = []
    for event in follows[:TOLD]:
        stream = event.stream
        version = versions[stream] = versions.get(stream, 0) + 1
        told.append(
            {
                "stream": stream,
                "version": version,
                "kind": event.kind,
                "on": day_text(event.on),
            }
        )
    detail = command.told(follows)
    if len(follows) > TOLD:
        detail["events_in_all"] = len(follows)
    return Done(key, command.kind, tuple(told), detail=detail)


def parse_command(kind: str, text: str | bytes) -> Command:
    """A command of that kind from JSON; every field that is wrong is named."""
    from pydantic import ValidationError

    from qazyna.plan import COMMANDS

    model = COMMANDS.get(kind)
    if model is None:
        raise Refused(
            "unknown_command",
            f"There is no command {kind!r}. There are {', '.join(sorted(COMMANDS))}.",
            {"kind": kind},
        )
    try:
        return model.model_validate_json(text, strict=False)
    except ValidationError as invalid:
        problems = [
            f"{'.'.join(map(str, e['loc'])) or 'the file'}: {e['msg']}" for e in invalid.errors()
        ]
        raise Refused(
            "bad_command",
            f"This is no {kind}: " + "; ".join(problems),
            {"kind": kind, "problems": json.dumps(problems, ensure_ascii=False)},
        ) from None
