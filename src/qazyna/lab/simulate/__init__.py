"""Many histories: what each model makes of markets and seizures that could have been."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Any, Final

import numpy as np

from qazyna.errors import Refused
from qazyna.lab.market import Market
from qazyna.lab.model import Model
from qazyna.lab.register import Register
from qazyna.lab.simulate import sensitivity, summary
from qazyna.lab.simulate.arrays import Floats
from qazyna.lab.simulate.parameters import (
    Prepared,
    codes,
    drawable,
    horizon,
    prepare,
    series_of,
)
from qazyna.lab.simulate.pool import Pool, pool
from qazyna.lab.simulate.running import run
from qazyna.lab.simulate.terms import OUTCOMES

BLOCK: Final = 30
"""The mean block in days where none is said: about a month of what moved together."""

VARIED: Final = 1_000
"""Histories over which each assumption is varied, at most."""

TOLD: Final = tuple(each for each in OUTCOMES if each != "key_custody_value_days")
"""The outcomes whose distribution is told."""

ENGINE: Final = (
    "every day of every history is a real day of the data, all series of that day together; blocks "
    "of consecutive days are joined where they never met (stationary block bootstrap)",
    "what the market did on average over these days it does again; no other drift is assumed",
    "the number of coins traded on a drawn day is in proportion to its own year, at the level of "
    "the last year of the data, whatever the price",
    "a history has as many cases as the register, drawn with replacement, on days drawn evenly; a "
    "coin's value at seizure is kept, and its quantity follows from the drawn price",
    "a case keeps its outcome, and its days to the final order where the register says them; what "
    "one State then did with it is left out",
    "of all assets only bitcoin's market value is known in a drawn history",
    "rates between currencies stay as they were on the last real day",
    "a model plays the law in force after its last amendment, through the whole horizon",
    "a sale is at the day's close less what the practice says, and moves the market no further",
    "what goes to budget and victims is used when it is allocated, and counts at that day's value",
    "a venture fund calls in full what is committed, and distributes nothing within the horizon",
    "keys are lost at most once a year, on a day drawn evenly; all models meet the same draws",
    "the cost of custody stands by itself, and is not taken out of the end value",
)
"""What the engine itself takes for granted, whatever the blueprint."""


class Simulation:
    """A register and models, ready to be played on drawn histories."""

    def __init__(
        self,
        register: Register,
        models: Sequence[Model],
        market: Market,
        years: int,
        since: date | None = None,
        until: date | None = None,
    ) -> None:
        """Days are drawn from `since` (the register's first seizure, if not said) to `until` (the
        last day on which every series that is needed has data)."""
        names = [model.name for model in models]
        if len(set(names)) < len(names):
            raise Refused("model_twice", "Each model is played once: give each blueprint its name.")
        if not drawable(register):
            raise Refused(
                "nothing_to_draw",
                f"{register.name} has no coins in it, and nothing else is drawn.",
                {"register": register.name},
            )
        self.register, self.market = register, market
        # The law after the last amendment does not depend on where the data end.
        latest = max(model.blueprint.change_dates[-1] for model in models)
        self.pool: Pool = pool(
            market,
            codes(drawable(register)),
            series_of(models, latest),
            since or register.first,
            until,
        )
        first, last = horizon(models, self.pool.last, years)
        coins = codes(drawable(register))
        self.models = tuple(models)
        self.prepared: Prepared = prepare(models, register, market, self.pool, coins, first, last)

    def document(
        self,
        paths: int,
        seed: int,
        block: float = BLOCK,
        workers: int = 1,
        done: Callable[[int], None] = lambda _: None,
    ) -> dict[str, Any]:
        """What `qazyna lab simulate` prints. `done` is told how many histories are through."""
        prepared = self.prepared
        names = prepared.names
        found = run(prepared, paths, seed, block, workers, done=done)
        some = min(paths, VARIED)
        others = sensitivity.varied(prepared)
        changed = run(others, some, seed, block, workers, measured=False)
        ends = found[:, :, OUTCOMES.index("end_value")]
        told = {
            outcome: summary.distributions(found[:, :, OUTCOMES.index(outcome)], names)
            for outcome in TOLD
        }
        return {
            "from": prepared.since.isoformat(),
            "to": prepared.until.isoformat(),
            "currency": self.market.currency,
            "paths": paths,
            "seed": seed,
            "block": block,
            "drawn_from": {
                "from": self.pool.first.isoformat(),
                "to": self.pool.last.isoformat(),
                "days": self.pool.days,
                "yearly_growth": {name: self.pool.yearly(name) for name in self.pool.growth},
                "cases": prepared.register.first.size - 1,
                "holdings": int(prepared.register.asset.size),
            },
            "models": {name: {outcome: told[outcome][name] for outcome in TOLD} for name in names},
            "beats": summary.beats(ends, names),
            "regret": summary.regret(ends, names),
            "mean_regret_to_best": dict(summary.least_regret(ends, names)),
            "sensitivity": {
                "paths": some,
                "parameters": sensitivity.MEANS,
                "models": sensitivity.tornado(_middles(found[:some]), _middles(changed), names),
            },
            "assumptions": list(self._assumptions()),
            "gaps": list(self._gaps()),
        }

    def _assumptions(self) -> Iterator[str]:
        yield from ENGINE
        for model in self.models:
            for clause, note in model.on(self.prepared.since).law.assumptions:
                yield f"{model.name}: {clause}: {note}"
        columns = sorted({column for each in self.register.holdings for column in each.assumed})
        if columns:
            yield (
                f"{self.register.name}: some values of {', '.join(columns)} are assumed in the "
                "register"
            )

    def _gaps(self) -> Iterator[str]:
        yield from self.pool.gaps
        if left := len(self.register.holdings) - len(drawable(self.register)):
            yield f"{self.register.name}: {left} holdings that are no coins are not drawn"
        for code in self.prepared.coins:
            if not self.pool.volume[code].any():
                yield (
                    f"{code}: no volume is known; auctions and tranches take all at once, at the "
                    "smallest discount"
                )


def _middles(found: Floats) -> Floats:
    """(2, models): mean and median of the end value."""
    ends = found[:, :, OUTCOMES.index("end_value")]
    return np.array([ends.mean(axis=0), np.median(ends, axis=0)])
