"""The real days that are drawn from, and what is refused or told of them."""

from datetime import date, timedelta

import numpy as np
import pytest

from qazyna.errors import Refused
from qazyna.lab.market import CASH, Market
from qazyna.lab.simulate import Simulation
from qazyna.lab.simulate.pool import pool
from qazyna.shell.lab_files import models_of
from tests.lab.simulate.histories import (
    made_up,
    of_every_kind,
    real,
    sold_by_the_united_states,
    walk,
)
from tests.lab.support import register

FIRST = date(2015, 1, 1)


def test_only_days_on_which_everything_has_data_are_drawn():
    market = Market((walk("BTC", 1000, FIRST), walk("SPX", 900, date(2015, 3, 1))))
    found = pool(market, ("BTC",), ("SPX",), date(2014, 1, 1), None)

    # A day is what happened since the day before, so the first day of data is none.
    assert (date(2015, 3, 2), date(2015, 3, 1) + timedelta(days=899)) == (found.first, found.last)
    assert found.days == found.growth["BTC"].size == found.growth["SPX"].size
    assert [
        "BTC: BTC.csv begins on 2015-01-01; no day before is drawn",
        "SPX: SPX.csv begins on 2015-03-01; no day before is drawn",
        "SPX: SPX.csv ends on 2017-08-16; no day after is drawn",
    ] == sorted(found.gaps, key=lambda gap: ("ends" in gap, gap))


def test_growth_compounds_to_the_real_levels():
    found = pool(made_up(), ("BTC", "ETH"), (), date(2016, 1, 1), date(2017, 12, 31))
    series = made_up().series["BTC"]
    first, last = (float(series.on(day)) for day in (date(2016, 1, 1), date(2017, 12, 31)))

    assert found.growth["BTC"].prod() == pytest.approx(last / first)
    assert found.start["BTC"] == pytest.approx(last)
    assert found.yearly("BTC") == pytest.approx((last / first) ** (365 / found.days) - 1)


def test_cash_earns_the_yield_of_the_day_before():
    found = pool(made_up(), ("BTC",), (CASH,), date(2016, 1, 1), None)
    before = float(made_up().series[CASH].on(date(2016, 1, 1)))

    assert 1 + before / 36_500 == pytest.approx(found.growth[CASH][0])


def test_volume_is_in_coins_at_the_level_of_the_last_year():
    found = pool(made_up(), ("BTC",), (), date(2015, 6, 1), None)
    last = [float(each) for each in made_up().series["BTC"].volumes[-365:]]

    assert sum(last) / 365 == pytest.approx(found.volume["BTC"].mean())


def test_a_holding_without_a_series_is_refused_by_its_asset():
    with pytest.raises(Refused) as no:
        Simulation(of_every_kind(), models_of(["china"]), Market([walk("BTC")]), years=3)

    assert ("no_prices", "ETH") == (no.value.code, no.value.facts["series"])


def test_less_than_a_year_is_nothing_to_draw_from():
    with pytest.raises(Refused) as no:
        pool(Market([walk("BTC", 300)]), ("BTC",), (), FIRST, None)

    assert "too_few_days" == no.value.code


def test_a_register_without_coins_is_refused():
    with pytest.raises(Refused) as no:
        Simulation(register(), models_of(["china"]), real(), years=3)

    assert "nothing_to_draw" == no.value.code


def test_a_model_is_played_once():
    with pytest.raises(Refused) as no:
        Simulation(of_every_kind(), models_of(["china", "china"]), made_up(), years=3)

    assert "model_twice" == no.value.code


def test_what_was_seized_before_prices_begin_is_refused_by_its_line():
    market = Market([walk("BTC", 1500, date(2016, 1, 20)), walk("ETH", 1500, date(2016, 1, 1))])
    with pytest.raises(Refused) as no:
        Simulation(of_every_kind(), models_of(["china"]), market, years=3)

    assert ("no_prices", "2") == (no.value.code, no.value.facts["line"])


def test_the_horizon_begins_after_the_last_price_and_the_last_amendment():
    simulation = Simulation(
        sold_by_the_united_states(), models_of(["united-states"]), real(), years=2
    )

    assert (date(2026, 1, 1), date(2027, 12, 31)) == (
        simulation.prepared.since,
        simulation.prepared.until,
    )


def test_the_register_keeps_what_each_coin_was_worth_at_its_seizure():
    drawn = Simulation(
        sold_by_the_united_states(), models_of(["china"]), real(), years=2
    ).prepared.register
    first = sold_by_the_united_states().holdings[0]
    price = real().price("BTC", first.seized_on)

    assert float(first.asset.decimal(first.amount) * price) == pytest.approx(drawn.value[0])
    assert 14 == drawn.value.size == drawn.first.size - 1
    assert (np.diff(drawn.first) == 1).all()
