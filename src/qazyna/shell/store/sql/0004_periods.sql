-- Periods: what is closed stays as it was published, and its last day is kept summed up.
--
-- Periods follow one another without a gap and in order, and keys hold them to it. What no key can
-- say are two things. A posting's date is compared with the last row of another table: a trigger
-- compares it. And a snapshot is the sum of all postings through a day: a trigger sums them, and
-- nobody else writes one.

SET LOCAL search_path = books, public;

CREATE TABLE closed (
    through    date        NOT NULL PRIMARY KEY
               CONSTRAINT a_calendar_day CHECK (through BETWEEN '0001-01-01' AND '9999-12-31'),
    follows    date CONSTRAINT follows_another REFERENCES closed,     -- NULL for the first alone
    event      bigint      NOT NULL UNIQUE,
    tx         this_transaction NOT NULL,
    event_kind text        NOT NULL DEFAULT 'period_closed' CHECK (event_kind = 'period_closed'),
    stream     text        NOT NULL DEFAULT 'periods' CHECK (stream = 'periods'),
    closed_at  timestamptz NOT NULL DEFAULT clock_timestamp(),        -- set by `stand_still`
    CONSTRAINT one_after_the_other UNIQUE NULLS NOT DISTINCT (follows),
    CONSTRAINT later_than_before CHECK (follows IS NULL OR through > follows),
    CONSTRAINT over_by_then CHECK (through < (closed_at AT TIME ZONE 'UTC')::date),
    CONSTRAINT closed_with_its_event
        FOREIGN KEY (event, tx, event_kind, stream) REFERENCES event (seq, tx, kind, stream)
);

CREATE TABLE snapshot (
    -- What every account held at the end of a closed period; nothing is no row.
    through  date          NOT NULL REFERENCES closed,
    book     text          NOT NULL,
    class    text          NOT NULL,
    detail   text          NOT NULL,
    asset    text          NOT NULL,
    quantity numeric(78,0) NOT NULL
             CONSTRAINT something_held CHECK (quantity > 0 AND quantity <> 'NaN'),
    PRIMARY KEY (book, class, detail, through, asset),
    CONSTRAINT of_a_holding FOREIGN KEY (book, class, detail, asset) REFERENCES holding
);

-- Writers and closings meet on a lock of the table `closed`. A posting takes it in a mode that other
-- postings share; a closing takes it in one that nobody shares, and so waits until every posting
-- under way is committed or taken back; a posting that comes meanwhile waits for the closing. Both
-- look only once they hold the lock, and keep it until they commit. At READ COMMITTED what they then
-- see is all that was committed before; an older snapshot would show the books as they were before
-- the wait, so postings and closings are made at no other level.

CREATE FUNCTION in_an_open_period() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = books, pg_temp
AS $$
DECLARE
    last_closed date;
    first_day   date;
BEGIN
    IF current_setting('transaction_isolation') NOT IN ('read committed', 'read uncommitted') THEN
        RAISE EXCEPTION 'postings are made at READ COMMITTED'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'sees_what_is_closed';
    END IF;
    LOCK TABLE closed IN ROW SHARE MODE;
    last_closed := (SELECT max(through) FROM closed);
    IF last_closed IS NOT NULL THEN
        first_day := (SELECT min(value_date) FROM fresh);
        IF first_day <= last_closed THEN
            RAISE EXCEPTION 'a posting of % where all is closed through %', first_day, last_closed
                USING ERRCODE = 'check_violation', CONSTRAINT = 'period_closed',
                      DETAIL = to_char(last_closed, 'YYYY-MM-DD ') || to_char(first_day, 'YYYY-MM-DD');
        END IF;
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER period_closed AFTER INSERT ON entry
    REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION in_an_open_period();
ALTER TABLE entry ENABLE ALWAYS TRIGGER period_closed;

CREATE FUNCTION stand_still() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = books, pg_temp
AS $$
BEGIN
    IF current_setting('transaction_isolation') NOT IN ('read committed', 'read uncommitted') THEN
        RAISE EXCEPTION 'periods are closed at READ COMMITTED'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'sees_what_is_closed';
    END IF;
    LOCK TABLE closed IN EXCLUSIVE MODE;
    -- The key would look at the end of the statement only: two periods in one could stand in the
    -- wrong order, and the later one's snapshot begin with nothing.
    IF NOT EXISTS (SELECT FROM closed WHERE through = NEW.follows) AND NEW.follows IS NOT NULL THEN
        RAISE EXCEPTION 'no period ends on %', NEW.follows
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'follows_another';
    END IF;
    -- Nothing that the snapshot holds was recorded later.
    NEW.closed_at := clock_timestamp();
    RETURN NEW;
END $$;

CREATE TRIGGER stand_still BEFORE INSERT ON closed FOR EACH ROW EXECUTE FUNCTION stand_still();
ALTER TABLE closed ENABLE ALWAYS TRIGGER stand_still;

CREATE FUNCTION take_snapshot() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = books, pg_temp
AS $$
DECLARE
    titles CONSTANT text[] := '{claimants, beneficiaries, state, budget, reserve, workout}';
BEGIN
    -- (Of what is held: what this very statement posts is still to be applied, and refused.)
    INSERT INTO snapshot (through, book, class, detail, asset, quantity)
    SELECT NEW.through, sums.book, sums.class, sums.detail, sums.asset, sum(sums.quantity)
    FROM (
        SELECT book, class, detail, asset, quantity FROM snapshot WHERE through = NEW.follows
        UNION ALL
        SELECT moved.book, moved.class, moved.detail, moved.asset,
               CASE WHEN moved.class = ANY (titles) THEN -moved.net ELSE moved.net END
        FROM (
            SELECT book, class, detail, asset, sum(net) AS net FROM (
                SELECT book, debit_class AS class, debit_detail AS detail, asset, quantity AS net
                FROM posting
                WHERE value_date <= NEW.through
                  AND (NEW.follows IS NULL OR value_date > NEW.follows)
                UNION ALL
                SELECT book, credit_class, credit_detail, asset, -quantity FROM posting
                WHERE value_date <= NEW.through
                  AND (NEW.follows IS NULL OR value_date > NEW.follows)
            ) AS legs GROUP BY book, class, detail, asset
        ) AS moved JOIN holding h USING (book, class, detail, asset)
    ) AS sums
    GROUP BY sums.book, sums.class, sums.detail, sums.asset
    HAVING sum(sums.quantity) <> 0;
    RETURN NULL;
END $$;

CREATE TRIGGER take_snapshot AFTER INSERT ON closed FOR EACH ROW EXECUTE FUNCTION take_snapshot();
ALTER TABLE closed ENABLE ALWAYS TRIGGER take_snapshot;

-- They work with their owner's rights, so nobody else may tie them to a table of theirs.
REVOKE EXECUTE ON FUNCTION in_an_open_period(), stand_still(), take_snapshot() FROM PUBLIC;

CREATE TRIGGER comes_with_a_closing BEFORE INSERT ON snapshot FOR EACH ROW
    WHEN (pg_trigger_depth() = 0)
    EXECUTE FUNCTION refuse('a snapshot comes with a closing', 'Close a period.');
ALTER TABLE snapshot ENABLE ALWAYS TRIGGER comes_with_a_closing;

DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['closed', 'snapshot']
    LOOP
        EXECUTE format($f$
            CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON %I
            FOR EACH STATEMENT EXECUTE FUNCTION refuse('what is written stays', 'Reverse it instead.');
            ALTER TABLE %I ENABLE ALWAYS TRIGGER append_only $f$, t, t);
    END LOOP;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'qazyna_app') THEN
        GRANT INSERT ON closed TO qazyna_app;
    END IF;
END $$;
