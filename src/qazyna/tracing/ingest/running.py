"""Take exports in: read, cut into parts of whole blocks, and commit one after another.

Killed at any moment, what was committed stands; the same command then goes on behind it. What is
known already is compared, not taken twice.
"""

import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from qazyna.errors import Refused
from qazyna.tracing.ingest import raw
from qazyna.tracing.ingest.accounts import assemble_accounts, moved, read_accounts
from qazyna.tracing.ingest.assembling import Assembled, Reject, assemble, block_table, once
from qazyna.tracing.ingest.batch import Batch, joined
from qazyna.tracing.ingest.chunks import blocks, cuts, within
from qazyna.tracing.ingest.lines import MOST_LINE
from qazyna.tracing.ingest.node import Node, chain_of, last_agrees
from qazyna.tracing.ingest.node import records as records_of
from qazyna.tracing.ingest.parquet import read_parquet
from qazyna.tracing.ingest.records import Collector, Unfit
from qazyna.tracing.ingest.sources import Source, found
from qazyna.tracing.ingest.texts import SPILL, Intake, hashed, read_text
from qazyna.tracing.store.writing import Writer, remove

PART = 500_000
"""About so many transactions are one part: more takes more memory, fewer leaves more files."""

Report = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Settings:
    """What may be chosen: the chain and its asset, and bounds that tests make small."""

    chain: str = "bitcoin"
    asset: str = "BTC"
    part: int = PART
    most_line: int = MOST_LINE


def silent(what: str, done: int, total: int) -> None:
    """Nobody looks."""


def ingest_bitcoin_etl(
    store: Path, paths: Iterable[Path], settings: Settings, report: Report = silent
) -> dict[str, Any]:
    """Exports in the schema of bitcoin-etl into a store; what `qazyna trace ingest` prints.

    Refused where a source is not there or not readable, two blocks stand at one height, a block
    differs from the one known at its height, or lies below the store's last and is not known.
    """
    with Writer(store, settings.chain, settings.asset) as writer:
        run = _Run(writer, settings, report)
        try:
            run.read(found(paths))
            run.take()
        finally:
            run.clear()
        return run.document()


def ingest_ethereum_etl(
    store: Path, paths: Iterable[Path], settings: Settings, report: Report = silent
) -> dict[str, Any]:
    """Exports in the schemas of ethereum-etl into a store of an account chain: see `accounts`.

    All files of some blocks are given at once. Refused as `ingest_bitcoin_etl` is.
    """
    with Writer(store, settings.chain, settings.asset, "account") as writer:
        run = _AccountRun(writer, settings, report)
        try:
            run.read(found(paths))
            run.take()
        finally:
            run.clear()
        return run.document()


def ingest_raw_blocks(
    store: Path, paths: Iterable[Path], settings: Settings, report: Report = silent
) -> dict[str, Any]:
    """Raw blocks of Bitcoin into a store: see `raw`. Refused as exports are."""
    with Writer(store, settings.chain, settings.asset) as writer:
        run = _Run(writer, settings, report)
        try:
            run.read_raw(found(paths, raw=True))
            run.take()
        finally:
            run.clear()
        return run.document()


def ingest_node(
    store: Path,
    node: Node,
    settings: Settings,
    report: Report = silent,
    *,
    first: int = 0,
    last: int | None = None,
) -> dict[str, Any]:
    """Blocks straight from a node, from the one after the store's last up to `last` or its tip.

    Refused (other_block) where the node has another block than the store at its last height.
    """
    with Writer(store, chain_of(node, settings.chain), settings.asset) as writer:
        run = _Run(writer, settings, report)
        try:
            run.follow(node, first, last)
        finally:
            run.clear()
        return run.document()


class _Run:
    exact = False
    """Whether blocks of one hash may not differ at all, because files of them came apart."""

    def __init__(self, writer: Writer, settings: Settings, report: Report) -> None:
        self.writer, self.settings, self.report = writer, settings, report
        self.folder = writer.path / "incoming"
        if self.folder.exists():
            remove(self.folder)
        self.intake = Intake(self.folder, settings.most_line)
        self.sources: list[Source] = []
        self.read_sources: list[dict[str, Any]] = []
        self.before = dict(writer.manifest.counts)
        self.rejected_before = writer.manifest.rejected
        self.known_blocks = self.known_transactions = self.unknown_sources = 0

    def clear(self) -> None:
        if self.folder.exists():
            remove(self.folder)

    def read(self, sources: Sequence[Source]) -> None:
        """Find out what lies where. Text is read to its end, columns only for their heights."""
        self.sources = list(sources)
        known = {each["sha256"] for each in self.writer.manifest.sources}
        sizes = [each.path.stat().st_size for each in sources]
        pool = ThreadPoolExecutor(len(os.sched_getaffinity(0)))
        try:
            digests = {
                source.number: pool.submit(hashed, source)
                for source in sources
                if source.form == "parquet"
            }
            for source in sources:
                done, total = sum(sizes[: source.number]), sum(sizes)

                def report(at: int, done: int = done, total: int = total) -> None:
                    self.report("reading", done + at, total)

                mark = len(self.intake.chunks), len(self.intake.rejects)
                if source.form == "parquet":
                    digest = digests[source.number].result()
                    if digest not in known:
                        self._see(source, report)
                    report(sizes[source.number])
                else:
                    digest = self._see(source, report)
                if digest in known:
                    del self.intake.chunks[mark[0] :], self.intake.rejects[mark[1] :]
                else:
                    self.read_sources.append({"name": source.name, "sha256": digest})
        finally:
            pool.shutdown(cancel_futures=True)

    def _see(self, source: Source, report: Callable[[int], None]) -> str:
        """Find out what lies in a file; of text, which is read to its end, its SHA-256 too."""
        if source.form != "parquet":
            return read_text(source, self.intake, report)
        read_parquet(source, self.intake)
        return ""

    def _assemble(self, batch: Batch) -> Assembled:
        return assemble(batch, self.writer.store)

    def read_raw(self, sources: Sequence[Source]) -> None:
        """Raw blocks: their heights are known once all are read, so all are held in memory."""
        self.sources = list(sources)
        read: list[tuple[Source, int, Any]] = []
        for source in sources:
            digest = hashed(source)
            self.read_sources.append({"name": source.name, "sha256": digest})
            try:
                blocks_read = enumerate(raw.blocks(source.path), 1)
                read += [(source, number, block) for number, block in blocks_read]
            except Unfit as unfit:
                self.intake.reject(source, 1, str(unfit))
            self.report("reading", source.number + 1, len(sources))
        heights = raw.heights([block for _, _, block in read])
        collector = Collector()
        for (source, number, block), height in zip(read, heights, strict=True):
            if height is None:
                name = block.header.hash.hex()
                reason = f"block {name} says no height, and no block before it is known"
                self.intake.reject(source, number, reason)
                continue
            for record in raw.records(block, height):
                self._add(collector, record, source, number)
            if len(collector) >= SPILL:
                self.intake.spill(collector)
        self.intake.spill(collector)

    def follow(self, node: Node, first: int, last: int | None) -> None:
        """Commit a node's blocks, about a part's worth at a time."""
        tip = int(node.call("getblockcount"))
        last = tip if last is None else min(last, tip)
        manifest = self.writer.manifest
        if manifest.heights:
            known = self.writer.store.blocks(["height", "hash"])
            row = known.filter(pl.col("height") == manifest.heights[1]).collect()
            last_agrees(node, manifest.heights[1], row["hash"][0])
            first = manifest.heights[1] + 1
        source = Source(0, "node", self.writer.path, "json", False)
        self.sources, collector = [source], Collector()
        for height in range(first, last + 1):
            block = node.call("getblock", node.call("getblockhash", height), 3)
            for record in records_of(block):
                self._add(collector, record, source, height)
            if len(collector) >= min(SPILL, self.settings.part) or height == last:
                self.intake.spill(collector)
                self.take()
                self.intake.chunks.clear()
            self.report("ingesting", height - first + 1, last - first + 1)

    def _add(self, collector: Collector, record: dict[str, Any], source: Source, row: int) -> None:
        try:
            collector.add(record, source.number, row)
        except Unfit as unfit:
            named = {"txid": record["hash"], "height": record["block_number"]}
            self.intake.reject(source, row, str(unfit), **named)

    def take(self) -> None:
        """Commit the parts, one after another."""
        heights, counts = blocks(self.intake.chunks)
        last = self.writer.manifest.heights[1] if self.writer.manifest.heights else -1
        new = heights > last
        for low, high in cuts(heights[~new], counts[~new], self.settings.part):
            self._compare(self._batch(low, high))
        rejects = list(self._incomplete(heights, counts, last))
        done, total = 0, int(counts[new].sum())
        runs = list(cuts(heights[new], counts[new], self.settings.part))
        # One thread reads the next part while this one gives ids to what is there.
        with ThreadPoolExecutor(1) as reader:
            ahead = [reader.submit(self._read_run, *run) for run in runs[:1]]
            for (_, high), following in zip(runs, [*runs[1:], None], strict=False):
                batch, unfit = ahead.pop().result()
                if following:
                    ahead.append(reader.submit(self._read_run, *following))
                made = self._assemble(batch)
                rejects = unfit + rejects
                gaps = list(_gaps(made.tables.blocks["height"].to_numpy(), last))
                rejects += [self._as_line(each) for each in made.rejects]
                rejects += [{"height": gap[0], "reason": _gap_told(gap)} for gap in gaps]
                self.writer.append(made.tables, gaps=gaps, rejects=self._unnoted(rejects))
                last, rejects = high, []
                self.unknown_sources += made.unknown_sources
                done += len(batch)
                self.report("ingesting", done, total)
        self._note_sources(self.intake.taken() + rejects)

    def _read_run(self, low: int, high: int) -> tuple[Batch, list[dict[str, Any]]]:
        """What stands in blocks low … high, and what of it was rejected."""
        return self._batch(low, high), self.intake.taken()

    def document(self) -> dict[str, Any]:
        """The shape that the command prints: the store as it is now, and what this run did.

        Refused (nothing_taken) where there was something to take and nothing of it could be.
        """
        manifest = self.writer.manifest
        file = self.writer.path / "rejects.jsonl"
        if not manifest.parts and manifest.rejected:
            raise Refused(
                "nothing_taken",
                f"Nothing could be taken, and {manifest.rejected:,} records were rejected: {file} "
                "says why. Is it the format that was named?",
                {"rejected": manifest.rejected, "rejects_file": file},
            )
        return {
            "blocks": manifest.counts.get("blocks", 0),
            "transactions": manifest.counts.get("transactions", 0),
            "inputs": manifest.counts.get("inputs", 0),
            "outputs": manifest.counts.get("outputs", 0),
            "transfers": manifest.counts.get("transfers", 0),
            "addresses": manifest.addresses,
            "heights": list(manifest.heights) if manifest.heights else None,
            "gaps": [list(each) for each in manifest.gaps],
            "rejected": manifest.rejected,
            "rejects_file": str(file),
            "store": str(self.writer.path),
            "added": {
                "blocks": manifest.counts.get("blocks", 0) - self.before.get("blocks", 0),
                "transactions": manifest.counts.get("transactions", 0)
                - self.before.get("transactions", 0),
                "rejected": manifest.rejected - self.rejected_before,
                "unknown_sources": self.unknown_sources,
            },
            "already_known": {
                "blocks": self.known_blocks,
                "transactions": self.known_transactions,
                "sources": len(self.sources) - len(self.read_sources),
            },
        }

    def _batch(self, low: int, high: int) -> Batch:
        found = within(self.intake.chunks, low, high)
        return joined([batch for each in found for batch in each.read(low, high)])

    def _compare(self, batch: Batch) -> None:
        """Blocks at or below the store's last must be known, and the same."""
        theirs = self._blocks(batch)
        ours = (
            self.writer.store.blocks()
            .filter(pl.col("height").is_between(theirs["height"][0], theirs["height"][-1]))
            .collect()
        )
        both = theirs.join(ours, on="height", how="left", suffix="_known", maintain_order="left")
        for row in both.iter_rows(named=True):
            if row["digest_known"] is None:
                raise self._below(row["height"])
            named = row["hash"] and row["hash_known"]
            more = row["transactions"] > row["transactions_known"] and not self.rejected_before
            if named and (row["hash"] != row["hash_known"] or more):
                raise self._other(row)
            if row["digest"] != row["digest_known"] and (self.exact or not named):
                raise self._other(row)
        self.known_blocks += len(both)
        self.known_transactions += int(theirs["transactions"].sum())

    def _blocks(self, batch: Batch) -> pl.DataFrame:
        return block_table(once(batch.take(np.argsort(batch.height, kind="stable"))))

    def _below(self, height: int) -> Refused:
        manifest = self.writer.manifest
        last = manifest.heights[1] if manifest.heights else None
        return Refused(
            "below_the_store",
            f"Block {height} is not in the store, whose last block is {last}: a store grows at "
            "its end only. Ingest the whole into a new store.",
            {"height": height, "last": last},
        )

    def _other(self, row: dict[str, Any]) -> Refused:
        def told(side: str) -> str:
            known, count = row["hash" + side], row["transactions" + side]
            return f"{known.hex() if known else 'one without a hash'} ({count} transactions)"

        return Refused(
            "other_block",
            f"Block {row['height']} differs from the one known at that height: the source has "
            f"{told('')}, the store {told('_known')}. Nothing of it was taken. If the chain was "
            "reorganised, ingest into a new store.",
            {"height": row["height"]},
        )

    def _incomplete(
        self, heights: np.ndarray, counts: np.ndarray, last: int
    ) -> Iterator[dict[str, Any]]:
        have = dict(zip(heights.tolist(), counts.tolist(), strict=True))
        for height, (said, source, row) in sorted(self.intake.announced.items()):
            if height > last and have and have.get(height, 0) < said:
                yield {
                    "source": self.sources[source].name,
                    "row": row,
                    "height": height,
                    "reason": f"the block has {said} transactions, of which {have.get(height, 0)} "
                    "were given",
                }

    def _as_line(self, reject: Reject) -> dict[str, Any]:
        return {**asdict(reject), "source": self.sources[reject.source].name}

    def _note_sources(self, rejects: list[dict[str, Any]]) -> None:
        known = list(self.writer.manifest.sources)
        new = [each for each in self.read_sources if each not in known]
        self.writer.note_sources(new, self._unnoted(rejects))

    def _noted(self) -> set[str]:
        """What the rejects file says, so that a run after a kill does not say it again."""
        file = self.writer.path / "rejects.jsonl"
        return set(file.read_text("utf-8").splitlines()) if file.exists() else set()

    def _unnoted(self, rejects: list[dict[str, Any]]) -> list[dict[str, Any]]:
        noted = self._noted() if rejects and self.rejected_before else ()
        return [each for each in rejects if json.dumps(each, ensure_ascii=False) not in noted]


class _AccountRun(_Run):
    """The same for an account chain, whose batches are frames of rows."""

    def _see(self, source: Source, report: Callable[[int], None]) -> str:
        return read_accounts(source, self.intake, report)

    exact = True

    def _batch(self, low: int, high: int) -> Any:
        found = within(self.intake.chunks, low, high)
        frames: list[Any] = [each.read(low, high) for each in found]
        return pl.concat(frames)

    def _assemble(self, batch: Any) -> Assembled:
        return Assembled(assemble_accounts(batch, self.writer.store), [], 0)

    def _blocks(self, batch: Any) -> pl.DataFrame:
        return moved(batch).blocks


def _gaps(heights: np.ndarray, last: int) -> Iterator[tuple[int, int]]:
    """Heights that are missing between blocks, as first and last; before the first none are."""
    before = np.append(last if last >= 0 else int(heights[0]) - 1, heights[:-1].astype(np.int64))
    for at in np.flatnonzero(heights - before > 1):
        yield int(before[at]) + 1, int(heights[at]) - 1


def _gap_told(gap: tuple[int, int]) -> str:
    first, last = gap
    which = f"block {first} is" if first == last else f"blocks {first} to {last} are"
    return f"{which} missing: what they hold is unknown, and inputs that spend it have no source"
