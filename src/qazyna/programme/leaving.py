"""The end with a manager: what is worth nothing is written off, and the book is closed.

Units of a fund that is worth nothing leave the books by decision, as an expense of units that is no
cost of holding: the loss is in the return, where every fall of a NAV is. What comes later all the
same is income.
"""

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
    Programme,
    commitment,
    fund,
    pending,
    receivable,
    the_manager,
    undrawn_code,
)
from qazyna.programme.quoting import PriceOfADay, Quoting, interest_prices
from qazyna.programme.specie import workout
from qazyna.reserve.pot import BOOK, TITLE


class WriteOff(OfAManager):
    """Write off units that are worth nothing: of a fund, of an interest, or of a side pocket."""

    kind: ClassVar[str] = "write_off"

    pocket: str | None = None
    """The side pocket's short name; the fund itself, when not said."""
    units: str | None = None
    """All that are held, when not said."""
    written_off_on: Day
    decision_ref: Name
    """The decision, with the statement or the court's paper that it rests on."""


@event
class WrittenOff(Quoting):
    """So many units are gone, and nothing came for them."""

    kind: ClassVar[str] = "written_off"

    asset: str
    units: BaseUnits
    left: bool
    cut: tuple[tuple[int, BaseUnits], ...] = ()
    decision_ref: str

    def entries(self) -> tuple[Entry, ...]:
        by, at = Authority("decision"), fund(self.manager)
        gone = entry.expense(self.on, self.asset, self.units, TITLE, at, by)
        return (gone._replace(flow="internal"),)

    def evolve(self, state: Manager, version: int) -> None:
        state.marks[version] = "final"
        for number, units in self.cut:
            state.requests[number].units -= units
        if self.asset != self.manager:
            if not self.left:
                del state.pockets[self.asset]
        elif state.manager_kind == "venture_fund":
            state.retired.append(Flow(on=self.on, amount=self.units))
        else:
            state.retire(self.on, self.units)


@command(WriteOff)
def write_off(world: World, asked: WriteOff) -> list[Event]:
    """By decision, and no more than is held."""
    on = asked.written_off_on
    manager = the_manager(world, asked, "", on, "The write-off")
    code = f"{asked.manager}:{asked.pocket}" if asked.pocket else asked.manager
    asset = world.asset(code)
    held = world.balances.of(fund(asked.manager), code)
    units = asset.amount(asked.units) if asked.units is not None else held
    if not 0 < units <= held:
        raise Refused(
            "more_than_held",
            f"{asset.text(held)} units of {code} are held.",
            {"manager": asked.manager, "held": asset.text(held)},
        )
    prices: tuple[PriceOfADay, ...] = ()
    if manager.manager_kind == "venture_fund":
        retired = [*manager.retired, Flow(on=on, amount=units)]
        prices = tuple(interest_prices(code, manager.navs, manager.flows, on, retired))
    return [
        WrittenOff(
            on=on,
            manager=asked.manager,
            currency=manager.currency,
            prices=prices,
            asset=code,
            units=units,
            left=units < held,
            cut=manager.cut(held - units) if code == asked.manager else (),
            decision_ref=asked.decision_ref,
        )
    ]


class ReleaseManager(OfAManager):
    """Let a manager go with whom nothing is left: it is no longer counted in the programme."""

    kind: ClassVar[str] = "release_manager"

    released_on: Day
    decision_ref: Name

    def streams(self) -> tuple[str, ...]:
        return (f"manager/{self.manager}", "programme")

    def books(self) -> tuple[str, ...]:
        return (BOOK, workout(self.manager))


@event
class ManagerReleased(ByAManager):
    """The book with this manager is closed."""

    kind: ClassVar[str] = "manager_released"

    decision_ref: str

    def evolve(self, state: Manager, version: int) -> None:
        state.left_on = self.on


@event
class ManagerUnlisted(Event):
    """The programme counts one manager fewer."""

    kind: ClassVar[str] = "manager_unlisted"

    manager: str

    @property
    def stream(self) -> str:
        return "programme"

    def evolve(self, state: Programme, version: int) -> None:
        del state.managers[self.manager]


@command(ReleaseManager)
def release_manager(world: World, asked: ReleaseManager) -> list[Event]:
    """Once nothing is held with it, nothing owed either way, and nothing waits to be sold."""
    on = asked.released_on
    manager = the_manager(world, asked, "", on, "The release")
    left = left_with(world, manager)
    if left:
        raise Refused(
            "something_left",
            f"With {asked.manager} there is still {', '.join(left)}.",
            {"manager": asked.manager, "left": left},
        )
    return [
        ManagerReleased(on=on, manager=asked.manager, decision_ref=asked.decision_ref),
        ManagerUnlisted(on=on, manager=asked.manager),
    ]


def left_with(world: World, manager: Manager) -> list[str]:
    """What is still held with a manager or owed by it: `12.5 HF-1`, `100 USD pending`."""
    code, money = manager.code, manager.currency
    units = [(fund(code), asset) for asset in (code, *manager.pockets)]
    owed = [
        (pending(code), money),
        (receivable(code), money),
        (commitment(code), undrawn_code(code)),
    ]
    found = [
        f"{world.asset(asset).text(amount)} {asset} ({account.klass})"
        for account, asset in units + owed
        if world.knows(asset) and (amount := world.balances.of(account, asset))
    ]
    found += [
        f"{world.asset(each.asset).text(each.left)} {each.asset} (workout)"
        for each in manager.workouts
    ]
    return found + [f"call {ref}" for ref, call in manager.calls.items() if call.open]
