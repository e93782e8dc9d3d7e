"""Shadow fees of venture funds: carry, and fees on what is promised or invested."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from qazyna.programme.fees.comparing import Charge
from qazyna.programme.fees.venture import Told, accrued_carry, carry_of_statements, check
from qazyna.programme.fees.waterfall import Flow
from qazyna.programme.terms import Terms, VentureTerms

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


# ── Carry as it accrues ─────────────────────────────────────────────────────────────────────────

TERMS = VentureTerms(preferred_return="0.08", carry="0.2")
PAID_IN = (day("2021-12-31"), M)

# 1,000,000 was paid in; two years later there is so much to share, after what was received.
ACCRUED = [
    ([PAID_IN], 1_100_000_00, 0),  # 1,166,400 come first
    ([PAID_IN], 1_200_000_00, 33_600_00),  # the rest is caught up: 41,600 would be whole
    ([PAID_IN], 2_000_000_00, 200_000_00),  # a fifth of 1,000,000
    # 500,000 came back after a year: of 1,080,000 580,000 stayed, which are 626,400 a year later
    ([PAID_IN, (day("2022-12-31"), -500_000_00)], 626_400_00, 0),
    # a profit of 500,000, of it a fifth
    ([PAID_IN, (day("2022-12-31"), -500_000_00)], M, 100_000_00),
    # 1,300,000 came after a year, and nothing was taken of it: the fifth of 300,000 is due now
    ([PAID_IN, (day("2022-12-31"), -1_300_000_00)], 60_000_00, 60_000_00),
]


@pytest.mark.parametrize(("flows", "value", "expected"), ACCRUED)
def test_carry_were_all_shared_out_now(flows, value, expected):
    assert expected == accrued_carry(TERMS, flows, day("2023-12-31"), value)


def test_carry_statement_by_statement():
    """NAVs after carry: 1,000,000 after a year; 1,800,000 after two, with 200,000 charged. In the
    third year it falls to 1,300,000, and 100,000 of the accrual are taken back. Then 1,400,000 are
    there before carry: of a profit of 400,000 80,000 are due, and 120,000 were to be taken back."""
    terms = Terms(venture=TERMS)
    values = [
        (day("2022-12-31"), M),
        (day("2023-12-31"), 1_800_000_00),
        (day("2024-12-31"), 1_300_000_00),
    ]
    amounts = ("0", "200000", "-100000")
    charges = [
        Charge(day(f"{year - 1}-12-31"), day(f"{year}-12-31"), None, Decimal(amount))
        for year, amount in zip((2022, 2023, 2024), amounts, strict=True)
    ]
    found, notes = carry_of_statements(lambda _: terms, [PAID_IN], values, charges)
    assert [("0.00", True), ("200000.00", True), ("-120000.00", False)] == [
        (f"{each.recomputed:.2f}", each.within) for each in found
    ]
    assert [] == notes
    silent, notes = carry_of_statements(lambda _: terms, [PAID_IN], values, charges[1:])
    assert ([], 1) == (silent, len(notes))
