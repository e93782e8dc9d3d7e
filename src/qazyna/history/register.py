"""Registers: one row a holding or a part of one, taken in as one command, all rows or none.

A row knows less than a case that was followed from its first day: that an order became final, not
when it was made; that an asset was sold before, not when the parties were heard. What it does not
know is left out of the events, and what it assumes is named in them.
"""

import gc
import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cached_property
from itertools import chain, count, islice
from typing import Any, ClassVar

from pydantic_core import to_json

from qazyna.errors import Refused
from qazyna.history.rows import COLUMNS, OPTIONAL, Reader, Row
from qazyna.history.telling import Holding, tell
from qazyna.office.table import Findings, Line
from qazyna.plan import Command, Event, Name, World, command
from qazyna.seizure.case import Case, all_books
from qazyna.seizure.taking import Seized

AHEAD = 100
"""So many cases are read before anything follows: a short file is read to its end."""

MOST_PARTS = 500
"""A holding is one event, which is one leaf of the public log; and a leaf is small."""


class ImportHistory(Command):
    """Take in a register of seized holdings: all of its rows, or none."""

    kind: ClassVar[str] = "import_history"

    file: Name
    columns: tuple[str, ...]
    rows: tuple[Line, ...]

    @cached_property
    def _cases(self) -> tuple[str, ...]:
        """In the order of the file."""
        return tuple(dict.fromkeys([cells.get("case_id", "") for _, cells in self.rows]))

    def streams(self) -> tuple[str, ...]:
        return tuple([f"case/{case}" for case in self._cases])

    def books(self) -> tuple[str, ...]:
        return tuple(map(all_books, self._cases))

    def asked(self) -> dict[str, Any]:
        # A hundred thousand rows are named by their digest.
        rows = hashlib.sha256(to_json(self.rows)).hexdigest()
        return {"file": self.file, "columns": list(self.columns), "rows": rows}

    def told(self, follows: list[Event]) -> dict[str, Any]:
        accepted = sum(len(each.rows) for each in follows if isinstance(each, Seized))
        return {
            "file": self.file,
            "rows": len(self.rows),
            "accepted": accepted,
            "already_known": len(self.rows) - accepted,
            "findings": [],
        }


@command(ImportHistory)
def import_history(world: World, asked: ImportHistory) -> Iterator[Event]:
    """What every row tells, case by case; or every problem of the file at once.

    Of a long file, what its first cases tell follows while its last are still unread. Once a
    problem was found nothing more follows; the rest is only read.
    """
    findings = Findings(asked.file, len(asked.rows))
    findings.header(asked.columns, COLUMNS, OPTIONAL)
    findings.stop()
    reader = Reader(world, findings)
    refused: Refused | None = None
    with uncollected():
        read = (
            (case, holdings(world, findings, case, _read(reader, findings, lines)))
            for case, lines in _by_case(asked.rows).items()
        )
        for case, found in chain(list(islice(read, AHEAD)), read):
            if findings or refused:
                continue
            try:
                yield from tell(world, case, found)
            except Refused as no:
                refused = no
        findings.stop()
        if refused:
            raise refused


def _by_case(lines: Iterable[Line]) -> dict[str, list[Line]]:
    """The rows of each case, in the order of the file."""
    cases: dict[str, list[Line]] = {}
    for line in lines:
        case = line[1]["case_id"]
        if case in cases:
            cases[case].append(line)
        else:
            cases[case] = [line]
    return cases


@contextmanager
def uncollected() -> Iterator[None]:
    """Let nobody look for circular garbage meanwhile.

    A hundred thousand rows make millions of objects and not one circle; looking for circles among
    them takes as long as all the rest.
    """
    before = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if before:
            gc.enable()


def _read(reader: Reader, findings: Findings, lines: Iterable[Line]) -> list[Row]:
    """The sound rows of a case, each once."""
    rows: list[Row] = []
    seen: dict[str, int] = {}
    for line, cells in lines:
        row = reader.read(line, cells)
        if row is None:
            continue
        first = seen.setdefault(row.digest, line)
        if first == line:
            rows.append(row)
        else:
            findings.add(
                line,
                "",
                "duplicate_holding",
                f"This row says the same as line {first}. If there are two such holdings, give "
                "each a holding_ref.",
            )
    return rows


def holdings(world: World, findings: Findings, case: str, rows: list[Row]) -> list[Holding]:
    """The case's new holdings, named. Known rows are left out; contradictions are noted."""
    known = world.find(Case, case)
    rows = [row for row in rows if row.digest not in known.known_rows] if known else rows
    there = known.holdings if known else {}
    addresses = {(held.asset, held.address): name for name, held in there.items() if held.address}
    named: dict[str, Holding] = {}
    found: list[Holding] = []
    taken = {row.ref for row in rows} | set(there)
    numbers = (name for number in count(1) if (name := str(number)) not in taken)
    for row in rows:
        holding = named.get(row.ref) if row.ref else None
        if holding is not None:
            _agrees(findings, holding.rows[0], row)
            holding.rows.append(row)
            continue
        if row.ref in there:
            findings.add(
                row.line,
                "holding_ref",
                "duplicate_holding",
                f"Case {case} has a holding {row.ref} in the books, and this row was not among "
                "those that told of it. What happened since is recorded in the case.",
            )
            continue
        at = (row.asset.code, row.address)
        if row.address and addresses.setdefault(at, f"of line {row.line}") != f"of line {row.line}":
            findings.add(
                row.line,
                "address",
                "duplicate_holding",
                f"Case {case} has the {row.asset.code} at this address already: holding "
                f"{addresses[at]}. Give parts of one holding the same holding_ref.",
            )
            continue
        holding = Holding(row.ref or next(numbers), [row])
        found.append(holding)
        if row.ref:
            named[row.ref] = holding
    for holding in named.values():
        _whole(findings, holding)
    return found


_AGREE = {
    "asset": "asset",
    "seized_on": "seized_on",
    "authority": "authority",
    "control": "control",
    "custodian": "location",
    "address": "address",
    "order_ref": "order_ref",
}
"""column -> what of a row must be the same in all parts of a holding"""


def _agrees(findings: Findings, first: Row, row: Row) -> None:
    """Note where two parts of one holding contradict each other."""
    for column, said in _AGREE.items():
        if getattr(first, said) != getattr(row, said):
            findings.add(
                row.line,
                column,
                "holding_mismatch",
                f"This is a part of the holding {row.ref} of line {first.line}, whose {column} is "
                "another.",
            )


def _whole(findings: Findings, holding: Holding) -> None:
    rows, asset = holding.rows, holding.rows[0].asset
    if len(rows) > MOST_PARTS:
        findings.add(
            rows[MOST_PARTS].line,
            "holding_ref",
            "too_many_parts",
            f"A holding has at most {MOST_PARTS} parts.",
        )
    amounts = [row.amount for row in rows if row.asset == asset]
    if len(rows) > 1 and sum(amounts) > asset.ceiling * 10**asset.scale:
        findings.add(
            rows[-1].line,
            "quantity",
            "quantity_too_large",
            f"With this part, holding {holding.name} is more {asset.code} than there can be.",
        )
