"""What follows from the postings by adding up, and rows that nothing accounts for.

The postings themselves are laid beside the events in `folding`. Here the database is asked, table
by table, for what does not follow from them: an empty answer each is what is promised. What the
database works out for itself from a row's other columns (the kind of a book, the counter of a leg)
is worked out again.
"""

from qazyna.ledger import chart

_BOOK_KIND = """CASE WHEN {0} IN ('reserve', 'budget') THEN {0}
         WHEN starts_with({0}, 'workout/') THEN 'workout'
         WHEN strpos({0}, '/') > 1 THEN 'case' END"""
_TITLES = ", ".join(f"'{name}'" for name in chart.TITLES)

# Each side of each leg; what is debited counts up.
_MOVED = """
    SELECT book, debit_class AS class, debit_detail AS detail, asset, quantity AS net, value_date
    FROM books.posting
    UNION ALL
    SELECT book, credit_class, credit_detail, asset, -quantity, value_date FROM books.posting
"""

HOLDINGS = f"""
    WITH derived AS (
        SELECT book, class, detail, asset, max(value_date) AS last_day,
               CASE WHEN class IN ({_TITLES}) THEN -sum(net) ELSE sum(net) END AS quantity
        FROM ({_MOVED}) AS moved GROUP BY book, class, detail, asset
    )
    SELECT concat_ws('/', book, class, nullif(detail, '')) || ' ' || asset,
           CASE WHEN h.quantity IS DISTINCT FROM d.quantity
                THEN format('holds %s; the postings say %s',
                            coalesce(h.quantity::text, 'nothing'), coalesce(d.quantity, 0))
                ELSE format('is kept as last moved on %s; it was on %s', h.last_day, d.last_day) END
    FROM books.holding h FULL JOIN derived d USING (book, class, detail, asset)
    WHERE (h.quantity, h.last_day) IS DISTINCT FROM (d.quantity, d.last_day)
"""

# What the postings debit and credit, be it permitted or not: that it is, `permitted_by_law` says.
LAWFUL = f"""
    WITH derived AS (
        SELECT book_kind, class, asset,
               CASE WHEN class IN ({_TITLES}) THEN 'title' ELSE 'location' END AS side, asset_class
        FROM (
            SELECT DISTINCT {_BOOK_KIND.format("book")} AS book_kind, class, asset
            FROM ({_MOVED}) AS moved
        ) AS posted
        LEFT JOIN (SELECT code, class AS asset_class FROM books.asset) AS s ON s.code = asset
    ), kept AS (
        SELECT book_kind, class, asset, side, asset_class FROM books.lawful
    )
    SELECT concat_ws('/', concat('lawful ', book_kind), class, side, asset, asset_class), which
    FROM (
        SELECT 'only kept' AS which, * FROM (TABLE kept EXCEPT TABLE derived) AS k
        UNION ALL
        SELECT 'only derived', * FROM (TABLE derived EXCEPT TABLE kept) AS d
    ) AS differing
"""

DRAWN = """
    WITH derived AS (
        SELECT scope, sum(amount) AS used FROM (
            SELECT scope, quantity AS amount FROM books.posting WHERE scope IS NOT NULL
            UNION ALL
            SELECT p.scope, -f.quantity FROM books.posting f
            JOIN books.posting p ON p.entry = f.reverses AND p.leg = f.leg
            WHERE f.reverses IS NOT NULL AND p.scope IS NOT NULL
        ) AS draws GROUP BY 1
    )
    SELECT format('grant %s of %s@%s', g.authority, e.stream, e.version),
           format('used %s of %s; the postings say %s', k.used, k.granted, d.used)
    FROM books.authority g LEFT JOIN books.event e ON e.seq = g.event
    LEFT JOIN derived d ON d.scope = g.id
    LEFT JOIN books.drawn k ON k.authority = g.id
    WHERE (k.used, k.granted) IS DISTINCT FROM
          (d.used, CASE WHEN d.used IS NOT NULL THEN g.granted END)
"""

MONTHS = f"""
    WITH derived AS (
        SELECT date_trunc('month', value_date)::date AS month, {_BOOK_KIND.format("book")}
               AS book_kind, kind, leg, debit_class, credit_class, counter, asset,
               coalesce(currency, '') AS currency, flow, sum(quantity) AS quantity,
               coalesce(sum(value), 0) AS value, count(*) AS postings
        FROM (
            SELECT value_date, book, kind, 1 AS leg, debit_class, credit_class, '' AS counter,
                   asset, currency, flow, quantity, value
            FROM books.entry
            UNION ALL
            SELECT value_date, book2, kind, 2, debit_class2, credit_class2,
                   CASE kind WHEN 'reverse' THEN '' ELSE debit_class END, asset2, currency, flow,
                   quantity2, value
            FROM books.entry WHERE legs = 2
        ) AS legs
        GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
    ), kept AS (
        SELECT month, book_kind, kind, leg, debit_class, credit_class, counter, asset, currency,
               flow, sum(quantity) AS quantity, sum(value) AS value, sum(postings) AS postings
        FROM books.tally GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
    )
    SELECT 'tally ' || month, format('%s %s %s: %s, %s', which, kind, asset, quantity, value) FROM (
        SELECT 'derived' AS which, * FROM (SELECT * FROM derived EXCEPT SELECT * FROM kept) AS d
        UNION ALL
        SELECT 'kept', * FROM (SELECT * FROM kept EXCEPT SELECT * FROM derived) AS k
    ) AS differing
"""

NOBODYS = """
    SELECT 'event ' || n.event, 'an entry (' || n.kind || ') that no event accounts for'
    FROM books.entry n LEFT JOIN books.event e ON e.seq = n.event WHERE e.seq IS NULL
    UNION ALL
    SELECT 'event ' || g.event, 'a grant (' || g.authority || ') that no event accounts for'
    FROM books.authority g LEFT JOIN books.event e ON e.seq = g.event WHERE e.seq IS NULL
    UNION ALL
    SELECT 'grant ' || k.authority, 'was drawn on, and no event grants it'
    FROM books.drawn k LEFT JOIN books.authority g ON g.id = k.authority WHERE g.id IS NULL
"""

SNAPSHOTS = f"""
    WITH kept AS (
        SELECT through, book, class, detail, asset, sum(quantity) AS net FROM (
            SELECT through, book, class, detail, asset, quantity FROM books.snapshot
            UNION ALL
            SELECT c.through, s.book, s.class, s.detail, s.asset, -s.quantity
            FROM books.closed c JOIN books.snapshot s ON s.through = c.follows
        ) AS between GROUP BY 1, 2, 3, 4, 5
    ), derived AS (
        SELECT c.through, book, class, detail, asset,
               CASE WHEN class IN ({_TITLES}) THEN -sum(net) ELSE sum(net) END AS net
        FROM ({_MOVED}) AS moved
        JOIN books.closed c ON value_date <= c.through
             AND (c.follows IS NULL OR value_date > c.follows)
        GROUP BY 1, 2, 3, 4, 5
    )
    SELECT format('snapshot of %s: %s %s', through,
                  concat_ws('/', book, class, nullif(detail, '')), asset),
           format('changes by %s since the one before; the postings say %s',
                  coalesce(k.net, 0), coalesce(d.net, 0))
    FROM kept k FULL JOIN derived d USING (through, book, class, detail, asset)
    WHERE coalesce(k.net, 0) <> coalesce(d.net, 0)
"""

SUMS = (HOLDINGS, LAWFUL, DRAWN, MONTHS, NOBODYS, SNAPSHOTS)
"""Each answers with (where, what) for everything that differs."""
