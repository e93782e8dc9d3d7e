"""What an exhibit owes its reader beside the flow: who is named and by whom, which transactions
are drawn and of what day, and which blocks are not there."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import numpy as np
import polars as pl

from qazyna.tracing.exhibit.story import End, Story
from qazyna.tracing.follow.answer import Trace, not_spent
from qazyna.tracing.follow.places import Places
from qazyna.tracing.follow.pool import SERVICE
from qazyna.tracing.store.manifest import NONE
from qazyna.tracing.store.reading import Store
from qazyna.tracing.tags.book import naming

MOST = 40
"""The page lists so many names, transactions and gaps; the tables list all."""


def named(store: Store, places: Places, traces: Iterable[Trace]) -> list[dict[str, Any]]:
    """Every place that a tag names, by the tag that names it: who says so, how sure, and against
    whom; those where money rests by any policy, and those where it was stopped."""
    clusters: set[int] = set()
    for found in traces:
        stops = found.notes.filter((pl.col("why") == SERVICE) & pl.col("n").is_not_null())
        ends, _ = store.spent(
            stops["tx"].cast(pl.UInt32).to_numpy(), stops["n"].cast(pl.UInt32).to_numpy()
        )
        for ids in (not_spent(store, found)["addr"].to_numpy(), ends):
            clusters |= set(places.cluster_of(np.unique(ids)).tolist())
    told = []
    for cluster in sorted(clusters - {NONE}):
        if places.name(cluster) is None:
            continue
        here = places.tags.filter(pl.col("cluster") == cluster).drop("cluster")
        own = str(here["address"][0]) if places.clusters is None else None
        name = naming(here, own)
        if name is None:
            continue
        says = here.filter(
            (pl.col("label") == name["label"]) & (pl.col("confidence") == name["confidence"])
        ).sort("lastmod", "source", "address", descending=[True, False, False], nulls_last=True)
        tag = says.row(0, named=True)
        told.append(
            {
                "entity": store.address(cluster),
                **{key: name[key] for key in ("label", "category", "confidence")},
                **{key: tag[key] for key in ("address", "source", "lastmod", "confidence_name")},
                "against": [each["owner"] for each in name["against"]],
            }
        )
    return told


def steps(store: Store, tale: Story) -> dict[int, dict[str, Any]]:
    """tx -> its number in the picture, its id, block and day: of each that is drawn, in order.

    Only those that stand in a box of their own are numbered; the others are on a line.
    """
    boxed = {what for what in tale.behind.values() if isinstance(what, int)}
    ends = {what.tx for what in tale.behind.values() if isinstance(what, End)}
    passed = {tx for edge in tale.edges for tx in edge.via}
    drawn = sorted(boxed | ends | passed)
    rows = (
        store.transactions(["tx", "txid", "height", "time"])
        .filter(pl.col("tx").is_in(pl.Series(drawn, dtype=pl.UInt32).implode()))
        .collect()
        .sort("tx")
    )
    numbers = {tx: number for number, tx in enumerate(sorted(boxed), 1)}
    return {
        tx: {
            "number": numbers.get(tx),
            "txid": txid.hex(),
            "height": height,
            "on": day(time),
        }
        for tx, txid, height, time in rows.iter_rows()
    }


def days(store: Store, first: int, last: int) -> tuple[str, str]:
    """The days, in UTC, of the first and the last block that count."""
    times: Mapping[int, int] = dict(
        store.blocks(["height", "time"])
        .filter(pl.col("height").is_in([first, last]))
        .collect()
        .iter_rows()
    )
    return day(times.get(first)), day(times.get(last))


def day(time: int | None) -> str:
    """A time of the chain as a day in UTC; nothing where the source had none."""
    return "" if time is None else datetime.fromtimestamp(time, UTC).date().isoformat()
