"""What follows from the postings by adding up, and rows that nothing accounts for.

The postings themselves are laid beside the events in `folding`. Here the database is asked, table
by table, for what does not follow from them: an empty answer each is what is promised.
"""

QUANTITIES = """
    WITH derived AS (
        SELECT account, asset, sum(net) AS quantity FROM (
            SELECT debit AS account, asset, sum(quantity) AS net FROM books.posting GROUP BY 1, 2
            UNION ALL
            SELECT credit, asset, -sum(quantity) FROM books.posting GROUP BY 1, 2
        ) AS moved GROUP BY 1, 2
    )
    SELECT concat_ws('/', b.path, a.class, nullif(a.detail, '')) || ' '
               || coalesce(h.asset, d.asset),
           format('holds %s; the postings say %s', coalesce(h.quantity::text, 'nothing'),
                  coalesce(CASE a.side WHEN 'location' THEN d.quantity ELSE -d.quantity END, 0))
    FROM books.holding h FULL JOIN derived d ON d.account = h.account AND d.asset = h.asset
    LEFT JOIN books.account a ON a.id = coalesce(h.account, d.account)
    LEFT JOIN books.book b ON b.id = a.book
    LEFT JOIN books.asset s ON s.code = h.asset
    WHERE h.quantity
          IS DISTINCT FROM CASE a.side WHEN 'location' THEN d.quantity ELSE -d.quantity END
       OR (h.book, h.book_kind, h.class, h.side, h.asset_class)
          IS DISTINCT FROM (a.book, a.book_kind, a.class, a.side, s.class)
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

MONTHS = """
    WITH derived AS (
        SELECT date_trunc('month', p.value_date)::date AS month, b.kind AS book_kind, p.kind, p.leg,
               p.debit_class, p.credit_class, p.counter, p.asset,
               coalesce(n.currency, '') AS currency, n.flow, sum(p.quantity) AS quantity,
               coalesce(sum(n.value), 0) AS value, count(*) AS postings
        FROM books.posting p JOIN books.entry n ON n.id = p.entry JOIN books.book b ON b.id = p.book
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
"""

SNAPSHOTS = """
    WITH kept AS (
        SELECT through, account, asset, sum(quantity) AS net FROM (
            SELECT through, account, asset, quantity FROM books.snapshot
            UNION ALL
            SELECT c.through, s.account, s.asset, -s.quantity
            FROM books.closed c JOIN books.snapshot s ON s.through = c.follows
        ) AS between GROUP BY 1, 2, 3
    ), derived AS (
        SELECT c.through, legs.account, legs.asset,
               sum(CASE a.side WHEN 'location' THEN legs.net ELSE -legs.net END) AS net
        FROM (
            SELECT debit AS account, asset, quantity AS net, value_date FROM books.posting
            UNION ALL
            SELECT credit, asset, -quantity, value_date FROM books.posting
        ) AS legs
        JOIN books.closed c ON legs.value_date <= c.through
             AND (c.follows IS NULL OR legs.value_date > c.follows)
        JOIN books.account a ON a.id = legs.account
        GROUP BY 1, 2, 3
    )
    SELECT format('snapshot of %s: account %s %s', coalesce(k.through, d.through),
                  coalesce(k.account, d.account), coalesce(k.asset, d.asset)),
           format('changes by %s since the one before; the postings say %s',
                  coalesce(k.net, 0), coalesce(d.net, 0))
    FROM kept k FULL JOIN derived d
         ON (d.through, d.account, d.asset) = (k.through, k.account, k.asset)
    WHERE coalesce(k.net, 0) <> coalesce(d.net, 0)
"""

SUMS = (QUANTITIES, DRAWN, MONTHS, NOBODYS, SNAPSHOTS)
"""Each answers with (where, what) for everything that differs."""
