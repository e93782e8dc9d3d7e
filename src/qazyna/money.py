"""What can be held, exact amounts of it, and what an amount is worth.

An amount is a whole number of the asset's base unit: satoshi, tiyn, cent, thousandth of an ounce.
Nothing is lost, nothing is rounded, and amounts of different assets never add up. Value is another
matter: it is a `Decimal` in a currency, it comes from a price, and where there is no price there is
no value. *Unvalued* is `None`; it is never zero, and a sum with an unvalued part is unvalued too.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal, localcontext
from types import MappingProxyType
from typing import Final

from qazyna.errors import InvariantBroken, Refused

ASSET_CLASSES = ("currency", "gold", "crypto", "hedge_fund", "venture_fund", "undrawn")
"""`undrawn` is a memorandum: what is promised to a venture fund and not yet called."""

_PLAIN = re.compile(r"\d+(\.\d+)?", re.ASCII)
_WIDE = Context(prec=100)
"""Wide enough for any amount times any price, so that nothing is lost on the way."""
_UNITS = [Decimal(1).scaleb(-scale) for scale in range(19)]
"""The base unit of each scale there is."""


@dataclass(frozen=True, slots=True)
class Asset:
    """Something of which an exact amount can be held.

    `scale` is the number of decimals of its base unit. `ceiling` is more, in its own unit, than
    could ever exist in one place: it catches a slipped decimal point before the books do.
    """

    code: str
    klass: str
    scale: int
    ceiling: int
    name: str = ""

    def __post_init__(self) -> None:
        if self.klass not in ASSET_CLASSES:
            raise InvariantBroken(f"{self.code}: no asset class {self.klass!r}")
        if not 0 <= self.scale <= 18:
            raise InvariantBroken(f"{self.code}: scale {self.scale} is not within 0..18")

    def amount(self, text: str) -> int:
        """Base units of a quantity written in plain digits: exact, positive, or refused.

        >>> BTC.amount("0.7501")
        75010000
        """
        return self._read(text, least=1)

    def amount_or_zero(self, text: str) -> int:
        """The same, where nothing at all is an answer too (a fee that was not charged)."""
        return self._read(text, least=0)

    def _read(self, text: str, least: int) -> int:
        if not _PLAIN.fullmatch(text):
            raise Refused(
                "bad_quantity",
                f"“{text[:40]}” is not a quantity of {self.code}: write plain digits with a point, "
                "no sign, no exponent, no separators of thousands.",
                {"asset": self.code, "given": text[:40]},
            )
        whole, _, fraction = text.partition(".")
        fraction = fraction.rstrip("0")
        if len(fraction) > self.scale:
            raise Refused(
                "wrong_scale",
                f"{text[:40]} {self.code} has {len(fraction)} decimals; {self.code} has "
                f"{self.scale}. Nothing is rounded here: give the exact quantity.",
                {"asset": self.code, "scale": self.scale, "given": text[:40]},
            )
        if len(whole.lstrip("0")) > 40 or int(whole) > self.ceiling:
            raise Refused(
                "quantity_too_large",
                f"{text[:60]} {self.code} is more than there can be ({self.ceiling:,}).",
                {"asset": self.code, "ceiling": self.ceiling, "given": text[:60]},
            )
        found = int(whole + fraction.ljust(self.scale, "0"))
        if found < least:
            raise Refused(
                "bad_quantity",
                f"A quantity of {self.code} must be more than nothing.",
                {"asset": self.code, "given": text[:40]},
            )
        return found

    def decimal(self, amount: int) -> Decimal:
        """The amount in the asset's own unit, unrounded.

        >>> BTC.decimal(75010000)
        Decimal('0.75010000')
        """
        return Decimal(amount).scaleb(-self.scale, _WIDE)

    def text(self, amount: int) -> str:
        """The amount in the asset's own unit, as plain digits without idle zeros.

        >>> BTC.text(75010000), BTC.text(2_965_700_000_000), USD.text(1050)
        ('0.7501', '29657', '10.5')
        """
        if not self.scale:
            return str(amount)
        digits = str(abs(amount)).rjust(self.scale + 1, "0")
        whole, fraction = digits[: -self.scale], digits[-self.scale :].rstrip("0")
        sign = "-" if amount < 0 else ""
        return f"{sign}{whole}.{fraction}" if fraction else sign + whole


KZT = Asset("KZT", "currency", 2, 10**15, "Kazakh tenge")
USD = Asset("USD", "currency", 2, 10**14, "US dollar")
EUR = Asset("EUR", "currency", 2, 10**14, "Euro")
GBP = Asset("GBP", "currency", 2, 10**14, "Pound sterling")
CNY = Asset("CNY", "currency", 2, 10**14, "Renminbi yuan")
CZK = Asset("CZK", "currency", 2, 10**15, "Czech koruna")
AED = Asset("AED", "currency", 2, 10**14, "UAE dirham")
XAU = Asset("XAU", "gold", 3, 10**10, "Gold, fine troy ounces")
BTC = Asset("BTC", "crypto", 8, 21_000_000, "Bitcoin")
ETH = Asset("ETH", "crypto", 18, 10**9, "Ether")
USDT = Asset("USDT", "crypto", 6, 10**12, "Tether USD")

ASSETS: Final = MappingProxyType(
    {asset.code: asset for asset in (KZT, USD, EUR, GBP, CNY, CZK, AED, XAU, BTC, ETH, USDT)}
)
"""The assets every installation knows. Fund units and forked coins join when they first appear."""


def hedge_fund_units(code: str, name: str = "") -> Asset:
    """Units of a hedge fund, counted to the millionth, as administrators confirm them."""
    return Asset(code, "hedge_fund", 6, 10**15, name)


def venture_interest(code: str, currency: Asset, name: str = "") -> Asset:
    """An interest in a venture fund: one unit of it is one unit of currency paid in."""
    return Asset(code, "venture_fund", currency.scale, currency.ceiling, name)


def undrawn(code: str, currency: Asset) -> Asset:
    """The memorandum of what is promised to a venture fund and not yet called."""
    return Asset(f"{code}:undrawn", "undrawn", currency.scale, currency.ceiling)


@dataclass(frozen=True, slots=True)
class Price:
    """What one unit of an asset was worth in a currency, on a date, and who says so.

    `estimated` holds why the price may not be what it seems (a par that is assumed, a value carried
    forward); it is empty for a price that was observed.
    """

    asset: str
    currency: str
    value: Decimal
    on: str
    source: str
    estimated: str = ""


def worth(asset: Asset, amount: int, price: Decimal, scale: int = 2) -> Decimal:
    """What the amount is worth at that price, rounded once, half to even, to the currency's scale.

    >>> worth(BTC, 75010000, Decimal("58909.00"))
    Decimal('44187.64')
    """
    exact = _WIDE.multiply(amount, price).scaleb(-asset.scale, _WIDE)
    return exact.quantize(_UNITS[scale], ROUND_HALF_EVEN, _WIDE)


def total(values: Iterable[Decimal | None]) -> Decimal | None:
    """The sum; unvalued as soon as one part is, for a total that leaves something out is a lie."""
    found = Decimal(0)
    for value in values:
        if value is None:
            return None
        found += value
    return found


def apportion(amount: int, weights: Sequence[Decimal | int]) -> list[int]:
    """Split base units by weight so that the parts sum to the whole, by largest remainder.

    Remainders go to the largest fractions, earlier parts first on ties.

    >>> apportion(10000, [1, 1, 1])
    [3334, 3333, 3333]
    """
    whole = sum(Decimal(weight) for weight in weights)
    if amount < 0 or whole <= 0 or any(weight < 0 for weight in weights):
        raise InvariantBroken(f"cannot apportion {amount} by {weights}")
    with localcontext() as context:
        context.prec = 100
        exact = [Decimal(amount) * Decimal(weight) / whole for weight in weights]
        parts = [int(part) for part in exact]
        by_remainder = sorted(range(len(parts)), key=lambda i: (parts[i] - exact[i], i))
    for i in by_remainder[: amount - sum(parts)]:
        parts[i] += 1
    return parts
