"""Clusters by co-spend, from Parquet to labels, against the GraphSense wheel, scipy and DuckDB.

Each side runs in a process of its own, on the same files of two columns (transaction, address), as
a store writes them. The clock starts when it has run once on a thousand rows, so that libraries are
loaded and kernels compiled, and stops when the labels of all addresses stand in memory; its peak
memory is that of the whole process. All sides must find the same clusters. The GraphSense wheel is
fed in two ways: the whole table at once, and a file at a time, which takes it less memory; the
promises are measured against the faster of the two, and against the one that takes less memory.
Memory is promised of 50 million transactions: at a few million the libraries outweigh the chain.

    python -m bench trace_cluster                      5 million transactions
    python -m bench.trace_cluster --full               50 million: some ten minutes, 1.5 GB of disk
    python -m bench.trace_cluster --transactions N --rounds N --without duckdb
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import polars as pl

from bench.chain import SEED, chain
from bench.common import Claim, note

DEFAULT, FULL = 5_000_000, 50_000_000
ROUNDS = 5
PART = 1_000_000
"""Transactions a file."""
ROW_GROUP = 1 << 18
PROMISED = {"graphsense": 1.5, "scipy": 5.0, "duckdb": 10.0}
LESS_MEMORY = 2.0
SLOW = {"duckdb"}
"""Timed once only beyond SLOW_FROM transactions."""
SLOW_FROM = 10_000_000

Labels = np.ndarray


def write(transactions: int, folder: Path) -> int:
    """The inputs of a synthetic chain as Parquet; how many there are."""
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
            compression="zstd",
            compression_level=1,
            row_group_size=ROW_GROUP,
        )
    (folder / "addresses").write_text(str(made.addresses))
    return len(made.spends)


def of_ours(files: list[Path], addresses: int) -> Callable[[], Labels]:
    from qazyna.tracing.cluster.cospend import Piece, cospend

    none = np.zeros(0, np.uint32)

    def piece(file: Path) -> Piece:
        def read() -> tuple[Labels, Labels, Labels]:
            frame = pl.read_parquet(file, columns=["tx", "addr"])
            return frame["tx"].to_numpy(), frame["addr"].to_numpy(), none

        return read

    return lambda: cospend([piece(file) for file in files], addresses).labels


def of_graphsense(files: list[Path], addresses: int, whole: bool) -> Callable[[], Labels]:
    import pyarrow as pa
    import pyarrow.parquet as pq
    from gs_clustering import Clustering

    def lists(table: Any) -> Any:
        tx, addr = table["tx"].to_numpy(), table["addr"].to_numpy()
        begins = np.flatnonzero(np.diff(tx, prepend=tx[0] + 1))
        ends = np.append(begins, len(tx)).astype(np.int32)
        return pa.ListArray.from_arrays(pa.array(ends), pa.array(addr))

    def run() -> Labels:
        made = Clustering(max_address_id=addresses - 1)
        for part in [files] if whole else [[file] for file in files]:
            made.process_transactions_arrow(lists(pq.read_table(part, columns=["tx", "addr"])))
        return made.get_mapping()["cluster_id"].to_numpy()

    return run


def of_scipy(files: list[Path], addresses: int) -> Callable[[], Labels]:
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    def run() -> Labels:
        frame = pl.read_parquet(files, columns=["tx", "addr"])
        tx, addr = frame["tx"].to_numpy(), frame["addr"].to_numpy()
        first = np.flatnonzero(np.diff(tx, prepend=tx[0] + 1))
        star = np.repeat(addr[first], np.diff(np.append(first, len(tx))))
        edges = star != addr
        pairs = star[edges].astype(np.int32), addr[edges].astype(np.int32)
        graph = coo_array((np.ones(len(pairs[0]), np.int8), pairs), shape=(addresses, addresses))
        return connected_components(graph, directed=False)[1]

    return run


def of_duckdb(files: list[Path], addresses: int) -> Callable[[], Labels]:
    import duckdb

    def run() -> Labels:
        base = duckdb.connect()
        base.execute("SET preserve_insertion_order = false")
        names = ", ".join(f"'{file}'" for file in files)
        base.execute(
            "CREATE TABLE edge AS WITH star AS (SELECT addr AS v, min(addr) OVER (PARTITION BY tx) "
            f"AS w FROM read_parquet([{names}])) SELECT DISTINCT v, w FROM star WHERE v <> w"
        )
        base.execute("INSERT INTO edge SELECT w, v FROM edge")
        base.execute(f"CREATE TABLE label AS SELECT range AS v, range AS r FROM range({addresses})")
        turn = 0
        # Randomised contraction (Bögeholz, Brand and Todor, 2019): each round every vertex goes
        # over to the neighbour, or itself, that a fresh hash puts first.
        while base.execute("SELECT count(*) FROM edge").fetchone()[0]:
            turn += 1
            base.execute(
                "CREATE OR REPLACE TABLE near AS SELECT v, "
                f"CASE WHEN hash(v + {turn}::UBIGINT << 33) < min(hash(w + {turn}::UBIGINT << 33)) "
                f"THEN v ELSE arg_min(w, hash(w + {turn}::UBIGINT << 33)) END AS r "
                "FROM edge GROUP BY v"
            )
            base.execute(
                "CREATE OR REPLACE TABLE label AS SELECT label.v, coalesce(near.r, label.r) AS r "
                "FROM label LEFT JOIN near ON near.v = label.r"
            )
            base.execute(
                "CREATE OR REPLACE TABLE edge AS SELECT DISTINCT a.r AS v, b.r AS w FROM edge "
                "JOIN near a ON a.v = edge.v JOIN near b ON b.v = edge.w WHERE a.r <> b.r"
            )
        return base.execute("SELECT r FROM label ORDER BY v").fetchnumpy()["r"]

    return run


def of_scan(files: list[Path], addresses: int) -> Callable[[], Labels]:
    """A bare scan: both columns are decoded and looked at."""

    def run() -> Labels:
        for file in files:
            pl.read_parquet(file, columns=["tx", "addr"]).select(pl.all().max())
        return np.zeros(0, np.uint32)

    return run


SIDES: dict[str, Callable[[list[Path], int], Callable[[], Labels]]] = {
    "ours": of_ours,
    "graphsense whole": lambda files, addresses: of_graphsense(files, addresses, True),
    "graphsense by file": lambda files, addresses: of_graphsense(files, addresses, False),
    "scipy": of_scipy,
    "duckdb": of_duckdb,
    "scan": of_scan,
}


def side(name: str, folder: Path) -> dict[str, Any]:
    """What one side takes, and a digest of its clusters that does not depend on their names."""
    files = sorted(folder.glob("[0-9]*.parquet"))
    addresses = int((folder / "addresses").read_text())
    warm = [folder / "warm.parquet"]
    if name == "warm":
        of_ours(warm, 1000)()
        return {}
    SIDES[name](warm, 1000)()
    run = SIDES[name](files, addresses)
    begun, worked = time.perf_counter(), time.process_time()
    labels = run()
    taken, worked = time.perf_counter() - begun, time.process_time() - worked
    return {"seconds": taken, "cpu": worked, "peak": _peak(), "digest": _digest(labels)}


def _peak() -> int:
    """The most memory that this process held, in bytes; its parent's is not in it."""
    status = Path("/proc/self/status").read_text()
    return 1024 * int(status.partition("VmHWM:")[2].split()[0])


def _digest(labels: Labels) -> str | None:
    """Of clusters, whatever they are called: how many, and a sum over the least of each."""
    if not len(labels):
        return None
    order = np.arange(len(labels), dtype=np.uint32)
    least = np.zeros(len(labels), np.uint32)
    least[labels[::-1]] = order[::-1]  # of several written to one place, the last stays
    clusters, total = 0, 0
    for low in range(0, len(labels), 1 << 22):
        part = slice(low, low + (1 << 22))
        ids = least[labels[part]]
        clusters += int((ids == order[part]).sum())
        weights = (order[part].astype(np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
        total += int((ids.astype(np.uint64) * weights).sum(dtype=np.uint64))
    return f"{clusters} {total % 2**64:016x}"


def _child(name: str, folder: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.trace_cluster", "--side", name, str(folder)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


def measure(
    transactions: int = DEFAULT, rounds: int = ROUNDS, without: tuple[str, ...] = ()
) -> Claim:
    with tempfile.TemporaryDirectory(prefix="qazyna-bench-") as name:
        folder = Path(name)
        note("  making the chain …")
        inputs = write(transactions, folder)
        addresses = int((folder / "addresses").read_text())
        sides = [each for each in SIDES if each not in without]
        found: dict[str, list[dict[str, Any]]] = {each: [] for each in sides}
        _child("warm", folder)  # compiled once, then kept beside the source
        for turn in range(rounds):
            for each in sides:
                if each in SLOW and turn and transactions >= SLOW_FROM:
                    continue
                found[each].append(_child(each, folder))
                last = found[each][-1]
                note(f"  {turn + 1}: {each} {last['seconds']:.2f} s, {last['peak'] / 1e9:.2f} GB")
    return _claim(transactions, inputs, addresses, rounds, found)


def _claim(
    transactions: int,
    inputs: int,
    addresses: int,
    rounds: int,
    found: dict[str, list[dict[str, Any]]],
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
    times = {"graphsense": seconds[fastest]} | {
        name: seconds[name] for name in ("scipy", "duckdb") if name in seconds
    }
    ratios = {name: taken / ours for name, taken in times.items()}
    memory = peak[smallest] / peak["ours"]
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
                f"{name}: {ratio:.1f} times as fast (promised {PROMISED[name]:g})"
                for name, ratio in ratios.items()
            ),
            f"memory: {smallest} takes {memory:.1f} times as much (promised {LESS_MEMORY:g}, "
            f"at {FULL // 10**6} million transactions)",
            f"a bare scan of the same columns takes {seconds['scan'] / ours:.2f} of our time",
            f"medians of {rounds} rounds in turn"
            + (", DuckDB once" if transactions >= SLOW_FROM and "duckdb" in found else ""),
            "the ratio is the least of those that are promised, each over what is promised of it",
        ],
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--transactions", type=int, default=DEFAULT)
    parser.add_argument("--full", action="store_true", help=f"{FULL:,} transactions")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--without", action="append", default=[], choices=("scipy", "duckdb"))
    parser.add_argument("--side", nargs=2, metavar=("SIDE", "FOLDER"), help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.side:
        print(json.dumps(side(asked.side[0], Path(asked.side[1]))))
        return
    size = FULL if asked.full else asked.transactions
    claim = measure(size, asked.rounds, tuple(asked.without))
    print(claim.text("trace_cluster"))
    sys.exit(0 if claim.held else 1)


if __name__ == "__main__":
    main()
