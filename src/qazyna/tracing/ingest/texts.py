"""Exports as text, JSON lines or CSV, in the schema of bitcoin-etl: into batches that wait on disk.

A line that cannot be taken is counted, with its number and the reason, and the next one is read.
"""

import csv
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import file_digest
from pathlib import Path
from typing import Any

from qazyna.tracing.ingest.chunks import Spilled
from qazyna.tracing.ingest.lines import (
    MOST_LINE,
    Broken,
    Hashed,
    TooLong,
    lines,
    stream,
)
from qazyna.tracing.ingest.records import MOST_HEIGHT, Collector, Unfit, seconds, whole
from qazyna.tracing.ingest.sources import Source

SPILL = 200_000
"""So many transactions are gathered in memory before they are put on disk."""


@dataclass(slots=True)
class Intake:
    """What was read so far: chunks that wait, blocks announced, lines that were not taken."""

    folder: Path
    most_line: int = MOST_LINE
    chunks: list[Any] = field(default_factory=list)
    """each a `chunks.Chunk`"""
    announced: dict[int, tuple[int, int, int]] = field(default_factory=dict)
    """height -> how many transactions its header says, and where the header stands"""
    rejects: list[dict[str, Any]] = field(default_factory=list)

    def reject(self, source: Source, row: int, reason: str, **more: object) -> None:
        self.rejects.append({"source": source.name, "row": row, **more, "reason": reason})

    def taken(self) -> list[dict[str, Any]]:
        """What was rejected since this was asked last."""
        rejects, self.rejects = self.rejects, []
        return rejects

    def spill(self, collector: Collector) -> None:
        if len(collector):
            self.folder.mkdir(exist_ok=True)
            file = self.folder / f"{len(self.chunks):06d}.npz"
            self.chunks.append(Spilled(collector.batch(), file))


def read_text(source: Source, intake: Intake, report: Callable[[int], None]) -> str:
    """Read a file to its end, and say its SHA-256. `report` hears how many bytes were read."""
    collector = Collector()
    with source.path.open("rb") as raw:
        reading = Hashed(raw)
        for row, record in records(source, reading, intake):
            try:
                if is_block(record):
                    _announce(record, source, row, intake)
                else:
                    collector.add(record, source.number, row)
            except Unfit as unfit:
                intake.reject(source, row, str(unfit), **_named(record))
            if len(collector) >= SPILL:
                intake.spill(collector)
            if not row & 1023:
                report(reading.read_bytes)
        intake.spill(collector)
        digest = reading.digest()
    report(source.path.stat().st_size)
    return digest


def hashed(source: Source) -> str:
    """The SHA-256 of a file."""
    with source.path.open("rb") as raw:
        return file_digest(raw, "sha256").hexdigest()


def records(
    source: Source, reading: Hashed, intake: Intake
) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """The records of a file with the number of their line; lines that are none are rejected."""
    reader = _Csv() if source.form == "csv" else _json
    every = lines(stream(reading, source.compressed), intake.most_line)
    while True:
        try:
            row, line = next(every)
        except StopIteration:
            return
        except Broken as broken:
            intake.reject(source, broken.line, broken.reason)
            return
        if isinstance(line, TooLong):
            reason = f"the line has {line.size} bytes; no record has over {intake.most_line}"
            intake.reject(source, row, reason)
            continue
        try:
            text = line.decode("utf-8-sig" if row == 1 else "utf-8")
        except UnicodeDecodeError as error:
            intake.reject(source, row, f"byte {error.start + 1} of the line is not UTF-8")
            continue
        if not text.strip():
            continue
        try:
            record = reader(text)
        except Unfit as unfit:
            intake.reject(source, row, str(unfit))
            continue
        if record is not None:
            yield row, record


def _json(text: str) -> Mapping[str, Any] | None:
    try:
        record = json.loads(text)
    except RecursionError:
        raise Unfit("it is nested too deep") from None
    except ValueError as error:
        raise Unfit(f"it is not JSON: {error}") from None
    if not isinstance(record, dict):
        raise Unfit("it is not a JSON object")
    return record


class _Csv:
    """Lines of CSV: the first names the columns."""

    def __init__(self) -> None:
        self._columns: list[str] | None = None
        csv.field_size_limit(MOST_LINE)

    def __call__(self, text: str) -> Mapping[str, Any] | None:
        try:
            cells = next(csv.reader([text], strict=True))
        except (csv.Error, StopIteration) as error:
            raise Unfit(f"it is not CSV: {error}") from None
        if self._columns is None:
            self._columns = cells
            return None
        if len(cells) != len(self._columns):
            raise Unfit(f"it has {len(cells)} cells, the first line {len(self._columns)}")
        return {
            name: cell if cell != "" else None
            for name, cell in zip(self._columns, cells, strict=True)
        }


def is_block(record: Mapping[str, Any]) -> bool:
    """Whether it is a block's header, not a transaction."""
    return record.get("type") == "block" or ("number" in record and "transaction_count" in record)


def _announce(record: Mapping[str, Any], source: Source, row: int, intake: Intake) -> None:
    height = whole(record, "number", MOST_HEIGHT)
    seconds(record.get("timestamp"))
    if record.get("transaction_count") is not None:
        count = whole(record, "transaction_count", MOST_HEIGHT)
        intake.announced[height] = (count, source.number, row)


def _named(record: Mapping[str, Any]) -> dict[str, object]:
    named = {"txid": record.get("hash"), "height": record.get("block_number")}
    return {
        key: value
        for key, value in named.items()
        if (isinstance(value, str) and len(value) <= 80) or type(value) is int
    }
