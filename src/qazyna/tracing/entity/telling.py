"""What is told of an entity: totals, others, exposure, peel chains, tags and a score."""

from datetime import UTC, datetime
from typing import Any

import polars as pl

from qazyna.tracing.entity.exposure import STEPS, WIDEST, Exposure, exposure
from qazyna.tracing.entity.features import FEATURES, features, reasons, scored
from qazyna.tracing.entity.peeling import chains
from qazyna.tracing.entity.sight import Sight
from qazyna.tracing.tags.book import naming

MOST_OTHERS = 20
MOST_TAGGED = 100_000
"""Addresses of an entity of which tags are looked up one by one."""


def entity(sight: Sight, address: str, steps: int = STEPS) -> dict[str, Any]:
    """Everything of the entity that an address belongs to, as plain data.

    `steps`: how many steps back payers are looked for behind payers without a name.

    Amounts in base units, as text. Each transaction is netted over all addresses of the entity:
    what goes round inside is neither received nor sent. `sent` holds the fees that it paid.
    Refused (no_address, no_labels).
    """
    cluster = sight.cluster_of(address)
    members = sight.members(cluster)
    net = sight.net(cluster).with_columns(net=pl.col("paid") - pl.col("spent"))
    received = int(net.filter(pl.col("net") > 0)["net"].sum())
    sent = -int(net.filter(pl.col("net") < 0)["net"].sum())
    events = sight.events(sight.only(cluster))
    incoming, outgoing = events.table("incoming"), events.table("outgoing")
    seen = exposure(sight, cluster, incoming, steps)
    table = features(events)
    row = table.row(0, named=True) if len(table) else dict.fromkeys(FEATURES)
    score = float(scored(table)[0]) if len(table) else 0.0
    tags = sight.book.on(sight.store.address_strings(members[:MOST_TAGGED]))
    name = naming(tags, address)
    return {
        "address": address,
        "entity": sight.store.address(cluster),
        "name": name,
        "addresses": len(members),
        "transactions": len(net),
        "received": str(received),
        "sent": str(sent),
        "balance": str(received - sent),
        "first_seen": instant(net["time"].min()),
        "last_seen": instant(net["time"].max()),
        "as_of": sight.until.height,
        "tags": tags.drop("key").to_dicts(),
        **exposures(seen, steps),
        "counterparties": {
            "received_from": _others(sight, incoming),
            "sent_to": _others(sight, outgoing),
        },
        "peel_chains": chains(sight, outgoing["tx"].unique().sort()),
        "score": {
            "exchange_like": round(score, 4),
            "features": {feature: row[feature] for feature in FEATURES},
            "reasons": reasons(row) if len(table) else [],
        },
    }


def exposures(seen: Exposure, steps: int) -> dict[str, Any]:
    """What an entity is exposed to, and what a reader must know before believing the estimate."""
    return {
        "exposure": _shares(seen.total),
        "exposure_direct": _shares(seen.direct),
        "exposure_indirect": _shares(seen.indirect),
        "exposure_by": {
            "policy": "haircut",
            "steps": steps,
            "payers_gone_on_from": WIDEST,
            "exact": False,
        },
    }


def instant(seconds: Any) -> str | None:
    """A time in UTC from seconds since 1970."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat()


def _shares(of: dict[str, float]) -> dict[str, str]:
    """The largest first; shares to six digits."""
    return {name: f"{of[name]:.6f}" for name in sorted(of, key=lambda each: (-of[each], each))}


def _others(sight: Sight, events: pl.DataFrame) -> list[dict[str, Any]]:
    """The parties with the largest sums, and how often."""
    sums = (
        events.group_by("other")
        .agg(pl.col("value").sum(), pl.col("tx").n_unique().alias("transactions"))
        .sort(["value", "other"], descending=[True, False])
        .head(MOST_OTHERS)
    )
    return [
        {
            **sight.called(row["other"]),
            "amount": str(row["value"]),
            "transactions": row["transactions"],
        }
        for row in sums.iter_rows(named=True)
    ]
