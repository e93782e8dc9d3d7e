-- What the flows with managers rest on: fees kept back, corrections of dealings, what was written off
-- or received in specie and sold. A new installation has these rows from the chart already.

SET LOCAL search_path = books, public;

ALTER TABLE authority_event DISABLE TRIGGER constant;
INSERT INTO authority_event (authority, event_kind)
VALUES ('decision', 'written_off'), ('decision', 'workout_sold'), ('decision', 'commitment_ended'),
       ('statement', 'redemption_filled'), ('statement', 'dealing_corrected'),
       ('statement', 'units_adjusted'), ('statement', 'rebate_recorded'),
       ('statement', 'workout_sold'), ('statement', 'call_defaulted')
ON CONFLICT DO NOTHING;
ALTER TABLE authority_event ENABLE ALWAYS TRIGGER constant;
