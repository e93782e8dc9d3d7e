"""Clustering by an engine of tables: what `cluster.running` asks of the kernels, asked of it."""

from typing import Any

import ibis
import numpy as np
import polars as pl

from qazyna.tracing.cluster.cospend import Clusters
from qazyna.tracing.cluster.labels import Clustering
from qazyna.tracing.cluster.reach import Reach
from qazyna.tracing.coinjoin import JOINS
from qazyna.tracing.relational.chain import Chain
from qazyna.tracing.relational.coinjoins import coinjoins
from qazyna.tracing.relational.components import components
from qazyna.tracing.relational.engine import Engine
from qazyna.tracing.store import NONE
from qazyna.tracing.store.reading import Store

FOUND = pl.Schema({"tx": pl.UInt32, "rules": pl.UInt8})


def clusters(
    engine: Engine, store: Store, until: Reach, base: Clustering | None = None
) -> tuple[Clusters, pl.DataFrame]:
    """The clusters by co-spend of all that is known, and the transactions that fit a rule for
    coinjoins; of what `base` knows, its labels are taken.

    Here are held the labels, one number of 32 bits an address, and what the rules found.
    """
    labels = np.arange(until.addresses, dtype=np.uint32)
    known = pl.DataFrame(schema=FOUND)
    inputs = 0
    if base is not None:
        before = base.labels()
        labels[: len(before)] = before
        known = base.coinjoins()
    first = base.document["transactions"] if base else 0
    if first < until.transactions:
        chain = Chain(engine, store, first, until.transactions)
        inputs = int(chain.inputs.count().execute())
        found = engine.keep(coinjoins(engine, chain.inputs, chain.outputs))
        edges = spent_together(chain.inputs, found)
        if base is not None:
            labelled = engine.read([base.folder / "ids.parquet"], ["address", "cluster"])
            edges = edges.union(labelled.select(a="cluster", b="address"))
        rows = engine.fetch(components(engine, edges))
        labels[rows["vertex"].to_numpy()] = rows["least"].to_numpy()
        known = pl.concat([known, engine.fetch(found).cast(FOUND)])
    roots = int(np.count_nonzero(labels == np.arange(len(labels), dtype=np.uint32)))
    return Clusters(labels, roots, inputs), known.sort("tx")


def spent_together(inputs: Any, found: Any) -> Any:
    """a, b: the least address of the inputs of a transaction and each of its addresses.

    `found`: transactions (tx) that fit a rule for coinjoins (rules).
    """
    joins_nothing = found.filter((found.rules & ibis.literal(JOINS, "int64")) != 0)
    known = inputs.filter(inputs.addr != NONE).anti_join(joins_nothing, "tx")
    least = known.group_by("tx").agg(a=known.addr.min())
    return known.join(least, "tx").select("a", b="addr")
