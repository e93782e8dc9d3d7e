"""The page on exports: its examples run, on the demo, with the programs it speaks of."""

import os
import re
import subprocess
import sys
from pathlib import Path

from qazyna.shell import demonstration
from tests.shell.exports.test_programs import installation

PAGE = (Path(__file__).parents[3] / "docs" / "exports.md").read_text("utf-8")


def steps():
    """Each line after a $, and what stands below it."""
    for block in re.findall(r"^```console\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE):
        for step in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            asked, _, shown = step.partition("\n")
            yield asked, shown.rstrip("\n")


def test_the_examples_run(own_database, tmp_path, hledger, bean_check):
    with installation(own_database.url(), tmp_path / "home") as books:
        demonstration.load(books)
    programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {
        **os.environ,
        "PATH": programs,
        "COLUMNS": "120",
        "DATABASE_URL": own_database.url(),
        "QAZYNA_HOME": str(tmp_path / "home"),
    }
    count = 0
    for asked, shown in steps():
        done = subprocess.run(
            asked,
            shell=True,
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            encoding="utf-8",
            timeout=120,
        )
        said = (done.stdout + done.stderr).rstrip("\n")
        pattern = ".*".join(re.escape(part) for part in shown.split("…"))
        assert re.fullmatch(pattern, said, re.DOTALL), f"$ {asked}\n{said}"
        assert 0 == done.returncode
        count += 1
    assert count > 6
