"""A synthetic chain of any size, the same for the same seed: for benches and for tests.

Owners spend what they were paid. Who is paid follows a power law, so that a few owners receive
very much and most receive once or twice; an owner shows an old address again or a new one. Every
input spends an unspent output, values are conserved to the base unit, and ids are dense in the
order of the chain, as a store has them.

    python -m bench.chain 1000000 --store /tmp/chain.store
    python -m bench.chain 1000000 --parquet /tmp/chain.parquet
    python -m bench.chain 2000 --jsonl /tmp/chain.jsonl

At 50 million transactions there are about 120 million inputs and 60 million addresses.
"""

import argparse
import json
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from qazyna.tracing.kernel import kernel
from qazyna.tracing.store.manifest import NONE
from qazyna.tracing.store.strings import Strings
from qazyna.tracing.store.tables import BLOCKS, INPUTS, OUTPUTS, TX, Kind
from qazyna.tracing.store.writing import Tables, Writer

SEED = 20
PER_BLOCK = 2_000
GENESIS = 1_231_006_505
SUBSIDY = 5_000_000_000
PART = 1_000_000
KINDS = np.array(
    [
        Kind.pubkeyhash,
        Kind.scripthash,
        Kind.witness_v0_keyhash,
        Kind.witness_v1_taproot,
        Kind.nulldata,
    ],
    np.uint8,
)
LETTERS = np.frombuffer(b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz", np.uint8)
FIRST_LETTERS = np.frombuffer(b"13qp", np.uint8)
WIDTH = 34


@dataclass(frozen=True, slots=True)
class Chain:
    """Columns of a whole chain. `first_*[t]` is where transaction t's rows begin (one row more)."""

    seed: int
    per_block: int
    first_in: np.ndarray
    first_out: np.ndarray
    spends: np.ndarray
    """For each input the row of the output that it spends."""
    addr: np.ndarray
    value: np.ndarray
    kind: np.ndarray

    @property
    def transactions(self) -> int:
        return len(self.first_in) - 1

    @property
    def addresses(self) -> int:
        named = self.addr[self.addr != NONE]
        return int(named.max()) + 1 if len(named) else 0


def chain(transactions: int, seed: int = SEED, per_block: int = PER_BLOCK) -> Chain:
    """The chain of that many transactions, coinbases among them, `per_block` to a block."""
    most_in, most_out = 3 * transactions + 1000, 3 * transactions + 1000
    first_in, first_out = np.zeros(transactions + 1, np.int64), np.zeros(transactions + 1, np.int64)
    spends = np.empty(most_in, np.uint32)
    addr, value = np.empty(most_out, np.uint32), np.empty(most_out, np.int64)
    kind = np.empty(most_out, np.uint8)
    ins, outs = _grow(
        transactions, seed, per_block, first_in, first_out, spends, addr, value, kind, KINDS
    )
    return Chain(
        seed, per_block, first_in, first_out, spends[:ins], addr[:outs], value[:outs], kind[:outs]
    )


@kernel
def _mix(state: np.uint64) -> np.uint64:
    """SplitMix64 (Steele, Lea and Flood, 2014)."""
    z = state + np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


@kernel
def _unit(state: np.uint64) -> float:
    return float(_mix(state) >> np.uint64(11)) / 9007199254740992.0


@kernel
def _grow(
    transactions: int,
    seed: int,
    per_block: int,
    first_in: np.ndarray,
    first_out: np.ndarray,
    spends: np.ndarray,
    addr: np.ndarray,
    value: np.ndarray,
    kind: np.ndarray,
    kinds: np.ndarray,
) -> tuple[int, int]:
    owners = max(16, transactions // 3)
    purse = np.full(owners, -1, np.int64)
    below = np.full(len(addr), -1, np.int64)
    owner_of = np.zeros(len(addr), np.uint32)
    main = np.full(owners, NONE, np.uint32)
    state = np.uint64(seed) * np.uint64(0x9E3779B97F4A7C15)
    step = np.uint64(0x9E3779B97F4A7C15)
    ins, outs, named = 0, 0, 0
    for t in range(transactions):
        coinbase = t % per_block == 0
        total, fee, spender = 0, 0, 0
        if coinbase:
            total = 5_000_000_000
            wanted_out = 1
        else:
            # Whoever was paid lately and still has something spends.
            for attempt in range(64):
                state += step
                u = _unit(state)
                o = outs - 1 - int(u * u * outs) if attempt < 48 else attempt % outs
                spender = owner_of[o]
                if purse[spender] >= 0:
                    break
            wanted = 1
            state += step
            u = _unit(state)
            if u > 0.45:
                wanted = 2 if u < 0.54 else min(400, int(3.6 / (1.0 - u) ** 0.78))
            while wanted > 0 and purse[spender] >= 0 and ins < len(spends):
                o = purse[spender]
                purse[spender] = below[o]
                spends[ins] = o
                total += value[o]
                ins += 1
                wanted -= 1
            state += step
            u = _unit(state)
            wanted_out = 2
            if u < 0.12:
                wanted_out = 1
            elif u > 0.80:
                wanted_out = min(300, int(2.4 + 1.0 / (1.0 - u) ** 0.6))
            state += step
            fee = min(total // 1000, int(_unit(state) * 20_000))
            if total - fee < 1000 * wanted_out:
                wanted_out = 1
        left = total - fee
        wanted_out = min(wanted_out, len(addr) - outs - 2)
        reach = max(16, min(owners, t // 3))
        for k in range(wanted_out):
            state += step
            u = _unit(state)
            last = k == wanted_out - 1
            if last and wanted_out > 1:
                payee = spender
            else:
                payee = int(reach * u * u * u)
            state += step
            u = _unit(state)
            amount = left if last else int(left * (0.05 + 0.6 * u) / (1 if wanted_out == 2 else 3))
            if not last and amount % 100_000 and amount > 1_000_000 and u < 0.4:
                amount -= amount % 100_000
            left -= amount
            state += step
            u = _unit(state)
            if main[payee] == NONE or u < (0.55 if last else 0.24):
                addr[outs] = named
                named += 1
                if main[payee] == NONE or (payee % 4 == 0 and u < 0.05):
                    main[payee] = addr[outs]
            else:
                addr[outs] = main[payee]
            value[outs] = amount
            kind[outs] = kinds[_mix(np.uint64(addr[outs]) + np.uint64(seed)) % np.uint64(4)]
            owner_of[outs] = payee
            below[outs] = purse[payee]
            purse[payee] = outs
            outs += 1
        state += step
        if not coinbase and _unit(state) < 0.02 and outs < len(addr):
            addr[outs], value[outs], kind[outs], owner_of[outs] = NONE, 0, kinds[4], spender
            outs += 1
        first_in[t + 1], first_out[t + 1] = ins, outs
    return ins, outs


@kernel
def _words(seed: int, first: int, out: np.ndarray) -> None:
    """Row i: four words that only (seed, first + i) decide."""
    for i in range(len(out)):
        for k in range(4):
            out[i, k] = _mix(
                _mix(np.uint64(seed) + np.uint64(k + 1) * np.uint64(0xD1342543DE82EF95))
                ^ np.uint64(first + i)
            )


@kernel
def _spell(
    seed: int, ids: np.ndarray, letters: np.ndarray, firsts: np.ndarray, out: np.ndarray
) -> None:
    """Row i: the address of id ids[i], a letter for its kind and 33 more."""
    for i in range(len(ids)):
        out[i, 0] = firsts[_mix(np.uint64(ids[i]) + np.uint64(seed)) % np.uint64(4)]
        for k in range(3):
            row = np.uint64(ids[i]) * np.uint64(3) + np.uint64(k)
            word = _mix(row + (np.uint64(seed) << np.uint64(40)))
            for j in range(11):
                out[i, 1 + 11 * k + j] = letters[word % np.uint64(58)]
                word //= np.uint64(58)


def _binary(rows: np.ndarray) -> pl.Series:
    return pl.Series(rows).cast(pl.List(pl.UInt8)).cast(pl.Binary)


def txids(of: Chain, low: int, high: int) -> pl.Series:
    """The ids of transactions low … high-1, 32 bytes each."""
    words = np.empty((high - low, 4), np.uint64)
    _words(of.seed, low, words)
    return _binary(words.byteswap().view(np.uint8).reshape(-1, 32))


def spelled(of: Chain, ids: np.ndarray) -> np.ndarray:
    """The addresses of ids, WIDTH letters a row (u8)."""
    letters = np.empty((len(ids), WIDTH), np.uint8)
    _spell(of.seed, ids, LETTERS, FIRST_LETTERS, letters)
    return letters


def addresses(of: Chain, ids: np.ndarray) -> pl.Series:
    """The addresses of ids, as strings; null for NONE."""
    strings = _binary(spelled(of, ids)).cast(pl.String)
    return strings.set(pl.Series(ids == NONE), None) if (ids == NONE).any() else strings


def tables(of: Chain, low: int, high: int, named: int) -> Tables:
    """Transactions low … high-1, whole blocks, as a part; `named` addresses came before."""
    ins, outs = slice(*of.first_in[[low, high]]), slice(*of.first_out[[low, high]])
    tx = np.arange(low, high, dtype=np.uint32)
    height = (tx // of.per_block).astype(np.uint32)
    index = (tx % of.per_block).astype(np.uint32)
    n_in, n_out = np.diff(of.first_in[low : high + 1]), np.diff(of.first_out[low : high + 1])
    spends = of.spends[ins].astype(np.int64)
    prev_tx = np.searchsorted(of.first_out, spends, side="right") - 1
    paid = np.add.reduceat(of.value[outs], of.first_out[low:high] - of.first_out[low])
    taken = np.zeros(high - low, np.int64)
    np.add.at(taken, np.repeat(tx - low, n_in), of.value[spends])
    coinbase = index == 0
    ids = txids(of, low, high)
    blocks = np.flatnonzero(coinbase)
    words = ids.bin.slice(0, 8).bin.reinterpret(dtype=pl.UInt64, endianness="big").to_numpy()
    addr = of.addr[outs]
    last = max(named, int(addr[addr != NONE].max(initial=0)) + 1)
    return Tables(
        pl.DataFrame(
            {
                "height": height[blocks],
                "hash": ids.gather(blocks),
                "time": GENESIS + 600 * height[blocks].astype(np.int64),
                "first_tx": tx[blocks],
                "transactions": np.diff(np.append(blocks, high - low)).astype(np.uint32),
                "digest": np.add.reduceat(words, blocks),
            },
            schema=BLOCKS,
        ),
        pl.DataFrame(
            {
                "tx": tx,
                "txid": ids,
                "height": height,
                "index": index,
                "time": GENESIS + 600 * height.astype(np.int64),
                "coinbase": coinbase,
                "n_in": n_in.astype(np.uint32),
                "n_out": n_out.astype(np.uint32),
                "fee": np.where(coinbase, 0, taken - paid),
            },
            schema=TX,
        ),
        pl.DataFrame(
            {
                "tx": np.repeat(tx, n_in),
                "n": _counted(n_in),
                "prev_tx": prev_tx.astype(np.uint32),
                "prev_n": (spends - of.first_out[prev_tx]).astype(np.uint32),
                "addr": of.addr[spends],
                "value": of.value[spends],
            },
            schema=INPUTS,
        ),
        pl.DataFrame(
            {
                "tx": np.repeat(tx, n_out),
                "n": _counted(n_out),
                "addr": addr,
                "value": of.value[outs],
                "kind": of.kind[outs],
            },
            schema=OUTPUTS,
        ),
        Strings(
            spelled(of, np.arange(named, last, dtype=np.uint32)).ravel(),
            np.arange(1, last - named + 1, dtype=np.int64) * WIDTH,
        ),
    )


def _counted(counts: np.ndarray) -> np.ndarray:
    ends = np.cumsum(counts)
    return (np.arange(ends[-1] if len(ends) else 0) - np.repeat(ends - counts, counts)).astype(
        np.uint32
    )


def parts(of: Chain, size: int = PART) -> Iterator[Tables]:
    """The whole chain as parts of whole blocks, at most `size` transactions each."""
    step, named = max(1, size // of.per_block) * of.per_block, 0
    for low in range(0, of.transactions, step):
        part = tables(of, low, min(low + step, of.transactions), named)
        named += len(part.addresses)
        yield part


def write_store(of: Chain, path: Path, size: int = PART) -> None:
    """The chain straight into a new store."""
    with Writer(path, "synthetic", "SYN") as writer:
        for part in parts(of, size):
            writer.append(part)


def exported(of: Chain, part: Tables) -> pl.DataFrame:
    """A part in the schema of bitcoin-etl, inputs enriched as in the public datasets.

    Left out are the scripts, which nothing here reads; the columns stand there, null.
    """
    names = [kind.name for kind in Kind]
    null = pl.lit(None, pl.String)
    sources = _hex_of(of, part.inputs["prev_tx"].to_numpy())
    inputs = part.inputs.with_columns(
        spent=sources, address=addresses(of, part.inputs["addr"].to_numpy())
    )
    outputs = part.outputs.with_columns(
        address=addresses(of, part.outputs["addr"].to_numpy()),
        type=pl.Series(names, dtype=pl.String).gather(part.outputs["kind"]),
    )
    listed = (
        pl.when(pl.col("address").is_null())
        .then(pl.lit([], pl.List(pl.String)))
        .otherwise(pl.concat_list("address"))
    )
    taken = inputs.group_by("tx", maintain_order=True).agg(
        pl.struct(
            pl.col("n").cast(pl.Int64).alias("index"),
            pl.col("spent").alias("spent_transaction_hash"),
            pl.col("prev_n").cast(pl.Int64).alias("spent_output_index"),
            null.alias("script_asm"),
            null.alias("script_hex"),
            pl.lit(4294967295, pl.Int64).alias("sequence"),
            pl.lit(None, pl.Int64).alias("required_signatures"),
            null.alias("type"),
            listed.alias("addresses"),
            pl.col("value"),
        ).alias("inputs"),
        pl.col("value").sum().alias("input_value"),
    )
    paid = outputs.group_by("tx", maintain_order=True).agg(
        pl.struct(
            pl.col("n").cast(pl.Int64).alias("index"),
            null.alias("script_asm"),
            null.alias("script_hex"),
            pl.lit(1, pl.Int64).alias("required_signatures"),
            pl.col("type"),
            listed.alias("addresses"),
            pl.col("value"),
        ).alias("outputs"),
        pl.col("value").sum().alias("output_value"),
    )
    hashes = part.blocks.select("height", block_hash=pl.col("hash").bin.encode("hex"))
    return (
        part.tx.join(hashes, on="height", maintain_order="left")
        .join(taken, on="tx", how="left", maintain_order="left")
        .join(paid, on="tx", how="left", maintain_order="left")
        .select(
            pl.col("txid").bin.encode("hex").alias("hash"),
            pl.lit(250, pl.Int64).alias("size"),
            pl.lit(250, pl.Int64).alias("virtual_size"),
            pl.lit(2, pl.Int64).alias("version"),
            pl.lit(0, pl.Int64).alias("lock_time"),
            pl.col("height").cast(pl.Int64).alias("block_number"),
            pl.col("block_hash"),
            pl.col("time").alias("block_timestamp"),
            pl.col("coinbase").alias("is_coinbase"),
            pl.col("index").cast(pl.Int64),
            pl.col("inputs").fill_null([]),
            pl.col("outputs").fill_null([]),
            pl.col("n_in").cast(pl.Int64).alias("input_count"),
            pl.col("n_out").cast(pl.Int64).alias("output_count"),
            pl.col("input_value").fill_null(0),
            pl.col("output_value").fill_null(0),
            pl.col("fee"),
        )
    )


def _hex_of(of: Chain, ids: np.ndarray) -> pl.Series:
    words = np.empty((len(ids), 4), np.uint64)
    _words_of(of.seed, ids, words)
    return _binary(words.byteswap().view(np.uint8).reshape(-1, 32)).bin.encode("hex")


@kernel
def _words_of(seed: int, ids: np.ndarray, out: np.ndarray) -> None:
    for i in range(len(ids)):
        for k in range(4):
            out[i, k] = _mix(
                _mix(np.uint64(seed) + np.uint64(k + 1) * np.uint64(0xD1342543DE82EF95))
                ^ np.uint64(ids[i])
            )


def write_parquet(of: Chain, folder: Path, size: int = 250_000) -> None:
    """The chain as bitcoin-etl transactions in Parquet files, as the public datasets have them."""
    folder.mkdir(parents=True)
    for number, part in enumerate(parts(of, size)):
        file = folder / f"transactions-{number:05d}.snappy.parquet"
        exported(of, part).write_parquet(file, compression="snappy", row_group_size=100_000)


def write_jsonl(of: Chain, file: Path) -> None:
    """The chain as bitcoin-etl transactions, one JSON object a line."""
    with file.open("w", encoding="utf-8") as out:
        for part in parts(of):
            for row in exported(of, part).iter_rows(named=True):
                out.write(json.dumps(row) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("transactions", type=int)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--per-block", type=int, default=PER_BLOCK)
    for form in ("store", "parquet", "jsonl"):
        parser.add_argument(f"--{form}", type=Path)
    asked = parser.parse_args()
    begun = time.perf_counter()
    made = chain(asked.transactions, asked.seed, asked.per_block)
    if asked.store:
        write_store(made, asked.store)
    if asked.parquet:
        write_parquet(made, asked.parquet)
    if asked.jsonl:
        write_jsonl(made, asked.jsonl)
    print(
        f"{made.transactions:,} transactions, {len(made.spends):,} inputs, "
        f"{len(made.addr):,} outputs, {made.addresses:,} addresses in "
        f"{time.perf_counter() - begun:.1f} s",
        file=sys.stderr,
    )


if __name__ == "__main__":
    main()
