"""One suite for every model: what its blueprint allows is done, and what it forbids is refused.

No test here knows a country. What is expected is read off the blueprint itself, on the last day of
each stretch between two amendments.
"""

from datetime import timedelta
from decimal import Decimal

import pytest

from qazyna.blueprint import CONTROLS, ELIGIBLE_CLASSES, FORFEITURE_KINDS, MECHANISMS
from qazyna.money import ASSETS
from qazyna.programme.manager import AdmitManager
from tests.blueprints.stretches import WITH_ORDER, Stretch, every_stretch
from tests.support import do, holdings, law_of, refused


@every_stretch
@pytest.mark.parametrize("control", CONTROLS)
def test_what_counts_as_control(of: Stretch, control: str) -> None:
    there = of.world()
    asked = of.seize("1.5", control=control, custodian=of.custodian, seized_on=of.day)

    if control in of.law.controls:
        do(there, asked)
        assert {"claimants BTC": "1.5", f"{control}/{of.custodian} BTC": "1.5"} == holdings(
            there, "C-1/1"
        )
    else:
        found = refused(there, asked)
        assert ("control_not_permitted", "seizure.controls") == (found.code, found.law)


@every_stretch
@pytest.mark.parametrize("kind", FORFEITURE_KINDS)
def test_which_orders_there_are(of: Stretch, kind: str) -> None:
    there = of.world()
    do(there, of.seize())
    asked = of.order(order_kind=kind, ordered_on=of.day)

    if kind in of.law.forfeiture_kinds:
        do(there, asked)
        # Ordered is not final: it is the claimants' still.
        assert "10" == holdings(there, "C-1/1")["claimants BTC"]
    else:
        found = refused(there, asked)
        assert ("order_kind_not_permitted", "forfeiture.kinds") == (found.code, found.law)


@every_stretch
def test_an_order_is_final_when_the_days_of_appeal_are_over_and_not_before(of: Stretch) -> None:
    there = of.world()
    do(there, of.seize(), of.order())
    over = of.seized + timedelta(law_of(of.name).on(of.seized).appeal_days)

    early = refused(there, of.finality(final_on=over - timedelta(1)))
    do(there, of.finality(final_on=over))

    assert ("appeal_not_over", "forfeiture.appeal_days") == (early.code, early.law)
    assert "10" == holdings(there, "C-1/1")["state BTC"]


@every_stretch
@pytest.mark.parametrize("mechanism", MECHANISMS)
def test_each_way_of_disposal_is_taken_or_refused(of: Stretch, mechanism: str) -> None:
    there = of.world()
    before_judgment = mechanism == "interlocutory_sale"
    do(there, *([of.seize()] if before_judgment else of.forfeited()))
    asked = of.dispose(mechanism)
    money, coins = f"bank/{of.law.treasury_bank} {of.law.currency}", f"custody/{of.custodian} BTC"
    title = "claimants" if before_judgment else "state"

    if mechanism not in of.law.mechanisms:
        found = refused(there, of.leave() if before_judgment else asked)
        assert ("disposal_not_permitted", "disposition.mechanisms") == (found.code, found.law)
        assert {coins: "10", f"{title} BTC": "10"} == holdings(there, "C-1/1")
    elif mechanism == "transfer_to_managers":
        # With the units it brings, and never alone.
        assert "needs_a_manager" == refused(there, asked).code
    elif mechanism == "hold":
        do(there, asked)
        assert {coins: "10", "state BTC": "10"} == holdings(there, "C-1/1")
    else:
        if before_judgment:
            assert "no_sale_order" == refused(there, asked).code
            do(there, of.leave())
        do(there, asked.model_copy(update={"sale_ref": "S-1"}))
        assert {money: "500000", f"{title} {of.law.currency}": "500000"} == holdings(there, "C-1/1")


@every_stretch
@pytest.mark.parametrize("mechanism", WITH_ORDER)
def test_nothing_is_disposed_of_before_the_order_is_final(of: Stretch, mechanism: str) -> None:
    there = of.world()
    do(there, of.seize())
    expected = (
        "disposal_before_finality" if mechanism in of.law.mechanisms else "disposal_not_permitted"
    )

    assert expected == refused(there, of.dispose(mechanism)).code


@every_stretch
def test_the_models_own_disposal_reaches_the_pots_by_its_shares(of: Stretch) -> None:
    """From the seizure to the reserve and the budget, in the way that practice takes."""
    there = of.world()
    law, currency = of.law, of.law.currency
    way = law.says("practice.disposal", str)
    assert way is not None
    asset, whole = (currency, Decimal(500000))
    if way == "interlocutory_sale":
        early = of.dispose(way).model_copy(update={"sale_ref": "S-1", "disposed_on": of.seized})
        leave = of.leave().model_copy(
            update={"ordered_on": of.seized, "parties_heard_on": of.seized}
        )
        do(there, of.seize(), leave, early, of.order(), of.finality())
    elif way == "hold":
        do(there, *of.forfeited(), of.dispose(way))
        asset, whole = "BTC", Decimal(10)
    else:
        do(there, *of.forfeited(), of.dispose(way))

    do(there, of.allocate(asset))

    place = f"bank/{law.reserve_bank}" if asset == currency else f"custody/{of.custodian}"
    pots = {"reserve": place, "budget": f"bank/{law.treasury_bank}"}
    for pot, at in pots.items():
        share = _plain(whole * law.shares[pot])
        expected = {f"{at} {asset}": share, f"{pot} {asset}": share} if share != "0" else {}
        assert expected == holdings(there, pot)
    left = _plain(whole * law.shares["victims"])
    assert left == holdings(there, "C-1/1").get(f"state {asset}", "0")


@every_stretch
@pytest.mark.parametrize("asset", ["BTC", "XAU"])
def test_a_pot_takes_in_kind_what_it_may_hold_and_nothing_else(of: Stretch, asset: str) -> None:
    there, law = of.world(), of.law
    klass = ASSETS[asset].klass
    if not any(klass in each.holds for each in law.custodians.values()):
        assert "unknown_custodian" == refused(there, of.seize("10", asset)).code
        return
    do(there, *of.forfeited("10", asset))
    closed = [
        pot for pot in ("reserve", "budget") if law.shares[pot] and klass not in law.eligible[pot]
    ]

    if closed:
        found = refused(there, of.allocate(asset))
        assert ("not_eligible", f"{closed[0]}.eligible") == (found.code, found.law)
        assert {} == holdings(there, "reserve")
    else:
        do(there, of.allocate(asset))
        assert _plain(10 * law.shares["reserve"]) == holdings(there, "reserve").get(
            f"reserve {asset}", "0"
        )


@every_stretch
@pytest.mark.parametrize("kind", ["hedge_fund", "venture_fund"])
def test_as_many_managers_as_the_law_admits_and_not_one_more(of: Stretch, kind: str) -> None:
    there = of.world()
    most = of.law.hedge_funds_max if kind == "hedge_fund" else of.law.venture_funds_max

    def manager(number: int) -> AdmitManager:
        return AdmitManager.model_validate(
            {
                "manager": f"M-{number}",
                "manager_kind": kind,
                "name": f"Manager {number}",
                "currency": of.law.currency,
                "admitted_on": of.day,
                "decision_ref": "D",
            }
        )

    do(there, *(manager(number) for number in range(most)))
    found = refused(there, manager(most))

    assert ("too_many_managers", f"programme.{kind}s_max") == (found.code, found.law)


@every_stretch
def test_the_law_is_whole(of: Stretch) -> None:
    """The shares make one, the pots hold known classes, and practice does what the law knows."""
    law = of.law

    assert Decimal(1) == sum(law.shares.values())
    assert set(ELIGIBLE_CLASSES) == law.eligible["case"] - {"undrawn"}
    assert law.says("practice.disposal", str) in law.mechanisms
    assert (law.says("practice.days.final", int) or 0) >= law.appeal_days


def _plain(amount: Decimal) -> str:
    """Without idle zeros, as the books tell an amount."""
    return f"{amount.normalize():f}"
