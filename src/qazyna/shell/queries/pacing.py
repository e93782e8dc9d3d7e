"""What the commitments of the books will call and give back, beside the money of the reserve."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from qazyna.money import Asset
from qazyna.programme.manager import Manager, commitment, undrawn_code
from qazyna.programme.pacing.commitments import EXAMPLE, one_currency
from qazyna.programme.pacing.model import Commitment, Model, Period
from qazyna.programme.pacing.plan import Expected, plan
from qazyna.programme.quoting import interest_prices
from qazyna.programme.terms import VentureTerms
from qazyna.reserve.pot import BOOK
from qazyna.shell.queries.ledger import quantities
from qazyna.shell.queries.watching import managers
from qazyna.shell.store.commit import Connection
from qazyna.shell.store.reading import known_assets

_PROMISED = """
    SELECT min(value_date) FROM books.event
    WHERE stream = 'manager/' || %s AND kind = 'capital_committed' AND value_date <= %s
"""


def pacing(
    connection: Connection,
    as_of: date,
    period: Period,
    liquid: str | None = None,
    *,
    target_irr: Decimal | None = None,
    target_tvpi: Decimal | None = None,
) -> dict[str, Any]:
    """The plan of every commitment as of a day; liquid is what the reserve's banks hold, unless
    an amount is given. What nobody expects of a fund is assumed, and `estimates` says so."""
    expected = [
        replace(each, target_irr=target_irr, target_tvpi=target_tvpi)
        for each in _commitments(connection, as_of, target_irr, target_tvpi is not None)
    ]
    currencies = _in_banks(connection, as_of) if liquid is None else one_currency(expected, liquid)
    return plan(expected, as_of, period, currencies)


def _commitments(
    connection: Connection, as_of: date, growth: Decimal | None, bow_is_free: bool
) -> Sequence[Expected]:
    assets = known_assets(connection)
    held = quantities(connection, as_of, prefix=f"{BOOK}/commitment/")
    found = []
    for code, manager in sorted(managers(connection).items()):
        row = connection.execute(_PROMISED, [code, as_of]).fetchone()
        if manager.manager_kind != "venture_fund" or row is None or row[0] is None:
            continue
        unfunded = held.get((commitment(code), undrawn_code(code)), 0)
        currency = assets[manager.currency]
        now = _as_it_stands(manager, currency, row[0], as_of, unfunded)
        terms = manager.terms_on(as_of).venture or VentureTerms()
        model, assumed = _model(terms, row[0], growth, bow_is_free)
        found.append(Expected(now, model, assumed=assumed))
    return found


def _as_it_stands(
    manager: Manager, currency: Asset, since: date, as_of: date, unfunded: int
) -> Commitment:
    flows = [flow for flow in manager.flows if flow.on <= as_of]
    called = sum(flow.amount for flow in flows if flow.amount > 0)
    again = min(manager.recallable, called)
    navs = [nav for nav in manager.navs if nav.on <= as_of]
    prices = list(interest_prices(manager.code, navs, flows, since=date.min))
    gone = sum(part.amount for part in manager.retired if part.on <= as_of)
    worth = prices[-1][1] * (called - gone) if prices else Decimal(0)
    return Commitment(
        id=manager.code,
        currency=currency.code,
        amount=unfunded + called - again,
        started_on=since,
        called=called,
        distributed=-sum(flow.amount for flow in flows if flow.amount < 0),
        recallable=again,
        nav=int(worth.to_integral_value()),
    )


def _model(
    terms: VentureTerms, since: date, growth: Decimal | None, bow_is_free: bool
) -> tuple[Model, tuple[str, ...]]:
    model, assumed = EXAMPLE, ["the rates of contribution"]
    if growth is None:
        assumed.append(f"growth {EXAMPLE.growth}")
    else:
        model = replace(model, growth=growth)
    if not bow_is_free:
        assumed.append(f"bow {EXAMPLE.bow}")
    if terms.ends_on is None:
        assumed.append(f"a life of {EXAMPLE.life_years} years")
    else:
        model = replace(model, life_years=_years(since, terms.ends_on))
    if terms.investment_period_until:
        until = min(_years(since, terms.investment_period_until), model.life_years)
        model = replace(model, calls_years=until)
    return model, tuple(assumed)


def _years(since: date, until: date) -> int:
    """Whole years from one day to the other, a begun one counted whole."""
    full = until.year - since.year
    return max(full + ((until.month, until.day) > (since.month, since.day)), 1)


def _in_banks(connection: Connection, as_of: date) -> dict[str, int]:
    assets = known_assets(connection)
    found: dict[str, int] = {}
    for (_, code), amount in quantities(connection, as_of, prefix=f"{BOOK}/bank/").items():
        if assets[code].klass == "currency":
            cents = int(Decimal(amount).scaleb(2 - assets[code].scale))
            found[code] = found.get(code, 0) + cents
    return found
