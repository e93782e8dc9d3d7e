"""Breaches: found in a statement, given time, then cured by a later one, waived or escalated."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import ClassVar

from qazyna.errors import Refused
from qazyna.plan import Command, Day, Event, Name, World, command, event
from qazyna.programme.exposures import Number
from qazyna.programme.manager import Code
from qazyna.programme.mandates.compliance import Measure, Shown, measures
from qazyna.programme.mandates.mandate import Breach, Mandates, OfAMandate
from qazyna.seizure.case import in_order


@event
class MandateBreached(OfAMandate):
    """A limit is passed, or may be for all that is disclosed. Dated on the day it was measured."""

    kind: ClassVar[str] = "mandate_breached"

    number: int
    clause: str
    subject: str
    statement: int
    disclosed: Number
    actual: Number
    bound: Number
    cure_by: date

    def evolve(self, state: Mandates, version: int) -> None:
        state.breaches.append(
            Breach(
                number=self.number,
                clause=self.clause,
                subject=self.subject,
                since=self.on,
                statement=self.statement,
                disclosed=self.disclosed,
                actual=self.actual,
                bound=self.bound,
                cure_by=self.cure_by,
            )
        )


@event
class BreachMeasured(OfAMandate):
    """It is still there. A waiver that has run out gives it back its time."""

    kind: ClassVar[str] = "breach_measured"

    number: int
    statement: int
    disclosed: Number
    actual: Number
    bound: Number
    reopened_until: date | None = None

    def evolve(self, state: Mandates, version: int) -> None:
        breach = state.breaches[self.number - 1]
        breach.statement = self.statement
        breach.disclosed, breach.actual, breach.bound = self.disclosed, self.actual, self.bound
        if self.reopened_until is not None:
            breach.status, breach.cure_by = "open", self.reopened_until


@event
class BreachCured(OfAMandate):
    """A later statement is within the limit."""

    kind: ClassVar[str] = "breach_cured"

    number: int
    statement: int

    def evolve(self, state: Mandates, version: int) -> None:
        breach = state.breaches[self.number - 1]
        breach.status, breach.ended_on = "cured", self.on


@event
class BreachWaived(OfAMandate):
    """By decision it is borne until a day."""

    kind: ClassVar[str] = "breach_waived"

    number: int
    until: date
    decision_ref: str

    def evolve(self, state: Mandates, version: int) -> None:
        breach = state.breaches[self.number - 1]
        breach.status, breach.waived_until = "waived", self.until
        breach.reference = self.decision_ref


@event
class BreachEscalated(OfAMandate):
    """Its time ran out, and it was taken further."""

    kind: ClassVar[str] = "breach_escalated"

    number: int
    to: str

    def evolve(self, state: Mandates, version: int) -> None:
        breach = state.breaches[self.number - 1]
        breach.status, breach.reference = "escalated", self.to


def judged(manager: str, known: Mandates, shown: Shown, latest: Shown) -> Iterator[Event]:
    """What follows from a statement for the breaches. `latest` is the last known, perhaps itself.

    A statement that came late is judged as well: what it shows and the latest does not is a breach
    that has been cured since.
    """
    mandate = known.on(shown.until)
    found = [] if mandate is None else list(measures(mandate, shown.exposures))
    passed = [each for each in found if each.passed]
    given = timedelta(days=(mandate.cure_days or 0) if mandate else 0)
    number = len(known.breaches)
    before = [breach for breach in known.breaches if breach.active]
    for each in passed:
        active = known.active(each.clause, each.subject)
        if active is None:
            number += 1
            yield _breached(manager, number, each, shown, shown.received_on + given)
            if latest.number != shown.number:
                yield BreachCured(
                    on=latest.until, manager=manager, number=number, statement=latest.number
                )
        elif latest.number == shown.number:
            lapsed = active.waived_until is not None and active.waived_until < shown.until
            again = active.status == "waived" and lapsed
            yield BreachMeasured(
                on=shown.until,
                manager=manager,
                number=active.number,
                statement=shown.number,
                disclosed=each.disclosed,
                actual=each.actual,
                bound=each.bound,
                reopened_until=shown.received_on + given if again else None,
            )
    if latest.number != shown.number:
        return
    still = {(each.clause, each.subject) for each in passed}
    for breach in before:
        if (breach.clause, breach.subject) not in still:
            yield BreachCured(
                on=shown.until, manager=manager, number=breach.number, statement=shown.number
            )


def _breached(
    manager: str, number: int, each: Measure, shown: Shown, cure_by: date
) -> MandateBreached:
    return MandateBreached(
        on=shown.until,
        manager=manager,
        number=number,
        clause=each.clause,
        subject=each.subject,
        statement=shown.number,
        disclosed=each.disclosed,
        actual=each.actual,
        bound=each.bound,
        cure_by=cure_by,
    )


class _OfABreach(Command):
    manager: Code
    breach: int

    def streams(self) -> Iterable[str]:
        return (f"mandate/{self.manager}",)


def _the_breach(world: World, asked: _OfABreach, on: date, what: str) -> Breach:
    known = world.find(Mandates, asked.manager)
    breaches = known.breaches if known else []
    if not 0 < asked.breach <= len(breaches):
        raise Refused(
            "no_breach",
            f"{asked.manager} has no breach {asked.breach}: see `qazyna programme mandate`.",
            {"manager": asked.manager, "breach": asked.breach},
        )
    found = breaches[asked.breach - 1]
    if not found.active:
        raise Refused(
            "breach_cured",
            f"Breach {asked.breach} of {asked.manager} was cured on {found.ended_on}.",
            {"manager": asked.manager, "breach": asked.breach},
        )
    world.not_future(on, what)
    in_order(found.since, on, what, "the breach")
    return found


class WaiveBreach(_OfABreach):
    """Decide that a breach is borne until a day."""

    kind: ClassVar[str] = "waive_breach"

    decided_on: Day
    until: Day
    decision_ref: Name


@command(WaiveBreach)
def waive_breach(world: World, asked: WaiveBreach) -> list[Event]:
    """Until a day to come; a statement after that day opens it again."""
    _the_breach(world, asked, asked.decided_on, "The decision")
    in_order(asked.decided_on, asked.until, "The end of the waiver", "the decision")
    return [
        BreachWaived(
            on=asked.decided_on,
            manager=asked.manager,
            number=asked.breach,
            until=asked.until,
            decision_ref=asked.decision_ref,
        )
    ]


class EscalateBreach(_OfABreach):
    """Take a breach further, once its time to be cured has run out."""

    kind: ClassVar[str] = "escalate_breach"

    escalated_on: Day
    to: Name


@command(EscalateBreach)
def escalate_breach(world: World, asked: EscalateBreach) -> list[Event]:
    """Not while it may still be cured, nor while it is waived."""
    found = _the_breach(world, asked, asked.escalated_on, "The escalation")
    until = found.waived_until if found.status == "waived" else found.cure_by
    if until and asked.escalated_on <= until:
        raise Refused(
            "time_to_cure",
            f"Breach {asked.breach} of {asked.manager} has until {until}.",
            {"manager": asked.manager, "until": until},
        )
    return [
        BreachEscalated(
            on=asked.escalated_on, manager=asked.manager, number=asked.breach, to=asked.to
        )
    ]
