"""Real cases: what is told equals the files, and what is worked out equals plain arithmetic."""

import csv
from datetime import date, timedelta
from decimal import Decimal
from functools import cache

import pytest

from qazyna.lab import case_files
from qazyna.lab.case_files import Purchase, Sale
from qazyna.lab.cases import Bought, Cases, Sold, cases, document
from qazyna.lab.market import Market
from tests.lab.support import ROOT, flat, shipped

FOLDER = ROOT / "data" / "government_sales"
END = date(2025, 12, 17)
CENT = Decimal("0.01")


def rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / f"{name}.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


TRACKED = rows("us_seized_btc_sales_jlopp")
COMPILED = rows("government_bitcoin_disposals_compiled")
REPORTED = rows("el_salvador_purchases_reported")


@cache
def told(at: date = END) -> Cases:
    return cases(
        case_files.tracked(TRACKED),
        case_files.compiled(COMPILED),
        case_files.purchases(REPORTED),
        shipped(),
        at,
    )


def closes() -> dict[date, Decimal]:
    with (ROOT / "data/prices/btc_usd_daily.csv").open(encoding="utf-8") as file:
        return {date.fromisoformat(r["date"]): Decimal(r["close"]) for r in csv.DictReader(file)}


def euros() -> dict[date, Decimal]:
    """Dollars for one euro."""
    with (ROOT / "data/rates/ecb_eur_fx_daily.csv").open(encoding="utf-8") as file:
        return {date.fromisoformat(r["Date"]): Decimal(r["USD"]) for r in csv.DictReader(file)}


def rate_on(day: date) -> Decimal:
    rates = euros()
    while day not in rates:
        day -= timedelta(days=1)
    return rates[day]


def of(country: str) -> Sold:
    (found,) = (each for each in told().sales if each.sale.country == country)
    return found


# the United States


def test_proceeds_days_and_coins_of_each_sale_equal_the_file() -> None:
    stated = [
        (row["date_iso_normalised"], Decimal(row["btc"]), Decimal(row["usd"]))
        for row in TRACKED
        if row["usd"]
    ]
    found = [
        (str(each.sale.on), each.sale.quantity, each.sale.proceeds)
        for each in told().sales
        if each.sale.country == "US"
    ]

    assert stated == found
    assert Decimal(385693104) == sum(usd for _, _, usd in stated)


@pytest.mark.parametrize("row", [row for row in TRACKED if row["usd"]], ids=lambda r: r["title"])
def test_price_close_and_discount_are_as_the_file_has_them(row: dict[str, str]) -> None:
    (found,) = (
        each
        for each in told().sales
        if (each.sale.country, str(each.sale.on)) == ("US", row["date_iso_normalised"])
    )
    assert found.price and found.close and found.discount

    assert Decimal(row["implied_usd_per_btc"]) == found.price.quantize(CENT)
    assert Decimal(row["market_close_usd_cryptocompare"]) == found.close
    assert Decimal(row["discount_to_close"]) == found.discount.quantize(Decimal("0.0001"))
    assert found.rate == 1


@pytest.mark.parametrize("at", [END, date(2017, 12, 16), date(2022, 11, 9), date(2014, 6, 27)])
def test_kept_instead_is_quantity_times_that_days_close(at: date) -> None:
    close = closes()[at]

    for each in (*told(at).sales, *told(at).unsold):
        if each.sale.currency == "USD":
            assert each.sale.quantity * close == each.kept_value
            if each.sale.proceeds is not None:
                assert each.sale.quantity * close - each.sale.proceeds == each.kept_instead


def test_what_was_not_sold_is_told_apart() -> None:
    """Three holdings of the tracker, one offer without a known result, and two of press."""
    expected = ["96000", "69370", "41819", "2170", "41490", "61000"]

    assert expected == [str(each.sale.quantity) for each in told().unsold]
    assert [None] * 6 == [each.price for each in told().unsold]


def test_a_sale_that_two_sources_tell_is_told_once_with_both_figures() -> None:
    (found,) = (each for each in told().sales if str(each.sale.on) == "2023-03-14")

    assert (Decimal(9861), [Decimal("9861.17")]) == (
        found.sale.quantity,
        [other.quantity for other in found.others],
    )


# for euros


@pytest.mark.parametrize(
    ("country", "quantity", "proceeds", "day"),
    [
        ("DE", "49858", "2639683413.92", date(2024, 7, 12)),
        ("FI", "1889.1", "46500000", date(2022, 7, 21)),
        ("FR", "611", "24000000", date(2021, 3, 17)),
    ],
)
def test_sales_for_euros_to_the_stated_proceeds_in_the_currency_of_the_day(
    country: str, quantity: str, proceeds: str, day: date
) -> None:
    found = of(country)
    close = closes()[day] / rate_on(day)
    assert found.price and found.close and found.discount and found.rate

    assert (Decimal(quantity), Decimal(proceeds), "EUR", day) == (
        found.sale.quantity,
        found.sale.proceeds,
        found.sale.currency,
        found.sale.on,
    )
    assert (Decimal(proceeds) / Decimal(quantity)).quantize(CENT) == found.price.quantize(CENT)
    assert close.quantize(CENT) == found.close.quantize(CENT)
    assert abs(found.discount - (found.price / close - 1)) < Decimal("1e-20")
    assert abs(found.rate * rate_on(day) - 1) < Decimal("1e-20")


def test_a_sale_of_many_days_stands_beside_the_mean_of_their_closes_too() -> None:
    found = of("DE")
    days = [date(2024, 6, 19) + timedelta(days=n) for n in range(24)]
    mean = sum((closes()[day] / rate_on(day) for day in days), Decimal(0)) / len(days)
    assert found.mean_close and found.mean_discount and found.price

    assert date(2024, 7, 12) == days[-1]
    assert mean.quantize(CENT) == found.mean_close.quantize(CENT)
    assert abs(found.mean_discount - (found.price / mean - 1)) < Decimal("1e-20")
    assert [None, None] == [of("FI").mean_close, of("FR").mean_close]


@pytest.mark.parametrize(
    ("register", "countries"),
    [("us_seized_sales", {"US"}), ("european_sales", {"DE", "FI", "FR"})],
)
def test_the_registers_tell_the_same_sums(register: str, countries: set[str]) -> None:
    with (ROOT / "data" / f"{register}.csv").open(encoding="utf-8") as file:
        registered = [
            (row["disposed_on"], Decimal(row["quantity"]), Decimal(row["proceeds"]))
            for row in csv.DictReader(file)
            if row["disposed_on"]
        ]

    assert registered == [
        (str(each.sale.on), each.sale.quantity, each.sale.proceeds)
        for each in told().sales
        if each.sale.country in countries
    ]


# El Salvador


def bought(when: str) -> Bought:
    (found,) = (each for each in told().purchases if each.purchase.when == when)
    return found


def test_a_purchase_stands_at_the_stated_price_and_at_the_close() -> None:
    found = bought("2022-05-09")

    assert Decimal(500) * 30744 == found.stated_cost
    assert closes()[date(2022, 5, 9)] == found.close
    assert 500 * closes()[date(2022, 5, 9)] == found.market_cost


def test_a_month_stands_at_the_mean_of_its_closes_and_between_their_bounds() -> None:
    found = bought("2021-10")
    october = [closes()[date(2021, 10, day)] for day in range(1, 32)]

    assert (sum(october) / 31).quantize(CENT) == (found.close or Decimal(0)).quantize(CENT)
    assert (min(october), max(october)) == (found.low, found.high)


def test_a_purchase_that_its_month_counts_already_is_counted_once() -> None:
    assert [False, True, True, True, True, True, True] == [
        each.counted for each in told().purchases
    ]
    assert Decimal("34600000") == bought("2021-09").stated_cost
    assert (None, None) == (bought("2021-09-06").stated_price, bought("2021-09-06").stated_cost)


def test_where_the_total_is_disputed_both_are_told() -> None:
    """The rows make less than what was announced: 171 BTC that no row tells."""
    found = [
        (each.purchase.running, each.running_sum, each.disputed)
        for each in told().purchases
        if each.purchase.running is not None
    ]

    assert [
        (Decimal(2301), Decimal(2130), Decimal(171)),
        (Decimal(2381), Decimal(2210), Decimal(171)),
    ] == found
    total = document(told())["purchases_total"]
    assert ("2210", "2381", "171") == (
        total["quantity"],
        total["quantity_reported"],
        total["disputed"],
    )
    assert Decimal(2210) * closes()[END] == Decimal(total["kept_value"])


# beyond the data


def test_past_the_last_price_nothing_is_worth_anything_and_a_gap_says_so() -> None:
    found = told(date(2026, 6, 30))

    assert {None} == {each.kept_value for each in (*found.sales, *found.unsold)}
    assert ("BTC: prices end on 2025-12-17, so nothing is worth anything on 2026-06-30",) == (
        found.gaps
    )
    assert document(found)["purchases_total"]["kept_value"] is None


def test_a_day_without_a_close_and_an_asset_without_a_series_are_gaps() -> None:
    def sale(asset: str, on: date) -> Sale:
        return Sale("XX", "", asset, Decimal(1), None, on, Decimal(100), "USD", "", "", "a source")

    market = Market([flat(date(2020, 1, 1), 30)])
    found = cases(
        [sale("BTC", date(2019, 12, 1)), sale("DOGE", date(2020, 1, 5))],
        [],
        [],
        market,
        date(2020, 1, 10),
    )

    assert ("BTC in USD: no close or rate on 2019-12-01", "DOGE: no price series") == found.gaps
    assert [None, None] == [each.discount for each in found.sales]
    assert [Decimal(100), None] == [each.kept_value for each in found.sales]


def test_a_purchase_without_any_price_makes_the_stated_sum_unknown_not_smaller() -> None:
    def purchase(price: str | None) -> Purchase:
        day = date(2020, 1, 2)
        known = Decimal(price) if price else None
        return Purchase("2020-01-02", day, day, Decimal(1), known, None, None, "", "a source")

    market = Market([flat(date(2020, 1, 1), 30)])
    found = cases([], [], [purchase("90"), purchase(None)], market, date(2020, 1, 10))
    total = document(found)["purchases_total"]

    assert (None, "200") == (total["stated_cost"], total["market_cost"])
