"""What a statement says otherwise than another of the same day, and what happened in between."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

from qazyna.reports.statement import Statement
from qazyna.reports.valuing import plain_or_none
from qazyna.shell.queries.statement import published_at, statement
from qazyna.shell.store.commit import Connection

Figures = dict[tuple[str, str, str], dict[str, str | None]]
"""(section, account, asset) -> quantity and value, as text"""

NOTHING: dict[str, str | None] = {"quantity": "0", "value": "0"}


def restated(
    connection: Connection, as_of: date, known_at: datetime | None = None
) -> tuple[Statement, dict[str, Any]]:
    """The statement with every correction on the day it corrects, and how the published differs."""
    found = statement(connection, as_of, known_at, restated=True)
    since = published_at(connection, as_of)
    published = statement(connection, as_of, since or found.known_at)
    return found, {
        "published": {"known_at": _told(since), "total": plain_or_none(published.total)},
        "differences": differences(published, found),
        "events": [] if since is None else events(connection, as_of, since, found.known_at),
    }


def changed(
    connection: Connection, as_of: date, since: datetime, now: Statement, restated: bool = False
) -> dict[str, Any]:
    """How the statement differs from what it was when less was known, and the events between."""
    return {
        "since": _told(since),
        "differences": differences(statement(connection, as_of, since, restated), now),
        "events": events(connection, as_of, since, now.known_at),
    }


def differences(before: Statement, after: Statement) -> list[dict[str, Any]]:
    """Every line whose quantity or value is another: what it was, and what it is."""
    one, other = dict(_figures(before)), dict(_figures(after))
    return [
        {
            "section": section,
            "account": account,
            "asset": asset,
            "before": one.get((section, account, asset), NOTHING),
            "after": other.get((section, account, asset), NOTHING),
        }
        for section, account, asset in sorted(one.keys() | other.keys())
        if one.get((section, account, asset)) != other.get((section, account, asset))
    ]


def _figures(said: Statement) -> Iterator[tuple[tuple[str, str, str], dict[str, str | None]]]:
    total = {"quantity": None, "value": plain_or_none(said.total)}
    yield ("total", "", said.currency), total
    groups = {each.klass: each.holdings for each in said.classes}
    for section, lines in {**groups, "budget": said.budget, "workout": said.workout}.items():
        for line in lines:
            figures = {"quantity": line.quantity, "value": plain_or_none(line.value)}
            yield (section, line.account.path, line.asset.code), figures
    for held in said.custody:
        where = f"{held.title.path} at {held.place.path}"
        quantity = held.asset.text(held.amount)
        figures = {"quantity": quantity, "value": plain_or_none(held.value)}
        yield ("custody", where, held.asset.code), figures


# What was recorded between two instants and counts by that day, or is said to have counted by it:
# entries, and prices, which change what is held without moving it.
_EVENTS = """
    SELECT e.stream, e.version, e.kind, e.value_date, e.recorded_at, k.actor,
           convert_from(e.leaf, 'UTF8')::jsonb -> 'body' ->> 'reason',
           coalesce(n.told, '[]'), coalesce(p.told, '[]')
    FROM books.event e
    JOIN books.command k ON k.key = e.command
    LEFT JOIN LATERAL (
        SELECT jsonb_agg(jsonb_build_object(
            'entry', e.stream || '@' || e.version || '#' || n.number, 'kind', n.kind,
            'value_date', n.value_date, 'effective_date', n.effective) ORDER BY n.number) AS told
        FROM books.entry n
        WHERE n.event = e.seq AND coalesce(n.effective, n.value_date) <= %(as_of)s
    ) AS n ON true
    LEFT JOIN LATERAL (
        SELECT jsonb_agg(DISTINCT p.asset ORDER BY p.asset) AS told
        FROM books.price p
        WHERE p.tx = e.tx AND p.event = e.seq AND p.on_date <= %(as_of)s
    ) AS p ON true
    WHERE e.recorded_at > %(since)s
      AND (%(until)s::timestamptz IS NULL OR e.recorded_at <= %(until)s)
      AND (n.told IS NOT NULL OR p.told IS NOT NULL)
    ORDER BY e.seq
"""


def events(
    connection: Connection, as_of: date, since: datetime, until: datetime | None
) -> list[dict[str, Any]]:
    """What was recorded after one instant and by another, and counts by that day."""
    given = {"as_of": as_of, "since": since, "until": until}
    return [
        {
            "event": f"{stream}@{version}",
            "kind": kind,
            "on": on.isoformat(),
            "recorded_at": _told(recorded_at),
            "by": actor,
            "reason": reason,
            "entries": entries,
            "prices_of": prices,
        }
        for stream, version, kind, on, recorded_at, actor, reason, entries, prices in (
            connection.execute(_EVENTS, given)
        )
    ]


def _told(instant: datetime | None) -> str | None:
    return instant.astimezone(UTC).isoformat() if instant else None
