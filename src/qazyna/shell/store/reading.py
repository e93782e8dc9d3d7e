"""What a command must know, read in one round trip and locked where others might change it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import psycopg
from psycopg.types.json import Jsonb
from pydantic_core import from_json

from qazyna.blueprint import Blueprint
from qazyna.blueprint import parse as parse_blueprint
from qazyna.errors import InvariantBroken, Refused
from qazyna.ledger.book import Balances
from qazyna.ledger.entry import Account, EventRef
from qazyna.money import ASSETS, Asset
from qazyna.office.adoption import AdoptBlueprint, BlueprintAdopted
from qazyna.plan import STATES, Command, Event, State, World, book_stream
from qazyna.seizure.case import Case
from qazyna.shell.store.codec import read_event
from qazyna.shell.store.pricing import FRESH, decided_below, valuer_for
from qazyna.shell.store.wire import Batch, Transaction

Connection = psycopg.Connection[Any]


@dataclass
class Known:
    """The world a rule looks at, and the row ids behind it that writing needs."""

    world: World
    recorded_at: datetime
    command: bytes | None
    """The digest of what was asked with the same key before."""
    asset_codes: set[str] = field(default_factory=set)
    read_books: frozenset[str] = frozenset()
    locked: frozenset[str] = frozenset()
    """Streams whose rows are locked: new books of theirs may be opened."""
    drawn: dict[str, list[int]] = field(default_factory=dict)
    """Numbers drawn from sequences that are still to be used."""


_STREAMS = """
    SELECT name, version, state::text FROM books.stream WHERE name {} ORDER BY name FOR UPDATE
"""
_BOOKS = """
    SELECT book, class, detail, asset, quantity::text FROM books.holding WHERE book {}
"""
_ONE = "= $1"
_MANY = "= ANY(ARRAY(SELECT jsonb_array_elements_text($1)))"
_THE_STREAM, _THE_STREAMS = _STREAMS.format(_ONE), _STREAMS.format(_MANY)
_THE_BOOK, _THE_BOOKS = _BOOKS.format(_ONE), _BOOKS.format(_MANY)
_ASSETS = "SELECT code, class, scale, name FROM books.asset WHERE event IS NOT NULL"
_REST = f"""
    SELECT clock_timestamp(),
           {FRESH.format("$3")},
           (SELECT recorded_at FROM books.event ORDER BY recorded_at DESC LIMIT 1),
           (SELECT encode(body_sha256, 'hex') FROM books.command WHERE key = $1),
           (SELECT state::text FROM books.stream WHERE name = 'law'),
           (SELECT state::text FROM books.stream WHERE name = $2),
           ARRAY(SELECT jsonb_build_array(code, class, scale, name) FROM ({_ASSETS}) AS a),
           ARRAY[nextval('books.event_seq')],
           ARRAY[nextval('books.entry_id'), nextval('books.entry_id')]
"""
_LAW = "SELECT state FROM books.stream WHERE name = 'law'"


def read_known(
    transaction: Transaction,
    command: Command,
    actor: str,
    key: str,
    documents: Iterable[tuple[str, bytes]] = (),
) -> Known:
    """Read and lock what the command declares. Streams are locked in the order of their names."""
    connection = transaction.connection
    streams = sorted(set(command.streams()))
    documents = tuple(documents)
    books = sorted(set(command.books()))
    batch = Batch(connection)
    _add_any(batch, _THE_STREAM, _THE_STREAMS, streams)
    _add_any(batch, _THE_BOOK, _THE_BOOKS, books)
    # The clock is read after the locks: whoever waited is stamped after whom it waited for. And
    # numbers are drawn after all that was read: whatever was there has lower ones.
    office = f"office/{actor}"
    batch.add(_REST, [key, office, decided_below(connection)])
    locked, rows, [rest] = transaction.send(batch)
    recorded_at, fresh_prices, before, repeated, law, actors, assets, event_seqs, entry_ids = rest
    assert isinstance(recorded_at, datetime)
    if before is not None and recorded_at < before and not repeated:
        raise _set_back(recorded_at, before)
    there = _assets(assets)
    states: dict[str, State] = {}
    versions: dict[str, int] = {}
    for name, version, state in locked:
        states[name] = load_state(state, name)
        versions[name] = version
    if actors is not None and office not in states:
        states[office] = load_state(actors, office)
    blueprint = _blueprint(connection, from_json(law) if law else None, documents)
    more = sorted(_books_of_cases(books, states))
    if more:
        batch = Batch(connection)
        _add_any(batch, _THE_BOOK, _THE_BOOKS, more)
        rows += transaction.send(batch)[0]
    quantities = {
        (Account(book, klass, detail), asset): int(quantity)
        for book, klass, detail, asset, quantity in rows
    }
    earlier = _earlier(connection, list(command.events()))
    world = World(
        now=recorded_at,
        actor=actor,
        blueprint=blueprint,
        valuer=valuer_for(connection, fresh_prices, blueprint),
        assets=there,
        states=states,
        versions=versions,
        balances=Balances(quantities),
        earlier=earlier,
        incoming=_incoming(connection, command, documents),
    )
    return Known(
        world,
        recorded_at,
        bytes.fromhex(repeated) if repeated else None,
        set(there),
        frozenset((*books, *more)),
        frozenset(streams),
        {"event_seq": event_seqs, "entry_id": entry_ids[::-1]},
    )


def _set_back(now: datetime, before: datetime) -> Refused:
    """What was known at a time must not change afterwards, so time may not be told twice."""
    return Refused(
        "clock_set_back",
        f"The database's clock says {now:%Y-%m-%d %H:%M:%S %Z}, yet its last event was recorded at "
        f"{before:%Y-%m-%d %H:%M:%S %Z}. Set the clock of the database's machine right, then ask "
        "again; nothing was written.",
        {"now": now.isoformat(), "last_recorded": before.isoformat()},
    )


def _add_any(batch: Batch, one: str, many: str, names: list[str]) -> None:
    """The query for these names. For one, as most commands have, PostgreSQL keeps its plan; for an
    array it would plan anew each time, which takes longer than the query. Thousands go as JSON,
    which is written at once."""
    if len(names) == 1:
        batch.add(one, names)
    else:
        batch.add(many, [Jsonb(names)])


def _books_of_cases(named: Iterable[str], states: dict[str, State]) -> Iterator[str]:
    """Every book of a case, where a command names the case alone: `C-17/`."""
    for path in named:
        if path.endswith("/"):
            case = states.get(f"case/{path[:-1]}")
            if isinstance(case, Case):
                yield from (path + holding for holding in case.holdings)


def _assets(rows: Iterable[tuple[str, str, int, str]]) -> dict[str, Asset]:
    return ASSETS | {
        code: Asset(code, klass, scale, 10**15, name) for code, klass, scale, name in rows
    }


def known_assets(connection: Connection) -> dict[str, Asset]:
    """Every asset there is here, by its code."""
    return _assets(connection.execute(_ASSETS).fetchall())


_parsed: dict[str, Blueprint] = {}


def _blueprint(
    connection: Connection,
    law: dict[str, Any] | None,
    documents: Iterable[tuple[str, bytes]],
) -> Blueprint:
    """The law in force; for the first command of all, the law that it brings."""
    if law is None:
        for name, content in documents:
            return parse_blueprint(content.decode(), name)
        raise Refused(
            "no_blueprint", "No blueprint has been adopted here yet. Run `qazyna init` first."
        )
    sha256, name = law["sha256"], law["name"]
    found = _parsed.get(sha256)
    if found is None:
        text = connection.execute(
            "SELECT content FROM books.document WHERE sha256 = %s", [bytes.fromhex(sha256)]
        ).fetchone()
        if text is None:
            raise Refused("no_blueprint", f"The text of the adopted blueprint {name} is missing.")
        found = _parsed[sha256] = parse_blueprint(bytes(text[0]).decode(), name)
    return found


def _incoming(
    connection: Connection, command: Command, documents: tuple[tuple[str, bytes], ...]
) -> Blueprint | None:
    """The blueprint that a command would put in force."""
    if not isinstance(command, AdoptBlueprint):
        return None
    for name, content in documents:
        return parse_blueprint(content.decode(), name)
    row = connection.execute(
        "SELECT content FROM books.document WHERE sha256 = %s", [bytes.fromhex(command.sha256)]
    ).fetchone()
    if row is None:
        raise Refused("no_blueprint", f"No text was given for the blueprint {command.name}.")
    return parse_blueprint(bytes(row[0]).decode(), command.name)


def current_blueprint(connection: Connection) -> Blueprint:
    """The law in force."""
    row = connection.execute(_LAW).fetchone()
    return _blueprint(connection, row[0] if row else None, ())


_LAW_THEN = """
    SELECT leaf, private FROM books.event
    WHERE stream = 'law' AND recorded_at <= %s ORDER BY version DESC LIMIT 1
"""


def blueprint_known_at(connection: Connection, known_at: datetime) -> Blueprint:
    """The law that had been put in force by then; before there was any, the first."""
    row = connection.execute(_LAW_THEN, [known_at]).fetchone()
    if row is None:
        row = connection.execute(
            "SELECT leaf, private FROM books.event WHERE stream = 'law' AND version = 1"
        ).fetchone()
    if row is None:
        return current_blueprint(connection)
    adopted, _ = read_event(bytes(row[0]), row[1])
    if not isinstance(adopted, BlueprintAdopted):
        raise InvariantBroken(f"the law is told by {adopted.kind}")
    return _blueprint(connection, {"sha256": adopted.sha256, "name": adopted.name}, ())


def _earlier(connection: Connection, refs: list[EventRef]) -> dict[EventRef, Event]:
    found: dict[EventRef, Event] = {}
    for ref in refs:
        row = connection.execute(
            "SELECT leaf, private FROM books.event WHERE stream = %s AND version = %s",
            [ref.stream, ref.version],
        ).fetchone()
        if row is not None:
            found[ref] = read_event(bytes(row[0]), row[1])[0]
    return found


def state_json(state: State) -> str:
    """A folded state as its row keeps it."""
    return state.model_dump_json(exclude_defaults=True)


def state_told(state: State) -> Any:
    """What `state_json` says, read again."""
    return state.model_dump(mode="json", exclude_defaults=True)


def load_state(text: str | bytes, stream: str) -> State:
    return STATES[stream.partition("/")[0]].model_validate_json(text)


__all__ = [
    "Known",
    "blueprint_known_at",
    "book_stream",
    "current_blueprint",
    "known_assets",
    "load_state",
    "read_known",
    "state_json",
    "state_told",
]
