"""Kill -9 at random instants, of writers and of PostgreSQL: nothing acknowledged is lost.

`make test` runs a few kills. QAZYNA_TORTURE=MINUTES (`make torture`) goes on for so long.
QAZYNA_SEED=N makes the same load and the same waits.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import psycopg
import pytest

from qazyna.shell import postgres
from qazyna.shell.home import Home
from qazyna.shell.log.database import verify_log
from qazyna.shell.log.sealing import seal
from qazyna.shell.postgres.postmaster import Postmaster
from qazyna.shell.store.replay import check
from qazyna.shell.store.schema import migrate
from tests.shell.store.opened import adopt, appoint, opened

MINUTES = float(os.environ.get("QAZYNA_TORTURE", "0"))
SEED = os.environ.get("QAZYNA_SEED", "20261123")
WRITERS = 3
FEW_KILLS = 6
ROOT = Path(__file__).parents[2]


@dataclass
class Told:
    """What the writers of one log asked, and what they were answered."""

    asked: set[str] = field(default_factory=set)
    done: dict[str, int] = field(default_factory=dict)
    refused: Counter[str] = field(default_factory=Counter)
    errors: list[str] = field(default_factory=list)
    repeated: int = 0

    def read(self, log: Path) -> None:
        for text in log.read_bytes().splitlines() if log.exists() else ():
            line = json.loads(text)
            if "asked" in line:
                self.asked.add(line["asked"])
            elif "done" in line:
                self.done[line["done"]] = line["events"]
                self.repeated += line.get("repeated", False)
            elif "refused" in line:
                self.refused[line["code"]] += 1
            elif "error" in line:
                self.errors.append(f"{line['error']}: {line['what']}")


class Ring:
    """A server, its writers, and the executioner."""

    def __init__(self, home: Home, folder: Path, seed: str) -> None:
        self.home, self.folder = home, folder
        self.random = Random(seed)
        self.seed = seed
        self.address = folder / "address"
        self.writers: dict[str, subprocess.Popen[bytes]] = {}
        self.born = 0
        self.kills: Counter[str] = Counter()

    def serve(self) -> str:
        server = postgres.ensure(self.home)
        fresh = self.address.with_suffix(".new")
        fresh.write_text(server.url("qazyna_app"))
        fresh.replace(self.address)
        return server.url("qazyna_app")

    def fill(self) -> None:
        while len(self.writers) < WRITERS:
            self.born += 1
            name = f"w{self.seed[-4:]}n{self.born}"
            self.writers[name] = subprocess.Popen(
                [sys.executable, "-m", "tests.torture.writer", self.address, self._log(name), name],
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
            )

    def _log(self, name: str) -> Path:
        return self.folder / f"{name}.log"

    def told(self) -> Told:
        told = Told()
        for number in range(1, self.born + 1):
            told.read(self._log(f"w{self.seed[-4:]}n{number}"))
        return told

    def until_answered(self, more: int) -> None:
        """Wait until so many more commands were answered."""
        goal = len(self.told().done) + more
        deadline = time.monotonic() + 60
        while (told := self.told()) and len(told.done) < goal and not told.errors:
            assert time.monotonic() < deadline, "the writers stand still"
            time.sleep(0.05)

    def kill(self) -> str:
        """Somebody, without a warning."""
        time.sleep(self.random.uniform(0, 0.25))
        whom = self.random.choice(("writer", "postmaster", "backend", "everything"))
        postmaster = Postmaster.of(self.home.database)
        assert postmaster is not None
        if whom == "writer":
            name = self.random.choice(sorted(self.writers))
            self.writers[name].kill()
            self.writers.pop(name).wait()
        elif whom == "postmaster":
            os.kill(postmaster.pid, signal.SIGKILL)
        elif whom == "backend":
            # One that works for a writer: PostgreSQL then ends all the others and recovers.
            backends = [pid for pid, title in _children(postmaster.pid) if "qazyna_app" in title]
            if backends:
                os.kill(self.random.choice(backends), signal.SIGKILL)
        else:
            for pid in [postmaster.pid, *(pid for pid, _ in _children(postmaster.pid))]:
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    continue
        self.kills[whom] += 1
        return whom

    def rest(self) -> None:
        """End the writers, killing them wherever they are."""
        for writer in self.writers.values():
            writer.kill()
        for writer in self.writers.values():
            writer.wait()
        self.writers.clear()


def _children(parent: int) -> list[tuple[int, str]]:
    """The processes of a server, and what each is at."""
    found = []
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            status = (folder / "stat").read_text().rpartition(")")[2].split()
            if int(status[1]) == parent:
                title = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                found.append((int(folder.name), title))
        except (FileNotFoundError, ProcessLookupError):
            continue
    return found


COMMITTED = """
    SELECT c.key, (SELECT count(*) FROM books.event e WHERE e.command = c.key)
    FROM books.command c
"""


def account(ring: Ring) -> dict[str, int]:
    """Hold what was told against what is there."""
    url = _patiently(ring)
    told = ring.told()
    assert [] == told.errors
    with opened(url) as connection:
        committed = dict(connection.execute(COMMITTED).fetchall())
        replay = check(connection)
        sealed = seal(connection, ring.home)
        log = verify_log(connection, None)
    lost = [key for key in told.done if key not in committed]
    assert [] == lost
    differing = {k: n for k, n in told.done.items() if committed[k] != n}
    assert {} == differing
    # Half of what nobody heard of would leave a gap in a stream, or its fold behind its events.
    assert replay.as_json()["equal"], replay.differences
    assert log.ok, log.problems
    return {
        "asked": len(told.asked),
        "acknowledged": len(told.done),
        "refused": sum(told.refused.values()),
        "learnt by asking again": told.repeated,
        "committed though nobody heard": sum(
            1 for key in committed if key in told.asked and key not in told.done
        ),
        "events": replay.events,
        "leaves sealed": sealed.size,
    }


def _patiently(ring: Ring) -> str:
    deadline = time.monotonic() + 60
    while True:
        try:
            url = ring.serve()
            psycopg.connect(url).close()
            return url
        except psycopg.OperationalError:
            assert time.monotonic() < deadline
            time.sleep(0.1)


@pytest.fixture
def ring(home: Home, tmp_path: Path):
    server = postgres.ensure(home)
    migrate(server.url("qazyna_owner"))
    ring = Ring(home, tmp_path, SEED)
    with opened(ring.serve()) as connection:
        adopt(connection)
        appoint(connection)
    try:
        yield ring
    finally:
        ring.rest()


def test_nothing_acknowledged_is_lost_when_anyone_is_killed(ring, capsys):
    end = time.monotonic() + MINUTES * 60
    while sum(ring.kills.values()) < FEW_KILLS or time.monotonic() < end:
        ring.fill()
        ring.until_answered(20)
        ring.kill()
        _patiently(ring)
        if MINUTES and sum(ring.kills.values()) % 10 == 0:
            account(ring)
    ring.rest()
    found = account(ring)

    with capsys.disabled():
        kills = ", ".join(f"{whom} {count}" for whom, count in sorted(ring.kills.items()))
        figures = ", ".join(f"{what} {count}" for what, count in found.items())
        print(f"\n  {sum(ring.kills.values())} kills ({kills}): {figures}")
    assert found["acknowledged"] > 100
