-- An entry may say which earlier day it corrects. It counts on its own day, in the open period; a
-- restated report counts it on the day it corrects, and what was published stands.

SET LOCAL search_path = books, public;

ALTER TABLE entry
    ADD COLUMN effective day
    CONSTRAINT corrects_an_earlier_day CHECK (effective < value_date);

-- What is booked anew in a correction rests on what the mistaken entry rested on.
ALTER TABLE authority_event DISABLE TRIGGER constant;
INSERT INTO authority_event (authority, event_kind, of_case)
VALUES ('appropriation', 'entry_corrected', false), ('statement', 'entry_corrected', false),
       ('correction', 'entry_corrected', false)
ON CONFLICT DO NOTHING;
ALTER TABLE authority_event ENABLE ALWAYS TRIGGER constant;
