"""What every attempt on the guards begins with."""

from collections.abc import Iterator

import psycopg
import pytest

from tests.shell.store.guards.by_hand import ByHand, ground


@pytest.fixture(scope="module")
def books(database) -> Iterator[ByHand]:
    """The ground of `by_hand`, as the owner of the database."""
    with psycopg.connect(database.url("qazyna_owner"), autocommit=True) as connection:
        yield ground(connection)
