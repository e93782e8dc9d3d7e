"""Blocks as a node of Bitcoin Core's kind tells them (getblock, verbosity 2 or 3), as records.

Amounts are in coins with their decimals and become base units exactly; read the node's JSON with
`parse_float=Decimal`. What Litecoin moves inside its extension blocks is no output of the chain and
is left out.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Protocol

from qazyna.errors import Refused
from qazyna.tracing.ingest.records import Unfit

COIN = 100_000_000


class Node(Protocol):
    """A node that answers: the result of a method. It raises what keeps it from answering."""

    def call(self, method: str, *parameters: object) -> Any: ...


def records(block: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The transactions of a block, in its order, in the schema of bitcoin-etl."""
    for index, tx in enumerate(block["tx"]):
        inputs = [each for each in tx["vin"] if not each.get("ismweb")]
        outputs = [each for each in tx["vout"] if not each.get("ismweb")]
        coinbase = any("coinbase" in each for each in inputs)
        yield {
            "hash": tx["txid"],
            "block_number": block["height"],
            "block_hash": block["hash"],
            "block_timestamp": block["time"],
            "index": index,
            "is_coinbase": coinbase,
            "inputs": [] if coinbase else [_input(each) for each in inputs],
            "outputs": [_output(each) for each in outputs],
        }


def _input(item: Mapping[str, Any]) -> dict[str, Any]:
    before = item.get("prevout") or {}
    return {
        "spent_transaction_hash": item.get("txid"),
        "spent_output_index": item.get("vout"),
        "value": _base(before["value"]) if "value" in before else None,
        "addresses": addresses(before.get("scriptPubKey") or {}),
    }


def _output(item: Mapping[str, Any]) -> dict[str, Any]:
    script = item["scriptPubKey"]
    return {
        "type": script.get("type"),
        "addresses": addresses(script),
        "value": _base(item["value"]),
    }


def addresses(script: Mapping[str, Any]) -> list[Any]:
    """The addresses of a script: `address` of today's nodes, or `addresses` of older ones."""
    if "address" in script:
        return [script["address"]]
    found = script.get("addresses")
    return found if isinstance(found, list) else []


def _base(coins: object) -> int:
    """Coins as base units; the node writes eight decimals."""
    exact = Decimal(str(coins)) * COIN
    if exact != exact.to_integral_value():
        raise Unfit(f"a value is {coins}, with more than eight decimals")
    return int(exact)


def chain_of(node: Node, name: str) -> str:
    """The chain's name as a store keeps it; anything but the main one says so."""
    told = str(node.call("getblockchaininfo")["chain"])
    return name if told == "main" else f"{name}-{told}"


def last_agrees(node: Node, height: int, known: bytes | None) -> None:
    """Refused (other_block) where the node has another block than the store at its last height."""
    told = str(node.call("getblockhash", height))
    if known is not None and told != known.hex():
        raise Refused(
            "other_block",
            f"Block {height} is {known.hex()} in the store and {told} at the node: the chain was "
            "reorganised, or it is another chain. Nothing was taken; ingest into a new store.",
            {"height": height},
        )
