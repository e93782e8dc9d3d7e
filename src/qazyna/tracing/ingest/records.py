"""Single records in the schema of bitcoin-etl, one after another, into a batch.

What makes a record unfit is said in one sentence; whatever else it carries is left unread.
"""

import ast
import json
import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from qazyna.tracing.ingest.batch import UNKNOWN, Batch
from qazyna.tracing.store.strings import Strings
from qazyna.tracing.store.tables import Kind

HASH = re.compile(r"[0-9a-fA-F]{64}\Z")
MOST_VALUE = (1 << 63) - 1
MOST_HEIGHT = (1 << 32) - 2
NO_HASH = bytes(32)

KINDS = {kind.name: int(kind) for kind in Kind} | {
    # as other versions and other programs spell them
    "witness_unknown": int(Kind.witness_unknown),
    "nonstandard": int(Kind.nonstandard),
    "p2pk": int(Kind.pubkey),
    "p2pkh": int(Kind.pubkeyhash),
    "p2sh": int(Kind.scripthash),
    "p2wpkh": int(Kind.witness_v0_keyhash),
    "p2wsh": int(Kind.witness_v0_scripthash),
    "p2tr": int(Kind.witness_v1_taproot),
    "op_return": int(Kind.nulldata),
}


class Unfit(Exception):
    """A record cannot be taken, and why."""


def whole(record: Mapping[str, Any], name: str, most: int) -> int:
    """A field that is a whole number from 0 to `most`, perhaps written as text."""
    found = record.get(name)
    value = _number(found)
    if value is None:
        raise Unfit(f"{name} is {_shown(found)}, not a whole number")
    if not 0 <= value <= most:
        raise Unfit(f"{name} is {value}, outside 0 to {most}")
    return value


def hashed(record: Mapping[str, Any], name: str) -> bytes:
    """A field that is a hash: 64 hexadecimal digits, as 32 bytes."""
    found = record.get(name)
    if not isinstance(found, str) or not HASH.match(found):
        raise Unfit(f"{name} is {_shown(found)}, not 64 hexadecimal digits")
    return bytes.fromhex(found)


def address_of(item: Mapping[str, Any]) -> str:
    """The address of an input or output, empty if none is named.

    Several addresses are one bare multisig script that none of them owns alone: they are named
    together, joined by "+", as one address.
    """
    if "addresses" in item:
        many = item["addresses"]
    else:
        many = item.get("address")
        many = [] if many is None else [many]
    if many is None:
        return ""
    if not isinstance(many, list):
        raise Unfit(f"addresses is {_shown(many)}, not a list")
    for each in many:
        if not isinstance(each, str):
            raise Unfit(f"an address is {_shown(each)}, not a string")
    return "+".join(many)


class Collector:
    """Gathers records of transactions until they are taken away as one batch."""

    def __init__(self) -> None:
        self._clear()

    def _clear(self) -> None:
        self._txid: list[bytes] = []
        self._numbers: list[tuple[int, int, int, bool, int, int, int, int]] = []
        self._block_hash: list[bytes] = []
        self._spent: list[bytes] = []
        self._ins: list[tuple[int, int]] = []
        self._in_address: list[str] = []
        self._outs: list[tuple[int, int]] = []
        self._out_address: list[str] = []

    def __len__(self) -> int:
        return len(self._numbers)

    def add(self, record: Mapping[str, Any], source: int, row: int) -> None:
        """Take one transaction. Unfit where it is none, and then nothing of it stays."""
        txid = hashed(record, "hash")
        height = whole(record, "block_number", MOST_HEIGHT)
        index = whole(record, "index", MOST_HEIGHT) if record.get("index") is not None else row
        block_hash = NO_HASH
        if record.get("block_hash") is not None:
            block_hash = hashed(record, "block_hash")
        time = seconds(record.get("block_timestamp"))
        ins, outs = _listed(record, "inputs"), _listed(record, "outputs")
        said = record.get("is_coinbase")
        if isinstance(said, str):
            said = {"true": True, "false": False}.get(said.lower())
        coinbase = bool(said) if said is not None else not ins
        if coinbase:
            ins = [each for each in ins if each.get("spent_transaction_hash") is not None]
        if coinbase != (not ins):
            raise Unfit(
                "is_coinbase is true, yet it spends"
                if coinbase
                else "it has no inputs, and is no coinbase"
            )
        if not outs:
            raise Unfit("it has no outputs")
        spent, numbers, in_addresses = [], [], []
        for each in _in_order(ins, "input"):
            if each.get("type") == "shielded":  # out of a pool that shows no outputs
                spent.append(NO_HASH)
                numbers.append((0, _value(each, False)))
            else:
                spent.append(hashed(each, "spent_transaction_hash"))
                number = whole(each, "spent_output_index", MOST_HEIGHT)
                numbers.append((number, _value(each, False)))
            in_addresses.append(_sound(address_of(each)))
        paid, out_addresses = [], []
        for each in _in_order(outs, "output"):
            paid.append((_value(each, True), KINDS.get(str(each.get("type")).lower(), 0)))
            out_addresses.append(_sound(address_of(each)))
        total = sum(value for value, _ in paid)
        if total > MOST_VALUE:
            raise Unfit("its outputs are worth more than any chain has")
        _agrees(record, "output_value", total, "its outputs are worth")
        _agrees(record, "output_count", len(outs), "its outputs are")
        if not coinbase:
            _agrees(record, "input_count", len(ins), "its inputs are")
        self._txid.append(txid)
        self._numbers.append((height, index, time, coinbase, len(ins), len(outs), source, row))
        self._block_hash.append(block_hash)
        self._spent += spent
        self._ins += numbers
        self._in_address += in_addresses
        self._outs += paid
        self._out_address += out_addresses

    def batch(self) -> Batch:
        """All that was added, and begin anew."""
        numbers = np.array(self._numbers, np.int64).reshape(-1, 8)
        ins = np.array(self._ins, np.int64).reshape(-1, 2)
        outs = np.array(self._outs, np.int64).reshape(-1, 2)
        made = Batch(
            txid=_rows(self._txid),
            height=numbers[:, 0].astype(np.uint32),
            index=numbers[:, 1].astype(np.uint32),
            time=numbers[:, 2].copy(),
            coinbase=numbers[:, 3].astype(bool),
            block_hash=_rows(self._block_hash),
            n_in=numbers[:, 4].astype(np.uint32),
            n_out=numbers[:, 5].astype(np.uint32),
            source=numbers[:, 6].astype(np.uint32),
            row=numbers[:, 7].astype(np.uint32),
            spent=_rows(self._spent),
            spent_n=ins[:, 0].astype(np.uint32),
            in_value=ins[:, 1].copy(),
            in_address=Strings.of(self._in_address),
            out_value=outs[:, 0].copy(),
            out_kind=outs[:, 1].astype(np.uint8),
            out_address=Strings.of(self._out_address),
        )
        self._clear()
        return made


def seconds(found: object) -> int:
    """A time of a block in seconds since 1970, from a number or from a date and time in UTC."""
    value = _number(found)
    if value is not None:
        # Milli- and microseconds are how some programs write timestamps of Parquet as JSON.
        for scale in (1, 1_000, 1_000_000, 1_000_000_000):
            if abs(value) < 100_000_000_000 * scale:
                return value // scale
    if isinstance(found, str):
        from datetime import UTC, datetime

        try:
            read = datetime.fromisoformat(found.removesuffix(" UTC").replace("Z", "+00:00"))
        except ValueError:
            pass
        else:
            return int(read.replace(tzinfo=read.tzinfo or UTC).timestamp())
    raise Unfit(f"block_timestamp is {_shown(found)}, not a time")


def _rows(many: list[bytes]) -> np.ndarray:
    return np.frombuffer(b"".join(many), np.uint8).reshape(-1, 32)


def _number(found: object) -> int | None:
    if isinstance(found, bool):
        return None
    if isinstance(found, int):
        return found
    if isinstance(found, float):
        return int(found) if found.is_integer() else None
    if isinstance(found, str) and len(found) < 40 and re.fullmatch(r"-?[0-9]+(\.0*)?", found):
        return int(found.partition(".")[0])
    return None


def _value(item: Mapping[str, Any], needed: bool) -> int:
    """An amount in base units; coins and their decimals where the layout is that of AWS."""
    found = item.get("value")
    if found is None and not needed:
        return UNKNOWN
    if isinstance(found, float) and "address" in item and "addresses" not in item:
        found = round(found * 100_000_000)
    value = _number(found)
    if value is None:
        raise Unfit(f"a value is {_shown(found)}, not a whole number of base units")
    if not 0 <= value <= MOST_VALUE:
        raise Unfit(f"a value is {value}, outside 0 to {MOST_VALUE}")
    return value


def _listed(record: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    found = record.get(name)
    if isinstance(found, str):
        found = nested(found, name)
    if found is None:
        return []
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise Unfit(f"{name} is {_shown(found)}, not a list of objects")
    return found


def nested(text: str, name: str) -> object:
    """A list inside a cell of CSV: JSON, or as Python writes it."""
    if not text.strip():
        return None
    try:
        return json.loads(text)
    except ValueError:
        pass
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        raise Unfit(f"{name} cannot be read: {_shown(text)}") from None


def _in_order(items: list[Mapping[str, Any]], what: str) -> list[Mapping[str, Any]]:
    numbers = [_number(each.get("index")) for each in items]
    if all(each is None for each in numbers) or numbers == list(range(len(items))):
        return items
    known = [each for each in numbers if each is not None]
    if sorted(known) != list(range(len(items))):
        raise Unfit(f"its {what}s are not numbered 0 to {len(items) - 1}")
    return [items[known.index(place)] for place in range(len(items))]


def _agrees(record: Mapping[str, Any], name: str, found: int, what: str) -> None:
    said = _number(record.get(name))
    # A float here is coins in one layout and base units in another; it is no check.
    if said is not None and not isinstance(record.get(name), float) and said != found:
        raise Unfit(f"{name} says {said}, {what} {found}")


def _sound(address: str) -> str:
    try:
        address.encode()
    except UnicodeEncodeError:
        raise Unfit("an address is not text") from None
    return address


def _shown(found: object) -> str:
    text = "missing" if found is None else json.dumps(found, default=str)
    return text if len(text) <= 60 else text[:57] + "..."
