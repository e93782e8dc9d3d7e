"""The decision record: all that a choice rests on, and nothing that says who is who.

It is a function of the round alone. Candidates stand under their labels, scorers, custodians and
administrators under numbers in the order they first appear; returns stand by their digest. Whoever
is given it can add up every score again, and see each rule with its clause.
"""

import json
from collections.abc import Iterable
from hashlib import sha256
from typing import Any

from qazyna.programme.selection.diversification import ALIKE, FAMILY, Contender, Rules, too_alike
from qazyna.programme.selection.questionnaire import SECTIONS
from qazyna.programme.selection.scoring import POINT, means, points, total
from qazyna.programme.selection.search import Chosen, Decision, Search

_NAMED = ("custodian", "administrator")
"""Kinds that say who somebody is; strategy and domicile do not."""


def record(found: Search, decision: Decision) -> dict[str, Any]:
    """The record of a decided round, every number a string."""
    alias = _aliases(found)
    scorers = _scorers(found)
    return {
        "search": found.name,
        "manager_kind": found.manager_kind,
        "mandate": found.mandate,
        "opened_on": str(found.opened_on),
        "decided_on": str(decision.decided_on),
        "decision_ref": decision.decision_ref,
        "blueprint_sha256": found.blueprint_sha256,
        "law": [each.model_dump() for each in found.law],
        "weights": {name: f"{found.weights[name]:f}" for name in found.criteria},
        "scale": {"lowest": "0", "highest": str(found.highest)},
        "scorers": len(scorers),
        "excused": len(found.excused),
        "conflicts": [
            {"scorer": scorers[user], "candidate": label}
            for user in scorers
            for label in found.scorers[user].conflicts
        ],
        "candidates": [
            {
                "candidate": label,
                "strategy": each.kinds.strategy,
                "domicile": each.kinds.domicile,
                **{name: alias[name][getattr(each.kinds, name)] for name in _NAMED},
                "months_of_returns": len(each.returns),
                "returns_sha256": each.returns_sha256,
                "documents": [document.sha256 for document in each.documents],
                "questions": {
                    section: f"{done} of {asked}"
                    for section in SECTIONS
                    for done, asked in (each.answered[section],)
                },
                "references": each.references,
                "failed": [{"clause": f.clause} for f in each.failed],
                "withdrawn": bool(each.withdrawn),
                "scores": _scores(found, label, scorers) if each.stands else None,
                "chosen": label in decision.chosen.labels,
            }
            for label in found.labels
            for each in (found.candidates[label],)
        ],
        "rules": {
            "at_least": str(decision.at_least),
            "at_most": str(decision.at_most),
            "set": [
                {
                    "rule": each.rule,
                    "clause": each.clause,
                    "bound": each.bound,
                    "without": points(each.without),
                    "cost": points(each.cost),
                    "binds": each.binds,
                }
                for each in decision.costs
            ],
            "kept_apart": kept_apart(found),
        },
        "chosen": _set(decision.chosen),
        "runner_ups": [_set(each) for each in decision.runner_ups],
        "proof": {"optimal": True, "gap": "0", "solver": decision.solver},
    }


def rules_of(found: Search) -> Rules:
    """The rules of diversification of the law that the round was opened under."""
    first = f"{FAMILY}."
    return Rules.said(
        {each.clause.removeprefix(first): each.value for each in found.law if first in each.clause}
    )


def contender(found: Search, label: str) -> Contender:
    """A candidate as the optimisation sees it."""
    candidate = found.candidates[label]
    return Contender(
        label, total(found, label), candidate.kinds.model_dump(), dict(candidate.returns)
    )


def kept_apart(found: Search) -> list[dict[str, Any]]:
    """Every two that were not to be chosen together; a figure where one can be had."""
    contenders = [contender(found, label) for label in found.field]
    return [
        {
            "pair": [contenders[each.first].label, contenders[each.second].label],
            "correlation": None if each.correlation is None else f"{each.correlation:f}",
            "months": str(each.months),
        }
        for each in too_alike(contenders, rules_of(found))
    ]


def digest(found: Search, decision: Decision) -> str:
    """SHA-256 of the record's canonical JSON (RFC 8785): it holds strings and small numbers."""
    text = json.dumps(
        record(found, decision), ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )
    return sha256(text.encode()).hexdigest()


def _scorers(found: Search) -> dict[str, str]:
    """Numbers for the scorers, in an order that only who knows the candidates' names can tell.

    Who scored is known from the log; in the order of their names, their numbers would name them.
    """
    names = [found.candidates[label].name for label in found.labels]

    def place(user: str) -> str:
        return sha256(json.dumps([user, *names]).encode()).hexdigest()

    ordered = sorted(found.scorers, key=place)
    return {user: f"scorer {n}" for n, user in enumerate(ordered, start=1)}


def _aliases(found: Search) -> dict[str, dict[str, str]]:
    return {
        name: _numbered(
            name, (getattr(found.candidates[label].kinds, name) for label in found.labels)
        )
        for name in _NAMED
    }


def _numbered(what: str, names: Iterable[str]) -> dict[str, str]:
    return {name: f"{what} {n}" for n, name in enumerate(dict.fromkeys(names), start=1)}


def _scores(found: Search, label: str, scorers: dict[str, str]) -> dict[str, Any]:
    return {
        "by_scorer": {
            scorers[user]: {name: str(given[name]) for name in found.criteria}
            for user in scorers
            if label in found.scorers[user].scores
            for given in (found.scorers[user].scores[label],)
        },
        "means": {name: points(round(mean * POINT)) for name, mean in means(found, label).items()},
        "total": points(total(found, label)),
    }


def _set(chosen: Chosen) -> dict[str, Any]:
    return {"candidates": list(chosen.labels), "total": points(chosen.total)}


def as_text(told: dict[str, Any]) -> str:
    """The record for a reader."""
    lines = [
        f"Selection {told['search']}: {told['mandate']}",
        f"opened {told['opened_on']}, decided {told['decided_on']} ({told['decision_ref']})",
        "",
        "Criteria and weights",
        *(f"  {name:<24}{weight}" for name, weight in told["weights"].items()),
        f"  scores from 0 to {told['scale']['highest']}, by {told['scorers']} scorers, "
        "none of whom saw another's before the last was in",
        "",
        "Conflicts of interest declared",
        *([f"  {each['scorer']}: {each['candidate']}" for each in told["conflicts"]] or ["  none"]),
        "",
        "Candidates",
        *(line for each in told["candidates"] for line in _candidate(each)),
        "",
        "Rules",
        f"  at least {told['rules']['at_least']}, at most {told['rules']['at_most']}",
        *(
            f"  {each['rule']:<16}{each['bound']:<8}cost {each['cost']} "
            f"(without it {each['without']})   {each['clause']}"
            for each in told["rules"]["set"]
        ),
        f"  {len(told['rules']['kept_apart'])} pairs kept apart for the correlation of returns",
        "",
        f"Chosen: {', '.join(told['chosen']['candidates'])}   total {told['chosen']['total']}",
        *(
            f"  next {', '.join(each['candidates'])}   total {each['total']}"
            for each in told["runner_ups"]
        ),
        f"Proven optimal, gap {told['proof']['gap']}: {told['proof']['solver']}",
    ]
    return "\n".join(lines)


def _candidate(each: dict[str, Any]) -> list[str]:
    kinds = ", ".join(each[name] for name in ALIKE)
    if each["scores"]:
        state = f"total {each['scores']['total']}" + ("   CHOSEN" if each["chosen"] else "")
    elif each["withdrawn"]:
        state = "withdrawn"
    else:
        state = "not eligible: " + ", ".join(failed["clause"] for failed in each["failed"])
    lines = [f"  {each['candidate']}  {kinds}   {state}"]
    if each["scores"]:
        means = "  ".join(f"{name} {mean}" for name, mean in each["scores"]["means"].items())
        lines.append(f"        {means}")
    return lines
