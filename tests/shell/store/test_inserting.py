"""What is said of the columns here against what the schema says of them."""

from qazyna.shell.store.inserting import _BASES, _COLUMNS

DOMAINS = """
    SELECT c.relname, a.attname, format_type(t.typbasetype, NULL) FROM pg_attribute a
    JOIN pg_class c ON c.oid = a.attrelid AND c.relkind = 'r'
    JOIN pg_type t ON t.oid = a.atttypid AND t.typtype = 'd'
    WHERE c.relnamespace = 'books'::regnamespace AND a.attnum > 0 AND NOT a.attisdropped
"""


def test_every_domain_that_is_written_has_its_base(books):
    written = {
        column: base
        for table, column, base in books.execute(DOMAINS).fetchall()
        if column in _COLUMNS.get(table, "").split()
    }
    long = {"timestamptz": "timestamp with time zone"}
    assert written == {column: long.get(base, base) for column, base in _BASES.items()}
