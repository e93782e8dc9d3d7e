-- The law of the books, held by the database itself.
--
-- Read it as a page of CHECKs and foreign keys. What they can say, they say; the few triggers at the
-- end say what they cannot: that nothing written is ever changed, and that running quantities follow
-- the postings and nothing else.
--
-- No DML by anyone, the tables' owner included, breaks a rule below. A well-formed false court order
-- is recorded, not prevented. Mind that NULL passes a CHECK and skips a foreign key: every column
-- that a rule rests on is NOT NULL, or tied to one that is. Mind, too, that a numeric can be NaN,
-- which PostgreSQL holds to be more than any number.
--
-- Rules have names, so that a refusal says which one it is.

CREATE SCHEMA books;
SET LOCAL search_path = books, public;

-- ── What a value of a kind must be ──────────────────────────────────────────────────────────────

-- (What one value must be is said of its kind, once; and what an entry or a grant must be as a whole is
-- said the same way, of its row: see `whole_entry`. PostgreSQL reads the CHECKs of a table anew for each
-- statement that writes to it; those of a domain it reads once.)

CREATE DOMAIN day AS date
    CONSTRAINT a_calendar_day CHECK (VALUE BETWEEN '0001-01-01' AND '9999-12-31');
CREATE DOMAIN amount AS numeric(78,0)
    CONSTRAINT more_than_nothing CHECK (VALUE > 0 AND VALUE <> 'NaN');
CREATE DOMAIN held AS numeric(78,0)
    CONSTRAINT never_below_zero CHECK (VALUE >= 0 AND VALUE <> 'NaN');
CREATE DOMAIN worth AS numeric
    CONSTRAINT a_number CHECK (VALUE <> 'NaN' AND abs(VALUE) < 1e40);
CREATE DOMAIN flow AS text
    CONSTRAINT a_flow CHECK (VALUE IN ('inflow', 'withdrawal', 'income', 'cost', 'internal'));
CREATE DOMAIN said AS text
    CONSTRAINT says_something CHECK (VALUE <> '');
CREATE DOMAIN nth AS integer
    CONSTRAINT counts_from_one CHECK (VALUE > 0);
CREATE DOMAIN digest AS bytea
    CONSTRAINT a_sha256 CHECK (octet_length(VALUE) = 32);
CREATE DOMAIN salt AS bytea
    CONSTRAINT enough_salt CHECK (octet_length(VALUE) = 16);
-- The transaction that writes, and the time at which it does: so that what belongs together is written
-- together, and a stamp is now. (A domain is asked of what becomes one of it, when it is written, and
-- never of what is one.)
CREATE DOMAIN this_transaction AS xid8 DEFAULT pg_current_xact_id()
    CONSTRAINT written_together CHECK (VALUE = pg_current_xact_id());
CREATE DOMAIN this_moment AS timestamptz DEFAULT clock_timestamp()
    CONSTRAINT recorded_now CHECK (VALUE BETWEEN now() AND clock_timestamp());
-- Canonical bytes (RFC 8785) of a public envelope, stored as they were hashed.
CREATE DOMAIN leaf AS bytea
    CONSTRAINT fits_a_leaf CHECK (octet_length(VALUE) BETWEEN 2 AND 60000);

-- ── The chart: constant, the same as ledger/chart.py (a test holds them equal) ──────────────────

CREATE TABLE place (
    -- What a book of this kind can hold at all, in accounts of this class.
    book_kind   text NOT NULL,
    class       text NOT NULL,
    side        text NOT NULL CHECK (side IN ('location', 'title')),
    asset_class text NOT NULL,
    PRIMARY KEY (book_kind, class, side, asset_class)
);

-- ── What happened ───────────────────────────────────────────────────────────────────────────────

CREATE TABLE command (
    -- What was asked. What it led to, its events tell.
    key         said        NOT NULL PRIMARY KEY,
    kind        text        NOT NULL,
    actor       said        NOT NULL,
    -- The leaf of an event has a salted commitment to it. The salt is kept here, so that the leaf can
    -- be shown to anyone and the row be laid beside it.
    body_sha256 digest      NOT NULL,
    salt        salt        NOT NULL,
    recorded_at this_moment NOT NULL
);

CREATE SEQUENCE event_seq;
CREATE TABLE event (
    seq         bigint      NOT NULL PRIMARY KEY DEFAULT nextval('event_seq'),
    stream      said        NOT NULL,
    version     nth         NOT NULL,
    kind        said        NOT NULL,
    command     text        NOT NULL REFERENCES command,
    value_date  day         NOT NULL,
    -- A row inserted by hand gets the time at which its statement holds its locks, not at which its
    -- transaction began.
    recorded_at this_moment NOT NULL,
    tx          this_transaction NOT NULL,
    -- A private field stands in it as a salted SHA-256; its value and salt are kept apart, in
    -- `private`.
    leaf        leaf        NOT NULL,
    private     jsonb,
    UNIQUE (stream, version),
    -- In this order, for it also finds what transactions wrote. An index of `tx` alone would tempt the
    -- planner, while the table is small, to look a key (seq, tx) up in all that its transaction wrote.
    UNIQUE (tx, seq),
    UNIQUE (seq, tx, kind, stream)
);

-- ── What can be held, and where ─────────────────────────────────────────────────────────────────

CREATE TABLE asset (
    code  text     NOT NULL PRIMARY KEY CHECK (code <> ''),
    class text     NOT NULL CHECK (class IN ('currency', 'gold', 'crypto', 'hedge_fund',
                                             'venture_fund', 'undrawn')),
    scale smallint NOT NULL CHECK (scale BETWEEN 0 AND 18),
    name  text     NOT NULL DEFAULT '',
    event bigint,                     -- NULL only for those every installation knows
    tx    this_transaction NOT NULL,
    UNIQUE (code, class),
    FOREIGN KEY (event, tx) REFERENCES event (seq, tx)
);

CREATE TABLE permitted (
    -- The places that the blueprint lets be used. Under an indirect model `reserve` has no crypto.
    book_kind   text   NOT NULL,
    class       text   NOT NULL,
    side        text   NOT NULL,
    asset_class text   NOT NULL,
    event       bigint NOT NULL,
    tx          this_transaction NOT NULL,
    event_kind  text   NOT NULL DEFAULT 'blueprint_adopted' CHECK (event_kind = 'blueprint_adopted'),
    stream      text   NOT NULL DEFAULT 'law' CHECK (stream = 'law'),
    PRIMARY KEY (book_kind, class, side, asset_class),
    CONSTRAINT can_be_there FOREIGN KEY (book_kind, class, side, asset_class) REFERENCES place,
    FOREIGN KEY (event, tx, event_kind, stream) REFERENCES event (seq, tx, kind, stream)
);

CREATE TABLE lawful (
    -- An asset in a place that the law permits for its class. It follows from the two, and comes with
    -- the first posting of its kind: so the sums of the postings need ask for one row, where they
    -- would ask for two.
    -- What its name makes a book: `C-17/1`, a holding of a case, or one of the others.
    book_kind   text NOT NULL CONSTRAINT names_a_book CHECK (book_kind <> ''),
    class       text NOT NULL,
    asset       text NOT NULL,
    side        text NOT NULL,
    asset_class text NOT NULL,
    PRIMARY KEY (book_kind, class, asset),
    CONSTRAINT of_its_asset FOREIGN KEY (asset, asset_class) REFERENCES asset (code, class),
    CONSTRAINT permitted_by_law
        FOREIGN KEY (book_kind, class, side, asset_class) REFERENCES permitted
);

CREATE TABLE holding (
    -- One account in one asset, with its running quantity, which cannot fall below zero. Written
    -- by the trigger on entries alone. An account is named by its book, its class and a detail: no
    -- number stands for it, so that every row says by itself whose and where. What may be held there
    -- is asked once for all holdings of a kind, by the sums of their postings: see `tally`.
    book        text          NOT NULL,
    class       text          NOT NULL,
    detail      text          NOT NULL,
    asset       text          NOT NULL,
    quantity    held          NOT NULL,
    last_day    date          NOT NULL,   -- of its latest posting by value date
    PRIMARY KEY (book, class, detail, asset)
) WITH (fillfactor = 60);

-- ── By what right ───────────────────────────────────────────────────────────────────────────────

CREATE SEQUENCE authority_id;
CREATE TABLE authority (
    -- So much of one asset of one book, granted by one event.
    id          bigint        NOT NULL PRIMARY KEY DEFAULT nextval('authority_id'),
    authority   text          NOT NULL,
    event       bigint        NOT NULL,
    tx          this_transaction NOT NULL,
    event_kind  text          NOT NULL,
    stream      text          NOT NULL,
    book        text          NOT NULL,
    asset       text          NOT NULL REFERENCES asset,
    granted     amount        NOT NULL,
    CONSTRAINT granted_once UNIQUE (event, authority, book, asset),
    UNIQUE (id, authority, book, asset),
    UNIQUE (id, granted),
    CONSTRAINT granted_with_its_event
        FOREIGN KEY (event, tx, event_kind, stream) REFERENCES event (seq, tx, kind, stream)
);
-- What a grant must be, as a whole. (Which authority an event of which kind can give is added by
-- migrations/0001 from the chart, as `by_the_right_kind_of_event`.)
CREATE DOMAIN whole_grant AS authority
    CONSTRAINT over_a_book CHECK ((VALUE).book IN ('reserve', 'budget') OR (
        (VALUE).book LIKE '_%/%' AND (VALUE).book NOT LIKE '%/'
        AND (VALUE).book NOT LIKE 'workout/%/%'))
    -- By an event of the stream that the book answers to: its case's, or its own. (What these give may
    -- touch other books than their event's.)
    CONSTRAINT of_that_very_case CHECK (
        (VALUE).authority IN ('appropriation', 'decision', 'statement', 'correction')
        OR (VALUE).stream = CASE
            WHEN (VALUE).book IN ('reserve', 'budget') OR (VALUE).book LIKE 'workout/%'
            THEN (VALUE).book
            ELSE 'case/' || regexp_replace((VALUE).book, '/[^/]+$', '') END);
ALTER TABLE authority ADD CONSTRAINT a_whole_grant CHECK ((authority.*)::whole_grant IS DISTINCT FROM NULL);

CREATE TABLE drawn (
    -- What the postings have drawn on a grant: never more than it grants. Written by the trigger on
    -- postings alone.
    authority bigint        NOT NULL PRIMARY KEY,
    granted   numeric(78,0) NOT NULL,
    used      numeric(78,0) NOT NULL,
    CONSTRAINT never_overdrawn CHECK (used BETWEEN 0 AND granted AND used <> 'NaN'),
    CONSTRAINT of_its_grant FOREIGN KEY (authority, granted) REFERENCES authority (id, granted)
) WITH (fillfactor = 60);

-- ── The books ───────────────────────────────────────────────────────────────────────────────────

CREATE SEQUENCE entry_id;
CREATE TABLE entry (
    -- One row an entry: its one leg or its two, so that what ties two legs together is a CHECK. The
    -- columns of the second leg end in 2, and are all there or all NULL. (What is always there and
    -- of one width comes first, the leaf last: a row is read from its beginning.)
    id            bigint        NOT NULL PRIMARY KEY DEFAULT nextval('entry_id'),
    event         bigint        NOT NULL,
    tx            this_transaction NOT NULL,
    value_date    day           NOT NULL,
    number        smallint      NOT NULL,
    legs          smallint      NOT NULL,
    kind          text          NOT NULL,
    book          text          NOT NULL,
    debit_class   text          NOT NULL,
    debit_detail  text          NOT NULL,
    credit_class  text          NOT NULL,
    credit_detail text          NOT NULL,
    authority     text          NOT NULL DEFAULT 'none',
    asset         text          NOT NULL,
    quantity      amount        NOT NULL,
    flow          flow          NOT NULL,
    scope         bigint,
    reverses      bigint,
    -- What it reverses is an entry of that kind. (What gave back what it had drawn cannot be taken back,
    -- or an order could be used twice; and a change of title is undone by another order alone.)
    reversed_kind text,
    -- The earlier day that it corrects. It counts on its own day, in the open period; a restated report
    -- counts it on the day it corrects, and what was published stands.
    effective     day,
    value         worth,
    currency      text,
    price_source  text,
    book2         text,
    debit_class2  text,
    debit_detail2 text,
    credit_class2 text,
    credit_detail2 text,
    authority2    text,
    asset2        text,
    quantity2     amount,
    scope2        bigint,
    leaf          leaf          NOT NULL,
    UNIQUE (event, number),
    CONSTRAINT can_be_mirrored UNIQUE (id, kind, legs, book, debit_class, debit_detail, credit_class,
                                       credit_detail, asset, quantity),
    CONSTRAINT second_leg_can_be_mirrored
        UNIQUE (id, book2, debit_class2, debit_detail2, credit_class2, credit_detail2, asset2,
                quantity2),
    CONSTRAINT booked_with_its_event FOREIGN KEY (event, tx) REFERENCES event (seq, tx),
    -- It rests on a grant of that kind, for this very book and asset.
    CONSTRAINT rests_on_a_grant FOREIGN KEY (scope, authority, book, asset)
        REFERENCES authority (id, authority, book, asset),
    CONSTRAINT second_leg_rests_on_a_grant FOREIGN KEY (scope2, authority2, book2, asset2)
        REFERENCES authority (id, authority, book, asset),
    -- A reversal mirrors the whole of the entry it names: as many legs, each the other way about.
    CONSTRAINT mirrors_what_it_reverses
        FOREIGN KEY (reverses, reversed_kind, legs, book, credit_class, credit_detail, debit_class,
                     debit_detail, asset, quantity)
        REFERENCES entry (id, kind, legs, book, debit_class, debit_detail, credit_class,
                          credit_detail, asset, quantity),
    CONSTRAINT second_leg_mirrors_what_it_reverses
        FOREIGN KEY (reverses, book2, credit_class2, credit_detail2, debit_class2, debit_detail2,
                     asset2, quantity2)
        REFERENCES entry (id, book2, debit_class2, debit_detail2, credit_class2, credit_detail2,
                          asset2, quantity2)
);
-- What an entry must be, as a whole. (Of its row, and so read once: see above. The chart, the pairs of
-- classes that each kind may join and the authority that each asks, is as long as the rest together;
-- migrations/0001 adds it as `in_the_chart` and `second_leg_in_the_chart`.)
CREATE DOMAIN whole_entry AS entry
    CONSTRAINT counts_from_one CHECK ((VALUE).number > 0)
    CONSTRAINT corrects_an_earlier_day CHECK ((VALUE).effective < (VALUE).value_date)
    -- One leg, or two; and a leg is whole.
    CONSTRAINT has_its_second_leg CHECK (
        num_nonnulls((VALUE).book2, (VALUE).asset2, (VALUE).quantity2, (VALUE).debit_class2,
                     (VALUE).debit_detail2, (VALUE).credit_class2, (VALUE).credit_detail2,
                     (VALUE).authority2) = 8 * ((VALUE).legs - 1)
        AND ((VALUE).legs = 2 OR (VALUE).scope2 IS NULL))
    -- Half an exchange, or half a transfer, cannot be. (Of other kinds the chart has no second leg.)
    CONSTRAINT both_legs
        CHECK ((VALUE).legs = 2 OR (VALUE).kind NOT IN ('exchange', 'transfer'))
    CONSTRAINT two_accounts CHECK (
        ((VALUE).debit_class <> (VALUE).credit_class
         OR (VALUE).debit_detail <> (VALUE).credit_detail)
        AND ((VALUE).legs = 1 OR (VALUE).debit_class2 <> (VALUE).credit_class2
             OR (VALUE).debit_detail2 <> (VALUE).credit_detail2))
    CONSTRAINT names_its_grant CHECK (
        ((VALUE).authority = 'none') = ((VALUE).scope IS NULL)
        AND ((VALUE).legs = 1 OR ((VALUE).authority2 = 'none') = ((VALUE).scope2 IS NULL)))
    CONSTRAINT reversal_of_something
        CHECK (((VALUE).kind = 'reverse') = ((VALUE).reverses IS NOT NULL))
    CONSTRAINT reversal_of_what_can_be CHECK (
        ((VALUE).reverses IS NULL) = ((VALUE).reversed_kind IS NULL)
        AND (VALUE).reversed_kind NOT IN ('reverse', 'vest'))
    CONSTRAINT valued_or_not
        CHECK (num_nonnulls((VALUE).value, (VALUE).currency, (VALUE).price_source) IN (0, 3))
    -- An exchange stays in its book and under its title, and changes its asset.
    CONSTRAINT exchange_keeps_its_title CHECK (
        (VALUE).kind <> 'exchange'
        OR ((VALUE).book = (VALUE).book2 AND (VALUE).debit_class = (VALUE).credit_class2
            AND (VALUE).debit_detail = (VALUE).credit_detail2))
    CONSTRAINT exchange_changes_asset
        CHECK ((VALUE).kind <> 'exchange' OR (VALUE).asset <> (VALUE).asset2)
    -- A transfer moves the same units to another book.
    CONSTRAINT transfer_moves_the_same_units CHECK (
        (VALUE).kind <> 'transfer'
        OR ((VALUE).asset = (VALUE).asset2 AND (VALUE).quantity = (VALUE).quantity2))
    CONSTRAINT transfer_changes_book
        CHECK ((VALUE).kind <> 'transfer' OR (VALUE).book <> (VALUE).book2);
ALTER TABLE entry ADD CONSTRAINT a_whole_entry CHECK ((entry.*)::whole_entry IS DISTINCT FROM NULL);

CREATE UNIQUE INDEX reversed_once ON entry (reverses) WHERE reverses IS NOT NULL;
-- By the holding, and with what a balance of any day sums: so that it is read from the index alone.
CREATE INDEX entry_by_debit ON entry (book, debit_class, debit_detail, asset, value_date, id)
    INCLUDE (quantity);
CREATE INDEX entry_by_credit ON entry (book, credit_class, credit_detail, asset, value_date, id)
    INCLUDE (quantity);
CREATE INDEX entry_by_debit2 ON entry (book2, debit_class2, debit_detail2, asset2, value_date, id)
    INCLUDE (quantity2) WHERE legs = 2;
CREATE INDEX entry_by_credit2
    ON entry (book2, credit_class2, credit_detail2, asset2, value_date, id)
    INCLUDE (quantity2) WHERE legs = 2;

-- Leg by leg, as most questions want them. (A constant tells the planner which half is not asked for.)
CREATE VIEW posting AS
    SELECT id AS entry, 1::smallint AS leg, tx, kind, value_date, book, asset, quantity, debit_class,
           debit_detail, credit_class, credit_detail, ''::text AS counter, authority, scope, reverses
    FROM entry
    UNION ALL
    SELECT id, 2::smallint, tx, kind, value_date, book2, asset2, quantity2, debit_class2,
           debit_detail2, credit_class2, credit_detail2,
           CASE kind WHEN 'reverse' THEN '' ELSE debit_class END, authority2, scope2, reverses
    FROM entry WHERE legs = 2;

-- ── Read models, written in the same transaction ────────────────────────────────────────────────

CREATE TABLE stream (
    -- The fold of each stream, so that a long one costs no more than a short one.
    name    text    NOT NULL PRIMARY KEY,
    version nth     NOT NULL,
    state   jsonb   NOT NULL
) WITH (fillfactor = 45);

CREATE TABLE tally (
    -- What every statement sums: postings by month, and nothing that grows with their number.
    -- `shard` only spreads concurrent writers over rows. Every posting is added to one row, which
    -- says what kind of book, which classes and which asset: so it is here that what a posting
    -- debits and credits must be lawful. That is asked when a row of sums begins, and not again.
    -- (Deferred: of a row that one transaction begins and adds to, it would be asked each time.)
    month        date          NOT NULL,
    book_kind    text          NOT NULL,
    kind         text          NOT NULL,
    leg          smallint      NOT NULL,
    debit_class  text          NOT NULL,
    credit_class text          NOT NULL,
    counter      text          NOT NULL,
    asset        text          NOT NULL,
    currency     text          NOT NULL,   -- '' for what was unvalued when it was booked
    flow         text          NOT NULL,
    shard        smallint      NOT NULL,
    quantity     numeric(90,0) NOT NULL,
    value        numeric       NOT NULL,
    postings     bigint        NOT NULL,
    PRIMARY KEY (month, book_kind, kind, leg, debit_class, credit_class, counter, asset, currency,
                 flow, shard),
    CONSTRAINT debits_what_is_lawful
        FOREIGN KEY (book_kind, debit_class, asset) REFERENCES lawful
        DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT credits_what_is_lawful
        FOREIGN KEY (book_kind, credit_class, asset) REFERENCES lawful
        DEFERRABLE INITIALLY DEFERRED
) WITH (fillfactor = 50);

CREATE TABLE price (
    asset    text    NOT NULL REFERENCES asset,
    currency text    NOT NULL,
    on_date  date    NOT NULL
             CONSTRAINT a_calendar_day CHECK (on_date BETWEEN '0001-01-01' AND '9999-12-31'),
    price    numeric NOT NULL CHECK (price > 0 AND price < 1e40),
    source   text    NOT NULL,
    estimated text   NOT NULL DEFAULT '',   -- why it may not be what it seems; '' if observed
    event    bigint  NOT NULL,
    tx       this_transaction NOT NULL,
    PRIMARY KEY (asset, currency, on_date, event),
    FOREIGN KEY (event, tx) REFERENCES event (seq, tx)
);

CREATE TABLE document (
    -- Files as they came in, by the digest that events name them with.
    sha256   bytea NOT NULL PRIMARY KEY CHECK (sha256 = sha256(content)),
    name     text  NOT NULL,
    content  bytea NOT NULL
);
