"""Which growth and bow make a fund return what is expected of it. A kernel: floats stay in here.

The IRR of what a fund pays is its growth G: so a target IRR is G. With G more than nothing, money
that stays in longer earns more, so that the multiple rises with the bow B, and with G: the other
one is found by halving. Not every pair of targets can be met: a fund that lives L years and grows
at G has a least multiple, where it pays out at once, and a most, where it keeps all to the end.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Final

from qazyna.programme.pacing.model import IN_A_YEAR, Commitment, Model, Period, end_of, index

MOST_BOW: Final = 60.0
"""A bow at which a fund of fifty years keeps all but its last period's share to the end."""
MOST_GROWTH: Final = 10.0
_PLACES: Final = Decimal("0.00000001")


@dataclass(frozen=True, slots=True)
class Calibrated:
    """The model found, what it returns, and between which multiples it could."""

    model: Model
    tvpi: Decimal
    least: Decimal
    most: Decimal
    met: bool


def bow_for(
    commitment: Commitment, model: Model, target: Decimal, as_of: date, period: Period
) -> Calibrated:
    """The bow that brings the multiple of the whole life to the target, at the growth given."""
    return _solve(
        lambda bow: multiple(commitment, model, float(model.growth), bow, as_of, period),
        lambda found: replace(model, bow=found),
        float(target),
        MOST_BOW,
    )


def growth_for(
    commitment: Commitment, model: Model, target: Decimal, as_of: date, period: Period
) -> Calibrated:
    """The growth that does, at the bow given."""
    return _solve(
        lambda growth: multiple(commitment, model, growth, float(model.bow), as_of, period),
        lambda found: replace(model, growth=found),
        float(target),
        MOST_GROWTH,
    )


def _solve(
    multiple_at: Callable[[float], float],
    with_it: Callable[[Decimal], Model],
    target: float,
    most: float,
) -> Calibrated:
    low, high = 0.0, most
    bounds = multiple_at(low), multiple_at(high)
    for _ in range(60):
        middle = (low + high) / 2
        if multiple_at(middle) < target:
            low = middle
        else:
            high = middle
    found = Decimal(repr((low + high) / 2)).quantize(_PLACES)
    tvpi = multiple_at(float(found))
    return Calibrated(
        with_it(found),
        _told(tvpi),
        _told(bounds[0]),
        _told(bounds[1]),
        abs(tvpi - target) < 1e-6 * max(target, 1.0),
    )


def multiple(
    commitment: Commitment, model: Model, growth: float, bow: float, as_of: date, period: Period
) -> float:
    """TVPI of the whole life: what was and will be distributed, over what was and will be called.

    `model.project` without its rounding: kept beside it, and held to it by a test.
    """
    n = IN_A_YEAR[period]
    first = index(commitment.started_on, n)
    at = index(as_of, n) + (1 if as_of == end_of(index(as_of, n), n) else 0)
    last = model.life_years * n
    calls_until = (model.life_years if model.calls_years is None else model.calls_years) * n
    rates = [float(rate) for rate in model.contribution_rates]
    yields, again = float(model.yield_rate), float(model.recallable_share)
    called, out = float(commitment.called), float(commitment.distributed)
    recallable, nav = float(commitment.recallable), float(commitment.nav)
    for number in range(max(at, first), max(at + 1, first + last)):
        t = number - first + 1
        calling = t <= calls_until and t < last
        nav *= (1.0 + growth) ** (1.0 / n)
        of_a_year = rates[min((t - 1) // n, len(rates) - 1)] if calling else 0.0
        call = (commitment.amount - called + recallable) * (1.0 - (1.0 - of_a_year) ** (1.0 / n))
        payout = 1.0 if t >= last else max(yields, (t / last) ** bow)
        distribution = nav * (1.0 - (1.0 - payout) ** (1.0 / n))
        nav += call - distribution
        called, out = called + call, out + distribution
        if calling:
            recallable += max(min(distribution * again, called - recallable), 0.0)
    return out / called if called else 0.0


def _told(value: float) -> Decimal:
    return Decimal(repr(value)).quantize(_PLACES)
