"""What courts do with what was seized: the same under every model, but for what it was sold for."""

from datetime import timedelta

from qazyna.forfeiture.awards import AwardItem, MakeAward, Party, PayAward
from qazyna.forfeiture.orders import Item, OrderForfeiture, RecordFinality, finality
from qazyna.history.telling import VICTIMS
from qazyna.lab.play.lots import Lot
from qazyna.lab.play.office import Office
from qazyna.seizure.case import claimants, the_case
from qazyna.seizure.release import ReleaseHolding
from qazyna.seizure.taking import Seize

AUTHORITY = "as registered"


def seize(office: Office, lot: Lot) -> None:
    """It comes into custody: seized that day, or held already when the window opens."""
    holding = lot.holding
    opening = lot.comes_in > holding.seized_on
    office.do(
        Seize(
            case=holding.case,
            holding=holding.ref,
            asset=holding.asset.code,
            quantity=holding.asset.text(holding.amount),
            seized_on=lot.comes_in,
            authority=AUTHORITY,
            order_ref=f"line {holding.line} of the register",
            note=f"opening holding, seized on {holding.seized_on}" if opening else None,
            assumed=holding.assumed,
        )
    )


def make_final(office: Office, lot: Lot) -> None:
    """What the claimants have of it, asset and money, is the State's.

    Where the register says when, that is the fact, as in its import; else an order is made, and
    becomes final by the law's own days of appeal.
    """
    on, holding = office.today, lot.holding
    ref = f"order on {holding.ref}"
    days = office.world.law(lot.comes_in).appeal_days
    lot.title = "state"
    if holding.final_on or on < lot.comes_in + timedelta(days=days):
        scope = [(holding.ref, *each) for each in claimed(office, lot)]
        replaced = [
            (holding.ref, code, part.amount, currency, part.proceeds)
            for code, sold in the_case(office.world, holding.case)
            .holdings[holding.ref]
            .sold.items()
            for currency, part in sold.items()
        ]
        office.happens(finality(office.world, holding.case, ref, on, scope, replaced))
        return
    ordered = on - timedelta(days=days)
    whole = holding.asset.text(holding.amount)
    office.do(
        OrderForfeiture(
            case=holding.case,
            order_ref=ref,
            order_kind=min(office.world.law(ordered).forfeiture_kinds),
            ordered_on=ordered,
            scope=(Item(holding=holding.ref, asset=holding.asset.code, quantity=whole),),
        )
    )
    office.do(RecordFinality(case=holding.case, order_ref=ref, final_on=on))


def give_back(office: Office, lot: Lot) -> None:
    """All of it goes to its owner, or the money that stands for it."""
    holding = lot.holding
    for code, amount in claimed(office, lot):
        office.do(
            ReleaseHolding(
                case=holding.case,
                holding=holding.ref,
                asset=code,
                quantity=office.world.asset(code).text(amount),
                released_on=office.today,
                order_ref=f"release of {holding.ref}",
            )
        )


def restitute(office: Office, lot: Lot) -> None:
    """All of it is awarded and paid to victims, or the money that stands for it."""
    for code, amount in claimed(office, lot):
        pay_victims(office, lot, code, amount)


def pay_victims(office: Office, lot: Lot, code: str, amount: int) -> None:
    """An award to victims, of a holding's asset or money, and its payment the same day."""
    holding, on = lot.holding, office.today
    ref = f"award {len(the_case(office.world, holding.case).awards) + 1}"
    item = AwardItem(
        holding=holding.ref,
        asset=code,
        quantity=office.world.asset(code).text(amount),
        parties=(Party(party=VICTIMS),),
    )
    office.do(MakeAward(case=holding.case, award_ref=ref, awarded_on=on, items=(item,)))
    office.do(
        PayAward(
            case=holding.case,
            holding=holding.ref,
            award_ref=ref,
            asset=code,
            party=VICTIMS,
            paid_on=on,
        )
    )


def claimed(office: Office, lot: Lot) -> list[tuple[str, int]]:
    """(asset, base units) of a holding that are the claimants'."""
    return office.books.of_account(claimants(lot.holding.case, lot.holding.ref))
