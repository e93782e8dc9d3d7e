"""What the rows of an event say: told by the database, and told by the event.

An entry's rows are told as the leaf that they would make, so that three things can be laid side
by side: the leaf as it is kept, the leaf that its rows make, and the leaf that its event makes. The
two tellings are made far from each other, and name everything by what it means (a path, an event),
never by a row's number.

A column that is added to the tables is added here too, or it goes unchecked.
"""

from collections.abc import Iterable

from qazyna.ledger.entry import Entry, Grant
from qazyna.shell.store.codec import entry_leaf

BETWEEN = b"\x1d"
"""Between leaves, and between grants; it cannot occur within one."""

# Look-ups by index, event by event: nothing here costs more when the tables are large. A leg whose
# columns contradict its accounts or its grant is left out, and so missed in the leaf.
ROWS = r"""
    SELECT e.seq, e.stream, e.version, e.kind, e.value_date, e.recorded_at, e.command, k.actor,
           k.kind, k.body_sha256, k.salt, k.recorded_at, e.leaf, e.private, n.told, g.told
    FROM (
        SELECT * FROM books.event WHERE seq > %s ORDER BY seq LIMIT %s
    ) AS e
    LEFT JOIN books.command k ON k.key = e.command
    LEFT JOIN LATERAL (
        SELECT string_agg(n.leaf || '\x1d' || convert_to(coalesce(
            '{' || coalesce('"effective":"' || n.effective || '",', '')
            || '"entry":' || n.number || ',"flow":' || to_json(n.flow)
            || ',"kind":' || to_json(n.kind) || ',"leaf":"entry","on":"' || n.value_date
            || '","postings":['
            || CASE p.legs WHEN n.legs THEN p.told ELSE '' END || '],"reverses":'
            || coalesce(r.told, 'null') || ',"stream":' || to_json(e.stream) || ',"value":'
            || CASE WHEN n.value IS NULL THEN 'null' ELSE
               '{"amount":"' || n.value || '","currency":' || to_json(n.currency) || ',"source":'
               || to_json(n.price_source) || '}' END
            || ',"version":' || e.version || '}', ''), 'UTF8'), '\x1d' ORDER BY n.number) AS told
        FROM books.entry n
        LEFT JOIN LATERAL (
            SELECT to_json(old.stream || '@' || old.version || '#' || o.number)::text AS told
            FROM books.entry o JOIN books.event old ON old.seq = o.event WHERE o.id = n.reverses
        ) AS r ON true
        LEFT JOIN LATERAL (
            SELECT count(*) AS legs, string_agg(
                '{"amount":"' || p.quantity || '","asset":' || to_json(p.asset) || ',"authority":'
                || coalesce(to_json(
                    a.authority || ':' || given.stream || '@' || given.version)::text, 'null')
                || ',"credit":' || to_json(concat_ws('/', b.path, c.class, nullif(c.detail, '')))
                || ',"debit":' || to_json(concat_ws('/', b.path, d.class, nullif(d.detail, '')))
                || '}', ',' ORDER BY p.leg) AS told
            FROM (VALUES
                (1, n.book, n.asset, n.quantity, n.debit, n.credit, n.debit_class, n.credit_class,
                 n.authority, n.scope),
                (2, n.book2, n.asset2, n.quantity2, n.debit2, n.credit2, n.debit_class2,
                 n.credit_class2, n.authority2, n.scope2)
            ) AS p (leg, book, asset, quantity, debit, credit, debit_class, credit_class, authority,
                    scope)
            JOIN books.book b ON b.id = p.book
            JOIN books.account d
                ON d.id = p.debit AND (d.book, d.class) = (p.book, p.debit_class)
            JOIN books.account c
                ON c.id = p.credit AND (c.book, c.class) = (p.book, p.credit_class)
            LEFT JOIN books.authority a ON a.id = p.scope
                AND (a.authority, a.book, a.asset) = (p.authority, p.book, p.asset)
            LEFT JOIN books.event given ON given.seq = a.event
            WHERE p.leg <= n.legs AND coalesce(a.authority, 'none') = p.authority
        ) AS p ON true
        WHERE n.event = e.seq
    ) AS n ON true
    LEFT JOIN LATERAL (
        SELECT string_agg(concat_ws(E'\x1f', g.authority, b.path, g.asset, g.granted),
                          E'\x1d' ORDER BY g.id) AS told
        FROM books.authority g LEFT JOIN books.book b ON b.id = g.book WHERE g.event = e.seq
    ) AS g ON true
    ORDER BY e.seq
"""


def entries_told(entries: Iterable[Entry], stream: str, version: int) -> list[bytes]:
    """The leaf of each entry of an event, twice: as it is kept, and as its rows make it."""
    told: list[bytes] = []
    for number, entry in enumerate(entries, start=1):
        leaf = entry_leaf(entry, stream, version, number)
        told += (leaf, leaf)
    return told


def grants_told(grants: Iterable[Grant]) -> str | None:
    """The rows of what an event grants."""
    return "\x1d".join(f"{g.kind}\x1f{g.book}\x1f{g.asset}\x1f{g.amount}" for g in grants) or None
