"""What a fund is exposed to, as shares of its NAV: what it tells, and what it does not."""

import re
from decimal import Decimal
from typing import Annotated, Final, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainSerializer

SIGNED: Final = re.compile(r"-?\d{1,18}(\.\d{1,18})?", re.ASCII)


def plain(value: Decimal) -> str:
    """A decimal without exponent."""
    return format(value, "f")


def _a_number(value: object) -> object:
    if isinstance(value, str):
        if not SIGNED.fullmatch(value):
            raise ValueError("write plain digits with a point, and a minus where it is less than 0")
        return Decimal(value)
    return value


Number = Annotated[
    Decimal,
    BeforeValidator(_a_number),
    PlainSerializer(plain, return_type=str, when_used="json"),
]
"""A figure as it is written, which may be less than nothing."""


class Part(BaseModel):
    """A piece of a statement; it never changes."""

    model_config = ConfigDict(frozen=True, extra="forbid")


Named: TypeAlias = tuple[tuple[str, Number], ...]


class Exposures(Part):
    """What the fund is exposed to at the end of the period, as shares of its NAV."""

    assets: tuple[tuple[str, Number, Number], ...] = ()
    """(asset, long, short), both more than nothing"""
    market_values: Named = ()
    """asset -> what all of it is worth on the market, in the fund's currency, where told"""
    issuers: Named = ()
    counterparties: Named = ()
    gross: Number | None = None
    net: Number | None = None
    illiquid: Number | None = None
    risk: Named = ()
    """Measures of risk as reported, by their names."""

    @property
    def disclosed(self) -> Decimal:
        """The gross exposure that is told asset by asset."""
        return sum((long + short for _, long, short in self.assets), Decimal(0))

    @property
    def undisclosed(self) -> Decimal:
        """The gross exposure of which nobody says to what it is: a bucket of its own.

        Where the gross exposure itself is not told, all of the NAV is taken to be exposed.
        """
        gross = Decimal(1) if self.gross is None else self.gross
        return max(gross - self.disclosed, Decimal(0))
