"""The one who appends to a store: a part at a time, all of it or nothing, whatever happens.

A part's files are written beside the store's, brought to the disk, and only then named by the
manifest, which is replaced in one step. Whoever is killed before that leaves files that nobody
names; the next writer removes them.
"""

import fcntl
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import polars as pl

from qazyna.errors import InvariantBroken, Refused
from qazyna.tracing.store import manifest as manifests
from qazyna.tracing.store.manifest import MOST_IDS, Manifest, Part
from qazyna.tracing.store.reading import Store
from qazyna.tracing.store.runs import txid_keys
from qazyna.tracing.store.strings import Strings
from qazyna.tracing.store.tables import ACCOUNT_TABLES, TABLES

ROW_GROUP = 1 << 16
"""In so few rows values recur among few, which Polars writes in half the time, and a tenth smaller,
of what four times as many take; they are read as fast."""


@dataclass(frozen=True, slots=True)
class Tables:
    """What one part brings: four tables with their ids given, and its new addresses by id."""

    blocks: pl.DataFrame
    tx: pl.DataFrame
    inputs: pl.DataFrame
    outputs: pl.DataFrame
    addresses: Strings


@dataclass(frozen=True, slots=True)
class AccountTables:
    """The same of an account chain: three tables, and its new addresses by id."""

    blocks: pl.DataFrame
    tx: pl.DataFrame
    transfers: pl.DataFrame
    addresses: Strings


class Writer:
    """The store, held by one writer. Refused (store_busy) while another holds it."""

    def __init__(self, path: Path | str, chain: str, asset: str, kind: str = "utxo") -> None:
        self.path = Path(path)
        self.path.mkdir(parents=True, exist_ok=True)
        self._lock = os.open(self.path / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            self._hold()
            if not (self.path / "manifest.json").exists():
                self._must_be_empty()
                manifests.write(self.path, Manifest(chain, asset, kind))
            self.store = Store.open(self.path)
            self._must_be_of(chain, asset, kind)
            self._remove_leftovers()
        except BaseException:
            os.close(self._lock)
            raise

    def __enter__(self) -> "Writer":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            self._remove_leftovers()
        os.close(self._lock)

    @property
    def manifest(self) -> Manifest:
        return self.store.manifest

    def append(
        self,
        tables: Tables | AccountTables,
        *,
        gaps: Iterable[tuple[int, int]] = (),
        rejects: Iterable[Mapping[str, Any]] = (),
    ) -> Part:
        """Commit one part. When this returns it is there for good; if it raises, nothing is."""
        known, part = self.manifest, self._described(tables)
        folder = self.path / "parts" / part.name
        folder.mkdir(parents=True)
        schemas = TABLES if isinstance(tables, Tables) else ACCOUNT_TABLES
        writes = []
        for name, schema in schemas.items():
            frame: pl.DataFrame = getattr(tables, name)
            if frame.schema != pl.Schema(schema):
                raise InvariantBroken(f"{name} has the columns {frame.schema}")
            # Little of this compresses well; what does is worth little time. Polars writes them
            # beside what follows here.
            write = frame.lazy().sink_parquet(
                folder / f"{name}.parquet",
                compression="lz4",
                row_group_size=ROW_GROUP,
                statistics=True,
                lazy=True,
            )
            writes.append(write.collect(background=True))
        self._write_strings(part, tables.addresses)
        if isinstance(tables, Tables):
            self._write_outputs(part, tables)
        txid_runs = self.store.txid_index.with_run(
            part.name, *txid_keys(tables.tx["txid"]), tables.tx["tx"].to_numpy()
        )
        ids = np.arange(part.addresses, dtype=np.uint32) + np.uint32(part.first_address)
        address_runs = self.store.address_index.with_run(part.name, *tables.addresses.keys(), ids)
        for name, writing in zip(schemas, writes, strict=True):
            writing.fetch_blocking()
            manifests.sync(folder / f"{name}.parquet")
        for each in (folder, folder.parent):
            manifests.sync(each)
        low = known.heights[0] if known.heights else part.first_height
        counts = {
            name: known.counts.get(name, 0) + getattr(part, name)
            for name in ("blocks", "transactions", "inputs", "outputs", "transfers")
        }
        self._commit(
            replace(
                known,
                parts=(*known.parts, part),
                heights=(low, part.last_height),
                gaps=(*known.gaps, *gaps),
                counts=counts,
                addresses=known.addresses + part.addresses,
                txid_runs=txid_runs,
                address_runs=address_runs,
            ),
            rejects,
        )
        return part

    def note_sources(
        self, sources: Iterable[Mapping[str, Any]], rejects: Iterable[Mapping[str, Any]] = ()
    ) -> None:
        """Commit that sources were read to their end, and what of them was rejected."""
        all_of_them = (*self.manifest.sources, *map(dict, sources))
        self._commit(replace(self.manifest, sources=all_of_them), rejects)

    def _commit(self, manifest: Manifest, rejects: Iterable[Mapping[str, Any]]) -> None:
        lines = [json.dumps(each, ensure_ascii=False).encode() + b"\n" for each in rejects]
        if lines:
            with (self.path / "rejects.jsonl").open("ab") as out:
                out.writelines(lines)
                out.flush()
                os.fsync(out.fileno())
        size = manifest.rejects_bytes + sum(map(len, lines))
        manifests.write(
            self.path,
            replace(manifest, rejected=manifest.rejected + len(lines), rejects_bytes=size),
        )
        self.store = Store.open(self.path)

    def _described(self, tables: Tables | AccountTables) -> Part:
        known = self.manifest
        part = Part(
            name=f"{len(known.parts):06d}",
            first_height=int(tables.blocks["height"][0]),
            last_height=int(tables.blocks["height"][-1]),
            first_tx=known.transactions,
            first_address=known.addresses,
            blocks=len(tables.blocks),
            transactions=len(tables.tx),
            inputs=len(tables.inputs) if isinstance(tables, Tables) else 0,
            outputs=len(tables.outputs) if isinstance(tables, Tables) else 0,
            addresses=len(tables.addresses),
            transfers=len(tables.transfers) if isinstance(tables, AccountTables) else 0,
        )
        if max(part.first_tx + part.transactions, part.first_address + part.addresses) > MOST_IDS:
            raise Refused(
                "too_many_ids",
                f"The store would have more than {MOST_IDS:,} transactions or addresses, which is "
                "what ids of 32 bits can tell apart.",
            )
        if known.heights and part.first_height <= known.heights[1]:
            raise InvariantBroken(f"a part at {part.first_height} after {known.heights[1]}")
        if part.transactions and int(tables.tx["tx"][0]) != part.first_tx:
            raise InvariantBroken(f"a part whose transactions begin at {tables.tx['tx'][0]}")
        return part

    def _write_strings(self, part: Part, addresses: Strings) -> None:
        folder = self.path / "addresses" / part.name
        folder.mkdir(parents=True)
        with (folder / "strings.bin").open("wb") as out:
            out.write(np.ascontiguousarray(addresses.octets).data)
            out.write(b"\n")  # a memory map cannot be empty
        np.save(folder / "ends.npy", addresses.ends)
        for each in (folder / "strings.bin", folder / "ends.npy", folder, folder.parent):
            manifests.sync(each)

    def _write_outputs(self, part: Part, tables: Tables) -> None:
        folder = self.path / "index" / "outputs" / part.name
        folder.mkdir(parents=True)
        first = np.zeros(part.transactions + 1, np.uint32)
        np.cumsum(tables.tx["n_out"].to_numpy(), out=first[1:])
        columns = {
            "first": first,
            "addr": tables.outputs["addr"].to_numpy(),
            "value": tables.outputs["value"].to_numpy(),
        }
        for name, column in columns.items():
            np.save(folder / f"{name}.npy", column)
            manifests.sync(folder / f"{name}.npy")
        for each in (folder, folder.parent, folder.parent.parent):
            manifests.sync(each)

    def _hold(self) -> None:
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Refused(
                "store_busy",
                f"Another program is writing to {self.path}; let it end first.",
                {"store": self.path},
            ) from None

    def _must_be_empty(self) -> None:
        others = [each.name for each in self.path.iterdir() if each.name not in _LEFT_BY_US]
        if others:
            raise Refused(
                "not_a_store",
                f"{self.path} holds other files ({', '.join(sorted(others)[:3])}); name an empty "
                "or a new folder.",
                {"store": self.path},
            )

    def _must_be_of(self, chain: str, asset: str, kind: str) -> None:
        have = self.manifest
        if (have.chain, have.asset, have.kind) != (chain, asset, kind):
            raise Refused(
                "other_chain",
                f"{self.path} is of {have.chain} ({have.asset}, {have.kind}), not of {chain} "
                f"({asset}, {kind}); ingest into another store.",
                {"store": self.path},
            )

    def _remove_leftovers(self) -> None:
        """Remove what a writer that was killed had not committed, and runs that were merged."""
        parts = {part.name for part in self.manifest.parts}
        named = {
            "parts": parts,
            "addresses": parts,
            "index/outputs": parts,
            "index/txid": {run.name for run in self.manifest.txid_runs},
            "index/address": {run.name for run in self.manifest.address_runs},
        }
        for folder, names in named.items():
            if (self.path / folder).is_dir():
                for each in (self.path / folder).iterdir():
                    if each.name not in names:
                        remove(each)
        rejects = self.path / "rejects.jsonl"
        if rejects.exists() and rejects.stat().st_size > self.manifest.rejects_bytes:
            os.truncate(rejects, self.manifest.rejects_bytes)


_LEFT_BY_US = {".lock", "manifest.json.new"}


def remove(path: Path) -> None:
    """Remove a file, or a folder with all that is in it."""
    if not path.is_dir() or path.is_symlink():
        path.unlink()
        return
    for each in path.iterdir():
        remove(each)
    path.rmdir()
