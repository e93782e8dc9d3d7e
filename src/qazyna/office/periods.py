"""Periods: what a closed one says stands as it was published; whatever comes later adds to it."""

from datetime import date
from typing import ClassVar

from qazyna.errors import Refused
from qazyna.plan import Command, Day, Event, State, World, command, event, state

STREAM = "periods"


@state
class Periods(State):
    """How far the books are closed."""

    prefix: ClassVar[str] = STREAM

    through: date | None = None


class ClosePeriod(Command):
    """Close the books through a day: nothing is dated on it or before it any more."""

    kind: ClassVar[str] = "close_period"

    through: Day

    def streams(self) -> tuple[str, ...]:
        return (STREAM,)


@event
class PeriodClosed(Event):
    """No entry counts on that day, or on one before it, that was not in the books by now."""

    kind: ClassVar[str] = "period_closed"

    through: date
    follows: date | None = None
    """the last day of the period before; None for the first"""

    @property
    def stream(self) -> str:
        return STREAM

    def closes(self) -> tuple[date | None, date]:
        return self.follows, self.through

    def evolve(self, state: Periods, version: int) -> None:
        state.through = self.through


@command(ClosePeriod)
def close_period(world: World, asked: ClosePeriod) -> list[Event]:
    """Only days that are over, and later than those already closed."""
    if asked.through >= world.today:
        raise Refused(
            "period_not_over",
            f"{asked.through} is not over: today is {world.today}. Close the days before today.",
            {"through": asked.through, "today": world.today},
        )
    known = world.find(Periods)
    last = known.through if known else None
    if last is not None and asked.through <= last:
        raise Refused(
            "closed_already",
            f"The books are closed through {last} already. Name a later day.",
            {"through": asked.through, "closed_through": last},
        )
    return [PeriodClosed(on=world.today, through=asked.through, follows=last)]
