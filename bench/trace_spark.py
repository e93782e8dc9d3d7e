"""Clustering one store by the embedded engine and by Spark in local mode, beside each other.

Each runs as the command does, in a process of its own, from its start to its end; what it took is
that of the process and of all that it began, the JVM among it. Labels must be the same to the last
byte. Nothing is promised of the times: Spark is for stores that one machine cannot hold.

    python -m bench.trace_spark                        1 million transactions
    python -m bench.trace_spark --transactions N [--store STORE] [--master URL]
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from hashlib import sha256
from pathlib import Path

from bench.chain import SEED, chain, write_store
from bench.common import note

DEFAULT = 1_000_000
EVERY = 0.2
"""Seconds between two looks at what runs."""


def looked_at(root: int) -> dict[int, tuple[float, int]]:
    """A process and all below it: seconds of processors until now, bytes resident at the peak."""
    parents, seen = {}, {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "stat").read_text().rpartition(")")[2].split()
            peak = (folder / "status").read_text().partition("VmHWM:")[2].split()
        except OSError:
            continue  # it has ended meanwhile
        ticks = int(words[11]) + int(words[12])
        parents[int(folder.name)] = int(words[1])
        seen[int(folder.name)] = (
            ticks / os.sysconf("SC_CLK_TCK"), int(peak[0]) * 1024 if peak else 0
        )  # fmt: skip
    below, found = {root}, 0
    while len(below) != found:
        found = len(below)
        below |= {each for each, parent in parents.items() if parent in below}
    return {each: seen[each] for each in below if each in seen}


def ran(store: Path, *words: str) -> tuple[float, float, int, Path]:
    """Seconds on the wall, seconds of processors, bytes at the peak, and the labels written."""
    command = [str(Path(sys.executable).with_name("qazyna")), "trace", "cluster", str(store)]
    begun = time.perf_counter()
    process = subprocess.Popen(
        [*command, "--ids-only", "--json", *words], stdout=subprocess.PIPE, text=True
    )
    last: dict[int, tuple[float, int]] = {}
    most = 0
    while process.poll() is None:
        now = looked_at(process.pid)
        last |= now
        most = max(most, sum(peak for _, peak in now.values()))
        time.sleep(EVERY)
    taken = time.perf_counter() - begun
    out = process.communicate()[0]
    if process.returncode:
        raise SystemExit(f"{' '.join(words)} failed: {out}")
    return taken, sum(each for each, _ in last.values()), most, Path(json.loads(out)["ids"])


def main() -> None:
    reader = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    reader.add_argument("--transactions", type=int, default=DEFAULT)
    reader.add_argument("--store", type=Path, help="a store that `bench.chain --store` wrote")
    reader.add_argument("--master", default="local[*]")
    given = reader.parse_args()
    with tempfile.TemporaryDirectory(prefix="qazyna-bench-") as folder:
        store = given.store
        if store is None:
            store = Path(folder) / "store"
            note(f"{given.transactions:,} transactions, seed {SEED} …")
            write_store(chain(given.transactions), store)
        ways = {"embedded": (), "spark": ("--engine", "spark", "--master", given.master)}
        found = set()
        print(f"{'engine':<10} {'seconds':>8} {'of processors':>14} {'GB at the peak':>15}")
        for name, words in ways.items():
            seconds, processors, peak, ids = ran(store, *words)
            found.add(sha256(ids.read_bytes()).hexdigest())
            print(f"{name:<10} {seconds:>8.1f} {processors:>14.1f} {peak / 1e9:>15.2f}", flush=True)
        if len(found) != 1:
            raise SystemExit("the labels differ")
        print("the labels are the same")


if __name__ == "__main__":
    main()
