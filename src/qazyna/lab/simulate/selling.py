"""Disposal of what became the State's: sold, or kept as far as law and limits let it."""

import math

from qazyna.lab.simulate.arrays import Floats, Ints, Records
from qazyna.lab.simulate.compiling import kernel
from qazyna.lab.simulate.estate import (
    AGAIN,
    BUDGET,
    CASH,
    TO_RESERVE,
    VICTIMS,
    Estate,
    Path,
    sell_part,
    wait,
)
from qazyna.lab.simulate.terms import AUCTION, BEFORE, NEGOTIATED, TRANCHES


@kernel
def _discount(curve: Floats, ratio: float) -> float:
    """Of a curve (2, C): linear between its points, flat outside."""
    last = curve.shape[1] - 1
    found: float = curve[1, last]
    if ratio <= curve[0, 0]:
        found = curve[1, 0]
    for point in range(last):
        low, high = curve[0, point], curve[0, point + 1]
        if low < ratio <= high:
            rise = curve[1, point + 1] - curve[1, point]
            found = curve[1, point] + rise * (ratio - low) / (high - low)
    return found


@kernel
def sell(
    estate: Estate, path: Path, business: Ints, model: Records, curve: Floats, each: int, day: int
) -> None:
    """One sale of a row, on the first business day from now on; or a place in the queue."""
    row = estate.row[each]
    asset, remaining = row.asset, row.remaining
    if row.over or remaining <= 0.0:
        return
    if row.final and not model.sells:
        row.over = 1
    elif model.sale == TRANCHES:
        estate.queue[asset, estate.coin[asset].end] = each
        estate.coin[asset].end += 1
    elif business[day] > day:
        wait(estate, AGAIN, each, business[day])
    elif model.sale == AUCTION:
        mean = (path.traded[asset, day + BEFORE] - path.traded[asset, day]) / BEFORE
        offered, ratio = remaining, 0.0
        if mean > 0.0:
            offered = min(remaining, model.block * mean)
            ratio = offered / mean
        sell_part(estate, model, each, offered, path.price[asset, day], _discount(curve, ratio))
        if row.remaining > 0.0:
            wait(estate, AGAIN, each, business[min(business.size - 1, day + model.every)])
    elif model.sale == NEGOTIATED:
        sell_part(estate, model, each, remaining, path.price[asset, day], model.discount)


@kernel
def keep(
    estate: Estate, path: Path, since: int, place: Records, model: Records, each: int, day: int
) -> bool:
    """Keep a row, in the reserve as far as its law lets it in; False where it is to be sold."""
    row, pot = estate.row[each], estate.pot
    asset = row.asset
    if model.floor >= 0.0:
        total = path.worth[asset, day + BEFORE + 1] - path.worth[asset, since]
        if total < model.floor * (day + BEFORE + 1 - since):
            return False
    row.over = 1
    if not model.in_kind:
        return True
    price, enters = path.price[asset, day], row.remaining
    if model.most_coins < 1.0:
        coins, other = 0.0, pot[CASH]
        for one in range(estate.coin.size):
            coins += estate.coin[one].treasure * path.price[one, day]
        for at in range(place.size):
            other += estate.placed[at].owned * path.value[place[at].unit, day]
        room = model.most_coins * model.base - coins
        if model.base == 0.0:
            room = (model.most_coins * (coins + other) - coins) / (1.0 - model.most_coins)
        enters = min(enters, max(room, 0.0) / price)
    leaves = enters * (model.to_budget + model.to_victims)
    pot[TO_RESERVE] += enters * price * model.to_reserve
    pot[BUDGET] += enters * price * model.to_budget
    pot[VICTIMS] += enters * price * model.to_victims
    estate.coin[asset].treasure += enters * model.to_reserve
    estate.coin[asset].held -= leaves
    row.remaining -= leaves
    return True


@kernel
def sell_tranches(estate: Estate, path: Path, model: Records, asset: int, day: int) -> None:
    """Sell up to a share of the day-before's volume, first come first sold."""
    coin, row = estate.coin[asset], estate.row
    volume = path.coins[asset, day + BEFORE - 1]
    todo, most = 0.0, model.share * volume
    for place in range(coin.first, coin.end):
        if not row[estate.queue[asset, place]].over:
            todo += row[estate.queue[asset, place]].remaining
        if todo >= most and most > 0.0:
            break
    sells, discount = todo, 0.0
    if volume > 0.0:
        sells = min(most, todo)
        discount = model.impact * math.sqrt(sells / volume)
    while coin.first < coin.end:
        each = estate.queue[asset, coin.first]
        if not row[each].over and row[each].remaining > 0.0:
            if sells <= 0.0:
                break
            part = min(sells, row[each].remaining)
            sell_part(estate, model, each, part, path.price[asset, day], discount)
            sells -= part
            if row[each].remaining > 0.0:
                break
        coin.first += 1
