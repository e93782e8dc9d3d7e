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
    FOREACH t IN ARRAY ARRAY['command', 'event', 'entry', 'posting', 'asset', 'permitted', 'book',
                             'account', 'price', 'document']
    LOOP
        EXECUTE format($f$
            CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON %I
            FOR EACH STATEMENT EXECUTE FUNCTION refuse('what is written stays', 'Reverse it instead.');
            ALTER TABLE %I ENABLE ALWAYS TRIGGER append_only $f$, t, t);
    END LOOP;
    -- 2. The chart is constant: a change of it is a migration.
    FOREACH t IN ARRAY ARRAY['place', 'posting_rule', 'authority_kind', 'authority_event']
    LOOP
        EXECUTE format($f$
            CREATE TRIGGER constant BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON %I
            FOR EACH STATEMENT EXECUTE FUNCTION refuse('the chart is constant', 'Migrate it.');
            ALTER TABLE %I ENABLE ALWAYS TRIGGER constant $f$, t, t);
    END LOOP;
    -- 3. What belongs together is written together: no entry, posting, grant, price, asset or
    --    permission joins an event after its transaction.
    FOREACH t IN ARRAY ARRAY['event', 'entry', 'posting', 'authority', 'permitted', 'price', 'asset']
    LOOP
        EXECUTE format($f$
            CREATE TRIGGER written_together BEFORE INSERT ON %I FOR EACH ROW
            WHEN (NEW.tx IS DISTINCT FROM pg_current_xact_id())
            EXECUTE FUNCTION refuse('tx is the writing transaction', 'Leave tx to its default.');
            ALTER TABLE %I ENABLE ALWAYS TRIGGER written_together $f$, t, t);
    END LOOP;
    -- 4. Running figures follow the postings and nothing else. A WHEN clause is evaluated outside
    --    its trigger, so depth 0 is a statement somebody typed, and 1 is `apply_postings` below.
    FOREACH t IN ARRAY ARRAY['holding', 'authority', 'tally']
    LOOP
        EXECUTE format($f$
            CREATE TRIGGER follows_postings BEFORE UPDATE ON %I FOR EACH ROW
            WHEN (pg_trigger_depth() = 0)
            EXECUTE FUNCTION refuse('running figures follow the postings', 'Post an entry.');
            ALTER TABLE %I ENABLE ALWAYS TRIGGER follows_postings;
            CREATE TRIGGER stays BEFORE DELETE OR TRUNCATE ON %I
            FOR EACH STATEMENT EXECUTE FUNCTION refuse('what is written stays', 'Reverse it instead.');
            ALTER TABLE %I ENABLE ALWAYS TRIGGER stays $f$, t, t, t, t);
    END LOOP;
END $$;

CREATE TRIGGER starts_empty BEFORE INSERT ON holding FOR EACH ROW
    WHEN (NEW.quantity <> 0)
    EXECUTE FUNCTION refuse('a holding starts empty', 'Post an entry.');
ALTER TABLE holding ENABLE ALWAYS TRIGGER starts_empty;

CREATE TRIGGER starts_unused BEFORE INSERT ON authority FOR EACH ROW
    WHEN (NEW.used <> 0)
    EXECUTE FUNCTION refuse('a grant starts unused', 'Post an entry that rests on it.');
ALTER TABLE authority ENABLE ALWAYS TRIGGER starts_unused;

CREATE TRIGGER follows_postings_too BEFORE INSERT ON tally FOR EACH ROW
    WHEN (pg_trigger_depth() = 0)
    EXECUTE FUNCTION refuse('running figures follow the postings', 'Post an entry.');
ALTER TABLE tally ENABLE ALWAYS TRIGGER follows_postings_too;

DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['command', 'event']
    LOOP
        EXECUTE format($f$
            CREATE TRIGGER recorded_now BEFORE INSERT ON %I FOR EACH ROW
            WHEN ((NEW.recorded_at BETWEEN now() AND clock_timestamp()) IS NOT TRUE)
            EXECUTE FUNCTION refuse('recorded_at is when it is recorded', 'Ask clock_timestamp().');
            ALTER TABLE %I ENABLE ALWAYS TRIGGER recorded_now $f$, t, t);
    END LOOP;
END $$;

CREATE TRIGGER from_an_event BEFORE INSERT ON asset FOR EACH ROW
    WHEN (NEW.event IS NULL)
    EXECUTE FUNCTION refuse('a new asset comes with an event', 'Admit a manager, recognise a fork.');
ALTER TABLE asset ENABLE ALWAYS TRIGGER from_an_event;

-- Postings move the running figures: set-based, for one and for a hundred thousand alike. Locks are
-- taken in sorted order, so that two writers wait for each other and never in a circle.
--
-- The function runs with the rights of its owner, so that a role which may only INSERT can post. Its
-- plans are held to index look-ups: a plan made for a batch of 100,000 would be kept for the next
-- single posting, and read the whole table for it.
CREATE FUNCTION apply_postings() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = books, pg_temp
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
BEGIN
    PERFORM 1 FROM (
        SELECT DISTINCT account, asset FROM (
            SELECT debit AS account, asset FROM fresh UNION ALL SELECT credit, asset FROM fresh
        ) AS touched ORDER BY account, asset
    ) AS t, LATERAL (
        SELECT 1 FROM holding h WHERE h.account = t.account AND h.asset = t.asset
        FOR NO KEY UPDATE
    ) AS locked;

    UPDATE holding h
    SET quantity = h.quantity + CASE h.side WHEN 'location' THEN moved.net ELSE -moved.net END
    FROM (
        SELECT account, asset, sum(net) AS net FROM (
            SELECT debit AS account, asset, quantity AS net FROM fresh
            UNION ALL
            SELECT credit, asset, -quantity FROM fresh
        ) AS legs GROUP BY account, asset
    ) AS moved
    WHERE h.account = moved.account AND h.asset = moved.asset;

    -- A reversal gives back what the reversed posting had drawn.
    UPDATE authority a SET used = a.used + drawn.amount
    FROM (
        SELECT scope, sum(amount) AS amount FROM (
            SELECT scope, quantity AS amount FROM fresh WHERE scope IS NOT NULL
            UNION ALL
            SELECT p.scope, -f.quantity FROM fresh f
            JOIN posting p ON p.entry = f.reverses AND p.leg = f.leg
            WHERE p.scope IS NOT NULL
        ) AS draws GROUP BY scope ORDER BY scope
    ) AS drawn
    WHERE a.id = drawn.scope;

    INSERT INTO tally AS t
    SELECT date_trunc('month', f.value_date)::date, b.kind, f.kind, f.leg, f.debit_class,
           f.credit_class, f.counter, f.asset, coalesce(e.currency, ''), e.flow,
           (e.event % 4)::smallint, sum(f.quantity), coalesce(sum(e.value), 0), count(*)
    FROM fresh f JOIN entry e ON e.id = f.entry JOIN book b ON b.id = f.book
    GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
    ORDER BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
    ON CONFLICT (month, book_kind, kind, leg, debit_class, credit_class, counter, asset, currency,
                 flow, shard)
    DO UPDATE SET quantity = t.quantity + excluded.quantity, value = t.value + excluded.value,
                  postings = t.postings + excluded.postings;
    RETURN NULL;
END $$;

CREATE TRIGGER applied AFTER INSERT ON posting
    REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION apply_postings();
ALTER TABLE posting ENABLE ALWAYS TRIGGER applied;

-- It moves figures with its owner's rights, so nobody else may tie it to a table of theirs.
REVOKE EXECUTE ON FUNCTION apply_postings() FROM PUBLIC;
