"""Gates: worked cases as tables, and what holds whatever is asked for."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qazyna.errors import InvariantBroken
from qazyna.programme.gate import Request, gate
from qazyna.programme.terms import Terms

MAY, JUNE = date(2026, 5, 4), date(2026, 6, 1)


def paid(terms, requests, nav=1000_00, side_pocket=0):
    """(cap, what each is paid), in cents."""
    found = gate(Terms(**terms), requests, nav, side_pocket)
    return found.cap, list(found.paid)


# Each line: what the documents say; the requests; the cap and what each gets. NAV 1,000.00.
WORKED = [
    # 25 % of 1,000.00 are 250.00; 400.00 are asked for, so everyone gets 250/400 = 62.5 %
    (
        {"gate": "0.25"},
        [Request("A", 300_00), Request("B", 100_00)],
        (250_00, [187_50, 62_50]),
    ),
    # All fits: all is filled.
    (
        {"gate": "0.25"},
        [Request("A", 200_00), Request("B", 50_00)],
        (250_00, [200_00, 50_00]),
    ),
    # No gate: what is asked for is paid.
    ({}, [Request("A", 900_00)], (1000_00, [900_00])),
    # 10 % are 100.00 for three equal requests: 33.33 each; the cent over goes to A.
    (
        {"gate": "0.10"},
        [Request("C", 90_00), Request("A", 90_00), Request("B", 90_00)],
        (100_00, [33_33, 33_34, 33_33]),
    ),
    # Oldest vintage first: May is filled whole, June shares the remaining 50.00 by 100:300.
    (
        {"gate": "0.25", "gate_rule": "fifo"},
        [
            Request("A", 100_00, JUNE),
            Request("B", 200_00, MAY),
            Request("C", 300_00, JUNE),
        ],
        (250_00, [12_50, 200_00, 37_50]),
    ),
    # What was carried over comes first, though it is one date and pro rata: 240.00, then 10.00 : 2.
    (
        {"gate": "0.25", "carried_first": True},
        [Request("A", 200_00), Request("B", 240_00, carried=True), Request("C", 200_00)],
        (250_00, [5_00, 240_00, 5_00]),
    ),
    # The same without that term, 250/640 of each: 78.125, 93.75, 78.125. The odd cent is A's, the
    # first of two equal remainders.
    (
        {"gate": "0.25"},
        [Request("A", 200_00), Request("B", 240_00, carried=True), Request("C", 200_00)],
        (250_00, [78_13, 93_75, 78_12]),
    ),
    # Each investor: at most a quarter of what they hold themselves.
    (
        {"gate": "0.25", "gate_level": "investor"},
        [Request("A", 300_00, holding=400_00), Request("B", 20_00, holding=600_00)],
        (250_00, [100_00, 20_00]),
    ),
    # Two requests of one investor share its quarter, 100.00, by 100:300.
    (
        {"gate": "0.25", "gate_level": "investor"},
        [
            Request("A1", 100_00, investor="A", holding=400_00),
            Request("A2", 300_00, investor="A", holding=400_00),
        ],
        (100_00, [25_00, 75_00]),
    ),
]


@pytest.mark.parametrize(("terms", "requests", "expected"), WORKED)
def test_worked_cases(terms, requests, expected):
    assert expected == paid(terms, requests)


def test_a_side_pocket_redeems_nothing():
    """Of 1,000.00 200.00 lie in a side pocket: a quarter of the liquid 800.00 is paid."""
    assert (200_00, [200_00]) == paid({"gate": "0.25"}, [Request("A", 500_00)], 1000_00, 200_00)
    with pytest.raises(InvariantBroken):
        paid({}, [], 100, 101)


def test_no_more_than_the_liquid_side_is_paid_where_each_investor_has_a_gate():
    """Half of each holding are 500.00, but only 300.00 are liquid: 3/5 of each one's half."""
    requests = [Request("A", 400_00, holding=400_00), Request("B", 600_00, holding=600_00)]
    terms = {"gate": "0.5", "gate_level": "investor"}
    assert (300_00, [120_00, 180_00]) == paid(terms, requests, 1000_00, 700_00)


# ── Whatever is asked for ───────────────────────────────────────────────────────────────────────

SHARES = st.one_of(st.none(), st.decimals("0.0001", "1", places=4))
TERMS = st.builds(
    Terms,
    gate=SHARES,
    gate_rule=st.sampled_from(["pro_rata", "fifo"]),
    gate_level=st.sampled_from(["fund", "class", "investor"]),
    carried_first=st.booleans(),
)
AMOUNTS = st.one_of(st.integers(1, 40), st.integers(1, 10**12))


@st.composite
def dealings(draw):
    """A fund and requests that its NAV can be made of."""
    count = draw(st.integers(0, 7))
    amounts = draw(st.lists(AMOUNTS, min_size=count, max_size=count))
    requests = [
        Request(
            id=f"R-{number}",
            amount=amount,
            requested_on=draw(st.sampled_from([MAY, JUNE])),
            carried=draw(st.booleans()),
            holding=amount + draw(AMOUNTS),
        )
        for number, amount in enumerate(amounts)
    ]
    nav = sum(each.holding for each in requests) + draw(AMOUNTS)
    return requests, nav, draw(st.integers(0, nav))


@settings(deadline=None)
@given(TERMS, dealings())
def test_requests_are_conserved_and_the_cap_holds(terms, dealing):
    requests, nav, pocket = dealing
    found = gate(terms, requests, nav, pocket)
    assert sum(found.paid) <= found.cap <= nav - pocket
    for each, part, left in zip(requests, found.paid, found.carried, strict=True):
        assert part >= 0 and left >= 0
        assert each.amount == part + left
    if terms.gate_level != "investor":
        asked = sum(each.amount for each in requests)
        assert min(asked, found.cap) == sum(found.paid), "no cent of the cap is left unused"


@settings(deadline=None)
@given(TERMS, dealings(), st.randoms(use_true_random=False))
def test_the_order_of_requests_decides_nothing(terms, dealing, chance):
    requests, nav, pocket = dealing
    mixed = list(requests)
    chance.shuffle(mixed)
    found, again = gate(terms, requests, nav, pocket), gate(terms, mixed, nav, pocket)
    by_name = dict(zip((each.id for each in mixed), again.paid, strict=True))
    assert [by_name[each.id] for each in requests] == list(found.paid)


@settings(deadline=None)
@given(TERMS, dealings())
def test_nobody_who_comes_later_is_paid_before_the_first_are_filled(terms, dealing):
    requests, nav, pocket = dealing
    if terms.gate_level == "investor":
        return
    found = gate(terms, requests, nav, pocket)

    def rank(each):
        vintage = each.requested_on if terms.gate_rule == "fifo" else MAY
        return (terms.carried_first and not each.carried, vintage)

    unfilled = [rank(r) for r, left in zip(requests, found.carried, strict=True) if left]
    for each, part in zip(requests, found.paid, strict=True):
        assert not part or not unfilled or rank(each) <= min(unfilled)


@settings(deadline=None)
@given(dealings(), st.decimals("0.01", "1", places=2))
def test_one_tier_is_paid_one_share_to_the_cent(dealing, share):
    requests, nav, pocket = dealing
    found = gate(Terms(gate=share), requests, nav, pocket)
    asked = sum(each.amount for each in requests)
    for each, part in zip(requests, found.paid, strict=True):
        fair = each.amount * min(asked, found.cap)
        assert (part - 1) * asked < fair < (part + 1) * asked
