"""Who may act at once, and what others must approve first."""

import json
from typing import Any

import pytest

from qazyna.errors import Refused
from qazyna.office.appointment import Appoint
from qazyna.plan import Command
from qazyna.shell import acting
from qazyna.shell.store.commit import Done
from qazyna.shell.store.replay import check
from tests.shell.store.opened import adopt, appoint, held, opened, rows
from tests.support_cases import CASE, final, order, seize

HOLDING = "C-1/1"
BACK = {**CASE, "asset": "BTC", "released_on": "2025-04-01", "order_ref": "R-1"}
"""`release_holding` needs one approval, of the prosecutor or the clerk of the court."""

GRANT = {"items": [{"asset": "USD", "quantity": "1000", "place": "National Bank"}]}


@pytest.fixture
def books(own_database):
    """The template's law, people in office, ten BTC seized."""
    with opened(own_database.url()) as connection:
        adopt(connection)
        appoint(connection)
        acting.act(connection, seize("10"), actor="ann")
        yield connection


def body(command: Command) -> str:
    return command.model_dump_json()


def propose(books, quantity: str = "4", actor: str = "ann", key: str | None = None) -> str:
    """Ann asks that some be given back."""
    text = json.dumps(BACK | {"quantity": quantity})
    return acting.propose(books, "release_holding", text, actor=actor, key=key)["proposal"]


def refused(do: Any, *asked: Any, **said: Any) -> Refused:
    with pytest.raises(Refused) as caught:
        do(*asked, **said)
    return caught.value


# ── At once ─────────────────────────────────────────────────────────────────────────────────────


def test_what_needs_nobody_is_done_at_once(books):
    done = acting.run(books, "seize", body(seize(holding="2")), actor="ann")
    assert isinstance(done, Done)


def test_who_holds_no_role_may_not_act(books):
    no = refused(acting.run, books, "seize", body(seize(holding="2")), actor="stranger")
    assert ("not_appointed", "role") == (no.code, no.law)


def test_who_was_dismissed_may_not_act(books):
    acting.run(books, "appoint", '{"user": "ann", "roles": []}', actor="owner")
    no = refused(acting.run, books, "seize", body(seize(holding="2")), actor="ann")
    assert "not_appointed" == no.code


def test_what_needs_approval_is_not_done_at_once(books):
    before = rows(books)
    text = json.dumps(BACK | {"quantity": "4"})
    no = refused(acting.run, books, "release_holding", text, actor="ann")

    assert ("needs_approval", "approvals.release_holding") == (no.code, no.law)
    assert "1" == no.facts["needed"]
    assert before == rows(books)


@pytest.mark.parametrize("kind", ["propose", "approve", "reject", "execute"])
def test_the_steps_of_a_proposal_are_not_commands_of_anybodys(books, kind):
    assert "not_by_hand" == refused(acting.run, books, kind, "{}", actor="owner").code
    assert "not_by_hand" == refused(acting.propose, books, kind, "{}", actor="owner").code


# ── Proposing ───────────────────────────────────────────────────────────────────────────────────


def test_a_proposal_changes_nothing_but_waits(books):
    name = propose(books)

    assert 1_000_000_000 == held(books, f"{HOLDING}/claimants")
    (waits,) = acting.waiting(books)
    assert (name, "release_holding", "ann", []) == (
        waits["proposal"],
        waits["kind"],
        waits["by"],
        waits["approved_by"],
    )
    assert "4" == json.loads(waits["body"])["quantity"]


def test_what_could_not_be_done_today_is_not_proposed(books):
    before = rows(books)
    assert "more_than_held" == refused(propose, books, "11").code
    assert before == rows(books)


def test_what_needs_nobody_is_not_proposed(books):
    no = refused(acting.propose, books, "seize", body(seize(holding="2")), actor="ann")
    assert "no_approval_needed" == no.code


def test_a_stranger_may_not_propose(books):
    assert "not_appointed" == refused(propose, books, actor="stranger").code


def test_the_same_key_proposes_once(books):
    first = propose(books, key="mine")
    before = rows(books)

    assert first == propose(books, key="mine")
    assert before == rows(books)
    assert "key_reused" == refused(propose, books, "5", key="mine").code


def test_the_same_key_proposes_once_even_when_it_was_carried_out(books):
    """What was proposed cannot be done again today, and need not be: it was answered before."""
    name = propose(books, "10", key="mine")
    acting.approve(books, name, actor="bob")

    assert name == propose(books, "10", key="mine")
    assert [] == acting.waiting(books)


# ── Approving ───────────────────────────────────────────────────────────────────────────────────


def test_with_the_last_approval_it_is_carried_out(books):
    name = propose(books)
    answer = acting.approve(books, name, actor="bob")

    assert ("executed", ["bob"]) == (answer["status"], answer["approved_by"])
    assert ["seizure_lifted"] == [each["kind"] for each in answer["done"]["events"]]
    assert 600_000_000 == held(books, f"{HOLDING}/claimants")
    assert [] == acting.waiting(books)
    assert [] == check(books).differences


def test_it_is_carried_out_in_the_name_of_who_proposed_it(books):
    acting.approve(books, propose(books), actor="bob")
    query = "SELECT actor FROM books.command WHERE kind = 'release_holding'"
    assert [("ann",)] == books.execute(query).fetchall()


def test_nobody_approves_what_they_proposed(books):
    name = propose(books, actor="bob")
    no = refused(acting.approve, books, name, actor="bob")

    assert ("own_proposal", "approvals.release_holding") == (no.code, no.law)
    assert 1_000_000_000 == held(books, f"{HOLDING}/claimants")


@pytest.mark.parametrize("actor", ["dan", "fay", "owner", "ann", "stranger"])
def test_only_the_roles_that_the_law_names_approve(books, actor):
    name = propose(books, actor="cyn")
    assert "not_your_role" == refused(acting.approve, books, name, actor=actor).code


def test_nobody_can_be_approved_for_by_another_name(books):
    """The approver named in the command is not asked; who acts is."""
    from qazyna.office.proposals import Approve
    from qazyna.shell.store.commit import execute

    name = propose(books)
    forged = Approve(proposal=name, approver="bob")
    assert "not_your_role" == refused(execute, books, forged, actor="fay").code


def test_two_approvals_are_two(books):
    """An appropriation needs two; after one it still waits."""
    text = json.dumps({**GRANT, "appropriated_on": "2026-01-05", "act_ref": "Act 1"})
    name = acting.propose(books, "appropriate", text, actor="ann")["proposal"]
    one = acting.approve(books, name, actor="dan")

    assert ("open", 2) == (one["status"], one["needs"])
    assert 0 == held(books, "reserve/reserve", "USD")
    assert "approved_already" == refused(acting.approve, books, name, actor="dan").code
    assert "executed" == acting.approve(books, name, actor="eve")["status"]
    assert 100_000 == held(books, "reserve/reserve", "USD")


def test_it_is_carried_out_once(books):
    name = propose(books)
    acting.approve(books, name, actor="bob")
    before = rows(books)

    assert "proposal_closed" == refused(acting.approve, books, name, actor="cyn").code
    assert before == rows(books)


def test_the_same_key_approves_once(books):
    name = propose(books)
    first = acting.approve(books, name, actor="bob", key="yes")
    before = rows(books)
    again = acting.approve(books, name, actor="bob", key="yes")

    assert "executed" == first["status"] == again["status"]
    assert before == rows(books)


def test_it_is_decided_again_when_the_last_approval_comes(books):
    """The books have moved on, and what was sound when proposed is refused: nothing is written."""
    first, second = propose(books, "7"), propose(books, "7")
    acting.approve(books, first, actor="bob")
    before = rows(books)

    assert "more_than_held" == refused(acting.approve, books, second, actor="bob").code
    assert before == rows(books)
    assert [second] == [each["proposal"] for each in acting.waiting(books)]
    assert 300_000_000 == held(books, f"{HOLDING}/claimants")


def test_it_can_be_approved_later_when_the_books_allow_it(books):
    """A refusal at the last approval takes the approval back, and it may be given once more."""
    first, second = propose(books, "7"), propose(books, "7")
    acting.approve(books, first, actor="bob")
    refused(acting.approve, books, second, actor="bob")
    query = "SELECT count(*) FROM books.event WHERE stream = %s"

    assert (1,) == books.execute(query, [f"proposal/{second}"]).fetchone()


def test_a_proposal_that_is_not_there_is_not_approved(books):
    assert "no_proposal" == refused(acting.approve, books, "P-404", actor="bob").code


def test_a_finality_needs_another_pair_of_eyes(books):
    acting.act(books, order("6"), actor="ann")
    assert "needs_approval" == refused(acting.act, books, final(), actor="ann").code
    name = acting.propose(books, "record_finality", body(final()), actor="ann")["proposal"]
    acting.approve(books, name, actor="cyn")

    assert 600_000_000 == held(books, f"{HOLDING}/state")


# ── Rejecting ───────────────────────────────────────────────────────────────────────────────────


def test_a_rejected_proposal_is_closed_and_says_why(books):
    name = propose(books)
    assert "rejected" == acting.reject(books, name, "wrong order", actor="bob")["status"]

    assert [] == acting.waiting(books)
    assert "proposal_closed" == refused(acting.approve, books, name, actor="cyn").code
    state = books.execute("SELECT state FROM books.stream WHERE name = %s", [f"proposal/{name}"])
    assert "wrong order" == state.fetchone()[0]["reason"]


def test_who_proposed_may_take_it_back(books):
    assert "rejected" == acting.reject(books, propose(books), "a slip", actor="ann")["status"]


def test_others_may_not_reject(books):
    name = propose(books)
    assert "not_your_role" == refused(acting.reject, books, name, "no", actor="dan").code


# ── Offices ─────────────────────────────────────────────────────────────────────────────────────


def test_the_users_are_listed_with_their_roles(books):
    listed = {each["user"]: each["roles"] for each in acting.users(books)}
    assert ["registrar"] == listed["ann"]
    acting.run(books, "appoint", '{"user": "ann", "roles": ["auditor"]}', actor="owner")
    listed = {each["user"]: each["roles"] for each in acting.users(books)}
    assert ["auditor"] == listed["ann"]


def test_only_the_owner_gives_roles(books):
    """Whoever else could, could approve in any role."""
    no = refused(acting.act, books, Appoint(user="ann", roles=("risk_officer",)), actor="ann")
    assert ("not_the_owner", "role") == (no.code, no.law)
    assert ["registrar"] == {u["user"]: u["roles"] for u in acting.users(books)}["ann"]
