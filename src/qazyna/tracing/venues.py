"""Venues: entities that behave like exchanges, and are not in the register of licensed ones."""

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from qazyna.tracing.cluster.running import EMBEDDED
from qazyna.tracing.entity import kernel
from qazyna.tracing.entity.features import FEATURES, features, reasons, scored
from qazyna.tracing.entity.model import SCORECARD, judge, ways
from qazyna.tracing.entity.sight import Events, Sight

if TYPE_CHECKING:
    from qazyna.tracing.relational.engine import Engine

LICENSED = "licensed"
LEAST_PAYMENTS = 50
"""With fewer payments in and out, nothing can be told from them."""


def candidates(sight: Sight, least: int = LEAST_PAYMENTS) -> np.ndarray[Any, Any]:
    """The clusters with so many payments at least, as a mask by cluster."""
    counts = np.zeros(len(sight.labels), np.uint32)
    for part in sight.parts():
        kernel.tally(sight.labels, part.sender, part.here.out_ends, part.here.out_addr, counts)
    return counts >= least


def table(sight: Sight, events: Events) -> pl.DataFrame:
    """Features, score, first day and name of every cluster in the events, the likeliest first."""
    found = features(events)
    seen = (
        pl.concat([events.table("incoming"), events.table("outgoing")])
        .group_by("cluster")
        .agg(pl.col("time").min().alias("first_seen"))
    )
    return _named(sight, found.join(seen, on="cluster", how="left"))


def _named(sight: Sight, found: pl.DataFrame) -> pl.DataFrame:
    """Features with score and name, the likeliest first."""
    names = [sight.names.get(each, {}) for each in found["cluster"].to_list()]
    return found.with_columns(
        scored(found),
        *(
            pl.Series(key, [name.get(key) for name in names], dtype=pl.String)
            for key in ("label", "category", "status")
        ),
    ).sort(["exchange_like", "cluster"], descending=[True, False])


def venues(
    sight: Sight,
    *,
    top: int = 50,
    least: int = LEAST_PAYMENTS,
    engine: "Engine | None" = None,
) -> dict[str, Any]:
    """The likeliest exchanges that no register calls licensed, with the reasons.

    Where enough clusters carry tags, three ways to rank are measured on them and the best one
    ranks; else the scorecard does. `engine`: an engine of tables works the features out.
    """
    if engine is None:
        found = table(sight, sight.events(candidates(sight, least)))
    else:
        from qazyna.tracing.relational.features import features as by_tables

        found = _named(sight, by_tables(engine, sight, least))
    licensed = pl.col("status").fill_null("") == LICENSED
    tagged = found.filter(pl.col("category").is_not_null()).with_columns(type=pl.col("category"))
    measured = judge(tagged)
    way = measured["best"] if measured else SCORECARD
    found = found.with_columns(rank_by=ways(tagged, found)[way]).sort(
        ["rank_by", "cluster"], descending=[True, False]
    )
    ranked = found.filter(~licensed).head(top)
    return {
        "as_of": sight.until.height,
        "candidates": len(found),
        "licensed": int(found.select(licensed.sum()).item()),
        "venues": [
            {
                "rank": rank,
                "entity": sight.store.address(row["cluster"]),
                "label": row["label"],
                "category": row["category"],
                "register": row["status"],
                "exchange_like": round(row["exchange_like"], 4),
                "rank_by": round(row["rank_by"], 6),
                "reasons": reasons(row),
                "features": {name: row[name] for name in FEATURES},
            }
            for rank, row in enumerate(ranked.iter_rows(named=True), 1)
        ],
        "ranked_by": way,
        "measured": measured,
        "engine": EMBEDDED if engine is None else engine.name,
    }
