"""Funds whose last final NAV tells nothing any more, and what their benchmarks make of them.

What is asked about a day and an instant is answered from what was recorded by then, so that the
statement of a closed period does not change. Kernels are loaded only where something is stale.
"""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Context, Decimal
from typing import Final, TypeVar

from qazyna.blueprint import Law
from qazyna.money import Asset
from qazyna.plan import State
from qazyna.programme.manager import Manager
from qazyna.programme.mandates.mandate import Mandates
from qazyna.programme.performance.staleness import Valuation, same_navs, staleness, valuations
from qazyna.reports.facts import Holding, Stale
from qazyna.reserve.pot import BOOK
from qazyna.reserve.prices import PriceBook, Row
from qazyna.shell.store.codec import read_event
from qazyna.shell.store.commit import Connection
from qazyna.shell.store.reading import known_assets, load_state

_DIGITS: Final = Context(prec=50)

S = TypeVar("S", bound=State)

_EVENTS = """
    SELECT leaf, private FROM books.event
    WHERE stream = %s AND recorded_at <= %s ORDER BY version
"""


def estimated(
    connection: Connection,
    prices: PriceBook,
    law: Law,
    holdings: Iterable[Holding],
    opening: Iterable[Holding],
    on: date,
    since: date,
    known_at: datetime | None = None,
) -> tuple[PriceBook, tuple[Stale, ...]]:
    """The prices by which a statement of a day values, and the funds that are stale on it.

    Where the law takes estimates for stale NAVs, the prices know those of the day, and those of
    `since`, from which the year's return is counted.
    """
    stale = stale_funds(connection, prices, law, holdings, on, known_at)
    if law.says("valuation.roll_forward", bool):
        before = stale_funds(connection, prices, law, opening, since, known_at)
        prices = prices.with_rows([s.estimate for s in (*before, *stale) if s.estimate])
    return prices, stale


def stale_funds(
    connection: Connection,
    prices: PriceBook,
    law: Law,
    holdings: Iterable[Holding],
    on: date,
    known_at: datetime | None = None,
) -> tuple[Stale, ...]:
    """Of the funds that the reserve holds."""
    held = sorted(
        {
            each.asset.code
            for each in holdings
            if each.amount and (each.account.book, each.account.klass) == (BOOK, "fund")
        }
    )
    if not held:
        return ()
    assets = known_assets(connection)
    found = (_stale(connection, prices, law, code, assets, on, known_at) for code in held)
    return tuple(each for each in found if each)


def _stale(
    connection: Connection,
    prices: PriceBook,
    law: Law,
    code: str,
    assets: dict[str, Asset],
    on: date,
    known_at: datetime | None,
) -> Stale | None:
    manager = _folded(connection, Manager, code, known_at)
    if manager is None:
        return None
    currency = assets[manager.currency]
    finals = manager.model_copy(update={"navs": [nav for nav in manager.navs if nav.final]})
    known = valuations(finals, currency.scale, date.min, on)
    limit, same = law.stale_after[manager.manager_kind], same_navs(law)
    found = staleness(known, on, limit, same)
    if found is None:
        return None
    mandates = _folded(connection, Mandates, code, known_at)
    mandate = mandates.on(on) if mandates else None
    benchmark = assets.get(mandate.benchmark or "") if mandate else None
    if benchmark is None:
        return Stale(code, f"{found.text}; no estimate, for no mandate names a benchmark")
    return _estimated(manager, currency, benchmark, known, prices, law, on, (limit, same))


def _estimated(
    manager: Manager,
    currency: Asset,
    benchmark: Asset,
    known: tuple[Valuation, ...],
    prices: PriceBook,
    law: Law,
    on: date,
    limits: tuple[int, int],
) -> Stale:
    from qazyna.programme.performance.flow_files import Index
    from qazyna.programme.performance.stale import Estimate, roll_forward

    levels: dict[date, float] = {}
    for day in (*(each.on for each in known), on):
        price = prices.price(benchmark, currency.code, day, law)
        if price and price.on:
            levels[date.fromisoformat(price.on)] = float(price.value)
    days = tuple(sorted(levels))
    limit, same = limits
    told = staleness(known, on, limit, same)
    since = told.told.on if told else on
    moved = sum(flow.amount for flow in manager.flows if since < flow.on <= on)
    estimate = roll_forward(
        known,
        Index(days, tuple(levels[day] for day in days)),
        on,
        limit_days=limit,
        paid_in_since=Decimal(moved).scaleb(-currency.scale),
        same=same,
    )
    if not isinstance(estimate, Estimate):
        return Stale(manager.code, estimate.why if estimate else "")
    worth = estimate.worth
    if manager.manager_kind == "venture_fund":
        worth = _DIGITS.divide(worth, _interest(manager, on).scaleb(-currency.scale))
    row = Row(
        manager.code,
        currency.code,
        on,
        worth,
        f"{manager.code} NAV of {estimate.told.on}, moved on by {benchmark.code}",
        estimate.why,
    )
    return Stale(manager.code, told.text if told else "", row)


def _interest(manager: Manager, on: date) -> Decimal:
    """Units of an interest held that day, in base units."""
    paid_in = sum(flow.amount for flow in manager.flows if flow.amount > 0 and flow.on <= on)
    return Decimal(paid_in - sum(part.amount for part in manager.retired if part.on <= on))


def _folded(
    connection: Connection, model: type[S], code: str, known_at: datetime | None
) -> S | None:
    """The state of a stream, now or as it was known at an instant."""
    name = f"{model.prefix}/{code}"
    if known_at is None:
        row = connection.execute(
            "SELECT state::text FROM books.stream WHERE name = %s", [name]
        ).fetchone()
        found = load_state(row[0], name) if row else None
        return found if isinstance(found, model) else None
    state = None
    events = connection.execute(_EVENTS, [name, known_at]).fetchall()
    for version, (leaf, private) in enumerate(events, start=1):
        state = state or model()
        read_event(bytes(leaf), private)[0].evolve(state, version)
    return state
