"""The fee check of a manager of the books: its statements beside its terms and NAVs."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from itertools import accumulate
from typing import Any

from qazyna.errors import Refused
from qazyna.money import Asset
from qazyna.programme.fees import shadow, venture
from qazyna.programme.fees.comparing import Charge
from qazyna.programme.fees.report import report
from qazyna.programme.fees.shadow import Dealing, Valuation
from qazyna.programme.manager import Manager
from qazyna.programme.statements.state import Received, Statements
from qazyna.programme.terms import ManagementFee
from qazyna.shell.queries.watching import managers
from qazyna.shell.store.commit import Connection
from qazyna.shell.store.reading import known_assets

_STATEMENTS = "SELECT state FROM books.stream WHERE name = 'statement/' || %s"


def fees(connection: Connection, code: str, tolerance: Decimal = Decimal(0)) -> dict[str, Any]:
    """Fees charged and recomputed, period by period, and what differs. Raises `Refused` where
    there is no such manager."""
    manager = managers(connection).get(code)
    if manager is None:
        raise Refused(
            "no_manager",
            f"No manager {code!r} was admitted to the programme.",
            {"manager": code},
        )
    assets = known_assets(connection)
    accounts = _accounts(connection, manager)
    charges = _charges(accounts, assets[manager.currency])
    if manager.manager_kind == "venture_fund":
        return _of_venture(manager, accounts, charges, tolerance)
    valuations, dealings, notes = _dealt(manager, assets)
    if not valuations:
        return report([], ["no NAV was stated yet"], manager=code, currency=manager.currency)
    found, implied = shadow.check(manager.terms_on, valuations, dealings, charges, tolerance)
    return report(found, [*notes, *implied], manager=code, currency=manager.currency)


def _accounts(connection: Connection, manager: Manager) -> list[Received]:
    row = connection.execute(_STATEMENTS, [manager.code]).fetchone()
    return Statements.model_validate(row[0]).accounts if row else []


def _charges(accounts: Sequence[Received], currency: Asset) -> list[Charge]:
    return [
        Charge(
            each.since - timedelta(days=1),
            each.until,
            currency.decimal(each.account.management_fee),
            currency.decimal(each.account.performance_fee),
        )
        for each in accounts
        if each.account is not None
    ]


def _dealt(
    manager: Manager, assets: Mapping[str, Asset]
) -> tuple[list[Valuation], list[Dealing], list[str]]:
    """NAVs as last stated, and what was dealt at them. Fees go on while a fund states only
    estimates, so an estimate serves where no final NAV came. What was dealt on a day without a NAV
    is taken at the price it was dealt at, or at the next one."""
    units = assets[manager.code]
    navs = {nav.on: nav.per_unit for nav in manager.navs}
    guessed = sorted(set(navs) - {nav.on for nav in manager.navs if nav.final})
    dealings: list[Dealing] = []
    notes = [f"the NAV of {on} is the manager's own estimate" for on in guessed]
    for each in manager.dealt:
        on = each.on
        if on not in navs and each.per_unit:
            navs[on] = each.per_unit
        elif on not in navs:
            later = [day for day in navs if day > on]
            if not later:
                notes.append(f"units dealt on {on} are left out: no NAV was stated since")
                continue
            on = min(later)
            notes.append(f"units dealt on {each.on} count from the NAV of {on} on")
        dealings.append(Dealing(on, units.decimal(each.units)))
    valuations = [Valuation(day, nav) for day, nav in sorted(navs.items())]
    return valuations, dealings, notes


def _of_venture(
    manager: Manager, accounts: Sequence[Received], charges: list[Charge], tolerance: Decimal
) -> dict[str, Any]:
    """The fee on what is promised or invested, and the carry as it accrues on what is stated."""
    code, currency = manager.code, manager.currency
    flows = sorted((flow.on, flow.amount) for flow in manager.flows)
    called = [(on, amount) for on, amount in flows if amount > 0]
    if not called:
        return report([], ["nothing was called yet"], manager=code, currency=currency)
    invested = list(zip((on for on, _ in called), accumulate(a for _, a in called), strict=True))
    found, notes = venture.management(
        manager.terms_on, manager.committed or None, invested, charges, tolerance
    )
    if any(fee and fee.basis == "invested" for fee in _fees_of(manager)):
        notes.append("capital counts as invested until the end: what was returned is not told")
    values = [(each.until, each.account.closing_value) for each in accounts if each.account]
    of_carry, more = venture.carry_of_statements(
        manager.terms_on, flows, values, charges, tolerance
    )
    found = sorted([*found, *of_carry], key=lambda each: (each.until, each.fee))
    return report(found, [*notes, *more], manager=code, currency=currency)


def _fees_of(manager: Manager) -> list[ManagementFee | None]:
    return [each.terms.management_fee for each in manager.terms_since]
