"""A database from before more currencies were known learns them, and is then like any other."""

from qazyna.shell.log.fingerprint import constants
from qazyna.shell.store import is_current, migrate

NEW = ["AED", "CNY", "CZK", "GBP"]


def test_an_older_database_learns_the_new_currencies(own_database):
    owner = own_database.url("qazyna_owner")
    with own_database.connect("qazyna_owner") as books:
        # As it was before: without them, and without the migration that brings them.
        books.execute("ALTER TABLE books.asset DISABLE TRIGGER append_only")
        books.execute("DELETE FROM books.asset WHERE code = ANY(%s)", [NEW])
        books.execute("ALTER TABLE books.asset ENABLE ALWAYS TRIGGER append_only")
        books.execute("DELETE FROM django_migrations WHERE name = '0005_currencies'")
        books.execute("DELETE FROM public.qazyna_schema")
        assert NEW == sorted(where.removeprefix("asset ") for where, _ in constants(books))
    assert not is_current(owner)

    migrate(owner)

    assert is_current(owner)
    with own_database.connect("qazyna_owner") as books:
        assert [] == list(constants(books))
        enabled = books.execute(
            "SELECT tgenabled FROM pg_trigger WHERE tgname = 'from_an_event'"
        ).fetchone()
    assert ("A",) == enabled
