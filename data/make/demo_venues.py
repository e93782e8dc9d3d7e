"""The demo's shut venues: 130 of them, 124,000,000.00 USD in all, each one illustrative."""

from datetime import date, timedelta
from hashlib import sha256
from math import isqrt

from common import next_working_day

VENUES = 130
VOLUME_CENTS = 12_400_000_000
FIRST_SHUT, LAST_SHUT = date(2025, 1, 13), date(2026, 6, 12)
KINDS = ("exchange", "exchanger", "exchanger", "exchanger", "otc", "otc", "bot", "bot")

VENUE_COLUMNS = (
    "venue_id",
    "name",
    "kind",
    "opened_on",
    "shut_on",
    "volume_usd",
    "order_ref",
    "note",
)
NOTE = "Illustrative; public are only the count of about 130 and the total of about 124 million USD"


def draw(what: str, below: int) -> int:
    """Return a number from 0 up to `below` that follows from the words alone.

    A digest, not a random generator: the same on every machine and every version of Python.
    """
    return int.from_bytes(sha256(f"qazyna demo {what}".encode()).digest(), "big") % below


def volumes() -> list[int]:
    """Return the venues' volumes in cents, heavy-tailed, in no order, exact in sum.

    The n-th largest has weight (n + 2) ** -1.5, give or take a fifth, in whole numbers.
    """
    weights = [
        10**18 // isqrt((rank + 2) ** 3 * 10**12) * (80 + draw(f"jitter {rank}", 41))
        for rank in range(1, VENUES + 1)
    ]
    cents = [VOLUME_CENTS * weight // sum(weights) for weight in weights]
    cents[0] += VOLUME_CENTS - sum(cents)
    return sorted(cents, key=lambda amount: draw(f"order {amount}", 10**9))


def shut_days() -> list[date]:
    """Return the working days on which the venues were shut, ascending, spread over the span."""
    span = (LAST_SHUT - FIRST_SHUT).days
    days = [
        FIRST_SHUT + timedelta(days=span * n // (VENUES - 1) - draw(f"shut {n}", 4))
        for n in range(1, VENUES)
    ]
    return sorted(next_working_day(day) for day in [FIRST_SHUT, *days])


def venues() -> list[dict[str, str]]:
    """Return the rows of the venue file, in the order in which the venues were shut."""
    rows = []
    for number, (shut_on, cents) in enumerate(zip(shut_days(), volumes(), strict=True), start=1):
        opened_on = shut_on - timedelta(days=120 + draw(f"opened {number}", 1000))
        known = draw(f"opening known {number}", 3) > 0
        rows.append(
            {
                "venue_id": f"V-{number:03d}",
                "name": f"Venue {number:03d}",
                "kind": KINDS[draw(f"kind {number}", len(KINDS))],
                "opened_on": opened_on.isoformat() if known else "",
                "shut_on": shut_on.isoformat(),
                "volume_usd": f"{cents // 100}.{cents % 100:02d}",
                "order_ref": f"V-{number:03d}/closure (illustrative)",
                "note": NOTE,
            }
        )
    return rows
