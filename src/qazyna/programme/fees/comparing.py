"""What was charged, beside what the terms make it, over the periods that both speak of.

A manager may tell of months while the terms speak of quarters, or the other way round: what is
compared is the shortest stretch of days at whose ends periods of both end. What rounding alone can
explain is no difference; nor is what lies within the tolerance that was asked for.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Literal

from qazyna.programme.fees.exact import CENT, NOTHING, exactly, to_cents

Fee = Literal["management", "performance", "carry"]


@dataclass(frozen=True, slots=True)
class Charge:
    """What the manager says it took for the days after `since`, `until` included."""

    since: date
    until: date
    management: Decimal | None = None
    performance: Decimal | None = None
    """Less than nothing, where an accrual was taken back."""

    def of(self, fee: Fee) -> Decimal | None:
        return self.management if fee == "management" else self.performance


@dataclass(frozen=True, slots=True)
class Due:
    """What the terms make it for such days, and how much of it rounding could explain."""

    since: date
    until: date
    amount: Decimal
    basis: Decimal | None = None
    slack: Decimal = NOTHING
    running: bool = False
    """Whether the period is not over: the fee is accrued, and not taken yet."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A fee over some days: charged and recomputed."""

    fee: Fee
    since: date
    until: date
    basis: Decimal | None
    charged: Decimal | None
    recomputed: Decimal
    tolerance: Decimal
    running: bool = False

    @property
    def difference(self) -> Decimal | None:
        """More than nothing: too much was charged."""
        return None if self.charged is None else self.charged - self.recomputed

    @property
    def within(self) -> bool | None:
        """None where nobody says what was charged."""
        return None if self.difference is None else abs(self.difference) <= self.tolerance

    def as_json(self) -> dict[str, Any]:
        return {
            "fee": self.fee,
            "from": (self.since + timedelta(days=1)).isoformat(),
            "to": self.until.isoformat(),
            "basis": _told(self.basis),
            "charged": _told(self.charged),
            "recomputed": _told(self.recomputed),
            "difference": _told(self.difference),
            "tolerance": _told(self.tolerance),
            "within": self.within,
            "running": self.running,
        }

    def finding(self) -> dict[str, str] | None:
        """What to ask the manager, where the two do not agree."""
        if self.within is not False or self.difference is None:
            return None
        what = "more" if self.difference > 0 else "less"
        return {
            "fee": self.fee,
            "from": (self.since + timedelta(days=1)).isoformat(),
            "to": self.until.isoformat(),
            "code": f"{self.fee}_fee_differs" if self.fee != "carry" else "carry_differs",
            "message": f"By its terms this is {_told(self.recomputed)}; {_told(self.charged)} was "
            f"charged, {_told(abs(self.difference))} {what}.",
        }


@exactly
def compare(
    fee: Fee, dues: Sequence[Due], charges: Iterable[Charge], tolerance: Decimal = NOTHING
) -> list[Checked]:
    """Each stretch of days at whose ends periods of both end, in order.

    `tolerance` is a share of what is recomputed, on top of a cent for each figure that was rounded.
    """
    told = sorted((c for c in charges if c.of(fee) is not None), key=lambda c: c.until)
    found: list[Checked] = []
    rest = list(dues)
    while rest:
        count = next(
            (n for n in range(1, len(rest) + 1) if _tiles(told, rest[0].since, rest[n - 1].until)),
            1,
        )
        part, rest = rest[:count], rest[count:]
        since, until = part[0].since, part[-1].until
        inside = [c for c in told if since <= c.since and c.until <= until]
        whole = _tiles(told, since, until)
        recomputed = sum((to_cents(each.amount) for each in part), NOTHING)
        slack = sum((each.slack for each in part), NOTHING)
        allowed = CENT * (len(part) + len(inside)) + slack + tolerance * abs(recomputed)
        charged = sum((c.of(fee) or NOTHING for c in inside), NOTHING) if whole else None
        found.append(
            Checked(
                fee,
                since,
                until,
                part[0].basis if count == 1 else None,
                charged,
                recomputed,
                to_cents(allowed),
                part[-1].running,
            )
        )
    return found


def charged_for(charges: Iterable[Charge], fee: Fee, since: date, until: date) -> Decimal | None:
    """What was charged for exactly those days; None where it is not told for all of them."""
    told = sorted((c for c in charges if c.of(fee) is not None), key=lambda c: c.until)
    if not _tiles(told, since, until):
        return None
    inside = [c for c in told if since <= c.since and c.until <= until]
    return sum((c.of(fee) or NOTHING for c in inside), NOTHING)


def _tiles(told: Sequence[Charge], since: date, until: date) -> bool:
    """Whether periods that were told of fill those days, each of them once."""
    at = since
    for each in told:
        if each.until <= since or each.since >= until:
            continue
        if each.since != at:
            return False
        at = each.until
    return at == until


def _told(amount: Decimal | None) -> str | None:
    return None if amount is None else format(to_cents(amount), "f")
