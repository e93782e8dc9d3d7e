"""The reserve's money: placed by the practice's weights, through the programme's own commands.

On a placing day (the first business day of a month) managers state the NAV of the month's end,
what is due of redemptions is filled and paid, free money is subscribed where weights are not
reached, and once a year what lies above its weight is asked back.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import ROUND_DOWN, Decimal

from qazyna.disposition.sale import IN_KIND
from qazyna.lab.market import DIGITS
from qazyna.lab.model import GOLD, Conduct
from qazyna.lab.play.funds import UNITS, Managers, unit_value
from qazyna.lab.play.lots import Lot
from qazyna.lab.play.office import Office
from qazyna.lab.play.rows import Notes
from qazyna.money import ASSETS, XAU, apportion
from qazyna.programme.manager import fund
from qazyna.reserve.dealing import ExchangeCurrency
from qazyna.reserve.pot import TITLE


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
        self.managers = Managers(office, since, until, notes)
        self._money = ASSETS[self.market.currency]
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
        for each in self.managers.all():
            self.managers.state(each)
        self.managers.receive()
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
        names = [*self.managers.funds, *([GOLD] if self._ounces() else [])]
        return {name: self.value(name, day) for name in names}

    def value(self, name: str, day: date) -> Decimal:
        if name == GOLD:
            price = self.market.price(XAU.code, day)
            return XAU.decimal(self._ounces()) * (price or 0)
        return self.managers.value(name, day)

    def _ounces(self) -> int:
        return self.office.world.balances.of(TITLE, XAU.code)

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
                self.managers.invest(conduct, name, cents)

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
        return name in self.managers.paths and self.managers.paths[name].open(day)

    def _own_cash(self) -> Decimal:
        return self._money.decimal(self.office.world.balances.of(TITLE, self._money.code))

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

    # money coming back

    def _ask_back(self, conduct: Conduct, reserve: Decimal, worth: dict[str, Decimal]) -> None:
        """What lies above its weight is asked back; venture funds give nothing back early."""
        today = self.office.today
        for name, weight in conduct.place.items():
            vehicle = conduct.vehicles.get(name)
            over = worth[name] - weight * reserve
            if vehicle is None or vehicle.kind == "venture_fund" or over <= 0:
                continue
            funds = [each for each in self.managers.funds[name] if not each.requests]
            dealt = self._dealt(today, vehicle.notice_days)
            if not funds or dealt is None:
                continue
            price = unit_value(self.managers.paths[name], vehicle, today)
            units = int(DIGITS.divide(over, price).scaleb(UNITS).to_integral_value(ROUND_DOWN))
            for each, part in zip(funds, apportion(units, [1] * len(funds)), strict=True):
                part = min(part, self.office.world.balances.of(fund(each.code), each.code))
                if part:
                    self.managers.request(each, part, dealt)

    def _dealt(self, asked: date, notice: int) -> date | None:
        """The first placing day whose month's end has the notice."""
        first = asked + timedelta(days=notice)
        return next(
            (day for day, end in self.calendar.items() if day > asked and end >= first), None
        )

    def _pay_out(self) -> set[str]:
        """Redemptions that are due: filled up to the gate, paid at once; the rest is carried."""
        today, paying = self.office.today, set()
        known = self.model.on(today).vehicles
        for name, funds in self.managers.funds.items():
            vehicle = known.get(name)
            for each in funds:
                due = [number for number, day in each.requests.items() if day <= today]
                if not due:
                    continue
                paying.add(name)
                self.managers.state(each)
                for number in due:
                    self.managers.fill(each, number, vehicle.gate if vehicle else Decimal(1))
        self.managers.receive()
        return paying

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
            self.notes.add(
                f"{self.model.name}: at times no vehicle takes coins in kind, and they wait"
            )
            return
        funds = [
            (each, DIGITS.divide(weight, Decimal(conduct.vehicles[name].count)))
            for name, weight in takers.items()
            for each in self.managers.admitted(name, conduct.vehicles[name])
        ]
        for lot in list(lots):
            price = self.market.price(lot.holding.asset.code, today)
            if price is None:
                continue
            lots.remove(lot)
            parts = apportion(lot.left, [weight for _, weight in funds])
            for (each, _), part in zip(funds, parts, strict=True):
                self.managers.deliver(lot, each, part, price)
            lot.over = True


def _class(conduct: Conduct, name: str) -> str:
    """The class of a statement that a vehicle, or gold, counts in."""
    vehicle = conduct.vehicles.get(name)
    if vehicle is None:
        return name
    return "venture_funds" if vehicle.kind == "venture_fund" else "hedge_funds"
