"""What is said of the columns here against what the schema says of them."""

from qazyna.shell.store.inserting import _COLUMNS, _TYPES

TYPES = """
    SELECT c.relname, a.attname, format_type(coalesce(nullif(t.typbasetype, 0), t.oid), NULL)
    FROM pg_attribute a
    JOIN pg_class c ON c.oid = a.attrelid AND c.relkind = 'r'
    JOIN pg_type t ON t.oid = a.atttypid
    WHERE c.relnamespace = 'books'::regnamespace AND a.attnum > 0 AND NOT a.attisdropped
"""


def test_every_column_that_is_written_is_of_its_type_in_every_table(books):
    there = {(table, column): kind for table, column, kind in books.execute(TYPES).fetchall()}
    named = {"timestamptz": "timestamp with time zone"}
    written = {
        (table, column): named.get(kind := _TYPES[column], kind)
        for table, columns in _COLUMNS.items()
        for column in columns.split()
    }
    assert written == {place: there[place] for place in written}
    assert set(_TYPES) == {column for _, column in written}
