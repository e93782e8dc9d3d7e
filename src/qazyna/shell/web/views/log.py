"""The transparency log, for anyone: as C2SP tlog-tiles for programs, as a page for people.

The one part of the pages that asks for no login. What it gives is leaves, which hold no private
field, and hashes of them.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from qazyna.log.note import encode
from qazyna.shell.log import published
from qazyna.shell.log.reading import unsealed
from qazyna.shell.web import books, figures
from qazyna.shell.web.frame import show
from qazyna.shell.web.views.files import A_YEAR

View = Callable[..., HttpResponse]

_FOR_EVER: Final = f"public, max-age={A_YEAR}, immutable"
_NOW: Final = "no-store"


def _public(view: View) -> View:
    """What is read, and only read, by anyone."""

    @require_safe
    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **named: Any) -> HttpResponse:
        return view(request, *args, **named)

    return answer


def _text(content: str, cache: str = _NOW, status: int = 200) -> HttpResponse:
    response = HttpResponse(content, content_type="text/plain; charset=utf-8", status=status)
    response["Cache-Control"] = cache
    return response


def _nothing() -> HttpResponse:
    return _text("Nothing is sealed under this address.\n", status=404)


@_public
def checkpoint(request: HttpRequest) -> HttpResponse:
    """The newest signed checkpoint. It changes, so nobody keeps it on the way."""
    note = published.checkpoint(books.connection())
    return _nothing() if note is None else _text(str(note))


@_public
def keys(request: HttpRequest) -> HttpResponse:
    """The public keys, one a line: the log's, then its witnesses'."""
    found = published.keys(books.connection())
    return _text("".join(f"{key}\n" for key in found)) if found else _nothing()


@_public
@gzip_page
def tile(request: HttpRequest, path: str) -> HttpResponse:
    """A tile of hashes, or a bundle of leaves. What it holds never changes."""
    found = published.file(books.connection(), f"tile/{path}")
    if found is None:
        return _nothing()
    response = HttpResponse(found[1], content_type="application/octet-stream")
    response["Cache-Control"] = _FOR_EVER
    return response


@_public
def proof(request: HttpRequest, position: int) -> HttpResponse:
    """The proof of a leaf as C2SP tlog-proof has it."""
    found = published.proof(books.connection(), position)
    return _nothing() if found is None else _text(str(found[0]))


@_public
def proof_document(request: HttpRequest, position: int) -> HttpResponse:
    """The same with its leaf and the keys: what `qazyna verify` reads."""
    found = published.proof(books.connection(), position)
    if found is None:
        return _nothing()
    response = JsonResponse(found[1], json_dumps_params={"ensure_ascii": False, "indent": 1})
    response["Cache-Control"] = _NOW
    response["Content-Disposition"] = f'attachment; filename="proof-{position}.json"'
    return response


@_public
def page(request: HttpRequest) -> HttpResponse:
    """What a citizen can check, and with what."""
    connection = books.connection()
    signed, keys = published.recent(connection), published.keys(connection)
    context: dict[str, Any] = {
        "address": request.build_absolute_uri("/log"),
        "waiting": unsealed(connection),
        "key": keys[0] if keys else None,
        "origin": keys[0].name if keys else None,
        "last": _told(signed[0]) if signed else None,
        "checkpoints": [_told(each) for each in signed],
        "witnesses": [
            {
                "name": each.key.name,
                "key": str(each.key),
                "size": None if each.size is None else figures.number(each.size),
                "at": None if each.at is None else _second(each.at),
            }
            for each in published.seen(connection)
        ],
    }
    return show(request, "pages/log.html", context)


def _told(signed: published.Signed) -> dict[str, Any]:
    return {
        "size": figures.number(signed.size),
        "root": encode(signed.root),
        "sealed_at": figures.instant(signed.sealed_at),
        "witnesses": [
            {"name": name, "at": _second(at)} for name, at in sorted(signed.witnesses.items())
        ],
    }


def _second(at: int) -> Any:
    return figures.instant(datetime.fromtimestamp(at, UTC))
