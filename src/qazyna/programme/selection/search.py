"""A selection round: who may score, who stands as a candidate, and on what law."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, Field

from qazyna.blueprint import Dated, Law
from qazyna.blueprint.showing import plain
from qazyna.errors import Refused
from qazyna.office.appointment import Office, User
from qazyna.plan import Command, Day, Event, Name, Segment, State, World, command, event, state
from qazyna.programme.selection.candidate import (
    Candidate,
)
from qazyna.seizure.case import in_order

ManagerKind = Literal["hedge_fund", "venture_fund"]

FAMILIES = ("selection", "eligibility", "scorecard", "diversification")
"""The groups of clauses under `programme` that a round rests on."""


class Said(BaseModel):
    """A clause as it stood when the round was opened, and what it rests on."""

    clause: str
    value: str
    basis: str


class Scorer(BaseModel):
    """What one scorer has done so far. Scores are read by nobody before the round is opened."""

    declared: bool = False
    conflicts: tuple[str, ...] = ()
    """labels of the candidates that this scorer may not score"""
    scores: dict[str, dict[str, int]] = {}
    """label -> criterion -> score"""


class Chosen(BaseModel):
    """A set of candidates, and the sum of their scores in ten-thousandths of a point."""

    labels: tuple[str, ...]
    total: int


class Cost(BaseModel):
    """What a rule cost: the best total without it, and by how much that exceeds the optimum."""

    rule: str
    bound: str
    clause: str
    without: int
    cost: int
    binds: bool
    """whether the set that is best without the rule breaks it"""


class Decision(BaseModel):
    """What was chosen, and what shows that it was the best."""

    decided_on: date
    decision_ref: str
    at_least: int
    at_most: int
    chosen: Chosen
    runner_ups: tuple[Chosen, ...]
    costs: tuple[Cost, ...]
    solver: str
    record_sha256: str = ""


@state
class Search(State):
    """The fold of a round."""

    prefix: ClassVar[str] = "search"

    name: str = ""
    manager_kind: str = ""
    opened_on: date = date.min
    mandate: str = ""
    blueprint_sha256: str = ""
    law: tuple[Said, ...] = ()
    weights: dict[str, Decimal] = {}
    highest: int = 0
    scorers_min: int = 0
    scorers: dict[str, Scorer] = {}
    excused: dict[str, str] = {}
    """who need not score any more -> why"""
    candidates: dict[str, Candidate] = {}
    scoring: bool = False
    """whether a first score is in: from then on the field is closed"""
    opened: bool = False
    """whether the last score is in, and all may be read"""
    decision: Decision | None = None

    @property
    def criteria(self) -> list[str]:
        """The criteria of the scorecard in the order of the law: a fold keeps no order of keys."""
        first = "programme.scorecard."
        return [each.clause.removeprefix(first) for each in self.law if first in each.clause]

    @property
    def field(self) -> list[str]:
        """Labels of the candidates that stand, in the order they were entered."""
        return [label for label in self.labels if self.candidates[label].stands]

    @property
    def labels(self) -> list[str]:
        """Labels of all candidates, in the order they were entered."""
        return sorted(self.candidates, key=lambda label: self.candidates[label].event)

    def due(self, user: str) -> list[str]:
        """What a scorer has still to score; all of it while conflicts are not declared."""
        scorer = self.scorers[user]
        return [
            label
            for label in self.field
            if label not in scorer.conflicts and label not in scorer.scores
        ]

    def scored_by(self, label: str) -> list[str]:
        """Who has scored a candidate and is not excused, by name."""
        return [user for user in sorted(self.scorers) if label in self.scorers[user].scores]

    @property
    def complete(self) -> bool:
        """Whether every scorer is done, and every candidate has scorers enough."""
        done = all(each.declared and not self.due(user) for user, each in self.scorers.items())
        enough = all(len(self.scored_by(label)) >= self.scorers_min for label in self.field)
        return bool(self.field) and done and enough


class OfARound(Command):
    """What every command about a round shares."""

    search: Segment

    def streams(self) -> tuple[str, ...]:
        return (f"search/{self.search}",)


class ByARound(Event):
    """What every event of a round shares."""

    search: str

    @property
    def stream(self) -> str:
        return f"search/{self.search}"


def the_search(world: World, name: str, on: date, what: str) -> Search:
    """A round that is under way; refuses one that is decided, and what is dated before it."""
    found = world.find(Search, name)
    if found is None:
        raise Refused("no_search", f"There is no selection round {name!r}.", {"search": name})
    if found.decision is not None:
        raise Refused(
            "search_decided",
            f"The round {name} was decided on {found.decision.decided_on}: open another one.",
            {"search": name},
        )
    world.not_future(on, what)
    in_order(found.opened_on, on, what, "the opening of the round")
    return found


def the_candidate(found: Search, label: str) -> Candidate:
    """A candidate of the round that was not withdrawn."""
    candidate = found.candidates.get(label)
    if candidate is None:
        raise Refused(
            "no_candidate",
            f"The round {found.name} has no candidate {label!r}; it has "
            f"{', '.join(found.labels) or 'none yet'}.",
            {"search": found.name, "candidate": label},
        )
    if candidate.withdrawn:
        raise Refused(
            "candidate_withdrawn",
            f"{label} was withdrawn: {candidate.withdrawn}.",
            {"candidate": label},
        )
    return candidate


# opening


class OpenSearch(Command):
    """Open a selection round for one kind of manager, and name who scores its candidates."""

    kind: ClassVar[str] = "open_search"

    search: Segment
    manager_kind: ManagerKind
    opened_on: Day
    mandate: Name
    """What is sought, in a line."""
    scorers: Annotated[tuple[User, ...], Field(min_length=1)]

    def streams(self) -> tuple[str, ...]:
        return (f"search/{self.search}", *(f"office/{user}" for user in self.scorers))


@event
class SearchOpened(ByARound):
    """A round is opened, on the law of that day."""

    kind: ClassVar[str] = "search_opened"

    manager_kind: str
    mandate: str
    scorers: tuple[str, ...]
    blueprint_sha256: str
    law: tuple[Said, ...]
    weights: dict[str, Decimal]
    highest: int
    scorers_min: int

    def evolve(self, state: Search, version: int) -> None:
        state.name = self.search
        state.manager_kind = self.manager_kind
        state.opened_on = self.on
        state.mandate = self.mandate
        state.blueprint_sha256 = self.blueprint_sha256
        state.law = self.law
        state.weights = dict(self.weights)
        state.highest = self.highest
        state.scorers_min = self.scorers_min
        state.scorers = {user: Scorer() for user in self.scorers}


@command(OpenSearch)
def open_search(world: World, asked: OpenSearch) -> list[Event]:
    """Only where the law has a scorecard, with as many scorers, of the offices, as it asks."""
    world.not_future(asked.opened_on, "The opening")
    if world.find(Search, asked.search) is not None:
        raise Refused(
            "known_search", f"There is a round {asked.search} already.", {"search": asked.search}
        )
    law = world.law(asked.opened_on)
    weights = law.family("programme.scorecard")
    if not weights:
        raise Refused(
            "no_scorecard",
            "The blueprint has no scorecard, so there is nothing to choose by: add "
            "programme.scorecard.",
            law="programme.scorecard",
        )
    scorers = tuple(dict.fromkeys(asked.scorers))
    for user in scorers:
        may_score(world, law, user)
    least = law.says("programme.selection.scorers_min", int) or 1
    if len(scorers) < least:
        raise Refused(
            "too_few_scorers",
            f"The law asks for {least} scorers of each candidate, and {len(scorers)} is named.",
            {"named": len(scorers), "needed": least},
            "programme.selection.scorers_min",
        )
    return [
        SearchOpened(
            on=asked.opened_on,
            search=asked.search,
            manager_kind=asked.manager_kind,
            mandate=asked.mandate,
            scorers=scorers,
            blueprint_sha256=world.blueprint.sha256,
            law=_law_of(law),
            weights={name: Decimal(str(each.value)) for name, each in weights.items()},
            highest=law.says("programme.selection.highest_score", int) or 0,
            scorers_min=least,
        )
    ]


def may_score(world: World, law: Law, user: str) -> None:
    """Refuse a scorer who holds none of the offices that score."""
    roles = law.says("programme.selection.scorer_roles", tuple) or ()
    office = world.find(Office, user)
    held = office.roles if office else ()
    if not set(roles) & set(held):
        raise Refused(
            "not_a_scoring_role",
            f"Candidates are scored by {' or '.join(map(str, roles))}; "
            f"{user} is {', '.join(held) or 'none of the roles'}.",
            {"user": user, "roles": ", ".join(map(str, roles))},
            "programme.selection.scorer_roles",
        )


def _law_of(law: Law) -> tuple[Said, ...]:
    return tuple(
        Said(clause=f"programme.{family}.{name}", value=_text(each), basis=_basis(each))
        for family in FAMILIES
        for name, each in law.family(f"programme.{family}").items()
    )


def _text(answer: Dated) -> str:
    value = plain(answer.value)
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def _basis(answer: Dated) -> str:
    return f"assumption: {answer.note}" if answer.assumed else answer.source


# scorers


class NameScorer(OfARound):
    """Name one scorer more, before the scores are opened."""

    kind: ClassVar[str] = "name_scorer"

    scorer: User
    named_on: Day

    def streams(self) -> tuple[str, ...]:
        return (f"search/{self.search}", f"office/{self.scorer}")


@event
class ScorerNamed(ByARound):
    """One more scores."""

    kind: ClassVar[str] = "scorer_named"

    scorer: str

    def evolve(self, state: Search, version: int) -> None:
        state.scorers[self.scorer] = Scorer()
        state.excused.pop(self.scorer, None)


class ExcuseScorer(OfARound):
    """Excuse a scorer who cannot go on: what that scorer has scored does not count."""

    kind: ClassVar[str] = "excuse_scorer"

    scorer: User
    reason: Name
    excused_on: Day


@event
class ScorerExcused(ByARound):
    """One scores no more."""

    kind: ClassVar[str] = "scorer_excused"
    private: ClassVar[frozenset[str]] = frozenset({"reason"})

    scorer: str
    reason: str

    def evolve(self, state: Search, version: int) -> None:
        del state.scorers[self.scorer]
        state.excused[self.scorer] = self.reason


@event
class ScorecardOpened(ByARound):
    """The last score is in. From here on all of them may be read, and none can be changed."""

    kind: ClassVar[str] = "scorecard_opened"

    scorers: int
    candidates: int

    def evolve(self, state: Search, version: int) -> None:
        state.opened = True


def opened_if_complete(world: World, search: str, on: date) -> Iterator[Event]:
    """Open the scorecard once nobody has anything left to score."""
    found = world.find(Search, search)
    if found is not None and found.scoring and not found.opened and found.complete:
        yield ScorecardOpened(
            on=on, search=search, scorers=len(found.scorers), candidates=len(found.field)
        )


def not_opened(found: Search, what: str) -> None:
    """Refuse what would change scores that have been read."""
    if found.opened:
        raise Refused(
            "scores_are_open",
            f"The scores of {found.name} have been opened: {what} now, others' scores in sight, "
            "would not be blind.",
            {"search": found.name},
        )


@command(NameScorer)
def name_scorer(world: World, asked: NameScorer) -> list[Event]:
    """Only while scores are sealed, and only somebody of a scoring office."""
    found = the_search(world, asked.search, asked.named_on, "The naming")
    not_opened(found, "a score given")
    if asked.scorer in found.scorers:
        raise Refused(
            "known_scorer", f"{asked.scorer} scores in this round already.", {"user": asked.scorer}
        )
    may_score(world, world.law(asked.named_on), asked.scorer)
    return [ScorerNamed(on=asked.named_on, search=asked.search, scorer=asked.scorer)]


@command(ExcuseScorer)
def excuse_scorer(world: World, asked: ExcuseScorer) -> Iterator[Event]:
    """Only while scores are sealed, so that nobody is excused for what they scored."""
    found = the_search(world, asked.search, asked.excused_on, "The excuse")
    not_opened(found, "a score taken out")
    if asked.scorer not in found.scorers:
        raise not_a_scorer(found, asked.scorer)
    if len(found.scorers) == 1:
        raise Refused(
            "last_scorer",
            f"{asked.scorer} is the only scorer left: name another one first.",
            {"user": asked.scorer},
        )
    yield ScorerExcused(
        on=asked.excused_on, search=asked.search, scorer=asked.scorer, reason=asked.reason
    )
    yield from opened_if_complete(world, asked.search, asked.excused_on)


def not_a_scorer(found: Search, user: str) -> Refused:
    return Refused(
        "not_a_scorer",
        f"{user} does not score in the round {found.name}.",
        {"search": found.name, "user": user},
    )
