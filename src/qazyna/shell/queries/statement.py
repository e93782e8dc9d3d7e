"""The facts of a statement, read from the books: as of a day, as known at an instant."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from qazyna.ledger.chart import TITLES
from qazyna.ledger.entry import Account
from qazyna.money import USD, Asset
from qazyna.office.correction import EntryReversed
from qazyna.programme.venture import CallDefaulted, CallIssued, CapitalCalled
from qazyna.reports.facts import (
    Assumed,
    Enforcement,
    Facts,
    Holding,
    IssuedCall,
    Managed,
    Movement,
    Realised,
    opening_on,
)
from qazyna.reports.statement import Statement, reserve_statement
from qazyna.reserve.pot import BOOK as RESERVE
from qazyna.shell.queries import held
from qazyna.shell.queries.snapshots import Reading, reading
from qazyna.shell.queries.stale import estimated
from qazyna.shell.store.codec import read_event
from qazyna.shell.store.commit import Connection
from qazyna.shell.store.pricing import price_book, price_book_known_at
from qazyna.shell.store.reading import blueprint_known_at, current_blueprint, known_assets

_ENTRY = "books.entry AS p (entry)"
"""Entries whole, under the names that postings have: a day and what was known are asked alike."""

_OF_HOLDINGS = f"""books.holding h CROSS JOIN {held.POSTINGS}
    LEFT JOIN books.entry n ON n.id = p.entry"""
"""Postings, and what their entries say. As no posting is without one, it is an outer join: where
nothing of the entry is asked, the planner leaves it out."""

_DAY = "CASE WHEN %(restated)s THEN coalesce(effective, p.value_date) ELSE p.value_date END"
"""The day an entry counts on: what corrects an earlier day counts there once all is restated."""

# How many postings made a holding what it is: asked of those that are listed one by one.
_ENTRIES = f"""
    SELECT h.book, h.class, h.detail, h.asset, count(*)
    FROM {_OF_HOLDINGS}
    WHERE (h.book IN ('reserve', 'budget') OR h.book ^@ 'workout/') AND h.class <> ALL(%(titles)s)
      AND {_DAY} <= %(on)s AND {{known}}
    GROUP BY 1, 2, 3, 4
"""

# What the reserve's title was credited with came in.
_MOVEMENTS = f"""
    SELECT {_DAY}, h.asset, -p.net,
           coalesce((SELECT flow FROM books.entry WHERE id = n.reverses), n.flow), n.value,
           coalesce(n.currency, '')
    FROM {_OF_HOLDINGS}
    WHERE h.book = 'reserve' AND h.class = 'reserve' AND p.value_date > %(since)s
      AND {_DAY} > %(since)s AND {_DAY} <= %(on)s AND {{known}}
"""

# A sale is an exchange in a case's book with money for its second leg; its reversal takes it back.
_REALISED = f"""
    SELECT sold.asset2, sold.title, sum(sold.quantity2 * sign), sold.asset,
           sum(sold.quantity * sign)
    FROM (
        SELECT p.book, p.asset, p.quantity, p.asset2, p.quantity2, 1 AS sign,
               p.credit_class2 AS title
        FROM {_ENTRY}
        WHERE p.kind = 'exchange' AND p.debit_class2 = 'bank' AND {_DAY} <= %(on)s AND {{known}}
        UNION ALL
        SELECT p.book, p.asset, p.quantity, p.asset2, p.quantity2, -1, p.debit_class2
        FROM {_ENTRY}
        WHERE p.reverses IN (SELECT id FROM books.entry WHERE kind = 'exchange')
          AND p.credit_class2 = 'bank' AND {_DAY} <= %(on)s AND {{known}}
    ) AS sold
    JOIN books.asset a ON a.code = sold.asset AND a.class <> 'currency'
    WHERE sold.book NOT IN ('reserve', 'budget') AND NOT sold.book ^@ 'workout/'
    GROUP BY 1, 2, 4 ORDER BY 1, 2, 4
"""

# Sums are NULL as soon as one entry had no value when it was booked: unvalued is never zero.
_ENFORCEMENT = f"""
    SELECT what, CASE WHEN bool_or(value IS NULL) THEN NULL ELSE sum(value * sign) END
    FROM (
        SELECT CASE p.kind WHEN 'receive' THEN 'seized' WHEN 'vest' THEN 'forfeited'
                    ELSE 'to_reserve' END AS what,
               CASE WHEN p.kind = 'vest' AND p.debit_class = 'state' THEN -1 ELSE 1 END AS sign,
               p.value
        FROM {_ENTRY}
        WHERE {_DAY} <= %(on)s AND {{known}} AND (
            (p.kind = 'receive' AND p.credit_class = 'claimants')
            OR (p.kind = 'vest' AND 'state' IN (p.debit_class, p.credit_class)
                AND 'beneficiaries' <> p.credit_class)
            OR (p.kind = 'transfer' AND p.credit_class2 = 'reserve' AND p.debit_class = 'state'))
    ) AS sums GROUP BY what
"""

_VENUES = """
    SELECT count(*), coalesce(sum((v.state->>'volume_usd')::numeric), 0)
    FROM books.stream v
    JOIN books.event e ON e.stream = v.name AND e.version = 1
    WHERE v.name LIKE 'venue/%%' AND e.value_date <= %(on)s
      AND (%(known_at)s::timestamptz IS NULL OR e.recorded_at <= %(known_at)s)
"""

_MANAGERS = """
    SELECT m.state->>'code', m.state->>'manager_kind', m.state->>'currency', m.state->>'name'
    FROM books.stream m JOIN books.event e ON e.stream = m.name AND e.version = 1
    WHERE m.name LIKE 'manager/%%' AND e.value_date <= %(on)s
      AND (%(known_at)s::timestamptz IS NULL OR e.recorded_at <= %(known_at)s)
"""

_CALLS = """
    SELECT e.stream, e.version, e.leaf, e.private FROM books.event e
    WHERE e.kind IN ('call_issued', 'capital_called', 'call_defaulted', 'entry_reversed')
      AND e.stream LIKE 'manager/%%' AND e.value_date <= %(on)s
      AND (%(known_at)s::timestamptz IS NULL OR e.recorded_at <= %(known_at)s)
    ORDER BY e.stream, e.version
"""

_ASSUMED = """
    SELECT substr(c.name, 6), h.key, h.value->'assumed', h.value->>'seized_on'
    FROM books.stream c, jsonb_each(c.state->'holdings') h
    WHERE c.name LIKE 'case/%%' AND h.value->'assumed' <> '[]'::jsonb
      AND h.value->>'seized_on' <= %(day)s
      AND (%(known_at)s::timestamptz IS NULL OR EXISTS (
            SELECT FROM books.posting p
            JOIN books.entry n ON n.id = p.entry JOIN books.event e ON e.seq = n.event
            WHERE p.book = substr(c.name, 6) || '/' || h.key AND e.recorded_at <= %(known_at)s))
    ORDER BY 1, 2
"""


_PUBLISHED = "SELECT min(closed_at) FROM books.closed WHERE through >= %s"


def statement(
    connection: Connection, as_of: date, known_at: datetime | None = None, restated: bool = False
) -> Statement:
    """The statement as of a day, from all that had been recorded by `known_at`.

    Where that is None: as it was when the period was closed, or now, while it is open. Restated, it
    is as known now, and what corrects an earlier day counts on that day. It says by when it was
    known; asked again with that, it is the same.
    """
    return reserve_statement(facts(connection, as_of, known_at, restated))


def facts(
    connection: Connection, as_of: date, known_at: datetime | None = None, restated: bool = False
) -> Facts:
    """All that the statement rests on, read in one snapshot."""
    if known_at is None and not restated:
        known_at = published_at(connection, as_of)
    with reading(connection, known_at) as found:
        return _facts(found, as_of, restated)


def published_at(connection: Connection, as_of: date) -> datetime | None:
    """When the period of that day was closed; None while it is open."""
    row = connection.execute(_PUBLISHED, [as_of]).fetchone()
    return row[0] if row else None


def _facts(found: Reading, as_of: date, restated: bool) -> Facts:
    connection, known_at = found.connection, found.known_at
    assets = known_assets(connection)
    blueprint = (
        blueprint_known_at(connection, known_at) if known_at else current_blueprint(connection)
    )
    since = opening_on(as_of)
    known = found.known()

    def rows(query: str) -> list[Any]:
        return found.rows(
            query.replace("{known}", known),
            on=as_of,
            since=since,
            day=as_of.isoformat(),
            restated=restated,
            titles=list(TITLES),
        )

    entries = {(Account(*of), asset): count for *of, asset, count in rows(_ENTRIES)}
    realised, sold = _sales(rows(_REALISED), assets)
    sums = dict(rows(_ENFORCEMENT))
    venues, volume = next(iter(rows(_VENUES)), (0, Decimal(0)))
    holdings = tuple(
        Holding(each.account, assets[each.asset], each.amount, entries.get(each[:2], 0))
        for each in held.ever(found, as_of, restated=restated)
    )
    opening = tuple(
        Holding(each.account, assets[each.asset], each.amount)
        for each in held.of_accounts(found, f"{RESERVE}/", since, restated=restated)
        if each.account.book == RESERVE and each.account.side == "location"
    )
    law = blueprint.on(as_of)
    prices = price_book_known_at(connection, known_at) if known_at else price_book(connection)
    prices, stale = estimated(connection, prices, law, holdings, opening, as_of, since, known_at)
    return Facts(
        as_of=as_of,
        law=law,
        prices=prices,
        stale=stale,
        holdings=holdings,
        opening=opening,
        movements=tuple(
            Movement(on, assets[asset], int(amount), flow, value, currency)
            for on, asset, amount, flow, value, currency in rows(_MOVEMENTS)
        ),
        managers=tuple(
            Managed(code, klass, assets[currency], name)
            for code, klass, currency, name in rows(_MANAGERS)
        ),
        calls=tuple(_calls(rows(_CALLS))),
        realised=realised,
        sold=sold,
        enforcement=Enforcement(
            venues_shut=venues,
            venues_volume_usd=USD.decimal(int(volume)),
            seized_value=sums.get("seized", Decimal(0)),
            forfeited_value=sums.get("forfeited", Decimal(0)),
            to_reserve_value=sums.get("to_reserve", Decimal(0)),
        ),
        assumed=tuple(
            Assumed(case, holding, tuple(columns)) for case, holding, columns, _ in rows(_ASSUMED)
        ),
        known_at=known_at,
    )


def _calls(rows: Iterable[tuple[str, int, bytes, Any]]) -> Iterator[IssuedCall]:
    """What each call issued still demands."""
    open_: dict[tuple[str, str], int] = {}
    paid: dict[tuple[str, int], tuple[str, int]] = {}
    for stream, version, leaf, private in rows:
        happened = read_event(bytes(leaf), private)[0]
        code = stream.partition("/")[2]
        if isinstance(happened, CallIssued):
            open_[code, happened.call_ref] = happened.amount
        elif isinstance(happened, CapitalCalled):
            paid[stream, version] = (happened.call_ref, happened.amount)
            if (code, happened.call_ref) in open_:
                open_[code, happened.call_ref] -= happened.amount
        elif isinstance(happened, CallDefaulted):
            open_.pop((code, happened.call_ref), None)
        elif isinstance(happened, EntryReversed) and happened.number == 1:
            ref, amount = paid.get((stream, happened.version), ("", 0))
            if (code, ref) in open_:
                open_[code, ref] += amount
    for (code, ref), amount in open_.items():
        if amount:
            yield IssuedCall(code, ref, amount)


def _sales(
    rows: Iterable[tuple[Any, ...]], assets: dict[str, Asset]
) -> tuple[tuple[Realised, ...], tuple[tuple[Asset, int], ...]]:
    """Proceeds by currency and title, and what was sold for them, by asset."""
    money: dict[tuple[str, str], int] = {}
    sold: dict[str, int] = {}
    for currency, title, proceeds, asset, amount in rows:
        money[currency, title] = money.get((currency, title), 0) + int(proceeds)
        sold[asset] = sold.get(asset, 0) + int(amount)
    return (
        tuple(Realised(assets[c], amount, title) for (c, title), amount in money.items()),
        tuple((assets[code], amount) for code, amount in sold.items()),
    )
