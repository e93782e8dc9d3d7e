"""Receiving a statement: kept as it came, whatever it says, if it is one of this manager's."""

from datetime import date
from typing import ClassVar

from pydantic import Field

from qazyna.errors import Refused
from qazyna.plan import Day, Event, Name, World, command, event
from qazyna.programme.manager import Manager, OfAManager, the_manager
from qazyna.programme.statements.figures import Account, AccountTold, Exposures
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
        return (*super().streams(), f"statement/{self.manager}")


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

    def evolve(self, state: Statements, version: int) -> None:
        if self.restates is not None:
            state.received[self.restates - 1].replaced_by = self.number
        state.received.append(
            Received(
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
        )


@command(ReceiveStatement)
def receive_statement(world: World, asked: ReceiveStatement) -> list[Event]:
    """Of this manager's fund, for a period that is over."""
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
        return []
    currency = world.asset(asked.currency)
    units = world.asset(asked.manager) if manager.manager_kind == "hedge_fund" else None
    return [
        StatementReceived(
            on=on,
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
    ]


def _of_this_fund(manager: Manager, asked: ReceiveStatement) -> None:
    if asked.fund not in (manager.code, manager.name):
        raise Refused(
            "other_fund",
            f"It is a statement of {asked.fund}, not of {manager.code} ({manager.name}): receive "
            "it under the manager whose it is.",
            {"manager": manager.code, "fund": asked.fund},
        )
