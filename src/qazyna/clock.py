"""Two kinds of time: the instant something was recorded, and the date on which it counts.

An *instant* is an aware UTC `datetime`, given by the database. A *value date* is a plain `date`:
the legal or economic day. Nothing here, or anywhere in the core, asks what time it is.
"""

import re
from calendar import monthrange
from datetime import UTC, date, datetime

from qazyna.errors import Refused

EARLIEST = date(1990, 1, 1)
"""No register reaches further back. It catches 0204-05-01 and 1900-01-01, the usual slips."""

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def day(text: str) -> date:
    """Read one value date, written `2026-01-31`. Refuses anything else, and days that never were.

    >>> day("2026-01-31")
    datetime.date(2026, 1, 31)
    """
    if not _DATE.fullmatch(text):
        raise Refused("bad_date", f"“{text}” is not a date: write it as 2026-01-31.")
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise Refused("bad_date", f"{text} is not a day of any calendar year.") from None
    if found < EARLIEST:
        raise Refused("bad_date", f"{text} lies before {EARLIEST}: check the year.")
    return found


def instant(text: str) -> datetime:
    """Read one instant, ISO 8601; a bare date means its last microsecond, no zone means UTC.

    >>> instant("2026-01-31").isoformat()
    '2026-01-31T23:59:59.999999+00:00'
    """
    try:
        if _DATE.fullmatch(text):
            return datetime.fromisoformat(text + "T23:59:59.999999+00:00")
        found = datetime.fromisoformat(text)
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        raise Refused(
            "bad_instant", f"“{text}” is not a time: write 2026-01-31 or 2026-01-31T12:00:00Z."
        ) from None


def month_end(of: date) -> date:
    """The last day of that day's month: the first on which a monthly average can be known.

    >>> month_end(date(2024, 2, 1))
    datetime.date(2024, 2, 29)
    """
    return of.replace(day=monthrange(of.year, of.month)[1])
