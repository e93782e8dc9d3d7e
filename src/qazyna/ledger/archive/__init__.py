"""The books as a file: every entry and every grant, to be read and verified without a database."""

from qazyna.ledger.archive.record import Granted, Recorded, written

__all__ = ["Granted", "Recorded", "written"]
