"""Records of bitcoin-etl for tests: small blocks told by hand, and files of them."""

import json
from hashlib import sha256
from pathlib import Path

from qazyna.tracing.ingest.running import Settings, ingest_bitcoin_etl
from qazyna.tracing.store import Store


def name(text: object) -> str:
    """A hash that a text decides."""
    return sha256(str(text).encode()).hexdigest()


def tx(text, height, index, spends=(), pays=(), **more):
    """A transaction: spends (text of a transaction, n)…, pays (address, value)…"""
    return {
        "hash": name(text),
        "block_number": height,
        "block_hash": name(f"block {height}"),
        "block_timestamp": 1_300_000_000 + 600 * height,
        "is_coinbase": not spends,
        "index": index,
        "inputs": [
            {"index": n, "spent_transaction_hash": name(spent), "spent_output_index": k}
            for n, (spent, k) in enumerate(spends)
        ],
        "outputs": [
            {"index": n, "type": "pubkeyhash", "addresses": [to], "value": value}
            for n, (to, value) in enumerate(pays)
        ],
        **more,
    }


def coinbase(height, to="miner", value=5_000):
    return tx(f"coinbase {height}", height, 0, pays=[(to, value)])


def three_blocks():
    """Three blocks: A is paid, pays B and itself, and B pays C."""
    return [
        coinbase(0, "A"),
        coinbase(1),
        tx("a to b", 1, 1, [("coinbase 0", 0)], [("B", 3_000), ("A", 1_900)]),
        coinbase(2),
        tx("b to c", 2, 1, [("a to b", 0)], [("C", 2_999)]),
    ]


def write(file: Path, records) -> Path:
    """One a line; strings are written as they stand."""
    with file.open("wb") as out:
        for each in records:
            line = each if isinstance(each, bytes) else json.dumps(each).encode()
            out.write(line + b"\n")
    return file


def ingest(folder: Path, *files: Path, **settings) -> tuple[dict, Store]:
    """Ingest files into the store in that folder; the document and the store."""
    found = ingest_bitcoin_etl(folder / "store", files, Settings(**settings))
    return found, Store.open(folder / "store")


def reasons(found) -> list[tuple[object, str]]:
    """Line or height, and reason, of every line of the rejects file."""
    lines = Path(found["rejects_file"]).read_text("utf-8").splitlines()
    read = [json.loads(line) for line in lines]
    return [(each.get("row", each.get("height")), each["reason"]) for each in read]
