"""What a play leaves beside its books: every sale as a row, and what could not be done."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from qazyna.lab.register import Holding
from qazyna.money import Asset


@dataclass(frozen=True, slots=True)
class Sale:
    """One sale. `price` is of one unit, in `currency`; `discount` is price ÷ close − 1, below
    nothing where it was sold below the close, and None where there is no close."""

    holding: Holding
    amount: int
    on: date
    mechanism: str
    currency: Asset
    proceeds: int
    costs: int
    price: Decimal
    close: Decimal | None
    discount: Decimal | None
    recorded: bool
    """Whether the register tells of it, and the model does nothing else."""
    entry: str
    """The entry in the model's books: `case/C-17@3#1`."""


@dataclass(slots=True)
class Notes:
    """What could not be done for want of data, and what was assumed; each once, as met."""

    gaps: dict[str, None] = field(default_factory=dict)
    assumed: dict[str, None] = field(default_factory=dict)

    def add(self, gap: str) -> None:
        self.gaps[gap] = None

    def assume(self, what: str) -> None:
        self.assumed[what] = None
