"""Databases in which something can be done."""

import pytest

from tests.shell.store.opened import adopt, appoint, opened


@pytest.fixture
def books(own_database):
    """A connection to a database of the test's own: the template's law, people in office."""
    with opened(own_database.url()) as connection:
        adopt(connection)
        appoint(connection)
        yield connection
