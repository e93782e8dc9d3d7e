"""Every shipped blueprint, between every two of its amendments, and one case told in its terms.

A case of a stretch ends on the stretch's last day and began as long before as practice says, so an
amendment is played as it fell: seized under one law, sold under the next.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest

from qazyna.blueprint import MECHANISMS, Law
from qazyna.disposition.allocation import Allocate
from qazyna.disposition.interlocutory import OrderInterlocutorySale
from qazyna.disposition.sale import Dispose
from qazyna.forfeiture.orders import OrderForfeiture, RecordFinality
from qazyna.plan import World
from qazyna.seizure.taking import Seize
from tests.support import BLUEPRINTS, law_of, world

LAST = date(2026, 6, 30)
SHIPPED = sorted(file.stem for file in BLUEPRINTS.glob("*.toml"))

WITH_ORDER = tuple(each for each in MECHANISMS if each != "interlocutory_sale")
SALES = ("auction", "negotiated_sale", "tranche_sale", "sell_and_invest")
"""Ways in which what became the State's is turned into money."""

CASE = {"case": "C-1", "holding": "1"}


@dataclass(frozen=True)
class Stretch:
    """One blueprint on the last day before its next amendment."""

    name: str
    day: date

    @property
    def law(self) -> Law:
        return law_of(self.name).on(self.day)

    def world(self) -> World:
        return world(self.name)

    def _days(self, clause: str) -> timedelta:
        return timedelta(self.law.says(f"practice.days.{clause}", int) or 1)

    @property
    def final(self) -> date:
        return self.day - self._days("disposal")

    @property
    def seized(self) -> date:
        return self.final - self._days("final")

    @property
    def custodian(self) -> str:
        """The first that keeps coins, as the rules take it where nobody is named."""
        return next(c.name for c in self.law.custodians.values() if "crypto" in c.holds)

    @property
    def sale(self) -> str | None:
        """A way in which the law of the day sells what became the State's, if it has one."""
        return next((each for each in SALES if each in self.law.mechanisms), None)

    def kind(self) -> str:
        """Some kind of order that both laws know."""
        return min(law_of(self.name).on(self.seized).forfeiture_kinds)

    def seize(self, quantity: str = "10", asset: str = "BTC", **said: Any) -> Seize:
        usual = {**CASE, "seized_on": self.seized, "authority": "Police"}
        return Seize.model_validate({**usual, "asset": asset, "quantity": quantity, **said})

    def order(self, quantity: str = "10", asset: str = "BTC", **said: Any) -> OrderForfeiture:
        usual = {
            "case": "C-1",
            "order_ref": "F-1",
            "order_kind": self.kind(),
            "ordered_on": self.seized,
            "scope": ({"holding": "1", "asset": asset, "quantity": quantity},),
        }
        return OrderForfeiture.model_validate({**usual, **said})

    def finality(self, **said: Any) -> RecordFinality:
        usual = {"case": "C-1", "order_ref": "F-1", "final_on": self.final}
        return RecordFinality.model_validate({**usual, **said})

    def forfeited(self, quantity: str = "10", asset: str = "BTC") -> tuple[Any, ...]:
        return self.seize(quantity, asset), self.order(quantity, asset), self.finality()

    def dispose(self, mechanism: str, quantity: str = "10", proceeds: str = "500000") -> Dispose:
        return Dispose.model_validate(
            {
                **CASE,
                "asset": "BTC",
                "quantity": quantity,
                "mechanism": mechanism,
                "disposed_on": self.day,
                "proceeds": proceeds,
                "proceeds_currency": self.law.currency,
            }
        )

    def leave(self, quantity: str = "10") -> OrderInterlocutorySale:
        return OrderInterlocutorySale.model_validate(
            {
                **CASE,
                "order_ref": "S-1",
                "ordered_on": self.day,
                "parties_heard_on": self.day,
                "asset": "BTC",
                "quantity": quantity,
            }
        )

    def allocate(self, asset: str) -> Allocate:
        return Allocate.model_validate(
            {**CASE, "asset": asset, "allocated_on": self.day, "decision_ref": "D-1"}
        )


def _stretches() -> list[Stretch]:
    found = []
    for name in SHIPPED:
        since = [day for day in law_of(name).change_dates if day <= LAST]
        ends = [*(day - timedelta(1) for day in since[1:]), LAST]
        found += [Stretch(name, end) for end in ends]
    return found


every_stretch = pytest.mark.parametrize("of", _stretches(), ids=lambda of: f"{of.name} on {of.day}")
