"""Cases: each whole, with what it holds, the orders made in it, and its events in order."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from qazyna.errors import Refused
from qazyna.money import Asset
from qazyna.seizure.case import Award, Case, Held, Order, SaleOrder
from qazyna.shell.queries.facts import PRIVATE, in_own_units
from qazyna.shell.queries.ledger import running
from qazyna.shell.store.commit import Connection
from qazyna.shell.store.reading import known_assets

_CASES = """
    SELECT substr(name, 6), version,
           (SELECT count(*) FROM jsonb_object_keys(state->'holdings')),
           (SELECT min(h.value->>'seized_on') FROM jsonb_each(state->'holdings') h),
           (SELECT max(e.value_date) FROM books.event e WHERE e.stream = name)
    FROM books.stream WHERE name LIKE 'case/%' ORDER BY name
"""
_EVENTS = """
    SELECT seq, version, kind, value_date, recorded_at, leaf FROM books.event
    WHERE stream = %s ORDER BY version
"""

Assets = Mapping[str, Asset]


def cases(connection: Connection) -> list[dict[str, Any]]:
    """Every case, in the order of its name."""
    return [
        {
            "case": name,
            "holdings": holdings,
            "seized_on": seized_on,
            "events": version,
            "last_event_on": last.isoformat(),
        }
        for name, version, holdings, seized_on, last in connection.execute(_CASES)
    ]


def case(connection: Connection, case_id: str) -> dict[str, Any]:
    """A case as plain data. Raises `Refused` where there is none."""
    stream = f"case/{case_id}"
    row = connection.execute(
        "SELECT version, state FROM books.stream WHERE name = %s", [stream]
    ).fetchone()
    if row is None:
        raise Refused("no_case", f"There is no case {case_id!r} in the books.", {"case": case_id})
    version, state = row[0], Case.model_validate(row[1])
    assets = known_assets(connection)
    held: dict[str, list[dict[str, str]]] = {}
    for balance in running(connection, f"{case_id}/"):
        if balance["book"].rpartition("/")[0] == case_id:
            held.setdefault(balance["book"].rpartition("/")[2], []).append(balance)
    return {
        "case": case_id,
        "version": version,
        "holdings": [
            _holding(name, known, held.get(name, [])) for name, known in state.holdings.items()
        ],
        "orders": [_order(ref, order, assets) for ref, order in state.orders.items()],
        "sale_orders": [
            _sale_order(ref, order, assets) for ref, order in state.sale_orders.items()
        ],
        "awards": [_award(ref, award, assets) for ref, award in state.awards.items()],
        "exhibits": [
            {
                "exhibit": name,
                "added_on": each.added_on.isoformat(),
                "title": PRIVATE,
                "sha256": each.sha256,
            }
            for name, each in state.exhibits.items()
        ],
        "events": [
            {
                "event": seq,
                "version": number,
                "kind": kind,
                "on": on.isoformat(),
                "recorded_at": at.isoformat(),
                "facts": in_own_units(kind, json.loads(bytes(leaf))["body"], assets),
            }
            for seq, number, kind, on, at, leaf in connection.execute(_EVENTS, [stream])
        ],
    }


def addresses_of(connection: Connection, case_id: str, asset: str) -> tuple[str, ...] | None:
    """The addresses at which a case holds an asset, or held it; None where there is no such case.

    They are private: whoever asks has the case before them.
    """
    row = connection.execute(
        "SELECT state FROM books.stream WHERE name = %s", [f"case/{case_id}"]
    ).fetchone()
    if row is None:
        return None
    held = Case.model_validate(row[0]).holdings.values()
    return tuple(
        dict.fromkeys(each.address for each in held if each.asset == asset and each.address)
    )


def _holding(name: str, held: Held, balances: list[dict[str, str]]) -> dict[str, Any]:
    return {
        "holding": name,
        "asset": held.asset,
        "seized_on": held.seized_on.isoformat(),
        "address": PRIVATE if held.address else None,
        "assumed": list(held.assumed),
        "orders": list(held.orders),
        "balances": balances,
    }


def _order(ref: str, order: Order, assets: Assets) -> dict[str, Any]:
    return {
        "order": ref,
        "kind": order.order_kind,
        "ordered_on": order.ordered_on and order.ordered_on.isoformat(),
        "final_on": order.final_on and order.final_on.isoformat(),
        "annulled_on": order.annulled_on and order.annulled_on.isoformat(),
        "scope": _quantities(order.scope, assets),
        "now": _quantities(
            (
                (holding, asset, amount)
                for holding, has in order.now.items()
                for asset, amount in has.items()
            ),
            assets,
        ),
    }


def _sale_order(ref: str, order: SaleOrder, assets: Assets) -> dict[str, Any]:
    return {
        "order": ref,
        "ordered_on": order.ordered_on.isoformat(),
        "left": _quantities([(order.holding, order.asset, order.left)], assets),
    }


def _award(ref: str, award: Award, assets: Assets) -> dict[str, Any]:
    owed = [(key.split("/", 2), amount) for key, amount in award.owed.items()]
    return {
        "award": ref,
        "awarded_on": award.awarded_on.isoformat(),
        "owed": [
            {
                "holding": holding,
                "asset": asset,
                "party": party,
                "quantity": assets[asset].text(amount),
            }
            for (holding, asset, party), amount in owed
        ],
    }


def _quantities(items: Iterable[tuple[str, str, int]], assets: Assets) -> list[dict[str, str]]:
    return [
        {"holding": holding, "asset": asset, "quantity": assets[asset].text(amount)}
        for holding, asset, amount in items
    ]
