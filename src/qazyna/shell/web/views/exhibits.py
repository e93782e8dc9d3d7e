"""Exhibits of a case: who filed each, what it says, its files, and how a copy of it is checked."""

import re
from collections.abc import Mapping
from typing import Any, Final

from django.http import HttpRequest, HttpResponse

from qazyna.seizure.case import Exhibit
from qazyna.shell.exhibits import filing
from qazyna.shell.exhibits.bundle import MANIFEST
from qazyna.shell.web import access, figures
from qazyna.shell.web.figures import path, reference
from qazyna.shell.web.frame import missing, page, private, show
from qazyna.shell.web.queries import events, exhibits

_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_PAGE: Final = "exhibit.pdf"
_POLICIES: Final = {"fifo": "FIFO", "lifo": "LIFO", "haircut": "Haircut", "poison": "Poison"}


def of_case(case: str, filed: Mapping[str, Exhibit], sees: bool) -> list[dict[str, Any]]:
    """The exhibits of a case as its page shows them; what is private, to those who may see it."""
    by = exhibits.filed(case, [each.version for each in filed.values()])
    return [
        {
            "name": name,
            "ref": reference(name, path("events", f"case/{case}", each.version)),
            "on": figures.day(each.added_on),
            "actor": by[each.version].actor,
            "recorded_at": figures.instant(by[each.version].recorded_at),
            "title": each.title if sees else "",
            "sha256": each.sha256,
            **(_kept(each.sha256) if sees else {}),
        }
        for name, each in filed.items()
    ]


def _kept(digest: str) -> dict[str, Any]:
    """What the books keep of an exhibit: its files, and what its page says."""
    files = filing.kept(digest, exhibits.file)
    if files is None:
        return {"files": []}
    sizes = {each.digest: each.size for each in events.documents(list(files.values()))}
    told = filing.says(files, exhibits.file) or {}
    return {
        "files": [
            {"name": name, "digest": each, "size": sizes[each]}
            for name, each in sorted(files.items(), key=lambda file: (file[0] != _PAGE, file))
            if each in sizes
        ],
        "whole": sizes.keys() >= set(files.values()),
        "says": _says(told),
    }


def _says(told: Mapping[str, Any]) -> dict[str, Any] | None:
    """The question and the findings of a page's data; none where it has another shape."""
    try:
        return {
            "chain": f"{told['chain']}, blocks {told['from_height']} to {told['to_height']}",
            "unit": told["unit"],
            "question": told["question"],
            "sources": [each["name"] for each in told["sources"]],
            "policies": [
                {**each, "name": _POLICIES.get(each["name"], each["name"])}
                for each in told["policies"]
            ],
        }
    except (KeyError, TypeError):
        return None


@page
def bundle(request: HttpRequest, digest: str) -> HttpResponse:
    """All files of an exhibit as one ZIP file, for those who may see what is private."""
    if not _DIGEST.fullmatch(digest):
        raise missing("An exhibit is named by its SHA-256.")
    if not access.sees_private(request.user):
        return show(request, "pages/sealed.html", {"roles": access.SEE_PRIVATE}, status=403)
    names = filing.kept(digest, exhibits.file)
    found = {name: exhibits.file(each) for name, each in (names or {}).items()}
    whole = {name: text for name, text in found.items() if text is not None}
    if MANIFEST not in whole or len(whole) < len(found):
        raise missing("No exhibit with this digest is kept here whole.")
    name = f"exhibit-{digest[:12]}"
    response = HttpResponse(filing.zipped(name, whole), content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="{name}.zip"'
    response["X-Content-Type-Options"] = "nosniff"
    return private(response)
