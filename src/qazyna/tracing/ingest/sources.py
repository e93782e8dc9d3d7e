"""What was handed in: files in the order of their names, each known by what it begins with."""

import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from qazyna.errors import Refused

SUFFIXES = (".json", ".jsonl", ".ndjson", ".csv", ".parquet", ".gz")


@dataclass(frozen=True, slots=True)
class Source:
    """A file: its number among those handed in, its name there, its form and whether it is gzip."""

    number: int
    name: str
    path: Path
    form: str
    compressed: bool


def found(paths: Iterable[Path], raw: bool = False) -> list[Source]:
    """The files handed in, and those of the folders handed in that look like an export.

    With `raw` they are raw blocks, whatever they are called.

    Refused (no_source) where a path is not there, or nothing in it is an export.
    """
    sources: list[Source] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(
                each
                for each in path.rglob("*")
                if each.is_file() and (raw or each.name.lower().endswith(SUFFIXES))
            )
            files = [(each.relative_to(path).as_posix(), each) for each in inside]
        elif path.is_file():
            files = [(path.name, path)]
        else:
            raise Refused("no_source", f"There is no file {path}.", {"source": path})
        if not files:
            raise Refused(
                "no_source",
                f"{path} has no export: none of its files ends in {', '.join(SUFFIXES)}.",
                {"source": path},
            )
        for name, file in files:
            form = ("raw", False) if raw else _form(file)
            sources.append(Source(len(sources), name, file, *form))
    return sources


def _form(path: Path) -> tuple[str, bool]:
    """json, csv or parquet by the first bytes of a file, and whether it is compressed."""
    with path.open("rb") as raw:
        begin = raw.read(4096)
    if begin[:4] == b"PAR1":
        return "parquet", False
    compressed = begin[:2] == b"\x1f\x8b"
    if compressed:
        try:
            begin = zlib.decompressobj(31).decompress(begin, 4096)
        except zlib.error:
            begin = b"{"  # whoever reads it on will say so
    if not begin and path.suffix == ".parquet":
        raise truncated(path, "it is empty")
    first = begin.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    name = path.name.lower().removesuffix(".gz")
    if name.endswith(".parquet"):
        raise truncated(path, "it does not begin as Parquet does")
    if name.endswith((".json", ".jsonl", ".ndjson")):
        return "json", compressed
    return ("csv" if name.endswith(".csv") or first not in b"{[" else "json"), compressed


def truncated(path: Path, why: str) -> Refused:
    """The refusal of a Parquet file that cannot be read."""
    return Refused(
        "unreadable",
        f"{path} cannot be read as Parquet: {why}. It may be cut off; download it again.",
        {"source": path},
    )
