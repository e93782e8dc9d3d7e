"""The inbox: yes and no, and a sentence where neither may be said."""

import json

import pytest

from qazyna.shell import acting
from tests.support_cases import CASE
from tests.web.served import client, text

BACK = {**CASE, "asset": "BTC", "quantity": "4", "released_on": "2025-04-01", "order_ref": "R-1"}


@pytest.fixture
def proposal(seized):
    """Ann, the registrar, asks that four be given back; the prosecutor or the clerk may agree."""
    asked = acting.propose(seized, "release_holding", json.dumps(BACK), actor="ann")
    return asked["proposal"]


def test_what_waits_is_told_with_what_it_would_do(proposal):
    said = text(client("bob").get("/proposals"))
    assert "Release holding" in said
    assert "R-1" in said
    assert "0 of 1" in said


def test_who_decides_nothing_is_not_told_what_it_holds(proposal):
    for name, sealed in (("dan", True), ("bob", False), ("ann", False), ("fay", False)):
        said = text(client(name).get(f"/proposals/{proposal}"))
        assert sealed == ("sealed" in said)
        assert sealed != ("R-1" in said)


def test_its_number_stands_beside_the_name_of_the_page(proposal):
    assert "Proposals 1 waiting" in text(client("bob").get("/cases"))


def test_an_approval_carries_it_out(proposal, seized):
    answer = client("bob").post(f"/proposals/{proposal}/approve", {"key": "a"})
    assert (302, f"/proposals/{proposal}") == (answer.status_code, answer["Location"])
    page = text(client("bob").get(answer["Location"]))
    assert "executed" in page
    assert "Seizure lifted" in page
    assert "Nothing waits" in text(client("bob").get("/proposals"))


def test_htmx_gets_the_card_and_nothing_else(proposal):
    answer = client("bob").post(
        f"/proposals/{proposal}/approve", {"key": "a"}, headers={"HX-Request": "true"}
    )
    assert 200 == answer.status_code
    assert answer.content.decode().lstrip().startswith("<article")
    assert "Approved and carried out" in text(answer)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("ann", "ann proposed this; somebody else must approve it."),
        ("dan", "release_holding is approved by"),
        ("stranger", "stranger is none of the roles"),
    ],
)
@pytest.mark.parametrize("by_htmx", [True, False])
def test_who_may_not_approve_is_told_so_in_a_sentence(proposal, name, sentence, by_htmx):
    headers = {"HX-Request": "true"} if by_htmx else {}
    answer = client(name).post(f"/proposals/{proposal}/approve", {"key": "a"}, headers=headers)
    assert (200 if by_htmx else 409) == answer.status_code
    assert sentence in text(answer)
    assert "Nothing was written" in text(answer)


def test_a_rejection_says_why_and_stays(proposal):
    here = client("bob")
    without = here.post(f"/proposals/{proposal}/reject", {"key": "a", "reason": " "})
    assert "Say why" in text(without)
    here.post(f"/proposals/{proposal}/reject", {"key": "b", "reason": "The order is not final"})
    page = text(here.get(f"/proposals/{proposal}"))
    assert "The order is not final" in page
    assert "rejected" in page


def test_the_same_form_sent_twice_acts_once(proposal, seized):
    here = client("bob")
    for _ in range(2):
        here.post(f"/proposals/{proposal}/approve", {"key": "same"})
    count = "SELECT count(*) FROM books.event WHERE kind = 'approved'"
    assert 1 == seized.execute(count).fetchone()[0]


def test_a_form_from_elsewhere_is_not_accepted(proposal, seized):
    answer = client("bob", enforce_csrf_checks=True).post(f"/proposals/{proposal}/approve")
    assert 403 == answer.status_code
    count = "SELECT count(*) FROM books.event WHERE kind = 'approved'"
    assert 0 == seized.execute(count).fetchone()[0]


def test_a_look_is_no_approval(proposal):
    assert 405 == client("bob").get(f"/proposals/{proposal}/approve").status_code


def test_there_is_no_such_proposal(seized):
    assert 404 == client("bob").get("/proposals/feedface").status_code
    assert 404 == client("bob").post("/proposals/feedface/approve").status_code
