"""A case: its holdings, the orders made in it, and how far each has got."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Annotated, ClassVar

from pydantic import Field, PlainSerializer

from qazyna.errors import Refused
from qazyna.ledger.entry import Account, Entry, Value
from qazyna.money import apportion
from qazyna.office.correction import Correctable
from qazyna.plan import Command, Event, Name, Segment, World, state

Units = Annotated[int, PlainSerializer(str, return_type=str, when_used="json")]
"""An amount in base units that may be nothing."""


@dataclass(slots=True)
class Sold:
    """What of an asset was sold before the final order, and the money that stands for it."""

    amount: Units
    proceeds: Units


@dataclass(slots=True)
class Held:
    """One holding of a case: a quantity of one asset taken at one place on one day."""

    asset: str
    seized_on: date
    address: str | None = None
    assumed: tuple[str, ...] = ()
    orders: tuple[str, ...] = ()
    """forfeiture orders by which some of it became the State's"""
    sold: dict[str, dict[str, Sold]] = field(default_factory=dict)
    """asset -> currency -> what was sold of it while it was the claimants', and is so still"""
    for_victims: dict[str, Units] = field(default_factory=dict)
    """asset -> the share of the State's that the law keeps for victims"""

    in_kind: dict[str, Decimal] = field(default_factory=dict)
    """currency -> worth of what went to managers in kind: all of it the reserve's, and not yet
    made up for in the shares of the others"""

    def sell(self, asset: str, currency: str, amount: int, proceeds: int) -> None:
        """Note that money stands for so much of the asset until the final order."""
        found = self.sold.setdefault(asset, {}).setdefault(currency, Sold(amount=0, proceeds=0))
        found.amount += amount
        found.proceeds += proceeds

    def unsell(self, asset: str, currency: str, amount: int, proceeds: int) -> None:
        """Note that the money stands for it no more: a court has decided whose it is."""
        found = self.sold[asset][currency]
        found.amount -= amount
        found.proceeds -= proceeds
        if not found.amount:
            del self.sold[asset][currency]
        if not self.sold[asset]:
            del self.sold[asset]

    def part_with(self, currency: str, amount: int) -> None:
        """Note that money which may have stood for something sold is the claimants' no more."""
        for asset in list(self.sold):
            sale = self.sold[asset].get(currency)
            if sale and amount and sale.proceeds:
                part = min(amount, sale.proceeds)
                amount -= part
                self.unsell(asset, currency, sale.amount * part // sale.proceeds, part)

    def give_to_victims(self, asset: str, amount: int) -> None:
        """Note that an award has used so much of what was kept for victims."""
        left = self.for_victims.get(asset, 0) - amount
        if left > 0:
            self.for_victims[asset] = left
        else:
            self.for_victims.pop(asset, None)


@dataclass(slots=True)
class Order:
    """A forfeiture order: what it covers, and what that has become."""

    ordered_on: date | None = None
    order_kind: str | None = None
    scope: tuple[tuple[str, str, Units], ...] = ()
    """(holding, asset, base units)"""
    final_on: date | None = None
    annulled_on: date | None = None
    now: dict[str, dict[str, Units]] = field(default_factory=dict)
    """holding -> asset -> base units that the State has by this order. What it passed on to the
    reserve or the budget still counts: that is what an annulment must find again."""


@dataclass(slots=True)
class SaleOrder:
    """What a court let be sold before the final order, and the event in which it did."""

    version: int
    ordered_on: date
    holding: str
    asset: str
    left: Units


@dataclass(slots=True)
class Award:
    """What a court awarded, and the event in which it did: payments rest on it."""

    version: int
    awarded_on: date
    owed: dict[str, Units] = field(default_factory=dict)
    """holding/asset/party -> base units not yet paid"""


@dataclass(slots=True)
class Exhibit:
    """What was filed in the case, by its SHA-256, and the event that says so."""

    version: int
    added_on: date
    title: str
    sha256: str


@state
class Case(Correctable):
    """The fold of a case's events."""

    prefix: ClassVar[str] = "case"

    holdings: dict[str, Held] = Field(default_factory=dict)
    orders: dict[str, Order] = Field(default_factory=dict)
    sale_orders: dict[str, SaleOrder] = Field(default_factory=dict)
    awards: dict[str, Award] = Field(default_factory=dict)
    exhibits: dict[str, Exhibit] = Field(default_factory=dict)
    known_rows: dict[str, str] = Field(default_factory=dict)
    """digest of an imported register row -> the holding it told of"""

    def vested(self, order: str, holding: str, asset: str, amount: int) -> None:
        """Note that so much became the State's by that order."""
        held = self.holdings[holding]
        if order not in held.orders:
            held.orders = (*held.orders, order)
        has = self.orders[order].now.setdefault(holding, {})
        has[asset] = has.get(asset, 0) + amount

    def turned(
        self, holding: str, asset: str, amount: int, into: str = "", gained: int = 0
    ) -> None:
        """Follow what is the State's into what it became: each order has its share of both."""
        shares = [
            share
            for ref in self.holdings[holding].orders
            if (share := self.orders[ref].now.get(holding)) and share.get(asset)
        ]
        traced = sum(share[asset] for share in shares)
        if not traced:
            return
        gone = min(amount, traced)
        # What no order explains (an award that lapsed) has its part of the gain, too.
        came = gained * gone // amount
        weights = [share[asset] for share in shares]
        for share, less, more in zip(
            shares, _split(gone, weights), _split(came, weights), strict=True
        ):
            share[asset] -= less
            if not share[asset]:
                del share[asset]
            if more:
                share[into] = share.get(into, 0) + more

    def delivered(self, holding: str, value: Value | None) -> None:
        """Note what the reserve has in kind. What has no price cannot be counted in its share."""
        if value:
            kept = self.holdings[holding].in_kind
            kept[value.currency] = kept.get(value.currency, Decimal(0)) + value.amount

    def grew(self, holding: str, asset: str, into: str, gained: int) -> None:
        """Note what came to the State with what it has: each order has its share."""
        shares = [self.orders[ref].now.get(holding, {}) for ref in self.holdings[holding].orders]
        shares = [share for share in shares if share.get(asset)]
        if shares:
            for share, more in zip(
                shares, _split(gained, [share[asset] for share in shares]), strict=True
            ):
                share[into] = share.get(into, 0) + more

    def corrected(self, mirrored: Entry) -> None:
        """Follow the correction of a sale, or of a charge, of what is the State's."""
        first, last = mirrored.postings[0], mirrored.postings[-1]
        if "state" not in (first.debit.klass, first.credit.klass):
            return
        holding = first.debit.book.rpartition("/")[2]
        if first is not last:
            self.turned(holding, last.asset, last.amount, first.asset, first.amount)
        elif first.debit.klass == "state":
            self.turned(holding, first.asset, first.amount)
        else:
            self.grew(holding, first.asset, first.asset, first.amount)


def _split(amount: int, weights: list[int]) -> list[int]:
    """By weight; and where one order has it all, as in most cases, without arithmetic."""
    return [amount] if len(weights) == 1 else apportion(amount, weights)


def book(case: str, holding: str) -> str:
    """The book of one holding: a pot that never mixes with another."""
    return f"{case}/{holding}"


def all_books(case: str) -> str:
    """What a command names that must know every book of a case: the path they begin with."""
    return f"{case}/"


def claimants(case: str, holding: str) -> Account:
    return Account(f"{case}/{holding}", "claimants")


def state_title(case: str, holding: str) -> Account:
    return Account(f"{case}/{holding}", "state")


def beneficiary(case: str, holding: str, party: str) -> Account:
    return Account(f"{case}/{holding}", "beneficiaries", party)


def may_name_a_case(case: str) -> None:
    """Refuse a name under which a case's books could be taken for others."""
    if case == "workout" or case.startswith("workout/"):
        raise Refused(
            "bad_case", "A case cannot be called workout: books of that name exist.", {"case": case}
        )


def the_case(world: World, case: str) -> Case:
    """The case, or a refusal that says there is none."""
    found = world.find(Case, case)
    if found is None:
        raise Refused("no_case", f"There is no case {case!r} in the books.", {"case": case})
    return found


def the_holding(world: World, case: str, holding: str) -> Held:
    """One holding of a case, or a refusal that names those it has."""
    found = the_case(world, case).holdings.get(holding)
    if found is None:
        known = ", ".join(the_case(world, case).holdings) or "none"
        raise Refused(
            "no_holding",
            f"Case {case} has no holding {holding!r}; it has {known}.",
            {"case": case, "holding": holding},
        )
    return found


def in_order(earlier: date, later: date, what: str, than: str) -> None:
    """Refuse a date that lies before the one it must follow."""
    if later < earlier:
        raise Refused(
            "dates_out_of_order",
            f"{what} ({later}) lies before {than} ({earlier}).",
            {"earlier": earlier, "later": later},
        )


class OfACase(Command):
    """A command about one case."""

    case: Name

    def streams(self) -> tuple[str, ...]:
        return (f"case/{self.case}",)


class OfAHolding(OfACase):
    """A command about one holding of a case."""

    holding: Segment

    def books(self) -> tuple[str, ...]:
        return (book(self.case, self.holding),)


class CaseEvent(Event):
    """An event in the life of one case."""

    case: str

    @property
    def stream(self) -> str:
        return f"case/{self.case}"
