"""A fund's life in any order of events, from admission to the closed book: no unit and no cent is
lost or made, and what the manager's state says is what the books hold."""

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from qazyna.errors import Refused
from qazyna.ledger.entry import Account
from qazyna.plan import COMMANDS, EVENTS, decide
from qazyna.programme.manager import AdmitManager
from qazyna.reserve.funding import Appropriate
from qazyna.shell import rooms
from tests.ledger.test_conservation import came_and_went, overdrawn, sides
from tests.support import do, world

assert rooms.ROOMS  # all commands are known
HEDGE = {
    "dealing_day": "any",
    "notice_days": 0,
    "lock_months": 1,
    "soft_lock_months": 3,
    "early_fee": "0.02",
    "holdback": "0.1",
    "settlement_days": 5,
    "audit_days": 30,
    "side_pocket": "0.5",
}
VENTURE = {
    "venture": {"default_rate": "0.1", "cure_days": 3, "recycling": "0.5", "call_notice_days": 2}
}
MONEY = st.decimals("0.01", "3000", places=2).map(str)
UNITS = st.decimals("0.000001", "30", places=6).map(str)
NAV = st.decimals("0.5", "500", places=4).map(str)
PAPER = {"statement_ref": "S"}


class Life(RuleBasedStateMachine):
    """Commands as they come; what is refused must leave everything as it was."""

    code = ""

    def begin(self, kind: str, terms: dict[str, Any]) -> None:
        self.there = world()
        self.on = date(2024, 1, 31)
        money = {"asset": "USD", "quantity": "10000"}
        self.happened = do(
            self.there,
            Appropriate(items=(money,), appropriated_on="2024-01-02", act_ref="A"),
            AdmitManager(
                manager=self.code,
                manager_kind=kind,
                name="One",
                currency="USD",
                admitted_on="2024-01-03",
                terms=terms,
                decision_ref="D",
            ),
        )

    def act(self, kind: str, **fields: Any) -> None:
        asked = COMMANDS[kind].model_validate({"manager": self.code, **fields})
        before = sorted(self.there.balances)
        states = {name: each.model_dump() for name, each in self.there.states.items()}
        try:
            self.happened += decide(self.there, asked)
        except Refused:
            assert before == sorted(self.there.balances)
            assert states == {n: each.model_dump() for n, each in self.there.states.items()}

    def replayed(self) -> Any:
        again = world()
        for event in self.happened:
            again.absorb(EVENTS[event.kind].model_validate_json(event.model_dump_json()))
        return again

    def of(self, klass: str, asset: str, detail: str | None = None) -> int:
        name = self.code if detail is None else detail
        return self.there.balances.of(Account("reserve", klass, name), asset)

    @property
    def manager(self) -> Any:
        return self.there.states[f"manager/{self.code}"]

    @rule(days=st.integers(1, 40))
    def time_passes(self, days):
        self.on += timedelta(days=days)

    @rule(money=MONEY)
    def money_comes(self, money):
        self.act("receive_proceeds", quantity=money, received_on=self.on, **PAPER)

    @rule()
    def all_that_is_due_comes(self):
        owed = self.of("receivable", "USD")
        if owed:
            text = self.there.asset("USD").text(owed)
            self.act("receive_proceeds", quantity=text, received_on=self.on, **PAPER)

    @rule(money=MONEY)
    def a_rebate(self, money):
        self.act("record_rebate", quantity=money, received_on=self.on, **PAPER)

    @rule(part=st.booleans(), costs=st.sampled_from(("0", "0.01")))
    def the_workout_is_sold(self, part, costs):
        self.act(
            "sell_workout",
            asset="ETH",
            quantity="0.5" if part else None,
            sold_on=self.on,
            proceeds="100.01",
            costs=costs,
            decision_ref="D",
        )

    @rule(units=UNITS, seldom=st.integers(0, 9))
    def a_write_off(self, units, seldom):
        self.act(
            "write_off",
            units=units if seldom else None,
            written_off_on=self.on,
            decision_ref="D",
        )

    @rule()
    def the_book_is_closed(self):
        self.act("release_manager", released_on=self.on, decision_ref="D")

    @rule(version=st.integers(2, 12))
    def a_mistake_is_reversed(self, version):
        """An event as a whole: all its entries, or none."""
        stream = f"manager/{self.code}"
        ours = [event for event in self.happened if event.stream == stream]
        entries = ours[version - 1].entries() if version <= len(ours) else ()
        done = []
        try:
            for number in range(len(entries), 0, -1):
                asked = {"stream": stream, "version": version, "number": number, "reason": "M",
                         "reversed_on": self.on}  # fmt: skip
                done += decide(self.there, COMMANDS["reverse_entry"].model_validate(asked))
        except Refused:  # what was begun is let go of
            self.there = self.replayed()
        else:
            self.happened += done

    @invariant()
    def nothing_is_lost_or_made(self):
        if not hasattr(self, "there"):
            return
        located, owned = sides(self.there)
        assert located == owned
        net = +came_and_went(self.happened)
        assert net == +sum((Counter({k[1]: v}) for k, v in located.items()), Counter())
        assert [] == overdrawn(self.happened)

    @invariant()
    def the_receivable_is_what_is_due(self):
        if not hasattr(self, "there"):
            return
        assert self.of("receivable", "USD") == sum(due.amount for due in self.manager.dues)
        assert all(due.amount > 0 for due in self.manager.dues)
        held_back = sum(d.amount for d in self.manager.dues if d.what == "holdback")
        assert held_back == self.manager.withheld

    @invariant()
    def the_workout_is_what_is_to_be_sold(self):
        if not hasattr(self, "there"):
            return
        pot = Account(f"workout/{self.code}", "custody", "State Custodian")
        assert self.there.balances.of(pot, "ETH") == sum(w.left for w in self.manager.workouts)

    def teardown(self):
        """A replay of what was stored finds the same books and the same states."""
        if not hasattr(self, "there"):
            return
        again = self.replayed()
        assert sorted(self.there.balances) == sorted(again.balances)
        assert self.there.states == again.states


class HedgeLife(Life):
    code = "HF-1"

    @initialize(locked=st.booleans(), asked=UNITS)
    def admitted(self, locked, asked):
        self.begin("hedge_fund", HEDGE if locked else {**HEDGE, "lock_months": 0})
        self.act("subscribe", quantity="5000", paid_on=self.on, dealing_on=self.on,
                 decision_ref="D")  # fmt: skip
        self.act("state_nav", valuation_on=self.on, stated_on=self.on, nav_per_unit="100", **PAPER)
        if locked:
            self.on += timedelta(days=31)
        self.act("request_redemption", units=asked, requested_on=self.on, dealing_on=self.on,
                 decision_ref="D")  # fmt: skip

    @rule(money=MONEY, ahead=st.integers(0, 40))
    def a_subscription(self, money, ahead):
        later = self.on + timedelta(days=ahead)
        self.act("subscribe", quantity=money, paid_on=self.on, dealing_on=later, decision_ref="D")

    @rule(nav=NAV, final=st.booleans())
    def a_nav(self, nav, final):
        self.act(
            "state_nav",
            valuation_on=self.on,
            stated_on=self.on,
            nav_per_unit=nav,
            final=final,
            **PAPER,
        )

    @rule(nav=NAV, which=st.integers(0, 3), confirmed=st.sampled_from((None, "C")))
    def a_restated_nav(self, nav, which, confirmed):
        days = sorted({each.on for each in self.manager.navs if each.final})
        if days:
            self.act(
                "state_nav",
                valuation_on=days[which % len(days)],
                stated_on=self.on,
                nav_per_unit=nav,
                confirmed_ref=confirmed,
                **PAPER,
            )

    @rule(money=st.booleans())
    def the_administrator_puts_right(self, money):
        for wrong in self.manager.to_put_right()[:1]:
            dealing, number, *_ = wrong.of.split("/")
            self.act(
                "correct_dealing",
                dealing=dealing,
                number=number,
                dealt_on=wrong.on,
                corrected_on=self.on,
                settled="money" if money else "units",
                **PAPER,
            )

    @rule(units=UNITS, whole=st.booleans(), ahead=st.integers(0, 20))
    def a_request(self, units, whole, ahead):
        self.act(
            "request_redemption",
            units=None if whole else units,
            requested_on=self.on,
            dealing_on=self.on + timedelta(days=ahead),
            decision_ref="D",
        )

    @rule(number=st.integers(1, 3), units=UNITS, whole=st.booleans(), nav=NAV)
    def a_fill(self, number, units, whole, nav):
        self.a_nav(nav, True)
        self.act(
            "fill_redemption",
            request=number,
            units=None if whole else units,
            dealt_on=self.on,
            **PAPER,
        )

    @rule(share=st.integers(1, 9), nav=NAV)
    def a_compelled_redemption(self, share, nav):
        self.a_nav(nav, True)
        units = self.of("fund", self.code) * share // 10
        text = self.there.asset(self.code).text(units)
        self.act("compel_redemption", units=text, dealt_on=self.on, **PAPER)

    @rule(scope=st.sampled_from(("all", "subscriptions", "redemptions")))
    def a_pause(self, scope):
        self.act("pause_dealing", scope=scope, since=self.on, **PAPER)

    @rule()
    def it_deals_again(self):
        self.act("resume_dealing", resumed_on=self.on, **PAPER)

    @rule(units=UNITS, name=st.sampled_from(("A", "B")), nav=NAV)
    def a_pocket(self, units, name, nav):
        self.act("open_side_pocket", pocket=name, opened_on=self.on, units=units,
                 pocket_units=units, nav_per_unit=nav, **PAPER)  # fmt: skip

    @rule(name=st.sampled_from(("A", "B")), money=MONEY, part=st.booleans())
    def a_pocket_is_realised(self, name, money, part):
        self.act("realise_side_pocket", pocket=name, realised_on=self.on, amount=money,
                 units="0.5" if part else None, **PAPER)  # fmt: skip

    @rule(name=st.sampled_from(("A", "B")))
    def a_pocket_is_written_off(self, name):
        self.act("write_off", pocket=name, written_off_on=self.on, decision_ref="D")

    @rule(
        units=UNITS,
        reason=st.sampled_from(
            ("equalisation_credit", "depreciation_deposit", "roll_up_more", "roll_up_fewer")
        ),
    )
    def an_adjustment(self, units, reason):
        self.act("adjust_units", reason=reason, units=units, adjusted_on=self.on, **PAPER)

    @rule(seldom=st.integers(0, 9))
    def the_end(self, seldom):
        if seldom:
            return
        self.act("terminate_fund", terminated_on=self.on, reason="R", **PAPER)

    @rule(units=UNITS, whole=st.booleans(), money=MONEY)
    def an_instalment(self, units, whole, money):
        units = None if whole else units
        self.act("liquidate", units=units, amount=money, paid_on=self.on, **PAPER)

    @rule(units=UNITS)
    def something_in_specie(self, units):
        self.act("receive_in_specie", asset="ETH", quantity="1.5", worth="120", units=units,
                 received_on=self.on, sell_by=self.on, **PAPER)  # fmt: skip

    @invariant()
    def units_are_what_was_dealt(self):
        if not hasattr(self, "there"):
            return
        held = self.of("fund", self.code)
        assert held == sum(lot.units for lot in self.manager.lots)
        assert held == sum(each.units for each in self.manager.dealt)
        assert self.manager.asked_back <= held
        pending = sum(each.amount for each in self.manager.waiting.values())
        assert pending == self.of("pending", "USD")
        pockets = {code for code in ("HF-1:A", "HF-1:B") if self.of("fund", code)}
        assert pockets == set(self.manager.pockets)


class VentureLife(Life):
    code = "VF-1"

    @initialize(recycling=st.booleans())
    def admitted(self, recycling):
        self.begin("venture_fund", VENTURE if recycling else {})
        self.act("commit_capital", quantity="6000", committed_on=self.on, decision_ref="D")

    @rule(money=MONEY)
    def a_commitment(self, money):
        self.act("commit_capital", quantity=money, committed_on=self.on, decision_ref="D")

    @rule(money=MONEY, ref=st.sampled_from("ABC"), days=st.integers(0, 10))
    def a_call(self, money, ref, days):
        self.act("issue_call", call_ref=ref, quantity=money, issued_on=self.on,
                 due_on=self.on + timedelta(days=days))  # fmt: skip

    @rule(money=MONEY, ref=st.sampled_from("ABCX"))
    def part_of_a_call_is_paid(self, money, ref):
        self.act("pay_call", call_ref=ref, quantity=money, paid_on=self.on)

    @rule(ref=st.sampled_from("ABC"))
    def a_call_is_paid(self, ref):
        call = self.manager.calls.get(ref)
        if call and call.open:
            text = self.there.asset("USD").text(call.open)
            self.act("pay_call", call_ref=ref, quantity=text, paid_on=self.on)

    @rule(
        ref=st.sampled_from("ABC"), lost=st.sampled_from((None, "0.5", "200")), ends=st.booleans()
    )
    def a_default(self, ref, lost, ends):
        self.act("default_call", call_ref=ref, defaulted_on=self.on, forfeited=lost,
                 ends_commitment=ends, **PAPER)  # fmt: skip

    @rule(
        money=MONEY,
        character=st.sampled_from(("income", "gain", "return_of_capital", "recallable")),
    )
    def a_distribution(self, money, character):
        self.act("distribute", quantity=money, received_on=self.on, character=character, **PAPER)

    @rule()
    def a_distribution_in_specie(self):
        self.act("receive_in_specie", asset="ETH", quantity="1.5", worth="120",
                 received_on=self.on, sell_by=self.on, **PAPER)  # fmt: skip

    @rule(nav=MONEY)
    def a_nav(self, nav):
        self.act("state_nav", valuation_on=self.on, stated_on=self.on, nav=nav, **PAPER)

    @rule(part=st.booleans())
    def the_promise_ends(self, part):
        self.act("end_commitment", quantity="1" if part else None, ended_on=self.on,
                 decision_ref="D")  # fmt: skip

    @invariant()
    def the_promise_is_called_released_or_unfunded(self):
        if not hasattr(self, "there"):
            return
        manager = self.manager
        unfunded = self.of("commitment", "VF-1:undrawn")
        assert unfunded == (
            manager.committed + manager.recallable - manager.called - manager.released
        )
        assert manager.interest == self.of("fund", "VF-1")
        assert 0 <= manager.called - manager.recallable <= manager.committed
        assert sum(call.open for call in manager.calls.values()) <= unfunded
        assert manager.called == sum(f.amount for f in manager.flows if f.amount > 0)

    @invariant()
    def the_price_is_the_nav_over_what_is_held(self):
        last = self.happened[-1] if getattr(self, "happened", None) else None
        if last and last.kind == "nav_stated" and last.nav:
            price = last.quotes()[-1][3]
            assert abs(price * self.manager.interest - Decimal(last.nav)) < Decimal("1e-20")


SETTINGS = settings(
    max_examples=60,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
)
TestHedgeLife = HedgeLife.TestCase
TestHedgeLife.settings = SETTINGS
TestVentureLife = VentureLife.TestCase
TestVentureLife.settings = SETTINGS
