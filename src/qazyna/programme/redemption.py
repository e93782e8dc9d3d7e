"""Redemption: units asked back, filled by the administrator, paid; gates and holdbacks on the way.

The books follow the administrator's confirmed fill. What a gate leaves unfilled stays asked for;
what is held back until the fund's audit stays a receivable, and is shown as withheld.
"""

from datetime import date
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, Context, Decimal
from typing import ClassVar

from qazyna.errors import Refused
from qazyna.ledger import entry
from qazyna.ledger.entry import Account, Authority, Entry, Value
from qazyna.money import Asset
from qazyna.plan import BaseUnits, Day, Event, Name, Segment, World, command, event
from qazyna.programme.dealing import (
    audit_date,
    business_days,
    first_dealing_date,
    given_on,
    hard_lock_end,
    in_time,
    settlement_date,
    soft_lock_end,
)
from qazyna.programme.manager import (
    AmountOrNone,
    ByAManager,
    Manager,
    OfAManager,
    Request,
    deals_on,
    fund,
    going_on,
    not_paused,
    receivable,
    the_manager,
)
from qazyna.programme.terms import Terms
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
    terms = manager.terms_on(on)
    going_on(manager, "redeeming")
    days = business_days(world.law(on).weekend, terms)
    if not in_time(terms, days, on, asked.dealing_on):
        first = first_dealing_date(terms, days, on)
        read = given_on(days, on)
        raise Refused(
            "notice_too_short",
            f"{asked.manager} wants {terms.notice_days} {'business ' * terms.business_days}days of "
            f"notice, and reads one of {on} on {read}: it is for {first} or later.",
            {"manager": asked.manager, "notice_days": terms.notice_days, "first": first},
        )
    if terms.lock_until and asked.dealing_on < terms.lock_until:
        raise Refused(
            "locked_up",
            f"{asked.manager} redeems nothing before {terms.lock_until}.",
            {"manager": asked.manager, "lock_until": terms.lock_until},
        )
    deals_on(world, manager, terms, "redemptions", asked.dealing_on)
    asset = world.asset(asked.manager)
    held = world.balances.of(fund(asked.manager), asset.code)
    free = held - manager.asked_back
    units = asset.amount(asked.units) if asked.units is not None else free
    if not 0 < units <= free:
        raise Refused(
            "more_than_held",
            f"{asset.text(free)} units of {asked.manager} are held and not asked back yet.",
            {"manager": asked.manager, "free": asset.text(free)},
        )
    _out_of_lock(manager, asset, units, asked.dealing_on)
    _leaves_enough(world, manager, terms, asset, held - manager.asked_back - units)
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


def _out_of_lock(manager: Manager, asset: Asset, units: int, dealing_on: date) -> None:
    """Refuse units whose own subscription is locked still; the oldest are asked back first."""
    lots = manager.lots_less(manager.asked_back)
    ends = [
        (hard_lock_end(manager.terms_on(lot.dealt_on), lot.dealt_on), lot.units) for lot in lots
    ]
    unlocked = sum(count for end, count in ends if end <= dealing_on)
    if units > unlocked:
        reached, when = 0, dealing_on
        for end, count in sorted(ends):
            reached, when = reached + count, end
            if reached >= units:
                break
        raise Refused(
            "locked_up",
            f"Of {manager.code}, {asset.text(unlocked)} units are out of their lock-up on "
            f"{dealing_on}; {asset.text(units)} are from {when} on.",
            {"manager": manager.code, "unlocked": asset.text(unlocked), "lock_until": when},
        )


def _leaves_enough(world: World, manager: Manager, terms: Terms, asset: Asset, left: int) -> None:
    """Refuse a rest below what the fund lets one hold; all may be asked back."""
    nav = manager.last_final
    if not left or not nav or not terms.minimum_holding:
        return
    worth = Context(prec=60).multiply(asset.decimal(left), nav.per_unit)
    if worth < terms.minimum_holding:
        raise Refused(
            "below_minimum",
            f"{asset.text(left)} units would be left with {manager.code}, worth {worth:.2f}; it "
            f"wants {terms.minimum_holding} {manager.currency} at least. Ask all of them back.",
            {"manager": manager.code, "minimum": terms.minimum_holding},
        )


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
    early_fee: str | None = None
    """What it keeps for good of units in their soft lock; by the terms when not said."""
    statement_ref: Name


class CompelRedemption(OfAManager):
    """Record that the manager redeemed units of ours without being asked."""

    kind: ClassVar[str] = "compel_redemption"

    units: str | None = None
    """All that are held, when not said."""
    dealt_on: Day
    amount: str | None = None
    """What the administrator owes for them; units times NAV when not said."""
    holdback: str | None = None
    statement_ref: Name


@event
class RedemptionFilled(ByAManager):
    """Units became money due. Dated on the dealing date."""

    kind: ClassVar[str] = "redemption_filled"

    request: int
    """0 where nobody had asked."""
    units: BaseUnits
    carried: AmountOrNone
    """What the request still asks for."""
    cut: tuple[tuple[int, BaseUnits], ...] = ()
    """(request, units) that can no longer be had, since they were redeemed without request"""
    currency: str
    amount: BaseUnits
    """Before the early fee."""
    early_fee: AmountOrNone = 0
    due_on: date | None = None
    holdback_due_on: date | None = None
    holdback: AmountOrNone
    """The part of the amount that is paid only after the audit."""
    per_unit: Decimal
    statement_ref: str
    value: Value | None = None

    def entries(self) -> tuple[Entry, ...]:
        due = receivable(self.manager)
        given = (self.manager, self.units, fund(self.manager))
        taken = (self.currency, self.amount, due)
        dealt = entry.exchange(self.on, TITLE, given, taken, value=self.value)
        if not self.early_fee:
            return (dealt,)
        by = Authority("statement")
        return dealt, entry.expense(self.on, self.currency, self.early_fee, TITLE, due, by)

    def evolve(self, state: Manager, version: int) -> None:
        if self.request:
            state.requests[self.request].filled += self.units
        for number, units in self.cut:
            state.requests[number].units -= units
        state.withheld += self.holdback
        prompt = self.amount - self.early_fee - self.holdback
        state.owes("redemption", prompt, self.on, self.due_on)
        state.owes("holdback", self.holdback, self.on, self.holdback_due_on)
        of = f"redemption/{self.request}/{self.on}"
        state.retire(self.on, self.units, self.amount, of, self.per_unit)


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
    not_paused(manager, "redemptions", on)
    terms = manager.terms_on(on)
    deals_on(world, manager, terms, "redemptions", on)
    fee = currency.amount_or_zero(asked.early_fee) if asked.early_fee is not None else None
    return [_filled(world, asked, manager, units, asked.request, fee)]


@command(CompelRedemption)
def compel_redemption(world: World, asked: CompelRedemption) -> list[Event]:
    """At the final NAV of that date; what requests can no longer have is taken off them."""
    manager = the_manager(world, asked, "hedge_fund", asked.dealt_on, "The dealing date")
    asset = world.asset(asked.manager)
    held = world.balances.of(fund(asked.manager), asset.code)
    units = asset.amount(asked.units) if asked.units is not None else held
    if not 0 < units <= held:
        raise Refused(
            "more_than_held",
            f"{asset.text(held)} units of {asked.manager} are held.",
            {"manager": asked.manager, "held": asset.text(held)},
        )
    return [_filled(world, asked, manager, units, 0, 0)]


def _filled(
    world: World,
    asked: FillRedemption | CompelRedemption,
    manager: Manager,
    units: int,
    number: int,
    fee: int | None,
) -> RedemptionFilled:
    on, asset, currency = asked.dealt_on, world.asset(asked.manager), world.asset(manager.currency)
    nav = manager.final_nav(on)
    if nav is None:
        raise Refused(
            "no_final_nav",
            f"{asked.manager} has stated no final NAV of {on}: state it first.",
            {"manager": asked.manager, "date": on},
        )
    terms = manager.terms_on(on)
    days = business_days(world.law(on).weekend, terms)
    amount = _due(asked, asset, currency, units, nav.per_unit)
    fee = _early_fee(manager, currency, units, amount, on, fee)
    left = world.balances.of(fund(asked.manager), asset.code) - units
    holdback = _holdback(asked, terms, currency, amount - fee, full=not left)
    request = manager.requests.get(number)
    return RedemptionFilled(
        on=on,
        manager=asked.manager,
        request=number,
        units=units,
        carried=request.open - units if request else 0,
        cut=() if request else manager.cut(left),
        currency=currency.code,
        amount=amount,
        early_fee=fee,
        holdback=holdback,
        due_on=settlement_date(terms, days, on),
        holdback_due_on=audit_date(terms, days, on) if holdback else None,
        per_unit=nav.per_unit,
        statement_ref=asked.statement_ref,
        value=agreed(world, on, (currency.code, amount)),
    )


def soft_locked(manager: Manager, units: int, on: date) -> dict[Decimal, int]:
    """Of the units that go first, those redeemed that day at an early fee: share -> units."""
    found: dict[Decimal, int] = {}
    for lot in manager.lots:
        part = min(units, lot.units)
        units -= part
        terms = manager.terms_on(lot.dealt_on)
        if part and terms.early_fee and on < soft_lock_end(terms, lot.dealt_on):
            found[terms.early_fee] = found.get(terms.early_fee, 0) + part
    return found


def _early_fee(
    manager: Manager, currency: Asset, units: int, amount: int, on: date, said: int | None
) -> int:
    """By the terms of each lot, cut to the base unit; a figure of theirs may differ by one."""
    if said == 0:
        return 0
    exact = sum(
        (Decimal(amount) * part / units * share for share, part in
         soft_locked(manager, units, on).items()),
        Decimal(0),
    )  # fmt: skip
    fair = int(exact)
    fee = fair if said is None else said
    if abs(fee - exact) > 1:
        raise Refused(
            "fee_disagrees",
            f"By the terms the early fee is {currency.text(fair)} {currency.code}, not "
            f"{currency.text(fee)}: ask the administrator.",
            {"manager": manager.code, "expected": currency.text(fair)},
        )
    return fee


def _due(
    asked: FillRedemption | CompelRedemption,
    asset: Asset,
    currency: Asset,
    units: int,
    nav: Decimal,
) -> int:
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
    asked: FillRedemption | CompelRedemption,
    terms: Terms,
    currency: Asset,
    amount: int,
    full: bool,
) -> int:
    if asked.holdback is None:
        share = terms.holdback if full else None
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
    late_days: int = 0
    """How long after its date the latest part of it came; none of it late: 0."""
    into: tuple[str, str]
    statement_ref: str

    def entries(self) -> tuple[Entry, ...]:
        bank = Account(BOOK, *self.into)
        return (entry.move(self.on, self.currency, self.amount, bank, receivable(self.manager)),)

    def evolve(self, state: Manager, version: int) -> None:
        state.withheld -= self.of_holdback
        state.settle(self.amount)


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
            late_days=max(
                [0, *((on - d.due_on).days for d in manager.settled_by(amount) if d.due_on)]
            ),
            into=(bank.klass, bank.detail),
            statement_ref=asked.statement_ref,
        )
    ]
