"""What a fund must have earned before its performance fee, if its NAV is what the terms leave."""

import copy
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from qazyna.programme.fees.exact import NOTHING, exactly
from qazyna.programme.fees.performance import Charging

_CLOSE: Final = Decimal("1e-30")


@exactly
def growth_behind(
    method: Charging,
    lots: Collection[int],
    on: date,
    target: Decimal,
    gross: Decimal,
    rate: Decimal,
) -> tuple[Decimal, Decimal]:
    """The growth after which so much is left of `gross`, and the fee accrued then.

    False position, with the weight of an end that stays halved: what is left rises with the growth
    along a few straight lines. Where a soft hurdle makes it jump past the target, the jump.
    """
    trial = _Trial(copy.deepcopy(method), lots, on)
    low = target / gross
    high = low / (1 - rate) if rate < 1 else low * 1000
    below, above = trial.left(low) - target, trial.left(high) - target
    middle, side = low, 0
    while abs(below) > _CLOSE * target and high - low > _CLOSE and above > below:
        middle = (low * above - high * below) / (above - below)
        at = trial.left(middle) - target
        if abs(at) <= _CLOSE * target:
            break
        if at > 0:
            high, above = middle, at
            below, side = (below / 2 if side > 0 else below), 1
        else:
            low, below = middle, at
            above, side = (above / 2 if side < 0 else above), -1
    trial.left(middle)
    return middle, trial.accrued()


@dataclass(slots=True)
class _Trial:
    """A copy of the method that is grown to and fro."""

    method: Charging
    lots: Collection[int]
    on: date
    grown: Decimal = Decimal(1)

    def left(self, factor: Decimal) -> Decimal:
        """What is left after the fee, at that growth."""
        self.method.grow(factor / self.grown)
        self.grown = factor
        return sum((self.method.net(lot, self.on) for lot in self.lots), NOTHING)

    def accrued(self) -> Decimal:
        return sum((self.method.accrued(lot, self.on) for lot in self.lots), NOTHING)
