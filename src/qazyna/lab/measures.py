"""Risk of an estate's path: kernels over floats, loaded where they are used."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

DAYS: Final = 365.0
"""Periods a year: the estate is valued on every day of the calendar."""


@dataclass(frozen=True, slots=True)
class Risk:
    """Positive fractions; None where the estate was worth something on too few days."""

    max_drawdown: float | None
    volatility: float | None
    es_95: float | None


def risk(estate: Sequence[Decimal], flows: Sequence[Decimal]) -> Risk:
    """Of the daily returns (V − flow)/V₋₁ − 1, on days that follow one with a value.

    `flows` is what came in that day less what was given back.
    """
    returns = [
        float((now - flow) / before) - 1.0
        for before, now, flow in zip(estate, estate[1:], flows[1:], strict=False)
        if before > 0
    ]
    if len(returns) < 2:
        return Risk(None, None, None)
    import numpy as np

    from qazyna.programme.performance import measures
    from qazyna.programme.performance.sample import Sample

    sample = Sample.of(np.array(returns))
    return Risk(
        float(measures.max_drawdown(sample)[0]),
        float(measures.volatility(sample, DAYS)[0]),
        float(measures.expected_shortfall(sample, measures.worst_losses(sample))[0]),
    )
