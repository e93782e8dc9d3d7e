-- Currencies that every installation knows since their jurisdictions have a blueprint.

SET LOCAL search_path = books, public;

ALTER TABLE asset DISABLE TRIGGER from_an_event;
INSERT INTO asset (code, class, scale, name)
VALUES ('GBP', 'currency', 2, 'Pound sterling'), ('CNY', 'currency', 2, 'Renminbi yuan'),
       ('CZK', 'currency', 2, 'Czech koruna'), ('AED', 'currency', 2, 'UAE dirham')
ON CONFLICT DO NOTHING;
ALTER TABLE asset ENABLE ALWAYS TRIGGER from_an_event;
