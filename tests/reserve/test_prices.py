"""Prices: the last one on or before a day, what it is worth, and what is not plain about it."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qazyna.money import BTC, ETH, EUR, KZT, USD, USDT, XAU, hedge_fund_units
from qazyna.reserve.prices import PriceBook, Row, described, valuer
from tests.support import law_of

JUNE = date(2026, 6, 30)
LAW = law_of().on(JUNE)
HF = hedge_fund_units("HF-1")


def row(asset, currency, on, price, estimated=""):
    return Row(asset, currency, date.fromisoformat(on), Decimal(price), "source", estimated)


BOOK = PriceBook(
    [
        row("BTC", "USD", "2026-06-28", "60000"),
        row("BTC", "USD", "2026-06-30", "61000"),
        row("EUR", "USD", "2026-06-30", "1.25"),
        row("EUR", "KZT", "2026-06-29", "600"),
        row("XAU", "USD", "2026-05-31", "4000", "a monthly average"),
        row("HF-1", "EUR", "2026-05-31", "100"),
    ]
)


@pytest.mark.parametrize(
    ("asset", "currency", "on", "value", "of", "why"),
    [
        # a series of the two; the day's own, or the last before it
        (BTC, "USD", "2026-06-30", "61000", "2026-06-30", ""),
        (BTC, "USD", "2026-06-29", "60000", "2026-06-28", ""),
        # turned round
        (USD, "EUR", "2026-06-30", "0.8", "2026-06-30", ""),
        # two series through the euro; the older day counts
        (KZT, "USD", "2026-06-30", "0.002083333333333333333333333334", "2026-06-29", ""),
        (BTC, "EUR", "2026-06-30", "48800.0", "2026-06-30", ""),
        (HF, "USD", "2026-06-30", "125.00", "2026-05-31", ""),
        # what is not plain says so
        (XAU, "USD", "2026-06-30", "4000", "2026-05-31", "a monthly average"),
        (
            BTC,
            "USD",
            "2026-07-04",
            "61000",
            "2026-06-30",
            "stale: the last BTC/USD is of 2026-06-30, 4 days old (limit 3)",
        ),
        (
            HF,
            "USD",
            "2026-07-10",
            "125.00",
            "2026-05-31",
            "stale: the last EUR/USD is of 2026-06-30, 10 days old (limit 5)",
        ),
        (USD, "USD", "2026-06-30", "1", "2026-06-30", ""),
    ],
)
def test_a_price_is_the_last_observed(asset, currency, on, value, of, why):
    found = BOOK.price(asset, currency, date.fromisoformat(on), LAW)

    assert (Decimal(value), of, why) == (found.value, found.on, found.estimated)


@pytest.mark.parametrize(
    ("asset", "currency", "on"),
    [
        (BTC, "USD", "2026-06-27"),  # before the first
        (ETH, "USD", "2026-06-30"),  # no series at all
        (KZT, "EUR", "2026-06-28"),
    ],
)
def test_without_an_observation_there_is_no_price_and_no_value(asset, currency, on):
    day = date.fromisoformat(on)

    assert BOOK.price(asset, currency, day, LAW) is None
    assert BOOK.value(asset, 1, currency, day, LAW) is None


def test_a_par_is_the_laws_and_no_observation():
    found = BOOK.price(USDT, "USD", JUNE, LAW)

    assert (Decimal("1.00"), "") == (found.value, found.on)
    assert "assumed, not observed" in found.estimated


def test_a_par_in_another_currency_takes_that_days_rate():
    found = BOOK.price(USDT, "EUR", JUNE, LAW)

    assert (Decimal("0.8"), "2026-06-30") == (found.value, found.on)
    assert "assumed" in found.estimated


def test_a_par_in_a_currency_without_a_rate_gives_nothing():
    assert PriceBook().price(USDT, "EUR", JUNE, LAW) is None


def test_a_restatement_of_a_day_counts_and_the_book_before_it_stands():
    restated = BOOK.with_rows([row("BTC", "USD", "2026-06-30", "61500")])

    assert Decimal("61500") == restated.price(BTC, "USD", JUNE, LAW).value
    assert Decimal("61000") == BOOK.price(BTC, "USD", JUNE, LAW).value
    assert Decimal("1.25") == restated.price(EUR, "USD", JUNE, LAW).value


def test_a_value_carries_its_source_for_ever():
    value = valuer(BOOK, law_of())(BTC, 150_000_000, date(2026, 6, 29))

    assert (Decimal("90000.00"), "USD") == (value.amount, value.currency)
    assert "source, 2026-06-28" == value.source


def test_what_is_estimated_stands_in_the_source():
    found = BOOK.price(XAU, "USD", JUNE, LAW)

    assert "source, 2026-05-31 (a monthly average)" == described(found)


DAYS = st.integers(0, 60).map(lambda n: date(2026, 1, 1) + timedelta(n))
PRICES = st.decimals("0.01", "1000000", places=2)
ROWS = st.lists(
    st.builds(
        Row,
        st.sampled_from(("BTC", "EUR", "USD")),
        st.sampled_from(("USD", "EUR", "KZT")),
        DAYS,
        PRICES,
        st.just("source"),
    ).filter(lambda row: row.asset != row.currency),
    max_size=30,
)


def naive(rows, asset, currency, on):
    """Look through all rows, in the order the book promises; (value, day) or None."""

    def last(a, c):
        kept = [r for r in rows if (r.asset, r.currency) == (a, c) and r.on <= on]
        if not kept:
            return None
        day = max(r.on for r in kept)
        return [r for r in kept if r.on == day][-1]

    def leg(a, c):
        if straight := last(a, c):
            return straight.price, straight.on
        if turned := last(c, a):
            return 1 / turned.price, turned.on
        return None

    if found := leg(asset, currency):
        return found
    for pivot in ("EUR", "USD"):
        first, second = leg(asset, pivot), leg(pivot, currency)
        if first and second:
            return first[0] * second[0], min(first[1], second[1])
    return None


@settings(max_examples=200)
@given(ROWS, DAYS, st.sampled_from((BTC, EUR, USD, KZT)), st.sampled_from(("USD", "EUR", "KZT")))
def test_lookup_agrees_with_reading_every_row(rows, on, asset, currency):
    if asset.code == currency:
        return
    half = len(rows) // 2
    wanted = naive(rows, asset.code, currency, on)

    for book in (PriceBook(rows), PriceBook(rows[:half]).with_rows(rows[half:])):
        found = book.price(asset, currency, on, LAW)
        assert wanted == (found and (found.value, date.fromisoformat(found.on)))
