"""The books for other programs: hledger and beancount."""

from collections.abc import Iterator
from typing import Final

from qazyna.shell.exports import beancount, hledger, rows
from qazyna.shell.exports.rows import Connection
from qazyna.shell.store.reading import known_assets

FORMATS: Final = ("hledger", "beancount")


def export(connection: Connection, form: str) -> Iterator[str]:
    """The whole of the books in one of the formats, piece by piece, as of one moment."""
    with rows.one_moment(connection):
        assets = known_assets(connection)
        if form == "hledger":
            yield from hledger.journal(rows.entries(connection), assets)
        else:
            yield from beancount.ledger(rows.entries(connection), assets)
