"""The tables of a part: their columns and types, in the order they stand in the file."""

from enum import IntEnum

import polars as pl

BLOCKS: dict[str, type[pl.DataType]] = {
    "height": pl.UInt32,
    "hash": pl.Binary,
    "time": pl.Int64,
    "first_tx": pl.UInt32,
    "transactions": pl.UInt32,
    "digest": pl.UInt64,
}
"""`hash` is null where the source does not say it; `digest` sums the block's transaction ids."""

TX: dict[str, type[pl.DataType]] = {
    "tx": pl.UInt32,
    "txid": pl.Binary,
    "height": pl.UInt32,
    "index": pl.UInt32,
    "time": pl.Int64,
    "coinbase": pl.Boolean,
    "n_in": pl.UInt32,
    "n_out": pl.UInt32,
    "fee": pl.Int64,
}
"""`tx` counts from 0 in the order of the chain; `fee` in base units, null where not known."""

INPUTS: dict[str, type[pl.DataType]] = {
    "tx": pl.UInt32,
    "n": pl.UInt32,
    "prev_tx": pl.UInt32,
    "prev_n": pl.UInt32,
    "addr": pl.UInt32,
    "value": pl.Int64,
}
"""Sorted by (tx, n). `prev_tx` and `addr` may be NONE, `value` null, where they are not known."""

OUTPUTS: dict[str, type[pl.DataType]] = {
    "tx": pl.UInt32,
    "n": pl.UInt32,
    "addr": pl.UInt32,
    "value": pl.Int64,
    "kind": pl.UInt8,
}
"""Sorted by (tx, n). `addr` is NONE where nobody can spend it, or nobody is named."""

ACCOUNT_TX: dict[str, type[pl.DataType]] = {
    "tx": pl.UInt32,
    "txid": pl.Binary,
    "height": pl.UInt32,
    "index": pl.UInt32,
    "time": pl.Int64,
    "failed": pl.Boolean,
}
"""Of an account chain. `index` is NONE where only what it moved is known, not its place."""

TRANSFERS: dict[str, type[pl.DataType]] = {
    "tx": pl.UInt32,
    "block": pl.UInt32,
    "tx_index": pl.UInt32,
    "kind": pl.UInt8,
    "ordinal": pl.UInt32,
    "time": pl.Int64,
    "asset": pl.UInt32,
    "from": pl.UInt32,
    "to": pl.UInt32,
    "amount_high": pl.UInt64,
    "amount_low": pl.UInt64,
}
"""What moved on an account chain, by (block, tx_index, kind, ordinal).

`asset` is the id of a token's contract, NONE for the chain's own coin; `from` is NONE for new
coins, `to` for gas. `ordinal` is the log's index, or the trace's order. An amount in base units is
amount_high * 2^64 + amount_low. `tx` is NONE for what belongs to no transaction.
"""

ACCOUNT_TABLES = {"blocks": BLOCKS, "tx": ACCOUNT_TX, "transfers": TRANSFERS}

TABLES: dict[str, dict[str, type[pl.DataType]]] = {
    "blocks": BLOCKS,
    "tx": TX,
    "inputs": INPUTS,
    "outputs": OUTPUTS,
}


class Kind(IntEnum):
    """What locks an output, as bitcoin-etl and Bitcoin Core name it."""

    unknown = 0
    pubkey = 1
    pubkeyhash = 2
    scripthash = 3
    multisig = 4
    nulldata = 5
    witness_v0_keyhash = 6
    witness_v0_scripthash = 7
    witness_v1_taproot = 8
    witness_unknown = 9
    nonstandard = 10
    anchor = 11
    witness_mweb_hogaddr = 12
    witness_mweb_pegin = 13
    shielded = 14


class Move(IntEnum):
    """Why an amount moved on an account chain; within a transaction in this order."""

    gas = 0
    value = 1
    trace = 2
    token = 3
    reward = 4
