"""A mandate: a manager's authority, limits, benchmark and duties; dated, and set by decision."""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, BeforeValidator, Field

from qazyna.blueprint import Law
from qazyna.blueprint.schema import MANDATE_SHARES
from qazyna.errors import Refused
from qazyna.plan import Day, Event, Name, Segment, State, World, command, event, state
from qazyna.programme.exposures import Number, Part
from qazyna.programme.manager import OfAManager, the_manager
from qazyna.programme.terms import Days, Money, Rate
from qazyna.seizure.case import in_order

ReportKind = Literal["account", "exposures"]


_PLAIN = re.compile(r"\d{1,3}(\.\d{1,18})?", re.ASCII)


def _a_multiple(value: object) -> object:
    if isinstance(value, str):
        if not _PLAIN.fullmatch(value):
            raise ValueError("write a multiple of the fund, as 1.5")
        return Decimal(value)
    return value


Multiple = Annotated[Decimal, Field(gt=0, le=100), BeforeValidator(_a_multiple)]
"""A multiple of the fund's NAV."""


class Report(Part):
    """Something that the manager owes us regularly."""

    report: ReportKind
    """`account`: the statement of our account; `exposures`: what the fund is exposed to."""
    every: Literal["monthly", "quarterly", "semiannual", "annual"]
    due_days: Days
    """Days after the end of the period."""


class Mandate(Part):
    """What a manager may do. Silence bounds nothing, unless the law says otherwise."""

    eligible_assets: tuple[Segment, ...] | None = None
    """Assets it may be exposed to; a currency always is one."""
    market_value_floor: Money | None = None
    """What all of an asset must be worth on the market, in the fund's currency."""
    single_asset: Rate | None = None
    issuer: Rate | None = None
    counterparty: Rate | None = None
    illiquids: Rate | None = None
    undisclosed: Rate | None = None
    """Gross exposure that it need not tell of."""
    leverage: Multiple | None = None
    """Gross exposure as a multiple of NAV."""
    benchmark: Segment | None = None
    """The asset that it is measured against: BTC, say."""
    reports: tuple[Report, ...] = ()
    cure_days: Days | None = None


class MandateFrom(BaseModel):
    """A mandate, the day from which it applies, and the decision that set it."""

    since: date
    mandate: Mandate
    decision_ref: str


class Breach(BaseModel):
    """One limit passed, and what became of it."""

    number: int
    clause: str
    """Which limit of the mandate."""
    subject: str
    """Which asset, issuer or counterparty; empty for the fund as a whole."""
    since: date
    """The end of the period in which it was found first."""
    statement: int
    """The number of the statement that showed it last."""
    disclosed: Number
    """What the manager told of; the rest of `actual` is what it did not disclose."""
    actual: Number
    bound: Number
    cure_by: date
    status: Literal["open", "waived", "escalated", "cured"] = "open"
    waived_until: date | None = None
    ended_on: date | None = None
    reference: str = ""
    """The decision that waived it, or to whom it was taken."""

    @property
    def active(self) -> bool:
        return self.status != "cured"

    def overdue(self, today: date) -> bool:
        """Whether it should have been cured by now."""
        return self.status == "open" and today > self.cure_by


@state
class Mandates(State):
    """The mandates of one manager, and every breach of them."""

    prefix: ClassVar[str] = "mandate"

    versions: list[MandateFrom] = []
    breaches: list[Breach] = []

    def on(self, day: date) -> Mandate | None:
        """The mandate as it applied that day."""
        said = [each.mandate for each in self.versions if each.since <= day]
        return said[-1] if said else None

    def active(self, clause: str, subject: str) -> Breach | None:
        return next(
            (b for b in self.breaches if b.active and (b.clause, b.subject) == (clause, subject)),
            None,
        )


class OfAMandate(Event):
    """What every event about a manager's mandate shares."""

    manager: str

    @property
    def stream(self) -> str:
        return f"mandate/{self.manager}"


class SetMandate(OfAManager):
    """Say what a manager may do, from a day on. What was said before stays for the days before."""

    kind: ClassVar[str] = "set_mandate"

    since: Day
    mandate: Mandate
    decided_on: Day
    decision_ref: Name

    def streams(self) -> tuple[str, ...]:
        return (*super().streams(), f"mandate/{self.manager}")


@event
class MandateSet(OfAMandate):
    """From this day on the manager may do so much."""

    kind: ClassVar[str] = "mandate_set"

    mandate: Mandate
    decided_on: date
    decision_ref: str

    def evolve(self, state: Mandates, version: int) -> None:
        state.versions.append(
            MandateFrom(since=self.on, mandate=self.mandate, decision_ref=self.decision_ref)
        )


@command(SetMandate)
def set_mandate(world: World, asked: SetMandate) -> list[Event]:
    """With everything the law wants said, within what it allows, and not before the last one."""
    the_manager(world, asked, "", asked.decided_on, "The decision")
    in_order(asked.decided_on, asked.since, "The mandate", "the decision")
    before = world.find(Mandates, asked.manager)
    if before and before.versions:
        in_order(before.versions[-1].since, asked.since, "The mandate", "the last one")
    _once(asked.mandate)
    law = world.law(asked.since)
    _contents(law, asked.mandate)
    for name, bound, allowed in _bounds(law, asked.mandate):
        if bound is None or bound > allowed:
            said = "says nothing of it" if bound is None else f"allows {bound}"
            raise Refused(
                "mandate_above_law",
                f"The law allows at most {allowed} for {name}; the mandate {said}.",
                {"term": name, "allowed": allowed},
                f"programme.mandate.{name}",
            )
    return [
        MandateSet(
            on=asked.since,
            manager=asked.manager,
            mandate=asked.mandate,
            decided_on=asked.decided_on,
            decision_ref=asked.decision_ref,
        )
    ]


def _once(mandate: Mandate) -> None:
    """Refuse a mandate that names something twice."""
    named = [*(mandate.eligible_assets or ())]
    named += [f"{each.report} {each.every}" for each in mandate.reports]
    twice = next((each for each in named if named.count(each) > 1), None)
    if twice:
        raise Refused("named_twice", f"The mandate names {twice} twice: once will do.")


def _contents(law: Law, mandate: Mandate) -> None:
    wanted = law.says("programme.mandate.contents", tuple) or ()
    missing = [name for name in wanted if getattr(mandate, name) in (None, ())]
    if missing:
        raise Refused(
            "mandate_incomplete",
            f"The law wants every mandate to say {', '.join(wanted)}; this one does not say "
            f"{', '.join(missing)}.",
            {"missing": ", ".join(missing)},
            "programme.mandate.contents",
        )


Bound = tuple[str, Decimal | int | None, Decimal | int]


def _bounds(law: Law, mandate: Mandate) -> Iterator[Bound]:
    """Clause, what the mandate says, what the law allows."""
    for name in MANDATE_SHARES:
        most = law.says(f"programme.mandate.most.{name}", Decimal)
        if most is not None:
            yield f"most.{name}", getattr(mandate, name), most
    cure = law.says("programme.mandate.days.cure", int)
    if cure is not None:
        yield "days.cure", mandate.cure_days, cure
    report = law.says("programme.mandate.days.report", int)
    if report is not None:
        for each in mandate.reports:
            yield "days.report", each.due_days, report
