"""Series, their ends and holes, rates, volumes and market values."""

from datetime import date
from decimal import Decimal

import pytest

from qazyna.errors import FileRefused, Refused
from qazyna.lab import price_folder
from qazyna.lab.market import Market, Series, in_currency, issued
from tests.lab.support import series, shipped


def read(**files: str) -> price_folder.Folder:
    named = ((name.replace("__", "."), text) for name, text in files.items())
    return price_folder.read((name, text.splitlines(keepends=True)) for name, text in named)


def test_a_daily_close_has_a_volume_and_an_end():
    market = shipped()
    assert Decimal("602.23") == market.close("BTC", date(2014, 6, 27))
    assert date(2025, 12, 17) == market.last_day("BTC")
    assert market.price("BTC", date(2025, 12, 18)) is None
    assert Decimal("29881") == market.volume_before("BTC", date(2025, 12, 17))


def test_a_hole_is_carried_over_and_named():
    found = series("BTC", date(2020, 1, 1), ["1", "2"])
    late = Series("BTC", "USD", (*found.days, date(2020, 2, 1)), (*found.values, Decimal(3)), "f")
    assert Decimal(2) == late.on(date(2020, 1, 20))
    assert late.exactly(date(2020, 1, 20)) is None
    assert [(date(2020, 1, 3), date(2020, 1, 31))] == list(
        late.holes(date(2020, 1, 1), date(2020, 3, 1))
    )


def test_a_monthly_average_counts_from_its_months_end():
    market = shipped()
    assert Decimal("4309.000") == market.price("XAU", date(2025, 12, 31))
    assert market.price("XAU", date(2025, 12, 30)) == market.price("XAU", date(2025, 11, 30))
    assert market.close("XAU", date(2025, 12, 30)) is None


def test_euros_at_the_reference_rate_of_the_day():
    market = shipped("EUR")
    rate = Decimal(1) / market.rates["USD"].on(date(2022, 7, 21))
    assert abs(rate - market.rate("USD", date(2022, 7, 21))) < Decimal("1e-25")
    close = shipped().close("BTC", date(2022, 7, 21))
    assert abs(close * rate - market.close("BTC", date(2022, 7, 21))) < Decimal("1e-20")


def test_the_mean_volume_is_of_the_thirty_days_before():
    found = series("BTC", date(2020, 1, 1), ["1"] * 40, [str(n) for n in range(1, 41)])
    # 10 January has 1 … 9 before it; 9 February has 10 … 39.
    assert Decimal(5) == found.mean_volume(date(2020, 1, 10))
    assert Decimal(sum(range(10, 40))) / 30 == found.mean_volume(date(2020, 2, 9))
    assert found.mean_volume(date(2020, 1, 1)) is None


def test_market_value_is_told_by_the_series_or_by_what_the_protocol_issued():
    assert Decimal("18375000") == issued(date(2020, 5, 11))
    market = shipped()
    worth = market.market_value("BTC", date(2024, 4, 20), 12)
    assert Decimal("500e9") < worth < Decimal("1000e9")
    assert market.market_value("ETH", date(2024, 4, 20), 12) is None


LAYOUTS = {
    "sp500.csv": "Date,SP500\n2020-01-02,3257.85\n2020-01-03,3234.85\n",
    "DGS3MO.csv": "observation_date,DGS3MO\n2020-01-02,1.54\n2020-01-03,.\n2020-01-06,1.56\n",
    "coin_Ethereum.csv": (
        "SNo,Name,Symbol,Date,High,Low,Open,Close,Volume,Marketcap\n"
        "1,Ethereum,ETH,2020-01-02 23:59:59,1,1,1,130,1300,14000000000\n"
    ),
    "my_fund.csv": "date,value\n2020-01-01,100\n2020-01-05,101.5\n",
    "notes.csv": "who,what\na,b\n",
}


def folder() -> price_folder.Folder:
    return price_folder.read((n, text.splitlines(keepends=True)) for n, text in LAYOUTS.items())


@pytest.mark.parametrize(
    ("name", "day", "value"),
    [
        ("SPX", date(2020, 1, 3), "3234.85"),
        ("DGS3MO", date(2020, 1, 3), "1.54"),
        ("CASH", date(2020, 1, 6), "1.56"),
        ("ETH", date(2020, 1, 2), "130"),
        ("my_fund.csv", date(2020, 1, 4), "100"),
    ],
)
def test_each_layout_becomes_a_series(name, day, value):
    assert Decimal(value) == folder().series[name].on(day)


def test_a_coins_volume_is_in_coins_and_its_market_value_is_kept():
    ether = folder().series["ETH"]
    assert (Decimal(10),) == ether.volumes
    assert (Decimal(14000000000),) == ether.market_values


def test_a_file_of_no_known_layout_is_named_and_left_out():
    assert ["notes.csv"] == folder().left_out


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Date,SP500\n2020-13-01,1\n", "bad_date"),
        ("Date,SP500\n2020-01-01,1e9\n", "bad_price"),
        ("Date,SP500\n2020-01-01\n", "wrong_columns"),
    ],
)
def test_a_broken_file_is_refused_by_its_line(text, code):
    with pytest.raises(FileRefused) as caught:
        read(sp500__csv=text)
    assert [(2, code)] == [(each.line, each.code) for each in caught.value.findings]


def test_a_par_stands_in_where_no_series_is():
    market = Market([], {}, "USD", {"USDT": ("USD", Decimal(1))})
    assert Decimal(1) == market.close("USDT", date(2020, 1, 1))
    assert market.last_day("USDT") is None
    assert not market.priced("ETH")


def test_a_currency_must_be_one():
    with pytest.raises(Refused) as caught:
        in_currency("BTC")
    assert "unknown_currency" == caught.value.code
