"""Selection rounds: who stands, who fails what, the opened scores, and the set that was chosen.

Names are for those who may see what is private and for the round's own scorers; for everybody else,
and for whoever asks for it, candidates stand under their labels. Scores come from a query that
reads none before the round has opened them.
"""

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import groupby
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from qazyna.blueprint.schema import CLAUSE
from qazyna.programme.selection.diversification import ALIKE
from qazyna.programme.selection.record import kept_apart
from qazyna.programme.selection.scoring import points
from qazyna.programme.selection.search import Chosen, Decision, Search
from qazyna.shell.queries import selection
from qazyna.shell.web import access, books, figures, words
from qazyna.shell.web.figures import link, mark, number, path, reference
from qazyna.shell.web.frame import page, private, show
from qazyna.shell.web.queries import cases

_STATUS: Final[Mapping[str, str]] = {
    "entering": "candidates are being entered",
    "scoring": "being scored, sealed",
    "opened": "scored, not decided",
    "decided": "decided",
}


@page
def listing(request: HttpRequest) -> HttpResponse:
    """Every round there was."""
    rows = [
        {
            "name": link(each["search"], path("searches", each["search"])),
            "kind": each["manager_kind"].replace("_", " "),
            "mandate": each["mandate"],
            "opened_on": each["opened_on"],
            "status": _STATUS[each["status"]],
            "candidates": number(each["candidates"]),
            "standing": number(each["standing"]),
            "chosen": ", ".join(each["chosen"]),
        }
        for each in selection.searches(books.connection())
    ]
    return show(request, "pages/searches.html", {"rows": rows}, trail=(("Managers", "/managers"),))


@page
def search(request: HttpRequest, name: str) -> HttpResponse:
    """One round, whole."""
    found = selection.search(books.connection(), name)
    told = selection.shown(found)
    may_see = access.sees_private_of(f"search/{name}", request.user)
    named = may_see and "anonymous" not in request.GET
    alias = _aliases(found)
    chosen = set(told["chosen"])
    context = {
        "search": found,
        "kind": found.manager_kind.replace("_", " "),
        "opened_on": figures.day(found.opened_on),
        "status": told["status"],
        "sealed_count": sum(len(each.scores) for each in found.scorers.values()),
        "sealed_due": sum(len(found.due(user)) for user in found.scorers),
        "named": named,
        "may_see": may_see,
        "who_sees": access.SEE_PRIVATE,
        "criteria": [
            {"name": words.spoken(each), "weight": figures.share(found.weights[each], 0)}
            for each in found.criteria
        ],
        "highest": found.highest,
        "standing": [
            _standing(found, each, named, alias, chosen)
            for each in _best_first(told["candidates"], chosen)
        ],
        "fallen": [_fallen(found, each, named) for each in told["candidates"] if not _stands(each)],
        "scorers": [
            {
                "name": each["scorer"] if named else f"Scorer {n}",
                "conflicts": ", ".join(each["conflicts"])
                or ("none" if each["declared"] else "not declared yet"),
                "scored": number(each["scored"]),
                "due": number(each["due"]) if each["due"] else figures.NOTHING,
            }
            for n, each in enumerate(told["scorers"], start=1)
        ],
        "decision": _decision(found, found.decision) if found.decision else None,
        "steps": _steps(name),
    }
    trail = (("Managers", "/managers"), ("Selection rounds", "/searches"))
    return show(request, "pages/search.html", context, trail=trail)


@page
def decision(request: HttpRequest, name: str) -> HttpResponse:
    """The decision record as JSON, to be published: the bytes that its digest is of."""
    told = selection.decision(books.connection(), name)
    told.pop("sha256")
    text = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    response = HttpResponse(text.encode(), content_type="application/json")
    response["Content-Disposition"] = 'attachment; filename="decision.json"'
    return private(response)


def _steps(name: str) -> list[dict[str, Any]]:
    """What happened, latest first; the same thing done many times over in a day is one step."""
    happened = cases.timeline_of(f"search/{name}", 2**31 - 1)
    alike = groupby(happened[: cases.TIMELINE], key=lambda each: (each.kind, each.value_date))
    steps = []
    for (kind, on), group in alike:
        events = list(group)
        count = len(events)
        steps.append(
            {
                "name": link(words.spoken(kind), path("events", events[0].seq)),
                "count": count if count > 1 else None,
                "means": words.event_sentence(kind),
                "on": figures.day(on),
                "by": ", ".join(dict.fromkeys(each.actor for each in reversed(events))),
                "decisive": kind in ("scorecard_opened", "managers_selected"),
            }
        )
    return steps


def _stands(each: Mapping[str, Any]) -> bool:
    return not each["failed"] and not each["withdrawn"]


def _best_first(told: Sequence[dict[str, Any]], chosen: set[str]) -> list[dict[str, Any]]:
    """Those that stand: the chosen, then the others, each by their totals where these are open."""
    standing = [each for each in told if _stands(each)]
    return sorted(
        standing,
        key=lambda each: (
            each["candidate"] not in chosen,
            -Decimal(each["total"] or 0),
            each["candidate"],
        ),
    )


def _aliases(found: Search) -> dict[str, dict[str, str]]:
    """What stands for a custodian or an administrator whose name is not shown."""
    return {
        what: {
            name: f"{what} {n}"
            for n, name in enumerate(
                dict.fromkeys(
                    getattr(found.candidates[label].kinds, what) for label in found.labels
                ),
                start=1,
            )
        }
        for what in ("custodian", "administrator")
    }


def _who(found: Search, label: str, named: bool) -> SafeString:
    """A candidate, leading to the event that entered it: its answers, documents and returns."""
    entered = found.candidates[label]
    href = path("events", f"search/{found.name}", entered.event)
    shown = link(format_html('<span class="label">{}</span>', label), href)
    return format_html("{} {}", shown, reference(entered.name)) if named else shown


def _standing(
    found: Search,
    each: Mapping[str, Any],
    named: bool,
    alias: Mapping[str, Mapping[str, str]],
    chosen: set[str],
) -> dict[str, Any]:
    kinds = {
        name: each[name] if named or name not in alias else alias[name][each[name]]
        for name in ALIKE
    }
    total = each["total"]
    return {
        "who": _who(found, each["candidate"], named),
        "kinds": [reference(kinds[name]) for name in ALIKE],
        "labelled": list(
            zip(
                map(words.spoken, found.criteria),
                [number(Decimal(each["means"][name]), 2) for name in found.criteria],
                strict=True,
            )
        )
        if each["means"]
        else None,
        "total": number(Decimal(total)) if total else None,
        "length": f"{100 * Decimal(total) / found.highest:.2f}" if total else "0",
        "scored_by": each["scored_by"],
        "chosen": each["candidate"] in chosen,
        "admitted": link(each["admitted_as"], path("managers", each["admitted_as"]))
        if each["admitted_as"]
        else None,
    }


def _fallen(found: Search, each: Mapping[str, Any], named: bool) -> dict[str, Any]:
    return {
        "who": _who(found, each["candidate"], named),
        "withdrawn": (each["withdrawn"] if named else "withdrawn") if each["withdrawn"] else None,
        "failed": [
            {
                # Its figures say who it is: without names the clause alone is told.
                "why": reason["why"] if named else CLAUSE[reason["clause"]].means,
                "clause": link(reason["clause"], f"/blueprint#{reason['clause']}"),
            }
            for reason in each["failed"]
        ],
    }


def _decision(found: Search, made: Decision) -> dict[str, Any]:
    best = made.chosen.total

    def row(each: Chosen, name: str) -> dict[str, Any]:
        return {
            "name": name,
            "labels": list(each.labels),
            "total": number(Decimal(points(each.total))),
            "less": number(Decimal(points(best - each.total))) if each.total != best else None,
            "chosen": each is made.chosen,
        }

    return {
        "on": figures.day(made.decided_on),
        "ref": reference(made.decision_ref),
        "labels": ", ".join(made.chosen.labels),
        "count": len(made.chosen.labels),
        "at_most": made.at_most,
        "sets": [
            row(made.chosen, "Chosen"),
            *(row(each, f"Next best, {n}") for n, each in enumerate(made.runner_ups, start=1)),
        ],
        "rules": [
            {
                "name": words.spoken(each.rule),
                "says": _says(each.rule, each.bound),
                "clause": f"/blueprint#{each.clause}",
                "without": number(Decimal(points(each.without))),
                "cost": number(Decimal(points(each.cost))),
                "costs": each.cost > 0,
                "binds": each.binds,
            }
            for each in made.costs
        ],
        "apart": [
            {
                "pair": " and ".join(each["pair"]),
                "correlation": number(Decimal(each["correlation"]))
                if each["correlation"]
                else mark("not shown", "Too few common months, or a series that never moves"),
                "months": each["months"],
            }
            for each in kept_apart(found)
        ],
        "solver": made.solver,
        "sha256": made.record_sha256,
        "record": path("searches", found.name, "decision.json"),
    }


def _says(rule: str, bound: str) -> str:
    if rule == "correlation":
        return f"of every two, below {bound}"
    return f"at most {bound} alike"
