"""Pacing: the authors' example line by line, an oracle of its own, and what always holds."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
import pyxirr
from hypothesis import given, settings
from hypothesis import strategies as st

from qazyna.programme.pacing.calibration import bow_for, growth_for, multiple
from qazyna.programme.pacing.commitments import EXAMPLE
from qazyna.programme.pacing.model import Commitment, Model, project
from qazyna.programme.pacing.plan import Expected, plan

BEGAN = date(2025, 12, 31)
"""The day before the first year, and the first quarter, of a commitment that begins next day."""
START = date(2026, 1, 1)


def promised(amount=100_00, **more):
    return Commitment("VF-1", "USD", amount, START, **more)


def lived(model=EXAMPLE, period="year", as_of=BEGAN, **more):
    return list(project(promised(**more), model, as_of, period))


# The example of Takahashi and Alexander: 100 promised, a quarter called in the first year, a third
# of the rest in the second, then half of the rest each year; growth 13 %, bow 2.5, twelve years.
#   1   called 25; nothing was there to grow or to pay out
#   2   called 75/3 = 25. 25 grow by 3.25; (2/12)^2.5 = 1.1340 % of 28.25 are paid out: 0.32
#   3   called 50/2 = 25. 52.93 grow by 6.88; (3/12)^2.5 = 3.125 % of 59.81 are 1.87
#   4   called 25/2 = 12.50. 82.94 grow by 10.78; (4/12)^2.5 = 6.4150 % of 93.72 are 6.01
#   call  distribution  growth  NAV  unfunded
FIRST_YEARS = [
    ("25.00", "0.00", "0.00", "25.00", "75.00"),
    ("25.00", "0.32", "3.25", "52.93", "50.00"),
    ("25.00", "1.87", "6.88", "82.94", "25.00"),
    ("12.50", "6.01", "10.78", "100.21", "12.50"),
]


def test_the_authors_example():
    steps = lived()
    assert FIRST_YEARS == [
        tuple(
            f"{Decimal(cents) / 100:.2f}"
            for cents in (s.call, s.distribution, s.growth, s.nav, s.unfunded)
        )
        for s in steps[:4]
    ]
    assert 12 == len(steps)
    assert (0, 0) == (steps[-1].call, steps[-1].nav)


def test_four_quarters_call_what_a_year_calls():
    """Of an unfunded 1,000,000: 250,000 in the first year either way, to the rounding of cents."""
    year = lived(amount=10**8)[0]
    quarters = lived(amount=10**8, period="quarter")[:4]
    assert abs(year.call - sum(each.call for each in quarters)) <= 4
    assert [date(2026, m, d) for m, d in ((3, 31), (6, 30), (9, 30), (12, 31))] == [
        each.until for each in quarters
    ]


def test_a_commitment_that_runs_goes_on_from_where_it_stands():
    """In its third year half of what is unfunded is called, and a 32nd of what is there paid."""
    began = replace(promised(called=50_00, nav=60_00), started_on=date(2024, 1, 1))
    first = next(iter(project(began, EXAMPLE, date(2025, 12, 31), "year")))
    # 60 grow by 7.80; 3.125 % of 67.80 are 2.11875
    assert (25_00, 7_80, 2_12) == (first.call, first.growth, first.distribution)
    assert date(2026, 12, 31) == first.until


def test_past_its_life_a_fund_pays_out_what_is_left():
    late = replace(promised(called=90_00, nav=5_00), started_on=date(2000, 1, 1))
    (only,) = project(late, EXAMPLE, BEGAN, "year")
    assert (0, 5_65, 0) == (only.call, only.distribution, only.nav)


def test_what_may_be_called_again_is_unfunded_again():
    """A fifth of 200.00's payouts may be called again while the fund calls."""
    model = replace(EXAMPLE, recallable_share=Decimal("0.2"), calls_years=6)
    steps = lived(model, amount=200_00)
    second = steps[1]  # paid out 0.64: of it 0.13 again
    assert (64, 13, 100_13) == (second.distribution, second.recallable, second.unfunded)
    assert 0 == sum(step.call for step in steps[6:])
    assert steps[5].recallable == steps[-1].recallable


# ── What always holds ───────────────────────────────────────────────────────────────────────────

RATES = st.decimals("0", "1", places=3)
MODELS = st.builds(
    Model,
    life_years=st.integers(1, 15),
    contribution_rates=st.lists(RATES, min_size=1, max_size=4).map(tuple),
    growth=st.decimals("0", "0.5", places=3),
    bow=st.decimals("0", "8", places=2),
    yield_rate=st.decimals("0", "0.3", places=2),
    calls_years=st.one_of(st.none(), st.integers(1, 10)),
    recallable_share=st.one_of(st.just(Decimal(0)), st.decimals("0", "1", places=2)),
)
PERIODS = st.sampled_from(["quarter", "year"])


@st.composite
def commitments(draw):
    amount = draw(st.one_of(st.integers(1, 500), st.integers(1, 10**13)))
    called = draw(st.integers(0, amount))
    distributed = draw(st.integers(0, 2 * amount))
    return Commitment(
        "VF-1",
        "USD",
        amount,
        draw(st.dates(date(2015, 1, 1), date(2027, 1, 1))),
        called=called,
        distributed=distributed,
        recallable=draw(st.integers(0, min(called, distributed))),
        nav=draw(st.integers(0, 3 * amount)) if called else 0,
    )


@settings(max_examples=200, deadline=None)
@given(commitments(), MODELS, PERIODS)
def test_no_cent_is_lost_and_no_promise_broken(commitment, model, period):
    called, recallable, nav = commitment.called, commitment.recallable, commitment.nav
    steps = list(project(commitment, model, BEGAN, period))
    assert steps
    for step in steps:
        assert min(step.call, step.distribution, step.growth, step.nav) >= 0
        assert nav + step.growth + step.call - step.distribution == step.nav
        assert recallable <= step.recallable
        called, recallable, nav = called + step.call, step.recallable, step.nav
        assert 0 <= called - recallable <= commitment.amount
        assert commitment.amount - called + recallable == step.unfunded
    assert 0 == nav, "at the end of its life all is paid out"
    grown = sum(step.growth for step in steps)
    paid_in = commitment.nav + sum(step.call for step in steps)
    assert paid_in + grown == sum(step.distribution for step in steps)


@settings(max_examples=60, deadline=None)
@given(MODELS, PERIODS)
def test_the_growth_is_the_irr_of_what_a_fund_pays(model, period):
    """By another's arithmetic: at the growth its flows are worth nothing, but for rounded cents."""
    steps = list(project(promised(10**13), model, BEGAN, period))
    n = 4 if period == "quarter" else 1
    rate = float((1 + model.growth) ** (Decimal(1) / n) - 1)
    worth = pyxirr.npv(rate, [float(step.distribution - step.call) for step in steps])
    assert abs(worth) <= len(steps) + 1e-9 * 10**13


@settings(max_examples=60, deadline=None)
@given(commitments(), MODELS, PERIODS)
def test_the_kernel_computes_what_the_exact_model_does(commitment, model, period):
    """Float beside decimals: the multiple of the whole life, for amounts that cents do not blur."""
    big = replace(
        commitment,
        amount=commitment.amount * 10**9,
        called=commitment.called * 10**9,
        distributed=commitment.distributed * 10**9,
        recallable=commitment.recallable * 10**9,
        nav=commitment.nav * 10**9,
    )
    steps = list(project(big, model, BEGAN, period))
    called = big.called + sum(step.call for step in steps)
    out = big.distributed + sum(step.distribution for step in steps)
    found = multiple(big, model, float(model.growth), float(model.bow), BEGAN, period)
    if called:
        assert found == pytest.approx(out / called, rel=1e-6)


# ── Calibration ─────────────────────────────────────────────────────────────────────────────────


def tvpi(steps):
    return sum(step.distribution for step in steps) / sum(step.call for step in steps)


@pytest.mark.parametrize("period", ["quarter", "year"])
@pytest.mark.parametrize(("growth", "target"), [("0.15", "2"), ("0.10", "1.5"), ("0.25", "3.5")])
def test_a_bow_that_meets_both_targets(period, growth, target):
    model = replace(EXAMPLE, growth=Decimal(growth))
    found = bow_for(promised(10**10), model, Decimal(target), BEGAN, period)
    assert found.met
    steps = lived(found.model, period, amount=10**10)
    assert float(target) == pytest.approx(tvpi(steps), rel=1e-6)
    flows = [float(step.distribution - step.call) for step in steps]
    n = 4 if period == "quarter" else 1
    irr = (1 + pyxirr.irr(flows)) ** n - 1
    assert float(growth) == pytest.approx(irr, rel=1e-6)


@pytest.mark.parametrize("period", ["quarter", "year"])
def test_a_growth_that_meets_the_multiple_at_a_bow(period):
    found = growth_for(promised(10**10), EXAMPLE, Decimal("1.8"), BEGAN, period)
    assert found.met
    assert 1.8 == pytest.approx(tvpi(lived(found.model, period, amount=10**10)), rel=1e-6)


@pytest.mark.parametrize(("growth", "target"), [("0.05", "5"), ("0.20", "1.01"), ("0", "2")])
def test_targets_that_cannot_be_met_are_told_with_what_could_be(growth, target):
    asked = Expected(
        promised(10**10), replace(EXAMPLE, growth=Decimal(growth)), None, Decimal(target)
    )
    (told,) = plan([asked], BEGAN, "quarter", {})["commitments"]
    found = told["calibration"]
    assert (False, target) == (found["met"], found["target_tvpi"])
    assert f"{target} cannot be met" in found["why"]
    least, most = (Decimal(found["attainable"][each]) for each in ("least", "most"))
    assert not least <= Decimal(target) <= most
    assert least <= Decimal(found["tvpi"]) <= most


# ── Together, beside what is liquid ─────────────────────────────────────────────────────────────

ALL_AT_ONCE = Model(2, (Decimal(1),), Decimal("0.1"), Decimal(1))
"""Calls all in its first year; pays out half of 110 % then, and all a year later … in two years."""


def test_two_commitments_beside_the_liquid_reserve():
    """Each calls 100.00 in its first year, and a year later pays out 110.00; the second begins a
    year later. So 100.00 are needed, then 90.00, and never more: 150.00 liquid are enough, though
    200.00 are promised. With 95.00 the first year is too much."""
    expected = [
        Expected(promised(), ALL_AT_ONCE),
        Expected(replace(promised(), id="VF-2", started_on=date(2027, 1, 1)), ALL_AT_ONCE),
    ]
    (every,) = plan(expected, BEGAN, "year", {"USD": 150_00})["sum"]
    assert ["100.00", "-10.00", "-110.00"] == [
        f"{-Decimal(row['net']):.2f}" for row in every["periods"]
    ]
    assert ["100.00", "90.00", "-20.00"] == [row["need"] for row in every["periods"]]
    assert ("50.00", "1.333333") == (every["over_commitment"], every["unfunded_to_liquid"])
    assert ("100.00", "2026-12-31", None) == (
        every["peak_need"],
        every["peak_until"],
        every["short_from"],
    )
    (short,) = plan(expected, BEGAN, "year", {"USD": 95_00})["sum"]
    assert "2026-12-31" == short["short_from"]


def test_currencies_are_never_added_up():
    expected = [
        Expected(promised(), EXAMPLE),
        Expected(replace(promised(), id="VF-2", currency="EUR"), EXAMPLE),
    ]
    found = plan(expected, BEGAN, "quarter", {"USD": 1})["sum"]
    assert [("USD", "0.01"), ("EUR", None)] == [(s["currency"], s["liquid"]) for s in found]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(commitments(), MODELS), min_size=1, max_size=4), PERIODS)
def test_the_sum_is_the_sum_of_its_parts(parts, period):
    found = plan([Expected(*part) for part in parts], BEGAN, period, {})
    (every,) = found["sum"]
    for mine, of_all in (("call", "call"), ("distribution", "distribution")):
        assert sum(Decimal(each["totals"][mine]) for each in found["commitments"]) == sum(
            Decimal(row[of_all]) for row in every["periods"]
        )
