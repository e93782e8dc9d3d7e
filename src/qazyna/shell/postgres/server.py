"""Starting, entering and stopping the embedded server of a home."""

import contextlib
import functools
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

import psycopg
from psycopg import sql

from qazyna.shell.home import Home
from qazyna.shell.postgres.postmaster import PREFIX, SOCKETS, Postmaster
from qazyna.shell.postgres.programs import Programs, ServerError, text_of

Role = Literal["postgres", "qazyna_owner", "qazyna_app"]

DATABASE = "qazyna"
OLDEST_VERSION = 15
PATIENCE = 120.0
"""Seconds for a start; after a crash PostgreSQL first replays its log."""

_OURS: tuple[Role, ...] = ("qazyna_owner", "qazyna_app")
_PORT = 5432  # of a unix socket, so only a part of its file's name
_LOG_LIMIT = 10_000_000

# On the server's command line at every start: not even ALTER SYSTEM can take these back.
_FIXED = {
    "listen_addresses": "",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
}

# Written to postgresql.conf when the data folder is made; an operator may tune them there.
_TUNED = {
    "max_connections": "60",
    "shared_buffers": "256MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "random_page_cost": "1.1",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "password_encryption": "scram-sha-256",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    "log_line_prefix": "%m [%p] %u@%d ",
}


@dataclass(frozen=True, slots=True)
class Server:
    """The embedded server of a home, answering when this was made."""

    home: Home
    sockets: Path
    port: int

    def url(self, role: Role, database: str = DATABASE) -> str:
        """The address for connecting as that role, its password included."""
        password = quote(self.home.secret(_secret_name(role)), safe="")
        folder = quote(str(self.sockets), safe="")
        return f"postgresql://{role}:{password}@/{database}?host={folder}&port={self.port}"

    def create_database(self, name: str, template: str = "template1") -> None:
        """Make a database that belongs to the owner and that only our roles may enter."""
        with _administer(self) as connection:
            connection.execute(
                sql.SQL("CREATE DATABASE {} OWNER qazyna_owner TEMPLATE {}").format(
                    sql.Identifier(name), sql.Identifier(template)
                )
            )
            _close_to_others(connection, name)

    def drop_database(self, name: str) -> None:
        """Drop a database, whoever is still connected to it."""
        with _administer(self) as connection:
            connection.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
            )


def connection(role: Role, home: Home | None = None) -> str:
    """The address to connect to as that role, its server running.

    DATABASE_URL, where set, serves every role; otherwise the home's embedded server does, started
    if need be. Raises ServerError where neither can be had.
    """
    if url := os.environ.get("DATABASE_URL"):
        _check_version(url)
        return url
    return ensure(home or Home.current()).url(role)


def found(role: Role, home: Home) -> str | None:
    """The same address where a server answers already; None where one would have to be started."""
    if url := os.environ.get("DATABASE_URL"):
        return url
    server = _answering(home)
    return None if server is None else server.url(role)


def ensure(home: Home) -> Server:
    """The home's server, answering: made where there is none, started where it is not running.

    Safe to call from several processes at once. Raises ServerError.
    """
    if server := _answering(home):
        return server
    with home.lock("server"):
        if server := _answering(home):
            return server
        if not home.database.exists():
            _initialise(home)
        server = _started(home)
        _prepare(server)
        return server


def stop(home: Home) -> bool:
    """Stop the home's server and say whether one was running. Raises ServerError."""
    if not home.database.exists():
        return False
    with home.lock("server"):
        # A file left by a crash may name a process that is by now somebody else's.
        postmaster = Postmaster.of(home.database)
        running = postmaster is not None and postmaster.is_running(home.database)
        if running:
            _shut_down(home)
        if postmaster:
            postmaster.remove_sockets()
        return running


def is_running(home: Home) -> bool:
    """Whether the home's own server runs, starting up and shutting down included."""
    postmaster = Postmaster.of(home.database)
    return postmaster is not None and postmaster.is_running(home.database)


def _answering(home: Home) -> Server | None:
    """The home's server if it runs and really lets us in. Raises ServerError on a wrong key."""
    postmaster = Postmaster.of(home.database)
    if postmaster is None or postmaster.sockets is None or not postmaster.is_running(home.database):
        return None
    server = Server(home, postmaster.sockets, postmaster.port)
    try:
        with _administer(server):
            return server
    except psycopg.OperationalError as error:
        if "authentication failed" in str(error):
            raise ServerError(
                f"The database in {home.database} does not accept the key in {home.keys}. "
                "The two belong together: put back the folder they were in."
            ) from error
        return None  # starting, recovering or stopping


def _started(home: Home) -> Server:
    """Start the server and wait until it lets us in; also wait out one that is just starting."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        postmaster = Postmaster.of(home.database)
        if postmaster is None or not postmaster.is_running(home.database):
            if postmaster:
                postmaster.remove_sockets()
                if postmaster.is_stale(home.database):
                    # A crash left the file, and its process number was given to another since or
                    # its parent never took note of its end; or the home is a copy. PostgreSQL does
                    # not start while a process has that number. Its second lock, by the folder's
                    # inode, still holds should we be wrong.
                    (home.database / "postmaster.pid").unlink(missing_ok=True)
            try:
                _start(home, deadline)
            except ServerError as error:
                # After a kill, the server's orphans hold its memory until they notice.
                if "still in use" not in str(error):
                    raise
                time.sleep(0.3)
        elif postmaster.socket and not postmaster.socket.exists():
            _shut_down(home)  # its socket was cleaned away, or it is going: nobody can reach it
        if server := _answering(home):
            return server
        time.sleep(0.05)
    raise ServerError(
        f"The database server of {home.path} did not answer within {PATIENCE:.0f} s.\n{_log(home)}"
    )


def _start(home: Home, deadline: float) -> None:
    tools = Programs.of(home.database)
    sockets = Path(tempfile.mkdtemp(prefix=PREFIX, dir=SOCKETS))  # 0700
    tools.give(sockets)
    options = [f"-k {sockets}", f"-p {_PORT}", *(f"-c {k}='{v}'" for k, v in _FIXED.items())]
    log = home.logs / "postgresql.log"
    if log.exists() and log.stat().st_size > _LOG_LIMIT:
        log.replace(log.with_suffix(".log.1"))
    # The server writes to the file that we opened: it needs no right on our folder of logs.
    log.touch(mode=0o600)
    before = log.stat().st_size
    with log.open("ab") as output:
        patience = max(1, round(deadline - time.monotonic()))
        started = tools.run(
            *("pg_ctl", "start", "--silent", "--wait", f"--timeout={patience}"),
            *("-o", " ".join(options)),
            to=output,
        )
    if started.returncode != 0:
        postmaster = Postmaster.of(home.database)
        if postmaster is None or postmaster.sockets != sockets:
            shutil.rmtree(sockets, ignore_errors=True)
        raise ServerError(
            f"The database server of {home.path} did not start.\n{_log(home, before)}"
        )


def _shut_down(home: Home) -> None:
    stopped = Programs.of(home.database).run(
        "pg_ctl", "stop", "--mode=fast", "--wait", f"--timeout={PATIENCE:.0f}"
    )
    if stopped.returncode != 0 and is_running(home):
        raise ServerError(
            f"The database server of {home.path} did not stop: {text_of(stopped.stdout)}"
        )


def _log(home: Home, since: int = 0) -> str:
    """The last lines of the server's log, for an error message."""
    try:
        written = (home.logs / "postgresql.log").read_bytes()[since:]
    except FileNotFoundError:
        return ""
    return "\n".join(text_of(written).splitlines()[-6:])


# --- the data folder -------------------------------------------------------------------------


def _initialise(home: Home) -> None:
    """Make the data folder, whole or not at all."""
    fresh = home.database.with_name("database.new")
    if fresh.exists():
        shutil.rmtree(fresh)  # of an attempt that was interrupted
    fresh.mkdir(mode=0o700)
    tools = Programs.of(fresh)
    tools.give(fresh)
    locale = ["--locale=C"]
    if int(tools.version) >= 17:
        locale += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    settings = [f"--set={name}={value}" for name, value in _TUNED.items()]
    try:
        with tempfile.TemporaryDirectory(prefix=PREFIX, dir=SOCKETS) as folder:
            # Our folder of keys is closed to the server's user, so the key is handed over here.
            password = Path(folder) / "password"
            password.touch(mode=0o600)
            password.write_text(home.secret(_secret_name("postgres")) + "\n", encoding="ascii")
            tools.give(password)
            tools.give(password.parent)
            made = tools.run(
                *("initdb", "--username=postgres", f"--pwfile={password}"),
                *("--auth-local=scram-sha-256", "--auth-host=scram-sha-256"),
                *("--encoding=UTF8", *locale, "--data-checksums", *settings),
            )
        if made.returncode != 0:
            raise ServerError(
                f"The database in {home.path} could not be made: {text_of(made.stdout)}"
            )
        fresh.rename(home.database)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _prepare(server: Server) -> None:
    """Make the roles and the database where they are missing."""
    with _administer(server) as connection:
        standby = connection.execute("SELECT pg_is_in_recovery()").fetchone()
        if standby and standby[0]:
            return  # its primary made them
        there = {row[0] for row in connection.execute("SELECT rolname FROM pg_roles")}
        for role in _OURS:
            if role not in there:
                # The scrambled form, so that the password itself is in no log.
                secret = server.home.secret(_secret_name(role)).encode()
                scrambled = connection.pgconn.encrypt_password(
                    secret, role.encode(), b"scram-sha-256"
                )
                connection.execute(
                    sql.SQL(
                        "CREATE ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION "
                        "NOBYPASSRLS PASSWORD {}"
                    ).format(sql.Identifier(role), sql.Literal(scrambled.decode()))
                )
        for database in ("postgres", "template1"):
            connection.execute(
                sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(database))
            )
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
        if found.fetchone():
            _close_to_others(connection, DATABASE)  # again: we may have been interrupted in between
            return
    server.create_database(DATABASE)


def _close_to_others(connection: psycopg.Connection[Any], database: str) -> None:
    name = sql.Identifier(database)
    connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(name))
    connection.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO qazyna_app").format(name))


@contextlib.contextmanager
def _administer(server: Server) -> Iterator[psycopg.Connection[Any]]:
    url = server.url("postgres", "postgres")
    with psycopg.connect(url, autocommit=True, connect_timeout=10) as connection:
        yield connection


@functools.cache
def _check_version(url: str) -> None:
    try:
        with psycopg.connect(url, connect_timeout=10) as connection:
            version = connection.info.server_version // 10_000
    except psycopg.OperationalError as error:
        raise ServerError(f"The server that DATABASE_URL names does not answer: {error}") from error
    if version < OLDEST_VERSION:
        raise ServerError(
            f"DATABASE_URL names a PostgreSQL {version}; Qazyna needs {OLDEST_VERSION} or newer."
        )


def _secret_name(role: Role) -> str:
    return "database-" + role.removeprefix("qazyna_")
