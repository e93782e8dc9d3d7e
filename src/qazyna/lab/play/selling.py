"""Disposal: what is the State's is sold by the model's way, handed over, or kept; then allocated.

Everything is sold at that day's own close less the concession that the practice says; no day
without a price sells anything, and nothing is sold past the end of the prices.
"""

from collections import deque
from collections.abc import Callable
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final

from qazyna.disposition.allocation import Allocate, ProceedsAllocated
from qazyna.disposition.interlocutory import INTERLOCUTORY, OrderInterlocutorySale
from qazyna.disposition.sale import HOLD, IN_KIND, Dispose
from qazyna.lab.market import DIGITS
from qazyna.lab.model import SALES, Conduct
from qazyna.lab.play.courts import pay_victims
from qazyna.lab.play.lots import Lot, first_sale_day
from qazyna.lab.play.office import Office
from qazyna.lab.play.placing import Treasury
from qazyna.lab.play.rows import Notes, Sale
from qazyna.money import ASSETS, Asset, worth
from qazyna.plan import Event
from qazyna.seizure.case import state_title

Later = Callable[[date, Callable[[], None]], None]
"""Have something done on a later day, among the disposals of that day."""

_ALL: Final = Decimal(1)


class Desk:
    """Whoever disposes of things for one model."""

    def __init__(
        self, office: Office, treasury: Treasury, until: date, notes: Notes, later: Later
    ) -> None:
        self.office = office
        self.treasury = treasury
        self.market = office.market
        self.until = until
        self.notes = notes
        self.later = later
        self.sales: list[Sale] = []
        self.in_kind: list[Lot] = []
        """what waits to be handed to managers"""
        self._queues: dict[str, deque[Lot]] = {}
        self._money: Asset = ASSETS[self.market.currency]

    # what is due

    def due(self, lot: Lot) -> None:
        """The day has come: the practice of this very day decides what is done with the lot."""
        if lot.over or not lot.left or lot.early:
            return  # what was begun before the order goes on
        lot.conduct = conduct = self.office.model.on(self.office.today)
        if conduct.disposal == HOLD:
            self._keep(lot)
        elif conduct.disposal == IN_KIND:
            self.in_kind.append(lot)
        else:
            self._sell(lot)

    def sell_early(self, lot: Lot) -> None:
        """By leave of the court, before the final order; the money stands for the asset."""
        conduct = self.office.model.on(self.office.today)
        if lot.title != "claimants" or conduct.disposal != INTERLOCUTORY or lot.over:
            return
        holding, on = lot.holding, self.office.today
        if holding.asset.klass == "currency":
            return
        lot.conduct, lot.early = conduct, f"leave to sell {holding.ref}"
        self.office.do(
            OrderInterlocutorySale(
                case=holding.case,
                holding=holding.ref,
                order_ref=lot.early,
                ordered_on=on,
                parties_heard_on=on,
                asset=holding.asset.code,
                quantity=holding.asset.text(lot.left),
            )
        )
        if lot.recorded:
            self._as_recorded(lot)
        else:
            self._sell(lot)

    def recorded(self, lot: Lot) -> None:
        """The register tells of this very sale."""
        lot.conduct = self.office.model.on(self.office.today)
        self._as_recorded(lot)

    def _sell(self, lot: Lot) -> None:
        conduct = _begun(lot)
        if conduct.sale_by == "tranche_sale":
            self._queues.setdefault(lot.holding.asset.code, deque()).append(lot)
            return
        day = first_sale_day(
            self.office.model, self.market, lot.holding.asset.code, self.office.today, self.until
        )
        if day is None:
            self._never(lot)
        elif day > self.office.today:
            self.later(day, lambda: self._sell(lot))
        elif not lot.over and lot.left:
            if conduct.sale_by == "auction":
                self._auction(lot, conduct)
            else:
                self._part(lot, lot.left, conduct.negotiated_discount)

    def _never(self, lot: Lot) -> None:
        code = lot.holding.asset.code
        last = self.market.last_day(code)
        if last and last < self.until:
            self.notes.add(f"{code}: no price after {last}; what is unsold then stays held")

    # auctions

    def _auction(self, lot: Lot, conduct: Conduct) -> None:
        """One block, and the next so many days later."""
        code, today = lot.holding.asset.code, self.office.today
        curve = conduct.discount
        mean = self.market.mean_volume(code, today)
        block, ratio = lot.left, Decimal(0)
        if mean is None:
            self.notes.add(
                f"{code}: no volume is known; each holding is auctioned at once, at the discount "
                "of the smallest block"
            )
        else:
            unit = Decimal(10) ** lot.holding.asset.scale
            most = int(DIGITS.multiply(DIGITS.multiply(conduct.block, mean), unit))
            block = min(lot.left, max(most, 1))
            ratio = DIGITS.divide(DIGITS.divide(Decimal(block), unit), mean)
        self._part(lot, block, curve.at(ratio) if curve else Decimal(0))
        if lot.left and not lot.over and lot.conduct is conduct:
            self.later(today + timedelta(days=conduct.every), lambda: self._sell(lot))

    # tranches

    def tranches(self) -> None:
        """What every asset's queue may sell today, the oldest first."""
        today = self.office.today
        for code, queue in self._queues.items():
            while queue and _done(queue[0]):
                queue.popleft()
            if queue and first_sale_day(self.office.model, self.market, code, today, today):
                self._tranche(code, queue)

    def _tranche(self, code: str, queue: deque[Lot]) -> None:
        conduct, today = _begun(queue[0]), self.office.today
        asset = ASSETS[code]
        volume = self.market.volume_before(code, today)
        waiting = sum(lot.left for lot in queue if not lot.over)
        if volume is None and self.market.has_volumes(code):
            return
        if volume is None:
            self.notes.add(f"{code}: no volume is known; tranches take all, at the close")
            sold, concession = waiting, Decimal(0)
        else:
            unit = Decimal(10) ** asset.scale
            most = int(DIGITS.multiply(DIGITS.multiply(conduct.tranche_share, volume), unit))
            sold = min(waiting, most)
            part = DIGITS.divide(DIGITS.divide(Decimal(sold), unit), volume)
            concession = DIGITS.multiply(conduct.tranche_impact, DIGITS.sqrt(part))
        while sold and queue:
            lot = queue[0]
            amount = min(lot.left, sold)
            if amount and not lot.over:
                self._part(lot, amount, concession)
                sold -= amount
            if _done(lot):
                queue.popleft()

    @property
    def queued(self) -> bool:
        return any(self._queues.values())

    # one sale

    def _part(self, lot: Lot, amount: int, concession: Decimal) -> None:
        """Sell so much at today's close less a concession."""
        asset, conduct = lot.holding.asset, _begun(lot)
        close = self.market.close(asset.code, self.office.today)
        if close is None:
            return
        price = DIGITS.multiply(close, _ALL - concession)
        proceeds = _units(worth(asset, amount, price, self._money.scale), self._money)
        if proceeds <= 0:
            if amount == lot.left:
                self.notes.add(f"{lot.name}: too little to be sold for money; it stays held")
                lot.over = True
            return
        costs = int((proceeds * conduct.sale_cost).to_integral_value(ROUND_HALF_EVEN))
        self._book(lot, amount, self._money, proceeds, costs, recorded=False)

    def _as_recorded(self, lot: Lot) -> None:
        told = lot.recorded
        if told and lot.left:
            money = ASSETS[told.currency]
            self._book(lot, lot.left, money, told.proceeds, told.costs, recorded=True)

    def _book(
        self, lot: Lot, amount: int, money: Asset, proceeds: int, costs: int, recorded: bool
    ) -> None:
        holding, today, conduct = lot.holding, self.office.today, _begun(lot)
        early = bool(lot.early) and lot.title == "claimants"
        mechanism = INTERLOCUTORY if early else conduct.disposal
        if mechanism == INTERLOCUTORY and not early:
            mechanism = conduct.sale_by
        if mechanism in (HOLD, IN_KIND):
            mechanism = conduct.sale_by
        if mechanism not in self.office.world.law(today).mechanisms:
            self._not_lawful(lot, mechanism, early)
            return
        asset = holding.asset
        done = self.office.do(
            Dispose(
                case=holding.case,
                holding=holding.ref,
                asset=asset.code,
                quantity=asset.text(amount),
                mechanism=mechanism,
                disposed_on=today,
                proceeds=money.text(proceeds),
                proceeds_currency=money.code,
                costs=money.text(costs),
                sale_ref=lot.early if early else None,
            )
        )
        lot.left -= amount
        self.sales.append(
            self._row(lot, amount, mechanism, money, proceeds, costs, recorded, done[0])
        )
        if not early and proceeds > costs:
            self.allocate(lot, money.code)

    def _not_lawful(self, lot: Lot, mechanism: str, early: bool) -> None:
        """What was begun cannot go on: today's practice decides anew, or it waits for the order.

        Where it is today's practice that is not lawful, the lot stays held.
        """
        name, today = self.office.model.name, self.office.today
        why = f"{name}: disposition.mechanisms has no {mechanism} on {today}"
        if early:
            self.notes.add(f"{why}; what was to be sold by it waits for its order")
            lot.early, lot.conduct = "", None
        elif lot.conduct is self.office.model.on(today):
            self.notes.add(f"{why}, so {lot.name} stays held")
            lot.over = True
        else:
            self.notes.add(f"{why}; what was begun by it follows the practice of that day")
            lot.early = ""
            self.due(lot)

    def _row(
        self,
        lot: Lot,
        amount: int,
        mechanism: str,
        money: Asset,
        proceeds: int,
        costs: int,
        recorded: bool,
        event: Event,
    ) -> Sale:
        asset, today = lot.holding.asset, self.office.today
        price = DIGITS.divide(money.decimal(proceeds), asset.decimal(amount))
        close = self.market.price(asset.code, today)
        rate = self.market.rate(money.code, today)
        if close is not None and rate and rate != 1:
            close = DIGITS.divide(close, rate)
        apart = DIGITS.subtract(DIGITS.divide(price, close), _ALL) if close and rate else None
        version = self.office.world.version(event.stream)
        return Sale(
            lot.holding,
            amount,
            today,
            mechanism,
            money,
            proceeds,
            costs,
            price,
            close if rate else None,
            apart,
            recorded,
            f"{event.stream}@{version}#1",
        )

    # what becomes of it

    def allocate(self, lot: Lot, code: str, amount: int | None = None) -> None:
        """By the law's shares; what is the victims' is paid to them at once."""
        holding, today = lot.holding, self.office.today
        done = self.office.do(
            Allocate(
                case=holding.case,
                holding=holding.ref,
                asset=code,
                quantity=None if amount is None else self.office.world.asset(code).text(amount),
                allocated_on=today,
                decision_ref="the law's shares",
            )
        )
        lot.use(today)
        for each in done:
            if isinstance(each, ProceedsAllocated) and each.for_victims:
                pay_victims(self.office, lot, code, each.for_victims)

    def allocate_money(self, lot: Lot) -> None:
        """Money that stood for what was sold before the order is the State's now."""
        account = state_title(lot.holding.case, lot.holding.ref)
        for code, amount in self.office.books.of_account(account):
            if amount and ASSETS[code].klass == "currency":
                self.allocate(lot, code)

    def _keep(self, lot: Lot) -> None:
        """It is kept: in the reserve, where law and limits let it in, else in its case."""
        conduct, asset, today = _begun(lot), lot.holding.asset, self.office.today
        if asset.klass == "crypto" and self._below_floor(lot, conduct):
            if conduct.sale_by in SALES:
                self._sell(lot)
            else:
                self.notes.add(
                    f"{self.office.model.name}: {asset.code} is below reserve.market_value_floor, "
                    "and practice.sale.by does not say how it is sold; it stays in its case"
                )
            return
        self.office.do(
            Dispose(
                case=lot.holding.case,
                holding=lot.holding.ref,
                asset=asset.code,
                quantity=asset.text(lot.left),
                mechanism=HOLD,
                disposed_on=today,
            )
        )
        lot.over = True
        if conduct.takes(asset.klass):
            enters = min(lot.left, self._room(asset, conduct))
            if enters:
                self.allocate(lot, asset.code, enters)

    def _below_floor(self, lot: Lot, conduct: Conduct) -> bool:
        if conduct.floor is None:
            return False
        code = lot.holding.asset.code
        found = self.market.market_value(code, self.office.today, conduct.floor_months)
        if found is None:
            self.notes.add(
                f"{code}: its market value is not known, so reserve.market_value_floor keeps it out"
            )
            return True
        rate = self.market.rate(conduct.law.currency, self.office.today) or _ALL
        return found < DIGITS.multiply(conduct.floor, rate)

    def _room(self, asset: Asset, conduct: Conduct) -> int:
        """Base units of a coin that the law's limit still lets into the reserve."""
        limit = conduct.most("crypto")
        if limit is None or asset.klass != "crypto" or limit >= 1:
            return 10**60
        today = self.office.today
        price = self.market.price(asset.code, today)
        if not price:
            return 0
        coins, other = self.treasury.reserve_value()
        if conduct.base is not None:
            rate = self.market.rate(conduct.law.currency, today) or _ALL
            free = limit * conduct.base * rate - coins
        else:
            free = (limit * (coins + other) - coins) / (1 - limit)
        return max(int(DIGITS.divide(free, price).scaleb(asset.scale)), 0)


def _done(lot: Lot) -> bool:
    """Whether it leaves the queue of tranches: sold, settled, or dealt with in another way."""
    other = lot.conduct is None or lot.conduct.sale_by != "tranche_sale"
    return lot.over or not lot.left or other


def _begun(lot: Lot) -> Conduct:
    if lot.conduct is None:
        raise RuntimeError(f"{lot.name}: nothing was due with it")
    return lot.conduct


def _units(amount: Decimal, money: Asset) -> int:
    return int(amount.scaleb(money.scale))
