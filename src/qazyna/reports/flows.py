"""What moved the reserve's value since the year began.

    change = inflow − withdrawal + income − cost + return + currency effect

The first four are what the entries say they were worth on their day. The change of an asset's value
that no entry explains is currency effect where the asset is currency, and return where it is not.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from qazyna.money import ASSETS, total
from qazyna.reports.facts import Facts, Holding, Movement
from qazyna.reports.valuing import Notes, Valuation
from qazyna.reserve.allocation import class_of
from qazyna.reserve.pot import BOOK


@dataclass(frozen=True, slots=True)
class Flows:
    """The public table: what moved the reserve, year to date. None where a part has no value."""

    since: date
    opening: Decimal | None
    inflow: Decimal | None
    withdrawal: Decimal | None
    income: Decimal | None
    cost: Decimal | None
    returned: Decimal | None
    currency_effect: Decimal | None
    change: Decimal | None


def flows(facts: Facts, notes: Notes) -> Flows:
    """The table for the year of `facts.as_of`. Must run where Decimals are kept to 100 digits."""
    law, since = facts.law, facts.opening_on
    before = Valuation(facts.prices, law, law.currency, since, notes)
    after = Valuation(facts.prices, law, law.currency, facts.as_of, notes)
    opened = _amounts(facts.opening, law.domestic_currency)
    held = [each for each in facts.holdings if each.account.book == BOOK]
    closed = _amounts(held, law.domestic_currency)
    moves = [
        (move, _signed(facts, move, notes))
        for move in facts.movements
        if move.asset.klass != "undrawn"
    ]

    def named(flow: str) -> Decimal | None:
        return total(value for move, value in moves if move.flow == flow)

    effects: list[Decimal | None] = []
    opening: list[Decimal | None] = []
    closing: list[Decimal | None] = []
    assets = {each.asset.code: each.asset for each in (*facts.opening, *held)}
    assets |= {move.asset.code: move.asset for move, _ in moves}
    for code, asset in sorted(assets.items()):
        first = before.value(asset, opened.get(code, 0))
        last = after.value(asset, closed.get(code, 0))
        opening.append(first)
        closing.append(last)
        if asset.klass == "currency":
            entered = total(value for move, value in moves if move.asset.code == code)
            effects.append(total((last, _minus(first), _minus(entered))))
    change = total((total(closing), _minus(total(opening))))
    inflow, withdrawal = named("inflow"), _minus(named("withdrawal"))
    income, cost, effect = named("income"), _minus(named("cost")), total(effects)
    returned = total((change, _minus(inflow), withdrawal, _minus(income), cost, _minus(effect)))
    return Flows(since, total(opening), inflow, withdrawal, income, cost, returned, effect, change)


def _amounts(held: Iterable[Holding], domestic_currency: str) -> dict[str, int]:
    """Amounts by asset of what counts in the total."""
    found: dict[str, int] = {}
    for each in held:
        account, asset = each.account, each.asset
        if account.side == "location" and class_of(account, asset, domestic_currency):
            found[asset.code] = found.get(asset.code, 0) + each.amount
    return found


def _signed(facts: Facts, move: Movement, notes: Notes) -> Decimal | None:
    """What the movement was worth: as its entry says, else by the price of its day."""
    currency = facts.law.currency
    that_day = Valuation(facts.prices, facts.law, currency, move.on, notes)
    if move.value is None:
        return that_day.value(move.asset, move.amount)
    sign = -1 if move.amount < 0 else 1
    if move.currency == currency:
        return sign * move.value
    rate = that_day.price(ASSETS[move.currency])
    return None if rate is None else sign * move.value * rate.value


def _minus(value: Decimal | None) -> Decimal | None:
    return None if value is None else -value
