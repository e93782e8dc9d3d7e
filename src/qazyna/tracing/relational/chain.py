"""A store's tables as an engine sees them, as far into the chain as one looks."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from qazyna.tracing.cluster.reach import stretches
from qazyna.tracing.relational.engine import Engine
from qazyna.tracing.store.reading import Store


@dataclass(frozen=True)
class Chain:
    """Tables of int64, as in `store.tables`, of transactions `first` … `end` - 1; values that are
    not known are -1, as the kernels have them."""

    engine: Engine
    store: Store
    first: int
    end: int

    @cached_property
    def inputs(self) -> Any:
        """tx, addr, value."""
        return self._table("inputs", "tx", "addr", "value")

    @cached_property
    def outputs(self) -> Any:
        """tx, n, addr, value, kind."""
        return self._table("outputs", "tx", "n", "addr", "value", "kind")

    @cached_property
    def transactions(self) -> Any:
        """tx, time, n_in."""
        return self._table("tx", "tx", "time", "n_in")

    def _table(self, name: str, *columns: str) -> Any:
        parts = [each.part.name for each in stretches(self.store, self.first, self.end)]
        files = [self.store.path / "parts" / part / f"{name}.parquet" for part in parts]
        rows = self.engine.read(files, columns)
        rows = rows.filter(rows.tx >= self.first, rows.tx < self.end)
        return rows.fill_null({"value": -1}) if "value" in columns else rows
