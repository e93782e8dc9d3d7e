"""Venues: exchanges and exchangers that were shut, taken in from a file, one row a venue."""

import re
from datetime import date
from hashlib import sha256
from typing import Annotated, Any, ClassVar

from pydantic import PlainSerializer

from qazyna.clock import day
from qazyna.errors import Refused
from qazyna.money import USD
from qazyna.office.table import Findings, Line
from qazyna.plan import Command, Event, Name, State, World, command, event, state

COLUMNS = ("venue_id", "name", "kind", "shut_on", "volume_usd", "order_ref")
OPTIONAL = ("opened_on", "note", "addresses")

_IDENTIFIER = re.compile(r"[^\s/\x00-\x1f]([^/\x00-\x1f]{0,78}[^\s/\x00-\x1f])?")
_ADDRESS = re.compile(r"[A-Z0-9]{2,12}:[^\s:\x00-\x1f]{8,128}")
_NAME = re.compile(r"[^\s\x00-\x1f]([^\x00-\x1f]{0,118}[^\s\x00-\x1f])?")

Cents = Annotated[int, PlainSerializer(str, return_type=str, when_used="json")]


@state
class Venue(State):
    """What is known of one venue."""

    prefix: ClassVar[str] = "venue"

    name: str = ""
    venue_kind: str = ""
    shut_on: date | None = None
    volume_usd: Cents = 0
    row: str = ""
    """digest of the row that told of it"""


class ImportVenues(Command):
    """Take in a file of shut venues: all of its rows, or none."""

    kind: ClassVar[str] = "import_venues"

    file: Name
    columns: tuple[str, ...]
    rows: tuple[Line, ...]

    def streams(self) -> tuple[str, ...]:
        return tuple(
            dict.fromkeys(
                f"venue/{cells['venue_id']}" for _, cells in self.rows if cells.get("venue_id")
            )
        )

    def told(self, follows: list[Event]) -> dict[str, Any]:
        return {
            "file": self.file,
            "rows": len(self.rows),
            "accepted": len(follows),
            "already_known": len(self.rows) - len(follows),
            "findings": [],
        }


@event
class VenueShut(Event):
    """A venue was shut, on the day that is its value date."""

    kind: ClassVar[str] = "venue_shut"

    venue: str
    name: str
    venue_kind: str
    opened_on: date | None = None
    volume_usd: Cents
    """What it had processed, in cents."""
    order_ref: str
    note: str | None = None
    addresses: str | None = None
    """Its public addresses, to which customers paid: CODE:ADDRESS, one space between them."""
    row: str

    @property
    def stream(self) -> str:
        return f"venue/{self.venue}"

    def evolve(self, state: Venue, version: int) -> None:
        state.name = self.name
        state.venue_kind = self.venue_kind
        state.shut_on = self.on
        state.volume_usd = self.volume_usd
        state.row = self.row


@command(ImportVenues)
def import_venues(world: World, asked: ImportVenues) -> list[Event]:
    """Each venue once. A row that is known already changes nothing; one that differs is refused."""
    findings = Findings(asked.file, len(asked.rows))
    findings.header(asked.columns, COLUMNS, OPTIONAL)
    findings.stop()
    follows: list[Event] = []
    lines: dict[str, int] = {}
    for line, cells in asked.rows:
        found = _venue(world, findings, line, cells)
        if found is None:
            continue
        first = lines.setdefault(found.venue, line)
        known = world.find(Venue, found.venue)
        if first != line:
            findings.add(
                line,
                "venue_id",
                "duplicate_venue",
                f"{found.venue} stands in line {first} already.",
            )
        elif known is None:
            follows.append(found)
        elif known.row != found.row:
            findings.add(
                line,
                "venue_id",
                "duplicate_venue",
                f"{found.venue} is in the books already, and was told of differently.",
            )
    findings.stop()
    return follows


def _venue(world: World, findings: Findings, line: int, cells: dict[str, str]) -> VenueShut | None:
    """The event a row stands for; None, with its problems noted, if it stands for none."""
    before = len(findings)

    def on(column: str) -> date | None:
        text = cells.get(column, "")
        if not text:
            return None
        try:
            found = day(text)
            world.not_future(found, column)
        except Refused as no:
            findings.refused(line, column, no)
            return None
        return found

    for column in ("venue_id", "name", "kind", "shut_on", "volume_usd", "order_ref"):
        if not cells.get(column):
            findings.add(line, column, "missing_value", f"A venue needs its {column}.")
    if cells["venue_id"] and not _IDENTIFIER.fullmatch(cells["venue_id"]):
        findings.add(
            line,
            "venue_id",
            "bad_reference",
            "A venue_id is one line of at most 80 characters, without a slash.",
        )
    for column in ("name", "kind", "order_ref"):
        if cells[column] and not _NAME.fullmatch(cells[column]):
            findings.add(
                line, column, "bad_reference", f"{column} is one line of at most 120 characters."
            )
    opened, shut = on("opened_on"), on("shut_on")
    if opened and shut and shut < opened:
        findings.add(
            line,
            "shut_on",
            "dates_out_of_order",
            f"shut_on ({shut}) lies before opened_on ({opened}).",
        )
    volume = 0
    if cells["volume_usd"]:
        try:
            volume = USD.amount_or_zero(cells["volume_usd"])
        except Refused as no:
            findings.refused(line, "volume_usd", no)
    addresses = cells.get("addresses", "").split()
    if wrong := [each for each in addresses if not _ADDRESS.fullmatch(each)]:
        findings.add(
            line,
            "addresses",
            "bad_address",
            f"{wrong[0][:80]!r} is not written as an asset's code, a colon and an address: "
            "BTC:1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa. A space stands between two.",
        )
    if len(findings) > before or shut is None:
        return None
    # A row without addresses is the row that it was before there were any.
    told = OPTIONAL if addresses else OPTIONAL[:-1]
    values = tuple(cells.get(column, "") for column in (*COLUMNS, *told))
    return VenueShut(
        on=shut,
        venue=cells["venue_id"],
        name=cells["name"],
        venue_kind=cells["kind"],
        opened_on=opened,
        volume_usd=volume,
        order_ref=cells["order_ref"],
        note=cells.get("note") or None,
        addresses=" ".join(addresses) or None,
        row=sha256("\x1f".join(values).encode()).hexdigest()[:32],
    )
