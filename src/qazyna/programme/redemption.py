"""Redemption: units asked back, filled by the administrator, paid; gates and holdbacks on the way.

The books follow the administrator's confirmed fill. What a gate leaves unfilled stays asked for;
what is held back until the fund's audit stays a receivable, and is shown as withheld.
"""

from datetime import timedelta
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, Context, Decimal
from typing import ClassVar

from qazyna.errors import Refused
from qazyna.ledger import entry
from qazyna.ledger.entry import Account, Entry, Value
from qazyna.money import Asset
from qazyna.plan import BaseUnits, Day, Event, Name, Segment, World, command, event
from qazyna.programme.manager import (
    AmountOrNone,
    ByAManager,
    Manager,
    OfAManager,
    Request,
    fund,
    receivable,
    the_manager,
)
from qazyna.reserve.pot import BOOK, TITLE, agreed, place


class RequestRedemption(OfAManager):
    """Give notice that units are to be redeemed on a dealing date."""

    kind: ClassVar[str] = "request_redemption"

    units: str | None = None
    """All that are not asked back already, when not said."""
    requested_on: Day
    dealing_on: Day
    decision_ref: Name


@event
class RedemptionRequested(ByAManager):
    """Units were asked back; they are the reserve's until they are filled."""

    kind: ClassVar[str] = "redemption_requested"

    number: int
    units: BaseUnits
    dealing_on: Day
    decision_ref: str

    def evolve(self, state: Manager, version: int) -> None:
        state.requests[self.number] = Request(
            requested_on=self.on, dealing_on=self.dealing_on, units=self.units
        )


@command(RequestRedemption)
def request_redemption(world: World, asked: RequestRedemption) -> list[Event]:
    """No more than is held and not asked back yet, with the notice and after the lock-up agreed."""
    on = asked.requested_on
    manager = the_manager(world, asked, "hedge_fund", on, "The request")
    terms = manager.terms
    if asked.dealing_on < on + timedelta(days=terms.notice_days):
        raise Refused(
            "notice_too_short",
            f"{asked.manager} wants {terms.notice_days} days of notice: a request of {on} is for "
            f"{on + timedelta(days=terms.notice_days)} or later.",
            {"manager": asked.manager, "notice_days": terms.notice_days},
        )
    if terms.lock_until and asked.dealing_on < terms.lock_until:
        raise Refused(
            "locked_up",
            f"{asked.manager} redeems nothing before {terms.lock_until}.",
            {"manager": asked.manager, "lock_until": terms.lock_until},
        )
    asset = world.asset(asked.manager)
    free = world.balances.of(fund(asked.manager), asset.code) - sum(
        request.open for request in manager.requests.values()
    )
    units = asset.amount(asked.units) if asked.units is not None else free
    if not 0 < units <= free:
        raise Refused(
            "more_than_held",
            f"{asset.text(free)} units of {asked.manager} are held and not asked back yet.",
            {"manager": asked.manager, "free": asset.text(free)},
        )
    return [
        RedemptionRequested(
            on=on,
            manager=asked.manager,
            number=len(manager.requests) + 1,
            units=units,
            dealing_on=asked.dealing_on,
            decision_ref=asked.decision_ref,
        )
    ]


class FillRedemption(OfAManager):
    """Record the administrator's fill: so many units, at the final NAV of the dealing date."""

    kind: ClassVar[str] = "fill_redemption"

    request: int
    units: str | None = None
    """All that the request still asks for, when not said; less where a gate closed."""
    dealt_on: Day
    amount: str | None = None
    """What the administrator owes for them; units times NAV when not said."""
    holdback: str | None = None
    """What it keeps back of that until the audit; the agreed share of a full redemption when not
    said."""
    statement_ref: Name


@event
class RedemptionFilled(ByAManager):
    """Units became money due. Dated on the dealing date."""

    kind: ClassVar[str] = "redemption_filled"

    request: int
    units: BaseUnits
    carried: AmountOrNone
    """What the request still asks for."""
    currency: str
    amount: BaseUnits
    holdback: AmountOrNone
    """The part of the amount that is paid only after the audit."""
    per_unit: Decimal
    statement_ref: str
    value: Value | None = None

    def entries(self) -> tuple[Entry, ...]:
        given = (self.manager, self.units, fund(self.manager))
        taken = (self.currency, self.amount, receivable(self.manager))
        return (entry.exchange(self.on, TITLE, given, taken, value=self.value),)

    def evolve(self, state: Manager, version: int) -> None:
        state.requests[self.request].filled += self.units
        state.withheld += self.holdback
        state.retire(self.on, self.units, self.amount, self.request, self.per_unit)


@command(FillRedemption)
def fill_redemption(world: World, asked: FillRedemption) -> list[Event]:
    """At the final NAV of that date, on or after the date asked for, and no more than was asked."""
    on = asked.dealt_on
    manager = the_manager(world, asked, "hedge_fund", on, "The dealing date")
    request = manager.requests.get(asked.request)
    if request is None or not request.open:
        raise Refused(
            "no_request",
            f"{asked.manager} has no open redemption request {asked.request}.",
            {"manager": asked.manager, "request": asked.request},
        )
    if on < request.dealing_on:
        raise Refused(
            "before_dealing_date",
            f"Request {asked.request} is for {request.dealing_on}; it cannot be filled on {on}.",
            {"manager": asked.manager, "dealing_on": request.dealing_on},
        )
    asset, currency = world.asset(asked.manager), world.asset(manager.currency)
    units = asset.amount(asked.units) if asked.units is not None else request.open
    if units > request.open:
        raise Refused(
            "more_than_requested",
            f"Request {asked.request} still asks for {asset.text(request.open)} units; "
            f"{asset.text(units)} were filled.",
            {"manager": asked.manager, "open": asset.text(request.open)},
        )
    nav = manager.final_nav(on)
    if nav is None:
        raise Refused(
            "no_final_nav",
            f"{asked.manager} has stated no final NAV of {on}: state it first.",
            {"manager": asked.manager, "date": on},
        )
    amount = _due(asked, asset, currency, units, nav.per_unit)
    left = world.balances.of(fund(asked.manager), asset.code) - units
    holdback = _holdback(asked, manager, currency, amount, full=not left)
    return [
        RedemptionFilled(
            on=on,
            manager=asked.manager,
            request=asked.request,
            units=units,
            carried=request.open - units,
            currency=currency.code,
            amount=amount,
            holdback=holdback,
            per_unit=nav.per_unit,
            statement_ref=asked.statement_ref,
            value=agreed(world, on, (currency.code, amount)),
        )
    ]


def _due(asked: FillRedemption, asset: Asset, currency: Asset, units: int, nav: Decimal) -> int:
    exact = Context(prec=60).multiply(Decimal(units).scaleb(currency.scale - asset.scale), nav)
    fair = int(exact.to_integral_value(ROUND_HALF_EVEN))
    amount = currency.amount(asked.amount) if asked.amount is not None else fair
    if abs(amount - exact) > 1 or not amount:
        raise Refused(
            "amount_disagrees",
            f"{asset.text(units)} units at {nav} are {currency.text(fair)} {currency.code}, "
            f"not {currency.text(amount)}: ask the administrator.",
            {"manager": asked.manager, "expected": currency.text(fair)},
        )
    return amount


def _holdback(
    asked: FillRedemption, manager: Manager, currency: Asset, amount: int, full: bool
) -> int:
    if asked.holdback is None:
        share = manager.terms.holdback if full else None
        return int((amount * share).to_integral_value(ROUND_DOWN)) if share else 0
    held = currency.amount_or_zero(asked.holdback)
    if held > amount:
        raise Refused(
            "holdback_too_large",
            f"{asked.holdback} {currency.code} cannot be kept back of {currency.text(amount)}.",
            {"manager": asked.manager, "due": currency.text(amount)},
        )
    return held


class ReceiveProceeds(OfAManager):
    """Record money that a manager paid: redemption proceeds, a holdback, money it had over."""

    kind: ClassVar[str] = "receive_proceeds"

    quantity: str
    received_on: Day
    place: Segment | None = None
    statement_ref: Name


@event
class ProceedsReceived(ByAManager):
    """What was due is in the bank."""

    kind: ClassVar[str] = "proceeds_received"

    currency: str
    amount: BaseUnits
    of_holdback: AmountOrNone
    """The part of it that had been kept back."""
    into: tuple[str, str]
    statement_ref: str

    def entries(self) -> tuple[Entry, ...]:
        bank = Account(BOOK, *self.into)
        return (entry.move(self.on, self.currency, self.amount, bank, receivable(self.manager)),)

    def evolve(self, state: Manager, version: int) -> None:
        state.withheld -= self.of_holdback


@command(ReceiveProceeds)
def receive_proceeds(world: World, asked: ReceiveProceeds) -> list[Event]:
    """No more than is due; what was not kept back counts as paid first."""
    on = asked.received_on
    manager = the_manager(world, asked, "", on, "The receipt")
    currency = world.asset(manager.currency)
    amount = currency.amount(asked.quantity)
    due = receivable(asked.manager)
    world.held(due, currency.code, amount)
    promptly = world.balances.of(due, currency.code) - manager.withheld
    bank = place(world, BOOK, currency, asked.place, on)
    return [
        ProceedsReceived(
            on=on,
            manager=asked.manager,
            currency=currency.code,
            amount=amount,
            of_holdback=max(amount - promptly, 0),
            into=(bank.klass, bank.detail),
            statement_ref=asked.statement_ref,
        )
    ]
