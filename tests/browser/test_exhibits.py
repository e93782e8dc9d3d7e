"""The exhibit of a case, as a person sees it: on a screen and on a phone, and its files."""

import hashlib

import pytest

from tests.browser.conftest import CASE, NARROW, WIDE

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("width", [320, NARROW, WIDE])
@pytest.mark.parametrize("user", ["reader", "demo"])
def test_it_fits_the_page(pages, user, width):
    page = pages(user, width)
    page.goto(f"/cases/{CASE}")
    assert page.get_by_role("heading", name="Exhibits").is_visible()
    assert 0 == page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )


def test_its_files_are_taken_home(pages):
    page = pages("reader")
    page.goto(f"/cases/{CASE}")
    section = page.locator("#exhibits")
    digest = section.locator("dd.mono").inner_text()
    taken = {}
    for name in ("manifest.json", "exhibit.pdf"):
        with page.expect_download() as waits:
            section.get_by_role("link", name=name).click()
        taken[waits.value.suggested_filename] = waits.value.path().read_bytes()
    assert hashlib.sha256(taken["manifest.json"]).hexdigest() == digest
    assert taken["exhibit.pdf"].startswith(b"%PDF-")
    with page.expect_download() as waits:
        section.get_by_role("link", name="all 8 files").click()
    assert waits.value.suggested_filename == f"exhibit-{digest[:12]}.zip"


def test_it_is_sealed_to_who_may_not_see_it(pages):
    page = pages("demo")
    page.goto(f"/cases/{CASE}")
    assert 0 == page.locator("#exhibits").get_by_role("link", name="exhibit.pdf").count()
