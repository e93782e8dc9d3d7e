"""What accounts held at the end of a day: the last usable snapshot, and what came since."""

from datetime import date
from typing import Final, NamedTuple

from qazyna.ledger.chart import TITLES
from qazyna.ledger.entry import Account
from qazyna.shell.queries.snapshots import Reading

BEGINS_SO: Final = """(book = ANY(%(books)s) OR book ^@ %(prefix)s) AND
    (book || '/' || class || CASE detail WHEN '' THEN '' ELSE '/' || detail END) ^@ %(prefix)s"""
"""That the path of an account begins so (`beginning`). Its book is found by the key."""

POSTINGS: Final = """LATERAL (
        SELECT entry, value_date, quantity AS net FROM books.posting
        WHERE (book, debit_class, debit_detail, asset) = (h.book, h.class, h.detail, h.asset)
        UNION ALL
        SELECT entry, value_date, -quantity FROM books.posting
        WHERE (book, credit_class, credit_detail, asset) = (h.book, h.class, h.detail, h.asset)
    ) AS p"""
"""The postings of a holding `h`, from the index alone; what is credited is less than nothing."""


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
    query = _EACH.format(known=known, corrected=_CORRECTED.format(known=known) if restated else "")
    return _held(reading, query, as_of, prefix)


def now(reading: Reading, prefix: str) -> list[Held]:
    """The running quantities, less what was recorded later."""
    later = reading.later
    if later is None:  # nobody asks for now as of long ago
        return of_accounts(reading, prefix, date.max) if prefix else ever(reading, date.max)
    return _told(reading, _RUNNING, prefix)


def _held(reading: Reading, query: str, as_of: date, prefix: str = "") -> list[Held]:
    closed = reading.last_closed(as_of)
    since = closed.isoformat() if closed else "-infinity"
    return _told(reading, query, prefix, as_of=as_of, since=since)


def _told(reading: Reading, query: str, prefix: str, **given: object) -> list[Held]:
    rows = reading.rows(query, titles=list(TITLES), **beginning(prefix), **given)
    return [
        Held(Account(book, klass, detail), asset, int(amount))
        for book, klass, detail, asset, amount in rows
    ]


def beginning(prefix: str) -> dict[str, object]:
    """A path begins in a book that begins so, or within one of a few books."""
    parts = prefix.split("/")
    return {"prefix": prefix, "books": ["/".join(parts[:n]) for n in range(1, len(parts))]}


_KEPT = "CASE WHEN {klass} = ANY(%(titles)s) THEN -{amount} ELSE {amount} END"
"""What a debit adds, from an amount as it is kept on its side, or the other way about."""

# What corrects a day counts on that day, though it is booked later.
_ALL_CORRECTED = """
    UNION ALL
    SELECT p.book, legs.class, legs.detail, p.asset, legs.net
    FROM books.entry n, LATERAL (SELECT * FROM books.posting WHERE entry = n.id OFFSET 0) AS p,
         LATERAL (VALUES (p.debit_class, p.debit_detail, p.quantity),
                         (p.credit_class, p.credit_detail, -p.quantity))
             AS legs (class, detail, net)
    WHERE n.effective <= %(as_of)s AND p.value_date > %(as_of)s AND {known}
"""

_EVERY = f"""
    SELECT book, class, detail, asset, {_KEPT.format(klass="class", amount="sum(net)")}
    FROM (
        SELECT book, class, detail, asset, {_KEPT.format(klass="class", amount="quantity")} AS net
        FROM books.snapshot WHERE through = %(since)s::date
        UNION ALL
        SELECT p.book, p.debit_class, p.debit_detail, p.asset, p.quantity FROM books.posting p
        WHERE p.value_date > %(since)s::date AND p.value_date <= %(as_of)s AND {{known}}
        UNION ALL
        SELECT p.book, p.credit_class, p.credit_detail, p.asset, -p.quantity FROM books.posting p
        WHERE p.value_date > %(since)s::date AND p.value_date <= %(as_of)s AND {{known}}
        {{corrected}}
    ) AS legs
    GROUP BY 1, 2, 3, 4 HAVING sum(net) <> 0
    ORDER BY 1, 2, 3, 4
"""

_CORRECTED = """
    UNION ALL
    SELECT CASE WHEN (p.debit_class, p.debit_detail) = (h.class, h.detail) THEN p.quantity
                ELSE -p.quantity END
    FROM books.entry n, LATERAL (SELECT * FROM books.posting WHERE entry = n.id OFFSET 0) AS p
    WHERE (p.book, p.asset) = (h.book, h.asset)
      AND (h.class, h.detail) IN ((p.debit_class, p.debit_detail),
                                  (p.credit_class, p.credit_detail))
      AND n.effective <= %(as_of)s AND p.value_date > %(as_of)s AND {known}
"""

_EACH = f"""
    SELECT h.book, h.class, h.detail, h.asset, {_KEPT.format(klass="h.class", amount="sums.net")}
    FROM books.holding h, LATERAL (
        SELECT sum(net) AS net FROM (
            SELECT {_KEPT.format(klass="h.class", amount="s.quantity")} AS net
            FROM books.snapshot s
            WHERE (s.book, s.class, s.detail, s.asset) = (h.book, h.class, h.detail, h.asset)
              AND s.through = %(since)s::date
            UNION ALL
            SELECT p.net FROM {POSTINGS}
            WHERE p.value_date > %(since)s::date AND p.value_date <= %(as_of)s AND {{known}}
            {{corrected}}
        ) AS parts
    ) AS sums
    WHERE {BEGINS_SO} AND sums.net <> 0
    ORDER BY 1, 2, 3, 4
"""

_RUNNING = f"""
    SELECT book, class, detail, asset, sum(quantity) FROM (
        SELECT book, class, detail, asset, quantity FROM books.holding
        UNION ALL
        SELECT p.book, legs.class, legs.detail, p.asset,
               {_KEPT.format(klass="legs.class", amount="legs.net")}
        FROM books.posting p,
             LATERAL (VALUES (p.debit_class, p.debit_detail, -p.quantity),
                             (p.credit_class, p.credit_detail, p.quantity))
                 AS legs (class, detail, net)
        WHERE p.entry = ANY(%(later)s::bigint[])
    ) AS parts
    WHERE {BEGINS_SO}
    GROUP BY 1, 2, 3, 4 HAVING sum(quantity) <> 0
    ORDER BY 1, 2, 3, 4
"""
