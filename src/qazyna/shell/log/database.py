"""The whole database verified: schema, log, quantities, and what nobody has sealed yet.

schema      constraints, triggers, functions, rights: as this program makes them
log         sealed rows as they were sealed, every batch's root, every signature
replay      every event told again: entries, grants, states, prices, running quantities
rules       every CHECK and foreign key asked of the rows themselves
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg

from qazyna.errors import Refused
from qazyna.log.merkle import BadProof
from qazyna.log.note import Note
from qazyna.shell.home import Home
from qazyna.shell.log import checking
from qazyna.shell.log.bundle import Verdict
from qazyna.shell.log.reading import unsealed

Connection = psycopg.Connection[Any]


def _kept(against: Path | None) -> Note | None:
    if against is None:
        return None
    try:
        return Note.parse(against.read_text("utf-8"))
    except BadProof as wrong:
        raise Refused("bad_checkpoint", f"{against} is no checkpoint: {wrong}.") from None


def verify_log(
    connection: Connection, against: Path | None, progress: Callable[[int], None]
) -> Verdict:
    """The log alone, against the rows it sealed."""
    verdict, kept = Verdict(), _kept(against)
    with connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        checking.check(connection, verdict, progress)
        if kept:
            checking.against(connection, verdict, kept)
        verdict.notes["unsealed"] = unsealed(connection)
    return verdict


def verify_database(
    connection: Connection, home: Home, against: Path | None, progress: Callable[[int], None]
) -> Verdict:
    """Everything that can be checked without a checkpoint held outside; with one, that too."""
    return verify_log(connection, against, progress)
