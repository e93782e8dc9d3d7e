"""The market as it was: prices, volumes and market values of real series, and where each ends.

Within a series the last observation counts until the next; past its end nothing is known, and
nothing is made up. Everything is exact decimals in the one currency of the comparison.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import Final

from qazyna.errors import Refused
from qazyna.money import ASSETS, Asset

DIGITS: Final = Context(prec=28, rounding=ROUND_HALF_EVEN)
"""Ratios of prices are kept to 28 significant digits."""

_WIDE: Final = Context(prec=60)
"""Sums of many are kept whole."""

CASH: Final = "CASH"
"""The yield of short government paper, per cent a year."""

DAILY, MONTHLY = 7, 45
"""Days for which an observation of such a series still counts, after it and past its end."""

MEAN_DAYS: Final = 30
"""Days before a sale over which the mean daily volume is taken."""

_DAY = timedelta(days=1)
_SUPPLY: Final = (
    # Bitcoin: coins issued by the days on which its protocol halved what a block pays.
    (date(2009, 1, 3), 0),
    (date(2012, 11, 28), 10_500_000),
    (date(2016, 7, 9), 15_750_000),
    (date(2020, 5, 11), 18_375_000),
    (date(2024, 4, 20), 19_687_500),
    (date(2028, 4, 20), 20_343_750),
)


@dataclass(frozen=True, slots=True)
class Series:
    """One series: observations by day, oldest first.

    `currency` is empty for an index, a yield, or a value of one's own. Volumes are in the asset's
    own unit, market values in `currency`; either may be missing on a day.
    """

    name: str
    currency: str
    days: tuple[date, ...]
    values: tuple[Decimal, ...]
    source: str
    good_for: int = DAILY
    volumes: tuple[Decimal | None, ...] = ()
    market_values: tuple[Decimal | None, ...] = ()

    @property
    def first(self) -> date:
        return self.days[0]

    @property
    def last(self) -> date:
        return self.days[-1]

    @property
    def until(self) -> date:
        """The last day on which it says anything: its own for a daily one, else its period's."""
        return self.last if self.good_for == DAILY else self.last + timedelta(days=31)

    def at(self, day: date) -> int:
        """The index of the last observation by that day; -1 before the first."""
        return bisect_right(self.days, day) - 1

    def on(self, day: date) -> Decimal | None:
        """The last value observed by that day; None before the first and past the end."""
        at = self.at(day)
        return self.values[at] if at >= 0 and day <= self.until else None

    def exactly(self, day: date) -> Decimal | None:
        """The value observed that very day."""
        at = self.at(day)
        return self.values[at] if at >= 0 and self.days[at] == day else None

    def volume_before(self, day: date) -> Decimal | None:
        """The last volume observed before that day, if it is not old."""
        at = bisect_right(self.days, day - _DAY) - 1
        if at < 0 or not self.volumes or (day - self.days[at]).days > DAILY:
            return None
        return self.volumes[at] or None

    def mean_volume(self, day: date) -> Decimal | None:
        """The mean daily volume of the thirty days before; None where none was observed."""
        since = bisect_right(self.days, day - timedelta(days=MEAN_DAYS + 1))
        seen = [v for v in self.volumes[since : bisect_right(self.days, day - _DAY)] if v]
        return DIGITS.divide(sum(seen, Decimal(0)), Decimal(len(seen))) if seen else None

    def holes(self, since: date, until: date) -> Iterable[tuple[date, date]]:
        """Stretches of a window in which the last observation is too old to count."""
        longest = timedelta(days=self.good_for)
        for before, after in zip(self.days, self.days[1:], strict=False):
            if after - before > longest and before < until and after > since:
                yield before + _DAY, after - _DAY


class Market:
    """All series of one folder, looked at in one currency."""

    def __init__(
        self,
        series: Iterable[Series],
        rates: Mapping[str, Series] | None = None,
        currency: str = "USD",
        pars: Mapping[str, tuple[str, Decimal]] | None = None,
        gaps: Iterable[str] = (),
        assumed: Iterable[str] = (),
    ) -> None:
        """`rates` are euro reference rates (the price of one euro) by currency; `pars` fixed values
        of assets that no series prices: asset -> (currency, value). `gaps` and `assumed` are what
        whoever read the series has to say of them."""
        self.currency = currency
        self.series = {each.name: each for each in series}
        self.rates = dict(rates or {})
        self.pars = dict(pars or {})
        self.gaps = tuple(gaps)
        self.assumed = tuple(assumed)
        self._found: dict[tuple[str, date], Decimal | None] = {}
        self._sums: dict[str, list[tuple[Decimal, int]]] = {}

    def priced(self, asset: str) -> bool:
        """Whether anything says what the asset is worth, on any day."""
        return asset in self.series or asset in self.pars or self.is_money(asset)

    def is_money(self, asset: str) -> bool:
        known = ASSETS.get(asset)
        return known is not None and known.klass == "currency"

    def rate(self, currency: str, day: date) -> Decimal | None:
        """How much of our currency one unit of that one was, at the last euro reference rate."""
        if currency == self.currency:
            return Decimal(1)
        mine, theirs = self._euro(self.currency, day), self._euro(currency, day)
        return None if mine is None or theirs is None else DIGITS.divide(mine, theirs)

    def _euro(self, currency: str, day: date) -> Decimal | None:
        if currency == "EUR":
            return Decimal(1)
        series = self.rates.get(currency)
        return series.on(day) if series else None

    def price(self, asset: str, day: date) -> Decimal | None:
        """What one unit of the asset is worth on a day: the last observation, a par, or a rate."""
        key = asset, day
        if key not in self._found:
            self._found[key] = self._price(asset, day)
        return self._found[key]

    def _price(self, asset: str, day: date) -> Decimal | None:
        series = self.series.get(asset)
        if series is None and asset in self.pars:
            currency, value = self.pars[asset]
        elif series is None:
            return self.rate(asset, day) if self.is_money(asset) else None
        else:
            found, currency = series.on(day), series.currency
            if found is None:
                return None
            value = found
        rate = self.rate(currency, day)
        return None if rate is None else value if rate == 1 else DIGITS.multiply(value, rate)

    def close(self, asset: str, day: date) -> Decimal | None:
        """The price observed on that very day: the only one at which anything is sold."""
        series = self.series.get(asset)
        if series is not None and series.exactly(day) is None:
            return None
        return self.price(asset, day)

    def last_day(self, asset: str) -> date | None:
        """The last day on which the asset has a price; None where it has no end."""
        series = self.series.get(asset)
        return series.until if series else None

    def volume_before(self, asset: str, day: date) -> Decimal | None:
        series = self.series.get(asset)
        return series.volume_before(day) if series else None

    def mean_volume(self, asset: str, day: date) -> Decimal | None:
        series = self.series.get(asset)
        return series.mean_volume(day) if series else None

    def has_volumes(self, asset: str) -> bool:
        series = self.series.get(asset)
        return series is not None and any(series.volumes)

    def market_value(self, asset: str, day: date, months: int) -> Decimal | None:
        """The mean of what all of the asset was worth over so many months before that day.

        Where no series says it, that of bitcoin is its price times what its protocol has issued.
        """
        series = self.series.get(asset)
        if series is None:
            return None
        if asset not in self._sums:
            self._sums[asset] = self._summed(asset, series)
        index = day.year * 12 + day.month - 1 - months
        start = date(index // 12, index % 12 + 1, min(day.day, 28))
        before, by = series.at(start) + 1, series.at(day) + 1
        (less, fewer), (more, count) = self._sums[asset][before], self._sums[asset][by]
        if count == fewer:
            return None
        return DIGITS.divide(_WIDE.subtract(more, less), Decimal(count - fewer))

    def _summed(self, asset: str, series: Series) -> list[tuple[Decimal, int]]:
        """Market values summed up, and how many are known, before each observation."""
        total, count = Decimal(0), 0
        sums = [(total, count)]
        for at, (day, value) in enumerate(zip(series.days, series.values, strict=True)):
            known = series.market_values[at] if series.market_values else None
            if known is None and asset == "BTC":
                known = DIGITS.multiply(value, issued(day))
            rate = self.rate(series.currency, day)
            if known is not None and rate is not None:
                total, count = _WIDE.add(total, DIGITS.multiply(known, rate)), count + 1
            sums.append((total, count))
        return sums

    def value(self, asset: Asset, amount: int, day: date) -> Decimal | None:
        """What an amount is worth that day, unrounded; None without a price."""
        price = self.price(asset.code, day)
        return None if price is None else DIGITS.multiply(asset.decimal(amount), price)


def issued(day: date) -> Decimal:
    """How many bitcoin there were: the protocol's own schedule, a straight line between halvings.

    >>> from datetime import date
    >>> issued(date(2016, 7, 9))
    Decimal('15750000')
    """
    at = min(max(bisect_right([on for on, _ in _SUPPLY], day) - 1, 0), len(_SUPPLY) - 2)
    (since, before), (until, after) = _SUPPLY[at], _SUPPLY[at + 1]
    share = DIGITS.divide(Decimal((day - since).days), Decimal((until - since).days))
    return DIGITS.add(Decimal(before), DIGITS.multiply(Decimal(after - before), share))


def in_currency(currency: str) -> str:
    """The currency itself, if it is one that is known here."""
    found = ASSETS.get(currency)
    if found is None or found.klass != "currency":
        known = ", ".join(code for code, asset in ASSETS.items() if asset.klass == "currency")
        raise Refused(
            "unknown_currency",
            f"“{currency[:40]}” is no currency known here. Known are {known}.",
            {"currency": currency[:40]},
        )
    return currency
