"""Price files: what is read, as which rows, and every problem at once by its line."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from qazyna.errors import FileRefused
from qazyna.money import ASSETS, hedge_fund_units
from qazyna.reserve.price_files import read
from qazyna.reserve.price_import import ImportPrices
from tests.support import as_stored, do, refused, world

DATA = Path(__file__).parents[2] / "data"
KNOWN = {**ASSETS, "HF-1": hedge_fund_units("HF-1")}
DIGEST = "ab" * 32


def said(text, name="prices.csv", **more):
    found = read(name, text.splitlines(), KNOWN, **more)
    return [(f.line, f.column, f.code) for f in found.findings]


@pytest.mark.parametrize(
    ("file", "series"),
    [
        (
            "prices/btc_usd_daily.csv",
            [("BTC", "USD", date(2010, 7, 17), date(2025, 12, 17), 5627)],
        ),
        (
            "prices/gold_usd_oz_monthly.csv",
            [("XAU", "USD", date(1833, 1, 31), date(2026, 6, 30), 2322)],
        ),
        (
            "rates/ecb_eur_fx_daily.csv",
            [
                ("EUR", "USD", date(1999, 1, 4), date(2026, 10, 30), 7126),
                ("EUR", "CZK", date(1999, 1, 4), date(2026, 10, 30), 7126),
                ("EUR", "GBP", date(1999, 1, 4), date(2026, 10, 30), 7126),
                ("EUR", "CNY", date(2005, 4, 1), date(2026, 10, 30), 5527),
            ],
        ),
    ],
)
def test_the_public_series_are_read_as_they_are(file, series):
    path = DATA / file

    found = read(path.name, path.read_text(encoding="utf-8").splitlines(), ASSETS).sound()

    assert series == list(found.series)


def test_rows_carry_what_the_layout_means():
    daily = read("btc_usd.csv", ["date,open,high,low,close", "2026-01-02,1,4,1,3"], KNOWN).rows
    gold = read("gold_usd.csv", ["Date,Price", "2026-02-01,4000.5"], KNOWN).rows
    euro = read("e.csv", ["Date,USD,JPY,", "2026-01-02,1.1,N/A,", "2026-01-03,N/A,1,"], KNOWN).rows

    assert [("BTC", "USD", date(2026, 1, 2), Decimal(3), "")] == [(*r[:4], r[5]) for r in daily]
    assert [("XAU", "USD", date(2026, 2, 28), Decimal("4000.5"))] == [r[:4] for r in gold]
    assert "a monthly average, dated at its month's end" == gold[0].estimated
    assert [("EUR", "USD", date(2026, 1, 2), Decimal("1.1"))] == [r[:4] for r in euro]


def test_the_long_form_takes_any_pair_and_dates_monthly_averages_at_the_months_end():
    found = read(
        "p.csv",
        [
            "date,asset,price,currency,source,frequency",
            "2026-01-05,KZT,0.0019,USD,National Bank,daily",
            "2026-01-05,XAU,4000,USD,Exchange,monthly",
        ],
        KNOWN,
    ).sound()

    assert [
        ("KZT", "USD", date(2026, 1, 5), Decimal("0.0019"), "National Bank"),
        ("XAU", "USD", date(2026, 1, 31), Decimal(4000), "Exchange"),
    ] == [row[:5] for row in found.rows]


def test_a_series_can_be_named_from_outside():
    assert [(1, "", "unnamed_series")] == said("Date,Price\n2026-01-01,5", name="x.csv")
    assert [] == said("Date,Price\n2026-01-01,5", name="x.csv", pair=("XAU", "EUR"))


LONG = "date,asset,price,currency,source\n"


@pytest.mark.parametrize(
    ("text", "findings"),
    [
        ("", [(1, "", "empty_file")]),
        (LONG, [(1, "", "empty_file")]),
        ("when,what\n1,2", [(1, "", "unknown_layout")]),
        (LONG + "2026-01-01,BTC,1,USD", [(2, "", "wrong_columns")]),
        (LONG + "2026-02-30,BTC,1,USD,s", [(2, "date", "bad_date")]),
        (LONG + "01.02.2026,BTC,1,USD,s", [(2, "date", "bad_date")]),
        (LONG + "2026-01-01,DOGE,1,USD,s", [(2, "asset", "unknown_asset")]),
        (LONG + "2026-01-01,HF-1,1,USD,s", [(2, "asset", "not_quoted")]),
        (LONG + "2026-01-01,BTC,1,JPY,s", [(2, "currency", "unknown_currency")]),
        (LONG + "2026-01-01,USD,1,XAU,s", [(2, "currency", "unknown_currency")]),
        (LONG + "2026-01-01,USD,1,USD,s", [(2, "currency", "bad_price")]),
        (LONG + "2026-01-01,BTC,1,USD,", [(2, "source", "no_source")]),
        *(
            (LONG + f'2026-01-01,BTC,"{price}",USD,s', [(2, "price", "bad_price")])
            for price in ("", "0", "0.00", "-1", "+1", "NaN", "Infinity", "1e5", "1,000", "1" * 41)
        ),
        (
            LONG + "2026-01-01,BTC,1,USD,s\n\n2026-01-01,BTC,2,USD,s",
            [(4, "price", "two_prices")],
        ),
        (LONG + "2026-01-01,BTC,1,USD,s\n2026-01-01,BTC,1,USD,s", []),
        (LONG + '2026-01-01,BTC,1,USD,"s', [(2, "", "unreadable")]),
        (
            LONG + "x,DOGE,-,JPY,",
            [
                (2, "date", "bad_date"),
                (2, "price", "bad_price"),
                (2, "asset", "unknown_asset"),
                (2, "currency", "unknown_currency"),
                (2, "source", "no_source"),
            ],
        ),
        (
            "date,asset,price,currency,source,frequency\n2026-01-01,BTC,1,USD,s,hourly",
            [(2, "frequency", "bad_frequency")],
        ),
        ("date,open,high,low,close\n2026-01-01,1,1,1,-1", [(1, "", "unnamed_series")]),
    ],
)
def test_every_problem_is_reported_by_its_line(text, findings):
    assert findings == said(text)


@pytest.mark.parametrize("name", ["doge_usd_daily.csv", "btc_jpy.csv"])
def test_a_name_that_says_what_is_not_known_is_refused(name):
    assert 1 == len(said("date,open,high,low,close\n2026-01-01,1,1,1,1", name=name))


def sound(text=LONG + "2026-01-01,BTC,1,USD,s", name="p.csv"):
    return read(name, text.splitlines(), KNOWN)


def test_a_file_with_a_problem_is_refused_whole():
    with pytest.raises(FileRefused) as caught:
        ImportPrices.of(sound(LONG + "2026-01-01,BTC,1,USD,s\n2026-01-02,BTC,x,USD,s"), DIGEST)

    assert [(3, "price")] == [(f.line, f.column) for f in caught.value.findings]


def test_a_sound_file_is_taken_in_once():
    there = world()

    (taken,) = do(there, ImportPrices.of(sound(), DIGEST))
    again = do(there, ImportPrices.of(sound(), DIGEST))

    assert [["BTC", "USD", "2026-01-01", "2026-01-01", 1]] == as_stored(taken)["series"]
    assert [] == again


def test_prices_of_the_future_are_refused():
    tomorrow = sound(LONG + "2026-11-24,BTC,1,USD,s")

    assert "date_in_future" == refused(world(), ImportPrices.of(tomorrow, DIGEST)).code
