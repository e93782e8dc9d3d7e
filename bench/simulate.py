"""Five models on ten thousand drawn histories, beside numpy's resampling of the same price paths.

numpy draws the same blocks from the same numbers, gathers their growth and compounds it; its paths
are compared with ours, digit by digit. It plays no model on them. The floor is the same resampling
fused in one loop. bt plays the strategies it can express on fewer paths, and rates a path are
compared.
"""

import os
from dataclasses import replace
from functools import partial
from pathlib import Path
from statistics import median
from time import process_time

import numpy as np

from bench.common import Claim, note, seconds
from qazyna import lab
from qazyna.lab.register import of
from qazyna.shell import kernels
from qazyna.shell.lab_files import ROOT, market_of, models_of, register_of

with kernels.kept(Path(lab.__path__[0]) / "simulate"):
    from qazyna.lab.simulate import Simulation, draws, running
    from qazyna.lab.simulate.engine import unit_values
    from qazyna.lab.simulate.parameters import Prepared
    from qazyna.lab.simulate.terms import BEFORE, NEGOTIATED, OUTCOMES

MODELS = ("kazakhstan", "united-states", "china", "el-salvador", "gulf")
PATHS, YEARS, SEED, BLOCK = 10_240, 10, 20261126, 30.0
MOST, OF_NUMPY, OF_BT = 30.0, 1.5, 20.0
ROUNDS = 3
SLICE, CHUNK = 640, 64
"""Histories at a turn; and paths that numpy makes at once: more fall out of the cache."""

BT_PATHS = 4
WORKERS = os.cpu_count() or 1

Floats = np.ndarray


def mixed(z: np.ndarray) -> np.ndarray:
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def by_numpy(first: int, count: int, growth: Floats, start: Floats, days: int) -> Floats:
    """(columns, paths, days): the paths that our kernel draws, by arrays alone."""
    with np.errstate(over="ignore"):
        golden, one = draws.GOLDEN, np.uint64(1)
        histories = np.arange(first, first + count, dtype=np.uint64)
        key = mixed(np.array([SEED], np.uint64) + golden)
        key = mixed(mixed(key + histories * golden + one) + one)
        # So many blocks that the shortest run of them is long enough, all but surely.
        blocks = int(days / BLOCK + 8 * np.sqrt(days / BLOCK) + 16)
        counts = np.arange(1, 2 * blocks + 1, dtype=np.uint64)
        even = (mixed(key[:, None] + counts * golden) >> np.uint64(11)) * 2.0**-53
    lengths = 1 + (np.log(1.0 - even[:, ::2]) * draws.per_log(BLOCK)).astype(np.int64)
    begins = (even[:, 1::2] * growth.shape[1]).astype(np.int64)
    ends = np.minimum(np.cumsum(lengths, axis=1), days)
    if (ends[:, -1] < days).any():
        raise RuntimeError("too few blocks were drawn")
    lengths = np.diff(ends, axis=1, prepend=0)
    day = np.repeat((begins - (ends - lengths)).ravel(), lengths.ravel()).reshape(count, days)
    day += np.arange(days)
    day %= growth.shape[1]
    paths = np.empty((growth.shape[0], count, days))
    for column, path in zip(growth, paths, strict=True):
        np.take(column, day, out=path, mode="clip")
    paths[:, :, 0] *= start[:, None]
    np.cumprod(paths, axis=2, out=paths)
    return paths


def measure() -> Claim:
    models = models_of(MODELS)
    register = register_of(ROOT / "data" / "us_seized_sales.csv")
    market = market_of([], "USD", models)
    simulation = Simulation(register, models, market, YEARS)
    prepared = simulation.prepared
    # The paths that are resampled: every price and unit value, and every volume.
    volume = np.array([each / each.mean() for each in prepared.market.volume])
    growth = np.concatenate((prepared.market.growth, volume))
    start = np.full(len(growth), 100.0)
    days = prepared.days + BEFORE
    note("  compiling, and comparing paths")
    simulation.document(64, SEED, BLOCK, WORKERS)
    one_by_one = np.empty((CHUNK, *growth.shape[:1], days))
    inverse = draws.per_log(BLOCK)
    draws.resample(SEED, 0, inverse, growth, start, one_by_one)
    same = np.array_equal(by_numpy(0, CHUNK, growth, start, days).swapaxes(0, 1), one_by_one)

    def ours(workers: int, part: int) -> None:
        running.run(prepared, SLICE, SEED + part, BLOCK, workers)

    def numpys(part: int) -> None:
        for first in range(part * SLICE, (part + 1) * SLICE, CHUNK):
            by_numpy(first, CHUNK, growth, start, days)

    def floors(part: int) -> None:
        for first in range(part * SLICE, (part + 1) * SLICE, CHUNK):
            draws.resample(SEED, first, inverse, growth, start, one_by_one)

    # They take turns, a slice of the histories each, so that a busy machine is busy for all.
    turns = {
        "ours": partial(ours, WORKERS),
        "numpy": numpys,
        "floor": floors,
        "one": partial(ours, 1),
    }
    took, worked = dict.fromkeys(turns, 0.0), dict.fromkeys(turns, 0.0)
    for part in range(PATHS // SLICE):
        note(f"  slice {part + 1} of {PATHS // SLICE}")
        for name, work in turns.items():
            before = process_time()
            took[name] += seconds(partial(work, part))
            worked[name] += process_time() - before
    played, resampled, floor, alone = took.values()
    note("  the whole command")
    whole = seconds(lambda: simulation.document(PATHS, SEED, BLOCK, WORKERS))
    note("  bt")
    peer, apart, agree = against_bt(simulation)
    ratios = (MOST / whole, OF_NUMPY * resampled / played, peer / apart / OF_BT)
    return Claim(
        promise=f"{len(MODELS)} models × {PATHS:,} histories × {YEARS} years of days in "
        f"{MOST:.0f} s, in {OF_NUMPY} times what numpy takes to resample their price paths alone, "
        f"and {OF_BT:.0f} times as fast as bt",
        measured=f"{played:.2f} s played on {WORKERS} threads, {alone:.2f} s on one, in turns with "
        f"the others; {whole:.2f} s with every distribution, matrix and tornado",
        against=f"numpy on one thread, {resampled:.2f} s for {growth.shape[0]} columns of the same "
        "paths; bt; the lowest of the three ratios, each of its promise",
        data=f"{len(register.holdings)} cases of data/us_seized_sales.csv, "
        f"{simulation.pool.days:,} real days from {simulation.pool.first} to "
        f"{simulation.pool.last}, blocks of {BLOCK:.0f}, seed {SEED}",
        ratio=min(ratios) if same and agree else 0.0,
        details=[
            f"of {MOST:.0f} s: {whole:.2f} s, ratio {ratios[0]:.2f}",
            f"of numpy's resampling: {played / resampled:.2f} times its time "
            f"({alone / resampled:.2f} on one thread); promised {OF_NUMPY}",
            f"time of a core: {worked['one']:.2f} s, numpy's {worked['numpy']:.2f} s; on {WORKERS} "
            f"idle cores that makes {worked['one'] / worked['numpy'] / WORKERS:.2f} times its time",
            f"of the same resampling fused in one loop, {floor:.2f} s on one thread: "
            f"{played / floor:.2f} times its time",
            f"of bt: {peer * 1e3:.0f} ms a path for three strategies, ours {apart * 1e6:.0f} µs: "
            f"{peer / apart:,.0f} times as fast; promised {OF_BT:.0f}",
            f"paths {'equal' if same else 'DIFFER FROM'} numpy's to the last digit; "
            f"end values {'agree' if agree else 'DISAGREE'} with bt's where both do the same",
        ],
    )


# bt: what was seized is held; or sold on a day into cash; or sold, put into a mix, and each year
# brought back to its weights


def against_bt(simulation: Simulation) -> tuple[float, float, bool]:
    """(seconds a path by bt, by us, whether the ends of holding and of selling are the same)."""
    import bt
    import pandas as pd

    one = _one_case(simulation)
    running.run(one, 1_000, SEED, BLOCK, 1)
    apart = median(
        seconds(lambda: running.run(one, 1_000, SEED, BLOCK, 1)) / 1_000 for _ in range(ROUNDS)
    )
    spent, agree, played = 0.0, True, 0
    for history in range(100):
        seized, sale, prices = _path(one, history)
        if sale >= one.days:
            continue
        days = pd.date_range(one.since, periods=one.days)
        frame = pd.DataFrame(prices.T, days, ["coin", "mix", "trust"]).iloc[seized:]
        years = [day for day in days[sale:] if (day.month, day.day) == (1, 1)]
        strategies = (
            {days[seized]: (1.0, 0.0, 0.0)},
            {days[seized]: (1.0, 0.0, 0.0), days[sale]: (0.0, 0.0, 0.0)},
            {
                days[seized]: (1.0, 0.0, 0.0),
                **dict.fromkeys([days[sale], *years], (0.0, 0.6, 0.3)),
            },
        )
        ends = []
        for weights in strategies:
            algos = [
                bt.algos.WeighTarget(
                    pd.DataFrame(list(weights.values()), list(weights), frame.columns)
                ),
                bt.algos.Rebalance(),
            ]
            test = bt.Backtest(
                bt.Strategy("strategy", algos),
                frame,
                initial_capital=float(one.register.value[0]),
                integer_positions=False,
            )
            spent += seconds(test.run)
            ends.append(float(test.strategy.value))
        found = running.run(one, history + 1, SEED, BLOCK, 1)[history]
        ours = found[:2, OUTCOMES.index("end_value")]
        agree &= bool(np.allclose(ours, ends[:2], rtol=1e-6))
        played += 1
        if played == BT_PATHS:
            break
    return spent / played, apart, agree


def _one_case(simulation: Simulation) -> Prepared:
    """Three models on one case: kept, sold at the close three months after the order, invested."""
    register = of("one", simulation.register.holdings[:1])
    models = models_of(("el-salvador", "united-states", "gulf"))
    prepared = Simulation(register, models, simulation.market, YEARS).prepared
    each = prepared.models.each.copy()
    for field in ("hazard", "impact", "discount", "cost"):
        each[field] = 0.0
    each["delay"] = 90
    each["sale"][1:] = NEGOTIATED
    return replace(prepared, models=prepared.models._replace(each=each))


def _path(one: Prepared, history: int) -> tuple[int, int, Floats]:
    """The day of the seizure, that of the sale, and (coin, two unit values) by day."""
    days = np.empty(one.days + BEFORE, np.int64)
    draws.draw_days(SEED, history, draws.per_log(BLOCK), one.market.growth.shape[1], days)
    at, row = np.empty(1, np.int64), np.empty(1, np.int64)
    draws.draw_cases(SEED, history, one.register, one.days, at, row)
    prices = np.empty((3, one.days))
    prices[0] = np.cumprod(one.market.growth[0, days])[BEFORE:]
    units, fees = np.empty((one.units.size, one.days)), np.empty((one.units.size, one.days))
    unit_values(one.units, one.market.growth, one.calendar, days[BEFORE:], units, fees)
    prices[1:] = units[:2]
    due = int(at[0] + one.register.final[0] + 90)
    sale = int(one.calendar.business[1, min(due, one.days)])
    return int(at[0]), sale, prices
