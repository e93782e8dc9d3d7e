"""What is drawn: the days of a market, the cases of a register, the losses of keys.

Market: the stationary block bootstrap (Politis & Romano 1994). A history is made of blocks of
consecutive real days; each begins on a day drawn evenly from all, its length is geometric, and past
the last real day it goes on with the first. All columns of a day are drawn together. No day is
invented. Seizures: cases of a register drawn evenly with replacement, on days drawn evenly.

Random numbers are SplitMix64 (Steele, Lea & Flood 2014), addressed by seed, history, stream and
count: a history is the same whoever computes it, in whatever order, on however many threads.
"""

import math
from typing import Final

import numpy as np

from qazyna.lab.simulate.arrays import Floats, Ints
from qazyna.lab.simulate.compiling import allocating, kernel
from qazyna.lab.simulate.terms import Calendar, Register

GOLDEN: Final = np.uint64(0x9E3779B97F4A7C15)
_FIRST: Final = np.uint64(0xBF58476D1CE4E5B9)
_SECOND: Final = np.uint64(0x94D049BB133111EB)
_S11, _S27, _S30, _S31 = np.uint64(11), np.uint64(27), np.uint64(30), np.uint64(31)
_ONE: Final = np.uint64(1)
_UNIT: Final = 2.0**-53

BLOCKS, CASES, KEYS = 0, 1, 2
"""The streams of random numbers of one history: market days, seizures, losses of keys."""


@kernel
def _mixed(z: np.uint64) -> np.uint64:
    z = (z ^ (z >> _S30)) * _FIRST
    z = (z ^ (z >> _S27)) * _SECOND
    return z ^ (z >> _S31)


@kernel
def key(seed: int, history: int, stream: int) -> np.uint64:
    """The key of one stream of one history."""
    inner = _mixed(np.uint64(seed) + GOLDEN)
    inner = _mixed(inner + np.uint64(history) * GOLDEN + _ONE)
    return _mixed(inner + np.uint64(stream) * GOLDEN + _ONE)


@kernel
def uniform(stream: np.uint64, count: int) -> float:
    """Draw `count` of a stream, even in [0, 1)."""
    return float(_mixed(stream + np.uint64(count + 1) * GOLDEN) >> _S11) * _UNIT


def per_log(block: float) -> float:
    """What makes log(1 - u) a block's length: 1 / log(1 - 1/block); 0 where blocks are one day."""
    return 1.0 / math.log1p(-1.0 / block) if block > 1.0 else 0.0


@kernel
def draw_days(seed: int, history: int, inverse: float, pool: int, days: Ints) -> None:
    """Fill `days` with the real day (0 to pool - 1) that each day of one history repeats."""
    stream = key(seed, history, BLOCKS)
    at, count = 0, 0
    while at < days.size:
        length = 1 + int(math.log(1.0 - uniform(stream, count)) * inverse)
        day = int(uniform(stream, count + 1) * pool)
        count += 2
        until = min(days.size, at + length)
        while at < until:
            days[at] = day
            at += 1
            day += 1
            if day == pool:
                day = 0


@kernel
def compound(growth: Floats, start: Floats, days: Ints, levels: Floats) -> None:
    """Fill `levels` (columns, days) with start · Π growth (columns, real days) of drawn days."""
    for column in range(growth.shape[0]):
        level = start[column]
        for at in range(days.size):
            level *= growth[column, days[at]]
            levels[column, at] = level


@allocating
def resample(
    seed: int, first: int, inverse: float, growth: Floats, start: Floats, paths: Floats
) -> None:
    """Fill `paths` (histories, columns, days) with the market histories from number `first` on."""
    days = np.empty(paths.shape[2], np.int64)
    for history in range(paths.shape[0]):
        draw_days(seed, first + history, inverse, growth.shape[1], days)
        compound(growth, start, days, paths[history])


@allocating
def draw_cases(seed: int, history: int, register: Register, days: int, at: Ints, row: Ints) -> int:
    """Fill `at` and `row` with the seizures of one history by day; how many there are.

    As many cases are drawn as the register has. The rows of a case keep their distance in days;
    those past the horizon are left out.
    """
    stream = key(seed, history, CASES)
    cases = register.first.size - 1
    found = 0
    first = np.full(days, -1, np.int64)
    after = np.empty(at.size, np.int64)
    for case in range(cases):
        drawn = int(uniform(stream, 2 * case) * cases)
        day = int(uniform(stream, 2 * case + 1) * days)
        for each in range(register.first[drawn], register.first[drawn + 1]):
            seized = day + register.after[each]
            if seized < days:
                row[found] = each
                after[found] = first[seized]
                first[seized] = found
                found += 1
    unsorted = row[:found].copy()
    found = 0
    for day in range(days):
        each = first[day]
        while each >= 0:
            at[found] = day
            row[found] = unsorted[each]
            found += 1
            each = after[each]
    return found


@kernel
def draw_keys(seed: int, history: int, calendar: Calendar, chance: Floats, hit: Ints) -> None:
    """Fill `chance` with one draw a year, and `hit` with a day of that year, both even."""
    stream = key(seed, history, KEYS)
    for year in range(chance.size):
        first, end = calendar.year[year], calendar.year[year + 1]
        chance[year] = uniform(stream, 2 * year)
        hit[year] = first + int(uniform(stream, 2 * year + 1) * (end - first))
