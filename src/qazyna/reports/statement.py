"""The statement of the reserve, as a value.

A statement says what the reserve is worth on a date and how it is spread; what is held in custody
and for whom; what was realised, what moved the reserve, what is owed either way; and it lists every
figure that is not plain fact. It is a function of its facts alone.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal, localcontext
from typing import Final

from qazyna.blueprint import Jurisdiction
from qazyna.ledger.entry import Account
from qazyna.money import Asset, Price
from qazyna.plan import book_kind
from qazyna.reports.facts import Enforcement, Facts, Holding, Realised
from qazyna.reports.flows import Flows, flows
from qazyna.reports.valuing import Estimate, Notes, Valuation, exact, plain, plain_or_none
from qazyna.reserve.allocation import Placed, Standing, allocate, class_of
from qazyna.reserve.pot import BOOK, case_and_holding


@dataclass(frozen=True, slots=True)
class Line:
    """One holding with its price and its value."""

    account: Account
    asset: Asset
    amount: int
    price: Price | None
    value: Decimal | None
    entries: int
    stale: str = ""
    """Why the last NAV tells nothing any more; empty where it does, or where none is stated."""
    estimate: Price | None = None
    """What one unit may be worth where its price is stale; it counts for nothing."""
    estimated_value: Decimal | None = None

    @property
    def quantity(self) -> str:
        return self.asset.text(self.amount)

    def as_json(self) -> dict[str, object]:
        return {
            "asset": self.asset.code,
            "location": self.account.path,
            "quantity": self.quantity,
            "price": plain(self.price.value) if self.price else None,
            "price_date": (self.price.on or None) if self.price else None,
            "price_source": self.price.source if self.price else None,
            "value": plain_or_none(self.value),
            "entries": self.entries,
            "stale": self.stale or None,
            "estimate": self.estimate
            and {
                "price": plain(self.estimate.value),
                "value": plain_or_none(self.estimated_value),
                "why": self.estimate.estimated,
            },
        }


@dataclass(frozen=True, slots=True)
class ClassLine:
    """A class of the reserve: its value, its share, and what it is made of."""

    klass: str
    value: Decimal | None
    share: Decimal | None
    holdings: tuple[Line, ...]

    def as_json(self) -> dict[str, object]:
        return {
            "class": self.klass,
            "value": plain_or_none(self.value),
            "share": plain_or_none(self.share),
            "holdings": [line.as_json() for line in self.holdings],
        }


@dataclass(frozen=True, slots=True)
class Custody:
    """So much of an asset in a case, for whom, and who can move it."""

    case: str
    holding: str
    asset: Asset
    amount: int
    title: Account
    place: Account
    value: Decimal | None

    def as_json(self) -> dict[str, object]:
        return {
            "case": self.case,
            "holding": self.holding,
            "asset": self.asset.code,
            "quantity": self.asset.text(self.amount),
            "title": self.title.klass,
            "party": self.title.detail or None,
            "control": self.place.klass,
            "custodian": self.place.detail or None,
            "value": plain_or_none(self.value),
        }


@dataclass(frozen=True, slots=True)
class Due:
    """An amount that one side owes the other, whether or not it is due today."""

    kind: str
    """issued_call, award, invoice, unfunded; receivable; shortfall"""
    book: str
    party: str
    asset: Asset
    """What it is payable in."""
    amount: int
    value: Decimal | None

    def as_json(self) -> dict[str, object]:
        return {
            "kind": self.kind,
            "to" if self.kind in OWED_BY_US else "from": self.party,
            "currency": self.asset.code,
            "amount": self.asset.text(self.amount),
            "value": plain_or_none(self.value),
            "book": self.book,
        }


PRACTICE: Final = "practice."
"""How the names of clauses begin that only the lab reads."""

OWED_BY_US: Final = ("issued_call", "award", "invoice", "unfunded")


@dataclass(frozen=True, slots=True)
class Statement:
    """What is said of the reserve, and of what the State holds for others, on a date."""

    as_of: date
    known_at: datetime | None
    jurisdiction: Jurisdiction
    currency: str
    total: Decimal | None
    """None where a part has no value: a total that leaves something out is none."""
    valued: Decimal
    """The sum of what has a value; the total, where all has."""
    classes: tuple[ClassLine, ...]
    custody: tuple[Custody, ...]
    realised: tuple[Realised, ...]
    sold: tuple[tuple[Asset, int], ...]
    flows: Flows
    obligations: tuple[Due, ...]
    receivables: tuple[Due, ...]
    shortfalls: tuple[Due, ...]
    budget: tuple[Line, ...]
    workout: tuple[Line, ...]
    enforcement: Enforcement
    limits: tuple[Standing, ...]
    estimates: tuple[Estimate, ...]
    assumptions: tuple[tuple[str, str], ...]
    """What the law itself assumes: (clause, note)."""

    def as_json(self) -> dict[str, object]:
        """The machine output of `qazyna statement`: every figure an exact decimal in a string."""
        known_at = self.known_at.astimezone(UTC).isoformat() if self.known_at else None
        found = self.enforcement
        return {
            "as_of": self.as_of.isoformat(),
            "known_at": known_at,
            "jurisdiction": self.jurisdiction.code,
            "jurisdiction_name": self.jurisdiction.name,
            "currency": self.currency,
            "total": plain_or_none(self.total),
            "valued": plain(self.valued),
            "classes": [each.as_json() for each in self.classes],
            "custody": [each.as_json() for each in self.custody],
            "proceeds": [
                {
                    "currency": each.currency.code,
                    "amount": each.currency.text(each.amount),
                    "title": each.title,
                }
                for each in self.realised
            ],
            "sold": [
                {"asset": asset.code, "quantity": asset.text(amount)} for asset, amount in self.sold
            ],
            "flows": {
                "since": self.flows.since.isoformat(),
                "opening": plain_or_none(self.flows.opening),
                "inflow": plain_or_none(self.flows.inflow),
                "withdrawal": plain_or_none(self.flows.withdrawal),
                "income": plain_or_none(self.flows.income),
                "cost": plain_or_none(self.flows.cost),
                "return": plain_or_none(self.flows.returned),
                "currency_effect": plain_or_none(self.flows.currency_effect),
                "change": plain_or_none(self.flows.change),
            },
            "obligations": [each.as_json() for each in self.obligations],
            "receivables": [each.as_json() for each in self.receivables],
            "shortfalls": [each.as_json() for each in self.shortfalls],
            "budget": [each.as_json() for each in self.budget],
            "workout": [each.as_json() for each in self.workout],
            "enforcement": {
                "venues_shut": found.venues_shut,
                "venues_volume_usd": plain(found.venues_volume_usd),
                "seized_value": plain_or_none(found.seized_value),
                "forfeited_value": plain_or_none(found.forfeited_value),
                "to_reserve_value": plain_or_none(found.to_reserve_value),
            },
            "limits": [
                {
                    "limit": each.limit.name,
                    "measure": each.limit.measure,
                    "class": each.limit.klass,
                    "actual": plain_or_none(each.actual),
                    "bound": plain(each.limit.value),
                    "is": each.limit.bound,
                    "status": each.status,
                }
                for each in self.limits
            ],
            "estimates": [{"what": each.what, "why": each.why} for each in self.estimates],
            "assumptions": [{"clause": clause, "note": note} for clause, note in self.assumptions],
        }


def reserve_statement(facts: Facts) -> Statement:
    """The statement that follows from the facts."""
    with localcontext() as context:
        context.prec = 100  # sums of values must not be rounded
        return _Drawing(facts).drawn()


class _Drawing:
    """One statement while it is drawn up; notes collect as figures are met."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.law = facts.law
        self.notes = Notes()
        self.now = Valuation(facts.prices, facts.law, facts.law.currency, facts.as_of, self.notes)
        self.stale = {each.asset: each for each in facts.stale}
        rows = [each.estimate for each in facts.stale if each.estimate]
        # What is noted of estimates is that they are some: their own notes say no more.
        self.beside = replace(self.now, prices=facts.prices.with_rows(rows), notes=Notes())

    def drawn(self) -> Statement:
        facts, law = self.facts, self.law
        reserve = [
            (class_of(each.account, each.asset, law.domestic_currency), self._line(each))
            for each in self._places(BOOK)
        ]
        inside = [(klass, line) for klass, line in reserve if klass]
        allocation = allocate(
            [Placed(klass, line.value, _manager(line.account)) for klass, line in inside],
            law,
            {each.code: each.klass for each in facts.managers},
        )
        moved = flows(facts, self.notes)
        obligations = (*self._calls(), *self._unfunded(), *self._awards())
        receivables = tuple(self._dues("receivable", "receivable"))
        shortfalls = tuple(self._dues("shortfall", "shortfall"))
        custody = tuple(self._custody())
        budget = tuple(self._line(each) for each in self._places("budget"))
        workout = tuple(self._line(each) for each in self._places("workout"))
        for each in facts.assumed:
            columns = ", ".join(each.columns)
            self.notes.add(f"{each.case}/{each.holding}", f"assumed in the register: {columns}")
        return Statement(
            as_of=facts.as_of,
            known_at=facts.known_at,
            jurisdiction=law.jurisdiction,
            currency=law.currency,
            total=allocation.total,
            valued=sum((line.value for _, line in inside if line.value), Decimal(0)),
            classes=tuple(
                ClassLine(
                    share.klass,
                    share.value,
                    share.share,
                    tuple(line for klass, line in inside if klass == share.klass),
                )
                for share in allocation.classes
            ),
            custody=custody,
            realised=facts.realised,
            sold=facts.sold,
            flows=moved,
            obligations=obligations,
            receivables=receivables,
            shortfalls=shortfalls,
            budget=budget,
            workout=workout,
            enforcement=facts.enforcement,
            limits=allocation.limits,
            estimates=self.notes.all(),
            # Practice is what the lab plays; no figure of a statement rests on it.
            assumptions=tuple(each for each in law.assumptions if not each[0].startswith(PRACTICE)),
        )

    def _places(self, kind: str) -> list[Holding]:
        """Locations in books of that kind, in one order always."""
        found = [
            each
            for each in self.facts.holdings
            if each.amount
            and each.account.side == "location"
            and book_kind(each.account.book) == kind
        ]
        return sorted(found, key=lambda each: (each.account, each.asset.code))

    def _line(self, held: Holding) -> Line:
        account, asset = held.account, held.asset
        beside = account.klass == "shortfall" or asset.klass == "undrawn"
        price = None if beside else self.now.price(asset)
        value = exact(asset, held.amount, price.value) if price else Decimal(0) if beside else None
        line = Line(account, asset, held.amount, price, value, held.entries)
        return self._with_estimate(line) if asset.code in self.stale and price else line

    def _with_estimate(self, line: Line) -> Line:
        """The same, with what it may be worth beside the last NAV, and a note of both."""
        stale, currency = self.stale[line.asset.code], self.now.currency
        what = f"{line.asset.code} in {currency} on {self.now.on}"
        estimate = self.beside.price(line.asset) if stale.estimate else None
        if estimate is None or estimate == line.price:
            if estimate is None:
                self.notes.add(what, f"stale: {stale.why}")
            return replace(line, stale=f"stale: {stale.why}")
        worth = exact(line.asset, line.amount, estimate.value)
        self.notes.add(
            what,
            f"stale: {stale.why}; it stands at its last NAV, and may be worth {plain(worth)} "
            f"{currency} ({estimate.estimated})",
        )
        return replace(line, stale=f"stale: {stale.why}", estimate=estimate, estimated_value=worth)

    def _custody(self) -> Iterator[Custody]:
        """Cases, holding by holding: titles laid over places in the order of the accounts."""
        places: dict[tuple[str, str], list[Holding]] = {}
        titles: dict[tuple[str, str], list[Holding]] = {}
        for each in self.facts.holdings:
            if each.amount and book_kind(each.account.book) == "case":
                side = places if each.account.side == "location" else titles
                side.setdefault((each.account.book, each.asset.code), []).append(each)
        for (book, code), owners in sorted(titles.items()):
            where = sorted(places.get((book, code), ()), key=lambda each: each.account)
            case, holding = case_and_holding(book)
            for title, place, amount in _laid_over(
                sorted(owners, key=lambda each: each.account), where
            ):
                asset = place.asset
                lost = place.account.klass == "shortfall"
                value = Decimal(0) if lost else self.now.value(asset, amount)
                yield Custody(case, holding, asset, amount, title.account, place.account, value)

    def _calls(self) -> Iterator[Due]:
        """What calls demand is owed, with a date; the rest of a commitment only may be."""
        currencies = {each.code: each.currency for each in self.facts.managers}
        for code, amount in sorted(self._demanded().items()):
            value = self.now.value(currencies[code], amount)
            yield Due("issued_call", BOOK, code, currencies[code], amount, value)

    def _demanded(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for call in self.facts.calls:
            found[call.manager] = found.get(call.manager, 0) + call.amount
        return found

    def _unfunded(self) -> Iterator[Due]:
        demanded = self._demanded()
        currencies = {each.code: each.currency for each in self.facts.managers}
        for each in self._places(BOOK):
            if each.account.klass == "commitment":
                manager = each.account.detail
                currency = currencies[manager]
                amount = each.amount - demanded.get(manager, 0)
                if amount > 0:
                    value = self.now.value(currency, amount)
                    yield Due("unfunded", BOOK, manager, currency, amount, value)

    def _awards(self) -> Iterator[Due]:
        owed = [
            each
            for each in self.facts.holdings
            if each.amount and each.account.klass == "beneficiaries"
        ]
        for each in sorted(owed, key=lambda each: (each.account, each.asset.code)):
            value = self.now.value(each.asset, each.amount)
            account = each.account
            yield Due("award", account.book, account.detail, each.asset, each.amount, value)

    def _dues(self, klass: str, kind: str) -> Iterator[Due]:
        """What others owe, in every book; a shortfall is worth nothing until it is made good."""
        found = [
            each for each in self.facts.holdings if each.amount and each.account.klass == klass
        ]
        for each in sorted(found, key=lambda each: (each.account, each.asset.code)):
            lost = klass == "shortfall"
            value = Decimal(0) if lost else self.now.value(each.asset, each.amount)
            account = each.account
            yield Due(kind, account.book, account.detail, each.asset, each.amount, value)


def _manager(account: Account) -> str:
    return account.detail if account.klass in ("fund", "pending", "receivable") else ""


def _laid_over(
    titles: Iterable[Holding], places: Iterable[Holding]
) -> Iterator[tuple[Holding, Holding, int]]:
    """Each title's amount at each place: both run out together, for the books balance."""
    left = [(place, place.amount) for place in reversed(list(places))]
    for title in titles:
        wanted = title.amount
        while wanted:
            place, there = left.pop()
            part = min(wanted, there)
            yield title, place, part
            wanted -= part
            if part < there:
                left.append((place, there - part))
