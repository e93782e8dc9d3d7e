"""Candidates are entered, and told at once what they fail; and they may go at any time."""

from collections.abc import Iterator
from typing import Any, ClassVar

from qazyna.errors import Refused
from qazyna.plan import Day, Event, Name, Segment, World, command, event
from qazyna.programme.selection.candidate import (
    Candidate,
    Document,
    Failed,
    Kinds,
    Reference,
    Returns,
    Standing,
    Text,
    digest_of,
    months_in_order,
)
from qazyna.programme.selection.eligibility import failed
from qazyna.programme.selection.questionnaire import QUESTIONS, answered
from qazyna.programme.selection.search import (
    ByARound,
    OfARound,
    Search,
    opened_if_complete,
    the_candidate,
    the_search,
)
from qazyna.programme.terms import Terms


class AddCandidate(OfARound):
    """Enter a candidate with its answers, track record, terms, references and documents."""

    kind: ClassVar[str] = "add_candidate"

    name: Name
    entered_on: Day
    kinds: Kinds
    standing: Standing
    terms: Terms = Terms()
    returns: Returns = ()
    answers: dict[str, Text] = {}
    answered_by: tuple[Name, ...] = ()
    """Persons who answered the questions."""
    references: tuple[Reference, ...] = ()
    documents: tuple[Document, ...] = ()

    def told(self, follows: list[Event]) -> dict[str, Any]:
        return {
            "candidates": [
                {
                    "candidate": each.candidate,
                    "eligible": not each.failed,
                    "failed": [reason.model_dump() for reason in each.failed],
                }
                for each in follows
                if isinstance(each, CandidateAdded)
            ]
        }


@event
class CandidateAdded(ByARound):
    """A candidate is entered under a label; who it is stands in no public leaf."""

    kind: ClassVar[str] = "candidate_added"
    private: ClassVar[frozenset[str]] = frozenset(
        {"name", "kinds", "standing", "returns", "answers", "answered_by", "references"}
    )

    candidate: str
    name: str
    kinds: Kinds
    standing: Standing
    terms: Terms
    returns: Returns
    returns_sha256: str
    answers: dict[str, str]
    answered_by: tuple[str, ...]
    references: tuple[Reference, ...]
    documents: tuple[Document, ...]
    failed: tuple[Failed, ...]

    def evolve(self, state: Search, version: int) -> None:
        state.candidates[self.candidate] = Candidate(
            label=self.candidate,
            event=version,
            name=self.name,
            entered_on=self.on,
            kinds=self.kinds,
            standing=self.standing,
            terms=self.terms,
            returns=self.returns,
            returns_sha256=self.returns_sha256,
            documents=self.documents,
            answered=answered(self.answers),
            references=len(self.references),
            failed=self.failed,
        )
        for scorer in state.scorers.values():
            scorer.declared = False  # nobody has yet said anything about this one


@command(AddCandidate)
def add_candidate(world: World, asked: AddCandidate) -> list[Event]:
    """Each once, before scoring begins. One that is not eligible is entered, and told why."""
    on = asked.entered_on
    found = the_search(world, asked.search, on, "The entry")
    if found.scoring:
        raise Refused(
            "scoring_begun",
            f"Scoring has begun in {found.name}: a candidate entered now would meet scorers who "
            "know the others. Enter it in another round.",
            {"search": found.name},
        )
    for label, each in found.candidates.items():
        if each.name == asked.name and not each.withdrawn:
            raise Refused(
                "known_candidate", f"{asked.name} is entered already, as {label}.", {"as": label}
            )
    unknown = [question for question in asked.answers if question not in QUESTIONS]
    if unknown:
        raise Refused(
            "unknown_question",
            f"{', '.join(unknown)}: no such question. `qazyna programme candidates questions` "
            "lists those there are.",
            {"questions": ", ".join(unknown)},
        )
    months_in_order(asked.returns, world.today)
    law = world.law(found.opened_on)
    return [
        CandidateAdded(
            on=on,
            search=asked.search,
            candidate=f"C{len(found.candidates) + 1:02d}",
            name=asked.name,
            kinds=asked.kinds,
            standing=asked.standing,
            terms=asked.terms,
            returns=asked.returns,
            returns_sha256=digest_of(asked.returns),
            answers=asked.answers,
            answered_by=asked.answered_by,
            references=asked.references,
            documents=asked.documents,
            failed=failed(law, asked.kinds, asked.standing, asked.returns),
        )
    ]


class WithdrawCandidate(OfARound):
    """Take a candidate out of the round, and say why."""

    kind: ClassVar[str] = "withdraw_candidate"

    candidate: Segment
    reason: Name
    withdrawn_on: Day


@event
class CandidateWithdrawn(ByARound):
    """A candidate is in the round no more."""

    kind: ClassVar[str] = "candidate_withdrawn"
    private: ClassVar[frozenset[str]] = frozenset({"reason"})

    candidate: str
    reason: str

    def evolve(self, state: Search, version: int) -> None:
        state.candidates[self.candidate].withdrawn = self.reason


@command(WithdrawCandidate)
def withdraw_candidate(world: World, asked: WithdrawCandidate) -> Iterator[Event]:
    """At any time before the decision: a candidate may always go."""
    found = the_search(world, asked.search, asked.withdrawn_on, "The withdrawal")
    the_candidate(found, asked.candidate)
    yield CandidateWithdrawn(
        on=asked.withdrawn_on,
        search=asked.search,
        candidate=asked.candidate,
        reason=asked.reason,
    )
    yield from opened_if_complete(world, asked.search, asked.withdrawn_on)
