"""Cases: the list, page by page, and one of them whole."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from qazyna.ledger.chart import TITLES
from qazyna.seizure.case import Case
from qazyna.shell.web import books

PAGE = 40
HOLDINGS = 100
TIMELINE = 100
WINDOW = 6000
"""How many holdings a page of what is in custody looks at, at most."""

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
    SELECT book, class AS klass, detail, asset, quantity FROM books.holding
    WHERE book = ANY(%s) AND quantity > 0
    ORDER BY book, class, detail, asset
"""
_STATE = "SELECT version, state FROM books.stream WHERE name = %s"
_TIMELINE = """
    SELECT e.seq, e.version, e.kind, e.value_date, e.recorded_at, e.leaf, c.actor
    FROM books.event e JOIN books.command c ON c.key = e.command
    WHERE e.stream = %s AND e.version < %s ORDER BY e.version DESC LIMIT %s
"""
# The inner LIMIT bounds what is looked at; the outer, what is shown.
_SEEN = """
    SELECT book, class, detail, asset, quantity FROM books.holding
    WHERE (book, class, detail, asset)
        > (%(after_book)s, %(after_class)s, %(after_detail)s, %(after_asset)s)
    ORDER BY book, class, detail, asset LIMIT %(window)s
"""
_CUSTODY = f"""
    WITH seen AS MATERIALIZED ({_SEEN})
    SELECT book, detail, quantity FROM seen
    WHERE book NOT IN ('reserve', 'budget') AND NOT starts_with(book, 'workout/')
      AND class = %(class)s AND asset = %(asset)s AND quantity > 0
    ORDER BY book, detail LIMIT %(limit)s
"""
_LOOKED_AT = f"""
    SELECT count(*) AS seen, max(ARRAY[book, class, detail, asset]) AS last
    FROM ({_SEEN}) AS looked_at
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
    # Only for a beginning that it knows does the planner find the stretch of the index.
    given = {"begins": f"case/{begins}", "after": f"case/{after}", "limit": PAGE + 1}
    found = books.rows(_LIST, given, prepare=False)
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
    SELECT 'case/' || regexp_replace(book, '/[^/]+$', '') AS stream, class AS klass, asset,
           sum(quantity) AS quantity
    FROM books.holding
    WHERE class = ANY(%s) AND quantity > 0 AND book = ANY (ARRAY(
        SELECT substr(s.name, 6) || '/' || k.holding
        FROM books.stream s CROSS JOIN LATERAL (
            SELECT holding FROM jsonb_object_keys(s.state->'holdings') AS holding LIMIT %s
        ) AS k
        WHERE s.name = ANY(%s)
    ))
    GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""


def _held(streams: list[str]) -> dict[str, list[Any]]:
    """What each case holds, and under which titles; of a very large case, its first holdings."""
    found: dict[str, list[Any]] = {}
    if streams:
        for held in books.rows(_BOOKS_OF, [list(TITLES), HOLDINGS, streams]):
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
        held.setdefault(each.book.rpartition("/")[2], []).append(each)
    return Found(name, found.version, state, tuple(shown), held, start + HOLDINGS < len(names))


def timeline(name: str, before: int) -> list[Any]:
    """A page of what happened in a case, the newest first, and one more if there is more."""
    return timeline_of(f"case/{name}", before)


def timeline_of(stream: str, before: int, count: int = TIMELINE) -> list[Any]:
    """The same, of any stream, and as many as asked."""
    return books.rows(_TIMELINE, [stream, before, count + 1])


Place = tuple[str, str, str, str]
"""Book, class, detail and asset: a place among the holdings, in the order of their names."""

FIRST: Place = ("", "", "", "")


def custody(klass: str, asset: str, after: Place) -> tuple[list[Any], Place | None]:
    """Holdings of cases in accounts of a class in one asset; and where the next page begins.

    A page may come out short, or empty, with more to follow: it looks at so many holdings and no
    more, however few of them are of that class.
    """
    given = {
        "class": klass,
        "asset": asset,
        "after_book": after[0],
        "after_class": after[1],
        "after_detail": after[2],
        "after_asset": after[3],
        "limit": PAGE,
        "window": WINDOW,
    }
    found, (looked_at,) = books.ask((_CUSTODY, given), (_LOOKED_AT, given))
    if len(found) == PAGE:
        return found, (found[-1].book, klass, found[-1].detail, asset)
    return found, tuple(looked_at.last) if looked_at.seen == WINDOW else None
