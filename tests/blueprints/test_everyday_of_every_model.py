"""The everyday cases of a seized asset under every model: the same tables, other names."""

# ruff: noqa: E501  a table is as wide as what stands in it

from qazyna.forfeiture.awards import MakeAward, PayAward
from qazyna.forfeiture.orders import Annul
from qazyna.seizure.custody import MakeGood, RecogniseFork, RecordLoss, Sweep
from qazyna.seizure.release import ReleaseHolding
from tests.blueprints.stretches import CASE, SALES, Stretch, every_stretch
from tests.support import do, holdings, refused
from tests.support_postings import same


def sell_some(of: Stretch, quantity: str, proceeds: str) -> tuple[object, ...]:
    """The sale that the law of the day has, or none."""
    return (of.dispose(of.sale, quantity, proceeds),) if of.sale else ()


@every_stretch
def test_frozen_at_a_venue_then_swept_with_a_network_fee(of: Stretch) -> None:
    there = of.world()

    same(
        f"""
        {of.day}  receive  1.5     BTC  Dr C-1/1/restrained/Venue 017     Cr C-1/1/claimants
        {of.day}  move     1.5     BTC  Dr C-1/1/custody/{of.custodian}  Cr C-1/1/restrained/Venue 017
        {of.day}  expense  0.0002  BTC  Dr C-1/1/claimants                Cr C-1/1/custody/{of.custodian}  by statement
        """,
        there,
        do(
            there,
            of.seize("1.5", control="restrained", custodian="Venue 017", seized_on=of.day),
            Sweep(**CASE, swept_on=of.day, custodian=of.custodian, fee="0.0002", txid="ab" * 32),
        ),
    )


@every_stretch
def test_a_device_not_swept_cannot_be_sold(of: Stretch) -> None:
    there = of.world()
    do(there, of.seize(control="device"), of.order(), of.finality())

    for way in SALES:
        expected = "not_under_control" if way in of.law.mechanisms else "disposal_not_permitted"
        assert expected == refused(there, of.dispose(way)).code


@every_stretch
def test_six_of_ten_forfeited_and_four_returned(of: Stretch) -> None:
    there = of.world()

    same(
        f"""
        {of.seized}  receive  10  BTC  Dr C-1/1/custody/{of.custodian}  Cr C-1/1/claimants
        {of.final}   vest      6  BTC  Dr C-1/1/claimants               Cr C-1/1/state                   by final_order
        {of.day}     release   4  BTC  Dr C-1/1/claimants               Cr C-1/1/custody/{of.custodian}  by release_order
        """,
        there,
        do(
            there,
            of.seize(),
            of.order("6"),
            of.finality(),
            ReleaseHolding(**CASE, asset="BTC", quantity="4", released_on=of.day, order_ref="R-1"),
        ),
    )


@every_stretch
def test_a_hundred_to_three_victims_before_anything_is_shared(of: Stretch) -> None:
    """Before anything is shared out, and to the last cent: the first bears the remainder."""
    there = of.world()
    bank, money = of.law.treasury_bank, of.law.currency
    victims = ("V-1", "V-2", "V-3")
    awarded = {
        "holding": "1",
        "asset": money,
        "quantity": "100.00",
        "parties": tuple({"party": victim} for victim in victims),
    }

    same(
        f"""
        {of.seized}  receive  100    {money}  Dr C-1/1/bank/{bank}         Cr C-1/1/claimants
        {of.final}   vest     33.34  {money}  Dr C-1/1/claimants           Cr C-1/1/beneficiaries/V-1  by award
        {of.final}   vest     33.33  {money}  Dr C-1/1/claimants           Cr C-1/1/beneficiaries/V-2  by award
        {of.final}   vest     33.33  {money}  Dr C-1/1/claimants           Cr C-1/1/beneficiaries/V-3  by award
        {of.day}     release  33.34  {money}  Dr C-1/1/beneficiaries/V-1   Cr C-1/1/bank/{bank}        by payout
        {of.day}     release  33.33  {money}  Dr C-1/1/beneficiaries/V-2   Cr C-1/1/bank/{bank}        by payout
        {of.day}     release  33.33  {money}  Dr C-1/1/beneficiaries/V-3   Cr C-1/1/bank/{bank}        by payout
        """,
        there,
        do(
            there,
            of.seize("100.00", money, custodian=bank),
            MakeAward(case="C-1", award_ref="A-1", awarded_on=of.final, items=(awarded,)),
            *(
                PayAward(
                    case="C-1",
                    award_ref="A-1",
                    holding="1",
                    asset=money,
                    party=victim,
                    paid_on=of.day,
                )
                for victim in victims
            ),
        ),
    )
    assert {} == holdings(there)


@every_stretch
def test_a_fork_brings_to_each_what_it_still_has(of: Stretch) -> None:
    """Where the law sells, five were sold before the chain split; they bring nothing."""
    there = of.world()
    left = "1" if of.sale else "6"
    do(there, of.seize(), of.order("6"), of.finality(), *sell_some(of, "5", "250000"))

    same(
        f"""
        {of.day}  receive  4       BTX  Dr C-1/1/custody/{of.custodian}  Cr C-1/1/claimants
        {of.day}  receive  {left}  BTX  Dr C-1/1/custody/{of.custodian}  Cr C-1/1/state      by statement
        """,
        there,
        do(there, RecogniseFork(**CASE, asset="BTC", new_asset="BTX", forked_on=of.day)),
    )


@every_stretch
def test_keys_lost_then_made_good(of: Stretch) -> None:
    """Whose it is does not change: the custodian owes it until it is there again."""
    there = of.world()
    lost = {**CASE, "asset": "BTC", "quantity": "0.5", "obligor": of.custodian}

    same(
        f"""
        {of.seized}  receive  2    BTC  Dr C-1/1/custody/{of.custodian}    Cr C-1/1/claimants
        {of.final}   move     0.5  BTC  Dr C-1/1/shortfall/{of.custodian}  Cr C-1/1/custody/{of.custodian}
        {of.day}     move     0.5  BTC  Dr C-1/1/custody/{of.custodian}    Cr C-1/1/shortfall/{of.custodian}
        """,
        there,
        do(
            there,
            of.seize("2"),
            RecordLoss(**lost, discovered_on=of.final, incident_ref="I-1"),
            MakeGood(**lost, received_on=of.day, custodian=of.custodian),
        ),
    )


@every_stretch
def test_an_annulled_judgment_gives_back_what_it_brought_as_it_is_now(of: Stretch) -> None:
    there = of.world()
    do(there, of.seize("3"), of.order("3"), of.finality(), *sell_some(of, "2", "80000"))
    annulled = do(
        there,
        Annul(case="C-1", order_ref="F-1", annulled_on=of.day, annulment_ref="N-1"),
    )

    expected = {"BTC": "1", of.law.currency: "80000"} if of.sale else {"BTC": "3"}
    assert expected == {
        posting.asset: there.asset(posting.asset).text(posting.amount)
        for event in annulled
        for entry in event.entries()
        for posting in entry.postings
    }
    assert not [path for path in holdings(there, "C-1/1") if path.startswith("state")]


@every_stretch
def test_a_returned_case_leaves_the_books_as_if_it_had_never_been_seized(of: Stretch) -> None:
    untouched, there = of.world(), of.world()
    other = of.seize("1", case="C-2")
    do(untouched, other)
    do(
        there,
        other,
        of.seize("0.9"),
        ReleaseHolding(**CASE, asset="BTC", quantity="0.9", released_on=of.day, order_ref="R-1"),
    )

    assert holdings(untouched) == holdings(there)
