"""Many series of returns as one matrix, and what every measure of them begins with."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from qazyna.programme.performance.arrays import Array, Mask, ratio

FLAT: Final = 1e-13
"""A series whose spread is below this part of its largest value does not vary: what is left of it
is the rounding of its decimals."""


@dataclass(frozen=True, slots=True)
class Sample:
    """Returns of M series over T periods: simple, as fractions, one series a column.

    Missing ones are NaN. Every measure of a sample is an array of M, NaN where it is not defined.
    """

    there: Mask
    """(T, M): where there is a return."""
    filled: Array
    """(T, M): the returns, 0 where there is none."""
    n: Array
    """(M,): how many there are."""
    mean: Array
    deviation: Array
    """(T, M): return less mean, 0 where there is none."""
    square: Array
    """(M,): Σ deviation²."""
    varies: Mask
    """(M,): whether the returns differ at all."""

    @classmethod
    def of(cls, returns: Array) -> "Sample":
        """Of a matrix, or of one series as a vector."""
        matrix = returns[:, None] if returns.ndim == 1 else returns
        there = ~np.isnan(matrix)
        whole = bool(there.all())
        filled = matrix if whole else np.where(there, matrix, 0.0)
        n = there.sum(axis=0).astype(np.float64)
        mean = ratio(filled.sum(axis=0), n)
        deviation = filled - mean
        if not whole:
            deviation = np.where(there, deviation, 0.0)
        square = np.einsum("tm,tm->m", deviation, deviation)
        largest = np.abs(filled).max(axis=0, initial=0.0)
        varies = np.sqrt(square) > FLAT * largest * np.sqrt(n)
        return cls(there, filled, n, mean, deviation, square, varies)
