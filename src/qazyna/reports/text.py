"""A statement as text that a person can read, on paper or in a terminal.

Values are shown to the cent; the machine output has them unrounded.
"""

from collections.abc import Iterable, Iterator, Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final

from qazyna.money import Asset
from qazyna.reports.statement import Due, Line, Statement
from qazyna.reports.valuing import plain
from qazyna.reserve.allocation import Standing

WIDTH: Final = 100

NAMES: Final = {
    "gold": "Gold",
    "foreign_currency": "Foreign currency",
    "domestic_currency": "Domestic currency",
    "crypto": "Crypto-assets",
    "hedge_funds": "Hedge funds",
    "venture_funds": "Venture funds",
    "in_transit": "In transit",
    "receivables": "Receivables",
}

DUES: Final = {
    "issued_call": "capital call issued",
    "award": "awarded, not yet paid",
    "invoice": "invoice",
    "unfunded": "promised, not yet called",
    "receivable": "due",
    "shortfall": "lost, to be made good",
}

Row = Sequence[str]


def as_text(statement: Statement) -> str:
    """The whole statement, section by section; what there is nothing of is left out."""
    return "\n".join(line.rstrip() for line in _lines(statement)) + "\n"


def _lines(said: Statement) -> Iterator[str]:
    yield f"STATE RESERVE OF {said.jurisdiction.name.upper()}"
    yield f"Statement as of {said.as_of}, in {said.currency}"
    if said.known_at:
        yield f"as known on {said.known_at.isoformat(timespec='seconds')}"
    yield ""
    yield from _table(
        [(NAMES[each.klass], _money(each.value), _percent(each.share)) for each in said.classes]
        + [("Total", _money(said.total), "")],
        "<>>",
        ruled=True,
    )
    if said.total is None:
        yield f"Of this, {_money(said.valued)} has a value; the rest has no price."
    for each in said.classes:
        yield from _section(NAMES[each.klass])
        yield from _table(map(_holding, each.holdings), "<<>>>")
    yield from _section(f"What moved it since {said.flows.since}")
    yield from _flows(said)
    if said.limits:
        yield from _section("Limits")
        yield from _table(map(_limit, said.limits), "<>><")
    if said.custody:
        yield from _section("In custody")
        yield from _table(
            (
                (
                    f"{each.case}/{each.holding}",
                    _amount(each.asset, each.amount),
                    f"for {each.title.klass}",
                    f"{each.place.klass} {each.place.detail}".strip(),
                    _money(each.value),
                )
                for each in said.custody
            ),
            "<><<>",
        )
    if said.realised or said.sold:
        yield from _section("Realised so far")
        yield from _table(
            [(f"sold {_amount(asset, amount)}", "") for asset, amount in said.sold]
            + [
                (f"for {_amount(each.currency, each.amount)}", f"of {each.title}")
                for each in said.realised
            ],
            "<<",
        )
    yield from _dues("Owed by the State", said.obligations)
    yield from _dues("Owed to the State", said.receivables)
    yield from _dues("Lost", said.shortfalls)
    yield from _lines_of("The budget's share", said.budget)
    yield from _lines_of("To be sold", said.workout)
    yield from _enforcement(said)
    if said.estimates:
        yield from _section("What is not plain fact")
        for estimate in said.estimates:
            yield from _wrapped(f"{estimate.what}: {estimate.why}")
    if said.assumptions:
        yield from _section("What is assumed of the law")
        for clause, note in said.assumptions:
            yield from _wrapped(f"{clause}: {note}")


def _flows(said: Statement) -> Iterator[str]:
    moved = said.flows
    rows = [
        ("Value then", moved.opening),
        ("+ inflow", moved.inflow),
        ("− withdrawal", moved.withdrawal),
        ("+ income", moved.income),
        ("− cost", moved.cost),
        ("+ return", moved.returned),
        ("+ currency effect", moved.currency_effect),
        ("Value now", said.total),
    ]
    yield from _table([(name, _money(value)) for name, value in rows], "<>", ruled=True)


def _enforcement(said: Statement) -> Iterator[str]:
    found = said.enforcement
    yield from _section("Enforcement")
    yield from _table(
        [
            ("Venues shut", f"{found.venues_shut:,}"),
            ("Volume they had processed, USD", _money(found.venues_volume_usd)),
            (f"Seized, value then, {said.currency}", _money(found.seized_value)),
            (f"Forfeited, value then, {said.currency}", _money(found.forfeited_value)),
            (f"Passed to the reserve, value then, {said.currency}", _money(found.to_reserve_value)),
        ],
        "<>",
    )


def _holding(line: Line) -> Row:
    price = ""
    if line.price and line.price.asset != line.price.currency:
        price = f"at {_price(line.price.value)}"
        price += f" of {line.price.on}" if line.price.on else " by assumption"
    place = line.account.path.partition("/")[2]
    return (_amount(line.asset, line.amount), place, price, _money(line.value), _count(line))


def _count(line: Line) -> str:
    return f"{line.entries} {'entry' if line.entries == 1 else 'entries'}"


def _limit(each: Standing) -> Row:
    count = each.limit.measure == "manager_count"
    shown = _plain_or_dash if count else _percent
    sign = "at most" if each.limit.bound == "max" else "at least"
    return (
        each.limit.name.replace("_", " "),
        shown(each.actual),
        f"{sign} {shown(each.limit.value)}",
        each.status,
    )


def _dues(title: str, dues: Sequence[Due]) -> Iterator[str]:
    if dues:
        yield from _section(title)
        yield from _table(
            (
                (
                    each.party,
                    _amount(each.asset, each.amount),
                    DUES[each.kind],
                    each.book,
                )
                for each in dues
            ),
            "<><<",
        )


def _lines_of(title: str, lines: Sequence[Line]) -> Iterator[str]:
    if lines:
        yield from _section(title)
        yield from _table(map(_holding, lines), "<<>>>")


def _section(title: str) -> Iterator[str]:
    yield ""
    yield title
    yield "─" * len(title)


def _table(rows: Iterable[Row], aligned: str, ruled: bool = False) -> Iterator[str]:
    """Columns two blanks apart, each aligned as told; a rule above the last row if asked."""
    cells = [list(row) for row in rows]
    widths = [max(len(row[at]) for row in cells) for at in range(len(aligned))]
    for row in cells:
        if ruled and row is cells[-1]:
            yield "─" * (sum(widths) + 2 * (len(widths) - 1))
        yield "  ".join(
            f"{cell:{way}{width}}" for cell, way, width in zip(row, aligned, widths, strict=True)
        )


def _wrapped(text: str) -> Iterator[str]:
    start = "· "
    while len(start + text) > WIDTH:
        cut = text.rfind(" ", 0, WIDTH - len(start))
        if cut <= 0:
            break
        yield start + text[:cut]
        start, text = "  ", text[cut + 1 :]
    yield start + text


def _money(value: Decimal | None) -> str:
    if value is None:
        return "unvalued"
    cents = value.quantize(Decimal("0.01"), ROUND_HALF_EVEN)
    return f"{abs(cents):,.2f}" if not cents else f"{cents:,.2f}".replace("-", "−")


def _amount(asset: Asset, amount: int) -> str:
    """A quantity with its unit, whole: thousands set apart, no digit dropped; money to the cent."""
    whole, point, fraction = asset.text(amount).partition(".")
    if asset.klass == "currency" and asset.scale:
        point, fraction = ".", fraction.ljust(asset.scale, "0")
    return f"{int(whole):,}{point}{fraction} {asset.code}"


def _price(value: Decimal) -> str:
    """A price with two decimals at least, and six at most."""
    text = plain(value.quantize(Decimal("0.000001"), ROUND_HALF_EVEN))
    whole, _, fraction = text.partition(".")
    return f"{int(whole):,}.{fraction.ljust(2, '0')}"


def _percent(share: Decimal | None) -> str:
    if share is None:
        return "–"
    return f"{(share * 100).quantize(Decimal('0.1'), ROUND_HALF_EVEN)} %"


def _plain_or_dash(value: Decimal | None) -> str:
    return "–" if value is None else plain(value)
