"""What a play came to: sums and measures, every one of them read off its journal.

The *estate* of a day is the coins held (until they leave, whoever they will be awarded to), money
that awaits allocation, the reserve, and what went to budget and victims so far. Its daily returns
leave out what came in by seizure and what went back to owners. What the register has no judgment on
is in no estate: no model can do anything with it, and its size would drown what they do.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from qazyna.disposition.allocation import ProceedsAllocated
from qazyna.disposition.sale import Disposed
from qazyna.forfeiture.awards import AwardPaid
from qazyna.lab.market import DIGITS, Market
from qazyna.lab.model import Model
from qazyna.lab.play import Fund, Played
from qazyna.lab.play.funds import UNIT, dealt_at, unit_value
from qazyna.ledger.entry import Account, Entry
from qazyna.money import XAU
from qazyna.plan import Event
from qazyna.programme.subscription import UnitsDelivered
from qazyna.programme.venture import CapitalCalled
from qazyna.seizure.case import book
from qazyna.seizure.release import SeizureLifted
from qazyna.seizure.taking import Seized

NOTHING: Final = Decimal(0)
YEAR: Final = Decimal(365)


@dataclass(slots=True)
class Outcome:
    """One model's figures in the comparison's currency; lists are by the days of the window."""

    raised: Decimal = NOTHING
    raised_by_year: dict[str, Decimal] = field(default_factory=dict)
    to_budget: Decimal = NOTHING
    to_victims: Decimal = NOTHING
    restituted: Decimal = NOTHING
    to_reserve: Decimal = NOTHING
    sale_costs: Decimal = NOTHING
    fund_fees: Decimal = NOTHING
    slippage: Decimal = NOTHING
    held_value: Decimal = NOTHING
    """of coins that are the State's or the reserve's at the end"""
    pending_value: Decimal = NOTHING
    """of what is still the claimants' at the end; no part of the end value"""
    waiting_value: Decimal = NOTHING
    """that part of it which is in the estate, for a judgment will come"""
    reserve_value: Decimal = NOTHING
    end_value: Decimal = NOTHING
    real_end_value: Decimal = NOTHING
    """in the money of the first day"""
    custody_cost: Decimal = NOTHING
    key_custody_value_days: Decimal = NOTHING
    key_custody_days: int = 0
    days_to_use: list[int] = field(default_factory=list)
    days: list[date] = field(default_factory=list)
    estate: list[Decimal] = field(default_factory=list)
    flows: list[Decimal] = field(default_factory=list)
    """what came in by seizure less what went back to owners"""
    sources: dict[str, dict[str, None]] = field(default_factory=dict)
    """figure -> the entries behind it: those it is the sum of, or that made what it values"""

    def by(self, entry: str, *figures: str) -> None:
        """Note an entry behind figures, once in each."""
        for figure in figures:
            self.sources.setdefault(figure, {})[entry] = None


def outcome(played: Played, until: date) -> Outcome:
    """The figures of a play, to the last day on which prices say anything."""
    return _Reading(played, until).read()


@dataclass(slots=True)
class _Interest:
    """Units of one fund, and the fees of a unit when they last changed."""

    fund: Fund
    units: Decimal = NOTHING
    fee: Decimal = NOTHING


class _Reading:
    def __init__(self, played: Played, until: date) -> None:
        self.played = played
        self.market: Market = played.market
        self.until = until
        self.found = Outcome()
        self.coins: dict[str, int] = {}
        self.keys: dict[str, int] = {}
        self.money: dict[str, int] = {}
        self.ounces = 0
        self.funds = {each.code: _Interest(each) for each in played.funds}
        self.given = self.real_given = self.flow = NOTHING
        self._behind: dict[tuple[Account, str], list[str]] = {}
        """(title, asset) -> the entries that changed what it has"""
        self._asset = played.office.world.asset
        self._values: dict[tuple[str, date], Decimal] = {}
        self._prices_rose = price_level(played.model, played.since)
        self._restituted = {
            (lot.holding.case, lot.holding.ref)
            for lot in played.lots
            if lot.holding.outcome == "restituted"
        }
        self._aside = {
            book(lot.holding.case, lot.holding.ref)
            for lot in played.lots
            if lot.holding.outcome == "pending"
        }

    def read(self) -> Outcome:
        happened, found = list(self.played.office.journal()), self.found
        at, day = 0, self.played.since
        while day <= self.until:
            self.flow = NOTHING
            while at < len(happened) and happened[at][1].on <= day:
                self._event(*happened[at], day)
                at += 1
            found.days.append(day)
            found.estate.append(self._estate(day))
            found.flows.append(self.flow)
            self._exposed(day)
            day += timedelta(days=1)
        self._close()
        return found

    def _exposed(self, day: date) -> None:
        """What lies under own keys that day, and what keeping it costs."""
        under = sum((self._worth(code, held, day) for code, held in self.keys.items()), NOTHING)
        self.found.key_custody_value_days += under
        self.found.key_custody_days += any(self.keys.values())
        rate = self.played.model.on(day).custody_cost
        if rate and under:
            self.found.custody_cost += DIGITS.divide(DIGITS.multiply(under, rate), YEAR)

    def _close(self) -> None:
        """What stands at the end, whose it is, and what it would buy in the money of the start."""
        found, last = self.found, self.until
        for account, code, amount in self.played.office.books:
            if account.side == "title" and account.book != "budget":
                self._stands(account, code, self._worth(code, amount, last))
        found.reserve_value += sum(
            (self._fund(each, last) for each in self.funds.values()), NOTHING
        )
        for each in self.funds.values():
            self._holds(each, each.units, last)
        found.end_value = found.estate[-1] - found.waiting_value if found.estate else NOTHING
        left = found.end_value - self.given
        found.real_end_value = self.real_given + DIGITS.divide(left, self._prices_rose(last))
        found.days_to_use = sorted(
            (lot.used_on - lot.holding.seized_on).days
            for lot in self.played.lots
            if lot.used_on and lot.used_on <= last
        )

    def _stands(self, account: Account, code: str, worth: Decimal) -> None:
        """What a title has at the end, and the entries that made it so; units are valued apart."""
        found, figures = self.found, ["end_value"]
        if account.klass == "claimants":
            found.pending_value += worth
            figures = ["pending_value"]
            if account.book not in self._aside:
                found.waiting_value += worth
        elif self._asset(code).klass == "crypto":
            found.held_value += worth
            figures.append("held_value")
        if account.klass == "reserve":
            found.reserve_value += worth
            figures.append("reserve_value")
        for entry in self._behind[account, code]:
            found.by(entry, *figures)

    # one event

    def _event(self, name: str, happened: Event, entries: tuple[Entry, ...], day: date) -> None:
        for number, entry in enumerate(entries, 1):
            ref = f"{name}#{number}"
            for posting in entry.postings:
                for account, amount in (
                    (posting.debit, posting.amount),
                    (posting.credit, -posting.amount),
                ):
                    if account.side == "title":
                        self._behind.setdefault((account, posting.asset), []).append(ref)
                    else:
                        self._at(account, posting.asset, amount, day, ref)
            if entry.kind == "transfer":
                self._transferred(ref, entry, happened, day)
        if isinstance(happened, Seized):
            if book(happened.case, happened.holding) not in self._aside:
                self.flow += self._worth(happened.asset, happened.amount, day)
        elif isinstance(happened, SeizureLifted):
            self.flow -= self._worth(happened.asset, happened.amount, day)
        elif isinstance(happened, Disposed):
            self._sold(name, happened, day)
        elif isinstance(happened, AwardPaid):
            value = self._worth(happened.asset, happened.amount, day)
            self.found.to_victims += value
            if (happened.case, happened.holding) in self._restituted:
                self.found.restituted += value
                self.found.by(f"{name}#1", "restituted")
            self._gave("to_victims", f"{name}#1", value, day)
        elif isinstance(happened, CapitalCalled):
            each = self.funds[happened.manager]
            paid = self._asset(happened.currency).decimal(happened.amount)
            bought = DIGITS.divide(paid, self._unit(each.fund, day))
            self._holds(each, each.units + bought, day)

    def _sold(self, name: str, happened: Disposed, day: date) -> None:
        found, year = self.found, str(day.year)
        gross = self._worth(happened.currency, happened.proceeds, day)
        found.raised += gross
        found.raised_by_year[year] = found.raised_by_year.get(year, NOTHING) + gross
        found.by(f"{name}#1", "raised", "slippage")
        found.slippage += self._worth(happened.asset, happened.amount, day) - gross
        if happened.costs:
            found.sale_costs += self._worth(happened.currency, happened.costs, day)
            found.by(f"{name}#2", "fees", "sale_costs")

    def _transferred(self, ref: str, entry: Entry, happened: Event, day: date) -> None:
        """What left a case for the reserve or the budget, at that day's value."""
        into = entry.postings[1]
        if isinstance(happened, UnitsDelivered):
            value = self._worth(happened.asset, happened.amount, day)
        elif isinstance(happened, ProceedsAllocated):
            value = self._worth(into.asset, into.amount, day)
        else:
            return
        if into.debit.book == "budget":
            self.found.to_budget += value
            self._gave("to_budget", ref, value, day)
        else:
            self.found.to_reserve += value
            self.found.by(ref, "to_reserve")

    def _gave(self, figure: str, ref: str, value: Decimal, day: date) -> None:
        self.given += value
        self.real_given += DIGITS.divide(value, self._prices_rose(day))
        self.found.by(ref, figure, "end_value")

    def _at(self, account: Account, code: str, amount: int, day: date, ref: str) -> None:
        """So much more, or less, is at a place; the budget's is used once it has it."""
        if account.book == "budget" or account.klass == "commitment":
            return
        klass = self._asset(code).klass
        if klass == "crypto" and account.klass == "custody":
            self.keys[code] = self.keys.get(code, 0) + amount
            self.found.by(ref, "key_custody_value_days", "custody_cost")
        if account.book in self._aside:
            return
        if klass == "crypto":
            self.coins[code] = self.coins.get(code, 0) + amount
        elif klass == "currency":
            self.money[code] = self.money.get(code, 0) + amount
        elif klass == "gold":
            self.ounces += amount
        elif klass == "hedge_fund" and account.book == "reserve":
            each = self.funds[code]
            self._holds(each, each.units + DIGITS.divide(Decimal(amount), UNIT), day)
            self.found.by(ref, "fees", "fund_fees")

    def _holds(self, each: _Interest, units: Decimal, day: date) -> None:
        """Units changed: what they cost in fees since they last did is known."""
        fee = each.fund.path.fee(dealt_at(each.fund.vehicle, day))
        self.found.fund_fees += DIGITS.multiply(each.units, fee - each.fee)
        each.units, each.fee = units, fee

    # value

    def _estate(self, day: date) -> Decimal:
        found = self.given
        for held in (self.coins, self.money):
            for code, amount in held.items():
                if amount:
                    found += self._worth(code, amount, day)
        if self.ounces:
            found += self._worth(XAU.code, self.ounces, day)
        for each in self.funds.values():
            if each.units:
                found += self._fund(each, day)
        return found

    def _fund(self, each: _Interest, day: date) -> Decimal:
        return DIGITS.multiply(each.units, self._unit(each.fund, day))

    def _unit(self, fund: Fund, day: date) -> Decimal:
        key = fund.path.name, dealt_at(fund.vehicle, day)
        if key not in self._values:
            self._values[key] = unit_value(fund.path, fund.vehicle, day)
        return self._values[key]

    def _worth(self, code: str, amount: int, day: date) -> Decimal:
        price = self.market.price(code, day) if amount else None
        return DIGITS.multiply(self._asset(code).decimal(amount), price) if price else NOTHING


def price_level(model: Model, since: date) -> Callable[[date], Decimal]:
    """How much prices have risen since a day, by the inflation that the practice states; 1 then."""
    known: dict[date, Decimal] = {}
    a_day: dict[Decimal, Decimal] = {}

    def level(day: date) -> Decimal:
        if day not in known:
            found = Decimal(1)
            stretches = model.stretches(since, day)
            ends = [start for start, _ in stretches[1:]] + [day]
            for (start, conduct), end in zip(stretches, ends, strict=True):
                rate = conduct.inflation
                if rate:
                    if rate not in a_day:
                        a_day[rate] = DIGITS.power(1 + rate, DIGITS.divide(Decimal(1), YEAR))
                    risen = DIGITS.power(a_day[rate], (end - start).days)
                    found = DIGITS.multiply(found, risen)
            known[day] = found
        return known[day]

    return level
