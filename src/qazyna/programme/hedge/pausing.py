"""A fund stops dealing, and begins again. Requests wait meanwhile, and so does money paid in."""

from datetime import date
from typing import ClassVar, Literal

from qazyna.errors import Refused
from qazyna.plan import Day, Event, Name, World, command, event
from qazyna.programme.manager import ByAManager, Manager, OfAManager, Pause, the_manager
from qazyna.seizure.case import in_order


class PauseDealing(OfAManager):
    """Record that a fund stopped dealing: suspended, or closed to subscriptions alone."""

    kind: ClassVar[str] = "pause_dealing"

    scope: Literal["subscriptions", "redemptions", "all"] = "all"
    since: Day
    until: Day | None = None
    """The day on which it said it would deal again, if it did."""
    statement_ref: Name


@event
class DealingPaused(ByAManager):
    """Nothing is dealt from that day on."""

    kind: ClassVar[str] = "dealing_paused"

    scope: str
    until: date | None = None
    statement_ref: str

    def evolve(self, state: Manager, version: int) -> None:
        state.pauses.append(Pause(scope=self.scope, since=self.on, until=self.until))


@command(PauseDealing)
def pause_dealing(world: World, asked: PauseDealing) -> list[Event]:
    """Not into the past of a dealing done, and not what is paused already."""
    on = asked.since
    manager = the_manager(world, asked, "hedge_fund", on, "The pause")
    if asked.until:
        in_order(on, asked.until, "The end of the pause", "its beginning")
    dealt = manager.last_dealt
    if dealt and on <= dealt:
        raise Refused(
            "dealt_already",
            f"{asked.manager} dealt on {dealt}: it cannot have stopped on {on}.",
            {"manager": asked.manager, "dealt_on": dealt},
        )
    wanted = ("subscriptions", "redemptions") if asked.scope == "all" else (asked.scope,)
    if all(any(pause.stops(what, on) for pause in manager.pauses) for what in wanted):
        raise Refused(
            "paused_already",
            f"{asked.manager} has stopped that already.",
            {"manager": asked.manager, "scope": asked.scope},
        )
    return [
        DealingPaused(
            on=on,
            manager=asked.manager,
            scope=asked.scope,
            until=asked.until,
            statement_ref=asked.statement_ref,
        )
    ]


class ResumeDealing(OfAManager):
    """Record that a fund deals again."""

    kind: ClassVar[str] = "resume_dealing"

    resumed_on: Day
    """The first day on which it deals."""
    statement_ref: Name


@event
class DealingResumed(ByAManager):
    """It deals again from that day on; what waited is dealt on its next dealing date."""

    kind: ClassVar[str] = "dealing_resumed"

    statement_ref: str

    def evolve(self, state: Manager, version: int) -> None:
        for pause in state.pauses:
            if pause.until is None or pause.until > self.on:
                pause.until = max(self.on, pause.since)


@command(ResumeDealing)
def resume_dealing(world: World, asked: ResumeDealing) -> list[Event]:
    """Only what is paused."""
    on = asked.resumed_on
    manager = the_manager(world, asked, "hedge_fund", on, "The resumption")
    if not any(p.stops(w, on) for p in manager.pauses for w in ("subscriptions", "redemptions")):
        raise Refused(
            "not_paused",
            f"{asked.manager} deals on {on} as it is: there is nothing to resume.",
            {"manager": asked.manager, "date": on},
        )
    return [DealingResumed(on=on, manager=asked.manager, statement_ref=asked.statement_ref)]
