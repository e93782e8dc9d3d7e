"""Models, calendar and register as the arrays that the kernels read."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np

from qazyna.blueprint import Vehicle
from qazyna.disposition.interlocutory import INTERLOCUTORY
from qazyna.disposition.sale import HOLD as KEPT
from qazyna.disposition.sale import IN_KIND
from qazyna.errors import Refused
from qazyna.lab import register as registers
from qazyna.lab.market import Market, issued
from qazyna.lab.model import GOLD as METAL
from qazyna.lab.model import Conduct, Model, first_business_day
from qazyna.lab.simulate import terms
from qazyna.lab.simulate.arrays import Floats, Records
from qazyna.lab.simulate.pool import Pool
from qazyna.lab.simulate.terms import BEFORE
from qazyna.money import XAU

_DAY: Final = timedelta(days=1)
_SALES: Final = {
    "auction": terms.AUCTION,
    "tranche_sale": terms.TRANCHES,
    "negotiated_sale": terms.NEGOTIATED,
}
ENDINGS: Final = {
    "forfeited": terms.FORFEITED,
    "returned": terms.RETURNED,
    "restituted": terms.RESTITUTED,
    "pending": terms.PENDING,
}
_VENTURE: Final = "venture_fund"
_LISTED: Final = "listed"


@dataclass(frozen=True, slots=True)
class Prepared:
    """Everything that a simulation needs but its seed: see `terms` for the arrays."""

    names: tuple[str, ...]
    coins: tuple[str, ...]
    since: date
    until: date
    models: terms.Models
    units: Records
    calendar: terms.Calendar
    register: terms.Register
    market: terms.Market

    @property
    def days(self) -> int:
        return (self.until - self.since).days + 1


def horizon(models: Sequence[Model], last: date, years: int) -> tuple[date, date]:
    """The first and the last day: whole years after the last price and the last change of a law."""
    latest = max(last, *(model.blueprint.change_dates[-1] for model in models))
    begins = date(latest.year + 1, 1, 1)
    return begins, date(begins.year + years - 1, 12, 31)


def series_of(models: Sequence[Model], on: date) -> tuple[str, ...]:
    """The series that the vehicles of these models follow under the law of a day."""
    found: dict[str, None] = {}
    for model in models:
        conduct = model.on(on)
        for vehicle in conduct.vehicles.values():
            found.update(dict.fromkeys(_followed(vehicle)))
        if METAL in conduct.place:
            found[XAU.code] = None
    return tuple(found)


def _followed(vehicle: Vehicle) -> tuple[str, ...]:
    return (vehicle.series,) if vehicle.series else tuple(name for name, _ in vehicle.mix)


def prepare(
    models: Sequence[Model],
    register: registers.Register,
    market: Market,
    pool: Pool,
    coins: Sequence[str],
    since: date,
    until: date,
) -> Prepared:
    """All arrays for a horizon under the law of its first day."""
    conducts = [model.on(since) for model in models]
    columns = _Columns(pool, coins)
    each = np.zeros(len(models), terms.MODEL)
    widest = max(len(_placings(conduct)) for conduct in conducts)
    place = np.zeros((len(models), widest), terms.PLACE)
    for at, conduct in enumerate(conducts):
        _model(each[at], conduct, market, pool.last)
        for one, (name, vehicle) in enumerate(_placings(conduct).items()):
            _placing(place[at, one], conduct, name, vehicle, columns)
    return Prepared(
        names=tuple(model.name for model in models),
        coins=tuple(coins),
        since=since,
        until=until,
        models=terms.Models(each, _curves(conducts), place),
        units=columns.units(),
        calendar=_calendar(models, conducts, coins, since, until),
        register=_register(register, market, coins),
        market=terms.Market(
            growth=columns.growth(),
            start=np.array([pool.start[code] for code in coins]),
            volume=np.array([pool.volume[code] for code in coins]),
        ),
    )


# models


def _model(into: Records, conduct: Conduct, market: Market, last: date) -> None:
    law = conduct.law
    early = conduct.disposal == INTERLOCUTORY
    way = {KEPT: terms.HOLD, IN_KIND: terms.TO_MANAGERS}.get(conduct.disposal, terms.SELL)
    if early and not conduct.sale_by:
        way = terms.HOLD
    into["way"] = way
    into["sale"] = _SALES.get(conduct.sale_by, terms.NO_SALE)
    named = conduct.sale_by if early or way != terms.SELL else conduct.disposal
    into["sells"] = named in law.mechanisms
    into["early"] = conduct.days_interlocutory if early else -1
    into["final"] = conduct.days_final
    into["delay"] = conduct.days_disposal
    into["block"] = float(conduct.block)
    into["every"] = conduct.every
    into["share"] = float(conduct.tranche_share)
    into["impact"] = float(conduct.tranche_impact)
    into["discount"] = float(conduct.negotiated_discount)
    into["cost"] = float(conduct.sale_cost)
    into["custody"] = float(conduct.custody_cost)
    into["hazard"] = float(conduct.hazard)
    into["loss"] = float(conduct.loss)
    into["to_reserve"], into["to_budget"], into["to_victims"] = map(float, conduct.shares)
    into["in_kind"] = conduct.takes("crypto")
    into["yearly"] = conduct.rebalanced and bool(conduct.place)
    for field, klass in (
        ("most_coins", "crypto"),
        ("most_gold", "gold"),
        ("most_hedge", "hedge_funds"),
        ("most_venture", "venture_funds"),
    ):
        most = conduct.most(klass)
        into[field] = np.inf if most is None else float(most)
    rate = market.rate(law.currency, last) if conduct.base or conduct.floor else 1
    if rate is None:
        raise Refused(
            "no_prices",
            f"There is no rate of {law.currency} to {market.currency} on {last}, and limits of the "
            "law are stated in it: add the euro reference rates to the prices.",
            {"currency": law.currency, "date": last},
        )
    into["base"] = float((conduct.base or 0) * rate)
    into["floor"] = -1.0 if conduct.floor is None else float(conduct.floor * rate)


def _curves(conducts: Sequence[Conduct]) -> Floats:
    points = [conduct.discount.points if conduct.discount else ((0, 0),) for conduct in conducts]
    width = max(len(each) for each in points)
    curves = np.zeros((len(conducts), 2, width))
    for at, each in enumerate(points):
        for one in range(width):
            ratio, discount = each[min(one, len(each) - 1)]
            curves[at, 0, one], curves[at, 1, one] = float(ratio), float(discount)
    return curves


def _placings(conduct: Conduct) -> Mapping[str, Vehicle | None]:
    """Every vehicle of a practice, and gold where it has a weight."""
    named = {name: conduct.vehicles.get(name) for name in conduct.place}
    return {**named, **{n: v for n, v in conduct.vehicles.items() if n not in named}}


def _placing(
    into: Records, conduct: Conduct, name: str, vehicle: Vehicle | None, columns: "_Columns"
) -> None:
    into["weight"] = float(conduct.place.get(name, 0))
    into["named"] = name in conduct.place
    into["unit"] = columns.unit(vehicle)
    if vehicle is None:
        into["klass"], into["gate"] = terms.GOLD, 1.0
        return
    venture = vehicle.kind == _VENTURE
    into["klass"] = terms.VENTURE if venture else terms.HEDGE
    into["gate"] = float(vehicle.gate)
    into["notice"] = vehicle.notice_days
    weights = [
        conduct.place.get(other, 0) for other, v in conduct.vehicles.items() if v.kind != _VENTURE
    ]
    if not venture:
        into["takes"] = into["weight"] if any(weights) else 1.0


class _Columns:
    """Columns of the market: the coins, then the growth before charges of each unit value."""

    def __init__(self, pool: Pool, coins: Sequence[str]) -> None:
        self._pool = pool
        self._growth = [pool.growth[code] for code in coins]
        self._columns: dict[object, int] = {}
        self._units: dict[tuple[int, float, float, int], int] = {}

    def unit(self, vehicle: Vehicle | None) -> int:
        """The unit value of a vehicle; of gold itself for None."""
        if vehicle is None:
            terms_of = self._column(XAU.code, lambda: self._pool.growth[XAU.code]), 0.0, 0.0, 0
        else:
            terms_of = (
                self._column(
                    (vehicle.mix, vehicle.alpha, vehicle.series), lambda: self._of(vehicle)
                ),
                float(vehicle.management),
                float(vehicle.performance),
                int(vehicle.kind != _LISTED),
            )
        return self._units.setdefault(terms_of, len(self._units))

    def _column(self, key: object, growth: Callable[[], Floats]) -> int:
        if key not in self._columns:
            self._columns[key] = len(self._growth)
            self._growth.append(growth())
        return self._columns[key]

    def _of(self, vehicle: Vehicle) -> Floats:
        found = np.full(self._pool.days, 1.0 + float(vehicle.alpha) / 365.0)
        if vehicle.series:
            return found + (self._pool.growth[vehicle.series] - 1.0)
        for name, weight in vehicle.mix:
            found += float(weight) * (self._pool.growth[name] - 1.0)
        return found

    def growth(self) -> Floats:
        return np.ascontiguousarray(self._growth)

    def units(self) -> Records:
        found = np.zeros(len(self._units), terms.UNIT)
        for (source, management, performance, stated), at in self._units.items():
            found[at] = management, performance, source, stated
        return found


# the calendar


def _calendar(
    models: Sequence[Model],
    conducts: Sequence[Conduct],
    coins: Sequence[str],
    since: date,
    until: date,
) -> terms.Calendar:
    days = [since + timedelta(days=each) for each in range((until - since).days + 1)]
    shape = len(models), len(days)
    business = np.full((len(models), len(days) + 1), len(days), np.int64)
    placing, closing = np.zeros(shape, np.uint8), np.zeros(shape, np.int64)
    first_value = np.zeros(shape, np.int64)
    before = since - timedelta(days=BEFORE)
    for at, conduct in enumerate(conducts):
        for number in range(len(days) - 1, -1, -1):
            works = days[number].isoweekday() not in conduct.law.weekend
            business[at, number] = number if works else business[at, number + 1]
        year = 0
        # Where nothing is placed, placing days are days like others.
        for first in (day for day in days if day.day == 1 and _placings(conduct)):
            number = (first_business_day(conduct.law, first) - since).days
            if number < len(days):
                placing[at, number] = 1 if days[number].year == year else 2
                closing[at, number] = (first - _DAY - since).days
                year = days[number].year
        if conduct.floor is not None:
            for number, day in enumerate(days):
                start = _months_before(day, conduct.floor_months)
                first_value[at, number] = max((start - before).days + 1, 0)
    following = [day + _DAY for day in days]
    years = [
        number for number, day in enumerate(days) if number == 0 or (day.month, day.day) == (1, 1)
    ]
    supply = [
        [float(issued(before + timedelta(days=each))) for each in range(len(days) + BEFORE)]
        if code == "BTC"
        else [-1.0] * (len(days) + BEFORE)
        for code in coins
    ]
    return terms.Calendar(
        business=business,
        placing=placing,
        closing=closing,
        since=first_value,
        month_end=np.array([number for number, day in enumerate(following) if day.day == 1]),
        year_end=np.array([day.month == 1 for day in following if day.day == 1], np.uint8),
        year=np.array([*years, len(days)], np.int64),
        supply=np.array(supply),
    )


def _months_before(day: date, months: int) -> date:
    index = day.year * 12 + day.month - 1 - months
    return date(index // 12, index % 12 + 1, min(day.day, 28))


# the register


def drawable(register: registers.Register) -> list[registers.Holding]:
    """The holdings that can be drawn: coins. Money and metal are left out."""
    return [each for each in register.holdings if each.asset.klass == "crypto" and each.amount]


def _register(register: registers.Register, market: Market, coins: Sequence[str]) -> terms.Register:
    cases: dict[str, list[registers.Holding]] = {}
    for each in drawable(register):
        if each.asset.code in coins:
            cases.setdefault(each.case, []).append(each)
    held = [each for case in cases.values() for each in case]
    counts = np.array([len(case) for case in cases.values()])
    return terms.Register(
        first=np.concatenate(([0], np.cumsum(counts))).astype(np.int64),
        asset=np.array([coins.index(each.asset.code) for each in held], np.int64),
        value=np.array([_value(each, market) for each in held]),
        after=np.array(
            [(each.seized_on - case[0].seized_on).days for case in cases.values() for each in case],
            np.int64,
        ),
        outcome=np.array([ENDINGS[each.outcome] for each in held], np.int64),
        final=np.array(
            [(each.final_on - each.seized_on).days if each.final_on else -1 for each in held],
            np.int64,
        ),
    )


def _value(holding: registers.Holding, market: Market) -> float:
    found = market.value(holding.asset, holding.amount, holding.seized_on)
    if found is None:
        raise Refused(
            "no_prices",
            f"Line {holding.line} of the register: {holding.asset.code} has no price on "
            f"{holding.seized_on}, so that its value at seizure is not known. Add prices of that "
            "time, or leave the row out.",
            {"line": holding.line, "asset": holding.asset.code, "date": holding.seized_on},
        )
    return float(found)


def codes(holdings: Iterable[registers.Holding]) -> tuple[str, ...]:
    """The coins of some holdings, each once."""
    return tuple(dict.fromkeys(each.asset.code for each in holdings))
