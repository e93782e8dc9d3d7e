"""A store's parts as runs of blocks: one column to scan, the rest only where there is taint."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from qazyna.tracing.follow.pool import UNJUDGED, Array, Flow
from qazyna.tracing.store.manifest import NONE, Part
from qazyna.tracing.store.reading import Store

HALVINGS = {"bitcoin": (5_000_000_000, 210_000), "litecoin": (5_000_000_000, 840_000)}
"""chain -> what its first block minted, in base units, and after how many blocks that halves"""

FEW = 32
"""So many look-ups take about as long as reading the columns of a part."""


def subsidies(chain: str, heights: Array) -> Array:
    """What each block may mint beside its fees, i64; -1 where the chain's schedule is not known."""
    if chain not in HALVINGS:
        return np.full(len(heights), -1, np.int64)
    first, every = HALVINGS[chain]
    return np.right_shift(np.int64(first), np.minimum(heights.astype(np.int64) // every, 63))


@dataclass
class Run:
    """One part, or the blocks of it up to a height."""

    store: Store
    part: Part
    stops: Array | None
    """u8, one an address id: not nothing where its outputs stop taint"""
    transactions: int
    """of the part's, so many"""
    inputs: int
    prev_tx: Array
    asked: int = 0

    def flow(self) -> Flow:
        """All columns of it, but for what is known of inputs: see `tell`."""
        folder = self.store.path / "parts" / self.part.name
        txs, many = self.transactions, self.inputs
        tx = pl.read_parquet(folder / "tx.parquet", columns=["coinbase", "n_in", "fee"])[:txs]
        ins = pl.read_parquet(folder / "inputs.parquet", columns=["prev_n"])[:many]
        blocks = pl.read_parquet(folder / "blocks.parquet", columns=["height", "first_tx"])
        blocks = blocks.filter(pl.col("first_tx") < self.part.first_tx + txs)
        kinds = pl.read_parquet(folder / "outputs.parquet", columns=["kind"])["kind"]
        out_from, addresses, values = self.store.part_outputs(self.part)
        outputs = int(out_from[txs])
        stop = np.zeros(outputs, np.uint8)
        if self.stops is not None:
            named = addresses[:outputs] < len(self.stops)
            stop[named] = self.stops[addresses[:outputs][named]]
        flow = Flow(
            np.int64(self.part.first_tx),
            self.prev_tx,
            ins["prev_n"].to_numpy(),
            np.empty(many, np.uint32),
            np.empty(many, np.int64),
            _begins(tx["n_in"].to_numpy()),
            np.zeros(txs, np.uint8),
            np.asarray(addresses[:outputs]),
            np.asarray(values[:outputs]),
            kinds[:outputs].to_numpy(),
            stop,
            out_from[: txs + 1].astype(np.int64),
            _known(tx["fee"]),
            tx["coinbase"].cast(pl.UInt8).to_numpy(),
            np.full(txs, UNJUDGED),
            np.append(blocks["first_tx"].to_numpy().astype(np.int64) - self.part.first_tx, txs),
            subsidies(self.store.manifest.chain, blocks["height"].to_numpy()),
        )
        if tx.filter(~pl.col("coinbase"))["fee"].null_count():
            # A fee that no record says is told by the inputs.
            self._tell_all(flow)
        return flow

    def tell(self, flow: Flow, t: int) -> None:
        """Write down what is known of a transaction's inputs: looked up one by one as long as few
        are asked for, from the outputs that they spend; else the part's columns are read."""
        self.asked += 1
        begin, end = int(flow.in_from[t]), int(flow.in_from[t + 1])
        address, value = self.store.spent(flow.prev_tx[begin:end], flow.prev_n[begin:end])
        if self.asked > FEW or (value < 0).any():
            self._tell_all(flow)
            return
        flow.in_addr[begin:end], flow.in_value[begin:end] = address, value
        flow.told[t] = 1

    def _tell_all(self, flow: Flow) -> None:
        file = self.store.path / "parts" / self.part.name / "inputs.parquet"
        ins = pl.read_parquet(file, columns=["addr", "value"])[: self.inputs]
        flow.in_addr[:], flow.in_value[:] = ins["addr"].to_numpy(), _known(ins["value"])
        flow.told[:] = 1


def _known(column: pl.Series) -> Array:
    """i64, -1 where it is not known."""
    return (column.fill_null(-1) if column.null_count() else column).to_numpy()


def _begins(counts: Array) -> Array:
    begins = np.zeros(len(counts) + 1, np.int64)
    np.cumsum(counts, out=begins[1:])
    return begins


def runs(
    store: Store, first_tx: int, until: int | None, stops: Array | None = None
) -> Iterator[Run]:
    """The parts from the one that holds a transaction on, as far as block `until` and with it."""
    wanted = [
        part
        for part in store.manifest.parts
        if part.first_tx + part.transactions > first_tx
        and (until is None or part.first_height <= until)
    ]
    with ThreadPoolExecutor(1) as reader:
        # The next part is read while this one is looked at.
        ahead = [reader.submit(_prev_tx, store.path, part) for part in wanted[:1]]
        for at, part in enumerate(wanted):
            prev_tx = ahead.pop().result()
            if at + 1 < len(wanted):
                ahead.append(reader.submit(_prev_tx, store.path, wanted[at + 1]))
            txs, ins = part.transactions, part.inputs
            if until is not None and part.last_height > until:
                txs, ins = _cut(store, part, until)
            yield Run(store, part, stops, txs, ins, prev_tx[:ins])


def _prev_tx(path: Path, part: Part) -> Array:
    file = path / "parts" / part.name / "inputs.parquet"
    return pl.read_parquet(file, columns=["prev_tx"])["prev_tx"].to_numpy()


def _cut(store: Store, part: Part, until: int) -> tuple[int, int]:
    tx = pl.scan_parquet(store.path / "parts" / part.name / "tx.parquet")
    kept = tx.filter(pl.col("height") <= until).select(pl.len(), pl.col("n_in").sum()).collect()
    return int(kept.item(0, 0)), int(kept.item(0, 1))


def outputs_of(store: Store, addresses: Array, until: int | None) -> pl.DataFrame:
    """Every output that these addresses (u32) were paid: tx, n, addr, in chain order."""
    found = []
    wanted = np.unique(addresses[addresses != NONE])
    for part in store.manifest.parts:
        if until is not None and part.first_height > until:
            break
        first, addr, _ = store.part_outputs(part)
        if len(wanted) == 1:
            rows = np.flatnonzero(addr == wanted[0])
        else:
            rows = np.flatnonzero(np.isin(addr, wanted))
        if not len(rows):
            continue
        tx = np.searchsorted(first, rows, side="right") - 1
        if until is not None and part.last_height > until:
            kept = tx < _cut(store, part, until)[0]
            rows, tx = rows[kept], tx[kept]
        found.append(
            pl.DataFrame(
                {
                    "tx": (tx + part.first_tx).astype(np.uint32),
                    "n": (rows - first[tx]).astype(np.uint32),
                    "addr": np.asarray(addr[rows]),
                }
            )
        )
    if not found:
        return pl.DataFrame(schema={"tx": pl.UInt32, "n": pl.UInt32, "addr": pl.UInt32})
    return pl.concat(found)
