"""Custody: bringing coins under our own keys, losing them, and what a chain does by itself."""

from typing import ClassVar

from qazyna.errors import Refused
from qazyna.ledger import entry
from qazyna.ledger.entry import Account, Authority, Entry
from qazyna.money import Asset
from qazyna.plan import BaseUnits, Day, Event, Name, Segment, World, command, event
from qazyna.seizure.case import Case, CaseEvent, OfAHolding, book, in_order, the_holding
from qazyna.seizure.taking import named_custodian

BY_STATEMENT = Authority("statement")


class Sweep(OfAHolding):
    """Record that coins restrained or on a device were moved to an address of ours."""

    kind: ClassVar[str] = "sweep"

    swept_on: Day
    custodian: Segment
    quantity: str | None = None
    """What left the old place, fee included; all of it when not said."""
    fee: str = "0"
    txid: Name


@event
class Swept(CaseEvent):
    """Coins moved under our control. The network's fee is borne by whoever the coins belong to."""

    kind: ClassVar[str] = "swept"

    holding: str
    asset: str
    amount: BaseUnits
    fee: int
    out_of: tuple[str, str]
    """(location class, detail)"""
    custodian: str
    title: tuple[str, str]
    """(title class, detail) that bears the fee"""
    txid: str
    assumed: tuple[str, ...] = ()

    def entries(self) -> tuple[Entry, ...]:
        pot = book(self.case, self.holding)
        old, new = Account(pot, *self.out_of), Account(pot, "custody", self.custodian)
        moved = entry.move(self.on, self.asset, self.amount, new, old)
        if not self.fee:
            return (moved,)
        title = Account(pot, *self.title)
        return (
            moved,
            entry.expense(self.on, self.asset, self.fee, title, new, BY_STATEMENT),
        )

    def evolve(self, state: Case, version: int) -> None:
        if self.fee and self.title[0] == "state":
            state.turned(self.holding, self.asset, self.fee)


@command(Sweep)
def sweep(world: World, asked: Sweep) -> list[Event]:
    """From where it was restrained or sealed to a custodian of ours, less the network's fee."""
    held = the_holding(world, asked.case, asked.holding)
    world.not_future(asked.swept_on, "The sweep")
    in_order(held.seized_on, asked.swept_on, "The sweep", "the seizure")
    asset = world.asset(held.asset)
    pot = book(asked.case, asked.holding)
    sources = [
        (account, amount)
        for account, amount in world.balances.locations(pot, held.asset)
        if account.klass in ("restrained", "device")
    ]
    if not sources:
        raise Refused("nothing_to_sweep", f"{pot} has no {held.asset} restrained or on a device.")
    old, there = sources[0]
    amount = asset.amount(asked.quantity) if asked.quantity else there
    world.held(old, held.asset, amount)
    fee = asset.amount_or_zero(asked.fee)
    if fee >= amount:
        raise Refused("fee_too_large", f"A fee of {asked.fee} would leave nothing of the sweep.")
    title, owned = max(world.balances.titles(pot, held.asset), key=lambda found: found[1])
    if fee > owned:
        raise Refused("fee_too_large", f"A fee of {asked.fee} is more than {title.path} has.")
    custodian = named_custodian(world, asked.custodian, asset.klass, asked.swept_on)
    return [
        Swept(
            on=asked.swept_on,
            case=asked.case,
            holding=asked.holding,
            asset=held.asset,
            amount=amount,
            fee=fee,
            out_of=(old.klass, old.detail),
            custodian=custodian,
            title=(title.klass, title.detail),
            txid=asked.txid,
        )
    ]


class RecordLoss(OfAHolding):
    """Record that an asset cannot be reached: keys lost, a theft, a custodian who is silent."""

    kind: ClassVar[str] = "record_loss"

    asset: Segment
    quantity: str
    discovered_on: Day
    obligor: Segment
    """Who must make it good."""
    incident_ref: Name


@event
class LossRecorded(CaseEvent):
    """The asset is a shortfall: whoever it belonged to is still owed it, and its value is nil."""

    kind: ClassVar[str] = "loss_recorded"

    holding: str
    asset: str
    amount: BaseUnits
    out_of: tuple[str, str]
    obligor: str
    incident_ref: str

    def entries(self) -> tuple[Entry, ...]:
        pot = book(self.case, self.holding)
        lost = Account(pot, "shortfall", self.obligor)
        return (entry.move(self.on, self.asset, self.amount, lost, Account(pot, *self.out_of)),)


@command(RecordLoss)
def record_loss(world: World, asked: RecordLoss) -> list[Event]:
    """Out of the place that holds it, into a shortfall of whoever answers for it."""
    held = the_holding(world, asked.case, asked.holding)
    world.not_future(asked.discovered_on, "The discovery")
    in_order(held.seized_on, asked.discovered_on, "The discovery", "the seizure")
    amount = world.asset(asked.asset).amount(asked.quantity)
    place = whole_place(world, book(asked.case, asked.holding), asked.asset, amount)
    return [
        LossRecorded(
            on=asked.discovered_on,
            case=asked.case,
            holding=asked.holding,
            asset=asked.asset,
            amount=amount,
            out_of=(place.klass, place.detail),
            obligor=asked.obligor,
            incident_ref=asked.incident_ref,
        )
    ]


class MakeGood(OfAHolding):
    """Record that whoever answered for a shortfall gave the asset back."""

    kind: ClassVar[str] = "make_good"

    asset: Segment
    quantity: str
    received_on: Day
    obligor: Segment
    custodian: Segment


@event
class MadeGood(CaseEvent):
    """What was short is there again."""

    kind: ClassVar[str] = "made_good"

    holding: str
    asset: str
    amount: BaseUnits
    obligor: str
    into: tuple[str, str]

    def entries(self) -> tuple[Entry, ...]:
        pot = book(self.case, self.holding)
        lost = Account(pot, "shortfall", self.obligor)
        return (entry.move(self.on, self.asset, self.amount, Account(pot, *self.into), lost),)


@command(MakeGood)
def make_good(world: World, asked: MakeGood) -> list[Event]:
    """Out of the shortfall, back into custody; never more than was short."""
    the_holding(world, asked.case, asked.holding)
    world.not_future(asked.received_on, "The receipt")
    asset = world.asset(asked.asset)
    amount = asset.amount(asked.quantity)
    lost = Account(book(asked.case, asked.holding), "shortfall", asked.obligor)
    world.held(lost, asked.asset, amount)
    custodian = named_custodian(world, asked.custodian, asset.klass, asked.received_on)
    return [
        MadeGood(
            on=asked.received_on,
            case=asked.case,
            holding=asked.holding,
            asset=asked.asset,
            amount=amount,
            obligor=asked.obligor,
            into=(controlled_location(asset), custodian),
        )
    ]


class RecogniseFork(OfAHolding):
    """Record that a chain split, or dropped new coins on what we hold."""

    kind: ClassVar[str] = "recognise_fork"

    asset: Segment
    """The asset held when the chain split."""
    new_asset: Segment
    scale: int = 8
    ratio: str = "1"
    """New units for each unit held at the height of the fork."""
    forked_on: Day


@event
class ForkRecognised(CaseEvent):
    """New coins by the titles at fork height, each where the coins they come from were."""

    kind: ClassVar[str] = "fork_recognised"

    holding: str
    asset: str
    new_asset: str
    scale: int
    parts: tuple[tuple[str, str, str, str, BaseUnits], ...]
    """(title class, title detail, location class, location detail, base units of the new asset)"""

    def assets(self) -> tuple[Asset, ...]:
        return (Asset(self.new_asset, "crypto", self.scale, 10**12, f"Fork of {self.asset}"),)

    def entries(self) -> tuple[Entry, ...]:
        pot = book(self.case, self.holding)
        return tuple(
            entry.receive(
                self.on,
                self.new_asset,
                amount,
                Account(pot, place, at),
                Account(pot, title, party),
                None if title == "claimants" else BY_STATEMENT,
            )
            for title, party, place, at, amount in self.parts
        )

    def evolve(self, state: Case, version: int) -> None:
        forfeited = sum(part[-1] for part in self.parts if part[0] == "state")
        if forfeited:
            state.grew(self.holding, self.asset, self.new_asset, forfeited)


@command(RecogniseFork)
def recognise_fork(world: World, asked: RecogniseFork) -> list[Event]:
    """As many new coins as were held at the fork, to whom they were held for.

    What was sold before the fork brings none; so the fork is dated, and only what the books hold
    counts. A holding under several titles shares its places in the order of the accounts.
    """
    held = the_holding(world, asked.case, asked.holding)
    world.not_future(asked.forked_on, "The fork")
    in_order(held.seized_on, asked.forked_on, "The fork", "the seizure")
    old = world.asset(asked.asset)
    if old.klass != "crypto":
        raise Refused("cannot_fork", f"{old.code} is {old.klass}; only crypto-assets fork.")
    if not 0 <= asked.scale <= 18:
        raise Refused("wrong_scale", f"A scale of {asked.scale} is not within 0 to 18.")
    new = Asset(asked.new_asset, "crypto", asked.scale, 10**12)
    if world.knows(asked.new_asset) and (
        world.asset(asked.new_asset).klass != "crypto"
        or world.asset(asked.new_asset).scale != asked.scale
    ):
        raise Refused("known_asset", f"{asked.new_asset} exists already, and is something else.")
    ratio = Asset("ratio", "crypto", 8, 10**9).amount(asked.ratio)
    pot = book(asked.case, asked.holding)
    places = iter(world.balances.locations(pot, asked.asset))
    place, there = next(places, (None, 0))
    parts: list[tuple[str, str, str, str, int]] = []
    for title, left in world.balances.titles(pot, asked.asset):
        while left and place:
            part = min(left, there)
            units = part * ratio * 10**new.scale // 10 ** (8 + old.scale)
            if units:
                parts.append((title.klass, title.detail, place.klass, place.detail, units))
            left -= part
            there -= part
            if not there:
                place, there = next(places, (None, 0))
    if not parts:
        raise Refused("nothing_held", f"{pot} held no {asked.asset} at the fork.")
    return [
        ForkRecognised(
            on=asked.forked_on,
            case=asked.case,
            holding=asked.holding,
            asset=asked.asset,
            new_asset=asked.new_asset,
            scale=asked.scale,
            parts=tuple(parts),
        )
    ]


def controlled_location(asset: Asset) -> str:
    """The class of place where an asset of this class is under our control."""
    return {"currency": "bank", "gold": "vault"}.get(asset.klass, "custody")


def whole_place(world: World, pot: str, asset: str, amount: int) -> Account:
    """The one place in the book that holds so much of the asset; control comes before restraint."""
    places = [
        (account, there)
        for account, there in world.balances.locations(pot, asset)
        if account.klass != "shortfall"
    ]
    ours = [a for a, there in places if there >= amount and a.klass not in ("restrained", "device")]
    found = ours or [account for account, there in places if there >= amount]
    if not found:
        unit = world.asset(asset)
        held = ", ".join(f"{a.path} {unit.text(there)}" for a, there in places) or "nothing"
        raise Refused(
            "more_than_held",
            f"{unit.text(amount)} {asset} was asked of {pot}, which holds {held}.",
            {"book": pot, "asset": asset, "asked": unit.text(amount)},
        )
    return found[0]
