"""The job that keeps sealing while the pages are served: `python -m qazyna.shell.log.job`.

It runs beside one server process and ends with it. It starts no database: where none answers, it
waits and asks again, so that a lost connection costs a delay and `qazyna down` is final. One home
has one such job, held by a lock; sealings by other hands are told apart by the database itself.
"""

import argparse
import fcntl
import os
import select
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

from qazyna.errors import Refused
from qazyna.log.merkle import BadProof
from qazyna.shell import postgres
from qazyna.shell.home import Home
from qazyna.shell.log.sealing import seal
from qazyna.shell.postgres import ServerError

Connection = psycopg.Connection[Any]

SECONDS_TO_CONNECT = 10
FIRST_WAIT = 1.0
"""After a failure it tries again soon, then less and less often, at last as often as ever."""


class Job:
    """Seals again and again; what goes wrong is said once, and tried again."""

    def __init__(self, home: Home, every: float) -> None:
        self.home = home
        self.every = every
        self._connection: Connection | None = None
        self._wait = every
        self._said = ""

    def step(self) -> float:
        """Seal once; how long to wait before the next time."""
        try:
            done = seal(self._connected(), self.home)
        except (psycopg.Error, ServerError, Refused, BadProof, OSError) as wrong:
            self._forget()
            self._say(f"not sealed: {(str(wrong).strip() or type(wrong).__name__).splitlines()[0]}")
            again = FIRST_WAIT if self._wait >= self.every else 2 * self._wait
            self._wait = min(again, self.every)
            return self._wait
        self._wait = self.every
        if self._said:
            self._say("sealing again")
            self._said = ""
        if done.added:
            _write(f"sealed {done.added}, the log has {done.size}")
        return self.every

    def _connected(self) -> Connection:
        if self._connection is None or self._connection.closed:
            # Asked anew: a server that was started again may listen in another place.
            url = postgres.found("qazyna_app", self.home)
            if url is None:
                raise ServerError("the database is not running")
            self._connection = psycopg.connect(
                url, autocommit=True, connect_timeout=SECONDS_TO_CONNECT
            )
        return self._connection

    def _forget(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _say(self, what: str) -> None:
        if what != self._said:
            _write(what)
        self._said = what


def _write(what: str) -> None:
    sys.stdout.write(f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S}Z {what}\n")
    sys.stdout.flush()


@contextmanager
def alone(home: Home) -> Iterator[bool]:
    """Whether this is the one job of the home; it stays so until it ends, however it ends."""
    descriptor = os.open(home.create().path / ".sealing.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        yield False
    else:
        yield True
    finally:
        os.close(descriptor)


def run(job: Job, server: int) -> None:
    """Seal at once, and then again and again until that process ends."""
    try:
        watched = os.pidfd_open(server)
    except ProcessLookupError:
        return
    poll = select.poll()
    poll.register(watched, select.POLLIN)
    wait = 0.0
    while not poll.poll(wait * 1000):
        wait = job.step()


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="qazyna.shell.log.job")
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--server", type=int, required=True)
    parser.add_argument("--every", type=float, required=True)
    asked = parser.parse_args(words)
    home = Home(asked.home)
    with alone(home) as only:
        if not only:
            _write("another job seals for this home already")
            return 0
        run(Job(home, asked.every), asked.server)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
