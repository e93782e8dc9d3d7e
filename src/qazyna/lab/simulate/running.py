"""Histories run in chunks on several threads. What comes out depends on the seed alone."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import numpy as np

from qazyna.lab.simulate import terms
from qazyna.lab.simulate.arrays import Floats
from qazyna.lab.simulate.draws import per_log
from qazyna.lab.simulate.engine import simulate
from qazyna.lab.simulate.estate import POT, Estate
from qazyna.lab.simulate.parameters import Prepared

CHUNK: Final = 64
"""Histories that one thread plays before it says so; its memory is that of one history."""


def run(
    prepared: Prepared,
    paths: int,
    seed: int,
    block: float,
    workers: int,
    measured: bool = True,
    done: Callable[[int], None] = lambda _: None,
) -> Floats:
    """(paths, models, OUTCOMES): what every model comes to on each history, the first number 0.

    Without `measured`, what is summed over days (custody) or measured on them is left at 0. `done`
    is told how many histories are through.
    """
    found = np.zeros((paths, prepared.models.each.size, len(terms.OUTCOMES)))
    inverse = per_log(block)

    def chunk(first: int) -> int:
        part = found[first : first + CHUNK]
        simulate(
            seed, first, inverse, prepared.market, prepared.units, prepared.calendar,
            prepared.register, prepared.models, estate(prepared), measured, part,
        )  # fmt: skip
        return len(part)

    with ThreadPoolExecutor(workers) as threads:
        through = 0
        for count in threads.map(chunk, range(0, paths, CHUNK)):
            through += count
            done(through)
    return found


def estate(prepared: Prepared) -> Estate:
    """Room for one history: as many rows as can be drawn at most."""
    first = prepared.register.first
    rows = int(np.diff(first).max()) * (first.size - 1)
    coins, places = len(prepared.coins), prepared.models.place.shape[1]
    return Estate(
        pot=np.zeros(POT),
        coin=np.zeros(coins, terms.COIN),
        placed=np.zeros(places, terms.PLACED),
        row=np.zeros(rows, terms.ROW),
        queue=np.zeros((coins, rows), np.int64),
        head=np.full((prepared.days, 4), -1, np.int32),
        after=np.full((rows, 4), -1, np.int32),
        eventful=np.zeros(prepared.days, np.uint8),
        in_kind=np.zeros(rows + 1, np.int64),
    )
