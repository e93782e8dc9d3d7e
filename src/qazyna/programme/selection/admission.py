"""From a choice to an admission: who was chosen can be admitted, once, on the terms offered."""

from collections.abc import Iterator
from datetime import date
from typing import ClassVar

from qazyna.errors import Refused
from qazyna.plan import Event, World, event
from qazyna.programme.selection.candidate import Candidate
from qazyna.programme.selection.search import ByARound, Search
from qazyna.programme.terms import Terms


@event
class CandidateAdmitted(ByARound):
    """A chosen candidate has become a manager."""

    kind: ClassVar[str] = "candidate_admitted"

    candidate: str
    manager: str

    def evolve(self, state: Search, version: int) -> None:
        state.candidates[self.candidate].admitted_as = self.manager


def chosen_candidate(
    world: World, manager_kind: str, search: str | None, label: str | None, on: date
) -> Candidate | None:
    """The candidate that an admission cites; None where it cites none, and the law allows that."""
    if search is None and label is None:
        required = world.law(on).says("programme.selection.kinds", tuple) or ()
        if manager_kind in required:
            raise Refused(
                "selection_required",
                f"A {manager_kind.replace('_', ' ')} is admitted only if it was chosen: name the "
                "round and the candidate.",
                {"kind": manager_kind},
                "programme.selection.kinds",
            )
        return None
    if search is None or label is None:
        raise Refused(
            "half_a_candidate", "An admission names both the round and the candidate, or neither."
        )
    found = world.find(Search, search)
    if found is None:
        raise Refused("no_search", f"There is no selection round {search!r}.", {"search": search})
    if found.decision is None or label not in found.decision.chosen.labels:
        raise Refused(
            "not_chosen",
            f"{label} was not chosen in {search}"
            + (
                f"; chosen were {', '.join(found.decision.chosen.labels)}."
                if found.decision
                else ", which is not decided yet."
            ),
            {"search": search, "candidate": label},
        )
    if found.manager_kind != manager_kind:
        raise Refused(
            "wrong_manager_kind",
            f"{search} chose a {found.manager_kind.replace('_', ' ')}.",
            {"kind": found.manager_kind},
        )
    candidate = found.candidates[label]
    if candidate.admitted_as:
        raise Refused(
            "admitted_already",
            f"{label} of {search} was admitted as {candidate.admitted_as}.",
            {"manager": candidate.admitted_as},
        )
    if on < found.decision.decided_on:
        raise Refused(
            "dates_out_of_order",
            f"The admission is dated {on}, and {search} was decided on "
            f"{found.decision.decided_on}.",
            {"date": on},
        )
    return candidate


def terms_of(candidate: Candidate | None, asked: Terms) -> Terms:
    """The terms of an admission: those the candidate was chosen on, which stand if none are given.

    What was negotiated afterwards is a change of terms, dated and with its document.
    """
    if candidate is None or asked == candidate.terms:
        return asked
    if asked != Terms():
        raise Refused(
            "not_the_terms_chosen",
            f"{candidate.label} was chosen on other terms. Leave the terms out to admit it on "
            "those, and change them afterwards with the document that says so.",
            {"candidate": candidate.label},
        )
    return candidate.terms


def admitted(
    search: str | None, candidate: Candidate | None, manager: str, on: date
) -> Iterator[Event]:
    """The round learns what became of its candidate."""
    if search is not None and candidate is not None:
        yield CandidateAdmitted(on=on, search=search, candidate=candidate.label, manager=manager)
