"""Raw blocks, as a node keeps them on disk or hands them out, as records.

A file is one block, or blocks behind the network's mark and their length, as in blk*.dat; it may be
compressed with bzip2. Since BIP 34 a block says its height; earlier ones are counted from a block
before them, or from the first block of the chain.
"""

import bz2
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from btclib import b58
from btclib.block.block import Block
from btclib.block.genesis import genesis_block
from btclib.exceptions import BTClibValueError
from btclib.key import PubKeyData
from btclib.script.script_pub_key import type_and_payload

from qazyna.tracing.ingest.records import Unfit

MOST_BYTES = 1 << 28
"""A file of blocks is no larger, decompressed; nodes begin a new one at half of this."""

FIRST_SAID = 180_000
"""Blocks of version 2, which say their height, were first made some time after this one."""

MARK = bytes.fromhex("f9beb4d9")
KINDS = {
    "p2pk": "pubkey",
    "p2ms": "multisig",
    "p2pkh": "pubkeyhash",
    "p2sh": "scripthash",
    "p2wpkh": "witness_v0_keyhash",
    "p2wsh": "witness_v0_scripthash",
    "p2tr": "witness_v1_taproot",
    "nulldata": "nulldata",
}


def blocks(path: Path) -> Iterator[Block]:
    """The blocks of a file, in its order. Unfit where they cannot be read."""
    data = path.read_bytes()
    if data[:3] == b"BZh":
        inside = bz2.BZ2Decompressor()
        data = inside.decompress(data, MOST_BYTES)
        if not inside.eof:
            raise Unfit(f"it holds more than {MOST_BYTES} bytes, or is cut off")
    at = 0
    while at < len(data):
        size = len(data) - at
        if data[at : at + 4] == MARK:
            size = int.from_bytes(data[at + 4 : at + 8], "little")
            at += 8
        try:
            yield Block.parse(data[at : at + size], check_validity=False)
        except (BTClibValueError, ValueError, EOFError) as error:
            raise Unfit(f"byte {at}: it is no block: {error}") from None
        at += size


def heights(found: Sequence[Block]) -> list[int | None]:
    """The height of each block; None where neither it nor those before it say."""
    hashes = [bytes(block.header.hash) for block in found]
    at = {bytes(genesis_block("mainnet").header.hash): 0}
    for name, block in zip(hashes, found, strict=True):
        if (said := _said(block)) is not None:
            at[name] = said
    waiting = {
        bytes(block.header.previous_block_hash): name
        for name, block in zip(hashes, found, strict=True)
        if name not in at
    }
    known = list(at)
    while known:
        name = known.pop()
        if (after := waiting.pop(name, None)) is not None:
            at[after] = at[name] + 1
            known.append(after)
    return [at.get(name) for name in hashes]


def _said(block: Block) -> int | None:
    script = block.transactions[0].vin[0].script_sig
    size = script[0] if script else 0
    if block.header.version < 2 or size != 3 or len(script) <= size:
        return None
    height = int.from_bytes(script[1:4], "little")
    return height if height >= FIRST_SAID else None


def records(block: Block, height: int) -> Iterator[dict[str, Any]]:
    """The transactions of a block, in its order, in the schema of bitcoin-etl."""
    for index, tx in enumerate(block.transactions):
        coinbase = tx.is_coinbase
        yield {
            "hash": tx.id.hex(),
            "block_number": height,
            "block_hash": block.header.hash.hex(),
            "block_timestamp": int(block.header.time.timestamp()),
            "index": index,
            "is_coinbase": coinbase,
            "inputs": []
            if coinbase
            else [
                {
                    "spent_transaction_hash": each.prev_out.tx_id.hex(),
                    "spent_output_index": each.prev_out.vout,
                }
                for each in tx.vin
            ],
            "outputs": [_output(each) for each in tx.vout],
        }


def _output(item: Any) -> dict[str, Any]:
    kind = item.script_pub_key.type
    return {
        "type": KINDS.get(kind, "nonstandard" if kind == "unknown" else "witness_unknown"),
        "addresses": _addresses(item.script_pub_key),
        "value": item.value,
    }


def _addresses(script: Any) -> list[str]:
    """As bitcoin-etl names them: a bare key by the address of its hash, a multisig by its keys'."""
    kind, payload = type_and_payload(script.script)
    if kind in ("nulldata", "unknown"):
        return []
    if kind == "p2pk":
        return [b58.p2pkh(PubKeyData(payload, "mainnet", check_validity=False))]
    return list(script.addresses) if kind == "p2ms" else [script.address]
