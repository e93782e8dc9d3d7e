"""The choice is the best there is: held against every set there is, one by one."""

from decimal import Decimal
from itertools import chain, combinations
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qazyna.errors import InvariantBroken, Refused
from qazyna.programme.selection import optimum
from qazyna.programme.selection.choosing import choose
from qazyna.programme.selection.diversification import (
    ALIKE,
    Bound,
    Contender,
    Pair,
    Rules,
    _cliques,
    bounds,
    correlation,
    too_alike,
)


def oracle(contenders, rules, at_least, at_most, lifted=()):
    """Every allowed set, best first; written from the words of the rules and nothing else."""

    def allowed(chosen):
        for name, most in rules.alike.items():
            values = [contenders[i].kinds[name] for i in chosen]
            if name not in lifted and any(values.count(value) > most for value in values):
                return False
        if rules.correlation is None or "correlation" in lifted:
            return True
        return all(
            pearson(contenders[i].returns, contenders[j].returns, rules.common_months)
            < float(rules.correlation)
            for i, j in combinations(chosen, 2)
        )

    places = range(len(contenders))
    sets = chain.from_iterable(combinations(places, n) for n in range(at_least, at_most + 1))

    def order(chosen):
        worth = sum(contenders[i].score for i in chosen)
        return -worth, tuple(-(i in chosen) for i in places)

    return sorted((each for each in sets if allowed(each)), key=order)


def pearson(first, second, least):
    common = sorted(first.keys() & second.keys())
    if len(common) < least:
        return 2.0
    x, y = [float(first[m]) for m in common], [float(second[m]) for m in common]
    mean_x, mean_y = sum(x) / len(x), sum(y) / len(y)
    together = sum((a - mean_x) * (b - mean_y) for a, b in zip(x, y, strict=True))
    spread = sum((a - mean_x) ** 2 for a in x) * sum((b - mean_y) ** 2 for b in y)
    return together / spread**0.5 if spread else 2.0


def field(seed: int, count: int, scores=range(100_000)) -> list[Contender]:
    """Contenders who share strategies, custodians and a market."""
    random = Random(seed)
    months = [f"{2020 + n // 12}-{n % 12 + 1:02d}" for n in range(36)]
    market = [random.gauss(0.01, 0.1) for _ in months]

    def one(place: int) -> Contender:
        beta = random.uniform(0, 1)
        return Contender(
            f"C{place:02d}",
            random.choice(scores),
            {name: f"{name} {random.randrange(3)}" for name in ALIKE},
            {
                month: Decimal(f"{beta * move + random.gauss(0, 0.06):.4f}")
                for month, move in zip(months, market, strict=True)
            },
        )

    return [one(place) for place in range(count)]


RULES = st.builds(
    lambda alike, bound: Rules(alike, bound, 24),
    st.fixed_dictionaries({}, optional={name: st.integers(1, 3) for name in ALIKE}),
    st.none() | st.sampled_from([Decimal(f"0.{n}") for n in (2, 35, 5, 75)]),
)

SLOW = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)


@SLOW
@given(
    seed=st.integers(0, 10_000),
    count=st.integers(1, 9),
    rules=RULES,
    at_most=st.integers(1, 5),
    least=st.integers(0, 4),
    few=st.booleans(),
)
def test_it_is_the_first_of_all_sets_and_so_are_its_runners_up_and_costs(
    seed, count, rules, at_most, least, few
):
    contenders = field(seed, count, scores=range(3) if few else range(100_000))
    at_least = min(1 + least, at_most)
    every = oracle(contenders, rules, at_least, at_most)
    try:
        found = choose(contenders, rules, at_least, at_most, runner_ups=2)
    except Refused as no:
        assert ("no_feasible_set", []) == (no.code, every)
        return

    def worth(chosen):
        return sum(contenders[i].score for i in chosen)

    assert every[:3] == list(found.sets)
    for cost in found.costs:
        (free, *_) = oracle(contenders, rules, at_least, at_most, lifted={cost.rule})
        assert worth(free) == cost.without
        assert cost.without >= worth(found.sets[0])
        assert cost.binds == (free not in every)


@pytest.mark.parametrize("score", [0, 7, 5000])
def test_of_sets_that_are_as_good_the_one_with_the_earlier_candidates_is_chosen(score):
    problem = optimum.Problem((score,) * 45, (), 1, 3)

    assert [(0, 1, 2), (0, 1, 3), (0, 1, 4)] == optimum.ranked(problem, 3)


def test_ties_are_told_apart_beyond_the_first_block_of_places():
    scores = [1] * 22 + [5] * 23
    problem = optimum.Problem(tuple(scores), (Bound("x", (22, 23), 1),), 1, 2)

    assert [(22, 24), (22, 25)] == optimum.ranked(problem, 2)


def test_a_set_that_breaks_its_bounds_is_not_believed(monkeypatch):
    problem = optimum.Problem((3, 2), (Bound("x", (0, 1), 1),), 1, 2)
    monkeypatch.setattr(optimum, "broken", lambda chosen, bounds: {"x"})

    with pytest.raises(InvariantBroken, match="not what it was asked for"):
        optimum.best(problem)


def test_scores_below_nothing_are_no_scores():
    with pytest.raises(InvariantBroken):
        optimum.Problem((1, -1), (), 1, 1)


# fmt: off
CONFLICTS = [
    # what leaves no set                                   which rules are named
    ({"strategy": 1},                   None, ("strategy",)),
    ({"strategy": 1, "custodian": 2},   None, ("strategy",)),
    ({"administrator": 1},              None, ()),
]
# fmt: on


@pytest.mark.parametrize(("alike", "bound", "named"), CONFLICTS)
def test_the_rules_that_leave_no_set_are_named_and_no_others(alike, bound, named):
    contenders = [
        Contender(f"C{i}", 5, {**dict.fromkeys(ALIKE, f"{i}"), "strategy": "one"}, {})
        for i in range(2)
    ]
    rules = Rules(alike, bound, 24)
    if not named:
        assert 2 == len(choose(contenders, rules, 2, 2, 0).sets[0])
        return

    with pytest.raises(Refused) as no:
        choose(contenders, rules, 2, 2, 0)

    assert named == tuple(no.value.facts["rules"].split(", "))
    assert f"programme.diversification.{named[0]}" == no.value.law


def test_two_rules_that_only_together_leave_no_set_are_both_named():
    # a-b share a strategy, b-c a custodian, a-c an administrator: no two go together.
    kinds = [
        {"strategy": "s", "custodian": "1", "administrator": "x", "domicile": "KY"},
        {"strategy": "s", "custodian": "c", "administrator": "2", "domicile": "KY"},
        {"strategy": "3", "custodian": "c", "administrator": "x", "domicile": "KY"},
    ]
    contenders = [Contender(f"C{i}", 5, each, {}) for i, each in enumerate(kinds)]
    rules = Rules({"strategy": 1, "custodian": 1, "administrator": 1, "domicile": 3})

    with pytest.raises(Refused) as no:
        choose(contenders, rules, 2, 3, 0)

    assert "strategy, custodian, administrator" == no.value.facts["rules"]


def test_more_than_there_are_is_not_the_fault_of_a_rule():
    with pytest.raises(Refused, match="1 candidates stand") as no:
        choose([Contender("A", 1, dict.fromkeys(ALIKE, "x"), {})], Rules({"strategy": 1}), 2, 2, 0)

    assert ("", None) == (no.value.facts["rules"], no.value.law)


# correlation, exactly

UP = {"2024-01": Decimal("0.01"), "2024-02": Decimal("0.03"), "2024-03": Decimal("0.02")}
OTHER = {"2024-01": Decimal("0.02"), "2024-02": Decimal("0.03"), "2024-03": Decimal("0.01")}

# fmt: off
BELOW = [
    # first, second                                  bound      shown      below it
    (UP, UP,                                         "1",       "1.0000",  False),
    (UP, {m: 2 * v for m, v in UP.items()},          "1",       "1.0000",  False),
    (UP, {m: -v for m, v in UP.items()},             "0",       "-1.0000", True),
    (UP, OTHER,                                      "0.5",     "0.5000",  False),  # not below it
    (UP, OTHER,                                      "0.5001",  "0.5000",  True),
    (UP, dict.fromkeys(UP, Decimal("0.01")),         "1",       None,      False),  # never moves
]
# fmt: on


@pytest.mark.parametrize(("first", "second", "bound", "shown", "below"), BELOW)
def test_a_correlation_is_compared_without_rounding(first, second, bound, shown, below):
    found = correlation(first, second)

    assert (shown and Decimal(shown), below) == (found.shown, found.below(Decimal(bound)))


@settings(deadline=None)
@given(st.integers(0, 5000))
def test_a_correlation_is_that_of_the_textbook(seed):
    first, second = (each.returns for each in field(seed, 2))

    assert float(correlation(first, second).shown) == pytest.approx(
        pearson(first, second, 3), abs=5.1e-5
    )


def test_too_few_common_months_and_a_flat_series_keep_two_apart():
    kinds = dict.fromkeys(ALIKE, "x")
    flat = dict.fromkeys(UP, Decimal("0.01"))
    contenders = [Contender(n, 1, kinds, r) for n, r in (("A", UP), ("B", OTHER), ("C", flat))]

    assert [Pair(0, 2, None, 3), Pair(1, 2, None, 3)] == too_alike(
        contenders, Rules({}, Decimal("0.9"), 3)
    )
    assert 3 == len(too_alike(contenders, Rules({}, Decimal("0.9"), 4)))
    assert [] == too_alike(contenders, Rules({}))


@settings(deadline=None)
@given(st.sets(st.tuples(st.integers(0, 9), st.integers(0, 9)).filter(lambda p: p[0] < p[1])))
def test_cliques_hold_every_pair_and_no_other(pairs):
    cliques = _cliques(10, [Pair(i, j, None, 0) for i, j in sorted(pairs)])

    assert pairs == {edge for each in cliques for edge in combinations(each, 2)}


def test_a_rule_that_cannot_bind_sets_no_bound():
    contenders = field(1, 3)

    assert () == bounds(contenders, Rules(dict.fromkeys(ALIKE, 3)), [])
