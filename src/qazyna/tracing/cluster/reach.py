"""How far into a chain one looks: all of a store, or what was known at a height."""

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from qazyna.errors import Refused
from qazyna.tracing.store import NONE
from qazyna.tracing.store.manifest import Part
from qazyna.tracing.store.reading import Store


@dataclass(frozen=True)
class Reach:
    """The blocks up to `height`: so many transactions from the first, and addresses seen by then.

    Ids are given in the order of the chain, so what was known is always the lowest ids.
    """

    height: int
    transactions: int
    addresses: int


@dataclass(frozen=True)
class Stretch:
    """Transactions `first` … `end` - 1, all of one part."""

    part: Part
    first: int
    end: int

    @property
    def whole(self) -> bool:
        part = self.part
        return (self.first, self.end) == (part.first_tx, part.first_tx + part.transactions)


def reach(store: Store, as_of: int | None = None) -> Reach:
    """What was known at a height; of the whole store if none is given.

    Refused (empty_store, before_the_chain).
    """
    manifest = store.manifest
    if manifest.heights is None:
        raise Refused(
            "empty_store",
            f"{store.path} has no blocks; `qazyna trace ingest` brings them.",
            {"store": store.path},
        )
    lowest, highest = manifest.heights
    if as_of is None or as_of >= highest:
        return Reach(highest, manifest.transactions, manifest.addresses)
    if as_of < lowest:
        raise Refused(
            "before_the_chain",
            f"The store begins at height {lowest}; nothing was known at {as_of}.",
            {"height": as_of, "lowest": lowest, "highest": highest},
        )
    last = store.blocks().filter(pl.col("height") <= as_of).tail(1).collect().row(0, named=True)
    end = last["first_tx"] + last["transactions"]
    return Reach(last["height"], end, _addresses(store, end))


def _addresses(store: Store, end: int) -> int:
    """How many addresses the transactions before `end` name."""
    known = 0
    for part, file, spent in zip(
        store.manifest.parts, store.files("outputs"), store.files("inputs"), strict=True
    ):
        if part.first_tx >= end:
            break
        if part.first_tx + part.transactions <= end:
            known = part.first_address + part.addresses
            continue
        for each in (file, spent):
            named = pl.scan_parquet(each).filter(pl.col("tx") < end, pl.col("addr") != NONE)
            highest = named.select(pl.col("addr").max()).collect().item()
            known = max(known, part.first_address, 0 if highest is None else highest + 1)
    return known


def stretches(store: Store, first: int, end: int) -> Iterator[Stretch]:
    """The transactions `first` … `end` - 1, part by part."""
    for part in store.manifest.parts:
        low, high = max(first, part.first_tx), min(end, part.first_tx + part.transactions)
        if low < high:
            yield Stretch(part, low, high)
