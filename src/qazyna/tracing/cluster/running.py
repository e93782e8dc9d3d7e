"""Clustering a store: coinjoins are found first, and what is left joins who spends together."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from qazyna.tracing.cluster import columns, labels
from qazyna.tracing.cluster.cospend import Clusters, Piece, cospend
from qazyna.tracing.cluster.labels import Clustering
from qazyna.tracing.cluster.reach import Reach, Stretch, reach, stretches
from qazyna.tracing.coinjoin import JOINS, Rule
from qazyna.tracing.coinjoin.kernel import detect
from qazyna.tracing.store.reading import Store

if TYPE_CHECKING:
    from qazyna.tracing.relational.engine import Engine

Array = np.ndarray[Any, Any]
FOUND = {"tx": pl.UInt32, "rules": pl.UInt8}
EMBEDDED = "embedded"
"""How the kernels here are called, where others could have done it."""


def cluster(
    store: Store,
    *,
    as_of: int | None = None,
    incremental: bool = False,
    named: bool = True,
    change: bool = False,
    progress: Callable[[int], None] = lambda done: None,
    engine: "Engine | None" = None,
) -> Clustering:
    """Cluster the addresses of a store by co-spend, and write the labels into it.

    `as_of`: only blocks up to that height, and only addresses seen by then. `incremental`: begin
    with the clustering that knows most of them and read only what came since; the labels are those
    of a full pass. `named`: write addresses as text too. `change`: write soft links of change.
    `progress` is told how many transactions are done. `engine`: an engine of tables works the
    clusters out; the labels are the same. Refused (empty_store, before_the_chain).
    """
    until = reach(store, as_of)
    base = _base(store, until) if incremental else None
    if engine is None:
        made, coinjoins = _embedded(store, until, base, progress)
    else:
        from qazyna.tracing.relational.running import clusters

        made, coinjoins = clusters(engine, store, until, base)
    links = None
    if change:
        from qazyna.tracing.cluster.change import links as of_change

        links = of_change(store, until, made.labels, coinjoins)
    document = _document(store, until, base, made, coinjoins, links)
    document["engine"] = EMBEDDED if engine is None else engine.name
    more = None if links is None else {"change": links}
    return labels.write(store, made.labels, coinjoins, document, named=named, more=more)


def _embedded(
    store: Store, until: Reach, base: Clustering | None, progress: Callable[[int], None]
) -> tuple[Clusters, pl.DataFrame]:
    """The clusters by the kernels here, and the transactions that fit a rule for coinjoins."""
    first = base.document["transactions"] if base else 0
    known = base.labels() if base else None
    found: list[pl.DataFrame] = [base.coinjoins()] if base else []

    done = first

    def piece(stretch: Stretch) -> Piece:
        def read() -> tuple[Array, Array, Array]:
            nonlocal done
            here = columns.read(store, stretch)
            rules = _rules(here)
            found.append(rules)
            done += stretch.end - stretch.first
            progress(done)
            skip = rules.filter(pl.col("rules") & JOINS != 0)["tx"].to_numpy()
            return here.in_tx, here.in_addr, skip

        return read

    parts = list(stretches(store, first, until.transactions))
    made = cospend([piece(each) for each in parts], until.addresses, known)
    return made, pl.concat([pl.DataFrame(schema=FOUND), *found]).sort("tx")


def _rules(here: columns.Columns) -> pl.DataFrame:
    """The transactions of a stretch that fit a rule for coinjoins."""
    masks = detect(
        here.in_ends,
        here.in_addr,
        here.in_value,
        here.out_ends,
        here.out_addr,
        here.out_value,
        here.out_kind,
    )
    at = np.flatnonzero(masks)
    return pl.DataFrame({"tx": (at + here.first).astype(np.uint32), "rules": masks[at]})


def _base(store: Store, until: Reach) -> Clustering | None:
    """The clustering to go on from: the one that knows most of what is to be known."""
    for each in reversed(labels.clusterings(store.path)):
        known = each.document["transactions"]
        # A store only ever grows, so its last transaction then vouches for all before.
        if known <= until.transactions and _last(store, known) == each.document["last_txid"]:
            return each
    return None


def _last(store: Store, transactions: int) -> str | None:
    return store.txid(transactions - 1) if transactions else None


def _document(
    store: Store,
    until: Reach,
    base: Clustering | None,
    made: Clusters,
    coinjoins: pl.DataFrame,
    links: pl.DataFrame | None,
) -> dict[str, Any]:
    rules = coinjoins["rules"]
    return {
        "chain": store.manifest.chain,
        "height": until.height,
        "transactions": until.transactions,
        "inputs": made.inputs + (base.document["inputs"] if base else 0),
        "addresses": until.addresses,
        "clusters": made.clusters,
        "largest": made.largest,
        "coinjoins": {
            rule.name or "": int((rules & int(rule) != 0).sum())
            for rule in Rule  # each transaction under every rule that it fits
        },
        "excluded": int((rules & JOINS != 0).sum()),
        "change_links": None if links is None else len(links),
        "last_txid": _last(store, until.transactions),
        "begun_from": base.height if base else None,
        "read": made.inputs,
    }
