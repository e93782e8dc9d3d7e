"""A store as everybody reads it: tables as lazy frames, ids to names and names to ids."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl

from qazyna.errors import Refused
from qazyna.tracing.store import manifest as manifests
from qazyna.tracing.store.manifest import NONE, Manifest, Part
from qazyna.tracing.store.runs import Index, let_go, txid_keys
from qazyna.tracing.store.strings import Strings
from qazyna.tracing.store.tables import ACCOUNT_TABLES, TABLES


class Store:
    """What was committed when it was opened; a writer beside it changes nothing that this sees."""

    def __init__(self, path: Path, manifest: Manifest) -> None:
        self.path, self.manifest = path, manifest
        self._outputs: dict[str, tuple[np.ndarray, np.ndarray, np.ndarray]] = {}
        self._strings: dict[str, Strings] = {}
        self._first_tx = np.array([part.first_tx for part in manifest.parts], np.int64)
        self._first_address = np.array([part.first_address for part in manifest.parts], np.int64)
        self.txid_index = Index(path / "index" / "txid", manifest.txid_runs)
        self.address_index = Index(path / "index" / "address", manifest.address_runs)

    @classmethod
    def open(cls, path: Path | str) -> "Store":
        """The store in a folder. Refused (no_store, bad_store) where there is none to read."""
        return cls(Path(path), manifests.read(Path(path)))

    def blocks(self, columns: Sequence[str] | None = None) -> pl.LazyFrame:
        """One row a block, by height: see `tables.BLOCKS`."""
        return self._table("blocks", columns)

    def transactions(self, columns: Sequence[str] | None = None) -> pl.LazyFrame:
        """One row a transaction, in the order of the chain: see `tables.TX`."""
        return self._table("tx", columns)

    def inputs(self, columns: Sequence[str] | None = None) -> pl.LazyFrame:
        """One row an input, by (tx, n): see `tables.INPUTS`."""
        return self._table("inputs", columns)

    def outputs(self, columns: Sequence[str] | None = None) -> pl.LazyFrame:
        """One row an output, by (tx, n): see `tables.OUTPUTS`."""
        return self._table("outputs", columns)

    def transfers(self, columns: Sequence[str] | None = None) -> pl.LazyFrame:
        """One row a movement on an account chain, in order: see `tables.TRANSFERS`."""
        return self._table("transfers", columns)

    def files(self, table: str) -> list[Path]:
        """The Parquet files of a table, in the order of the chain: blocks, tx, inputs, outputs."""
        return [
            self.path / "parts" / part.name / f"{table}.parquet" for part in self.manifest.parts
        ]

    def _table(self, table: str, columns: Sequence[str] | None) -> pl.LazyFrame:
        schema, files = self._schema(table), self.files(table)
        frame = pl.scan_parquet(files) if files else pl.LazyFrame(schema=schema)
        return frame if columns is None else frame.select(columns)

    def _schema(self, table: str) -> dict[str, type[pl.DataType]]:
        tables = ACCOUNT_TABLES if self.manifest.kind == "account" else TABLES
        if table not in tables:
            raise Refused(
                "other_kind",
                f"{self.path} is of an {self.manifest.kind} chain and has no {table}.",
                {"store": self.path},
            )
        return tables[table]

    def address_id(self, address: str) -> int | None:
        """The id of an address, None if the store has not seen it."""
        found = int(self.address_ids([address])[0])
        return None if found == NONE else found

    def address_ids(self, addresses: Sequence[str] | pl.Series) -> np.ndarray:
        """The ids of many addresses, u32 in their order; NONE where not seen."""
        strings = pl.Series("address", addresses, dtype=pl.String)
        return self.address_index.find(*Strings.of_series(strings).keys())

    def address(self, number: int) -> str:
        """The string of an address id. Refused (no_address) where there is none of that id."""
        return str(self.address_strings([number])[0])

    def address_strings(self, ids: Sequence[int] | np.ndarray) -> pl.Series:
        """The strings of many address ids, in their order; null for NONE."""
        numbers = np.asarray(ids, np.int64)
        wrong = numbers[(numbers != NONE) & ((numbers < 0) | (numbers >= self.manifest.addresses))]
        if len(wrong):
            raise Refused(
                "no_address",
                f"There is no address {wrong[0]}: ids go from 0 to {self.manifest.addresses - 1}.",
            )
        there = np.flatnonzero(numbers != NONE)
        at = np.searchsorted(self._first_address, numbers[there], side="right") - 1
        found = np.full(len(numbers), None, object)
        for place in np.unique(at):
            # A part that brought no address begins where the next one does; the last holds it.
            part, here = self.manifest.parts[place], there[at == place]
            picked = self._part_strings(part).take(numbers[here] - part.first_address)
            found[here] = [picked[row] for row in range(len(picked))]
        return pl.Series("address", found.tolist(), dtype=pl.String)

    def _part_strings(self, part: Part) -> Strings:
        if part.name not in self._strings:
            folder = self.path / "addresses" / part.name
            self._strings[part.name] = Strings(
                np.memmap(folder / "strings.bin", np.uint8, "r"),
                np.load(folder / "ends.npy", mmap_mode="r"),
            )
        return self._strings[part.name]

    def tx_id(self, txid: str) -> int | None:
        """The dense id of a transaction by its hexadecimal id, None if the store has it not."""
        found = int(self.tx_ids([txid])[0])
        return None if found == NONE else found

    def tx_ids(self, txids: Sequence[str] | pl.Series) -> np.ndarray:
        """The dense ids of many transactions, u32 in their order; NONE where not seen."""
        series = pl.Series("txid", txids, dtype=pl.String)
        octets = series.str.decode("hex", strict=False)
        sound = (series.str.len_bytes() == 64) & octets.is_not_null()
        found = np.full(len(series), NONE, np.uint32)
        found[sound.to_numpy()] = self.txid_index.find(*txid_keys(octets.filter(sound)))
        return found

    def txid(self, tx: int) -> str:
        """The hexadecimal id of a transaction. Refused (no_transaction) where there is none."""
        return str(self.txids([tx])[0])

    def txids(self, ids: Sequence[int] | np.ndarray) -> pl.Series:
        """The hexadecimal ids of many transactions, in their order; null for NONE."""
        numbers = np.asarray(ids, np.int64)
        wrong = numbers[
            (numbers != NONE) & ((numbers < 0) | (numbers >= self.manifest.transactions))
        ]
        if len(wrong):
            raise Refused(
                "no_transaction",
                f"There is no transaction {wrong[0]}: ids go from 0 to "
                f"{self.manifest.transactions - 1}.",
            )
        at = np.searchsorted(self._first_tx, numbers, side="right") - 1
        found = np.full(len(numbers), None, object)
        for place in np.unique(at[numbers != NONE]):
            part = self.manifest.parts[place]
            here = np.flatnonzero((at == place) & (numbers != NONE))
            rows = numbers[here] - part.first_tx
            low, high = int(rows.min()), int(rows.max())
            file = self.path / "parts" / part.name / "tx.parquet"
            window = pl.scan_parquet(file).select("txid").slice(low, high - low + 1).collect()
            found[here] = window["txid"].gather(rows - low).bin.encode("hex").to_list()
        return pl.Series("txid", found.tolist(), dtype=pl.String)

    def spent(self, prev_tx: np.ndarray, prev_n: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Address (u32) and value (i64) of the outputs (prev_tx, prev_n).

        Where there is no such output the address is NONE and the value -1.
        """
        address = np.full(len(prev_tx), NONE, np.uint32)
        value = np.full(len(prev_tx), -1, np.int64)
        at = np.searchsorted(self._first_tx, prev_tx.astype(np.int64), side="right") - 1
        for place in np.unique(at[prev_tx != NONE]) if len(at) else ():
            part = self.manifest.parts[place]
            here = np.flatnonzero((at == place) & (prev_tx < part.first_tx + part.transactions))
            first, addresses, values = self.part_outputs(part)
            row = prev_tx[here].astype(np.int64) - part.first_tx
            where = first[row].astype(np.int64) + prev_n[here]
            there = where < first[row + 1]
            address[here[there]] = addresses[where[there]]
            value[here[there]] = values[where[there]]
            let_go(first, addresses, values)
        return address, value

    def part_outputs(self, part: Part) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        if part.name not in self._outputs:
            folder = self.path / "index" / "outputs" / part.name
            self._outputs[part.name] = tuple(
                np.load(folder / f"{name}.npy", mmap_mode="r")
                for name in ("first", "addr", "value")
            )
        return self._outputs[part.name]
