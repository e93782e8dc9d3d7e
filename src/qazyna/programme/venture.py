"""Venture funds: capital promised, called and distributed.

One unit of an interest is one unit of currency paid in. What is promised and not yet called is a
memorandum beside it: it can be seen and never spent, and a call draws it down.
"""

from dataclasses import replace
from typing import ClassVar, Literal

from qazyna.errors import Refused
from qazyna.ledger import entry
from qazyna.ledger.entry import Account, Authority, Entry, Value
from qazyna.plan import BaseUnits, Day, Event, Name, Segment, World, command, event
from qazyna.programme.manager import (
    ByAManager,
    Flow,
    Manager,
    OfAManager,
    commitment,
    fund,
    the_manager,
    undrawn_code,
)
from qazyna.programme.quoting import PriceOfADay, Quoting, interest_prices
from qazyna.reserve.pot import BOOK, TITLE, agreed, eligible, place, source


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
        return (replace(noted, flow="internal"),)  # a promise is no money coming in

    def evolve(self, state: Manager, version: int) -> None:
        if self.again:
            state.recallable += self.amount
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


class PayCall(OfAManager):
    """Record that a capital call was paid."""

    kind: ClassVar[str] = "pay_call"

    quantity: str
    paid_on: Day
    place: Segment | None = None
    call_ref: Name


@event
class CapitalCalled(Quoting):
    """Money became an interest, one for one, and the promise is that much smaller."""

    kind: ClassVar[str] = "capital_called"

    amount: BaseUnits
    out_of: tuple[str, str]
    call_ref: str
    value: Value | None = None

    def entries(self) -> tuple[Entry, ...]:
        given = (self.currency, self.amount, Account(BOOK, *self.out_of))
        taken = (self.manager, self.amount, fund(self.manager))
        return (
            entry.exchange(self.on, TITLE, given, taken, value=self.value),
            entry.release(
                self.on,
                undrawn_code(self.manager),
                self.amount,
                TITLE,
                commitment(self.manager),
                Authority("statement"),
                flow="internal",
            ),
        )

    def evolve(self, state: Manager, version: int) -> None:
        state.called += self.amount
        state.flows.append(Flow(on=self.on, amount=self.amount))


@command(PayCall)
def pay_call(world: World, asked: PayCall) -> list[Event]:
    """Out of the reserve's bank, and never more than is still unfunded."""
    on = asked.paid_on
    manager = the_manager(world, asked, "venture_fund", on, "The payment")
    currency = world.asset(manager.currency)
    amount = currency.amount(asked.quantity)
    unfunded = world.balances.of(commitment(asked.manager), undrawn_code(asked.manager))
    if amount > unfunded:
        raise Refused(
            "above_unfunded",
            f"{asked.manager} may still call {currency.text(unfunded)} {currency.code}; "
            f"it called {currency.text(amount)}.",
            {"manager": asked.manager, "unfunded": currency.text(unfunded)},
        )
    eligible(world, BOOK, world.asset(asked.manager), on)
    bank = source(world, BOOK, currency, asked.place, on)
    world.held(bank, currency.code, amount)
    return [
        CapitalCalled(
            on=on,
            manager=asked.manager,
            currency=currency.code,
            prices=_prices(manager, Flow(on=on, amount=amount)),
            amount=amount,
            out_of=(bank.klass, bank.detail),
            call_ref=asked.call_ref,
            value=agreed(world, on, (currency.code, amount)),
        )
    ]


class Distribute(OfAManager):
    """Record money that a venture fund distributed, and what it says the money is."""

    kind: ClassVar[str] = "distribute"

    quantity: str
    received_on: Day
    character: Literal["income", "gain", "return_of_capital", "recallable"]
    place: Segment | None = None
    statement_ref: Name


@event
class DistributionReceived(Quoting):
    """A venture fund paid out. No interest is retired by it."""

    kind: ClassVar[str] = "distribution_received"

    amount: BaseUnits
    character: str
    into: tuple[str, str]
    statement_ref: str
    value: Value | None = None

    def entries(self) -> tuple[Entry, ...]:
        bank, by = Account(BOOK, *self.into), Authority("statement")
        return (entry.income(self.on, self.currency, self.amount, bank, TITLE, by, self.value),)

    def evolve(self, state: Manager, version: int) -> None:
        state.distributed += self.amount
        state.flows.append(Flow(on=self.on, amount=-self.amount))


@command(Distribute)
def distribute(world: World, asked: Distribute) -> list[Event]:
    """Into the reserve's bank; what may be called again is noted again, within what was called."""
    on = asked.received_on
    manager = the_manager(world, asked, "venture_fund", on, "The distribution")
    currency = world.asset(manager.currency)
    amount = currency.amount(asked.quantity)
    if not any(flow.amount > 0 and flow.on <= on for flow in manager.flows):
        raise Refused(
            "nothing_paid_in",
            f"Nothing was paid in to {asked.manager} by {on}: it had nothing to distribute.",
            {"manager": asked.manager},
        )
    bank = place(world, BOOK, currency, asked.place, on)
    events: list[Event] = [
        DistributionReceived(
            on=on,
            manager=asked.manager,
            currency=currency.code,
            prices=_prices(manager, Flow(on=on, amount=-amount)),
            amount=amount,
            character=asked.character,
            into=(bank.klass, bank.detail),
            statement_ref=asked.statement_ref,
            value=agreed(world, on, (currency.code, amount)),
        )
    ]
    if asked.character == "recallable":
        if manager.recallable + amount > manager.called:
            raise Refused(
                "more_than_called",
                f"{asked.manager} called {currency.text(manager.called)} {currency.code}: no more "
                "than that can be given back to be called again.",
                {"manager": asked.manager, "called": currency.text(manager.called)},
            )
        events.append(
            CapitalCommitted(
                on=on,
                manager=asked.manager,
                amount=amount,
                again=True,
                decision_ref=asked.statement_ref,
            )
        )
    return events


def _prices(manager: Manager, flow: Flow) -> tuple[PriceOfADay, ...]:
    flows = [*manager.flows, flow]
    return tuple(interest_prices(manager.code, manager.navs, flows, since=flow.on))
