"""Carrying the log over HTTP: fetched from where it is served, taken to those who witness it.

Straight to the address that was named: through no proxy, after no redirect, never longer than a
deadline, and never more than so many bytes.
"""

import time
from collections.abc import Callable
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, OpenerDirector, ProxyHandler, Request, build_opener

from qazyna.errors import Refused
from qazyna.log.checkpoint import Checkpoint
from qazyna.log.merkle import BadProof
from qazyna.log.note import Note
from qazyna.log.tiles import bundles_of, tiles_of
from qazyna.shell.log.export import CHECKPOINT, KEYS, put

SECONDS = 15.0
"""So long may one answer take, from the first word to the last."""
MOST = 32 * 1024 * 1024
"""So many bytes may one answer have: more than a full bundle of the largest leaves."""


class _Stay(HTTPRedirectHandler):
    """Redirects are answers like others: whoever was asked did not answer."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


def _opener() -> OpenerDirector:
    return build_opener(ProxyHandler({}), _Stay())


def ask(
    address: str, body: bytes | None = None, seconds: float = SECONDS, most: int = MOST
) -> tuple[int, str, bytes]:
    """What an address answers: status, content type, content. `Refused` where none comes."""
    if urlsplit(address).scheme not in ("http", "https") or not urlsplit(address).hostname:
        raise Refused("bad_address", f"{address} is no http or https address.")
    request = Request(address, body, {"User-Agent": "qazyna", "Accept-Encoding": "identity"})
    deadline = time.monotonic() + seconds
    try:
        with _answer(request, seconds) as response:
            content = _content(response, deadline, most)
            return response.status, response.headers.get_content_type(), content
    except (URLError, OSError, HTTPException, TimeoutError) as failed:
        reason = getattr(failed, "reason", None) or failed
        raise Refused(
            "no_answer",
            f"{address} did not answer: {str(reason) or type(failed).__name__}.",
            {"address": address},
        ) from None


def _answer(request: Request, seconds: float) -> Any:
    """What is answered, whatever its status says."""
    try:
        return _opener().open(request, timeout=seconds)
    except HTTPError as answer:
        return answer


def _content(response: Any, deadline: float, most: int) -> bytes:
    found = bytearray()
    while part := response.read1(65_536):
        found += part
        if len(found) > most:
            raise URLError(f"it answered with more than {most:,} bytes")
        if time.monotonic() > deadline:
            raise URLError("it did not come to an end in time")
    return bytes(found)


def fetch(
    address: str, folder: Path, progress: Callable[[int], None] = lambda _: None
) -> Checkpoint:
    """The log served at that address, into a folder as `log export` writes it. Verifies nothing.

    What the folder has is not fetched again.
    """
    base = address.rstrip("/")
    text = _get(f"{base}/{CHECKPOINT}")
    try:
        checkpoint = Checkpoint.parse(Note.parse(text.decode()).text)
    except (BadProof, UnicodeDecodeError) as wrong:
        raise Refused("no_log", f"{base} serves no log: {wrong}.", {"address": base}) from None
    if folder.is_dir() and any(folder.iterdir()) and not (folder / CHECKPOINT).exists():
        raise Refused("folder_in_use", f"{folder} holds something else.", {"folder": folder})
    done = 0
    for tile in (*bundles_of(checkpoint.size), *tiles_of(checkpoint.size)):
        place = folder / tile.path
        if not place.exists():
            put(place, _get(f"{base}/{tile.path}"))
        if tile.level < 0:
            done += tile.width
            progress(done)
    put(folder / KEYS, _get(f"{base}/{KEYS}"))
    put(folder / CHECKPOINT, text)
    return checkpoint


def _get(address: str) -> bytes:
    status, _, content = ask(address)
    if status != 200:
        raise Refused(
            "not_served", f"{address} answered {status}.", {"address": address, "status": status}
        )
    return content
