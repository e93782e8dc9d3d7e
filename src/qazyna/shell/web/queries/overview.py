"""The reserve now, at a glance: made from the books' running figures and never from their history.

What is held comes from the running quantities of the few books that are no case's; what happened,
and what cases hold in sum, from the monthly tally. A statement of another day, or as known at
another time, is `shell/queries/statement`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from threading import Lock
from typing import Any, Final

from qazyna.blueprint import Blueprint, Law
from qazyna.clock import month_end
from qazyna.ledger.chart import BOOKS, LOCATIONS
from qazyna.ledger.entry import Account
from qazyna.money import Asset, total
from qazyna.programme.manager import Manager
from qazyna.reports.facts import Enforcement, Facts, Holding, Managed, Movement, opening_on
from qazyna.reports.statement import Statement, reserve_statement
from qazyna.reports.valuing import exact
from qazyna.reserve.allocation import class_of
from qazyna.reserve.prices import PriceBook
from qazyna.shell.queries.stale import estimated
from qazyna.shell.store.pricing import price_book
from qazyna.shell.store.reading import current_blueprint, known_assets
from qazyna.shell.web import books
from qazyna.shell.web.queries.pulse import Pulse

MONTHS_SHOWN: Final = 36

_POTS = """
    SELECT book, class AS klass, detail, asset, quantity FROM books.holding
    WHERE (book IN ('reserve', 'budget') OR starts_with(book, 'workout/')) AND quantity > 0
"""
# Month by month only where months are looked at: in the reserve.
_TALLY = """
    SELECT month, book_kind, kind, leg, debit_class, credit_class, counter, asset, currency, flow,
           sum(quantity) AS quantity, sum(value) AS value, sum(postings)::bigint AS postings
    FROM books.tally WHERE book_kind = 'reserve' GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
    UNION ALL
    SELECT NULL, book_kind, kind, leg, debit_class, credit_class, counter, asset, currency, NULL,
           sum(quantity), sum(value), sum(postings)::bigint
    FROM books.tally WHERE book_kind <> 'reserve' GROUP BY 2, 3, 4, 5, 6, 7, 8, 9
"""
_MANAGERS = """
    SELECT name, version, state FROM books.stream WHERE starts_with(name, 'manager/') ORDER BY name
"""
_VENUES = """
    SELECT count(*) AS venues, coalesce(sum((state->>'volume_usd')::numeric), 0) AS cents
    FROM books.stream WHERE starts_with(name, 'venue/')
"""
# The first of each kind tells: what was made up says so in the references it was recorded with.
_ILLUSTRATIVE = """
    SELECT bool_or(position('(illustrative)' IN convert_from(e.leaf, 'UTF8')) > 0) AS any
    FROM (
        (SELECT name FROM books.stream WHERE starts_with(name, 'case/') ORDER BY name LIMIT 1)
        UNION ALL
        (SELECT name FROM books.stream WHERE starts_with(name, 'manager/') ORDER BY name LIMIT 1)
        UNION ALL
        (SELECT name FROM books.stream WHERE starts_with(name, 'venue/') ORDER BY name LIMIT 1)
    ) AS first
    JOIN books.event e ON e.stream = first.name AND e.version = 1
"""
# Reversals say `internal`: their own flow is that of what they mirror. There are few.
_REVERSALS = """
    SELECT p.value_date, p.asset, p.quantity, p.credit_class, m.flow, n.value, n.currency
    FROM books.posting p
    JOIN books.entry n ON n.id = p.entry JOIN books.entry m ON m.id = n.reverses
    WHERE (('reserve', 'reserve', '') = (p.book, p.debit_class, p.debit_detail)
           OR ('reserve', 'reserve', '') = (p.book, p.credit_class, p.credit_detail))
      AND p.kind = 'reverse' AND p.value_date > %s
"""


@dataclass(frozen=True, slots=True)
class InCustody:
    """What the cases hold of one asset under one title."""

    title: str
    asset: Asset
    amount: int
    value: Decimal | None


@dataclass(frozen=True, slots=True)
class Month:
    """The reserve at the end of a month, or today: its value by class; None if a part has none."""

    on: date
    by_class: dict[str, Decimal | None]
    stale: frozenset[str]
    """Classes of which a price was older by then than the law lets it be"""

    @property
    def total(self) -> Decimal | None:
        return total(self.by_class.values())


@dataclass(frozen=True, slots=True)
class Overview:
    """All that the dashboard and the class pages show."""

    pulse: Pulse
    blueprint: Blueprint
    assets: dict[str, Asset]
    statement: Statement
    custody: tuple[InCustody, ...]
    places: tuple[tuple[str, Asset, int], ...]
    """What the cases hold by class of place"""
    lost: tuple[InCustody, ...]
    """What of it is a shortfall: still owed, and worth nothing until it is made good"""
    months: tuple[Month, ...]
    managers: tuple[Manager, ...]
    illustrative: bool
    """Whether any of it is made up, to show the books at work"""
    postings: int


_kept: dict[str, tuple[Pulse, Overview]] = {}
_lock = Lock()


def overview(pulse: Pulse) -> Overview:
    """The overview as of today; made anew when anything was written since, or the day changed."""
    kept = _kept.get(pulse.database)
    if kept is None or kept[0] != pulse:
        with _lock:
            kept = _kept.get(pulse.database)
            if kept is None or kept[0] != pulse:
                kept = _kept[pulse.database] = (pulse, _overview(pulse))
    return kept[1]


def _overview(pulse: Pulse) -> Overview:
    connection = books.connection()
    blueprint = current_blueprint(connection)
    today = pulse.today
    law = blueprint.on(today)
    assets = known_assets(connection)
    prices = price_book(connection)
    pots, tally, managers, ((venues, cents),), ((illustrative,),) = books.ask(
        (_POTS, ()), (_TALLY, ()), (_MANAGERS, ()), (_VENUES, ()), (_ILLUSTRATIVE, ())
    )
    since = opening_on(today)
    known = tuple(Manager.model_validate(m.state) for m in managers)
    holdings = tuple(
        Holding(Account(book, klass, detail), assets[asset], int(amount))
        for book, klass, detail, asset, amount in pots
    )
    opening = tuple(_opening(tally, assets, since))
    prices, stale = estimated(connection, prices, law, holdings, opening, today, since)
    facts = Facts(
        as_of=today,
        law=law,
        prices=prices,
        stale=stale,
        holdings=holdings,
        opening=opening,
        movements=tuple(_movements(tally, assets, since)),
        managers=tuple(Managed(m.code, m.manager_kind, assets[m.currency]) for m in known),
        enforcement=_enforcement(tally, venues, Decimal(cents)),
    )
    places = tuple(_places(tally, assets))
    return Overview(
        pulse=pulse,
        blueprint=blueprint,
        assets=assets,
        statement=reserve_statement(facts),
        custody=tuple(_custody(tally, assets, prices, law, today)),
        places=places,
        lost=tuple(
            InCustody(klass, asset, amount, _worth(prices, law, asset, amount, today))
            for klass, asset, amount in places
            if klass == "shortfall"
        ),
        months=tuple(_months(tally, assets, prices, blueprint, today)),
        managers=known,
        illustrative=bool(illustrative),
        postings=sum(t.postings for t in tally),
    )


def _opening(tally: Iterable[Any], assets: dict[str, Asset], since: date) -> Iterable[Holding]:
    found: dict[tuple[str, str], int] = {}
    for t in tally:
        if t.book_kind == "reserve" and t.month <= since:
            _add_places(found, t)
    return (
        Holding(Account("reserve", klass), assets[code], amount)
        for (klass, code), amount in found.items()
        if amount
    )


def _add_places(found: dict[tuple[str, str], int], t: Any) -> None:
    """Follow a month's postings into the places they touched."""
    for klass, sign in ((t.debit_class, 1), (t.credit_class, -1)):
        if klass in LOCATIONS:
            key = klass, t.asset
            found[key] = found.get(key, 0) + sign * int(t.quantity)


def _movements(tally: Iterable[Any], assets: dict[str, Asset], since: date) -> Iterable[Movement]:
    reversed_since = False
    for t in tally:
        if t.book_kind != "reserve" or t.month <= since:
            continue
        if "reserve" not in (t.debit_class, t.credit_class):
            continue
        if t.kind == "reverse":
            reversed_since = True
            continue
        gained = t.credit_class == "reserve"
        yield Movement(
            t.month,
            assets[t.asset],
            int(t.quantity) if gained else -int(t.quantity),
            t.flow,
            t.value if t.currency else None,
            t.currency,
        )
    if reversed_since:
        for r in books.rows(_REVERSALS, [since]):
            amount = int(r.quantity) if r.credit_class == "reserve" else -int(r.quantity)
            yield Movement(r.value_date, assets[r.asset], amount, r.flow, r.value, r.currency or "")


def _enforcement(tally: Iterable[Any], venues: int, cents: Decimal) -> Enforcement:
    seized: list[Decimal | None] = []
    forfeited: list[Decimal | None] = []
    to_reserve: list[Decimal | None] = []
    for t in tally:
        value = t.value if t.currency else None
        if t.kind == "receive" and t.credit_class == "claimants":
            seized.append(value)
        elif t.kind == "vest" and t.credit_class == "state":
            forfeited.append(value)
        elif t.kind == "vest" and t.debit_class == "state" and t.credit_class != "beneficiaries":
            forfeited.append(None if value is None else -value)
        elif (t.kind, t.leg, t.credit_class, t.counter) == ("transfer", 2, "reserve", "state"):
            to_reserve.append(value)
    return Enforcement(
        venues_shut=venues,
        venues_volume_usd=cents.scaleb(-2),
        seized_value=total(seized),
        forfeited_value=total(forfeited),
        to_reserve_value=total(to_reserve),
    )


def _custody(
    tally: Iterable[Any], assets: dict[str, Asset], prices: PriceBook, law: Law, on: date
) -> Iterable[InCustody]:
    found: dict[tuple[str, str], int] = {}
    for t in tally:
        if t.book_kind == "case":
            for klass, sign in ((t.debit_class, -1), (t.credit_class, 1)):
                if klass in BOOKS["case"]:
                    key = klass, t.asset
                    found[key] = found.get(key, 0) + sign * int(t.quantity)
    for title in BOOKS["case"]:
        for klass, code in sorted(found):
            amount = found[klass, code]
            if klass == title and amount:
                asset = assets[code]
                yield InCustody(title, asset, amount, _worth(prices, law, asset, amount, on))


def _places(tally: Iterable[Any], assets: dict[str, Asset]) -> Iterable[tuple[str, Asset, int]]:
    found: dict[tuple[str, str], int] = {}
    for t in tally:
        if t.book_kind == "case":
            _add_places(found, t)
    for klass in LOCATIONS:
        for place, code in sorted(found):
            if place == klass and found[place, code]:
                yield klass, assets[code], found[place, code]


def _worth(prices: PriceBook, law: Law, asset: Asset, amount: int, on: date) -> Decimal | None:
    price = prices.price(asset, law.currency, on, law)
    return None if price is None else exact(asset, amount, price.value)


def _months(
    tally: list[Any], assets: dict[str, Asset], prices: PriceBook, blueprint: Blueprint, today: date
) -> Iterable[Month]:
    """The reserve at each month's end since it began, and today; the last three years of it."""
    of_reserve = sorted(
        (t for t in tally if t.book_kind == "reserve"), key=lambda t: (t.month, t.kind, t.asset)
    )
    if not of_reserve:
        return
    month, at = of_reserve[0].month, 0
    held: dict[tuple[str, str], int] = {}
    ends: list[tuple[date, dict[tuple[str, str], int]]] = []
    while month <= today:
        while at < len(of_reserve) and of_reserve[at].month <= month:
            _add_places(held, of_reserve[at])
            at += 1
        end = month_end(month)
        ends.append((min(end, today), dict(held)))
        month = date(month.year + month.month // 12, month.month % 12 + 1, 1)
    for on, then in ends[-MONTHS_SHOWN:]:
        law = blueprint.on(on)
        by_class: dict[str, list[Decimal | None]] = {}
        stale: set[str] = set()
        for (klass, code), amount in then.items():
            named = class_of(Account("reserve", klass), assets[code], law.domestic_currency)
            if named and amount:
                asset = assets[code]
                price = prices.price(asset, law.currency, on, law)
                worth = None if price is None else exact(asset, amount, price.value)
                by_class.setdefault(named, []).append(worth)
                if price is None or "stale:" in price.estimated:
                    stale.add(named)
        values = {klass: total(parts) for klass, parts in by_class.items()}
        yield Month(on, values, frozenset(stale))


__all__ = ["InCustody", "Month", "Overview", "overview"]
