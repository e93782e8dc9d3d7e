"""A store's parts as runs of blocks: one column to scan, the rest only where there is taint."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import polars as pl

from qazyna.tracing.follow.pool import Array, Flow, Outputs, closed, flow_of
from qazyna.tracing.store.manifest import NONE, Part
from qazyna.tracing.store.reading import Store

HALVINGS = {"bitcoin": (5_000_000_000, 210_000), "litecoin": (5_000_000_000, 840_000)}
"""chain -> what its first block minted, in base units, and after how many blocks that halves"""


def subsidies(chain: str, heights: Array) -> Array:
    """What each block may mint beside its fees, i64; -1 where the chain's schedule is not known."""
    if chain not in HALVINGS:
        return np.full(len(heights), -1, np.int64)
    first, every = HALVINGS[chain]
    return np.right_shift(np.int64(first), np.minimum(heights.astype(np.int64) // every, 63))


class Columns(NamedTuple):
    """What was read of a part; what was not is None."""

    prev_tx: Array
    prev_n: Array | None = None
    tx: pl.DataFrame | None = None
    """coinbase, n_in, fee"""
    kinds: Array | None = None
    inputs: pl.DataFrame | None = None
    """addr, value"""


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
    columns: Columns
    hit: bool = False
    """whether it was looked at"""
    asked: bool = False
    """whether it had to be told its inputs"""

    @property
    def prev_tx(self) -> Array:
        return self.columns.prev_tx[: self.inputs]

    def flow(self) -> Flow:
        """All columns of it, but for what is known of inputs: see `told`."""
        self.hit = True
        if self.columns.tx is None:
            self.columns = _read(self.store, self.part, self.columns)
        _, prev_n, tx, kinds, inputs = self.columns
        assert prev_n is not None and tx is not None and kinds is not None
        txs, many = self.transactions, self.inputs
        tx = tx[:txs]
        file = self.store.path / "parts" / self.part.name / "blocks.parquet"
        blocks = pl.read_parquet(file, columns=["height", "first_tx"])
        blocks = blocks.filter(pl.col("first_tx") < self.part.first_tx + txs)
        out_from, addresses, values = self.store.part_outputs(self.part)
        outputs = int(out_from[txs])
        stop = np.zeros(outputs, np.uint8)
        if self.stops is not None:
            named = addresses[:outputs] < len(self.stops)
            stop[named] = self.stops[addresses[:outputs][named]]
        flow = flow_of(
            self.part.first_tx,
            False,
            prev_tx=self.prev_tx,
            prev_n=prev_n[:many],
            in_addr=(),
            in_value=(),
            in_from=_begins(tx["n_in"].to_numpy()),
            out_addr=addresses[:outputs],
            out_value=values[:outputs],
            out_kind=kinds[:outputs],
            out_stop=stop,
            out_from=out_from[: txs + 1],
            fee=_known(tx["fee"]),
            coinbase=tx["coinbase"].cast(pl.UInt8).to_numpy(),
            coinjoin=(),
            blocks=np.append(
                blocks["first_tx"].to_numpy().astype(np.int64) - self.part.first_tx, txs
            ),
            subsidy=subsidies(self.store.manifest.chain, blocks["height"].to_numpy()),
        )
        # A fee that no record says is told by the inputs.
        told = inputs is not None or tx.filter(~pl.col("coinbase"))["fee"].null_count()
        return self.told(flow) if told else flow

    def told(self, flow: Flow) -> Flow:
        """The same, with what is known of its inputs."""
        self.asked = True
        if self.columns.inputs is None:
            self.columns = _read(self.store, self.part, self.columns, told=True)
        ins = self.columns.inputs
        assert ins is not None
        ins = ins[: self.inputs]
        return flow._replace(
            told=True,
            in_addr=closed(ins["addr"].to_numpy(), np.uint32),
            in_value=closed(_known(ins["value"]), np.int64),
        )


def _read(
    store: Store,
    part: Part,
    known: Columns | None = None,
    *,
    whole: bool = True,
    told: bool = False,
) -> Columns:
    """A part's columns, beside those that are known: the one to scan, all others, the inputs'."""
    folder = store.path / "parts" / part.name
    wanted = [] if known else ["prev_tx"]
    if whole and (known is None or known.prev_n is None):
        wanted += ["prev_n"]
    if told:
        wanted += ["addr", "value"]
    ins = pl.read_parquet(folder / "inputs.parquet", columns=wanted) if wanted else pl.DataFrame()
    found = known or Columns(ins["prev_tx"].to_numpy())
    if "prev_n" in wanted:
        tx = pl.read_parquet(folder / "tx.parquet", columns=["coinbase", "n_in", "fee"])
        kinds = pl.read_parquet(folder / "outputs.parquet", columns=["kind"])["kind"].to_numpy()
        found = found._replace(prev_n=ins["prev_n"].to_numpy(), tx=tx, kinds=kinds)
    return found._replace(inputs=ins.select("addr", "value")) if told else found


def _known(column: pl.Series) -> Array:
    """i64, -1 where it is not known."""
    return (column.fill_null(-1) if column.null_count() else column).to_numpy()


def _begins(counts: Array) -> Array:
    begins = np.zeros(len(counts) + 1, np.uint32)
    np.cumsum(counts, dtype=np.uint32, out=begins[1:])
    return begins


def outputs_known(store: Store) -> Outputs:
    """Where the outputs of all parts lie in memory, as long as the store is kept."""
    parts = store.manifest.parts
    ends = [parts[-1].first_tx + parts[-1].transactions] if parts else [0]
    columns = [
        [each.__array_interface__["data"][0] for each in store.part_outputs(part)] for part in parts
    ]
    return Outputs(
        closed([*(part.first_tx for part in parts), *ends], np.int64),
        *(closed([row[at] for row in columns], np.uint64) for at in range(3)),
    )


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
    whole = told = False
    with ThreadPoolExecutor(1) as reader:
        # The next part is read while this one is looked at: as much of it as the last one needed.
        ahead = [reader.submit(_read, store, part, whole=False) for part in wanted[:1]]
        for at, part in enumerate(wanted):
            columns = ahead.pop().result()
            if at + 1 < len(wanted):
                ahead.append(reader.submit(_read, store, wanted[at + 1], whole=whole, told=told))
            txs, ins = part.transactions, part.inputs
            if until is not None and part.last_height > until:
                txs, ins = _cut(store, part, until)
            run = Run(store, part, stops, txs, ins, columns)
            yield run
            whole, told = run.hit, run.asked


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
