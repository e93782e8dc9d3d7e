"""Managers of a model's vehicles: admitted, paid, redeemed by the programme's own commands."""

import re
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_DOWN, Decimal

from qazyna.blueprint import Vehicle
from qazyna.lab.market import DIGITS, Market
from qazyna.lab.model import Conduct, Model
from qazyna.lab.play.lots import Lot
from qazyna.lab.play.office import Office
from qazyna.lab.play.rows import Notes
from qazyna.lab.vehicles import Path, path
from qazyna.money import ASSETS, apportion
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

DECISION = "the practice's weights"
NAV_OF = "NAV of "
UNITS = 6
"""Decimals of a fund's units."""

UNIT = Decimal(10) ** UNITS
"""Base units of one."""


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


class Managers:
    """Every fund that the reserve's money is with, by the name of its vehicle."""

    def __init__(self, office: Office, since: date, until: date, notes: Notes) -> None:
        self.office = office
        self.model = office.model
        self.notes = notes
        self.funds: dict[str, list[Fund]] = {}
        self.paths = paths(office.model, office.market, since, until)
        self._money = ASSETS[office.market.currency]
        self._calls = 0

    def all(self) -> list[Fund]:
        """Every fund that was admitted, vehicle by vehicle."""
        return [each for funds in self.funds.values() for each in funds]

    def value(self, name: str, day: date) -> Decimal:
        """What is held of a vehicle is worth."""
        return sum((self._worth(each, day) for each in self.funds.get(name, ())), Decimal(0))

    def _worth(self, each: Fund, day: date) -> Decimal:
        if each.venture:
            return each.interest * unit_value(each.path, each.vehicle, day)
        units = self.office.world.balances.of(fund(each.code), each.code)
        return units * unit_value(each.path, each.vehicle, day) / UNIT

    def invest(self, conduct: Conduct, name: str, cents: int) -> None:
        """Place so much with a vehicle, the same with each of its funds."""
        vehicle, today = conduct.vehicles[name], self.office.today
        funds = self.admitted(name, vehicle)
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

    def _cents(self, amount: Decimal) -> int:
        return int(amount.scaleb(self._money.scale).to_integral_value())

    def admitted(self, name: str, vehicle: Vehicle) -> list[Fund]:
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

    def state(self, each: Fund) -> None:
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

    def request(self, each: Fund, units: int, dealt: date) -> None:
        """Ask units back for a day."""
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

    def fill(self, each: Fund, number: int, gate: Decimal) -> None:
        """Redeem what was asked back, up to the gate: a share of the units held."""
        world = self.office.world
        asset, held = world.asset(each.code), world.balances.of(fund(each.code), each.code)
        open_units = the_requests(world, each.code)[number].open
        most = int(DIGITS.multiply(gate, Decimal(held)))
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

    def receive(self) -> None:
        """Whatever funds owe is paid."""
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

    def deliver(self, lot: Lot, each: Fund, part: int, price: Decimal) -> None:
        """Hand over part of a lot against units; what buys not even one unit's millionth stays."""
        asset, today = lot.holding.asset, self.office.today
        value = unit_value(each.path, each.vehicle, today)
        exact = DIGITS.divide(DIGITS.multiply(asset.decimal(part), price), value)
        units = int(exact.scaleb(UNITS).to_integral_value(ROUND_DOWN))
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
        self.state(each)


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
    """A number in plain digits, as commands take it."""
    return format(value, "f")


def the_requests(world: World, code: str) -> dict[int, Request]:
    """What was asked back of a manager."""
    manager = world.find(Manager, code)
    return manager.requests if manager else {}


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
