"""Entries in bulk through the one way in, against a bare COPY of the same rows.

In bulk, what this program offers is a register: one command, decided row by row, all of it written
in one transaction under all guards, with events, entries and their leaves, postings, grants drawn
down, running quantities that no day may find below zero, and the folded state of every case. What
is timed begins with the command and ends with its commit: the file was read before, and the tables
are analysed after. The floor is the least that storing takes: the same rows of events, entries
and holdings, by COPY, into tables without a key or a rule, committed just as durably.
"""

import os
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import psycopg

from bench.common import Claim, installation, note
from bench.register_rows import SEED, text
from qazyna.history.register import ImportHistory
from qazyna.shell import postgres
from qazyna.shell.acting import act
from qazyna.shell.adapters.tables import read_table

ROWS = 30_000
LEAST = 10_000
TABLES = ("event", "entry", "holding")


def measure() -> Claim:
    with installation() as books:
        register = books.home.path / "register.csv"
        register.write_text(text(ROWS), encoding="utf-8")
        columns, rows, content = read_table(register)
        command = ImportHistory.model_construct(
            file=register.name, columns=columns, rows=tuple(rows)
        )
        note("  importing")
        server = books.connection.info.backend_pid
        begun, spent = perf_counter(), (_spent(server), process_time())
        act(books.connection, command, actor="owner", documents=[(register.name, content)])
        taken = perf_counter() - begun
        ours = _spent(server) - spent[0], process_time() - spent[1]
        with psycopg.connect(postgres.connection("qazyna_owner", books.home)) as owner:
            counts = [_count(owner, table) for table in (*TABLES, "posting")]
            note("  copying")
            floor = _copied(owner)
    entries = counts[1]
    rate = entries / taken
    return Claim(
        promise=f"{LEAST:,} entries/s in bulk, with events, postings, quantities and all guards",
        measured=f"{rate:,.0f} entries/s: {entries:,} decided, written and committed in "
        f"{taken:.1f} s",
        against=f"the floor of {LEAST:,} entries/s",
        data=f"{ROWS:,} register rows (seed {SEED}), one command and one transaction: "
        + "{:,} events, {:,} entries, {:,} holdings; {:,} postings".format(*counts),
        ratio=rate / LEAST,
        details=[
            f"a bare COPY of the same rows, without a key or a rule: {entries / floor:,.0f} "
            f"entries/s; the whole path reaches {floor / taken:.3f} of it",
            "CPU time: PostgreSQL's process {:.0f} µs an entry, Python {:.0f} µs".format(
                *(1e6 * each / entries for each in ours)
            ),
        ],
    )


def _spent(process: int) -> float:
    """Seconds of CPU time that a process has had."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _count(owner: Any, table: str) -> int:
    return owner.execute(f"SELECT count(*) FROM books.{table}").fetchone()[0]


_COLUMNS = """
    SELECT array_agg(format('%%I %%s', attname,
                            format_type(coalesce(nullif(typbasetype, 0), atttypid), NULL))
                     ORDER BY attnum)
    FROM pg_attribute JOIN pg_type t ON t.oid = atttypid
    WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped
"""
"""The columns of a table, without a rule: of a domain, what it is made of."""


def _copied(owner: Any) -> float:
    """Seconds to store the same rows bare."""
    kept: dict[str, list[bytes]] = {}
    for table in TABLES:
        columns = ", ".join(owner.execute(_COLUMNS, [f"books.{table}"]).fetchone()[0])
        owner.execute(f"CREATE TABLE public.bare_{table} ({columns})")
        with owner.cursor().copy(f"COPY (TABLE books.{table}) TO STDOUT") as out:
            kept[table] = [bytes(block) for block in out]
    owner.commit()
    begun = perf_counter()
    for table, blocks in kept.items():
        with owner.cursor().copy(f"COPY public.bare_{table} FROM STDIN") as into:
            into.write(b"".join(blocks))
    owner.commit()
    return perf_counter() - begun
