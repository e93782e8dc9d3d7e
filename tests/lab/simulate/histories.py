"""Markets and registers of the simulation's tests; a drawn history as the rule engine takes it."""

from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path

import numpy as np

from qazyna.lab.market import CASH, Market, Series
from qazyna.lab.register import Holding, Register, of
from qazyna.lab.simulate import Simulation, draws
from qazyna.lab.simulate.parameters import ENDINGS
from qazyna.lab.simulate.terms import BEFORE
from qazyna.money import ASSETS
from qazyna.shell.lab_files import market_of, register_of

ROOT = Path(__file__).parents[3]
BLOCK = 20.0


def walk(
    name: str,
    days: int = 1500,
    first: date = date(2015, 1, 1),
    start: float = 100.0,
    spread: float = 0.03,
    volume: float = 0.0,
    seed: int = 0,
) -> Series:
    """A made-up series: a random walk, with volumes about a level where one is given."""
    random = np.random.default_rng([seed, *name.encode()])
    levels = start * np.exp(np.cumsum(random.normal(0.0, spread, days)))
    volumes = volume * np.exp(random.normal(0.0, 0.5, days)) if volume else ()
    return Series(
        name,
        "USD" if name in ASSETS else "",
        tuple(first + timedelta(days=each) for each in range(days)),
        tuple(Decimal(f"{level:.8f}") for level in levels),
        f"{name}.csv",
        volumes=tuple(Decimal(f"{each:.8f}") for each in volumes),
    )


@cache
def made_up(spread: float = 0.03) -> Market:
    """Every series that a vehicle can follow, all made up."""
    return Market(
        (
            walk("BTC", start=20_000.0, spread=spread, volume=5_000.0),
            walk("ETH", start=900.0, spread=spread, volume=50_000.0),
            walk("XAU", start=1_500.0, spread=spread / 3),
            walk("SPX", start=3_000.0, spread=spread / 3),
            walk(CASH, start=2.0, spread=spread / 3),
        )
    )


@cache
def real() -> Market:
    """The public series that come with the project, and a made-up ether beside them."""
    market = market_of([], "USD")
    first, days = date(2013, 1, 1), 4700
    ether = walk("ETH", days, first, start=50.0, spread=0.05, volume=200_000.0)
    return Market([*market.series.values(), ether], market.rates, "USD")


@cache
def sold_by_the_united_states() -> Register:
    return register_of(ROOT / "data" / "us_seized_sales.csv")


@cache
def of_every_kind() -> Register:
    """Two coins, cases of one and of several holdings, every outcome, final on a day or not."""
    rows = (
        # case, asset, quantity, days after the first, outcome, days to the final order
        ("A", "BTC", "900", 0, "forfeited", 200),
        ("A", "ETH", "8000", 10, "forfeited", None),
        ("A", "BTC", "15", 400, "returned", 90),
        ("B", "BTC", "4000", 30, "forfeited", None),
        ("C", "ETH", "12000", 55, "restituted", 300),
        ("D", "BTC", "250", 70, "pending", None),
        ("E", "BTC", "0.5", 90, "returned", None),
        ("F", "ETH", "77.125", 95, "forfeited", 31),
    )
    first = date(2016, 1, 4)
    return of(
        "register.csv",
        [
            Holding(
                line,
                case,
                str(line),
                ASSETS[asset],
                ASSETS[asset].amount(quantity),
                first + timedelta(days=after),
                outcome,
                None if final is None else first + timedelta(days=after + final),
                None,
            )
            for line, (case, asset, quantity, after, outcome, final) in enumerate(rows, 2)
        ],
    )


def exact(value: float) -> Decimal:
    return Decimal(repr(float(value)))


def drawn_market(simulation: Simulation, seed: int, history: int) -> Market:
    """The market of a history: what the kernels draw, as the rule engine takes it."""
    prepared, pool = simulation.prepared, simulation.pool
    whole = np.empty(prepared.days + BEFORE, np.int64)
    draws.draw_days(seed, history, draws.per_log(BLOCK), pool.days, whole)
    days = tuple(
        prepared.since + timedelta(days=each - BEFORE) for each in range(prepared.days + BEFORE)
    )
    found = []
    for name, growth in pool.growth.items():
        if name == CASH:
            # What a day earns is the yield of the day before.
            yields = (growth[whole] - 1.0) * 36_500.0
            levels = np.append(yields[1:], yields[-1])
        else:
            levels = np.cumprod(growth[whole])
            levels *= pool.start[name] / levels[BEFORE - 1]
        known = name in pool.volume and pool.volume[name].any()
        volumes = pool.volume[name][whole] if known else ()
        found.append(
            Series(
                name,
                "USD" if name in ASSETS else "",
                days,
                tuple(map(exact, levels)),
                "drawn",
                volumes=tuple(map(exact, volumes)),
            )
        )
    rates = {
        currency: Series(
            currency, "EUR", days, (series.on(pool.last) or Decimal(1),) * len(days), "drawn"
        )
        for currency, series in simulation.market.rates.items()
    }
    return Market(found, rates, "USD")


def drawn_register(simulation: Simulation, market: Market, seed: int, history: int) -> Register:
    """The seizures of a history, the quantities by its prices."""
    prepared = simulation.prepared
    drawn = prepared.register
    at, row = np.empty(10_000, np.int64), np.empty(10_000, np.int64)
    count = draws.draw_cases(seed, history, drawn, prepared.days, at, row)
    outcomes = {number: outcome for outcome, number in ENDINGS.items()}
    holdings = []
    for line in range(count):
        source, on = row[line], prepared.since + timedelta(days=int(at[line]))
        asset = ASSETS[prepared.coins[drawn.asset[source]]]
        price = market.price(asset.code, on)
        assert price is not None
        final = int(drawn.final[source])
        holdings.append(
            Holding(
                line + 2,
                f"S-{line}",
                "1",
                asset,
                int((exact(drawn.value[source]) / price).scaleb(asset.scale).to_integral_value()),
                on,
                outcomes[int(drawn.outcome[source])],
                on + timedelta(days=final) if final >= 0 else None,
                None,
            )
        )
    return of("drawn", holdings)
