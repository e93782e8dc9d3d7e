"""A standby is made, its primary is killed, it is promoted: no acknowledged commit is lost."""

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from qazyna.shell import postgres
from qazyna.shell.home import Home
from qazyna.shell.postgres import ServerError
from qazyna.shell.postgres.postmaster import Postmaster
from qazyna.shell.postgres.replica import follow, promote, release
from qazyna.shell.store.commit import execute
from tests.shell.store.opened import opened
from tests.support_cases import seize
from tests.torture.test_kills import _children, account
from tests.torture.test_kills import ring as ring  # the fixture


@pytest.fixture
def standby(tmp_path):
    home = Home(tmp_path / "standby")
    yield home
    postgres.stop(home)


def test_a_promoted_standby_has_every_acknowledged_commit(ring, standby, capsys):
    follower = follow(ring.home, standby)
    with (
        psycopg.connect(follower.url("qazyna_app"), autocommit=True) as reading,
        pytest.raises(psycopg.errors.ReadOnlySqlTransaction),
    ):
        reading.execute("UPDATE books.stream SET version = version + 1")
    ring.fill()
    ring.until_answered(60)

    primary = Postmaster.of(ring.home.database)
    assert primary is not None
    for pid in [primary.pid, *(pid for pid, _ in _children(primary.pid))]:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
    began = time.monotonic()
    promote(standby)
    promoted = time.monotonic() - began
    ring.home = standby  # from here on the standby is what the writers find
    ring.serve()
    ring.until_answered(20)
    ring.rest()
    found = account(ring)

    with capsys.disabled():
        figures = ", ".join(f"{what} {count}" for what, count in found.items())
        print(f"\n  promoted in {promoted:.1f} s: {figures}")


def test_commits_wait_for_a_standby_that_is_gone_until_released(ring, standby):
    with pytest.raises(ServerError, match="no standby"):
        promote(ring.home)
    follow(ring.home, standby)
    with pytest.raises(ServerError, match="not empty"):
        follow(ring.home, standby)
    postgres.stop(standby)

    with opened(ring.serve()) as connection, ThreadPoolExecutor(1) as pool:
        asked = pool.submit(execute, connection, seize(), actor="ann", key="waits")
        with pytest.raises(TimeoutError):
            asked.result(timeout=1)
        release(ring.home)
        assert not asked.result(timeout=30).repeated
