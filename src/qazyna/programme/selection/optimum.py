"""The best set of managers under all rules, proven: a kernel (cvxpy, HiGHS).

Maximise Σ score·x over x ∈ {0,1}ⁿ, with Σx between two counts and Σx over each `Bound` at most its
`most`. Scores are whole numbers, so two sets differ by 0 or by 1 at least, and a set is optimal as
soon as the solver's own bound lies less than 1 above it. What the solver returns is not taken on
trust: the set is checked against every bound and summed again in whole numbers.

Ties go to the set that has the earlier contender: of two, the one whose x is greater when read as a
binary number from the first place on. So the answer is one set, whatever order the solver works in.
"""

import ctypes
import os
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import cvxpy as cp
import highspy
import numpy as np

from qazyna.errors import InvariantBroken
from qazyna.programme.selection.diversification import Bound, broken

BLOCK = 20
"""Places that are read as one binary number at a time: 2²⁰ is well within a float's exactness."""

LARGEST = 2**40
"""Sums of scores above this would come near the solver's tolerances."""

_OPTIONS: dict[str, Any] = {
    "output_flag": False,
    "mip_rel_gap": 0.0,
    "mip_abs_gap": 0.0,
    "mip_feasibility_tolerance": 1e-9,
    "primal_feasibility_tolerance": 1e-9,
    "random_seed": 1,
    "threads": 1,
}

Set = tuple[int, ...]


@dataclass(frozen=True)
class Problem:
    """Whole scores by place, the bounds on sets of places, and how many are to be chosen."""

    scores: tuple[int, ...]
    bounds: tuple[Bound, ...]
    at_least: int
    at_most: int

    def __post_init__(self) -> None:
        if any(score < 0 for score in self.scores) or sum(self.scores) > LARGEST:
            raise InvariantBroken("scores are whole numbers from 0, and not beyond measure")

    def total(self, chosen: Iterable[int]) -> int:
        return sum(self.scores[place] for place in chosen)

    def without(self, *rules: str) -> "Problem":
        """The same with these rules lifted."""
        kept = tuple(each for each in self.bounds if each.rule not in rules)
        return Problem(self.scores, kept, self.at_least, self.at_most)

    @cached_property
    def matrix(self) -> tuple[Any, Any]:
        """The bounds as A·x ≤ b."""
        rows = np.zeros((len(self.bounds), len(self.scores)))
        for row, each in enumerate(self.bounds):
            rows[row, list(each.members)] = 1.0
        return rows, np.array([float(each.most) for each in self.bounds])


def best(problem: Problem, but: Sequence[Set] = ()) -> Set | None:
    """The best set that is none of `but`, proven optimal; None where no set is allowed."""
    found = _solve(problem, np.array(problem.scores, dtype=float), but)
    if found is None:
        return None
    total = problem.total(found)
    # Another set as good? Only then does the order of places decide.
    other = _solve(problem, np.array(problem.scores, dtype=float), (*but, found))
    if other is not None and problem.total(other) == total:
        return _first_of(problem, total, but)
    return found


def ranked(problem: Problem, count: int) -> list[Set]:
    """The best so many distinct sets, best first; fewer where there are no more."""
    found: list[Set] = []
    while len(found) < count:
        one = best(problem, found)
        if one is None:
            break
        found.append(one)
    return found


def optimum(problem: Problem) -> int | None:
    """The best total; None where no set is allowed."""
    found = _solve(problem, np.array(problem.scores, dtype=float), ())
    return None if found is None else problem.total(found)


def in_conflict(problem: Problem) -> tuple[str, ...]:
    """Rules that together allow no set, of which none could be spared; () if it is none of them.

    Called where no set is allowed. Each rule in turn is lifted for good if there is still none.
    """
    kept = list(dict.fromkeys(each.rule for each in problem.bounds))
    for rule in tuple(kept):
        lifted = [each for each in kept if each != rule]
        away = {each.rule for each in problem.bounds} - set(lifted)
        if optimum(problem.without(*away)) is None:
            kept = lifted
    return tuple(kept)


def solver() -> str:
    """What proved it."""
    from importlib.metadata import version

    return f"HiGHS {version('highspy')} through cvxpy {version('cvxpy')}, gap 0"


def _first_of(problem: Problem, total: int, but: Sequence[Set]) -> Set:
    """Of all sets that reach the total, the one with the earlier places; block after block."""
    size = len(problem.scores)
    fixed: list[tuple[int, int]] = []
    found: Set = ()
    for start in range(0, size, BLOCK):
        end = min(start + BLOCK, size)
        weights = np.zeros(size)
        weights[start:end] = [2.0 ** (end - 1 - place) for place in range(start, end)]
        one = _solve(problem, weights, but, reach=total, fixed=fixed)
        if one is None:
            raise InvariantBroken("a set was found and is found no more")
        found = one
        fixed += [(place, int(place in found)) for place in range(start, end)]
    return found


def _solve(
    problem: Problem,
    weights: Any,
    but: Sequence[Set],
    *,
    reach: int | None = None,
    fixed: Sequence[tuple[int, int]] = (),
) -> Set | None:
    """A set of the greatest weight, checked; None where none is allowed."""
    size = len(problem.scores)
    if not size or problem.at_least > min(problem.at_most, size):
        return None
    x = cp.Variable(size, boolean=True)
    count = np.ones(size) @ x
    constraints: list[Any] = [count <= problem.at_most, count >= problem.at_least]
    if problem.bounds:
        rows, most = problem.matrix
        constraints.append(rows @ x <= most)
    if but:
        signs = np.array([[1.0 if i in set(each) else -1.0 for i in range(size)] for each in but])
        constraints.append(signs @ x <= np.array([len(each) - 1.0 for each in but]))
    if reach is not None:
        constraints.append(np.array(problem.scores, dtype=float) @ x >= reach - 0.5)
    if fixed:
        places, values = zip(*fixed, strict=True)
        constraints.append(x[list(places)] == np.array(values, dtype=float))
    asked: Any = cp.Problem(cp.Maximize(weights @ x), constraints)
    _no_banner()
    asked.solve(solver=cp.HIGHS, **_OPTIONS)
    if asked.status == cp.INFEASIBLE:
        return None
    if asked.status != cp.OPTIMAL or x.value is None:
        raise InvariantBroken(f"the solver ended as {asked.status}")
    found = tuple(int(place) for place in np.flatnonzero(x.value > 0.5))
    _checked(problem, found, weights, but, reach, asked)
    return found


@cache
def _no_banner() -> None:
    """Make the first solver of this process while nobody listens.

    HiGHS greets on the standard output as it first comes to be, before it can be told not to; what
    a command prints there is a document, and a greeting would spoil it.
    """
    sys.stdout.flush()
    kept = os.dup(1)
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.close(nowhere)
        make: Any = highspy.Highs
        make()
        ctypes.CDLL(None).fflush(None)
    finally:
        os.dup2(kept, 1)
        os.close(kept)


def _checked(
    problem: Problem, found: Set, weights: Any, but: Sequence[Set], reach: int | None, asked: Any
) -> None:
    """Hold the solver to its word, in whole numbers; and its bound to less than 1 above the set."""
    allowed = (
        problem.at_least <= len(found) <= problem.at_most
        and not broken(found, problem.bounds)
        and found not in but
        and (reach is None or problem.total(found) >= reach)
    )
    worth = sum(int(weights[place]) for place in found)
    bound = -float(asked.solver_stats.extra_stats.mip_dual_bound)
    if not allowed or not worth <= bound + 1e-3 or not bound < worth + 1:
        raise InvariantBroken(f"the solver's set {found} is not what it was asked for")
