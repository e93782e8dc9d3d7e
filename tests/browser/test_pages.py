"""What a person does: signs in, follows a figure down, decides by keyboard, reads on a phone."""

import re

import pytest

from tests.browser.conftest import NARROW, WIDE

pytestmark = pytest.mark.browser

PLACES = (
    *("/", "/classes/gold", "/classes/hedge_funds", "/cases", "/cases/KZ-2025-01"),
    *("/managers", "/managers/HF-1", "/managers/VF-1", "/calendar", "/log"),
    *("/venues", "/journal", "/blueprint", "/proposals", "/lab"),
    *("/holdings/reserve/bank/NBK/USD", "/prices/BTC"),
    *("/custody/claimants/BTC", "/accounts/reserve/bank/NBK"),
)


def test_signing_in_shows_the_reserve(pages):
    page = pages()
    assert page.title() == "State reserve · Qazyna"
    assert page.get_by_role("heading", name="State Reserve Asset Allocation").is_visible()


def test_a_figure_is_a_link_that_goes_down_to_an_event(pages):
    page = pages()
    page.get_by_role("link", name="Gold: what it is made of").click()
    page.locator("main tbody tr").first.get_by_role("link").first.click()
    page.wait_for_url("**/holdings/**")
    page.locator('a[href^="/entries/"]').first.click()
    page.locator('dl a[href^="/events/"]').first.click()
    page.wait_for_url("**/events/*")
    assert page.get_by_role("heading", name="Reserve appropriated").is_visible()


def test_every_money_figure_of_the_dashboard_leads_somewhere(pages):
    page = pages()
    loose = page.evaluate(
        """[...document.querySelectorAll('main .journey .num, main #allocation tbody .num')]
           .filter(figure => !figure.closest('a') && !figure.closest('.percent')).length"""
    )
    assert 0 == loose


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_charts_are_drawn_in_the_pages_own_colours(pages, scheme):
    page = pages(color_scheme=scheme)
    pie = page.locator('[data-chart="spec-allocation"] svg')
    pie.wait_for()
    fills = pie.locator('path[fill^="url("], path[fill*="#fill-"]')
    assert fills.count() >= 4
    assert "Gold" in pie.text_content()
    page.locator('[data-chart="spec-value"] svg').wait_for()


def test_a_proposal_is_approved_by_keyboard_alone(pages):
    page = pages()
    waiting = int(re.sub(r"\D", "", page.locator(".nav .count").inner_text()))
    page.goto("/proposals")
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent") == "Approve":
            break
    card = page.evaluate("document.activeElement.closest('article').id")
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert "solid" == outline
    page.keyboard.press("Enter")
    page.locator(f"#{card} [role=status], #{card} [role=alert]").wait_for()
    said = page.locator(f"#{card}").inner_text()
    assert "carried out" in said or "recorded" in said
    page.goto("/proposals")
    left = page.locator("article.proposal").count()
    assert left in (waiting, waiting - 1)


def test_a_refusal_is_a_sentence_where_the_proposal_stands(pages):
    page = pages()
    page.goto("/proposals")
    card = page.locator("article.proposal").last
    card.locator("summary").click()
    # The browser would ask for the reason itself; the server is to say so too.
    card.get_by_label("Why").evaluate("field => { field.required = false; }")
    card.get_by_role("button", name="Reject").click()
    said = page.get_by_role("alert")
    said.wait_for()
    assert "Say why" in said.inner_text()


def test_it_works_without_scripts(pages):
    page = pages(java_script_enabled=False)
    picture = page.locator('img[src="/charts/allocation.svg"]')
    assert picture.is_visible()
    page.goto("/cases")
    page.get_by_label("Name of the case").fill("KZ-2025-0")
    page.get_by_role("button", name="Find").click()
    assert page.locator("tbody tr").count() == 9


def test_the_first_tab_skips_to_the_content(pages):
    page = pages()
    page.keyboard.press("Tab")
    assert "Skip to the content" == page.evaluate("document.activeElement.textContent")
    page.keyboard.press("Enter")
    assert "content" == page.evaluate("document.activeElement.id")


@pytest.mark.parametrize("width", [320, NARROW, 768, WIDE])
def test_no_page_scrolls_sideways(pages, width):
    page = pages(width=width)
    page.goto("/journal")
    below = [
        page.locator(f'main a[href^="/{kind}/"]').first.get_attribute("href")
        for kind in ("entries", "events")
    ]
    for place in (*PLACES, *below):
        page.goto(place)
        page.wait_for_load_state("networkidle")
        over = page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert 0 == over, (place, over)


@pytest.mark.parametrize("width", [320, NARROW, WIDE])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_log_is_read_by_who_is_not_signed_in(browser, site, width, scheme):
    context = browser.new_context(
        base_url=site.address, viewport={"width": width, "height": 900}, color_scheme=scheme
    )
    page = context.new_page()
    page.goto("/log")
    page.get_by_role("heading", name="The newest checkpoint").wait_for(timeout=60_000)
    size = page.locator("dl.facts dd .num").first.inner_text()
    assert 0 == page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    page.get_by_role("link", name="as it is signed").click()
    assert size.replace(",", "") == page.locator("body").inner_text().split("\n")[1]
    context.close()


def test_an_entry_leads_to_its_proof(pages):
    page = pages()
    page.goto("/journal")
    page.locator('main a[href^="/entries/"]').first.click()
    page.wait_for_url("**/entries/*")
    page.get_by_role("link", name="proven").click()
    assert page.locator("body").inner_text().startswith("c2sp.org/tlog-proof@v1")


def test_more_cases_are_put_below_the_ones_that_are_there(pages):
    page = pages()
    page.goto("/cases")
    before = page.locator("tbody tr th").count()
    more = page.get_by_role("link", name="Further cases")
    if more.count():
        more.click()
        page.wait_for_function(f"document.querySelectorAll('tbody tr th').length > {before}")


def test_signing_out_closes_the_pages(pages):
    page = pages()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/login")
    page.goto("/")
    assert "/login" in page.url
