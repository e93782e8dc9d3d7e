"""A stretch of a chain as arrays, with where each transaction's inputs and outputs end."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from qazyna.tracing.cluster.reach import Stretch
from qazyna.tracing.store.reading import Store

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Columns:
    """Row i of `in_ends` and `out_ends` (i64) is transaction `first` + i.

    Addresses u32, values i64 base units, negative where not known.
    """

    first: int
    in_ends: Array
    in_addr: Array
    in_value: Array
    out_ends: Array
    out_addr: Array
    out_value: Array
    out_kind: Array

    @property
    def in_tx(self) -> Array:
        """The transaction of each input, u32."""
        return self._numbered(self.in_ends)

    @property
    def out_tx(self) -> Array:
        """The transaction of each output, u32."""
        return self._numbered(self.out_ends)

    def _numbered(self, ends: Array) -> Array:
        ids = np.arange(self.first, self.first + len(ends), dtype=np.uint32)
        return np.repeat(ids, np.diff(ends, prepend=0))


def read(store: Store, stretch: Stretch) -> Columns:
    """Inputs and outputs of a stretch."""
    folder = store.path / "parts" / stretch.part.name
    tx = pl.read_parquet(folder / "tx.parquet", columns=["n_in", "n_out"])
    low, high = stretch.first - stretch.part.first_tx, stretch.end - stretch.part.first_tx
    in_ends, in_begin, in_rows = _ends(tx["n_in"].to_numpy(), low, high)
    out_ends, out_begin, out_rows = _ends(tx["n_out"].to_numpy(), low, high)
    spent = _rows(folder / "inputs.parquet", ["addr", "value"], in_begin, in_rows)
    paid = _rows(folder / "outputs.parquet", ["addr", "value", "kind"], out_begin, out_rows)
    return Columns(
        stretch.first,
        in_ends,
        spent["addr"].to_numpy(),
        spent["value"].fill_null(-1).to_numpy(),
        out_ends,
        paid["addr"].to_numpy(),
        paid["value"].fill_null(-1).to_numpy(),
        paid["kind"].to_numpy(),
    )


def _ends(counts: Array, low: int, high: int) -> tuple[Array, int, int]:
    """Where the rows of each transaction end, the row of the part with which they begin, and how
    many there are."""
    begin = int(counts[:low].sum(dtype=np.int64))
    ends = np.cumsum(counts[low:high], dtype=np.int64)
    return ends, begin, int(ends[-1]) if len(ends) else 0


def _rows(file: Any, columns: list[str], begin: int, rows: int) -> pl.DataFrame:
    return pl.scan_parquet(file).select(columns).slice(begin, rows).collect()
