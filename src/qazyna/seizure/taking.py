"""Taking: an asset comes under the authority's hand, and is whoever's the court will name."""

from typing import ClassVar, Literal

from qazyna.blueprint import Law
from qazyna.errors import Refused
from qazyna.ledger import entry
from qazyna.ledger.chart import ASSET_LOCATIONS
from qazyna.ledger.entry import Account, Entry, Value
from qazyna.money import Asset
from qazyna.plan import BaseUnits, Day, Event, Name, Segment, World, command, event
from qazyna.seizure import addresses
from qazyna.seizure.case import Case, CaseEvent, Held, OfAHolding, book, claimants, may_name_a_case

Control = Literal["restrained", "device", "custody"]

_CUSTODY = {
    "currency": "bank",
    "gold": "vault",
    "crypto": "custody",
    "hedge_fund": "fund",
    "venture_fund": "fund",
}
"""Which location `custody` means, by class of asset."""


class Seize(OfAHolding):
    """Record that an asset was restrained, or seized on a device, or taken into custody."""

    kind: ClassVar[str] = "seize"

    asset: Segment
    quantity: str
    seized_on: Day
    authority: Name
    control: Control = "custody"
    custodian: Segment | None = None
    address: str | None = None
    order_ref: str | None = None
    note: str | None = None
    assumed: tuple[str, ...] = ()


@event
class Seized(CaseEvent):
    """An asset is under control; title is the claimants' until a court has spoken."""

    kind: ClassVar[str] = "seized"
    # A row's digest is over its address and its note too: a guess at them could be tried on it.
    private: ClassVar[frozenset[str]] = frozenset({"address", "note", "rows"})

    holding: str
    asset: str
    amount: BaseUnits
    control: str
    place: str
    authority: str
    order_ref: str | None = None
    address: str | None = None
    note: str | None = None
    assumed: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()
    """digests of the register rows that told of it, where it came from a register"""
    value: Value | None = None

    def entries(self) -> tuple[Entry, ...]:
        place = Account(book(self.case, self.holding), self.control, self.place)
        title = claimants(self.case, self.holding)
        return (entry.receive(self.on, self.asset, self.amount, place, title, value=self.value),)

    def evolve(self, state: Case, version: int) -> None:
        state.holdings[self.holding] = Held(
            asset=self.asset, seized_on=self.on, address=self.address, assumed=self.assumed
        )
        for row in self.rows:
            state.known_rows[row] = self.holding


@command(Seize)
def seize(world: World, asked: Seize) -> list[Event]:
    """A new holding of a case. Its custodian, control and address must be what the law knows."""
    may_name_a_case(asked.case)
    asset = world.asset(asked.asset)
    amount = asset.amount(asked.quantity)
    world.not_future(asked.seized_on, "The seizure")
    law = world.law(asked.seized_on)
    may_be_seized(law, asset)
    location = location_of(law, asset, asked.control)
    place = holder(law, asked.control, asked.custodian, asset.klass)
    if asked.address:
        addresses.check(asked.asset, asked.address)
    case = world.find(Case, asked.case)
    if case is not None and asked.holding in case.holdings:
        raise Refused(
            "duplicate_holding",
            f"Case {asked.case} already has a holding {asked.holding}.",
            {"case": asked.case, "holding": asked.holding},
        )
    return [
        Seized(
            on=asked.seized_on,
            case=asked.case,
            holding=asked.holding,
            asset=asked.asset,
            amount=amount,
            control=location,
            place=place,
            authority=asked.authority,
            order_ref=asked.order_ref,
            address=asked.address or None,
            note=asked.note,
            assumed=asked.assumed,
            value=world.value(asked.asset, amount, asked.seized_on),
        )
    ]


def may_be_seized(law: Law, asset: Asset) -> None:
    """Refuse a class of asset that no case may hold."""
    if asset.klass not in law.eligible["case"]:
        raise Refused(
            "not_eligible",
            f"{asset.code} is {asset.klass}; a case may hold "
            f"{', '.join(sorted(law.eligible['case']))}.",
            {"asset": asset.code, "class": asset.klass},
            "case.eligible",
        )


def location_of(law: Law, asset: Asset, control: str) -> str:
    """The class of place that this control of this asset means."""
    if control not in law.controls:
        raise Refused(
            "control_not_permitted",
            f"Control “{control}” is not among {', '.join(sorted(law.controls))}.",
            {"control": control},
            "seizure.controls",
        )
    location = _CUSTODY[asset.klass] if control == "custody" else control
    if location not in ASSET_LOCATIONS[asset.klass]:
        raise Refused(
            "control_not_permitted",
            f"{asset.code} is {asset.klass}, which cannot be kept on a device.",
            {"control": control, "asset": asset.code},
        )
    return location


def holder(law: Law, control: str, custodian: str | None, klass: str) -> str:
    """Who has it. A holder under restraint is whoever it is; anyone else is named by the law."""
    if control != "restrained":
        return custodian_of(law, custodian, klass)
    if not custodian:
        raise Refused(
            "unknown_custodian", "An asset restrained where it is needs the name of its holder."
        )
    return custodian


def named_custodian(world: World, name: str | None, klass: str, on: Day) -> str:
    """A custodian the law of that day names for this class of asset; the first if none is given."""
    return custodian_of(world.law(on), name, klass)


def custodian_of(law: Law, name: str | None, klass: str) -> str:
    """The same, of a law already at hand."""
    known = law.custodians
    if not name:
        name = next((each.name for each in known.values() if klass in each.holds), None)
    found = known.get(name) if name else None
    if found is None:
        raise Refused(
            "unknown_custodian",
            f"{name!r} is not a custodian here. The blueprint names {', '.join(known)}.",
            {"custodian": name},
            "custodian",
        )
    if klass not in found.holds:
        raise Refused(
            "custodian_cannot_hold",
            f"{found.name} holds {', '.join(found.holds)}, not {klass}.",
            {"custodian": found.name, "class": klass},
            "custodian",
        )
    return found.name
