"""Watching managers: what they sent, what they were asked, how far that has got."""

from datetime import date, timedelta
from typing import Any

from qazyna.errors import Refused
from qazyna.money import Asset
from qazyna.programme.exposures import Exposures, plain
from qazyna.programme.manager import Manager
from qazyna.programme.mandates.mandate import Breach, Mandates
from qazyna.programme.statements.duties import duties
from qazyna.programme.statements.figures import Account
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


def mandate(connection: Connection, manager: str, on: date | None = None) -> Plain:
    """What a manager may do, what it has breached, and which reports are owed or come next."""
    day = on or today(connection)
    if not _folded(connection, "manager", manager):
        raise Refused(
            "no_manager",
            f"No manager {manager!r} was admitted to the programme.",
            {"manager": manager},
        )
    known = _mandates(connection, manager)
    version = next((each for each in reversed(known.versions) if each.since <= day), None)
    return {
        "manager": manager,
        "as_of": day.isoformat(),
        "mandate": version.mandate.model_dump(mode="json") if version else None,
        "since": _day(version.since) if version else None,
        "decision_ref": version.decision_ref if version else None,
        "versions": [
            {"since": each.since.isoformat(), "decision_ref": each.decision_ref}
            for each in known.versions
        ],
        "breaches": [_breach(manager, each, day) for each in known.breaches],
        "reports": reports(connection, manager, day),
    }


def breaches(
    connection: Connection,
    manager: str | None = None,
    *,
    cured: bool = False,
    on: date | None = None,
) -> list[Plain]:
    """Breaches of one manager or of all: those that are not cured, the longest due first."""
    day = on or today(connection)
    found = [
        _breach(code, each, day)
        for code, state in _folded(connection, "mandate", manager)
        for each in Mandates.model_validate(state).breaches
        if cured or each.active
    ]
    return sorted(found, key=lambda each: (each["cure_by"], each["manager"], each["breach"]))


def reports(connection: Connection, manager: str, on: date | None = None) -> list[Plain]:
    """Reports that are missing or came late, and the next of each kind that is due."""
    day = on or today(connection)
    folded = _folded(connection, "statement", manager)
    statements = Statements.model_validate(folded[0][1]) if folded else Statements()
    found: list[Plain] = []
    next_of: set[str] = set()
    owed = duties(_mandates(connection, manager), statements, day + _AHEAD)
    for duty in sorted(owed, key=lambda each: (each.due_on, each.report)):
        status = duty.status(day)
        if status == "received" or (status == "due" and duty.report in next_of):
            continue
        if status == "due":
            next_of.add(duty.report)
        found.append(
            {
                "report": duty.report,
                "period_to": duty.period_to.isoformat(),
                "due_on": duty.due_on.isoformat(),
                "received_on": _day(duty.received_on),
                "status": status,
            }
        )
    return found


_AHEAD = timedelta(days=400)
"""Within that the next period of every frequency ends."""


def _mandates(connection: Connection, manager: str) -> Mandates:
    folded = _folded(connection, "mandate", manager)
    return Mandates.model_validate(folded[0][1]) if folded else Mandates()


def _breach(code: str, each: Breach, on: date) -> Plain:
    return {
        "manager": code,
        "breach": each.number,
        "clause": each.clause,
        "subject": each.subject or None,
        "since": each.since.isoformat(),
        "statement": each.statement,
        "disclosed": plain(each.disclosed),
        "actual": plain(each.actual),
        "bound": plain(each.bound),
        "cure_by": each.cure_by.isoformat(),
        "status": each.status,
        "overdue": each.overdue(on),
        "waived_until": _day(each.waived_until),
        "ended_on": _day(each.ended_on),
        "reference": each.reference or None,
    }


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
