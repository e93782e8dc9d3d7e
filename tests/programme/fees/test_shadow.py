"""Shadow fees: worked by hand; against a fund that charges itself, and one that errs."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qazyna.clock import month_end
from qazyna.programme.fees.comparing import Charge, Due, compare
from qazyna.programme.fees.series import BySeries
from qazyna.programme.fees.shadow import Dealing, Valuation, check
from qazyna.programme.terms import PerformanceFee, Terms

D = Decimal


def day(text):
    return date.fromisoformat(text)


def valued(*told):
    return [Valuation(day(on), D(nav)) for on, nav in told]


def charge(since, until, management=None, performance=None):
    def amount(text):
        return None if text is None else D(text)

    before = day(since) - timedelta(days=1)
    return Charge(before, day(until), amount(management), amount(performance))


def rows(terms, valuations, dealings, charges=(), tolerance="0"):
    """(fee, last day, charged, recomputed, within), fee period by fee period."""
    said = Terms.model_validate(terms)
    found, _ = check(lambda _: said, valuations, dealings, charges, D(tolerance))
    return [
        (each.fee, str(each.until), told(each.charged), told(each.recomputed), each.within)
        for each in found
    ]


def told(amount):
    return None if amount is None else f"{amount:.2f}"


BOUGHT = [Dealing(day("2025-12-31"), D(1000))]
QUARTER = valued(("2025-12-31", "100"), ("2026-03-31", "110"))

# A thousand units, bought at 100 at the end of 2025.
WORKED = [
    # 2 % a year on what they are worth at the beginning: 2,000 · 90/365
    (
        {"management_fee": {"rate": "0.02", "frequency": "quarterly", "in_advance": True}},
        QUARTER,
        [("management", "2026-03-31", None, "493.15", None)],
    ),
    # at the end, before the fee: the fee f is 2 % · 90/365 of (110,000 + f)
    (
        {"management_fee": {"rate": "0.02", "frequency": "quarterly"}},
        QUARTER,
        [("management", "2026-03-31", None, "545.15", None)],
    ),
    # month by month, each on its own NAV; two fees
    (
        {"management_fee": {"rate": "0.02", "in_advance": True}},
        valued(("2025-12-31", "100"), ("2026-01-31", "110"), ("2026-02-28", "105")),
        [
            ("management", "2026-01-31", None, "169.86", None),
            ("management", "2026-02-28", None, "168.77", None),
        ],
    ),
    # 20 %: of a unit at 108 after the fee 2 are the fee, for it was worth 110. The year is running
    (
        {"performance_fee": {"rate": "0.2"}},
        valued(("2025-12-31", "100"), ("2026-03-31", "108")),
        [("performance", "2026-03-31", None, "2000.00", None)],
    ),
    # a year up, taken; a year down and half up again, below the mark: nothing
    (
        {"performance_fee": {"rate": "0.2"}},
        valued(
            ("2025-12-31", "100"),
            ("2026-12-31", "108"),
            ("2027-06-30", "90"),
            ("2027-12-31", "107"),
        ),
        [
            ("performance", "2026-12-31", None, "2000.00", None),
            ("performance", "2027-12-31", None, "0.00", None),
        ],
    ),
    # both: the performance fee is on what the management fee leaves
    (
        {
            "management_fee": {"rate": "0.02", "frequency": "annual"},
            "performance_fee": {"rate": "0.2"},
        },
        valued(("2025-12-31", "100"), ("2026-12-31", "108")),
        # 108,000 and 2,000 are 110,000, which are 98 % of 112,244.90: 2,244.90
        [
            ("management", "2026-12-31", None, "2244.90", None),
            ("performance", "2026-12-31", None, "2000.00", None),
        ],
    ),
]


@pytest.mark.parametrize(("terms", "valuations", "expected"), WORKED)
def test_worked_cases(terms, valuations, expected):
    assert expected == rows(terms, valuations, BOUGHT)


def test_the_charge_is_a_fact_from_which_the_gross_value_follows():
    """108 after a fee of 2.50 a unit was worth 110.50: 2.10 were due, so 400.00 is too much."""
    terms = {"performance_fee": {"rate": "0.2"}}
    navs = valued(("2025-12-31", "100"), ("2026-12-31", "108"))
    charged = [charge("2026-01-01", "2026-12-31", performance="2500.00")]
    assert [("performance", "2026-12-31", "2500.00", "2100.00", False)] == rows(
        terms, navs, BOUGHT, charged
    )
    assert rows(terms, navs, BOUGHT, charged, "0.2")[0][-1], "a fifth may differ"


def test_a_gross_value_that_is_told_is_taken():
    navs = [
        Valuation(day("2025-12-31"), D(100), D(100)),
        Valuation(day("2026-12-31"), D(108), D(111)),
    ]
    assert [("performance", "2026-12-31", None, "2200.00", None)] == rows(
        {"performance_fee": {"rate": "0.2"}}, navs, BOUGHT
    )


def test_terms_that_changed_apply_from_their_day_on():
    """1 % for the first quarter, 3 % for the second, on 100,000 at the beginning of each."""

    def terms_on(on):
        rate = "0.01" if on <= day("2026-03-31") else "0.03"
        fee = {"rate": rate, "frequency": "quarterly", "in_advance": True}
        return Terms.model_validate({"management_fee": fee})

    navs = valued(("2025-12-31", "100"), ("2026-03-31", "100"), ("2026-06-30", "100"))
    found, _ = check(terms_on, navs, BOUGHT)
    assert ["246.58", "747.95"] == [told(each.recomputed) for each in found]


def test_what_was_bought_in_the_quarter_pays_for_its_own_days():
    """In advance: 100,000 for 90 days, and 500 units at 110 for the last 31."""
    navs = valued(("2025-12-31", "100"), ("2026-02-28", "110"), ("2026-03-31", "110"))
    dealings = [*BOUGHT, Dealing(day("2026-02-28"), D(500))]
    terms = {"management_fee": {"rate": "0.02", "frequency": "quarterly", "in_advance": True}}
    assert [("management", "2026-03-31", None, "586.58", None)] == rows(terms, navs, dealings)


def test_who_leaves_takes_the_fee_along():
    """110 gross at mid-year: half of the units go and 1,000.00 is taken on them. Back at 100 the
    other half owes nothing, so the year's fee is those 1,000.00."""
    navs = valued(("2025-12-31", "100"), ("2026-06-30", "108"), ("2026-12-31", "100"))
    dealings = [*BOUGHT, Dealing(day("2026-06-30"), D(-500))]
    for method in ("series", "equalisation"):
        terms = {"performance_fee": {"rate": "0.2", "method": method}}
        assert [("performance", "2026-12-31", None, "1000.00", None)] == rows(terms, navs, dealings)


def test_who_leaves_takes_the_accrual_along_too():
    """110 gross, 2.00 of it charged; half goes. The rest rises to 121: 4.20 a unit, of which 2.20
    are charged on 500 units. With the 1,000.00 of those that left the year's fee is 3,100.00."""
    navs = valued(("2025-12-31", "100"), ("2026-06-30", "108"), ("2026-12-31", "116.80"))
    dealings = [*BOUGHT, Dealing(day("2026-06-30"), D(-500))]
    charged = [
        charge("2026-01-01", "2026-06-30", performance="2000.00"),
        charge("2026-07-01", "2026-12-31", performance="1100.00"),
    ]
    assert [("performance", "2026-12-31", "3100.00", "3100.00", True)] == rows(
        {"performance_fee": {"rate": "0.2"}}, navs, dealings, charged
    )


# ── Periods that do not end together ────────────────────────────────────────────────────────────


def due(since, until, amount):
    return Due(day(since), day(until), D(amount))


def test_what_is_compared_are_the_shortest_stretches_both_speak_of():
    dues = [
        due("2025-12-31", "2026-03-31", "300"),
        due("2026-03-31", "2026-06-30", "310"),
        due("2026-06-30", "2026-09-30", "320"),
        due("2026-09-30", "2026-12-31", "330"),
    ]
    charges = [
        charge("2026-01-01", "2026-01-31", "100"),
        charge("2026-02-01", "2026-03-31", "200.01"),
        charge("2026-04-01", "2026-09-30", "640"),
    ]
    found = compare("management", dues, charges)
    assert [
        ("2026-03-31", "300.01", "300.00", True),  # a cent is rounding
        ("2026-09-30", "640.00", "630.00", False),
        ("2026-12-31", None, "330.00", None),
    ] == [(str(c.until), told(c.charged), told(c.recomputed), c.within) for c in found]
    assert "management_fee_differs" == found[1].finding()["code"]
    assert found[0].finding() is None and found[2].finding() is None


# ── Against a fund that charges itself ──────────────────────────────────────────────────────────

FACTORS = st.decimals("0.8", "1.25", places=3)
FEES = st.fixed_dictionaries(
    {
        "rate": st.decimals("0", "0.4", places=2),
        "hurdle": st.sampled_from(["0", "0.05"]),
        "hurdle_kind": st.sampled_from(["hard", "soft"]),
        "high_water_mark": st.booleans(),
        "crystallises": st.sampled_from(["quarterly", "annual"]),
        "method": st.sampled_from(["series", "equalisation"]),
    }
)


class AFund:
    """A fund's account of us, by series, with one NAV per unit and the charge of each month."""

    def __init__(self, fee, months, bought):
        self.fee = PerformanceFee.model_validate(fee)
        self.method = BySeries(self.fee)
        self.lots = [self.method.subscribe(day("2025-12-31"), D(10**6))]
        self.units = D(10**4)
        self.valuations = [Valuation(day("2025-12-31"), D(100))]
        self.dealings = [Dealing(day("2025-12-31"), self.units)]
        self.charges = []
        on = day("2025-12-31")
        for number, factor in enumerate(months):
            before, accrued = on, self._accrued(on)
            on = month_end(on + timedelta(days=1))
            self.method.grow(factor)
            now = self._accrued(on)
            self.charges.append(Charge(before, on, None, now - accrued))
            nav = sum(self.method.net(lot, on) for lot in self.lots) / self.units
            self.valuations.append(Valuation(on, nav))
            if number == bought:
                self.dealings.append(Dealing(on, D(1000)))
                self.lots.append(self.method.subscribe(on, 1000 * nav))
                self.units += 1000
            if on.month % (3 if self.fee.crystallises == "quarterly" else 12) == 0:
                self.method.crystallise(on)

    def _accrued(self, on):
        return sum(self.method.accrued(lot, on) for lot in self.lots)


@settings(max_examples=80, deadline=None)
@given(FEES, st.lists(FACTORS, min_size=1, max_size=16), st.integers(0, 20))
def test_what_is_charged_by_the_terms_agrees_to_the_cent(fee, months, bought):
    """Whether the charges are told or only implied by the NAVs."""
    fund = AFund(fee, months, bought)
    terms = Terms.model_validate({"performance_fee": fee})
    whole, _ = check(lambda _: terms, fund.valuations, fund.dealings, fund.charges)
    assert whole and all(each.within for each in whole)
    assert all(abs(each.difference) <= D("0.01") for each in whole)
    if fee["hurdle"] == "0":
        silent, notes = check(lambda _: terms, fund.valuations, fund.dealings)
        assert [each.recomputed for each in whole] == pytest.approx(
            [each.recomputed for each in silent], abs=D("0.02")
        )
        assert notes or not D(fee["rate"])


@settings(max_examples=40, deadline=None)
@given(
    st.lists(FACTORS, min_size=1, max_size=12),
    st.integers(0, 11),
    st.decimals("5", "5000", places=2),
)
def test_a_fund_that_takes_too_much_is_found_out(months, at, more):
    """It books more in one month, and its NAVs are that much lower to the end of the year."""
    fund = AFund({"rate": "0.2"}, months, bought=None)
    at %= len(months)
    was = fund.charges[at]
    fund.charges[at] = Charge(was.since, was.until, None, was.performance + more)
    fund.valuations[at + 1 :] = [
        Valuation(each.on, each.nav - more / fund.units) for each in fund.valuations[at + 1 :]
    ]
    terms = Terms.model_validate({"performance_fee": {"rate": "0.2"}})
    (wrong,), _ = check(lambda _: terms, fund.valuations, fund.dealings, fund.charges)
    assert wrong.within is False
    assert more == pytest.approx(wrong.difference, abs=D("0.02"))
    assert f"{wrong.difference:.2f} more" in wrong.finding()["message"]
