"""What kernels are written in: arrays of floats, NaN where there is no value."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.float64]
Mask: TypeAlias = NDArray[np.bool_]


def ratio(above: Array | float, below: Array | float, defined: Mask | bool = True) -> Array:
    """A quotient; NaN where it is not defined or its divisor is 0, and never infinite."""
    divisor = np.where(defined & (np.asarray(below) != 0), below, np.nan)
    return np.asarray(above / divisor, dtype=np.float64)


def where(defined: Mask, value: Array) -> Array:
    """The value; NaN where it is not defined."""
    return np.where(defined, value, np.nan)
