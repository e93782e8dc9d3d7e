"""A register of 100,000 rows, imported as one command through the same rules as everything else."""

from time import perf_counter

from bench.common import Claim, installation, note
from bench.register_rows import SEED, text
from qazyna.shell.importing import import_register_file

ROWS = 100_000
LEAST = 3_000


def measure() -> Claim:
    with installation() as books:
        register = books.home.path / "register.csv"
        register.write_text(text(ROWS), encoding="utf-8")
        note("  importing")
        begun = perf_counter()
        answer = import_register_file(books.connection, register, actor="owner")
        taken = perf_counter() - begun
        if answer["accepted"] != ROWS:
            raise SystemExit(f"not all rows were accepted: {answer}")
        counts = books.connection.execute(
            "SELECT (SELECT count(*) FROM books.event), (SELECT count(*) FROM books.posting)"
        ).fetchone()
    rate = ROWS / taken
    return Claim(
        promise=f"a register is imported at {LEAST:,} rows/s or more",
        measured=f"{rate:,.0f} rows/s: read, judged, decided, written, committed, analysed in "
        f"{taken:.1f} s",
        against=f"the floor of {LEAST:,} rows/s",
        data=f"{ROWS:,} rows (seed {SEED}): {counts[0]:,} events, {counts[1]:,} postings",
        ratio=rate / LEAST,
    )
