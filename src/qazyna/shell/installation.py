"""One installation at work: its server started, its schema current, its law adopted.

Every command that needs the database comes through `open_books`; what was made is never made again.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg

from qazyna.errors import Refused
from qazyna.shell import postgres
from qazyna.shell.home import Home
from qazyna.shell.law_files import ROOT, blueprint_file
from qazyna.shell.store.commit import execute
from qazyna.shell.store.schema import is_current, migrate

Connection = psycopg.Connection[Any]

DATA = ROOT / "data"

DEFAULT_BLUEPRINT = "kazakhstan"
OWNER = "owner"
"""Who acts where nobody else is named: the owner of the installation."""

PUBLIC_SERIES = (
    ("prices/btc_usd_daily.csv", "BTC"),
    ("prices/gold_usd_oz_monthly.csv", "XAU"),
    ("rates/ecb_eur_fx_daily.csv", None),
)


@dataclass(frozen=True)
class Books:
    """An open installation."""

    home: Home
    connection: Connection
    url: str


@contextmanager
def open_books(blueprint: str | None = None) -> Iterator[Books]:
    """Start the server if it is not running, migrate, adopt the law if there is none yet.

    `blueprint` names a shipped one or a file, and is refused where another is in force.
    """
    home = Home.current().create()
    url = _ready(home)
    with psycopg.connect(url, autocommit=True) as connection:
        _ensure_law(home, connection, blueprint)
        yield Books(home, connection, url)


def _ready(home: Home) -> str:
    url = postgres.connection("qazyna_app", home)
    if not is_current(url):
        with home.lock("migrate"):
            if not is_current(url):
                migrate(postgres.connection("qazyna_owner", home))
    return url


def _ensure_law(home: Home, connection: Connection, named: str | None) -> None:
    law = _law(connection)
    if law is None:
        with home.lock("init"):  # another process may have been first
            if _law(connection) is None:
                _initialise(connection, named or DEFAULT_BLUEPRINT)
        law = _law(connection)
    if named is None or law is None:
        return
    file = blueprint_file(named)
    if hashlib.sha256(file.read_bytes()).hexdigest() != law[1]:
        other = "another text of" if file.stem == law[0] else "not by that one but by"
        raise Refused(
            "another_blueprint",
            f"This home lives by {other} the blueprint {law[0]}. A change of law is decided on: "
            f"`qazyna blueprint adopt {named}`. Another country is another home (QAZYNA_HOME).",
            {"in_force": law[0], "asked": named},
        )


def _law(connection: Connection) -> tuple[str, str] | None:
    """The name and the digest of the blueprint in force, if there is one."""
    return connection.execute(
        "SELECT state->>'name', state->>'sha256' FROM books.stream WHERE name = 'law'"
    ).fetchone()


def _initialise(connection: Connection, named: str) -> None:
    """The first three facts of an installation, all or none: its law, its owner, the prices."""
    from qazyna.office.appointment import Appoint
    from qazyna.shell.acting import adopt
    from qazyna.shell.importing import import_price_file

    with connection.transaction():
        adopt(connection, blueprint_file(named), actor=OWNER, key="init:blueprint")
        execute(connection, Appoint(user=OWNER, roles=("owner",)), actor=OWNER, key="init:owner")
        for file, asset in PUBLIC_SERIES:
            import_price_file(
                connection, DATA / file, actor=OWNER, asset=asset, key=f"init:prices:{file}"
            )
    connection.execute("SELECT books.refresh_statistics()")


__all__ = ["DATA", "OWNER", "Books", "open_books"]
