"""Books with a life behind them, and a log over them."""

import pytest

from qazyna.shell.home import Home
from qazyna.shell.importing import import_price_file
from qazyna.shell.store.commit import execute
from tests.shell.store.opened import adopt, appoint, opened
from tests.shell.store.test_replay import LIFE, PRICES


@pytest.fixture(scope="module")
def log_home(tmp_path_factory):
    """A home for the log's key; it has no server of its own."""
    return Home(tmp_path_factory.mktemp("log") / "home").create()


@pytest.fixture(scope="module")
def lived(database, tmp_path_factory):
    """A database in which a case has been through most of what there is."""
    prices = tmp_path_factory.mktemp("prices") / "prices.csv"
    prices.write_text(PRICES, encoding="utf-8")
    with opened(database.url()) as connection:
        adopt(connection)
        appoint(connection)
        import_price_file(connection, prices, actor="owner")
        for command in LIFE:
            execute(connection, command, actor="ann")
        yield connection
