"""Receiving a statement: kept as it came, whatever it says, if it is one of this manager's."""

from collections.abc import Iterator
from datetime import date
from typing import ClassVar

from pydantic import Field

from qazyna.errors import InvariantBroken, Refused
from qazyna.plan import Day, Event, Name, World, command, event
from qazyna.programme.exposures import Exposures
from qazyna.programme.manager import Manager, OfAManager, the_manager
from qazyna.programme.mandates.breaches import judged
from qazyna.programme.mandates.compliance import Shown
from qazyna.programme.mandates.mandate import Mandates
from qazyna.programme.statements.checks import (
    OF_NEIGHBOURS,
    Difference,
    Units,
    differences,
    overlapping,
)
from qazyna.programme.statements.figures import Account, AccountTold
from qazyna.programme.statements.queries import QueryClosed, QueryRaised, answer_by
from qazyna.programme.statements.state import OfStatements, Received, Statements
from qazyna.seizure.case import in_order


class ReceiveStatement(OfAManager):
    """Record a statement that a manager sent, as it came, and judge it against the books."""

    kind: ClassVar[str] = "receive_statement"

    fund: Name
    """Whose statement it says it is: the manager's code, or the fund's name."""
    period_from: Day
    period_to: Day
    received_on: Day
    currency: Name
    final: bool = True
    restates: bool = False
    """Whether it replaces the one received for this period."""
    account: AccountTold | None = None
    exposures: Exposures | None = None
    statement_ref: Name
    sha256: str = Field(default="", pattern=r"^([0-9a-f]{64})?$")

    def streams(self) -> tuple[str, ...]:
        return (*super().streams(), f"statement/{self.manager}", f"mandate/{self.manager}")


@event
class StatementReceived(OfStatements):
    """A manager says so. Dated on the last day of its period."""

    kind: ClassVar[str] = "statement_received"

    number: int
    since: date
    received_on: date
    currency: str
    final: bool
    restates: int | None = None
    counts: bool = True
    account: Account | None = None
    exposures: Exposures | None = None
    statement_ref: str
    sha256: str = ""

    def as_received(self) -> Received:
        return Received(
            number=self.number,
            since=self.since,
            until=self.on,
            received_on=self.received_on,
            currency=self.currency,
            final=self.final,
            restates=self.restates,
            counts=self.counts,
            account=self.account,
            exposures=self.exposures,
            statement_ref=self.statement_ref,
            sha256=self.sha256,
        )

    def evolve(self, state: Statements, version: int) -> None:
        if self.restates is not None:
            state.received[self.restates - 1].replaced_by = self.number
        state.received.append(self.as_received())


@command(ReceiveStatement)
def receive_statement(world: World, asked: ReceiveStatement) -> Iterator[Event]:
    """Of this manager's fund, for a period that is over; what it disagrees with is asked."""
    on = asked.period_to
    manager = the_manager(world, asked, "", on, "The period")
    in_order(asked.period_from, on, "The end of the period", "its beginning")
    world.not_future(asked.received_on, "The statement")
    in_order(on, asked.received_on, "The day it was received", "the end of its period")
    _of_this_fund(manager, asked)
    if asked.account is None and asked.exposures is None:
        raise Refused("empty_statement", "It tells neither of our account nor of exposures.")
    before = world.find(Statements, asked.manager) or Statements()
    if any(each.sha256 == asked.sha256 != "" for each in before.received):
        return
    said = _said(world, asked, manager, before)
    yield said
    after = world.find(Statements, asked.manager)
    if after is None:
        raise InvariantBroken("a statement was received and is not there")
    units = Units(world.asset(said.currency), world.asset(asked.manager))
    yield from _asked(world, asked, said, manager, after, units)
    yield from _judged(world, asked.manager, said, after)


def _judged(
    world: World, manager: str, said: StatementReceived, after: Statements
) -> Iterator[Event]:
    """What the exposures are by the mandate."""
    known, latest = world.find(Mandates, manager), after.latest_exposures
    if known is None or latest is None or said.exposures is None or not said.counts:
        return
    shown, last = _shown(said.as_received()), _shown(latest)
    if shown and last:
        yield from judged(manager, known, shown, last)


def _shown(each: Received) -> Shown | None:
    if each.exposures is None:
        return None
    return Shown(each.number, each.until, each.received_on, each.exposures)


def _said(
    world: World, asked: ReceiveStatement, manager: Manager, before: Statements
) -> StatementReceived:
    currency = world.asset(asked.currency)
    units = world.asset(asked.manager) if manager.manager_kind == "hedge_fund" else None
    said = StatementReceived(
        on=asked.period_to,
        manager=asked.manager,
        number=len(before.received) + 1,
        since=asked.period_from,
        received_on=asked.received_on,
        currency=currency.code,
        final=asked.final,
        account=asked.account.read(currency, units) if asked.account else None,
        exposures=asked.exposures,
        statement_ref=asked.statement_ref,
        sha256=asked.sha256,
    )
    others = overlapping(said.as_received(), before)
    same = [each for each in others if (each.since, each.until) == (said.since, said.on)]
    replaced = same[0].number if asked.restates and len(same) == len(others) == 1 else None
    counts = currency.code == manager.currency and (replaced is not None or not others)
    return said.model_copy(update={"restates": replaced if counts else None, "counts": counts})


def _asked(
    world: World,
    asked: ReceiveStatement,
    said: StatementReceived,
    manager: Manager,
    after: Statements,
    units: Units,
) -> Iterator[Event]:
    """Queries that it raises, and those that it settles."""
    found = list(differences(said.as_received(), after, manager, units))
    if asked.restates and said.restates is None:
        found.append(
            Difference(
                "restates_nothing",
                f"It restates a statement for {said.since} to {said.on}; no such one can be "
                "replaced by it.",
            )
        )
    told = {(each.code, each.message) for each in found}
    chain = after.restated(said.number) - {said.number}
    still = set()
    for query in after.open_queries:
        if query.statement in chain:
            if (query.code, query.message) in told:
                still.add((query.code, query.message))
            else:
                yield _settled(asked, query.number, said)
        elif query.code in OF_NEIGHBOURS and query.statement:
            other = after.received[query.statement - 1]
            now = differences(other, after, manager, units) if other.stands else ()
            if (query.code, query.message) not in {(each.code, each.message) for each in now}:
                yield _settled(asked, query.number, said)
    number = len(after.queries)
    until = answer_by(world, asked.received_on)
    for each in found:
        if (each.code, each.message) in still:
            continue
        number += 1
        yield QueryRaised(
            on=asked.received_on,
            manager=asked.manager,
            number=number,
            statement=said.number,
            code=each.code,
            message=each.message,
            said=each.said,
            expected=each.expected,
            answer_by=until,
        )


def _settled(asked: ReceiveStatement, number: int, said: StatementReceived) -> QueryClosed:
    return QueryClosed(
        on=asked.received_on,
        manager=asked.manager,
        number=number,
        reason=f"Put right by the statement of {said.on} ({said.statement_ref}).",
    )


def _of_this_fund(manager: Manager, asked: ReceiveStatement) -> None:
    if asked.fund not in (manager.code, manager.name):
        raise Refused(
            "other_fund",
            f"It is a statement of {asked.fund}, not of {manager.code} ({manager.name}): receive "
            "it under the manager whose it is.",
            {"manager": manager.code, "fund": asked.fund},
        )
