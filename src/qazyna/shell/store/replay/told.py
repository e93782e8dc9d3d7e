"""What the rows of an event say: told by the database, and told by the event.

Three things are held equal: an entry as its leaf is kept, as its row is, and as its event makes it.
The database makes the leaf of each row, in its own way, and tells the leaf that is kept only where
it is another; so what is laid side by side here are the rows. Both tellings name everything by what
it means (an account, an event), never by a row's number.

A column that is added to the tables is added here too, or it goes unchecked.
"""

from collections.abc import Iterable

from qazyna.ledger import chart
from qazyna.ledger.entry import Entry, Grant, Posting
from qazyna.shell.store.codec import authority_text, reversed_text

BETWEEN = b"\x1d"
"""Between leaves and rows, and between grants; it cannot occur within one."""

_NOTHING = "\x1e"
_UNVALUED = "\x1e\x1f\x1e\x1f\x1e"
_BY_NO_RIGHT = f"{chart.NONE}\x1f\x1e"

# Look-ups by index, event by event: nothing here costs more when the tables are large. Columns
# stand between \x1f, and \x1e for what there is none of; no name has a control character in it.
# Where a grant is not what its leg says, the number of its scope is told, which no event tells.
# Where a leaf is not what its row makes, it stands after the row, behind \x1e.
ROWS = r"""
    SELECT e.seq, e.stream, e.version, e.kind, e.value_date, e.recorded_at, e.command, e.leaf,
           e.private::text, n.told, g.told
    FROM (
        SELECT * FROM books.event WHERE seq > %s ORDER BY seq LIMIT %s
    ) AS e
    LEFT JOIN LATERAL (
        SELECT string_agg(convert_to(concat_ws(E'\x1f',
            n.number, n.kind, n.flow, n.value_date, coalesce(n.effective::text, E'\x1e'),
            coalesce(r.told, n.reverses::text, E'\x1e'), coalesce(n.value::text, E'\x1e'),
            coalesce(n.currency, E'\x1e'), coalesce(n.price_source, E'\x1e'), n.legs,
            n.asset, n.quantity, n.book, n.debit_class, n.debit_detail, n.credit_class,
            n.credit_detail, n.authority, coalesce(b.told, n.scope::text, E'\x1e'),
            CASE WHEN n.legs = 2 THEN concat_ws(E'\x1f',
                n.asset2, n.quantity2, n.book2, n.debit_class2, n.debit_detail2, n.credit_class2,
                n.credit_detail2, n.authority2, coalesce(b2.told, n.scope2::text, E'\x1e')) END
            ), 'UTF8') || '\x1d' || CASE n.leaf WHEN convert_to(
            '{' || coalesce('"effective":"' || n.effective || '",', '')
            || '"entry":' || n.number || ',"flow":' || to_json(n.flow)
            || ',"kind":' || to_json(n.kind) || ',"leaf":"entry","on":"' || n.value_date
            || '","postings":[{"amount":"' || n.quantity || '","asset":' || to_json(n.asset)
            || ',"authority":' || coalesce(to_json(b.told)::text, 'null') || ',"credit":'
            || to_json(concat_ws('/', n.book, n.credit_class, nullif(n.credit_detail, '')))
            || ',"debit":'
            || to_json(concat_ws('/', n.book, n.debit_class, nullif(n.debit_detail, '')))
            || CASE WHEN n.legs = 2 THEN '},{"amount":"' || n.quantity2 || '","asset":'
               || to_json(n.asset2) || ',"authority":' || coalesce(to_json(b2.told)::text, 'null')
               || ',"credit":'
               || to_json(concat_ws('/', n.book2, n.credit_class2, nullif(n.credit_detail2, '')))
               || ',"debit":'
               || to_json(concat_ws('/', n.book2, n.debit_class2, nullif(n.debit_detail2, '')))
               ELSE '' END
            || '}],"reverses":' || coalesce(to_json(r.told)::text, 'null') || ',"stream":'
            || to_json(e.stream) || ',"value":' || CASE WHEN n.value IS NULL THEN 'null' ELSE
               '{"amount":"' || n.value || '","currency":' || to_json(n.currency) || ',"source":'
               || to_json(n.price_source) || '}' END
            || ',"version":' || e.version || '}', 'UTF8') THEN '' ELSE '\x1e' || n.leaf END,
            '\x1d' ORDER BY n.number) AS told
        FROM books.entry n
        LEFT JOIN LATERAL (
            SELECT old.stream || '@' || old.version || '#' || o.number AS told
            FROM books.entry o JOIN books.event old ON old.seq = o.event
            WHERE o.id = n.reverses AND o.kind = n.reversed_kind
        ) AS r ON true
        LEFT JOIN LATERAL (
            SELECT a.authority || ':' || given.stream || '@' || given.version AS told
            FROM books.authority a JOIN books.event given ON given.seq = a.event
            WHERE a.id = n.scope AND a.authority = n.authority AND a.book = n.book
              AND a.asset = n.asset
        ) AS b ON true
        LEFT JOIN LATERAL (
            SELECT a.authority || ':' || given.stream || '@' || given.version AS told
            FROM books.authority a JOIN books.event given ON given.seq = a.event
            WHERE a.id = n.scope2 AND a.authority = n.authority2 AND a.book = n.book2
              AND a.asset = n.asset2
        ) AS b2 ON true
        WHERE n.event = e.seq
    ) AS n ON true
    LEFT JOIN LATERAL (
        SELECT string_agg(concat_ws(E'\x1f', g.authority, g.book, g.asset, g.granted),
                          E'\x1d' ORDER BY g.id) AS told
        FROM books.authority g WHERE g.event = e.seq
    ) AS g ON true
    ORDER BY e.seq
"""
AT_COMMAND = 6
"""The column of `ROWS` that names the command."""


def rows_told(entries: Iterable[Entry], stream: str, version: int) -> list[bytes]:
    """The row of each entry of an event; and after each nothing, for its leaf is the row's."""
    told: list[bytes] = []
    for number, entry in enumerate(entries, start=1):
        kind, day, postings, flow, value, reverses, effective = entry
        worth = _UNVALUED
        if value is not None:
            worth = f"{value.amount:f}\x1f{value.currency}\x1f{value.source}"
        row = (
            f"{number}\x1f{kind}\x1f{flow}\x1f{day}\x1f{effective or _NOTHING}"
            f"\x1f{reversed_text(reverses) if reverses else _NOTHING}"
            f"\x1f{worth}\x1f{len(postings)}"
        )
        for posting in postings:
            row += _leg(posting, stream, version)
        told += (row.encode(), b"")
    return told


def _leg(posting: Posting, stream: str, version: int) -> str:
    asset, amount, (book, debit, debit_detail), (_, credit, credit_detail), by = posting
    right = f"{by.kind}\x1f{authority_text(by, stream, version)}" if by else _BY_NO_RIGHT
    return (
        f"\x1f{asset}\x1f{amount}\x1f{book}\x1f{debit}\x1f{debit_detail}\x1f{credit}"
        f"\x1f{credit_detail}\x1f{right}"
    )


def grants_told(grants: Iterable[Grant]) -> str | None:
    """The rows of what an event grants."""
    return "\x1d".join(f"{g.kind}\x1f{g.book}\x1f{g.asset}\x1f{g.amount}" for g in grants) or None
