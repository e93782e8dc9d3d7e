"""The office of a simulated State: its books in memory, its clock, and one way to act.

Whatever happens passes the rooms' own rules; a refusal is one of the law, and names the model.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal

from qazyna.blueprint import Blueprint
from qazyna.errors import Refused
from qazyna.lab.market import Market
from qazyna.lab.model import Model
from qazyna.ledger.book import Balances, Key
from qazyna.ledger.entry import Account, Entry, Value
from qazyna.money import Asset, worth
from qazyna.plan import Command, Event, Valuer, World, decide

ACTOR = "lab"


class BooksByName(Balances):
    """Running quantities, found by their book: a case's rule looks at one pot among thousands."""

    def __init__(self, quantities: Mapping[Key, int] | None = None) -> None:
        super().__init__(quantities)
        self._by_book: dict[str, dict[Account, dict[str, None]]] = {}

    def post(self, entries: Iterable[Entry]) -> None:
        booked = tuple(entries)
        for entry in booked:
            for posting in entry.postings:
                accounts = self._by_book.setdefault(posting.debit.book, {})
                for account in (posting.debit, posting.credit):
                    accounts.setdefault(account, {})[posting.asset] = None
        super().post(booked)

    def of_account(self, account: Account) -> list[tuple[str, int]]:
        """(asset, base units) that one account holds, in the order in which they came."""
        assets = self._by_book.get(account.book, {}).get(account, ())
        return [(code, amount) for code in assets if (amount := self.of(account, code))]

    def locations(self, book: str, asset: str) -> list[tuple[Account, int]]:
        return self._of(book, asset, "location")

    def titles(self, book: str, asset: str) -> list[tuple[Account, int]]:
        return self._of(book, asset, "title")

    def _of(self, book: str, asset: str, side: str) -> list[tuple[Account, int]]:
        return sorted(
            (account, amount)
            for account in self._by_book.get(book, ())
            if account.side == side and (amount := self.of(account, asset))
        )


class Office:
    """One simulated State."""

    def __init__(self, model: Model, market: Market, since: date) -> None:
        self.model = model
        self.market = market
        self.books = BooksByName()
        self.world = World(
            now=_noon(since),
            actor=ACTOR,
            blueprint=model.blueprint,
            valuer=_valuer(market, model.blueprint),
            balances=self.books,
        )

    @property
    def today(self) -> date:
        return self.world.today

    def open_on(self, day: date) -> None:
        """Let it be that day."""
        self.world.now = _noon(day)

    def do(self, asked: Command) -> list[Event]:
        """Decide the command by its room's rule, and book what follows."""
        try:
            return decide(self.world, asked)
        except Refused as no:
            raise Refused(
                no.code,
                f"{self.model.name}, {self.today}: {no.message}",
                {**no.facts, "model": self.model.name, "command": asked.kind},
                no.law,
            ) from None

    def happens(self, *events: Event) -> None:
        """Book what the register says happened, as its import does."""
        for happened in events:
            self.world.absorb(happened)

    def journal(self) -> Iterator[tuple[str, Event, tuple[Entry, ...]]]:
        """Everything that happened, in order: the event's name (`case/C-1@3`), it, its entries."""
        versions: dict[str, int] = {}
        for happened, entries in self.world.booked:
            stream = happened.stream
            versions[stream] = version = versions.get(stream, 0) + 1
            yield f"{stream}@{version}", happened, entries


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(12), UTC)


def _valuer(market: Market, blueprint: Blueprint) -> Valuer:
    """Values by the market, in the law's own currency; none past the end of a series."""
    prices: dict[tuple[str, str, date], tuple[Decimal, str] | None] = {}

    def price(code: str, currency: str, on: date) -> tuple[Decimal, str] | None:
        found, rate = market.price(code, on), market.rate(currency, on)
        if found is None or not rate:
            return None
        series = market.series.get(code)
        source = f"{series.source}, {on}" if series else f"par or rate, {on}"
        return (found if rate == 1 else found / rate), source

    def value(asset: Asset, amount: int, on: date) -> Value | None:
        currency = blueprint.on(on).currency
        key = asset.code, currency, on
        if key not in prices:
            prices[key] = price(*key)
        known = prices[key]
        return Value(worth(asset, amount, known[0]), currency, known[1]) if known else None

    return value
