-- What the flows with managers rest on: fees kept back, corrections of dealings, what was written off
-- or received in specie and sold. A new installation has these rows from the chart already.

SET LOCAL search_path = books, public;

ALTER TABLE authority_event DISABLE TRIGGER constant;
INSERT INTO authority_event (authority, event_kind, of_case)
VALUES ('decision', 'written_off', false), ('decision', 'workout_sold', false),
       ('decision', 'commitment_ended', false),
       ('statement', 'redemption_filled', false), ('statement', 'dealing_corrected', false),
       ('statement', 'units_adjusted', false), ('statement', 'rebate_recorded', false),
       ('statement', 'workout_sold', false), ('statement', 'call_defaulted', false)
ON CONFLICT DO NOTHING;
ALTER TABLE authority_event ENABLE ALWAYS TRIGGER constant;
