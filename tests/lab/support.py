"""Models, markets and registers that tests of the lab share."""

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path

from qazyna import blueprint
from qazyna.lab import price_folder
from qazyna.lab.amending import amended
from qazyna.lab.market import Market, Series
from qazyna.lab.model import Model
from qazyna.lab.register import Holding, Recorded, Register, of
from qazyna.money import ASSETS

ROOT = Path(__file__).parents[2]
START = date(2009, 1, 3)

TO_THE_BUDGET = {
    "disposition.share.reserve": "0",
    "disposition.share.budget": "1",
    "disposition.share.victims": "0",
}
TO_THE_RESERVE = {
    "disposition.share.reserve": "1",
    "disposition.share.budget": "0",
    "disposition.share.victims": "0",
}
NOWHERE = {
    f"practice.reserve.place.{name}": "0"
    for name in ("multi_strategy", "blockchain_equities", "venture", "gold")
}
AUCTION = {"practice.disposal": "auction", **TO_THE_BUDGET, **NOWHERE}
HOLD = {
    "practice.disposal": "hold",
    "reserve.market_value_floor": "0",
    "reserve.eligible": "currency,gold,crypto,hedge_fund,venture_fund",
    **TO_THE_RESERVE,
    **NOWHERE,
}


def changed(name: str, changes: dict[str, str], since: date = START) -> Model:
    """The template under another law and practice."""
    return _model(name, tuple(changes.items()), since)


@cache
def _model(name: str, changes: tuple[tuple[str, str], ...], since: date) -> Model:
    text = (ROOT / "blueprints" / "template.toml").read_text(encoding="utf-8")
    return Model(name, blueprint.parse(amended(text, dict(changes), since), name))


@cache
def shipped(currency: str = "USD") -> Market:
    """The public series that come with the project: bitcoin, gold and the euro rates."""
    files = [
        ROOT / "data" / name
        for name in (
            "prices/btc_usd_daily.csv",
            "prices/gold_usd_oz_monthly.csv",
            "rates/ecb_eur_fx_daily.csv",
        )
    ]
    found = price_folder.read(
        (file.name, file.read_text(encoding="utf-8").splitlines(keepends=True)) for file in files
    )
    return Market(found.series.values(), found.rates, currency)


def series(
    name: str,
    first: date,
    values: Iterable[str],
    volumes: Iterable[str] = (),
    currency: str = "USD",
) -> Series:
    """One value a day from a day on."""
    told = tuple(Decimal(value) for value in values)
    days = tuple(first + timedelta(days=n) for n in range(len(told)))
    return Series(name, currency, days, told, name, volumes=tuple(Decimal(v) for v in volumes))


def flat(first: date, days: int, price: str = "100", volume: str = "1000") -> Series:
    """Bitcoin at one price and one volume every day."""
    return series("BTC", first, [price] * days, [volume] * days)


def holding(
    quantity: str = "10",
    seized: str = "2020-01-06",
    outcome: str = "forfeited",
    final: str | None = "2020-03-02",
    asset: str = "BTC",
    case: str = "C-1",
    line: int = 2,
    recorded: Recorded | None = None,
) -> Holding:
    return Holding(
        line,
        case,
        str(line),
        ASSETS[asset],
        ASSETS[asset].amount(quantity),
        date.fromisoformat(seized),
        outcome,
        date.fromisoformat(final) if final else None,
        recorded,
    )


def register(*holdings: Holding) -> Register:
    return of("register.csv", holdings)
