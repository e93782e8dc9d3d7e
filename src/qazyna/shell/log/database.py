"""The whole database verified: schema, log, quantities, and what nobody has sealed yet.

schema      constraints, triggers, functions, rights: as this program makes them
log         sealed rows as they were sealed, every batch's root, every signature
replay      every event told again: entries, grants, states, prices, running quantities
rules       every CHECK and key asked of the rows themselves
numbers     those still to be given out
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg

from qazyna.errors import InvariantBroken, Refused
from qazyna.log.merkle import BadProof
from qazyna.log.note import Note
from qazyna.shell.log import checking, fingerprint
from qazyna.shell.log.bundle import Verdict
from qazyna.shell.log.reading import unsealed
from qazyna.shell.log.rules import broken
from qazyna.shell.store import replay

Connection = psycopg.Connection[Any]

_NUMBERS = """
    SELECT 'sequence ' || name, 'has fallen behind the rows it numbers' FROM (
        SELECT 'event_seq', (SELECT max(seq) FROM books.event)
        UNION ALL SELECT 'entry_id', (SELECT max(id) FROM books.entry)
        UNION ALL SELECT 'authority_id', (SELECT max(id) FROM books.authority)
    ) AS s (name, used)
    WHERE coalesce(pg_sequence_last_value(to_regclass('books.' || name)), 0) < used
"""


def verify_log(
    connection: Connection, against: Path | None, progress: Callable[[int], None] = lambda _: None
) -> Verdict:
    """The log alone, against the rows it sealed."""
    verdict, kept = Verdict(), _kept(against)
    with connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        _log(connection, verdict, kept, progress)
    return verdict


def verify_database(
    connection: Connection,
    owner_url: str,
    against: Path | None = None,
    progress: Callable[[int], None] = lambda _: None,
) -> Verdict:
    """Everything that can be checked without a checkpoint held outside; with one, that too.

    `owner_url` connects as the owner of the database, beside whose schema the program's own is made
    for a moment.
    """
    verdict, kept = Verdict(), _kept(against)
    made = fingerprint.made(owner_url)
    with connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        compare(connection, made, verdict, kept, progress)
    return verdict


def compare(
    connection: Connection,
    made: fingerprint.Made,
    verdict: Verdict,
    kept: Note | None = None,
    progress: Callable[[int], None] = lambda _: None,
) -> None:
    """The same within the transaction that is open."""

    def schema() -> None:
        found = fingerprint.listing(connection)
        for where, what in fingerprint.differences(found, made.listing):
            verdict.wrong(where, what)

    def constants() -> None:
        for where, what in fingerprint.constants(connection):
            verdict.wrong(where, what)

    def replayed() -> None:
        told = replay.compare(connection)
        verdict.events, verdict.entries = told.events, told.entries
        for each in told.differences:
            verdict.wrong(each["where"], each["what"])
        verdict.found += told.found - len(told.differences)

    def rules() -> None:
        for where, what in broken(connection, made.rules):
            verdict.wrong(where, what)

    def numbers() -> None:
        for where, what in connection.execute(_NUMBERS).fetchall():
            verdict.wrong(where, what)

    _stage(connection, verdict, "schema", schema)
    _stage(connection, verdict, "chart", constants)
    _stage(connection, verdict, "log", lambda: _log(connection, verdict, kept, progress))
    _stage(connection, verdict, "replay", replayed)
    _stage(connection, verdict, "rules", rules)
    _stage(connection, verdict, "numbers", numbers)


def _stage(connection: Connection, verdict: Verdict, name: str, check: Callable[[], None]) -> None:
    """A check that cannot be carried out is a finding, and the others go on."""
    try:
        with connection.transaction():
            check()
    except (psycopg.Error, InvariantBroken, BadProof) as wrong:
        verdict.wrong(name, f"cannot be checked: {(str(wrong).splitlines() or [''])[0]}")


def _log(
    connection: Connection, verdict: Verdict, kept: Note | None, progress: Callable[[int], None]
) -> None:
    checking.check(connection, verdict, progress)
    if kept:
        checking.against(connection, verdict, kept)
    verdict.notes["unsealed"] = unsealed(connection)


def _kept(against: Path | None) -> Note | None:
    if against is None:
        return None
    try:
        return Note.parse(against.read_text("utf-8"))
    except BadProof as wrong:
        raise Refused("bad_checkpoint", f"{against} is no checkpoint: {wrong}.") from None
