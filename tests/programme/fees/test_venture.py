"""Shadow fees of venture funds: carry, and fees on what is promised or invested."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from qazyna.programme.fees.comparing import Charge
from qazyna.programme.fees.venture import Told, check
from qazyna.programme.fees.waterfall import Flow
from qazyna.programme.terms import Terms

M = 1_000_000_00


def day(text):
    return date.fromisoformat(text)


def flow(on, kind, amount=0, carry=None):
    return Told(Flow(day(on), kind, amount), carry)


def checked(terms, flows, charges=(), commitment=M):
    said = Terms.model_validate(terms)
    return check(lambda _: said, commitment, flows, charges)


LIFE = [flow("2021-12-31", "call", M)]
EIGHT = {"venture": {"preferred_return": "0.08", "carry": "0.2"}}


def test_carry_beside_the_waterfall():
    """2,000,000 a year after 1,000,000 was called: 20,000 caught up and 180,000 of the rest."""
    for carry, within in ((200_000_00, True), (210_000_00, False), (None, None)):
        flows = [*LIFE, flow("2022-12-31", "distribution", 2 * M, carry)]
        found, waterfall, notes = checked(EIGHT, flows)
        assert [("carry", Decimal(200_000), within)] == [
            (each.fee, each.recomputed, each.within) for each in found
        ]
        assert ("80000.00", "180000.00") == (
            waterfall[1]["preferred"],
            waterfall[1]["carry"]["manager"],
        )
        assert [] == notes


def test_carry_that_was_taken_and_nothing_was_due():
    flows = [*LIFE, flow("2022-12-31", "distribution", M, carry=5_000_00)]
    (found,), _, _ = checked(EIGHT, flows)
    assert (Decimal(0), False) == (found.recomputed, found.within)
    assert "carry_differs" == found.finding()["code"]


def test_what_is_given_back_at_the_end_is_carry_too():
    """All of 2,000,000 is shared after a year; then 1,000,000 more is called and lost: of a profit
    of nothing, nothing is the manager's."""
    flows = [
        *LIFE,
        flow("2022-12-31", "distribution", 2 * M, 200_000_00),
        flow("2023-12-31", "call", M),
        flow("2024-12-31", "end", 0, carry=-200_000_00),
    ]
    found, waterfall, _ = checked(EIGHT, flows, commitment=2 * M)
    assert [Decimal(200_000), Decimal(-200_000)] == [each.recomputed for each in found]
    assert all(each.within for each in found)
    assert "200000.00" == waterfall[-1]["clawback"]


def of_a_year(basis, **more):
    fee = {"rate": "0.02", "basis": basis, "frequency": "quarterly", **more}
    return {"management_fee": fee, "venture": {}}


CALLS = [flow("2025-12-31", "call", M // 2), flow("2026-02-14", "call", M // 4)]
CHARGED = [Charge(day("2025-12-31"), day("2026-03-31"), Decimal("4931.51"))]

# The first quarter of 2026: 90 days, of which 45 after the second call.
ON_A_BASIS = [
    # 1,000,000 promised: 20,000 · 90/365
    (of_a_year("committed"), "4931.51", True),
    # 500,000 for 45 days, 750,000 for 45
    (of_a_year("invested"), "3082.19", False),
    # 500,000, what was out at the beginning
    (of_a_year("invested", in_advance=True), "2465.75", False),
    (of_a_year("committed", day_count="actual_360"), "5000.00", False),
]


@pytest.mark.parametrize(("terms", "expected", "within"), ON_A_BASIS)
def test_a_fee_on_what_is_promised_or_invested(terms, expected, within):
    (found,), _, _ = checked(terms, CALLS, CHARGED)
    assert ("management", Decimal(expected), within) == (
        found.fee,
        found.recomputed,
        found.within,
    )


def test_what_cannot_be_recomputed_is_said():
    for terms, commitment, what in (
        (of_a_year("committed"), None, "commitment"),
        (of_a_year("nav"), M, "NAV"),
    ):
        found, _, notes = checked(terms, CALLS, CHARGED, commitment)
        assert [] == found
        assert [
            f"2025-12-31 to 2026-03-31: the fee on the {what} is not recomputed: none is said"
        ] == notes


def test_capital_given_back_is_no_longer_invested():
    """1,000,000 out for 45 days, then 400,000 of it come back: 600,000 for 45 more."""
    flows = [flow("2025-12-31", "call", M), flow("2026-02-14", "distribution", 400_000_00)]
    charges = [Charge(day("2025-12-31"), day("2026-03-31"), Decimal("3945.21"))]
    found, _, _ = checked(of_a_year("invested"), flows, charges)
    (only,) = [each for each in found if each.fee == "management"]
    assert (Decimal("3945.21"), True) == (only.recomputed, only.within)
    assert day("2026-01-01") == only.since + timedelta(days=1)
