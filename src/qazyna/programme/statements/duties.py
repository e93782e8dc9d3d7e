"""What a manager owes us by its mandate, period by period, and whether it has come."""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from qazyna.programme.mandates.mandate import Mandates
from qazyna.programme.statements.state import Received, Statements
from qazyna.programme.terms import MONTHS

DutyStatus = Literal["received", "late", "missing", "due"]


@dataclass(frozen=True, slots=True)
class Duty:
    """One report for one period."""

    report: str
    period_to: date
    due_on: date
    received_on: date | None
    """When it came; a report that came after `due_on` is late."""

    def status(self, today: date) -> DutyStatus:
        """How it stands with it today."""
        if self.received_on is not None:
            return "received" if self.received_on <= self.due_on else "late"
        return "missing" if today > self.due_on else "due"


def duties(mandates: Mandates, statements: Statements, until: date) -> Iterator[Duty]:
    """Every report whose period ends by that day, in the order of mandates and of periods."""
    for position, version in enumerate(mandates.versions):
        later = mandates.versions[position + 1 :]
        last = later[0].since - timedelta(days=1) if later else date.max
        for report in version.mandate.reports:
            for end in _period_ends(version.since, min(last, until), MONTHS[report.every]):
                yield Duty(
                    report=report.report,
                    period_to=end,
                    due_on=end + timedelta(days=report.due_days),
                    received_on=_came_on(statements, report.report, end),
                )


def _period_ends(since: date, until: date, months: int) -> Iterator[date]:
    """Ends of calendar periods of so many months, from the first day to the last."""
    year, month = since.year, since.month
    while True:
        if not month % months:
            end = date(year, month, monthrange(year, month)[1])
            if end > until:
                return
            if end >= since:
                yield end
        if (year, month) >= (until.year, until.month):
            return
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)


def _came_on(statements: Statements, part: str, end: date) -> date | None:
    came = [each.received_on for each in statements.received if _covers(each, part, end)]
    return min(came, default=None)


def _covers(each: Received, part: str, end: date) -> bool:
    there = each.account if part == "account" else each.exposures
    return there is not None and each.counts and each.since <= end <= each.until
