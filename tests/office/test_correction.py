"""Correction: a mirrored entry, once, and only where no court is needed to undo it."""

import pytest

from qazyna.forfeiture.awards import PayAward
from qazyna.ledger.entry import EventRef
from qazyna.office.correction import ReverseEntry
from qazyna.seizure.custody import RecordLoss, Sweep
from tests.support import as_stored, do, holdings, refused, world
from tests.support_cases import CASE, award, early, final, leave, order, seize, sell


def reverse(version: int, number: int = 1, **said) -> ReverseEntry:
    usual = {"stream": "case/C-1", "reversed_on": "2025-10-01", "reason": "a slip of the pen"}
    return ReverseEntry.model_validate({**usual, "version": version, "number": number, **said})


def test_an_entry_is_mirrored_and_both_are_kept():
    there = world()
    sweep = Sweep(**CASE, swept_on="2025-03-10", custodian="AFM", fee="0.5", txid="t")
    do(there, seize("2", control="device"), sweep)
    (undone,) = do(there, reverse(2, 2))

    as_stored(undone)
    (mirrored,) = undone.entries()
    assert ("reverse", 2) == (mirrored.kind, mirrored.reverses.number)
    assert {"claimants BTC": "2", "custody/AFM BTC": "2"} == holdings(there, "C-1/1")
    assert 3 == there.version("case/C-1")


def test_a_seizure_of_a_wrong_quantity_is_taken_back_and_recorded_anew():
    there = world()
    do(there, seize("20"), reverse(1), seize("2", holding="2"))

    assert {} == holdings(there, "C-1/1")
    assert "2" == holdings(there, "C-1/2")["claimants BTC"]


def test_both_legs_of_a_sale_go_back_or_none():
    there = world()
    do(there, seize("2"), order("2"), final(), sell("2", "1000", costs="10"))
    do(there, reverse(4, 2), reverse(4, 1))

    assert {"custody/State Custodian BTC": "2", "state BTC": "2"} == holdings(there, "C-1/1")
    # An annulment would find the coins again, and not the money.
    assert {"BTC": 200000000} == there.states["case/C-1"].orders["F-1"].now["1"]


TOO_LATE = [
    (reverse(9), "no_such_event"),
    (reverse(1, 2), "no_such_entry"),
    (reverse(2), "no_such_entry"),
    (reverse(1, reversed_on="2025-03-02"), "dates_out_of_order"),
    (reverse(1, reversed_on="2027-03-02"), "date_in_future"),
    (reverse(3), "cannot_reverse"),
    (reverse(1), "more_than_held"),
]  # fmt: skip


@pytest.mark.parametrize(("asked", "code"), TOO_LATE)
def test_a_correction_is_refused(asked, code):
    there = world()
    do(there, seize("2"), order("2"), final())

    assert code == refused(there, asked).code


def test_once_is_all():
    there = world()
    do(there, seize("2"), reverse(1))

    assert "already_reversed" == refused(there, reverse(1)).code
    assert "cannot_reverse" == refused(there, reverse(2)).code


def test_what_drew_on_an_earlier_order_is_not_taken_back():
    there = world()
    do(there, seize("2"), leave("2"), early("2", "1000", costs="1"))
    assert "cannot_reverse" == refused(there, reverse(3, 1)).code
    # What it cost was stated with it, and can be corrected.
    do(there, reverse(3, 2))


def test_a_payment_is_not_taken_back():
    there = world()
    paid = PayAward(**CASE, award_ref="A-1", asset="BTC", party="V-1", paid_on="2025-09-01")
    do(there, seize("2"), award(quantity="2"), paid)

    assert "cannot_reverse" == refused(there, reverse(3)).code


def test_what_has_moved_on_cannot_be_taken_back_where_it_was():
    there = world()
    lost = RecordLoss(
        **CASE,
        asset="BTC",
        quantity="2",
        discovered_on="2025-04-01",
        obligor="AFM",
        incident_ref="I",
    )
    do(there, seize("2"), lost)

    assert "more_than_held" == refused(there, reverse(1)).code
    do(there, reverse(2), reverse(1))
    assert {} == holdings(there)


def test_a_correction_asks_for_what_it_must_know():
    asked = reverse(4)

    assert (EventRef("case/C-1", 4),) == asked.events()
    assert ("C-1/", "reserve", "budget") == asked.books()
    assert ("reserve", "budget") == reverse(1, stream="reserve").books()
