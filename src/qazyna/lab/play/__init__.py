"""One model, played: a register through a window of days, by the rooms' own rules.

The order of a day: seizures; sales by leave of the court, and orders that become final; disposals
and the allocation of what they bring; then, on placing days, the reserve's money.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from qazyna.lab.market import Market
from qazyna.lab.model import Model, placing_days
from qazyna.lab.play.courts import give_back, make_final, restitute, seize
from qazyna.lab.play.funds import Fund
from qazyna.lab.play.lots import Lot, lots
from qazyna.lab.play.office import Office
from qazyna.lab.play.placing import Treasury
from qazyna.lab.play.rows import Notes, Sale
from qazyna.lab.play.selling import Desk
from qazyna.lab.register import Register
from qazyna.lab.vehicles import Path

__all__ = ["Fund", "Lot", "Played", "Sale", "play"]

_SEIZED, _EARLY, _FINAL, _DISPOSED = range(4)
_BEYOND: Final = timedelta(days=1100)
"""How far past the window dealing days are known: longer than any notice in use."""


@dataclass(frozen=True, slots=True)
class Played:
    """One model's books at the end of a window, and what the journal does not say."""

    model: Model
    market: Market
    since: date
    until: date
    office: Office
    lots: tuple[Lot, ...]
    sales: tuple[Sale, ...]
    funds: tuple[Fund, ...]
    paths: Mapping[str, Path]
    notes: Notes


class _Agenda:
    """What is to be done on each day, in the order of a day."""

    def __init__(self) -> None:
        self._days: dict[date, list[tuple[int, int, Callable[[], None]]]] = {}
        self._count = 0

    def put(self, day: date, phase: int, what: Callable[[], None]) -> None:
        self._count += 1
        self._days.setdefault(day, []).append((phase, self._count, what))

    def run(self, day: date) -> None:
        """All of that day, and what it brings for the same day."""
        while steps := self._days.pop(day, None):
            for _, _, what in sorted(steps, key=lambda step: step[:2]):
                what()


def play(model: Model, register: Register, market: Market, since: date, until: date) -> Played:
    """Play a register through a model, from one day to another, both included."""
    office, notes, agenda = Office(model, market, since), Notes(), _Agenda()
    calendar = dict(placing_days(model, since, until + _BEYOND))
    treasury = Treasury(office, since, until, calendar, notes)
    desk = Desk(office, treasury, until, notes, lambda day, what: agenda.put(day, _DISPOSED, what))
    found = [lot for lot in lots(register, model, since, until) if _priced(lot, market, notes)]
    for lot in found:
        _enter(agenda, office, desk, lot, since, until)
    day = since
    while day <= until:
        office.open_on(day)
        agenda.run(day)
        if desk.queued:
            desk.tranches()
        if day in calendar:
            treasury.place(desk.in_kind)
        day += timedelta(days=1)
    return Played(
        model,
        market,
        since,
        until,
        office,
        tuple(found),
        tuple(desk.sales),
        tuple(treasury.managers.all()),
        treasury.managers.paths,
        notes,
    )


def _priced(lot: Lot, market: Market, notes: Notes) -> bool:
    if market.priced(lot.holding.asset.code):
        return True
    code = lot.holding.asset.code
    notes.add(f"{code}: the prices have no series of it; holdings of it are left out everywhere")
    return False


def _enter(agenda: _Agenda, office: Office, desk: Desk, lot: Lot, since: date, until: date) -> None:
    """What the register lets one foresee of a holding."""
    holding, model = lot.holding, office.model
    agenda.put(lot.comes_in, _SEIZED, lambda: seize(office, lot))
    told = lot.recorded
    if told and told.disposal == "interlocutory_sale":
        agenda.put(told.on, _EARLY, lambda: desk.sell_early(lot))
    else:
        early = holding.seized_on + timedelta(days=model.on(lot.comes_in).days_interlocutory)
        early = max(early, lot.comes_in)
        if lot.final_on is None or early < lot.final_on:
            agenda.put(early, _EARLY, lambda: desk.sell_early(lot))
    if lot.final_on is None:
        return

    def final() -> None:
        if holding.outcome == "returned":
            give_back(office, lot)
        elif holding.outcome == "restituted":
            restitute(office, lot)
            lot.use(office.today)
        else:
            make_final(office, lot)
            desk.allocate_money(lot)
        if holding.outcome != "forfeited":
            lot.over = True

    agenda.put(lot.final_on, _FINAL, final)
    if holding.outcome != "forfeited" or holding.asset.klass == "currency":
        return  # money is allocated when it is final
    if told and told.disposal != "interlocutory_sale":
        agenda.put(told.on, _DISPOSED, lambda: desk.recorded(lot))
        return
    on = model.on(min(lot.final_on, until))
    due = max((holding.final_on or lot.final_on) + timedelta(days=on.days_disposal), since)
    agenda.put(max(due, lot.final_on), _DISPOSED, lambda: desk.due(lot))
