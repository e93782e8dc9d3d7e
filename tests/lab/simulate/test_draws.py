"""What is drawn, against plain Python: the same numbers, digit by digit."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qazyna.lab.simulate import draws, terms

WIDE = 2**64 - 1
GOLDEN = 0x9E3779B97F4A7C15

SEEDS = st.integers(0, 2**63 - 1)
HISTORIES = st.integers(0, 10**6)

compiled = settings(deadline=None)
"""The first example compiles."""


def mixed(z):
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & WIDE
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & WIDE
    return z ^ (z >> 31)


def stream(seed, history, number):
    """Draws of one stream of one history, even in [0, 1)."""
    key = mixed((seed + GOLDEN) & WIDE)
    key = mixed((key + history * GOLDEN + 1) & WIDE)
    key = mixed((key + number * GOLDEN + 1) & WIDE)
    count = 0
    while True:
        count += 1
        yield (mixed((key + count * GOLDEN) & WIDE) >> 11) * 2.0**-53


def plain_days(seed, history, block, pool, days):
    found, drawn = [], stream(seed, history, draws.BLOCKS)
    while len(found) < days:
        u, v = next(drawn), next(drawn)
        length = 1 if block == 1 else 1 + int(math.log(1.0 - u) / math.log1p(-1.0 / block))
        found += [(int(v * pool) + each) % pool for each in range(min(length, days))]
    return found[:days]


def drawn_days(seed, history, block, pool, days):
    found = np.empty(days, np.int64)
    draws.draw_days(seed, history, draws.per_log(block), pool, found)
    return found.tolist()


@compiled
@given(SEEDS, HISTORIES, st.sampled_from([1.0, 1.5, 20.0, 400.0]), st.integers(1, 5000))
def test_days_are_drawn_as_plain_python_draws_them(seed, history, block, pool):
    assert plain_days(seed, history, block, pool, 300) == drawn_days(
        seed, history, block, pool, 300
    )


@compiled
@given(SEEDS, HISTORIES, st.integers(1, 5000))
def test_no_day_is_beyond_the_data(seed, history, pool):
    assert set(drawn_days(seed, history, 20.0, pool, 300)) <= set(range(pool))


def test_blocks_are_as_long_as_asked_and_begin_anywhere():
    days = drawn_days(5, 0, 25.0, 1000, 200_000)
    joints = sum(after != (before + 1) % 1000 for before, after in pairwise(days))
    seen = np.bincount(days, minlength=1000)

    assert 25.0 == pytest.approx(len(days) / joints, rel=0.03)
    assert 150 < seen.min() and seen.max() < 250


@compiled
@given(SEEDS, HISTORIES, st.data())
def test_levels_are_products_of_the_growth_of_drawn_days(seed, history, data):
    growth = np.array(data.draw(st.lists(st.floats(0.5, 2.0), min_size=3, max_size=30)))
    paths = np.empty((2, 1, 40))
    draws.resample(seed, history, draws.per_log(4.0), growth[None], np.array([7.0]), paths)

    for number in range(2):
        level, expected = 7.0, []
        for day in plain_days(seed, history + number, 4.0, growth.size, 40):
            level *= growth[day]
            expected.append(level)
        assert expected == paths[number, 0].tolist()


def registers(first, after):
    rows = len(after)
    return terms.Register(
        first=np.array(first),
        asset=np.zeros(rows, np.int64),
        value=np.ones(rows),
        after=np.array(after),
        outcome=np.zeros(rows, np.int64),
        final=np.full(rows, -1),
    )


@compiled
@given(SEEDS, HISTORIES, st.integers(1, 400))
def test_cases_are_drawn_with_replacement_with_all_their_holdings(seed, history, days):
    first, after = [0, 1, 3, 6, 7], [0, 0, 20, 0, 5, 5, 0]
    at, row = np.empty(12, np.int64), np.empty(12, np.int64)
    count = draws.draw_cases(seed, history, registers(first, after), days, at, row)

    drawn, expected = stream(seed, history, draws.CASES), []
    for _ in range(4):
        case, day = int(next(drawn) * 4), int(next(drawn) * days)
        expected += [
            (day + after[each], each)
            for each in range(first[case], first[case + 1])
            if day + after[each] < days
        ]
    found = list(zip(at[:count].tolist(), row[:count].tolist(), strict=True))
    assert sorted(expected) == sorted(found)
    assert at[:count].tolist() == sorted(at[:count].tolist())


@compiled
@given(SEEDS, HISTORIES)
def test_keys_are_drawn_once_a_year(seed, history):
    calendar = terms.Calendar(*[np.array([0, 365, 731, 1096])] * 8)
    chance, hit = np.empty(3), np.empty(3, np.int64)
    draws.draw_keys(seed, history, calendar, chance, hit)

    drawn = stream(seed, history, draws.KEYS)
    for year, (begins, ends) in enumerate(((0, 365), (365, 731), (731, 1096))):
        u, v = next(drawn), next(drawn)
        assert (u, begins + int(v * (ends - begins))) == (chance[year], hit[year])
        assert begins <= hit[year] < ends


def test_histories_do_not_repeat_one_another():
    found = {tuple(drawn_days(1, history, 20.0, 4000, 100)) for history in range(500)}

    assert 500 == len(found)
