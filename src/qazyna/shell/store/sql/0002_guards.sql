-- What no key can say. Each trigger is ENABLE ALWAYS: it fires under session_replication_role too.

SET LOCAL search_path = books, public;

CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% on %: %', TG_OP, TG_TABLE_NAME, TG_ARGV[0]
        USING ERRCODE = 'integrity_constraint_violation', HINT = TG_ARGV[1];
END $$;

-- 1. Nothing written is changed. Corrections add.
DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['command', 'event', 'entry', 'authority', 'asset', 'permitted',
                             'lawful', 'price', 'document']
    LOOP
        EXECUTE format($f$
            CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON %I
            FOR EACH STATEMENT EXECUTE FUNCTION refuse('what is written stays', 'Reverse it instead.');
            ALTER TABLE %I ENABLE ALWAYS TRIGGER append_only $f$, t, t);
    END LOOP;
END $$;

-- 2. Running figures follow the postings and nothing else: what writes them is the trigger
--    `apply_postings` below. A statement somebody typed is at depth 1 here, one of that trigger at 2.
--    (Names are in full, for a function looks where its caller says. It is no WHEN of the triggers,
--    which PostgreSQL would read anew for each statement.)
CREATE FUNCTION follow_postings() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF pg_catalog.pg_trigger_depth() OPERATOR(pg_catalog.<) 2 THEN
        RAISE EXCEPTION '% on %: running figures follow the postings', TG_OP, TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation', HINT = 'Post an entry.';
    END IF;
    RETURN NULL;
END $$;

DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['holding', 'drawn', 'tally']
    LOOP
        EXECUTE format($f$
            CREATE TRIGGER follows_postings BEFORE INSERT OR UPDATE ON %I
            FOR EACH STATEMENT EXECUTE FUNCTION follow_postings();
            ALTER TABLE %I ENABLE ALWAYS TRIGGER follows_postings;
            CREATE TRIGGER stays BEFORE DELETE OR TRUNCATE ON %I
            FOR EACH STATEMENT EXECUTE FUNCTION refuse('what is written stays', 'Reverse it instead.');
            ALTER TABLE %I ENABLE ALWAYS TRIGGER stays $f$, t, t, t, t);
    END LOOP;
END $$;
CREATE TRIGGER follows_postings BEFORE INSERT ON lawful
    FOR EACH STATEMENT EXECUTE FUNCTION follow_postings();
ALTER TABLE lawful ENABLE ALWAYS TRIGGER follows_postings;

-- The chart is constant: a change of it is a migration.
CREATE TRIGGER constant BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON place
    FOR EACH STATEMENT EXECUTE FUNCTION refuse('the chart is constant', 'Migrate it.');
ALTER TABLE place ENABLE ALWAYS TRIGGER constant;

CREATE TRIGGER from_an_event BEFORE INSERT ON asset FOR EACH ROW
    WHEN (NEW.event IS NULL)
    EXECUTE FUNCTION refuse('a new asset comes with an event', 'Admit a manager, recognise a fork.');
ALTER TABLE asset ENABLE ALWAYS TRIGGER from_an_event;

-- What its name makes a book: `C-17/1`, a holding of a case, or one of the others; or nothing.
CREATE FUNCTION kind_of(book text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN book IN ('reserve', 'budget') THEN book
                WHEN book LIKE '%/' OR book LIKE 'workout/%/%' THEN ''
                WHEN book LIKE 'workout/%' THEN 'workout'
                WHEN book LIKE '_%/%' THEN 'case' ELSE '' END
$$;

-- Entries move the running figures: leg by leg where they are a handful, for a set costs more to
-- begin than a row to move, and set-based for a hundred thousand. Locks are taken in sorted order, so
-- that two writers wait for each other and never in a circle.
--
-- The function runs with the rights of its owner, so that a role which may only INSERT can post. Its
-- plans are held to index look-ups, one for each row moved (OFFSET 0 and scalar subqueries keep the
-- planner from turning them round): a plan made for a batch of 100,000 would be kept for the next
-- single entry and read the whole table for it, and the other way about.
CREATE FUNCTION apply_postings() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = books, pg_temp
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off
AS $$
DECLARE
    titles CONSTANT text[] := '{claimants, beneficiaries, state, budget, reserve, workout}';
    posted bigint;       -- legs in all,
    drawing bigint;      -- and entries that rest on a grant, or take one back
    -- What the postings move and was there before: holdings, by how much, their latest day; or grants.
    places tid[];
    ids bigint[];
    nets numeric[];
    latest date[];
    dated_back boolean := false;  -- something was taken out on an earlier day than the last
    opened boolean := false;      -- something is held where it never was
    few boolean;
    moves record;
    last date;
    below text;
BEGIN
    SELECT count(*) + count(book2), count(*) FILTER (WHERE scope IS NOT NULL OR reverses IS NOT NULL
                                                            OR scope2 IS NOT NULL)
    INTO posted, drawing FROM fresh;
    few := posted < 9;

    -- 1. Lock what is there, in the order every writer takes; and see what there is to do. Only
    --    what takes out can leave a day short: a debit of a title, a credit of a location. Of one
    --    holding, what comes in comes first, so that nothing is short for a moment, and so that
    --    whatever is taken out before it is seen to be dated back.
    IF few THEN
        FOR moves IN
            SELECT leg.book, leg.class, leg.detail, leg.asset, f.value_date AS day, leg.net, leg.taken
            FROM fresh f, LATERAL (VALUES
                (f.book, f.debit_class, f.debit_detail, f.asset, f.quantity,
                 f.debit_class = ANY (titles)),
                (f.book, f.credit_class, f.credit_detail, f.asset, -f.quantity,
                 f.credit_class <> ALL (titles)),
                (f.book2, f.debit_class2, f.debit_detail2, f.asset2, f.quantity2,
                 f.debit_class2 = ANY (titles)),
                (f.book2, f.credit_class2, f.credit_detail2, f.asset2, -f.quantity2,
                 f.credit_class2 <> ALL (titles))
            ) AS leg (book, class, detail, asset, net, taken)
            WHERE leg.book IS NOT NULL
            ORDER BY leg.book, leg.class, leg.detail, leg.asset, leg.taken
        LOOP
            UPDATE holding h
            SET quantity = h.quantity + CASE WHEN moves.class = ANY (titles) THEN -moves.net
                                             ELSE moves.net END,
                last_day = greatest(h.last_day, moves.day)
            WHERE h.book = moves.book AND h.class = moves.class AND h.detail = moves.detail
              AND h.asset = moves.asset
            RETURNING h.last_day INTO last;
            IF NOT FOUND THEN
                INSERT INTO holding (book, class, detail, asset, quantity, last_day)
                VALUES (moves.book, moves.class, moves.detail, moves.asset,
                        CASE WHEN moves.class = ANY (titles) THEN -moves.net ELSE moves.net END,
                        moves.day);
                opened := true;
            ELSIF moves.taken AND moves.day < last THEN
                dated_back := true;
            END IF;
        END LOOP;
    ELSE
        -- 2. What was not there is new, and inserted at once: by the same look as the locks, so that
        --    another writer who brings the same about meantime meets the primary key.
        WITH touched AS MATERIALIZED (
            SELECT moved.book, moved.class, moved.detail, moved.asset, moved.last_day, moved.taken_on,
                   CASE WHEN moved.class = ANY (titles) THEN -moved.net ELSE moved.net END AS net,
                   there.place, there.last_day AS last_before
            FROM (
                SELECT book, class, detail, asset, sum(net) AS net, max(value_date) AS last_day,
                       min(taken_on) AS taken_on
                FROM (
                    SELECT book, debit_class AS class, debit_detail AS detail, asset, quantity AS net,
                           value_date,
                           CASE WHEN debit_class = ANY (titles) THEN value_date END AS taken_on
                    FROM fresh
                    UNION ALL
                    SELECT book, credit_class, credit_detail, asset, -quantity, value_date,
                           CASE WHEN credit_class <> ALL (titles) THEN value_date END
                    FROM fresh
                    UNION ALL
                    SELECT book2, debit_class2, debit_detail2, asset2, quantity2, value_date,
                           CASE WHEN debit_class2 = ANY (titles) THEN value_date END
                    FROM fresh WHERE legs = 2
                    UNION ALL
                    SELECT book2, credit_class2, credit_detail2, asset2, -quantity2, value_date,
                           CASE WHEN credit_class2 <> ALL (titles) THEN value_date END
                    FROM fresh WHERE legs = 2
                ) AS legs
                GROUP BY book, class, detail, asset ORDER BY book, class, detail, asset
            ) AS moved LEFT JOIN LATERAL (
                SELECT h.ctid AS place, h.last_day FROM holding h
                WHERE h.book = moved.book AND h.class = moved.class AND h.detail = moved.detail
                  AND h.asset = moved.asset
                FOR NO KEY UPDATE
            ) AS there ON true
        ), brought AS (
            INSERT INTO holding (book, class, detail, asset, quantity, last_day)
            SELECT book, class, detail, asset, net, last_day FROM touched WHERE place IS NULL
        )
        SELECT bool_or(taken_on < greatest(last_day, last_before)), bool_or(place IS NULL),
               array_agg(place) FILTER (WHERE place IS NOT NULL),
               array_agg(net) FILTER (WHERE place IS NOT NULL),
               array_agg(last_day) FILTER (WHERE place IS NOT NULL)
        INTO dated_back, opened, places, nets, latest
        FROM touched;

        -- 3. Move what was there. Rows are found by their place, which the lock keeps still.
        IF places IS NOT NULL THEN
            UPDATE holding h
            SET quantity = h.quantity + moved.net, last_day = greatest(h.last_day, moved.last_day)
            FROM unnest(places, nets, latest) AS moved (place, net, last_day)
            WHERE h.ctid = moved.place;
        END IF;
    END IF;

    -- 4. Of what was dated back, no day since may end below zero. What was taken out is no longer
    --    there on any later day: the end of each is the quantity now, less all that came after it.
    IF dated_back THEN
        SELECT format('%s of %s would be %s at the end of the day before %s', short.asset,
                      concat_ws('/', short.book, short.class, nullif(short.detail, '')),
                      short.left_over, short.next_day)
        INTO below
        FROM (
            SELECT book, class, detail, asset, min(value_date) AS since FROM (
                SELECT book, debit_class AS class, debit_detail AS detail, asset, value_date
                FROM fresh WHERE debit_class = ANY (titles)
                UNION ALL
                SELECT book, credit_class, credit_detail, asset, value_date
                FROM fresh WHERE credit_class <> ALL (titles)
                UNION ALL
                SELECT book2, debit_class2, debit_detail2, asset2, value_date
                FROM fresh WHERE debit_class2 = ANY (titles)
                UNION ALL
                SELECT book2, credit_class2, credit_detail2, asset2, value_date
                FROM fresh WHERE credit_class2 <> ALL (titles)
            ) AS legs GROUP BY book, class, detail, asset
        ) AS taken, LATERAL (
            SELECT taken.book, taken.class, taken.detail, taken.asset, days.next_day,
                   h.quantity - sum(CASE WHEN taken.class = ANY (titles) THEN -days.net
                                         ELSE days.net END)
                                OVER (ORDER BY days.next_day DESC) AS left_over
            FROM holding h, LATERAL (
                SELECT p.value_date AS next_day, sum(p.net) AS net FROM (
                    SELECT value_date, quantity AS net FROM posting
                    WHERE book = taken.book AND debit_class = taken.class
                      AND debit_detail = taken.detail AND asset = taken.asset
                      AND value_date > taken.since
                    UNION ALL
                    SELECT value_date, -quantity FROM posting
                    WHERE book = taken.book AND credit_class = taken.class
                      AND credit_detail = taken.detail AND asset = taken.asset
                      AND value_date > taken.since
                ) AS p GROUP BY p.value_date
            ) AS days
            WHERE h.book = taken.book AND h.class = taken.class AND h.detail = taken.detail
              AND h.asset = taken.asset AND taken.since < h.last_day
        ) AS short
        WHERE short.left_over < 0
        LIMIT 1;
        IF below IS NOT NULL THEN
            RAISE EXCEPTION '%', below
                USING ERRCODE = 'check_violation', CONSTRAINT = 'never_below_zero_on_any_day';
        END IF;
    END IF;

    -- 5. Draw on the grants in the same way. A reversal gives back what was drawn.
    IF drawing = 0 THEN
        NULL;
    ELSIF few THEN
        FOR moves IN
            SELECT scope, sum(net) AS net FROM (
                SELECT scope, quantity AS net FROM fresh WHERE scope IS NOT NULL
                UNION ALL
                SELECT scope2, quantity2 FROM fresh WHERE scope2 IS NOT NULL
                UNION ALL
                SELECT leg.scope, -leg.quantity
                FROM (SELECT reverses FROM fresh WHERE reverses IS NOT NULL) AS f,
                LATERAL (SELECT * FROM entry WHERE id = f.reverses OFFSET 0) AS n,
                LATERAL (VALUES (n.scope, n.quantity), (n.scope2, n.quantity2))
                    AS leg (scope, quantity)
            ) AS touched WHERE scope IS NOT NULL GROUP BY scope ORDER BY scope
        LOOP
            UPDATE drawn d SET used = d.used + moves.net WHERE d.authority = moves.scope;
            IF NOT FOUND THEN
                INSERT INTO drawn (authority, granted, used)
                SELECT g.id, g.granted, moves.net FROM authority g WHERE g.id = moves.scope;
            END IF;
        END LOOP;
    ELSE
        WITH touched AS MATERIALIZED (
            SELECT draws.scope, draws.net, there.authority
            FROM (
                SELECT scope, sum(net) AS net FROM (
                    SELECT scope, quantity AS net FROM fresh WHERE scope IS NOT NULL
                    UNION ALL
                    SELECT scope2, quantity2 FROM fresh WHERE scope2 IS NOT NULL
                    UNION ALL
                    SELECT leg.scope, -leg.quantity
                    FROM (SELECT reverses FROM fresh WHERE reverses IS NOT NULL) AS f,
                    LATERAL (SELECT * FROM entry WHERE id = f.reverses OFFSET 0) AS n,
                    LATERAL (VALUES (n.scope, n.quantity), (n.scope2, n.quantity2))
                        AS leg (scope, quantity)
                ) AS legs WHERE scope IS NOT NULL GROUP BY scope ORDER BY scope
            ) AS draws LEFT JOIN LATERAL (
                SELECT d.authority FROM drawn d WHERE d.authority = draws.scope FOR NO KEY UPDATE
            ) AS there ON true
        ), brought AS (
            INSERT INTO drawn (authority, granted, used)
            SELECT t.scope, (SELECT g.granted FROM authority g WHERE g.id = t.scope), t.net
            FROM touched t WHERE t.authority IS NULL
        )
        SELECT array_agg(scope), array_agg(net) INTO ids, nets
        FROM touched WHERE authority IS NOT NULL;

        IF ids IS NOT NULL THEN
            UPDATE drawn d SET used = d.used + draws.net
            FROM (
                SELECT found.at, sums.net FROM unnest(ids, nets) AS sums (scope, net), LATERAL (
                    SELECT k.ctid AS at FROM drawn k WHERE k.authority = sums.scope OFFSET 0
                ) AS found
            ) AS draws
            WHERE d.ctid = draws.at;
        END IF;
    END IF;

    -- 6. Add to the month's sums. One leg has one sum to add to, and needs no grouping. Many have a
    --    shard of their own, so that nobody who posts one waits for them. What is lawful comes
    --    with the first holding of its kind; `titles` says its side, and is held to the chart by that.
    IF posted = 1 THEN
        IF opened THEN
            INSERT INTO lawful (book_kind, class, asset, side, asset_class)
            SELECT kind_of(f.book), of.class, f.asset,
                   CASE WHEN of.class = ANY (titles) THEN 'title' ELSE 'location' END, s.class
            FROM fresh f,
            LATERAL (VALUES (f.debit_class), (f.credit_class)) AS of (class),
            LATERAL (SELECT a.class FROM asset a WHERE a.code = f.asset OFFSET 0) AS s
            WHERE NOT EXISTS (
                SELECT FROM lawful l
                WHERE l.book_kind = kind_of(f.book) AND l.class = of.class AND l.asset = f.asset)
            ORDER BY of.class
            ON CONFLICT DO NOTHING;
        END IF;
        INSERT INTO tally AS t
        SELECT date_trunc('month', f.value_date), kind_of(f.book), f.kind, 1, f.debit_class,
               f.credit_class, '', f.asset, coalesce(f.currency, ''), f.flow, f.event % 16,
               f.quantity, coalesce(f.value, 0), 1
        FROM fresh f
        ON CONFLICT (month, book_kind, kind, leg, debit_class, credit_class, counter, asset,
                     currency, flow, shard)
        DO UPDATE SET quantity = t.quantity + excluded.quantity, value = t.value + excluded.value,
                      postings = t.postings + excluded.postings;
        RETURN NULL;
    END IF;
    WITH sums AS MATERIALIZED (
        SELECT date_trunc('month', value_date)::date AS month, kind_of(book) AS book_kind, kind, leg,
               debit_class, credit_class, counter, asset, coalesce(currency, '') AS currency, flow,
               CASE WHEN few THEN event % 16 ELSE 16 END::smallint AS shard,
               sum(quantity), coalesce(sum(value), 0), count(*)
        FROM (
            SELECT value_date, book, kind, 1::smallint AS leg, debit_class, credit_class,
                   '' AS counter, asset, currency, flow, event, quantity, value
            FROM fresh
            UNION ALL
            SELECT value_date, book2, kind, 2::smallint, debit_class2, credit_class2,
                   CASE kind WHEN 'reverse' THEN '' ELSE debit_class END, asset2, currency, flow, event, quantity2, value
            FROM fresh WHERE legs = 2
        ) AS legs
        GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
        ORDER BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
    ), first_of_its_kind AS (
        INSERT INTO lawful (book_kind, class, asset, side, asset_class)
        SELECT of.book_kind, of.class, of.asset,
               CASE WHEN of.class = ANY (titles) THEN 'title' ELSE 'location' END, s.class
        FROM (
            SELECT book_kind, debit_class AS class, asset FROM sums WHERE opened
            UNION
            SELECT book_kind, credit_class, asset FROM sums WHERE opened
        ) AS of,
        LATERAL (SELECT a.class FROM asset a WHERE a.code = of.asset OFFSET 0) AS s
        WHERE NOT EXISTS (
            SELECT FROM lawful l
            WHERE l.book_kind = of.book_kind AND l.class = of.class AND l.asset = of.asset)
        ORDER BY 1, 2, 3
        ON CONFLICT DO NOTHING
    )
    INSERT INTO tally AS t
    SELECT * FROM sums
    ON CONFLICT (month, book_kind, kind, leg, debit_class, credit_class, counter, asset, currency,
                 flow, shard)
    DO UPDATE SET quantity = t.quantity + excluded.quantity, value = t.value + excluded.value,
                  postings = t.postings + excluded.postings;
    RETURN NULL;
END $$;

CREATE TRIGGER applied AFTER INSERT ON entry
    REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION apply_postings();
ALTER TABLE entry ENABLE ALWAYS TRIGGER applied;

-- It moves figures with its owner's rights, so nobody else may tie it to a table of theirs.
REVOKE EXECUTE ON FUNCTION apply_postings() FROM PUBLIC;

-- After a large import the planner's statistics describe other tables than there are, and single
-- commands would be planned by them. Only an owner may ANALYZE; this lets the application ask for it.
CREATE FUNCTION refresh_statistics() RETURNS void LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = books, pg_temp
AS $$
BEGIN
    ANALYZE command, event, asset, permitted, lawful, holding, authority, drawn, entry, stream,
            tally, price, document, closed, snapshot;
END $$;
