-- What was known at a time is asked by stamp. Who reads waits for the writers that may still bear an
-- earlier one (shell/store/settled.py): they hold a lock of `stream` or `event` when they are stamped.

SET LOCAL search_path = books, public;

CREATE INDEX event_by_recorded_at ON event (recorded_at);

-- A price is found by the transaction that brought it: numbers are drawn before they are committed,
-- so a later one may be seen first.
CREATE INDEX price_by_tx ON price (tx, event);

-- A correction is found by the day it corrects.
CREATE INDEX entry_by_effective ON entry (effective) WHERE effective IS NOT NULL;

-- What moved since a closing lies together where it is recorded day by day; and so does a snapshot.
CREATE INDEX entry_by_day ON entry USING brin (value_date) WITH (pages_per_range = 32);
CREATE INDEX snapshot_by_day ON snapshot USING brin (through) WITH (pages_per_range = 32);
