-- The transparency log: which leaf stands where, and what the tree was after each batch.
--
-- Leaves are sealed after they are committed, in batches, in the order of their numbers. A batch
-- takes in every transaction below `below`, which was then the oldest one still open: so nothing can
-- appear later that belongs into it. One batch begins where another ends, and no two begin alike.
-- What keys cannot say, the one trigger says: a batch is whole, and its hashes are of its rows.

SET LOCAL search_path = books, public;

CREATE TABLE batch (
    size           bigint      NOT NULL PRIMARY KEY CHECK (size >= 0),   -- of the tree, with it
    root           bytea       NOT NULL CHECK (octet_length(root) = 32),
    below          xid8        NOT NULL,
    sealed_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    first          bigint      UNIQUE,                                   -- NULL: the empty tree
    previous_below xid8,
    previous_at    timestamptz,
    UNIQUE (size, below, sealed_at),
    CONSTRAINT begins_empty CHECK ((size = 0) = (first IS NULL)
                                   AND (size > 0 OR root = sha256(''))),
    CONSTRAINT grows CHECK (first IS NULL OR size > first),
    CONSTRAINT later_than_before
        CHECK (first IS NULL OR (below > previous_below AND sealed_at > previous_at)),
    CONSTRAINT follows_another FOREIGN KEY (first, previous_below, previous_at)
        REFERENCES batch (size, below, sealed_at) MATCH FULL
);

CREATE TABLE sealed (
    position bigint NOT NULL PRIMARY KEY CHECK (position >= 0),
    batch    bigint NOT NULL REFERENCES batch DEFERRABLE INITIALLY DEFERRED,
    event    bigint CONSTRAINT event_sealed_once UNIQUE REFERENCES event,
    entry    bigint CONSTRAINT entry_sealed_once UNIQUE REFERENCES entry,
    hash     bytea  NOT NULL CHECK (octet_length(hash) = 32),
    CONSTRAINT of_one_row CHECK (num_nonnulls(event, entry) = 1),
    -- With the primary key: no place is left in a batch once it is whole.
    CONSTRAINT in_its_batch CHECK (position < batch)
);

CREATE TABLE subtree (
    -- Hashes of the tree's levels 8, 16, ...: of 256 leaves, of 65,536, ... Tiles are rows of these.
    level  smallint NOT NULL CHECK (level BETWEEN 1 AND 6),
    number bigint   NOT NULL CHECK (number >= 0),
    hash   bytea    NOT NULL CHECK (octet_length(hash) = 32),
    batch  bigint   NOT NULL REFERENCES batch DEFERRABLE INITIALLY DEFERRED,
    PRIMARY KEY (level, number),
    CONSTRAINT full_by_then CHECK ((number + 1) << (8 * level) <= batch)
);

CREATE TABLE signer (
    vkey     text        NOT NULL PRIMARY KEY CHECK (octet_length(vkey) BETWEEN 10 AND 500),
    role     text        NOT NULL CHECK (role IN ('log', 'witness')),
    added_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX one_log ON signer (role) WHERE role = 'log';

CREATE TABLE signature (
    size     bigint      NOT NULL REFERENCES batch,
    vkey     text        NOT NULL REFERENCES signer,
    line     text        NOT NULL CHECK (octet_length(line) BETWEEN 10 AND 1000),
    added_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (size, vkey)
);

INSERT INTO batch (size, root, below) VALUES (0, sha256(''), '3');

CREATE FUNCTION batch_is_whole() RETURNS trigger LANGUAGE plpgsql SET search_path = books, pg_temp
AS $$
DECLARE
    places bigint;
    sound  bigint;
BEGIN
    SELECT count(*), count(*) FILTER (
        WHERE s.batch = NEW.size
          AND s.hash = sha256('\x00'::bytea || coalesce(e.leaf, n.leaf))
          AND coalesce(e.tx, n.tx) >= NEW.previous_below AND coalesce(e.tx, n.tx) < NEW.below
    ) INTO places, sound
    FROM sealed s LEFT JOIN event e ON e.seq = s.event LEFT JOIN entry n ON n.id = s.entry
    WHERE s.position >= NEW.first;
    IF places <> NEW.size - NEW.first OR sound <> places THEN
        RAISE EXCEPTION 'a batch is whole, and seals what is there'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'whole';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER whole AFTER INSERT ON batch FOR EACH ROW WHEN (NEW.size > 0)
    EXECUTE FUNCTION batch_is_whole();
ALTER TABLE batch ENABLE ALWAYS TRIGGER whole;

DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['batch', 'sealed', 'subtree', 'signer', 'signature']
    LOOP
        EXECUTE format($f$
            CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON %I
            FOR EACH STATEMENT EXECUTE FUNCTION refuse('what is sealed stays', 'Seal anew.');
            ALTER TABLE %I ENABLE ALWAYS TRIGGER append_only $f$, t, t);
        IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'qazyna_app') THEN
            EXECUTE format('GRANT INSERT ON %I TO qazyna_app', t);
        END IF;
    END LOOP;
END $$;
