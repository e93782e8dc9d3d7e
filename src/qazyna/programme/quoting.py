"""What a manager's statements make of the price of its units.

A hedge fund's unit is worth its NAV per unit. A venture interest's is the reported NAV over what
was paid in; until the next report, calls add to that NAV and distributions take from it, and before
the first report it stands at cost. Whatever is not a final NAV says so.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Context, Decimal
from typing import Final, TypeAlias

from qazyna.plan import Quote
from qazyna.programme.manager import ByAManager, Flow, Nav

DIGITS: Final = Context(prec=50)
"""A reported NAV divided by what was paid in is kept to 50 digits, so that it multiplies back."""

PriceOfADay: TypeAlias = tuple[date, Decimal, str, str]
"""day, price of one unit, source, why it is an estimate"""


class Quoting(ByAManager):
    """An event after which units of the manager's fund have other prices than before."""

    currency: str
    prices: tuple[PriceOfADay, ...]

    def quotes(self) -> tuple[Quote, ...]:
        return tuple((self.manager, self.currency, *price) for price in self.prices)


def unit_price(code: str, nav: Nav) -> PriceOfADay:
    """The price that a statement of value gives, on its valuation date."""
    why = "" if nav.final else f"{code}: an estimated NAV, not the final one"
    return nav.on, nav.per_unit, f"{code} NAV, {nav.statement_ref}", why


def interest_prices(
    code: str,
    navs: Sequence[Nav],
    flows: Sequence[Flow],
    since: date,
    retired: Sequence[Flow] = (),
) -> Iterator[PriceOfADay]:
    """Prices of a venture interest from that day on: one for each day on which it changed.

    What was retired of it (forfeited, written off) takes its part of the worth along.

    An interest from which more came back than it was worth has no price until its next NAV.
    """
    paid_in, worth = 0, Decimal(0)
    last: Nav | None = None
    moved: dict[date, list[int]] = {}
    for flow in flows:
        moved.setdefault(flow.on, []).append(flow.amount)
    retirements: dict[date, int] = {}
    for part in retired:
        retirements[part.on] = retirements.get(part.on, 0) + part.amount
    stated = {nav.on: nav for nav in navs}
    for day in sorted({*moved, *retirements, *stated}):
        amounts = moved.get(day, [])
        paid_in += sum(amount for amount in amounts if amount > 0)
        worth += sum(amounts)
        gone = retirements.get(day, 0)
        if gone:
            worth = DIGITS.multiply(worth, DIGITS.divide(Decimal(paid_in - gone), Decimal(paid_in)))
            paid_in -= gone
        if not paid_in:
            continue
        if day in stated:
            last = stated[day]
            worth = DIGITS.multiply(last.per_unit, Decimal(paid_in))
            price = unit_price(code, last)
        else:
            source = f"{code} NAV, {last.statement_ref}" if last else code
            why = (
                f"{code}: the NAV of {last.on}, moved on by calls and distributions since"
                if last
                else f"{code}: at cost, for no NAV was stated yet"
            )
            price = (day, DIGITS.divide(worth, Decimal(paid_in)), source, why)
        if day >= since and worth > 0:
            yield price
