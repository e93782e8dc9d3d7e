"""Shadow fees of a hedge fund: recomputed from its terms and NAVs for what is held.

The NAVs that a fund states are after fees. What its assets earned before the performance fee is
found from them and the fee that was charged on the way: the charge is a fact, and what it should
have been follows from the terms. Where nobody told the charge of some days, the NAV and the terms
say what it must have been, and an estimate says so.

Periods end at valuations: a fee period at the last one of its calendar period.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from qazyna.programme.fees.comparing import Charge, Checked, Due, charged_for, compare
from qazyna.programme.fees.equalisation import ByEqualisation
from qazyna.programme.fees.exact import NOTHING, exactly
from qazyna.programme.fees.implied import growth_behind
from qazyna.programme.fees.management import Stretch, before_fee, period_end, unrounded, years
from qazyna.programme.fees.performance import Charging
from qazyna.programme.fees.series import BySeries
from qazyna.programme.terms import ManagementFee, PerformanceFee, Terms

TermsOn = Callable[[date], Terms]

_NO_FEE = PerformanceFee(rate=Decimal(0))


@dataclass(frozen=True, slots=True)
class Valuation:
    """What a unit was worth, after fees; before the performance fee too, where that is told."""

    on: date
    nav: Decimal
    gav: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Dealing:
    """Units issued to us (more than nothing) or redeemed (less than nothing), on a valuation."""

    on: date
    units: Decimal


@dataclass(slots=True)
class _Held:
    """One subscription: its number with the method, and how many of its units are left."""

    lot: int
    units: Decimal


@dataclass(slots=True)
class _At:
    """How we stood at a valuation, before what was dealt then."""

    on: date
    units: Decimal
    value: Decimal
    after: Decimal
    """What is held once it was dealt."""
    accrued: Decimal
    """Performance fee on it that has not been taken yet, as recomputed."""
    paid_in: Decimal
    """Value of the units issued then."""


@dataclass(slots=True)
class Shadow:
    """The life of what is held in a fund, valuation by valuation."""

    terms_on: TermsOn
    charges: Sequence[Charge]
    method: Charging | None = None
    held: list[_Held] = field(default_factory=list)
    liability: Decimal = NOTHING
    """Performance fee charged by the manager on what is held, and not taken yet."""
    before: Valuation | None = None
    taken_before: bool = False
    """Whether the last valuation ended a performance period."""
    performance: list[Due] = field(default_factory=list)
    points: list[_At] = field(default_factory=list)
    since: date = date.min
    """From when the running performance period is counted."""
    taken: Decimal = NOTHING
    """Of it: taken already, on what was redeemed."""
    implied: list[date] = field(default_factory=list)
    """Valuations at which nobody told the charge."""

    @property
    def units(self) -> Decimal:
        return sum((each.units for each in self.held), NOTHING)

    @exactly
    def value(self, now: Valuation, dealings: Sequence[Dealing], last: bool, ends: bool) -> None:
        """One valuation: what was earned, what is due on it, and what was dealt."""
        terms = self._terms(now.on)
        units, value = self.units, self.units * now.nav
        if self.method is None:
            self.method, self.since = _method(terms, now), now.on
        else:
            self._set_terms(terms)
            if units:
                self.method.grow(self._growth(now, units))
        accrued = self._accrued(now.on)
        for each in dealings:
            self._deal(each, now)
        paid_in = sum((d.units for d in dealings if d.units > 0), NOTHING) * now.nav
        after = self.units * now.nav
        self.points.append(_At(now.on, units, value, after, accrued, paid_in))
        if (ends or last) and now.on > self.since:
            self._end_period(now, ends)
        self.before, self.taken_before = now, ends

    def _end_period(self, now: Valuation, ends: bool) -> None:
        due = self.taken + self._accrued(now.on)
        slack = self._slack(now)
        self.performance.append(Due(self.since, now.on, due, slack=slack, running=not ends))
        if ends and self.method is not None:
            self.method.crystallise(now.on)
            self.since, self.taken, self.liability = now.on, NOTHING, NOTHING

    def _slack(self, now: Valuation) -> Decimal:
        """What the last digit to which a NAV is stated makes of the fee on what was held."""
        most = max(point.units for point in self.points)
        return _last_digit(now.nav) * max(most, self.units) * self._terms(now.on).rate

    def _terms(self, on: date) -> PerformanceFee:
        return self.terms_on(on).performance_fee or _NO_FEE

    def _set_terms(self, terms: PerformanceFee) -> None:
        if isinstance(self.method, BySeries | ByEqualisation):
            self.method.terms = terms

    def _accrued(self, on: date) -> Decimal:
        if self.method is None:
            return NOTHING
        return sum((self.method.accrued(each.lot, on) for each in self.held), NOTHING)

    def _growth(self, now: Valuation, units: Decimal) -> Decimal:
        """What the fund's assets became, before the performance fee, as a multiple."""
        before = self.before
        if before is None:
            return Decimal(1)
        if now.gav is not None and (before.gav is not None or self.taken_before):
            base = before.nav if self.taken_before or before.gav is None else before.gav
            return now.gav / base
        charged = charged_for(self.charges, "performance", before.on, now.on)
        if charged is None:
            if self._terms(now.on).rate:
                self.implied.append(now.on)
            return self._implied(now, before)
        opening = units * before.nav + self.liability
        self.liability += charged
        return (units * now.nav + self.liability) / opening

    def _implied(self, now: Valuation, before: Valuation) -> Decimal:
        """The growth after which, less the fee by the terms, the NAV is what was stated."""
        if self.method is None:
            return Decimal(1)
        target = self._net(self.method, before.on) * now.nav / before.nav
        gross = self._net(self.method, before.on) + self._accrued(before.on)
        rate, lots = self._terms(now.on).rate, [each.lot for each in self.held]
        found, accrued = growth_behind(self.method, lots, now.on, target, gross, rate)
        self.liability += accrued - self._accrued(before.on)
        return found

    def _net(self, method: Charging, on: date) -> Decimal:
        return sum((method.net(each.lot, on) for each in self.held), NOTHING)

    def _deal(self, dealt: Dealing, now: Valuation) -> None:
        if self.method is None:
            return
        if dealt.units > 0:
            lot = self.method.subscribe(now.on, dealt.units * now.nav)
            self.held.append(_Held(lot, dealt.units))
            return
        left = -dealt.units
        self.liability *= 1 - left / self.units if left < self.units else 0
        while left and self.held:
            oldest = self.held[0]
            part = min(left, oldest.units)
            self.taken += self.method.redeem(oldest.lot, part / oldest.units, now.on)
            oldest.units -= part
            left -= part
            if not oldest.units:
                self.held.pop(0)


def _method(terms: PerformanceFee, now: Valuation) -> Charging:
    if terms.method == "equalisation":
        return ByEqualisation(terms, now.on, gav=now.nav)
    return BySeries(terms)


def check(
    terms_on: TermsOn,
    valuations: Sequence[Valuation],
    dealings: Sequence[Dealing],
    charges: Sequence[Charge] = (),
    tolerance: Decimal = NOTHING,
) -> tuple[list[Checked], list[str]]:
    """Every fee period: charged, recomputed; and what had to be estimated.

    Valuations stand by date, each day once, and every dealing on the day of one. More than is held
    is never redeemed.
    """
    shadow = Shadow(terms_on, charges)
    for number, now in enumerate(valuations):
        after = valuations[number + 1] if number + 1 < len(valuations) else None
        fee = terms_on(now.on).performance_fee
        ends = fee is not None and _ends(fee.crystallises, now, after)
        dealt = [each for each in dealings if each.on == now.on]
        shadow.value(now, dealt, after is None, ends)
    found = []
    if any(terms_on(v.on).management_fee for v in valuations):
        found += compare("management", list(_management(shadow, valuations)), charges, tolerance)
    if any(terms_on(v.on).performance_fee for v in valuations):
        found += compare("performance", shadow.performance, charges, tolerance)
    return sorted(found, key=lambda each: (each.until, each.fee)), _notes(shadow.implied)


def _notes(implied: Sequence[date]) -> list[str]:
    if not implied:
        return []
    days = f"{implied[0]}" if len(implied) == 1 else f"{len(implied)} valuations to {implied[-1]}"
    return [f"{days}: the performance fee charged is not told; the NAV and the terms imply it"]


def _ends(frequency: str, now: Valuation, after: Valuation | None) -> bool:
    """Whether it is the last valuation of its calendar period."""
    end = period_end(frequency, now.on)
    return now.on == end if after is None else after.on > end


def _management(shadow: Shadow, valuations: Sequence[Valuation]) -> Iterator[Due]:
    """Fee period by fee period, by the terms of its first day."""
    points = {point.on: point for point in shadow.points}
    begins = 0
    for number in range(1, len(valuations)):
        first = valuations[begins]
        terms = shadow.terms_on(first.on + timedelta(days=1)).management_fee
        after = valuations[number + 1] if number + 1 < len(valuations) else None
        ends = _ends(terms.frequency if terms else "monthly", valuations[number], after)
        if not ends and after is not None:
            continue
        inside = [points[each.on] for each in valuations[begins : number + 1]]
        if terms is not None:
            yield _of_a_period(terms, inside, _last_digit(valuations[number].nav), not ends)
        begins = number


@exactly
def _of_a_period(terms: ManagementFee, points: Sequence[_At], digit: Decimal, running: bool) -> Due:
    since, until = points[0].on, points[-1].on
    if terms.in_advance:
        stretches = [Stretch(since, until, points[0].after)]
        stretches += [Stretch(p.on, until, p.paid_in) for p in points[1:-1] if p.paid_in]
    else:
        stretches = [
            Stretch(
                earlier.on,
                later.on,
                before_fee(terms, later.value + later.accrued, earlier.on, later.on),
            )
            for earlier, later in pairwise(points)
        ]
    units = max(point.units for point in points[1:])
    slack = digit * units * terms.rate * years(terms.day_count, since, until)
    basis = stretches[-1].basis if len(stretches) == 1 else None
    return Due(since, until, unrounded(terms, stretches), basis, slack, running)


def _last_digit(nav: Decimal) -> Decimal:
    """One of the last digit to which a NAV is stated: of cents, at least."""
    exponent = nav.as_tuple().exponent
    return Decimal(1).scaleb(min(exponent, -2) if isinstance(exponent, int) else -2)
