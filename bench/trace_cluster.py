"""Clusters by co-spend, from Parquet to labels, against the GraphSense wheel, scipy and DuckDB.

Each side runs in a process of its own, on the same files of two columns (transaction, address), as
a store writes them. The clock starts when it has run once on a thousand rows, so that libraries are
loaded and kernels compiled, and stops when the labels of all addresses stand in memory; its peak
memory is that of the whole process. All sides must find the same clusters. The GraphSense wheel is
fed in three ways: the whole table at once, a file at a time, and a row group at a time. Promises of
speed and of memory are measured against one of them, the fastest; that it would take less memory in
another way, and how much longer then, is told beside it.
Memory is promised of 50 million transactions: at a few million the libraries outweigh the chain.

    python -m bench trace_cluster                      5 million transactions
    python -m bench.trace_cluster --full               50 million: some ten minutes, 1 GB of disk
    python -m bench.trace_cluster --transactions N --rounds N --without duckdb --files FOLDER
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import polars as pl

from bench.chain import SEED, chain
from bench.common import Claim, note
from bench.trace_cluster_sides import SIDES
from qazyna.tracing.store.writing import ROW_GROUP

DEFAULT, FULL = 5_000_000, 50_000_000
ROUNDS = 5
PART = 1_000_000
"""Transactions a file."""
PROMISED = {"graphsense": 1.5, "scipy": 5.0, "duckdb": 10.0}
LESS_MEMORY = 2.0
SLOW = {"duckdb"}
"""Timed once only beyond SLOW_FROM transactions."""
SLOW_FROM = 10_000_000
MOST_SECONDS = 120
"""Who takes longer than that is stopped, not timed again, and told to take more."""


def write(transactions: int, folder: Path) -> None:
    """The inputs of a synthetic chain as Parquet."""
    made = chain(transactions)
    few = np.arange(1000, dtype=np.uint32)
    pl.DataFrame({"tx": few // 2, "addr": few}).write_parquet(folder / "warm.parquet")
    for part, low in enumerate(range(0, transactions, PART)):
        high = min(low + PART, transactions)
        rows = slice(*made.first_in[[low, high]])
        n_in = np.diff(made.first_in[low : high + 1])
        pl.DataFrame(
            {
                "tx": np.repeat(np.arange(low, high, dtype=np.uint32), n_in),
                "addr": made.addr[made.spends[rows]],
            }
        ).write_parquet(
            folder / f"{part:06d}.parquet",
            compression="lz4",
            row_group_size=ROW_GROUP,
        )
    (folder / "addresses").write_text(str(made.addresses))


def _child(name: str, folder: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.trace_cluster_sides", name, str(folder)]
    bound = MOST_SECONDS if name in SLOW else None
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=bound)
    return json.loads(done.stdout)


def measure(
    transactions: int = DEFAULT,
    rounds: int = ROUNDS,
    without: tuple[str, ...] = (),
    files: Path | None = None,
) -> Claim:
    with tempfile.TemporaryDirectory(prefix="qazyna-bench-") as name:
        folder = files or Path(name)
        if not (folder / "addresses").exists():
            note("  making the chain …")
            write(transactions, folder)
        parts = pl.scan_parquet(folder / "[0-9]*.parquet")
        inputs = parts.select(pl.len()).collect().item()
        addresses = int((folder / "addresses").read_text())
        sides = [each for each in SIDES if each not in without]
        found: dict[str, list[dict[str, Any]]] = {each: [] for each in sides}
        stopped: set[str] = set()
        _child("warm", folder)  # compiled once, then kept beside the source
        for turn in range(rounds):
            for each in list(sides):
                if each in SLOW and turn and transactions >= SLOW_FROM:
                    continue
                try:
                    last = _child(each, folder)
                except subprocess.TimeoutExpired:
                    del found[each]
                    sides.remove(each)
                    stopped.add(each)
                    note(f"  {turn + 1}: {each} is stopped after {MOST_SECONDS:,} s")
                    continue
                found[each].append(last)
                note(f"  {turn + 1}: {each} {last['seconds']:.2f} s, {last['peak'] / 1e9:.2f} GB")
    return _claim(transactions, inputs, addresses, rounds, found, stopped)


def _claim(
    transactions: int,
    inputs: int,
    addresses: int,
    rounds: int,
    found: dict[str, list[dict[str, Any]]],
    stopped: set[str],
) -> Claim:
    digests = {run["digest"] for name in found if name != "scan" for run in found[name]}
    if len(digests) != 1:
        raise RuntimeError(f"the sides do not find the same clusters: {digests}")
    seconds = {name: median(run["seconds"] for run in runs) for name, runs in found.items()}
    peak = {name: median(run["peak"] for run in runs) for name, runs in found.items()}
    cpu = {name: median(run["cpu"] for run in runs) for name, runs in found.items()}
    fed = [name for name in found if name.startswith("graphsense")]
    fastest, smallest = min(fed, key=seconds.__getitem__), min(fed, key=peak.__getitem__)
    ours = seconds["ours"]
    # Who was stopped took at least as long.
    least = seconds | dict.fromkeys(stopped, float(MOST_SECONDS))
    times = {"graphsense": seconds[fastest]} | {
        name: least[name] for name in ("scipy", "duckdb") if name in least
    }
    ratios = {name: taken / ours for name, taken in times.items()}
    memory = peak[fastest] / peak["ours"]
    parts = [ratios[name] / PROMISED[name] for name in ratios]
    if transactions >= FULL:
        parts.append(memory / LESS_MEMORY)
    return Claim(
        promise="Parquet to labels 1.5 times as fast as the GraphSense wheel at half its memory, "
        "5 times scipy, 10 times DuckDB",
        measured=f"{ours:.2f} s ({cpu['ours']:.1f} of processors), {peak['ours'] / 1e9:.2f} GB, "
        f"{transactions / ours / 1e6:.1f} M transactions/s",
        data=f"{transactions:,} transactions (seed {SEED}), {inputs:,} inputs, "
        f"{addresses:,} addresses, {next(iter(digests)).split()[0]} clusters",
        against=", ".join(
            f"{name} {seconds[name]:.2f} s ({cpu[name]:.1f} of processors), "
            f"{peak[name] / 1e9:.2f} GB"
            for name in found
            if name != "ours"
        ),
        ratio=min(parts),
        details=[
            *(
                f"{name}: {ratio:.1f} times as fast{' or more' if name in stopped else ''} "
                f"(promised {PROMISED[name]:g})"
                for name, ratio in ratios.items()
            ),
            f"memory: {fastest}, its fastest way, takes {memory:.2f} times as much (promised "
            f"{LESS_MEMORY:g}, at {FULL // 10**6} million transactions); {smallest}, its smallest, "
            f"{peak[smallest] / peak['ours']:.2f} times as much in {seconds[smallest] / ours:.1f} "
            "times the time",
            f"a bare scan of the same columns takes {seconds['scan'] / ours:.2f} of our time",
            f"medians of {rounds} rounds in turn"
            + (", DuckDB once" if transactions >= SLOW_FROM and "duckdb" in found else "")
            + (f"; DuckDB was stopped after {MOST_SECONDS} s" if "duckdb" in stopped else ""),
            *([] if "duckdb" in times else ["DuckDB was left out: its promise is open"]),
            "the ratio is the least of those that are promised, each over what is promised of it",
        ],
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--transactions", type=int, default=DEFAULT)
    parser.add_argument("--full", action="store_true", help=f"{FULL:,} transactions")
    parser.add_argument("--files", type=Path, help="an empty folder to keep the files in")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--without", action="append", default=[], choices=("scipy", "duckdb"))
    asked = parser.parse_args()
    size = FULL if asked.full else asked.transactions
    claim = measure(size, asked.rounds, tuple(asked.without), asked.files)
    print(claim.text("trace_cluster"))
    sys.exit(0 if claim.held else 1)


if __name__ == "__main__":
    main()
