"""What the rows of a register tell, in the order in which it happened.

What is assumed of a row is named in the events, and what a row does not know is left out of them.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import count

from qazyna.disposition.interlocutory import INTERLOCUTORY, InterlocutorySaleOrdered
from qazyna.disposition.sale import HOLD, IN_KIND, Disposed, DispositionHeld, agreed
from qazyna.forfeiture.awards import AwardPaid, awarded
from qazyna.forfeiture.orders import Replaced, Scope, finality
from qazyna.history.rows import Row
from qazyna.plan import Event, World
from qazyna.seizure.case import Case
from qazyna.seizure.custody import Swept
from qazyna.seizure.release import SeizureLifted
from qazyna.seizure.taking import Seized, custodian_of

VICTIMS = "victims"
"""The party to whom a register's restitutions go: it names no person."""

MANAGERS = "managers"
"""Where the agreed value of what was handed over in kind awaits its units."""

NOT_STATED = "not stated"

MOST_ITEMS = 150
"""One event is one leaf of the public log, and a leaf is small."""

_OF_SEIZURE = frozenset(
    ("asset", "quantity", "seized_on", "authority", "custodian", "control", "address", "order_ref")
)
_OF_ORDER = frozenset(("outcome", "final_on", "final_ref"))
_OF_SALE = frozenset(("disposed_on", "disposal", "proceeds", "proceeds_currency", "costs"))


@dataclass(slots=True)
class Holding:
    """A holding as the file tells of it, in one row or in parts."""

    name: str
    rows: list[Row] = field(default_factory=list)


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
