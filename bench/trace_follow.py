"""Taint along a chain, in transactions scanned a second, against plain Python and a bare scan.

Twenty coins of the middle of the synthetic chain are followed to its end, each a source of its
own, from the store's Parquet files to tables of what is tainted; kernels are compiled before. The
floor reads the one column that every scan must read (whose output an input spends) and tests each
row. Each policy, and the floor, runs in a process of its own, whose peak memory is told: among it
the pages of the store that it has mapped, which are the system's to take back. Plain Python follows
the same coins by the same definitions from the same files, up to some block; there both must find
the same amounts. How it fares once its lists stand in memory, while we still read files, is told
beside it.

    python -m bench trace_follow                      2 million transactions
    python -m bench.trace_follow --full               50 million: some 15 minutes, 17 GB of disk
    python -m bench.trace_follow --transactions N --rounds N --store DIR
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

from bench.chain import chain, write_store
from bench.common import Claim, note, seconds
from qazyna.tracing.follow.answer import Trace, trace
from qazyna.tracing.follow.columns import runs
from qazyna.tracing.follow.pool import Seeds
from qazyna.tracing.follow.question import POLICIES as ALL
from qazyna.tracing.follow.rows import first_hit
from qazyna.tracing.follow.running import scanned
from qazyna.tracing.store.reading import Store

DEFAULT, FULL, WARM = 2_000_000, 50_000_000, 20_000
ROUNDS = 5
COINS = 20
PROMISED, TIMES = 5_000_000, 10.0
POLICIES = ("haircut", "fifo", "lifo")
BARE = "scan"
AIM = 20_000_000
PYTHON = 1_000_000
"""Plain Python gets so many transactions."""

Rows = dict[tuple[int, int, int], int]
"""(tx, n, source) -> base units of an output that nobody has spent"""


def coins(store: Store, at: float = 0.5) -> Seeds:
    """Outputs of transactions one after another: first outputs, never a coinbase's."""
    first = int(store.manifest.transactions * at)
    tx = store.transactions(["tx", "coinbase"]).slice(first, 10 * COINS).collect()
    found = tx.filter(~pl.col("coinbase"))["tx"].head(COINS).to_numpy()
    return Seeds(found, np.zeros(COINS, np.int64), np.arange(COINS, dtype=np.int32))


def ours(store: Store, seeds: Seeds, policy: str, until: int | None = None) -> Trace:
    parts = runs(store, int(seeds.tx[0]), until, None)
    pool = scanned(parts, seeds, ALL.index(policy), COINS, store.manifest.transactions, stopping=0)
    return trace(pool, policy)


def bare(store: Store, first: int) -> None:
    """Read the column, test every row against an empty bitmap of the same size."""
    live = np.zeros(store.manifest.transactions // 64 + 2, np.uint64)
    for run in runs(store, first, None, None):
        first_hit(live, run.prev_tx, 0, run.inputs)


def rows_of(found: Trace) -> Rows:
    rests = found.outputs.filter(pl.col("spent_by").is_null()).join(found.shares, on="row")
    rests = rests.filter(pl.col("amount") > 0)
    return {
        (tx, n, source): amount
        for tx, n, source, amount in rests.select("tx", "n", "source", "amount").iter_rows()
    }


class Plain:
    """The same definitions over Python's own lists, coin by coin of what is tainted."""

    def __init__(self, store: Store, seeds: Seeds, until: int) -> None:
        part = next(p for p in store.manifest.parts if p.first_tx + p.transactions > seeds.tx[0])
        first = part.first_tx
        tx = store.transactions(["tx", "height", "coinbase", "n_in", "n_out"])
        tx = tx.filter((pl.col("tx") >= first) & (pl.col("height") <= until)).collect()
        last = int(tx["tx"][-1])
        within = (pl.col("tx") >= first) & (pl.col("tx") <= last)
        spends = store.inputs(["tx", "prev_tx", "prev_n", "value"]).filter(within).collect()
        values = store.outputs(["tx", "value"]).filter(within).collect()["value"].to_list()
        inputs = list(spends.select("prev_tx", "prev_n", "value").iter_rows())
        self.blocks: list[list[tuple[int, bool, list[tuple[int, int, int]], list[int]]]] = []
        at_in = at_out = 0
        height = -1
        for number, of, coinbase, n_in, n_out in tx.iter_rows():
            if of != height:
                self.blocks.append([])
                height = of
            ins, outs = inputs[at_in : at_in + n_in], values[at_out : at_out + n_out]
            self.blocks[-1].append((number, coinbase, ins, outs))
            at_in, at_out = at_in + n_in, at_out + n_out
        self.transactions = len(tx)
        self.seeds = {int(tx): source for tx, source in zip(seeds.tx, seeds.source, strict=True)}

    def fifo(self) -> Rows:
        taint: dict[tuple[int, int], list[tuple[int, int]]] = {}
        for block in self.blocks:
            fees: list[tuple[int, int]] = []
            dirty = False
            for number, coinbase, ins, outs in block:
                if coinbase:
                    continue
                came = False
                for prev, n, _ in ins:
                    if (prev, n) in taint:
                        came = True
                        break
                if not came and number not in self.seeds:
                    paid = sum(value for _, _, value in ins) - sum(outs)
                    fees.append((paid, -1))
                    continue
                queue: list[tuple[int, int]] = []
                for prev, n, value in ins:
                    queue += taint.pop((prev, n), None) or [(value, -1)]
                for n, part in enumerate(_cut(queue, outs)):
                    if n == 0 and number in self.seeds:
                        taint[number, n] = [(outs[n], self.seeds[number])]
                    elif any(source >= 0 for _, source in part):
                        taint[number, n] = part
                fees += queue
                dirty = dirty or any(source >= 0 for _, source in queue)
            if dirty:
                number, _, _, outs = block[0]
                subsidy = sum(outs) - sum(amount for amount, _ in fees)
                queue = [(subsidy, -1), *fees]
                for n, part in enumerate(_cut(queue, outs)):
                    if any(source >= 0 for _, source in part):
                        taint[number, n] = part
        found: Rows = {}
        for output, part in taint.items():
            for amount, source in part:
                if source >= 0:
                    found[*output, source] = found.get((*output, source), 0) + amount
        return found

    def haircut(self) -> Rows:
        taint: dict[tuple[int, int], dict[int, int]] = {}
        for block in self.blocks:
            fees, dirty = 0, dict[int, int]()
            for number, coinbase, ins, outs in block:
                if coinbase:
                    continue
                came = False
                for prev, n, _ in ins:
                    if (prev, n) in taint:
                        came = True
                        break
                fee = sum(value for _, _, value in ins) - sum(outs)
                fees += fee
                if not came and number not in self.seeds:
                    continue
                totals: dict[int, int] = {}
                for prev, n, _ in ins:
                    for source, amount in taint.pop((prev, n), {}).items():
                        totals[source] = totals.get(source, 0) + amount
                _share(totals, [*outs, fee], number, taint, dirty)
                if number in self.seeds:
                    taint[number, 0] = taint.get((number, 0), {}) | {self.seeds[number]: outs[0]}
            if dirty:
                number, _, _, outs = block[0]
                rest = max(0, fees - sum(outs))
                _share(dirty, [*outs, rest], number, taint, {})
        return {
            (*output, source): amount
            for output, part in taint.items()
            for source, amount in part.items()
        }


def _cut(queue: list[tuple[int, int]], values: list[int]) -> list[list[tuple[int, int]]]:
    """Take the values from the front of the queue, which keeps the rest."""
    parts = []
    at = 0
    for value in values:
        part = []
        while value:
            amount, source = queue[at]
            piece = min(value, amount)
            if piece:
                part.append((piece, source))
            value -= piece
            if piece == amount:
                at += 1
            else:
                queue[at] = (amount - piece, source)
        parts.append(part)
    del queue[:at]
    return parts


def _share(
    totals: dict[int, int],
    values: list[int],
    number: int,
    taint: dict[tuple[int, int], dict[int, int]],
    rest: dict[int, int],
) -> None:
    """By value, largest remainders first; what falls to the last value goes to `rest`."""
    whole = sum(values)
    for source, tainted in totals.items():
        exact = [divmod(tainted * value, whole) for value in values]
        shares = [quotient for quotient, _ in exact]
        left = tainted - sum(shares)
        for i in sorted(range(len(values)), key=lambda i: -exact[i][1])[:left]:
            shares[i] += 1
        for n, share in enumerate(shares[:-1]):
            if share:
                taint.setdefault((number, n), {})[source] = share
        if shares[-1]:
            rest[source] = rest.get(source, 0) + shares[-1]


def compare(transactions: int, rounds: int, at: Path | None = None) -> Claim:
    """All of it, in a store of its own unless one is named."""
    with tempfile.TemporaryDirectory(prefix="qazyna-bench-") as folder:
        path = at or Path(folder) / "store"
        if not (path / "manifest.json").exists():
            note(f"a chain of {transactions:,} transactions …")
            write_store(chain(transactions), path)
        return _measured(Store.open(path), rounds)


def alone(name: str, warm: Store, store: Store, rounds: int) -> dict[str, Any]:
    """What one policy, or the bare scan, takes in this process: medians, and the peak of all."""

    def once(store: Store, seeds: Seeds) -> Trace | None:
        if name == BARE:
            bare(store, int(seeds.tx[0]))
            return None
        return ours(store, seeds, name)

    once(warm, coins(warm))
    seeds, walls, worked, found = coins(store), [], [], None
    for _ in range(rounds):
        begun, before = time.perf_counter(), time.process_time()
        found = once(store, seeds)
        walls.append(time.perf_counter() - begun)
        worked.append(time.process_time() - before)
    peak = Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]
    told = {"seconds": median(walls), "processors": median(worked), "peak": 1024 * int(peak)}
    return told | ({"touched": found.touched, "outputs": len(found.outputs)} if found else {})


def _child(name: str, warm: Path, store: Path, rounds: int) -> dict[str, Any]:
    note(f"{name} …")
    command = [sys.executable, "-m", "bench.trace_follow", "--alone", name, "--warm", str(warm)]
    command += ["--store", str(store), "--rounds", str(rounds)]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)


def _measured(store: Store, rounds: int) -> Claim:
    with tempfile.TemporaryDirectory(prefix="qazyna-bench-") as folder:
        warm = Path(folder) / "warm"
        write_store(chain(WARM), warm)
        told = {name: _child(name, warm, store.path, rounds) for name in (BARE, *POLICIES)}
    seeds = coins(store)
    part = next(p for p in store.manifest.parts if p.first_tx + p.transactions > seeds.tx[0])
    scan = store.manifest.transactions - part.first_tx
    floor = told[BARE]["seconds"]
    details = [f"bare scan of the same parts: {_rate(scan, told[BARE])}"]
    rates: dict[str, float] = {}
    for policy in POLICIES:
        each = told[policy]
        rates[policy] = scan / each["seconds"]
        details.append(
            f"{policy}: {_rate(scan, each)}, {each['touched']:,} of {scan:,} tainted, "
            f"{each['outputs']:,} outputs; {floor / each['seconds']:.2f} of the bare scan's speed"
        )
    note("plain Python …")
    heights = store.transactions(["tx", "height"])
    last = min(part.first_tx + PYTHON, store.manifest.transactions) - 1
    last = max(last, min(int(seeds.tx[-1]) + PYTHON // 2, store.manifest.transactions - 1))
    until = int(heights.filter(pl.col("tx") == last).collect()["height"][0])
    made: list[Plain] = []
    read = seconds(lambda: made.append(Plain(store, seeds, until)))
    plain = made[0]
    times: dict[str, float] = {}
    for policy, run in (("fifo", plain.fifo), ("haircut", plain.haircut)):
        took, answer = _timed(run)
        if answer != rows_of(ours(store, seeds, policy, until)):
            raise AssertionError(f"{policy}: plain Python finds other amounts")
        mine = median(seconds(lambda p=policy: ours(store, seeds, p, until)) for _ in range(rounds))
        times[policy] = (read + took) / mine
        details.append(
            f"{policy} up to block {until:,}, {plain.transactions:,} transactions: plain Python "
            f"{plain.transactions / (read + took) / 1e6:.2f} M/s from the same files, "
            f"{times[policy]:.1f} times slower ({took / mine:.1f} times once its lists stand in "
            "memory); "
            f"the same amounts of {len(answer):,} outputs"
        )
    slow, near = min(rates["fifo"], rates["haircut"]), min(times.values())
    return Claim(
        promise=f"FIFO and haircut scan {PROMISED / 1e6:.0f} M transactions/s (aim: "
        f"{AIM / 1e6:.0f}) and are {TIMES:.0f} × plain Python",
        measured=f"{slow / 1e6:.1f} M transactions/s, {near:.0f} × plain Python",
        data=f"{store.manifest.transactions:,} synthetic transactions, {COINS} coins of the middle",
        against="a rate, and plain Python on the same blocks",
        ratio=min(slow / PROMISED, near / TIMES),
        details=details,
    )


def _rate(scan: int, told: dict[str, Any]) -> str:
    return (
        f"{scan / told['seconds'] / 1e6:.2f} M transactions/s ({told['seconds']:.2f} s, "
        f"{told['processors']:.2f} s of processors, {told['peak'] / 1e9:.2f} GB at the peak)"
    )


def _timed(run: Callable[[], Rows]) -> tuple[float, Rows]:
    found: list[Rows] = []
    return seconds(lambda: found.append(run())), found[0]


def measure() -> Claim:
    """The claim at the size that `make bench` takes."""
    return compare(DEFAULT, ROUNDS)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--transactions", type=int, default=DEFAULT)
    parser.add_argument("--full", action="store_true", help="50 million transactions")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--store", type=Path, help="a store to use, or to write and keep")
    parser.add_argument("--alone", help=argparse.SUPPRESS)
    parser.add_argument("--warm", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.alone:
        stores = Store.open(asked.warm), Store.open(asked.store)
        print(json.dumps(alone(asked.alone, *stores, asked.rounds)))
        return 0
    claim = compare(FULL if asked.full else asked.transactions, asked.rounds, asked.store)
    print(claim.text("trace_follow"))
    return 0 if claim.held else 1


if __name__ == "__main__":
    sys.exit(main())
