"""The law of one day, and the blueprint it is read from."""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from hashlib import sha256
from types import MappingProxyType
from typing import Final, TypeVar

from qazyna.blueprint.reading import Draft
from qazyna.blueprint.rules import change_dates, on
from qazyna.blueprint.schema import (
    BENEFICIARIES_OF_SHARES,
    BOOK_KINDS,
    COMMAND_KINDS,
    ELIGIBLE_CLASSES,
)
from qazyna.blueprint.values import (
    NONE_NEEDED,
    Approvals,
    Basis,
    Custodian,
    Dated,
    Jurisdiction,
    Limit,
    Par,
    Role,
)
from qazyna.errors import InvariantBroken, Refused

_UNDRAWN_FOLLOWS: Final = "venture_fund"

T = TypeVar("T")


@dataclass(frozen=True, slots=True, eq=False)
class Law:
    """What a blueprint says on the days of one stretch, between two amendments.

    One object serves the whole stretch, so that identity is equality and it can be a key.
    """

    since: date
    jurisdiction: Jurisdiction
    currency: str
    domestic_currency: str
    weekend: frozenset[int]
    custodians: Mapping[str, Custodian]
    roles: Mapping[str, Role]
    controls: frozenset[str]
    treasury_bank: str
    forfeiture_kinds: frozenset[str]
    appeal_days: int
    mechanisms: frozenset[str]
    shares: Mapping[str, Decimal]
    eligible: Mapping[str, frozenset[str]]
    reserve_bank: str
    reserve_vault: str
    inside_official_reserves: bool
    hedge_funds_max: int
    venture_funds_max: int
    limits: tuple[Limit, ...]
    stale_after: Mapping[str, int]
    par: Mapping[str, Par]
    assumptions: tuple[tuple[str, str], ...]
    clauses: Mapping[str, Dated]

    def approvals(self, kind: str) -> Approvals:
        """Who must agree to a command of that kind; nobody, where no clause speaks of it."""
        if kind not in COMMAND_KINDS:
            # A misspelt kind would otherwise need nobody's approval.
            raise InvariantBroken(f"no command kind {kind!r}")
        found = self.clauses.get(f"approvals.{kind}")
        return _as(Approvals, found) if found else NONE_NEEDED

    def says(self, name: str, kind: type[T]) -> T | None:
        """The answer to a clause that a blueprint may leave out; None where it does."""
        found = self.clauses.get(name)
        return _as(kind, found) if found else None

    def family(self, name: str) -> dict[str, Dated]:
        """The answers of a family (`programme.scorecard`), by the name each was given."""
        return {
            each.removeprefix(f"{name}."): found
            for each, found in self.clauses.items()
            if each.startswith(f"{name}.")
        }

    def clause(self, name: str) -> Dated:
        """The answer in force with its source; KeyError where there is none."""
        return self.clauses[name]


@dataclass(frozen=True, slots=True, eq=False)
class Blueprint:
    """The law of a jurisdiction through time, as one text that never changes."""

    name: str
    text: str
    sha256: str
    jurisdiction: Jurisdiction
    custodians: Mapping[str, Custodian]
    roles: Mapping[str, Role]
    clauses: Mapping[str, tuple[Dated, ...]]
    _since: tuple[date, ...]
    _laws: tuple[Law, ...]

    @property
    def first(self) -> date:
        """The first day that has a law."""
        return self._since[0]

    @property
    def change_dates(self) -> tuple[date, ...]:
        """Every day from which some answer applies, in order."""
        return self._since

    def on(self, day: date) -> Law:
        """The law of that day. Refuses a day before the first; every later day has one."""
        index = bisect_right(self._since, day)
        if not index:
            raise Refused(
                "no_law_on_date",
                f"The blueprint “{self.name}” begins on {self.first}: there is no law for {day}. "
                "Check the date, or add the law of that time to the blueprint.",
                {"blueprint": self.name, "date": day, "first": self.first},
            )
        return self._laws[index - 1]


def enact(name: str, text: str, draft: Draft) -> Blueprint:
    """The blueprint of a draft without problems."""
    if draft.jurisdiction is None or draft.problems:
        raise InvariantBroken("a draft with problems cannot be enacted")
    since = tuple(change_dates(draft.clauses))
    return Blueprint(
        name=name,
        text=text,
        sha256=sha256(text.encode()).hexdigest(),
        jurisdiction=draft.jurisdiction,
        custodians=MappingProxyType(draft.custodians),
        roles=MappingProxyType(draft.roles),
        clauses=MappingProxyType(draft.clauses),
        _since=since,
        _laws=tuple(_law(day, draft.jurisdiction, draft) for day in since),
    )


def _law(day: date, jurisdiction: Jurisdiction, draft: Draft) -> Law:
    said = on(draft.clauses, day)
    return Law(
        since=day,
        jurisdiction=jurisdiction,
        currency=jurisdiction.currency,
        domestic_currency=jurisdiction.domestic_currency,
        weekend=frozenset(_as(tuple, said["jurisdiction.weekend"])),
        custodians=MappingProxyType(draft.custodians),
        roles=MappingProxyType(draft.roles),
        controls=frozenset(_as(tuple, said["seizure.controls"])),
        treasury_bank=_as(str, said["treasury.bank"]),
        forfeiture_kinds=frozenset(_as(tuple, said["forfeiture.kinds"])),
        appeal_days=_as(int, said["forfeiture.appeal_days"]),
        mechanisms=frozenset(_as(tuple, said["disposition.mechanisms"])),
        shares=MappingProxyType(
            {to: _as(Decimal, said[f"disposition.share.{to}"]) for to in BENEFICIARIES_OF_SHARES}
        ),
        eligible=MappingProxyType(
            {book: _eligible(_as(tuple, said[f"{book}.eligible"])) for book in BOOK_KINDS}
        ),
        reserve_bank=_as(str, said["reserve.bank"]),
        reserve_vault=_as(str, said["reserve.vault"]),
        inside_official_reserves=_as(bool, said["statistics.inside_official_reserves"]),
        hedge_funds_max=_as(int, said["programme.hedge_funds_max"]),
        venture_funds_max=_as(int, said["programme.venture_funds_max"]),
        limits=tuple(_as(Limit, said[name]) for name in said if name.startswith("limits.")),
        stale_after=MappingProxyType(
            {klass: _as(int, said[f"valuation.stale_after.{klass}"]) for klass in ELIGIBLE_CLASSES}
        ),
        par=MappingProxyType(
            {
                par.asset: par
                for name in said
                if name.startswith("valuation.par.")
                for par in (_as(Par, said[name]),)
            }
        ),
        assumptions=_assumptions(said, draft),
        clauses=MappingProxyType(said),
    )


def _eligible(classes: tuple[str, ...]) -> frozenset[str]:
    """What is promised to a fund may be noted wherever an interest in it may be held."""
    return frozenset(classes) | ({"undrawn"} if _UNDRAWN_FOLLOWS in classes else set())


def _assumptions(said: Mapping[str, Dated], draft: Draft) -> tuple[tuple[str, str], ...]:
    named: list[tuple[str, Basis]] = []
    if draft.jurisdiction:
        named.append(("jurisdiction", draft.jurisdiction.basis))
    named += [(f"custodian “{each.name}”", each.basis) for each in draft.custodians.values()]
    named += [(f"role “{each.name}”", each.basis) for each in draft.roles.values()]
    named += [(name, answer.basis) for name, answer in said.items()]
    return tuple((name, basis.note) for name, basis in named if basis.assumed and basis.note)


def _as(kind: type[T], answer: Dated) -> T:
    """The answer as the type that its unit promises."""
    if not isinstance(answer.value, kind):
        raise InvariantBroken(f"{answer.clause} is not a {kind.__name__}")
    return answer.value
