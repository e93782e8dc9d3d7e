"""How managers performed, from what the books know of their NAVs and of money paid and received."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from qazyna.blueprint import Law
from qazyna.clock import month_end
from qazyna.errors import Refused
from qazyna.money import Asset
from qazyna.programme.manager import Manager
from qazyna.programme.statements.state import Statements
from qazyna.reports.facts import Facts, Movement
from qazyna.reports.statement import reserve_statement
from qazyna.reserve.pot import BOOK
from qazyna.reserve.prices import PriceBook
from qazyna.shell.queries import statement
from qazyna.shell.queries.ledger import quantities
from qazyna.shell.store.commit import Connection
from qazyna.shell.store.pricing import price_book
from qazyna.shell.store.reading import current_blueprint, known_assets, load_state

if TYPE_CHECKING:
    from qazyna.programme.performance.composite import Month, TotalFund
    from qazyna.programme.performance.flow_files import Index
    from qazyna.programme.performance.report import Managed

_MANAGERS = """
    SELECT name, state::text FROM books.stream
    WHERE starts_with(name, 'manager/')
      AND (%(code)s::text IS NULL OR name = 'manager/' || %(code)s)
    ORDER BY name
"""

_STATEMENTS = "SELECT name, state::text FROM books.stream WHERE starts_with(name, 'statement/')"

# Money between the reserve's banks and a manager: whatever an event of the manager's did to a bank,
# and what took that back.
_PAID = """
    SELECT substr(coalesce(m.stream, e.stream), 9), p.value_date, p.asset,
           CASE WHEN p.debit_class = 'bank' THEN p.quantity ELSE -p.quantity END
    FROM books.entry n
    JOIN books.event e ON e.seq = n.event
    LEFT JOIN books.entry was ON was.id = n.reverses
    LEFT JOIN books.event m ON m.seq = was.event
    JOIN books.posting p ON p.entry = n.id AND p.book = %(book)s
    WHERE starts_with(coalesce(m.stream, e.stream), 'manager/')
      AND (p.debit_class = 'bank') <> (p.credit_class = 'bank') AND p.value_date <= %(until)s
    ORDER BY p.value_date, p.entry
"""

# Units that came against an asset of a case, or left the reserve, at the value agreed that day.
_IN_KIND = """
    SELECT CASE WHEN p.debit_class = 'fund' THEN p.debit_detail ELSE p.credit_detail END,
           p.value_date, p.asset,
           CASE WHEN p.debit_class = 'fund' THEN p.quantity ELSE -p.quantity END
    FROM books.posting p
    WHERE p.book = %(book)s AND p.kind = 'transfer' AND 'fund' IN (p.debit_class, p.credit_class)
      AND p.value_date <= %(until)s
    ORDER BY p.value_date, p.entry
"""

Span = tuple[date, date]
DAY = timedelta(days=1)
_HELD_AT = ("fund", "pending", "receivable")


def performance(
    connection: Connection,
    *,
    since: date | None = None,
    until: date | None = None,
    code: str | None = None,
    rf: float = 0.0,
    mar: float = 0.0,
    benchmark: "Index | None" = None,
    total_fund: bool = False,
    report_to: Callable[[int], None] = lambda _: None,
) -> dict[str, Any]:
    """Of every manager, or of one. Raises `Refused` where there is none of that code.

    `total_fund` adds the whole reserve to the composite; it reads a statement for every month.
    """
    from qazyna.programme.performance.report import Asked, report
    from qazyna.programme.performance.staleness import same_navs

    with connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        day = until or _today(connection)
        law = current_blueprint(connection).on(day)
        managed = _managed(connection, law, day, code)
    if code is not None and not managed:
        raise Refused(
            "no_manager", f"No manager {code!r} was admitted to the programme.", {"manager": code}
        )
    asked = Asked(
        since=since or date.min,
        until=day,
        currency=law.currency,
        rf=rf,
        mar=mar,
        benchmark=benchmark,
        stale_after=law.stale_after,
        same_nav=same_navs(law),
        total_fund=_total_fund(connection, managed, day, report_to) if total_fund else None,
    )
    return report(managed, asked)


def _total_fund(
    connection: Connection,
    managed: "tuple[Managed, ...]",
    until: date,
    report_to: Callable[[int], None],
) -> "Mapping[Month, TotalFund]":
    """The reserve month by month, since the month before the first NAV."""
    from qazyna.programme.performance.composite import total_fund

    first = min((nav.on for each in managed for nav in each.manager.navs), default=None)
    values: list[tuple[date, float]] = []
    moves: list[tuple[date, float]] = []
    end = month_end(first) if first else until
    while end <= until:
        facts = statement.facts(connection, end)
        total = reserve_statement(facts).total
        if total is not None:
            values.append((end, float(total)))
        moves += [
            (move.on, _worth(move, facts))
            for move in facts.movements
            if move.flow in ("inflow", "withdrawal") and move.on > end.replace(day=1) - DAY
        ]
        end = month_end(end + DAY)
        report_to(len(values))
    return total_fund(values, moves)


def _worth(move: Movement, facts: Facts) -> float:
    """What came in or went out was worth, with its sign; NaN where that is not known."""
    law = facts.law
    if move.value is not None and move.currency == law.currency:
        worth = move.value
    else:
        value = facts.prices.value(move.asset, abs(move.amount), law.currency, move.on, law)
        worth = Decimal("NaN") if value is None else value.amount
    return float(worth if move.amount > 0 else -worth)


def _today(connection: Connection) -> date:
    row = connection.execute("SELECT (now() AT TIME ZONE 'UTC')::date").fetchone()
    return row[0] if row else date.max


def _managed(
    connection: Connection, law: Law, until: date, code: str | None
) -> "tuple[Managed, ...]":
    from qazyna.programme.performance.report import Managed

    assets, prices = known_assets(connection), price_book(connection)
    states = [
        load_state(text, name) for name, text in connection.execute(_MANAGERS, {"code": code})
    ]
    paid, left = _paid(connection, assets, prices, law, until), _left(connection, until)
    fees = _fees(connection, assets)
    found = []
    for manager in states:
        assert isinstance(manager, Manager)
        if manager.admitted_on > until:
            continue
        currency = assets[manager.currency]
        worths = [
            prices.value(assets[asset], amount, law.currency, until, law)
            for asset, amount in left.get(manager.code, ())
        ]
        found.append(
            Managed(
                manager=manager,
                scale=currency.scale,
                unit_scale=assets[manager.code].scale,
                rate=_Rate(currency, prices, law),
                paid=tuple(paid.get(manager.code, ())),
                fees=fees.get(manager.code),
                left=None
                if None in worths
                else float(sum(worth.amount for worth in worths if worth is not None)),
            )
        )
    return tuple(found)


def _fees(connection: Connection, assets: dict[str, Asset]) -> dict[str, dict[Span, Decimal]]:
    """By manager what each of its statements that stand says was charged."""
    found: dict[str, dict[Span, Decimal]] = defaultdict(dict)
    for name, text in connection.execute(_STATEMENTS):
        state = load_state(text, name)
        assert isinstance(state, Statements)
        for each in state.received:
            if each.stands and each.account is not None:
                charged = assets[each.currency].decimal(each.account.fees)
                found[name.partition("/")[2]][each.since, each.until] = charged
    return found


class _Rate:
    """What one unit of a currency was worth on a day, in the law's."""

    def __init__(self, currency: Asset, prices: PriceBook, law: Law) -> None:
        self.currency, self.prices, self.law = currency, prices, law

    def __call__(self, day: date) -> float | None:
        price = self.prices.price(self.currency, self.law.currency, day, self.law)
        return None if price is None else float(price.value)


def _paid(
    connection: Connection, assets: dict[str, Asset], prices: PriceBook, law: Law, until: date
) -> dict[str, list[tuple[date, float]]]:
    """By manager what went to it (less than nothing) and what came; NaN where it has no value."""
    found: dict[str, list[tuple[date, float]]] = defaultdict(list)
    given = {"book": BOOK, "until": until}
    for query, sign in ((_PAID, 1), (_IN_KIND, -1)):
        for code, day, asset, amount in connection.execute(query, given):
            value = prices.value(assets[asset], abs(int(amount)), law.currency, day, law)
            worth = float("nan") if value is None else float(value.amount)
            found[code].append((day, sign * worth if amount > 0 else -sign * worth))
    return found


def _left(connection: Connection, until: date) -> dict[str, list[tuple[str, int]]]:
    """By manager what the reserve has with it: units, money that waits for units, money due."""
    found: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for (account, asset), amount in quantities(connection, until, prefix=f"{BOOK}/").items():
        if account.klass in _HELD_AT:
            found[account.detail].append((asset, amount))
    return found
