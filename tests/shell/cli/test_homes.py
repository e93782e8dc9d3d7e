"""Homes as a terminal sees them: processes, real servers, one folder an installation."""

import os
import socket
import subprocess
import sys

import pytest

from qazyna.errors import Refused
from qazyna.shell import postgres
from qazyna.shell.home import Home
from tests.shell.cli.conftest import counted
from tests.shell.cli.line import ROOT, Line

KAZAKHSTAN, TEMPLATE = "kazakhstan", "template"
NO_BALANCES: list[object] = []


def test_a_fresh_home_makes_itself_and_its_server_outlives_the_command(own):
    """Nobody need say `init`; without a word the law is Kazakhstan's, and prices are there."""
    answer = own.apart("statement", "--as-of", "2025-12-17", "--json")

    assert (0, "", "KZ") == (answer.status, answer.err, answer.json["jurisdiction"])
    assert postgres.is_running(Home(own.home))
    assert own.apart("init", "--json").json["blueprint"] == KAZAKHSTAN
    down = own.apart("down", "--json").json
    assert (True, str(own.home)) == (down["database_stopped"], down["home"])
    assert not postgres.is_running(Home(own.home))
    assert own.apart("down", "--json").json["database_stopped"] is False


def test_two_homes_never_meet(own, tmp_path):
    other = Line(tmp_path / "other")
    try:
        first = own.apart("init", "--blueprint", TEMPLATE, "--json")
        own.apart("import", "register", "data/us_seized_sales.csv")
        second = other.apart("init", "--json")
        here, elsewhere = own.json("ledger", "balances"), other.json("ledger", "balances")
        other.apart("down")

        assert [TEMPLATE, KAZAKHSTAN] == [each.json["blueprint"] for each in (first, second)]
        assert here["balances"] != NO_BALANCES
        assert NO_BALANCES == elsewhere["balances"]
        assert here == own.json("ledger", "balances")  # the other one's end was not its own
    finally:
        postgres.stop(Home(other.home))


def test_down_makes_no_home(own):
    assert own.apart("down", "--json").json["database_stopped"] is False
    assert not own.home.exists()


def test_help_is_quick_and_light(own):
    """No command, and no help, loads what it does not need."""
    script = (
        "import sys; from qazyna.shell.cli import main\n"
        "try: main()\n"
        "finally:\n"
        "    heavy = {'django', 'numba', 'polars', 'psycopg', 'numpy', 'duckdb'}\n"
        "    print(sorted(heavy & set(sys.modules)), file=sys.stderr)\n"
    )
    for words in ([], ["import"], ["statement"]):
        done = subprocess.run(
            [sys.executable, "-c", script, *words, "--help"],
            capture_output=True,
            text=True,
            check=True,
            cwd=ROOT,
            env={**os.environ, "QAZYNA_HOME": str(own.home)},
        )
        assert "Usage: " in done.stdout
        assert "[]" == done.stderr.strip()
    assert not own.home.exists()


# ── The law of a home ───────────────────────────────────────────────────────────────────────────


def test_a_second_init_changes_nothing(untouched):
    first = untouched.json("init", "--blueprint", TEMPLATE)
    assert first == untouched.json("init", "--blueprint", TEMPLATE) == untouched.json("init")


def test_another_country_is_another_home(untouched):
    no = untouched.refused("init", "--blueprint", KAZAKHSTAN)
    assert "another_blueprint" == no["code"]
    assert {"in_force": TEMPLATE, "asked": KAZAKHSTAN} == no["facts"]


def test_a_blueprint_can_be_a_file(copies, template, tmp_path):
    file = tmp_path / "meridia.toml"
    text = (ROOT / "blueprints" / "template.toml").read_text("utf-8")
    file.write_text(text + "# as we read it\n", "utf-8")
    line = copies(template)

    assert "meridia" == line.json("init", "--blueprint", file)["blueprint"]
    assert "meridia" == line.json("blueprint", "show")["name"]


BROKEN = {
    b"": "blueprint_invalid",
    b"[jurisdiction]\n": "blueprint_invalid",
    b"not toml": "blueprint_invalid",
    b"a = '\xff'\n": "file_refused",
    None: "no_such_blueprint",
}


def test_a_home_is_not_made_by_a_broken_blueprint_and_can_be_made_after(copies, template, tmp_path):
    line, file = copies(template), tmp_path / "broken.toml"
    for content, code in BROKEN.items():
        file.unlink(missing_ok=True)
        if content is not None:
            file.write_bytes(content)
        assert code == line.refused("init", "--blueprint", file)["code"]
    assert TEMPLATE == line.json("init", "--blueprint", TEMPLATE)["blueprint"]


def test_a_changed_text_of_the_same_blueprint_is_said_to_be_one(untouched, tmp_path):
    file = tmp_path / "template.toml"
    file.write_text(
        (ROOT / "blueprints" / "template.toml").read_text("utf-8") + "# more\n", "utf-8"
    )
    no = untouched.refused("init", "--blueprint", file)
    assert "another_blueprint" == no["code"]
    assert "another text of the blueprint template" in no["message"]


def test_a_first_command_that_was_interrupted_left_nothing(copies, template, monkeypatch):
    """The next one makes the installation whole: its owner can act, and prices are there."""
    from qazyna.shell import importing

    line, whole = copies(template), importing.import_price_file
    empty = counted(line)

    def interrupted(connection, path, **more):
        if "ecb" in path.name:
            raise Refused("interrupted", "The power went.")
        return whole(connection, path, **more)

    with monkeypatch.context() as patch:
        patch.setattr(importing, "import_price_file", interrupted)
        assert "interrupted" == line.refused("init")["code"]
    assert empty == counted(line)

    assert KAZAKHSTAN == line.json("init")["blueprint"]
    line.json("user", "add", "ann", "--role", "registrar")
    assert counted(line)["price"] > 10_000


# ── What else may be wrong with a home ──────────────────────────────────────────────────────────


def test_a_home_that_is_a_file(tmp_path):
    (tmp_path / "home").write_text("")
    no = Line(tmp_path / "home").refused("ledger", "balances")
    assert "system" == no["code"]
    assert str(tmp_path / "home") in no["message"]


@pytest.mark.parametrize(
    "url",
    ["postgresql://nobody@/none?host=/nowhere", "nonsense", "postgresql://127.0.0.1:1/x", "a=b"],
)
def test_a_database_that_is_not_there(tmp_path, url):
    line = Line(tmp_path / "home", {"DATABASE_URL": url})
    assert "no_server" == line.refused("ledger", "balances")["code"]
    answer = line("ledger", "balances")
    assert (1, "") == (answer.status, answer.out)
    assert answer.err


def test_pages_are_not_served_where_somebody_else_listens(untouched):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert "address_in_use" == untouched.refused("up", "--port", port)["code"]
