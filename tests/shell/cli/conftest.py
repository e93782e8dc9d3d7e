"""Homes for the command line. Most share one server: a home's database is what DATABASE_URL says.

Copying a database that was initialised takes milliseconds, initialising one takes seconds.
"""

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import psycopg
import pytest

from qazyna.shell import postgres
from qazyna.shell.home import Home
from tests.shell.cli.line import ROOT, Line
from tests.shell.store.opened import rows

SALES = ROOT / "data" / "us_seized_sales.csv"
_numbers = count(1)


@pytest.fixture(scope="session")
def copies(
    server: postgres.Server, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], Line]:
    """Make a home whose database is a copy of the named one. It goes when its server goes."""

    def copy(of: str) -> Line:
        name = f"line_{next(_numbers)}"
        server.create_database(name, of)
        url = server.url("qazyna_app", name)
        return Line(tmp_path_factory.mktemp("home") / "home", {"DATABASE_URL": url})

    return copy


def database(line: Line) -> str:
    return line.environment["DATABASE_URL"].partition("?")[0].rpartition("/")[2]


def counted(line: Line) -> dict[str, int]:
    """How many rows every table has."""
    with psycopg.connect(line.environment["DATABASE_URL"]) as connection:
        return rows(connection)


@pytest.fixture(scope="session")
def untouched(copies: Callable[[str], Line], template: str) -> Line:
    """A home of the template's law, with the public prices; to be read and copied only."""
    line = copies(template)
    line.json("init", "--blueprint", "template")
    return line


@pytest.fixture
def there(copies: Callable[[str], Line], untouched: Line) -> Line:
    """The same, to be written to."""
    return copies(database(untouched))


@pytest.fixture(scope="session")
def sold(copies: Callable[[str], Line], untouched: Line) -> Line:
    """The same, with the sales of the United States taken in; to be read only."""
    line = copies(database(untouched))
    assert line.json("import", "register", SALES)["accepted"] == 14
    return line


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Line]:
    """A fresh home with a server of its own."""
    line = Line(tmp_path / "home")
    yield line
    postgres.stop(Home(line.home))


@pytest.fixture(scope="session")
def demo(copies: Callable[[str], Line], template: str) -> Line:
    """The demo, loaded; to be read only."""
    line = copies(template)
    line.json("demo", "load")
    return line
