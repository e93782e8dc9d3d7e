"""Performance fees by equalisation: one NAV per unit for all, and each subscription put right.

Every unit bears the fee on the fund's own mark. Who came in above that mark is charged too much by
it, and has an equalisation credit: it is made into units at the crystallisation, as far as it was
not lost. Who came in below is charged too little: the fee on the way up to the mark costs units
(contingent redemption), or comes out of a deposit paid on top.

    credit    rate · max(0, min(GAV, H of the lot) − H of the fund)
    deficit   rate · max(0, min(GAV, H of the fund) − H of the lot)

Under a soft hurdle what is charged jumps at H, and both are the plain difference between the fee on
the unit and the fee on the lot's own mark.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from qazyna.programme.fees.exact import NOTHING, exactly
from qazyna.programme.fees.performance import hurdle, next_mark, on_a_unit
from qazyna.programme.terms import PerformanceFee


@dataclass(slots=True)
class Lot:
    """What one subscription has, and the mark above which it pays."""

    units: Decimal
    mark: Decimal
    since: date
    deposit: Decimal = NOTHING
    """Money on top of the units, for the fee below the fund's mark."""


class ByEqualisation:
    """Charging by equalisation, in a fund whose units stood at `gav` under `mark` that day."""

    def __init__(
        self,
        terms: PerformanceFee,
        on: date,
        gav: Decimal = Decimal(100),
        mark: Decimal | None = None,
    ) -> None:
        self.terms = terms
        self.gav = gav
        self.mark = gav if mark is None else mark
        self.since = on
        self.lots: list[Lot] = []

    @exactly
    def nav(self, on: date) -> Decimal:
        """The NAV per unit, as it is published."""
        return self.gav - self._on_every_unit(on)

    @exactly
    def subscribe(self, on: date, money: Decimal) -> int:
        """Units at GAV: of it the NAV per unit is the price, and the rest the credit."""
        held = Lot(money / self.gav, self.gav, on)
        if self.terms.below_mark == "deposit" and self.gav < self.mark:
            held.deposit = held.units * self.terms.rate * (self.mark - self.gav)
        self.lots.append(held)
        return len(self.lots) - 1

    @exactly
    def grow(self, factor: Decimal) -> None:
        self.gav *= factor

    @exactly
    def credit(self, lot: int, on: date) -> Decimal:
        """What the fee on every unit charges this lot too much."""
        held = self.lots[lot]
        return held.units * self._difference(held, on)[0]

    @exactly
    def deficit(self, lot: int, on: date) -> Decimal:
        """What it charges this lot too little."""
        held = self.lots[lot]
        return held.units * self._difference(held, on)[1]

    @exactly
    def accrued(self, lot: int, on: date) -> Decimal:
        on_units = self.lots[lot].units * self._on_every_unit(on)
        return on_units - self.credit(lot, on) + self.deficit(lot, on)

    @exactly
    def net(self, lot: int, on: date) -> Decimal:
        held = self.lots[lot]
        return held.units * self.gav + held.deposit - self.accrued(lot, on)

    @exactly
    def redeem(self, lot: int, share: Decimal, on: date) -> Decimal:
        charged = self.accrued(lot, on) * share
        self.lots[lot].units *= 1 - share
        self.lots[lot].deposit *= 1 - share
        return charged

    @exactly
    def crystallise(self, on: date) -> dict[int, Decimal]:
        numbers = range(len(self.lots))
        charged = {number: self.accrued(number, on) for number in numbers}
        credits = [self.credit(number, on) for number in numbers]
        deficits = [self.deficit(number, on) for number in numbers]
        self.gav = self.nav(on)
        self.mark, self.since = next_mark(self.terms, self.mark, self.gav), on
        for held, credit, deficit in zip(self.lots, credits, deficits, strict=True):
            self._put_right(held, credit, deficit, on)
        return charged

    def _put_right(self, held: Lot, credit: Decimal, deficit: Decimal, on: date) -> None:
        """More units for a credit, fewer for what the deposit does not cover; the same mark in
        money, or a higher one."""
        from_deposit = min(deficit, held.deposit)
        held.deposit -= from_deposit
        before = held.units
        held.units += (credit - deficit + from_deposit) / self.gav
        if held.units:
            own = held.mark * before / held.units
            held.mark = next_mark(self.terms, own, self.gav)
        held.since = on

    def _on_every_unit(self, on: date) -> Decimal:
        return on_a_unit(self.terms, self.gav, self.mark, self.since, on)

    def _difference(self, held: Lot, on: date) -> tuple[Decimal, Decimal]:
        """(credit, deficit) of one of its units."""
        terms = self.terms
        if terms.hurdle_kind == "soft" and terms.hurdle:
            own = on_a_unit(terms, self.gav, held.mark, held.since, on)
            over = self._on_every_unit(on) - own
            return max(over, NOTHING), max(-over, NOTHING)
        of_lot = hurdle(terms, held.mark, held.since, on)
        of_fund = hurdle(terms, self.mark, self.since, on)
        over = max(min(self.gav, of_lot) - of_fund, NOTHING)
        under = max(min(self.gav, of_fund) - of_lot, NOTHING)
        return terms.rate * over, terms.rate * under
