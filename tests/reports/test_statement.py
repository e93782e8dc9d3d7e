"""The statement: the shape that machines read, and the figures that people rely on."""

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, localcontext
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qazyna.disposition.allocation import Allocate
from qazyna.disposition.sale import Dispose
from qazyna.errors import Refused
from qazyna.forfeiture.awards import MakeAward
from qazyna.forfeiture.orders import OrderForfeiture, RecordFinality
from qazyna.ledger.entry import Account
from qazyna.money import BTC, EUR, KZT, USD
from qazyna.plan import decide
from qazyna.programme.manager import AdmitManager
from qazyna.programme.nav import StateNav
from qazyna.programme.redemption import FillRedemption, RequestRedemption
from qazyna.programme.subscription import Subscribe
from qazyna.programme.venture import CommitCapital, Distribute, PayCall
from qazyna.reports.facts import Assumed, Enforcement, Facts, Holding
from qazyna.reports.statement import reserve_statement
from qazyna.reports.text import as_text
from qazyna.reports.valuing import exact, plain
from qazyna.reserve.dealing import ExchangeCurrency
from qazyna.reserve.earnings import RecordAssay, RecordCharge, RecordIncome
from qazyna.reserve.funding import Appropriate, Withdraw
from qazyna.reserve.prices import PriceBook, Row, valuer
from qazyna.seizure.custody import RecordLoss
from qazyna.seizure.taking import Seize
from tests.support import do, law_of, world
from tests.support_statement import facts_of

GOLDEN = Path(__file__).parents[1] / "golden" / "reserve_statement.txt"
JUNE = date(2026, 6, 30)


def row(asset, currency, on, price, estimated=""):
    return Row(asset, currency, date.fromisoformat(on), Decimal(price), "source", estimated)


PRICES = PriceBook(
    [
        row("EUR", "USD", "2025-12-01", "1.10"),
        row("EUR", "USD", "2025-12-31", "1.15"),
        row("EUR", "USD", "2026-06-30", "1.20"),
        row("XAU", "USD", "2025-11-30", "4000", "a monthly average"),
        row("XAU", "USD", "2025-12-31", "4100", "a monthly average"),
        row("XAU", "USD", "2026-06-30", "4200", "a monthly average"),
        row("BTC", "USD", "2025-11-20", "90000"),
        row("BTC", "USD", "2025-12-17", "86793"),
    ]
)


def admitted(code, kind, currency="USD"):
    return AdmitManager(
        manager=code,
        manager_kind=kind,
        name=f"{code} (illustrative)",
        currency=currency,
        admitted_on="2025-12-02",
        terms={"holdback": "0.05"} if kind == "hedge_fund" else {},
        decision_ref=f"D-{code}",
    )


STORY = (
    Appropriate(
        items=(
            {"asset": "USD", "quantity": "2000000"},
            {"asset": "EUR", "quantity": "300000"},
            {"asset": "XAU", "quantity": "500"},
        ),
        appropriated_on="2025-12-01",
        act_ref="Act 1",
    ),
    Seize(
        case="C-1", holding="1", asset="BTC", quantity="3", seized_on="2025-11-20",
        authority="AFM", custodian="AFM",
    ),
    OrderForfeiture(
        case="C-1", order_ref="F-1", order_kind="conviction", ordered_on="2025-12-01",
        scope=({"holding": "1", "asset": "BTC", "quantity": "2"},),
    ),
    RecordFinality(case="C-1", order_ref="F-1", final_on="2026-01-05"),
    MakeAward(
        case="C-1", award_ref="A-1", awarded_on="2026-01-06",
        items=({"holding": "1", "asset": "BTC", "quantity": "0.25",
                "parties": ({"party": "V-1"},)},),
    ),
    Dispose(
        case="C-1", holding="1", asset="BTC", quantity="1.5", mechanism="auction",
        disposed_on="2026-01-15", proceeds="130000.50", proceeds_currency="USD", costs="500.50",
        sale_ref="Auction 1",
    ),
    Allocate(
        case="C-1", holding="1", asset="USD", allocated_on="2026-01-20", decision_ref="D-9"
    ),
    RecordLoss(
        case="C-1", holding="1", asset="BTC", quantity="0.1", discovered_on="2026-02-01",
        obligor="AFM", incident_ref="I-1",
    ),
    admitted("HF-1", "hedge_fund"),
    admitted("HF-2", "hedge_fund", "EUR"),
    admitted("VF-1", "venture_fund"),
    Subscribe(
        manager="HF-1", quantity="500000", paid_on="2026-01-10", dealing_on="2026-01-31",
        decision_ref="D-3",
    ),
    Subscribe(
        manager="HF-2", quantity="100000", paid_on="2026-06-20", dealing_on="2026-07-31",
        decision_ref="D-4",
    ),
    StateNav(
        manager="HF-1", valuation_on="2026-01-31", stated_on="2026-02-15", nav_per_unit="1000",
        statement_ref="N-1",
    ),
    RequestRedemption(
        manager="HF-1", units="100", requested_on="2026-03-01", dealing_on="2026-05-31",
        decision_ref="D-5",
    ),
    StateNav(
        manager="HF-1", valuation_on="2026-05-31", stated_on="2026-06-12", nav_per_unit="1080.25",
        statement_ref="N-2",
    ),
    FillRedemption(
        manager="HF-1", request=1, units="60", dealt_on="2026-05-31", statement_ref="N-3"
    ),
    CommitCapital(
        manager="VF-1", quantity="300000", committed_on="2026-01-12", decision_ref="D-6"
    ),
    PayCall(manager="VF-1", quantity="90000", paid_on="2026-02-10", call_ref="Call 1"),
    StateNav(
        manager="VF-1", valuation_on="2026-03-31", stated_on="2026-05-10", nav="100000",
        statement_ref="N-4",
    ),
    Distribute(
        manager="VF-1", quantity="4000", received_on="2026-06-10", character="income",
        statement_ref="N-5",
    ),
    ExchangeCurrency(
        given="EUR", given_quantity="50000", taken="USD", taken_quantity="58000",
        traded_on="2026-04-01", counterparty="National Bank", statement_ref="S-1",
    ),
    RecordIncome(asset="USD", quantity="1250.75", received_on="2026-03-31", statement_ref="S-2"),
    RecordCharge(asset="USD", quantity="80", charged_on="2026-03-31", statement_ref="S-2"),
    RecordAssay(found="499.5", assayed_on="2026-04-10", statement_ref="S-3"),
    Withdraw(asset="USD", quantity="25000", withdrawn_on="2026-05-05", decision_ref="D-7"),
)  # fmt: skip


@pytest.fixture(scope="module")
def told():
    there = world(valuer=valuer(PRICES, law_of()))
    return there, do(there, *STORY)


def facts(told, as_of=JUNE, **more):
    there, happened = told
    return facts_of(
        there,
        happened,
        as_of,
        PRICES,
        **{
            "sold": ((BTC, 1_50000000),),
            "assumed": (Assumed("C-1", "1", ("seized_on", "final_on")),),
            **more,
        },
    )


@pytest.fixture(scope="module")
def said(told):
    return reserve_statement(facts(told))


def test_the_text_of_a_whole_story(said):
    """To accept a change: read the new text, then write it to the golden file."""
    assert GOLDEN.read_text(encoding="utf-8") == as_text(said)


def test_the_shape_is_the_promised_one(said):
    found = json.loads(json.dumps(said.as_json()))

    assert {
        "as_of", "known_at", "jurisdiction", "currency", "total", "classes", "custody", "proceeds",
        "flows", "obligations", "receivables", "shortfalls", "budget", "enforcement", "limits",
        "estimates",
    } <= set(found)  # fmt: skip
    assert {"class", "value", "share", "holdings"} == set(found["classes"][0])
    assert {"asset", "location", "quantity", "price", "price_date", "value", "entries"} <= set(
        found["classes"][0]["holdings"][0]
    )
    assert {"case", "holding", "asset", "quantity", "title", "control", "value"} <= set(
        found["custody"][0]
    )
    assert [{"currency": "USD", "amount": "130000.5", "title": "state"}] == found["proceeds"]
    assert [{"asset": "BTC", "quantity": "1.5"}] == found["sold"]
    assert {"inflow", "withdrawal", "income", "cost", "return", "currency_effect"} <= set(
        found["flows"]
    )
    assert {
        "venues_shut", "venues_volume_usd", "seized_value", "forfeited_value", "to_reserve_value"
    } == set(found["enforcement"])  # fmt: skip
    assert {"limit", "actual", "bound", "status"} <= set(found["limits"][0])
    assert "2026-06-30" == found["as_of"]
    assert found["known_at"] is None


def test_no_figure_is_a_number_but_counts(said):
    def walk(at, value):
        if isinstance(value, dict):
            for key, below in value.items():
                walk(key, below)
        elif isinstance(value, list):
            for below in value:
                walk(at, below)
        elif at in ("entries", "venues_shut"):
            assert isinstance(value, int)
        else:
            assert value is None or isinstance(value, str), at
            assert not value or "E" not in value[1:3], value

    walk("", said.as_json())


def test_custody_tells_title_and_control_apart(said):
    assert [
        ("beneficiaries", "V-1", "custody", "0.25"),
        ("claimants", None, "custody", "0.75"),
        ("state", None, "custody", "0.4"),
        ("state", None, "shortfall", "0.1"),
    ] == sorted(
        (each["title"], each["party"], each["control"], each["quantity"])
        for each in said.as_json()["custody"]
        if each["asset"] == "BTC"
    )


def test_what_is_lost_is_worth_nothing_and_still_owed(said):
    (lost,) = said.as_json()["shortfalls"]

    assert ("AFM", "BTC", "0.1", "0") == (
        lost["from"], lost["currency"], lost["amount"], lost["value"]
    )  # fmt: skip


def test_promises_and_awards_are_obligations_and_outside_the_total(said):
    found = said.as_json()

    assert [("unfunded", "VF-1", "USD", "210000"), ("award", "V-1", "BTC", "0.25")] == [
        (each["kind"], each["to"], each["currency"], each["amount"])
        for each in found["obligations"]
    ]
    assert "commitment" not in json.dumps(found["classes"])


def test_a_class_comes_from_asset_and_place(said):
    found = {each.klass: [line.account.path for line in each.holdings] for each in said.classes}

    assert {
        "gold": ["reserve/vault/National Bank"],
        "foreign_currency": ["reserve/bank/National Bank"],
        "domestic_currency": ["reserve/bank/National Bank"],
        "hedge_funds": ["reserve/fund/HF-1"],
        "venture_funds": ["reserve/fund/VF-1"],
        "in_transit": ["reserve/pending/HF-2"],
        "receivables": ["reserve/receivable/HF-1"],
    } == found


def test_every_estimate_says_why(said):
    why = {each.what: each.why for each in said.estimates}

    assert "a monthly average" == why["XAU in USD on 2026-06-30"]
    assert why["BTC in USD on 2026-06-30"].startswith("stale: the last BTC/USD is of 2025-12-17")
    assert "moved on" in why["VF-1 in USD on 2026-06-30"]
    assert "assumed in the register: seized_on, final_on" == why["C-1/1"]
    assert not [clause for clause, _ in said.assumptions if clause.startswith("practice.")]
    assert [note for clause, note in said.assumptions if clause == "valuation.par.USDT"]
    # What the lab plays is no ground of a statement.
    assert not [clause for clause, _ in said.assumptions if clause.startswith("practice.")]


def test_what_was_known_then_says_when(told):
    known = reserve_statement(facts(told, known_at=datetime(2026, 7, 1, 12, tzinfo=UTC)))

    assert "2026-07-01T12:00:00+00:00" == known.as_json()["known_at"]
    assert "as known on 2026-07-01T12:00:00+00:00" in as_text(known)


def change_is_explained(flows, total):
    with localcontext() as context:
        context.prec = 100
        explained = (
            flows.inflow
            - flows.withdrawal
            + flows.income
            - flows.cost
            + flows.returned
            + flows.currency_effect
        )
        assert flows.change == explained
        assert total == flows.opening + flows.change


def test_flows_explain_the_change_exactly(said):
    flows = said.flows

    change_is_explained(flows, said.total)
    # 300,000 EUR from 1.15; 50,000 sold at 1.16, the rest now at 1.20
    assert Decimal("13000.00") == flows.currency_effect
    assert Decimal("5250.75") == flows.income
    assert Decimal("25000.00") == flows.withdrawal
    # the allocated share of 129,500 USD
    assert Decimal("77700.00") == flows.inflow
    # 80 USD, and half an ounce at the price last known that day
    assert Decimal("2130.00") == flows.cost


def test_nothing_at_all_is_a_statement_too():
    there = world()

    empty = reserve_statement(facts_of(there, [], JUNE))

    assert ("0", [], []) == tuple(empty.as_json()[key] for key in ("total", "classes", "estimates"))
    assert {"0"} == {
        empty.as_json()["flows"][key]
        for key in ("inflow", "withdrawal", "income", "cost", "return", "currency_effect")
    }
    assert "Total  0.00" in as_text(empty)


def test_what_has_no_price_is_unvalued_and_never_nothing():
    there = world("kazakhstan")
    happened = do(
        there,
        Appropriate(
            items=(
                {"asset": "USD", "quantity": "10"},
                {"asset": "KZT", "quantity": "5000"},
            ),
            appropriated_on="2026-05-05",
            act_ref="A",
        ),
    )

    said = reserve_statement(facts_of(there, happened, JUNE, PRICES))
    found = said.as_json()

    assert (None, "10") == (found["total"], found["valued"])
    assert [("foreign_currency", "10", None), ("domestic_currency", None, None)] == [
        (each["class"], each["value"], each["share"]) for each in found["classes"]
    ]
    assert found["flows"]["currency_effect"] is None
    assert {
        "what": "KZT in USD on 2026-06-30",
        "why": "unvalued: no price is known for that day or an earlier one",
    } in found["estimates"]
    assert "unvalued" in as_text(said)


def test_an_agreed_value_in_another_currency_is_taken_at_that_days_rate():
    there = world(valuer=valuer(PRICES, law_of()))
    happened = do(
        there,
        Appropriate(
            items=({"asset": "USD", "quantity": "10"},), appropriated_on="2026-05-05", act_ref="A"
        ),
    )
    given_facts = facts_of(there, happened, JUNE, PRICES)
    (move,) = given_facts.movements
    in_euro = type(move)(move.on, move.asset, move.amount, move.flow, Decimal("8"), "EUR")
    changed = facts_of(there, happened, JUNE, PRICES)
    changed = Facts(**{
        name: getattr(changed, name)
        for name in ("as_of", "law", "prices", "holdings", "opening", "managers")
    }, movements=(in_euro,))  # fmt: skip

    assert Decimal("9.20") == reserve_statement(changed).flows.inflow  # 8 EUR at 1.15


def test_values_are_exact():
    assert "44187.648401" == plain(exact(BTC, 75010000, Decimal("58909.01")))
    assert "0" == plain(Decimal("-0.00"))
    assert "1200" == plain(Decimal("1.2E+3"))
    # a NAV of 10 million over 3 million paid in multiplies back
    third = Decimal(10) / Decimal(3)
    with localcontext() as context:
        context.prec = 50
        third = Decimal(10) / Decimal(3)
    assert "10000000" == plain(exact(USD, 300_000_000, third))


AMOUNT = st.decimals("0.01", "5000", places=2).map(str)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("appropriate"), st.sampled_from(("USD", "EUR")), AMOUNT),
        st.tuples(st.just("exchange"), st.sampled_from(("USD", "EUR", "XAU")), AMOUNT),
        st.tuples(st.just("income"), st.sampled_from(("USD", "EUR")), AMOUNT),
        st.tuples(st.just("charge"), st.sampled_from(("USD", "EUR")), AMOUNT),
        st.tuples(st.just("withdraw"), st.sampled_from(("USD", "EUR")), AMOUNT),
        st.tuples(st.just("subscribe"), st.just("USD"), AMOUNT),
        st.tuples(st.just("nav"), st.just("USD"), AMOUNT),
        st.tuples(st.just("call"), st.just("USD"), AMOUNT),
    ),
    max_size=12,
)
OTHER = {"USD": "EUR", "EUR": "XAU", "XAU": "USD"}


def step_command(step, on):
    what, asset, amount = step
    paper = {"statement_ref": "S"}
    if what == "appropriate":
        items = ({"asset": asset, "quantity": amount},)
        return Appropriate(items=items, appropriated_on=on, act_ref="A")
    if what == "exchange":
        return ExchangeCurrency(
            given=asset, given_quantity=amount, taken=OTHER[asset], taken_quantity="1.5",
            traded_on=on, counterparty="B", **paper,
        )  # fmt: skip
    if what == "income":
        return RecordIncome(asset=asset, quantity=amount, received_on=on, **paper)
    if what == "charge":
        return RecordCharge(asset=asset, quantity=amount, charged_on=on, **paper)
    if what == "withdraw":
        return Withdraw(asset=asset, quantity=amount, withdrawn_on=on, decision_ref="D")
    if what == "subscribe":
        return Subscribe(
            manager="HF-1", quantity=amount, paid_on=on, dealing_on=on, decision_ref="D"
        )
    if what == "nav":
        return StateNav(manager="HF-1", valuation_on=on, stated_on=on, nav_per_unit=amount, **paper)
    return PayCall(manager="VF-1", quantity=amount, paid_on=on, call_ref="C")


@settings(max_examples=60, deadline=None)
@given(STEPS, st.integers(0, 13))
def test_flows_explain_any_change_exactly_and_classes_sum_to_the_total(steps, days):
    there = world(valuer=valuer(PRICES, law_of()))
    happened = do(
        there,
        STORY[0],
        admitted("HF-1", "hedge_fund"),
        admitted("VF-1", "venture_fund"),
        CommitCapital(manager="VF-1", quantity="9000", committed_on="2025-12-03", decision_ref="D"),
    )
    on = date(2025, 12, 25)
    for step in steps:
        on += timedelta(days=1)
        try:
            happened += decide(there, step_command(step, on))
        except Refused:
            continue

    as_of = date(2025, 12, 27) + timedelta(days=days)
    said = reserve_statement(facts_of(there, happened, as_of, PRICES))

    if said.flows.returned is not None and said.total is not None:
        change_is_explained(said.flows, said.total)
        assert said.valued == said.total
        with localcontext() as context:
            context.prec = 100
            assert said.total == sum(each.value for each in said.classes)


def test_many_holdings_of_cases_are_laid_over_their_titles():
    def at(klass, detail, amount, asset=EUR):
        return Holding(Account("C-1/1", klass, detail), asset, amount, 1)

    bare = Facts(
        as_of=JUNE,
        law=law_of().on(JUNE),
        prices=PRICES,
        holdings=(
            at("claimants", "", 70),
            at("state", "", 30),
            at("bank", "A", 60),
            at("bank", "B", 40),
            at("bank", "C", 5, KZT),
            at("claimants", "", 5, KZT),
        ),
        enforcement=Enforcement(venues_shut=2, venues_volume_usd=Decimal("12.50")),
    )

    found = reserve_statement(bare)

    assert [
        ("claimants", "A", "0.6", "0.72"),
        ("claimants", "B", "0.1", "0.12"),
        ("state", "B", "0.3", "0.36"),
        ("claimants", "C", "0.05", None),
    ] == [
        (each["title"], each["custodian"], each["quantity"], each["value"])
        for each in found.as_json()["custody"]
    ]
    assert "12.5" == found.as_json()["enforcement"]["venues_volume_usd"]
