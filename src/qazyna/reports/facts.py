"""What a statement is made from: the books at a date, prices, the law, and sums over the entries.

Everything is given; nothing here is looked up. Amounts are base units, values are in the currency
named beside them, and dates are value dates.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from qazyna.blueprint import Law
from qazyna.ledger.entry import Account
from qazyna.money import Asset
from qazyna.reserve.prices import PriceBook, Row


@dataclass(frozen=True, slots=True)
class Holding:
    """What one account held of one asset at the end of a day, and how many postings made it so."""

    account: Account
    asset: Asset
    amount: int
    entries: int = 0


@dataclass(frozen=True, slots=True)
class Movement:
    """A change of the reserve's title in one asset: one posting's, or the sum of several.

    `amount` is more than nothing where the reserve gained and less where it lost; `value` is what
    the entries say it was worth, without a sign, and None where they say nothing. Movements may be
    summed over days, but only within one asset, one direction, one flow and one currency. For a
    reversal, `flow` is the flow of the entry it mirrors.
    """

    on: date
    asset: Asset
    amount: int
    flow: str
    value: Decimal | None = None
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Realised:
    """Money that sales brought in, before costs, by the title it went to."""

    currency: Asset
    amount: int
    title: str


@dataclass(frozen=True, slots=True)
class Enforcement:
    """What enforcement led to, up to the date. Values are those of the day each happened."""

    venues_shut: int = 0
    venues_volume_usd: Decimal = Decimal(0)
    seized_value: Decimal | None = Decimal(0)
    """received for claimants; None where part of it had no price"""
    forfeited_value: Decimal | None = Decimal(0)
    """vested in the State, from claimants or from beneficiaries, less what was annulled"""
    to_reserve_value: Decimal | None = Decimal(0)
    """transferred from cases to the reserve"""


@dataclass(frozen=True, slots=True)
class Managed:
    """A manager of the programme: its code, the class of its units, the currency of its fund."""

    code: str
    klass: str
    currency: Asset
    name: str = ""


@dataclass(frozen=True, slots=True)
class IssuedCall:
    """What a capital call still demands."""

    manager: str
    call_ref: str
    amount: int


@dataclass(frozen=True, slots=True)
class Assumed:
    """Columns of a register whose values nobody knew, for one holding."""

    case: str
    holding: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Stale:
    """A fund whose last NAV tells nothing any more, and what a unit of it may be worth instead."""

    asset: str
    why: str
    estimate: Row | None = None
    """A price of the day that nobody stated; None where none can be made."""


@dataclass(frozen=True, slots=True)
class Facts:
    """All that a statement of the reserve rests on."""

    as_of: date
    law: Law
    """The law of that date."""
    prices: PriceBook
    holdings: tuple[Holding, ...]
    """Every account of every book that is not empty on that date: locations and titles."""
    opening: tuple[Holding, ...] = ()
    """The reserve's locations at the end of `opening_on`."""
    movements: tuple[Movement, ...] = ()
    """Changes of the reserve's title after `opening_on`, up to the date."""
    managers: tuple[Managed, ...] = ()
    """Managers admitted by the date."""
    calls: tuple[IssuedCall, ...] = ()
    """Issued by the date, and not paid in full."""
    realised: tuple[Realised, ...] = ()
    sold: tuple[tuple[Asset, int], ...] = ()
    """What was sold for that money, asset by asset."""
    enforcement: Enforcement = Enforcement()
    assumed: tuple[Assumed, ...] = ()
    stale: tuple[Stale, ...] = ()
    """Funds held on the date. Where the law takes their estimates, `prices` knows these."""
    known_at: datetime | None = None
    """None for all that is known now."""

    @property
    def opening_on(self) -> date:
        """The last day of the year before: flows are counted from there."""
        return opening_on(self.as_of)


def opening_on(as_of: date) -> date:
    """The last day of the year before.

    >>> opening_on(date(2026, 6, 30)).isoformat()
    '2025-12-31'
    """
    return date(as_of.year, 1, 1) - timedelta(days=1)
