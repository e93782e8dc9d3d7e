"""A register read off the books: what was seized, and what became of each part of it.

So a live installation can be played under another law. What a State's own law made of it afterwards
(allocation, placing) is no fact of the register, and is left to the play.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date

from qazyna.disposition.allocation import ProceedsAllocated
from qazyna.disposition.sale import Disposed
from qazyna.forfeiture.awards import RestitutionAwarded
from qazyna.forfeiture.orders import ForfeitureBecameFinal, JudgmentAnnulled
from qazyna.lab.register import Holding, Recorded, Register, of
from qazyna.money import ASSETS
from qazyna.plan import Event
from qazyna.programme.subscription import UnitsDelivered
from qazyna.seizure.custody import Swept
from qazyna.seizure.release import SeizureLifted
from qazyna.seizure.taking import Seized


@dataclass(frozen=True, slots=True)
class _Part:
    amount: int
    final_on: date | None = None
    recorded: Recorded | None = None
    outcome: str = "pending"


@dataclass(slots=True)
class _Told:
    """One holding: what of its asset is still the claimants', sold early, the State's, or gone."""

    line: int
    seized: Seized
    claimed: list[_Part] = field(default_factory=list)
    early: list[_Part] = field(default_factory=list)
    states: list[_Part] = field(default_factory=list)
    gone: list[_Part] = field(default_factory=list)

    def of_its_asset(self, code: str) -> bool:
        return code == self.seized.asset


def register_of(events: Iterable[Event], name: str = "the books") -> Register:
    """The register that case events tell of, each stream's in order.

    Assets that are known only to their books (forked coins) are left out.
    """
    told: dict[tuple[str, str], _Told] = {}
    for happened in events:
        if isinstance(happened, Seized):
            if happened.asset in ASSETS:
                found = _Told(len(told) + 1, happened, [_Part(happened.amount)])
                told[happened.case, happened.holding] = found
        elif isinstance(happened, Disposed):
            _disposed(told.get((happened.case, happened.holding)), happened)
        elif isinstance(happened, ForfeitureBecameFinal):
            _final(told, happened)
        elif isinstance(happened, JudgmentAnnulled):
            for holding, asset, amount in happened.items:
                each = told.get((happened.case, holding))
                if each and each.of_its_asset(asset):
                    back = _taken(each.states, amount)
                    each.claimed += [replace(part, final_on=None) for part in back]
        elif isinstance(happened, SeizureLifted):
            each = told.get((happened.case, happened.holding))
            if each:
                _leaves(each, happened.asset, happened.amount, happened.on, "returned")
        elif isinstance(happened, RestitutionAwarded):
            for holding, asset, title, _, amount in happened.shares:
                each = told.get((happened.case, holding))
                if each is None:
                    continue
                if title == "claimants":
                    _leaves(each, asset, amount, happened.on, "restituted")
                elif each.of_its_asset(asset):
                    for part in _taken(each.states, amount):
                        each.gone.append(replace(part, outcome="restituted"))
        elif isinstance(happened, Swept) and happened.fee:
            each = told.get((happened.case, happened.holding))
            if each and each.of_its_asset(happened.asset):
                _taken(each.claimed if happened.title[0] == "claimants" else each.states,
                       happened.fee)  # fmt: skip
        elif isinstance(happened, UnitsDelivered | ProceedsAllocated):
            each = told.get((happened.case, happened.holding))
            if each and each.of_its_asset(happened.asset):
                amount = (
                    happened.amount
                    if isinstance(happened, UnitsDelivered)
                    else sum(part[1] for part in happened.parts)
                )
                each.gone += _taken(each.states, amount)
    return of(name, [holding for each in told.values() for holding in _holdings(each)])


def _disposed(each: _Told | None, happened: Disposed) -> None:
    if each is None or not each.of_its_asset(happened.asset):
        return
    early = happened.title == "claimants"
    sold = _taken(each.claimed if early else each.states, happened.amount)
    whole = sum(part.amount for part in sold)
    for part in sold:
        told = Recorded(
            happened.mechanism,
            happened.on,
            happened.currency,
            happened.proceeds * part.amount // whole,
            happened.costs * part.amount // whole,
        )
        (each.early if early else each.gone).append(replace(part, recorded=told))


def _final(told: dict[tuple[str, str], _Told], happened: ForfeitureBecameFinal) -> None:
    for holding, asset, amount in happened.items:
        each = told.get((happened.case, holding))
        if each and each.of_its_asset(asset):
            each.states += [
                replace(part, final_on=happened.on, outcome="forfeited")
                for part in _taken(each.claimed, amount)
            ]
    for holding, _, amount, _, _ in happened.replaced:
        each = told.get((happened.case, holding))
        if each:
            each.gone += [
                replace(part, final_on=happened.on, outcome="forfeited")
                for part in _taken(each.early, amount)
            ]


def _leaves(each: _Told, asset: str, amount: int, on: date, outcome: str) -> None:
    """So much goes back, of the asset itself or of the money that stands for it."""
    if each.of_its_asset(asset):
        parts = _taken(each.claimed, amount)
    else:
        money = sum(_net(part) for part in each.early)
        sold = sum(part.amount for part in each.early)
        parts = _taken(each.early, sold if amount >= money else sold * amount // money)
    each.gone += [replace(part, final_on=on, outcome=outcome) for part in parts]


def _net(part: _Part) -> int:
    return part.recorded.proceeds - part.recorded.costs if part.recorded else 0


def _taken(parts: list[_Part], amount: int) -> list[_Part]:
    """So much of the parts, the first first; what is left of them stays."""
    found: list[_Part] = []
    while amount > 0 and parts:
        part = parts[0]
        if part.amount <= amount:
            found.append(parts.pop(0))
        else:
            found.append(replace(part, amount=amount))
            parts[0] = replace(part, amount=part.amount - amount)
        amount -= found[-1].amount
    return found


def _holdings(each: _Told) -> Iterable[Holding]:
    """One row a part; the states' own is forfeited, sold or not, the rest still pending."""
    states = [replace(part, outcome="forfeited") for part in each.states]
    for number, part in enumerate((*each.gone, *states, *each.early, *each.claimed), 1):
        seized = each.seized
        yield Holding(
            each.line,
            seized.case,
            seized.holding if number == 1 else f"{seized.holding}.{number}",
            ASSETS[seized.asset],
            part.amount,
            seized.on,
            part.outcome,
            part.final_on,
            part.recorded,
            seized.assumed,
        )
