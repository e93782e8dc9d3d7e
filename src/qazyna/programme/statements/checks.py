"""What a statement disagrees with: itself, the one before and the one after it, and our books.

Each check yields differences and changes nothing. Money has to agree to the last base unit. Only
units times NAV per unit may be off by what rounding explains: half of the last digit of the NAV as
it is written, for every unit, and one base unit of the currency.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Context, Decimal
from typing import Final

from qazyna.money import Asset
from qazyna.programme.exposures import Exposures
from qazyna.programme.manager import Manager
from qazyna.programme.statements.figures import Account
from qazyna.programme.statements.state import Received, Statements

_DIGITS: Final = Context(prec=60)

OURS: Final = "by our books"

OF_NEIGHBOURS: Final = frozenset({"opening_is_not_last_closing", "period_missing"})
"""What a statement for another period may put right."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing to ask the manager: what its statement says, and what it should say, by whom."""

    code: str
    message: str
    said: str = ""
    expected: str = ""


@dataclass(frozen=True, slots=True)
class Units:
    """The units that figures of one statement are in."""

    currency: Asset
    fund: Asset

    def money(self, amount: int) -> str:
        return f"{self.currency.text(amount)} {self.currency.code}"

    def units(self, count: int) -> str:
        return f"{self.fund.text(count)} units"


def differences(
    received: Received, before: Statements, manager: Manager, units: Units
) -> Iterator[Difference]:
    """All that is to be asked about a statement that has just come in."""
    if received.currency != manager.currency:
        yield Difference(
            "wrong_currency",
            f"The statement is in {received.currency}; the fund is kept in {manager.currency}.",
            received.currency,
            manager.currency,
        )
    yield from _place(received, before)
    if received.exposures:
        yield from of_exposures(received.exposures)
    account = received.account
    if account is None:
        return
    yield from of_itself(account, units, manager.manager_kind == "hedge_fund")
    if received.currency == manager.currency:
        yield from _of_the_books(received, account, manager, units)
    if received.counts:
        yield from _of_its_neighbours(received, account, before, manager, units)


# where it stands among the others


def overlapping(received: Received, before: Statements) -> list[Received]:
    """Standing statements of the same part whose periods have a day in common with this one's."""
    return [
        each
        for each in before.received
        if each.stands
        and each.number != received.number
        and _same_part(each, received)
        and each.since <= received.until
        and received.since <= each.until
    ]


def _same_part(one: Received, other: Received) -> bool:
    return bool(
        (one.account and other.account)
        or (one.exposures and other.exposures and not (one.account or other.account))
    )


def _place(received: Received, before: Statements) -> Iterator[Difference]:
    period = f"{received.since} to {received.until}"
    if received.restates is not None:
        replaced = before.numbered(received.restates)
        if replaced and replaced.restates is not None:
            yield Difference(
                "restated_again",
                f"The statement for {period} had been restated before and is restated once more.",
                received.statement_ref,
                replaced.statement_ref,
            )
        if replaced and replaced.final and not received.final:
            yield Difference(
                "estimate_after_final",
                f"The statement for {period} was final; an estimate has come after it.",
                "estimate",
                "final",
            )
        return
    for other in overlapping(received, before):
        same = (other.since, other.until) == (received.since, received.until)
        yield Difference(
            "second_for_period" if same else "period_overlaps",
            f"A statement for {other.since} to {other.until} ({other.statement_ref}) is there "
            f"already, and this one for {period} does not say that it restates it.",
            period,
            f"{other.since} to {other.until}",
        )
    later = [each for each in before.accounts if each.since > received.until]
    if received.account and later:
        yield Difference(
            "out_of_order",
            f"The statement for {period} came after that for {later[0].since} to {later[0].until}.",
            period,
            f"{later[0].since} to {later[0].until}",
        )


# itself


def of_itself(account: Account, units: Units, has_units: bool) -> Iterator[Difference]:
    """Figures that contradict each other."""
    yield from _negative(account, units)
    money = units.money
    rolled = account.opening_value + account.net_flow + account.gross_result - account.fees_total
    if rolled != account.closing_value:
        yield Difference(
            "value_does_not_add_up",
            "Opening value, flows and result less fees do not make the closing value.",
            money(account.closing_value),
            money(rolled),
        )
    if account.fees != account.fees_total:
        yield Difference(
            "fees_do_not_add_up",
            "The lines of fees do not make their total.",
            money(account.fees_total),
            money(account.fees),
        )
    if has_units:
        yield from _of_units(account, units)


def _negative(account: Account, units: Units) -> Iterator[Difference]:
    for name in ("opening_value", "closing_value", "subscriptions", "redemptions", "calls"):
        if getattr(account, name) < 0:
            yield _below_nothing(name, units.money(getattr(account, name)))
    for name in ("distributions", "unfunded"):
        if (getattr(account, name) or 0) < 0:
            yield _below_nothing(name, units.money(getattr(account, name)))
    for name in ("opening_units", "closing_units", "units_issued", "units_redeemed"):
        if (getattr(account, name) or 0) < 0:
            yield _below_nothing(name, units.units(getattr(account, name)))
    if account.nav_per_unit is not None and account.nav_per_unit <= 0:
        yield _below_nothing("nav_per_unit", str(account.nav_per_unit))


def _below_nothing(name: str, said: str) -> Difference:
    what = name.replace("_", " ").capitalize().replace("Nav", "NAV")
    return Difference("negative_figure", f"{what} is less than there can be.", said, "0 or more")


def _of_units(account: Account, units: Units) -> Iterator[Difference]:
    opening, closing = account.opening_units, account.closing_units
    if opening is None or closing is None or account.nav_per_unit is None:
        yield Difference("units_missing", "A fund with units tells of them and of their NAV.")
        return
    rolled = opening + account.units_issued - account.units_redeemed
    if rolled != closing:
        yield Difference(
            "units_do_not_add_up",
            "Opening units, issued less redeemed, do not make the closing units.",
            units.units(closing),
            units.units(rolled),
        )
    exact, tolerance = worth(closing, account.nav_per_unit, units)
    if abs(account.closing_value - exact) > tolerance:
        yield Difference(
            "value_is_not_units_times_nav",
            f"{units.units(closing)} at {account.nav_per_unit} are not the closing value.",
            units.money(account.closing_value),
            units.money(int(exact.to_integral_value(context=_DIGITS))),
        )


def worth(count: int, per_unit: Decimal, units: Units) -> tuple[Decimal, Decimal]:
    """Units times NAV in base units of the currency, and by how much rounding may change it."""
    scale = units.currency.scale - units.fund.scale
    each = Decimal(count).scaleb(scale, _DIGITS)
    exponent = per_unit.as_tuple().exponent
    half_digit = Decimal(5).scaleb((exponent if isinstance(exponent, int) else 0) - 1)
    return _DIGITS.multiply(each, per_unit), _DIGITS.multiply(abs(each), half_digit) + 1


def of_exposures(exposures: Exposures) -> Iterator[Difference]:
    """Totals that are not what their lines make. What is left undisclosed is no contradiction."""
    if exposures.gross is None:
        yield Difference(
            "gross_exposure_missing", "The gross exposure is not told, only parts of it may be."
        )
    for asset, long, short in exposures.assets:
        if long < 0 or short < 0:
            yield _below_nothing(f"exposure to {asset}", f"{long} long, {short} short")
    if exposures.gross is not None and exposures.gross < exposures.disclosed:
        yield Difference(
            "exposures_do_not_add_up",
            "The gross exposure is less than the exposures that are named.",
            str(exposures.gross),
            str(exposures.disclosed),
        )
    if exposures.net is not None and not exposures.undisclosed:
        named = sum((long - short for _, long, short in exposures.assets), Decimal(0))
        if exposures.assets and exposures.net != named:
            yield Difference(
                "exposures_do_not_add_up",
                "The net exposure is not what the exposures that are named make.",
                str(exposures.net),
                str(named),
            )


# the statement before, and the one after


def _of_its_neighbours(
    received: Received, account: Account, before: Statements, manager: Manager, units: Units
) -> Iterator[Difference]:
    others = [each for each in before.accounts if each.number != received.restates]
    earlier = [each for each in others if each.until < received.since]
    later = [each for each in others if each.since > received.until]
    if earlier:
        yield from _after(earlier[-1], received, units)
    elif account.opening_value and not _was_there(manager, received.since):
        yield Difference(
            "opening_is_not_ours",
            f"It opens with a value, and {OURS} nothing was with the fund before {received.since}.",
            units.money(account.opening_value),
            units.money(0),
        )
    if later and received.until + timedelta(days=1) == later[0].since:
        yield from _carried_over(received, later[0], units)


def _after(earlier: Received, received: Received, units: Units) -> Iterator[Difference]:
    """It begins where the earlier one ended; where something is missing, nothing is compared."""
    due = earlier.until + timedelta(days=1)
    if received.since == due:
        yield from _carried_over(earlier, received, units)
    else:
        yield Difference(
            "period_missing",
            f"Nothing was received for {due} to {received.since - timedelta(days=1)}.",
            str(received.since),
            str(due),
        )


def _carried_over(earlier: Received, later: Received, units: Units) -> Iterator[Difference]:
    """The later one opens with what the earlier one closed with."""
    closed, opened = earlier.account, later.account
    if closed is None or opened is None or earlier.currency != later.currency:
        return
    if closed.closing_value != opened.opening_value:
        yield Difference(
            "opening_is_not_last_closing",
            f"The period from {later.since} opens with another value than that until "
            f"{earlier.until} closed with.",
            units.money(opened.opening_value),
            units.money(closed.closing_value),
        )
    if (closed.closing_units or 0) != (opened.opening_units or 0):
        yield Difference(
            "opening_is_not_last_closing",
            f"The period from {later.since} opens with other units than that until "
            f"{earlier.until} closed with.",
            units.units(opened.opening_units or 0),
            units.units(closed.closing_units or 0),
        )


# our books


def _opening_units(manager: Manager, since: date) -> int:
    return sum(each.units for each in manager.dealt if each.on < since)


def _was_there(manager: Manager, since: date) -> bool:
    if manager.manager_kind == "hedge_fund":
        return _opening_units(manager, since) > 0
    return _paid_in(manager, since) > 0


def _paid_in(manager: Manager, since: date) -> int:
    return sum(flow.amount for flow in manager.flows if flow.amount > 0 and flow.on < since)


def _of_the_books(
    received: Received, account: Account, manager: Manager, units: Units
) -> Iterator[Difference]:
    if manager.manager_kind == "hedge_fund":
        yield from _of_our_dealings(received, account, manager, units)
    else:
        yield from _of_our_capital(received, account, manager, units)


def _of_our_dealings(
    received: Received, account: Account, manager: Manager, units: Units
) -> Iterator[Difference]:
    dealt = [each for each in manager.dealt if received.since <= each.on <= received.until]
    issued = [each for each in dealt if each.units > 0]
    redeemed = [each for each in dealt if each.units < 0]
    opening = _opening_units(manager, received.since)
    counts = {
        "units_issued": sum(each.units for each in issued),
        "units_redeemed": -sum(each.units for each in redeemed),
        "opening_units": opening,
        "closing_units": opening + sum(each.units for each in dealt),
    }
    for name, ours in counts.items():
        said = getattr(account, name)
        if said is not None and said != ours:
            yield _other_than_ours(name, units.units(said), units.units(ours))
    sums = {"calls": 0, "distributions": 0}
    # Units that came or went without money have no amount in the books to compare.
    if all(each.amount is not None for each in issued):
        sums["subscriptions"] = sum(each.amount or 0 for each in issued)
    if all(each.amount is not None for each in redeemed):
        sums["redemptions"] = sum(each.amount or 0 for each in redeemed)
    yield from _other_sums(account, sums, units)
    nav = manager.final_nav(received.until)
    if nav and account.nav_per_unit is not None and nav.per_unit != account.nav_per_unit:
        yield _other_than_ours("nav_per_unit", str(account.nav_per_unit), str(nav.per_unit))


def _of_our_capital(
    received: Received, account: Account, manager: Manager, units: Units
) -> Iterator[Difference]:
    flows = [flow for flow in manager.flows if received.since <= flow.on <= received.until]
    sums = {
        "calls": sum(flow.amount for flow in flows if flow.amount > 0),
        "distributions": -sum(flow.amount for flow in flows if flow.amount < 0),
        "subscriptions": 0,
        "redemptions": 0,
    }
    yield from _other_sums(account, sums, units)
    unfunded = manager.unfunded_on(received.until)
    if account.unfunded is not None and account.unfunded != unfunded:
        yield _other_than_ours("unfunded", units.money(account.unfunded), units.money(unfunded))
    nav = manager.final_nav(received.until)
    if nav:
        paid_in = _paid_in(manager, received.until + timedelta(days=1))
        paid_in -= sum(part.amount for part in manager.retired if part.on <= received.until)
        whole = int(_DIGITS.multiply(nav.per_unit, Decimal(paid_in)).to_integral_value())
        if whole != account.closing_value:
            yield _other_than_ours(
                "closing_value", units.money(account.closing_value), units.money(whole)
            )


def _other_sums(account: Account, sums: dict[str, int], units: Units) -> Iterator[Difference]:
    for name, ours in sums.items():
        said = getattr(account, name)
        if said != ours:
            yield _other_than_ours(name, units.money(said), units.money(ours))


def _other_than_ours(name: str, said: str, ours: str) -> Difference:
    what = name.replace("_", " ").replace("nav", "NAV")
    several = name.endswith("s") or name.startswith("units")
    return Difference(
        f"{name}_differ" if several else f"{name}_differs",
        f"The {what} of the period {'are' if several else 'is'} {said} by the statement and {ours} "
        f"{OURS}.",
        said,
        ours,
    )
