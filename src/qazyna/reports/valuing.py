"""Exact values of holdings, and a note of everything about them that is not plain fact."""

from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import Final

from qazyna.blueprint import Law
from qazyna.money import Asset, Price
from qazyna.reserve.prices import PriceBook

FINEST: Final = 18
"""Decimals kept of a value. Only a price that is itself a quotient can have more."""

EXACT: Final = Context(prec=100, rounding=ROUND_HALF_EVEN)


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure that is not plain fact, and why."""

    what: str
    why: str


@dataclass(slots=True)
class Notes:
    """Estimates in the order met, each once."""

    _found: dict[Estimate, None] = field(default_factory=dict)

    def add(self, what: str, why: str) -> None:
        self._found.setdefault(Estimate(what, why))

    def all(self) -> tuple[Estimate, ...]:
        return tuple(self._found)


@dataclass(frozen=True, slots=True)
class Valuation:
    """What holdings were worth in one currency, on one day, by the law of a date."""

    prices: PriceBook
    law: Law
    currency: str
    on: date
    notes: Notes

    def price(self, asset: Asset) -> Price | None:
        """The price of one unit; whatever is not plain about it is noted."""
        found = self.prices.price(asset, self.currency, self.on, self.law)
        what = f"{asset.code} in {self.currency} on {self.on}"
        if found is None:
            self.notes.add(what, "unvalued: no price is known for that day or an earlier one")
        elif found.estimated:
            self.notes.add(what, found.estimated)
        return found

    def value(self, asset: Asset, amount: int) -> Decimal | None:
        """What the amount was worth; of nothing, nothing, whatever the price."""
        if not amount:
            return Decimal(0)
        price = self.price(asset)
        return None if price is None else exact(asset, amount, price.value)


def exact(asset: Asset, amount: int, price: Decimal) -> Decimal:
    """Amount times price, unrounded but for the eighteenth decimal.

    >>> from qazyna.money import BTC
    >>> exact(BTC, 75010000, Decimal("58909.01"))
    Decimal('44187.648401')
    """
    value = EXACT.multiply(Decimal(amount).scaleb(-asset.scale, EXACT), price)
    exponent = value.as_tuple().exponent
    if isinstance(exponent, int) and exponent < -FINEST:
        value = value.quantize(Decimal(1).scaleb(-FINEST), context=EXACT)
    return value


def plain(value: Decimal) -> str:
    """A Decimal in plain digits, without idle zeros.

    >>> plain(Decimal("44187.6400")), plain(Decimal("1.2E+3")), plain(Decimal("-0.0"))
    ('44187.64', '1200', '0')
    """
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def plain_or_none(value: Decimal | None) -> str | None:
    """The same; null for what has no value."""
    return None if value is None else plain(value)
