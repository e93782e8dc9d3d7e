"""Which blocks lie where: pieces of a source that can be read by height, and cuts into parts."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np

from qazyna.tracing.ingest.batch import Batch


class Chunk(Protocol):
    """A piece of a source. `heights` are its blocks in order, `counts` their transactions."""

    heights: np.ndarray
    counts: np.ndarray

    def read(self, low: int, high: int) -> list[Batch]:
        """Its transactions in blocks low … high, in any order, in one or more batches."""


class Spilled:
    """A batch that waits in a file."""

    def __init__(self, batch: Batch, file: Path) -> None:
        batch.save(file)
        self.file = file
        self.heights, self.counts = np.unique(batch.height, return_counts=True)

    def read(self, low: int, high: int) -> list[Batch]:
        batch = Batch.load(self.file)
        if low <= self.heights[0] and self.heights[-1] <= high:
            return [batch]
        within = (low <= batch.height) & (batch.height <= high)
        return [batch.take(np.flatnonzero(within))]


def blocks(chunks: Sequence[Chunk]) -> tuple[np.ndarray, np.ndarray]:
    """All heights of all chunks, in order, and the transactions of each."""
    heights = np.concatenate([np.empty(0, np.uint32), *(each.heights for each in chunks)])
    counts = np.concatenate([np.empty(0, np.int64), *(each.counts for each in chunks)])
    distinct, where = np.unique(heights, return_inverse=True)
    return distinct, np.bincount(where, counts, len(distinct)).astype(np.int64)


def cuts(heights: np.ndarray, counts: np.ndarray, most: int) -> Iterator[tuple[int, int]]:
    """Runs of whole blocks, as lowest and highest height, of about `most` transactions each."""
    at = 0
    ends = np.cumsum(counts)
    while at < len(heights):
        before = ends[at - 1] if at else 0
        last = max(at, int(np.searchsorted(ends, before + most, side="right")) - 1)
        yield int(heights[at]), int(heights[last])
        at = last + 1


def within(chunks: Sequence[Chunk], low: int, high: int) -> list[Chunk]:
    """The chunks that have blocks from low to high."""
    found = []
    for each in chunks:
        at = np.searchsorted(each.heights, low)
        if at < len(each.heights) and each.heights[at] <= high:
            found.append(each)
    return found
