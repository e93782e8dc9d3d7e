"""Exposures against a mandate.

Every limit is tested at its upper bound: what a fund does not disclose may be anything, so it is a
bucket of its own that is added to whatever a limit bounds (look-through). A list that is not told
at all leaves everything open; a fund that has none of it says so with a 0. Cash is neither a single
asset nor ineligible.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from qazyna.money import ASSETS
from qazyna.programme.exposures import Exposures
from qazyna.programme.mandates.mandate import Mandate

CASH: Final = frozenset(code for code, asset in ASSETS.items() if asset.klass == "currency")
NOTHING, ALL = Decimal(0), Decimal(1)
UNDISCLOSED: Final = "undisclosed"


@dataclass(frozen=True, slots=True)
class Measure:
    """One limit, and how far it is used: as far as is told, and as far as it may be."""

    clause: str
    subject: str
    disclosed: Decimal
    actual: Decimal
    bound: Decimal

    @property
    def passed(self) -> bool:
        """Whether the limit may be passed."""
        return self.actual > self.bound

    @property
    def proven(self) -> bool:
        """Whether what is told is enough to pass it."""
        return self.disclosed > self.bound


@dataclass(frozen=True, slots=True)
class Shown:
    """What one statement shows of exposures."""

    number: int
    until: date
    received_on: date
    exposures: Exposures


def measures(mandate: Mandate, told: Exposures) -> Iterator[Measure]:
    """Every limit of the mandate, with what the exposures make of it."""
    hidden = told.undisclosed
    sizes = {asset: max(long, short) for asset, long, short in told.assets if asset not in CASH}
    if mandate.undisclosed is not None:
        yield Measure("undisclosed", "", NOTHING, hidden, mandate.undisclosed)
    if mandate.single_asset is not None:
        yield from _largest("single_asset", sizes, hidden, mandate.single_asset)
    if mandate.eligible_assets is not None:
        for asset, size in sizes.items():
            if asset not in mandate.eligible_assets:
                yield Measure("eligible_assets", asset, size, size, NOTHING)
        yield _tolerated("eligible_assets", hidden, mandate)
    if mandate.market_value_floor is not None:
        yield from _floor(mandate, told, sizes, mandate.market_value_floor)
    if mandate.issuer is not None:
        yield from _listed("issuer", dict(told.issuers), hidden, mandate.issuer)
    if mandate.counterparty is not None:
        yield from _listed("counterparty", dict(told.counterparties), hidden, mandate.counterparty)
    if mandate.leverage is not None:
        yield Measure("leverage", "", told.disclosed, told.disclosed + hidden, mandate.leverage)
    if mandate.illiquids is not None:
        upper = ALL if told.illiquid is None else told.illiquid + hidden
        yield Measure("illiquids", "", told.illiquid or NOTHING, upper, mandate.illiquids)


def _largest(
    clause: str, sizes: dict[str, Decimal], hidden: Decimal, bound: Decimal
) -> Iterator[Measure]:
    for subject, size in sizes.items():
        yield Measure(clause, subject, size, size + hidden, bound)
    yield Measure(clause, UNDISCLOSED, NOTHING, hidden, bound)


def _listed(
    clause: str, told: dict[str, Decimal], hidden: Decimal, bound: Decimal
) -> Iterator[Measure]:
    yield from _largest(clause, told, hidden if told else ALL, bound)


def _tolerated(clause: str, hidden: Decimal, mandate: Mandate) -> Measure:
    """What cannot be told apart from the forbidden may be as large as what need not be told of."""
    return Measure(clause, UNDISCLOSED, NOTHING, hidden, mandate.undisclosed or NOTHING)


def _floor(
    mandate: Mandate, told: Exposures, sizes: dict[str, Decimal], floor: Decimal
) -> Iterator[Measure]:
    worth = dict(told.market_values)
    for asset, size in sizes.items():
        if asset in worth and worth[asset] < floor:
            yield Measure("market_value_floor", asset, size, size, NOTHING)
    untold = sum((size for asset, size in sizes.items() if asset not in worth), told.undisclosed)
    yield _tolerated("market_value_floor", untold, mandate)
