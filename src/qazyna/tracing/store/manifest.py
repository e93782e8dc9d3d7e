"""What a store says of itself: one JSON document, replaced whole and never edited in place."""

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from qazyna.errors import Refused

FORMAT = 1

NONE = 0xFFFFFFFF
"""The id that stands for nobody: no address, or a source that the store does not have."""

MOST_IDS = NONE - 1
"""Ids are 32 bits wide, and the last of them means none."""


@dataclass(frozen=True, slots=True)
class Part:
    """One committed run of whole blocks. `first_*` are the ids with which it begins."""

    name: str
    first_height: int
    last_height: int
    first_tx: int
    first_address: int
    blocks: int
    transactions: int
    inputs: int
    outputs: int
    addresses: int
    transfers: int = 0


@dataclass(frozen=True, slots=True)
class Run:
    """One sorted run of an index: how many keys, and how often it was merged."""

    name: str
    keys: int
    tier: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """All there is in a store. Heights are the lowest and the highest; gaps are inclusive."""

    chain: str
    asset: str
    kind: str = "utxo"
    format: int = FORMAT
    heights: tuple[int, int] | None = None
    gaps: tuple[tuple[int, int], ...] = ()
    counts: dict[str, int] = field(default_factory=dict)
    addresses: int = 0
    parts: tuple[Part, ...] = ()
    txid_runs: tuple[Run, ...] = ()
    address_runs: tuple[Run, ...] = ()
    sources: tuple[dict[str, Any], ...] = ()
    rejected: int = 0
    rejects_bytes: int = 0

    @property
    def transactions(self) -> int:
        return self.counts.get("transactions", 0)


def read(store: Path) -> Manifest:
    """The manifest of a store; refused where there is none, or one of another format."""
    file = store / "manifest.json"
    try:
        document = json.loads(file.read_bytes())
    except FileNotFoundError:
        raise Refused(
            "no_store",
            f"{store} is no store: it has no manifest.json. `qazyna trace ingest` makes one.",
            {"store": store},
        ) from None
    except ValueError as error:
        raise Refused("bad_store", f"{file} cannot be read: {error}.", {"store": store}) from None
    if document.get("format") != FORMAT:
        raise Refused(
            "bad_store",
            f"{file} is of format {document.get('format')}; this program reads {FORMAT}.",
            {"store": store},
        )
    document["parts"] = tuple(Part(**each) for each in document["parts"])
    document["txid_runs"] = tuple(Run(**each) for each in document["txid_runs"])
    document["address_runs"] = tuple(Run(**each) for each in document["address_runs"])
    document["gaps"] = tuple((low, high) for low, high in document["gaps"])
    document["sources"] = tuple(document["sources"])
    if document["heights"]:
        document["heights"] = tuple(document["heights"])
    return Manifest(**document)


def write(store: Path, manifest: Manifest) -> None:
    """Put the manifest in place, whole: readers see the one before or this one."""
    before = store / "manifest.json.new"
    text = json.dumps(asdict(manifest), indent=1, ensure_ascii=False) + "\n"
    with before.open("wb") as out:
        out.write(text.encode())
        out.flush()
        os.fsync(out.fileno())
    before.replace(store / "manifest.json")
    sync(store)


def sync(path: Path) -> None:
    """Have a file's bytes, or a folder's names, on the disk before going on."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
