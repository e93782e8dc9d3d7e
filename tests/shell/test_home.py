import hashlib
import os
import stat
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from qazyna.shell.home import Home


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_home_is_named_by_the_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("QAZYNA_HOME", str(tmp_path / "here"))
    assert tmp_path / "here" == Home.current().path


def test_without_a_name_the_home_is_in_the_users_data_folder(monkeypatch, tmp_path):
    monkeypatch.delenv("QAZYNA_HOME")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert tmp_path / "qazyna" == Home.current().path
    monkeypatch.delenv("XDG_DATA_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert tmp_path / ".local/share/qazyna" == Home.current().path


def test_a_relative_home_stays_the_same_when_the_working_folder_changes(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    home = Home(Path("here"))
    monkeypatch.chdir("/")
    assert tmp_path / "here" == home.path


def test_only_the_owner_may_look_into_what_is_private(home):
    home.create()
    folders = home.path, home.keys, home.files, home.logs
    assert [0o711, 0o700, 0o700, 0o700] == [mode(folder) for folder in folders]


def test_folders_that_exist_keep_their_modes(home):
    home.path.mkdir(mode=0o750)
    home.path.chmod(0o750)
    home.create()
    assert 0o750 == mode(home.path)


def test_a_secret_stays_the_same_and_is_nobody_elses(home):
    first = home.secret("signing")
    assert first == Home(home.path).secret("signing")
    assert first != home.secret("other")
    assert len(first) >= 40
    assert 0o600 == mode(home.keys / "signing")


def test_secrets_asked_for_at_once_are_one(home):
    with ThreadPoolExecutor(8) as pool:
        secrets = set(pool.map(lambda _: home.secret("signing"), range(32)))
    assert 1 == len(secrets)
    assert [home.keys / "signing"] == list(home.keys.iterdir())


@pytest.mark.parametrize("name", ["", "../signing", "a/b", ".hidden", "Upper", "a--b", "signing\n"])
def test_a_secret_has_a_plain_name(home, name):
    with pytest.raises(ValueError, match="not a name for a secret"):
        home.secret(name)


def test_a_file_is_found_again_under_its_sha256(home):
    content = "қазына".encode()
    digest = home.store_file(content)
    assert hashlib.sha256(content).hexdigest() == digest
    assert content == home.file(digest).read_bytes()
    assert 0o600 == mode(home.file(digest))


def test_a_file_stored_twice_is_stored_once(home):
    assert home.store_file(b"register") == home.store_file(b"register")
    assert 1 == len(list(home.files.iterdir()))


@pytest.mark.parametrize("digest", ["", "../keys/signing", "f" * 63, "F" * 64])
def test_a_file_has_no_other_name_than_a_sha256(home, digest):
    with pytest.raises(ValueError, match="not a SHA-256"):
        home.file(digest)


def test_a_lock_is_held_by_one_at_a_time(home):
    entered = threading.Event()

    def enter() -> None:
        with home.lock("server"):
            entered.set()

    with home.lock("server"):
        other = threading.Thread(target=enter)
        other.start()
        assert not entered.wait(0.2)
    other.join(5)
    assert entered.is_set()


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs /proc")
def test_the_lock_is_not_handed_to_programs_that_are_started_meanwhile(home):
    with home.lock("server"):
        open_files = list(Path("/proc/self/fd").iterdir())
        locks = [file for file in open_files if file.exists() and ".lock" in str(file.readlink())]
        assert [False] == [os.get_inheritable(int(file.name)) for file in locks]
