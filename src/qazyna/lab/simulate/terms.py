"""What the kernels are told of models, markets, calendars and registers: arrays, some of records.

Money is in the currency of the prices; shares, discounts and rates are fractions, rates a year's; a
day is a number from the first of the horizon. A record's fields are named below, with their types.
"""

from typing import Final, NamedTuple

import numpy as np

from qazyna.lab.simulate.arrays import Bytes, Floats, Ints, Records

BEFORE: Final = 30
"""Days of market before the first day of the horizon: mean volumes look back so far."""

AUCTION, TRANCHES, NEGOTIATED, NO_SALE = range(4)
"""Ways of selling."""

SELL, HOLD, TO_MANAGERS = range(3)
"""What is done with what became the State's."""

FORFEITED, RETURNED, RESTITUTED, PENDING = range(4)
"""How a case ends."""

GOLD, HEDGE, VENTURE = range(3)
"""Classes of placing; what is listed is of HEDGE."""

OUTCOMES: Final = (
    "end_value",
    "raised",
    "to_budget",
    "to_victims",
    "to_reserve",
    "held_value",
    "fees",
    "slippage",
    "lost",
    "custody_cost",
    "key_custody_value_days",
    "max_drawdown",
    "volatility",
    "es_95",
)
"""The columns of a result, in order."""


def _fields(floats: str, ints: str) -> np.dtype[np.void]:
    return np.dtype(
        [(name, np.float64) for name in floats.split()]
        + [(name, np.int64) for name in ints.split()]
    )


MODEL: Final = _fields(
    "block share impact discount cost custody hazard loss to_reserve to_budget to_victims "
    "most_coins base floor most_gold most_hedge most_venture",
    "way sale sells early final delay every in_kind yearly",
)
"""One model. `way` is its disposal, `sale` how it sells, `sells` 1 where the law allows that of
what is final; `early` days from a seizure to a sale by leave of the court, -1 for none. `in_kind`
is 1 where the reserve takes coins, `yearly` where it is rebalanced. `most_…` are limits by class,
of the reserve, infinite where there is none; `most_coins` is of `base`, unless that is 0; `floor`
is the market value below which a coin is sold, -1 for none."""

PLACE: Final = _fields("weight gate takes", "unit klass notice named")
"""One placing of the reserve: `unit` is the unit value at which it is dealt, `takes` its part of
coins in kind, `named` 1 where the practice gives it a weight, be it 0."""

UNIT: Final = _fields("management performance", "source stated")
"""One unit value, a function of the market alone. `source` is the column of the market that it
follows, before charges; `stated` is 1 where it is stated on the last day of a month only."""

ROW: Final = _fields("remaining waiting", "asset outcome source final early over")
"""One row of a history: coins left, and money that awaits finality. `early` is 1 once a sale by
leave of the court has begun, `over` once nothing more is done with it."""

COIN: Final = _fields("held claimed aside treasure", "first end")
"""One asset of an estate: coins under own keys, those among them that are the claimants', of these
what no judgment is known of; the reserve's; where its queue of tranche sales begins and ends."""

PLACED: Final = _fields("owned asked worth short", "asked_on paying")
"""One placing: units owned, and those asked back on a day. Of a placing day: what it is worth, what
it lacks, whether it pays out."""


class Models(NamedTuple):
    """M models, V placings each."""

    each: Records
    """(M,) of MODEL"""
    curve: Floats
    """(M, 2, C) ratios rising, and discounts; the last point repeated to the width"""
    place: Records
    """(M, V) of PLACE; the weight is 0 where there is no such placing"""


class Calendar(NamedTuple):
    """D days."""

    business: Ints
    """(M, D + 1) the first business day from that day on; D where there is none"""
    placing: Bytes
    """(M, D) 1 on the first business day of a month, 2 where it is also that of a year, else 0"""
    closing: Ints
    """(M, D) of a placing day, the last day of the month before"""
    since: Ints
    """(M, D) where the months before a day begin over which market values are averaged: counted
    from the first day of the market, BEFORE days before the horizon"""
    month_end: Ints
    """(N,) the last day of each month; that of the last is the last of all"""
    year_end: Bytes
    """(N,) 1 where a year ends with it"""
    year: Ints
    """(Y + 1,) the first day of each year of the horizon, and the day after the last"""
    supply: Floats
    """(A, D + BEFORE) coins that there are; -1 where nobody knows, which is below any floor"""


class Register(NamedTuple):
    """R rows in C cases: what may be drawn."""

    first: Ints
    """(C + 1,) where the rows of each case begin, and where the last end"""
    asset: Ints
    value: Floats
    """(R,) at the close of the day of its seizure"""
    after: Ints
    """(R,) days from the first seizure of its case to its own"""
    outcome: Ints
    final: Ints
    """(R,) days from seizure to finality; -1 where the register does not say"""


class Market(NamedTuple):
    """T real days, S columns: first the prices of the A assets, then what unit values follow."""

    growth: Floats
    """(S, T) the level of a day ÷ that of the day before; of a unit value, before all charges"""
    start: Floats
    """(A,) the price on the day before the horizon"""
    volume: Floats
    """(A, T) coins traded in a day, at the level of today"""
