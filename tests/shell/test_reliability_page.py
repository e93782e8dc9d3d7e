"""The commands of docs/reliability.md do what the page says."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from qazyna.shell import postgres
from qazyna.shell.home import Home

PAGE = Path(__file__).parents[2] / "docs" / "reliability.md"


@pytest.fixture
def folder(tmp_path: Path):
    yield tmp_path
    for name in ("home", "restored", "standby"):
        postgres.stop(Home(tmp_path / name))


def test_the_page_can_be_followed(folder):
    script = "\n".join(re.findall(r"^```sh\n(.*?)^```", PAGE.read_text("utf-8"), re.M | re.S))
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-eu", "-c", script],
        cwd=folder,
        env={**os.environ, "PATH": path},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert 0 == done.returncode, done.stdout + done.stderr
    assert "equal to what was sealed and replayed" in done.stdout
    assert "stands alone now" in done.stdout
