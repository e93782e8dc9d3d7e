"""The choice: the best set of managers under all rules, its runners-up, and what rules cost."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from pydantic import Field

from qazyna.errors import Refused
from qazyna.plan import Day, Event, Name, World, command, event
from qazyna.programme.selection.diversification import (
    CORRELATION,
    FAMILY,
    Contender,
    Pair,
    Rules,
    bounds,
    broken,
    too_alike,
)
from qazyna.programme.selection.record import contender, digest, rules_of
from qazyna.programme.selection.search import (
    ByARound,
    Chosen,
    Cost,
    Decision,
    OfARound,
    Search,
    the_search,
)


@dataclass(frozen=True)
class RuleCost:
    """The best total without a rule, and whether the set that reaches it breaks the rule."""

    rule: str
    bound: str
    without: int
    binds: bool


@dataclass(frozen=True)
class Choice:
    """Places chosen, best first, with the pairs that were kept apart and what each rule cost."""

    sets: tuple[tuple[int, ...], ...]
    pairs: tuple[Pair, ...]
    costs: tuple[RuleCost, ...]
    solver: str


def choose(
    contenders: Sequence[Contender], rules: Rules, at_least: int, at_most: int, runner_ups: int
) -> Choice:
    """The best set and the next best so many, each proven; refuses where no set is allowed."""
    from qazyna.programme.selection import optimum

    pairs = too_alike(contenders, rules)
    problem = optimum.Problem(
        tuple(each.score for each in contenders),
        bounds(contenders, rules, pairs),
        at_least,
        at_most,
    )
    sets = optimum.ranked(problem, 1 + runner_ups)
    if not sets:
        raise _no_set(optimum.in_conflict(problem), len(contenders), at_least, at_most)
    costs = []
    for rule, bound in _set(rules):
        lifted = problem.without(rule)
        free = optimum.best(lifted)
        if free is None or lifted.total(free) < problem.total(sets[0]):
            raise AssertionError("fewer rules allow no less")
        costs.append(
            RuleCost(rule, bound, lifted.total(free), rule in broken(free, problem.bounds))
        )
    return Choice(tuple(sets), tuple(pairs), tuple(costs), optimum.solver())


def _set(rules: Rules) -> list[tuple[str, str]]:
    """The rules there are, with their bounds as text."""
    found = [(name, str(most)) for name, most in rules.alike.items()]
    if rules.correlation is not None:
        found.append((CORRELATION, f"{rules.correlation:f}"))
    return found


def _no_set(rules: Sequence[str], there: int, at_least: int, at_most: int) -> Refused:
    if at_least > at_most:
        why = f"at least {at_least} cannot be at most {at_most}"
    elif not rules:
        why = f"{there} candidates stand, and at least {at_least} are to be chosen"
    else:
        why = (
            f"at least {at_least} are to be chosen, and {' with '.join(rules)} "
            f"{'leave' if len(rules) > 1 else 'leaves'} no such set; each alone of "
            "these could be lifted to allow one"
            if len(rules) > 1
            else f"at least {at_least} are to be chosen, and the rule on {rules[0]} leaves no such "
            "set"
        )
    return Refused(
        "no_feasible_set",
        f"No set of candidates can be chosen: {why}. Ask for fewer, find more candidates, or amend "
        "the rules.",
        {"at_least": at_least, "rules": ", ".join(rules), "candidates": there},
        f"{FAMILY}.{rules[0]}" if rules else None,
    )


class SelectManagers(OfARound):
    """Choose the best set of candidates under the rules of diversification; admits nobody."""

    kind: ClassVar[str] = "select_managers"

    decided_on: Day
    decision_ref: Name
    at_least: Annotated[int, Field(ge=1, le=100)] = 1
    at_most: Annotated[int, Field(ge=1, le=100)] | None = None
    """As many as the law still admits, if not said."""
    runner_ups: Annotated[int, Field(ge=0, le=20)] = 3

    def streams(self) -> tuple[str, ...]:
        return (f"search/{self.search}", "programme")

    def told(self, follows: list[Event]) -> dict[str, Any]:
        return {
            "chosen": [
                label
                for each in follows
                if isinstance(each, ManagersSelected)
                for label in each.decision.chosen.labels
            ]
        }


@event
class ManagersSelected(ByARound):
    """A set was chosen, and proven to be the best; nobody is admitted by it."""

    kind: ClassVar[str] = "managers_selected"

    decision: Decision

    def evolve(self, state: Search, version: int) -> None:
        state.decision = self.decision


@command(SelectManagers)
def select_managers(world: World, asked: SelectManagers) -> list[Event]:
    """Once a round, when all have scored; of those that stand, no more than the law admits."""
    on = asked.decided_on
    found = the_search(world, asked.search, on, "The decision")
    if not found.opened:
        raise _not_all_scored(found)
    if not found.field:
        raise Refused(
            "no_candidates",
            f"No candidate of {found.name} stands any more.",
            {"search": found.name},
        )
    at_most = _room(world, found, asked)
    contenders = [contender(found, label) for label in found.field]
    choice = choose(contenders, rules_of(found), asked.at_least, at_most, asked.runner_ups)
    labels = [each.label for each in contenders]
    scores = {each.label: each.score for each in contenders}

    def told(places: Sequence[int]) -> Chosen:
        names = tuple(labels[place] for place in places)
        return Chosen(labels=names, total=sum(scores[name] for name in names))

    first = told(choice.sets[0])
    decision = Decision(
        decided_on=on,
        decision_ref=asked.decision_ref,
        at_least=asked.at_least,
        at_most=at_most,
        chosen=first,
        runner_ups=tuple(map(told, choice.sets[1:])),
        costs=tuple(
            Cost(
                rule=each.rule,
                bound=each.bound,
                clause=f"{FAMILY}.{each.rule}",
                without=each.without,
                cost=each.without - first.total,
                binds=each.binds,
            )
            for each in choice.costs
        ),
        solver=choice.solver,
    )
    decision = decision.model_copy(update={"record_sha256": digest(found, decision)})
    return [ManagersSelected(on=on, search=asked.search, decision=decision)]


def _not_all_scored(found: Search) -> Refused:
    due = {user: found.due(user) for user in found.scorers}
    missing = [
        f"{user} ({'conflicts not declared' if not found.scorers[user].declared else len(left)})"
        for user, left in due.items()
        if left or not found.scorers[user].declared
    ]
    short = [label for label in found.field if len(found.scored_by(label)) < found.scorers_min]
    if missing or not found.scoring:
        why = f"scores are missing of {', '.join(missing) or 'everybody'}"
    else:
        why = (
            f"{', '.join(short)} has fewer scorers than the {found.scorers_min} that the law asks "
            "for, others having a conflict of interest: name another scorer"
        )
    return Refused(
        "not_all_scored",
        f"The scores of {found.name} are still sealed: {why}.",
        {"search": found.name, "missing": ", ".join(missing), "short": ", ".join(short)},
        "programme.selection.scorers_min",
    )


def _room(world: World, found: Search, asked: SelectManagers) -> int:
    """How many may be chosen: as many as the law still admits, and no more than was asked."""
    law = world.law(asked.decided_on)
    most = law.hedge_funds_max if found.manager_kind == "hedge_fund" else law.venture_funds_max
    clause = f"programme.{found.manager_kind}s_max"
    programme = world.states.get("programme")
    managers: dict[str, str] = getattr(programme, "managers", {})
    room = most - list(managers.values()).count(found.manager_kind)
    if room < (asked.at_most or asked.at_least):
        raise Refused(
            "too_many_managers",
            f"The law admits {most} {found.manager_kind.replace('_', ' ')}s, and there is room for "
            f"{max(room, 0)}: {asked.at_most or asked.at_least} cannot be chosen.",
            {"kind": found.manager_kind, "room": max(room, 0)},
            clause,
        )
    return asked.at_most or room


__all__ = ["Choice", "SelectManagers", "choose", "contender"]
