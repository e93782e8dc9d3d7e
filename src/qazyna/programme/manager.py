"""A manager: who it is, on what terms, and how far every flow with it has got."""

from datetime import date
from typing import Annotated, ClassVar, Literal

from pydantic import Field, PlainSerializer

from qazyna.errors import Refused
from qazyna.ledger.entry import Account, Entry
from qazyna.money import Asset, hedge_fund_units, undrawn, venture_interest
from qazyna.plan import Command, Day, Event, Name, Segment, State, World, command, event, state
from qazyna.programme.dealing import (
    BusinessDays,
    business_days,
    dealing_dates,
    is_dealing_date,
    months_after,
)
from qazyna.programme.selection.admission import admitted as candidate_admitted
from qazyna.programme.selection.admission import chosen_candidate, terms_of
from qazyna.programme.terms import Terms, TermsFrom
from qazyna.programme.underway import Call as Call
from qazyna.programme.underway import Dealt as Dealt
from qazyna.programme.underway import Due as Due
from qazyna.programme.underway import Flow as Flow
from qazyna.programme.underway import Held, Owed
from qazyna.programme.underway import Lot as Lot
from qazyna.programme.underway import Nav as Nav
from qazyna.programme.underway import Pause as Pause
from qazyna.programme.underway import Request as Request
from qazyna.programme.underway import Waiting as Waiting
from qazyna.programme.underway import Workout as Workout
from qazyna.reserve.pot import BOOK
from qazyna.seizure.case import in_order

ManagerKind = Literal["hedge_fund", "venture_fund"]

Code = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9-]{0,19}$")]
"""What a manager is called in the books, as `HF-1`; the units of its fund bear the same code."""

AmountOrNone = Annotated[int, Field(ge=0), PlainSerializer(str, return_type=str, when_used="json")]
"""Base units, where there may be none of them."""


@state
class Manager(Held, Owed):
    """The fold of a manager's events. Quantities are the ledger's; this is what is under way."""

    prefix: ClassVar[str] = "manager"

    code: str = ""
    manager_kind: str = ""
    name: str = ""
    currency: str = ""
    admitted_on: date = date.min
    terms: Terms = Terms()
    """The terms as last agreed; they may begin on a day ahead: see `terms_on`."""
    terms_since: list[TermsFrom] = []
    """Every version, oldest first: the first is that of the admission."""

    navs: list[Nav] = []
    """In the order stated: a restatement follows what it restates."""
    subscriptions: int = 0
    waiting: dict[int, Waiting] = {}
    """number of the subscription -> what waits for units"""
    requests: dict[int, Request] = {}
    pauses: list[Pause] = []
    pockets: dict[str, Nav] = {}
    """side pocket's code -> what its units are worth, as last stated"""
    workouts: list[Workout] = []

    committed: int = 0
    called: int = 0
    distributed: int = 0
    recallable: int = 0
    released: int = 0
    """What was promised and will never be called."""
    promised: list[Flow] = []
    """Every change of what may be called beside the calls themselves, by its day."""
    flows: list[Flow] = []
    retired: list[Flow] = []
    """Parts of an interest that are gone: forfeited, or worth nothing."""
    calls: dict[str, Call] = {}
    marks: dict[int, str] = {}
    """event -> what its reversal must know: which call it paid, or that it ended a promise"""

    terminated_on: date | None = None
    left_on: date | None = None
    """When the manager left the programme; nothing is done with it any more."""

    @property
    def last_dealt(self) -> date | None:
        """The last day on which units were issued or redeemed, or a call was paid."""
        dealt = [each.on for each in self.dealt] + [each.on for each in self.flows]
        return max(dealt, default=None)

    @property
    def interest(self) -> int:
        """What is left of the interest in a venture fund, one unit a currency unit paid in."""
        return self.called - sum(part.amount for part in self.retired)

    @property
    def last_nav(self) -> Nav | None:
        """The last stated of the latest valuation date: a restatement may be of an earlier one."""
        return max(reversed(self.navs), key=lambda nav: nav.on, default=None)

    def unfunded_on(self, day: date) -> int:
        """What was promised by the end of that day and was not paid in by then."""
        promised = sum(each.amount for each in self.promised if each.on <= day)
        return promised - sum(f.amount for f in self.flows if f.amount > 0 and f.on <= day)

    def terms_on(self, day: date) -> Terms:
        """The terms as they applied that day; those of the admission before it."""
        said = [each.terms for each in self.terms_since if each.since <= day]
        return said[-1] if said else self.terms_since[0].terms

    def final_nav(self, on: date) -> Nav | None:
        """The final NAV of that valuation date, as last restated."""
        return next((nav for nav in reversed(self.navs) if nav.final and nav.on == on), None)

    @property
    def last_final(self) -> Nav | None:
        finals = [nav for nav in reversed(self.navs) if nav.final]
        return max(finals, key=lambda nav: nav.on, default=None)

    @property
    def asked_back(self) -> int:
        """Units of requests that are not filled yet."""
        return sum(request.open for request in self.requests.values())

    def cut(self, units_left: int) -> tuple[tuple[int, int], ...]:
        """(request, units) that requests can no longer have where only so many are left."""
        found, over = [], self.asked_back - units_left
        for number in sorted(self.requests, reverse=True):
            part = min(over, self.requests[number].open)
            if part > 0:
                found.append((number, part))
                over -= part
        return tuple(found)

    def to_put_right(self) -> list[Dealt]:
        """Dealings whose NAV was restated since, and that no statement has put right yet."""
        found = []
        for each in self.dealt:
            nav = self.final_nav(each.on) if each.per_unit is not None else None
            if nav and nav.per_unit != each.per_unit:
                found.append(each)
        return found

    def corrected(self, mirrored: Entry) -> None:
        """Follow the correction of a payment; a confirmed dealing is put right by the manager."""
        amount = mirrored.postings[0].amount
        joined = [(posting.debit.klass, posting.credit.klass) for posting in mirrored.postings]
        of = mirrored.reverses.event.version if mirrored.reverses else 0
        mark = self.marks.get(of, "")
        if mark == "final":
            raise _cannot_take_back()
        if mark == "rebate":
            return
        if mark == "ended":
            self.released -= amount
            self.promised.append(Flow(on=mirrored.value_date, amount=amount))
        elif mark == "recallable":
            self.recallable -= amount
            self.promised.append(Flow(on=mirrored.value_date, amount=-amount))
        elif joined == [("bank", "pending")]:
            self._take_back_subscription(amount)
        elif joined == [("reserve", "commitment")]:
            self.committed -= amount
            self.promised.append(Flow(on=mirrored.value_date, amount=-amount))
        elif joined == [("reserve", "bank")]:
            self.distributed -= amount
            self._take_back_flow(-amount)
        elif joined == [("bank", "reserve"), ("reserve", "fund")]:
            self.called -= amount
            self._take_back_flow(amount)
            call = self.calls.get(mark.removeprefix("call "))
            if call:
                call.paid -= amount
        elif joined == [("receivable", "bank")]:
            self.owes("redemption", amount, mirrored.value_date, mirrored.value_date)
        elif joined != [("commitment", "reserve")]:
            raise _cannot_take_back()
        demanded = sum(call.open for call in self.calls.values())
        if self.committed + self.recallable - self.called - self.released < demanded:
            raise _cannot_take_back()
        if not 0 <= self.recallable <= self.called <= self.committed + self.recallable:
            raise _cannot_take_back()

    def _take_back_subscription(self, amount: int) -> None:
        for number in sorted(self.waiting, reverse=True):
            if self.waiting[number].amount == amount:
                del self.waiting[number]
                return
        raise _cannot_take_back()

    def _take_back_flow(self, amount: int) -> None:
        at = max((i for i, flow in enumerate(self.flows) if flow.amount == amount), default=None)
        if at is None:
            raise _cannot_take_back()
        del self.flows[at]


def _cannot_take_back() -> Refused:
    return Refused(
        "cannot_reverse",
        "Units were issued or redeemed on the administrator's word: ask it for a corrected "
        "statement, and record what that says.",
    )


@state
class Programme(State):
    """Who was admitted, so that they can be counted."""

    prefix: ClassVar[str] = "programme"

    managers: dict[str, str] = {}
    """code -> kind"""


def fund(code: str) -> Account:
    """Where the units are: with the manager."""
    return Account(BOOK, "fund", code)


def pending(code: str) -> Account:
    return Account(BOOK, "pending", code)


def receivable(code: str) -> Account:
    return Account(BOOK, "receivable", code)


def commitment(code: str) -> Account:
    return Account(BOOK, "commitment", code)


def undrawn_code(code: str) -> str:
    """The memorandum asset of a manager's unfunded commitment."""
    return f"{code}:undrawn"


class OfAManager(Command):
    """What every command about an admitted manager shares."""

    manager: Code

    def streams(self) -> tuple[str, ...]:
        return (f"manager/{self.manager}",)

    def books(self) -> tuple[str, ...]:
        return (BOOK,)


class ByAManager(Event):
    """What every event of a manager's stream shares."""

    manager: str

    @property
    def stream(self) -> str:
        return f"manager/{self.manager}"


def the_manager(world: World, asked: OfAManager, kind: str, on: date, what: str) -> Manager:
    """An admitted manager of the kind needed; refuses what is dated before its admission."""
    found = world.find(Manager, asked.manager)
    if found is None:
        raise Refused(
            "no_manager",
            f"No manager {asked.manager!r} was admitted to the programme.",
            {"manager": asked.manager},
        )
    if kind and found.manager_kind != kind:
        raise Refused(
            "wrong_manager_kind",
            f"{asked.manager} is a {found.manager_kind.replace('_', ' ')}; "
            f"this is done with a {kind.replace('_', ' ')}.",
            {"manager": asked.manager, "kind": found.manager_kind},
        )
    world.not_future(on, what)
    in_order(found.admitted_on, on, what, "the manager's admission")
    if found.left_on:
        raise Refused(
            "manager_left",
            f"{asked.manager} left the programme on {found.left_on}, with nothing owed either way.",
            {"manager": asked.manager, "left_on": found.left_on},
        )
    return found


def not_paused(manager: Manager, what: str, on: date) -> None:
    """Refuse dealing on a day on which the fund does not deal."""
    for pause in manager.pauses:
        if pause.stops(what, on):
            ends = f"until {pause.until}" if pause.until else "and has not said until when"
            raise Refused(
                "dealing_paused",
                f"{manager.code} stopped its {what} on {pause.since}, {ends}.",
                {"manager": manager.code, "since": pause.since, "until": pause.until},
            )


def going_on(manager: Manager, what: str) -> None:
    """Refuse what a fund that is being wound up does no more."""
    if manager.terminated_on:
        raise Refused(
            "fund_terminated",
            f"{manager.code} is wound up since {manager.terminated_on}: {what} is over.",
            {"manager": manager.code, "terminated_on": manager.terminated_on},
        )


def deals_on(world: World, manager: Manager, terms: Terms, what: str, on: date) -> BusinessDays:
    """Refuse a day on which the fund's terms have it not deal; its business days otherwise."""
    days = business_days(world.law(min(on, world.today)).weekend, terms)
    frequency = terms.subscriptions if what == "subscriptions" else terms.redemptions
    if not is_dealing_date(terms, frequency, days, on):
        following = next(dealing_dates(terms, frequency, days, on, months_after(on, 24)), None)
        raise Refused(
            "no_dealing_date",
            f"{manager.code} has no {frequency} dealing date on {on}; its next is {following}.",
            {"manager": manager.code, "date": on, "next": following},
        )
    return days


class AdmitManager(Command):
    """Admit a manager of a hedge fund or a venture fund to the programme."""

    kind: ClassVar[str] = "admit_manager"

    manager: Code
    manager_kind: ManagerKind
    name: Name
    currency: Segment
    admitted_on: Day
    terms: Terms = Terms()
    """Those of the candidate, where one is named and nothing is said here."""
    decision_ref: Name
    search: Segment | None = None
    """The selection round in which it was chosen."""
    candidate: Segment | None = None
    """Its label in that round."""

    def streams(self) -> tuple[str, ...]:
        round_ = (f"search/{self.search}",) if self.search is not None else ()
        return (f"manager/{self.manager}", "programme", *round_)


@event
class ManagerAdmitted(ByAManager):
    """A manager is admitted; units of its fund can be held from here on."""

    kind: ClassVar[str] = "manager_admitted"

    manager_kind: str
    name: str
    currency: str
    scale: int
    ceiling: int
    terms: Terms
    decision_ref: str
    search: str | None = None
    candidate: str | None = None

    def assets(self) -> tuple[Asset, ...]:
        if self.manager_kind == "hedge_fund":
            return (hedge_fund_units(self.manager, self.name),)
        currency = Asset(self.currency, "currency", self.scale, self.ceiling)
        return (
            venture_interest(self.manager, currency, self.name),
            undrawn(self.manager, currency),
        )

    def evolve(self, state: Manager, version: int) -> None:
        state.code = self.manager
        state.manager_kind = self.manager_kind
        state.name = self.name
        state.currency = self.currency
        state.admitted_on = self.on
        state.terms = self.terms
        state.terms_since.append(
            TermsFrom(since=self.on, terms=self.terms, document_ref=self.decision_ref)
        )


@event
class ManagerListed(Event):
    """The programme counts one manager more."""

    kind: ClassVar[str] = "manager_listed"

    manager: str
    manager_kind: str

    @property
    def stream(self) -> str:
        return "programme"

    def evolve(self, state: Programme, version: int) -> None:
        state.managers[self.manager] = self.manager_kind


@command(AdmitManager)
def admit_manager(world: World, asked: AdmitManager) -> list[Event]:
    """At most as many of each kind as the law admits, each under a code of its own."""
    on = asked.admitted_on
    world.not_future(on, "The admission")
    if world.find(Manager, asked.manager) is not None or world.knows(asked.manager):
        raise Refused(
            "code_taken",
            f"{asked.manager} is the code of something else already: choose another.",
            {"manager": asked.manager},
        )
    currency = world.asset(asked.currency)
    if currency.klass != "currency":
        raise Refused(
            "not_a_currency",
            f"A fund is kept in a currency; {currency.code} is {currency.klass}.",
            {"asset": currency.code},
        )
    candidate = chosen_candidate(world, asked.manager_kind, asked.search, asked.candidate, on)
    law = world.law(on)
    clause, most = (
        ("programme.hedge_funds_max", law.hedge_funds_max)
        if asked.manager_kind == "hedge_fund"
        else ("programme.venture_funds_max", law.venture_funds_max)
    )
    programme = world.find(Programme)
    admitted = list(programme.managers.values()) if programme else []
    if admitted.count(asked.manager_kind) >= most:
        raise Refused(
            "too_many_managers",
            f"The law admits {most} {asked.manager_kind.replace('_', ' ')}s, "
            "and as many are admitted.",
            {"kind": asked.manager_kind, "admitted": admitted.count(asked.manager_kind)},
            clause,
        )
    return [
        ManagerAdmitted(
            on=on,
            manager=asked.manager,
            manager_kind=asked.manager_kind,
            name=asked.name,
            currency=currency.code,
            scale=currency.scale,
            ceiling=currency.ceiling,
            terms=terms_of(candidate, asked.terms),
            decision_ref=asked.decision_ref,
            search=asked.search,
            candidate=asked.candidate,
        ),
        ManagerListed(on=on, manager=asked.manager, manager_kind=asked.manager_kind),
        *candidate_admitted(asked.search, candidate, asked.manager, on),
    ]
