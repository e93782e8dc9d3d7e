"""How well venues are ranked, on a chain with services of known types.

    python -m bench.trace_venues [--services N] [--seed N]

No public set of labelled exchanges comes with a chain that may be kept here, so the labels are
those of a made chain: three types of exchanges and four types of services that also take in and
pay out, each service with its own habits and its own first day, among thousands of users. What
began in the earlier half is learnt from, the later half is ranked. The figures say how the ways to
rank compare on such habits. They do not say how well any does on Bitcoin.
"""

import argparse
import json
import sys
import tempfile
from collections import defaultdict
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from bench.common import note
from qazyna.tracing.cluster.running import cluster
from qazyna.tracing.entity.model import judge
from qazyna.tracing.entity.sight import Sight
from qazyna.tracing.store.reading import Store
from qazyna.tracing.store.strings import Strings
from qazyna.tracing.store.tables import BLOCKS, INPUTS, OUTPUTS, TX, Kind
from qazyna.tracing.store.writing import Tables, Writer
from qazyna.tracing.tags.book import load
from qazyna.tracing.venues import candidates, table

DAYS, USERS = 240, 3_000
HOUR, DAY = 3_600, 86_400
FEE = 500
START = 1_600_000_000

TYPES: dict[str, dict[str, Any]] = {
    # users: how many customers; own: an address for each; sweep: days between sweeps; batch: payees
    # at once; back: the share of payers who are paid too; size: the mean payment; busy: payments a
    # day; open: hours of the day
    "exchange, custodial": {"users": 220, "own": True, "sweep": 2, "batch": 8, "back": 0.8},
    "exchange, small": {"users": 50, "own": True, "sweep": 7, "batch": 1, "back": 0.9, "open": 12},
    "exchange, one address": {"users": 120, "own": False, "sweep": 5, "batch": 1, "back": 0.9},
    "gambling": {"users": 60, "own": False, "sweep": 9, "batch": 1, "back": 0.7, "size": 0.05},
    "market": {"users": 150, "own": True, "sweep": 7, "batch": 3, "back": 0.08},
    "merchant": {"users": 200, "own": True, "sweep": 14, "batch": 1, "back": 0.01, "open": 12},
    "mining pool": {"users": 100, "own": False, "sweep": 30, "batch": 40, "back": 1.0, "mines": 1},
}


class Chain:
    """Transactions in the order of their time, as rows of a store's tables."""

    def __init__(self) -> None:
        self.blocks: list[Any] = []
        self.tx: list[Any] = []
        self.inputs: list[Any] = []
        self.outputs: list[Any] = []
        self.ids: dict[str, int] = {}
        self.purse: dict[str, list[tuple[int, int, int]]] = defaultdict(list)

    def add(self, time: int, spends: list[tuple[str, int, int, int]], pays: list[tuple[str, int]]):
        tx = len(self.tx)
        self.blocks.append((tx, _id(tx + 2**40), time, tx, 1, 0))
        for n, (name, prev, at, value) in enumerate(spends):
            self.inputs.append((tx, n, prev, at, self.ids[name], value))
        for n, (name, value) in enumerate(pays):
            number = self.ids.setdefault(name, len(self.ids))
            self.outputs.append((tx, n, number, value, int(Kind.pubkeyhash)))
            self.purse[name].append((tx, n, value))
        fee = sum(s[3] for s in spends) - sum(p[1] for p in pays) if spends else 0
        self.tx.append((tx, _id(tx), tx, 0, time, not spends, len(spends), len(pays), fee))

    def mint(self, time: int, name: str, value: int) -> None:
        self.add(time, [], [(name, value)])

    def take(self, names: list[str], least: int) -> list[tuple[str, int, int, int]]:
        """Outputs of these addresses worth so much, or all that they have."""
        found, total = [], 0
        for name in names:
            while self.purse[name] and total < least:
                tx, n, value = self.purse[name].pop(0)
                found.append((name, tx, n, value))
                total += value
        return found

    def pay(self, time: int, names: list[str], pays: list[tuple[str, int]], change: str) -> bool:
        """Pay from these addresses; False, and nothing done, if they have too little."""
        needed = sum(value for _, value in pays) + FEE
        spends = self.take(names, needed)
        left = sum(each[3] for each in spends) - needed
        if left < 0:
            for name, tx, n, value in spends:
                self.purse[name].insert(0, (tx, n, value))
            return False
        self.add(time, spends, [*pays, *([(change, left)] if left > 546 else [])])
        return True

    def store(self, path: Path) -> Store:
        with Writer(path, "synthetic", "SYN") as writer:
            writer.append(
                Tables(
                    pl.DataFrame(self.blocks, schema=BLOCKS, orient="row"),
                    pl.DataFrame(self.tx, schema=TX, orient="row"),
                    pl.DataFrame(self.inputs, schema=INPUTS, orient="row"),
                    pl.DataFrame(self.outputs, schema=OUTPUTS, orient="row"),
                    Strings.of(self.ids),
                )
            )
        return Store.open(path)


def _id(number: int) -> bytes:
    return sha256(number.to_bytes(8, "big")).digest()


def make(services: int, seed: int) -> tuple[Chain, dict[str, str]]:
    """A chain with so many services of each type, and the type of each hot wallet's address."""
    random = np.random.default_rng(seed)
    chain, types, acts = Chain(), {}, []
    for kind, habits in TYPES.items():
        for number in range(services):
            name = f"{kind}/{number}"
            types[f"{name}/hot"] = kind
            acts += _life(name, habits, random)
    for user in range(USERS):
        first = float(random.uniform(0, 0.6 * DAYS))
        acts.append((first, "mint", f"user{user}", 10**9))
        for _ in range(int(random.integers(0, 12))):
            acts.append((float(random.uniform(first, DAYS)), "user", f"user{user}", 0))
    for day, what, name, more in sorted(acts, key=lambda each: (each[0], each[1], each[2])):
        _act(chain, START + int(day * DAY), what, name, more, random)
    return chain, types


def _life(name: str, habits: dict[str, Any], random: Any) -> list[tuple[float, str, str, Any]]:
    """The days on which something happens at a service."""
    first = float(random.uniform(1, DAYS - 60))
    last = min(DAYS, first + float(random.uniform(60, 160)))
    users = max(12, int(habits["users"] * random.lognormal(0, 0.4)))
    customers = random.choice(USERS, size=users, replace=False)
    count = int(users * random.uniform(1.0, 2.5))
    opened = habits.get("open", 24)
    acts: list[tuple[float, str, str, Any]] = [(first, "mint", f"{name}/hot", 10**8)]
    for _ in range(count):
        day = np.floor(random.uniform(first, last)) + random.uniform(0, opened) / 24
        user = int(random.choice(customers))
        size = int(2e6 * habits.get("size", 1.0) * random.lognormal(0, 1.0))
        to = f"{name}/{user}" if habits["own"] else f"{name}/hot"
        if habits.get("mines"):
            acts.append((float(day), "mint", f"{name}/hot", size * 4))
        else:
            acts.append((float(day), "deposit", f"user{user}", (to, size)))
    own = [f"{name}/{user}" for user in customers] if habits["own"] else []
    for day in np.arange(first + 2, last, habits["sweep"]):
        acts.append((float(day), "sweep", name, own))
    paid = int(count * habits["back"] / habits["batch"])
    for _ in range(paid):
        day = np.floor(random.uniform(first + 3, last)) + random.uniform(0, opened) / 24
        payees = random.choice(customers, size=min(habits["batch"], users), replace=False)
        sizes = [int(1.5e6 * habits.get("size", 1.0) * random.lognormal(0, 1.0)) for _ in payees]
        to = [(f"user{user}", size) for user, size in zip(payees, sizes, strict=True)]
        acts.append((float(day), "withdraw", f"{name}/hot", to))
    return acts


def _act(chain: Chain, time: int, what: str, name: str, more: Any, random: Any) -> None:
    if what == "mint":
        chain.mint(time, name, more)
    elif what == "deposit":
        chain.pay(time, [name], [more], name)
    elif what == "withdraw":
        chain.pay(time, [name], more, name)
    elif what == "sweep":
        spends = chain.take([*more, f"{name}/hot"], 10**15)
        if len(spends) > 1:
            total = sum(each[3] for each in spends)
            chain.add(time, spends, [(f"{name}/hot", total - FEE)])
    else:
        other = f"user{int(random.integers(0, USERS))}"
        size = int(1e6 * random.lognormal(0, 1.2))
        chain.pay(time, [name], [(other, size)], name)


def made_table(services: int, seed: int, folder: Path) -> pl.DataFrame:
    """The candidates of a made chain, as `venues.table` has them, each with its `type`."""
    note("  making the chain …")
    chain, types = make(services, seed)
    store = chain.store(folder / "store")
    note(f"  {len(chain.tx):,} transactions; clustering …")
    made = cluster(store, named=False)
    sight = Sight(store, load(folder / "tags"), made)
    rows = table(sight, sight.events(candidates(sight)))
    known = {sight.cluster_of(address): kind for address, kind in types.items()}
    kinds = [known.get(each, "user") for each in rows["cluster"].to_list()]
    return rows.with_columns(pl.Series("type", kinds))


def measure(services: int, seed: int, folder: Path) -> dict[str, Any]:
    """Rank the services of a made chain, and judge the ways to rank."""
    rows = made_table(services, seed, folder)
    found = judge(rows)
    counts = rows.group_by("type").len().sort("type").rows()
    transactions = Store.open(folder / "store").manifest.transactions
    return {"transactions": transactions, "candidates": dict(counts), "measured": found}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--services", type=int, default=40, help="of each type")
    parser.add_argument("--seed", type=int, default=20)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="qazyna-bench-") as folder:
        found = measure(asked.services, asked.seed, Path(folder))
    if asked.json:
        json.dump(found, sys.stdout, indent=1)
        return
    counts = ", ".join(f"{count} {kind}" for kind, count in found["candidates"].items())
    print(f"{found['transactions']:,} transactions; candidates: {counts}")
    if (judged := found["measured"]) is None:
        print("too few of them to judge")
        return
    print(f"learnt on {judged['learnt_on']}, judged on {judged['judged_on']} that began later")
    for name, way in judged["ways"].items():
        recall = ", ".join(f"{kind} {share:.2f}" for kind, share in way["recall_by_type"].items())
        print(f"{name:<22} PR-AUC {way['pr_auc']:.3f}   recall: {recall}")


if __name__ == "__main__":
    main()
