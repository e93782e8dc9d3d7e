"""What every page has in common: who may see it, what stands around it, and how it says no."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Final

import psycopg
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString

from qazyna.errors import Refused
from qazyna.shell.web.figures import link
from qazyna.shell.web.queries.proposals import count_open

View = Callable[..., HttpResponse]

# Scripts and styles are our own files. Charts set styles of their own elements as they draw.
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)

NAVIGATION: Final = (
    ("Reserve", "/", ("/classes", "/holdings", "/prices", "/statement")),
    ("Cases", "/cases", ("/custody",)),
    ("Managers", "/managers", ("/searches", "/calendar")),
    ("Venues", "/venues", ()),
    ("Journal", "/journal", ("/entries", "/events")),
    ("Blueprint", "/blueprint", ()),
    ("Lab", "/lab", ()),
    ("Proposals", "/proposals", ()),
    ("Log", "/log", ()),
)

NOT_FOUND: Final = frozenset({"no_case", "no_holding", "no_proposal", "no_such_event", "no_search"})


def page(view: View) -> View:
    """A page for whoever is signed in. A refusal becomes a page that says it."""

    @login_required
    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **named: Any) -> HttpResponse:
        try:
            return view(request, *args, **named)
        except Refused as refused:
            return refusal(request, refused)
        except psycopg.DataError:
            # A name that the database has no text for, or a number larger than it counts.
            raise missing("Nothing in the books can be called that.") from None

    return answer


def show(
    request: HttpRequest,
    template: str,
    context: dict[str, Any] | None = None,
    *,
    trail: tuple[tuple[str, str | None], ...] = (),
    status: int = 200,
) -> HttpResponse:
    """The template within the frame. `trail` is the way down to it: names and addresses."""
    found = {
        **(context or {}),
        "navigation": _navigation(request),
        "trail": [link(name, href) for name, href in trail],
    }
    return private(render(request, template, found, status=status))


def private(response: HttpResponse) -> HttpResponse:
    """Headers for what only the signed-in may see, and only here."""
    response["Content-Security-Policy"] = _POLICY
    response["Referrer-Policy"] = "same-origin"
    response["Cache-Control"] = "private, no-store"
    return response


def refusal(request: HttpRequest, refused: Refused) -> HttpResponse:
    status = 404 if refused.code in NOT_FOUND else 409
    return show(request, "pages/refused.html", {"refused": refused}, status=status)


def missing(what: str) -> Http404:
    """To be raised where there is nothing under an address."""
    return Http404(what)


def _navigation(request: HttpRequest) -> list[dict[str, Any]]:
    if not request.user.is_authenticated:
        return []
    path = request.path
    return [
        {
            "name": name,
            "href": href,
            "here": path in (href, *below)
            or any(path.startswith(f"{each}/") for each in (*below, href) if each != "/"),
            "count": count_open() if href == "/proposals" else 0,
        }
        for name, href, below in NAVIGATION
    ]


__all__ = ["SafeString", "missing", "page", "private", "refusal", "show"]
