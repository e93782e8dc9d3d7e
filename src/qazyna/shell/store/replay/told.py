"""What the rows of an event say, as one text: told by the database, and told by its entries.

Both tellings name everything by what it means (a path, an event), never by a row's number, so that
they can be made far from each other and laid side by side. A column that is added to the tables is
added here twice, or it goes unchecked.
"""

from collections.abc import Iterable

from qazyna.ledger.entry import Entry, Grant, rules_of
from qazyna.shell.store.codec import authority_text, entry_leaf, reversed_text

FIELD, ROW = "\x1f", b"\x1d"
"""Between two columns, and between two entries; neither can occur in a leaf."""

# Look-ups by index, event by event: nothing here costs more when the tables are large.
ROWS = r"""
    SELECT e.seq, e.stream, e.version, e.kind, e.value_date, e.recorded_at, e.command, k.actor,
           e.leaf, e.private, n.told, g.told
    FROM (
        SELECT * FROM books.event WHERE seq > %s ORDER BY seq LIMIT %s
    ) AS e
    LEFT JOIN books.command k ON k.key = e.command
    LEFT JOIN LATERAL (
        SELECT string_agg(n.leaf || convert_to(concat_ws(E'\x1f', '', n.number, n.kind, n.legs,
                   n.value_date, n.flow, n.value, n.currency, n.price_source, r.told, p.told
               ), 'UTF8'), '\x1d' ORDER BY n.number) AS told
        FROM books.entry n
        LEFT JOIN LATERAL (
            SELECT old.stream || '@' || old.version || '#' || o.number AS told
            FROM books.entry o JOIN books.event old ON old.seq = o.event WHERE o.id = n.reverses
        ) AS r ON true
        LEFT JOIN LATERAL (
            SELECT string_agg(concat_ws(E'\x1f', p.leg, p.kind, p.value_date, p.asset, p.quantity,
                       b.path || '/' || concat_ws('/', d.class, nullif(d.detail, '')),
                       b.path || '/' || concat_ws('/', c.class, nullif(c.detail, '')),
                       p.debit_class, p.credit_class, p.counter, p.authority,
                       a.authority || ':' || given.stream || '@' || given.version
                   ), E'\x1f' ORDER BY p.leg) AS told
            FROM books.posting p
            LEFT JOIN books.book b ON b.id = p.book
            LEFT JOIN books.account d ON d.id = p.debit AND d.book = p.book
            LEFT JOIN books.account c ON c.id = p.credit AND c.book = p.book
            LEFT JOIN books.authority a
                ON a.id = p.scope AND a.book = p.book AND a.asset = p.asset
            LEFT JOIN books.event given ON given.seq = a.event
            WHERE p.entry = n.id
              AND (p.reverses IS NOT DISTINCT FROM n.reverses)
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
    """The rows of an event's entries."""
    return [
        entry_leaf(entry, stream, version, number)
        + FIELD.join(_entry(entry, stream, version, number)).encode()
        for number, entry in enumerate(entries, start=1)
    ]


def _entry(entry: Entry, stream: str, version: int, number: int) -> list[str]:
    on, value = entry.value_date.isoformat(), entry.value
    columns = ["", str(number), entry.kind, str(len(entry.postings)), on, entry.flow]
    if value is not None:
        columns += (format(value.amount, "f"), value.currency, value.source)
    if entry.reverses is not None:
        columns.append(reversed_text(entry.reverses))
    for rule, posting in zip(rules_of(entry), entry.postings, strict=True):
        columns += (
            *(str(rule[1]), entry.kind, on, posting.asset, str(posting.amount)),
            *(posting.debit.path, posting.credit.path, *rule[2:]),
        )
        if posting.authority is not None:
            columns.append(authority_text(posting.authority, stream, version))
    return columns


def grants_told(grants: Iterable[Grant]) -> str | None:
    """The rows of what an event grants."""
    rows = [FIELD.join((g.kind, g.book, g.asset, str(g.amount))) for g in grants]
    return "\x1d".join(rows) or None
