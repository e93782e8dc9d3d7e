"""The sides of `trace_cluster`, each run in a process of its own that loads what it needs only."""

import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

Labels = np.ndarray

DUCKDB_MEMORY = "12GB"
"""Beyond it, DuckDB goes on from disk, beside the files."""

PIECE = 1 << 20
"""Rows that ours reads at once, sixteen row groups as `store.writing` makes them: half of a file. A
file at once takes a tenth of the time less and an eighth of the memory more."""


def of_ours(files: list[Path], addresses: int) -> Callable[[], Labels]:
    import polars as pl

    from qazyna.tracing.cluster.cospend import Piece, cospend

    none = np.zeros(0, np.uint32)

    def piece(file: Path, begin: int, count: int) -> Piece:
        def read() -> tuple[Labels, Labels, Labels]:
            rows = pl.scan_parquet(file).select("tx", "addr").slice(begin, count).collect()
            return rows["tx"].to_numpy(), rows["addr"].to_numpy(), none

        return read

    def pieces() -> Iterator[Piece]:
        for file in files:
            rows = pl.scan_parquet(file).select(pl.len()).collect().item()
            count = -(-rows // max(1, round(rows / PIECE)))
            yield from (piece(file, begin, count) for begin in range(0, rows, count))

    return lambda: cospend(pieces(), addresses).labels


def of_graphsense(files: list[Path], addresses: int, by: str) -> Callable[[], Labels]:
    import pyarrow as pa
    import pyarrow.parquet as pq
    from gs_clustering import Clustering

    names = ["tx", "addr"]

    def lists(tx: Labels, addr: Labels) -> Any:
        begins = np.flatnonzero(np.diff(tx, prepend=tx[0] + 1))
        ends = np.append(begins, len(tx)).astype(np.int32)
        return pa.ListArray.from_arrays(pa.array(ends), pa.array(addr))

    def groups() -> Iterator[tuple[Labels, Labels]]:
        """Row groups; the last transaction of each waits for the next, where it may go on."""
        tx, addr = np.zeros(0, np.uint32), np.zeros(0, np.uint32)
        for file in files:
            with pq.ParquetFile(file) as read:
                for number in range(read.num_row_groups):
                    table = read.read_row_group(number, columns=names)
                    tx = np.concatenate([tx, table["tx"].to_numpy()])
                    addr = np.concatenate([addr, table["addr"].to_numpy()])
                    whole = int(np.searchsorted(tx, tx[-1]))
                    yield tx[:whole], addr[:whole]
                    tx, addr = tx[whole:], addr[whole:]
        yield tx, addr

    def tables() -> Iterator[tuple[Labels, Labels]]:
        for part in [files] if by == "whole" else [[file] for file in files]:
            table = pq.read_table(part, columns=names)
            yield table["tx"].to_numpy(), table["addr"].to_numpy()

    def run() -> Labels:
        made = Clustering(max_address_id=addresses - 1)
        for tx, addr in groups() if by == "group" else tables():
            if len(tx):
                made.process_transactions_arrow(lists(tx, addr))
        return made.get_mapping()["cluster_id"].to_numpy()

    return run


def of_scipy(files: list[Path], addresses: int) -> Callable[[], Labels]:
    import polars as pl
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
        base.execute(f"SET memory_limit = '{DUCKDB_MEMORY}'")
        base.execute(f"SET temp_directory = '{files[0].parent / 'duckdb'}'")
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
    import polars as pl

    def run() -> Labels:
        for file in files:
            pl.read_parquet(file, columns=["tx", "addr"]).select(pl.all().max())
        return np.zeros(0, np.uint32)

    return run


SIDES: dict[str, Callable[[list[Path], int], Callable[[], Labels]]] = {
    "ours": of_ours,
    "graphsense whole": lambda files, addresses: of_graphsense(files, addresses, "whole"),
    "graphsense by file": lambda files, addresses: of_graphsense(files, addresses, "file"),
    "graphsense by group": lambda files, addresses: of_graphsense(files, addresses, "group"),
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


if __name__ == "__main__":
    print(json.dumps(side(sys.argv[1], Path(sys.argv[2]))))
