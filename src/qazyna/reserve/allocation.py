"""Allocation: how the reserve is spread over its classes, and how that stands to the limits.

A class comes from the asset and the place together: money that a manager still owes is a
receivable and never a deposit, and what was paid for units that are not issued yet is in transit.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Context, Decimal
from typing import Final

from qazyna.blueprint import STATEMENT_CLASSES, Law, Limit
from qazyna.ledger.entry import Account
from qazyna.money import Asset, total

CLASSES: Final = tuple(STATEMENT_CLASSES)
"""Every class of a statement, in the order shown."""

_BY_ASSET: Final = {
    "gold": "gold",
    "crypto": "crypto",
    "hedge_fund": "hedge_funds",
    "venture_fund": "venture_funds",
}

_SHARES: Final = Context(prec=28)


def class_of(account: Account, asset: Asset, domestic_currency: str) -> str:
    """The statement class of a holding; `""` for what is beside the total.

    Beside it stand memoranda of what was promised, and shortfalls until they are made good.
    """
    if account.klass in ("commitment", "shortfall") or asset.klass == "undrawn":
        return ""
    if account.klass == "pending":
        return "in_transit"
    if account.klass == "receivable":
        return "receivables"
    if asset.klass == "currency":
        return "domestic_currency" if asset.code == domestic_currency else "foreign_currency"
    return _BY_ASSET[asset.klass]


@dataclass(frozen=True, slots=True)
class Placed:
    """A value in a class of the reserve, and with which manager it is, if with one."""

    klass: str
    value: Decimal | None
    manager: str = ""


@dataclass(frozen=True, slots=True)
class Share:
    """A class, its value, and its part of the whole; None where that cannot be said."""

    klass: str
    value: Decimal | None
    share: Decimal | None


@dataclass(frozen=True, slots=True)
class Standing:
    """A limit beside the actual figure.

    Nothing breaks a limit where nothing is held; and what cannot be measured is amber, for it is
    not known to hold.
    """

    limit: Limit
    actual: Decimal | None
    status: str


@dataclass(frozen=True, slots=True)
class Allocation:
    """The reserve by class, in the order shown; its total; and every limit beside its figure."""

    total: Decimal | None
    classes: tuple[Share, ...]
    limits: tuple[Standing, ...]


def allocate(placed: Iterable[Placed], law: Law, managers: Mapping[str, str]) -> Allocation:
    """The shares of what is placed. `managers` are all that are admitted: code -> asset class."""
    parts = tuple(placed)
    whole = total(part.value for part in parts)
    values = {
        klass: total(part.value for part in parts if part.klass == klass)
        for klass in CLASSES
        if any(part.klass == klass for part in parts)
    }
    shares = tuple(Share(klass, value, share_of(value, whole)) for klass, value in values.items())
    limits = tuple(_standing(limit, parts, values, whole, managers) for limit in law.limits)
    return Allocation(whole, shares, limits)


def share_of(value: Decimal | None, whole: Decimal | None) -> Decimal | None:
    """A part of the whole, to 28 digits; None where there is no whole, or no value."""
    if value is None or not whole:
        return None
    return _SHARES.divide(value, whole)


def _standing(
    limit: Limit,
    parts: tuple[Placed, ...],
    values: Mapping[str, Decimal | None],
    whole: Decimal | None,
    managers: Mapping[str, str],
) -> Standing:
    if limit.measure == "class_share":
        actual = share_of(values.get(limit.klass, Decimal(0)), whole)
    else:
        asset_class = STATEMENT_CLASSES[limit.klass]
        codes = {code for code, kind in managers.items() if kind == asset_class}
        with_each = {code: [p.value for p in parts if p.manager == code] for code in sorted(codes)}
        if limit.measure == "manager_count":
            actual = Decimal(sum(any(value != 0 for value in has) for has in with_each.values()))
        else:
            actual = _largest([share_of(total(has), whole) for has in with_each.values()], whole)
    status = limit.status(actual) if actual is not None else "green" if whole == 0 else "amber"
    return Standing(limit, actual, status)


def _largest(shares: list[Decimal | None], whole: Decimal | None) -> Decimal | None:
    known = [share for share in shares if share is not None]
    if len(known) < len(shares) or not whole:
        return None
    return max(known, default=Decimal(0))
