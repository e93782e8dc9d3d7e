"""What accounts held at the end of a day: the last usable snapshot, and what came since."""

from datetime import date
from typing import Final, NamedTuple

from qazyna.ledger.entry import Account
from qazyna.shell.queries.snapshots import Reading

PATH: Final = "b.path || '/' || a.class || CASE a.detail WHEN '' THEN '' ELSE '/' || a.detail END"


class Held(NamedTuple):
    """So much of an asset in an account, in base units, on the side it is kept on."""

    account: Account
    asset: str
    amount: int


def ever(reading: Reading, as_of: date, *, restated: bool = False) -> list[Held]:
    """Every account of every book that was not empty: what moved since is summed once for all."""
    query = _EVERY.format(
        known=reading.known(),
        corrected=_ALL_CORRECTED.format(known=reading.known()) if restated else "",
    )
    return _held(reading, query, as_of)


def of_accounts(
    reading: Reading, prefix: str, as_of: date, *, restated: bool = False
) -> list[Held]:
    """The accounts whose path begins so: each is looked up, however many others there are."""
    known = reading.known("each")
    query = _ACCOUNTS + _EACH.format(
        known=known, corrected=_CORRECTED.format(known=known) if restated else ""
    )
    return _held(reading, query, as_of, prefix)


def now(reading: Reading, prefix: str) -> list[Held]:
    """The running quantities, less what was recorded later."""
    later = reading.later
    if later is None:  # nobody asks for now as of long ago
        return of_accounts(reading, prefix, date.max) if prefix else ever(reading, date.max)
    return _told(reading.rows(_ACCOUNTS + _RUNNING, **_beginning(prefix)))


def _held(reading: Reading, query: str, as_of: date, prefix: str = "") -> list[Held]:
    closed = reading.last_closed(as_of)
    since = closed.isoformat() if closed else "-infinity"
    return _told(reading.rows(query, as_of=as_of, since=since, **_beginning(prefix)))


def _told(rows: list[tuple[str, str, str, str, int]]) -> list[Held]:
    return [
        Held(Account(book, klass, detail), asset, int(amount))
        for book, klass, detail, asset, amount in rows
    ]


def _beginning(prefix: str) -> dict[str, object]:
    """A path begins in a book that begins so, or within one of a few books."""
    parts = prefix.split("/")
    return {"prefix": prefix, "books": ["/".join(parts[:n]) for n in range(1, len(parts))]}


# What corrects a day counts on that day, though it is booked later.
_ALL_CORRECTED = """
    UNION ALL
    SELECT legs.account, p.asset, legs.sign * p.quantity
    FROM books.entry n, LATERAL (SELECT * FROM books.posting WHERE entry = n.id OFFSET 0) AS p,
         LATERAL (VALUES (p.debit, 1), (p.credit, -1)) AS legs (account, sign)
    WHERE n.effective <= %(as_of)s AND p.value_date > %(as_of)s AND {known}
"""

_EVERY = """
    WITH moved AS (
        SELECT account, asset, sum(net) AS net FROM (
            SELECT p.debit AS account, p.asset, p.quantity AS net FROM books.posting p
            WHERE p.value_date > %(since)s::date AND p.value_date <= %(as_of)s AND {known}
            UNION ALL
            SELECT p.credit, p.asset, -p.quantity FROM books.posting p
            WHERE p.value_date > %(since)s::date AND p.value_date <= %(as_of)s AND {known}
            {corrected}
        ) AS legs GROUP BY account, asset
    ), parts AS (
        SELECT account, asset, quantity FROM books.snapshot WHERE through = %(since)s::date
        UNION ALL
        SELECT m.account, m.asset, CASE a.side WHEN 'location' THEN m.net ELSE -m.net END
        FROM moved m JOIN books.account a ON a.id = m.account
    )
    SELECT b.path, a.class, a.detail, h.asset, h.quantity
    FROM (
        SELECT account, asset, sum(quantity) AS quantity FROM parts GROUP BY account, asset
    ) AS h JOIN books.account a ON a.id = h.account JOIN books.book b ON b.id = a.book
    WHERE h.quantity <> 0
    ORDER BY b.path, a.class, a.detail, h.asset
"""

_ACCOUNTS = f"""
    WITH asked AS MATERIALIZED (
        SELECT a.id, b.path, a.class, a.detail, a.side
        FROM books.book b JOIN books.account a ON a.book = b.id
        WHERE (b.path = ANY(%(books)s) OR starts_with(b.path, %(prefix)s))
          AND starts_with({PATH}, %(prefix)s)
    )
"""

_CORRECTED = """
    UNION ALL
    SELECT p.asset, CASE p.debit WHEN a.id THEN p.quantity ELSE -p.quantity END
    FROM books.entry n, LATERAL (SELECT * FROM books.posting WHERE entry = n.id OFFSET 0) AS p
    WHERE a.id IN (p.debit, p.credit)
      AND n.effective <= %(as_of)s AND p.value_date > %(as_of)s AND {known}
"""

_EACH = """
    SELECT a.path, a.class, a.detail, h.asset,
           CASE a.side WHEN 'location' THEN h.net ELSE -h.net END
    FROM asked a, LATERAL (
        SELECT asset, sum(net) AS net FROM (
            SELECT s.asset, CASE a.side WHEN 'location' THEN s.quantity ELSE -s.quantity END AS net
            FROM books.snapshot s WHERE s.account = a.id AND s.through = %(since)s::date
            UNION ALL
            SELECT p.asset, p.quantity FROM books.posting p
            WHERE p.debit = a.id AND p.value_date > %(since)s::date AND p.value_date <= %(as_of)s
              AND {known}
            UNION ALL
            SELECT p.asset, -p.quantity FROM books.posting p
            WHERE p.credit = a.id AND p.value_date > %(since)s::date AND p.value_date <= %(as_of)s
              AND {known}
            {corrected}
        ) AS parts GROUP BY asset
    ) AS h
    WHERE h.net <> 0
    ORDER BY a.path, a.class, a.detail, h.asset
"""

_RUNNING = """
    SELECT path, class, detail, asset, sum(quantity) FROM (
        SELECT a.path, a.class, a.detail, h.asset, h.quantity
        FROM asked a JOIN books.holding h ON h.account = a.id WHERE h.quantity > 0
        UNION ALL
        SELECT a.path, a.class, a.detail, p.asset,
               CASE WHEN (a.id = p.debit) = (a.side = 'location') THEN -p.quantity
                    ELSE p.quantity END
        FROM books.posting p JOIN asked a ON a.id IN (p.debit, p.credit)
        WHERE p.entry = ANY(%(later)s::bigint[])
    ) AS parts GROUP BY 1, 2, 3, 4 HAVING sum(quantity) <> 0
    ORDER BY 1, 2, 3, 4
"""
