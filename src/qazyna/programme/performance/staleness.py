"""NAVs that have stopped telling anything.

A NAV is stale when none has come for longer than the law lets pass, when the last ones repeat one
figure, or when the fund is said to have earned exactly nothing. No floats: any command may ask.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final, Literal

from qazyna.blueprint import Law
from qazyna.programme.manager import Manager

Reason = Literal["no_new_nav", "repeated_nav", "zero_return"]


_NEVER: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Valuation:
    """What was stated at one valuation date: a NAV per unit, or the whole of an interest."""

    on: date
    worth: Decimal
    paid_in: Decimal = Decimal(0)
    """Of an interest, called less distributed since the valuation before; of a unit nothing."""


@dataclass(frozen=True, slots=True)
class Staleness:
    """Why the last NAV does not count, and the last one that does."""

    reasons: tuple[Reason, ...]
    told: Valuation
    """The last valuation that told something new."""
    text: str


def same_navs(law: Law) -> int:
    """So many identical NAVs in a row are too many; where the law is silent, none are."""
    return law.says("valuation.same_nav", int) or _NEVER


def staleness(
    navs: Sequence[Valuation], as_of: date, limit_days: int, same: int = 2
) -> Staleness | None:
    """What is wrong with the last of some valuations, in the order of their days; None if nothing.

    `limit_days` is how old a NAV may be, and `same` how many in a row that say nothing new are too
    many, as the law says. Valuations after `as_of` are not looked at.
    """
    known = [nav for nav in navs if nav.on <= as_of]
    if not known:
        return None
    reasons: list[Reason] = []
    said: list[str] = []
    last = known[-1]
    if (age := (as_of - last.on).days) > limit_days:
        reasons.append("no_new_nav")
        said.append(f"no NAV since {last.on}, {age} days ago (limit {limit_days})")
    told = _told(known)
    if len(known) - told < max(same, 2):
        told = len(known) - 1
    else:
        one_figure = all(nav.worth == last.worth for nav in known[told:])
        reasons.append("repeated_nav" if one_figure else "zero_return")
        said.append(
            f"the NAV of {known[told].on} was repeated {len(known) - 1 - told} times since"
            if one_figure
            else f"since {known[told].on} the NAVs follow what was paid, and earned exactly nothing"
        )
    return Staleness(tuple(reasons), known[told], "; ".join(said)) if reasons else None


def _told(navs: Sequence[Valuation]) -> int:
    """Where the last run of NAVs that say nothing new begins: each its forerunner, or it as moved
    by what was paid."""
    at = len(navs) - 1
    while at and navs[at].worth in (navs[at - 1].worth, navs[at - 1].worth + navs[at].paid_in):
        at -= 1
    return at


def valuations(manager: Manager, scale: int, since: date, until: date) -> tuple[Valuation, ...]:
    """What was stated from `since` to `until`, as last restated, in the order of days.

    Of a hedge fund per unit; of a venture fund the whole interest, in the currency's own unit.
    """
    stated = {nav.on: nav.per_unit for nav in manager.navs if since <= nav.on <= until}
    days = sorted(stated)
    if manager.manager_kind == "hedge_fund":
        return tuple(Valuation(day, stated[day]) for day in days)
    found: list[Valuation] = []
    before = date.min
    for day in days:
        called = sum(f.amount for f in manager.flows if f.amount > 0 and f.on <= day)
        called -= sum(part.amount for part in manager.retired if part.on <= day)
        moved = sum(f.amount for f in manager.flows if before < f.on <= day)
        worth = (stated[day] * called).scaleb(-scale)
        found.append(Valuation(day, worth, Decimal(moved).scaleb(-scale)))
        before = day
    return tuple(found)
