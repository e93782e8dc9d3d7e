"""Events and entries as bytes: canonical, bounded, and silent about what is private."""

import hashlib
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count
from types import NoneType, UnionType
from typing import Annotated, ClassVar, Literal, Union, get_args, get_origin

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from qazyna.errors import InvariantBroken, Refused
from qazyna.ledger import entry
from qazyna.ledger.entry import Account, Authority, Entry, EntryRef, EventRef, Posting, Value
from qazyna.plan import COMMANDS, EVENTS
from qazyna.seizure.taking import Seized
from qazyna.shell.store.codec import (
    LEAF_LIMIT,
    Origin,
    canonical,
    command_bytes,
    commitment,
    entry_leaf,
    event_leaf,
    read_event,
)

DAY = date(2026, 5, 1)
NOW = datetime(2026, 5, 2, 12, 0, tzinfo=UTC)


def seized(**other) -> Seized:
    told = {
        "on": DAY,
        "case": "C-1",
        "holding": "1",
        "asset": "BTC",
        "amount": 2**60,
        "control": "custody",
        "place": "AFM",
        "authority": "AFM",
        "address": "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq",
        "note": "found with Әсел",
        "value": Value(Decimal("1234.50"), "USD", "test price"),
    }
    return Seized(**(told | other))


ORIGIN = Origin("key-1", "seize", "registrar", hashlib.sha256(b"asked").digest(), b"0" * 16)


def leaf_of(event: Seized, version: int = 1):
    salts = (format(n, "032x") for n in count(1))
    return event_leaf(event, version, ORIGIN, NOW, lambda: next(salts))


# ── Canonical JSON (RFC 8785) ───────────────────────────────────────────────────────────────────

CANONICAL = [
    ({"b": 1, "a": 2}, '{"a":2,"b":1}'),
    ({"": [], "A": {}, "a": None}, '{"":[],"A":{},"a":null}'),
    ([True, False, None, 0, -7], "[true,false,null,0,-7]"),
    # RFC 8785, 3.2.2.2: only what must be escaped is, and in its shortest form.
    ('€$\x0f\nA\'B"\\\\"/', '"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"'),
    ("\x00\x08\x09\x0a\x0c\x0d\x1f\x7f", '"\\u0000\\b\\t\\n\\f\\r\\u001f\x7f"'),
    ("қазына", '"қазына"'),
    ("\U0001f600", '"\U0001f600"'),
]


@pytest.mark.parametrize("value, text", CANONICAL)
def test_canonical_json(value, text):
    assert text.encode() == canonical(value)


def plain(value) -> bytes:
    """The same, as the standard library writes it."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode()


TEXT = st.text(st.characters(exclude_categories=["Cs"]))
KEYS = st.text(st.characters(max_codepoint=127))
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXT,
    lambda inner: st.lists(inner) | st.dictionaries(KEYS, inner),
)


@given(ANYTHING)
def test_any_json_is_written_as_the_standard_library_writes_it(value):
    assert plain(value) == canonical(value)


@pytest.mark.parametrize("value", ["\ud83d", {"note": "\ud83d"}, {"\udc00": 1}, [["\udfff"]]])
def test_half_a_character_is_refused(value):
    with pytest.raises(Refused) as caught:
        canonical(value)
    assert "bad_text" == caught.value.code


@pytest.mark.parametrize("value", [float("nan"), [float("inf")], {"a": 0.5}])
def test_a_number_that_is_not_exact_is_no_json_here(value):
    with pytest.raises(ValueError):
        canonical(value)


# ── The leaf of an event ────────────────────────────────────────────────────────────────────────


def test_a_leaf_is_canonical():
    leaf, _ = leaf_of(seized())
    assert leaf == canonical(json.loads(leaf))


@given(note=TEXT, place=TEXT, rows=st.lists(TEXT), of=st.sampled_from(["1.50", "-0", "1E+3"]))
def test_whatever_is_said_the_leaf_is_canonical(note, place, rows, of):
    value = Value(Decimal(of), "USD", note)
    event = seized(note=note, place=place, rows=tuple(rows), value=value)
    leaf, private = leaf_of(event)
    assert plain(json.loads(leaf)) == leaf
    assert event == read_event(leaf, private)[0]


def test_objects_within_an_event_are_written_in_their_order_too():
    class Nested(BaseModel):
        zebra: int = 1
        ant: dict[str, int] = {"z": 1, "a": 2}

    class Strange(Seized):
        kind: ClassVar[str] = "strange"
        nested: tuple[Nested, ...] = (Nested(),)
        rows: dict[str, Nested] = {"of": Nested()}

    leaf, private = leaf_of(Strange(**seized().model_dump(exclude={"rows"})))
    assert plain(json.loads(leaf)) == leaf
    kept = private["rows"]
    salted = bytes.fromhex(kept["salt"]) + plain(kept["value"])
    assert {"sha256": hashlib.sha256(salted).hexdigest()} == json.loads(leaf)["body"]["rows"]


def anything(kind):
    """Whatever a field of that annotation can hold; a number where the model wants a small one."""
    origin, inner = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return anything(inner[0])
    if origin in (Union, UnionType):
        return st.one_of(map(anything, inner))
    if origin is Literal:
        return st.sampled_from(inner)
    if origin is tuple and inner[-1:] == (Ellipsis,):
        return st.lists(anything(inner[0]), max_size=3).map(tuple)
    if origin is tuple:
        return st.tuples(*map(anything, inner))
    if origin is dict:
        return st.dictionaries(KEYS, anything(inner[1]), max_size=3)
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        fields = {name: anything(field.annotation) for name, field in kind.model_fields.items()}
        return st.builds(kind.model_construct, **fields)
    if kind is Value:
        return st.builds(Value, anything(Decimal), TEXT, TEXT)
    return PLAIN[kind]


PLAIN = {
    str: TEXT,
    int: st.integers(1),
    bool: st.booleans(),
    date: st.dates(),
    Decimal: st.decimals(allow_nan=False, allow_infinity=False),
    NoneType: st.none(),
}


def plain_leaf(event, version, origin, recorded_at, salt):
    """The leaf as it is defined: all that is said, the standard library's way."""
    said = event.model_dump(mode="json", exclude_none=True)
    on = said.pop("on")
    private = {}
    for field in event.private & said.keys():
        if said[field] != []:
            private[field] = {"salt": salt, "value": said[field]}
            salted = hashlib.sha256(bytes.fromhex(salt) + plain(said[field]))
            said[field] = {"sha256": salted.hexdigest()}
    leaf = {
        "actor": origin.actor,
        "body": said,
        "command": origin.told,
        "kind": event.kind,
        "leaf": "event",
        "on": on,
        "recorded_at": recorded_at.isoformat(),
        "schema": event.schema_version,
        "stream": event.stream,
        "version": version,
    }
    return plain(leaf), private or None


@pytest.mark.parametrize("kind", sorted(EVENTS))
@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data(), actor=TEXT, version=st.integers(1, 2**53))
def test_the_leaf_of_any_event_is_what_the_plain_way_makes_of_it(kind, data, actor, version):
    event = data.draw(anything(EVENTS[kind]))
    origin = Origin("key-1", kind, actor, hashlib.sha256(b"asked").digest(), b"0" * 16)
    expected = plain_leaf(event, version, origin, NOW, "ab" * 16)
    assert expected == event_leaf(event, version, origin, NOW, lambda: "ab" * 16)


@pytest.mark.parametrize("kind", sorted(COMMANDS))
@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_the_bytes_of_any_command_are_what_the_plain_way_makes_of_it(kind, data):
    command = data.draw(anything(COMMANDS[kind]))
    assert plain({"kind": kind, "body": command.asked()}) == command_bytes(command)


def test_a_command_with_half_a_character_is_refused():
    sweep = {"case": "C", "holding": "1", "custodian": "AFM", "swept_on": DAY, "txid": "\ud83d"}
    with pytest.raises(Refused) as caught:
        command_bytes(COMMANDS["sweep"].model_construct(**sweep))
    assert "bad_text" == caught.value.code


@pytest.mark.parametrize("field", ["place", "note", "rows"])
def test_an_event_with_half_a_character_is_refused(field):
    with pytest.raises(Refused) as caught:
        leaf_of(seized().model_copy(update={field: ("\ud83d",) if field == "rows" else "\ud83d"}))
    assert "bad_text" == caught.value.code


def test_a_leaf_says_everything_that_is_material():
    leaf, _ = leaf_of(seized(), version=3)
    said = json.loads(leaf)
    body = said.pop("body")
    assert {
        "leaf": "event",
        "kind": "seized",
        "schema": 1,
        "stream": "case/C-1",
        "version": 3,
        "on": "2026-05-01",
        "recorded_at": "2026-05-02T12:00:00+00:00",
        "actor": "registrar",
        "command": {
            "body_sha256": hashlib.sha256(ORIGIN.salt + ORIGIN.body_sha256).hexdigest(),
            "key": "key-1",
            "kind": "seize",
        },
    } == said
    assert ("C-1", "BTC", "AFM") == (body["case"], body["asset"], body["place"])


def test_what_outgrows_json_numbers_is_a_string():
    """Beyond 2^53 a reader of JSON may round: quantities and values are strings."""
    leaf, _ = leaf_of(seized())
    body = json.loads(leaf, parse_int=lambda digits: pytest.fail(digits) if len(digits) > 9 else 0)
    assert str(2**60) == body["body"]["amount"]
    assert "1234.50" == body["body"]["value"]["amount"]


def test_of_a_private_field_only_a_salted_commitment_is_in_the_leaf():
    event = seized()
    leaf, private = leaf_of(event)
    body = json.loads(leaf)["body"]
    for field in ("address", "note"):
        kept = private[field]
        assert getattr(event, field) == kept["value"]
        salted = bytes.fromhex(kept["salt"]) + canonical(kept["value"])
        assert {"sha256": hashlib.sha256(salted).hexdigest()} == body[field]
    assert event.address.encode() not in leaf
    assert "Әсел".encode() not in leaf


def test_the_same_value_salted_anew_is_another_commitment():
    assert commitment("00" * 16, "Әсел") != commitment("01" * 16, "Әсел")


def test_private_fields_that_say_nothing_are_left_out():
    leaf, private = leaf_of(seized(address=None, note=None))
    assert private is None
    assert not {"address", "note"} & set(json.loads(leaf)["body"])


def test_the_digest_of_a_row_is_private_too():
    """It is over the row's address and note: whoever guesses them could try the guess on it."""
    rows = (hashlib.sha256(b"C-1|bc1q|a name").hexdigest()[:32],)
    leaf, private = leaf_of(seized(rows=rows))
    assert [*rows] == private["rows"]["value"]
    assert rows[0].encode() not in leaf
    assert seized(rows=rows) == read_event(leaf, private)[0]


def test_an_event_reads_back_as_it_was_written():
    event = seized()
    leaf, private = leaf_of(event)
    read, envelope = read_event(leaf, private)
    assert event == read
    assert 1 == envelope["version"]


def test_an_event_of_a_kind_that_is_not_known_stops_the_program():
    leaf, private = leaf_of(seized())
    strange = json.loads(leaf) | {"kind": "levitated"}
    with pytest.raises(InvariantBroken):
        read_event(canonical(strange), private)


def test_a_leaf_stays_below_its_limit():
    room = LEAF_LIMIT - len(leaf_of(seized(place=""))[0]) - 1
    leaf, _ = leaf_of(seized(place="x" * room))
    assert LEAF_LIMIT - 1 == len(leaf)
    with pytest.raises(Refused) as caught:
        leaf_of(seized(place="x" * (room + 1)))
    assert "event_too_large" == caught.value.code


def test_the_limit_counts_bytes_and_not_letters():
    with pytest.raises(Refused):
        leaf_of(seized(place="қ" * (LEAF_LIMIT // 2)))


def test_every_private_field_is_a_field():
    for kind, model in EVENTS.items():
        assert set(model.private) <= set(model.model_fields), kind


# ── The leaf of an entry ────────────────────────────────────────────────────────────────────────

COINS = Account("C-1/1", "custody", "AFM")
MONEY = Account("C-1/1", "bank", "NBK")
STATE = Account("C-1/1", "state")


def test_the_leaf_of_an_entry_has_its_postings_and_its_value():
    sold = entry.exchange(
        DAY,
        STATE,
        ("BTC", 3, COINS),
        ("USD", 150_000, MONEY),
        value=Value(Decimal("1500.00"), "USD", "invoice 7"),
    )
    leaf = entry_leaf(sold, "case/C-1", 4, 1)
    assert leaf == canonical(json.loads(leaf))
    legs = [
        {
            "amount": "3",
            "asset": "BTC",
            "authority": None,
            "credit": "C-1/1/custody/AFM",
            "debit": "C-1/1/state",
        },
        {
            "amount": "150000",
            "asset": "USD",
            "authority": None,
            "credit": "C-1/1/state",
            "debit": "C-1/1/bank/NBK",
        },
    ]
    assert {
        "leaf": "entry",
        "stream": "case/C-1",
        "version": 4,
        "entry": 1,
        "kind": "exchange",
        "flow": "internal",
        "on": "2026-05-01",
        "postings": legs,
        "reverses": None,
        "value": {"amount": "1500.00", "currency": "USD", "source": "invoice 7"},
    } == json.loads(leaf)


def test_the_leaf_names_the_event_that_gave_authority():
    by_itself = entry.expense(DAY, "BTC", 1, STATE, COINS, Authority("statement"))
    of_old = Authority("decision", EventRef("reserve", 9))
    by_another = entry.expense(DAY, "BTC", 1, STATE, COINS, of_old)
    said = [
        json.loads(entry_leaf(each, "case/C-1", 4, 1))["postings"][0]["authority"]
        for each in (by_itself, by_another)
    ]
    assert ["statement:case/C-1@4", "decision:reserve@9"] == said


def test_the_leaf_of_a_reversal_names_the_entry():
    moved = entry.move(DAY, "BTC", 1, Account("C-1/1", "custody", "NIC"), COINS)
    mirrored = entry.reverse(DAY, moved, EntryRef(EventRef("case/C-1", 4), 2))
    assert "case/C-1@4#2" == json.loads(entry_leaf(mirrored, "case/C-1", 5, 1))["reverses"]


ACCOUNTS = st.builds(Account, TEXT, TEXT, TEXT)
REFS = st.builds(EventRef, TEXT, st.integers(0, 2**53))
POSTINGS = st.builds(
    Posting,
    TEXT,
    st.integers(1),
    ACCOUNTS,
    ACCOUNTS,
    st.none() | st.builds(Authority, TEXT, REFS),
)
ENTRIES = st.builds(
    Entry,
    TEXT,
    st.dates(),
    st.lists(POSTINGS, min_size=1, max_size=2).map(tuple),
    TEXT,
    st.none() | st.builds(Value, PLAIN[Decimal], TEXT, TEXT),
    st.none() | st.builds(EntryRef, REFS, st.integers(1, 9)),
    st.none() | st.dates(),
)


@given(ENTRIES, TEXT, st.integers(1, 2**53), st.integers(1, 200))
def test_the_leaf_of_any_entry_is_what_the_plain_way_makes_of_it(it, stream, version, number):
    def granted(by):
        at = by.event if by.event.version else EventRef(stream, version)
        return f"{by.kind}:{at.stream}@{at.version}"

    said = {
        "entry": number,
        "flow": it.flow,
        "kind": it.kind,
        "leaf": "entry",
        "on": it.value_date.isoformat(),
        "postings": [
            {
                "amount": str(posting.amount),
                "asset": posting.asset,
                "authority": granted(posting.authority) if posting.authority else None,
                "credit": posting.credit.path,
                "debit": posting.debit.path,
            }
            for posting in it.postings
        ],
        "reverses": None,
        "stream": stream,
        "value": None,
        "version": version,
    }
    if it.reverses:
        of, n = it.reverses
        said["reverses"] = f"{of.stream}@{of.version}#{n}"
    if it.value:
        of = format(it.value.amount, "f")
        said["value"] = {"amount": of, "currency": it.value.currency, "source": it.value.source}
    if it.effective:
        said["effective"] = it.effective.isoformat()
    assert plain(said) == entry_leaf(it, stream, version, number)


def test_an_entry_with_half_a_character_is_refused():
    moved = entry.move(DAY, "BTC", 1, Account("C-1/1", "custody", "\ud83d"), COINS)
    with pytest.raises(Refused) as caught:
        entry_leaf(moved, "case/C-1", 1, 1)
    assert "bad_text" == caught.value.code
