"""Figures as they stand on a page."""

from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest

from qazyna.money import BTC
from qazyna.shell.web import charts, figures

D = Decimal


@pytest.mark.parametrize(
    ("value", "places", "shown"),
    [
        ("0", None, "0"),
        ("1234567.5", 2, "1,234,567.50"),
        ("-1234.005", 2, "−1,234.00"),  # half to even, as everywhere
        ("-1234.015", 2, "−1,234.02"),
        ("0.00000001", None, "0.00000001"),
        ("1E+3", None, "1,000"),
        ("345977450.59", 2, "345,977,450.59"),
    ],
)
def test_digits_stand_in_threes_and_are_all_there(value, places, shown):
    assert shown == figures.plain(D(value), places)


def test_what_has_no_price_says_so_and_is_not_nothing():
    assert "unvalued" in figures.money(None, "USD")
    assert "unvalued" not in figures.money(D(0), "USD")


def test_an_amount_is_shown_in_its_own_unit_to_the_last_digit():
    assert (
        '<span class="num">3<span class="frac">.25140877</span></span> '
        '<span class="unit">BTC</span>'
    ) == figures.quantity(325140877, BTC)


def test_a_figure_at_a_glance_has_the_exact_one_in_its_title():
    shown = figures.brief(D("123999999.995"), "USD")
    assert "124.00" in shown
    assert 'title="124,000,000.00 USD"' in figures.brief(D("124000000"), "USD")


def test_what_is_illustrative_is_marked_where_it_stands():
    shown = figures.reference("KZ-1/F (illustrative)", "/events/1")
    assert '<a href="/events/1">KZ-1/F</a>' in shown
    assert "mark-illustrative" in shown


@pytest.mark.parametrize(
    "hostile", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "a & b"]
)
def test_what_people_wrote_cannot_become_markup(hostile):
    for shown in (
        figures.reference(hostile, "/x"),
        figures.mark("estimated", hostile),
        figures.link(hostile, figures.path("cases", hostile)),
        figures.unit(hostile),
    ):
        assert "<script" not in shown
        assert "<img" not in shown


def test_a_specification_cannot_close_the_script_that_carries_it():
    assert "</" not in charts.as_json({"text": "</script>"})


# charts


def labels(spec):
    return [
        each
        for layer in spec["layer"][1:]
        for each in layer["data"]["values"]
        if layer["encoding"]["text"]["field"] == "name"
    ]


@pytest.mark.parametrize(
    "values",
    [
        {"gold": 1},
        {"gold": 50, "foreign_currency": 30, "hedge_funds": 15, "venture_funds": 5},
        {"gold": 94, "foreign_currency": 2, "hedge_funds": 2, "venture_funds": 2},
        {"gold": 2, "foreign_currency": 2, "hedge_funds": 2, "venture_funds": 94},
        {"gold": 20, "foreign_currency": 20, "hedge_funds": 20, "venture_funds": 40},
    ],
)
def test_no_label_of_the_pie_lies_on_another_or_outside(values):
    spec = charts.allocation({klass: D(value) for klass, value in values.items()}, "USD")
    found = labels(spec)
    assert len(values) == len(found)
    for side in ("left", "right"):
        heights = sorted(each["y"] for each in found if each["side"] == side)
        assert all(upper + 33 <= lower for upper, lower in pairwise(heights))
    assert all(0 < each["y"] < spec["height"] and 0 < each["x"] < spec["width"] for each in found)


def test_a_class_has_the_same_fill_in_every_chart():
    values = {"gold": D(1), "venture_funds": D(2)}
    pie = charts.allocation(values, "USD")["layer"][0]["encoding"]["fill"]["scale"]
    bars = charts.over_time([(date(2026, 1, 31), values, frozenset())], "USD")
    assert pie == bars["encoding"]["fill"]["scale"]
