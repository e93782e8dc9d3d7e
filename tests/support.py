"""What core tests share: a world without a database, and one way to act in it."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from qazyna import blueprint
from qazyna.blueprint import Blueprint
from qazyna.errors import Refused
from qazyna.ledger.entry import EventRef, Value
from qazyna.money import Asset, worth
from qazyna.plan import Command, Event, World, decide

BLUEPRINTS = Path(__file__).parents[1] / "blueprints"
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)

DOLLARS = {"USD": "1", "EUR": "1.10", "BTC": "50000", "ETH": "2000", "USDT": "1", "XAU": "2000"}


@cache
def law_of(name: str = "template", *changes: tuple[str, str]) -> Blueprint:
    """A shipped blueprint, with pieces of its text replaced."""
    text = (BLUEPRINTS / f"{name}.toml").read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    return blueprint.parse(text, name)


def dollars(asset: Asset, amount: int, on: date) -> Value | None:
    """One price for every day; none for what is not in the table."""
    price = DOLLARS.get(asset.code)
    if price is None:
        return None
    return Value(worth(asset, amount, Decimal(price)), "USD", "test price")


class Remembering(World):
    """A world that keeps the events it absorbed, as the database would."""

    def absorb(self, happened: Event) -> None:
        super().absorb(happened)
        stream = happened.stream
        self._earlier[EventRef(stream, self.version(stream))] = happened


def world(
    law: str | Blueprint = "template",
    *,
    actor: str = "registrar",
    now: datetime = NOW,
    valuer: Callable[[Asset, int, date], Value | None] = dollars,
) -> World:
    """A world in which nothing has happened yet."""
    chosen = law_of(law) if isinstance(law, str) else law
    return Remembering(now=now, actor=actor, blueprint=chosen, valuer=valuer, earlier={})


def do(there: World, *asked: Command) -> list[Event]:
    """Decide each command in turn; all the events that follow."""
    return [happened for command in asked for happened in decide(there, command)]


def refused(there: World, asked: Command) -> Refused:
    """The refusal that the command meets."""
    with pytest.raises(Refused) as caught:
        decide(there, asked)
    return caught.value


def holdings(there: World, book: str = "") -> dict[str, str]:
    """What every account of a book holds, in the asset's own unit: `custody/AFM BTC` -> `1.5`."""
    start = f"{book}/" if book else ""
    found = {
        f"{account.path.removeprefix(start)} {code}": there.asset(code).text(amount)
        for account, code, amount in there.balances
        if account.path.startswith(start)
    }
    return dict(sorted(found.items()))


def as_stored(happened: Event) -> dict[str, Any]:
    """The event as it comes back from JSON: it must be the same."""
    stored = happened.model_dump_json()
    assert happened == type(happened).model_validate_json(stored), happened.kind
    return happened.model_dump(mode="json")
