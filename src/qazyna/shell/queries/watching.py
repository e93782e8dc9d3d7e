"""Watching managers: what they sent, what they were asked, how far that has got."""

from datetime import date
from typing import Any

from qazyna.money import Asset
from qazyna.programme.manager import Manager
from qazyna.programme.statements.figures import Account, Exposures, plain
from qazyna.programme.statements.state import Query, Received, Statements
from qazyna.shell.store.commit import Connection
from qazyna.shell.store.reading import known_assets

Plain = dict[str, Any]

_STATES = """
    SELECT substr(name, strpos(name, '/') + 1), state FROM books.stream
    WHERE name LIKE %s || '/%%' AND (%s::text IS NULL OR name = %s || '/' || %s)
    ORDER BY name
"""


def today(connection: Connection) -> date:
    """The day by the clock that also dates what is recorded."""
    row = connection.execute("SELECT (clock_timestamp() AT TIME ZONE 'UTC')::date").fetchone()
    return row[0] if row else date.max


def _folded(connection: Connection, prefix: str, manager: str | None) -> list[tuple[str, Plain]]:
    given = [prefix, manager, prefix, manager]
    return [(code, state) for code, state in connection.execute(_STATES, given)]


def managers(connection: Connection) -> dict[str, Manager]:
    """Every admitted manager, by its code."""
    found = _folded(connection, "manager", None)
    return {code: Manager.model_validate(state) for code, state in found}


def received(connection: Connection, manager: str | None = None) -> list[Plain]:
    """Every statement that came in, of one manager or of all, in the order received."""
    assets = known_assets(connection)
    return [
        _statement(code, each, assets)
        for code, state in _folded(connection, "statement", manager)
        for each in Statements.model_validate(state).received
    ]


def queries(
    connection: Connection,
    manager: str | None = None,
    *,
    closed: bool = True,
    on: date | None = None,
) -> list[Plain]:
    """Queries to one manager or to all, by the day on which they should have been answered."""
    day = on or today(connection)
    found = [
        _query(code, query, day)
        for code, state in _folded(connection, "statement", manager)
        for query in Statements.model_validate(state).queries
        if closed or not query.closed
    ]
    return sorted(found, key=lambda each: (each["answer_by"], each["manager"], each["query"]))


def _query(code: str, query: Query, on: date) -> Plain:
    return {
        "manager": code,
        "query": query.number,
        "statement": query.statement,
        "code": query.code,
        "message": query.message,
        "said": query.said,
        "expected": query.expected,
        "asked_on": query.asked_on.isoformat(),
        "answer_by": query.answer_by.isoformat(),
        "status": query.status,
        "overdue": query.overdue(on),
        "answered_on": _day(query.answered_on),
        "answer": query.answer or None,
        "escalated_on": _day(query.escalated_on),
        "closed_on": _day(query.closed_on),
        "reason": query.reason or None,
    }


def _day(found: date | None) -> str | None:
    return None if found is None else found.isoformat()


def _statement(code: str, each: Received, assets: dict[str, Asset]) -> Plain:
    currency, units = assets[each.currency], assets[code]
    return {
        "manager": code,
        "number": each.number,
        "period_from": each.since.isoformat(),
        "period_to": each.until.isoformat(),
        "received_on": each.received_on.isoformat(),
        "currency": each.currency,
        "final": each.final,
        "restates": each.restates,
        "replaced_by": each.replaced_by,
        "counts": each.counts,
        "statement_ref": each.statement_ref,
        "sha256": each.sha256,
        "account": _account(each.account, currency, units) if each.account else None,
        "exposures": _exposures(each.exposures) if each.exposures else None,
    }


def _account(account: Account, currency: Asset, units: Asset) -> Plain:
    def of_units(count: int | None) -> str | None:
        return None if count is None else units.text(count)

    money = currency.text
    return {
        "opening_units": of_units(account.opening_units),
        "opening_value": money(account.opening_value),
        "subscriptions": money(account.subscriptions),
        "redemptions": money(account.redemptions),
        "calls": money(account.calls),
        "distributions": money(account.distributions),
        "units_issued": of_units(account.units_issued),
        "units_redeemed": of_units(account.units_redeemed),
        "gross_result": money(account.gross_result),
        "management_fee": money(account.management_fee),
        "performance_fee": money(account.performance_fee),
        "other_fees": [{"fee": what, "amount": money(much)} for what, much in account.other_fees],
        "fees_total": money(account.fees_total),
        "closing_units": of_units(account.closing_units),
        "nav_per_unit": None if account.nav_per_unit is None else plain(account.nav_per_unit),
        "closing_value": money(account.closing_value),
        "unfunded": None if account.unfunded is None else money(account.unfunded),
    }


def _exposures(told: Exposures) -> Plain:
    def or_none(share: Any) -> str | None:
        return None if share is None else plain(share)

    return {
        "assets": [
            {"asset": asset, "long": plain(long), "short": plain(short)}
            for asset, long, short in told.assets
        ],
        "undisclosed": plain(told.undisclosed),
        "gross": or_none(told.gross),
        "net": or_none(told.net),
        "illiquid": or_none(told.illiquid),
        **{
            name: [{"name": of, "value": plain(figure)} for of, figure in getattr(told, name)]
            for name in ("market_values", "issuers", "counterparties", "risk")
        },
    }
