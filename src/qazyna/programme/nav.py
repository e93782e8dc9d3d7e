"""NAV: what a manager says a unit is worth, and what becomes of money that waited for it.

A statement adds and never overwrites: of several for one valuation date the last counts, and the
earlier ones stay. Subscriptions become units at the first final NAV of their dealing date or later.
"""

from collections.abc import Iterator
from datetime import date
from decimal import ROUND_DOWN, ROUND_UP, Context, Decimal
from typing import ClassVar

from qazyna.errors import Refused
from qazyna.ledger import entry
from qazyna.ledger.entry import Entry, Value
from qazyna.money import Asset
from qazyna.plan import Day, Event, Name, Segment, World, command, event
from qazyna.programme.dealing import business_days, settlement_date
from qazyna.programme.manager import (
    AmountOrNone,
    Manager,
    Nav,
    OfAManager,
    fund,
    pending,
    receivable,
    the_manager,
)
from qazyna.programme.quoting import DIGITS, PriceOfADay, Quoting, interest_prices, unit_price
from qazyna.programme.terms import plain_decimal
from qazyna.reserve.pot import TITLE, agreed


class StateNav(OfAManager):
    """Record a manager's statement of value.

    A hedge fund states its NAV per unit; a venture fund the NAV of our interest, in money.
    """

    kind: ClassVar[str] = "state_nav"

    valuation_on: Day
    stated_on: Day
    nav_per_unit: str | None = None
    nav: str | None = None
    final: bool = True
    currency: Segment | None = None
    """The currency that the statement is in; the fund's own, if not said."""
    statement_ref: Name
    confirmed_ref: Name | None = None
    """The administrator's confirmation, where a NAV is restated a second time."""


@event
class NavStated(Quoting):
    """A unit is worth so much; what waited for that became units. Dated on the valuation date."""

    kind: ClassVar[str] = "nav_stated"

    stated_on: Day
    per_unit: Decimal
    nav: AmountOrNone | None = None
    """The whole interest, as a venture fund reports it."""
    final: bool
    statement_ref: str
    fills: tuple[tuple[int, AmountOrNone, AmountOrNone, AmountOrNone, Value | None], ...] = ()
    """(subscription, money spent, units issued, money over, value)"""
    over_due_on: date | None = None
    """When money that bought no units is due back."""
    confirmed_ref: str | None = None

    def entries(self) -> tuple[Entry, ...]:
        return tuple(self._filled())

    def _filled(self) -> Iterator[Entry]:
        waits, due = pending(self.manager), receivable(self.manager)
        for _, spent, units, over, value in self.fills:
            if units:
                given = (self.currency, spent, waits)
                taken = (self.manager, units, fund(self.manager))
                yield entry.exchange(self.on, TITLE, given, taken, value=value)
            if over:
                yield entry.move(self.on, self.currency, over, due, waits)

    def evolve(self, state: Manager, version: int) -> None:
        state.navs.append(
            Nav(
                on=self.on,
                per_unit=self.per_unit,
                final=self.final,
                statement_ref=self.statement_ref,
            )
        )
        for number, spent, units, over, _ in self.fills:
            del state.waiting[number]
            if units:
                state.issue(self.on, units, spent, f"subscription/{number}", self.per_unit)
            state.owes("over", over, self.on, self.over_due_on)


@command(StateNav)
def state_nav(world: World, asked: StateNav) -> list[Event]:
    """Not before the last one stated; no estimate once a date has its final NAV."""
    on = asked.valuation_on
    manager = the_manager(world, asked, "", on, "The valuation")
    world.not_future(asked.stated_on, "The statement")
    if asked.stated_on < on:
        raise Refused(
            "dates_out_of_order",
            f"A NAV of {on} cannot have been stated on {asked.stated_on}.",
            {"earlier": on, "later": asked.stated_on},
        )
    _of_its_turn(world, manager, asked)
    per_unit, whole = _stated(world, manager, asked)
    _said_anew(manager, asked, per_unit)
    terms = manager.terms_on(on)
    days = business_days(world.law(on).weekend, terms)
    deals = asked.final and not any(p.stops("subscriptions", on) for p in manager.pauses)
    stated = Nav(on=on, per_unit=per_unit, final=asked.final, statement_ref=asked.statement_ref)
    prices: tuple[PriceOfADay, ...] = (unit_price(asked.manager, stated),)
    if manager.manager_kind == "venture_fund":
        navs = [*manager.navs, stated]
        prices = tuple(interest_prices(asked.manager, navs, manager.flows, on, manager.retired))
    return [
        NavStated(
            on=on,
            manager=asked.manager,
            stated_on=asked.stated_on,
            currency=manager.currency,
            prices=prices,
            per_unit=per_unit,
            nav=whole,
            final=asked.final,
            statement_ref=asked.statement_ref,
            fills=tuple(_fills(world, manager, asked, per_unit)) if deals else (),
            over_due_on=settlement_date(terms, days, on),
            confirmed_ref=asked.confirmed_ref,
        )
    ]


def _of_its_turn(world: World, manager: Manager, asked: StateNav) -> None:
    """Refuse a NAV of a day that was passed over, an estimate of one that is final, and money of
    another kind than the fund's."""
    on, last = asked.valuation_on, manager.last_nav
    restates = manager.final_nav(on) is not None
    if last and on < last.on and not restates:
        raise Refused(
            "nav_before_last",
            f"{asked.manager} has stated its NAV of {last.on}; one of {on} comes too late.",
            {"manager": asked.manager, "last": last.on},
        )
    if not asked.final and restates:
        raise Refused(
            "nav_is_final",
            f"The NAV of {on} is final: an estimate adds nothing, a restatement is final too.",
            {"manager": asked.manager, "date": on},
        )
    if asked.currency and asked.currency != manager.currency:
        raise Refused(
            "wrong_currency",
            f"{asked.manager} is kept in {manager.currency}; this statement is in "
            f"{asked.currency}. Ask for one in {manager.currency}.",
            {"manager": asked.manager, "currency": manager.currency},
        )


def _said_anew(manager: Manager, asked: StateNav, per_unit: Decimal) -> None:
    """Refuse what was said already, and a second restatement that nobody has confirmed."""
    said = [nav for nav in manager.navs if nav.final and nav.on == asked.valuation_on]
    if said and asked.final and said[-1].per_unit == per_unit:
        raise Refused(
            "no_difference",
            f"The final NAV of {asked.valuation_on} says so already: nothing is restated.",
            {"manager": asked.manager, "date": asked.valuation_on},
        )
    if len(said) > 1 and not asked.confirmed_ref:
        raise Refused(
            "nav_restated_twice",
            f"The NAV of {asked.valuation_on} was restated before. Ask the administrator which of "
            "them counts, and name its confirmation as confirmed_ref.",
            {"manager": asked.manager, "date": asked.valuation_on},
        )


def _stated(world: World, manager: Manager, asked: StateNav) -> tuple[Decimal, int | None]:
    hedge = manager.manager_kind == "hedge_fund"
    given = asked.nav_per_unit if hedge else asked.nav
    if given is None or (asked.nav if hedge else asked.nav_per_unit) is not None:
        raise Refused(
            "wrong_measure",
            f"{asked.manager} is a {manager.manager_kind.replace('_', ' ')}: give its "
            + ("NAV per unit, and only that." if hedge else "whole NAV in money, and only that."),
            {"manager": asked.manager},
        )
    if hedge:
        per_unit = plain_decimal(given, "a NAV per unit")
        if not per_unit:
            raise Refused(
                "bad_number",
                "A NAV per unit must be more than nothing; a fund that is worth nothing is "
                "written off (write_off).",
            )
        return per_unit, None
    currency = world.asset(manager.currency)
    whole = currency.amount(given)
    paid_in = sum(f.amount for f in manager.flows if f.amount > 0 and f.on <= asked.valuation_on)
    paid_in -= sum(part.amount for part in manager.retired if part.on <= asked.valuation_on)
    if not paid_in:
        raise Refused(
            "nothing_paid_in",
            f"Nothing was paid in to {asked.manager} by {asked.valuation_on}: "
            "there is no interest to value.",
            {"manager": asked.manager},
        )
    return DIGITS.divide(Decimal(whole), Decimal(paid_in)), whole


def _fills(
    world: World, manager: Manager, asked: StateNav, per_unit: Decimal
) -> Iterator[tuple[int, int, int, int, Value | None]]:
    currency = world.asset(manager.currency)
    for number, waiting in sorted(manager.waiting.items()):
        if waiting.dealing_on > asked.valuation_on:
            continue
        units, spent = bought(waiting.amount, currency, per_unit, world.asset(asked.manager))
        value = agreed(world, asked.valuation_on, (currency.code, spent)) if units else None
        yield number, spent, units, waiting.amount - spent, value


def bought(amount: int, currency: Asset, per_unit: Decimal, units: Asset) -> tuple[int, int]:
    """Units that the money buys, and the money they cost; both whole base units.

    Units are cut to their millionth, as administrators do; they cost what they are worth, rounded
    up to the cent. What is over was not spent, and so no cent is lost.
    """
    with_digits = Context(prec=60)
    money = with_digits.multiply(Decimal(amount), Decimal(1).scaleb(-currency.scale))
    exact = with_digits.scaleb(with_digits.divide(money, per_unit), units.scale)
    count = int(exact.to_integral_value(ROUND_DOWN))
    cost = with_digits.multiply(Decimal(count).scaleb(currency.scale - units.scale), per_unit)
    return count, int(cost.to_integral_value(ROUND_UP))
