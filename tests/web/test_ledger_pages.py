"""Holdings, entries, events and the journal: pages that together are the whole ledger."""

import re

import pytest

from qazyna.shell import acting
from qazyna.shell.web.queries import cases as case_queries
from qazyna.shell.web.queries import ledger
from qazyna.shell.web.queries.overview import overview
from qazyna.shell.web.queries.pulse import pulse
from tests.support_cases import seize
from tests.web.served import addresses, client, text

ENTRY = re.compile(r'href="/entries/(\d+)"')


@pytest.fixture
def small_pages(monkeypatch):
    monkeypatch.setattr(ledger, "PAGE", 7)
    monkeypatch.setattr(ledger, "WINDOW", 40)


def all_pages(here, address):
    while address:
        page = here.get(address)
        assert 200 == page.status_code
        yield page
        body = page.content.decode()
        older = re.search(r'href="([^"]*)" rel="next">(?:Earlier|Further)', body)
        address = older and address.partition("?")[0] + older[1].replace("&amp;", "&")


def test_the_pages_of_a_holding_walk_down_to_nothing(demo, small_pages):
    (holding,) = [h for h in ledger.holdings_of("reserve/bank/NBK") if h.asset == "USD"]
    after, balance, seen = None, holding.quantity, []
    while True:
        page, after = ledger.postings(holding, after)
        for posted, left in page:
            assert left == balance
            balance -= posted.sign * int(posted.quantity)
            seen.append((posted.entry, posted.leg))
        if after is None:
            break
    assert 0 == balance
    (count,) = demo.execute(
        """SELECT count(*) FROM books.posting
           WHERE asset = 'USD' AND book = 'reserve'
             AND ('bank', 'NBK') IN ((debit_class, debit_detail), (credit_class, credit_detail))"""
    ).fetchone()
    assert len(set(seen)) == len(seen) == count


def test_the_balance_of_a_page_cannot_be_made_up(demo, small_pages):
    here = client("demo")
    pages = list(all_pages(here, "/holdings/reserve/bank/NBK/USD"))
    assert len(pages) > 3
    assert 404 == here.get("/holdings/reserve/bank/NBK/USD?after=made.up:text").status_code


def test_the_journal_shows_every_posting_once(demo, small_pages):
    pages = all_pages(client("demo"), "/journal")
    found = [n for page in pages for n in ENTRY.findall(text_of(page))]
    (count,) = demo.execute("SELECT count(*) FROM books.posting").fetchone()
    assert count == len(found)


def text_of(page):
    return page.content.decode()


@pytest.mark.parametrize(
    ("asked", "where"),
    [
        ("kind=vest&credit=state", "p.kind = 'vest' AND p.credit_class = 'state'"),
        ("kind=receive&credit=claimants", "p.kind = 'receive' AND p.credit_class = 'claimants'"),
        ("asset=BTC", "p.asset = 'BTC'"),
        ("book=reserve&flow=income", "p.book = 'reserve' AND n.flow = 'income'"),
    ],
)
def test_the_journal_finds_what_it_is_asked_for_however_far_back(demo, small_pages, asked, where):
    pages = all_pages(client("demo"), f"/journal?{asked}")
    found = [n for page in pages for n in ENTRY.findall(text_of(page))]
    (count,) = demo.execute(
        f"""SELECT count(*) FROM books.posting p JOIN books.entry n ON n.id = p.entry
            WHERE {where}"""
    ).fetchone()
    assert count == len(found) > 0


def test_an_entry_says_by_what_right_it_stands(demo):
    (entry,) = demo.execute(
        "SELECT entry FROM books.posting WHERE authority = 'final_order' LIMIT 1"
    ).fetchone()
    said = text(client("demo").get(f"/entries/{entry}"))
    assert "Forfeiture became final" in said
    assert "a final order of the court" in said


def test_an_event_shows_both_times_its_command_and_its_leaf(demo):
    seq, leaf, key, at = demo.execute(
        """SELECT seq, leaf, command, recorded_at FROM books.event
           WHERE kind = 'forfeiture_became_final' ORDER BY seq LIMIT 1"""
    ).fetchone()
    page = client("demo").get(f"/events/{seq}")
    said = text(page)
    assert at.strftime("%H:%M:%S") in said
    assert key in said
    assert bytes(leaf).decode() in said
    assert any("#orders" in address for address in addresses(page))


def test_an_account_whose_case_has_slashes_is_found(seized):
    acting.act(seized, seize("1", case="KZ/2026/7"), actor="ann")
    here = client("ann")
    for address in ("/cases/KZ/2026/7", "/holdings/KZ/2026/7/1/claimants/BTC"):
        assert 200 == here.get(address).status_code
    assert 404 == here.get("/holdings/KZ/2026/7/1/claimants/ETH").status_code


@pytest.mark.parametrize("title", ["claimants", "beneficiaries", "state"])
def test_what_is_in_custody_is_found_to_the_last_holding(demo, monkeypatch, title):
    monkeypatch.setattr(case_queries, "PAGE", 3)
    monkeypatch.setattr(case_queries, "WINDOW", 20)
    for held in overview(pulse()).custody:
        if held.title == title:
            after, amount = case_queries.FIRST, 0
            while after:
                shown, after = case_queries.custody(title, held.asset.code, after)
                amount += sum(int(each.quantity) for each in shown)
            assert held.amount == amount


def test_the_pages_of_custody_lead_on_through_every_holding_once(demo, monkeypatch):
    monkeypatch.setattr(case_queries, "PAGE", 3)
    monkeypatch.setattr(case_queries, "WINDOW", 20)
    pages = list(all_pages(client("demo"), "/custody/state/BTC"))
    found = [
        address
        for page in pages
        for address in addresses(page)
        if address.startswith("/holdings/") and address.endswith("/BTC")
    ]
    held = demo.execute(
        """SELECT count(*) FROM books.holding
           WHERE book ~ '^C' AND class = 'state' AND asset = 'BTC' AND quantity > 0"""
    ).fetchone()
    assert len(pages) > 3
    assert (len(found),) == (len(set(found)),) == held
    assert found == sorted(found)
