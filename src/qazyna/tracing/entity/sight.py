"""A store seen through one clustering and its tags."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl

from qazyna.errors import Refused
from qazyna.tracing.cluster import columns, labels
from qazyna.tracing.cluster.labels import Clustering
from qazyna.tracing.cluster.reach import Reach, Stretch, stretches
from qazyna.tracing.coinjoin import JOINS
from qazyna.tracing.entity import kernel
from qazyna.tracing.store.reading import Store
from qazyna.tracing.tags.book import Book, cluster_names

Array = np.ndarray[Any, Any]

PLACES = {kernel.UNKNOWN: "unknown", kernel.MINTED: "new coins", kernel.JOINED: "coinjoin"}
"""What stands for a category where the other party is no cluster."""

EVENTS: dict[str, Any] = {
    "cluster": pl.UInt32,
    "other": pl.UInt32,
    "tx": pl.UInt32,
    "addr": pl.UInt32,
    "value": pl.Int64,
    "time": pl.Int64,
}
"""A payment between `cluster` and `other`; `addr` is the address that is paid."""


@dataclass(frozen=True)
class Events:
    """Payments that touch some clusters, each list of frames one table.

    EVENTS `incoming` from others, `outgoing` to others, `inside` the cluster; `inputs` are the
    addresses that a cluster spends from: cluster, tx, addr.
    """

    incoming: list[pl.DataFrame]
    outgoing: list[pl.DataFrame]
    inside: list[pl.DataFrame]
    inputs: list[pl.DataFrame]

    @classmethod
    def none(cls) -> "Events":
        empty = pl.DataFrame(schema=EVENTS)
        return cls([empty], [empty], [empty], [empty.select("cluster", "tx", "addr")])

    def table(self, name: str) -> pl.DataFrame:
        """One of the four, whole."""
        frames: list[pl.DataFrame] = getattr(self, name)
        return pl.concat(frames)


@dataclass(frozen=True)
class Part:
    """One stretch: its columns, who pays each transaction, and when."""

    stretch: Stretch
    here: columns.Columns
    sender: Array
    time: Array


class Sight:
    """What an investigator looks through. Nothing later than the clustering is seen.

    Refused (account_chain, no_labels).
    """

    def __init__(self, store: Store, book: Book, clustering: Clustering | None = None) -> None:
        if store.manifest.kind != "utxo":
            raise Refused(
                "account_chain",
                f"{store.path} is of an account chain; entities are told of UTXO chains only.",
                {"store": store.path, "kind": store.manifest.kind},
            )
        self.store, self.book = store, book
        self.clustering = clustering or labels.latest(store.path)
        self.labels = self.clustering.labels()
        document = self.clustering.document
        self.until = Reach(document["height"], document["transactions"], document["addresses"])

    @cached_property
    def joined(self) -> Array:
        """By transaction: its inputs are of several owners."""
        found = np.zeros(self.until.transactions, np.bool_)
        rows = self.clustering.coinjoins().filter(pl.col("rules") & JOINS != 0)
        found[rows["tx"].to_numpy()] = True
        return found

    @cached_property
    def names(self) -> dict[int, dict[str, Any]]:
        """cluster -> the name that its best tag gives it: label, category, confidence …"""
        return cluster_names(self.book, self.store, self.labels)

    def cluster_of(self, address: str) -> int:
        """The cluster of an address. Refused (no_address) where it was not seen by then."""
        found = self.store.address_id(address)
        if found is None or found >= len(self.labels):
            raise Refused(
                "no_address",
                f"{address} does not occur in {self.store.path} up to height {self.until.height}.",
                {"address": address, "height": self.until.height},
            )
        return int(self.labels[found])

    def members(self, cluster: int) -> Array:
        """The address ids of a cluster, ascending."""
        return np.flatnonzero(self.labels == np.uint32(cluster)).astype(np.uint32)

    def called(self, cluster: int) -> dict[str, Any]:
        """How a party is shown: its first address, and its name if it has one."""
        if cluster in PLACES:
            return {"entity": None, "label": PLACES[np.uint32(cluster)], "category": None}
        name = self.names.get(cluster)
        return {
            "entity": self.store.address(cluster),
            "label": name["label"] if name else None,
            "category": name["category"] if name else None,
        }

    def parts(self) -> Iterator[Part]:
        """All of the chain, a stretch at a time."""
        for stretch in stretches(self.store, 0, self.until.transactions):
            here = columns.read(self.store, stretch)
            sender = kernel.senders(
                here.first, here.in_ends, here.in_addr, self.labels, self.joined
            )
            file = self.store.path / "parts" / stretch.part.name / "tx.parquet"
            begin, count = stretch.first - stretch.part.first_tx, stretch.end - stretch.first
            time = pl.scan_parquet(file).select("time").slice(begin, count).collect()["time"]
            yield Part(stretch, here, sender, time.to_numpy())

    def events(self, wanted: Array) -> "Events":
        """All payments that touch the wanted clusters (bool by cluster)."""
        found = Events.none()
        for part in self.parts():
            here = part.here
            incoming, outgoing, inside = kernel.payments(
                here.out_ends, here.out_addr, part.sender, self.labels, wanted
            )
            found.incoming.append(self._rows(part, incoming, True))
            found.outgoing.append(self._rows(part, outgoing, False))
            found.inside.append(self._rows(part, inside, False))
            spent = np.flatnonzero(here.in_addr != kernel.NONE)
            spent = spent[wanted[self.labels[here.in_addr[spent]]]]
            found.inputs.append(
                pl.DataFrame(
                    {
                        "cluster": self.labels[here.in_addr[spent]],
                        "tx": here.in_tx[spent],
                        "addr": here.in_addr[spent],
                    }
                )
            )
        return found

    def _rows(self, part: Part, rows: Array, taken: bool) -> pl.DataFrame:
        here = part.here
        at = np.flatnonzero(rows)
        tx = np.searchsorted(here.out_ends, at, side="right")
        paid = here.out_addr[at]
        to = np.full(len(at), kernel.UNKNOWN, np.uint32)
        named = paid != kernel.NONE
        to[named] = self.labels[paid[named]]
        cluster, other = (to, part.sender[tx]) if taken else (part.sender[tx], to)
        return pl.DataFrame(
            {
                "cluster": cluster,
                "other": other,
                "tx": (tx + here.first).astype(np.uint32),
                "addr": paid,
                "value": here.out_value[at],
                "time": part.time[tx],
            },
            schema=EVENTS,
        )

    def only(self, *clusters: int) -> Array:
        """The mask that wants these clusters."""
        wanted = np.zeros(len(self.labels), np.bool_)
        wanted[list(clusters)] = True
        return wanted

    def net(self, cluster: int) -> pl.DataFrame:
        """What each transaction changed of a cluster's holdings: tx, time, spent, paid; by tx.

        `spent` is what its addresses put in, `paid` what they got out of the same transaction.
        """
        found = []
        for part in self.parts():
            here = part.here
            for addr, value, tx, name in (
                (here.in_addr, here.in_value, here.in_tx, "spent"),
                (here.out_addr, here.out_value, here.out_tx, "paid"),
            ):
                known = addr != kernel.NONE
                at = np.flatnonzero(known)
                at = at[self.labels[addr[at]] == np.uint32(cluster)]
                other = "paid" if name == "spent" else "spent"
                found.append(
                    pl.DataFrame(
                        {
                            "tx": tx[at],
                            "time": part.time[tx[at] - here.first],
                            name: np.maximum(value[at], 0),
                            other: np.zeros(len(at), np.int64),
                        }
                    ).select("tx", "time", "spent", "paid")
                )
        return pl.concat(found).group_by("tx", "time").agg(pl.col("spent", "paid").sum()).sort("tx")
