"""The lab's page: the models side by side, and the way from a figure down to its entries."""

import json
import re

import pytest

from tests.web.served import client, text

ASKED = "register=united-states&model=united-states&model=el-salvador&from=2014-01-01&to=2025-12-17"


@pytest.fixture(scope="module")
def page(loaded):
    """The comparison of two models, once for all tests here."""
    from tests.web.served import serving

    with serving(loaded):
        return client("demo").get(f"/lab?{ASKED}")


def charts(page):
    return {
        name: json.loads(spec)
        for name, spec in re.findall(
            r'<script type="application/json" id="spec-(\w+)">(.*?)</script>',
            page.content.decode(),
            re.DOTALL,
        )
    }


def test_it_says_at_a_glance_what_each_model_would_have_brought(page):
    assert 200 == page.status_code
    said = " ".join(text(page).split())
    assert "Most would have come from El Salvador: 16.98" in said
    assert "least from United States: 385.69" in said


def test_the_bars_are_the_end_values_by_what_they_are_made_of(page):
    drawn = charts(page)["brought"]
    rows = drawn["layer"][0]["data"]["values"]
    assert [
        ("El Salvador", "Held as coins", "16,975,994,766.43 USD"),
        ("United States", "Paid to the budget", "385,693,104.00 USD"),
    ] == [(row["model"], row["part"], row["exact"]) for row in rows]


def test_columns_in_which_no_model_has_anything_are_left_out(page):
    assert "To victims" not in text(page)


def test_a_figure_opens_to_the_entries_it_is_the_sum_of(demo):
    found = client("demo").get(f"/lab/united-states?{ASKED}&figure=raised")
    journal = found.content.decode().partition('id="journal"')[2]
    cells = re.findall(
        r'data-label="Quantity"><span>((?:(?!</span></td>).)*) <span class="unit">USD', journal
    )
    amounts = [float(re.sub(r"<[^>]+>|,", "", cell)) for cell in cells]
    assert 11 == len(amounts)
    assert 385_693_104 == sum(amounts)


def test_a_sale_that_the_register_tells_of_says_so(demo):
    found = client("demo").get(f"/lab/united-states?{ASKED}")
    assert 11 == found.content.decode().count(">recorded</span>")


@pytest.mark.parametrize(
    ("query", "status", "said"),
    [
        ("register=moon", 409, "There is no register called moon."),
        ("model=atlantis", 409, "No model is called atlantis."),
        ("from=2026-01-01&to=2025-01-01", 409, "ends (2025-01-01) before it begins"),
        ("from=1999-01-01&to=2025-01-01", 409, "begins on"),
        ("from=yesterday", 409, "yesterday"),
    ],
    ids=["register", "model", "order", "law", "date"],
)
def test_what_cannot_be_compared_is_refused_in_words(demo, query, status, said):
    found = client("demo").get(f"/lab?{query}")
    assert status == found.status_code
    assert said in " ".join(text(found).split())


def test_the_register_of_the_books_comes_first(demo):
    found = client("demo").get("/lab")
    assert 200 == found.status_code
    assert "The lab · The register of these books" in text(found)


def test_without_a_case_the_public_sales_are_compared(empty):
    found = client("ann").get("/lab?model=united-states&model=china")
    assert "The lab · Public sales of the United States" in text(found)


def test_a_model_that_was_not_compared_has_no_page(demo):
    assert 404 == client("demo").get(f"/lab/gulf?{ASKED}").status_code
    assert 404 == client("demo").get(f"/lab/united-states?{ASKED}&figure=moon").status_code
