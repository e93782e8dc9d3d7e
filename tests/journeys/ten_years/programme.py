"""The programme as its offices run it for ten years, command by command, on a real installation.

Everything that is written goes in as anybody's command does, with the approvals that the law wants.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_DOWN, Decimal
from typing import Any

from tests.journeys.ten_years.administrator import (
    NOTHING,
    HedgeFund,
    VentureFund,
    cents,
    millionths,
    month_begins,
    plain,
    settles,
)
from tests.journeys.ten_years.market import Month
from tests.journeys.ten_years.offices import OUNCES, Offices

PLACED = Decimal(20_000_000)
"""In each hedge fund, at the end of 2015."""
COINS = Decimal(1000)
"""Bitcoin of one case, handed to a fund at the end of 2017."""

CRASH = date(2018, 12, 31)
STOPPED, RESUMED = date(2020, 3, 12), date(2020, 8, 31)
TERMINATED = date(2023, 1, 31)


@dataclass
class Evening:
    """What there was at the end of a month, by everybody's books but ours."""

    end: date
    units: dict[str, Decimal] = field(default_factory=dict)
    navs: dict[str, Decimal] = field(default_factory=dict)
    venture: dict[str, Decimal] = field(default_factory=dict)
    money: Decimal = NOTHING
    receivable: Decimal = NOTHING
    gold: Decimal = NOTHING

    @property
    def total(self) -> Decimal:
        """What the reserve comes to, unrounded. What is in the workout is none of it."""
        funds = sum((self.units[c] * self.navs[c] for c in self.units), NOTHING)
        ventures = sum(self.venture.values(), NOTHING)
        return funds + ventures + self.money + self.receivable + self.gold


class Programme(Offices):
    """What they did from then on, month by month."""

    def __init__(self, connection: Any) -> None:
        super().__init__(connection)
        self.due: list[tuple[date, HedgeFund, Decimal]] = []
        self.evenings: list[Evening] = []
        self.filled: list[tuple[date, Decimal, Decimal]] = []
        """dealing date, units asked for, units filled through the gate"""

    def of(self, strategy: str) -> HedgeFund:
        return next(fund for fund in self.hedge.values() if fund.strategy == strategy)

    # a month

    def live(self, month: Month, first: bool = False) -> None:
        """All that happens until the evening of the month's last day."""
        end = month.end
        self.receive_money(end)
        self.before_the_end(end, first)
        for fund in self.hedge.values():
            self.hedge_month(fund, month, first)
        for fund in self.venture.values():
            self.venture_month(fund, month)
        self.evenings.append(
            Evening(
                end=end,
                units={code: fund.units for code, fund in self.hedge.items()},
                navs={code: fund.nav for code, fund in self.hedge.items()},
                venture={code: fund.carried for code, fund in self.venture.items()},
                money=self.money,
                receivable=sum((amount for _, _, amount in self.due), NOTHING),
                gold=OUNCES * month.gold_price,
            )
        )

    def receive_money(self, end: date) -> None:
        for due, fund, amount in list(self.due):
            if due <= end:
                self.do(
                    "receive_proceeds",
                    manager=fund.code,
                    quantity=plain(amount),
                    received_on=due.isoformat(),
                    statement_ref=f"{fund.code} proceeds {due}",
                )
                self.money += amount
                self.due.remove((due, fund, amount))

    def before_the_end(self, end: date, first: bool) -> None:
        """Notices, payments and news within the month."""
        if first:
            for fund in self.hedge.values():
                self.do(
                    "subscribe",
                    manager=fund.code,
                    quantity=plain(PLACED),
                    paid_on="2015-12-15",
                    dealing_on=end.isoformat(),
                    decision_ref="Placement (illustrative)",
                )
                self.money -= PLACED
        if end == date(2016, 5, 31):
            self.seize()
        if end == date(2018, 11, 30):
            self.ask_back(self.of("balanced"), end, CRASH, "0.6")
        if end == date(2020, 3, 31):
            self.ask_back(self.of("reversal"), date(2020, 3, 2), date(2020, 4, 30), "0.5")
            self.do(
                "pause_dealing",
                manager=self.of("reversal").code,
                since=STOPPED.isoformat(),
                statement_ref="Notice of suspension",
            )
        if end == RESUMED:
            self.do(
                "resume_dealing",
                manager=self.of("reversal").code,
                resumed_on="2020-08-20",
                statement_ref="Notice of resumption",
            )
        self.calls_and_distributions(end)

    def seize(self) -> None:
        self.do(
            "seize",
            "registrar",
            case="KZ-2016-1",
            holding="1",
            asset="BTC",
            quantity=plain(COINS),
            seized_on="2016-05-10",
            authority="AFM",
            custodian="AFM",
        )
        self.do(
            "order_forfeiture",
            "prosecutor",
            case="KZ-2016-1",
            order_ref="F-1",
            order_kind="conviction",
            ordered_on="2017-03-01",
            scope=[{"holding": "1", "asset": "BTC", "quantity": plain(COINS)}],
        )
        self.do(
            "record_finality",
            "registrar",
            case="KZ-2016-1",
            order_ref="F-1",
            final_on="2017-06-01",
        )

    # hedge funds

    def hedge_month(self, fund: HedgeFund, month: Month, first: bool) -> None:
        end = month.end
        if end == date(2023, 11, 30) and fund.strategy == "premium":
            self.let_go(fund)
        if not fund.units and not first:
            return
        fund.open_month()
        if not first:
            fund.move(month)
            if end.month == 12:
                fund.close_year()
        fund.navs[end] = fund.nav
        suspended = fund.strategy == "reversal" and STOPPED <= end < RESUMED
        self.do(
            "state_nav",
            manager=fund.code,
            valuation_on=end.isoformat(),
            stated_on=(end + timedelta(days=12)).isoformat(),
            nav_per_unit=plain(fund.nav),
            final=not suspended,
            statement_ref=f"{fund.code} {end:%Y-%m}",
        )
        if first:
            fund.issue(PLACED / fund.nav, PLACED)
            fund.others = fund.units * 3 / 2
        if fund.strategy == "balanced" and end == date(2017, 12, 31):
            self.hand_over(fund, month)
        if fund.strategy in ("balanced", "reversal") and not suspended:
            self.fill(fund, end)
        if fund.strategy == "premium" and end >= TERMINATED:
            self.wind_down(fund, month)
        self.do(
            "receive_statement",
            manager=fund.code,
            fund=fund.code,
            period_from=month_begins(end).isoformat(),
            period_to=end.isoformat(),
            received_on=(end + timedelta(days=15)).isoformat(),
            currency="USD",
            final=not suspended,
            account=fund.statement(end),
            statement_ref=f"{fund.code} account {end:%Y-%m}",
        )

    def hand_over(self, fund: HedgeFund, month: Month) -> None:
        """A forfeited asset becomes units; the coin never enters the reserve."""
        units = millionths(COINS * month.btc_close / fund.nav)
        self.do(
            "subscribe_in_kind",
            case="KZ-2016-1",
            holding="1",
            asset="BTC",
            quantity=plain(COINS),
            manager=fund.code,
            units=plain(units),
            dealt_on=month.end.isoformat(),
            order_ref="Hand-over 1 (illustrative)",
            travel_rule_ref="ivms101:1",
        )
        fund.issue(units, cents(units * fund.nav))

    def ask_back(self, fund: HedgeFund, on: date, dealing_on: date, share: str) -> None:
        fund.asked = millionths(fund.units * Decimal(share))
        fund.others_asked = millionths(fund.others * Decimal("0.3"))
        self.do(
            "request_redemption",
            manager=fund.code,
            units=plain(fund.asked),
            requested_on=on.isoformat(),
            dealing_on=dealing_on.isoformat(),
            decision_ref="Redemption (illustrative)",
        )
        fund.dealing_on = dealing_on

    def fill(self, fund: HedgeFund, end: date) -> None:
        """Through a gate of a quarter of the fund, pro rata with everybody else."""
        open_units = fund.asked
        if not open_units or end < fund.dealing_on:
            return
        cap = (fund.units + fund.others) / 4
        wanted = open_units + fund.others_asked
        share = min(cap / wanted, Decimal(1))
        ours = open_units if share == 1 else millionths(open_units * share)
        theirs = fund.others_asked if share == 1 else millionths(fund.others_asked * share)
        money = fund.redeem(ours)
        fund.others -= theirs
        fund.asked, fund.others_asked = open_units - ours, fund.others_asked - theirs
        self.do(
            "fill_redemption",
            manager=fund.code,
            request=1,
            units=plain(ours),
            dealt_on=end.isoformat(),
            amount=plain(money),
            statement_ref=f"{fund.code} fill {end}",
        )
        self.due.append((settles(end, 30), fund, money))
        self.filled.append((end, open_units, ours))

    def wind_down(self, fund: HedgeFund, month: Month) -> None:
        """Terminated, paid out in two instalments, the rest in coins and in nothing."""
        end = month.end
        if end == TERMINATED:
            self.do(
                "terminate_fund",
                manager=fund.code,
                terminated_on=end.isoformat(),
                reason="the manager gives the fund up",
                statement_ref="Notice of termination",
            )
            fund.whole = fund.units
        elif end in (date(2023, 3, 31), date(2023, 6, 30)):
            share = Decimal("0.6") if end.month == 3 else Decimal("0.3")
            units = millionths(fund.whole * share)
            money = fund.redeem(units)
            self.do(
                "liquidate",
                manager=fund.code,
                units=plain(units),
                amount=plain(money),
                paid_on=end.isoformat(),
                statement_ref=f"{fund.code} instalment {end}",
            )
            self.money += money
        elif end == date(2023, 9, 30):
            self.in_specie(fund, month)
        elif end == date(2023, 10, 31):
            gone = fund.units
            fund.units, fund.redeemed = NOTHING, gone
            self.do(
                "write_off",
                manager=fund.code,
                written_off_on=end.isoformat(),
                decision_ref="Write-off (illustrative)",
            )
            proceeds = cents(self.coins * month.btc_close)
            self.do(
                "sell_workout",
                manager=fund.code,
                asset="BTC",
                sold_on=end.isoformat(),
                proceeds=plain(proceeds),
                decision_ref="Sale of the workout (illustrative)",
            )
            self.money += proceeds

    def in_specie(self, fund: HedgeFund, month: Month) -> None:
        """Coins that the reserve may not keep: they go to the workout and are sold from there."""
        units = millionths(fund.whole / 20)
        worth = fund.redeem(units)
        coins = (worth / month.btc_close).quantize(Decimal("0.00000001"), ROUND_DOWN)
        self.do(
            "receive_in_specie",
            manager=fund.code,
            asset="BTC",
            quantity=plain(coins),
            worth=plain(worth),
            units=plain(units),
            received_on=month.end.isoformat(),
            sell_by="2023-12-31",
            place="NIC",
            statement_ref=f"{fund.code} in specie",
        )
        self.coins = coins

    def let_go(self, fund: HedgeFund) -> None:
        self.do(
            "release_manager",
            manager=fund.code,
            released_on="2023-11-15",
            decision_ref="Release (illustrative)",
        )

    # venture funds

    def venture_month(self, fund: VentureFund, month: Month) -> None:
        fund.move(month)
        if month.end.month % 3 or not fund.called or month.end >= date(2025, 9, 30):
            return
        self.do(
            "state_nav",
            manager=fund.code,
            valuation_on=month.end.isoformat(),
            stated_on=(month.end + timedelta(days=40)).isoformat(),
            nav=plain(fund.report()),
            statement_ref=f"{fund.code} {month.end:%Y-%m}",
        )

    def calls_and_distributions(self, end: date) -> None:
        if end == date(2016, 1, 31):
            for fund in self.venture.values():
                self.do(
                    "commit_capital",
                    manager=fund.code,
                    quantity=plain(fund.commitment),
                    committed_on="2016-01-15",
                    decision_ref="Commitment (illustrative)",
                )
        for fund in self.venture.values():
            if end in CALLS:
                self.call(fund, end)
            if end in DISTRIBUTIONS:
                self.distribute(fund, end, *DISTRIBUTIONS[end])
            if end == date(2025, 10, 31):
                self.end_of_life(fund)

    def call(self, fund: VentureFund, end: date) -> None:
        amount, ref = cents(fund.commitment * Decimal("0.18")), f"Call {end:%Y-%m}"
        self.do(
            "issue_call",
            manager=fund.code,
            call_ref=ref,
            quantity=plain(amount),
            issued_on=end.replace(day=3).isoformat(),
            due_on=end.replace(day=18).isoformat(),
        )
        self.do(
            "pay_call",
            manager=fund.code,
            quantity=plain(amount),
            paid_on=end.replace(day=18).isoformat(),
            call_ref=ref,
        )
        fund.call(amount)
        self.money -= amount

    def distribute(self, fund: VentureFund, end: date, share: str, character: str) -> None:
        amount = cents(fund.carried * Decimal(share))
        self.do(
            "distribute",
            manager=fund.code,
            quantity=plain(amount),
            received_on=end.replace(day=20).isoformat(),
            character=character,
            statement_ref=f"{fund.code} distribution {end:%Y-%m}",
        )
        fund.distribute(amount)
        self.money += amount

    def end_of_life(self, fund: VentureFund) -> None:
        """The last money comes, what was never called is released, and the interest is retired."""
        self.distribute(fund, date(2025, 10, 31), "1", "gain")
        self.do(
            "end_commitment",
            manager=fund.code,
            ended_on="2025-10-24",
            decision_ref="End of the fund (illustrative)",
        )
        self.do(
            "write_off",
            manager=fund.code,
            written_off_on="2025-10-24",
            decision_ref="End of the fund (illustrative)",
        )
        self.do(
            "release_manager",
            manager=fund.code,
            released_on="2025-10-27",
            decision_ref="End of the fund (illustrative)",
        )
        fund.worth = fund.reported = fund.flows = NOTHING


CALLS = {
    date(2016, 3, 31),
    date(2016, 9, 30),
    date(2017, 6, 30),
    date(2018, 6, 30),
    date(2019, 6, 30),
}
DISTRIBUTIONS = {
    date(2021, 4, 30): ("0.30", "gain"),
    date(2022, 2, 28): ("0.05", "income"),
    date(2024, 4, 30): ("0.25", "return_of_capital"),
    date(2025, 2, 28): ("0.30", "gain"),
}
