"""A backup made while work goes on becomes a home again, and anything wrong with it is found."""

import io
import json
import os
import secrets
import tarfile
import threading
from pathlib import Path

import pytest
from typer.testing import CliRunner

from qazyna.errors import Refused
from qazyna.shell import backup as backups
from qazyna.shell import postgres
from qazyna.shell.cli import app
from qazyna.shell.home import Home
from qazyna.shell.store.commit import execute
from tests.shell.store.opened import opened
from tests.support_cases import seize

ADDRESS = "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq"
KEY = "correct horse battery staple"


def qazyna(*arguments: object) -> tuple[int, dict]:
    answer = CliRunner().invoke(app, [*map(str, arguments), "--json"])
    assert answer.stdout, (answer.exception, answer.output)
    return answer.exit_code, json.loads(answer.stdout)


@pytest.fixture
def homes(tmp_path: Path, monkeypatch):
    """A home at work, and the place for another."""
    old, new = Home(tmp_path / "old"), Home(tmp_path / "new")
    monkeypatch.setenv("QAZYNA_HOME", str(old.path))
    yield old, new
    postgres.stop(old)
    postgres.stop(new)


def test_a_backup_made_while_work_goes_on_becomes_a_home_again(homes, tmp_path, monkeypatch):
    old, new = homes
    assert 0 == qazyna("init", "--blueprint", "template")[0]
    url = postgres.connection("qazyna_app", old)
    original = old.store_file(b"an imported original")
    stop, acknowledged = threading.Event(), []

    def work() -> None:
        with opened(url) as connection:
            while not stop.is_set():
                key = f"w{len(acknowledged)}"
                execute(connection, seize(holding=key, address=ADDRESS), actor="owner", key=key)
                acknowledged.append(key)

    worker = threading.Thread(target=work)
    worker.start()
    try:
        while len(acknowledged) < 20:
            stop.wait(0.01)
        before = list(acknowledged)
        file, key = tmp_path / "q.backup", tmp_path / "key"
        status, made = qazyna("backup", file)
        during = len(acknowledged) - len(before)
    finally:
        stop.set()
        worker.join()
    assert 0 == status, made
    assert during > 0
    content = file.read_bytes()
    assert 0o600 == file.stat().st_mode & 0o777
    assert made["bytes"] == len(content)
    for secret in (ADDRESS.encode(), old.secret("database-owner").encode(), b"PG_VERSION"):
        assert secret not in content
    assert "file_exists" == qazyna("backup", file)[1]["refused"]["code"]

    key.write_text(made["recovery_key"] + "\n")
    assert "home_in_use" == qazyna("restore", file, "--key", key)[1]["refused"]["code"]
    monkeypatch.setenv("QAZYNA_HOME", str(new.path))
    status, found = qazyna("restore", file, "--key", key)
    assert (0, True, []) == (status, found["ok"], found["problems"])
    assert (made["leaves"], made["root"]) == (found["leaves"], found["root"])
    assert b"an imported original" == new.file(original).read_bytes()
    with opened(postgres.connection("qazyna_app", new)) as connection:
        there = {row[0] for row in connection.execute("SELECT key FROM books.command")}
        assert set(before) <= there
        assert execute(
            connection, seize(holding="w0", address=ADDRESS), actor="owner", key="w0"
        ).repeated
        execute(connection, seize(holding="after"), actor="owner")
    assert qazyna("rebuild", "--check")[1]["equal"]
    assert qazyna("log", "verify")[1]["ok"]


# ── The file alone ──────────────────────────────────────────────────────────────────────────────


def sealed(blocks: list[bytes]) -> bytes:
    out = io.BytesIO()
    sealing = backups._Sealing(out, KEY)
    for block in [*blocks, b""]:
        sealing.block(block)
    sealing.close()
    return out.getvalue()


def opened_again(content: bytes, key: str = KEY) -> bytes:
    opening = backups._Opening(io.BytesIO(content), key)
    whole = b"".join(opening.blocks())
    opening.end()
    return whole


@pytest.fixture(scope="module")
def noise() -> bytes:
    return bytes(range(256)) + secrets.token_bytes(3 * backups.CHUNK)


@pytest.fixture(scope="module")
def file(noise) -> bytes:
    return sealed([noise[: backups.CHUNK], noise[backups.CHUNK :]])


def test_what_was_put_in_comes_out(file, noise):
    assert noise == opened_again(file)


@pytest.mark.parametrize("size", [0, 1, backups.CHUNK - 5, backups.CHUNK, 2 * backups.CHUNK])
def test_any_size_comes_out(size):
    content = b"x" * size
    assert content == opened_again(sealed([content] if content else []))


def swapped(file: bytes) -> bytes:
    start = file.index(b"\n", len(backups.MAGIC)) + 1
    chunk = backups.CHUNK + 16
    one, two = file[start : start + chunk], file[start + chunk : start + 2 * chunk]
    return file[:start] + two + one + file[start + 2 * chunk :]


SPOILT = {
    "a byte of the first chunk": lambda f: f[:500] + bytes([f[500] ^ 1]) + f[501:],
    "a byte in the middle": lambda f: f[:2_000_000] + bytes([f[2_000_000] ^ 1]) + f[2_000_001:],
    "the last byte": lambda f: f[:-1] + bytes([f[-1] ^ 1]),
    "cut by a byte": lambda f: f[:-1],
    "cut at a chunk": lambda f: f[: f.index(b"\n", 16) + 1 + backups.CHUNK + 16],
    "cut to its header": lambda f: f[: f.index(b"\n", 16) + 1],
    "something after it": lambda f: f + b"x",
    "two chunks exchanged": swapped,
    "another salt": lambda f: f.replace(b'"salt": "', b'"salt": "0', 1),
    "more work than anybody does": lambda f: f.replace(b'"n": 65536', b'"n": 1073741824', 1),
    "another thing": lambda f: b"PK" + f[2:],
    "nothing": lambda f: b"",
}


@pytest.mark.parametrize("how", SPOILT)
def test_a_spoilt_file_is_refused(file, how):
    with pytest.raises(Refused) as caught:
        opened_again(SPOILT[how](file))
    assert caught.value.code in ("broken_backup", "wrong_key")


def test_another_key_opens_nothing(file):
    with pytest.raises(Refused) as caught:
        opened_again(file, KEY + "r")
    assert "wrong_key" == caught.value.code


def test_a_backup_that_is_broken_leaves_no_home(file, tmp_path):
    home, place = Home(tmp_path / "home"), tmp_path / "q.backup"
    place.write_bytes(file)
    with pytest.raises((Refused, ValueError)):
        backups.restore(place, home, KEY)
    assert not home.database.exists()
    assert not home.path.exists() or not any(p.is_file() for p in home.path.rglob("*"))


def tarred(*members: tuple[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(mode="w", fileobj=out) as tar:
        for name, kind in members:
            member = tarfile.TarInfo(name)
            member.type, member.linkname, member.mode = kind, "/etc/passwd", 0o666
            tar.addfile(member)
    return out.getvalue()


PLAIN, FOLDER = tarfile.REGTYPE, tarfile.DIRTYPE
OUT_OF_PLACE = {
    "above the folder": [("../evil", PLAIN)],
    "above a folder of its own": [("base", FOLDER), ("base/../../evil", PLAIN)],
    "anywhere on the disk": [("/tmp/evil", PLAIN)],
    "a link": [("evil", tarfile.SYMTYPE)],
    "a hard link": [("evil", tarfile.LNKTYPE)],
    "a device": [("evil", tarfile.CHRTYPE)],
    "one name twice": [("evil", PLAIN), ("evil", PLAIN)],
}


@pytest.mark.parametrize("how", OUT_OF_PLACE)
def test_what_has_no_place_in_a_backup_is_not_unpacked(how, tmp_path):
    home, place = Home(tmp_path / "inner" / "home"), tmp_path / "q.backup"
    place.write_bytes(sealed([b"{}", b"", tarred(*OUT_OF_PLACE[how]), b"", tarred()]))
    with pytest.raises(Refused) as caught:
        backups.restore(place, home, KEY)
    assert "broken_backup" == caught.value.code and "evil" in str(caught.value)
    assert [] == [each for each in tmp_path.rglob("*") if each.name == "evil"]


def test_what_is_unpacked_is_nobodys_to_write_but_ours(tmp_path):
    content = sealed([tarred(("base", FOLDER), ("base/1", PLAIN), ("deep/2", PLAIN))])
    opening = backups._Opening(io.BytesIO(content), KEY)
    backups._unpacked(opening, tmp_path, lambda name: True)
    found = {str(each.relative_to(tmp_path)): each for each in tmp_path.rglob("*")}
    assert {"base", "base/1", "deep", "deep/2"} == set(found)
    assert 0o644 == found["base/1"].stat().st_mode & 0o7777
    assert os.getuid() == found["base/1"].stat().st_uid


@pytest.mark.parametrize("key", ["", "short", "two\nlines of a passphrase"])
def test_a_key_too_weak_is_refused(key):
    with pytest.raises(Refused) as caught:
        backups.read_key(key)
    assert "weak_key" == caught.value.code


def test_recovery_keys_are_random_and_long():
    one, other = backups.recovery_key(), backups.recovery_key()
    assert one != other
    assert [4] * 8 == [len(group) for group in one.split("-")]
    assert one == backups.read_key(f"{one}\n")
