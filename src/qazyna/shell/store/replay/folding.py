"""Events, one after the other: each derived again, and laid beside the rows it led to."""

from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

import psycopg
from pydantic_core import from_json

from qazyna.ledger import chart
from qazyna.ledger.entry import Entry
from qazyna.plan import STATES, Event, State, brings
from qazyna.reserve import price_files
from qazyna.reserve.price_import import PricesImported
from qazyna.shell.store.codec import Json, Origin, commitment, entry_leaf, read_event
from qazyna.shell.store.reading import known_assets, state_told
from qazyna.shell.store.replay.found import Replay
from qazyna.shell.store.replay.told import BETWEEN, grants_told, rows_told

Connection = psycopg.Connection[Any]
Row = tuple[Any, ...]

Day = tuple[str, str, date]
"""What is priced, in which currency, on which day."""
Quoted = tuple[Decimal, str, str]
"""The price, its source, why it is an estimate."""

_instant = lru_cache(datetime.fromisoformat)


class Folding:
    """The fold of every stream, grown event by event."""

    def __init__(self, connection: Connection, found: Replay) -> None:
        self.connection = connection
        self.found = found
        self.states: dict[str, State] = {}
        self.versions: dict[str, int] = {}
        self.kept: set[str] = set()
        """Streams whose state is kept."""
        self.unread: set[str] = set()
        """Streams with an event that cannot be read: their fold says nothing."""
        self.asked: dict[str, tuple[Origin, datetime]] = {}
        """The commands of the events at hand, and when each was recorded."""
        self.assets: dict[str, tuple[str, int, str]] = {}
        self.quotes: dict[tuple[Day, int], Quoted] = {}
        self.permits: set[tuple[str, str]] = set()
        self.closes: set[tuple[date | None, date, int]] = set()

    # events

    def events(self, rows: list[Row]) -> None:
        """Derive what these events say; all that came before them have been seen."""
        for row in rows:
            _, stream, version = row[:3]
            where = f"{stream}@{version}"
            before = self.versions.get(stream, 0)
            if version != before + 1:
                self.found.differs(where, f"follows version {before}")
            self.versions[stream] = version
            try:
                self._event(where, *row)
            except Exception as wrong:  # whatever is forged leads to a finding, and to no crash
                self.unread.add(stream)
                self.found.differs(where, f"cannot be replayed: {str(wrong)[:300]}")
        self.found.events += len(rows)

    def commands(self, rows: list[Row]) -> None:
        """The commands of the events that come next."""
        self.asked = {row[0]: (Origin(*row[:5]), row[5]) for row in rows}

    def _event(
        self,
        where: str,
        seq: int,
        stream: str,
        version: int,
        kind: str,
        on: date,
        recorded_at: datetime,
        command: str,
        leaf: bytes,
        kept: str | None,
        told: bytes | None,
        grants: str | None,
    ) -> None:
        private = from_json(kept) if kept else None
        event, envelope = read_event(leaf, private)
        entries = event.entries()
        granted = event.grants(entries)
        self._fold(event, stream, version)
        said = envelope["stream"], envelope["version"], envelope["command"]["key"]
        of_event = event.stream, event.kind, event.on
        if (stream, version, command) != said or (stream, kind, on) != of_event:
            self.found.differs(where, "its columns are not what its leaf says")
        if _instant(envelope["recorded_at"]) != recorded_at:
            self.found.differs(where, "was not recorded when its leaf says")
        self._same_command(where, envelope, recorded_at, command)
        if event.private:
            self._same_private(where, event, envelope, private or {})
        self.found.entries += len(entries)
        if BETWEEN.join(rows_told(entries, stream, version)) != (told or b""):
            self._differ(where, entries, stream, version, told)
        if grants_told(granted) != grants:
            self.found.differs(where, f"grants {grants_told(granted)!r}, kept {grants!r}")
        if brings(type(event)):
            self._bring(event, seq)
        if isinstance(event, PricesImported):
            self._read_prices(event, seq)

    def _fold(self, event: Event, stream: str, version: int) -> None:
        state = self.states.get(stream)
        if state is None:
            state = self.states[stream] = STATES[stream.partition("/")[0]]()
        event.evolve(state, version)

    def _bring(self, event: Event, seq: int) -> None:
        """Note the assets, prices and permissions that come with the event."""
        for asset in event.assets():
            self.assets.setdefault(asset.code, (asset.klass, asset.scale, asset.name))
        for quote in event.quotes():
            self.quotes[quote[:3], seq] = quote[3:]
        self.permits.update(event.permits())
        if period := event.closes():
            self.closes.add((*period, seq))

    def _read_prices(self, event: PricesImported, seq: int) -> None:
        """The prices of an imported file are in the file, which is kept under its digest."""
        row = self.connection.execute(
            "SELECT content FROM books.document WHERE sha256 = %s", [bytes.fromhex(event.sha256)]
        ).fetchone()
        if row is None:
            self.found.differs(f"document {event.sha256}", f"{event.file} is missing")
            return
        lines = bytes(row[0]).decode("utf-8-sig").splitlines()
        known = known_assets(self.connection)
        for quote in price_files.read(event.file, lines, known, event.series[0][:2]).rows:
            self.quotes[quote[:3], seq] = quote[3:]

    def _same_command(
        self, where: str, envelope: Json, recorded_at: datetime, command: str
    ) -> None:
        """The command's row is what the leaves of its events tell of it."""
        asked = self.asked.get(command)
        if asked is None:
            self.found.differs(where, f"its command {command} is missing")
            return
        origin, asked_at = asked
        if origin.told != envelope["command"] or origin.actor != envelope["actor"]:
            self.found.differs(where, f"its command {command} is not what its leaf says")
        if asked_at != recorded_at:
            self.found.differs(where, f"its command {command} was not recorded with it")

    def _same_private(self, where: str, event: Event, envelope: Json, private: Json) -> None:
        body = envelope["body"]
        for field in event.private:
            if field not in body:
                continue
            kept = private.get(field)
            if kept is None and body[field] == []:
                continue
            if kept is None or body[field] != {"sha256": commitment(kept["salt"], kept["value"])}:
                self.found.differs(where, f"{field} is not what its leaf commits to")

    def _differ(
        self, where: str, entries: tuple[Entry, ...], stream: str, version: int, told: bytes | None
    ) -> None:
        """Say which of the entries it is, and whether its leaf, its row or both."""
        kept = told.split(BETWEEN) if told else []
        if len(kept) != 2 * len(entries):
            self.found.differs(where, f"{len(entries)} entries derived, {len(kept) // 2} kept")
        rows = rows_told(entries, stream, version)[::2]
        for number, entry in enumerate(entries[: len(kept) // 2], start=1):
            row, leaf = kept[2 * number - 2 : 2 * number]
            derived = entry_leaf(entry, stream, version, number)
            if leaf and leaf[1:] != derived:
                what = f"derived {_text(derived)}; its leaf says {_text(leaf[1:])}"
                self.found.differs(f"{where}#{number}", what)
            if row != rows[number - 1]:
                what = f"derived {_text(rows[number - 1])}; its row says {_text(row)}"
                self.found.differs(f"{where}#{number}", what)

    # what is kept beside them

    def streams(self, rows: list[Row]) -> None:
        """The folded state of each stream is the fold of its events."""
        for name, version, text in rows:
            self.kept.add(name)
            if name not in self.versions:
                self.found.differs(name, "a state without events")
            elif name not in self.unread and (
                version != self.versions[name] or not self._same_state(name, text)
            ):
                self.found.differs(name, "the kept state is not the fold of its events")

    def complete(self) -> None:
        """Every stream that has events has a state, and the catalogue is what events brought."""
        for name in sorted(self.versions.keys() - self.kept):
            self.found.differs(name, "events without a state")
        self._same_catalogue()

    def _same_state(self, name: str, text: str) -> bool:
        return bool(state_told(self.states[name]) == from_json(text))

    def _same_catalogue(self) -> None:
        """The assets, permissions and prices are those that events brought."""
        connection, found = self.connection, self.found
        query = "SELECT code, class, scale, name FROM books.asset WHERE event IS NOT NULL"
        assets = {code: row for code, *row in connection.execute(query)}
        for code in sorted(assets.keys() | self.assets.keys()):
            if tuple(assets.get(code, ())) != self.assets.get(code, ()):
                found.differs(
                    f"asset {code}", f"derived {self.assets.get(code)}, kept {assets.get(code)}"
                )
        query = "SELECT book_kind, class, side, asset_class FROM books.permitted"
        permitted = set(connection.execute(query).fetchall())
        derived = {place for place in chart.PLACES if (place[0], place[3]) in self.permits}
        for place in sorted(permitted ^ derived):
            kept = "kept" if place in permitted else "derived"
            found.differs(f"permitted {'/'.join(place)}", f"only {kept}")
        closed = set(connection.execute("SELECT follows, through, event FROM books.closed"))
        for period in sorted(closed ^ self.closes, key=str):
            kept = "kept" if period in closed else "derived"
            found.differs(f"period closed through {period[1]}", f"only {kept}")
        query = """
            SELECT asset, currency, on_date, price, source, estimated, event FROM books.price
        """
        for asset, currency, on, *quoted, seq in connection.execute(query):
            says = self.quotes.pop(((asset, currency, on), seq), None)
            if says != tuple(quoted):
                found.differs(f"price of {asset} on {on}", f"kept {quoted}, its event says {says}")
        for asset, _, on in (day for day, _ in self.quotes):
            found.differs(f"price of {asset} on {on}", "missing")


def _text(told: bytes) -> str:
    return told.decode(errors="replace").replace("\x1f", " ").replace("\x1e", "-")


__all__ = ["Folding"]
