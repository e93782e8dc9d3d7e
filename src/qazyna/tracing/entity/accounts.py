"""An entity on an account chain, of one asset at a time: totals, others, exposure, and why its
addresses are taken for one."""

from functools import cached_property
from typing import Any

import numpy as np
import polars as pl

from qazyna.errors import Refused
from qazyna.tracing.cluster import labels
from qazyna.tracing.cluster.labels import Clustering
from qazyna.tracing.cluster.reach import Reach
from qazyna.tracing.entity import kernel
from qazyna.tracing.entity.exposure import STEPS, exposure
from qazyna.tracing.entity.sight import Events, Sight
from qazyna.tracing.entity.telling import MOST_OTHERS, MOST_TAGGED, exposures, instant
from qazyna.tracing.follow.account_store import asset_id, spelt
from qazyna.tracing.store.manifest import NONE
from qazyna.tracing.store.reading import Store
from qazyna.tracing.store.tables import Move
from qazyna.tracing.tags.book import Book, cluster_names, naming

Array = np.ndarray[Any, Any]

GAS = "gas"
MOST_LINKS = 20

AMOUNT = pl.col("amount_high").cast(pl.Float64) * 2.0**64 + pl.col("amount_low").cast(pl.Float64)
"""For shares alone; sums are exact."""


class AccountSight(Sight):
    """An account chain's store, seen through its clusters and tags, as far as one asset goes.

    Refused (utxo_chain, no_labels, unknown_asset).
    """

    def __init__(
        self,
        store: Store,
        book: Book,
        clustering: Clustering | None = None,
        asset: str | None = None,
    ) -> None:
        if store.manifest.kind == "utxo":
            raise Refused(
                "utxo_chain",
                f"{store.path} is of a chain of outputs, and has no accounts.",
                {"store": store.path},
            )
        self.store, self.book = store, book
        self.asset = asset_id(store, asset)
        self.asset_name = store.manifest.asset if self.asset == NONE else str(asset)
        self.clustering = clustering or labels.latest(store.path)
        self.labels = self.clustering.labels()
        document = self.clustering.document
        self.until = Reach(document["height"], document["transactions"], document["addresses"])

    @cached_property
    def names(self) -> dict[int, dict[str, Any]]:
        """cluster -> its name. Where an address stands alone, a tag on it names the whole."""
        tags = self.book.tags.filter(pl.col("key").is_not_null())
        ids = self.store.address_ids(tags["key"])
        sizes = np.bincount(self.labels, minlength=len(self.labels))
        known = ids < len(self.labels)
        alone = np.zeros(len(ids), np.bool_)
        alone[known] = sizes[self.labels[ids[known]]] == 1
        tags = tags.with_columns(
            address=pl.col("key"), definer=pl.col("definer").fill_null(False) | pl.Series(alone)
        )
        return cluster_names(Book(tags, self.book.actors), self.store, self.labels)

    def cluster_of(self, address: str) -> int:
        """The cluster of an address, however its letters are spelt. Refused (no_address)."""
        return super().cluster_of(spelt(address))

    def transfers(self) -> pl.LazyFrame:
        """The asset's transfers up to the clustering's block, in the order of the chain."""
        rows = self.store.transfers().filter(pl.col("block") <= self.until.height)
        return rows.filter(pl.col("asset") == self.asset)

    def touching(self, wanted: Array) -> pl.DataFrame:
        """The transfers that enter or leave wanted clusters (bool by cluster), with `begin` and
        `end`, the clusters: new coins come from MINTED, and gas goes to UNKNOWN."""
        wide = np.append(self.labels, [kernel.UNKNOWN]).astype(np.uint32)
        inside = np.append(wanted[self.labels], [False])
        last = len(self.labels)
        rows = self.transfers().collect()
        begin = np.minimum(rows["from"].to_numpy(), last)
        end = np.minimum(rows["to"].to_numpy(), last)
        begins, ends = wide[begin], wide[end]
        # New coins have no payer; whoever came after the clustering is not known.
        begins = np.where(rows["from"].to_numpy() == NONE, kernel.MINTED, begins)
        touched = (inside[begin] | inside[end]) & (begins != ends)
        return rows.with_columns(begin=pl.Series(begins), end=pl.Series(ends)).filter(
            pl.Series(touched)
        )

    def events(self, wanted: Array) -> Events:
        """As of other chains; `value` is a fraction of an amount's digits, for shares alone."""
        rows = self.touching(wanted).with_columns(value=AMOUNT, addr=pl.col("to"))
        inside = pl.Series(np.flatnonzero(wanted).astype(np.uint32)).implode()
        kept = ("cluster", "other", "tx", "addr", "value", "time")
        into = rows.filter(pl.col("end").is_in(inside)).with_columns(cluster="end", other="begin")
        out = rows.filter(pl.col("begin").is_in(inside)).with_columns(cluster="begin", other="end")
        none = rows.head(0).with_columns(cluster="end", other="begin").select(kept)
        return Events([into.select(kept)], [out.select(kept)], [none], [none.head(0)])


def entity(sight: AccountSight, address: str, steps: int = STEPS) -> dict[str, Any]:
    """Everything of the entity that an address belongs to, as plain data: see `telling.entity`.

    Of one asset. `sent` holds the gas; `before` is what the entity must have had when the store
    begins, at the least, and `balance` counts it. There are no peel chains on an account chain, and
    the score is of UTXO chains. Refused (no_address).
    """
    cluster = sight.cluster_of(address)
    members = sight.members(cluster)
    rows = sight.touching(sight.only(cluster))
    received, sent, before, count = _netted(rows, cluster)
    seen = exposure(sight, cluster, sight.events(sight.only(cluster)).table("incoming"), steps)
    tags = sight.book.on(sight.store.address_strings(members[:MOST_TAGGED]))
    return {
        "address": address,
        "asset": sight.asset_name,
        "entity": sight.store.address(cluster),
        "name": naming(tags, address),
        "addresses": len(members),
        "transactions": count,
        "received": str(received),
        "sent": str(sent),
        "before": str(before),
        "balance": str(before + received - sent),
        "first_seen": instant(rows["time"].min()),
        "last_seen": instant(rows["time"].max()),
        "as_of": sight.until.height,
        "tags": tags.drop("key").to_dicts(),
        **exposures(seen, steps),
        "counterparties": {
            "received_from": _others(sight, rows.filter(pl.col("end") == cluster), "begin"),
            "sent_to": _others(sight, rows.filter(pl.col("begin") == cluster), "end"),
        },
        "joined_by": _links(sight, members),
        "peel_chains": None,
        "score": None,
    }


def _netted(rows: pl.DataFrame, cluster: int) -> tuple[int, int, int, int]:
    """Received, sent, what must have been there before, and transactions: each is netted.

    What belongs to no transaction (a block's reward) stands by itself.
    """
    changes: dict[tuple[bool, int], int] = {}
    told = rows.select("tx", "end", "amount_high", "amount_low")
    for row, (tx, end, high, low) in enumerate(told.iter_rows()):
        key = (True, row) if tx == NONE else (False, tx)
        amount = high * 2**64 + low
        changes[key] = changes.get(key, 0) + (amount if end == cluster else -amount)
    received = sum(each for each in changes.values() if each > 0)
    sent = -sum(each for each in changes.values() if each < 0)
    at = least = 0
    for each in changes.values():
        at += each
        least = min(least, at)
    return received, sent, -least, len(changes)


def _others(sight: AccountSight, rows: pl.DataFrame, other: str) -> list[dict[str, Any]]:
    """The parties with the largest sums, and how often."""
    sums = rows.group_by(
        pl.col(other).alias("other"), (pl.col("kind") == int(Move.gas)).alias("gas")
    ).agg(
        pl.col("amount_high", "amount_low").cast(pl.Int128).sum(),
        pl.struct("tx", "block").n_unique().alias("transactions"),
    )
    told = [
        (high * 2**64 + low, party, gas, count) for party, gas, high, low, count in sums.iter_rows()
    ]
    return [
        {
            **({"entity": None, "label": GAS, "category": None} if gas else sight.called(party)),
            "amount": str(amount),
            "transactions": count,
        }
        for amount, party, gas, count in sorted(told, key=lambda each: (-each[0], each[1]))[
            :MOST_OTHERS
        ]
    ]


def _links(sight: AccountSight, members: Array) -> dict[str, Any]:
    """Why these addresses are taken for one: the deposits and sweeps that joined them."""
    mine = pl.Series(members).implode()
    told: dict[str, Any] = {}
    for name, columns in (
        ("deposits", ("user", "deposit", "exchange")),
        ("sweeps", ("deposit", "collector", "funder")),
    ):
        file = sight.clustering.folder / f"{name}.parquet"
        rows = pl.read_parquet(file).filter(pl.col("deposit").is_in(mine))
        rows = rows.select(columns).unique().sort(columns)
        texts = {each: sight.store.address_strings(rows[each].to_numpy()) for each in columns}
        told[name] = len(rows)
        told[f"first_{name}"] = pl.DataFrame(texts).head(MOST_LINKS).to_dicts()
    return told
