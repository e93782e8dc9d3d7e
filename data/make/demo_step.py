"""One step of the demo's story, and what the makers of steps share."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from common import is_working_day

CENT = Decimal("0.01")


@dataclass(frozen=True)
class Step:
    """One command: its day, its kind, what it says, its fields as JSON, and who gives it."""

    on: date
    kind: str
    told: str
    fields: dict[str, object]
    by: str = "treasurer"


def money(amount: str) -> str:
    """Return an amount as people read it: thousands set apart."""
    return f"{Decimal(amount):,}"


def working_days_after(day: date, days: int) -> date:
    """Return the working day that comes so many working days after another."""
    while days:
        day += timedelta(days=1)
        days -= is_working_day(day)
    return day
