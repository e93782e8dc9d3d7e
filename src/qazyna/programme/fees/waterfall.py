"""The waterfall of a venture fund: how what it earns is shared between investors and manager.

    1  capital       paid in, and not given back yet                     all to the investors
    2  preferred     a rate a year on 1 and on itself, from day to day   all to the investors
    3  catch-up      until the manager has its share of 2 and 3          `catch_up` to the manager
    4  carry         what is left                                        `carry` to the manager

Of the whole fund (European) there is one such account; deal by deal (American) each deal has its
own, and where the terms say so losses of deals that are over are given back before any carry. At
the end of life the manager gives back what it has too much: above its share of the profit of the
whole fund, or while investors lack capital or preferred return; never more than it got.

Everything is in whole cents. What the manager gets of a tier is rounded half to even over the sum
of the tier so far, so that no remainder grows; the investors get the rest.
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Literal

from qazyna.errors import InvariantBroken, Refused
from qazyna.programme.fees.exact import exactly
from qazyna.programme.terms import VentureTerms
from qazyna.programme.terms_file import in_cents

Kind = Literal["call", "distribution", "recallable", "recycled", "closed", "end"]


@dataclass(frozen=True, slots=True)
class Flow:
    """What happened between the fund and its investors, in cents.

    call          paid in                              distribution   proceeds, to be shared
    recallable    capital given back that may be       recycled       proceeds kept and invested
                  called again                                        again: nobody is paid
    closed        the deal is over                     end            the fund is
    """

    on: date
    kind: Kind
    amount: int = 0
    deal: str = ""


@dataclass(frozen=True, slots=True)
class Shared:
    """One flow, and who got what of it, tier by tier."""

    flow: Flow
    capital: int = 0
    losses: int = 0
    preferred: int = 0
    catch_up: tuple[int, int] = (0, 0)
    """(investors, manager)"""
    carry: tuple[int, int] = (0, 0)
    """(investors, manager)"""
    clawback: int = 0
    """From the manager back to the investors."""

    @property
    def to_investors(self) -> int:
        of_tiers = self.capital + self.losses + self.preferred
        return of_tiers + self.catch_up[0] + self.carry[0] + self.clawback

    @property
    def to_manager(self) -> int:
        return self.catch_up[1] + self.carry[1] - self.clawback


@dataclass(slots=True)
class Account:
    """What is owed to investors before the manager gets anything, and what was shared since."""

    at: date
    capital: int = 0
    preferred: int = 0
    """Accrued, and not paid yet."""
    accrued: int = 0
    """All that ever was."""
    profit: int = 0
    """Shared above the capital, to whomever."""
    carried: int = 0
    """Of it, to the manager."""
    caught: int = 0
    """Shared in the catch-up."""
    split: int = 0
    """Shared in the last tier."""

    @exactly
    def accrue(self, rate: Decimal, on: date) -> None:
        """Let the preferred return grow to that day, compounding."""
        owed = self.capital + self.preferred
        if rate and owed and on > self.at:
            growth = (1 + rate) ** (Decimal((on - self.at).days) / 365) - 1
            more = _round(owed * growth)
            self.preferred += more
            self.accrued += more
        self.at = max(self.at, on)

    def pay(self, amount: int) -> None:
        """Investors got so much: capital first, then preferred return."""
        capital = min(amount, self.capital)
        self.capital -= capital
        self.preferred -= min(amount - capital, self.preferred)


@dataclass(slots=True)
class Waterfall:
    """The account of a fund, flow by flow."""

    terms: VentureTerms
    commitment: int | None = None
    called: int = 0
    distributed: int = 0
    recallable: int = 0
    recycled: int = 0
    carried: int = 0
    """What the manager got, less what it gave back."""
    losses: int = 0
    """Capital of deals that are over, and not given back yet."""
    whole: Account | None = None
    """The account of the whole fund, by which also a clawback is judged."""
    deals: dict[str, Account] = field(default_factory=dict)
    last: date = date.min
    ended: bool = False

    @property
    def unfunded(self) -> int | None:
        """What may still be called; unknown where no commitment is said."""
        if self.commitment is None:
            return None
        return self.commitment - self.called + self.recallable

    def take(self, flow: Flow) -> Shared:
        """Share one flow. Raises `Refused` for what cannot be, and changes nothing then."""
        self._may_be(flow)
        self.last = flow.on
        if self.whole is None:
            self.whole = Account(flow.on)
        for each in (self.whole, *self.deals.values()):
            each.accrue(self.terms.preferred_return, flow.on)
        match flow.kind:
            case "call":
                return self._call(flow)
            case "distribution":
                return self._distribution(flow)
            case "recallable":
                return self._recallable(flow)
            case "recycled":
                self.recycled += flow.amount
                return Shared(flow)
            case "closed":
                return self._closed(flow)
            case "end":
                return self._end(flow)

    def _may_be(self, flow: Flow) -> None:
        if flow.on < self.last:
            raise _no("out_of_order", f"{flow.on} stands after {self.last}: sort by date.")
        if self.ended:
            raise _no("fund_ended", "The fund has ended: nothing follows.")
        if self._by_deal and flow.kind != "end" and not flow.deal:
            raise _no("no_deal", "Carry is shared deal by deal: the file must say which it is.")
        if (flow.kind in ("closed", "end")) != (not flow.amount):
            raise _no("bad_amount", f"“{flow.kind}” has {'an' if flow.amount else 'no'} amount.")
        if flow.kind == "call" and self.unfunded is not None and flow.amount > self.unfunded:
            raise _no("above_unfunded", f"{in_cents(self.unfunded)} may still be called, no more.")
        if flow.kind not in ("call", "end") and not self._account(flow):
            raise _no("nothing_paid_in", "Nothing was paid in for this yet.")
        if flow.kind in ("recallable", "recycled"):
            self._may_come_again(flow)

    def _may_come_again(self, flow: Flow) -> None:
        account = self._account(flow)
        if flow.kind == "recallable" and account and flow.amount > account.capital:
            what = (
                f"Only capital may be called again, and {in_cents(account.capital)} of it is out."
            )
            raise _no("more_than_capital", what)
        if self.terms.recycling is None:
            raise _no("above_recycling", "The terms let nothing be called or invested again.")
        if self.commitment is not None:
            most = int(self.terms.recycling * self.commitment)
            if self.recallable + self.recycled + flow.amount > most:
                what = f"At most {in_cents(most)} may be called or invested again."
                raise _no("above_recycling", what)

    @property
    def _by_deal(self) -> bool:
        return self.terms.waterfall == "deal_by_deal"

    def _account(self, flow: Flow) -> Account | None:
        return self.deals.get(flow.deal) if self._by_deal else self.whole

    # each kind of flow

    def _call(self, flow: Flow) -> Shared:
        self.called += flow.amount
        self._whole.capital += flow.amount
        if self._by_deal:
            self.deals.setdefault(flow.deal, Account(flow.on)).capital += flow.amount
        return Shared(flow)

    def _recallable(self, flow: Flow) -> Shared:
        self.recallable += flow.amount
        self.distributed += flow.amount
        self._whole.pay(flow.amount)
        if self._by_deal:
            self.deals[flow.deal].capital -= flow.amount
        return Shared(flow, capital=flow.amount)

    def _closed(self, flow: Flow) -> Shared:
        if self._by_deal:
            account = self.deals[flow.deal]
            self.losses += account.capital
            account.capital = account.preferred = 0
        return Shared(flow)

    def _distribution(self, flow: Flow) -> Shared:
        self.distributed += flow.amount
        if self._by_deal:
            shared = self.share(self.deals[flow.deal], flow)
            self._whole.pay(shared.to_investors)
        else:
            shared = self.share(self._whole, flow)
        self.carried += shared.to_manager
        return shared

    def _end(self, flow: Flow) -> Shared:
        self.ended = True
        back = self.due_back() if self.terms.clawback else 0
        self.carried -= back
        return Shared(flow, clawback=back)

    @property
    def _whole(self) -> Account:
        if self.whole is None:
            raise InvariantBroken("no flow was taken yet")
        return self.whole

    # the tiers

    def share(self, account: Account, flow: Flow) -> Shared:
        """Take a distribution through the tiers of an account."""
        left = flow.amount
        capital = min(left, account.capital)
        account.capital -= capital
        left -= capital
        losses = min(left, self.losses) if self.terms.losses_first else 0
        self.losses -= losses
        left -= losses
        preferred = min(left, account.preferred)
        account.preferred -= preferred
        account.profit += preferred
        left -= preferred
        caught = self._catch_up(account, left)
        left -= sum(caught)
        rest = _part_of_tier(self.terms.carry, account.split, left)
        account.split += left
        for each in (caught, rest):
            account.profit += sum(each)
            account.carried += each[1]
        return Shared(flow, capital, losses, preferred, caught, rest)

    @exactly
    def _catch_up(self, account: Account, left: int) -> tuple[int, int]:
        """As much as makes the manager's share of the profit whole: x with
        carried + catch_up · x = carry · (profit + x)."""
        carry, share = self.terms.carry, self.terms.catch_up
        if not share or not carry:
            return 0, 0
        lacking = (carry * account.profit - account.carried) / (share - carry)
        amount = min(left, max(_round(lacking), 0))
        parts = _part_of_tier(share, account.caught, amount)
        account.caught += amount
        return parts

    @exactly
    def due_back(self) -> int:
        """What the manager has too much, were the fund to end now."""
        profit = self.distributed - self.called
        preferred = self._whole.accrued
        base = profit if self.terms.catch_up else profit - preferred
        above = self.carried - _round(self.terms.carry * max(base, 0))
        lacking = self.called + preferred - (self.distributed - self.carried)
        return min(max(above, lacking, 0), self.carried)


@exactly
def _part_of_tier(share: Decimal, before: int, amount: int) -> tuple[int, int]:
    """(investors, manager) of so much more of a tier in which so much was shared before."""
    manager = _round(share * (before + amount)) - _round(share * before)
    return amount - manager, manager


def _round(amount: Decimal) -> int:
    return int(amount.to_integral_value(ROUND_HALF_EVEN))


def _no(code: str, message: str) -> Refused:
    return Refused(code, message)
