"""A round from its opening to an admission."""

import json
from decimal import Decimal

import pytest

from qazyna.programme.manager import AdmitManager, Manager
from qazyna.programme.selection.admission import CandidateAdmitted
from qazyna.programme.selection.entering import WithdrawCandidate
from qazyna.programme.selection.questionnaire import QUESTIONS, SECTIONS, section_of
from qazyna.programme.selection.record import as_text, digest, record
from qazyna.programme.selection.scoring import means, points, total
from qazyna.programme.selection.search import ExcuseScorer, NameScorer, Search
from qazyna.shell.store.codec import LEAF_LIMIT, canonical
from tests.programme.selection.rounds import (
    CRITERIA,
    SCORERS,
    as_actor,
    candidate,
    declare,
    entered,
    opened,
    returns,
    score,
    scored,
    select,
)
from tests.support import as_stored, do, law_of, world


def the(there) -> Search:
    return there.find(Search, "hedge-2026")


def decided(**values):
    """A round of six that was decided; C02 and C03 share a custodian and nothing else."""
    there = entered(opened("kazakhstan"), *(candidate(n) for n in range(1, 7)))
    values = values or {f"C0{n}": n for n in range(1, 7)}
    scored(there, values)
    do(as_actor(there, "owner"), select())
    return there


# eligibility

# fmt: off
FAILS = [
    # what is different                                        clause that says no
    ({"kinds": {"domicile": "BM"}},                            "domiciles"),
    ({"standing": {"licence": None}},                          "licence"),
    ({"returns": returns(1, months=35)},                       "years"),
    ({"standing": {"assets": "99999999.99"}},                  "assets"),
    ({"standing": {"custodian_independent": False}},           "independent_custodian"),
    ({"standing": {"administrator_independent": False}},       "independent_administrator"),
    ({"standing": {"auditor": None}},                          "audit"),
    ({"standing": {"aml_programme": False}},                   "aml_programme"),
    ({"standing": {"sanctions_screening": False}},             "sanctions_screening"),
]
# fmt: on


@pytest.mark.parametrize(("changes", "clause"), FAILS)
def test_each_criterion_that_is_not_met_is_named_with_its_clause(changes, clause):
    there = entered(opened(), candidate(**changes))
    found = the(there).candidates["C01"]

    assert [f"programme.eligibility.{clause}"] == [each.clause for each in found.failed]
    assert [] == the(there).field


def test_all_that_is_not_met_is_named_at_once():
    there = entered(opened(), candidate(standing={"licence": None, "auditor": None}, returns=()))

    assert ["years", "licence", "audit"] == [
        each.clause.rpartition(".")[2] for each in the(there).candidates["C01"].failed
    ]


def test_at_the_bound_a_candidate_is_eligible():
    there = entered(
        opened(), candidate(returns=returns(1, months=36), standing={"assets": "100000000"})
    )

    assert ["C01"] == the(there).field


def test_insurance_is_asked_only_where_the_law_asks_it():
    asks = law_of(
        "template",
        (
            '[programme.eligibility.insurance]\nunit = "bool"\nvalues = [\n'
            "  { from = 2009-01-03, value = false",
            '[programme.eligibility.insurance]\nunit = "bool"\nvalues = [\n'
            "  { from = 2009-01-03, value = true",
        ),
    )

    assert ["C01"] == the(entered(opened(), candidate())).field
    assert [] == the(entered(opened(asks), candidate())).field


# blindness


def test_scores_stay_sealed_until_the_last_is_in_and_open_by_themselves():
    there = entered(opened(), candidate(1), candidate(2))
    for user in SCORERS:
        declare(there, user)
    cards = [(user, label) for user in SCORERS for label in ("C01", "C02")]
    kinds = [[each.kind for each in score(there, *card)] for card in cards]

    assert [["candidate_scored"]] * 5 + [["candidate_scored", "scorecard_opened"]] == kinds
    assert the(there).opened


def test_values_and_names_of_a_round_stand_in_no_public_field():
    there = decided()
    private = {
        name: value
        for each, _ in there.booked
        for name, value in each.model_dump(mode="json").items()
        if name in each.private
    }
    public = json.dumps(
        [
            each.model_dump(mode="json", exclude=set(each.private))
            for each, _ in there.booked
            if each.stream.startswith("search/")
        ]
    )

    assert {"scores", "name", "kinds", "returns", "answers"} <= set(private)
    assert not [word for word in ("Fund 1", "Custodian 1", "Auditor A") if word in public]


def test_a_candidate_entered_later_makes_everybody_declare_again():
    there = entered(opened(), candidate(1))
    declare(there, "ann")
    entered(there, candidate(2))

    assert not the(there).scorers["ann"].declared


def test_a_conflict_found_late_takes_the_score_out_for_good():
    there = entered(opened(), candidate(1), candidate(2))
    for user in SCORERS:
        declare(there, user)
    score(there, "ann", "C01")
    declare(there, "ann", "C01")
    declare(there, "ann")

    assert (("C01",), {}) == (
        the(there).scorers["ann"].conflicts,
        the(there).scorers["ann"].scores,
    )


def test_scores_do_not_open_while_a_candidate_has_too_few_scorers():
    there = entered(opened(scorers=("ann", "bob")), candidate(1), candidate(2))
    declare(there, "ann", "C01")
    declare(there, "bob")
    score(there, "ann", "C02")
    score(there, "bob", "C01")
    score(there, "bob", "C02")
    assert not the(there).opened

    do(
        as_actor(there, "owner"),
        NameScorer(search="hedge-2026", scorer="cyn", named_on="2026-06-01"),
    )
    declare(there, "cyn")
    score(there, "cyn", "C01")
    score(there, "cyn", "C02")

    assert the(there).opened
    assert (["bob", "cyn"], ["ann", "bob", "cyn"]) == (
        the(there).scored_by("C01"),
        the(there).scored_by("C02"),
    )


def test_whoever_is_excused_holds_nobody_up_and_counts_no_more():
    there = entered(opened(), candidate(1))
    for user in SCORERS:
        declare(there, user)
    score(there, "ann", "C01", 2)
    score(there, "bob", "C01", 4)
    (_, happened) = do(
        as_actor(there, "owner"),
        ExcuseScorer(search="hedge-2026", scorer="cyn", reason="ill", excused_on="2026-06-01"),
    )

    assert "scorecard_opened" == happened.kind
    assert 30_000 == total(the(there), "C01")


def test_a_candidate_that_goes_leaves_nothing_to_score():
    there = entered(opened(), candidate(1), candidate(2))
    for user in SCORERS:
        declare(there, user)
        score(there, user, "C01")
    (_, happened) = do(
        as_actor(there, "owner"),
        WithdrawCandidate(
            search="hedge-2026", candidate="C02", reason="closed", withdrawn_on="2026-06-01"
        ),
    )

    assert ("scorecard_opened", ["C01"]) == (happened.kind, the(there).field)


# the scorecard


def test_a_total_is_the_weighted_sum_of_means_to_the_ten_thousandth():
    there = entered(opened(), candidate(1))
    for user in SCORERS:
        declare(there, user)
    score(there, "ann", "C01", 5, custody=10)
    score(there, "bob", "C01", 5, custody=9)
    score(there, "cyn", "C01", 6, custody=9)
    found = the(there)

    # governance, risk, performance, fees: 16/3 at 0.75 in all; custody 28/3 at 0.25
    assert 28 / 3 == pytest.approx(float(means(found, "C01")["custody"]))
    assert Decimal("6.3333") == Decimal(points(total(found, "C01")))


# the decision


def test_the_best_are_chosen_within_the_rules_and_the_number_that_the_law_admits():
    there = decided()
    found = the(there).decision

    assert 5 == found.at_most
    assert ("C02", "C03", "C04", "C05", "C06") != found.chosen.labels  # domicile: at most 3 alike
    assert ("C04", "C05", "C06") == found.chosen.labels
    assert {"domicile": 50_000} == {each.rule: each.cost for each in found.costs if each.cost}
    assert ["domicile"] == [each.rule for each in found.costs if each.binds]


def test_the_record_says_all_and_names_nobody():
    there = decided()
    found = the(there)
    told = record(found, found.decision)
    text = json.dumps(told)

    assert found.decision.record_sha256 == digest(found, found.decision)
    assert set(CRITERIA) == set(told["weights"])
    assert 6 == len(told["candidates"])
    assert "scorer 1" in text
    assert not [name for name in (*SCORERS, "Fund", "Custodian 1", "Auditor") if name in text]
    assert "Chosen: C04, C05, C06   total 15.0000" in as_text(told)
    json.dumps(told, allow_nan=False)


def test_whoever_has_the_record_can_add_it_up_again():
    there = decided()
    told = record(the(there), the(there).decision)
    for each in told["candidates"]:
        given = each["scores"]["by_scorer"].values()
        exact = sum(
            Decimal(weight) * sum(Decimal(scores[name]) for scores in given) / len(given)
            for name, weight in told["weights"].items()
        )
        assert Decimal(each["scores"]["total"]) == exact.quantize(Decimal("0.0001"))
    chosen = [Decimal(e["scores"]["total"]) for e in told["candidates"] if e["chosen"]]
    assert Decimal(told["chosen"]["total"]) == sum(chosen)


def test_the_rounds_events_and_folds_are_stored_whole():
    there = decided()
    for happened, _ in there.booked:
        as_stored(happened)
    found = the(there)

    assert found == Search.model_validate_json(found.model_dump_json())


# admission


def admit(**changes) -> AdmitManager:
    fields = {
        "manager": "HF-1",
        "manager_kind": "hedge_fund",
        "name": "Fund 6",
        "currency": "USD",
        "admitted_on": "2026-06-10",
        "decision_ref": "Minutes 5",
        "search": "hedge-2026",
        "candidate": "C06",
        **changes,
    }
    return AdmitManager(**fields)


def test_who_was_chosen_is_admitted_on_the_terms_that_were_offered():
    there = opened("kazakhstan")
    entered(there, candidate(1, terms={"notice_days": 45, "gate": "0.25"}))
    scored(there, {"C01": 6})
    do(as_actor(there, "owner"), select())
    happened = do(there, admit(candidate="C01"))

    assert 45 == there.find(Manager, "HF-1").terms.notice_days
    assert isinstance(happened[-1], CandidateAdmitted)
    assert "HF-1" == the(there).candidates["C01"].admitted_as


def test_where_the_law_asks_for_no_selection_a_manager_is_admitted_without():
    there = world("kazakhstan")
    (first, *_) = do(there, admit(search=None, candidate=None))

    assert "search" not in first.model_dump(exclude_none=True)


# what is asked


def test_every_question_stands_in_a_section_and_every_section_asks():
    assert set(SECTIONS) == {section_of(question) for question in QUESTIONS}
    assert len(QUESTIONS) == len(set(QUESTIONS.values()))


def test_answers_are_counted_by_section():
    answers = {"custody.keys": "Three of five.", "custody.cover": "Nothing."}
    there = entered(opened(), candidate(answers=answers, answered_by=("Head of operations",)))

    assert (2, 4) == the(there).candidates["C01"].answered["custody"]
    assert 0 == the(there).candidates["C01"].answered["risk"][0]


def test_the_decision_on_sixty_candidates_fits_a_leaf_however_alike_they_are():
    there = entered(opened(), *(candidate(n, returns=returns(1)) for n in range(1, 61)))
    scored(there, {f"C{n:02d}": n % 11 for n in range(1, 61)})
    (chosen,) = do(as_actor(there, "owner"), select())
    body = canonical(chosen.model_dump(mode="json"))

    assert 1 == len(chosen.decision.chosen.labels)
    assert 60 * 59 // 2 == len(record(the(there), the(there).decision)["rules"]["kept_apart"])
    assert len(body) < LEAF_LIMIT / 10
