"""What a play comes to: daily values without flows, risk, real values, days to use."""

import math
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest

from qazyna.lab.compare import Compared, compare, document
from qazyna.lab.market import Market
from qazyna.lab.measures import risk
from tests.lab.support import AUCTION, HOLD, changed, flat, holding, register, series

SINCE, UNTIL = date(2020, 1, 1), date(2020, 12, 31)


def compared(*holdings, changes=HOLD, prices=None) -> Compared:
    bitcoin = series("BTC", SINCE, prices) if prices else flat(SINCE, 366)
    model = changed("m", changes)
    return compare(register(*holdings), [model], Market([bitcoin]), SINCE, UNTIL)


def test_what_comes_in_and_what_goes_back_is_no_return():
    found = compared(
        holding("10"),
        holding("30", seized="2020-05-04", outcome="returned", final="2020-09-07", line=3),
    )
    assert (0.0, 0.0) == (found.risks["m"].max_drawdown, found.risks["m"].volatility)
    estate = dict(zip(found.outcomes["m"].days, found.outcomes["m"].estate, strict=True))
    assert Decimal(1000) == estate[date(2020, 2, 1)] == estate[date(2020, 12, 31)]
    assert Decimal(4000) == estate[date(2020, 6, 1)]


def plain(returns: list[float]) -> tuple[float, float, float]:
    """Drawdown, volatility and ES by the page."""
    wealth, peak, worst = 1.0, 1.0, 0.0
    for each in returns:
        wealth *= 1 + each
        peak = max(peak, wealth)
        worst = max(worst, 1 - wealth / peak)
    mean = sum(returns) / len(returns)
    variance = sum((each - mean) ** 2 for each in returns) / (len(returns) - 1)
    losses = sorted((-each for each in returns), reverse=True)
    mass = 0.05 * len(returns)
    whole = int(mass)
    tail = sum(losses[:whole]) + (mass - whole) * losses[whole]
    return worst, math.sqrt(variance * 365), tail / mass


def test_risk_is_that_of_the_daily_values():
    prices = [str(100 + (n * 37) % 61) for n in range(366)]
    found = compared(holding("10", seized="2020-01-01"), prices=prices)
    returns = [float(Decimal(now) / Decimal(before)) - 1 for before, now in pairwise(prices)]
    told = found.risks["m"]
    for mine, theirs in zip(
        plain(returns), (told.max_drawdown, told.volatility, told.es_95), strict=True
    ):
        assert theirs is not None and abs(mine - theirs) < 1e-12


def test_without_a_value_there_is_no_risk():
    nothing = [Decimal(0)] * 5
    assert risk(nothing, nothing).max_drawdown is None


def test_real_values_are_in_the_money_of_the_first_day_each_part_by_its_own():
    told = {
        **AUCTION,
        "practice.auction.discount": '[["0", "0"]]',
        "practice.sale.cost": "0",
        "practice.days.disposal": "0",
        "practice.inflation": "0.10",
    }
    found = compared(holding("10"), changes=told).outcomes["m"]
    assert Decimal(1000) == found.end_value
    # Used on 2 March, 61 days in.
    assert abs(float(found.real_end_value) - 1000 / 1.1 ** (61 / 365)) < 1e-9
    kept = compared(holding("10"), changes={**HOLD, "practice.inflation": "0.10"}).outcomes["m"]
    assert abs(float(kept.real_end_value) - 1000 / 1.1 ** (365 / 365)) < 1e-9


@pytest.mark.parametrize(
    ("finals", "expected"),
    [((), None), (("2020-02-05",), 30), (("2020-02-05", "2020-02-06"), 30.5)],
)
def test_the_median_of_days_is_a_number(finals, expected):
    held = [holding("1", final=day, line=n) for n, day in enumerate(finals, 2)]
    pending = holding("1", outcome="pending", final=None, line=9, case="C-9")
    told = document(compared(*held, pending))
    assert expected == told["models"]["m"]["median_days_to_use"]


def test_values_by_month_are_those_of_months_ends_and_the_last_day():
    found = compare(
        register(holding("10")), [changed("m", HOLD)], Market([flat(SINCE, 366)]), SINCE,
        date(2020, 4, 15),
    )  # fmt: skip
    told = document(found)["models"]["m"]["value_by_month"]
    days = ["2020-01-31", "2020-02-29", "2020-03-31", "2020-04-15"]
    assert [{"date": day, "value": "1000"} for day in days] == told


def test_a_hole_in_the_prices_is_a_gap():
    first, later = flat(SINCE, 60), flat(SINCE + timedelta(days=90), 276)
    whole = type(first)(
        "BTC", "USD", first.days + later.days, first.values + later.values, "f",
        volumes=first.volumes + later.volumes,
    )  # fmt: skip
    found = compare(register(holding("10")), [changed("m", HOLD)], Market([whole]), SINCE, UNTIL)
    assert any("no price from 2020-03-01 to 2020-03-30" in gap for gap in found.gaps)
