"""Clusterings of a store as files: one folder each, named after the height that it knows.

STORE/labels/cospend-000830000/
    clustering.json      what it is; written last, so it vouches for the rest
    ids.parquet          address u32, cluster u32: every id, ascending; cluster = least id
    labels.parquet       address as text, cluster, and the address's id
    coinjoins.parquet    tx u32, rules u8: the transactions that fit a rule, as `coinjoin.Rule`
    change.parquet       soft links, if asked for: see `change`
"""

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from polars.io.plugins import register_io_source

from qazyna.errors import Refused
from qazyna.tracing.store.reading import Store
from qazyna.tracing.store.writing import remove

Array = np.ndarray[Any, Any]
FORMAT = 1
CHUNK = 1 << 20
NAMED = {"address": pl.String, "cluster": pl.UInt32, "id": pl.UInt32}


@dataclass(frozen=True)
class Clustering:
    """One clustering on disk."""

    folder: Path
    document: Mapping[str, Any]

    @property
    def height(self) -> int:
        return int(self.document["height"])

    @property
    def addresses(self) -> int:
        return int(self.document["addresses"])

    def labels(self) -> Array:
        """The cluster of each address id, u32."""
        frame = pl.read_parquet(self.folder / "ids.parquet", columns=["cluster"])
        return frame["cluster"].to_numpy()

    def coinjoins(self) -> pl.DataFrame:
        """The transactions that fit a rule: tx u32, rules u8, ascending."""
        return pl.read_parquet(self.folder / "coinjoins.parquet")


def folder_of(store: Path, height: int) -> Path:
    return store / "labels" / f"cospend-{height:09d}"


def clusterings(store: Path) -> list[Clustering]:
    """The clusterings of a store, the one that knows most last."""
    found = []
    for file in sorted((store / "labels").glob("cospend-*/clustering.json")):
        if file.parent.suffix:
            continue
        document = json.loads(file.read_bytes())
        if document.get("format") == FORMAT:
            found.append(Clustering(file.parent, document))
    return found


def latest(store: Path, as_of: int | None = None) -> Clustering:
    """The clustering that knows most, or most up to a height. Refused (no_labels) if none is."""
    known = [each for each in clusterings(store) if as_of is None or each.height <= as_of]
    if not known:
        raise Refused(
            "no_labels",
            f"{store} has no clusters{'' if as_of is None else f' as of height {as_of}'}; "
            "`qazyna trace cluster` makes them.",
            {"store": store},
        )
    return known[-1]


def write(
    store: Store,
    labels: Array,
    coinjoins: pl.DataFrame,
    document: Mapping[str, Any],
    *,
    named: bool,
    more: Mapping[str, pl.DataFrame] | None = None,
) -> Clustering:
    """Put a clustering into its store, whole: whoever reads finds the one before, or this one."""
    final = folder_of(store.path, document["height"])
    folder = final.with_suffix(".new")
    if folder.exists():
        remove(folder)
    folder.mkdir(parents=True)
    ids = pl.DataFrame({"address": np.arange(len(labels), dtype=np.uint32), "cluster": labels})
    ids.write_parquet(folder / "ids.parquet", compression="lz4", row_group_size=CHUNK)
    coinjoins.write_parquet(folder / "coinjoins.parquet")
    for name, table in (more or {}).items():
        table.write_parquet(folder / f"{name}.parquet")
    if named:
        _names(store, labels).sink_parquet(folder / "labels.parquet", row_group_size=CHUNK)
    text = json.dumps({"format": FORMAT, **document}, indent=1, ensure_ascii=False)
    with (folder / "clustering.json").open("w", encoding="utf-8") as out:
        out.write(text + "\n")
        out.flush()
        os.fsync(out.fileno())
    if final.exists():
        remove(final)
    folder.rename(final)
    return Clustering(final, {"format": FORMAT, **document})


def _names(store: Store, labels: Array) -> pl.LazyFrame:
    """The labels with the addresses as text, a chunk at a time."""

    def source(
        with_columns: list[str] | None,
        predicate: pl.Expr | None,
        n_rows: int | None,
        batch_size: int | None,
    ) -> Iterator[pl.DataFrame]:
        for low in range(0, len(labels), CHUNK):
            ids = np.arange(low, min(low + CHUNK, len(labels)), dtype=np.uint32)
            yield pl.DataFrame(
                {
                    "address": store.address_strings(ids),
                    "cluster": labels[low : low + CHUNK],
                    "id": ids,
                },
                schema=NAMED,
            )

    return register_io_source(source, schema=pl.Schema(NAMED))
