"""Rules on a set of managers: at most so many alike, and no two whose returns move together.

Everything here is exact. Returns are decimals, so whether a correlation is below its bound is
decided in whole numbers, without a root and without rounding.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction
from itertools import combinations
from typing import Final

FAMILY: Final = "programme.diversification"
ALIKE: Final = ("strategy", "custodian", "administrator", "domicile")
"""What at most so many of those chosen may share."""

CORRELATION: Final = "correlation"


@dataclass(frozen=True, slots=True)
class Rules:
    """How different those chosen must be; a rule that is not set does not bind."""

    alike: Mapping[str, int]
    correlation: Decimal | None = None
    common_months: int = 3

    @classmethod
    def said(cls, answers: Mapping[str, str]) -> "Rules":
        """The rules that the clauses of the law set, by name, as they are written there."""
        bound = answers.get(CORRELATION)
        return cls(
            {name: int(answers[name]) for name in ALIKE if name in answers},
            None if bound is None else Decimal(bound),
            int(answers.get("common_months", 3)),
        )


@dataclass(frozen=True, slots=True)
class Contender:
    """One of those among whom is chosen. `score` is a whole number, of whatever unit."""

    label: str
    score: int
    kinds: Mapping[str, str]
    returns: Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class Bound:
    """At most `most` of these contenders, by place, may be chosen together."""

    rule: str
    members: tuple[int, ...]
    most: int


@dataclass(frozen=True, slots=True)
class Pair:
    """Two contenders whose returns are not shown to be correlated below the bound."""

    first: int
    second: int
    correlation: Decimal | None
    """to four decimals; None where no figure can be had"""
    months: int


@dataclass(frozen=True, slots=True)
class Correlation:
    """n²·covariance and n²·variances of two series in whole numbers, over their common months."""

    months: int
    together: int
    first: int
    second: int

    @property
    def shown(self) -> Decimal | None:
        """The coefficient to four decimals; None for a series that never moves."""
        if not self.first or not self.second:
            return None
        with localcontext() as context:
            context.prec = 60
            root = (Decimal(self.first) * self.second).sqrt()
            return (Decimal(self.together) / root).quantize(Decimal("0.0001"))

    def below(self, bound: Decimal) -> bool:
        """Whether the coefficient lies below a bound that is not negative; exactly."""
        if not self.first or not self.second:
            return False
        if self.together < 0:
            return True
        return self.together**2 < Fraction(bound) ** 2 * self.first * self.second


def correlation(first: Mapping[str, Decimal], second: Mapping[str, Decimal]) -> Correlation:
    """Pearson's, over the months that both have.

    >>> up = {"2024-01": Decimal("0.01"), "2024-02": Decimal("0.03"), "2024-03": Decimal("0.02")}
    >>> correlation(up, {month: -value for month, value in up.items()}).shown
    Decimal('-1.0000')
    """
    return _measured(_scaled(first), _scaled(second))


def _measured(
    first: tuple[Mapping[str, int], int], second: tuple[Mapping[str, int], int]
) -> Correlation:
    xs, ys = first[0], second[0]
    common = xs.keys() & ys.keys()
    n = len(common)
    x, y = [xs[month] for month in common], [ys[month] for month in common]
    sum_x, sum_y = sum(x), sum(y)
    return Correlation(
        n,
        n * sum(a * b for a, b in zip(x, y, strict=True)) - sum_x * sum_y,
        n * sum(a * a for a in x) - sum_x**2,
        n * sum(b * b for b in y) - sum_y**2,
    )


def _scaled(series: Mapping[str, Decimal]) -> tuple[dict[str, int], int]:
    """The series as whole numbers of its smallest decimal: a scale changes no correlation."""
    places = max((-int(value.as_tuple().exponent) for value in series.values()), default=0)
    places = max(places, 0)
    return {month: int(value.scaleb(places)) for month, value in series.items()}, places


def too_alike(contenders: Sequence[Contender], rules: Rules) -> list[Pair]:
    """Every two that may not be chosen together, in the order of their places."""
    if rules.correlation is None:
        return []
    scaled = [_scaled(each.returns) for each in contenders]
    found = []
    for i, j in combinations(range(len(contenders)), 2):
        measured = _measured(scaled[i], scaled[j])
        if measured.months < rules.common_months:
            found.append(Pair(i, j, None, measured.months))
        elif not measured.below(rules.correlation):
            found.append(Pair(i, j, measured.shown, measured.months))
    return found


def bounds(
    contenders: Sequence[Contender], rules: Rules, pairs: Iterable[Pair]
) -> tuple[Bound, ...]:
    """The rules as bounds on sets of contenders; such as can bind, and no others."""
    found = []
    for name, most in rules.alike.items():
        groups: dict[str, list[int]] = {}
        for place, each in enumerate(contenders):
            groups.setdefault(each.kinds[name], []).append(place)
        found += [
            Bound(name, tuple(members), most) for members in groups.values() if len(members) > most
        ]
    found += [Bound(CORRELATION, clique, 1) for clique in _cliques(len(contenders), pairs)]
    return tuple(found)


def _cliques(size: int, pairs: Iterable[Pair]) -> list[tuple[int, ...]]:
    """Sets in which every two are a pair, that together hold every pair: the tighter bounds."""
    beside: list[set[int]] = [set() for _ in range(size)]
    left = {}
    for pair in pairs:
        beside[pair.first].add(pair.second)
        beside[pair.second].add(pair.first)
        left[pair.first, pair.second] = True
    cliques = []
    while left:
        first, second = next(iter(left))
        clique, around = [first, second], beside[first] & beside[second]
        while around:
            joined = min(around)
            clique.append(joined)
            around &= beside[joined]
        clique.sort()
        for edge in combinations(clique, 2):
            left.pop(edge, None)
        cliques.append(tuple(clique))
    return cliques


def broken(chosen: Iterable[int], all_bounds: Iterable[Bound]) -> set[str]:
    """The rules that a set breaks."""
    chosen = set(chosen)
    return {each.rule for each in all_bounds if len(chosen & set(each.members)) > each.most}
