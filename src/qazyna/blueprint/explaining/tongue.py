"""What a language must be able to say of a blueprint: one method a sentence.

Numbers come exact, classes and mechanisms as the words of the schema; each language puts them into
its own cases, plurals and order. A sentence ends with its full stop.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import ClassVar

from qazyna.blueprint.values import Custodian, Jurisdiction, Limit, Par, Role, Vehicle

Number = Decimal | int
Shares = Sequence[tuple[str, Decimal]]


class Tongue(ABC):
    """A language, with its manner of writing numbers, percentages, dates and lists."""

    code: ClassVar[str]
    point: ClassVar[str]
    group: ClassVar[str]
    per_cent: ClassVar[str]
    quotes: ClassVar[tuple[str, str]]
    conjunction: ClassVar[str]
    disjunction: ClassVar[str]
    sections: ClassVar[dict[str, str]]
    assumed: ClassVar[str]

    # how it writes

    def number(self, value: Number) -> str:
        """Thousands set apart, the decimal mark of the language, no zero at the end."""
        text = f"{Decimal(value):f}"
        sign, text = ("−", text[1:]) if text.startswith("-") else ("", text)
        whole, _, fraction = text.partition(".")
        fraction = fraction.rstrip("0")
        grouped = f"{int(whole):,}".replace(",", self.group)
        return sign + grouped + (self.point + fraction if fraction else "")

    def percent(self, share: Decimal) -> str:
        return self.number(share * 100) + self.per_cent

    def quoted(self, name: str) -> str:
        return name.join(self.quotes)

    def listed(self, words: Sequence[str], last: str | None = None) -> str:
        """`a, b and c`."""
        if len(words) < 2:
            return "".join(words)
        joint = self.conjunction if last is None else last
        return f"{', '.join(words[:-1])} {joint} {words[-1]}"

    def either(self, words: Sequence[str]) -> str:
        """`a, b or c`."""
        return self.listed(words, self.disjunction)

    def called(self, named: Jurisdiction | Custodian | Role, local_language: str) -> str:
        """Its name in this language where the blueprint gives one, else its name there."""
        names = dict(named.names)
        if self.code in names:
            return names[self.code]
        if named.local_name and local_language == self.code:
            return named.local_name
        return named.name if isinstance(named, Jurisdiction) else named.title

    def office(self, title: str) -> str:
        """An office among others in a sentence."""
        return title

    def of_formula(self, vehicle: Vehicle) -> str:
        """What it follows: a file, or weights of series."""
        if vehicle.series:
            return self.quoted(vehicle.series)
        return " + ".join(f"{self.number(weight)} {series}" for series, weight in vehicle.mix)

    def vehicle_name(self, name: str) -> str:
        return self.quoted(name.replace("_", " "))

    @abstractmethod
    def day(self, day: date) -> str: ...

    # the model

    @abstractmethod
    def title(self, name: str, code: str, day: date) -> str: ...
    @abstractmethod
    def kind_of_model(self, *, coins: bool, funds: bool) -> str: ...
    @abstractmethod
    def currencies(self, statements: str, tender: str) -> str: ...
    @abstractmethod
    def weekend(self, days: Sequence[int]) -> str: ...
    @abstractmethod
    def dates(self, first: date, changes: Sequence[date]) -> str: ...

    # seizure

    @abstractmethod
    def controls(self, controls: Sequence[str]) -> str: ...
    @abstractmethod
    def keeps(self, name: str, holds: Sequence[str]) -> str: ...
    @abstractmethod
    def case_money(self, name: str) -> str: ...

    # title

    @abstractmethod
    def whose_until_then(self) -> str: ...
    @abstractmethod
    def orders(self, kinds: Sequence[str]) -> str: ...
    @abstractmethod
    def appeal(self, days: int) -> str: ...

    # disposal

    @abstractmethod
    def mechanisms(self, mechanisms: Sequence[str]) -> str: ...
    @abstractmethod
    def interlocutory(self) -> str: ...
    @abstractmethod
    def shares(self, shares: Shares) -> str: ...
    @abstractmethod
    def awards_first(self) -> str: ...

    # the reserve

    @abstractmethod
    def may_hold(self, classes: Sequence[str]) -> str: ...
    @abstractmethod
    def reserve_kept(self, bank: str, vault: str) -> str: ...
    @abstractmethod
    def floor(self, value: Decimal, currency: str, months: int) -> str: ...
    @abstractmethod
    def official(self, *, counted: bool) -> str: ...

    # managers

    @abstractmethod
    def admitted(self, hedge: int, venture: int) -> str: ...
    @abstractmethod
    def by_selection(self, kinds: Sequence[str]) -> str: ...
    @abstractmethod
    def scorers(self, least: int, highest: int, offices: Sequence[str]) -> str: ...
    @abstractmethod
    def eligibility(self, asked: Sequence[tuple[str, object]], currency: str) -> str: ...
    @abstractmethod
    def scorecard(self, weights: Shares) -> str: ...
    @abstractmethod
    def diversification(self, most: Sequence[tuple[str, int]]) -> str: ...
    @abstractmethod
    def correlation(self, below: Decimal, months: int) -> str: ...
    @abstractmethod
    def mandate_says(self, contents: Sequence[str]) -> str: ...
    @abstractmethod
    def mandate_most(self, most: Shares) -> str: ...
    @abstractmethod
    def mandate_days(self, what: str, days: int) -> str: ...
    @abstractmethod
    def query(self, days: int) -> str: ...

    # limits

    @abstractmethod
    def limit(self, limit: Limit) -> str: ...

    # approvals

    @abstractmethod
    def approvals(self, count: int, offices: Sequence[str], steps: Sequence[str]) -> str: ...
    @abstractmethod
    def no_approval(self) -> str: ...

    # valuation

    @abstractmethod
    def stale(self, ages: Sequence[tuple[str, int]]) -> str: ...
    @abstractmethod
    def same_nav(self, times: int) -> str: ...
    @abstractmethod
    def roll_forward(self, *, replaced: bool) -> str: ...
    @abstractmethod
    def par(self, par: Par) -> str: ...

    # practice

    @abstractmethod
    def no_practice(self) -> str: ...
    @abstractmethod
    def disposal(self, mechanism: str) -> str: ...
    @abstractmethod
    def sold_by(self, way: str) -> str: ...
    @abstractmethod
    def too_small(self, way: str) -> str: ...
    @abstractmethod
    def days_final(self, days: int) -> str: ...
    @abstractmethod
    def days_disposal(self, days: int) -> str: ...
    @abstractmethod
    def days_interlocutory(self, days: int) -> str: ...
    @abstractmethod
    def auction(self, block: Decimal, every: int) -> str: ...
    @abstractmethod
    def discounts(self, points: Sequence[tuple[Decimal, Decimal]]) -> str: ...
    @abstractmethod
    def tranche(self, share: Decimal, impact: Decimal) -> str: ...
    @abstractmethod
    def agreed(self, discount: Decimal) -> str: ...
    @abstractmethod
    def sale_cost(self, cost: Decimal) -> str: ...
    @abstractmethod
    def custody_cost(self, cost: Decimal) -> str: ...
    @abstractmethod
    def key_loss(self, hazard: Decimal, loss: Decimal) -> str: ...
    @abstractmethod
    def vehicle(self, vehicle: Vehicle) -> str: ...
    @abstractmethod
    def placed(self, shares: Shares, money: Decimal) -> str: ...
    @abstractmethod
    def rebalance(self, how: str) -> str: ...
    @abstractmethod
    def base(self, value: Decimal, currency: str) -> str: ...
    @abstractmethod
    def inflation(self, rise: Decimal) -> str: ...

    # what is assumed

    @abstractmethod
    def how_much_is_assumed(
        self, law: tuple[int, int], practice: tuple[int, int], share: Decimal
    ) -> str: ...
