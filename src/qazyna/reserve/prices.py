"""Prices: the last observation on or before a day, how old it is, and what follows from it.

A price is found in the open: one series, one series turned round, or two series that meet in the
euro or the dollar. Whatever is not a plain observation says so (a stale date, an average, a par
that the law assumes), and where there is no observation there is no price.
"""

from bisect import bisect_right
from collections.abc import Iterable
from datetime import date
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import Final, NamedTuple

from qazyna.blueprint import Blueprint, Law
from qazyna.ledger.entry import Value
from qazyna.money import ASSETS, Asset, Price, worth
from qazyna.plan import Valuer

PIVOTS: Final = ("EUR", "USD")
"""Where two series may meet, in the order tried."""

_DIGITS: Final = Context(prec=28, rounding=ROUND_HALF_EVEN)
"""A rate turned round, or two multiplied, is kept to 28 significant digits."""

_ONE: Final = Decimal(1)


class Row(NamedTuple):
    """One observation: on that day one unit of `asset` cost `price` units of `currency`.

    `estimated` holds why it may not be what it seems, and is empty for a plain observation.
    """

    asset: str
    currency: str
    on: date
    price: Decimal
    source: str
    estimated: str = ""


class _Leg(NamedTuple):
    row: Row
    rate: Decimal
    klass: str


class PriceBook:
    """Every observation known, for looking up. It never changes; more rows make another book.

    Of several observations of one series on one day the last given counts: a restatement adds.
    """

    __slots__ = ("_prices", "_series")

    def __init__(self, rows: Iterable[Row] = ()) -> None:
        series: dict[tuple[str, str], dict[date, Row]] = {}
        for row in rows:
            series.setdefault((row.asset, row.currency), {})[row.on] = row
        self._series: dict[tuple[str, str], tuple[tuple[date, ...], tuple[Row, ...]]] = {}
        for key, by_day in series.items():
            days = tuple(sorted(by_day))
            self._series[key] = days, tuple(by_day[day] for day in days)
        # Prices found before: a cache, nothing that could be told apart from looking again.
        self._prices: dict[tuple[str, str, date, Law], tuple[Price, str] | None] = {}

    def with_rows(self, rows: Iterable[Row]) -> "PriceBook":
        """A book that knows these rows too."""
        more = tuple(rows)
        touched = {(row.asset, row.currency) for row in more}
        other = PriceBook([*(row for key in touched for row in self.rows(*key)), *more])
        other._series = {**self._series, **other._series}
        return other

    def rows(self, asset: str, currency: str) -> tuple[Row, ...]:
        """One series, oldest first; empty where there is none."""
        return self._series.get((asset, currency), ((), ()))[1]

    def price(self, asset: Asset, currency: str, on: date, law: Law) -> Price | None:
        """What one unit was worth that day in that currency; None where nothing says so.

        Tried in this order: a par of the law's; a series of the two; the same series turned round;
        two series through the euro, then through the dollar. `on` is the day of the observation,
        of the older one where two were used, and empty where none was.
        """
        found = self._find(asset, currency, on, law)
        return found[0] if found else None

    def value(self, asset: Asset, amount: int, currency: str, on: date, law: Law) -> Value | None:
        """What an amount was worth that day, rounded once to the currency's own scale."""
        found = self._find(asset, currency, on, law)
        if found is None:
            return None
        price, source = found
        scale = ASSETS[currency].scale if currency in ASSETS else 2
        return Value(worth(asset, amount, price.value, scale), currency, source)

    def _find(self, asset: Asset, currency: str, on: date, law: Law) -> tuple[Price, str] | None:
        key = (asset.code, currency, on, law)
        try:
            return self._prices[key]
        except KeyError:
            price = self._look(asset, currency, on, law)
            found = (price, described(price)) if price else None
            self._prices[key] = found
            return found

    def _look(self, asset: Asset, currency: str, on: date, law: Law) -> Price | None:
        par = law.par.get(asset.code)
        if par is None:
            return self._observed(asset, currency, on, law)
        note = f"a par of {par.value} {par.currency} is assumed, not observed: {par.note}"
        if par.currency == currency:
            return Price(asset.code, currency, par.value, "", "par", note)
        rate = self._observed(ASSETS[par.currency], currency, on, law)
        if rate is None:
            return None
        value = _DIGITS.multiply(par.value, rate.value)
        why = f"{note}; {rate.estimated}" if rate.estimated else note
        return Price(asset.code, currency, value, rate.on, f"par × {rate.source}", why)

    def _observed(self, asset: Asset, currency: str, on: date, law: Law) -> Price | None:
        if asset.code == currency:
            return Price(asset.code, currency, _ONE, str(on), "itself")
        legs = self._route(asset, currency, on)
        if not legs:
            return None
        value = _ONE
        reasons: list[str] = []
        for leg in legs:
            value = leg.rate if len(legs) == 1 else _DIGITS.multiply(value, leg.rate)
            if leg.row.estimated:
                reasons.append(leg.row.estimated)
            age, limit = (on - leg.row.on).days, law.stale_after[leg.klass]
            if age > limit:
                what = f"{leg.row.asset}/{leg.row.currency}"
                reasons.append(
                    f"stale: the last {what} is of {leg.row.on}, {age} days old (limit {limit})"
                )
        return Price(
            asset.code,
            currency,
            value,
            str(min(leg.row.on for leg in legs)),
            " × ".join(leg.row.source for leg in legs),
            "; ".join(reasons),
        )

    def _route(self, asset: Asset, currency: str, on: date) -> tuple[_Leg, ...]:
        straight = self._leg(asset.code, currency, on, asset.klass)
        if straight:
            return (straight,)
        for pivot in PIVOTS:
            first = self._leg(asset.code, pivot, on, asset.klass)
            second = self._leg(pivot, currency, on, "currency") if first else None
            if first and second:
                return first, second
        return ()

    def _leg(self, asset: str, currency: str, on: date, klass: str) -> _Leg | None:
        row = self._last(asset, currency, on)
        if row:
            return _Leg(row, row.price, klass)
        row = self._last(currency, asset, on)
        if row and row.price:
            return _Leg(row, _DIGITS.divide(_ONE, row.price), klass)
        return None

    def _last(self, asset: str, currency: str, on: date) -> Row | None:
        days, rows = self._series.get((asset, currency), ((), ()))
        at = bisect_right(days, on)
        return rows[at - 1] if at else None


def described(price: Price) -> str:
    """Where a price is from, in one line, to stand beside a value for ever.

    >>> described(Price("BTC", "USD", Decimal("58909"), "2024-09-30", "daily close"))
    'daily close, 2024-09-30'
    """
    said = f"{price.source}, {price.on}" if price.on else price.source
    return f"{said} ({price.estimated})" if price.estimated else said


def valuer(prices: PriceBook, blueprint: Blueprint) -> Valuer:
    """Values in the blueprint's own currency, each by the law of its day."""

    def value(asset: Asset, amount: int, on: date) -> Value | None:
        law = blueprint.on(on)
        return prices.value(asset, amount, law.currency, on, law)

    return value
