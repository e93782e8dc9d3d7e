"""Sealing what was committed, and proving a leaf of a large log.

The claim: 10,000 leaves a second or more are sealed, the signed checkpoint included, and a leaf of
10^6 is proven in less than 5 ms, in the median. Both on a register import of our own making. On a
machine that is shared the last percent of proofs waits for a processor more than it works, so it is
told beside what the barest question to the database took in its last percent, in the same run.
"""

from random import Random
from time import perf_counter

from bench.common import Claim, installation, note
from bench.register_rows import SEED, text
from qazyna.log.checkpoint import opened
from qazyna.log.merkle import verify_inclusion
from qazyna.log.tiles import WIDTH, Tile
from qazyna.shell.importing import import_register_file
from qazyna.shell.log.proving import path_of
from qazyna.shell.log.reading import hashes, head
from qazyna.shell.log.sealing import seal
from qazyna.shell.log.signing import latest, log_key

ROWS = 230_000
"""Register rows: they make somewhat more than 10^6 leaves."""
LEAST = 10_000
MOST_MS = 5.0
PROOFS = 2_000


def measure(rows: int = ROWS) -> Claim:
    with installation() as books:
        connection = books.connection
        register = books.home.path / "register.csv"
        register.write_text(text(rows), encoding="utf-8")
        note("  importing")
        import_register_file(connection, register, actor="owner")
        note("  sealing")
        begun = perf_counter()
        done = seal(connection, books.home)
        rate = done.added / (perf_counter() - begun)
        note(f"  {rate:,.0f} leaves/s")
        key = log_key(connection)
        assert key is not None
        opened(latest(connection, books.home), key)

        bare = []
        for _ in range(PROOFS):
            begun = perf_counter()
            connection.execute("SELECT 1").fetchone()
            bare.append(1000 * (perf_counter() - begun))
        # A proof is read from the database anew each time: nothing is remembered between them.
        taken = []
        random = Random(SEED)
        for _ in range(PROOFS):
            index = random.randrange(done.size)
            begun = perf_counter()
            now = head(connection)
            path = path_of(connection, index, now.size)
            taken.append(1000 * (perf_counter() - begun))
            (leaf,) = hashes(connection, Tile(0, index // WIDTH, WIDTH))[index % WIDTH :][:1]
            verify_inclusion(index, now.size, leaf, path, now.root)
    (middle, last), (quick, slow) = _percentiles(taken), _percentiles(bare)
    return Claim(
        promise=f"{LEAST:,} leaves/s sealed; a leaf of 10^6 proven within {MOST_MS:.0f} ms",
        measured=f"{rate:,.0f} leaves/s; proofs p50 {middle:.2f} ms, p99 {last:.2f} ms",
        against=f"the floors of {LEAST:,} leaves/s and {MOST_MS:.0f} ms (for the median)",
        data=f"{done.size:,} leaves of {rows:,} register rows (seed {SEED}), sealed as one batch; "
        f"{PROOFS:,} proofs of leaves at random, each verified",
        details=[f"the barest question then: p50 {quick:.2f} ms, p99 {slow:.2f} ms"],
        ratio=min(rate / LEAST, MOST_MS / middle),
    )


def _percentiles(taken: list[float]) -> tuple[float, float]:
    """The median, and what 99 of 100 stay below."""
    taken.sort()
    return taken[len(taken) // 2], taken[len(taken) * 99 // 100]
