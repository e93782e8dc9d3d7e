"""The reserve's money: placed by the practice's weights, through the programme's own commands.

On a placing day (the first business day of a month) managers state the NAV of the month's end,
what is due of redemptions is filled and paid, free money is subscribed where weights are not
reached, and once a year what lies above its weight is asked back.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_DOWN, Decimal

from qazyna.blueprint import Vehicle
from qazyna.disposition.sale import IN_KIND
from qazyna.lab.market import DIGITS, Market
from qazyna.lab.model import GOLD, Conduct, Model
from qazyna.lab.play.lots import Lot
from qazyna.lab.play.office import Office
from qazyna.lab.play.rows import Notes
from qazyna.lab.vehicles import Path, path
from qazyna.money import ASSETS, XAU, apportion
from qazyna.plan import World
from qazyna.programme.manager import (
    AdmitManager,
    Manager,
    ManagerAdmitted,
    ManagerListed,
    Request,
    fund,
    pending,
    receivable,
)
from qazyna.programme.nav import StateNav
from qazyna.programme.redemption import (
    FillRedemption,
    ReceiveProceeds,
    RedemptionRequested,
    RequestRedemption,
)
from qazyna.programme.subscription import Subscribe, SubscribeInKind
from qazyna.programme.terms import ManagementFee, PerformanceFee, Terms
from qazyna.programme.venture import CommitCapital, IssueCall, PayCall
from qazyna.reserve.dealing import ExchangeCurrency
from qazyna.reserve.pot import TITLE

DECISION = "the practice's weights"
NAV_OF = "NAV of "
UNIT = Decimal(10) ** 6
"""Base units of a fund's unit."""


@dataclass(slots=True)
class Fund:
    """One manager of a vehicle, as the books know it."""

    code: str
    vehicle: Vehicle
    path: Path
    requests: dict[int, date] = field(default_factory=dict)
    """number of a redemption -> the placing day from which it is dealt"""
    interest: Decimal = Decimal(0)
    """Of a venture fund: what was paid in, in units of the path."""
    stated: date = date.min

    @property
    def venture(self) -> bool:
        return self.vehicle.kind == "venture_fund"


class Treasury:
    """Whoever places the reserve's money for one model."""

    def __init__(
        self, office: Office, since: date, until: date, calendar: Mapping[date, date], notes: Notes
    ) -> None:
        """`calendar` has every placing day, and the month's end before it, somewhat beyond the
        window: what is asked back late in it is dealt after it."""
        self.office = office
        self.market = office.market
        self.model = office.model
        self.notes = notes
        self.calendar = calendar
        self.funds: dict[str, list[Fund]] = {}
        self.paths = paths(office.model, office.market, since, until)
        self._money = ASSETS[self.market.currency]
        self._calls = 0
        self._rebalanced: int | None = None

    # a placing day

    def place(self, in_kind: list[Lot]) -> None:
        """Everything that a placing day brings, in its order."""
        today = self.office.today
        conduct = self.model.on(today)
        paying = self._pay_out()
        self._into_one_currency()
        yearly = conduct.rebalanced and self._rebalanced != today.year
        if conduct.place:
            worth = {name: self.value(name, today) for name in conduct.place}
            reserve = self.cash() + sum(self.values(today).values(), Decimal(0))
            if yearly:
                self._sell_gold(conduct, reserve, worth)
            self._subscribe(conduct, reserve, worth, paying)
        for each in self.all():
            self._state(each)
        self._receive()
        if in_kind:
            self._hand_over(conduct, in_kind)
        if conduct.place and yearly:
            self._rebalanced = today.year
            self._ask_back(conduct, reserve, worth)

    def cash(self) -> Decimal:
        """The reserve's money, in our currency."""
        today, found = self.office.today, Decimal(0)
        for code, amount in self.office.books.of_account(TITLE):
            asset = self.office.world.asset(code)
            if asset.klass == "currency":
                found += asset.decimal(amount) * (self.market.rate(code, today) or 0)
        return found

    def reserve_value(self) -> tuple[Decimal, Decimal]:
        """(coins, everything else) of the reserve."""
        today, coins = self.office.today, Decimal(0)
        for code, amount in self.office.books.of_account(TITLE):
            asset = self.office.world.asset(code)
            if asset.klass == "crypto":
                coins += asset.decimal(amount) * (self.market.price(code, today) or 0)
        return coins, self.cash() + sum(self.values(today).values(), Decimal(0))

    def values(self, day: date) -> dict[str, Decimal]:
        """What every vehicle, and gold, is worth."""
        names = [*self.funds, *([GOLD] if self._ounces() else [])]
        return {name: self.value(name, day) for name in names}

    def value(self, name: str, day: date) -> Decimal:
        if name == GOLD:
            price = self.market.price(XAU.code, day)
            return XAU.decimal(self._ounces()) * (price or 0)
        return sum((self._worth(each, day) for each in self.funds.get(name, ())), Decimal(0))

    def _worth(self, each: Fund, day: date) -> Decimal:
        if each.venture:
            return each.interest * unit_value(each.path, each.vehicle, day)
        units = self.office.world.balances.of(fund(each.code), each.code)
        return units * unit_value(each.path, each.vehicle, day) / UNIT

    def _ounces(self) -> int:
        return self.office.world.balances.of(TITLE, XAU.code)

    def all(self) -> list[Fund]:
        return [each for funds in self.funds.values() for each in funds]

    # money going out

    def _subscribe(
        self, conduct: Conduct, reserve: Decimal, worth: dict[str, Decimal], paying: set[str]
    ) -> None:
        today = self.office.today
        short = {
            name: max(weight * reserve - worth[name], Decimal(0))
            for name, weight in conduct.place.items()
            if name not in paying and self._open(name, today)
        }
        self._within_limits(conduct, reserve, short)
        total = sum(short.values(), Decimal(0))
        free = min(self._own_cash(), total)
        for name, gap in short.items():
            if gap <= 0:
                continue
            part = DIGITS.divide(DIGITS.multiply(free, gap), total)
            cents = int(part.scaleb(self._money.scale).to_integral_value(ROUND_DOWN))
            if cents <= 0:
                continue
            if name == GOLD:
                self._buy_gold(cents)
            else:
                self._invest(conduct, name, cents)

    def _within_limits(self, conduct: Conduct, reserve: Decimal, short: dict[str, Decimal]) -> None:
        """Cut what is short to what the law's limits by class let in."""
        coins, _ = self.reserve_value()
        by_class: dict[str, list[str]] = {}
        for name in short:
            by_class.setdefault(_class(conduct, name), []).append(name)
        for klass, names in by_class.items():
            most = conduct.most(klass)
            wanted = sum((short[name] for name in names), Decimal(0))
            if most is None or not wanted:
                continue
            there = sum(
                (
                    v
                    for n, v in self.values(self.office.today).items()
                    if _class(conduct, n) == klass
                ),
                Decimal(0),
            )
            room = max(most * (reserve + coins) - there, Decimal(0))
            if room < wanted:
                for name in names:
                    short[name] = DIGITS.divide(DIGITS.multiply(short[name], room), wanted)

    def _open(self, name: str, day: date) -> bool:
        if name == GOLD:
            return self.market.price(XAU.code, day) is not None
        return name in self.paths and self.paths[name].open(day)

    def _own_cash(self) -> Decimal:
        return self._money.decimal(self.office.world.balances.of(TITLE, self._money.code))

    def _invest(self, conduct: Conduct, name: str, cents: int) -> None:
        vehicle, today = conduct.vehicles[name], self.office.today
        funds = self._admitted(name, vehicle)
        for each, part in zip(funds, apportion(cents, [1] * len(funds)), strict=True):
            if not part:
                continue
            if each.venture:
                self._call(each, part)
                continue
            self.office.do(
                Subscribe(
                    manager=each.code,
                    quantity=self._money.text(part),
                    paid_on=today,
                    dealing_on=today,
                    decision_ref=DECISION,
                )
            )

    def _call(self, each: Fund, cents: int) -> None:
        """Committed, called and paid in full: what is placed with a venture fund is all at work."""
        today, amount = self.office.today, self._money.text(cents)
        self._calls += 1
        ref = f"call {self._calls}"
        self.office.do(
            CommitCapital(
                manager=each.code, quantity=amount, committed_on=today, decision_ref=DECISION
            )
        )
        self.office.do(
            IssueCall(
                manager=each.code, call_ref=ref, quantity=amount, issued_on=today, due_on=today
            )
        )
        self.office.do(PayCall(manager=each.code, quantity=amount, paid_on=today, call_ref=ref))
        paid = self._money.decimal(cents)
        each.interest += DIGITS.divide(paid, unit_value(each.path, each.vehicle, today))

    def _buy_gold(self, cents: int) -> None:
        price = self.market.price(XAU.code, self.office.today)
        if not price:
            return
        paid = self._money.decimal(cents)
        ounces = int(DIGITS.divide(paid, price).scaleb(XAU.scale).to_integral_value(ROUND_DOWN))
        if ounces:
            cost = self._cents(XAU.decimal(ounces) * price)
            self._exchange(self._money.code, cost, XAU.code, ounces)

    def _sell_gold(self, conduct: Conduct, reserve: Decimal, worth: dict[str, Decimal]) -> None:
        price = self.market.price(XAU.code, self.office.today)
        over = worth.get(GOLD, Decimal(0)) - conduct.place.get(GOLD, Decimal(0)) * reserve
        if not price or over <= 0 or GOLD not in conduct.place:
            return
        ounces = int(DIGITS.divide(over, price).scaleb(XAU.scale).to_integral_value(ROUND_DOWN))
        if ounces:
            self._exchange(
                XAU.code, ounces, self._money.code, self._cents(XAU.decimal(ounces) * price)
            )

    def _into_one_currency(self) -> None:
        """What came in other currencies is exchanged at the day's reference rate."""
        today = self.office.today
        for code, amount in self.office.books.of_account(TITLE):
            asset = self.office.world.asset(code)
            if asset.klass != "currency" or code == self._money.code:
                continue
            rate = self.market.rate(code, today)
            cents = self._cents(asset.decimal(amount) * rate) if rate else 0
            if cents:
                self._exchange(code, amount, self._money.code, cents)

    def _exchange(self, given: str, amount: int, taken: str, gets: int) -> None:
        asset = self.office.world.asset
        self.office.do(
            ExchangeCurrency(
                given=given,
                given_quantity=asset(given).text(amount),
                taken=taken,
                taken_quantity=asset(taken).text(gets),
                traded_on=self.office.today,
                counterparty="the market",
                statement_ref="at the day's price",
            )
        )

    def _cents(self, amount: Decimal) -> int:
        return int(amount.scaleb(self._money.scale).to_integral_value())

    # managers

    def _admitted(self, name: str, vehicle: Vehicle) -> list[Fund]:
        """The vehicle's funds, each admitted on the day on which it is first needed."""
        funds = self.funds.setdefault(name, [])
        for number in range(len(funds), vehicle.count):
            code = _code(name, vehicle, number)
            self._admit(code, name, vehicle)
            funds.append(Fund(code, vehicle, self.paths[name]))
        return funds[: vehicle.count]

    def _admit(self, code: str, name: str, vehicle: Vehicle) -> None:
        today = self.office.today
        kind = "venture_fund" if vehicle.kind == "venture_fund" else "hedge_fund"
        asked = AdmitManager(
            manager=code,
            manager_kind="venture_fund" if kind == "venture_fund" else "hedge_fund",
            name=f"{name}, a vehicle of the practice",
            currency=self._money.code,
            admitted_on=today,
            terms=_terms(vehicle),
            decision_ref=DECISION,
        )
        selected = self.office.world.law(today).says("programme.selection.kinds", tuple) or ()
        if kind not in selected:
            self.office.do(asked)
            return
        # A vehicle stands for managers that a selection would choose; it went through none.
        self.notes.assume(
            f"{self.model.name}: {name} stands for managers that a selection would have chosen"
        )
        admitted = ManagerAdmitted(
            on=today,
            manager=code,
            manager_kind=kind,
            name=asked.name,
            currency=self._money.code,
            scale=self._money.scale,
            ceiling=self._money.ceiling,
            terms=asked.terms,
            decision_ref=DECISION,
        )
        self.office.happens(admitted, ManagerListed(on=today, manager=code, manager_kind=kind))

    def _state(self, each: Fund) -> None:
        """The manager states its NAV; what was subscribed becomes units."""
        today = self.office.today
        held = self.office.world.balances.of(fund(each.code), each.code)
        waits = self.office.world.balances.of(pending(each.code), self._money.code)
        if each.stated == today or not (held or waits):
            return
        each.stated, whole = today, 0
        value = unit_value(each.path, each.vehicle, today)
        if each.venture:
            whole = self._cents(each.interest * value)
            if not whole:
                return
        statement = NAV_OF + str(last_month_end(today))
        self.office.do(
            StateNav(
                manager=each.code,
                valuation_on=today,
                stated_on=today,
                nav_per_unit=None if each.venture else plain(value),
                nav=self._money.text(whole) if each.venture else None,
                statement_ref=statement,
            )
        )

    # money coming back

    def _ask_back(self, conduct: Conduct, reserve: Decimal, worth: dict[str, Decimal]) -> None:
        """What lies above its weight is asked back; venture funds give nothing back early."""
        today = self.office.today
        for name, weight in conduct.place.items():
            vehicle = conduct.vehicles.get(name)
            over = worth[name] - weight * reserve
            if vehicle is None or vehicle.kind == "venture_fund" or over <= 0:
                continue
            funds = [each for each in self.funds[name] if not each.requests]
            dealt = self._dealt(today, vehicle.notice_days)
            if not funds or dealt is None:
                continue
            price = unit_value(self.paths[name], vehicle, today)
            units = int(DIGITS.divide(over, price).scaleb(6).to_integral_value(ROUND_DOWN))
            for each, part in zip(funds, apportion(units, [1] * len(funds)), strict=True):
                part = min(part, self.office.world.balances.of(fund(each.code), each.code))
                if part:
                    self._request(each, part, dealt)

    def _dealt(self, asked: date, notice: int) -> date | None:
        """The first placing day whose month's end has the notice."""
        first = asked + timedelta(days=notice)
        return next(
            (day for day, end in self.calendar.items() if day > asked and end >= first), None
        )

    def _request(self, each: Fund, units: int, dealt: date) -> None:
        done = self.office.do(
            RequestRedemption(
                manager=each.code,
                units=self.office.world.asset(each.code).text(units),
                requested_on=self.office.today,
                dealing_on=dealt,
                decision_ref=DECISION,
            )
        )
        for happened in done:
            if isinstance(happened, RedemptionRequested):
                each.requests[happened.number] = dealt

    def _pay_out(self) -> set[str]:
        """Redemptions that are due: filled up to the gate, paid at once; the rest is carried."""
        today, paying = self.office.today, set()
        for name, funds in self.funds.items():
            for each in funds:
                due = [number for number, day in each.requests.items() if day <= today]
                if not due:
                    continue
                paying.add(name)
                self._state(each)
                for number in due:
                    self._fill(each, number)
        self._receive()
        return paying

    def _fill(self, each: Fund, number: int) -> None:
        world = self.office.world
        asset, held = world.asset(each.code), world.balances.of(fund(each.code), each.code)
        open_units = the_requests(world, each.code)[number].open
        most = int(DIGITS.multiply(each.vehicle.gate, Decimal(held)))
        units = min(open_units, most)
        worth = unit_value(each.path, each.vehicle, self.office.today) * units / UNIT
        if self._cents(worth):
            self.office.do(
                FillRedemption(
                    manager=each.code,
                    request=number,
                    units=asset.text(units),
                    dealt_on=self.office.today,
                    statement_ref=NAV_OF + str(last_month_end(self.office.today)),
                )
            )
        else:
            units = open_units  # what is worth less than half a cent is let be
        if units == open_units:
            del each.requests[number]

    def _receive(self) -> None:
        for each in self.all():
            owed = self.office.world.balances.of(receivable(each.code), self._money.code)
            if owed:
                self.office.do(
                    ReceiveProceeds(
                        manager=each.code,
                        quantity=self._money.text(owed),
                        received_on=self.office.today,
                        statement_ref="paid",
                    )
                )

    # coins handed over

    def _hand_over(self, conduct: Conduct, lots: list[Lot]) -> None:
        """Forfeited coins become units, by the weights; they never enter the reserve."""
        today = self.office.today
        takers = {
            name: conduct.place.get(name, Decimal(0))
            for name, vehicle in conduct.vehicles.items()
            if vehicle.kind != "venture_fund" and self._open(name, today)
        }
        if not any(takers.values()):
            takers = dict.fromkeys(takers, Decimal(1))
        takers = {name: weight for name, weight in takers.items() if weight}
        if not takers or IN_KIND not in conduct.law.mechanisms:
            self.notes.add(f"{self.model.name}: no vehicle takes coins in kind on {today}")
            return
        funds = [
            (each, DIGITS.divide(weight, Decimal(conduct.vehicles[name].count)))
            for name, weight in takers.items()
            for each in self._admitted(name, conduct.vehicles[name])
        ]
        for lot in list(lots):
            price = self.market.price(lot.holding.asset.code, today)
            if price is None:
                continue
            lots.remove(lot)
            parts = apportion(lot.left, [weight for _, weight in funds])
            for (each, _), part in zip(funds, parts, strict=True):
                self._deliver(lot, each, part, price)
            lot.over = True

    def _deliver(self, lot: Lot, each: Fund, part: int, price: Decimal) -> None:
        asset, today = lot.holding.asset, self.office.today
        value = unit_value(each.path, each.vehicle, today)
        exact = DIGITS.divide(DIGITS.multiply(asset.decimal(part), price), value)
        units = int(exact.scaleb(6).to_integral_value(ROUND_DOWN))
        if not part or not units:
            return
        self.office.do(
            SubscribeInKind(
                case=lot.holding.case,
                holding=lot.holding.ref,
                asset=asset.code,
                quantity=asset.text(part),
                manager=each.code,
                units=self.office.world.asset(each.code).text(units),
                dealt_on=today,
                order_ref=DECISION,
            )
        )
        lot.left -= part
        lot.use(today)
        self._state(each)


def paths(model: Model, market: Market, since: date, until: date) -> dict[str, Path]:
    """The path of every vehicle that the practice knows at some time in the window."""
    stretches = model.stretches(since, until)
    names = dict.fromkeys(name for _, conduct in stretches for name in conduct.vehicles)
    return {
        name: path(name, [(day, c.vehicles.get(name)) for day, c in stretches], market, until)
        for name in names
    }


def unit_value(of: Path, vehicle: Vehicle, day: date) -> Decimal:
    """What a unit is worth on a day, as it is stated: to eight decimals."""
    return of.nav(dealt_at(vehicle, day)).quantize(Decimal("1e-8"))


def dealt_at(vehicle: Vehicle, day: date) -> date:
    """The day whose NAV counts: the last month's end; of what is listed, the day itself."""
    return day if vehicle.kind == "listed" else last_month_end(day)


def last_month_end(day: date) -> date:
    """The last month's end by a day."""
    following = date.fromordinal(day.toordinal() + 1)
    return day if following.day == 1 else date.fromordinal(day.replace(day=1).toordinal() - 1)


def plain(value: Decimal) -> str:
    return format(value, "f")


def the_requests(world: World, code: str) -> dict[int, Request]:
    manager = world.find(Manager, code)
    return manager.requests if manager else {}


def _class(conduct: Conduct, name: str) -> str:
    """The class of a statement that a vehicle, or gold, counts in."""
    vehicle = conduct.vehicles.get(name)
    if vehicle is None:
        return name
    return "venture_funds" if vehicle.kind == "venture_fund" else "hedge_funds"


def _code(name: str, vehicle: Vehicle, number: int) -> str:
    """What a fund of a vehicle is called in the books: `HF-CRYPTO-2`."""
    kind = {"hedge_fund": "HF", "venture_fund": "VF", "listed": "LF"}[vehicle.kind]
    short = re.sub(r"[^A-Z0-9]+", "-", name.upper())[:12].strip("-")
    return f"{kind}-{short}-{number + 1}"


def _terms(vehicle: Vehicle) -> Terms:
    return Terms(
        notice_days=vehicle.notice_days,
        settlement_days=0,
        gate=vehicle.gate if vehicle.gate < 1 else None,
        gate_level="investor",
        management_fee=ManagementFee(rate=vehicle.management) if vehicle.management else None,
        performance_fee=PerformanceFee(rate=vehicle.performance) if vehicle.performance else None,
    )
