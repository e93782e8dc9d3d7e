"""Shadow fees of a venture fund: carry by its waterfall, a fee on what is promised or invested."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from qazyna.errors import InvariantBroken
from qazyna.programme.fees.comparing import Charge, Checked, Due, charged_for, compare
from qazyna.programme.fees.exact import CENT, NOTHING, to_cents
from qazyna.programme.fees.management import Stretch, periods, unrounded
from qazyna.programme.fees.shadow import TermsOn
from qazyna.programme.fees.waterfall import Account, Flow, Shared, Waterfall
from qazyna.programme.terms import ManagementFee, VentureTerms
from qazyna.programme.terms_file import in_cents


@dataclass(frozen=True, slots=True)
class Told:
    """A flow, and what the manager says it took of it as carry, in cents."""

    flow: Flow
    carry: int | None = None


def check(
    terms_on: TermsOn,
    commitment: int | None,
    flows: Sequence[Told],
    charges: Sequence[Charge] = (),
    tolerance: Decimal = NOTHING,
) -> tuple[list[Checked], list[dict[str, Any]], list[str]]:
    """Fees charged and recomputed; every flow as it was shared; what could not be recomputed.

    The waterfall is that of the last terms: carry is reckoned from the first call on. Raises
    `Refused` for flows that cannot be.
    """
    if not flows:
        raise InvariantBroken("a fund without flows has no fees")
    terms = terms_on(flows[-1].flow.on).venture or VentureTerms()
    fund = Waterfall(terms, commitment)
    shared: list[Shared] = []
    invested: list[tuple[date, int]] = []
    for each in flows:
        shared.append(fund.take(each.flow))
        invested.append((each.flow.on, fund.whole.capital if fund.whole else 0))
    found = list(_carry(flows, shared, tolerance))
    of_management, notes = management(terms_on, commitment, invested, charges, tolerance)
    found += of_management
    return sorted(found, key=lambda c: (c.until, c.fee)), [_row(each) for each in shared], notes


def _carry(
    flows: Sequence[Told], shared: Sequence[Shared], tolerance: Decimal
) -> Iterator[Checked]:
    """Day by day, where something was shared or somebody says that carry was taken."""
    for day in dict.fromkeys(each.flow.on for each in flows):
        pairs = [(t, s) for t, s in zip(flows, shared, strict=True) if t.flow.on == day]
        pairs = [(t, s) for t, s in pairs if s.to_manager or t.carry is not None]
        if not pairs:
            continue
        told = [t.carry for t, _ in pairs]
        charged = None if None in told else Decimal(sum(c or 0 for c in told)).scaleb(-2)
        recomputed = Decimal(sum(s.to_manager for _, s in pairs)).scaleb(-2)
        allowed = to_cents(CENT * len(pairs) + tolerance * abs(recomputed))
        since = day - timedelta(days=1)
        yield Checked("carry", since, day, None, charged, recomputed, allowed)


def accrued_carry(
    terms: VentureTerms, flows: Sequence[tuple[date, int]], on: date, value: int
) -> int:
    """The carry on all so far, were the whole fund to be shared out that day: in cents.

    `flows` are those of the investors, paid in above nothing and received below; `value` is what
    there is to share: their NAV, and all carry that was charged until then, paid or not.
    """
    account = Account(flows[0][0])
    for day, amount in flows:
        account.accrue(terms.preferred_return, day)
        if amount > 0:
            account.capital += amount
        else:
            before = account.capital
            account.pay(-amount)
            account.profit += -amount - (before - account.capital)
    account.accrue(terms.preferred_return, on)
    return Waterfall(terms).share(account, Flow(on, "distribution", value)).to_manager


def carry_of_statements(
    terms_on: TermsOn,
    flows: Sequence[tuple[date, int]],
    values: Sequence[tuple[date, int]],
    charges: Sequence[Charge],
    tolerance: Decimal = NOTHING,
) -> tuple[list[Checked], list[str]]:
    """Carry as it accrues, statement by statement: `values` are the NAVs that they close with.

    Of the whole fund only: nobody states a NAV deal by deal.
    """
    dues: list[Due] = []
    before, at = 0, min((each.since for each in charges), default=date.min)
    for on, value in values:
        terms = terms_on(on).venture or VentureTerms()
        if terms.waterfall == "deal_by_deal":
            return [], ["carry is shared deal by deal: it is checked from files that tell of deals"]
        seen = [flow for flow in flows if flow[0] <= on]
        taken = charged_for(charges, "carry", at, on)
        if not seen or taken is None or at > seen[0][0]:
            return compare("carry", dues, charges, tolerance), [
                f"the carry of {on} is not recomputed: not all charges until then are told"
            ]
        now = accrued_carry(terms, seen, on, max(value + int(taken.scaleb(2)), 0))
        start = dues[-1].until if dues else at
        dues.append(Due(start, on, Decimal(now - before).scaleb(-2), running=True))
        before = now
    return compare("carry", dues, charges, tolerance), []


def management(
    terms_on: TermsOn,
    commitment: int | None,
    invested: Sequence[tuple[date, int]],
    charges: Sequence[Charge],
    tolerance: Decimal = NOTHING,
) -> tuple[list[Checked], list[str]]:
    """The fee on what was promised, or on capital at cost: `invested` says how much of it was out
    from which day on."""
    since = min([invested[0][0], *(c.since for c in charges)])
    until = max([invested[-1][0], *(c.until for c in charges)])
    first = terms_on(since + timedelta(days=1)).management_fee
    dues, notes = [], []
    for start, end in periods(first.frequency if first else "annual", since, until):
        terms = terms_on(start + timedelta(days=1)).management_fee
        if terms is None:
            continue
        if terms.basis == "nav" or (terms.basis == "committed" and commitment is None):
            what = "NAV" if terms.basis == "nav" else "commitment"
            notes.append(f"{start} to {end}: the fee on the {what} is not recomputed: none is said")
            continue
        stretches = list(_stretches(terms, commitment or 0, invested, start, end))
        basis = stretches[0].basis if len(stretches) == 1 else None
        dues.append(Due(start, end, unrounded(terms, stretches), basis))
    return compare("management", dues, charges, tolerance), notes


def _stretches(
    terms: ManagementFee,
    commitment: int,
    invested: Sequence[tuple[date, int]],
    since: date,
    until: date,
) -> Iterator[Stretch]:
    """The days of a period by what was promised, or by the capital at cost that was out."""
    if terms.basis == "committed":
        yield Stretch(since, until, Decimal(commitment).scaleb(-2))
        return
    inside = [] if terms.in_advance else [day for day, _ in invested if since < day < until]
    at = since
    for end in sorted({*inside, until}):
        out = next((amount for day, amount in reversed(invested) if day <= at), 0)
        yield Stretch(at, end, Decimal(out).scaleb(-2))
        at = end


def _row(shared: Shared) -> dict[str, Any]:
    """One flow of the waterfall as plain data."""
    return {
        "date": shared.flow.on.isoformat(),
        "kind": shared.flow.kind,
        "deal": shared.flow.deal or None,
        "amount": in_cents(shared.flow.amount),
        "capital": in_cents(shared.capital),
        "losses": in_cents(shared.losses),
        "preferred": in_cents(shared.preferred),
        "catch_up": {
            "investors": in_cents(shared.catch_up[0]),
            "manager": in_cents(shared.catch_up[1]),
        },
        "carry": {"investors": in_cents(shared.carry[0]), "manager": in_cents(shared.carry[1])},
        "clawback": in_cents(shared.clawback),
    }
