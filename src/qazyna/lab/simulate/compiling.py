"""How kernels are compiled: once, kept, and run without holding up other threads.

A kept kernel is told stale by its own file alone, not by those of the kernels it calls; so whoever
loads them keeps them in a folder named by all of their source (`shell/kernels.py`).
"""

from collections.abc import Callable
from typing import Any, Final, TypeVar, cast

from numba import njit

Function = TypeVar("Function", bound=Callable[..., Any])

_OPTIONS: Final[dict[str, Any]] = {"nogil": True, "cache": True, "error_model": "numpy"}
_UNCOUNTED: Final[dict[str, Any]] = {**_OPTIONS, "_nrt": False}
"""Without counting who still uses an array, which took half of the time."""


def kernel(function: Function) -> Function:
    """One that makes no array."""
    return cast(Function, njit(**_UNCOUNTED)(function))


def allocating(function: Function) -> Function:
    """One that makes arrays."""
    return cast(Function, njit(**_OPTIONS)(function))
