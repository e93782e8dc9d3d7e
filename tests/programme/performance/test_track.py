"""What the books know of a manager becomes periods, returns, money, and a report of all of them."""

from datetime import date
from decimal import Decimal as D

import numpy as np
import pytest

from qazyna.clock import month_end
from qazyna.programme.manager import Dealt, Flow, Manager, Nav
from qazyna.programme.performance.flow_files import Index
from qazyna.programme.performance.report import Asked, Managed, report
from qazyna.programme.performance.series_files import Returns
from qazyna.programme.performance.track import index_of, over, portfolio, table, track, valuations

EVER = date.min, date.max
CENTS, MILLIONTHS = 2, 6


def same(_):
    return 1.0


def month(number):
    """The last day of a month counted from January 2024."""
    return month_end(date(2024 + number // 12, number % 12 + 1, 1))


def nav(on, per_unit, final=True):
    return Nav(on=on, per_unit=D(per_unit), final=final, statement_ref="S")


def hedge(navs, dealt=(), code="HF-1"):
    return Manager(
        code=code,
        manager_kind="hedge_fund",
        currency="EUR",
        navs=navs,
        dealt=[Dealt(on=on, units=units, amount=amount) for on, units, amount in dealt],
    )


def monthly(*per_unit, dealt=(), code="HF-1"):
    return hedge([nav(month(n), each) for n, each in enumerate(per_unit)], dealt, code)


def venture(navs, flows):
    return Manager(
        code="VF-1",
        manager_kind="venture_fund",
        currency="USD",
        navs=navs,
        flows=[Flow(on=on, amount=amount) for on, amount in flows],
    )


def tracked(manager, rate=same):
    return track(manager, CENTS, MILLIONTHS, rate, *EVER)


def nets(found):
    return [step.net for step in found.steps]


# periods


def test_a_month_counts_by_its_last_nav_as_last_restated():
    weekly = [date(2024, 1, 5), date(2024, 1, 31), date(2024, 2, 14), date(2024, 2, 29)]
    navs = [nav(on, each) for on, each in zip(weekly, ("100", "110", "90", "120"), strict=True)]
    found = tracked(hedge([*navs, nav(date(2024, 2, 29), "121")]))
    assert (12, [121 / 110 - 1]) == (found.periods, pytest.approx(nets(found)))


@pytest.mark.parametrize(("apart", "periods"), [(1, 12), (3, 4), (12, 1)])
def test_periods_are_as_long_as_navs_are_apart(apart, periods):
    navs = [nav(month(n * apart), str(100 + n)) for n in range(4)]
    found = tracked(hedge(navs))
    assert (periods, 3) == (found.periods, len(found.steps))
    assert all(step.alone for step in found.steps)


def test_a_stretch_without_navs_is_no_period():
    navs = [nav(month(n), each) for n, each in ((0, "100"), (1, "110"), (4, "121"), (5, "133.1"))]
    found = tracked(hedge(navs))
    assert [True, False, True] == [step.alone for step in found.steps]
    assert [0.1, np.nan, np.nan, np.nan, 0.1] == pytest.approx(
        table([found]).matrix[:, 0].tolist(), nan_ok=True
    )


def test_returns_are_in_the_programmes_currency():
    """+10 % in euros that lose 5 % against the dollar."""
    rates = {month(0): 1.20, month(1): 1.14}
    found = tracked(monthly("100", "110"), rates.get)
    assert [1.10 * 0.95 - 1] == pytest.approx(nets(found))


def test_without_a_rate_there_is_no_return():
    found = tracked(monthly("100", "110"), lambda _: None)
    assert np.isnan(nets(found)).all()


# what we had with it


def test_units_dealt_are_what_we_had_and_modified_dietz_weighs_them():
    """100 units at 10; 60 more at 12 in mid-February; all 160 at 13 by its end, which is 2,080."""
    navs = [nav(month(0), "10"), nav(date(2024, 2, 14), "12"), nav(month(1), "13")]
    dealt = [(month(0), 100_000_000, 100_000), (date(2024, 2, 14), 60_000_000, 72_000)]
    (step,) = tracked(hedge(navs, dealt)).steps
    assert (1_000.0, 2_080.0) == (step.opening, step.closing)
    assert 720 * 15 / 29 == pytest.approx(step.weighted_flows)
    assert 0.3 == pytest.approx(step.net), "the fund's own return does not know of us"
    assert (2_080 - 1_000 - 720) / (1_000 + 720 * 15 / 29) == pytest.approx(step.ours)


def test_units_issued_against_an_asset_count_at_the_nav_of_their_day():
    found = tracked(monthly("10", "11", "12", dealt=[(month(1), 50_000_000, None)]))
    first, second = found.steps
    assert (0.0, 550.0, 550.0) == (first.opening, first.closing, second.opening)
    assert np.isnan(first.ours), "what came on the last day was there for none of it"
    assert 12 / 11 - 1 == pytest.approx(second.ours)


def test_a_redemption_takes_units_away():
    dealt = [(month(0), 100_000_000, 100_000), (month(1), -40_000_000, 44_000)]
    found = tracked(monthly("10", "11", "12", dealt=dealt))
    assert [1_000.0, 660.0] == [step.opening for step in found.steps]
    assert [0.1, 12 / 11 - 1] == pytest.approx([step.ours for step in found.steps])


def test_an_interest_is_worth_its_nav_and_earns_by_modified_dietz():
    """100 called, worth 90 by March; 50 called on 15 May, 20 distributed on 14 June; 135 left."""
    flows = [(date(2024, 1, 10), 10_000), (date(2024, 5, 15), 5_000), (date(2024, 6, 14), -2_000)]
    found = tracked(venture([nav(month(2), "0.9"), nav(month(5), "0.9")], flows))
    assert [D(90), D(135)] == [each.worth for each in found.valuations]
    assert [D(100), D(30)] == [each.paid_in for each in found.valuations]
    (step,) = found.steps
    invested = 90 + 50 * 46 / 91 - 20 * 16 / 91
    assert (4, (135 - 90 - 30) / invested) == (found.periods, pytest.approx(step.net))


def test_a_composite_takes_full_months_in_which_something_was_there():
    found = tracked(monthly("10", "11", "12", "13", dealt=[(month(1), 50_000_000, None)]))
    assert [(2024, 3), (2024, 4)] == list(portfolio(found))
    assert 550.0 == portfolio(found)[2024, 3].begin


def test_a_month_with_a_flow_of_unknown_value_is_not_in_a_composite():
    dealt = [(month(0), 50_000_000, 50_000), (date(2024, 2, 14), 60_000_000, 72_000)]
    known = dict.fromkeys((month(0), month(1), month(2)), 1.0)
    found = tracked(monthly("10", "11", "12", dealt=dealt), known.get)
    assert [(2024, 3)] == list(portfolio(found))


def test_navs_outside_the_span_are_not_looked_at():
    manager = monthly("10", "11", "12", "13")
    found = valuations(manager, CENTS, month(1), month(2))
    assert [month(1), month(2)] == [each.on for each in found]


# before fees


def test_a_gross_return_adds_what_the_statement_of_the_period_charged():
    """On 1,000 the fund makes 100 after charging 15: 10 % net and 11.5 % gross."""
    manager = monthly("10", "11", "12", dealt=[(month(0), 100_000_000, 100_000)])
    fees = {(date(2024, 2, 1), date(2024, 2, 29)): D(15)}
    first, second = track(manager, CENTS, MILLIONTHS, same, *EVER, fees).steps
    assert (0.10, 0.115) == pytest.approx((first.net, first.gross))
    assert np.isnan(second.gross), "no statement of March"


def test_the_statement_of_a_quarter_says_nothing_of_its_months():
    manager = monthly("10", "11", "12", "13", dealt=[(month(0), 100_000_000, 100_000)])
    fees = {(date(2024, 2, 1), date(2024, 4, 30)): D(15)}
    found = track(manager, CENTS, MILLIONTHS, same, *EVER, fees)
    assert all(np.isnan(step.gross) for step in found.steps)


def test_the_report_tells_gross_where_every_period_has_its_statement():
    manager = monthly("10", "11", "12.1", dealt=[(month(0), 100_000_000, 100_000)])
    spans = [(date(2024, 2, 1), date(2024, 2, 29)), (date(2024, 3, 1), date(2024, 3, 31))]
    whole = Managed(manager, CENTS, MILLIONTHS, same, (), None, {span: D(11) for span in spans})
    part = Managed(manager, CENTS, MILLIONTHS, same, (), None, {spans[0]: D(11)})
    for given, expected in ((whole, 1.111 * 1.11 - 1), (part, None)):
        found = report([given], Asked(*EVER, "USD"))
        gross = found["managers"]["HF-1"]["gross"]
        assert expected == (gross and pytest.approx(gross["cumulative"]))
        (year,) = found["composite"]
        assert expected == (year["gross"] and pytest.approx(year["gross"]))


# a benchmark


def test_a_monthly_benchmark_becomes_that_of_quarters():
    days = tuple(month(n) for n in range(6))
    monthly_ = Returns(days, ("M",), np.array([[0.1], [0.0], [0.1], [0.2], [0.0], [0.0]]))
    found = over(index_of(monthly_, 12), [month(2), month(5), month(8)], 4)
    assert [0.21, 0.2, np.nan] == pytest.approx(found.tolist(), nan_ok=True)


# all of it


def managed(manager, paid=(), left=None, rate=same):
    return Managed(manager, CENTS, MILLIONTHS, rate, tuple(paid), left)


def grown(*percent, code="HF-1"):
    worths = np.cumprod([100.0, *(1 + np.array(percent) / 100)])
    return monthly(*(f"{worth:.8f}" for worth in worths), code=code)


def test_the_report_ranks_managers_and_links_what_risk_leaves_out():
    stated = ((0, "100"), (1, "101"), (2, "103"), (5, "130"))
    gap = hedge([nav(month(n), each) for n, each in stated], code="HF-2")
    found = report([managed(grown(1, 2, -1, 1)), managed(gap)], Asked(*EVER, "USD"))
    assert [1.0, 0.0] == [found["series"][code]["peer_rank"] for code in ("HF-2", "HF-1")]
    assert 0.30 == pytest.approx(found["series"]["HF-2"]["cumulative"])
    assert 1.3 ** (12 / 5) - 1 == pytest.approx(found["series"]["HF-2"]["twr_annualised"])
    assert 2 == found["series"]["HF-2"]["n"]
    assert "no NAV between 2024-03-31 and 2024-06-30: measures of risk leave it out" in [
        each["why"] for each in found["estimates"]
    ]


def test_the_report_tells_what_came_back_on_what_was_paid_in():
    paid = [(month(0), -1_000.0), (month(3), 300.0)]
    asked = Asked(date.min, month(12), "USD")
    money = report([managed(grown(1, 1, 1), paid, 900.0)], asked)["managers"]["HF-1"]["money"]
    assert (0.3, 0.9, 1.2, 1_000.0) == pytest.approx(
        (money["dpi"], money["rvpi"], money["tvpi"], money["pic"])
    )
    assert 0 < money["irr"] < 0.3


@pytest.mark.parametrize(
    ("paid", "left", "why"),
    [
        ((), 5.0, "nothing was paid in"),
        ([(month(0), -1.0)], None, "what is held, or what was paid, has no value"),
        ([(month(0), np.nan), (month(0), -1.0)], 5.0, "what is held, or what was paid, has no"),
    ],
)
def test_where_money_cannot_be_told_the_report_says_why(paid, left, why):
    found = report([managed(grown(1, 1), paid, left)], Asked(date.min, month(12), "USD"))
    assert found["managers"]["HF-1"]["money"] is None
    assert any(why in each["why"] for each in found["estimates"])


def test_a_stale_nav_is_marked_and_estimated():
    random = np.random.default_rng(4)  # returns that do not lean on one another
    market = random.normal(1.0, 4.0, 26)
    manager = grown(*(market[:24] / 2))
    levels = np.cumprod([100.0, *(1 + market / 100)])
    index = Index(tuple(month(n) for n in range(27)), tuple(levels.tolist()))
    asked = Asked(date.min, month(26), "USD", benchmark=index, stale_after={"hedge_fund": 45})
    found = report([managed(manager)], asked)
    stale = found["managers"]["HF-1"]["stale"]
    assert (["no_new_nav"], "2026-01-31") == (stale["reasons"], stale["since"])
    assert 0.5 == pytest.approx(stale["estimate"]["beta"], abs=1e-6)
    moved = 1 + (levels[26] / levels[24] - 1) / 2
    assert float(manager.navs[-1].per_unit) * moved == pytest.approx(
        float(stale["estimate"]["worth"]), rel=1e-6
    )
    assert any(each["why"].startswith("estimate: no NAV since") for each in found["estimates"])


def test_a_call_since_the_last_nav_counts_at_cost_in_an_estimate():
    random = np.random.default_rng(4)
    market = random.normal(2.0, 6.0, 14)
    levels = np.cumprod([100.0, *(1 + market / 100)])
    index = Index(tuple(month(3 * n) for n in range(15)), tuple(levels.tolist()))
    worths = np.cumprod([1.0, *(1 + market[:12] / 200)])
    navs = [nav(month(3 * n), f"{worth:.10f}") for n, worth in enumerate(worths)]
    called = [(date(2024, 1, 2), 100_000), (month(36), 700), (month(37), 5_000)]
    asked = Asked(date.min, month(42), "USD", benchmark=index, stale_after={"venture_fund": 100})
    stale = [
        report([managed(venture(navs, called[:count]))], asked)["managers"]["VF-1"]["stale"]
        for count in (2, 3)
    ]
    bare, more = (D(each["estimate"]["worth"]) for each in stale)
    assert 50 == more - bare
    factor = float(stale[0]["estimate"]["factor"])
    assert worths[-1] * 1_007 * factor == pytest.approx(float(bare)), "the day's own call is in it"


def test_a_manager_with_one_nav_has_no_measures_and_the_report_says_so():
    found = report([managed(monthly("100"))], Asked(*EVER, "USD"))
    assert ({}, None) == (found["series"], found["managers"]["HF-1"]["desmoothed"])
    assert "no two NAVs follow one another" in found["estimates"][0]["why"]


def test_an_estimate_of_the_managers_own_is_listed():
    manager = hedge([nav(month(0), "100"), nav(month(1), "101", final=False)])
    found = report([managed(manager)], Asked(*EVER, "USD"))
    assert not found["managers"]["HF-1"]["nav"]["final"]
    assert "the NAV of 2024-02-29 is the manager's own estimate" in [
        each["why"] for each in found["estimates"]
    ]


def test_desmoothed_stands_beside_reported():
    random = np.random.default_rng(11)
    true = random.normal(0.8, 3.0, 60)
    smoothed = np.convolve(true, [0.6, 0.4])[:60]
    told = report([managed(grown(*smoothed))], Asked(*EVER, "USD"))
    reported, plain = told["series"]["HF-1"], told["managers"]["HF-1"]["desmoothed"]
    assert reported["volatility"] < plain["volatility"]
    assert plain["volatility"] == pytest.approx(reported["desmoothed_volatility"])
    assert plain["sharpe"] < reported["sharpe"]


def test_the_composite_is_that_of_the_managers():
    one = monthly("10", "11", "12.1", dealt=[(month(0), 60_000_000, 60_000)])
    other = monthly("10", "9", "9.9", dealt=[(month(0), 40_000_000, 40_000)], code="HF-2")
    (year,) = report([managed(one), managed(other)], Asked(*EVER, "USD"))["composite"]
    first = 0.6 * 0.1 - 0.4 * 0.1
    second = (660 * 0.1 + 360 * 0.1) / 1_020
    assert (1 + first) * (1 + second) - 1 == pytest.approx(year["net"])
    assert (2024, 2, 2, 726 + 396) == (
        year["year"],
        year["months"],
        year["portfolios"],
        pytest.approx(year["assets"]),
    )
