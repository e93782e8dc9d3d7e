"""Whose an address is: its cluster's name where clusters and tags are known, else itself."""

from dataclasses import dataclass, field

import numpy as np
import polars as pl

from qazyna.tracing.cluster.labels import clusterings, latest
from qazyna.tracing.follow.pool import Array
from qazyna.tracing.store.manifest import NONE
from qazyna.tracing.store.reading import Store


@dataclass(frozen=True)
class Places:
    """What is known of addresses, and at which of them taint stops."""

    clusters: Array | None = None
    """u32, one an address id: its cluster"""
    names: dict[int, tuple[str, str | None]] = field(default_factory=dict)
    """cluster -> (label, category)"""
    stops: tuple[str, ...] = ()
    """what service each stop is"""
    stop_at: Array | None = None
    """u8, one an address id: 1 + the place in `stops`, or nothing"""

    def of(self, store: Store, addresses: Array) -> list[pl.Series]:
        """The columns entity, label, category of these address ids.

        An entity is called by the first address of its cluster; without an address there is none.
        """
        if self.clusters is None:
            ids = addresses
        else:
            ids = np.append(self.clusters, np.uint32(NONE))[
                np.minimum(addresses, len(self.clusters))
            ]
        unique, back = np.unique(ids, return_inverse=True)
        named = [self.names.get(int(each), (None, None)) for each in unique]
        return [
            store.address_strings(unique).gather(back).alias("entity"),
            pl.Series("label", [label for label, _ in named], pl.String).gather(back),
            pl.Series("category", [category for _, category in named], pl.String).gather(back),
        ]


def known_places(store: Store, *, services_stop: bool = False) -> Places:
    """What the store's latest clustering and its tags say.

    Refused (no_labels, no_tags) where services are to stop taint and none are known.
    """
    if services_stop:
        latest(store.path)
    elif not clusterings(store.path):
        return Places()
    return Places(latest(store.path).labels())
