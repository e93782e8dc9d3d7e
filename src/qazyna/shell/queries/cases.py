"""One case, whole: what it holds, the orders made in it, and its events in order."""

import json
from typing import Any

from qazyna.errors import Refused
from qazyna.shell.queries.ledger import balances
from qazyna.shell.store.commit import Connection

PRIVATE = "private"
"""What stands for a private value here: whoever may read it reads it on the case's page."""


def case(connection: Connection, case_id: str) -> dict[str, Any]:
    """A case as plain data. Raises `Refused` where there is none."""
    stream = f"case/{case_id}"
    row = connection.execute(
        "SELECT version, state FROM books.stream WHERE name = %s", [stream]
    ).fetchone()
    if row is None:
        raise Refused("no_case", f"There is no case {case_id!r} in the books.", {"case": case_id})
    version, state = row
    held: dict[str, list[dict[str, str]]] = {}
    for balance in balances(connection, prefix=f"{case_id}/"):
        if balance["book"].rpartition("/")[0] == case_id:
            held.setdefault(balance["book"].rpartition("/")[2], []).append(balance)
    events = connection.execute(
        """SELECT seq, version, kind, value_date, recorded_at, leaf FROM books.event
           WHERE stream = %s ORDER BY version""",
        [stream],
    ).fetchall()
    return {
        "case": case_id,
        "version": version,
        "holdings": [
            {"holding": name, **known, "balances": held.get(name, [])}
            for name, known in state.get("holdings", {}).items()
        ],
        "orders": state.get("orders", {}),
        "awards": state.get("awards", {}),
        "events": [
            {
                "event": seq,
                "version": number,
                "kind": kind,
                "on": on.isoformat(),
                "recorded_at": at.isoformat(),
                "facts": _public(json.loads(bytes(leaf))["body"]),
            }
            for seq, number, kind, on, at, leaf in events
        ],
    }


def _public(body: dict[str, Any]) -> dict[str, Any]:
    return {
        field: PRIVATE if isinstance(value, dict) and set(value) == {"sha256"} else value
        for field, value in body.items()
    }
