-- The leaf of an event tells of its command: the kind, and a salted commitment to its body. The salt
-- is kept here, so that the leaf can be shown to anyone and the row be laid beside it.

SET LOCAL search_path = books, public;

DO $$
BEGIN
    IF EXISTS (SELECT FROM command) THEN
        RAISE EXCEPTION 'these books were begun before leaves told of commands'
            USING HINT = 'A leaf is never written anew: begin a new home, or keep the older program.';
    END IF;
END $$;

ALTER TABLE command ADD COLUMN salt bytea NOT NULL CHECK (octet_length(salt) = 16);
