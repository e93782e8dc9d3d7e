"""Ingest of bitcoin-etl Parquet, from the command to a whole store, address strings to ids.

The command runs in a process of its own, from its start to its end, hashing the files for the
manifest among it; its peak memory is that process's. Beside it stands a bare scan: a process that
decodes the same columns of the same files with Polars, and does nothing with them. Kernels are
compiled once before the clock starts, as after an installation's first use.

    python -m bench trace_ingest                       2 million transactions
    python -m bench.trace_ingest --full                10 million: some ten minutes, 8 GB of disk
    python -m bench.trace_ingest --transactions N [--files FOLDER] [--rounds N]
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from bench.chain import SEED, chain, write_parquet
from bench.common import Claim, note

DEFAULT, FULL = 2_000_000, 10_000_000
PROMISED = 200_000
"""Transactions a second."""

MOST_MEMORY = 4_000_000_000

COLUMNS = (
    "hash",
    "block_number",
    "block_hash",
    "block_timestamp",
    "is_coinbase",
    "index",
    "inputs",
    "outputs",
    "output_value",
)

SCAN = """
import sys, polars as pl
for file in sys.argv[2:]:
    pl.read_parquet(file, columns=sys.argv[1].split(","))
"""


@dataclass(frozen=True, slots=True)
class Ran:
    """What a process took: seconds on the wall, seconds of processors, bytes at its peak."""

    seconds: float
    processors: float
    memory: int


def ran(*words: str) -> Ran:
    """Run a process to its end and say what it took; raise if it fails."""
    # As anywhere, Python keeps the modules that it compiled, whatever this shell was told.
    env = {name: at for name, at in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    begun = time.perf_counter()
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, env=env)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{' '.join(words[:4])} ended with {process.returncode}")
    took = time.perf_counter() - begun
    return Ran(took, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024)


def ingest(files: Path, store: Path) -> Ran:
    """The command, as anybody gives it."""
    main = "from qazyna.shell.cli import main; main()"
    asked = ("trace", "ingest", "--format", "bitcoin-etl", str(files), "--store", str(store))
    return ran(sys.executable, "-c", main, *asked)


def scan(files: Path) -> Ran:
    """The same columns decoded, file by file, and forgotten."""
    names = sorted(str(each) for each in files.iterdir())
    return ran(sys.executable, "-c", SCAN, ",".join(COLUMNS), *names)


def size(folder: Path) -> int:
    """The bytes of all files in a folder."""
    return sum(each.stat().st_size for each in folder.rglob("*") if each.is_file())


def measure(transactions: int = DEFAULT, files: Path | None = None, rounds: int = 1) -> Claim:
    with tempfile.TemporaryDirectory(prefix="qazyna-bench-") as folder:
        place = Path(folder)
        warm = place / "warm"
        write_parquet(chain(4_000), warm)
        ingest(warm, place / "warm.store")
        if files is None:
            note(f"writing {transactions:,} transactions as Parquet …")
            files = place / "files"
            write_parquet(chain(transactions), files)
        ours, theirs = [], []
        for number in range(rounds):
            note("ingesting …")
            ours.append(ingest(files, place / f"store-{number}"))
            note("scanning …")
            theirs.append(scan(files))
        best = min(ours, key=lambda each: each.seconds)
        bare = min(theirs, key=lambda each: each.seconds)
        on_disk, in_files = size(place / "store-0"), size(files)
    rate = transactions / best.seconds
    memory = max(each.memory for each in ours)
    ratio = min(rate / PROMISED, MOST_MEMORY / memory)
    return Claim(
        promise=f"bitcoin-etl Parquet at {PROMISED:,} transactions a second or more, address "
        f"strings to ids included, in under {MOST_MEMORY / 1e9:.0f} GB",
        measured=f"{rate:,.0f} transactions/s, {memory / 1e9:.2f} GB at the peak",
        against="what is promised; the lower of the ratios of rate and of memory",
        data=f"{transactions:,} transactions, seed {SEED}, {in_files / 1e9:.2f} GB of Parquet; "
        f"best of {rounds}",
        ratio=ratio,
        details=[
            f"ingest {best.seconds:.1f} s on the wall, {best.processors:.1f} s of processors; "
            f"the store takes {on_disk / 1e9:.2f} GB",
            f"a bare scan of the same columns {bare.seconds:.1f} s on the wall, "
            f"{bare.processors:.1f} s of processors, {bare.memory / 1e9:.2f} GB; "
            f"ingest takes {best.seconds / bare.seconds:.1f} times as long",
        ],
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--transactions", type=int, default=DEFAULT)
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--files", type=Path, help="a folder made by bench.chain --parquet")
    parser.add_argument("--rounds", type=int, default=1)
    asked = parser.parse_args()
    transactions = FULL if asked.full else asked.transactions
    print(measure(transactions, asked.files, asked.rounds).text("trace_ingest"))


if __name__ == "__main__":
    main()
