"""Placing days of the reserve: redemptions, gold above its weight, free money, coins, requests."""

from qazyna.lab.simulate.arrays import Records
from qazyna.lab.simulate.compiling import kernel
from qazyna.lab.simulate.estate import CASH, FUND_FEES, TO_RESERVE, Estate, Path
from qazyna.lab.simulate.terms import GOLD, HEDGE, VENTURE


@kernel
def _pay_out(estate: Estate, path: Path, place: Records, closing: int, day: int) -> None:
    """What was asked back in time is paid, up to the gate; the rest waits for the next month."""
    for at in range(place.size):
        placed = estate.placed[at]
        placed.paying = 0
        if placed.asked > 0.0 and closing >= placed.asked_on + place[at].notice:
            part = min(placed.asked, place[at].gate * placed.owned)
            placed.owned -= part
            placed.asked -= part
            placed.paying = 1
            estate.pot[CASH] += part * path.value[place[at].unit, day]
            estate.pot[FUND_FEES] += part * path.fee[place[at].unit, day]


@kernel
def _within_limits(
    estate: Estate, path: Path, place: Records, model: Records, worth: float, day: int
) -> None:
    """Cut what the placings lack to what the limits by class let in."""
    coins = 0.0
    for asset in range(estate.coin.size):
        coins += estate.coin[asset].treasure * path.price[asset, day]
    for klass in range(3):
        most = model.most_gold
        if klass == HEDGE:
            most = model.most_hedge
        elif klass == VENTURE:
            most = model.most_venture
        there, wanted = 0.0, 0.0
        for at in range(place.size):
            if place[at].klass == klass:
                there += estate.placed[at].owned * path.value[place[at].unit, day]
                wanted += estate.placed[at].short
        room = max(most * (worth + coins) - there, 0.0)
        if room < wanted:
            for at in range(place.size):
                if place[at].klass == klass:
                    estate.placed[at].short *= room / wanted


@kernel
def _buy(estate: Estate, path: Path, unit: int, at: int, money: float, day: int) -> None:
    bought = money / path.value[unit, day]
    estate.placed[at].owned += bought
    estate.pot[FUND_FEES] -= bought * path.fee[unit, day]


@kernel
def _hand_over(estate: Estate, path: Path, place: Records, day: int) -> None:
    """Coins become units, in proportion to the weights."""
    takes = 0.0
    for at in range(place.size):
        takes += place[at].takes
    if takes <= 0.0:
        return
    for one in range(1, estate.in_kind[0] + 1):
        row = estate.row[estate.in_kind[one]]
        value = row.remaining * path.price[row.asset, day]
        for at in range(place.size):
            if place[at].takes > 0.0:
                _buy(estate, path, place[at].unit, at, value * place[at].takes / takes, day)
        estate.pot[TO_RESERVE] += value
        estate.coin[row.asset].held -= row.remaining
        row.remaining = 0.0
        row.over = 1
    estate.in_kind[0] = 0


@kernel
def place_money(
    estate: Estate, path: Path, place: Records, model: Records, closing: int, day: int, yearly: bool
) -> None:
    """A placing day: redemptions, gold above its weight, free money, coins in kind, requests."""
    pot = estate.pot
    waits = pot[CASH] + estate.in_kind[0]
    for at in range(place.size):
        waits += estate.placed[at].owned
    if waits == 0.0:
        return
    _pay_out(estate, path, place, closing, day)
    reserve, named = pot[CASH], 0
    for at in range(place.size):
        placed = estate.placed[at]
        placed.worth = placed.owned * path.value[place[at].unit, day]
        reserve += placed.worth
        named += place[at].named
    if named:
        total = 0.0
        for at in range(place.size):
            placed = estate.placed[at]
            over = placed.worth - place[at].weight * reserve
            if yearly and place[at].klass == GOLD and over > 0.0:
                placed.owned -= over / path.value[place[at].unit, day]
                pot[CASH] += over
            placed.short = max(-over, 0.0)
            if placed.paying or not place[at].named:
                placed.short = 0.0
        _within_limits(estate, path, place, model, reserve, day)
        for at in range(place.size):
            total += estate.placed[at].short
        free = min(pot[CASH], total)
        if free > 0.0:
            for at in range(place.size):
                money = free * estate.placed[at].short / total
                if money > 0.0:
                    _buy(estate, path, place[at].unit, at, money, day)
            pot[CASH] -= free
    if estate.in_kind[0]:
        _hand_over(estate, path, place, day)
    if not yearly:
        return
    for at in range(place.size):
        placed = estate.placed[at]
        over = placed.worth - place[at].weight * reserve
        if place[at].named and place[at].klass == HEDGE and over > 0.0 and placed.asked <= 0.0:
            placed.asked = min(over / path.value[place[at].unit, day], placed.owned)
            placed.asked_on = day
