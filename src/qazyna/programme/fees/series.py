"""Performance fees by series: units of each subscription day are a series with a mark of its own.

At a crystallisation a series whose NAV stands at its mark is rolled up into the lead series, the
oldest, if that one does too: its holders get lead units of the same value, and one mark is left.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from qazyna.programme.fees.exact import exactly
from qazyna.programme.fees.performance import next_mark, on_a_unit
from qazyna.programme.terms import PerformanceFee


@dataclass(slots=True, eq=False)
class Series:
    """Units that were subscribed on one day, or rolled up together since."""

    opened_on: date
    gav: Decimal
    mark: Decimal
    since: date
    """From when its hurdle is counted."""


@dataclass(slots=True)
class Lot:
    """What one subscription has: so many units of a series."""

    series: Series
    units: Decimal


class BySeries:
    """Charging by series. A series opens at a unit value of its own, which decides nothing."""

    def __init__(self, terms: PerformanceFee, opens_at: Decimal = Decimal(100)) -> None:
        self.terms = terms
        self.opens_at = opens_at
        self.series: list[Series] = []
        self.lots: list[Lot] = []

    @exactly
    def subscribe(self, on: date, money: Decimal) -> int:
        opened = self.series[-1] if self.series else None
        if opened is None or opened.opened_on != on or opened.gav != opened.mark:
            opened = Series(on, self.opens_at, self.opens_at, on)
            self.series.append(opened)
        self.lots.append(Lot(opened, money / opened.gav))
        return len(self.lots) - 1

    @exactly
    def grow(self, factor: Decimal) -> None:
        for each in self.series:
            each.gav *= factor

    @exactly
    def accrued(self, lot: int, on: date) -> Decimal:
        held = self.lots[lot]
        return held.units * self._due(held.series, on)

    @exactly
    def net(self, lot: int, on: date) -> Decimal:
        held = self.lots[lot]
        return held.units * (held.series.gav - self._due(held.series, on))

    @exactly
    def redeem(self, lot: int, share: Decimal, on: date) -> Decimal:
        charged = self.accrued(lot, on) * share
        self.lots[lot].units *= 1 - share
        return charged

    @exactly
    def crystallise(self, on: date) -> dict[int, Decimal]:
        charged = {number: self.accrued(number, on) for number in range(len(self.lots))}
        for each in self.series:
            each.gav -= self._due(each, on)
            each.mark, each.since = next_mark(self.terms, each.mark, each.gav), on
        self._roll_up()
        return charged

    def _roll_up(self) -> None:
        lead = self.series[0] if self.series else None
        if lead is None or lead.gav < lead.mark:
            return
        for each in [series for series in self.series[1:] if series.gav >= series.mark]:
            for held in self.lots:
                if held.series is each:
                    held.series, held.units = lead, held.units * each.gav / lead.gav
            self.series.remove(each)

    def _due(self, series: Series, on: date) -> Decimal:
        return on_a_unit(self.terms, series.gav, series.mark, series.since, on)
