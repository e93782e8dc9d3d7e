"""A composite of the programme's managers, as the GIPS standards for asset owners present one.

Of each month a portfolio enters with its return, weighted by what it had at the month's beginning
and its flows by day. It enters with its first full month and leaves after its last. Months are
linked; a part of a year is told as it is and never annualised. The three-year standard deviation is
that of the last 36 monthly net returns, and of the benchmark's in the same months, with n - 1,
times √12; it is not given for fewer. (GIPS Standards for Asset Owners 2020, sections 22 to 24.)

What the standards ask for in words (definition, fees, currency, policies) is not made here.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Final, TypeAlias

import numpy as np

from qazyna.programme.performance.twr import day_weights, linked, modified_dietz

Month: TypeAlias = tuple[int, int]
"""year, month"""

THREE_YEARS: Final = 36


@dataclass(frozen=True, slots=True)
class PortfolioMonth:
    """One portfolio in one full month."""

    begin: float
    """Its value at the month's beginning."""
    weighted_flows: float
    """Flows of the month, each times the part of the month it was there for."""
    end: float
    net: float
    """Its time-weighted return after all fees and costs."""
    gross: float | None = None
    """The same before fees, where they are known."""


Portfolio: TypeAlias = Mapping[Month, PortfolioMonth]


@dataclass(frozen=True, slots=True)
class CompositeMonth:
    """The composite in one month; gross only where every portfolio's is known."""

    month: Month
    net: float
    gross: float | None
    portfolios: int
    assets: float
    """At the month's end."""


@dataclass(frozen=True, slots=True)
class CompositeYear:
    """What is presented for a year, or for the part of one named by its months."""

    year: int
    months: int
    net: float
    gross: float | None
    benchmark: float | None
    total_fund: float | None
    """The whole fund's net return, of which the composite is a part."""
    three_year_deviation: float | None
    benchmark_three_year_deviation: float | None
    portfolios: int
    """At the end of the year."""
    assets: float
    """The composite's, at the end of the year."""
    total_fund_assets: float | None
    share: float | None
    """The composite's part of them."""


@dataclass(frozen=True, slots=True)
class TotalFund:
    """The whole fund in one month: its net return, and its assets at the end."""

    net: float
    assets: float


def total_fund(
    values: Sequence[tuple[date, float]], moves: Sequence[tuple[date, float]]
) -> dict[Month, TotalFund]:
    """The months of a whole fund, by Modified Dietz from its values at the ends of months.

    `moves` are what outsiders put in (more than nothing) and took out. A month after one without a
    value, or at whose beginning there was nothing, is left out.
    """
    found: dict[Month, TotalFund] = {}
    for (begin, before), (end, after) in pairwise(values):
        these = [(on, amount) for on, amount in moves if begin < on <= end]
        amounts = np.array([amount for _, amount in these], dtype=np.float64)
        weights = day_weights([on for on, _ in these], begin, end)
        net = modified_dietz(before, after, amounts, weights)
        following = (end.year - begin.year) * 12 + end.month - begin.month == 1
        if following and before > 0 and not math.isnan(net):
            found[end.year, end.month] = TotalFund(net, after)
    return found


def composite(portfolios: Sequence[Portfolio]) -> list[CompositeMonth]:
    """The months in which any portfolio was there, in order; months without any are left out."""
    months = sorted({month for portfolio in portfolios for month in portfolio})
    return [_month(month, [p[month] for p in portfolios if month in p]) for month in months]


def _month(month: Month, there: Sequence[PortfolioMonth]) -> CompositeMonth:
    weights = [each.begin + each.weighted_flows for each in there]
    whole = math.fsum(weights)
    if whole <= 0:
        raise ValueError(f"nothing was invested in {month}")
    gross: float | None = 0.0
    for weight, each in zip(weights, there, strict=True):
        gross = None if gross is None or each.gross is None else gross + weight * each.gross
    return CompositeMonth(
        month=month,
        net=math.fsum(w * each.net for w, each in zip(weights, there, strict=True)) / whole,
        gross=None if gross is None else gross / whole,
        portfolios=len(there),
        assets=math.fsum(each.end for each in there),
    )


def present(
    months: Sequence[CompositeMonth],
    benchmark: Mapping[Month, float] | None = None,
    total_fund: Mapping[Month, TotalFund] | None = None,
) -> list[CompositeYear]:
    """Year by year. A figure that some month of the year lacks is None."""
    years = sorted({month.month[0] for month in months})
    return [_year(year, months, benchmark or {}, total_fund or {}) for year in years]


def _year(
    year: int,
    months: Sequence[CompositeMonth],
    benchmark: Mapping[Month, float],
    total_fund: Mapping[Month, TotalFund],
) -> CompositeYear:
    of_year = [each for each in months if each.month[0] == year]
    last = of_year[-1]
    keys = [each.month for each in of_year]
    grosses = [each.gross for each in of_year]
    whole = total_fund.get(last.month)
    return CompositeYear(
        year=year,
        months=len(of_year),
        net=linked(each.net for each in of_year),
        gross=_linked(grosses),
        benchmark=_linked([benchmark.get(key) for key in keys]),
        total_fund=_linked([total_fund[key].net if key in total_fund else None for key in keys]),
        three_year_deviation=_deviation({each.month: each.net for each in months}, last.month),
        benchmark_three_year_deviation=_deviation(benchmark, last.month),
        portfolios=last.portfolios,
        assets=last.assets,
        total_fund_assets=whole.assets if whole else None,
        share=last.assets / whole.assets if whole and whole.assets > 0 else None,
    )


def _linked(returns: Sequence[float | None]) -> float | None:
    known = [each for each in returns if each is not None]
    return linked(known) if len(known) == len(returns) else None


def _deviation(returns: Mapping[Month, float], last: Month) -> float | None:
    """Of the 36 months to the end of a full year; None unless all are there."""
    year, month = last
    if month != 12:
        return None
    known = [returns.get((year - back, at)) for back in range(3) for at in range(1, 13)]
    found = [each for each in known if each is not None]
    if len(found) < THREE_YEARS:
        return None
    mean = math.fsum(found) / THREE_YEARS
    square = math.fsum((each - mean) ** 2 for each in found)
    return math.sqrt(square / (THREE_YEARS - 1) * 12)
