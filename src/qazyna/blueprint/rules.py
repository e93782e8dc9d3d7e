"""What the clauses of a blueprint owe one another, day by day.

Each rule takes the answers of one day and yields what is wrong with them. A rule says nothing where
a clause it needs could not be read: that has been reported already.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from itertools import groupby

from qazyna.blueprint import practice
from qazyna.blueprint.answers import nearest
from qazyna.blueprint.reading import Draft
from qazyna.blueprint.schema import (
    BENEFICIARIES_OF_SHARES,
    CLAUSE,
    MANAGED_CLASSES,
    STATEMENT_CLASSES,
)
from qazyna.blueprint.values import Answers, Approvals, Dated, Limit, Problem

Rule = Callable[[Answers, Draft], Iterator[Problem]]


def broken(draft: Draft) -> list[Problem]:
    """Every rule that the answers break on some day; what stays broken is said once."""
    problems = dict.fromkeys(_beginnings(draft))
    for day in change_dates(draft.clauses):
        answers = on(draft.clauses, day)
        for rule in RULES:
            problems.update(dict.fromkeys(rule(answers, draft)))
    return list(problems)


def change_dates(clauses: Mapping[str, tuple[Dated, ...]]) -> list[date]:
    """Every day on which some answer begins, in order."""
    return sorted({value.since for values in clauses.values() for value in values})


def on(clauses: Mapping[str, tuple[Dated, ...]], day: date) -> dict[str, Dated]:
    """The answer of each clause that has one on that day: the latest that has begun."""
    answers = {}
    for name, values in clauses.items():
        begun = [value for value in values if value.since <= day]
        if begun:
            answers[name] = begun[-1]
    return answers


def _beginnings(draft: Draft) -> Iterator[Problem]:
    """All required clauses begin on one day: between two beginnings there would be half a law."""
    firsts = {
        name: values[0]
        for name, values in draft.clauses.items()
        if name in CLAUSE and CLAUSE[name].required
    }
    earliest = min((value.since for value in firsts.values()), default=None)
    for name, first in firsts.items():
        if earliest is not None and first.since > earliest:
            yield Problem(
                first.line,
                name,
                f"it has no value from {earliest}, when other clauses begin, to {first.since}: "
                "add the value of that time; it may be an assumption",
            )


def _shares(answers: Answers, draft: Draft) -> Iterator[Problem]:
    names = [f"disposition.share.{to}" for to in BENEFICIARIES_OF_SHARES]
    shares = [answers[name] for name in names if name in answers]
    values = [share.value for share in shares if isinstance(share.value, Decimal)]
    if len(values) < len(names) or sum(values) == 1:
        return
    latest = max(shares, key=lambda share: (share.since, share.line))
    sums = " + ".join(
        f"{to} {value}" for to, value in zip(BENEFICIARIES_OF_SHARES, values, strict=True)
    )
    yield Problem(
        latest.line,
        latest.clause,
        f"from {latest.since} the shares make {sum(values)}, not 1 ({sums}): "
        "change them together, from the same date",
    )


def _keepers(answers: Answers, draft: Draft) -> Iterator[Problem]:
    for name, answer in answers.items():
        clause = CLAUSE.get(name)
        if clause is None or not clause.holds or not draft.custodians:
            continue
        custodian = draft.custodians.get(str(answer.value))
        if custodian is None:
            yield Problem(
                answer.line,
                name,
                f"“{answer.value}” is not among the custodians: "
                f"{nearest(str(answer.value), tuple(draft.custodians))}, or add a [[custodian]]",
            )
        elif custodian.holds and clause.holds not in custodian.holds:
            yield Problem(
                answer.line,
                name,
                f"“{custodian.name}” does not hold {clause.holds}: "
                f"add “{clause.holds}” to its `holds`, or name another custodian",
            )


def _approvers(answers: Answers, draft: Draft) -> Iterator[Problem]:
    for name, answer in answers.items():
        if not isinstance(answer.value, Approvals):
            continue
        unknown = [role for role in answer.value.roles if role not in draft.roles]
        for role in unknown if draft.roles else ():
            yield Problem(
                answer.line,
                name,
                f"“{role}” is not among the roles: {nearest(role, tuple(draft.roles))}, "
                "or add a [[role]]",
            )
        if answer.value.count > len(answer.value.roles):
            yield Problem(
                answer.line,
                name,
                f"{answer.value.count} approvals are asked for, but each role gives one and only "
                f"{len(answer.value.roles)} named: name more roles, or ask for fewer approvals",
            )


def _limits(answers: Answers) -> dict[Limit, Dated]:
    return {answer.value: answer for answer in answers.values() if isinstance(answer.value, Limit)}


def _limits_on_the_eligible(answers: Answers, draft: Draft) -> Iterator[Problem]:
    eligible = _eligible(answers)
    for limit, answer in _limits(answers).items():
        needed = STATEMENT_CLASSES[limit.klass]
        if eligible and needed and needed not in eligible:
            yield Problem(
                answer.line,
                answer.clause,
                f"a limit on {limit.klass}, which the reserve may not hold: add “{needed}” to "
                "reserve.eligible, or remove the limit",
            )


def _minimum_below_maximum(answers: Answers, draft: Draft) -> Iterator[Problem]:
    for (measure, klass), group in _by_subject(answers).items():
        least, most = _tightest(group, "min"), _tightest(group, "max")
        if least and most and least.value > most.value:
            latest = max(
                (group[least], group[most]), key=lambda answer: (answer.since, answer.line)
            )
            yield Problem(
                latest.line,
                latest.clause,
                f"by {measure}, {klass} must be at least {least.value} ({least.name}) and at most "
                f"{most.value} ({most.name}), which none is: lower the one or raise the other",
            )


def _a_portfolio_exists(answers: Answers, draft: Draft) -> Iterator[Problem]:
    """Some portfolio must meet every share limit at once."""
    eligible = _eligible(answers)
    subjects = _by_subject(answers)
    if not eligible:
        return
    least, most = Decimal(0), Decimal(0)
    for klass, asset_class in STATEMENT_CLASSES.items():
        group = subjects.get(("class_share", klass), {})
        lower, upper = _tightest(group, "min"), _tightest(group, "max")
        floor = lower.value if lower else Decimal(0)
        room = _room_with_managers(klass, answers, subjects)
        if lower and room < floor:
            yield Problem(
                group[lower].line,
                group[lower].clause,
                f"{klass} must be at least {floor} of the reserve, but as many managers as are "
                f"allowed, each at its own limit, make {room}: lower this, or raise theirs",
            )
        least += floor
        # Money in transit or owed to the reserve comes and goes; no portfolio can rely on it.
        if asset_class in eligible:
            most += min(room, upper.value if upper else Decimal(1))
    if least > 1:
        latest = _latest_share(answers, "min")
        yield Problem(
            latest.line,
            latest.clause,
            f"the minimum shares of all classes make {least}, more than the whole reserve: "
            "lower one of them",
        )
    if most < 1:
        latest = _latest_share(answers, "max")
        yield Problem(
            latest.line,
            latest.clause,
            f"the maximum shares of all eligible classes make {most}, less than the whole reserve, "
            "so some limit would always be broken: raise one of them",
        )


def _room_with_managers(
    klass: str, answers: Answers, subjects: Mapping[tuple[str, str], Mapping[Limit, Dated]]
) -> Decimal:
    """The greatest share of a class that so many managers, each at its limit, can make up."""
    if klass not in MANAGED_CLASSES:
        return Decimal(1)
    each = _tightest(subjects.get(("manager_share", klass), {}), "max")
    counted = _tightest(subjects.get(("manager_count", klass), {}), "max")
    admitted = answers.get(f"programme.{klass}_max")
    counts = [counted.value] if counted else []
    if admitted and isinstance(admitted.value, int):
        counts.append(Decimal(admitted.value))
    if not counts:
        return Decimal(1)
    return min(Decimal(1), min(counts) * (each.value if each else 1))


def _enough_managers(answers: Answers, draft: Draft) -> Iterator[Problem]:
    for klass in MANAGED_CLASSES:
        group = _by_subject(answers).get(("manager_count", klass), {})
        least, admitted = _tightest(group, "min"), answers.get(f"programme.{klass}_max")
        if least and admitted and isinstance(admitted.value, int) and least.value > admitted.value:
            yield Problem(
                group[least].line,
                group[least].clause,
                f"at least {least.value} managers of {klass} are asked for, but "
                f"programme.{klass}_max admits {admitted.value}: lower this, or raise that",
            )


def _placed_within_limits(answers: Answers, draft: Draft) -> Iterator[Problem]:
    """What is to be placed, and the money left beside it, keep the limits from the first day."""
    subjects = _by_subject(answers)
    placed = practice.by_class(answers)
    for klass, found in placed.items():
        share = sum((weight for weight, _, _ in found), Decimal(0))
        most = _tightest(subjects.get(("class_share", klass), {}), "max")
        latest = max((answer for _, _, answer in found), key=lambda each: (each.since, each.line))
        if most and share > most.value:
            yield Problem(
                latest.line,
                latest.clause,
                f"with this {share} of the reserve would be in {klass}, and limits.{most.name} "
                f"allows {most.value}: lower it",
            )
        each = _tightest(subjects.get(("manager_share", klass), {}), "max")
        for weight, count, answer in found:
            if each and weight > each.value * count:
                yield Problem(
                    answer.line,
                    answer.clause,
                    f"{weight} with {count} of {klass} is more with each than limits.{each.name} "
                    f"allows, {each.value}: lower it, or raise the count of its vehicle",
                )
        admitted = answers.get(f"programme.{klass}_max")
        funds = sum(count for weight, count, _ in found if weight)
        if admitted and isinstance(admitted.value, int) and funds > admitted.value:
            yield Problem(
                latest.line,
                latest.clause,
                f"with this there would be {funds} {klass}, and {admitted.clause} admits "
                f"{admitted.value}: place with fewer",
            )
    everything = [pair for found in placed.values() for pair in found]
    total = sum((weight for weight, _, _ in everything), Decimal(0))
    money = [
        _tightest(subjects.get(("class_share", klass), {}), "min")
        for klass in ("foreign_currency", "domestic_currency")
    ]
    least = sum((limit.value for limit in money if limit), Decimal(0))
    if everything and total <= 1 and 1 - total < least:
        latest = max((each for _, _, each in everything), key=lambda each: (each.since, each.line))
        yield Problem(
            latest.line,
            latest.clause,
            f"the shares placed leave {1 - total} of the reserve in money, and the limits ask for "
            f"{least}: lower one of them",
        )


def _weights(answers: Answers, draft: Draft) -> Iterator[Problem]:
    """The weights of a scorecard make one."""
    weights = [
        answer for name, answer in answers.items() if name.startswith("programme.scorecard.")
    ]
    total = sum(answer.value for answer in weights if isinstance(answer.value, Decimal))
    if not weights or total == 1:
        return
    latest = max(weights, key=lambda answer: (answer.since, answer.line))
    yield Problem(
        latest.line,
        latest.clause,
        f"from {latest.since} the weights of the scorecard make {total}, not 1: "
        "change them together, from the same date",
    )


def _scoring_is_whole(answers: Answers, draft: Draft) -> Iterator[Problem]:
    """Who scores, how many of them, and how high: said wherever there is a scorecard."""
    weights = [
        answer for name, answer in answers.items() if name.startswith("programme.scorecard.")
    ]
    for each in ("scorer_roles", "scorers_min", "highest_score"):
        found = answers.get(f"programme.selection.{each}")
        if weights and found is None:
            yield Problem(
                weights[0].line,
                weights[0].clause,
                f"there is a scorecard, and no programme.selection.{each} on {weights[0].since}: "
                "add it, from the same date",
            )
        elif found is not None and found.value == 0:
            yield Problem(
                found.line, found.clause, "with 0 nobody could be chosen: write 1 or more"
            )


def _scorers(answers: Answers, draft: Draft) -> Iterator[Problem]:
    """The offices that score are offices."""
    found = answers.get("programme.selection.scorer_roles")
    if found is None or not isinstance(found.value, tuple) or not draft.roles:
        return
    for role in map(str, found.value):
        if role not in draft.roles:
            yield Problem(
                found.line,
                found.clause,
                f"“{role}” is not among the roles: {nearest(role, tuple(draft.roles))}, "
                "or add a [[role]]",
            )


def _correlation_needs_months(answers: Answers, draft: Draft) -> Iterator[Problem]:
    """Two points always correlate wholly: a bound says over how many months it is measured."""
    found = answers.get("programme.diversification.correlation")
    months = answers.get("programme.diversification.common_months")
    if found is not None and months is None:
        yield Problem(
            found.line,
            found.clause,
            "over how many months is it measured? add programme.diversification.common_months",
        )
    elif months is not None and isinstance(months.value, int) and months.value < 3:
        yield Problem(
            months.line, months.clause, "fewer than 3 months say nothing of a correlation: raise it"
        )


def _eligible(answers: Answers) -> tuple[str, ...]:
    answer = answers.get("reserve.eligible")
    return tuple(map(str, answer.value)) if answer and isinstance(answer.value, tuple) else ()


def _by_subject(answers: Answers) -> dict[tuple[str, str], dict[Limit, Dated]]:
    """The limits of one day by what they bound."""

    def subject(pair: tuple[Limit, Dated]) -> tuple[str, str]:
        return pair[0].measure, pair[0].klass

    ordered = sorted(_limits(answers).items(), key=subject)
    return {key: dict(group) for key, group in groupby(ordered, subject)}


def _latest_share(answers: Answers, bound: str) -> Dated:
    """The limit on a share that was set last, or, without one, what the reserve may hold."""
    of_bound = [
        answer
        for limit, answer in _limits(answers).items()
        if limit.bound == bound and limit.measure != "manager_count"
    ]
    eligible = answers["reserve.eligible"]
    return max(of_bound, key=lambda answer: (answer.since, answer.line), default=eligible)


def _tightest(limits: Mapping[Limit, Dated], bound: str) -> Limit | None:
    """The limit that binds first: the lowest maximum, the highest minimum."""
    of_bound = [limit for limit in limits if limit.bound == bound]
    if not of_bound:
        return None
    choose = min if bound == "max" else max
    return choose(of_bound, key=lambda limit: limit.value)


RULES: tuple[Rule, ...] = (
    _shares,
    _keepers,
    _approvers,
    _limits_on_the_eligible,
    _minimum_below_maximum,
    _enough_managers,
    _a_portfolio_exists,
    _weights,
    _scoring_is_whole,
    _scorers,
    _correlation_needs_months,
    _placed_within_limits,
    *practice.RULES,
)
