"""A standby: a second home whose server repeats every commit of the first before it is answered.

The standby reads the primary's socket, so it lies on the same machine or has the socket forwarded
to it. Until it is promoted it can be read and not written.
"""

import os
import shutil
import subprocess
import time

import psycopg

from qazyna.shell.home import Home
from qazyna.shell.postgres.postmaster import Postmaster
from qazyna.shell.postgres.programs import Programs, ServerError, text_of
from qazyna.shell.postgres.server import PATIENCE, Server, ensure

STANDBY = "qazyna_standby"


def follow(primary: Home, standby: Home) -> Server:
    """Make the standby's home, start it, and have the primary's commits wait for it."""
    server = ensure(primary)
    if standby.path.exists() and any(standby.path.iterdir()):
        raise ServerError(f"{standby.path} is not empty; a standby's home is made anew.")
    standby.create()
    for old, new in ((primary.keys, standby.keys), (primary.files, standby.files)):
        shutil.copytree(old, new, dirs_exist_ok=True)
    _copy(server, standby)
    follower = ensure(standby)
    _wait(server, "state = 'streaming'")
    _order(server, f"ALTER SYSTEM SET synchronous_standby_names = '{STANDBY}'")
    _wait(server, "sync_state = 'sync'")
    return follower


def release(primary: Home) -> None:
    """Let the primary's commits wait for nobody any more: its standby is gone."""
    _order(ensure(primary), "ALTER SYSTEM RESET synchronous_standby_names")


def promote(standby: Home) -> Server:
    """Make the standby a server of its own. That its primary is dead is for the caller to see."""
    server = ensure(standby)
    with psycopg.connect(server.url("postgres", "postgres"), autocommit=True) as connection:
        row = connection.execute("SELECT pg_is_in_recovery()").fetchone()
    if row is None or not row[0]:
        raise ServerError(f"{standby.path} is no standby.")
    done = Programs.of(standby.database).run(
        "pg_ctl", "promote", "--wait", f"--timeout={PATIENCE:.0f}"
    )
    if done.returncode != 0:
        raise ServerError(f"The standby was not promoted: {text_of(done.stdout)}")
    return ensure(standby)


def _copy(server: Server, standby: Home) -> None:
    """The primary's data folder, and in it how to go on following."""
    postmaster = Postmaster.of(server.home.database)
    assert postmaster is not None
    fresh = standby.database.with_name("database.new")
    programs = Programs.of(server.home.database).programs
    copied = subprocess.run(
        [
            *(str(programs / "pg_basebackup"), f"--pgdata={fresh}", "--wal-method=stream"),
            *("--checkpoint=fast", "--write-recovery-conf", "--no-password"),
            f"--dbname=application_name={STANDBY} user=postgres port={server.port} "
            f"host={server.sockets}",
        ],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={
            "PATH": os.environ.get("PATH", os.defpath),
            "LC_ALL": "C",
            "PGPASSWORD": server.home.secret("database-postgres"),
        },
        cwd="/",
    )
    if copied.returncode != 0:
        shutil.rmtree(fresh, ignore_errors=True)
        raise ServerError(f"The database could not be copied: {text_of(copied.stdout)}")
    owner = server.home.database.stat()
    if os.geteuid() == 0:
        for place in (fresh, *fresh.rglob("*")):
            os.chown(place, owner.st_uid, owner.st_gid, follow_symlinks=False)
    fresh.rename(standby.database)


def _order(server: Server, statement: str) -> None:
    with psycopg.connect(server.url("postgres", "postgres"), autocommit=True) as connection:
        connection.execute(statement.encode())
        connection.execute("SELECT pg_reload_conf()")


def _wait(server: Server, until: str) -> None:
    """Wait until the primary sees its standby so."""
    deadline = time.monotonic() + PATIENCE
    query = f"SELECT 1 FROM pg_stat_replication WHERE application_name = '{STANDBY}' AND {until}"
    with psycopg.connect(server.url("postgres", "postgres"), autocommit=True) as connection:
        while connection.execute(query.encode()).fetchone() is None:
            if time.monotonic() > deadline:
                raise ServerError(f"The standby does not follow (waited for {until}).")
            time.sleep(0.1)
