"""The real days that histories are drawn from: joint daily growth of everything that is needed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np

from qazyna.errors import Refused
from qazyna.lab.market import CASH, Market, Series
from qazyna.lab.simulate.arrays import Floats
from qazyna.money import ASSETS

LEVEL_DAYS: Final = 365
"""Days whose mean volume is the level of a day."""

LEAST_DAYS: Final = 365
"""A market of fewer real days than this is no market to draw from."""

_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Pool:
    """T real days, from `first` to `last`; each is what happened from the day before to that day.

    `growth` is of every series: level ÷ level of the day before; of CASH, 1 and a day of the yield
    of the day before. `volume` is how many coins were traded in a day, at the level of the last
    year; zeros where nobody knows. `start` is the last real price.
    """

    first: date
    last: date
    growth: dict[str, Floats]
    volume: dict[str, Floats]
    start: dict[str, float]
    gaps: tuple[str, ...]

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    def yearly(self, name: str) -> float:
        """What a series grew by in a year of these days, on geometric average."""
        return float(np.expm1(np.log(self.growth[name]).mean() * 365.0))


def pool(
    market: Market, coins: Sequence[str], others: Iterable[str], since: date, until: date | None
) -> Pool:
    """The joint days of coins and other series from one day to another, as far as all have data.

    Refused where a series is missing, or fewer than a year of days is left.
    """
    names = list(dict.fromkeys((*coins, *others)))
    first, last, gaps = since + _DAY, until or date.max, []
    for name in names:
        series = _series(market, name)
        if series.first + _DAY > first:
            first = series.first + _DAY
        last = min(last, series.until)
    for name in names:
        series = _series(market, name)
        if series.first > since:
            gaps.append(f"{name}: {series.source} begins on {series.first}; no day before is drawn")
        if until is None and series.until > last:
            continue
        if series.until == last and until is None and len(names) > 1:
            gaps.append(f"{name}: {series.source} ends on {series.until}; no day after is drawn")
        gaps += [
            f"{name}: no value from {begins} to {ends}; the last one before is kept"
            for begins, ends in series.holes(first, last)
        ]
    if (last - first).days + 1 < LEAST_DAYS:
        raise Refused(
            "too_few_days",
            f"All of {', '.join(names)} together have data from {first} to {last}: that is less "
            "than a year to draw days from. Give longer series, or leave a model out.",
            {"from": first, "to": last, "series": ", ".join(names)},
        )
    days = [first - _DAY + timedelta(days=each) for each in range((last - first).days + 2)]
    growth, start = {}, {}
    for name in names:
        levels = _levels(market, name, days)
        growth[name] = 1.0 + levels[:-1] / 36_500.0 if name == CASH else levels[1:] / levels[:-1]
        start[name] = float(levels[-1])
    volume = {code: _volume(_series(market, code), days) for code in coins}
    return Pool(first, last, growth, volume, start, tuple(gaps))


def _series(market: Market, name: str) -> Series:
    found = market.series.get(name)
    if found is None:
        raise Refused(
            "no_prices",
            f"The prices have no series of {name}, and no day can be drawn without it: add its "
            "file to the folder.",
            {"series": name},
        )
    return found


def _levels(market: Market, name: str, days: Sequence[date]) -> Floats:
    """Values of a series on every day, the last one standing; of coins and gold in our money."""
    series = _series(market, name)
    values = []
    for day in days:
        value = market.price(name, day) if name in ASSETS else series.on(day)
        if value is None or (value <= 0 and name != CASH):
            raise Refused(
                "no_prices",
                f"{name} has no value in {market.currency} on {day}: give the rates of that time, "
                "or draw from later days.",
                {"series": name, "date": day},
            )
        values.append(float(value))
    return np.array(values)


def _volume(series: Series, days: Sequence[date]) -> Floats:
    """Coins traded each day but the first: in proportion to its own year, at today's level."""
    if not any(series.volumes):
        return np.zeros(len(days) - 1)
    begin = max(series.first, days[0] - timedelta(days=LEVEL_DAYS))
    ahead = [begin + timedelta(days=each) for each in range((days[0] - begin).days)]
    traded, last = [], 0.0
    for day in (*ahead, *days):
        at = series.at(day)
        seen = series.volumes[at] if series.days[at] == day else None
        if seen:
            last = float(seen)
        traded.append(last)
    coins = np.array(traded)
    sums = np.concatenate(([0.0], np.cumsum(coins)))
    ends = np.arange(1, coins.size + 1)
    begins = np.maximum(ends - LEVEL_DAYS, 0)
    level = (sums[ends] - sums[begins]) / (ends - begins)
    ratio = np.divide(coins, level, out=np.ones_like(coins), where=level > 0)[-(len(days) - 1) :]
    return np.asarray(ratio / ratio.mean() * level[-1])
