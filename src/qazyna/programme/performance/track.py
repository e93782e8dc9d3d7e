"""What the books know of a manager, as valuations, returns by period, and what we had with it.

A fund that states NAVs at least monthly is measured by months, else by quarters or years: by the
last NAV of each. Returns are net, for NAVs are, and in the programme's currency: a NAV counts at
the rate of its day, and a flow at that of its own.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from statistics import median
from typing import Final, TypeAlias

import numpy as np

from qazyna.clock import month_end
from qazyna.programme.manager import Manager
from qazyna.programme.performance.arrays import Array
from qazyna.programme.performance.composite import PortfolioMonth
from qazyna.programme.performance.flow_files import Index
from qazyna.programme.performance.series_files import BY_CALENDAR, Returns
from qazyna.programme.performance.staleness import Valuation, valuations
from qazyna.programme.performance.twr import day_weights, modified_dietz

Fees: TypeAlias = Mapping[tuple[date, date], Decimal]
"""first and last day of a statement's period -> what was charged, in the fund's currency"""

Rate: TypeAlias = Callable[[date], float | None]
"""What one unit of the fund's currency was worth that day in the programme's; None if unknown."""

USUAL_DAYS: Final = ((12, 45), (4, 135))
"""periods a year, and how far apart NAVs usually are at most to be measured so"""


@dataclass(frozen=True, slots=True)
class Step:
    """One period of a fund, from the end of `begin` to the end of `end`."""

    begin: date
    end: date
    net: float
    """The fund's time-weighted return; NaN where it is not known."""
    ours: float
    """The same by Modified Dietz over what we had with it; NaN where that was nothing."""
    gross: float
    """The net return, and what was charged over what was invested; NaN where no statement of the
    period says what was charged."""
    alone: bool
    """Whether it is one period, and not several without a NAV in between."""
    opening: float
    weighted_flows: float
    closing: float
    """What we had with the fund, in the programme's currency."""


@dataclass(frozen=True, slots=True)
class Track:
    """A manager's periods in their order, and how many make a year."""

    code: str
    periods: int
    valuations: tuple[Valuation, ...]
    """In the fund's currency: NAVs per unit, or of the whole interest."""
    steps: tuple[Step, ...]


def track(
    manager: Manager,
    scale: int,
    unit_scale: int,
    rate: Rate,
    since: date,
    until: date,
    fees: Fees | None = None,
) -> Track:
    """A manager's track from `since` to `until`."""
    known = valuations(manager, scale, since, until)
    periods = _periods([each.on for each in known])
    last_of: dict[int, Valuation] = {_period(each.on, periods): each for each in known}
    ours = _Position(manager, known, scale, unit_scale, rate)
    charged = {
        _period(last, periods): amount
        for (first, last), amount in (fees or {}).items()
        if _period(first, periods) == _period(last, periods)
    }
    steps = tuple(
        _step(ours, before, after, key - earlier == 1, charged.get(key))
        for (earlier, before), (key, after) in pairwise(sorted(last_of.items()))
    )
    return Track(manager.code, periods, known, steps)


def _periods(days: Sequence[date]) -> int:
    gaps = [(after - before).days for before, after in pairwise(days)]
    usual = median(gaps) if gaps else 0
    return next((periods for periods, most in USUAL_DAYS if usual <= most), 1)


def _period(day: date, periods: int) -> int:
    """The number of the period of the calendar that a day is in."""
    return (day.year * 12 + day.month - 1) // BY_CALENDAR[periods]


def period_end(number: int, periods: int) -> date:
    """The last day of a period of the calendar."""
    months = BY_CALENDAR[periods]
    last = number * months + months - 1
    return month_end(date(last // 12, last % 12 + 1, 1))


class _Position:
    """What we had with a fund, and what was paid in and taken out, in the programme's currency."""

    def __init__(
        self,
        manager: Manager,
        known: Sequence[Valuation],
        scale: int,
        unit_scale: int,
        rate: Rate,
    ) -> None:
        self.rate = rate
        self.hedge = manager.manager_kind == "hedge_fund"
        stated = {each.on: each.worth for each in known}
        self.moves: list[tuple[date, Decimal]] = []
        """What was paid in, taken out less than nothing, in the fund's currency."""
        self.units: list[tuple[date, Decimal]] = []
        for dealt in manager.dealt:
            units = Decimal(dealt.units).scaleb(-unit_scale)
            self.units.append((dealt.on, units))
            if dealt.amount is not None:
                money = Decimal(dealt.amount).scaleb(-scale)
                self.moves.append((dealt.on, money if units > 0 else -money))
            elif dealt.on in stated:
                self.moves.append((dealt.on, units * stated[dealt.on]))
        if not self.hedge:
            self.moves = [(f.on, Decimal(f.amount).scaleb(-scale)) for f in manager.flows]

    def worth(self, valuation: Valuation) -> float:
        """At the end of that day, in the programme's currency; NaN without a rate."""
        held = Decimal(1)
        if self.hedge:
            held = sum((u for on, u in self.units if on <= valuation.on), Decimal(0))
        return float(held * valuation.worth) * _known(self.rate(valuation.on))

    def flows(self, begin: date, end: date) -> tuple[Array, Array]:
        """Amounts and weights of what moved after `begin` and by `end`."""
        these = [(on, amount) for on, amount in self.moves if begin < on <= end]
        amounts = [float(amount) * _known(self.rate(on)) for on, amount in these]
        return np.array(amounts), day_weights([on for on, _ in these], begin, end)


def _step(
    ours: _Position, before: Valuation, after: Valuation, alone: bool, charged: Decimal | None
) -> Step:
    opening, closing = ours.worth(before), ours.worth(after)
    amounts, weights = ours.flows(before.on, after.on)
    weighted = float(weights @ amounts)
    dietz = modified_dietz(opening, closing, amounts, weights)
    net = dietz
    if ours.hedge:
        rates = _known(ours.rate(before.on)), _known(ours.rate(after.on))
        net = float(after.worth) * rates[1] / (float(before.worth) * rates[0]) - 1.0
    gross = np.nan
    if alone and charged is not None and opening + weighted > 0:
        gross = net + float(charged) * _known(ours.rate(after.on)) / (opening + weighted)
    return Step(before.on, after.on, net, dietz, gross, alone, opening, weighted, closing)


def _known(rate: float | None) -> float:
    return np.nan if rate is None else rate


def table(tracks: Sequence[Track]) -> Returns:
    """The returns of managers of one number of periods, as a file of them would hold them.

    A stretch of several periods without a NAV is NaN in each: its return is no period's.
    """
    periods = tracks[0].periods
    numbers = [_period(step.end, periods) for track in tracks for step in track.steps]
    if not numbers:
        return Returns((), tuple(track.code for track in tracks), np.empty((0, len(tracks))))
    first, last = min(numbers), max(numbers)
    matrix = np.full((last - first + 1, len(tracks)), np.nan)
    for column, track in enumerate(tracks):
        for step in track.steps:
            if step.alone:
                matrix[_period(step.end, periods) - first, column] = step.net
    days = tuple(period_end(number, periods) for number in range(first, last + 1))
    return Returns(days, tuple(track.code for track in tracks), matrix)


def portfolio(track: Track) -> dict[tuple[int, int], PortfolioMonth]:
    """A manager in a composite: the months at whose beginning we had something with it."""
    if track.periods != 12:
        return {}
    return {
        (step.end.year, step.end.month): PortfolioMonth(
            step.opening,
            step.weighted_flows,
            step.closing,
            step.net,
            None if np.isnan(step.gross) else step.gross,
        )
        for step in track.steps
        if step.alone
        and step.opening > 0
        and not np.isnan((step.net, step.weighted_flows, step.closing)).any()
    }


def index_of(returns: Returns, periods: float) -> Index:
    """A benchmark of returns as levels, 1 a period before its first."""
    base = returns.days[0] - timedelta(days=round(365.25 / periods))
    if periods in BY_CALENDAR:
        base = period_end(_period(returns.days[0], int(periods)) - 1, int(periods))
    levels = np.cumprod(1.0 + returns.matrix[:, 0])
    return Index((base, *returns.days), (1.0, *levels.tolist()))


def over(index: Index, days: Sequence[date], periods: int) -> Array:
    """An index's returns over the periods that end on these days; NaN where it spans none."""
    found = np.full(len(days), np.nan)
    for at, day in enumerate(days):
        begin = index.at(period_end(_period(day, periods) - 1, periods))
        end = index.at(day)
        if begin and end and _period(end[0], periods) == _period(day, periods):
            found[at] = end[1] / begin[1] - 1.0
    return found
