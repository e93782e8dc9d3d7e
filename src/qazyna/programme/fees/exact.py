"""Arithmetic of fees: decimals of fifty digits, rounded to the cent once, half to even."""

from collections.abc import Callable
from decimal import ROUND_HALF_EVEN, Context, Decimal, localcontext
from functools import wraps
from typing import Final, ParamSpec, TypeVar

DIGITS: Final = Context(prec=50)
NOTHING: Final = Decimal(0)
CENT: Final = Decimal("0.01")

P = ParamSpec("P")
T = TypeVar("T")


def exactly(of: Callable[P, T]) -> Callable[P, T]:
    """Compute with fifty digits, wherever it is called from."""

    @wraps(of)
    def computed(*args: P.args, **kwargs: P.kwargs) -> T:
        with localcontext(DIGITS):
            return of(*args, **kwargs)

    return computed


def to_cents(amount: Decimal) -> Decimal:
    """The amount to the cent, half to even.

    >>> to_cents(Decimal("2.125")), to_cents(Decimal("2.135"))
    (Decimal('2.12'), Decimal('2.14'))
    """
    with localcontext(DIGITS):
        return amount.quantize(CENT, ROUND_HALF_EVEN)
