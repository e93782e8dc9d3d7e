"""The two times of a page: as of which day, and known by when, as its address says them."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from urllib.parse import urlencode

from django.http import HttpRequest

from qazyna import clock


@dataclass(frozen=True, slots=True)
class TwoTimes:
    """What a page was asked for. Neither: what is so now."""

    as_of: date | None = None
    known_at: datetime | None = None
    restated: bool = False

    def address(self, known_at: datetime | None = None) -> str:
        """The same, as a query; by a time that settles what it shows."""
        known_at = known_at or self.known_at
        said = {"as_of": self.as_of and self.as_of.isoformat()}
        said["known_at"] = known_at and known_at.astimezone(UTC).isoformat()
        said["restated"] = "1" if self.restated else None
        return urlencode({name: value for name, value in said.items() if value})


def asked(request: HttpRequest) -> TwoTimes:
    """Read from the address. Raises `Refused` for what is no day or no time."""
    as_of, known_at = request.GET.get("as_of", ""), request.GET.get("known_at", "")
    return TwoTimes(
        clock.day(as_of) if as_of else None,
        # A browser writes a space for the plus sign of an offset.
        clock.instant(known_at.strip().replace(" ", "+")) if known_at.strip() else None,
        request.GET.get("restated") == "1",
    )
