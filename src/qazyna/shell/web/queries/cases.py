"""Cases: the list, page by page, and one of them whole."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from qazyna.seizure.case import Case
from qazyna.shell.web import books

PAGE = 40
HOLDINGS = 100
TIMELINE = 100

# The names of streams are in the order of an index, and so is the part that begins alike.
_LIST = """
    SELECT s.name, s.version, e.value_date AS since, l.value_date AS last_on, l.kind AS last_kind,
           (SELECT count(*) FROM jsonb_object_keys(s.state->'holdings')) AS holdings
    FROM (
        SELECT name, version, state FROM books.stream
        WHERE starts_with(name, %(begins)s) AND name > %(after)s ORDER BY name LIMIT %(limit)s
    ) AS s
    JOIN books.event e ON e.stream = s.name AND e.version = 1
    JOIN books.event l ON l.stream = s.name AND l.version = s.version
    ORDER BY s.name
"""
_BALANCES = """
    SELECT b.path, a.class AS klass, a.detail, a.side, h.asset, h.quantity
    FROM books.book b JOIN books.account a ON a.book = b.id JOIN books.holding h ON h.account = a.id
    WHERE b.path = ANY(%s) AND h.quantity > 0
    ORDER BY b.path, a.side, a.class, a.detail, h.asset
"""
_STATE = "SELECT version, state FROM books.stream WHERE name = %s"
_TIMELINE = """
    SELECT e.seq, e.version, e.kind, e.value_date, e.recorded_at, e.leaf, c.actor
    FROM books.event e JOIN books.command c ON c.key = e.command
    WHERE e.stream = %s AND e.version < %s ORDER BY e.version DESC LIMIT %s
"""
_CUSTODY = """
    SELECT w.account, b.path, w.class AS klass, w.detail, w.asset, w.quantity
    FROM (
        SELECT h.account, h.book, h.class, a.detail, h.asset, h.quantity
        FROM books.holding h JOIN books.account a ON a.id = h.account
        WHERE h.account > %(after)s AND h.book_kind = 'case' AND h.class = %(class)s
          AND h.asset = %(asset)s AND h.quantity > 0
        ORDER BY h.account LIMIT %(limit)s
    ) AS w JOIN books.book b ON b.id = w.book
    ORDER BY w.account
"""


@dataclass(frozen=True, slots=True)
class Summary:
    """A case in the list."""

    case: str
    since: date
    last_on: date
    last_kind: str
    events: int
    holdings: int
    balances: tuple[Any, ...]


def listed(begins: str, after: str) -> tuple[list[Summary], str | None]:
    """A page of the cases whose names begin so, in order; and the name to go on after."""
    found = books.rows(
        _LIST, {"begins": f"case/{begins}", "after": f"case/{after}", "limit": PAGE + 1}
    )
    page, more = found[:PAGE], len(found) > PAGE
    states = {r.name: r for r in page}
    held = _held(list(states))
    cases = [
        Summary(
            r.name.removeprefix("case/"),
            r.since,
            r.last_on,
            r.last_kind,
            r.version,
            r.holdings,
            tuple(held.get(r.name, ())),
        )
        for r in page
    ]
    return cases, cases[-1].case if more else None


_BOOKS_OF = """
    SELECT 'case/' || regexp_replace(b.path, '/[^/]+$', '') AS stream, a.class AS klass, h.asset,
           sum(h.quantity) AS quantity
    FROM (
        SELECT substr(s.name, 6) || '/' || k.holding AS path
        FROM books.stream s CROSS JOIN LATERAL (
            SELECT holding FROM jsonb_object_keys(s.state->'holdings') AS holding LIMIT %s
        ) AS k
        WHERE s.name = ANY(%s)
    ) AS wanted
    JOIN books.book b ON b.path = wanted.path
    JOIN books.account a ON a.book = b.id AND a.side = 'title'
    JOIN books.holding h ON h.account = a.id AND h.quantity > 0
    GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""


def _held(streams: list[str]) -> dict[str, list[Any]]:
    """What each case holds, and under which titles; of a very large case, its first holdings."""
    found: dict[str, list[Any]] = {}
    if streams:
        for held in books.rows(_BOOKS_OF, [HOLDINGS, streams]):
            found.setdefault(held.stream, []).append(held)
    return found


@dataclass(frozen=True, slots=True)
class Found:
    """A case: its folded state, and what its holdings (a page of them) hold."""

    case: str
    version: int
    state: Case
    holdings: tuple[str, ...]
    balances: dict[str, list[Any]]
    more_holdings: bool


def case(name: str, after: str = "") -> Found | None:
    found = books.row(_STATE, [f"case/{name}"])
    if found is None:
        return None
    state = Case.model_validate(found.state)
    names = list(state.holdings)
    start = names.index(after) + 1 if after in state.holdings else 0
    shown = names[start : start + HOLDINGS]
    held: dict[str, list[Any]] = {}
    for each in books.rows(_BALANCES, [[f"{name}/{holding}" for holding in shown]]):
        held.setdefault(each.path.rpartition("/")[2], []).append(each)
    return Found(name, found.version, state, tuple(shown), held, start + HOLDINGS < len(names))


def timeline(name: str, before: int) -> list[Any]:
    """A page of what happened in a case, the newest first, and one more if there is more."""
    return timeline_of(f"case/{name}", before)


def timeline_of(stream: str, before: int) -> list[Any]:
    """The same, of any stream."""
    return books.rows(_TIMELINE, [stream, before, TIMELINE + 1])


def custody(title: str, asset: str, after: int) -> list[Any]:
    """Holdings of cases under one title in one asset, in the order in which they were opened."""
    return books.rows(_CUSTODY, {"class": title, "asset": asset, "after": after, "limit": PAGE + 1})
