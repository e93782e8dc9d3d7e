"""How often the rules for coinjoins fit the transactions of real blocks.

    python -m bench.coinjoin_blocks FOLDER
    python -m bench.coinjoin_blocks FOLDER --write    for exhibits: data/tracing/error_rates.json

FOLDER holds blocks of Bitcoin as nodes keep them: one raw block a file, or several with the
network's magic and a length before each, perhaps as .bz2. Blocks that ended before a kind of
coinjoin was first used can hold none, so whatever its rule finds in them is false; the first days
below are those of the first public releases. JoinMarket and shared-coin services are older than
most such blocks, so what `joinmarket`, `generic` and `stonewall` find there may be either: the
rate is then no more than an upper bound of the false ones.

A raw block does not say what an input spends. Its owner is told by the key or script that it shows,
its value is not known; so Whirlpool, which asks for values, is counted as fitting whenever the
outputs and counts fit.
"""

import argparse
import bz2
import json
import struct
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from qazyna.shell.exhibits.rates import FILE, upper
from qazyna.tracing.coinjoin import Rule
from qazyna.tracing.coinjoin.kernel import POOLS, detect
from qazyna.tracing.store import NONE
from qazyna.tracing.store.tables import Kind

MAGIC = bytes.fromhex("f9beb4d9")
FIRST_USED = {
    Rule.wasabi_1_0: "2018-08-01",
    Rule.wasabi_1_1: "2018-12-01",
    Rule.wasabi_2_0: "2022-06-15",
    Rule.whirlpool: "2019-04-01",
    Rule.tx0: "2019-04-01",
    Rule.joinmarket: "2015-01-01",
}


@dataclass(frozen=True)
class Tx:
    """Owners of the inputs (None where not shown); outputs as (script, value)."""

    owners: list[bytes | None]
    outputs: list[tuple[bytes, int]]


class Reader:
    """Reads the numbers and strings of Bitcoin's encoding."""

    def __init__(self, octets: bytes, at: int = 0) -> None:
        self.octets, self.at = octets, at

    def take(self, count: int) -> bytes:
        if self.at + count > len(self.octets):
            raise ValueError("the block ends too early")
        self.at += count
        return self.octets[self.at - count : self.at]

    def number(self, form: str) -> int:
        return int(struct.unpack("<" + form, self.take(struct.calcsize(form)))[0])

    def size(self) -> int:
        first = self.number("B")
        return first if first < 253 else self.number({253: "H", 254: "I", 255: "Q"}[first])

    def string(self) -> bytes:
        return self.take(self.size())


def pushes(script: bytes) -> list[bytes] | None:
    """What a script pushes, None if it does more than that."""
    reader, found = Reader(script), []
    while reader.at < len(script):
        code = reader.number("B")
        if code == 0:
            found.append(b"")
        elif code <= 75:
            found.append(reader.take(code))
        elif code in (76, 77, 78):
            found.append(reader.take(reader.number({76: "B", 77: "H", 78: "I"}[code])))
        elif 81 <= code <= 96:
            found.append(bytes([code - 80]))
        else:
            return None
    return found


def owner(script: bytes, witness: list[bytes]) -> bytes | None:
    """The key or script that an input shows, which stands for its address."""
    try:
        shown = pushes(script)
    except ValueError:
        return None
    if shown is None:
        return None
    if not shown:
        return sha256(witness[-1]).digest() if witness else None
    # One signature alone pays from a bare key, which is not shown.
    return None if len(shown) == 1 and not witness and len(shown[0]) > 60 else shown[-1]


def block(octets: bytes) -> tuple[int, list[Tx]]:
    """The time of a block and its transactions, the coinbase first."""
    reader = Reader(octets, 68)
    time = reader.number("I")
    reader.take(8)
    found = []
    for _ in range(reader.size()):
        reader.take(4)
        segwit = reader.octets[reader.at : reader.at + 2] == b"\0\1"
        if segwit:
            reader.take(2)
        scripts = []
        for _ in range(reader.size()):
            reader.take(36)
            scripts.append(reader.string())
            reader.take(4)
        outputs = []
        for _ in range(reader.size()):
            value = reader.number("q")
            outputs.append((reader.string(), value))
        witnesses: list[list[bytes]] = [[] for _ in scripts]
        if segwit:
            witnesses = [[reader.string() for _ in range(reader.size())] for _ in scripts]
        reader.take(4)
        owners = [owner(each, seen) for each, seen in zip(scripts, witnesses, strict=True)]
        found.append(Tx(owners, outputs))
    return time, found


def blocks(file: Path) -> list[tuple[int, list[Tx]]]:
    """The blocks of a file; none if it holds something else."""
    octets = bz2.decompress(file.read_bytes()) if file.suffix == ".bz2" else file.read_bytes()
    if octets[:4] != MAGIC:
        try:
            return [block(octets)]
        except (ValueError, KeyError, struct.error):
            return []
    found, reader = [], Reader(octets)
    while reader.at + 8 < len(octets) and reader.take(4) == MAGIC:
        found.append(block(reader.take(reader.number("I"))))
    return found


def masks(transactions: list[Tx]) -> np.ndarray:
    """The rules that each fits, as masks of `Rule`."""
    ids: dict[bytes, int] = {}

    def named(key: bytes | None) -> int:
        return NONE if key is None else ids.setdefault(key, len(ids))

    spent = [(named(key), -1) for each in transactions for key in each.owners]
    paid = [
        (NONE if script[:1] == b"\x6a" else named(b"out" + script), value, _kind(script))
        for each in transactions
        for script, value in each.outputs
    ]
    in_ends = np.cumsum([len(each.owners) for each in transactions], dtype=np.int64)
    out_ends = np.cumsum([len(each.outputs) for each in transactions], dtype=np.int64)
    inputs, outputs = np.array(spent, np.int64), np.array(paid, np.int64)
    found = detect(
        in_ends,
        inputs[:, 0].astype(np.uint32),
        inputs[:, 1].copy(),
        out_ends,
        outputs[:, 0].astype(np.uint32),
        outputs[:, 1].copy(),
        outputs[:, 2].astype(np.uint8),
    )
    for at, each in enumerate(transactions):
        values = {value for _, value in each.outputs}
        size = len(each.outputs)
        if 5 <= size <= 8 and len(each.owners) == size and len(values) == 1 and values & {*POOLS}:
            found[at] |= int(Rule.whirlpool)
    return found


def _kind(script: bytes) -> int:
    return int(Kind.nulldata if script[:1] == b"\x6a" else Kind.unknown)


def measure(folder: Path) -> dict[str, Any]:
    """Counts of every rule over all blocks of a folder."""
    found, last = [], 0
    seen: set[bytes] = set()
    for file in sorted(each for each in folder.iterdir() if each.is_file()):
        for time, transactions in blocks(file):
            key = sha256(repr(transactions).encode()).digest()
            if key not in seen:
                seen.add(key)
                found += transactions[1:]
                last = max(last, time)
    fits = masks(found)
    able = sum(len(each.owners) >= 2 and len(each.outputs) >= 3 for each in found)
    day = datetime.fromtimestamp(last, UTC).date().isoformat()
    rules = {}
    for rule in Rule:
        count = int((fits & int(rule) != 0).sum())
        false = rule in FIRST_USED and day < FIRST_USED[rule]
        rules[rule.name or ""] = {
            "transactions": count,
            "rate": count / len(found),
            "rate_up_to_95": upper(count, len(found)),
            "all_false": false,
        }
    return {
        "blocks": len(seen),
        "last_day": day,
        "transactions": len(found),
        "with_two_inputs_and_three_outputs": able,
        "rules": rules,
    }


def rates(found: dict[str, Any]) -> list[dict[str, str]]:
    """What an exhibit says of each rule: how often it fitted, and what that proves."""
    on = f"{found['blocks']} blocks of Bitcoin to {found['last_day']}"
    sure = "false positives, a payment: older than the first coinjoin of its kind"
    bound = "fits a payment: no more than an upper bound of its false positives"
    return [
        {
            "heuristic": f"coinjoin rule {name}",
            "measure": sure if row["all_false"] else bound,
            "on": on,
            "errors": str(row["transactions"]),
            "of": str(found["transactions"]),
        }
        for name, row in found["rules"].items()
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    found = measure(asked.folder)
    if asked.write:
        FILE.parent.mkdir(exist_ok=True)
        text = json.dumps({"rates": rates(found)}, indent=1)
        FILE.write_text(f"{text}\n", encoding="utf-8")
    if asked.json:
        print(json.dumps(found, indent=1))
        return
    print(
        f"{found['blocks']} blocks to {found['last_day']}, {found['transactions']:,} payments, "
        f"{found['with_two_inputs_and_three_outputs']:,} with two inputs and three outputs or more"
    )
    for name, row in found["rules"].items():
        sure = "all false" if row["all_false"] else "false or true"
        print(
            f"{name:<11} {row['transactions']:>6,}  {row['rate']:.4%}  "
            f"at most {row['rate_up_to_95']:.4%}  {sure}"
        )


if __name__ == "__main__":
    main()
