"""Clustering an account chain's store: by deposits that are used again, and by token sweeps."""

from typing import Any

import polars as pl

from qazyna.tracing import ethereum
from qazyna.tracing.cluster import labels
from qazyna.tracing.cluster.labels import Clustering
from qazyna.tracing.cluster.running import EMBEDDED, FOUND
from qazyna.tracing.store import NONE
from qazyna.tracing.store.reading import Store
from qazyna.tracing.tags.book import Book

EXCHANGE = "exchange"


def cluster(
    store: Store, book: Book, *, as_of: int | None = None, named: bool = True
) -> Clustering:
    """Cluster the addresses of an account chain, and write the labels and links into its store.

    Exchanges are the addresses whose surest tag is of that category. `as_of`: only blocks up to
    that height. Beside the labels stand the links, `deposits.parquet` and `sweeps.parquet`.
    """
    exchanges = exchange_ids(store, book)
    rows = store.transfers()
    if as_of is not None:
        rows = rows.filter(pl.col("block") <= as_of)
    transfers = rows.collect()
    found = ethereum.cluster(transfers, exchanges.to_numpy(), store.manifest.addresses)
    heights = store.manifest.heights or (0, 0)
    document: dict[str, Any] = {
        "chain": store.manifest.chain,
        "height": heights[1] if as_of is None else min(as_of, heights[1]),
        "transactions": transfers.filter(pl.col("tx") != NONE)["tx"].n_unique(),
        "inputs": len(transfers),
        "addresses": store.manifest.addresses,
        "clusters": found.clusters.clusters,
        "largest": found.clusters.largest,
        "coinjoins": {},
        "excluded": 0,
        "change_links": None,
        "last_txid": None,
        "begun_from": None,
        "read": len(transfers),
        "exchanges": len(exchanges),
        "deposit_links": len(found.deposits),
        "sweep_links": len(found.sweeps),
        "engine": EMBEDDED,
    }
    return labels.write(
        store,
        found.clusters.labels,
        pl.DataFrame(schema=FOUND),
        document,
        named=named,
        more={"deposits": found.deposits, "sweeps": found.sweeps},
    )


def exchange_ids(store: Store, book: Book) -> pl.Series:
    """The ids of addresses that the surest tag calls an exchange's."""
    surest = (
        book.tags.filter(pl.col("address").is_not_null())
        .sort(["confidence", "lastmod"], descending=True, nulls_last=True)
        .group_by("key", maintain_order=True)
        .first()
        .filter(pl.col("categories").list.contains(EXCHANGE))
    )
    spelt = pl.concat([surest["key"], surest["address"]]).unique()
    ids = pl.Series(store.address_ids(spelt))
    return ids.to_frame("id").filter(pl.col("id") != NONE)["id"].unique().sort()
