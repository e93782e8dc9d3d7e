"""Scores: by several, each free of conflicts, each blind until the last is in.

A score's value is a private field: in the public leaf stands a salted commitment, and no face of
the program shows the value before `scorecard_opened`, not even to whoever gave it.
"""

from collections.abc import Iterator
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from typing import ClassVar

from qazyna.errors import Refused
from qazyna.plan import Day, Event, Name, Segment, World, command, event
from qazyna.programme.selection.search import (
    ByARound,
    OfARound,
    Scorer,
    Search,
    not_a_scorer,
    not_opened,
    opened_if_complete,
    the_candidate,
    the_search,
)

POINT = 10_000
"""Totals are whole numbers of ten-thousandths of a point, so that sums of them are exact."""


class DeclareConflicts(OfARound):
    """Say, as a scorer, of which candidates one may not judge: of none, if none are named."""

    kind: ClassVar[str] = "declare_conflicts"

    candidates: tuple[Segment, ...] = ()
    reason: Name | None = None
    declared_on: Day


@event
class ConflictsDeclared(ByARound):
    """A scorer has said which candidates are not for them to judge."""

    kind: ClassVar[str] = "conflicts_declared"
    private: ClassVar[frozenset[str]] = frozenset({"reason"})

    scorer: str
    candidates: tuple[str, ...]
    reason: str | None = None

    def evolve(self, state: Search, version: int) -> None:
        scorer = state.scorers[self.scorer]
        scorer.declared = True
        scorer.conflicts = tuple(dict.fromkeys((*scorer.conflicts, *self.candidates)))
        for label in self.candidates:
            scorer.scores.pop(label, None)


class ScoreCandidate(OfARound):
    """Score a candidate, as a scorer, by every criterion of the scorecard."""

    kind: ClassVar[str] = "score_candidate"

    candidate: Segment
    scores: dict[str, int]
    scored_on: Day
    comment: Name | None = None


@event
class CandidateScored(ByARound):
    """A scorer has judged a candidate; how, is read when everybody has."""

    kind: ClassVar[str] = "candidate_scored"
    private: ClassVar[frozenset[str]] = frozenset({"scores", "comment"})
    sealed_until: ClassVar[str] = "opened"

    scorer: str
    candidate: str
    scores: dict[str, int]
    comment: str | None = None

    def evolve(self, state: Search, version: int) -> None:
        state.scorers[self.scorer].scores[self.candidate] = dict(self.scores)
        state.scoring = True


def _as_scorer(world: World, found: Search) -> Scorer:
    scorer = found.scorers.get(world.actor)
    if scorer is None:
        raise not_a_scorer(found, world.actor)
    return scorer


@command(DeclareConflicts)
def declare_conflicts(world: World, asked: DeclareConflicts) -> Iterator[Event]:
    """Of candidates that there are. A conflict found late takes one's own score out, for good."""
    found = the_search(world, asked.search, asked.declared_on, "The declaration")
    _as_scorer(world, found)
    not_opened(found, "a conflict declared")
    for label in asked.candidates:
        the_candidate(found, label)
    yield ConflictsDeclared(
        on=asked.declared_on,
        search=asked.search,
        scorer=world.actor,
        candidates=tuple(dict.fromkeys(asked.candidates)),
        reason=asked.reason,
    )
    yield from opened_if_complete(world, asked.search, asked.declared_on)


@command(ScoreCandidate)
def score_candidate(world: World, asked: ScoreCandidate) -> Iterator[Event]:
    """Once each, whole, within the scale, by who declared conflicts and has none here."""
    found = the_search(world, asked.search, asked.scored_on, "The score")
    scorer = _as_scorer(world, found)
    not_opened(found, "a score given")
    candidate = the_candidate(found, asked.candidate)
    if candidate.failed:
        raise Refused(
            "not_eligible",
            f"{candidate.label} is not eligible: "
            + "; ".join(each.why for each in candidate.failed)
            + ".",
            {"candidate": candidate.label},
            candidate.failed[0].clause,
        )
    if not scorer.declared:
        raise Refused(
            "conflicts_not_declared",
            f"{world.actor} has not said of which candidates they may not judge since the last "
            "was entered: declare conflicts first, or that there are none.",
            {"user": world.actor},
        )
    if candidate.label in scorer.conflicts:
        raise Refused(
            "conflict_of_interest",
            f"{world.actor} has declared a conflict of interest with {candidate.label}, "
            "and does not score it.",
            {"user": world.actor, "candidate": candidate.label},
        )
    if candidate.label in scorer.scores:
        raise Refused(
            "scored_already",
            f"{world.actor} has scored {candidate.label}; a score is given once.",
            {"user": world.actor, "candidate": candidate.label},
        )
    _whole_and_in_range(found, asked.scores)
    yield CandidateScored(
        on=asked.scored_on,
        search=asked.search,
        scorer=world.actor,
        candidate=candidate.label,
        scores=asked.scores,
        comment=asked.comment,
    )
    yield from opened_if_complete(world, asked.search, asked.scored_on)


def _whole_and_in_range(found: Search, scores: dict[str, int]) -> None:
    for criterion, score in scores.items():
        if criterion not in found.weights:
            raise Refused(
                "unknown_criterion",
                f"{criterion!r} is no criterion of the scorecard; it has "
                f"{', '.join(found.criteria)}.",
                {"criterion": criterion},
                "programme.scorecard",
            )
        if not 0 <= score <= found.highest:
            raise Refused(
                "score_out_of_range",
                f"{score} for {criterion}: a score is a whole number from 0 to {found.highest}.",
                {"criterion": criterion, "highest": found.highest},
                "programme.selection.highest_score",
            )
    missing = [criterion for criterion in found.criteria if criterion not in scores]
    if missing:
        raise Refused(
            "missing_criterion",
            f"No score is given for {', '.join(missing)}: a candidate is scored whole, or not yet.",
            {"criteria": ", ".join(missing)},
            "programme.scorecard",
        )


def means(found: Search, label: str) -> dict[str, Fraction]:
    """The mean score of a candidate by each criterion, over those who scored it."""
    given = [found.scorers[user].scores[label] for user in found.scored_by(label)]
    return {
        criterion: Fraction(sum(scores[criterion] for scores in given), len(given))
        for criterion in found.criteria
    }


def total(found: Search, label: str) -> int:
    """The weighted sum of the mean scores, in ten-thousandths of a point, rounded half to even."""
    exact = sum(
        (
            Fraction(found.weights[criterion]) * mean
            for criterion, mean in means(found, label).items()
        ),
        Fraction(0),
    )
    return round(exact * POINT)


def points(total: int) -> str:
    """A total as a person reads it.

    >>> points(75000)
    '7.5000'
    """
    return f"{Decimal(total).scaleb(-4).quantize(Decimal('0.0001'), ROUND_HALF_EVEN):f}"
