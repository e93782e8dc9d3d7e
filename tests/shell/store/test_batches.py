"""A large command is written batch after batch; each batch's keys are checked as it is written."""

import csv

import pytest

from bench.register_rows import COLUMNS, text
from qazyna.errors import FileRefused, Refused
from qazyna.history import register as history
from qazyna.office.periods import ClosePeriod
from qazyna.shell.adapters.tables import read_table
from qazyna.shell.importing import import_register_file
from qazyna.shell.store import inserting, writing
from qazyna.shell.store.commit import execute
from qazyna.shell.store.replay import check
from tests.history.register import PENDING
from tests.shell.store.opened import rows

ROWS = 300


@pytest.fixture
def register(tmp_path, monkeypatch):
    """A register file whose events make some dozen batches."""
    monkeypatch.setattr(writing, "BATCH", 64)
    file = tmp_path / "register.csv"
    file.write_text(text(ROWS), encoding="utf-8")
    return file


def test_many_batches_make_the_same_books(books, register):
    assert ROWS == import_register_file(books, register, actor="owner")["accepted"]
    found = check(books)
    assert (False, True) == (bool(found.found), found.events > 6 * writing.BATCH)


def test_what_else_belongs_to_a_large_command_sees_its_events(books, register):
    """Without anything else they are let go before they are written to the end."""
    columns, lines, content = read_table(register)
    command = history.ImportHistory.model_construct(
        file=register.name, columns=columns, rows=tuple(lines)
    )
    seen: list[tuple[int, int]] = []

    def also(connection, world, events, number):
        count = "SELECT count(*) FROM books.event WHERE seq >= %s"
        seen.append((len(events), connection.execute(count, [number]).fetchone()[0]))
        assert all(event.stream in world.states for event in events)

    documents = [(register.name, content)]
    execute(books, command, actor="owner", documents=documents, also=also)
    ((events, written),) = seen
    assert events == written > 6 * writing.BATCH
    assert 0 == check(books).found


def test_a_large_command_asked_again_is_answered_as_before(books, register):
    """From its events, which tell how many rows were new when it was first asked."""
    columns, lines, content = read_table(register)

    def ask():
        command = history.ImportHistory.model_construct(
            file=register.name, columns=columns, rows=tuple(lines)
        )
        documents = [(register.name, content)]
        return execute(books, command, actor="owner", key="one", documents=documents)

    first, again = ask(), ask()
    assert (False, True) == (first.repeated, again.repeated)
    assert (100, ROWS, 0) == (
        len(first.events),
        first.detail["accepted"],
        first.detail["already_known"],
    )
    assert first.detail["events_in_all"] > 6 * writing.BATCH
    assert (first.events, first.detail) == (again.events, again.detail)


BAD = {**PENDING, "asset": "DOGE", "quantity": "NaN"}


@pytest.fixture
def bad_at_last(register, monkeypatch):
    """The same, with a bad row at its end, read when some batches are written already."""
    monkeypatch.setattr(history, "AHEAD", 8)
    with register.open("a", encoding="utf-8", newline="") as file:
        csv.DictWriter(file, COLUMNS, extrasaction="ignore").writerow(BAD)
    return register


def test_a_bad_row_at_the_end_undoes_the_batches_before_it(books, bad_at_last, monkeypatch):
    written = []
    insert = inserting._insert
    monkeypatch.setattr(inserting, "_insert", lambda *batch: written.append(insert(*batch)))
    before = rows(books)
    with pytest.raises(FileRefused) as caught:
        import_register_file(books, bad_at_last, actor="owner")
    assert ["asset", "quantity"] == [found.column for found in caught.value.findings]
    assert len(written) > 3
    assert before == rows(books)


def test_what_is_bad_in_a_file_is_told_before_what_the_database_refuses(books, bad_at_last):
    """The books refuse the first batch, as its dates are closed; the last row was not read yet."""
    execute(books, ClosePeriod(through="2025-12-31"), actor="ann")
    before = rows(books)
    with pytest.raises(FileRefused) as caught:
        import_register_file(books, bad_at_last, actor="owner")
    assert ["asset", "quantity"] == [found.column for found in caught.value.findings]
    assert before == rows(books)


def test_a_file_into_a_closed_period_is_refused(books, register):
    execute(books, ClosePeriod(through="2025-12-31"), actor="ann")
    before = rows(books)
    with pytest.raises(Refused) as caught:
        import_register_file(books, register, actor="owner")
    assert "period_closed" == caught.value.code
    assert before == rows(books)


def test_a_key_is_looked_up_and_not_searched_for(books, register, monkeypatch):
    """However small the tables are when the server plans its look-ups, and whatever it knows.

    An index that has a part of a key, and many rows of one transaction for it, would be read whole
    for each row: what is read would grow with the square of what is written.
    """
    monkeypatch.setattr(writing, "FIRST", 4)
    books.execute("SELECT books.refresh_statistics()")  # by now every transaction wrote one event
    before = _read_from_indexes(books)
    import_register_file(books, register, actor="owner")
    events = books.execute("SELECT count(*) FROM books.event").fetchone()[0]
    read = {table: rows - before[table] for table, rows in _read_from_indexes(books).items()}
    assert {} == {table: rows for table, rows in read.items() if rows > 20 * events}


def _read_from_indexes(books):
    """How many rows were ever read from the indexes of each table."""
    books.execute("SELECT pg_stat_force_next_flush()")
    return dict(
        books.execute(
            "SELECT relname::text, sum(idx_tup_read)::bigint FROM pg_stat_user_indexes"
            " WHERE schemaname = 'books' GROUP BY 1"
        ).fetchall()
    )
