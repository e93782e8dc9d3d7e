"""Events and entries as bytes, and back.

A *leaf* is the canonical JSON (RFC 8785) of an event or an entry: what the transparency log will
hash, stored as written and never serialised anew. Every number in it that could outgrow 2^53 is a
string. A private field stands in the leaf as a salted commitment; its value and salt are kept
apart, so that the leaf can be shown to anyone.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, cached_property, lru_cache
from typing import Any

from pydantic_core import PydanticSerializationError, from_json, to_json

from qazyna.errors import InvariantBroken, Refused
from qazyna.ledger.entry import Authority, Entry, EntryRef, EventRef
from qazyna.plan import EVENTS, Event
from qazyna.shell import rooms  # noqa: F401  the registry must be full

LEAF_LIMIT = 60_000

Json = dict[str, Any]

UPCASTERS: dict[tuple[str, int], Callable[[Json], Json]] = {}
"""(event kind, schema version) -> the body as the next version writes it. None is needed yet."""


def canonical(value: object) -> bytes:
    """The canonical bytes of strings, small integers, booleans, nulls, lists and objects.

    Object keys are ASCII here, so that sorting by code point is RFC 8785's sorting by code unit.
    """
    return _written(_in_order(value))


def _written(value: object) -> bytes:
    """The canonical bytes of what has the keys of its objects in their order."""
    try:
        return to_json(value)
    except PydanticSerializationError:
        raise Refused("bad_text", "A text holds half a character (a lone surrogate).") from None


def _in_order(value: Any) -> Any:
    """The same, the keys of every object in their order."""
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        return {key: _in_order(value[key]) for key in sorted(value)}
    if isinstance(value, list | tuple):
        return [_in_order(each) for each in value]
    if isinstance(value, float):
        raise ValueError("what need not be exact is not written")
    return value


def commitment(salt: str, value: object) -> str:
    """The salted commitment that stands in a leaf for a private value."""
    return _committed(salt, _in_order(value))


def _committed(salt: str, value: object) -> str:
    return hashlib.sha256(bytes.fromhex(salt) + _written(value)).hexdigest()


@dataclass(frozen=True)
class Origin:
    """The command that events come from: who asked for what, under which key.

    Its body may hold what is private, so a leaf has a salted commitment to the body's digest.
    """

    key: str
    kind: str
    actor: str
    body_sha256: bytes
    salt: bytes

    @cached_property
    def told(self) -> Json:
        """The command as the leaves of its events tell it."""
        body = hashlib.sha256(self.salt + self.body_sha256).hexdigest()
        return {"body_sha256": body, "key": self.key, "kind": self.kind}


@cache
def _fields(model: type[Event]) -> tuple[str, ...]:
    """The fields of an event's body in the order in which they are written."""
    return tuple(sorted(model.model_fields.keys() - {"on"}))


@lru_cache
def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()


def event_leaf(
    event: Event,
    version: int,
    origin: Origin,
    recorded_at: datetime,
    salts: Callable[[], str],
) -> tuple[bytes, Json | None]:
    """The leaf of an event and, apart, its private values. `salts` gives 16 fresh bytes as hex.

    The keys of the envelope stand here in the order they are written.
    """
    told = event.model_dump(mode="json", exclude_none=True)
    body = {name: _in_order(told[name]) for name in _fields(type(event)) if name in told}
    private: Json = {}
    for field in event.private:
        value = body.get(field, [])
        if value != []:  # of an empty list there is nothing to hide
            salt = salts()
            private[field] = {"salt": salt, "value": value}
            body[field] = {"sha256": _committed(salt, value)}
    leaf = _written(
        {
            "actor": origin.actor,
            "body": body,
            "command": origin.told,
            "kind": event.kind,
            "leaf": "event",
            "on": told["on"],
            "recorded_at": _instant(recorded_at),
            "schema": event.schema_version,
            "stream": event.stream,
            "version": version,
        }
    )
    return _within_limit(leaf, event.kind), private or None


def entry_leaf(entry: Entry, stream: str, version: int, number: int) -> bytes:
    """The leaf of the n-th entry of an event. Its keys stand here in the order they are written."""
    value = entry.value
    corrects = {} if entry.effective is None else {"effective": entry.effective.isoformat()}
    leaf = to_json(
        {
            **corrects,
            "entry": number,
            "flow": entry.flow,
            "kind": entry.kind,
            "leaf": "entry",
            "on": entry.value_date.isoformat(),
            "postings": [
                {
                    "amount": str(posting.amount),
                    "asset": posting.asset,
                    "authority": None
                    if posting.authority is None
                    else authority_text(posting.authority, stream, version),
                    "credit": posting.credit.path,
                    "debit": posting.debit.path,
                }
                for posting in entry.postings
            ],
            "reverses": None if entry.reverses is None else reversed_text(entry.reverses),
            "stream": stream,
            "value": None
            if value is None
            else {
                "amount": format(value.amount, "f"),
                "currency": value.currency,
                "source": value.source,
            },
            "version": version,
        }
    )
    return _within_limit(leaf, entry.kind)


def authority_text(authority: Authority, stream: str, version: int) -> str:
    """What an entry of that event rests on: the kind of authority, and the event that gave it."""
    event = authority.event if authority.event.version else EventRef(stream, version)
    return f"{authority.kind}:{event.stream}@{event.version}"


def reversed_text(entry: EntryRef) -> str:
    """The entry that another reverses."""
    return f"{entry.event.stream}@{entry.event.version}#{entry.number}"


def _within_limit(leaf: bytes, what: str) -> bytes:
    if len(leaf) >= LEAF_LIMIT:
        raise Refused(
            "event_too_large",
            f"This {what} would take {len(leaf):,} bytes; one record takes {LEAF_LIMIT:,}. "
            "Split it: an order over very many holdings is recorded schedule by schedule.",
            {"bytes": len(leaf)},
        )
    return leaf


def read_event(leaf: bytes, private: Mapping[str, Any] | None) -> tuple[Event, Json]:
    """The event a leaf records, private values put back, and the envelope it stood in."""
    envelope: Json = from_json(leaf)
    kind = envelope["kind"]
    model = EVENTS.get(kind)
    if model is None:
        raise InvariantBroken(f"no event is called {kind!r}")
    body = dict(envelope["body"], on=envelope["on"])
    for field, kept in (private or {}).items():
        body[field] = kept["value"]
    schema = envelope["schema"]
    while schema < model.schema_version:
        body = UPCASTERS[kind, schema](body)
        schema += 1
    return model.model_validate(body), envelope
