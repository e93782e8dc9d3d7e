"""The vector engine: every model played on every history, in the order of a day of `lab.play`.

The rule engine is the oracle: on the same path and the same seizures both come to the same figures,
up to the rounding of cents and base units (a test holds it for every shipped model).
"""

from typing import Final, cast

import numpy as np

from qazyna.lab.simulate.arrays import Floats, Ints, Records
from qazyna.lab.simulate.compiling import allocating, kernel
from qazyna.lab.simulate.draws import compound, draw_cases, draw_days, draw_keys
from qazyna.lab.simulate.estate import (
    AGAIN,
    BUDGET,
    COSTS,
    DUE,
    EARLY,
    FINAL,
    FUND_FEES,
    LEFT,
    LOST,
    RAISED,
    SLIPPAGE,
    TO_RESERVE,
    VICTIMS,
    WAIT,
    Estate,
    Path,
    end_case,
    lose_keys,
    value_days,
    wait,
)
from qazyna.lab.simulate.measuring import measure
from qazyna.lab.simulate.placing import place_money
from qazyna.lab.simulate.selling import keep, sell, sell_tranches
from qazyna.lab.simulate.terms import (
    BEFORE,
    FORFEITED,
    PENDING,
    SELL,
    TO_MANAGERS,
    Calendar,
    Market,
    Models,
    Register,
)

_FIRST: Final = cast(int, np.int64(0))
"""The first day; no plain number, for which the compiler would make functions of their own."""


@kernel
def unit_values(
    units: Records, growth: Floats, calendar: Calendar, days: Ints, value: Floats, fee: Floats
) -> None:
    """Fill `value` (U, days), each unit's last stated value, and `fee`, its charges until then.

    Charges are of one unit, in money. A unit is worth 100 on the first day.
    """
    for unit in range(units.size):
        source = growth[units[unit].source]
        management = units[unit].management / 365.0
        performance = units[unit].performance
        daily = units[unit].stated == 0
        now, stated, mark, charged, told = 100.0, 100.0, 100.0, 0.0, 0.0
        value[unit, 0], fee[unit, 0] = 100.0, 0.0
        first = 1
        for month in range(calendar.month_end.size):
            last = calendar.month_end[month]
            if daily:
                for at in range(first, last + 1):
                    charged += now * management
                    now *= source[days[at]] - management
                    value[unit, at] = now
                    fee[unit, at] = charged
            else:
                held = 0.0
                for at in range(first, last + 1):
                    held += now
                    now *= source[days[at]] - management
                charged += held * management
                for at in range(first, last):
                    value[unit, at] = stated
                    fee[unit, at] = told
            if calendar.year_end[month] and now > mark:
                due = performance * (now - mark)
                charged += due
                now -= due
                mark = now
            stated, told = now, charged
            value[unit, last], fee[unit, last] = stated, told
            first = last + 1


@kernel
def _happen(
    estate: Estate, path: Path, calendar: Calendar, models: Models, m: int, day: int
) -> None:
    """Everything of one day after its seizures, in order."""
    model, curve, place = models.each[m], models.curve[m], models.place[m]
    business = calendar.business[m]
    if model.hazard > 0.0:
        for year in range(path.hit.size):
            if path.hit[year] == day and path.chance[year] < model.hazard:
                lose_keys(estate, path, day, model.loss)
    each = estate.head[day, EARLY]
    estate.head[day, EARLY] = -1
    while each >= 0:
        if not estate.row[each].final:
            estate.row[each].early = 1
            sell(estate, path, business, model, curve, each, day)
        each = estate.after[each, EARLY]
    each = estate.head[day, FINAL]
    estate.head[day, FINAL] = -1
    while each >= 0:
        end_case(estate, path, model, each, day)
        each = estate.after[each, FINAL]
    each = estate.head[day, DUE]
    estate.head[day, DUE] = -1
    while each >= 0:
        row = estate.row[each]
        if row.remaining > 0.0 and not row.early and not row.over:
            if model.way == TO_MANAGERS:
                estate.in_kind[0] += 1
                estate.in_kind[estate.in_kind[0]] = each
            elif model.way == SELL or not keep(
                estate, path, calendar.since[m, day], place, model, each, day
            ):
                sell(estate, path, business, model, curve, each, day)
        each = estate.after[each, DUE]
    each = estate.head[day, AGAIN]
    estate.head[day, AGAIN] = -1
    while each >= 0:
        following = estate.after[each, AGAIN]
        sell(estate, path, business, model, curve, each, day)
        each = following
    if business[day] == day:
        for asset in range(estate.coin.size):
            if estate.coin[asset].first < estate.coin[asset].end:
                sell_tranches(estate, path, model, asset, day)
    if calendar.placing[m, day]:
        yearly = calendar.placing[m, day] == 2 and model.yearly == 1
        place_money(estate, path, place, model, calendar.closing[m, day], day, yearly)


@kernel
def _begin(
    estate: Estate,
    path: Path,
    calendar: Calendar,
    model: Records,
    m: int,
    register: Register,
    at: Ints,
) -> None:
    """Everything as it is before the first day, and the days on which something may happen."""
    days = estate.eventful.size
    for each in range(estate.pot.size):
        estate.pot[each] = 0.0
    for asset in range(estate.coin.size):
        coin = estate.coin[asset]
        coin.held, coin.claimed, coin.aside, coin.treasure = 0.0, 0.0, 0.0, 0.0
        coin.first, coin.end = 0, 0
    for each in range(estate.placed.size):
        placed = estate.placed[each]
        placed.owned, placed.asked, placed.short = 0.0, 0.0, 0.0
    estate.in_kind[0] = 0
    for day in range(days):
        estate.eventful[day] = calendar.placing[m, day]
    for year in range(path.hit.size):
        if path.chance[year] < model.hazard:
            estate.eventful[path.hit[year]] = 1
    for each in range(at.size - 1, -1, -1):
        row = estate.row[each]
        row.remaining, row.waiting, row.final, row.early, row.over = 0.0, 0.0, 0, 0, 0
        estate.eventful[at[each]] = 1
        lag = register.final[row.source]
        if lag < 0:
            lag = model.final
        if model.early >= 0 and (model.early < lag or row.outcome == PENDING):
            wait(estate, EARLY, each, at[each] + model.early)
        if row.outcome != PENDING:
            wait(estate, FINAL, each, at[each] + lag)
        if row.outcome == FORFEITED:
            wait(estate, DUE, each, at[each] + lag + model.delay)


@kernel
def play(
    m: int,
    models: Models,
    calendar: Calendar,
    register: Register,
    path: Path,
    estate: Estate,
    at: Ints,
    quantity: Floats,
    measured: bool,
    scratch: Floats,
    out: Floats,
) -> None:
    """One model on one history: fill `out` with OUTCOMES. `scratch` is (3, D) of any content."""
    days = estate.eventful.size
    worth, flow, returns = scratch[0], scratch[1], scratch[2]
    model, place, pot = models.each[m], models.place[m], estate.pot
    _begin(estate, path, calendar, model, m, register, at)
    for day in range(days):
        flow[day] = 0.0
    coming, day, kept = 0, _FIRST, 0.0
    while day < days:
        while coming < at.size and at[coming] == day:
            row = estate.row[coming]
            row.remaining = quantity[coming]
            estate.coin[row.asset].held += quantity[coming]
            estate.coin[row.asset].claimed += quantity[coming]
            if row.outcome == PENDING:
                estate.coin[row.asset].aside += quantity[coming]
            else:
                flow[day] += quantity[coming] * path.price[row.asset, day]
            coming += 1
        left = pot[LEFT]
        _happen(estate, path, calendar, models, m, day)
        flow[day] -= pot[LEFT] - left
        until = day + 1
        while until < days and not estate.eventful[until]:
            until += 1
        for asset in range(estate.coin.size):
            if estate.coin[asset].first < estate.coin[asset].end:
                until = min(until, calendar.business[m, day + 1])
        if measured or until == days:
            kept += value_days(estate, path, place, day, until, worth)
        day = until
    end, held = worth[days - 1] - pot[WAIT], 0.0
    for asset in range(estate.coin.size):
        coin, price = estate.coin[asset], path.price[asset, days - 1]
        end -= (coin.claimed - coin.aside) * price
        held += (coin.held - coin.claimed) * price
    for one in range(place.size):
        pot[FUND_FEES] += estate.placed[one].owned * path.fee[place[one].unit, days - 1]
    out[0] = end
    out[1] = pot[RAISED]
    out[2] = pot[BUDGET]
    out[3] = pot[VICTIMS]
    out[4] = pot[TO_RESERVE]
    out[5] = held
    out[6] = pot[COSTS] + pot[FUND_FEES]
    out[7] = pot[SLIPPAGE]
    out[8] = pot[LOST]
    if measured:
        out[9] = kept * model.custody / 365.0
        out[10] = kept
        measure(worth, flow, returns, out[11:])


@allocating
def simulate(
    seed: int,
    first: int,
    inverse: float,
    market: Market,
    units: Records,
    calendar: Calendar,
    register: Register,
    models: Models,
    estate: Estate,
    measured: bool,
    out: Floats,
) -> None:
    """Fill `out` (histories, models, OUTCOMES) with the histories from number `first` on."""
    days = estate.eventful.size
    assets = market.volume.shape[0]
    at, drawn = np.empty(estate.row.size, np.int64), np.empty(estate.row.size, np.int64)
    quantity = np.empty(estate.row.size)
    whole = np.empty(days + BEFORE, np.int64)
    raw = np.empty((assets, days + BEFORE))
    path = Path(
        np.empty((assets, days)),
        np.empty((assets, days + 1)),
        np.empty((assets, days + BEFORE)),
        np.empty((assets, days + BEFORE)),
        np.empty((assets, days + BEFORE + 1)),
        np.empty((units.size, days)),
        np.empty((units.size, days)),
        np.empty(calendar.year.size - 1),
        np.empty(calendar.year.size - 1, np.int64),
    )
    scratch = np.empty((3, days))
    floors = False
    for m in range(models.each.size):
        floors = floors or models.each[m].floor >= 0.0
    for history in range(out.shape[0]):
        number = first + history
        draw_days(seed, number, inverse, market.growth.shape[1], whole)
        compound(market.growth[:assets], market.start, whole, raw)
        for asset in range(assets):
            # The level of today is that of the day before the horizon.
            scale = market.start[asset] / raw[asset, BEFORE - 1]
            for day in range(days + BEFORE):
                raw[asset, day] *= scale
                path.coins[asset, day] = market.volume[asset, whole[day]]
            traded, total = 0.0, 0.0
            for day in range(days + BEFORE):
                path.traded[asset, day] = traded
                traded += path.coins[asset, day]
            path.sums[asset, 0] = 0.0
            for day in range(days):
                path.price[asset, day] = raw[asset, BEFORE + day]
                total += raw[asset, BEFORE + day]
                path.sums[asset, day + 1] = total
            if floors:
                worth = 0.0
                path.worth[asset, 0] = 0.0
                for day in range(days + BEFORE):
                    worth += raw[asset, day] * calendar.supply[asset, day]
                    path.worth[asset, day + 1] = worth
        unit_values(units, market.growth, calendar, whole[BEFORE:], path.value, path.fee)
        draw_keys(seed, number, calendar, path.chance, path.hit)
        count = draw_cases(seed, number, register, days, at, drawn)
        for each in range(count):
            row = estate.row[each]
            row.source = drawn[each]
            row.asset = register.asset[drawn[each]]
            row.outcome = register.outcome[drawn[each]]
            quantity[each] = register.value[drawn[each]] / path.price[row.asset, at[each]]
        for m in range(out.shape[1]):
            play(
                m,
                models,
                calendar,
                register,
                path,
                estate,
                at[:count],
                quantity,
                measured,
                scratch,
                out[history, m],
            )
