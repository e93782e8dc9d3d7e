"""NAV: what a manager says a unit is worth; what becomes of money that waited for it; and prices.

A statement adds and never overwrites: of several for one valuation date the last counts, and the
earlier ones stay. Subscriptions become units at the first final NAV of their dealing date or later.
"""

from collections.abc import Iterator
from decimal import ROUND_DOWN, ROUND_UP, Context, Decimal
from typing import ClassVar, Final

from qazyna.errors import Refused
from qazyna.ledger import entry
from qazyna.ledger.entry import Entry, Value
from qazyna.money import Asset
from qazyna.plan import Day, Event, Name, World, command, event
from qazyna.programme.manager import (
    AmountOrNone,
    ByAManager,
    Manager,
    Nav,
    OfAManager,
    fund,
    pending,
    plain_decimal,
    receivable,
    the_manager,
)
from qazyna.reserve.pot import TITLE, agreed
from qazyna.reserve.prices import Row

DIGITS: Final = Context(prec=50)
"""A reported NAV divided by what was paid in is kept to 50 digits, so that it multiplies back."""


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
    statement_ref: Name


@event
class NavStated(ByAManager):
    """A unit is worth so much; what waited for that became units. Dated on the valuation date."""

    kind: ClassVar[str] = "nav_stated"

    stated_on: Day
    currency: str
    per_unit: Decimal
    nav: AmountOrNone | None = None
    """The whole interest, as a venture fund reports it."""
    final: bool
    statement_ref: str
    fills: tuple[tuple[int, AmountOrNone, AmountOrNone, AmountOrNone, Value | None], ...] = ()
    """(subscription, money spent, units issued, money over, value)"""

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
        for number, *_ in self.fills:
            del state.waiting[number]


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
    last = manager.last_nav
    if last and on < last.on:
        raise Refused(
            "nav_before_last",
            f"{asked.manager} has stated its NAV of {last.on}; one of {on} comes too late.",
            {"manager": asked.manager, "last": last.on},
        )
    if not asked.final and manager.final_nav(on):
        raise Refused(
            "nav_is_final",
            f"The NAV of {on} is final: an estimate adds nothing, a restatement is final too.",
            {"manager": asked.manager, "date": on},
        )
    per_unit, whole = _stated(world, manager, asked)
    return [
        NavStated(
            on=on,
            manager=asked.manager,
            stated_on=asked.stated_on,
            currency=manager.currency,
            per_unit=per_unit,
            nav=whole,
            final=asked.final,
            statement_ref=asked.statement_ref,
            fills=tuple(_fills(world, manager, asked, per_unit)) if asked.final else (),
        )
    ]


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
        return plain_decimal(given, "a NAV per unit"), None
    currency = world.asset(manager.currency)
    whole = currency.amount_or_zero(given)
    paid_in = sum(f.amount for f in manager.flows if f.amount > 0 and f.on <= asked.valuation_on)
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
        if not per_unit:
            raise Refused(
                "nav_is_zero",
                f"At a NAV of nothing, {currency.text(waiting.amount)} {currency.code} would buy "
                "units without end.",
                {"manager": asked.manager, "subscription": number},
            )
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


def price_rows(manager: Manager) -> Iterator[Row]:
    """A manager's statements as prices of its units; for a `PriceBook`.

    A hedge fund's unit is worth its NAV per unit. A venture interest's is the reported NAV over
    what was paid in; until the next report, calls add to that NAV and distributions take from it,
    and before the first report it stands at cost. Whatever is not a final NAV says so.
    """
    if manager.manager_kind == "hedge_fund":
        for nav in manager.navs:
            yield _row(manager, nav, nav.per_unit)
    else:
        yield from _interest_rows(manager)


def _row(manager: Manager, nav: Nav, price: Decimal) -> Row:
    source = f"{manager.code} NAV, {nav.statement_ref}"
    why = "" if nav.final else f"{manager.code}: an estimated NAV, not the final one"
    return Row(manager.code, manager.currency, nav.on, price, source, why)


def _interest_rows(manager: Manager) -> Iterator[Row]:
    paid_in, worth = 0, Decimal(0)
    last: Nav | None = None
    flows = sorted(manager.flows, key=lambda flow: flow.on)
    days = sorted({flow.on for flow in flows} | {nav.on for nav in manager.navs})
    for day in days:
        moved = [flow.amount for flow in flows if flow.on == day]
        paid_in += sum(amount for amount in moved if amount > 0)
        worth = max(worth + sum(moved), Decimal(0))
        stated = [nav for nav in manager.navs if nav.on == day]
        if stated:
            last = stated[-1]
            worth = DIGITS.multiply(last.per_unit, Decimal(paid_in))
            yield _row(manager, last, last.per_unit)
        elif paid_in:
            source = f"{manager.code} NAV, {last.statement_ref}" if last else manager.code
            why = (
                f"{manager.code}: the NAV of {last.on}, moved on by calls and distributions since"
                if last
                else f"{manager.code}: at cost, for no NAV was stated yet"
            )
            price = DIGITS.divide(worth, Decimal(paid_in))
            yield Row(manager.code, manager.currency, day, price, source, why)
