"""The inbox: what waits for a second pair of eyes, and saying yes or no to it."""

import json
import re
import secrets
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.html import format_html
from django.views.decorators.http import require_POST

from qazyna.blueprint import Law
from qazyna.errors import Refused
from qazyna.plan import COMMANDS
from qazyna.shell import acting
from qazyna.shell.store.reading import current_blueprint, known_assets
from qazyna.shell.web import access, books, figures, words
from qazyna.shell.web.figures import link, mark, number, path, reference, unit
from qazyna.shell.web.frame import missing, page, show
from qazyna.shell.web.queries import proposals
from qazyna.shell.web.queries.overview import overview
from qazyna.shell.web.queries.proposals import Asked
from qazyna.shell.web.queries.pulse import pulse
from qazyna.shell.web.reading import said


@page
def inbox(request: HttpRequest) -> HttpResponse:
    """What waits, the oldest first; below it, what was decided lately."""
    context = {
        "waiting": [_card(request, each) for each in proposals.waiting()],
        "decided": [
            {
                "name": link(words.spoken(each.state.command_kind), path("proposals", each.name)),
                "by": each.state.proposed_by,
                "status": mark(each.state.status),
                "at": figures.instant(each.at),
            }
            for each in proposals.decided_lately()
        ],
    }
    return show(request, "pages/proposals.html", context)


@page
def proposal(request: HttpRequest, name: str) -> HttpResponse:
    """One proposal: what it would do, who said what to it, and what came of it."""
    found = _found(name)
    steps = proposals.steps(name)
    executed = next((step.seq for step in steps if step.kind == "executed"), None)
    context = {
        "card": _card(request, found),
        "steps": [
            {
                "name": link(words.spoken(step.kind), path("events", step.seq)),
                "means": words.event_sentence(step.kind),
                "by": step.actor,
                "in_role": _in_role(step),
                "at": figures.instant(step.recorded_at),
            }
            for step in steps
        ],
        "led_to": [
            {
                "name": link(words.spoken(each.kind), path("events", each.seq)),
                "stream": each.stream,
                "on": figures.short_day(each.value_date),
            }
            for each in (proposals.led_to(name, executed) if executed else ())
        ],
    }
    return show(request, "pages/proposal.html", context, trail=(("Proposals", "/proposals"),))


def _in_role(step: Any) -> str:
    role = json.loads(bytes(step.leaf))["body"].get("in_role", "")
    return str(role).replace("_", " ")


@require_POST
@page
def approve(request: HttpRequest, name: str) -> HttpResponse:
    """Say yes. A refusal comes back as a sentence, where the proposal stands."""
    _found(name)
    return _decided(
        request,
        name,
        lambda: acting.approve(books.connection(), name, actor=_actor(request), key=_key(request)),
    )


@require_POST
@page
def reject(request: HttpRequest, name: str) -> HttpResponse:
    """Say no, and why."""
    _found(name)
    reason = request.POST.get("reason", "").strip()

    def say_no() -> dict[str, Any]:
        if not reason:
            raise Refused("no_reason", "Say why: whoever proposed it will want to know.")
        return acting.reject(
            books.connection(), name, reason, actor=_actor(request), key=_key(request)
        )

    return _decided(request, name, say_no)


def _actor(request: HttpRequest) -> str:
    return str(request.user.get_username())


def _key(request: HttpRequest) -> str:
    """The form's own key: sending the same form twice acts once."""
    return f"page:{request.POST.get('key') or secrets.token_hex(16)}"[:100]


def _decided(request: HttpRequest, name: str, act: Any) -> HttpResponse:
    refused: Refused | None = None
    answer: dict[str, Any] = {}
    try:
        answer = act()
    except Refused as no:
        refused = no
    if not request.htmx and refused is None:
        return HttpResponseRedirect(path("proposals", name))
    card = {**_card(request, _found(name)), "refused": refused, "answer": answer}
    if request.htmx:
        # htmx puts in place only what came with success; the sentence says what was refused.
        return show(request, "components/proposal.html", {"card": card})
    return show(request, "pages/proposals.html", {"waiting": [card]}, status=409)


def _found(name: str) -> Asked:
    found = proposals.one(name)
    if found is None:
        raise missing(f"There is no proposal {name}.")
    return found


def _card(request: HttpRequest, found: Asked) -> dict[str, Any]:
    connection = books.connection()
    law = current_blueprint(connection).on(pulse().today)
    assets = known_assets(connection)
    state = found.state
    wanted = law.approvals(state.command_kind)
    user = _actor(request)
    model = COMMANDS.get(state.command_kind)
    return {
        "name": found.name,
        "href": path("proposals", found.name),
        "what": words.spoken(state.command_kind),
        "means": " ".join((model.__doc__ or "").split("\n\n")[0].split()) if model else "",
        "by": state.proposed_by,
        "at": figures.instant(found.at),
        "status": state.status,
        "status_mark": mark({"open": "waiting"}.get(state.status, state.status)),
        "reason": state.reason,
        "sealed": not _may_read(found, wanted.roles, user, access.roles_of(request.user)),
        "fields": [
            {"name": words.spoken(name), "value": _field(name, value, found.body, assets)}
            for name, value in found.body.items()
            if value not in (None, "", [])
        ],
        "approved_by": state.approved_by,
        "given": len(state.approved_by),
        "wanted": wanted.count,
        "roles": " or ".join(role.replace("_", " ") for role in wanted.roles),
        "clause": f"approvals.{state.command_kind}",
        "cannot": _cannot(found, law, user, access.roles_of(request.user)),
        "own": state.proposed_by == user,
        "key": secrets.token_hex(16),
    }


_PLAIN: Final = re.compile(r"[0-9]{1,30}(\.[0-9]{1,18})?", re.ASCII)


def _field(name: str, value: Any, body: Mapping[str, Any], assets: Any) -> Any:
    """A field of the command that is proposed, as a person would say it."""
    if isinstance(value, str):
        if name.endswith("_ref"):
            return reference(value)
        if name.endswith("_on"):
            return figures.day(date.fromisoformat(value))
        if _PLAIN.fullmatch(value) and name not in ("holding", "case"):
            return format_html("{} {}", number(Decimal(value)), unit(_unit_of(name, body)))
    if name in ("case", "manager") and isinstance(value, str):
        return link(value, path(f"{name}s", value))
    return said(value)


def _may_read(found: Asked, wanted: tuple[str, ...], user: str, roles: tuple[str, ...]) -> bool:
    """A proposal may name persons: it is read by who made it, who decides on it, and auditors."""
    return found.state.proposed_by == user or bool({*wanted, *access.SEE_PRIVATE} & set(roles))


def _unit_of(name: str, body: Mapping[str, Any]) -> str:
    """What a number of the command is a number of: its asset, or the currency of its manager."""
    manager = body.get("manager")
    if name == "units" and manager:
        return str(manager)
    if name in ("quantity", "amount", "nav", "holdback") and manager:
        known = {each.code: each.currency for each in overview(pulse()).managers}
        return known.get(manager, "")
    return str(body.get("asset") or "")


def _cannot(found: Asked, law: Law, user: str, roles: tuple[str, ...]) -> str:
    """Why this user cannot approve; the rule itself decides when the button is pressed."""
    wanted = law.approvals(found.state.command_kind)
    if found.state.proposed_by == user:
        return "You proposed this; somebody else must approve it. You may take it back."
    if user in found.state.approved_by:
        return "You have approved this."
    if not set(wanted.roles) & set(roles):
        held = ", ".join(role.replace("_", " ") for role in roles) or "none"
        asked = " or ".join(role.replace("_", " ") for role in wanted.roles)
        return f"This is approved by {asked}. Your roles: {held}."
    return ""
