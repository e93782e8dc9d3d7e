"""The books as a file: every entry and every grant, to be read and verified without a database.

An archive is text, one JSON object a line. `docs/exports.md` has the format, field by field.
"""

from qazyna.ledger.archive.reading import read
from qazyna.ledger.archive.record import Granted, Recorded, written
from qazyna.ledger.archive.sheet import Sheet, verify
from qazyna.ledger.archive.writing import write

__all__ = ["Granted", "Recorded", "Sheet", "read", "verify", "write", "written"]
