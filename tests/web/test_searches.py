"""Pages of selection rounds: blind until the last score, names for those whose office it is."""

import hashlib
import json

import pytest

from qazyna.office.appointment import Appoint
from qazyna.programme.selection.entering import AddCandidate
from qazyna.programme.selection.scoring import DeclareConflicts, ScoreCandidate
from qazyna.programme.selection.search import OpenSearch
from qazyna.shell import acting
from tests.programme.selection.rounds import CRITERIA, candidate, select
from tests.web.served import client, text

ROUND = "/searches/hedge-2026"
SCORERS = ("sam", "tom")
TELLING = "88-seldom-88"
"""A comment that only who sees sealed scores could read."""


@pytest.fixture
def scoring(empty):
    """A round in which one score of four is missing; C03 is not eligible."""
    for user in SCORERS:
        acting.act(empty, Appoint(user=user, roles=("investment_committee",)), actor="owner")
    acting.act(empty, Appoint(user="aud", roles=("auditor",)), actor="owner")
    opening = OpenSearch(
        search="hedge-2026",
        manager_kind="hedge_fund",
        opened_on="2026-05-01",
        mandate="market-neutral funds",
        scorers=SCORERS,
    )
    acting.act(empty, opening, actor="owner")
    for fields in (candidate(1), candidate(2), candidate(3, standing={"assets": "45000000"})):
        acting.act(empty, AddCandidate(**fields), actor="owner")
    for user in SCORERS:
        declared = DeclareConflicts(search="hedge-2026", declared_on="2026-06-01")
        acting.act(empty, declared, actor=user)
    for user, label in (("sam", "C01"), ("sam", "C02"), ("tom", "C01")):
        score(empty, user, label)
    return empty


def score(connection, user, label):
    asked = ScoreCandidate(
        search="hedge-2026",
        candidate=label,
        scores=dict.fromkeys(CRITERIA, 7 if label == "C01" else 9),
        scored_on="2026-06-01",
        comment=TELLING,
    )
    acting.act(connection, asked, actor=user)


@pytest.fixture
def decided(scoring):
    score(scoring, "tom", "C02")
    acting.act(scoring, select(at_most=1), actor="owner")
    return scoring


def seqs(connection, kind):
    rows = connection.execute("SELECT seq FROM books.event WHERE kind = %s ORDER BY seq", [kind])
    return [seq for (seq,) in rows]


@pytest.mark.parametrize("who", ["aud", "owner", *SCORERS])
def test_no_page_shows_a_score_before_the_last_is_in(scoring, who):
    here = client(who)
    events = [f"/events/{seq}" for seq in seqs(scoring, "candidate_scored")]
    for address in (ROUND, "/searches", "/journal", *events):
        page = here.get(address)
        assert 200 == page.status_code
        assert TELLING not in page.content.decode()
    said = text(here.get(ROUND))
    assert "Scores are sealed, 3 in and 1 still to come" in said
    assert "Scored by" in said
    assert "Total" not in said
    assert "nobody is shown them before, in whatever role" in text(here.get(events[0]))


def test_once_open_scores_are_read_by_those_who_see_what_is_private(decided):
    (first, *_) = seqs(decided, "candidate_scored")
    assert TELLING in text(client("aud").get(f"/events/{first}"))
    assert TELLING not in text(client("owner").get(f"/events/{first}"))


@pytest.mark.parametrize(("who", "reads"), [("sam", True), ("aud", True), ("owner", False)])
def test_scorers_read_what_candidates_answered(scoring, who, reads):
    (first, *_) = seqs(scoring, "candidate_added")

    assert reads == ("Auditor A" in text(client(who).get(f"/events/{first}")))


def test_the_round_shows_the_choice_its_runner_up_and_what_rules_cost(decided):
    said = text(client("aud").get(ROUND))

    assert "C02, the best set of at most 1 under the rules, proven" in said
    assert "Next best, 1C017.00002.0000" in said.replace(" ", "").replace(
        "Nextbest,", "Next best, "
    )
    assert "What each rule cost" in said
    assert "it manages 45,000,000 USD; 100,000,000 are asked for" in said


@pytest.mark.parametrize(
    ("who", "address", "named"),
    [
        ("aud", ROUND, True),
        ("sam", ROUND, True),
        ("aud", f"{ROUND}?anonymous", False),
        ("owner", ROUND, False),
    ],
)
def test_names_are_for_those_whose_office_it_is(decided, who, address, named):
    page = client(who).get(address).content.decode()

    for name in ("Fund 1", "Custodian 1", "45,000,000"):
        assert named == (name in page)
    assert "C01" in page
    assert "assets under management, at least" in page or named


def test_the_record_is_the_bytes_of_its_digest(decided):
    page = client("owner").get(f"{ROUND}/decision.json")
    digest = hashlib.sha256(page.content).hexdigest()

    assert digest in text(client("owner").get(ROUND))
    assert {"candidates": ["C02"], "total": "9.0000"} == json.loads(page.content)["chosen"]


def test_a_round_that_is_not_decided_has_no_record(scoring):
    assert 409 == client("owner").get(f"{ROUND}/decision.json").status_code


def test_there_may_be_no_round(empty):
    here = client("ann")
    assert "No round was opened yet" in text(here.get("/searches"))
    assert 404 == here.get("/searches/other").status_code
    assert 302 == client().get(ROUND).status_code
