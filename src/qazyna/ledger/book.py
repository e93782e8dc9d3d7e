"""Running quantities: what every account holds, and for whom.

The same rules as the database's, held in memory: for deciding, for replaying, and as the database's
twin in tests.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias

from qazyna.errors import InvariantBroken
from qazyna.ledger.chart import LOCATIONS
from qazyna.ledger.entry import Account, Entry

Key: TypeAlias = tuple[Account, str]
"""An account and an asset: one holding."""


class Balances:
    """Quantities by account and asset, in base units, never below zero.

    A location holds debits less credits, a title credits less debits. So for every book and asset
    what is held equals what belongs to somebody.
    """

    def __init__(self, quantities: Mapping[Key, int] | None = None) -> None:
        self._quantities: dict[Key, int] = dict(quantities or {})

    def of(self, account: Account, asset: str) -> int:
        """How much of the asset the account holds now."""
        return self._quantities.get((account, asset), 0)

    def __iter__(self) -> Iterator[tuple[Account, str, int]]:
        """Every holding that is not empty."""
        for (account, asset), amount in self._quantities.items():
            if amount:
                yield account, asset, amount

    def locations(self, book: str, asset: str) -> list[tuple[Account, int]]:
        """Where the asset is, in one book; the same order every time."""
        return self._held(book, asset, places=True)

    def titles(self, book: str, asset: str) -> list[tuple[Account, int]]:
        """Whose the asset is, in one book; the same order every time."""
        return self._held(book, asset, places=False)

    def _held(self, book: str, asset: str, *, places: bool) -> list[tuple[Account, int]]:
        return sorted(
            [
                (account, amount)
                for (account, code), amount in self._quantities.items()
                if amount
                and code == asset
                and account.book == book
                and (account.klass in LOCATIONS) is places
            ]
        )

    def post(self, entries: Iterable[Entry]) -> None:
        """Add the entries. Raises if a holding would fall below zero; what came before is kept."""
        for entry in entries:
            for asset, amount, debit, credit, _ in entry.postings:
                self._add(debit, asset, amount if debit.klass in LOCATIONS else -amount)
                self._add(credit, asset, -amount if credit.klass in LOCATIONS else amount)

    def _add(self, account: Account, asset: str, amount: int) -> None:
        key = account, asset
        quantity = self._quantities.get(key, 0) + amount
        if quantity < 0:
            raise InvariantBroken(f"{account.path} would hold {quantity} {asset}")
        self._quantities[key] = quantity
