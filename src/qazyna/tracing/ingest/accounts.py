"""Exports of account chains in the schemas of ethereum-etl, as transfers.

Transactions, token transfers, traces, receipts and blocks are told apart by their columns, and all
files of some blocks are given together. What moves: the value of a call that did not fail, a
contract's creation or end, a reward, a token transfer, and the gas. Where a block has traces they
say what its calls moved, within contracts too; else its transactions do. A call by delegation moves
nothing of its own. Where an export says no status, a transaction is taken to have succeeded.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from qazyna.tracing.ingest.assembling import address_ids
from qazyna.tracing.ingest.lines import Hashed
from qazyna.tracing.ingest.records import MOST_HEIGHT, Unfit, hashed, seconds, whole
from qazyna.tracing.ingest.sources import Source, truncated
from qazyna.tracing.ingest.texts import SPILL, Intake, records
from qazyna.tracing.store.manifest import NONE
from qazyna.tracing.store.reading import Store
from qazyna.tracing.store.strings import Strings
from qazyna.tracing.store.tables import ACCOUNT_TX, BLOCKS, TRANSFERS, Move
from qazyna.tracing.store.writing import AccountTables

MOST_AMOUNT = (1 << 128) - 1
RECEIPT = 100
"""A row that only says what a transaction's gas cost, and whether it failed."""

HEADER = 101
"""A row that only says when a block was made, and its hash."""

ROWS: dict[str, type[pl.DataType]] = {
    "kind": pl.UInt8,
    "block": pl.UInt32,
    "txid": pl.Binary,
    "tx_index": pl.UInt32,
    "ordinal": pl.UInt32,
    "time": pl.Int64,
    "block_hash": pl.Binary,
    "from": pl.String,
    "to": pl.String,
    "asset": pl.String,
    "high": pl.UInt64,
    "low": pl.UInt64,
    "failed": pl.Boolean,
    "path": pl.String,
}

IGNORED = ("log", "contract", "token")
"""Items of a stream that say nothing of what moved."""


class SpilledRows:
    """Rows that wait in a file: see `chunks.Chunk`."""

    def __init__(self, rows: list[tuple[Any, ...]], file: Path) -> None:
        frame = pl.DataFrame(rows, schema=ROWS, orient="row")
        frame.write_parquet(file, compression="lz4")
        self.file = file
        self.heights, self.counts = np.unique(frame["block"].to_numpy(), return_counts=True)

    def read(self, low: int, high: int) -> pl.DataFrame:
        rows = pl.scan_parquet(self.file).filter(pl.col("block").is_between(low, high))
        return rows.collect()


def read_accounts(source: Source, intake: Intake, report: Callable[[int], None]) -> str:
    """Read a file to its end into rows that wait on disk, and say its SHA-256."""
    held: list[tuple[Any, ...]] = []

    def spill() -> None:
        if held:
            intake.folder.mkdir(exist_ok=True)
            file = intake.folder / f"{len(intake.chunks):06d}.parquet"
            intake.chunks.append(SpilledRows(held, file))
            held.clear()

    with source.path.open("rb") as raw:
        reading = Hashed(raw)
        every = (
            _rows_of_parquet(source)
            if source.form == "parquet"
            else records(source, reading, intake)
        )
        for row, record in every:
            try:
                held += _rows(record)
            except Unfit as unfit:
                intake.reject(source, row, str(unfit))
            if len(held) >= SPILL:
                spill()
            if not row & 1023:
                report(reading.read_bytes)
        spill()
        return reading.digest()


def _rows_of_parquet(source: Source) -> Iterator[tuple[int, Mapping[str, Any]]]:
    try:
        size = pl.scan_parquet(source.path).select(pl.len()).collect().item()
        for begin in range(0, size, SPILL):
            window = pl.scan_parquet(source.path).slice(begin, SPILL).collect()
            times = [name for name, kind in window.schema.items() if isinstance(kind, pl.Datetime)]
            window = window.with_columns(pl.col(times).dt.epoch("s"))
            yield from enumerate(window.iter_rows(named=True), begin + 1)
    except pl.exceptions.PolarsError as error:
        raise truncated(source.path, str(error).splitlines()[0]) from None


def _rows(record: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """What a record says, as rows; none if it is of no concern here."""
    if record.get("type") in IGNORED:
        return []
    if "token_address" in record:
        return [_token_transfer(record)]
    if "trace_type" in record:
        return [_trace(record)]
    if "transaction_count" in record and "number" in record:
        number = whole(record, "number", MOST_HEIGHT)
        block_hash = _hash(record, "hash")
        time = seconds(record.get("timestamp"))
        return [(HEADER, number, None, NONE, 0, time, block_hash, *[None] * 3, 0, 0, None, None)]
    if "nonce" in record and "from_address" in record:
        return _transaction(record)
    if "transaction_hash" in record and "gas_used" in record:
        return _receipt(record, "transaction_hash", "")
    raise Unfit("it is no transaction, token transfer, trace, receipt or block of ethereum-etl")


def _transaction(record: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    block, index = _place(record)
    failed = _failed(record, "receipt_status")
    to = _address(record, "to_address") or _address(record, "receipt_contract_address")
    moved = (
        Move.value,
        block,
        _must_hash(record, "hash"),
        index,
        0,
        _time(record),
        _hash(record, "block_hash"),
        _address(record, "from_address"),
        to,
        None,
        *_amount(record.get("value"), "value"),
        failed,
        None,
    )
    receipt: list[tuple[Any, ...]] = []
    if record.get("receipt_gas_used") is not None:
        receipt = _receipt(record, "hash", "receipt_")
    return [moved, *receipt]


def _receipt(record: Mapping[str, Any], name: str, prefix: str) -> list[tuple[Any, ...]]:
    block, index = _place(record)
    used = whole(record, f"{prefix}gas_used", MOST_AMOUNT)
    price_name = f"{prefix}effective_gas_price"
    if record.get(price_name) is None:
        price_name = "gas_price"
    price = 0 if record.get(price_name) is None else whole(record, price_name, MOST_AMOUNT)
    return [
        (
            RECEIPT,
            block,
            _must_hash(record, name),
            index,
            0,
            None,
            _hash(record, "block_hash"),
            *[None] * 3,
            *_amount(used * price, "the price of its gas"),
            _failed(record, f"{prefix}status"),
            None,
        )
    ]


def _token_transfer(record: Mapping[str, Any]) -> tuple[Any, ...]:
    block, index = _place(record)
    return (
        Move.token,
        block,
        _must_hash(record, "transaction_hash"),
        index,
        whole(record, "log_index", MOST_HEIGHT),
        _time(record),
        _hash(record, "block_hash"),
        _address(record, "from_address"),
        _address(record, "to_address"),
        _address(record, "token_address", needed=True),
        *_amount(record.get("value"), "value"),
        False,
        None,
    )


def _trace(record: Mapping[str, Any]) -> tuple[Any, ...]:
    block, index = _place(record)
    kind, call = record.get("trace_type"), record.get("call_type")
    moves = kind in ("create", "suicide", "reward", "genesis", "daofork") or (
        kind == "call" and call in ("call", None)
    )
    failed = _failed(record, "status") or record.get("error") is not None
    ordinal = record.get("trace_index")
    return (
        Move.reward if kind in ("reward", "genesis") else Move.trace,
        block,
        _hash(record, "transaction_hash"),
        index,
        _depth(record) if ordinal is None else whole(record, "trace_index", MOST_HEIGHT),
        _time(record),
        _hash(record, "block_hash"),
        _address(record, "from_address"),
        _address(record, "to_address"),
        None,
        *(_amount(record.get("value") or 0, "value") if moves else (0, 0)),
        bool(failed),
        ",".join(map(str, _path(record))) + str(record.get("trace_id") or kind),
    )


def _depth(record: Mapping[str, Any]) -> int:
    """An order of traces that say no number: by their path, ten bits a step, three steps deep."""
    place = 0
    for step in [*_path(record), -1, -1, -1][:3]:
        place = place * 1024 + min(step + 1, 1023)
    return place


def _path(record: Mapping[str, Any]) -> list[int]:
    found = record.get("trace_address") or []
    steps = re.findall(r"[0-9]+", found) if isinstance(found, str) else found
    if not isinstance(steps, list) or len(steps) > 1024:
        raise Unfit("trace_address is no path")
    return [whole({"trace_address": step}, "trace_address", MOST_HEIGHT) for step in steps]


def _place(record: Mapping[str, Any]) -> tuple[int, int]:
    block = whole(record, "block_number", MOST_HEIGHT)
    if record.get("transaction_index") is None:
        return block, NONE
    return block, whole(record, "transaction_index", MOST_HEIGHT)


def _must_hash(record: Mapping[str, Any], name: str) -> bytes:
    found = record.get(name)
    if isinstance(found, str):
        found = found.removeprefix("0x")
    return hashed({name: found}, name)


def _hash(record: Mapping[str, Any], name: str) -> bytes | None:
    return None if record.get(name) is None else _must_hash(record, name)


def _address(record: Mapping[str, Any], name: str, needed: bool = False) -> str | None:
    """An address in lower case, so that a checksum in capitals names no other."""
    found = record.get(name)
    if found is None and not needed:
        return None
    if not isinstance(found, str) or not found:
        raise Unfit(f"{name} is {found!r}, not an address")
    return found.lower()


def _time(record: Mapping[str, Any]) -> int | None:
    found = record.get("block_timestamp")
    return None if found is None else seconds(found)


def _failed(record: Mapping[str, Any], name: str) -> bool | None:
    found = record.get(name)
    return None if found is None else whole(record, name, 1) == 0


def _amount(found: object, what: str) -> tuple[int, int]:
    """An amount of the asset's base units as two words; numbers may be written as text."""
    if isinstance(found, str) and found.strip().isdigit():
        found = int(found[:100])
    if not isinstance(found, int) or isinstance(found, bool):
        raise Unfit(f"{what} is {found!r}, not a whole number")
    if not 0 <= found <= MOST_AMOUNT:
        raise Unfit(f"{what} is {found}, outside 0 to 2^128 - 1")
    return found >> 64, found & 0xFFFFFFFFFFFFFFFF


@dataclass(frozen=True, slots=True)
class Moved:
    """Blocks, transactions and transfers in the order of the chain, addresses as strings."""

    blocks: pl.DataFrame
    tx: pl.DataFrame
    transfers: pl.DataFrame


def moved(rows: pl.DataFrame) -> Moved:
    """What the rows of whole blocks moved. The same row twice counts once."""
    rows = rows.unique(maintain_order=True)
    named = rows.filter(pl.col("txid").is_not_null())
    tx = (
        named.group_by("txid")
        .agg(
            pl.col("block").min(),
            pl.col("tx_index").min(),
            pl.col("ordinal").min().alias("first"),
            pl.col("failed").filter(pl.col("kind").is_in([Move.value, RECEIPT])).any(),
        )
        .sort("block", "tx_index", "first", "txid")
        .with_row_index("number")
    )
    traced = rows.filter(pl.col("kind") == Move.trace).select("block").unique()
    calls = rows.filter(pl.col("kind") == Move.value)
    calls_alone = calls.join(traced, on="block", how="anti")
    payers = calls.select("txid", payer="from").unique("txid")
    gas = (
        rows.filter(pl.col("kind") == RECEIPT)
        .unique("txid", keep="first", maintain_order=True)
        .join(payers, on="txid", how="inner")
        .with_columns(
            pl.lit(Move.gas, pl.UInt8).alias("kind"),
            pl.col("payer").alias("from"),
            pl.lit(False).alias("failed"),
        )
        .select(list(ROWS))
    )
    others = rows.filter(pl.col("kind").is_in([Move.token, Move.trace, Move.reward]))
    failed = tx.select("txid", pl.col("failed").alias("tx_failed"))
    transfers = (
        pl.concat([calls_alone, others, gas])
        .join(tx.select("txid", "number", index="tx_index"), on="txid", how="left")
        .join(failed, on="txid", how="left")
        .filter(
            ~pl.col("failed").fill_null(False)
            & ((pl.col("kind") == Move.gas) | ~pl.col("tx_failed").fill_null(False))
            & ((pl.col("kind") == Move.token) | (pl.col("high") > 0) | (pl.col("low") > 0))
        )
        .with_columns(pl.col("index").fill_null(NONE), pl.col("number").fill_null(NONE))
        .sort("block", "index", "kind", "ordinal", "number", maintain_order=True)
    )
    return Moved(_blocks(rows, tx, transfers), tx, transfers)


def _blocks(rows: pl.DataFrame, tx: pl.DataFrame, transfers: pl.DataFrame) -> pl.DataFrame:
    hashes = pl.col("block_hash").drop_nulls().first()
    blocks = rows.group_by("block").agg(pl.col("time").max(), hashes)
    counts = tx.group_by("block").agg(pl.len().alias("transactions"))
    word = transfers["txid"].bin.slice(0, 8).bin.reinterpret(dtype=pl.UInt64, endianness="big")
    with np.errstate(over="ignore"):
        marks = (
            word.fill_null(0).to_numpy()
            ^ (transfers["low"].to_numpy() * np.uint64(0x9E3779B97F4A7C15))
            ^ (transfers["ordinal"].to_numpy().astype(np.uint64) << np.uint64(8))
            ^ transfers["kind"].to_numpy().astype(np.uint64)
        )
    heights = transfers["block"].to_numpy()
    first, where = np.unique(heights, return_inverse=True)
    digests = np.zeros(len(first), np.uint64)
    np.add.at(digests, where, marks)
    summed = pl.DataFrame(
        {"block": first.astype(np.uint32), "digest": digests},
    )
    return (
        blocks.join(counts, on="block", how="left")
        .join(summed, on="block", how="left")
        .sort("block")
        .select(
            pl.col("block").alias("height"),
            pl.col("block_hash").alias("hash"),
            pl.col("time").fill_null(0),
            pl.lit(0, pl.UInt32).alias("first_tx"),
            pl.col("transactions").fill_null(0).cast(pl.UInt32),
            pl.col("digest").fill_null(0),
        )
        .cast(dict(BLOCKS))  # type: ignore[arg-type]
    )


def assemble_accounts(rows: pl.DataFrame, store: Store) -> AccountTables:
    """The rows of whole blocks, in any order, as the part that follows the store's last."""
    found = moved(rows)
    begin = store.manifest.transactions
    transfers, tx, blocks = found.transfers, found.tx, found.blocks
    sides = Strings.joined([Strings.of_series(transfers[name]) for name in ("from", "to", "asset")])
    size = len(transfers)
    # In the order of the chain: payer, payee, asset of one transfer, then of the next.
    order = np.arange(3 * size).reshape(3, size).T.ravel()
    ids, new = address_ids(sides.take(order), store)
    columns = ids.reshape(size, 3) if size else np.empty((0, 3), np.uint32)
    numbers = transfers["number"].cast(pl.Int64).to_numpy()
    times = dict(zip(blocks["height"], blocks["time"], strict=True))
    first = np.cumsum(blocks["transactions"].to_numpy()) - blocks["transactions"].to_numpy()
    return AccountTables(
        blocks.with_columns(pl.Series("first_tx", (first + begin).astype(np.uint32))),
        pl.DataFrame(
            {
                "tx": (tx["number"].cast(pl.Int64).to_numpy() + begin).astype(np.uint32),
                "txid": tx["txid"],
                "height": tx["block"],
                "index": tx["tx_index"],
                "time": [times[height] for height in tx["block"]],
                "failed": tx["failed"],
            },
            schema=ACCOUNT_TX,
        ),
        pl.DataFrame(
            {
                "tx": np.where(numbers == NONE, NONE, numbers + begin).astype(np.uint32),
                "block": transfers["block"],
                "tx_index": transfers["index"],
                "kind": transfers["kind"],
                "ordinal": transfers["ordinal"],
                "time": [times[height] for height in transfers["block"]],
                "asset": columns[:, 2].copy(),
                "from": columns[:, 0].copy(),
                "to": columns[:, 1].copy(),
                "amount_high": transfers["high"],
                "amount_low": transfers["low"],
            },
            schema=TRANSFERS,
        ),
        new,
    )
