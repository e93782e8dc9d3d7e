"""Events and entries as bytes, and back.

A *leaf* is the canonical JSON (RFC 8785) of an event or an entry: what the transparency log will
hash, stored as written and never serialised anew. Every number in it that could outgrow 2^53 is a
string. A private field stands in the leaf as a salted commitment; its value and salt are kept
apart, so that the leaf can be shown to anyone.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache, lru_cache
from json.encoder import encode_basestring as _text
from operator import itemgetter
from typing import Any

from pydantic import BaseModel, TypeAdapter
from pydantic.fields import FieldInfo
from pydantic_core import (
    PydanticSerializationError,
    SchemaSerializer,
    core_schema,
    from_json,
    to_json,
)

from qazyna.errors import InvariantBroken, Refused
from qazyna.ledger.entry import Authority, Entry, EntryRef, Posting, Value
from qazyna.plan import EVENTS, Command, Event
from qazyna.shell import rooms  # noqa: F401  the registry must be full

LEAF_LIMIT = 60_000

Json = dict[str, Any]
Salts = Callable[[], str]
"""Gives 16 fresh bytes, as hex."""

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
        raise _half_a_character() from None


def _half_a_character() -> Refused:
    return Refused("bad_text", "A text holds half a character (a lone surrogate).")


def _in_order(value: Any) -> Any:
    """The same, the keys of every object in their order."""
    if isinstance(value, dict):
        return {
            key: each if type(each := value[key]) is str else _in_order(each)
            for key in sorted(value)
        }
    if isinstance(value, (list, tuple)):
        return [each if type(each) is str else _in_order(each) for each in value]
    if isinstance(value, float):
        raise ValueError("what need not be exact is not written")
    return value


def command_bytes(command: Command) -> bytes:
    """The canonical bytes of a command: what a second one with the same key must ask too."""
    write = _asked(type(command))
    if write is None:
        return canonical({"body": command.asked(), "kind": command.kind})
    try:
        return b'{"body":%b,"kind":%b}' % (write(command), to_json(command.kind))
    except PydanticSerializationError:
        raise _half_a_character() from None


def commitment(salt: str, value: object) -> str:
    """The salted commitment that stands in a leaf for a private value."""
    return _committed(salt, canonical(value))


def _committed(salt: str, written: bytes) -> str:
    return hashlib.sha256(bytes.fromhex(salt) + written).hexdigest()


@dataclass(slots=True)
class Origin:
    """The command that events come from: who asked for what, under which key.

    Its body may hold what is private, so a leaf has a salted commitment to the body's digest.
    """

    key: str
    kind: str
    actor: str
    body_sha256: bytes
    salt: bytes

    told: Json = field(init=False)
    """The command as the leaves of its events tell it."""
    written: tuple[bytes, bytes] = field(init=False)
    """The actor and the command as the leaves of its events tell them, in canonical bytes."""

    def __post_init__(self) -> None:
        body = hashlib.sha256(self.salt + self.body_sha256).hexdigest()
        self.told = {"body_sha256": body, "key": self.key, "kind": self.kind}
        self.written = _written(self.actor), _written(self.told)


_PLAIN = frozenset(("str", "int", "bool", "date", "decimal"))
"""Schemas of values that are written as one text or number."""


@cache
def _asked(model: type[Command]) -> Callable[[BaseModel], bytes] | None:
    """What writes all fields of a command at once, where it can be done and nothing else is said
    of what it asks."""
    if model.asked is not Command.asked or (found := _at_once(_schemas(model))) is None:
        return None
    told, write = found
    return lambda command: write(told(command))


@cache
def _body(model: type[Event]) -> Callable[[Event, Json, Salts], bytes]:
    """What writes an event's body, and adds those fields that are private to `private`; all fields
    at once, where it can be done."""
    schemas = _schemas(model)
    del schemas["on"]
    hidden = [(name, write) for name, _, write, is_hidden in _fields(model) if is_hidden]
    found = _at_once(schemas, model.private)
    if found is None:
        return _written_apart
    told, write_all = found

    def written(event: Event, private: Json, salts: Salts) -> bytes:
        body = told(event)
        for name, write in hidden:
            if (value := body[name]) is not None:
                committed = _hidden(name, value, write(value), private, salts)
                if committed:
                    body[name] = {"sha256": committed}
        return write_all(body, exclude_none=True)

    return written


def _schemas(model: type[BaseModel]) -> dict[str, core_schema.CoreSchema]:
    """The schemas of a model's fields, in the order in which they are written."""
    return {
        name: TypeAdapter[Any](field.rebuild_annotation()).core_schema
        for name, field in sorted(model.model_fields.items())
    }


def _at_once(
    schemas: dict[str, core_schema.CoreSchema], hidden: frozenset[str] = frozenset()
) -> tuple[Callable[[BaseModel], Json], Callable[..., bytes]] | None:
    """What takes these fields of a model, and what writes them; None where a value must be put in
    order. Of what is hidden, something else will be written."""
    seen = [schema for name, schema in schemas.items() if name not in hidden]
    if len(schemas) < 2 or not all(map(_in_order_already, seen)):
        return None
    schemas = schemas | {name: core_schema.any_schema() for name in hidden}
    values = itemgetter(*schemas)
    write = SchemaSerializer(
        core_schema.typed_dict_schema(
            {name: core_schema.typed_dict_field(schema) for name, schema in schemas.items()}
        )
    ).to_json
    return lambda told: dict(zip(schemas, values(told.__dict__), strict=True)), write


@cache
def _fields(model: type[Event]) -> tuple[tuple[str, bytes, Callable[[Any], bytes], bool], ...]:
    """The fields of an event's body in the order in which they are written.

    Of each its name, its key in bytes, what writes its value, and whether it is private.
    """
    return tuple(
        (name, canonical(name) + b":", _writer(field), name in model.private)
        for name, field in sorted(model.model_fields.items())
        if name != "on"
    )


def _writer(field: FieldInfo) -> Callable[[Any], bytes]:
    """What writes the values of a field; most as they are, some in canonical order."""
    adapter = TypeAdapter[Any](field.rebuild_annotation())
    if _in_order_already(adapter.core_schema):
        return adapter.serializer.to_json
    return lambda value: canonical(adapter.dump_python(value, mode="json", exclude_none=True))


def _in_order_already(schema: Any) -> bool:
    """Whether values of this schema are canonical as they are written: texts, and lists of them,
    and objects whose keys are in their order and all there."""
    kind = schema["type"]
    if kind in ("default", "nullable", "function-before"):
        return _in_order_already(schema["schema"])
    if kind == "tuple":
        return all(map(_in_order_already, schema["items_schema"]))
    if kind == "dataclass":
        values = [field["schema"]["type"] for field in schema["schema"]["fields"]]
        return schema["fields"] == sorted(schema["fields"]) and _PLAIN.issuperset(values)
    return kind in _PLAIN


day_text = lru_cache(4_096)(date.isoformat)
"""A day as text. Many commands and events tell of the same days."""


@lru_cache
def instant(at: datetime) -> str:
    """The same instant as text, in UTC."""
    return at.astimezone(UTC).isoformat()


def event_leaf(
    event: Event,
    version: int,
    origin: Origin,
    recorded_at: datetime,
    salts: Salts,
) -> tuple[bytes, Json | None]:
    """The leaf of an event and, apart, its private values.

    The keys of the envelope stand in the order they are written.
    """
    private: Json = {}
    try:
        body = _body(type(event))(event, private, salts)
        actor, asked = origin.written
        leaf = _EVENT % (
            actor,
            body,
            asked,
            to_json(event.kind),
            day_text(event.on).encode(),
            instant(recorded_at).encode(),
            event.schema_version,
            to_json(event.stream),
            version,
        )
    except PydanticSerializationError:
        raise _half_a_character() from None
    return _within_limit(leaf, event.kind), private or None


_EVENT = (
    b'{"actor":%b,"body":%b,"command":%b,"kind":%b,"leaf":"event","on":"%b","recorded_at":"%b",'
    b'"schema":%d,"stream":%b,"version":%d}'
)


def _written_apart(event: Event, private: Json, salts: Salts) -> bytes:
    """An event's body, each field for itself; adds those that are private to `private`."""
    body: list[bytes] = []
    values = vars(event)
    for name, key, write, hidden in _fields(type(event)):
        value = values[name]
        if value is None:
            continue
        written = write(value)
        if hidden and (committed := _hidden(name, value, written, private, salts)):
            written = b'{"sha256":"%b"}' % committed.encode()
        body.append(key + written)
    return b"{%b}" % b",".join(body)


def _hidden(name: str, value: Any, written: bytes, private: Json, salts: Salts) -> str:
    """Keep a private value apart: the commitment to it, or '' of an empty list, in which there is
    nothing to hide."""
    if written == b"[]":
        return ""
    salt = salts()
    private[name] = {"salt": salt, "value": value if type(value) is str else from_json(written)}
    return _committed(salt, written)


def entry_leaf(entry: Entry, stream: str, version: int, number: int) -> bytes:
    """The leaf of the n-th entry of an event. Its keys stand in the order they are written."""
    kind, on, postings, flow, value, reverses, corrects = entry
    leaf = _ENTRY % (
        "" if corrects is None else f'"effective":"{corrects}",',
        number,
        _text(flow),
        _text(kind),
        day_text(on),
        ",".join([_posting(posting, stream, version) for posting in postings]),
        "null" if reverses is None else _text(reversed_text(reverses)),
        _text(stream),
        "null" if value is None else _value(value),
        version,
    )
    try:
        return _within_limit(leaf.encode(), kind)
    except UnicodeEncodeError:
        raise _half_a_character() from None


_ENTRY = (
    '{%s"entry":%d,"flow":%s,"kind":%s,"leaf":"entry","on":"%s","postings":[%s],"reverses":%s,'
    '"stream":%s,"value":%s,"version":%d}'
)
_POSTING = '{"amount":"%d","asset":%s,"authority":%s,"credit":%s,"debit":%s}'
_VALUE = '{"amount":"%s","currency":%s,"source":%s}'


def _posting(posting: Posting, stream: str, version: int) -> str:
    asset, amount, debit, credit, by = posting
    rests_on = "null" if by is None else _text(authority_text(by, stream, version))
    return _POSTING % (amount, _text(asset), rests_on, _text(credit.path), _text(debit.path))


def _value(value: Value) -> str:
    return _VALUE % (format(value.amount, "f"), _text(value.currency), _text(value.source))


def authority_text(authority: Authority, stream: str, version: int) -> str:
    """What an entry of that event rests on: the kind of authority, and the event that gave it."""
    kind, (giver, number) = authority
    return f"{kind}:{giver}@{number}" if number else f"{kind}:{stream}@{version}"


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
    for name, kept in (private or {}).items():
        body[name] = kept["value"]
    schema = envelope["schema"]
    while schema < model.schema_version:
        body = UPCASTERS[kind, schema](body)
        schema += 1
    return model.model_validate(body), envelope
