"""An estate while it is played: what there is, what is to come, and what is done to a row of it."""

from typing import NamedTuple, cast

import numpy as np

from qazyna.lab.simulate.arrays import Bytes, Floats, Ints, Records
from qazyna.lab.simulate.compiling import kernel
from qazyna.lab.simulate.terms import FORFEITED, PENDING, RESTITUTED

POT = 12
WAIT, CASH, BUDGET, VICTIMS, TO_RESERVE, RAISED, COSTS, SLIPPAGE = range(8)
FUND_FEES, LOST, LEFT, ASIDE = range(8, POT)
"""Where its money stands in `pot`; then sums of what was raised, and so on."""

EARLY, FINAL, DUE, AGAIN = cast(list[int], list(np.arange(4)))
"""What is awaited of a row: a sale by leave of the court, finality, its disposal, its next sale.

Not plain numbers, for each of which the compiler would make a function of its own.
"""


class Estate(NamedTuple):
    """What there is, and what is to come, of N rows, A assets, V placings, over D days."""

    pot: Floats
    coin: Records
    """(A,) of COIN"""
    placed: Records
    """(V,) of PLACED"""
    row: Records
    """(N,) of ROW"""
    queue: Ints
    """(A, N) rows being sold in tranches, in the order in which they came"""
    head: Ints
    """(D, 4) the first row awaited on a day; -1 for none, as everywhere before and after a play"""
    after: Ints
    """(N, 4) the next row awaited on the same day; -1 for none"""
    eventful: Bytes
    """(D,) 1 where something may happen"""
    in_kind: Ints
    """(N + 1,) rows that wait to be handed to managers; the first element says how many"""


class Path(NamedTuple):
    """One market history."""

    price: Floats
    """(A, D)"""
    sums: Floats
    """(A, D + 1) of prices before a day, since the first"""
    coins: Floats
    """(A, D + BEFORE) traded in a day"""
    traded: Floats
    """(A, D + BEFORE) traded before a day, since the first"""
    worth: Floats
    """(A, D + BEFORE + 1) sums of daily market values before a day, since the first"""
    value: Floats
    """(U, D) as last stated"""
    fee: Floats
    """(U, D) charges of one unit until it was last stated"""
    chance: Floats
    """(Y,) keys are lost in a year whose draw lies below the hazard"""
    hit: Ints
    """(Y,) on which day of it"""


@kernel
def wait(estate: Estate, what: int, each: int, day: int) -> None:
    """Put a row before the others of that day; a day past the horizon never comes."""
    if day < estate.eventful.size:
        estate.after[each, what] = estate.head[day, what]
        estate.head[day, what] = each
        estate.eventful[day] = 1


@kernel
def allocate(pot: Floats, model: Records, net: float) -> None:
    pot[CASH] += net * model.to_reserve
    pot[TO_RESERVE] += net * model.to_reserve
    pot[BUDGET] += net * model.to_budget
    pot[VICTIMS] += net * model.to_victims


@kernel
def sell_part(
    estate: Estate, model: Records, each: int, part: float, price: float, discount: float
) -> None:
    """Sell a part of a row; the money waits for finality, or goes where the law says."""
    pot, row = estate.pot, estate.row[each]
    gross = part * price * (1.0 - discount)
    net = gross * (1.0 - model.cost)
    pot[RAISED] += gross
    pot[COSTS] += gross - net
    pot[SLIPPAGE] += part * price - gross
    row.remaining -= part
    estate.coin[row.asset].held -= part
    if row.final:
        allocate(pot, model, net)
    else:
        estate.coin[row.asset].claimed -= part
        row.waiting += net
        if row.outcome == PENDING:
            estate.coin[row.asset].aside -= part
            pot[ASIDE] += net
        else:
            pot[WAIT] += net


@kernel
def lose_keys(estate: Estate, path: Path, day: int, share: float) -> None:
    """A share of all coins under own keys is gone."""
    for asset in range(estate.coin.size):
        coin = estate.coin[asset]
        estate.pot[LOST] += coin.held * path.price[asset, day] * share
        coin.held *= 1.0 - share
        coin.claimed *= 1.0 - share
        coin.aside *= 1.0 - share
        coin.treasure *= 1.0 - share
    for each in range(estate.row.size):
        estate.row[each].remaining *= 1.0 - share


@kernel
def end_case(estate: Estate, path: Path, model: Records, each: int, day: int) -> None:
    """The order is final: it goes back, to victims, or becomes the State's."""
    pot, row = estate.pot, estate.row[each]
    coin = estate.coin[row.asset]
    coin.claimed -= row.remaining
    pot[WAIT] -= row.waiting
    row.final = 1
    if row.outcome == FORFEITED:
        allocate(pot, model, row.waiting)
    else:
        left = row.remaining * path.price[row.asset, day] + row.waiting
        pot[VICTIMS if row.outcome == RESTITUTED else LEFT] += left
        coin.held -= row.remaining
        row.remaining = 0.0
        row.over = 1
    row.waiting = 0.0


@kernel
def value_days(
    estate: Estate, path: Path, place: Records, first: int, end: int, worth: Floats
) -> float:
    """Fill the estate's worth on days when nothing happens; the sum of what lies under own keys."""
    pot = estate.pot
    still = pot[WAIT] + pot[CASH] + pot[BUDGET] + pot[VICTIMS]
    kept = 0.0
    for asset in range(estate.coin.size):
        coin, price = estate.coin[asset], path.price[asset]
        kept += coin.held * (path.sums[asset, end] - path.sums[asset, first])
        counts = coin.held - coin.aside
        if asset == 0:
            for day in range(first, end):
                worth[day] = still + counts * price[day]
        else:
            for day in range(first, end):
                worth[day] += counts * price[day]
    for at in range(place.size):
        owned, value = estate.placed[at].owned, path.value[place[at].unit]
        if owned > 0.0:
            for day in range(first, end):
                worth[day] += owned * value[day]
    return kept
