"""Choosing five managers of sixty under every rule, proven.

The claim: less than ten seconds for all that a decision needs, from scores, kinds and ten years of
monthly returns: every pair compared exactly, the best set proven optimal, three runners-up, and
what each of five rules cost. Loading cvxpy, once a process, is measured apart and told beside it.

The floor is the problem without its rules, which needs no solver: the five best scores. What was
found is held against every set there is, in plain Python, on the twenty best-scored candidates.
"""

import subprocess
import sys
from decimal import Decimal
from itertools import combinations
from random import Random
from time import perf_counter

from bench.common import Claim, note
from qazyna.programme.selection.choosing import Choice, choose
from qazyna.programme.selection.diversification import (
    ALIKE,
    CORRELATION,
    Contender,
    Rules,
    bounds,
    broken,
    too_alike,
)

SEED, CANDIDATES, CHOSEN, MONTHS = 20261126, 60, 5, 120
MOST_S = 10.0
RULES = Rules(
    {"strategy": 1, "custodian": 2, "administrator": 2, "domicile": 2}, Decimal("0.50"), 24
)
LOADING = "import time; t = time.perf_counter(); import qazyna.programme.selection.optimum; "
LOADING += "print(time.perf_counter() - t, time.process_time())"


def candidates() -> list[Contender]:
    """Sixty who share six strategies, five custodians, four administrators, and one market."""
    random = Random(SEED)
    months = [f"{2016 + n // 12}-{n % 12 + 1:02d}" for n in range(MONTHS)]
    market = [random.gauss(0.01, 0.1) for _ in months]
    kinds = dict(zip(ALIKE, (6, 5, 4, 5), strict=True))

    def one(place: int) -> Contender:
        beta = random.uniform(0, 1.2)
        return Contender(
            f"C{place:02d}",
            random.randrange(40_000, 95_000),
            {name: f"{name} {random.randrange(count)}" for name, count in kinds.items()},
            {
                month: Decimal(f"{beta * move + random.gauss(0, 0.05):.4f}")
                for month, move in zip(months, market, strict=True)
            },
        )

    return [one(place) for place in range(CANDIDATES)]


def exhaustive(contenders: list[Contender], lifted: str = "") -> int:
    """The best total of all sets of at most five, one by one."""
    every = bounds(contenders, RULES, too_alike(contenders, RULES))
    kept = [each for each in every if each.rule != lifted]
    return max(
        sum(contenders[place].score for place in chosen)
        for count in range(1, CHOSEN + 1)
        for chosen in combinations(range(len(contenders)), count)
        if not broken(chosen, kept)
    )


def agrees(contenders: list[Contender]) -> int:
    """How many sets were looked at one by one, all of them no better than what was proven."""
    few = sorted(contenders, key=lambda each: -each.score)[:20]
    found = choose(few, RULES, 1, CHOSEN, 0)
    best = sum(few[place].score for place in found.sets[0])
    if best != exhaustive(few):
        raise SystemExit("the solver and the list of all sets disagree")
    for cost in found.costs:
        if cost.without != exhaustive(few, cost.rule):
            raise SystemExit(f"the cost of {cost.rule} is not what the list of all sets says")
    return sum(1 for n in range(1, CHOSEN + 1) for _ in combinations(few, n))


def measure() -> Claim:
    contenders = candidates()
    note("  loading the solver in a process of its own")
    told = subprocess.run(
        [sys.executable, "-c", LOADING], capture_output=True, text=True, check=True, timeout=120
    )
    loading, of_processor = map(float, told.stdout.split())
    note("  every set of twenty, one by one")
    looked_at = agrees(contenders)
    note("  choosing")
    begun = perf_counter()
    found: Choice = choose(contenders, RULES, 1, CHOSEN, 3)
    chosen_in = perf_counter() - begun
    begun = perf_counter()
    free = sum(sorted(each.score for each in contenders)[-CHOSEN:])
    floor = perf_counter() - begun
    best = sum(contenders[place].score for place in found.sets[0])
    dearest = max(found.costs, key=lambda each: each.without)
    return Claim(
        promise=f"{CHOSEN} of {CANDIDATES} under all rules proven optimal in {MOST_S:.0f} s",
        measured=f"{chosen_in:.2f} s for the set, 3 runners-up and the cost of "
        f"{len(found.costs)} rules",
        against=f"{MOST_S:.0f} s; without any rule the five best scores take {1e6 * floor:.0f} µs, "
        f"so the rules make it {chosen_in / floor:,.0f} times dearer",
        data=f"seed {SEED}, {MONTHS} months each, {len(found.pairs)} of "
        f"{CANDIDATES * (CANDIDATES - 1) // 2:,} pairs kept apart by {CORRELATION}",
        ratio=MOST_S / chosen_in,
        details=[
            f"before that, once a process, {loading:.2f} s to load cvxpy and HiGHS "
            f"({of_processor:.2f} s of the processor)",
            f"the set scores {best / 10_000:.4f}, {best / free:.1%} of what it would without rules",
            f"the dearest rule is {dearest.rule}: {(dearest.without - best) / 10_000:.4f}",
            f"agrees with all {looked_at:,} sets of the twenty best-scored, under all rules and "
            "with each lifted",
        ],
    )
