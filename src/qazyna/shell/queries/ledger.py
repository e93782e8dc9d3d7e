"""Balances and entries, as of a day and as known at an instant."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from psycopg.rows import dict_row

from qazyna.ledger.entry import Account
from qazyna.money import Asset
from qazyna.shell.queries import held
from qazyna.shell.queries.snapshots import Reading, reading
from qazyna.shell.store.commit import Connection
from qazyna.shell.store.reading import known_assets


def quantities(
    connection: Connection,
    as_of: date | None = None,
    known_at: datetime | None = None,
    prefix: str = "",
) -> dict[tuple[Account, str], int]:
    """What every account holds, in base units. Without a day it is what they hold now."""
    with reading(connection, known_at) as found:
        return _quantities(found, as_of, prefix)


def _quantities(found: Reading, as_of: date | None, prefix: str) -> dict[tuple[Account, str], int]:
    if as_of is None:
        rows = held.now(found, prefix)
    elif prefix:
        rows = held.of_accounts(found, prefix, as_of)
    else:
        rows = held.ever(found, as_of)
    return {(each.account, each.asset): each.amount for each in rows}


def balances(
    connection: Connection,
    as_of: date | None = None,
    known_at: datetime | None = None,
    prefix: str = "",
) -> list[dict[str, str]]:
    """The same for a reader: both sides positive, empty accounts left out, in order of path."""
    return known_balances(connection, as_of, known_at, prefix)[0]


def known_balances(
    connection: Connection,
    as_of: date | None = None,
    known_at: datetime | None = None,
    prefix: str = "",
) -> tuple[list[dict[str, str]], datetime | None]:
    """The same, and the time by which it was known: asked again with it, the answer is the same."""
    with reading(connection, known_at) as found:
        return _told(connection, _quantities(found, as_of, prefix)), found.known_at


def running(connection: Connection, prefix: str) -> list[dict[str, str]]:
    """What the accounts hold at this instant, whoever is writing: nobody is waited for."""
    return _told(connection, _quantities(Reading(connection, None, ()), None, prefix))


def _told(
    connection: Connection, amounts: Mapping[tuple[Account, str], int]
) -> list[dict[str, str]]:
    assets = known_assets(connection)
    return [
        {
            "account": account.path,
            "book": account.book,
            "side": account.side,
            "class": account.klass,
            "asset": asset,
            "quantity": assets[asset].text(amount),
        }
        for (account, asset), amount in sorted(amounts.items())
    ]


_ENTRIES = f"""
    SELECT n.id, n.number, n.kind, n.value_date, n.effective, n.flow, n.value, n.currency,
           n.price_source, n.reverses, e.stream, e.version, e.kind AS event, e.recorded_at, p.leg,
           p.asset, p.quantity, p.authority, p.book,
           p.debit_class, p.debit_detail, p.credit_class, p.credit_detail
    FROM books.entry n
    JOIN books.event e ON e.seq = n.event
    CROSS JOIN LATERAL (SELECT * FROM books.posting WHERE entry = n.id OFFSET 0) AS p
    WHERE n.id IN (
        SELECT p.entry FROM books.holding h, {held.POSTINGS}
        WHERE {held.BEGINS_SO} AND p.value_date BETWEEN %(since)s AND %(until)s
        ORDER BY p.value_date, p.entry LIMIT %(legs)s
    )
    ORDER BY n.value_date, n.id, p.leg
"""


def entries(
    connection: Connection,
    prefix: str = "",
    since: date | None = None,
    until: date | None = None,
    limit: int | None = None,
) -> list[dict[str, Any]]:
    """Entries that touch an account whose path begins so, oldest value date first, whole."""
    assets = known_assets(connection)
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(
            _ENTRIES,
            {
                **held.beginning(prefix),
                "since": since or date.min,
                "until": until or date.max,
                # An entry has at most two legs of two accounts each.
                "legs": None if limit is None else limit * 4,
            },
        ).fetchall()
    found: dict[int, dict[str, Any]] = {}
    for row in rows:
        entry = found.setdefault(row["id"], _entry(row))
        entry["postings"].append(_posting(row, assets[row["asset"]]))
    return list(found.values())[:limit]


def _entry(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "entry": f"{row['stream']}@{row['version']}#{row['number']}",
        "id": row["id"],
        "kind": row["kind"],
        "value_date": row["value_date"].isoformat(),
        "effective_date": row["effective"].isoformat() if row["effective"] else None,
        "recorded_at": row["recorded_at"].isoformat(),
        "flow": row["flow"],
        "value": None if row["value"] is None else format(row["value"], "f"),
        "currency": row["currency"],
        "price_source": row["price_source"],
        "event": {"stream": row["stream"], "version": row["version"], "kind": row["event"]},
        "reverses": row["reverses"],
        "postings": [],
    }


def _posting(row: dict[str, Any], asset: Asset) -> dict[str, Any]:
    return {
        "asset": row["asset"],
        "quantity": asset.text(int(row["quantity"])),
        "debit": Account(row["book"], row["debit_class"], row["debit_detail"]).path,
        "credit": Account(row["book"], row["credit_class"], row["credit_detail"]).path,
        "authority": None if row["authority"] == "none" else row["authority"],
    }
