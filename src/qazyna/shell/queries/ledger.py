"""Balances and entries, as of a day and as known at an instant."""

from datetime import date, datetime
from typing import Any

from psycopg.rows import dict_row

from qazyna.ledger.entry import Account
from qazyna.money import Asset
from qazyna.shell.store.commit import Connection
from qazyna.shell.store.reading import known_assets

_PATH = "b.path || '/' || a.class || CASE a.detail WHEN '' THEN '' ELSE '/' || a.detail END"

_RUNNING = f"""
    SELECT b.path, a.class, a.detail, a.side, h.asset, h.quantity
    FROM books.holding h JOIN books.account a ON a.id = h.account JOIN books.book b ON b.id = a.book
    WHERE h.quantity > 0 AND starts_with({_PATH}, %(prefix)s)
"""

_SINCE = """
    p.value_date <= %(as_of)s
    AND p.value_date > coalesce((SELECT through FROM last), '-infinity')
    AND (%(known_at)s::timestamptz IS NULL OR (
        SELECT e.recorded_at <= %(known_at)s
        FROM books.entry n JOIN books.event e ON e.seq = n.event WHERE n.id = p.entry))
"""

# From the last snapshot that may be used, by look-ups of the accounts that are asked for: what was
# closed later than the instant asked about holds things that were not known then.
_AS_OF = f"""
    WITH last AS (
        SELECT max(through) AS through FROM books.closed
        WHERE through <= %(as_of)s
          AND (%(known_at)s::timestamptz IS NULL OR closed_at <= %(known_at)s)
    )
    SELECT b.path, a.class, a.detail, a.side, h.asset, h.quantity
    FROM books.book b JOIN books.account a ON a.book = b.id, LATERAL (
        SELECT asset, sum(quantity) AS quantity FROM (
            SELECT s.asset, s.quantity FROM books.snapshot s
            WHERE s.account = a.id AND s.through = (SELECT through FROM last)
            UNION ALL
            SELECT p.asset, CASE a.side WHEN 'location' THEN p.quantity ELSE -p.quantity END
            FROM books.posting p
            WHERE p.debit = a.id AND {_SINCE}
            UNION ALL
            SELECT p.asset, CASE a.side WHEN 'location' THEN -p.quantity ELSE p.quantity END
            FROM books.posting p
            WHERE p.credit = a.id AND {_SINCE}
        ) AS parts GROUP BY asset
    ) AS h
    WHERE h.quantity <> 0 AND starts_with({_PATH}, %(prefix)s)
"""


def quantities(
    connection: Connection,
    as_of: date | None = None,
    known_at: datetime | None = None,
    prefix: str = "",
) -> dict[tuple[Account, str], int]:
    """What every account holds, in base units. Without a day it is what they hold now."""
    now = as_of is None and known_at is None
    rows = connection.execute(
        _RUNNING if now else _AS_OF,
        {"as_of": as_of or date.max, "known_at": known_at, "prefix": prefix},
    ).fetchall()
    return {
        (Account(book, klass, detail), asset): int(amount)
        for book, klass, detail, _, asset, amount in rows
    }


def balances(
    connection: Connection,
    as_of: date | None = None,
    known_at: datetime | None = None,
    prefix: str = "",
) -> list[dict[str, str]]:
    """The same for a reader: both sides positive, empty accounts left out, in order of path."""
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
        for (account, asset), amount in sorted(
            quantities(connection, as_of, known_at, prefix).items()
        )
    ]


_ENTRIES = f"""
    SELECT n.id, n.number, n.kind, n.value_date, n.effective, n.flow, n.value, n.currency,
           n.price_source, n.reverses, e.stream, e.version, e.kind AS event, e.recorded_at, p.leg,
           p.asset, p.quantity, p.authority, b.path AS book,
           d.class AS debit_class, d.detail AS debit_detail,
           c.class AS credit_class, c.detail AS credit_detail
    FROM books.entry n
    JOIN books.event e ON e.seq = n.event
    JOIN books.posting p ON p.entry = n.id
    JOIN books.book b ON b.id = p.book
    JOIN books.account d ON d.id = p.debit
    JOIN books.account c ON c.id = p.credit
    WHERE n.id IN (
        SELECT p.entry FROM books.posting p
        JOIN books.account a ON a.id IN (p.debit, p.credit) JOIN books.book b ON b.id = a.book
        WHERE starts_with({_PATH}, %(prefix)s)
          AND p.value_date BETWEEN %(since)s AND %(until)s
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
                "prefix": prefix,
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
