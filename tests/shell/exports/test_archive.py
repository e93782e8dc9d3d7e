"""The archive of a database's books: all that is in them, and the same balances on every day."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from qazyna.errors import Refused
from qazyna.ledger import archive
from qazyna.ledger.archive import Granted, Recorded
from qazyna.shell import demonstration
from qazyna.shell.cli import app
from qazyna.shell.exports import export, rows
from qazyna.shell.queries.ledger import balances
from tests.shell.exports.test_programs import DEMO_DAYS, installation


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("archive")


@pytest.fixture(scope="module")
def demo(database, folder):
    with installation(database.url(), folder / "home") as books:
        demonstration.load(books)
        yield books


@pytest.fixture(scope="module")
def lines(demo) -> list[bytes]:
    return [line.encode() for line in export(demo.connection, "archive")]


def test_its_sheet_is_what_the_books_say(demo, lines):
    assert balances(demo.connection) == archive.verify(lines).balances()
    for as_of in DEMO_DAYS:
        assert balances(demo.connection, as_of) == archive.verify(lines, as_of).balances(), as_of


def test_every_entry_and_grant_is_in_it(demo, lines):
    told = list(archive.read(lines))
    with rows.one_moment(demo.connection):
        assert list(rows.grants(demo.connection)) == [x for x in told if isinstance(x, Granted)]
        assert list(rows.entries(demo.connection)) == [x for x in told if isinstance(x, Recorded)]
    (counted,) = demo.connection.execute("SELECT count(*) FROM books.entry").fetchone()
    assert counted == archive.verify(lines).entries


def test_entries_come_by_value_date(demo):
    with rows.one_moment(demo.connection):
        days = [one.entry.value_date for one in rows.entries(demo.connection)]
    assert sorted(days) == days


def test_an_export_only_reads(demo):
    """All of it within one transaction, which sees the books as of its beginning."""
    pieces = export(demo.connection, "archive")
    first = next(pieces)
    with pytest.raises(Exception, match="read-only"):
        demo.connection.execute("INSERT INTO books.document VALUES ('', '', '')")
    pieces.close()
    assert first.startswith('{"qazyna_archive"')


# ── The command line ────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def qazyna(demo, database, folder):
    def run(*words: object):
        environment = {"DATABASE_URL": database.url(), "QAZYNA_HOME": str(folder / "home")}
        return CliRunner(env=environment).invoke(app, [str(word) for word in words])

    return run


@pytest.mark.parametrize("form", ["hledger", "beancount", "archive"])
def test_an_export_goes_to_a_file_or_to_standard_output(qazyna, tmp_path, form):
    file = tmp_path / "books.out"
    told = qazyna("ledger", "export", "--format", form, "--out", file, "--json")
    assert 0 == told.exit_code
    assert {"format": form, "file": str(file), "bytes": file.stat().st_size} == json.loads(
        told.stdout
    )
    assert file.read_text("utf-8") == qazyna("ledger", "export", "--format", form).stdout
    assert [file] == list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "words", [("--format", "qif"), ("--format", "hledger", "--json"), ()], ids=str
)
def test_wrong_usage(qazyna, words):
    assert 2 == qazyna("ledger", "export", *words).exit_code


def test_no_folder_for_the_file_is_a_refusal(qazyna, tmp_path):
    told = qazyna(
        "ledger", "export", "--format", "hledger", "--out", tmp_path / "no" / "x", "--json"
    )
    assert 1 == told.exit_code
    assert "system" == json.loads(told.stdout)["refused"]["code"]


def test_a_sheet_is_shown_without_a_database(lines, tmp_path):
    file = tmp_path / "books.archive"
    file.write_bytes(b"".join(lines))
    as_of = DEMO_DAYS[1]
    nowhere = {"DATABASE_URL": "", "QAZYNA_HOME": str(tmp_path / "no-home")}
    words = ["ledger", "sheet", str(file), "--as-of", as_of.isoformat()]
    told = CliRunner(env=nowhere).invoke(app, [*words, "--json"])
    found = archive.verify(lines, as_of)
    assert 0 == told.exit_code
    assert {
        "balances": found.balances(),
        "entries": found.entries,
        "postings": found.postings,
        "grants": found.grants,
    } == json.loads(told.stdout)
    assert "Quantity" in CliRunner(env=nowhere).invoke(app, words).stdout
    assert not (tmp_path / "no-home").exists()


def test_a_file_that_was_altered_is_refused(lines, tmp_path):
    file = tmp_path / "books.archive"
    file.write_bytes(b"".join(lines).replace(b'"final_order"', b'"final-order"', 1))
    told = CliRunner().invoke(app, ["ledger", "sheet", str(file), "--json"])
    assert 1 == told.exit_code
    assert json.loads(told.stdout)["refused"]["code"].startswith("archive_")


def test_no_day_is_before_the_first(lines):
    assert [] == archive.verify(lines, date(2000, 1, 1)).balances()
    with pytest.raises(Refused):
        archive.verify(lines[:-1], date(2000, 1, 1) + timedelta(days=1))
