"""Compiled kernels: kept in a folder of the user's own, found again, and never stale."""

import pytest

from qazyna.shell import kernels

numba = pytest.importorskip("numba")


@pytest.fixture
def package(tmp_path):
    folder = tmp_path / "package"
    folder.mkdir()
    (folder / "a.py").write_text("A = 1\n", "utf-8")
    return folder


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch, tmp_path):
    monkeypatch.setattr(numba.config, "CACHE_DIR", "")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def where(package):
    with kernels.kept(package):
        found = numba.config.CACHE_DIR
    assert numba.config.CACHE_DIR == ""
    return found


def test_the_same_source_is_found_again_and_another_is_not(package, tmp_path):
    first = where(package)

    assert first == where(package)
    assert first.startswith(str(tmp_path / "cache" / "qazyna" / "kernels"))
    (package / "b.py").write_text("B = 1\n", "utf-8")
    assert first != where(package)


def test_a_folder_that_cannot_be_made_is_replaced_by_one_for_this_run(package, tmp_path):
    (tmp_path / "cache").write_text("no folder", "utf-8")
    found = where(package)

    assert not found.startswith(str(tmp_path / "cache"))
    assert found


def test_a_folder_that_somebody_set_counts(package, monkeypatch, tmp_path):
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path / "mine"))
    with kernels.kept(package):
        assert str(tmp_path / "mine") == numba.config.CACHE_DIR
