"""One event: what it says, in words; what it did to the books; and its leaf as it was recorded."""

import re
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from qazyna.shell.log.published import leaf_of_event
from qazyna.shell.store.reading import known_assets
from qazyna.shell.web import access, books, figures, words
from qazyna.shell.web.figures import link, path, quantity
from qazyna.shell.web.frame import missing, page, private, show
from qazyna.shell.web.queries import events, ledger
from qazyna.shell.web.queries.events import Happened
from qazyna.shell.web.reading import HIDDEN, facts
from qazyna.shell.web.views.ledger import posting_row

_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


@page
def event(request: HttpRequest, seq: int) -> HttpResponse:
    """The event, readable; private fields for those alone whose office it is to see them."""
    found = events.event(seq)
    if found is None:
        raise missing(f"There is no event {seq}.")
    after = request.GET.get("after", "")
    return show(request, "pages/event.html", _context(request, found, after), trail=_trail(found))


@page
def of_stream(request: HttpRequest, stream: str, version: int) -> HttpResponse:
    """The event that a stream and a version name."""
    seq = events.seq_of(stream, version)
    if seq is None:
        raise missing(f"{stream} has no event {version}.")
    return redirect("event", seq=seq)


@page
def document(request: HttpRequest, digest: str) -> HttpResponse:
    """A file as it came in, for those who may see what is private; it is named by its digest."""
    if not _DIGEST.fullmatch(digest):
        raise missing("A document is named by its SHA-256.")
    if not access.sees_private(request.user):
        return show(request, "pages/sealed.html", {"roles": access.SEE_PRIVATE}, status=403)
    found = events.content(digest)
    if found is None:
        raise missing("No document with this digest is kept here.")
    name, content = found
    response = HttpResponse(content, content_type="application/octet-stream")
    response["Content-Disposition"] = f'attachment; filename="{_file_name(name)}"'
    response["X-Content-Type-Options"] = "nosniff"
    return private(response)


def _file_name(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]", "_", name) or "document"


def _context(request: HttpRequest, found: Happened, after: str) -> dict[str, Any]:
    assets = known_assets(books.connection())
    sees = access.sees_private_of(found.stream, request.user)
    entries = ledger.entries_of_event(found.seq, int(after) if after.isdecimal() else 0)
    postings = ledger.postings_of([each.id for each in entries[: ledger.PAGE]])
    grants = events.grants(found.seq)
    digests = [v for v in found.body.values() if isinstance(v, str) and _DIGEST.fullmatch(v)]
    return {
        "event": found,
        "name": words.spoken(found.kind),
        "means": words.event_sentence(found.kind),
        "on": figures.day(found.on),
        "recorded_at": figures.instant(found.recorded_at),
        "command": words.spoken(found.command_kind),
        "facts": facts(found, assets, sees),
        "sealed": bool(found.private.keys() - HIDDEN) and not sees,
        "who_sees": access.SEE_PRIVATE,
        "documents": events.documents(digests),
        "entries": [
            {
                "name": link(words.spoken(each.kind), path("entries", each.id)),
                "reversed": each.reversed_by,
                "value": figures.money(each.value, each.currency) if each.currency else None,
                "flow": words.FLOWS[each.flow],
                "postings": [posting_row(posted, assets) for posted in postings.get(each.id, ())],
            }
            for each in entries[: ledger.PAGE]
        ],
        "more_entries": entries[ledger.PAGE - 1].number if len(entries) > ledger.PAGE else None,
        "grants": [
            {
                "kind": words.AUTHORITIES.get(each.authority, each.authority),
                "book": each.book,
                "granted": quantity(int(each.granted), assets[each.asset]),
                "used": quantity(int(each.used), assets[each.asset]),
            }
            for each in grants[:50]
        ],
        "more_grants": len(grants) > 50,
        "leaf": found.leaf,
        "leaf_number": leaf_of_event(books.connection(), found.seq),
        "previous": path("events", found.stream, found.version - 1) if found.version > 1 else None,
        "next": path("events", found.stream, found.version + 1)
        if found.version < found.last_version
        else None,
    }


def _trail(found: Happened) -> tuple[tuple[str, str | None], ...]:
    here = (f"No. {found.version}", None)
    if found.case:
        return ("Cases", "/cases"), (found.case, path("cases", found.case)), here
    if found.manager:
        return ("Managers", "/managers"), (found.manager, path("managers", found.manager)), here
    word, _, name = found.stream.partition("/")
    if word == "proposal":
        return ("Proposals", "/proposals"), (name, path("proposals", name)), here
    if word == "search":
        return ("Managers", "/managers"), (name, path("searches", name)), here
    if word == "venue":
        return ("Venues", "/venues"), (name, None), here
    return ("Journal", "/journal"), (found.stream, None), here
