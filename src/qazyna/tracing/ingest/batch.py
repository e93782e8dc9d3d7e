"""The columns of many transactions, before they have ids: what every reader makes."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np

from qazyna.tracing.kernel import kernel
from qazyna.tracing.store.strings import Strings

UNKNOWN = -1
"""A value that the source does not say."""


@dataclass(frozen=True, slots=True)
class Batch:
    """One row a transaction; its inputs and outputs stand end to end, `n_in` and `n_out` each.

    `txid`, `block_hash` and `spent` are rows of 32 bytes (u8), a block hash of zeros is unknown.
    Values in base units (i64), UNKNOWN where the source says none; an empty address is none.
    `source` and `row` say where the record stands: a source's number, and a line or row from 1.
    """

    txid: np.ndarray
    height: np.ndarray
    index: np.ndarray
    time: np.ndarray
    coinbase: np.ndarray
    block_hash: np.ndarray
    n_in: np.ndarray
    n_out: np.ndarray
    source: np.ndarray
    row: np.ndarray
    spent: np.ndarray
    spent_n: np.ndarray
    in_value: np.ndarray
    in_address: Strings
    out_value: np.ndarray
    out_kind: np.ndarray
    out_address: Strings

    def __len__(self) -> int:
        return len(self.height)

    def take(self, rows: np.ndarray) -> "Batch":
        """Those transactions, in that order, with their inputs and outputs."""
        ins, outs = spans(self.n_in, rows), spans(self.n_out, rows)
        parts: dict[str, Any] = {}
        for name in names():
            column = getattr(self, name)
            where = ins if name in OF_INPUTS else outs if name in OF_OUTPUTS else rows
            parts[name] = column.take(where) if isinstance(column, Strings) else column[where]
        return Batch(**parts)

    def save(self, file: Path) -> None:
        """Write it to a file that `load` reads."""
        columns: dict[str, Any] = {}
        for name in names():
            column = getattr(self, name)
            if isinstance(column, Strings):
                columns[f"{name}.octets"], columns[f"{name}.ends"] = column.octets, column.ends
            else:
                columns[name] = column
        with file.open("wb") as out:
            np.savez(out, **columns)

    @classmethod
    def load(cls, file: Path) -> "Batch":
        with np.load(file) as columns:
            read: dict[str, Any] = {
                name: columns[name]
                if name in columns
                else Strings(columns[f"{name}.octets"], columns[f"{name}.ends"])
                for name in names()
            }
        return cls(**read)


OF_INPUTS = ("spent", "spent_n", "in_value", "in_address")
OF_OUTPUTS = ("out_value", "out_kind", "out_address")


def names() -> tuple[str, ...]:
    return tuple(each.name for each in fields(Batch))


def joined(batches: Sequence[Batch]) -> Batch:
    """All transactions of the first, then of the second, and so on. There must be one."""
    if len(batches) == 1:
        return batches[0]
    columns: dict[str, Any] = {}
    for name in names():
        each = [getattr(batch, name) for batch in batches]
        columns[name] = (
            Strings.joined(each) if isinstance(each[0], Strings) else np.concatenate(each)
        )
    return Batch(**columns)


def spans(counts: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Where the items of those rows stand, if row r has counts[r] items end to end (i64)."""
    starts = np.cumsum(counts, dtype=np.int64) - counts
    where = np.empty(int(counts[rows].sum()), np.int64)
    _spans(starts, counts.astype(np.int64), rows.astype(np.int64), where)
    return where


@kernel
def _spans(starts: np.ndarray, counts: np.ndarray, rows: np.ndarray, where: np.ndarray) -> None:
    at = 0
    for row in rows:
        for k in range(counts[row]):
            where[at] = starts[row] + k
            at += 1


def owners(counts: np.ndarray) -> np.ndarray:
    """For each item the row that it belongs to (u32)."""
    found: np.ndarray = np.repeat(np.arange(len(counts), dtype=np.uint32), counts)
    return found


def numbered(counts: np.ndarray) -> np.ndarray:
    """For each item its place within its row, from 0 (u32)."""
    starts = np.cumsum(counts, dtype=np.int64) - counts
    size = int(counts.sum())
    places: np.ndarray = np.arange(size, dtype=np.int64) - np.repeat(starts, counts)
    return places.astype(np.uint32)


def sums(values: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """The sum of each row's items (i64); 0 where it has none."""
    total = np.zeros(len(values) + 1, np.int64)
    np.cumsum(values, out=total[1:])
    ends = np.cumsum(counts, dtype=np.int64)
    found: np.ndarray = total[ends] - total[ends - counts]
    return found
