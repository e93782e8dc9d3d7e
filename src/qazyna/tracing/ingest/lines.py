"""Text files a line at a time, whatever stands in them: compressed, broken, without an end."""

import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import IO, Any, cast

MOST_LINE = 64 << 20
"""No record is longer than this; a line that is, is skipped without being held in memory."""

BLOCK = 1 << 20


class Hashed:
    """A file that is read once: its bytes pass on, and their SHA-256 is kept."""

    def __init__(self, raw: IO[bytes]) -> None:
        self._raw, self._hash, self.read_bytes = raw, sha256(), 0

    def read(self, size: int = -1) -> bytes:
        found = self._raw.read(size)
        self._hash.update(found)
        self.read_bytes += len(found)
        return found

    def digest(self) -> str:
        """Of the whole file, whatever of it was read so far."""
        while self.read(BLOCK):
            pass
        return self._hash.hexdigest()


@dataclass(frozen=True, slots=True)
class TooLong:
    """A line was longer than any record, by so many bytes it was skipped."""

    size: int


class Broken(Exception):
    """The file ends before its time, or cannot be decompressed."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line, self.reason = line, reason


def stream(raw: Hashed, compressed: bool) -> Any:
    """What the lines are in: the file itself, or what its gzip holds."""
    return gzip.GzipFile(fileobj=cast(IO[bytes], raw)) if compressed else raw


def lines(source: Any, most: int = MOST_LINE) -> Iterator[tuple[int, bytes | TooLong]]:
    """Each line with its number from 1, without its end; TooLong in place of one over `most` bytes.

    Raises Broken where a compressed file is cut off or damaged, after the lines before that.
    """
    number, held, skipped = 1, b"", 0
    while True:
        try:
            block = source.read(BLOCK)
        except (EOFError, OSError, zlib.error) as error:
            raise Broken(number, f"from here on the file cannot be read: {error}") from None
        if not block:
            break
        pieces = block.split(b"\n")
        for piece in pieces[:-1]:
            if skipped:
                yield number, TooLong(skipped + len(piece))
            elif len(held) + len(piece) > most:
                yield number, TooLong(len(held) + len(piece))
            else:
                yield number, held + piece
            number, held, skipped = number + 1, b"", 0
        if skipped:
            skipped += len(pieces[-1])
        else:
            held += pieces[-1]
            if len(held) > most:
                held, skipped = b"", len(held)
    if skipped:
        yield number, TooLong(skipped)
    elif held:
        yield number, held
