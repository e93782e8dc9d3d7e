"""Awards: what goes back to those who were robbed, share by share, to the last base unit."""

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field

from qazyna.errors import Refused
from qazyna.ledger import entry
from qazyna.ledger.entry import Account, Authority, Entry, EventRef, Grant, Value, grants_for
from qazyna.money import apportion
from qazyna.plan import BaseUnits, Day, Event, Name, Segment, World, command, event
from qazyna.seizure.case import (
    Award,
    Case,
    CaseEvent,
    OfACase,
    OfAHolding,
    beneficiary,
    book,
    claimants,
    in_order,
    state_title,
    the_case,
    the_holding,
)
from qazyna.seizure.custody import whole_place

MOST_SHARES = 250
"""One event is one leaf of the public log, and a leaf is small."""

BY_AWARD = Authority("award")
BY_LAPSE = Authority("unclaimed")

_PLAIN = re.compile(r"\d{1,20}(\.\d{1,20})?", re.ASCII)


class Party(BaseModel):
    """Somebody to whom a court awards a share, under a code; the name stays private."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    party: Segment
    name: Name | None = None
    weight: str = "1"


class AwardItem(BaseModel):
    """What is awarded of one holding, and to whom, each by weight."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    holding: Segment
    asset: Segment
    quantity: str
    parties: tuple[Party, ...] = Field(min_length=1, max_length=200)


class MakeAward(OfACase):
    """Record what a court awarded to victims, a requesting state or a sharing agency."""

    kind: ClassVar[str] = "award"

    award_ref: Name
    awarded_on: Day
    items: tuple[AwardItem, ...] = Field(min_length=1, max_length=100)

    def books(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(book(self.case, item.holding) for item in self.items))


@event
class RestitutionAwarded(CaseEvent):
    """Shares of assets belong to beneficiaries now, and are theirs to be paid."""

    kind: ClassVar[str] = "restitution_awarded"
    private: ClassVar[frozenset[str]] = frozenset({"names"})

    award_ref: str
    shares: tuple[tuple[str, str, str, str, BaseUnits], ...]
    """(holding, asset, title it was under, party, base units)"""
    values: tuple[Value | None, ...]
    names: tuple[tuple[str, str], ...] = ()
    """(party, name)"""
    assumed: tuple[str, ...] = ()

    def entries(self) -> tuple[Entry, ...]:
        return tuple(
            entry.vest(
                self.on,
                asset,
                amount,
                Account(book(self.case, holding), title),
                beneficiary(self.case, holding, party),
                BY_AWARD,
                value,
            )
            for (holding, asset, title, party, amount), value in zip(
                self.shares, self.values, strict=True
            )
        )

    def grants(self, entries: tuple[Entry, ...]) -> tuple[Grant, ...]:
        """The award itself, and the payments that will rest on it."""
        awarded = grants_for(entries)
        return awarded + tuple(Grant("payout", g.book, g.asset, g.amount) for g in awarded)

    def evolve(self, state: Case, version: int) -> None:
        owed: dict[str, int] = {}
        for holding, asset, title, party, amount in self.shares:
            key = f"{holding}/{asset}/{party}"
            owed[key] = owed.get(key, 0) + amount
            if title == "state":
                state.turned(holding, asset, amount)
                state.holdings[holding].give_to_victims(asset, amount)
            else:
                state.holdings[holding].part_with(asset, amount)
        state.awards[self.award_ref] = Award(version=version, awarded_on=self.on, owed=owed)


@command(MakeAward)
def award(world: World, asked: MakeAward) -> list[Event]:
    """Out of what the claimants have, or else out of what is the State's."""
    case = the_case(world, asked.case)
    world.not_future(asked.awarded_on, "The award")
    if asked.award_ref in case.awards:
        raise Refused(
            "duplicate_award",
            f"Case {asked.case} already has an award {asked.award_ref}.",
            {"case": asked.case, "award": asked.award_ref},
        )
    shares: list[tuple[str, str, str, str, int]] = []
    names: dict[str, str] = {}
    taken: dict[tuple[Account, str], int] = {}
    for item in asked.items:
        held = the_holding(world, asked.case, item.holding)
        in_order(held.seized_on, asked.awarded_on, "The award", "the seizure")
        amount = world.asset(item.asset).amount(item.quantity)
        title = _title(world, asked.case, item.holding, item.asset, amount, taken)
        taken[title, item.asset] = taken.get((title, item.asset), 0) + amount
        parts = apportion(amount, _weights(item.parties))
        shares += [
            (item.holding, item.asset, title.klass, party.party, part)
            for party, part in zip(item.parties, parts, strict=True)
            if part
        ]
        names |= {party.party: party.name for party in item.parties if party.name}
    if len(shares) > MOST_SHARES:
        raise Refused(
            "award_too_long",
            f"{len(shares)} shares are too many for one award: record it in parts of at most "
            f"{MOST_SHARES}.",
            {"shares": len(shares)},
        )
    return [awarded(world, asked.case, asked.award_ref, asked.awarded_on, shares, names.items())]


def awarded(
    world: World,
    case: str,
    award_ref: str,
    on: Day,
    shares: list[tuple[str, str, str, str, int]],
    names: Iterable[tuple[str, str]] = (),
    assumed: tuple[str, ...] = (),
) -> RestitutionAwarded:
    """The award of these shares, each with what it was worth."""
    return RestitutionAwarded(
        on=on,
        case=case,
        award_ref=award_ref,
        shares=tuple(shares),
        values=tuple(world.value(asset, amount, on) for _, asset, _, _, amount in shares),
        names=tuple(names),
        assumed=assumed,
    )


def _weights(parties: tuple[Party, ...]) -> list[Decimal]:
    codes = [party.party for party in parties]
    if len(set(codes)) < len(codes):
        raise Refused("duplicate_party", "Each party may stand once in an item of an award.")
    for party in parties:
        if not _PLAIN.fullmatch(party.weight) or not Decimal(party.weight):
            raise Refused(
                "bad_weight",
                f"The weight of {party.party} is {party.weight[:40]!r}: write plain digits, more "
                "than nothing.",
                {"party": party.party},
            )
    return [Decimal(party.weight) for party in parties]


def _title(
    world: World,
    case: str,
    holding: str,
    asset: str,
    amount: int,
    taken: dict[tuple[Account, str], int],
) -> Account:
    titles = (claimants(case, holding), state_title(case, holding))
    left = {
        title: world.balances.of(title, asset) - taken.get((title, asset), 0) for title in titles
    }
    for title in titles:
        if amount <= left[title]:
            return title
    unit = world.asset(asset)
    raise Refused(
        "more_than_held",
        f"{unit.text(amount)} {asset} of {book(case, holding)} was to be awarded; the claimants "
        f"have {unit.text(left[titles[0]])}, the State {unit.text(left[titles[1]])}.",
        {"book": book(case, holding), "asset": asset, "asked": unit.text(amount)},
    )


class PayAward(OfAHolding):
    """Record that a beneficiary was paid what was awarded, or a part of it."""

    kind: ClassVar[str] = "pay_award"

    award_ref: Name
    asset: Segment
    party: Segment
    quantity: str | None = None
    """All that is owed when not said."""
    paid_on: Day


@event
class AwardPaid(CaseEvent):
    """The asset is the beneficiary's own now, and out of the books."""

    kind: ClassVar[str] = "award_paid"

    award_ref: str
    award_version: int
    holding: str
    asset: str
    party: str
    amount: BaseUnits
    out_of: tuple[str, str]
    """(location class, detail)"""
    value: Value | None = None
    assumed: tuple[str, ...] = ()

    def entries(self) -> tuple[Entry, ...]:
        return (
            entry.release(
                self.on,
                self.asset,
                self.amount,
                beneficiary(self.case, self.holding, self.party),
                Account(book(self.case, self.holding), *self.out_of),
                Authority("payout", EventRef(self.stream, self.award_version)),
                self.value,
            ),
        )

    def evolve(self, state: Case, version: int) -> None:
        _settle(state, self.award_ref, self.holding, self.asset, self.party, self.amount)


@command(PayAward)
def pay_award(world: World, asked: PayAward) -> list[Event]:
    """No more than is owed by that award, and from one place that has it."""
    given, owed = _owed(world, asked.case, asked.award_ref, asked.holding, asked.asset, asked.party)
    world.not_future(asked.paid_on, "The payment")
    in_order(given.awarded_on, asked.paid_on, "The payment", "the award")
    unit = world.asset(asked.asset)
    amount = owed if asked.quantity is None else unit.amount(asked.quantity)
    if amount > owed:
        raise Refused(
            "more_than_owed",
            f"{asked.party} is owed {unit.text(owed)} {asked.asset} by {asked.award_ref}; "
            f"{unit.text(amount)} was to be paid.",
            {"party": asked.party, "owed": unit.text(owed), "asked": unit.text(amount)},
        )
    place = whole_place(world, book(asked.case, asked.holding), asked.asset, amount)
    return [
        AwardPaid(
            on=asked.paid_on,
            case=asked.case,
            award_ref=asked.award_ref,
            award_version=given.version,
            holding=asked.holding,
            asset=asked.asset,
            party=asked.party,
            amount=amount,
            out_of=(place.klass, place.detail),
            value=world.value(asked.asset, amount, asked.paid_on),
        )
    ]


class UnclaimedAward(OfAHolding):
    """Record that what was awarded was never claimed, and falls to the State."""

    kind: ClassVar[str] = "unclaimed_award"

    award_ref: Name
    asset: Segment
    party: Segment
    lapsed_on: Day
    decision_ref: Name


@event
class AwardLapsed(CaseEvent):
    """The beneficiary's title ends unclaimed; the State's begins."""

    kind: ClassVar[str] = "award_lapsed"

    award_ref: str
    holding: str
    asset: str
    party: str
    amount: BaseUnits
    decision_ref: str
    value: Value | None = None

    def entries(self) -> tuple[Entry, ...]:
        return (
            entry.vest(
                self.on,
                self.asset,
                self.amount,
                beneficiary(self.case, self.holding, self.party),
                state_title(self.case, self.holding),
                BY_LAPSE,
                self.value,
            ),
        )

    def evolve(self, state: Case, version: int) -> None:
        _settle(state, self.award_ref, self.holding, self.asset, self.party, self.amount)


@command(UnclaimedAward)
def unclaimed_award(world: World, asked: UnclaimedAward) -> list[Event]:
    """All that is still owed to the party by that award."""
    given, owed = _owed(world, asked.case, asked.award_ref, asked.holding, asked.asset, asked.party)
    world.not_future(asked.lapsed_on, "The lapse")
    in_order(given.awarded_on, asked.lapsed_on, "The lapse", "the award")
    return [
        AwardLapsed(
            on=asked.lapsed_on,
            case=asked.case,
            award_ref=asked.award_ref,
            holding=asked.holding,
            asset=asked.asset,
            party=asked.party,
            amount=owed,
            decision_ref=asked.decision_ref,
            value=world.value(asked.asset, owed, asked.lapsed_on),
        )
    ]


def _owed(
    world: World, case: str, award_ref: str, holding: str, asset: str, party: str
) -> tuple[Award, int]:
    the_holding(world, case, holding)
    given = the_case(world, case).awards.get(award_ref)
    owed = given.owed.get(f"{holding}/{asset}/{party}", 0) if given else 0
    if given is None or not owed:
        raise Refused(
            "nothing_owed",
            f"By award {award_ref} nothing of {asset} in {book(case, holding)} is owed to {party}.",
            {"case": case, "award": award_ref, "party": party},
        )
    return given, owed


def _settle(state: Case, award_ref: str, holding: str, asset: str, party: str, amount: int) -> None:
    owed, key = state.awards[award_ref].owed, f"{holding}/{asset}/{party}"
    owed[key] -= amount
    if not owed[key]:
        del owed[key]
