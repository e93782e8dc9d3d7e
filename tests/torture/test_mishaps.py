"""What goes wrong outside: a connection lost, a clock set back, a disk that is full."""

import os
import secrets
import subprocess
import threading
import time
from datetime import timedelta
from pathlib import Path
from random import Random

import psycopg
import pytest

from qazyna.errors import Refused
from qazyna.shell import postgres
from qazyna.shell.cli.output import _understood
from qazyna.shell.home import Home
from qazyna.shell.store.commit import execute
from qazyna.shell.store.replay import check
from qazyna.shell.store.schema import migrate
from tests.shell.store.opened import adopt, appoint, opened, rows
from tests.support_cases import seize
from tests.torture.test_kills import COMMITTED

MIB = 1 << 20


@pytest.fixture
def books(own_database):
    with opened(own_database.url()) as connection:
        adopt(connection)
        appoint(connection)
        yield connection


def sound(connection) -> None:
    assert [] == check(connection).differences
    assert [] == [key for key, events in connection.execute(COMMITTED) if not events]


# ── The connection is lost ──────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("when", ["before", "also"])
def test_a_connection_lost_in_the_middle_writes_nothing_and_the_key_stays_free(
    books, own_database, when
):
    """`before` comes between reading and writing, `also` between writing and COMMIT."""
    there = rows(books)
    with opened(own_database.url()) as doomed:

        def lose(*_: object) -> None:
            with own_database.connect("postgres") as other:
                other.execute("SELECT pg_terminate_backend(%s, 5000)", [doomed.info.backend_pid])

        with pytest.raises(psycopg.OperationalError) as lost:
            execute(doomed, seize(), actor="ann", key="one", **{when: lose})
        assert doomed.closed
    told = _understood(lost.value)
    assert told is not None and told.code in ("database", "no_server"), lost.value
    assert there == rows(books)
    assert not execute(books, seize(), actor="ann", key="one").repeated
    sound(books)


def test_connections_lost_at_any_instant_lose_and_double_nothing(books, own_database):
    """Whoever gets no answer asks again under the same key, and it is done once."""
    random, cut, learnt = Random(7), 0, 0
    admin = own_database.connect("postgres")
    admin.autocommit = True
    for number in range(40):
        command, key = seize(holding=f"h{number}"), f"cut:{number}"
        with opened(own_database.url()) as doomed:
            # The first command of a connection prepares its statements; the second is as usual.
            execute(doomed, seize(holding=f"w{number}"), actor="ann")
            pid = doomed.info.backend_pid
            killer = threading.Timer(
                random.uniform(0, 0.008), admin.execute, ["SELECT pg_terminate_backend(%s)", [pid]]
            )
            killer.start()
            try:
                execute(doomed, command, actor="ann", key=key)
            except psycopg.OperationalError:
                cut += 1
            killer.join()
        learnt += execute(books, command, actor="ann", key=key).repeated
    admin.close()
    (once,) = books.execute(
        "SELECT count(*) FROM books.event WHERE command LIKE 'cut:%'"
    ).fetchone()
    assert 40 == once
    assert cut > 0 and learnt >= 40 - cut
    sound(books)


# ── The clock is set back ───────────────────────────────────────────────────────────────────────


def test_a_clock_set_back_is_refused_and_nothing_is_written(books, own_database):
    """The last event was recorded an hour from now: so it looks when a clock is set back."""
    execute(books, seize(), actor="ann", key="one")
    with own_database.connect("postgres") as superuser:
        superuser.execute("ALTER TABLE books.event DISABLE TRIGGER append_only")
        superuser.execute("ALTER DOMAIN books.this_moment DROP CONSTRAINT recorded_now")
        superuser.execute(
            "UPDATE books.event SET recorded_at = recorded_at + %s "
            "WHERE seq = (SELECT max(seq) FROM books.event)",
            [timedelta(hours=1)],
        )
        superuser.execute("ALTER TABLE books.event ENABLE ALWAYS TRIGGER append_only")
    there = rows(books)
    with pytest.raises(Refused) as caught:
        execute(books, seize(holding="2"), actor="ann", key="two")

    assert "clock_set_back" == caught.value.code
    assert "Set the clock" in caught.value.message
    assert there == rows(books)
    assert execute(books, seize(), actor="ann", key="one").repeated


# ── The disk is full ────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def small_disk(tmp_path: Path):
    """A file system of its own, of 150 MiB; only root may make one, and not in every container."""
    place = tmp_path / "small"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=150m,mode=711", "tmpfs", str(place)]
    try:
        made = subprocess.run(mount, capture_output=True)
    except FileNotFoundError:
        pytest.skip("no mount here: a disk that is full cannot be tried")
    if os.geteuid() != 0 or made.returncode != 0:
        pytest.skip("no file system can be mounted here: a disk that is full cannot be tried")
    home = Home(place / "home")
    try:
        yield home
    finally:
        postgres.stop(home)
        subprocess.run(["umount", str(place)], check=True)


def test_on_a_full_disk_the_error_is_clear_and_nothing_is_lost(small_disk, capsys):
    server = postgres.ensure(small_disk)
    migrate(server.url("qazyna_owner"))
    filler = small_disk.path.parent / "filler"
    acknowledged: list[str] = []
    told: list[str] = []

    def ask(connection: psycopg.Connection, key: str) -> None:
        noise = tuple(secrets.token_hex(60) for _ in range(300))
        execute(connection, seize(holding=key, assumed=noise), actor="ann", key=key)
        acknowledged.append(key)

    with opened(server.url("qazyna_app")) as connection:
        adopt(connection)
        appoint(connection)
        ask(connection, "first")
        space = os.statvfs(small_disk.path)
        free = space.f_bavail * space.f_frsize
        with filler.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, free - MIB)
        for number in range(1500):
            if connection.closed:
                break  # the server's own log found no room, and it stopped rather than go on
            try:
                ask(connection, f"n{number}")
            except psycopg.OperationalError as error:
                refusal = _understood(error)
                assert refusal is not None
                told.append(refusal.message)
                if len(told) > 5:
                    break
    assert told
    assert "No space left on device" in told[0] or "answer" in told[0]

    filler.unlink()
    deadline = time.monotonic() + 60
    while True:
        try:
            connection = psycopg.connect(
                postgres.ensure(small_disk).url("qazyna_app"), autocommit=True
            )
            break
        except psycopg.OperationalError:
            assert time.monotonic() < deadline
            time.sleep(0.2)
    with connection:
        there = {key for key, _ in connection.execute(COMMITTED)}
        assert [] == [key for key in acknowledged if key not in there]
        sound(connection)
        ask(connection, "last")
    with capsys.disabled():
        print(f"\n  {len(acknowledged)} acknowledged; then: {told[0]}")
