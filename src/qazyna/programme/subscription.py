"""Subscription: money paid to a fund, or a forfeited asset handed to it, against its units."""

from typing import ClassVar

from qazyna.disposition.interlocutory import permitted
from qazyna.disposition.sale import IN_KIND, saleable
from qazyna.errors import Refused
from qazyna.ledger import entry
from qazyna.ledger.entry import Account, Authority, Entry, Value
from qazyna.plan import BaseUnits, Command, Day, Event, Name, Segment, World, command, event
from qazyna.programme.dealing import notice_deadline
from qazyna.programme.manager import (
    ByAManager,
    Code,
    Manager,
    OfAManager,
    Waiting,
    deals_on,
    fund,
    going_on,
    not_paused,
    pending,
    the_manager,
)
from qazyna.reserve.pot import BOOK, TITLE, eligible, source
from qazyna.seizure.case import Case, book, in_order, state_title, the_case, the_holding
from qazyna.seizure.custody import whole_place


class Subscribe(OfAManager):
    """Record money paid to a hedge fund for a dealing date. Its units come with the final NAV."""

    kind: ClassVar[str] = "subscribe"

    quantity: str
    paid_on: Day
    dealing_on: Day
    place: Segment | None = None
    """The bank that paid; the law's own when not said."""
    decision_ref: Name


@event
class Subscribed(ByAManager):
    """Money of the reserve is on its way to becoming units."""

    kind: ClassVar[str] = "subscribed"

    number: int
    currency: str
    amount: BaseUnits
    out_of: tuple[str, str]
    dealing_on: Day
    decision_ref: str

    def entries(self) -> tuple[Entry, ...]:
        bank = Account(BOOK, *self.out_of)
        return (entry.move(self.on, self.currency, self.amount, pending(self.manager), bank),)

    def evolve(self, state: Manager, version: int) -> None:
        state.subscriptions = self.number
        state.waiting[self.number] = Waiting(dealing_on=self.dealing_on, amount=self.amount)


@command(Subscribe)
def subscribe(world: World, asked: Subscribe) -> list[Event]:
    """Out of the reserve's bank, into what is pending with the manager; still the reserve's."""
    on = asked.paid_on
    manager = the_manager(world, asked, "hedge_fund", on, "The payment")
    in_order(on, asked.dealing_on, "The dealing date", "the payment")
    nav = manager.last_final
    if nav and asked.dealing_on < nav.on:
        raise Refused(
            "dealing_date_passed",
            f"{asked.manager} has stated its final NAV of {nav.on}: no units are issued any more "
            f"for {asked.dealing_on}.",
            {"manager": asked.manager, "dealing_on": asked.dealing_on},
        )
    terms = manager.terms_on(on)
    going_on(manager, "subscribing")
    not_paused(manager, "subscriptions", on)
    days = deals_on(world, manager, terms, "subscriptions", asked.dealing_on)
    last = notice_deadline(terms, days, asked.dealing_on, terms.subscription_notice_days)
    if on > last and terms.subscription_notice_days:
        raise Refused(
            "notice_too_short",
            f"{asked.manager} wants subscriptions {terms.subscription_notice_days} days ahead: for "
            f"{asked.dealing_on} by {last}.",
            {"manager": asked.manager, "last_day": last},
        )
    eligible(world, BOOK, world.asset(asked.manager), on)
    currency = world.asset(manager.currency)
    amount = currency.amount(asked.quantity)
    if terms.minimum_subscription and currency.decimal(amount) < terms.minimum_subscription:
        raise Refused(
            "below_minimum",
            f"{asked.manager} takes no subscription below {terms.minimum_subscription} "
            f"{currency.code}; {currency.text(amount)} was to be paid.",
            {"manager": asked.manager, "minimum": terms.minimum_subscription},
        )
    bank = source(world, BOOK, currency, asked.place, on)
    world.held(bank, currency.code, amount)
    return [
        Subscribed(
            on=on,
            manager=asked.manager,
            number=manager.subscriptions + 1,
            currency=currency.code,
            amount=amount,
            out_of=(bank.klass, bank.detail),
            dealing_on=asked.dealing_on,
            decision_ref=asked.decision_ref,
        )
    ]


class SubscribeInKind(Command):
    """Record that a forfeited asset was handed to a hedge fund against units of it.

    The asset never enters the reserve: it becomes units in the case's own book, and the units are
    passed on.
    """

    kind: ClassVar[str] = "subscribe_in_kind"

    case: Name
    holding: Segment
    asset: Segment
    quantity: str
    manager: Code
    units: str
    dealt_on: Day
    order_ref: Name
    """The decision to hand it over, with the administrator's confirmation of the units."""
    travel_rule_ref: Name | None = None
    """Reference or digest of the IVMS101 message that went with the coins."""

    def streams(self) -> tuple[str, ...]:
        return (f"case/{self.case}", f"manager/{self.manager}")

    def books(self) -> tuple[str, ...]:
        return (book(self.case, self.holding), BOOK)


@event
class UnitsDelivered(Event):
    """A forfeited asset became units of a fund, and the units are the reserve's."""

    kind: ClassVar[str] = "units_delivered"
    private: ClassVar[frozenset[str]] = frozenset({"travel_rule_ref"})

    case: str
    holding: str
    asset: str
    amount: BaseUnits
    out_of: tuple[str, str]
    manager: str
    units: BaseUnits
    order_ref: str
    travel_rule_ref: str | None = None
    value: Value | None = None

    @property
    def stream(self) -> str:
        return f"case/{self.case}"

    def entries(self) -> tuple[Entry, ...]:
        pot = book(self.case, self.holding)
        state, there = state_title(self.case, self.holding), Account(pot, "fund", self.manager)
        given = (self.asset, self.amount, Account(pot, *self.out_of))
        taken = (self.manager, self.units, there)
        return (
            entry.exchange(self.on, state, given, taken, value=self.value),
            entry.transfer(
                self.on,
                self.manager,
                self.units,
                (there, state),
                (fund(self.manager), TITLE),
                Authority("allocation"),
                self.value,
            ),
        )

    def evolve(self, state: Case, version: int) -> None:
        state.turned(self.holding, self.asset, self.amount, self.manager, self.units)
        state.delivered(self.holding, self.value)


@event
class UnitsIssued(ByAManager):
    """The manager issued units against an asset of a case; the case's event booked them."""

    kind: ClassVar[str] = "units_issued"

    case: str
    holding: str
    units: BaseUnits

    def evolve(self, state: Manager, version: int) -> None:
        state.issue(self.on, self.units)


@command(SubscribeInKind)
def subscribe_in_kind(world: World, asked: SubscribeInKind) -> list[Event]:
    """Only what is the State's, not kept for victims, under our control; where the law allows."""
    on = asked.dealt_on
    held = the_holding(world, asked.case, asked.holding)
    of = OfAManager.model_construct(manager=asked.manager)
    manager = the_manager(world, of, "hedge_fund", on, "The hand-over")
    terms = manager.terms_on(on)
    going_on(manager, "subscribing")
    not_paused(manager, "subscriptions", on)
    deals_on(world, manager, terms, "subscriptions", on)
    final = [the_case(world, asked.case).orders[ref].final_on for ref in held.orders]
    since = min((day for day in final if day), default=held.seized_on)
    in_order(since, on, "The hand-over", "the finality of the order")
    permitted(world.law(on), IN_KIND)
    units = world.asset(asked.manager)
    eligible(world, BOOK, units, on)
    asset = world.asset(asked.asset)
    if terms.in_kind is not None and asset.code not in terms.in_kind:
        raise Refused(
            "not_accepted_in_kind",
            f"{asked.manager} takes {', '.join(terms.in_kind) or 'nothing'} in kind; "
            f"{asset.code} must be sold first.",
            {"manager": asked.manager, "asset": asset.code},
        )
    amount = asset.amount(asked.quantity)
    title = state_title(asked.case, asked.holding)
    world.held(title, asset.code, amount + held.for_victims.get(asset.code, 0))
    place = whole_place(world, title.book, asset.code, amount)
    saleable(place.klass, asset)
    delivered = units.amount(asked.units)
    value = world.value(asset.code, amount, on) or world.value(units.code, delivered, on)
    return [
        UnitsDelivered(
            on=on,
            case=asked.case,
            holding=asked.holding,
            asset=asset.code,
            amount=amount,
            out_of=(place.klass, place.detail),
            manager=asked.manager,
            units=delivered,
            order_ref=asked.order_ref,
            travel_rule_ref=asked.travel_rule_ref,
            value=value,
        ),
        UnitsIssued(
            on=on, manager=asked.manager, case=asked.case, holding=asked.holding, units=delivered
        ),
    ]
