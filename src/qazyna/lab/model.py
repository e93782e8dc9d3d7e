"""A model: what a blueprint makes of the seized, read day by day from its law and its practice.

The law says what may be done; the clauses `practice.*` say what is done with the choice it leaves.
A blueprint without them is a sound law, and nothing the lab could play.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Final, TypeVar

from qazyna.blueprint import Blueprint, Curve, Law, Vehicle
from qazyna.errors import Refused

GOLD: Final = "gold"
"""What may have a weight in the reserve without being a vehicle."""

SALES: Final = ("auction", "tranche_sale", "negotiated_sale")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Conduct:
    """What is done on the days of one stretch. Shares are fractions; costs of custody are a year's.

    `sale_by` is the way in which anything is sold: the disposal itself, where that is a sale.
    """

    law: Law
    disposal: str
    sale_by: str
    days_final: int
    days_disposal: int
    days_interlocutory: int
    block: Decimal
    every: int
    discount: Curve | None
    tranche_share: Decimal
    tranche_impact: Decimal
    negotiated_discount: Decimal
    sale_cost: Decimal
    custody_cost: Decimal
    hazard: Decimal
    loss: Decimal
    vehicles: Mapping[str, Vehicle]
    place: Mapping[str, Decimal]
    rebalanced: bool
    base: Decimal | None
    floor: Decimal | None
    floor_months: int
    inflation: Decimal

    @property
    def shares(self) -> tuple[Decimal, Decimal, Decimal]:
        """Of the reserve, of the budget, of a fund for victims."""
        of = self.law.shares
        return of["reserve"], of["budget"], of["victims"]

    def takes(self, klass: str) -> bool:
        """Whether what is kept may go to the reserve as it is, and the budget take its share so."""
        into = [to for to, share in self.law.shares.items() if share and to != "victims"]
        return "reserve" in into and all(klass in self.law.eligible[to] for to in into)

    def most(self, klass: str) -> Decimal | None:
        """The largest share that the law allows of a class of the reserve, if it says one."""
        found = [
            limit.value
            for limit in self.law.limits
            if (limit.measure, limit.klass, limit.bound) == ("class_share", klass, "max")
        ]
        return min(found, default=None)


class Model:
    """A blueprint with a practice."""

    def __init__(self, name: str, blueprint: Blueprint) -> None:
        self.name = name
        self.blueprint = blueprint
        self._conduct: dict[Law, Conduct] = {}
        self._days: dict[date, Conduct] = {}

    def on(self, day: date) -> Conduct:
        """What is done on a day. Refused where its law or practice is not there."""
        found = self._days.get(day)
        if found is None:
            found = self._days[day] = self._of(day)
        return found

    def _of(self, day: date) -> Conduct:
        try:
            law = self.blueprint.on(day)
        except Refused as no:
            raise Refused(no.code, f"{self.name}: {no.message}", no.facts, no.law) from None
        found = self._conduct.get(law)
        if found is None:
            found = self._conduct[law] = self._read(law, day)
        return found

    def stretches(self, since: date, until: date) -> list[tuple[date, Conduct]]:
        """Every conduct in force between two days, with its first day there."""
        days = [since, *(d for d in self.blueprint.change_dates if since < d <= until)]
        return [(day, self.on(day)) for day in days]

    def _read(self, law: Law, day: date) -> Conduct:
        def needs(clause: str, kind: type[T], needed: bool, otherwise: T) -> T:
            found = law.says(clause, kind)
            if found is None and needed:
                raise self._unsaid(clause, day)
            return otherwise if found is None else found

        disposal = needs("practice.disposal", str, True, "")
        by = disposal if disposal in SALES else law.says("practice.sale.by", str) or ""
        if not by and disposal in ("sell_and_invest", "interlocutory_sale"):
            raise self._unsaid("practice.sale.by", day)
        vehicles = _family(law, "practice.vehicle", Vehicle)
        place = _family(law, "practice.reserve.place", Decimal)
        auction, tranche = by == "auction", by == "tranche_sale"
        curve = law.says("practice.auction.discount", Curve)
        if auction and curve is None:
            raise self._unsaid("practice.auction.discount", day)
        nothing = Decimal(0)
        return Conduct(
            law=law,
            disposal=disposal,
            sale_by=by,
            days_final=needs("practice.days.final", int, True, 0),
            # What is kept is kept at once: nothing is prepared.
            days_disposal=0
            if disposal == "hold"
            else needs("practice.days.disposal", int, disposal != "interlocutory_sale", 0),
            days_interlocutory=needs(
                "practice.days.interlocutory", int, disposal == "interlocutory_sale", 0
            ),
            block=needs("practice.auction.block", Decimal, auction, Decimal(1)),
            every=needs("practice.auction.every", int, auction, 1),
            discount=curve,
            tranche_share=needs("practice.tranche.share", Decimal, tranche, Decimal(1)),
            tranche_impact=needs("practice.tranche.impact", Decimal, tranche, nothing),
            negotiated_discount=needs(
                "practice.sale.discount", Decimal, by == "negotiated_sale", nothing
            ),
            sale_cost=needs("practice.sale.cost", Decimal, bool(by), nothing),
            custody_cost=needs("practice.custody.cost", Decimal, disposal == "hold", nothing),
            hazard=needs("practice.custody.hazard", Decimal, False, nothing),
            loss=needs("practice.custody.loss", Decimal, False, nothing),
            vehicles=MappingProxyType(vehicles),
            place=MappingProxyType(place),
            rebalanced=law.says("practice.reserve.rebalance", str) == "yearly",
            base=law.says("practice.reserve.base", Decimal),
            floor=law.says("reserve.market_value_floor", Decimal),
            floor_months=needs("reserve.market_value_months", int, False, 12),
            inflation=needs("practice.inflation", Decimal, False, nothing),
        )

    def _unsaid(self, clause: str, day: date) -> Refused:
        return Refused(
            "no_practice",
            f"The blueprint “{self.name}” does not say {clause} on {day}, and the lab fills in "
            "nothing itself: add the clause, as observed or as an assumption.",
            {"blueprint": self.name, "date": day, "clause": clause},
            clause,
        )


def _family(law: Law, name: str, kind: type[T]) -> dict[str, T]:
    return {n: d.value for n, d in law.family(name).items() if isinstance(d.value, kind)}


def first_business_day(law: Law, day: date) -> date:
    """That day if banks work on it, else the next on which they do."""
    while day.isoweekday() in law.weekend:
        day += timedelta(days=1)
    return day


def placing_days(model: Model, since: date, until: date) -> Iterable[tuple[date, date]]:
    """(first business day of a month, the month's end before it), for every month of a window."""
    index = since.year * 12 + since.month - 1
    while True:
        first = date(index // 12, index % 12 + 1, 1)
        if first > until:
            return
        day = first_business_day(model.blueprint.on(max(first, since)), first)
        if since <= day <= until:
            yield day, first - timedelta(days=1)
        index += 1
