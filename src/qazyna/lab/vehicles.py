"""What a unit of a vehicle is worth: a formula over real series, day by day.

    gross = Σ weight·return + alpha·days/365
    NAV  ×= 1 + gross − management·days/365;  at a year's end less performance × max(0, NAV − mark)

from 100 on the first day of the window. Days are those on which a series of the mix was observed;
cash earns the yield of the day before. Where one of them ends, nothing more can be said of the
vehicle: it stands at its last value.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Final

from qazyna.blueprint import Vehicle
from qazyna.lab.market import CASH, DIGITS, Market, Series

START: Final = Decimal(100)
YEAR: Final = Decimal(365)
_LEAST: Final = Decimal("0.000001")
"""A fund that has lost everything is worth next to nothing: a unit still has a NAV."""

Stretch = tuple[date, Vehicle | None]
"""The first day of a stretch, and what the vehicle is in it."""


@dataclass(frozen=True, slots=True)
class Path:
    """NAV per unit by day, and the fees charged on a unit since the first day."""

    name: str
    days: tuple[date, ...]
    navs: tuple[Decimal, ...]
    fees: tuple[Decimal, ...]
    since: date
    until: date
    """Between these days, both included, it can be dealt in."""
    gaps: tuple[str, ...] = ()

    def nav(self, day: date) -> Decimal:
        """The last NAV by that day."""
        return self.navs[max(bisect_right(self.days, day) - 1, 0)]

    def fee(self, day: date) -> Decimal:
        """All fees of one unit until that day."""
        return self.fees[max(bisect_right(self.days, day) - 1, 0)]

    def open(self, day: date) -> bool:
        return self.since <= day <= self.until


def path(name: str, stretches: Sequence[Stretch], market: Market, until: date) -> Path:
    """The path of a vehicle from the first stretch on until a day."""
    gaps: list[str] = []
    nav = mark = START
    fees = Decimal(0)
    begun: date | None = None
    stands = until
    found: list[tuple[date, Decimal, Decimal]] = []
    ends = [day - timedelta(days=1) for day, _ in stretches[1:]] + [until]
    for (start, vehicle), end in zip(stretches, ends, strict=True):
        if vehicle is None:
            continue
        reach = _reach(vehicle, market, start, end, gaps)
        if reach is None:
            stands = min(stands, start)
            break
        begin, stop = reach
        before = found[-1][0] if found else begin
        if begun is None:
            begun = begin
            found.append((begin, nav, fees))
        for day, last_of_year in _days(vehicle, market, max(begin, before), stop):
            growth, charged = _growth(vehicle, market, before, day)
            fees += DIGITS.multiply(nav, charged)
            nav = max(DIGITS.multiply(nav, 1 + growth - charged), _LEAST)
            if last_of_year and nav > mark:
                due = DIGITS.multiply(vehicle.performance, nav - mark)
                fees, nav = fees + due, nav - due
                mark = nav
            found.append((day, nav, fees))
            before = day
        if stop < end:
            stands = stop
            break
    if begun is None:
        return Path(name, (stretches[0][0],), (START,), (fees,), date.max, date.min, tuple(gaps))
    days, navs, charges = zip(*found, strict=True)
    return Path(name, days, navs, charges, begun, stands, tuple(gaps))


def _reach(
    vehicle: Vehicle, market: Market, start: date, end: date, gaps: list[str]
) -> tuple[date, date] | None:
    """The part of a stretch in which every series of its mix says something."""
    begin, stop = start, end
    for name in _names(vehicle):
        series = market.series.get(name)
        if series is None or series.first > end:
            gaps.append(f"{vehicle.name}: there is no series {name}; no money is placed in it")
            return None
        if series.first > begin:
            begin = series.first
            gaps.append(f"{vehicle.name}: {name} begins on {begin}; before, it takes no money")
        if series.until < stop:
            stop = series.until
            gaps.append(
                f"{vehicle.name}: {name} ends on {stop}; from then on it stands at its last value "
                "and takes no more money"
            )
    return (begin, stop) if begin <= stop else None


def _names(vehicle: Vehicle) -> tuple[str, ...]:
    return (vehicle.series,) if vehicle.series else tuple(name for name, _ in vehicle.mix)


def _days(vehicle: Vehicle, market: Market, after: date, stop: date) -> Iterator[tuple[date, bool]]:
    """The days after one on which anything of the mix was observed, and which end their year."""
    found: set[date] = set()
    for name in _names(vehicle):
        days = market.series[name].days
        found.update(days[bisect_right(days, after) : bisect_right(days, stop)])
    ordered = sorted(found)
    for day, following in pairwise(ordered):
        yield day, following.year != day.year
    if ordered:
        yield ordered[-1], (ordered[-1].month, ordered[-1].day) == (12, 31)


def _growth(vehicle: Vehicle, market: Market, before: date, day: date) -> tuple[Decimal, Decimal]:
    """The gross return of a unit from one day to another, and the management fee for it."""
    years = DIGITS.divide(Decimal((day - before).days), YEAR)
    found = DIGITS.multiply(vehicle.alpha, years)
    if vehicle.series:
        found += _return(market.series[vehicle.series], before, day)
    else:
        for name, weight in vehicle.mix:
            series = market.series[name]
            if name == CASH:
                rate = series.on(before) or Decimal(0)
                change = DIGITS.multiply(rate.scaleb(-2), years)
            else:
                change = _return(series, before, day)
            found += DIGITS.multiply(weight, change)
    return found, DIGITS.multiply(vehicle.management, years)


def _return(series: Series, before: date, day: date) -> Decimal:
    was, now = series.on(before), series.on(day)
    if was is None or now is None or was == now:
        return Decimal(0)
    return DIGITS.subtract(DIGITS.divide(now, was), Decimal(1))
