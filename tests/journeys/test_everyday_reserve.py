"""Everyday cases of the reserve and its managers, as tables of their postings."""

# ruff: noqa: E501  a table is as wide as what stands in it

from qazyna.disposition.allocation import Allocate
from qazyna.disposition.sale import Dispose
from qazyna.forfeiture.orders import Annul, OrderForfeiture, RecordFinality
from qazyna.programme.manager import AdmitManager
from qazyna.programme.nav import StateNav
from qazyna.programme.redemption import FillRedemption, ReceiveProceeds, RequestRedemption
from qazyna.programme.subscription import Subscribe, SubscribeInKind
from qazyna.programme.venture import CommitCapital, Distribute, PayCall
from qazyna.reserve.dealing import ExchangeCurrency
from qazyna.reserve.earnings import RecordAssay, RecordCharge, RecordIncome
from qazyna.reserve.funding import Appropriate, Withdraw
from qazyna.seizure.taking import Seize
from tests.support import do, holdings, refused, world
from tests.support_postings import same

FUNDS = Appropriate(
    items=({"asset": "USD", "quantity": "100000"}, {"asset": "XAU", "quantity": "40"}),
    appropriated_on="2026-01-05",
    act_ref="Act 1",
)
HEDGE = AdmitManager(
    manager="HF-1",
    manager_kind="hedge_fund",
    name="Fund One (illustrative)",
    currency="USD",
    admitted_on="2026-01-06",
    terms={"notice_days": 30, "gate": "0.25", "holdback": "0.05"},
    decision_ref="D-1",
)
VENTURE = AdmitManager(
    manager="VF-1",
    manager_kind="venture_fund",
    name="Venture One (illustrative)",
    currency="USD",
    admitted_on="2026-01-06",
    decision_ref="D-2",
)


def test_an_appropriation():
    there = world()

    same(
        """
        2026-01-05  receive  100000  USD  Dr reserve/bank/National Bank   Cr reserve/reserve  by appropriation
        2026-01-05  receive      40  XAU  Dr reserve/vault/National Bank  Cr reserve/reserve  by appropriation
        """,
        there,
        do(there, FUNDS),
    )


def test_a_subscription_in_kind():
    """The coin becomes units in the case's own book; only the units enter the reserve."""
    there = world()
    do(
        there,
        HEDGE,
        Seize(
            case="C-1",
            holding="1",
            asset="BTC",
            quantity="2",
            seized_on="2026-01-10",
            authority="AFM",
            custodian="AFM",
        ),
        OrderForfeiture(
            case="C-1",
            order_ref="F-1",
            order_kind="conviction",
            ordered_on="2026-02-01",
            scope=({"holding": "1", "asset": "BTC", "quantity": "2"},),
        ),
        RecordFinality(case="C-1", order_ref="F-1", final_on="2026-03-10"),
    )

    same(
        """
        2026-03-31  exchange  2     BTC   Dr C-1/1/state          Cr C-1/1/custody/AFM
                              80.5  HF-1  Dr C-1/1/fund/HF-1      Cr C-1/1/state
        2026-03-31  transfer  80.5  HF-1  Dr C-1/1/state          Cr C-1/1/fund/HF-1    by allocation
                              80.5  HF-1  Dr reserve/fund/HF-1    Cr reserve/reserve
        """,
        there,
        do(
            there,
            SubscribeInKind(
                case="C-1",
                holding="1",
                asset="BTC",
                quantity="2",
                manager="HF-1",
                units="80.5",
                dealt_on="2026-03-31",
                order_ref="D-3",
            ),
        ),
    )
    assert {} == holdings(there, "C-1/1")
    assert {"fund/HF-1 HF-1": "80.5", "reserve HF-1": "80.5"} == holdings(there, "reserve")


def test_cash_paid_now_and_units_at_a_later_nav():
    """Money waits with the manager until the final NAV; an estimate issues nothing."""
    there = world()
    do(there, FUNDS, HEDGE)

    paid = do(
        there,
        Subscribe(
            manager="HF-1",
            quantity="50000",
            paid_on="2026-01-20",
            dealing_on="2026-01-31",
            decision_ref="D-3",
        ),
    )
    estimated = do(
        there,
        StateNav(
            manager="HF-1",
            valuation_on="2026-01-31",
            stated_on="2026-02-05",
            nav_per_unit="10000.10",
            final=False,
            statement_ref="S-1",
        ),
    )
    final = do(
        there,
        StateNav(
            manager="HF-1",
            valuation_on="2026-01-31",
            stated_on="2026-02-20",
            nav_per_unit="12345.678901",
            statement_ref="S-2",
        ),
    )

    # The money buys 4.0500000365… units, cut to the millionth; 4.05 are worth 49,999.99955 USD, and
    # cost that rounded up to the cent.
    same(
        """
        2026-01-20  move      50000  USD   Dr reserve/pending/HF-1  Cr reserve/bank/National Bank
        2026-01-31  exchange  50000  USD   Dr reserve/reserve       Cr reserve/pending/HF-1
                              4.05   HF-1  Dr reserve/fund/HF-1     Cr reserve/reserve
        """,
        there,
        paid + estimated + final,
    )


def test_money_that_buys_no_whole_base_unit_of_a_dear_fund_comes_back():
    there = world()
    do(there, FUNDS, HEDGE)
    do(
        there,
        Subscribe(
            manager="HF-1",
            quantity="1000.03",
            paid_on="2026-01-20",
            dealing_on="2026-01-31",
            decision_ref="D-3",
        ),
    )

    same(
        """
        2026-01-31  exchange  1000      USD   Dr reserve/reserve          Cr reserve/pending/HF-1
                              0.01      HF-1  Dr reserve/fund/HF-1        Cr reserve/reserve
        2026-01-31  move      0.03      USD   Dr reserve/receivable/HF-1  Cr reserve/pending/HF-1
        2026-02-20  move      0.03      USD   Dr reserve/bank/National Bank  Cr reserve/receivable/HF-1
        """,
        there,
        do(
            there,
            StateNav(
                manager="HF-1",
                valuation_on="2026-01-31",
                stated_on="2026-02-10",
                nav_per_unit="100000",
                statement_ref="S-1",
            ),
            ReceiveProceeds(
                manager="HF-1", quantity="0.03", received_on="2026-02-20", statement_ref="S-2"
            ),
        ),
    )


def test_a_gated_redemption_with_holdback():
    """All 40 units are asked back. The gate lets 10 go, the rest is carried to the next date;
    of the last of it a twentieth is kept back until the audit."""
    there = world()
    do(
        there,
        FUNDS,
        HEDGE,
        Subscribe(
            manager="HF-1",
            quantity="40000",
            paid_on="2026-01-20",
            dealing_on="2026-01-31",
            decision_ref="D-3",
        ),
        StateNav(
            manager="HF-1",
            valuation_on="2026-01-31",
            stated_on="2026-02-10",
            nav_per_unit="1000",
            statement_ref="S-1",
        ),
    )

    asked = do(
        there,
        RequestRedemption(
            manager="HF-1", requested_on="2026-02-15", dealing_on="2026-03-31", decision_ref="D-4"
        ),
    )
    first = do(
        there,
        StateNav(
            manager="HF-1",
            valuation_on="2026-03-31",
            stated_on="2026-04-10",
            nav_per_unit="1100",
            statement_ref="S-2",
        ),
        FillRedemption(
            manager="HF-1", request=1, units="10", dealt_on="2026-03-31", statement_ref="S-3"
        ),
        ReceiveProceeds(
            manager="HF-1", quantity="11000", received_on="2026-04-20", statement_ref="S-4"
        ),
    )
    carried = there.states["manager/HF-1"].requests[1].open
    second = do(
        there,
        StateNav(
            manager="HF-1",
            valuation_on="2026-06-30",
            stated_on="2026-07-10",
            nav_per_unit="1200",
            statement_ref="S-5",
        ),
        FillRedemption(manager="HF-1", request=1, dealt_on="2026-06-30", statement_ref="S-6"),
        ReceiveProceeds(
            manager="HF-1", quantity="34200", received_on="2026-07-20", statement_ref="S-7"
        ),
    )
    withheld = there.states["manager/HF-1"].withheld
    audited = do(
        there,
        ReceiveProceeds(
            manager="HF-1", quantity="1800", received_on="2026-10-20", statement_ref="S-8"
        ),
    )

    assert 30_000000 == carried
    assert 1800_00 == withheld
    assert 0 == there.states["manager/HF-1"].withheld
    same(
        """
        2026-03-31  exchange  10     HF-1  Dr reserve/reserve             Cr reserve/fund/HF-1
                              11000  USD   Dr reserve/receivable/HF-1     Cr reserve/reserve
        2026-04-20  move      11000  USD   Dr reserve/bank/National Bank  Cr reserve/receivable/HF-1
        2026-06-30  exchange  30     HF-1  Dr reserve/reserve             Cr reserve/fund/HF-1
                              36000  USD   Dr reserve/receivable/HF-1     Cr reserve/reserve
        2026-07-20  move      34200  USD   Dr reserve/bank/National Bank  Cr reserve/receivable/HF-1
        2026-10-20  move      1800   USD   Dr reserve/bank/National Bank  Cr reserve/receivable/HF-1
        """,
        there,
        asked + first + second + audited,
    )
    assert {
        "bank/National Bank USD": "107000",
        "reserve USD": "107000",
        "reserve XAU": "40",
        "vault/National Bank XAU": "40",
    } == holdings(there, "reserve")


def test_a_currency_exchange():
    """Two postings in two assets. There is no clearing account, and no gain."""
    there = world()
    do(there, FUNDS)

    same(
        """
        2026-02-02  exchange  1100  USD  Dr reserve/reserve             Cr reserve/bank/National Bank
                              1000  EUR  Dr reserve/bank/National Bank  Cr reserve/reserve
        """,
        there,
        do(
            there,
            ExchangeCurrency(
                given="USD",
                given_quantity="1100",
                taken="EUR",
                taken_quantity="1000",
                traded_on="2026-02-02",
                counterparty="National Bank",
                statement_ref="S-1",
            ),
        ),
    )


def test_bank_interest_and_a_charge():
    there = world()
    do(there, FUNDS)

    same(
        """
        2026-03-31  income   125.5  USD  Dr reserve/bank/National Bank  Cr reserve/reserve             by statement
        2026-03-31  expense  12     USD  Dr reserve/reserve             Cr reserve/bank/National Bank  by statement
        """,
        there,
        do(
            there,
            RecordIncome(
                asset="USD", quantity="125.50", received_on="2026-03-31", statement_ref="S-1"
            ),
            RecordCharge(asset="USD", quantity="12", charged_on="2026-03-31", statement_ref="S-1"),
        ),
    )


def test_an_assay_difference():
    """Forty ounces in the books; first a little less is found, then a little more."""
    there = world()
    do(there, FUNDS)

    same(
        """
        2026-04-01  expense  0.025  XAU  Dr reserve/reserve              Cr reserve/vault/National Bank  by statement
        2026-05-01  income   0.01   XAU  Dr reserve/vault/National Bank  Cr reserve/reserve              by statement
        """,
        there,
        do(
            there,
            RecordAssay(found="39.975", assayed_on="2026-04-01", statement_ref="S-1"),
            RecordAssay(found="39.985", assayed_on="2026-05-01", statement_ref="S-2"),
        ),
    )


def test_a_venture_commitment_called_and_distributed():
    """What is promised is a memorandum; a call makes it an interest, one for one; what may be called
    again is noted again."""
    there = world()
    do(there, FUNDS, VENTURE)

    same(
        """
        2026-02-01  receive   50000  VF-1:undrawn  Dr reserve/commitment/VF-1     Cr reserve/reserve             by decision
        2026-02-15  exchange  20000  USD           Dr reserve/reserve             Cr reserve/bank/National Bank
                              20000  VF-1          Dr reserve/fund/VF-1           Cr reserve/reserve
        2026-02-15  release   20000  VF-1:undrawn  Dr reserve/reserve             Cr reserve/commitment/VF-1     by statement
        2026-06-01  income    3000   USD           Dr reserve/bank/National Bank  Cr reserve/reserve             by statement
        2026-06-01  receive   3000   VF-1:undrawn  Dr reserve/commitment/VF-1     Cr reserve/reserve             by decision
        """,
        there,
        do(
            there,
            CommitCapital(
                manager="VF-1", quantity="50000", committed_on="2026-02-01", decision_ref="D-3"
            ),
            PayCall(manager="VF-1", quantity="20000", paid_on="2026-02-15", call_ref="Call 1"),
            Distribute(
                manager="VF-1",
                quantity="3000",
                received_on="2026-06-01",
                character="recallable",
                statement_ref="S-1",
            ),
        ),
    )


def test_an_annulled_judgment_finds_what_was_passed_on():
    """One coin was handed over in kind, one sold and allocated; the judgment is annulled. What the
    reserve and the budget had of it goes back to the case, and there to the claimants.

    The coin in kind was the reserve's alone: of both coins it has its share of three fifths."""
    there = world()
    do(
        there,
        FUNDS,
        HEDGE,
        Seize(
            case="C-1",
            holding="1",
            asset="BTC",
            quantity="2",
            seized_on="2026-01-10",
            authority="AFM",
            custodian="AFM",
        ),
        OrderForfeiture(
            case="C-1",
            order_ref="F-1",
            order_kind="conviction",
            ordered_on="2026-02-01",
            scope=({"holding": "1", "asset": "BTC", "quantity": "2"},),
        ),
        RecordFinality(case="C-1", order_ref="F-1", final_on="2026-03-10"),
        SubscribeInKind(
            case="C-1",
            holding="1",
            asset="BTC",
            quantity="1",
            manager="HF-1",
            units="40",
            dealt_on="2026-03-31",
            order_ref="D-3",
        ),
        Dispose(
            case="C-1",
            holding="1",
            asset="BTC",
            quantity="1",
            mechanism="auction",
            disposed_on="2026-04-02",
            proceeds="50000",
            proceeds_currency="USD",
        ),
        Allocate(
            case="C-1", holding="1", asset="USD", allocated_on="2026-04-03", decision_ref="D-4"
        ),
    )
    annulled = Annul(case="C-1", order_ref="F-1", annulled_on="2026-05-01", annulment_ref="N-1")
    back = {"withdrawn_on": "2026-05-04", "to": "case", "case": "C-1", "holding": "1"}

    do(there, annulled)
    too_much = Withdraw(asset="HF-1", quantity="40.1", decision_ref="D-5", **back)
    assert "more_than_owed" == refused(there, too_much).code
    same(
        """
        2026-05-04  transfer  40     HF-1  Dr reserve/reserve           Cr reserve/fund/HF-1          by decision
                              40     HF-1  Dr C-1/1/fund/HF-1           Cr C-1/1/state
        2026-05-04  transfer  10000  USD   Dr reserve/reserve           Cr reserve/bank/National Bank by decision
                              10000  USD   Dr C-1/1/bank/National Bank  Cr C-1/1/state
        2026-05-04  transfer  40000  USD   Dr budget/budget             Cr budget/bank/National Bank  by decision
                              40000  USD   Dr C-1/1/bank/National Bank  Cr C-1/1/state
        2026-05-04  vest      40     HF-1  Dr C-1/1/state               Cr C-1/1/claimants            by annulment
        2026-05-04  vest      50000  USD   Dr C-1/1/state               Cr C-1/1/claimants            by annulment
        """,
        there,
        do(
            there,
            Withdraw(asset="HF-1", quantity="40", decision_ref="D-5", **back),
            Withdraw(asset="USD", quantity="10000", decision_ref="D-5", **back),
            Withdraw(asset="USD", quantity="40000", decision_ref="D-5", out_of="budget", **back),
            Annul(case="C-1", order_ref="F-1", annulled_on="2026-05-04", annulment_ref="N-1"),
        ),
    )
    assert {
        "bank/National Bank USD": "100000",
        "reserve USD": "100000",
        "reserve XAU": "40",
        "vault/National Bank XAU": "40",
    } == holdings(there, "reserve")
