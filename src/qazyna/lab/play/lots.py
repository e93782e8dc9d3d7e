"""A lot: one holding on its way through a model, and the day on which something is due with it."""

from dataclasses import dataclass
from datetime import date, timedelta

from qazyna.lab.market import Market
from qazyna.lab.model import Conduct, Model
from qazyna.lab.register import Holding, Recorded, Register


@dataclass(slots=True)
class Lot:
    """A holding in play. Amounts are base units of its asset."""

    order: int
    holding: Holding
    comes_in: date
    final_on: date | None
    """None while it is pending for as long as the register knows."""
    recorded: Recorded | None
    """What the register records, where the model does just that."""
    left: int
    title: str = "claimants"
    conduct: Conduct | None = None
    """The practice by which it is disposed of, once that has begun."""
    early: str = ""
    """The court's leave under which it is sold before its final order."""
    over: bool = False
    """Whether nothing more is done with it."""
    used_on: date | None = None
    """The first day on which any of it was put to use: allocated, handed over, paid to victims."""

    def use(self, day: date) -> None:
        self.used_on = self.used_on or day

    @property
    def case(self) -> str:
        return self.holding.case

    @property
    def name(self) -> str:
        return f"{self.holding.case}/{self.holding.ref}"


def lots(register: Register, model: Model, since: date, until: date) -> list[Lot]:
    """What of a register is in play in a window: seized by its end, not gone before it begins."""
    found: list[Lot] = []
    for holding in register.holdings:
        if holding.seized_on > until or gone(holding, since):
            continue
        comes_in = max(holding.seized_on, since)
        final_on = holding.final_on
        if final_on is None and holding.outcome != "pending":
            final_on = holding.seized_on + timedelta(days=model.on(comes_in).days_final)
        if holding.outcome == "pending":
            final_on = None
        found.append(
            Lot(
                order=len(found),
                holding=holding,
                comes_in=comes_in,
                final_on=max(final_on, comes_in) if final_on else None,
                recorded=_own(holding, model, since, until),
                left=holding.amount,
            )
        )
    return found


def gone(holding: Holding, since: date) -> bool:
    """Whether it was disposed of, or given back, before the window begins."""
    if holding.recorded and holding.recorded.disposal != "hold":
        return holding.recorded.on < since
    given = holding.outcome in ("returned", "restituted")
    return given and holding.final_on is not None and holding.final_on < since


def _own(holding: Holding, model: Model, since: date, until: date) -> Recorded | None:
    """What is recorded, if it is a sale by this model's own mechanism of that day."""
    told = holding.recorded
    if told is None or not told.proceeds or not since <= told.on <= until:
        return None
    early = told.disposal == "interlocutory_sale"
    if holding.outcome != "forfeited" and not early:
        return None
    if not early and holding.final_on and told.on < holding.final_on:
        return None
    return told if model.on(told.on).disposal == told.disposal else None


def first_sale_day(model: Model, market: Market, asset: str, day: date, until: date) -> date | None:
    """The first business day from a day on, by a last one, on which the asset has a price."""
    last = market.last_day(asset)
    end = min(until, last) if last else until
    while day <= end:
        works = day.isoweekday() not in model.on(day).law.weekend
        if works and market.close(asset, day) is not None:
            return day
        day += timedelta(days=1)
    return None
