"""Reading the log as a story: what its leaves say must hold together, whoever wrote them.

An event stands before its entries, and all of them follow it at once; the events of a stream are
numbered without a gap; those of one command tell of it alike; every leaf is canonical; and the
entries leave no account below zero.
"""

import json
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from qazyna.ledger import chart

_encode = json.JSONEncoder(
    ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
).encode


class Story:
    """Takes leaves in their order, and says what is wrong with each and, at last, with all."""

    def __init__(self) -> None:
        self.events = 0
        self.entries = 0
        self._versions: dict[str, int] = {}
        self._event: tuple[str, int] | None = None
        self._number = 0
        self._asked: dict[str, int] = {}
        """a command's key -> what the leaf of its first event tells of it, hashed to spare room"""
        self._held: dict[tuple[str, str], int] = defaultdict(int)
        """(account, asset) -> debits less credits"""

    def add(self, leaf: bytes) -> Iterator[tuple[str, str]]:
        """(where, what) for everything that is wrong with the next leaf."""
        try:
            told = json.loads(leaf)
            canonical = _encode(told).encode() == leaf
            kind, stream, version = told["leaf"], str(told["stream"]), int(told["version"])
        except (ValueError, KeyError, TypeError):
            yield "", "is no leaf of books"
            return
        where = f"{stream}@{version}"
        if kind == "event":
            self.events += 1
            last = self._versions.get(stream, 0)
            if version != last + 1:
                yield where, f"follows version {last}"
            self._versions[stream] = version
            self._event, self._number = (stream, version), 0
            yield from self._command(where, told)
        elif kind == "entry":
            self.entries += 1
            self._number += 1
            where = f"{where}#{told.get('entry')}"
            if self._event != (stream, version) or told.get("entry") != self._number:
                yield where, "does not follow its event"
            yield from self._post(where, told)
        else:
            yield where, "is neither an event nor an entry"
        if not canonical:
            yield where, "is not written canonically"

    def _command(self, where: str, told: dict[str, Any]) -> Iterator[tuple[str, str]]:
        try:
            key, kind, body = (told["command"][part] for part in ("key", "kind", "body_sha256"))
            of = hash((str(key), str(kind), str(body), str(told["actor"]), told["recorded_at"]))
        except (KeyError, TypeError):
            yield where, "does not tell of its command"
            return
        if self._asked.setdefault(str(key), of) != of:
            yield where, f"tells of its command {key} otherwise than an event before it"

    def _post(self, where: str, told: dict[str, Any]) -> Iterator[tuple[str, str]]:
        try:
            moves = [
                (p["debit"], p["credit"], str(p["asset"]), int(p["amount"]))
                for p in told["postings"]
            ]
        except (ValueError, KeyError, TypeError):
            yield where, "has postings that cannot be read"
            return
        for debit, credit, asset, amount in moves:
            if amount <= 0 or debit == credit:
                yield where, f"posts {amount} from {credit} to {debit}"
            self._held[debit, asset] += amount
            self._held[credit, asset] -= amount

    def end(self) -> Iterator[tuple[str, str]]:
        """(where, what) for every account that the entries leave below zero."""
        for (account, asset), net in sorted(self._held.items()):
            sides = _sides(account)
            if all((net if side == "location" else -net) < 0 for side in sides):
                yield f"{account} {asset}", "is left below zero"


def _sides(path: str) -> set[str]:
    """The side of an account: its class is the last word of its path, or the last but one.

    Both, for a path that can be read in two ways: a holding may be called what a class is called.
    """
    *book, klass, last = ["", *path.split("/")]
    known = chart.LOCATIONS.keys() | chart.TITLES.keys()
    words = [last] * (last in known) + [klass] * (klass in known and len(book) > 1)
    return {chart.side(word) for word in words} or {"location"}
