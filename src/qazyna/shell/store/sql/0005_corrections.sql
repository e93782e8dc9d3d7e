-- An entry may say which earlier day it corrects. It counts on its own day, in the open period; a
-- restated report counts it on the day it corrects, and what was published stands.

SET LOCAL search_path = books, public;

ALTER TABLE entry
    ADD COLUMN effective day
    CONSTRAINT corrects_an_earlier_day CHECK (effective < value_date);
