"""Dealing: one currency for another, or for gold, inside the reserve."""

from typing import ClassVar, Final

from qazyna.errors import Refused
from qazyna.ledger import entry
from qazyna.ledger.entry import Account, Entry, Value
from qazyna.plan import BaseUnits, Command, Day, Event, Name, Segment, World, command, event
from qazyna.reserve.pot import BOOK, TITLE, agreed, eligible, place, source

DEALT: Final = ("currency", "gold")


class ExchangeCurrency(Command):
    """Record a currency deal, or a purchase or sale of gold, as the bank confirmed it."""

    kind: ClassVar[str] = "exchange_currency"

    given: Segment
    given_quantity: str
    taken: Segment
    taken_quantity: str
    traded_on: Day
    given_place: Segment | None = None
    taken_place: Segment | None = None
    counterparty: Name
    statement_ref: Name

    def streams(self) -> tuple[str, ...]:
        return (BOOK,)

    def books(self) -> tuple[str, ...]:
        return (BOOK,)


@event
class CurrencyExchanged(Event):
    """One asset of the reserve became another."""

    kind: ClassVar[str] = "currency_exchanged"

    given: str
    given_amount: BaseUnits
    out_of: tuple[str, str]
    taken: str
    taken_amount: BaseUnits
    into: tuple[str, str]
    counterparty: str
    statement_ref: str
    value: Value | None = None

    @property
    def stream(self) -> str:
        return BOOK

    def entries(self) -> tuple[Entry, ...]:
        return (
            entry.exchange(
                self.on,
                TITLE,
                (self.given, self.given_amount, Account(BOOK, *self.out_of)),
                (self.taken, self.taken_amount, Account(BOOK, *self.into)),
                value=self.value,
            ),
        )


@command(ExchangeCurrency)
def exchange_currency(world: World, asked: ExchangeCurrency) -> list[Event]:
    """Both sides eligible, and no more given than is held. The rate is what was agreed."""
    on = asked.traded_on
    world.not_future(on, "The exchange")
    given, taken = world.asset(asked.given), world.asset(asked.taken)
    if given.code == taken.code:
        raise Refused("same_asset", f"{given.code} cannot be exchanged for itself.")
    for asset in (given, taken):
        if asset.klass not in DEALT:
            raise Refused(
                "not_dealt_in",
                f"{asset.code} is {asset.klass}: only currency and gold are exchanged this way.",
                {"asset": asset.code, "class": asset.klass},
            )
        eligible(world, BOOK, asset, on)
    given_amount = given.amount(asked.given_quantity)
    taken_amount = taken.amount(asked.taken_quantity)
    out_of = source(world, BOOK, given, asked.given_place, on)
    into = place(world, BOOK, taken, asked.taken_place, on)
    world.held(out_of, given.code, given_amount)
    return [
        CurrencyExchanged(
            on=on,
            given=given.code,
            given_amount=given_amount,
            out_of=(out_of.klass, out_of.detail),
            taken=taken.code,
            taken_amount=taken_amount,
            into=(into.klass, into.detail),
            counterparty=asked.counterparty,
            statement_ref=asked.statement_ref,
            value=agreed(world, on, (given.code, given_amount), (taken.code, taken_amount)),
        )
    ]
