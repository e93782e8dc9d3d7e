"""Capital promised to a venture fund, and the promise's end."""

from typing import ClassVar

from qazyna.errors import Refused
from qazyna.ledger import entry
from qazyna.ledger.entry import Authority, Entry
from qazyna.plan import BaseUnits, Day, Event, Name, World, command, event
from qazyna.programme.manager import (
    ByAManager,
    Flow,
    Manager,
    OfAManager,
    commitment,
    the_manager,
    undrawn_code,
)
from qazyna.reserve.pot import BOOK, TITLE, eligible


class CommitCapital(OfAManager):
    """Promise capital to a venture fund."""

    kind: ClassVar[str] = "commit_capital"

    quantity: str
    committed_on: Day
    decision_ref: Name


@event
class CapitalCommitted(ByAManager):
    """So much more may be called. A distribution that may be called again makes one too."""

    kind: ClassVar[str] = "capital_committed"

    amount: BaseUnits
    again: bool = False
    """Whether it was paid in before, and distributed to be called again."""
    decision_ref: str

    def entries(self) -> tuple[Entry, ...]:
        asset, memo = undrawn_code(self.manager), commitment(self.manager)
        noted = entry.receive(self.on, asset, self.amount, memo, TITLE, Authority("decision"))
        return (noted._replace(flow="internal"),)  # a promise is no money coming in

    def evolve(self, state: Manager, version: int) -> None:
        state.promised.append(Flow(on=self.on, amount=self.amount))
        if self.again:
            state.recallable += self.amount
            state.marks[version] = "recallable"
        else:
            state.committed += self.amount


@command(CommitCapital)
def commit_capital(world: World, asked: CommitCapital) -> list[Event]:
    """Noted beside the books' money, by decision."""
    on = asked.committed_on
    manager = the_manager(world, asked, "venture_fund", on, "The commitment")
    eligible(world, BOOK, world.asset(undrawn_code(asked.manager)), on)
    amount = world.asset(manager.currency).amount(asked.quantity)
    return [
        CapitalCommitted(
            on=on, manager=asked.manager, amount=amount, decision_ref=asked.decision_ref
        )
    ]


class EndCommitment(OfAManager):
    """Release what was promised and will not be called: at the end of a fund's life, or before."""

    kind: ClassVar[str] = "end_commitment"

    quantity: str | None = None
    """All that is neither called nor demanded, when not said."""
    ended_on: Day
    decision_ref: Name


@event
class CommitmentEnded(ByAManager):
    """So much less may be called, and it was never paid."""

    kind: ClassVar[str] = "commitment_ended"

    amount: BaseUnits
    decision_ref: str

    def entries(self) -> tuple[Entry, ...]:
        asset, memo = undrawn_code(self.manager), commitment(self.manager)
        by = Authority("decision")
        return (
            entry.release(self.on, asset, self.amount, TITLE, memo, by, flow="internal"),
        )  # a promise is no money going out

    def evolve(self, state: Manager, version: int) -> None:
        state.released += self.amount
        state.promised.append(Flow(on=self.on, amount=-self.amount))
        state.marks[version] = "ended"


@command(EndCommitment)
def end_commitment(world: World, asked: EndCommitment) -> list[Event]:
    """No more than is unfunded, and nothing that a call has demanded."""
    on = asked.ended_on
    manager = the_manager(world, asked, "venture_fund", on, "The end of the commitment")
    currency = world.asset(manager.currency)
    free = callable_now(world, manager)
    amount = currency.amount(asked.quantity) if asked.quantity is not None else free
    if not 0 < amount <= free:
        raise Refused(
            "above_unfunded",
            f"{currency.text(free)} {currency.code} of the commitment to {asked.manager} is "
            "neither called nor demanded.",
            {"manager": asked.manager, "unfunded": currency.text(free)},
        )
    return [
        CommitmentEnded(
            on=on, manager=asked.manager, amount=amount, decision_ref=asked.decision_ref
        )
    ]


def unfunded(world: World, code: str) -> int:
    """What was promised and is not paid in, called for or not."""
    return world.balances.of(commitment(code), undrawn_code(code))


def callable_now(world: World, manager: Manager) -> int:
    """What may still be demanded: unfunded, less what open calls demand already."""
    demanded = sum(call.open for call in manager.calls.values())
    return unfunded(world, manager.code) - demanded
