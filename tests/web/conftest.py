"""The demo, loaded once for all tests of the pages, and small databases for those that act."""

from collections.abc import Iterator

import psycopg
import pytest

from qazyna.shell import acting, demonstration, postgres
from qazyna.shell.installation import open_books
from tests.conftest import Database
from tests.shell.store.opened import adopt, appoint, opened
from tests.support_cases import seize
from tests.web.served import serving

NAME = "web_demo"


@pytest.fixture(scope="session")
def loaded(
    server: postgres.Server, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The database of the demo; no test changes it."""
    server.create_database(NAME, template)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", server.url("qazyna_app", NAME))
        patch.setenv("QAZYNA_HOME", str(tmp_path_factory.mktemp("web-demo")))
        with open_books() as books:
            demonstration.load(books)
    yield server.url("qazyna_app", NAME)
    server.drop_database(NAME)


@pytest.fixture
def demo(loaded: str) -> Iterator[psycopg.Connection]:
    """The pages of the demo, and a connection to look behind them."""
    with serving(loaded), opened(loaded) as connection:
        yield connection


@pytest.fixture
def empty(own_database: Database) -> Iterator[psycopg.Connection]:
    """The pages of an installation with a law, people in office, and nothing else."""
    with serving(own_database.url()), opened(own_database.url()) as connection:
        adopt(connection)
        appoint(connection)
        yield connection


@pytest.fixture
def seized(empty: psycopg.Connection) -> psycopg.Connection:
    """The same, with ten BTC seized in the case C-1."""
    acting.act(empty, seize("10"), actor="ann")
    return empty
