"""Shared fixtures. No test touches a real home: each works on a server and folders made for it."""

import importlib
import importlib.util
import os
import shutil
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import psycopg
import pytest

from qazyna.shell import postgres
from qazyna.shell.home import Home
from qazyna.shell.postgres.postmaster import Postmaster

TEMPLATE = "qazyna_template"
_numbers = count(1)


@pytest.fixture(scope="session", autouse=True)
def _apart(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Hide the installation that whoever runs the tests may have."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("DATABASE_URL", raising=False)
        patch.setenv("QAZYNA_HOME", str(tmp_path_factory.mktemp("no-home") / "home"))
        yield
        postgres.stop(Home.current())


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """A home of the test's own; its server, if it starts one, is stopped afterwards."""
    own = Home(tmp_path / "home")
    yield own
    postgres.stop(own)


@pytest.fixture(scope="session")
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[postgres.Server]:
    """One real server for the whole run.

    A test that must hold on more than one PostgreSQL asks for it by version:
    `@pytest.mark.parametrize("server", ["16", "18"], indirect=True, scope="session")`.
    """
    shared = Home(tmp_path_factory.mktemp("server") / "home")
    with pytest.MonkeyPatch.context() as patch:
        if version := getattr(request, "param", None):
            patch.setenv("QAZYNA_PG_VERSION", version)
        running = postgres.ensure(shared)
    yield running
    _discard(shared)


def _discard(home: Home) -> None:
    """End a server whose data nobody needs any more, without waiting until the disk has it all."""
    postmaster = Postmaster.of(home.database)
    if postmaster is not None and postgres.is_running(home):
        os.kill(postmaster.pid, signal.SIGQUIT)
        deadline = time.monotonic() + 10
        while postgres.is_running(home) and time.monotonic() < deadline:
            time.sleep(0.05)
    postgres.stop(home)
    shutil.rmtree(home.database, ignore_errors=True)


@pytest.fixture(scope="session")
def template(server: postgres.Server) -> str:
    """The name of a migrated, empty database, from which others are copied in milliseconds."""
    server.create_database(TEMPLATE)
    if importlib.util.find_spec("qazyna.shell.store"):
        store = importlib.import_module("qazyna.shell.store")
        if hasattr(store, "migrate"):
            store.migrate(server.url("qazyna_owner", TEMPLATE))
    with psycopg.connect(server.url("postgres", "postgres"), autocommit=True) as connection:
        # A template must have no visitors while it is copied; a pool may have left some.
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [TEMPLATE]
        )
    return TEMPLATE


@dataclass(frozen=True)
class Database:
    """A fresh database on the shared server."""

    server: postgres.Server
    name: str

    def url(self, role: postgres.Role = "qazyna_app") -> str:
        return self.server.url(role, self.name)

    def connect(self, role: postgres.Role = "qazyna_app") -> psycopg.Connection:
        return psycopg.connect(self.url(role))


def _fresh(server: postgres.Server, template: str) -> Iterator[Database]:
    name = f"test_{os.getpid()}_{next(_numbers)}"
    server.create_database(name, template)
    yield Database(server, name)
    server.drop_database(name)


@pytest.fixture(scope="module")
def database(server: postgres.Server, template: str) -> Iterator[Database]:
    """A migrated database shared by the tests of one module."""
    yield from _fresh(server, template)


@pytest.fixture
def own_database(server: postgres.Server, template: str) -> Iterator[Database]:
    """A migrated database for one test alone."""
    yield from _fresh(server, template)
