"""A database with a law in force and people in office: what acting in it needs."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from qazyna.office.adoption import AdoptBlueprint
from qazyna.office.appointment import Appoint
from qazyna.shell import rooms  # noqa: F401  the registry must be full
from qazyna.shell.store.commit import Done, execute
from tests.support import law_of

OFFICES = {
    "owner": ("owner",),
    "ann": ("registrar",),
    "bob": ("prosecutor",),
    "cyn": ("court_clerk",),
    "dan": ("investment_committee",),
    "eve": ("risk_officer",),
    "fay": ("auditor",),
}

TABLES = ("command", "event", "asset", "permitted", "lawful", "holding", "authority", "drawn")
TABLES += ("entry", "posting", "stream", "tally", "price", "document")


def adopt(connection: psycopg.Connection[Any]) -> Done:
    """Put the template's law in force."""
    law = law_of("template")
    command = AdoptBlueprint(name=law.name, sha256=law.sha256)
    documents = [(law.name, law.text.encode())]
    return execute(connection, command, actor="owner", documents=documents)


@contextmanager
def opened(url: str) -> Iterator[psycopg.Connection[Any]]:
    """A connection as the application has it."""
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


def appoint(connection: psycopg.Connection[Any]) -> None:
    for user, roles in OFFICES.items():
        execute(connection, Appoint(user=user, roles=roles), actor="owner")


def rows(connection: psycopg.Connection[Any]) -> dict[str, int]:
    """How many rows every table of the books has."""
    columns = ", ".join(f"(SELECT count(*) FROM books.{table})" for table in TABLES)
    counts = connection.execute(f"SELECT {columns}").fetchone() or ()
    return dict(zip(TABLES, counts, strict=True))


def held(connection: psycopg.Connection[Any], path: str, asset: str = "BTC") -> int:
    """What the account of that path holds, in base units."""
    query = """
        SELECT quantity FROM books.holding
        WHERE concat_ws('/', book, class, nullif(detail, '')) = %s AND asset = %s
    """
    row = connection.execute(query, [path, asset]).fetchone()
    return int(row[0]) if row else 0
