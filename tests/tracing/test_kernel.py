"""Compiled kernels of tracing: kept in a folder of the user's own, and never stale."""

import os
import subprocess
import sys

import pytest

from qazyna.tracing import kernel


@pytest.fixture
def room(tmp_path):
    (tmp_path / "room" / "deep").mkdir(parents=True)
    (tmp_path / "room" / "deep" / "a.py").write_text("A = 1\n", "utf-8")
    return tmp_path / "room"


def where(room):
    kernel.folder.cache_clear()
    return kernel.folder(room)


def test_the_same_source_is_found_again_and_another_is_not(room, monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    first = where(room)

    assert tmp_path / "cache" / "qazyna" / "kernels" == first.parent
    assert first == where(room)
    (room / "deep" / "a.py").write_text("A = 2\n", "utf-8")
    assert first != where(room)


KEEPS = """
from qazyna.tracing.follow.rows import place
import numpy as np
place(np.array([0, 3, 7]), 5)
print(place.stats.cache_path, *place.stats.cache_hits.values())
"""


def test_a_kernel_is_kept_there_and_found_by_the_next_program(tmp_path):
    env = {**os.environ, "XDG_CACHE_HOME": str(tmp_path)}
    env.pop("NUMBA_CACHE_DIR", None)

    def told():
        command = [sys.executable, "-c", KEEPS]
        done = subprocess.run(command, env=env, check=True, capture_output=True, text=True)
        return done.stdout.split()

    path, *hits = told()
    assert path.startswith(str(tmp_path / "qazyna" / "kernels"))
    assert [] == hits
    assert [path, "1"] == told()
