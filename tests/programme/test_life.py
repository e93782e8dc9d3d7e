"""A manager's life, lived at random: nothing is lost, whatever happens in which order."""

# ruff: noqa: E501  a sentence in a table is as long as it is

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from qazyna.errors import Refused
from qazyna.ledger.entry import Account
from qazyna.money import EUR, USD, hedge_fund_units
from qazyna.plan import EVENTS, decide
from qazyna.programme.manager import AdmitManager, Flow, Nav
from qazyna.programme.nav import StateNav, bought
from qazyna.programme.quoting import interest_prices
from qazyna.programme.redemption import FillRedemption, ReceiveProceeds, RequestRedemption
from qazyna.programme.subscription import Subscribe
from qazyna.programme.venture import CommitCapital, Distribute, PayCall
from qazyna.reports.valuing import exact
from qazyna.reserve.funding import Appropriate
from tests.support import do, world

START = date(2025, 1, 31)
UNITS = hedge_fund_units("HF-1")

AMOUNTS = st.decimals("0.01", "30000", places=2).map(str)
PER_UNIT = st.decimals("0.000001", "250000", places=6).map(str)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("subscribe"), AMOUNTS),
        st.tuples(st.just("nav"), PER_UNIT),
        st.tuples(st.just("estimate"), PER_UNIT),
        st.tuples(st.just("request"), st.decimals("0.000001", "50", places=6).map(str)),
        st.tuples(st.just("fill"), st.integers(1, 3)),
        st.tuples(st.just("receive"), AMOUNTS),
    ),
    max_size=14,
)


def command(step, on, day_before):
    """The step as a command of that day; every day is a dealing date."""
    what, given_ = step
    if what == "subscribe":
        return Subscribe(
            manager="HF-1", quantity=given_, paid_on=on, dealing_on=on, decision_ref="D"
        )
    if what in ("nav", "estimate"):
        return StateNav(
            manager="HF-1",
            valuation_on=on,
            stated_on=on,
            nav_per_unit=given_,
            final=what == "nav",
            statement_ref="S",
        )
    if what == "request":
        return RequestRedemption(
            manager="HF-1", units=given_, requested_on=on, dealing_on=on, decision_ref="D"
        )
    if what == "fill":
        return FillRedemption(
            manager="HF-1", request=given_, dealt_on=day_before, statement_ref="S"
        )
    return ReceiveProceeds(manager="HF-1", quantity=given_, received_on=on, statement_ref="S")


@settings(max_examples=120, deadline=None)
@given(STEPS)
def test_no_cent_and_no_unit_is_lost(steps):
    there = world()
    happened = do(
        there,
        Appropriate(
            items=({"asset": "USD", "quantity": "50000"},),
            appropriated_on="2025-01-02",
            act_ref="A",
        ),
        AdmitManager(
            manager="HF-1",
            manager_kind="hedge_fund",
            name="One",
            currency="USD",
            admitted_on="2025-01-03",
            terms={"holdback": "0.1"},
            decision_ref="D",
        ),
    )
    on = last_nav = START
    for step in steps:
        on += timedelta(days=1)
        try:
            follows = decide(there, command(step, on, last_nav))
        except Refused:
            continue
        happened += follows
        if step[0] == "nav":
            last_nav = on
        holds(there, happened)
    replayed = world()
    for event in happened:
        replayed.absorb(EVENTS[event.kind].model_validate_json(event.model_dump_json()))
    assert there.states == replayed.states
    assert sorted(there.balances) == sorted(replayed.balances)


def holds(there, happened):
    """What must be true after every step."""

    def of(klass, asset, detail="HF-1"):
        return there.balances.of(Account("reserve", klass, detail), asset)

    manager = there.states["manager/HF-1"]
    fills = [fill for e in happened if e.kind == "nav_stated" for fill in e.fills]
    redeemed = [e for e in happened if e.kind == "redemption_filled"]
    spent = sum(fill[1] for fill in fills)
    money = 50_000_00 - spent + sum(e.amount for e in redeemed)
    units = sum(fill[2] for fill in fills) - sum(e.units for e in redeemed)

    assert money == of("reserve", "USD", "")
    assert money == of("bank", "USD", "National Bank") + of("pending", "USD") + of(
        "receivable", "USD"
    )
    assert units == of("reserve", "HF-1", "") == of("fund", "HF-1")
    assert units == sum(each.units for each in manager.dealt)
    assert sum(each.amount for each in manager.waiting.values()) == of("pending", "USD")
    assert sum(each.open for each in manager.requests.values()) <= units
    assert 0 <= manager.withheld <= of("receivable", "USD")


@settings(max_examples=300)
@given(st.integers(1, 10**12), PER_UNIT.map(Decimal))
def test_a_purchase_costs_what_its_units_are_worth_to_the_cent(amount, per_unit):
    units, cost = bought(amount, USD, per_unit, UNITS)
    worth = Decimal(units) / 10**6 * per_unit * 100

    assert cost <= amount
    assert 0 <= cost - worth < 1
    assert worth + per_unit / 10**4 > amount - Decimal("1e-9")  # not one unit more was to be had


FLOWS = st.lists(
    st.tuples(st.sampled_from(("call", "distribute", "nav")), st.decimals("1", "900", places=2)),
    max_size=12,
)


def venture_command(what, amount, on):
    if what == "call":
        return PayCall(manager="VF-1", quantity=amount, paid_on=on, call_ref="C")
    if what == "nav":
        return StateNav(
            manager="VF-1", valuation_on=on, stated_on=on, nav=amount, statement_ref="S"
        )
    return Distribute(
        manager="VF-1",
        quantity=amount,
        received_on=on,
        character="recallable",
        statement_ref="S",
    )


@settings(max_examples=80, deadline=None)
@given(FLOWS)
def test_capital_promised_is_called_or_still_unfunded(steps):
    there = world()
    do(
        there,
        Appropriate(
            items=({"asset": "EUR", "quantity": "50000"},),
            appropriated_on="2025-01-02",
            act_ref="A",
        ),
        AdmitManager(
            manager="VF-1",
            manager_kind="venture_fund",
            name="One",
            currency="EUR",
            admitted_on="2025-01-03",
            decision_ref="D",
        ),
        CommitCapital(manager="VF-1", quantity="3000", committed_on="2025-01-04", decision_ref="D"),
    )
    on = START
    for what, amount in steps:
        on += timedelta(days=1)
        asked = venture_command(what, str(amount), on)
        try:
            follows = decide(there, asked)
        except Refused:
            continue
        manager = there.states["manager/VF-1"]
        interest = there.balances.of(Account("reserve", "fund", "VF-1"), "VF-1")
        unfunded = there.balances.of(Account("reserve", "commitment", "VF-1"), "VF-1:undrawn")
        assert manager.called == interest
        assert manager.committed - manager.called + manager.recallable == unfunded
        assert unfunded == manager.unfunded_on(on)
        assert 0 <= manager.called - manager.recallable <= manager.committed
        if what == "nav":
            ((_, _, day, price, _, why),) = follows[0].quotes()
            assert (on, "") == (day, why)
            assert amount == exact(EUR, interest, price)  # the NAV itself, to the cent


def flow(on, amount):
    return Flow(on=date.fromisoformat(on), amount=amount)


def nav(on, per_unit, final=True):
    return Nav(
        on=date.fromisoformat(on), per_unit=Decimal(per_unit), final=final, statement_ref="R"
    )


def test_an_interest_stands_at_cost_then_at_its_nav_and_moves_on_with_the_flows():
    prices = interest_prices(
        "VF-1",
        [nav("2025-06-30", "1.5"), nav("2025-12-31", "1.2", final=False)],
        [
            flow("2025-02-01", 100),
            flow("2025-03-01", 100),
            flow("2025-08-01", 100),
            flow("2025-09-01", -80),
        ],
        since=date(2025, 3, 1),
    )

    assert [
        ("2025-03-01", "1", "VF-1: at cost, for no NAV was stated yet"),
        ("2025-06-30", "1.5", ""),
        # 200 at 1.5 and 100 more, over 300; then 80 less
        ("2025-08-01", "1.3333", "VF-1: the NAV of 2025-06-30, moved on by calls and distributions since"),
        ("2025-09-01", "1.0666", "VF-1: the NAV of 2025-06-30, moved on by calls and distributions since"),
        ("2025-12-31", "1.2", "VF-1: an estimated NAV, not the final one"),
    ] == [(str(day), str(price)[:6], why) for day, price, _, why in prices]  # fmt: skip


def test_an_interest_that_gave_back_more_than_it_was_worth_has_no_price_until_its_next_nav():
    prices = interest_prices(
        "VF-1", [], [flow("2025-02-01", 100), flow("2025-03-01", -100)], date(2025, 1, 1)
    )

    assert ["2025-02-01"] == [str(day) for day, *_ in prices]
