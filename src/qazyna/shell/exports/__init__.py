"""The books for other programs: hledger, beancount, and an archive of our own."""

from collections.abc import Iterator
from typing import Final

from qazyna.ledger import archive
from qazyna.shell.exports import beancount, hledger, rows
from qazyna.shell.exports.rows import Connection
from qazyna.shell.store.reading import known_assets

FORMATS: Final = ("hledger", "beancount", "archive")


def export(connection: Connection, form: str) -> Iterator[str]:
    """The whole of the books in one of the formats, piece by piece, as of one moment."""
    with rows.one_moment(connection):
        assets = known_assets(connection)
        entries = rows.entries(connection)
        if form == "hledger":
            yield from hledger.journal(entries, assets)
        elif form == "beancount":
            yield from beancount.ledger(entries, assets)
        else:
            grants = rows.grants(connection)
            yield from archive.write(assets.values(), grants, entries, rows.held(connection))
