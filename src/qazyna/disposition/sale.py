"""Disposal: an asset is sold, or kept, by one of the mechanisms that the law of the day permits.

Money from a sale goes to the bank that the law names, under the very title that the asset was
under. What the sale cost is borne by the proceeds.
"""

from typing import ClassVar

from qazyna.disposition.interlocutory import INTERLOCUTORY, permitted
from qazyna.errors import Refused
from qazyna.ledger import entry
from qazyna.ledger.entry import Account, Authority, Entry, EventRef, Value
from qazyna.money import Asset
from qazyna.plan import BaseUnits, Day, Event, Name, Segment, World, command, event
from qazyna.seizure.case import (
    Case,
    CaseEvent,
    Held,
    OfAHolding,
    SaleOrder,
    book,
    claimants,
    in_order,
    state_title,
    the_case,
    the_holding,
)
from qazyna.seizure.custody import whole_place

BY_STATEMENT = Authority("statement")

HOLD = "hold"
IN_KIND = "transfer_to_managers"


class Dispose(OfAHolding):
    """Record that an asset was disposed of: sold by a permitted mechanism, or kept (`hold`)."""

    kind: ClassVar[str] = "dispose"

    asset: Segment
    quantity: str
    mechanism: Name
    disposed_on: Day
    proceeds: str | None = None
    """Gross, in the currency's own unit."""
    proceeds_currency: Segment | None = None
    costs: str = "0"
    """In the same currency."""
    sale_ref: Name | None = None
    """The contract or the auction's record; for an interlocutory sale, the court's order."""
    buyer: Name | None = None


@event
class Disposed(CaseEvent):
    """The asset is gone, and money is there in its place, less what the sale cost."""

    kind: ClassVar[str] = "disposed"
    private: ClassVar[frozenset[str]] = frozenset({"buyer"})

    holding: str
    asset: str
    amount: BaseUnits
    mechanism: str
    title: str
    """state, or claimants where a court let it be sold before its final order"""
    out_of: tuple[str, str]
    currency: str
    proceeds: BaseUnits
    costs: int = 0
    into: tuple[str, str]
    sale_ref: str | None = None
    sale_order: int | None = None
    """version of the event that ordered an interlocutory sale"""
    buyer: str | None = None
    value: Value | None = None
    assumed: tuple[str, ...] = ()

    def entries(self) -> tuple[Entry, ...]:
        pot = book(self.case, self.holding)
        title, money = Account(pot, self.title), Account(pot, *self.into)
        leave = (
            Authority("interlocutory", EventRef(self.stream, self.sale_order))
            if self.sale_order
            else None
        )
        sold = entry.exchange(
            self.on,
            title,
            (self.asset, self.amount, Account(pot, *self.out_of)),
            (self.currency, self.proceeds, money),
            leave,
            self.value,
        )
        if not self.costs:
            return (sold,)
        return (
            sold,
            entry.expense(self.on, self.currency, self.costs, title, money, BY_STATEMENT),
        )

    def evolve(self, state: Case, version: int) -> None:
        net = self.proceeds - self.costs
        if self.title == "state":
            state.turned(self.holding, self.asset, self.amount, self.currency, net)
        else:
            state.holdings[self.holding].sell(self.asset, self.currency, self.amount, net)
            state.sale_orders[self.sale_ref or ""].left -= self.amount


@event
class DispositionHeld(CaseEvent):
    """It was decided to keep the asset as it is; the books do not change."""

    kind: ClassVar[str] = "disposition_held"

    holding: str
    asset: str
    amount: BaseUnits
    decision_ref: str | None = None
    assumed: tuple[str, ...] = ()


@command(Dispose)
def dispose(world: World, asked: Dispose) -> list[Event]:
    """What is the State's, by a mechanism it has; before that, only by leave of the court."""
    held = the_holding(world, asked.case, asked.holding)
    world.not_future(asked.disposed_on, "The disposal")
    law = world.law(asked.disposed_on)
    permitted(law, asked.mechanism)
    in_order(held.seized_on, asked.disposed_on, "The disposal", "the seizure")
    asset = world.asset(asked.asset)
    amount = asset.amount(asked.quantity)
    if asked.mechanism == INTERLOCUTORY:
        title = claimants(asked.case, asked.holding)
        ordered = _sale_order(world, asked, amount)
    else:
        title, ordered = state_title(asked.case, asked.holding), None
        _is_the_states(world, asked, held, amount)
    world.held(title, asked.asset, amount)
    if asked.mechanism == HOLD:
        return [
            DispositionHeld(
                on=asked.disposed_on,
                case=asked.case,
                holding=asked.holding,
                asset=asked.asset,
                amount=amount,
                decision_ref=asked.sale_ref,
            )
        ]
    if asked.mechanism == IN_KIND:
        raise Refused(
            "needs_a_manager",
            "A hand-over to a manager is recorded with the units it brings, by subscribe_in_kind.",
        )
    currency, proceeds, costs = money_of(
        world, asset, asked.proceeds, asked.proceeds_currency, asked.costs
    )
    place = whole_place(world, book(asked.case, asked.holding), asked.asset, amount)
    saleable(place.klass, asset)
    return [
        Disposed(
            on=asked.disposed_on,
            case=asked.case,
            holding=asked.holding,
            asset=asked.asset,
            amount=amount,
            mechanism=asked.mechanism,
            title=title.klass,
            out_of=(place.klass, place.detail),
            currency=currency.code,
            proceeds=proceeds,
            costs=costs,
            into=("bank", law.treasury_bank),
            sale_ref=asked.sale_ref,
            sale_order=ordered.version if ordered else None,
            buyer=asked.buyer,
            value=agreed(currency, proceeds),
        )
    ]


def _sale_order(world: World, asked: Dispose, amount: int) -> SaleOrder:
    ordered = the_case(world, asked.case).sale_orders.get(asked.sale_ref or "")
    if ordered is None or (ordered.holding, ordered.asset) != (asked.holding, asked.asset):
        raise Refused(
            "no_sale_order",
            f"No court has let {asked.asset} of {book(asked.case, asked.holding)} be sold before "
            "the final order: record its order, and name it as sale_ref.",
            {"case": asked.case, "order": asked.sale_ref},
        )
    in_order(ordered.ordered_on, asked.disposed_on, "The sale", "the order that allows it")
    if amount > ordered.left:
        unit = world.asset(asked.asset)
        raise Refused(
            "more_than_ordered",
            f"Order {asked.sale_ref} lets {unit.text(ordered.left)} more {asked.asset} be sold, "
            f"not {unit.text(amount)}.",
            {"order": asked.sale_ref, "left": unit.text(ordered.left)},
        )
    return ordered


def _is_the_states(world: World, asked: Dispose, held: Held, amount: int) -> None:
    """Tell a disposal that comes before finality from one that is merely too large."""
    title = state_title(asked.case, asked.holding)
    if amount <= world.balances.of(title, asked.asset):
        final = [the_case(world, asked.case).orders[ref].final_on for ref in held.orders]
        first = min((on for on in final if on), default=held.seized_on)
        in_order(first, asked.disposed_on, "The disposal", "the finality of the order")
        return
    before = claimants(asked.case, asked.holding)
    if not held.orders and amount <= world.balances.of(before, asked.asset):
        raise before_finality(asked.mechanism)


def before_finality(mechanism: str) -> Refused:
    """The refusal of a disposal of what is not the State's yet."""
    return Refused(
        "disposal_before_finality",
        f"No forfeiture order is final: {mechanism or 'a disposal'} must wait for it. Before that, "
        "only an interlocutory_sale that a court has ordered is possible.",
        {"mechanism": mechanism},
        "forfeiture.appeal_days",
    )


def money_of(
    world: World, asset: Asset, proceeds: str | None, currency: str | None, costs: str
) -> tuple[Asset, int, int]:
    """The currency, what the sale brought, and what it cost; not more than it brought."""
    if not proceeds or not currency:
        raise Refused(
            "proceeds_missing", "A sale needs its gross proceeds, and the currency they are in."
        )
    money = world.asset(currency)
    is_money(money, asset)
    gross, spent = money.amount(proceeds), money.amount_or_zero(costs)
    costs_within(money, gross, spent)
    return money, gross, spent


def is_money(money: Asset, asset: Asset) -> None:
    """Refuse proceeds in anything but another currency."""
    if money.klass != "currency" or money.code == asset.code:
        raise Refused(
            "proceeds_not_money",
            f"{asset.code} is sold for a currency, and not for {money.code}.",
            {"asset": asset.code, "currency": money.code},
        )


def costs_within(money: Asset, gross: int, spent: int) -> None:
    """Refuse costs that the proceeds cannot bear."""
    if spent > gross:
        raise Refused(
            "costs_exceed_proceeds",
            f"Costs of {money.text(spent)} {money.code} exceed the proceeds of "
            f"{money.text(gross)}.",
            {"costs": money.text(spent), "proceeds": money.text(gross)},
        )


def saleable(location: str, asset: Asset) -> None:
    """Refuse the sale of what nobody of ours can hand over."""
    if location in ("restrained", "device"):
        raise Refused(
            "not_under_control",
            f"The {asset.code} is {'on a device' if location == 'device' else location}: sweep it "
            "into custody first, only then can it be handed over.",
            {"location": location},
        )


def agreed(currency: Asset, proceeds: int) -> Value:
    """The value that the parties to a sale agreed on."""
    return Value(currency.decimal(proceeds), currency.code, "agreed")
