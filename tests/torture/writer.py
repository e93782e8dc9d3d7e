"""A client that may be killed at any instant, and keeps account of what it was told.

    python -m tests.torture.writer ADDRESS LOG SEED

ADDRESS is a file with the database's address, read again at each connection. LOG gets one JSON
line before a command is asked and one after it was answered, each by a single write, so that they
outlive the process. Whoever loses the connection asks again under the same key, as a client should.
"""

import json
import os
import sys
import time
from pathlib import Path

import psycopg

from qazyna.errors import Refused
from qazyna.plan import Command
from qazyna.shell import acting
from qazyna.shell.store.commit import Done, execute
from tests.torture.load import HOT, commands

PATIENCE = 60.0
BY_APPROVAL = 17
"""Every so many commands, some of the hot case are given back by four eyes."""


def main(address: Path, log: Path, seed: str) -> None:
    out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def tell(**line: object) -> None:
        os.write(out, json.dumps(line).encode() + b"\n")

    connection: psycopg.Connection | None = None
    released = 0
    for number, command in enumerate(commands(seed)):
        key = f"{seed}:{number}"
        tell(asked=key)
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                if connection is None or connection.closed:
                    connection = psycopg.connect(address.read_text(), autocommit=True)
                    tell(connected=True)
                if number % BY_APPROVAL == BY_APPROVAL - 1:
                    released = _given_back(connection, seed, key)
                    tell(done=f"proposal:{released}", events=1)
                else:
                    done = _asked(connection, command, key)
                    tell(done=key, events=len(done.events), repeated=done.repeated)
                break
            except Refused as no:
                tell(refused=key, code=no.code)
                break
            except psycopg.OperationalError as lost:
                # No answer is no answer: it may have been committed. The key will tell.
                if time.monotonic() > deadline:
                    tell(error=key, what=f"no server: {lost}")
                    return
                if connection is not None:
                    connection.close()
                connection = None
                time.sleep(0.02)
            except Exception as error:
                tell(error=key, what=f"{type(error).__name__}: {error}")
                return


def _asked(connection: psycopg.Connection, command: Command, key: str) -> Done:
    return execute(connection, command, actor="ann", key=key)


def _given_back(connection: psycopg.Connection, seed: str, key: str) -> str:
    """Four eyes: a proposal, its approval and its execution, the last two in one transaction."""
    row = connection.execute(
        """SELECT h.book, h.asset FROM books.holding h
           WHERE h.book LIKE %s AND h.class = 'claimants' AND h.quantity > 0
           ORDER BY (
               SELECT min(p.entry) FROM books.posting p
               WHERE (p.book, p.credit_class, p.credit_detail) = (h.book, h.class, h.detail)
           ) DESC LIMIT 1""",
        [f"{HOT}/{seed}-%"],
    ).fetchone()
    if row is None:
        raise Refused("nothing_there", "Nothing was seized yet.")
    holding, asset = row[0].split("/")[1], row[1]
    body = {
        "case": HOT, "holding": holding, "asset": asset, "quantity": "0.5",
        "released_on": "2025-05-01", "order_ref": "R",
    }  # fmt: skip
    text = json.dumps(body)
    proposal = acting.propose(connection, "release_holding", text, actor="ann", key=f"{key}:p")
    named = proposal["proposal"]
    acting.approve(connection, named, actor="bob", key=f"{key}:a")
    return str(named)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
