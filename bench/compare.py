"""Five models over eleven years and a thousand cases, through the rooms' own rules."""

import csv
import tempfile
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from random import Random
from time import perf_counter

from bench.common import Claim, note
from qazyna.history.rows import COLUMNS
from qazyna.lab.compare import compare, document
from qazyna.shell.lab_files import market_of, models_of, register_of

CASES = 1_000
SEED = 20260630
SINCE, UNTIL = date(2014, 1, 1), date(2024, 12, 31)
MODELS = ("kazakhstan", "united-states", "china", "el-salvador", "gulf")
MOST = 10.0

_OUTCOMES = ("forfeited",) * 7 + ("pending", "returned", "restituted")


def rows(count: int, seed: int = SEED) -> Iterator[dict[str, str]]:
    """So many cases of one to three holdings of bitcoin, decided in every way; all made up."""
    random = Random(seed)
    days = (UNTIL - SINCE).days - 400
    for case in range(1, count + 1):
        seized = SINCE + timedelta(random.randrange(-200, days))
        for number in range(1, random.choice((1, 1, 2, 3)) + 1):
            outcome = random.choice(_OUTCOMES)
            row = {
                "case_id": f"B-{case:05}",
                "asset": "BTC",
                "quantity": f"{random.lognormvariate(1.5, 1.6):.8f}",
                "seized_on": seized.isoformat(),
                "authority": "Prosecutor",
                "order_ref": f"S-{case}-{number}",
                "outcome": outcome,
            }
            if outcome != "pending":
                final = max(seized + timedelta(random.randrange(120, 900)), SINCE)
                row |= {"final_on": final.isoformat(), "final_ref": f"F-{case}"}
            yield row


def write(path: Path, count: int = CASES) -> int:
    """The register as a file; how many rows it has."""
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, COLUMNS, restval="")
        writer.writeheader()
        found = list(rows(count))
        writer.writerows(found)
    return len(found)


def measure() -> Claim:
    with tempfile.TemporaryDirectory(prefix="qazyna-bench-") as folder:
        file = Path(folder) / "register.csv"
        count = write(file)
        note("  comparing")
        begun = perf_counter()
        models = models_of(MODELS)
        market = market_of([], "USD", models)
        compared = compare(register_of(file), models, market, SINCE, UNTIL)
        told = document(compared)
        taken = perf_counter() - begun
    entries = sum(
        len(booked) for each in compared.plays.values() for _, booked in each.office.world.booked
    )
    sales = sum(len(found["rows"]) for found in told["models"].values())
    return Claim(
        promise=f"five models over eleven years and {CASES:,} cases are compared in {MOST:.0f} s",
        measured=f"{taken:.2f} s with reading the register, the blueprints and the prices",
        against=f"the ceiling of {MOST:.0f} s",
        data=f"{count:,} holdings (seed {SEED}), {len(MODELS)} models, {entries:,} entries, "
        f"{sales:,} sales, {SINCE} to {UNTIL}",
        ratio=MOST / taken,
    )
