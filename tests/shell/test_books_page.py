"""The commands of docs/books.md do what the page says, and its list of triggers is whole."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from qazyna.shell import postgres
from qazyna.shell.home import Home

PAGE = (Path(__file__).parents[2] / "docs" / "books.md").read_text("utf-8")


@pytest.fixture
def folder(tmp_path: Path):
    yield tmp_path
    postgres.stop(Home(tmp_path / "home"))


def test_the_page_can_be_followed(folder):
    script = "\n".join(re.findall(r"^```sh\n(.*?)^```", PAGE, re.M | re.S))
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    variables = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    done = subprocess.run(
        ["bash", "-eu", "-c", script],
        cwd=folder,
        env={**variables, "PATH": path},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert 0 == done.returncode, done.stdout + done.stderr
    assert "code: period_closed" in done.stderr
    totals = re.findall(r"^Total +([\d,.]+)", done.stdout, re.M)
    assert ["1,100.01", "1,090.01", "1,090.01"] == totals[-3:]
    assert "misread" in done.stdout
    assert 2 == done.stdout.count("every table is what they say")


def test_every_trigger_of_the_books_has_its_reason(database):
    query = """
        SELECT DISTINCT t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
        WHERE c.relnamespace = 'books'::regnamespace AND NOT t.tgisinternal
    """
    with database.connect() as connection:
        there = {name for (name,) in connection.execute(query)}
    rows = re.findall(r"^\| (`.*?) \|", PAGE, re.M)
    assert there == {name for row in rows for name in re.findall(r"`(\w+)`", row)}
