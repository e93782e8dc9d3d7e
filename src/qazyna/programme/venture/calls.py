"""Capital calls: demanded with a due date, paid in time, paid late with interest, or defaulted on.

A call is an obligation from the day it is issued. Paid, money becomes an interest, one for one.
A default is a fact between the fund and us: its documents say what it costs, and the manager's
statement says what it did.
"""

from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from typing import ClassVar, Literal

from qazyna.errors import Refused
from qazyna.ledger import entry
from qazyna.ledger.entry import Account, Authority, Entry, Value
from qazyna.money import Asset
from qazyna.plan import BaseUnits, Day, Event, Name, Segment, World, command, event
from qazyna.programme.dealing import business_days
from qazyna.programme.manager import (
    AmountOrNone,
    ByAManager,
    Call,
    Flow,
    Manager,
    OfAManager,
    commitment,
    fund,
    the_manager,
    undrawn_code,
)
from qazyna.programme.quoting import PriceOfADay, Quoting, interest_prices
from qazyna.programme.terms import VentureTerms
from qazyna.programme.venture.commitments import callable_now, unfunded
from qazyna.reserve.pot import BOOK, TITLE, agreed, eligible, source
from qazyna.seizure.case import in_order

YEAR = 365


class IssueCall(OfAManager):
    """Record a capital call that a manager issued, before it is paid."""

    kind: ClassVar[str] = "issue_call"

    call_ref: Name
    quantity: str
    issued_on: Day
    due_on: Day
    purpose: Literal["investment", "follow_on", "fees"] = "investment"


@event
class CallIssued(ByAManager):
    """So much is demanded by a day. The promise stays as it is until it is paid."""

    kind: ClassVar[str] = "call_issued"

    call_ref: str
    currency: str
    amount: BaseUnits
    due_on: date
    purpose: str

    def evolve(self, state: Manager, version: int) -> None:
        state.calls[self.call_ref] = Call(
            amount=self.amount, issued_on=self.on, due_on=self.due_on, purpose=self.purpose
        )


@command(IssueCall)
def issue_call(world: World, asked: IssueCall) -> list[Event]:
    """Within what may still be demanded, with the notice and in the period agreed."""
    on = asked.issued_on
    manager = the_manager(world, asked, "venture_fund", on, "The call")
    in_order(on, asked.due_on, "The due date", "the call")
    if asked.call_ref in manager.calls:
        raise Refused(
            "call_known",
            f"{asked.manager} has issued a call {asked.call_ref} before.",
            {"manager": asked.manager, "call": asked.call_ref},
        )
    currency = world.asset(manager.currency)
    amount = currency.amount(asked.quantity)
    free = callable_now(world, manager)
    if amount > free:
        raise _above_unfunded(asked.manager, currency, free, amount)
    terms = manager.terms_on(on).venture
    if terms:
        _as_agreed(asked, terms)
    return [
        CallIssued(
            on=on,
            manager=asked.manager,
            call_ref=asked.call_ref,
            currency=currency.code,
            amount=amount,
            due_on=asked.due_on,
            purpose=asked.purpose,
        )
    ]


def _as_agreed(asked: IssueCall, terms: VentureTerms) -> None:
    first = asked.issued_on + timedelta(days=terms.call_notice_days)
    if asked.due_on < first:
        raise Refused(
            "notice_too_short",
            f"{asked.manager} gives {terms.call_notice_days} days to pay: a call of "
            f"{asked.issued_on} is due on {first} at the earliest. Ask it for another date.",
            {"manager": asked.manager, "first": first},
        )
    until = terms.investment_period_until
    if until and asked.issued_on > until and asked.purpose == "investment":
        raise Refused(
            "after_investment_period",
            f"The investment period of {asked.manager} ended on {until}: since then it calls for "
            "follow_on investments and fees alone.",
            {"manager": asked.manager, "until": until},
        )


def _above_unfunded(code: str, currency: Asset, free: int, amount: int) -> Refused:
    return Refused(
        "above_unfunded",
        f"{code} may still call {currency.text(free)} {currency.code}; "
        f"it called {currency.text(amount)}.",
        {"manager": code, "unfunded": currency.text(free)},
    )


class PayCall(OfAManager):
    """Record that a capital call was paid, whether its issue was recorded before or not."""

    kind: ClassVar[str] = "pay_call"

    quantity: str
    """Without interest."""
    paid_on: Day
    interest: str | None = None
    """Paid beside it because it was late; by the terms when not said."""
    place: Segment | None = None
    call_ref: Name


@event
class CapitalCalled(Quoting):
    """Money became an interest, one for one, and the promise is that much smaller."""

    kind: ClassVar[str] = "capital_called"

    amount: BaseUnits
    out_of: tuple[str, str]
    call_ref: str
    late_days: int = 0
    interest: AmountOrNone = 0
    """Paid because it was late: a cost, and no part of the interest in the fund."""
    value: Value | None = None

    def entries(self) -> tuple[Entry, ...]:
        bank, by = Account(BOOK, *self.out_of), Authority("statement")
        given = (self.currency, self.amount, bank)
        taken = (self.manager, self.amount, fund(self.manager))
        booked = (
            entry.exchange(self.on, TITLE, given, taken, value=self.value),
            entry.release(
                self.on,
                undrawn_code(self.manager),
                self.amount,
                TITLE,
                commitment(self.manager),
                by,
                flow="internal",
            ),
        )
        if not self.interest:
            return booked
        return (*booked, entry.expense(self.on, self.currency, self.interest, TITLE, bank, by))

    def evolve(self, state: Manager, version: int) -> None:
        state.called += self.amount
        state.flows.append(Flow(on=self.on, amount=self.amount))
        call = state.calls.get(self.call_ref)
        if call:
            call.paid += self.amount
            call.paid_on = self.on
            state.marks[version] = f"call {self.call_ref}"


@command(PayCall)
def pay_call(world: World, asked: PayCall) -> list[Event]:
    """Out of the reserve's bank, never more than is still unfunded, nor than the call demands."""
    on = asked.paid_on
    manager = the_manager(world, asked, "venture_fund", on, "The payment")
    currency = world.asset(manager.currency)
    amount = currency.amount(asked.quantity)
    call = manager.calls.get(asked.call_ref)
    if call:
        _demanded(asked, call, currency, amount)
    free = unfunded(world, asked.manager) if call else callable_now(world, manager)
    if amount > free:
        raise _above_unfunded(asked.manager, currency, free, amount)
    late = max((on - call.due_on).days, 0) if call else 0
    interest = _interest(asked, manager, currency, amount, late)
    eligible(world, BOOK, world.asset(asked.manager), on)
    bank = source(world, BOOK, currency, asked.place, on)
    world.held(bank, currency.code, amount + interest)
    return [
        CapitalCalled(
            on=on,
            manager=asked.manager,
            currency=currency.code,
            prices=prices_with(manager, Flow(on=on, amount=amount)),
            amount=amount,
            out_of=(bank.klass, bank.detail),
            call_ref=asked.call_ref,
            late_days=late,
            interest=interest,
            value=agreed(world, on, (currency.code, amount)),
        )
    ]


def _demanded(asked: PayCall, call: Call, currency: Asset, amount: int) -> None:
    in_order(call.issued_on, asked.paid_on, "The payment", "the call")
    if amount > call.open:
        raise Refused(
            "more_than_called",
            f"Call {asked.call_ref} of {asked.manager} still demands {currency.text(call.open)} "
            f"{currency.code}, not {currency.text(amount)}.",
            {"manager": asked.manager, "open": currency.text(call.open)},
        )


def _interest(asked: PayCall, manager: Manager, currency: Asset, amount: int, late: int) -> int:
    """Simple interest for the days it was late; a figure of theirs may differ by one base unit."""
    terms = manager.terms_on(asked.paid_on).venture
    rate = terms.default_rate if terms and late else Decimal(0)
    exact = amount * rate * late / YEAR
    fair = int(exact.to_integral_value(ROUND_HALF_EVEN))
    said = currency.amount_or_zero(asked.interest) if asked.interest is not None else fair
    waived = said == 0
    if abs(said - exact) > 1 and not waived:
        raise Refused(
            "interest_disagrees",
            f"For {late} days late the terms ask {currency.text(fair)} {currency.code}, not "
            f"{currency.text(said)}: ask the manager.",
            {"manager": asked.manager, "expected": currency.text(fair)},
        )
    return said


class DefaultCall(OfAManager):
    """Record that a fund declared us in default on a call, and what that cost us."""

    kind: ClassVar[str] = "default_call"

    call_ref: Name
    defaulted_on: Day
    forfeited: str | None = None
    """The part of the interest that is lost, at cost; nothing, when not said."""
    ends_commitment: bool = True
    """Whether nothing more can be called."""
    statement_ref: Name


@event
class CallDefaulted(Quoting):
    """The call is not to be paid any more; part of the interest, and of the promise, is gone."""

    kind: ClassVar[str] = "call_defaulted"

    call_ref: str
    forfeited: AmountOrNone
    ended: AmountOrNone
    """of the commitment"""
    statement_ref: str

    def entries(self) -> tuple[Entry, ...]:
        by, booked = Authority("statement"), []
        if self.forfeited:
            at = fund(self.manager)
            booked.append(entry.expense(self.on, self.manager, self.forfeited, TITLE, at, by))
        if self.ended:
            asset, memo = undrawn_code(self.manager), commitment(self.manager)
            booked.append(
                entry.release(self.on, asset, self.ended, TITLE, memo, by, flow="internal")
            )
        return tuple(booked)

    def evolve(self, state: Manager, version: int) -> None:
        state.calls[self.call_ref].defaulted_on = self.on
        state.released += self.ended
        if self.ended:
            state.promised.append(Flow(on=self.on, amount=-self.ended))
        state.marks[version] = "final"
        if self.forfeited:
            state.retired.append(Flow(on=self.on, amount=self.forfeited))


@command(DefaultCall)
def default_call(world: World, asked: DefaultCall) -> list[Event]:
    """Not before its due date and the days that the terms give to cure it."""
    on = asked.defaulted_on
    manager = the_manager(world, asked, "venture_fund", on, "The default")
    call = manager.calls.get(asked.call_ref)
    if call is None or not call.open:
        raise Refused(
            "no_call",
            f"{asked.manager} has no open call {asked.call_ref}.",
            {"manager": asked.manager, "call": asked.call_ref},
        )
    cured = cured_until(world, manager, call)
    if on <= cured:
        raise Refused(
            "may_still_be_cured",
            f"Call {asked.call_ref} of {asked.manager} can be paid until {cured}: until then it is "
            "late, and no default.",
            {"manager": asked.manager, "until": cured},
        )
    currency = world.asset(manager.currency)
    lost = currency.amount_or_zero(asked.forfeited or "0")
    world.held(fund(asked.manager), asked.manager, lost)
    retired = [*manager.retired, *([Flow(on=on, amount=lost)] if lost else [])]
    return [
        CallDefaulted(
            on=on,
            manager=asked.manager,
            currency=currency.code,
            prices=tuple(interest_prices(manager.code, manager.navs, manager.flows, on, retired)),
            call_ref=asked.call_ref,
            forfeited=lost,
            # What other calls demand is owed still.
            ended=callable_now(world, manager) + call.open if asked.ends_commitment else 0,
            statement_ref=asked.statement_ref,
        )
    ]


def cured_until(world: World, manager: Manager, call: Call) -> date:
    """The last day on which a call can be paid without being a default; a business day."""
    terms = manager.terms_on(call.due_on)
    days = business_days(world.law(min(call.due_on, world.today)).weekend, terms)
    return days.on_or_after(
        call.due_on + timedelta(days=terms.venture.cure_days if terms.venture else 0)
    )


def prices_with(manager: Manager, flow: Flow) -> tuple[PriceOfADay, ...]:
    """Prices of the interest from the day of a new flow on."""
    flows = [*manager.flows, flow]
    found = interest_prices(manager.code, manager.navs, flows, flow.on, manager.retired)
    return tuple(found)
