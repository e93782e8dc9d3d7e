"""Everyday cases of a seized asset, from the day it is taken to the day it is gone, as tables.

The everyday cases of the reserve and its managers stand beside, in `test_everyday_reserve`.
"""

# ruff: noqa: E501  a table is as wide as what stands in it

from qazyna.disposition.interlocutory import OrderInterlocutorySale
from qazyna.disposition.sale import Dispose
from qazyna.forfeiture.awards import MakeAward, PayAward
from qazyna.forfeiture.orders import Annul, OrderForfeiture, RecordFinality
from qazyna.seizure.custody import MakeGood, RecogniseFork, RecordLoss, Sweep
from qazyna.seizure.release import ReleaseHolding
from qazyna.seizure.taking import Seize
from tests.support import do, holdings, refused, world
from tests.support_postings import same


def seize(asset: str, quantity: str, **more: object) -> Seize:
    return Seize.model_validate(
        {
            "case": "C-1",
            "holding": "1",
            "asset": asset,
            "quantity": quantity,
            "seized_on": "2025-03-03",
            "authority": "AFM",
            "custodian": "AFM",
            **more,
        }
    )


def order(asset: str, quantity: str) -> OrderForfeiture:
    return OrderForfeiture(
        case="C-1",
        order_ref="F-1",
        order_kind="conviction",
        ordered_on="2025-06-02",
        scope=({"holding": "1", "asset": asset, "quantity": quantity},),
    )


FINAL = RecordFinality(case="C-1", order_ref="F-1", final_on="2025-07-07")


def release(asset: str, quantity: str) -> ReleaseHolding:
    return ReleaseHolding(
        case="C-1",
        holding="1",
        asset=asset,
        quantity=quantity,
        released_on="2025-08-01",
        order_ref="R-1",
    )


def sell(asset: str, quantity: str, proceeds: str, **more: object) -> Dispose:
    return Dispose.model_validate(
        {
            "case": "C-1",
            "holding": "1",
            "asset": asset,
            "quantity": quantity,
            "mechanism": "auction",
            "disposed_on": "2025-09-01",
            "proceeds": proceeds,
            "proceeds_currency": "USD",
            **more,
        }
    )


def test_frozen_at_a_venue_then_swept_with_a_network_fee():
    """The holder kept it at first. Whoever the coins belong to bears the fee."""
    there = world()

    same(
        """
        2025-03-03  receive  1.5     BTC  Dr C-1/1/restrained/Venue 017  Cr C-1/1/claimants
        2025-03-10  move     1.5     BTC  Dr C-1/1/custody/AFM           Cr C-1/1/restrained/Venue 017
        2025-03-10  expense  0.0002  BTC  Dr C-1/1/claimants             Cr C-1/1/custody/AFM           by statement
        """,
        there,
        do(
            there,
            seize("BTC", "1.5", control="restrained", custodian="Venue 017"),
            Sweep(
                case="C-1",
                holding="1",
                swept_on="2025-03-10",
                custodian="AFM",
                fee="0.0002",
                txid="ab" * 32,
            ),
        ),
    )
    assert {"claimants BTC": "1.4998", "custody/AFM BTC": "1.4998"} == holdings(there, "C-1/1")


def test_a_device_not_swept():
    """The keys are in hand and the coins have not moved: nobody can sell them yet."""
    there = world()

    same(
        """
        2025-03-03  receive  0.75  BTC  Dr C-1/1/device/AFM  Cr C-1/1/claimants
        2025-07-07  vest     0.75  BTC  Dr C-1/1/claimants   Cr C-1/1/state      by final_order
        """,
        there,
        do(there, seize("BTC", "0.75", control="device"), order("BTC", "0.75"), FINAL),
    )
    assert "not_under_control" == refused(there, sell("BTC", "0.75", "30000")).code


def test_an_interlocutory_sale():
    """Sold by leave of the court before judgment: the money is the claimants', then the State's."""
    there = world()

    same(
        """
        2025-03-03  receive   10      ETH  Dr C-1/1/custody/AFM         Cr C-1/1/claimants
        2025-04-02  exchange  10      ETH  Dr C-1/1/claimants           Cr C-1/1/custody/AFM         by interlocutory
                              18000   USD  Dr C-1/1/bank/National Bank  Cr C-1/1/claimants
        2025-04-02  expense   250.5   USD  Dr C-1/1/claimants           Cr C-1/1/bank/National Bank  by statement
        2025-07-07  vest      17749.5 USD  Dr C-1/1/claimants           Cr C-1/1/state               by final_order
        """,
        there,
        do(
            there,
            seize("ETH", "10"),
            OrderInterlocutorySale(
                case="C-1",
                order_ref="S-1",
                ordered_on="2025-04-01",
                parties_heard_on="2025-03-20",
                holding="1",
                asset="ETH",
                quantity="10",
            ),
            sell(
                "ETH",
                "10",
                "18000.00",
                mechanism="interlocutory_sale",
                disposed_on="2025-04-02",
                costs="250.50",
                sale_ref="S-1",
            ),
            order("ETH", "10"),
            FINAL,
        ),
    )


def test_six_of_ten_forfeited_and_four_returned():
    there = world()

    same(
        """
        2025-03-03  receive  10  BTC  Dr C-1/1/custody/AFM  Cr C-1/1/claimants
        2025-07-07  vest      6  BTC  Dr C-1/1/claimants    Cr C-1/1/state        by final_order
        2025-08-01  release   4  BTC  Dr C-1/1/claimants    Cr C-1/1/custody/AFM  by release_order
        """,
        there,
        do(there, seize("BTC", "10"), order("BTC", "6"), FINAL, release("BTC", "4")),
    )
    assert {"custody/AFM BTC": "6", "state BTC": "6"} == holdings(there, "C-1/1")
    assert "more_than_held" == refused(there, release("BTC", "0.00000001")).code


def test_a_hundred_dollars_to_three_victims():
    """To the last cent: the first bears the remainder."""
    there = world()

    def pay(victim: str) -> PayAward:
        return PayAward(
            case="C-1",
            award_ref="A-1",
            holding="1",
            asset="USD",
            party=victim,
            paid_on="2025-06-20",
        )

    same(
        """
        2025-03-03  receive  100    USD  Dr C-1/1/bank/National Bank  Cr C-1/1/claimants
        2025-06-05  vest     33.34  USD  Dr C-1/1/claimants           Cr C-1/1/beneficiaries/V-1   by award
        2025-06-05  vest     33.33  USD  Dr C-1/1/claimants           Cr C-1/1/beneficiaries/V-2   by award
        2025-06-05  vest     33.33  USD  Dr C-1/1/claimants           Cr C-1/1/beneficiaries/V-3   by award
        2025-06-20  release  33.34  USD  Dr C-1/1/beneficiaries/V-1   Cr C-1/1/bank/National Bank  by payout
        2025-06-20  release  33.33  USD  Dr C-1/1/beneficiaries/V-2   Cr C-1/1/bank/National Bank  by payout
        2025-06-20  release  33.33  USD  Dr C-1/1/beneficiaries/V-3   Cr C-1/1/bank/National Bank  by payout
        """,
        there,
        do(
            there,
            seize("USD", "100.00", custodian="National Bank"),
            MakeAward(
                case="C-1",
                award_ref="A-1",
                awarded_on="2025-06-05",
                items=(
                    {
                        "holding": "1",
                        "asset": "USD",
                        "quantity": "100.00",
                        "parties": ({"party": "V-1"}, {"party": "V-2"}, {"party": "V-3"}),
                    },
                ),
            ),
            pay("V-1"),
            pay("V-2"),
            pay("V-3"),
        ),
    )
    assert {} == holdings(there)


def test_a_fork_after_part_was_sold():
    """What was sold before the chain split brings nothing; what was kept does, to whom it is."""
    there = world()

    same(
        """
        2025-03-03  receive   10      BTC  Dr C-1/1/custody/AFM         Cr C-1/1/claimants
        2025-07-07  vest       6      BTC  Dr C-1/1/claimants           Cr C-1/1/state        by final_order
        2025-09-01  exchange   5      BTC  Dr C-1/1/state               Cr C-1/1/custody/AFM
                              250000  USD  Dr C-1/1/bank/National Bank  Cr C-1/1/state
        2025-10-01  receive    4      BTX  Dr C-1/1/custody/AFM         Cr C-1/1/claimants
        2025-10-01  receive    1      BTX  Dr C-1/1/custody/AFM         Cr C-1/1/state        by statement
        """,
        there,
        do(
            there,
            seize("BTC", "10"),
            order("BTC", "6"),
            FINAL,
            sell("BTC", "5", "250000"),
            RecogniseFork(
                case="C-1", holding="1", asset="BTC", new_asset="BTX", forked_on="2025-10-01"
            ),
        ),
    )


def test_keys_lost_then_made_good():
    """Whose it is does not change: the custodian owes it until it is there again."""
    there = world()

    same(
        """
        2025-03-03  receive  2    BTC  Dr C-1/1/custody/AFM              Cr C-1/1/claimants
        2025-04-01  move     0.5  BTC  Dr C-1/1/shortfall/AFM            Cr C-1/1/custody/AFM
        2025-05-01  move     0.5  BTC  Dr C-1/1/custody/State Custodian  Cr C-1/1/shortfall/AFM
        """,
        there,
        do(
            there,
            seize("BTC", "2"),
            RecordLoss(
                case="C-1",
                holding="1",
                asset="BTC",
                quantity="0.5",
                discovered_on="2025-04-01",
                obligor="AFM",
                incident_ref="I-1",
            ),
            MakeGood(
                case="C-1",
                holding="1",
                asset="BTC",
                quantity="0.5",
                received_on="2025-05-01",
                obligor="AFM",
                custodian="State Custodian",
            ),
        ),
    )
    assert {
        "claimants BTC": "2",
        "custody/AFM BTC": "1.5",
        "custody/State Custodian BTC": "0.5",
    } == holdings(there, "C-1/1")


def test_an_annulled_judgment():
    """What the order brought goes back as what it has become: the coins not sold, and the money."""
    there = world()

    same(
        """
        2025-03-03  receive   3      BTC  Dr C-1/1/custody/AFM         Cr C-1/1/claimants
        2025-07-07  vest      3      BTC  Dr C-1/1/claimants           Cr C-1/1/state               by final_order
        2025-09-01  exchange  2      BTC  Dr C-1/1/state               Cr C-1/1/custody/AFM
                              80000  USD  Dr C-1/1/bank/National Bank  Cr C-1/1/state
        2025-09-01  expense   100    USD  Dr C-1/1/state               Cr C-1/1/bank/National Bank  by statement
        2025-11-03  vest      1      BTC  Dr C-1/1/state               Cr C-1/1/claimants           by annulment
        2025-11-03  vest      79900  USD  Dr C-1/1/state               Cr C-1/1/claimants           by annulment
        """,
        there,
        do(
            there,
            seize("BTC", "3"),
            order("BTC", "3"),
            FINAL,
            sell("BTC", "2", "80000", costs="100"),
            Annul(case="C-1", order_ref="F-1", annulled_on="2025-11-03", annulment_ref="N-1"),
        ),
    )


def test_a_returned_case_leaves_the_books_as_if_it_had_never_been_seized():
    untouched, there = world(), world()
    other = seize("BTC", "1", case="C-2")
    do(untouched, other)
    do(there, other, seize("BTC", "0.9"), release("BTC", "0.9"))

    assert holdings(untouched) == holdings(there)
    assert 2 == there.version("case/C-1")
