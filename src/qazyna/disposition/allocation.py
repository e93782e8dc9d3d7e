"""Allocation: what is the State's leaves its case for the reserve and the budget, by the law's
shares, and not one base unit is lost on the way."""

from decimal import Decimal
from typing import ClassVar

from qazyna.blueprint import Law
from qazyna.errors import Refused
from qazyna.ledger import entry
from qazyna.ledger.entry import Account, Authority, Entry, Value
from qazyna.money import Asset, apportion
from qazyna.plan import BaseUnits, Day, Event, Name, Segment, World, command, event
from qazyna.seizure.case import (
    Case,
    CaseEvent,
    OfACase,
    Units,
    book,
    in_order,
    state_title,
    the_case,
    the_holding,
)
from qazyna.seizure.custody import whole_place
from qazyna.seizure.taking import custodian_of

BY_ALLOCATION = Authority("allocation")

_SHARES = ("reserve", "budget", "victims")
_TITLES = {"reserve": "reserve", "budget": "budget"}


class Allocate(OfACase):
    """Pass on what is the State's in a case to the reserve and the budget."""

    kind: ClassVar[str] = "allocate"

    holding: Segment
    asset: Segment
    quantity: str | None = None
    """All that awaits allocation when not said."""
    allocated_on: Day
    decision_ref: Name

    def books(self) -> tuple[str, ...]:
        return (book(self.case, self.holding), "reserve", "budget")


@event
class ProceedsAllocated(CaseEvent):
    """Parts of it are the reserve's and the budget's now; a share for victims stays in the case."""

    kind: ClassVar[str] = "proceeds_allocated"

    holding: str
    asset: str
    parts: tuple[tuple[str, BaseUnits, str, str], ...]
    """(book, base units, location class, detail)"""
    values: tuple[Value | None, ...]
    for_victims: Units = 0
    made_up: Value | None = None
    """What of the reserve's share it had in kind before; the others had so much more of this."""
    out_of: tuple[str, str]
    decision_ref: str

    def entries(self) -> tuple[Entry, ...]:
        pot = book(self.case, self.holding)
        leaves = (Account(pot, *self.out_of), state_title(self.case, self.holding))
        return tuple(
            entry.transfer(
                self.on,
                self.asset,
                amount,
                leaves,
                (Account(to, klass, at), Account(to, _TITLES[to])),
                BY_ALLOCATION,
                value,
            )
            for (to, amount, klass, at), value in zip(self.parts, self.values, strict=True)
        )

    def evolve(self, state: Case, version: int) -> None:
        if self.made_up:
            had = state.holdings[self.holding].in_kind
            had[self.made_up.currency] -= self.made_up.amount
        if self.for_victims:
            kept = state.holdings[self.holding].for_victims
            kept[self.asset] = kept.get(self.asset, 0) + self.for_victims


@command(Allocate)
def allocate(world: World, asked: Allocate) -> list[Event]:
    """By the shares of the day, exactly; only what each pot may hold."""
    held = the_holding(world, asked.case, asked.holding)
    world.not_future(asked.allocated_on, "The allocation")
    final = [the_case(world, asked.case).orders[ref].final_on for ref in held.orders]
    since = min((on for on in final if on), default=held.seized_on)
    in_order(since, asked.allocated_on, "The allocation", "the finality of the order")
    law, asset = world.law(asked.allocated_on), world.asset(asked.asset)
    title = state_title(asked.case, asked.holding)
    awaits = world.balances.of(title, asset.code) - held.for_victims.get(asset.code, 0)
    amount = awaits if asked.quantity is None else asset.amount(asked.quantity)
    if amount > awaits or not amount:
        raise Refused(
            "more_than_held",
            f"{title.path} has {asset.text(awaits)} {asset.code} to allocate"
            f"{f'; {asset.text(amount)} was asked for' if amount else ''}.",
            {"account": title.path, "asset": asset.code, "held": asset.text(awaits)},
        )
    worth = world.value(asset.code, amount, asked.allocated_on)
    in_kind = held.in_kind.get(worth.currency, Decimal(0)) if worth else Decimal(0)
    weights, made_up = _weights(law, worth, in_kind)
    shares = dict(zip(_SHARES, apportion(amount, weights), strict=True))
    parts = tuple(
        (to, shares[to], *_place(law, asset, to)) for to in ("reserve", "budget") if shares[to]
    )
    place = whole_place(world, title.book, asset.code, amount)
    return [
        ProceedsAllocated(
            on=asked.allocated_on,
            case=asked.case,
            holding=asked.holding,
            asset=asset.code,
            parts=parts,
            values=tuple(world.value(asset.code, part[1], asked.allocated_on) for part in parts),
            for_victims=shares["victims"],
            made_up=made_up,
            out_of=(place.klass, place.detail),
            decision_ref=asked.decision_ref,
        )
    ]


def _weights(law: Law, worth: Value | None, in_kind: Decimal) -> tuple[list[Decimal], Value | None]:
    """The law's shares, over this and what managers took in kind: that was the reserve's alone.

    Where the reserve has had its share of both already, this is the others'.
    """
    shares = [law.shares[to] for to in _SHARES]
    if worth is None or not worth.amount or not in_kind or not any(shares[1:]):
        return shares, None
    # So much in kind has been made up for once the others have their share of it, too.
    others = 1 - shares[0]
    counted = min(in_kind, worth.amount * shares[0] / others)
    owed = [share * (worth.amount + counted) for share in shares]
    owed[0] -= counted
    return [max(part, Decimal(0)) for part in owed], Value(counted, worth.currency, "in kind")


def _place(law: Law, asset: Asset, to: str) -> tuple[str, str]:
    """Where the reserve or the budget keeps this class of asset, if it may at all."""
    if asset.klass not in law.eligible[to]:
        raise Refused(
            "not_eligible",
            f"The {to} may hold {', '.join(sorted(law.eligible[to] - {'undrawn'}))}; {asset.code} "
            f"is {asset.klass}. Sell it first, or hand it over in kind.",
            {"asset": asset.code, "class": asset.klass, "book": to},
            f"{to}.eligible",
        )
    if to == "budget":
        return ("bank", law.treasury_bank)
    if asset.klass == "gold":
        return ("vault", law.reserve_vault)
    if asset.klass == "currency":
        return ("bank", law.reserve_bank)
    return ("custody", custodian_of(law, None, asset.klass))
