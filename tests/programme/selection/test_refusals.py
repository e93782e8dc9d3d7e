"""What a selection round refuses: one row a refusal."""

# ruff: noqa: E501  the table is read across

import pytest
from pydantic import ValidationError

from qazyna.programme.manager import AdmitManager
from qazyna.programme.selection.choosing import SelectManagers
from qazyna.programme.selection.entering import AddCandidate, WithdrawCandidate
from qazyna.programme.selection.scoring import DeclareConflicts, ScoreCandidate
from qazyna.programme.selection.search import ExcuseScorer, NameScorer, OpenSearch
from tests.programme.selection.rounds import (
    CRITERIA,
    as_actor,
    candidate,
    declare,
    entered,
    office,
    opened,
    score,
    scored,
    select,
)
from tests.support import do, law_of, refused

ROUND = "hedge-2026"
WHOLE = dict.fromkeys(CRITERIA, 7)
TOMORROW = "2026-11-24"

OPEN = {
    "search": "second",
    "manager_kind": "hedge_fund",
    "opened_on": "2026-05-01",
    "mandate": "m",
    "scorers": ("ann", "bob"),
}
SCORE = {"search": ROUND, "candidate": "C01", "scores": WHOLE, "scored_on": "2026-06-01"}
DECLARE = {"search": ROUND, "declared_on": "2026-06-01"}
NAME = {"search": ROUND, "scorer": "eve", "named_on": "2026-06-01"}
EXCUSE = {"search": ROUND, "scorer": "cyn", "reason": "ill", "excused_on": "2026-06-01"}
GO = {"search": ROUND, "candidate": "C01", "reason": "closed", "withdrawn_on": "2026-06-01"}
ADMIT = {
    "manager": "HF-1",
    "manager_kind": "hedge_fund",
    "name": "Fund 1",
    "currency": "USD",
    "admitted_on": "2026-06-10",
    "decision_ref": "D",
    "search": ROUND,
    "candidate": "C01",
}


def field():
    """Four candidates: C03 not eligible, C04 withdrawn. All have declared; ann: C02 conflicts."""
    there = entered(
        opened(),
        candidate(1),
        candidate(2),
        candidate(3, kinds={"domicile": "BM"}),
        candidate(4),
    )
    do(there, WithdrawCandidate(**{**GO, "candidate": "C04"}))
    declare(there, "ann", "C02")
    declare(there, "bob")
    declare(there, "cyn")
    return there


def begun():
    there = field()
    score(there, "bob", "C01")
    return there


def unsealed():
    return scored(entered(opened(), candidate(1), candidate(2)), {"C01": 5, "C02": 6})


def alike():
    """Two of one domicile under a law that wants none alike."""
    law = law_of(
        "template",
        ("value = 6, source", "value = 1, source"),
    )
    return scored(entered(opened(law), candidate(1), candidate(2)), {"C01": 5, "C02": 6})


def decided():
    there = unsealed()
    do(as_actor(there, "owner"), select(at_most=1))
    return there


def short():
    """Everybody has scored, and C01 has one scorer where the law asks for two."""
    there = entered(opened(scorers=("ann", "bob")), candidate(1))
    declare(there, "ann", "C01")
    declare(there, "bob")
    score(there, "bob", "C01")
    return there


def ready():
    there = office()
    return as_actor(there, "owner")


def nobody_scores():
    text = (
        "programme.scorecard.governance",
        "programme.scorecard.custody",
        "programme.scorecard.risk",
        "programme.scorecard.performance",
        "programme.scorecard.fees",
    )
    from qazyna import blueprint
    from tests.blueprint.broken_files import template_without

    return office(blueprint.parse(template_without(*text), "without"))


def required():
    law = law_of(
        "template",
        ("value = [], source", 'value = ["hedge_fund"], source'),
    )
    return office(law)


E_ = "programme.eligibility."
S_ = "programme.selection."

# fmt: off
REFUSALS = [
    # where      who      what is asked                                          code                      clause
    # opening
    (ready,      "owner", OpenSearch(**{**OPEN, "opened_on": TOMORROW}),         "date_in_future",         None),
    (ready,      "owner", OpenSearch(**{**OPEN, "scorers": ("ann", "dan")}),     "not_a_scoring_role",     S_ + "scorer_roles"),
    (ready,      "owner", OpenSearch(**{**OPEN, "scorers": ("ann", "zoe")}),     "not_a_scoring_role",     S_ + "scorer_roles"),
    (ready,      "owner", OpenSearch(**{**OPEN, "scorers": ("ann", "ann")}),     "too_few_scorers",        S_ + "scorers_min"),
    (nobody_scores, "owner", OpenSearch(**OPEN),                                 "no_scorecard",           "programme.scorecard"),
    (field,      "owner", OpenSearch(**{**OPEN, "search": ROUND}),               "known_search",           None),
    # scorers
    (field,      "owner", NameScorer(**{**NAME, "search": "other"}),             "no_search",              None),
    (field,      "owner", NameScorer(**{**NAME, "scorer": "ann"}),               "known_scorer",           None),
    (field,      "owner", NameScorer(**{**NAME, "scorer": "dan"}),               "not_a_scoring_role",     S_ + "scorer_roles"),
    (field,      "owner", NameScorer(**{**NAME, "named_on": "2026-04-01"}),      "dates_out_of_order",     None),
    (unsealed,   "owner", NameScorer(**NAME),                                    "scores_are_open",        None),
    (field,      "owner", ExcuseScorer(**{**EXCUSE, "scorer": "dan"}),           "not_a_scorer",           None),
    (unsealed,   "owner", ExcuseScorer(**EXCUSE),                                "scores_are_open",        None),
    # candidates
    (field,      "owner", AddCandidate(**candidate(1)),                          "known_candidate",        None),
    (begun,      "owner", AddCandidate(**candidate(5)),                          "scoring_begun",          None),
    (field,      "owner", AddCandidate(**candidate(5, answers={"a.b": "x"})),    "unknown_question",       None),
    (field,      "owner", AddCandidate(**candidate(5, returns=(("2024-01", "0.1"), ("2024-03", "0.1")))), "months_out_of_order", None),
    (field,      "owner", AddCandidate(**candidate(5, returns=(("2024-01", "0.1"), ("2024-01", "0.1")))), "months_out_of_order", None),
    (field,      "owner", AddCandidate(**candidate(5, returns=(("2026-11", "0.1"),))), "date_in_future",   None),
    (field,      "owner", AddCandidate(**candidate(5, entered_on=TOMORROW)),     "date_in_future",         None),
    (field,      "owner", WithdrawCandidate(**{**GO, "candidate": "C09"}),       "no_candidate",           None),
    (field,      "owner", WithdrawCandidate(**{**GO, "candidate": "C04"}),       "candidate_withdrawn",    None),
    # scoring
    (field,      "dan",   DeclareConflicts(**DECLARE),                           "not_a_scorer",           None),
    (field,      "ann",   DeclareConflicts(**DECLARE, candidates=("C09",)),      "no_candidate",           None),
    (unsealed,   "ann",   DeclareConflicts(**DECLARE),                           "scores_are_open",        None),
    (field,      "owner", ScoreCandidate(**SCORE),                               "not_a_scorer",           None),
    (field,      "bob",   ScoreCandidate(**{**SCORE, "candidate": "C09"}),       "no_candidate",           None),
    (field,      "bob",   ScoreCandidate(**{**SCORE, "candidate": "C03"}),       "not_eligible",           E_ + "domiciles"),
    (field,      "bob",   ScoreCandidate(**{**SCORE, "candidate": "C04"}),       "candidate_withdrawn",    None),
    (field,      "ann",   ScoreCandidate(**{**SCORE, "candidate": "C02"}),       "conflict_of_interest",   None),
    (begun,      "bob",   ScoreCandidate(**SCORE),                               "scored_already",         None),
    (unsealed,   "bob",   ScoreCandidate(**SCORE),                               "scores_are_open",        None),
    (field,      "bob",   ScoreCandidate(**{**SCORE, "scores": {**WHOLE, "charm": 7}}),  "unknown_criterion",  "programme.scorecard"),
    (field,      "bob",   ScoreCandidate(**{**SCORE, "scores": {**WHOLE, "fees": 11}}),  "score_out_of_range", S_ + "highest_score"),
    (field,      "bob",   ScoreCandidate(**{**SCORE, "scores": {**WHOLE, "fees": -1}}),  "score_out_of_range", S_ + "highest_score"),
    (field,      "bob",   ScoreCandidate(**{**SCORE, "scores": {"fees": 7}}),            "missing_criterion",  "programme.scorecard"),
    # choosing
    (begun,      "owner", select(),                                              "not_all_scored",         S_ + "scorers_min"),
    (short,      "owner", select(),                                              "not_all_scored",         S_ + "scorers_min"),
    (unsealed,   "owner", select(decided_on="2026-04-01"),                       "dates_out_of_order",     None),
    (unsealed,   "owner", select(at_most=11),                                    "too_many_managers",      "programme.hedge_funds_max"),
    (unsealed,   "owner", select(at_least=11),                                   "too_many_managers",      "programme.hedge_funds_max"),
    (unsealed,   "owner", select(at_least=3),                                    "no_feasible_set",        None),
    (unsealed,   "owner", select(at_least=2, at_most=1),                         "no_feasible_set",        None),
    (alike,      "owner", select(at_least=2),                                    "no_feasible_set",        "programme.diversification.domicile"),
    (decided,    "owner", select(),                                              "search_decided",         None),
    (decided,    "owner", WithdrawCandidate(**GO),                               "search_decided",         None),
    # admission
    (required,   "owner", AdmitManager(**{**ADMIT, "search": None, "candidate": None}), "selection_required", S_ + "kinds"),
    (decided,    "owner", AdmitManager(**{**ADMIT, "candidate": None}),          "half_a_candidate",       None),
    (decided,    "owner", AdmitManager(**{**ADMIT, "search": "other"}),          "no_search",              None),
    (decided,    "owner", AdmitManager(**ADMIT),                                 "not_chosen",             None),
    (unsealed,   "owner", AdmitManager(**ADMIT),                                 "not_chosen",             None),
    (decided,    "owner", AdmitManager(**{**ADMIT, "candidate": "C02", "manager_kind": "venture_fund"}), "wrong_manager_kind", None),
    (decided,    "owner", AdmitManager(**{**ADMIT, "candidate": "C02", "admitted_on": "2026-06-01"}), "dates_out_of_order", None),
    (decided,    "owner", AdmitManager(**{**ADMIT, "candidate": "C02", "terms": {"notice_days": 1}}), "not_the_terms_chosen", None),
]
# fmt: on


@pytest.mark.parametrize(("where", "who", "asked", "code", "clause"), REFUSALS)
def test_a_round_refuses(where, who, asked, code, clause):
    there = where()
    before = there.version(f"search/{ROUND}")
    no = refused(as_actor(there, who), asked)

    assert (code, clause) == (no.code, no.law)
    assert before == there.version(f"search/{ROUND}")


def test_who_has_not_declared_scores_nothing():
    there = as_actor(entered(opened(), candidate(1)), "ann")

    assert "conflicts_not_declared" == refused(there, ScoreCandidate(**SCORE)).code


def test_the_last_scorer_is_not_excused():
    there = entered(opened(scorers=("ann", "bob")), candidate(1))
    do(there, ExcuseScorer(**{**EXCUSE, "scorer": "ann"}))

    assert "last_scorer" == refused(there, ExcuseScorer(**{**EXCUSE, "scorer": "bob"})).code


def test_all_candidates_may_have_gone():
    there = unsealed()
    do(as_actor(there, "owner"), WithdrawCandidate(**GO))
    do(there, WithdrawCandidate(**{**GO, "candidate": "C02"}))

    assert "no_candidates" == refused(there, select()).code


def test_a_candidate_is_admitted_once():
    there = decided()
    do(there, AdmitManager(**{**ADMIT, "candidate": "C02"}))
    again = AdmitManager(**{**ADMIT, "manager": "HF-2", "candidate": "C02"})

    assert "admitted_already" == refused(there, again).code


def test_where_scores_are_missing_it_is_said_of_whom():
    no = refused(as_actor(begun(), "owner"), select())

    assert "ann (1), bob (1), cyn (2)" == no.facts["missing"]


def test_where_scorers_are_too_few_it_is_said_of_which_candidate():
    no = refused(as_actor(short(), "owner"), select())

    assert "C01" == no.facts["short"]
    assert "name another scorer" in no.message


# fmt: off
MALFORMED = [
    (AddCandidate,    candidate(1, returns=(("2024-13", "0.1"),)),          "write a month as 2024-01"),
    (AddCandidate,    candidate(1, returns=(("2024-01", "-1.2"),)),         "nothing falls below -1"),
    (AddCandidate,    candidate(1, returns=(("2024-01", "1e-3"),)),         "as a fraction"),
    (AddCandidate,    candidate(1, documents=({"title": "t", "sha256": "ab"},)), "pattern"),
    (AddCandidate,    candidate(1, kinds={"domicile": "Cayman"}),           "pattern"),
    (ScoreCandidate,  {**SCORE, "scores": {**WHOLE, "fees": 7.5}},          "valid integer"),
    (OpenSearch,      {**OPEN, "scorers": ()},                              "at least 1 item"),
    (SelectManagers,  {**select().model_dump(), "at_least": 0},             "greater than or equal to 1"),
]
# fmt: on


@pytest.mark.parametrize(("model", "fields", "why"), MALFORMED)
def test_what_is_malformed_is_no_command(model, fields, why):
    with pytest.raises(ValidationError, match=why):
        model(**fields)
