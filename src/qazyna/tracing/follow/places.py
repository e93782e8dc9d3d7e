"""Whose an address is: its cluster's name where clusters and tags are known, else itself."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from qazyna.errors import Refused
from qazyna.tracing.cluster.labels import clusterings
from qazyna.tracing.follow.pool import Array
from qazyna.tracing.store.manifest import NONE
from qazyna.tracing.store.reading import Store
from qazyna.tracing.tags.book import Book, load, naming

SERVICES = frozenset(
    {"exchange", "market", "wallet_service", "gambling", "service", "defi", "defi_dex"}
    | {"defi_lending", "payment_processor", "hosted_wallet"}
)
"""Categories of GraphSense's tags under which many people's money stands mixed."""

MIXERS = frozenset({"mixing_service"})

Name = tuple[str, str | None]
"""Label and category."""


@dataclass
class Places:
    """What is known of addresses, and at which of them taint stops."""

    clusters: Array | None = None
    """u32, one an address id: its cluster"""
    tags: pl.DataFrame = field(default_factory=lambda: pl.DataFrame({"cluster": []}))
    """tags on addresses of the store, each with the cluster it stands on"""
    stops: tuple[str, ...] = ()
    """categories at which it stops"""
    stop_at: Array | None = None
    """u8, one an address id: 1 + the place in `stops`, or nothing"""
    _names: dict[int, Name | None] = field(default_factory=dict)

    def cluster_of(self, addresses: Array) -> Array:
        """The clusters of address ids; each its own where none are known; NONE stays NONE."""
        if self.clusters is None:
            return addresses
        # One more, for whoever has no address, or one that came after the clustering.
        inside = addresses < len(self.clusters)
        return np.where(inside, self.clusters[np.where(inside, addresses, 0)], addresses)

    def name(self, cluster: int) -> Name | None:
        """The best tag's label and category, if there is a tag that counts."""
        if cluster not in self._names:
            here = self.tags.filter(pl.col("cluster") == cluster)
            found = self._named(here) if len(here) else None
            self._names[cluster] = (found["label"], found["category"]) if found else None
        return self._names[cluster]

    def _named(self, tags: pl.DataFrame) -> dict[str, Any] | None:
        # Where addresses stand alone, a tag on one is a tag on the whole of it.
        own = str(tags["address"][0]) if self.clusters is None else None
        return naming(tags.drop("cluster"), own)

    def of(self, store: Store, addresses: Array) -> list[pl.Series]:
        """The columns entity, label, category of these address ids.

        An entity is called by the first address of its cluster; without an address there is none.
        """
        unique, back = np.unique(self.cluster_of(addresses), return_inverse=True)
        named = [self.name(int(each)) or (None, None) for each in unique]
        return [
            store.address_strings(unique).gather(back).alias("entity"),
            pl.Series("label", [label for label, _ in named], pl.String).gather(back),
            pl.Series("category", [category for _, category in named], pl.String).gather(back),
        ]


def known_places(
    store: Store,
    tags: Path | None = None,
    *,
    services_stop: bool = False,
    mixers_stop: bool = False,
) -> Places:
    """What the store's latest clustering says, and the tags in a folder.

    Refused (no_tags) where services are to stop taint and no tag stands on any address here.
    """
    known = clusterings(store.path)
    places = Places(known[-1].labels() if known else None)
    if tags is not None and (tags / "tags.parquet").exists():
        places.tags = _on_store(store, places, load(tags))
    if services_stop and not len(places.tags):
        raise Refused(
            "no_tags",
            "No tag names an address of this store, so no service is known at which to stop; "
            "`qazyna trace tags import` takes tags in.",
            {"store": store.path},
        )
    wanted = (SERVICES if services_stop else frozenset()) | (MIXERS if mixers_stop else frozenset())
    return _stopping(store, places, wanted) if wanted and len(places.tags) else places


def _on_store(store: Store, places: Places, book: Book) -> pl.DataFrame:
    tags = book.tags.filter(pl.col("address").is_not_null())
    unique = tags["address"].unique(maintain_order=True)
    ids = store.address_ids(unique)
    found = pl.DataFrame({"address": unique, "cluster": places.cluster_of(ids)})
    return tags.join(found.filter(pl.Series(ids != NONE)), on="address")


def _stopping(store: Store, places: Places, wanted: frozenset[str]) -> Places:
    """The same places, with the clusters marked whose best tag is of a wanted category."""
    likely = places.tags.explode("categories").filter(pl.col("categories").is_in(list(wanted)))
    categories: dict[int, str] = {}
    for cluster in likely["cluster"].unique().sort().to_list():
        name = places.name(cluster)
        if name is not None and name[1] in wanted:
            categories[cluster] = str(name[1])
    stops = tuple(sorted(set(categories.values())))
    codes = np.zeros(store.manifest.addresses + 1, np.uint8)
    for cluster, category in categories.items():
        codes[cluster] = stops.index(category) + 1
    ids = np.arange(store.manifest.addresses, dtype=np.uint32)
    places.stops, places.stop_at = stops, codes[places.cluster_of(ids)]
    return places
