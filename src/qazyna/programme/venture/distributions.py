"""Distributions: money that a venture fund paid out, and what it says the money is."""

from typing import ClassVar, Literal

from qazyna.errors import Refused
from qazyna.ledger import entry
from qazyna.ledger.entry import Account, Authority, Entry, Value
from qazyna.money import Asset
from qazyna.plan import BaseUnits, Day, Event, Name, Segment, World, command, event
from qazyna.programme.manager import Flow, Manager, OfAManager, the_manager
from qazyna.programme.quoting import Quoting
from qazyna.programme.venture.calls import prices_with
from qazyna.programme.venture.commitments import CapitalCommitted
from qazyna.reserve.pot import BOOK, TITLE, agreed, place


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
    """Into the reserve's bank; what may be called again is noted again, within what the terms and
    the calls so far allow."""
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
            prices=prices_with(manager, Flow(on=on, amount=-amount)),
            amount=amount,
            character=asked.character,
            into=(bank.klass, bank.detail),
            statement_ref=asked.statement_ref,
            value=agreed(world, on, (currency.code, amount)),
        )
    ]
    if asked.character == "recallable":
        _may_be_called_again(manager, asked, currency, amount)
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


def _may_be_called_again(manager: Manager, asked: Distribute, currency: Asset, amount: int) -> None:
    if manager.recallable + amount > manager.called:
        raise Refused(
            "more_than_called",
            f"{asked.manager} called {currency.text(manager.called)} {currency.code}: no more "
            "than that can be given back to be called again.",
            {"manager": asked.manager, "called": currency.text(manager.called)},
        )
    terms = manager.terms_on(asked.received_on).venture
    if terms is None:
        return
    most = int(manager.committed * (terms.recycling or 0))
    if manager.recallable + amount > most:
        raise Refused(
            "recycling_limit",
            f"By its terms {asked.manager} calls {currency.text(most)} {currency.code} again at "
            f"most; {currency.text(manager.recallable)} was given back for that already. Ask the "
            "manager what this distribution is.",
            {"manager": asked.manager, "limit": currency.text(most)},
        )
