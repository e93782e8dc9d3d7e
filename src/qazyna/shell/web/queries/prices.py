"""Observed prices of one asset, the latest first."""

from datetime import date
from typing import Any

from qazyna.shell.web import books

PAGE = 60

# Of several observations of one day the last given counts; the earlier ones stay, and are shown.
_SERIES = """
    SELECT p.currency, p.on_date, p.price, p.source, p.estimated, p.event
    FROM books.price p
    WHERE p.asset = %(asset)s AND p.currency = %(currency)s
      AND (p.on_date, p.event) < (%(on)s, %(event)s)
    ORDER BY p.on_date DESC, p.event DESC LIMIT %(limit)s
"""
# Each currency by one step through the index, however long the series.
_CURRENCIES = """
    WITH RECURSIVE found AS (
        (SELECT currency FROM books.price WHERE asset = %(asset)s ORDER BY currency LIMIT 1)
        UNION ALL
        SELECT (SELECT p.currency FROM books.price p
                WHERE p.asset = %(asset)s AND p.currency > f.currency ORDER BY p.currency LIMIT 1)
        FROM found f WHERE f.currency IS NOT NULL
    ) SELECT currency FROM found WHERE currency IS NOT NULL
"""


def currencies(asset: str) -> list[str]:
    """The currencies in which the asset is priced."""
    return [r.currency for r in books.rows(_CURRENCIES, {"asset": asset})]


def series(asset: str, currency: str, before: tuple[date, int]) -> list[Any]:
    """A page of the series, and one more if there are more."""
    return books.rows(
        _SERIES,
        {
            "asset": asset,
            "currency": currency,
            "on": before[0],
            "event": before[1],
            "limit": PAGE + 1,
        },
    )
