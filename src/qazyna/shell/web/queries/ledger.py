"""Holdings, entries and postings, page by page. A page costs what it shows."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from qazyna.ledger.chart import LOCATIONS, TITLES
from qazyna.ledger.entry import Account
from qazyna.plan import book_kind
from qazyna.shell.queries import held
from qazyna.shell.queries.snapshots import Reading
from qazyna.shell.web import books

PAGE = 50
WINDOW = 4000
"""How many postings one page of the journal looks at, at most, for those that it was asked for."""

_ACCOUNT = """
    SELECT asset, quantity FROM books.holding
    WHERE book = %s AND class = %s AND detail = %s ORDER BY asset
"""

_LEG = """
    SELECT p.entry, p.leg, p.value_date, p.kind, p.quantity, p.{other}_class AS other_class,
           p.{other}_detail AS other_detail, {sign} AS sign
    FROM books.posting p
    WHERE p.book = %(book)s AND p.{own}_class = %(class)s AND p.{own}_detail = %(detail)s
      AND p.asset = %(asset)s AND {known}
      AND (p.value_date, p.entry, p.leg) < (%(on)s, %(entry)s, %(leg)s)
    ORDER BY p.value_date DESC, p.entry DESC, p.leg DESC
    LIMIT %(limit)s
"""

_POSTINGS = f"""
    SELECT l.entry, l.leg, l.value_date, l.kind, l.quantity, l.sign, n.event, n.flow, n.value,
           n.currency, n.effective, e.kind AS event_kind, e.stream, l.other_class, l.other_detail,
           r.id AS reversed_by
    FROM (
        ({_LEG.format(own="debit", other="credit", sign="1", known="{known}")})
        UNION ALL
        ({_LEG.format(own="credit", other="debit", sign="-1", known="{known}")})
    ) AS l
    JOIN books.entry n ON n.id = l.entry
    JOIN books.event e ON e.seq = n.event
    LEFT JOIN books.entry r ON r.reverses = l.entry
    ORDER BY l.value_date DESC, l.entry DESC, l.leg DESC
    LIMIT %(limit)s
"""

_ENTRY = """
    SELECT n.id, n.event, n.number, n.kind, n.value_date, n.effective, n.flow, n.value, n.currency,
           n.price_source, n.leaf, n.reverses, r.id AS reversed_by,
           e.stream, e.version, e.kind AS event_kind, e.recorded_at, c.actor
    FROM books.entry n
    JOIN books.event e ON e.seq = n.event JOIN books.command c ON c.key = e.command
    LEFT JOIN books.entry r ON r.reverses = n.id
    WHERE n.id = %s
"""

_POSTINGS_OF = """
    SELECT p.entry, p.leg, p.asset, p.quantity, p.authority, p.book, p.debit_class, p.debit_detail,
           p.credit_class, p.credit_detail, g.event AS by_event, g.event_kind AS by_kind,
           g.stream AS by_stream, g.granted, coalesce(u.used, 0) AS used
    FROM books.posting p
    LEFT JOIN books.authority g ON g.id = p.scope
    LEFT JOIN books.drawn u ON u.authority = g.id
    WHERE p.entry = ANY(%s)
    ORDER BY p.entry, p.leg
"""

_ENTRIES_OF_EVENT = """
    SELECT n.id, n.number, n.kind, n.value_date, n.flow, n.value, n.currency, r.id AS reversed_by
    FROM books.entry n LEFT JOIN books.entry r ON r.reverses = n.id
    WHERE n.event = %s AND n.number > %s ORDER BY n.number LIMIT %s
"""

# So many of the newest entries have at least so many postings.
_LOOKED_AT = """
    (p.entry, p.leg) < (%(entry)s, %(leg)s) AND p.entry >= (
        SELECT min(id) FROM (SELECT id FROM books.entry WHERE id <= %(entry)s
                             ORDER BY id DESC LIMIT %(window)s) AS newest)
"""

# The newest postings first. The inner LIMIT bounds what is looked at; the outer, what is shown.
_JOURNAL = f"""
    WITH seen AS MATERIALIZED (
        SELECT p.entry, p.leg, p.kind, p.value_date, p.asset, p.quantity, p.book, p.debit_class,
               p.debit_detail, p.credit_class, p.credit_detail, p.counter
        FROM books.posting p WHERE {_LOOKED_AT}
        ORDER BY p.entry DESC, p.leg DESC LIMIT %(window)s
    )
    SELECT s.entry, s.leg, s.kind, s.value_date, s.asset, s.quantity, s.book, s.debit_class,
           s.debit_detail, s.credit_class, s.credit_detail, n.event, n.flow, n.value, n.currency,
           n.effective, e.kind AS event_kind, e.stream
    FROM seen s JOIN books.entry n ON n.id = s.entry JOIN books.event e ON e.seq = n.event
    WHERE {{filters}}
    ORDER BY s.entry DESC, s.leg DESC LIMIT %(limit)s
"""
_LAST_SEEN = f"""
    SELECT min(entry * 4 + leg) AS lowest, count(*) AS seen FROM (
        SELECT p.entry, p.leg FROM books.posting p WHERE {_LOOKED_AT}
        ORDER BY p.entry DESC, p.leg DESC LIMIT %(window)s
    ) AS looked_at
"""

FILTERS = {
    "kind": "s.kind = %(kind)s",
    "flow": "n.flow = %(flow)s",
    "book": """%(book)s = CASE WHEN s.book IN ('reserve', 'budget') THEN s.book
        WHEN starts_with(s.book, 'workout/') THEN 'workout' ELSE 'case' END""",
    "debit": "s.debit_class = %(debit)s",
    "credit": "s.credit_class = %(credit)s",
    "counter": "s.counter = %(counter)s",
    "asset": "s.asset = %(asset)s",
    "since": "s.value_date > %(since)s",
}
"""What the journal can be asked for, and how each is said in SQL."""

LAST = 2**62

Place = tuple[int, int]
"""An entry and its leg: a place in the journal."""


@dataclass(frozen=True, slots=True)
class Holding:
    """One account in one asset, with its running quantity."""

    account: Account
    book_kind: str
    asset: str
    quantity: int


@dataclass(frozen=True, slots=True)
class After:
    """Where a page of a holding's entries begins, and what the account then held."""

    on: date
    entry: int
    leg: int
    balance: int


def account_of(path: str) -> list[Account]:
    """The accounts a path may mean: a case may have slashes in its name, an account no detail."""
    parts = path.split("/")
    classes = {**LOCATIONS, **TITLES}
    found = []
    if len(parts) > 2 and parts[-2] in classes:
        found.append(Account("/".join(parts[:-2]), parts[-2], parts[-1]))
    if len(parts) > 1 and parts[-1] in classes:
        found.append(Account("/".join(parts[:-1]), parts[-1]))
    return found


def holdings_of(path: str) -> list[Holding]:
    """All that the account of this path holds or held; empty where there is no such account."""
    for account in account_of(path):
        found = books.rows(_ACCOUNT, [account.book, account.klass, account.detail])
        if found:
            kind = book_kind(account.book)
            return [Holding(account, kind, r.asset, int(r.quantity)) for r in found]
    return []


def held_on(reading: Reading, path: str, as_of: date) -> dict[str, int]:
    """What the account of this path held at the end of that day, by asset."""
    found = held.of_accounts(reading, path, as_of)
    return {each.asset: each.amount for each in found if each.account.path == path}


def postings(
    holding: Holding, after: After | None, reading: Reading | None = None
) -> tuple[list[tuple[Any, int]], After | None]:
    """A page of the holding's postings, newest value date first, each with the balance it left;
    of those that were known, where something is asked as of a time."""
    found = books.rows(
        _POSTINGS.format(known=reading.known("each") if reading else "true"),
        {
            "known_at": reading and reading.known_at,
            "later": list(reading.later or ()) if reading else [],
            "book": holding.account.book,
            "class": holding.account.klass,
            "detail": holding.account.detail,
            "asset": holding.asset,
            "on": after.on if after else date.max,
            "entry": after.entry if after else LAST,
            "leg": after.leg if after else 3,
            "limit": PAGE + 1,
        },
    )
    grows = 1 if holding.account.side == "location" else -1
    balance = after.balance if after else holding.quantity
    page = []
    for posted in found[:PAGE]:
        page.append((posted, balance))
        balance -= grows * posted.sign * int(posted.quantity)
    if len(found) <= PAGE:
        return page, None
    last = found[PAGE - 1]
    return page, After(last.value_date, last.entry, last.leg, balance)


def entry(number: int) -> Any | None:
    return books.row(_ENTRY, [number])


def postings_of(entries: list[int]) -> dict[int, list[Any]]:
    """The postings of each of the entries."""
    found: dict[int, list[Any]] = {}
    if entries:
        for posted in books.rows(_POSTINGS_OF, [entries]):
            found.setdefault(posted.entry, []).append(posted)
    return found


def entries_of_event(seq: int, after: int = 0) -> list[Any]:
    """A page of an event's entries, by their numbers, and one more if there are more."""
    return books.rows(_ENTRIES_OF_EVENT, [seq, after, PAGE + 1])


def journal(asked: dict[str, Any], before: Place) -> tuple[list[Any], Place | None]:
    """Postings that answer to every word of `asked`, newest first; and where the next page begins.

    A page may come out short, or empty, with more to follow: it looks at so many postings and no
    more, however few of them answer.
    """
    chosen = {name: value for name, value in asked.items() if name in FILTERS}
    where = " AND ".join(FILTERS[name] for name in chosen) or "true"
    given: dict[str, Any] = {
        **chosen,
        "entry": before[0],
        "leg": before[1],
        "limit": PAGE,
        "window": WINDOW,
    }
    found, ((lowest, seen),) = books.ask(
        (_JOURNAL.format(filters=where), given), (_LAST_SEEN, given)
    )
    if len(found) == PAGE:
        return found, (found[-1].entry, found[-1].leg)
    return found, divmod(lowest, 4) if seen == WINDOW else None


def value_of(row: Any) -> tuple[Decimal, str] | None:
    return None if row.value is None else (row.value, row.currency)
