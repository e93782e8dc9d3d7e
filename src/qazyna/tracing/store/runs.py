"""Keys to ids, on disk: sorted runs that are merged now and then and never changed.

A key is 128 bits, as two words. Of a transaction they are the first half of its id; of an address
SipHash-2-4-128 of its string. Two keys are one where all 128 bits agree.

Finding walks a run beside the sorted questions, galloping, so that many questions read a run once
from front to back and few read almost nothing. Runs are memory-mapped: what is resident is the
system's to take back.
"""

import mmap
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl

from qazyna.tracing.kernel import kernel
from qazyna.tracing.store.manifest import NONE, Run, sync

FANOUT = 4
"""So many runs of one tier become one of the next."""

RESIDENT = 1 << 23
"""About so many keys of a run are kept in memory at once, 20 bytes each."""

Words = np.ndarray
Ids = np.ndarray


def txid_keys(txids: pl.Series) -> tuple[Words, Words]:
    """The keys of transaction ids, a Series of 32 bytes each without nulls."""
    first, second = txids.bin.slice(0, 8), txids.bin.slice(8, 8)
    return tuple(  # type: ignore[return-value]
        half.bin.reinterpret(dtype=pl.UInt64, endianness="big").to_numpy()
        for half in (first, second)
    )


def txid_words(rows: np.ndarray) -> tuple[Words, Words]:
    """The keys of transaction ids given as an array of bytes, (n, 32) u8."""
    words = np.ascontiguousarray(rows).view(">u8")
    return words[:, 0].astype(np.uint64), words[:, 1].astype(np.uint64)


def order_of(high: Words) -> Ids:
    """What puts keys in order, as rows (u32); equal ones stay in the order in which they stand.

    Radix sort by the 33 highest bits, for keys are spread evenly over all words; the few that agree
    in those are put right one by one.
    """
    rows, other = np.empty(len(high), np.uint32), np.empty(len(high), np.uint32)
    _order(high, rows, other)
    return rows


class Index:
    """Sorted runs in a folder, as a manifest names them."""

    def __init__(self, folder: Path, runs: Sequence[Run]) -> None:
        self.folder = folder
        self.runs = tuple(runs)
        self._columns = [_load(folder / run.name) for run in self.runs]

    def find(self, high: Words, low: Words, also: "Columns | None" = None) -> Ids:
        """The id of each key, NONE where there is none; of equal keys the latest.

        `also` is one more sorted run, of keys that are not in the index yet.
        """
        found = np.full(len(high), NONE, np.uint32)
        runs = self._columns if also is None else [*self._columns, also]
        if not len(high) or not runs:
            return found
        order = order_of(high)
        high, low = high[order], low[order]
        ids = np.full(len(high), NONE, np.uint32)
        for run in runs:
            # So many questions at once that what they read of the run is bounded.
            step = max(1, len(high) * RESIDENT // max(len(run[0]), 1))
            for begin in range(0, len(high), step):
                asked = slice(begin, begin + step)
                first = int(np.searchsorted(run[0], high[begin]))
                highs, lows, numbers = (column[first:] for column in run)
                _find(highs, lows, numbers, high[asked], low[asked], ids[asked])
                let_go(*run)
        found[order] = ids
        return found

    def with_run(self, name: str, high: Words, low: Words, ids: Ids) -> tuple[Run, ...]:
        """Write a run of new keys by rising id, merge what has become many, name what is there.

        Files of runs that were merged stay until somebody who holds the store removes them.
        """
        if not len(high):
            return self.runs
        order = order_of(high)
        made = _create(self.folder / name, len(high))
        for column, values in zip(made, (high, low, ids), strict=True):
            column[:] = values[order]
        runs = [*self.runs, Run(name, len(high), 0)]
        columns = [*self._columns, _finish(self.folder / name, made)]
        while len(runs) >= FANOUT and len({run.tier for run in runs[-FANOUT:]}) == 1:
            tier, size = runs[-1].tier + 1, sum(run.keys for run in runs[-FANOUT:])
            merged = f"{name}-{tier}"
            made = _create(self.folder / merged, size)
            high_columns, low_columns, id_columns = zip(*columns[-FANOUT:], strict=True)
            at = np.zeros(FANOUT, np.int64)
            for begin in range(0, size, RESIDENT):
                some = [column[begin : begin + RESIDENT] for column in made]
                _merge(high_columns, low_columns, id_columns, at, *some)
                let_go(*high_columns, *low_columns, *id_columns, *made)
            runs[-FANOUT:] = [Run(merged, size, tier)]
            columns[-FANOUT:] = [_finish(self.folder / merged, made)]
        self.runs, self._columns = tuple(runs), columns
        return self.runs


Columns = tuple[Words, Words, Ids]

_NAMES = {"high": np.uint64, "low": np.uint64, "id": np.uint32}


def _create(folder: Path, size: int) -> Columns:
    folder.mkdir(parents=True)
    return tuple(  # type: ignore[return-value]
        np.lib.format.open_memmap(folder / f"{name}.npy", "w+", kind, (size,))
        for name, kind in _NAMES.items()
    )


def _finish(folder: Path, made: Columns) -> Columns:
    """The same columns, on the disk and read-only from now on."""
    for column, name in zip(made, _NAMES, strict=True):
        column.flush()  # type: ignore[attr-defined]
        sync(folder / f"{name}.npy")
    let_go(*made)
    sync(folder)
    sync(folder.parent)
    return _load(folder)


def let_go(*columns: np.ndarray) -> None:
    """Give back the memory of mapped files, whose pages the system brings again when asked.

    Else all that was ever looked at counts as this program's, until the system needs the room.
    """
    for column in columns:
        if isinstance(column, np.memmap):
            column._mmap.madvise(mmap.MADV_DONTNEED)  # type: ignore[attr-defined]


def _load(folder: Path) -> Columns:
    return tuple(np.load(folder / f"{name}.npy", mmap_mode="r") for name in _NAMES)


@kernel
def _find(run_high: Words, run_low: Words, run_id: Ids, high: Words, low: Words, ids: Ids) -> None:
    """Ids of sorted keys found in one run; a later id takes the place of an earlier."""
    size, at = len(run_high), 0
    for i in range(len(high)):
        key = high[i]
        if at < size and run_high[at] < key:
            step = 1
            while at + step < size and run_high[at + step] < key:
                at += step
                step *= 2
            left, right = at + 1, min(at + step, size)
            while left < right:
                middle = (left + right) // 2
                if run_high[middle] < key:
                    left = middle + 1
                else:
                    right = middle
            at = left
        j = at
        while j < size and run_high[j] == key:
            if run_low[j] == low[i] and (ids[i] == NONE or run_id[j] > ids[i]):
                ids[i] = run_id[j]
            j += 1


@kernel
def _order(high: Words, rows: Ids, other: Ids) -> None:
    size = len(high)
    starts = np.zeros((3, 2048), np.int64)
    for i in range(size):
        for digit in range(3):
            starts[digit, (high[i] >> np.uint64(31 + 11 * digit)) & np.uint64(2047)] += 1
    for digit in range(3):
        before = 0
        for value in range(2048):
            count = starts[digit, value]
            starts[digit, value] = before
            before += count
    for i in range(size):
        value = (high[i] >> np.uint64(31)) & np.uint64(2047)
        other[starts[0, value]] = i
        starts[0, value] += 1
    for i in range(size):
        row = other[i]
        value = (high[row] >> np.uint64(42)) & np.uint64(2047)
        rows[starts[1, value]] = row
        starts[1, value] += 1
    for i in range(size):
        row = rows[i]
        value = (high[row] >> np.uint64(53)) & np.uint64(2047)
        other[starts[2, value]] = row
        starts[2, value] += 1
    for i in range(size):
        row, at = other[i], i
        while at > 0 and high[rows[at - 1]] > high[row]:
            rows[at] = rows[at - 1]
            at -= 1
        rows[at] = row


@kernel
def _merge(
    highs: tuple[Words, ...],
    lows: tuple[Words, ...],
    ids: tuple[Ids, ...],
    at: np.ndarray,
    high: Words,
    low: Words,
    numbers: Ids,
) -> None:
    """The next keys of sorted runs as one, from `at` in each of them on, which is moved; of equal
    keys the earlier run's stands first."""
    for k in range(len(high)):
        least = -1
        for run in range(len(highs)):
            if at[run] < len(highs[run]) and (
                least < 0 or highs[run][at[run]] < highs[least][at[least]]
            ):
                least = run
        i = at[least]
        high[k], low[k], numbers[k] = highs[least][i], lows[least][i], ids[least][i]
        at[least] = i + 1
