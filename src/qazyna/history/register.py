"""Registers: one row a holding or a part of one, taken in as one command, all rows or none.

A row knows less than a case that was followed from its first day: that an order became final, not
when it was made; that an asset was sold before, not when the parties were heard. What it does not
know is left out of the events, and what it assumes is named in them.
"""

import gc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from itertools import chain, count, islice
from typing import Any, ClassVar

from qazyna.disposition.interlocutory import INTERLOCUTORY, InterlocutorySaleOrdered
from qazyna.disposition.sale import HOLD, IN_KIND, Disposed, DispositionHeld, agreed
from qazyna.errors import Refused
from qazyna.forfeiture.awards import AwardPaid, awarded
from qazyna.forfeiture.orders import Replaced, Scope, finality
from qazyna.history.rows import COLUMNS, OPTIONAL, Reader, Row
from qazyna.office.table import Findings, Line
from qazyna.plan import Command, Event, Name, World, command
from qazyna.seizure.case import Case, all_books
from qazyna.seizure.custody import Swept
from qazyna.seizure.release import SeizureLifted
from qazyna.seizure.taking import Seized, custodian_of

VICTIMS = "victims"
"""The party to whom a register's restitutions go: it names no person."""

MANAGERS = "managers"
"""Where the agreed value of what was handed over in kind awaits its units."""

NOT_STATED = "not stated"

AHEAD = 500
"""So many cases are read before anything follows: a short file is read to its end."""

MOST_PARTS = 500
MOST_ITEMS = 150
"""One event is one leaf of the public log, and a leaf is small."""

_OF_SEIZURE = frozenset(
    ("asset", "quantity", "seized_on", "authority", "custodian", "control", "address", "order_ref")
)
_OF_ORDER = frozenset(("outcome", "final_on", "final_ref"))
_OF_SALE = frozenset(("disposed_on", "disposal", "proceeds", "proceeds_currency", "costs"))


class ImportHistory(Command):
    """Take in a register of seized holdings: all of its rows, or none."""

    kind: ClassVar[str] = "import_history"

    file: Name
    columns: tuple[str, ...]
    rows: tuple[Line, ...]

    def _cases(self) -> Iterable[str]:
        return dict.fromkeys(cells.get("case_id", "") for _, cells in self.rows)

    def streams(self) -> tuple[str, ...]:
        return tuple(f"case/{case}" for case in self._cases())

    def books(self) -> tuple[str, ...]:
        return tuple(all_books(case) for case in self._cases())

    def told(self, follows: list[Event]) -> dict[str, Any]:
        accepted = sum(len(each.rows) for each in follows if isinstance(each, Seized))
        return {
            "file": self.file,
            "rows": len(self.rows),
            "accepted": accepted,
            "already_known": len(self.rows) - accepted,
            "findings": [],
        }


@dataclass(slots=True)
class Holding:
    """A holding as the file tells of it, in one row or in parts."""

    name: str
    rows: list[Row] = field(default_factory=list)


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
        cases.setdefault(line[1]["case_id"], []).append(line)
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


# What the rows tell, in the order in which it happened.

_SEIZED, _SOLD_EARLY, _FINAL, _PAID, _DISPOSED = range(5)


def tell(world: World, case: str, found: list[Holding]) -> Iterator[Event]:
    """The events of one case, by date; on one day, in the order in which they must have been."""
    steps: list[tuple[date, int, Iterator[Event]]] = []
    orders: dict[tuple[str, date], list[tuple[str, Row]]] = {}
    awards: dict[tuple[str, date], list[tuple[str, Row]]] = {}
    for holding in found:
        name = holding.name
        steps.append((holding.rows[0].seized_on, _SEIZED, seizure(world, case, holding)))
        for row in holding.rows:
            early = row.disposal == INTERLOCUTORY
            if early and row.disposed_on:
                steps.append((row.disposed_on, _SOLD_EARLY, early_sale(world, case, name, row)))
            if row.final_on is None:
                continue
            sold = bool(row.disposal) and not early
            if row.outcome == "forfeited" or sold:
                orders.setdefault((row.final_ref, row.final_on), []).append((name, row))
            if row.outcome == "forfeited":
                if sold:
                    on = row.disposed_on or row.final_on
                    steps.append((on, _DISPOSED, disposal(world, case, name, row, on)))
            elif row.outcome == "returned":
                on = row.final_on if early else row.disposed_on or row.final_on
                steps.append((on, _PAID, release(world, case, name, row, on)))
            elif sold:
                on = row.disposed_on or row.final_on
                steps.append((on, _DISPOSED, remission(world, case, name, row, on)))
            else:
                awards.setdefault((row.final_ref, row.final_on), []).append((name, row))
    for (ref, on), items in orders.items():
        for start in range(0, len(items), MOST_ITEMS):
            part = items[start : start + MOST_ITEMS]
            steps.append((on, _FINAL, order(world, case, ref, on, part)))
    for (ref, on), items in awards.items():
        for start in range(0, len(items), MOST_ITEMS):
            part = items[start : start + MOST_ITEMS]
            steps.append((on, _FINAL, restitution(world, case, ref, on, part)))
    steps.sort(key=lambda step: step[:2])
    for _, _, events in steps:
        yield from events


def seizure(world: World, case: str, holding: Holding) -> Iterator[Event]:
    """The holding comes in whole."""
    rows = holding.rows
    row = rows[0]
    amount, note, assumed = row.amount, row.note, row.assumed
    if len(rows) > 1:
        amount = sum(each.amount for each in rows)
        note = "\n".join(dict.fromkeys(each.note for each in rows if each.note))
        assumed = tuple(dict.fromkeys(column for each in rows for column in each.assumed))
    yield Seized(
        on=row.seized_on,
        case=case,
        holding=holding.name,
        asset=row.asset.code,
        amount=amount,
        control=row.location[0],
        place=row.location[1],
        authority=row.authority,
        order_ref=row.order_ref or None,
        address=row.address or None,
        note=note or None,
        assumed=_among(assumed, _OF_SEIZURE),
        rows=tuple(each.digest for each in rows),
        value=world.value(row.asset.code, amount, row.seized_on),
    )


def early_sale(world: World, case: str, holding: str, row: Row) -> Iterator[Event]:
    """The court's leave, of which a register says only that it was used; and the sale."""
    on = row.disposed_on or row.seized_on
    ref = f"interlocutory sale of {holding} on {on}, line {row.line}, order {NOT_STATED}"
    assumed = tuple(dict.fromkeys((*_among(row.assumed, _OF_SALE), "sale_order")))
    yield InterlocutorySaleOrdered(
        on=on,
        case=case,
        order_ref=ref,
        holding=holding,
        asset=row.asset.code,
        amount=row.amount,
        assumed=assumed,
    )
    yield from _sale(world, case, holding, row, on, "claimants", ref)


def disposal(world: World, case: str, holding: str, row: Row, on: date) -> Iterator[Event]:
    """What is the State's is sold, handed over, or kept."""
    if row.disposal != HOLD:
        yield from _sale(world, case, holding, row, on, "state")
        return
    yield DispositionHeld(
        on=on,
        case=case,
        holding=holding,
        asset=row.asset.code,
        amount=row.amount,
        assumed=_among(row.assumed, _OF_SALE),
    )


def _sale(
    world: World, case: str, holding: str, row: Row, on: date, title: str, leave: str | None = None
) -> Iterator[Event]:
    assumed = _among(row.assumed, _OF_SALE)
    law, place = world.law(on), row.location
    stream = f"case/{case}"
    version = world.version(stream) if leave else None
    if place[0] in ("restrained", "device"):
        # It cannot have been handed over otherwise; when and how is not in the register.
        custodian = place[1] if place[0] == "device" else custodian_of(law, None, row.asset.klass)
        yield Swept(
            on=on,
            case=case,
            holding=holding,
            asset=row.asset.code,
            amount=row.amount,
            fee=0,
            out_of=place,
            custodian=custodian,
            title=(title, ""),
            txid=NOT_STATED,
            assumed=("swept_on", "custodian"),
        )
        place = ("custody", custodian)
    if row.currency is None:
        return
    yield Disposed(
        on=on,
        case=case,
        holding=holding,
        asset=row.asset.code,
        amount=row.amount,
        mechanism=row.disposal,
        title=title,
        out_of=place,
        currency=row.currency.code,
        proceeds=row.proceeds,
        costs=row.costs,
        into=("pending", MANAGERS) if row.disposal == IN_KIND else ("bank", law.treasury_bank),
        sale_ref=leave,
        sale_order=version,
        value=agreed(row.currency, row.proceeds),
        assumed=assumed,
    )


def order(
    world: World, case: str, ref: str, on: date, items: list[tuple[str, Row]]
) -> Iterator[Event]:
    """One final order vests all the rows that name it."""
    scope: Scope = []
    replaced: Replaced = []
    for holding, row in items:
        if row.disposal == INTERLOCUTORY and row.currency:
            replaced.append((holding, row.asset.code, row.amount, row.currency.code, row.net))
            if row.net:
                scope.append((holding, row.currency.code, row.net))
        else:
            scope.append((holding, row.asset.code, row.amount))
    yield finality(world, case, ref, on, scope, replaced, _assumed(items, _OF_ORDER))


def restitution(
    world: World, case: str, ref: str, on: date, items: list[tuple[str, Row]]
) -> Iterator[Event]:
    """One award to the victims of all the rows that name it, and the payment of each."""
    paid: list[tuple[str, str, int, tuple[str, str], date, Row]] = []
    for holding, row in items:
        if row.disposal == INTERLOCUTORY and row.currency:
            at, code, amount, day = _treasury(world, row), row.currency.code, row.net, on
        else:
            at, code, amount, day = row.location, row.asset.code, row.amount, row.disposed_on or on
        if amount:
            paid.append((holding, code, amount, at, day, row))
    if not paid:
        return
    shares = [(holding, code, "claimants", VICTIMS, amount) for holding, code, amount, *_ in paid]
    name = _unused(world, case, ref)
    yield awarded(world, case, name, on, shares, assumed=_assumed(items, _OF_ORDER))
    version = world.version(f"case/{case}")
    for holding, code, amount, at, day, row in paid:
        yield _payment(world, case, name, version, holding, code, amount, at, day, row)


def remission(world: World, case: str, holding: str, row: Row, on: date) -> Iterator[Event]:
    """What was forfeited for victims is sold, and the money is awarded and paid to them."""
    yield from _sale(world, case, holding, row, on, "state")
    if row.currency is None or not row.net:
        return
    name, code = _unused(world, case, row.final_ref), row.currency.code
    shares = [(holding, code, "state", VICTIMS, row.net)]
    yield awarded(world, case, name, on, shares, assumed=_among(row.assumed, _OF_ORDER))
    version, at = world.version(f"case/{case}"), _treasury(world, row)
    yield _payment(world, case, name, version, holding, code, row.net, at, on, row)


def _payment(
    world: World,
    case: str,
    award: str,
    version: int,
    holding: str,
    asset: str,
    amount: int,
    at: tuple[str, str],
    on: date,
    row: Row,
) -> AwardPaid:
    return AwardPaid(
        on=on,
        case=case,
        award_ref=award,
        award_version=version,
        holding=holding,
        asset=asset,
        party=VICTIMS,
        amount=amount,
        out_of=at,
        value=world.value(asset, amount, on),
        assumed=_among(row.assumed, _OF_ORDER),
    )


def release(world: World, case: str, holding: str, row: Row, on: date) -> Iterator[Event]:
    """The asset goes back to its owner, or the money that stands for it."""
    code, amount, at = row.asset.code, row.amount, row.location
    if row.disposal == INTERLOCUTORY and row.currency:
        code, amount, at = row.currency.code, row.net, _treasury(world, row)
    if not amount:
        return
    yield SeizureLifted(
        on=on,
        case=case,
        holding=holding,
        asset=code,
        amount=amount,
        out_of=at,
        order_ref=row.final_ref,
        assumed=_among(row.assumed, _OF_ORDER),
        value=world.value(code, amount, on),
    )


def _treasury(world: World, row: Row) -> tuple[str, str]:
    return ("bank", world.law(row.disposed_on or row.seized_on).treasury_bank)


def _unused(world: World, case: str, ref: str) -> str:
    """The award's own name; where a register gives one name to several awards, a number more."""
    found = world.find(Case, case)
    taken = found.awards if found else {}
    if ref not in taken:
        return ref
    names = (f"{ref} ({number})" for number in count(len(taken) + 1))
    return next(name for name in names if name not in taken)


def _among(assumed: tuple[str, ...], columns: frozenset[str]) -> tuple[str, ...]:
    return tuple(column for column in assumed if column in columns) if assumed else ()


def _assumed(items: list[tuple[str, Row]], columns: frozenset[str]) -> tuple[str, ...]:
    return tuple(
        dict.fromkeys(column for _, row in items for column in row.assumed if column in columns)
    )
