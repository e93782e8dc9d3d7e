"""The dashboard: the same figures as the statement's, found another way, and each leads down."""

import re
from collections import defaultdict

import pytest

from qazyna.seizure.custody import RecordLoss
from qazyna.shell import acting
from qazyna.shell.queries.statement import statement
from qazyna.shell.web import books, figures
from qazyna.shell.web.queries import overview as overviews
from qazyna.shell.web.queries.overview import overview
from qazyna.shell.web.queries.pulse import pulse
from qazyna.shell.web.views.dashboard import custody_total
from tests.support_cases import CASE, seize
from tests.web.served import addresses, client, text

HISTORY = re.compile(r"\bbooks\.(posting|entry|event|command|authority)\b")

FIRST_EVENT = re.compile(r"JOIN books\.event e ON e\.stream = first\.name AND e\.version = 1")


@pytest.fixture
def both(demo):
    """The reserve at a glance, from running figures; and the statement, from every posting."""
    found = overview(pulse())
    return found, statement(demo, found.statement.as_of)


# Two ways to every figure: they must meet.


@pytest.mark.parametrize("part", ["total", "classes", "flows", "limits", "enforcement", "budget"])
def test_it_says_what_the_statement_says(both, part):
    glance, whole = both

    def plain(said):
        value = getattr(said, part)
        if part == "classes":
            # How many postings a holding has is counted on its own page.
            return [
                (c.klass, c.value, c.share, [(h.account, h.amount, h.value) for h in c.holdings])
                for c in value
            ]
        if part == "budget":
            return [(line.account, line.amount, line.value) for line in value]
        return value

    assert plain(whole) == plain(glance.statement)


def test_custody_adds_up_to_the_statements_holdings(both):
    glance, whole = both
    sums = defaultdict(int)
    for line in whole.custody:
        sums[line.title.klass, line.asset.code] += line.amount
    assert dict(sums) == {(each.title, each.asset.code): each.amount for each in glance.custody}


def test_the_last_bar_is_the_total_of_today(both):
    glance, whole = both
    assert (whole.as_of, whole.total) == (glance.months[-1].on, glance.months[-1].total)


def test_every_month_is_what_the_statement_of_its_last_day_says(demo):
    for month in overview(pulse()).months[:-1]:
        assert statement(demo, month.on).total == month.total


def test_what_is_lost_is_still_owed_and_worth_nothing(empty):
    """Prices from the law's own par, so that a small database has some."""
    acting.act(empty, seize("1000", asset="USDT"), actor="ann")
    loss = {**CASE, "asset": "USDT", "quantity": "400", "discovered_on": "2025-04-01"}
    keys = RecordLoss(**loss, obligor="State Custodian", incident_ref="I-1")
    acting.act(empty, keys, actor="ann")
    found = overview(pulse())
    whole = statement(empty, found.statement.as_of)
    assert 600 == custody_total(found) == sum(line.value for line in whole.custody)
    page = text(client("ann").get("/"))
    assert "Of it, lost" in page
    assert 200 == client("ann").get("/custody/shortfall/USDT").status_code


# What it costs


def test_it_reads_no_table_of_history(demo, monkeypatch):
    asked = []
    ask, rows = books.ask, books.rows
    monkeypatch.setattr(books, "ask", lambda *all: asked.extend(q for q, _ in all) or ask(*all))
    monkeypatch.setattr(books, "rows", lambda q, g=(), **o: asked.append(q) or rows(q, g, **o))
    overviews._overview(pulse())
    assert asked
    # A row by its key is no history: the first event of a stream.
    read = [query for query in asked if HISTORY.search(FIRST_EVENT.sub("", query))]
    assert [] == read


def test_it_is_made_anew_only_when_something_was_written(demo):
    assert overview(pulse()) is overview(pulse())


# What it shows


def test_the_total_stands_on_the_page_to_the_cent(demo):
    page = client("demo").get("/")
    total = overview(pulse()).statement.total
    assert figures.plain(total, 2) in text(page)


def test_every_limit_says_in_words_how_it_stands(demo):
    page = text(client("demo").get("/"))
    limits = overview(pulse()).statement.limits
    assert len(limits) == sum(
        page.count(f"{sign} {words}")
        for sign, words in (("✓", "within"), ("△", "near the bound"), ("✕", "breached"))
    )


def test_the_demo_says_that_it_is_illustrative(demo):
    assert "made up to show these books at work" in text(client("demo").get("/"))


def test_real_books_do_not(seized):
    assert "made up" not in text(client("ann").get("/"))


def test_what_is_stale_or_estimated_says_so_where_it_stands(demo):
    page = client("demo").get("/").content.decode()
    assert 'class="mark mark-stale" title="' in page
    assert 'id="estimates"' in page


def test_the_charts_can_be_had_without_scripts(demo):
    for name in ("allocation", "value"):
        drawn = client("demo").get(f"/charts/{name}.svg")
        assert drawn["Content-Type"] == "image/svg+xml"
        body = drawn.content.decode()
        assert body.startswith("<svg")
        for klass in ("gold", "foreign_currency", "hedge_funds", "venture_funds"):
            assert f'id="fill-{klass}"' in body
            assert f"url(#fill-{klass})" in body or f"url('#fill-{klass}')" in body


def test_the_script_of_the_charts_is_kept_for_ever_and_asks_nobody(demo):
    here = client("demo")
    address = next(a for a in addresses(here.get("/")) if a.startswith("/assets/charts-"))
    script = here.get(address)
    assert "immutable" in script["Cache-Control"]
    assert 404 == here.get("/assets/charts-0123456789abcdef.js").status_code


# The way down


def test_every_link_leads_somewhere(demo):
    """From the dashboard, a few of each kind of address, until nothing new is found."""
    here = client("demo")
    waiting, known, seen = ["/"], {"/"}, defaultdict(int)
    while waiting:
        address = waiting.pop(0)
        page = here.get(address)
        assert page.status_code in (200, 302, 403), (address, page.status_code)
        if not page.get("Content-Type", "").startswith("text/html"):
            continue
        for found in addresses(page):
            target = found.partition("#")[0]
            kind = re.sub(r"[^/?=&]*[0-9][^/?=&]*", "*", target)
            if target.startswith("/static/") or target in known or seen[kind] >= 3:
                continue
            seen[kind] += 1
            known.add(target)
            waiting.append(target)
    assert len(known) > 60


def test_a_figure_of_the_reserve_leads_down_to_a_final_order(demo):
    """class → holding → entry → event → the case's orders, by the links of each page alone."""
    here = client("demo")

    def down(address, begins, contains=""):
        found = [a for a in addresses(here.get(address)) if a.startswith(begins) and contains in a]
        assert found, (address, begins)
        return found

    (klass,) = set(down("/", "/classes/foreign_currency"))
    holding = next(a for a in down(klass, "/holdings/reserve/bank/") if a.endswith("/USD"))
    entries = re.findall(r'href="(/entries/\d+)">Transfer</a>', here.get(holding).content.decode())
    event = down(entries[0], "/events/")[0]
    case = down(event, "/cases/")[0].partition("#")[0]
    page = here.get(case)
    assert 'id="orders"' in page.content.decode()
    order = re.search(r'<a href="(/events/\d+)">[^<]*/F</a>', page.content.decode())
    assert "Forfeiture became final" in text(here.get(order[1]))
