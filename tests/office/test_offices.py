"""Offices and four eyes: who may say yes to what."""

import pytest

from qazyna.office.adoption import AdoptBlueprint
from qazyna.office.appointment import Appoint
from qazyna.office.proposals import Approve, Execute, Propose, Reject
from tests.support import as_stored, do, law_of, refused, world

LAW = law_of("template")


def at(actor: str, there):
    there.actor = actor
    return there


def proposed(kind: str = "appropriate"):
    there = world()
    appointments = {
        "ann": ("treasurer",),
        "bob": ("investment_committee",),
        "cyn": ("risk_officer",),
        "dan": ("investment_committee",),
        "eve": ("auditor",),
    }
    for user, roles in appointments.items():
        do(there, Appoint(user=user, roles=roles))
    do(at("ann", there), Propose(proposal="P-100", command_kind=kind, body="{}"))
    return there


def approve(there, by: str):
    return do(at(by, there), Approve(proposal="P-100", approver=by))


def test_an_appointment_gives_exactly_these_roles():
    there = world()
    (first,) = do(there, Appoint(user="ann", roles=("treasurer", "risk_officer")))
    (second,) = do(there, Appoint(user="ann", roles=("risk_officer",)))

    as_stored(first)
    assert ("risk_officer",) == there.states["office/ann"].roles
    assert ("risk_officer",) == second.roles


def test_the_same_appointment_again_changes_nothing():
    there = world()
    do(there, Appoint(user="ann", roles=("treasurer",)))

    assert [] == do(there, Appoint(user="ann", roles=("treasurer",)))


def test_a_role_that_the_law_does_not_have_is_refused():
    no = refused(world(), Appoint(user="ann", roles=("king",)))

    assert ("unknown_role", "role") == (no.code, no.law)


def test_two_of_two_roles_carry_a_proposal():
    there = proposed()
    approve(there, "bob")
    assert "needs_approval" == refused(there, Execute(proposal="P-100")).code
    approve(there, "cyn")
    (done,) = do(there, Execute(proposal="P-100"))

    as_stored(done)
    assert "executed" == there.states["proposal/P-100"].status


def test_who_proposes_may_not_approve():
    there = proposed()
    do(there, Appoint(user="ann", roles=("risk_officer",)))

    no = refused(at("ann", there), Approve(proposal="P-100", approver="ann"))
    assert ("own_proposal", "approvals.appropriate") == (no.code, no.law)


def test_each_approves_once():
    there = proposed()
    approve(there, "bob")

    no = refused(there, Approve(proposal="P-100", approver="bob"))
    assert ("approved_already", "approvals.appropriate") == (no.code, no.law)


def test_each_role_speaks_once():
    there = proposed()
    approve(there, "bob")

    no = refused(at("dan", there), Approve(proposal="P-100", approver="dan"))
    assert ("role_has_spoken", "approvals.appropriate") == (no.code, no.law)


@pytest.mark.parametrize("by", ["eve", "nobody"])
def test_only_the_roles_that_the_law_names_approve(by):
    there = proposed()

    no = refused(at(by, there), Approve(proposal="P-100", approver=by))
    assert ("not_your_role", "approvals.appropriate") == (no.code, no.law)
    no = refused(there, Reject(proposal="P-100", reason="no", approver=by))
    assert "not_your_role" == no.code


@pytest.mark.parametrize("by", ["ann", "bob"])
def test_whoever_proposed_or_might_approve_may_reject(by):
    there = proposed()
    (rejected,) = do(at(by, there), Reject(proposal="P-100", reason="not now", approver=by))

    as_stored(rejected)
    assert "rejected" == there.states["proposal/P-100"].status
    assert "proposal_closed" == refused(at("cyn", there), _approve("cyn")).code


def _approve(by: str) -> Approve:
    return Approve(proposal="P-100", approver=by)


def test_a_proposal_has_a_name_of_its_own():
    there = proposed()

    again = Propose(proposal="P-100", command_kind="allocate", body="{}")
    assert "known_proposal" == refused(there, again).code
    assert "no_proposal" == refused(there, Approve(proposal="P-999", approver="ann")).code


# the law in force


def adopt(blueprint):
    return AdoptBlueprint(name=blueprint.name, sha256=blueprint.sha256, adopted_on="2026-11-02")


def test_the_law_in_force_says_what_each_book_may_hold():
    there = world()
    (adopted,) = do(there, adopt(LAW))

    as_stored(adopted)
    assert ("template", LAW.sha256) == (
        there.states["law"].name,
        there.states["law"].sha256,
    )
    permits = set(adopted.permits())
    assert {("reserve", "gold"), ("case", "crypto"), ("budget", "currency")} <= permits
    assert ("reserve", "crypto") not in permits


def test_the_same_law_again_changes_nothing():
    there = world()
    do(there, adopt(LAW))

    assert [] == do(there, adopt(LAW))
