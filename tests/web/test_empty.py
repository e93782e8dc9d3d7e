"""Where there is nothing yet, and where something is wrong: every page says so in words."""

import re

import pytest

from qazyna.shell import acting
from qazyna.shell.web.queries import cases as case_queries
from tests.conftest import Database
from tests.support_cases import seize
from tests.web.served import client, serving, text


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("/", "The reserve holds nothing yet"),
        ("/", "Nothing is in custody"),
        ("/", "No manager is admitted yet"),
        ("/", "Nothing waits"),
        ("/cases", "There are no cases yet"),
        ("/cases?q=C-1", "No case begins so"),
        ("/managers", "No manager is admitted yet"),
        ("/venues", "No venue is recorded"),
        ("/journal", "No postings"),
        ("/proposals", "Nothing waits"),
        ("/classes/gold", "Nothing is held"),
        ("/custody/claimants/BTC", "Nothing is held so"),
        ("/prices/BTC", "No price is known"),
    ],
)
def test_an_empty_page_says_what_would_stand_there(empty, address, sentence):
    page = client("ann").get(address)
    assert 200 == page.status_code
    assert sentence in text(page)


def test_practice_stands_on_the_page_of_the_law_in_words(empty):
    page = text(client("ann").get("/blueprint"))
    assert "sell and invest" in page
    assert "4 hedge funds; returns as 0.25 BTC + 0.1 ETH + 0.65 CASH" in page
    assert "3.0 % at 0.5; 10.0 % at 2" in page


@pytest.mark.parametrize(
    "address",
    [
        *("/nowhere", "/cases/C-9", "/events/999999", "/entries/999999", "/managers/X"),
        *("/classes/houses", "/holdings/reserve/bank/X/USD", "/accounts/nothing", "/prices/XYZ"),
        *("/custody/reserve/BTC", "/custody/claimants/XYZ", "/charts/x.svg", "/events/law/99"),
        *("/documents/xyz", "/journal/", "/cases/../../etc/passwd"),
    ],
)
def test_what_is_not_there_is_said_to_be_not_there(empty, address):
    page = client("ann").get(address)
    assert 404 == page.status_code
    assert "There is nothing here" in text(page)


@pytest.mark.parametrize(
    "address",
    [
        *("/journal?before=x", "/journal?since=2026-02-30", "/blueprint?on=yesterday"),
        *("/blueprint?on=1999-01-01", "/prices/BTC?before=x.1"),
    ],
)
def test_an_impossible_question_is_answered_in_a_sentence(empty, address):
    page = client("ann").get(address)
    assert page.status_code in (200, 409)
    assert "Traceback" not in text(page)


@pytest.mark.parametrize(
    "address",
    [
        *("/cases?q=%00", "/cases?after=%27%22", "/journal?asset=%27", "/events/1?after=abc"),
        *("/cases/C%001", "/holdings/a%00/bank/x/USD", f"/custody/claimants/BTC?after={10**22}"),
        *("/custody/claimants/BTC?after=%00/a/b/BTC", "/custody/claimants/BTC?after=a//b"),
        *(f"/entries/{10**22}", f"/journal?before={10**17}.1", f"/events/law/{10**12}"),
    ],
)
def test_odd_letters_break_nothing(empty, address):
    assert client("ann").get(address).status_code in (200, 302, 404, 409)


def test_a_home_without_a_law_says_how_to_give_it_one(own_database: Database):
    with serving(own_database.url()):
        page = client("ann").get("/")
    assert 409 == page.status_code
    assert "no law yet" in text(page)
    assert "qazyna init" in text(page)


def test_a_fault_of_ours_is_called_one(empty, monkeypatch):
    def broken(*_):
        raise RuntimeError("a secret of the program")

    monkeypatch.setattr(case_queries, "listed", broken)
    page = client("ann", raise_request_exception=False).get("/cases")
    assert 500 == page.status_code
    assert "Something failed here" in text(page)
    assert "a secret" not in text(page)


def test_a_case_shows_whose_it_is_and_what_happened(seized):
    said = text(client("ann").get("/cases/C-1"))
    for each in ("Holding 1: Bitcoin", "Claimants", "In custody", "No order yet", "Seized"):
        assert each in said


def test_cases_are_found_by_how_their_names_begin(seized, monkeypatch):
    for name in ("C-10", "C-11", "D-1", "C/1"):
        acting.act(seized, seize("1", case=name), actor="ann")
    here = client("ann")

    def names(query):
        return re.findall(r'<a href="/cases/[^"?]+">([^<]+)</a>', here.get(query).content.decode())

    assert ["C-1", "C-10", "C-11", "C/1", "D-1"] == names("/cases")
    assert ["C-1", "C-10", "C-11"] == names("/cases?q=C-1")
    assert [] == names("/cases?q=c-1")
    monkeypatch.setattr(case_queries, "PAGE", 2)
    assert ["C-1", "C-10"] == names("/cases")
    assert ["C-11", "C/1"] == names("/cases?after=C-10")
    assert ["C-11"] == names("/cases?q=C-1&after=C-10")
