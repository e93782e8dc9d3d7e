"""`rebuild --check` replays every event and compares every table."""

from time import perf_counter

from bench.common import Claim, installation, note
from bench.register_rows import SEED, text
from qazyna.shell.importing import import_register_file
from qazyna.shell.store.replay import check

ROWS = 27_000
"""Register rows: they make some 60,000 events."""
LEAST = 20_000
ROUNDS = 3


def measure() -> Claim:
    with installation() as books:
        register = books.home.path / "register.csv"
        register.write_text(text(ROWS), encoding="utf-8")
        note("  importing")
        import_register_file(books.connection, register, actor="owner")
        taken = []
        for _ in range(ROUNDS):
            begun = perf_counter()
            found = check(books.connection)
            taken.append(perf_counter() - begun)
            if found.found:
                raise SystemExit(f"the books are not equal: {found.differences}")
            note(f"  {found.events / taken[-1]:,.0f} events/s")
    rate = found.events / sorted(taken)[ROUNDS // 2]
    return Claim(
        promise=f"`rebuild --check` replays {LEAST:,} events/s or more",
        measured=f"{rate:,.0f} events/s, median of {ROUNDS}",
        against=f"the floor of {LEAST:,} events/s",
        data=f"{found.events:,} events with {found.entries:,} entries, of {ROWS:,} register rows "
        f"(seed {SEED}); all tables compared, all equal",
        ratio=rate / LEAST,
    )
