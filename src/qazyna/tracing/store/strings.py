"""Many strings as two arrays: their bytes end to end, and where each ends.

Faster to hash, to pick from and to write than objects; an empty string stands for no string.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from qazyna.tracing.kernel import kernel, octet_at, put_octet, put_word, word_at


@dataclass(frozen=True, slots=True)
class Strings:
    """`octets` (u8), UTF-8, and `ends` (i64): string i is octets[ends[i - 1] : ends[i]]."""

    octets: np.ndarray
    ends: np.ndarray

    @classmethod
    def of(cls, texts: Iterable[str | bytes | None]) -> "Strings":
        """Python's strings in their order; None becomes the empty string."""
        encoded = [each.encode() if isinstance(each, str) else each or b"" for each in texts]
        ends = np.cumsum([len(each) for each in encoded], dtype=np.int64)
        return cls(np.frombuffer(b"".join(encoded), np.uint8), ends)

    @classmethod
    def of_series(cls, series: pl.Series) -> "Strings":
        """A Series of String or Binary; null becomes the empty string."""
        text = series.cast(pl.Binary).cast(pl.String).fill_null("")
        ends = np.cumsum(text.str.len_bytes().to_numpy(), dtype=np.int64)
        joined = text.str.join("").cast(pl.Binary).item() if len(text) else b""
        return cls(np.frombuffer(joined or b"", np.uint8), ends)

    @classmethod
    def joined(cls, many: Sequence["Strings"]) -> "Strings":
        """All strings of the first, then of the second, and so on."""
        if len(many) == 1:
            return many[0]
        ends, before = [np.empty(0, np.int64)], 0
        for each in many:
            ends.append(each.ends + before)
            before += len(each.octets)
        octets = np.concatenate([np.empty(0, np.uint8), *(each.octets for each in many)])
        return cls(octets, np.concatenate(ends))

    def __len__(self) -> int:
        return len(self.ends)

    def __getitem__(self, row: int) -> str:
        begin = int(self.ends[row - 1]) if row else 0
        return bytes(self.octets[begin : int(self.ends[row])]).decode()

    def lengths(self) -> np.ndarray:
        """How many bytes each has, i64."""
        return np.diff(self.ends, prepend=0)

    def take(self, rows: np.ndarray) -> "Strings":
        """The strings of those rows, in their order."""
        rows = rows.astype(np.int64, copy=False)
        lengths = self.lengths()[rows]
        ends = np.cumsum(lengths)
        octets = np.empty(int(ends[-1]) if len(ends) else 0, np.uint8)
        place = np.uint64(self.octets.ctypes.data)
        copy(place + (self.ends[rows] - lengths).astype(np.uint64), lengths, octets)
        return Strings(octets, ends)

    def keys(self) -> tuple[np.ndarray, np.ndarray]:
        """SipHash-2-4-128 of each string, as two words (u64)."""
        high, low = np.empty(len(self), np.uint64), np.empty(len(self), np.uint64)
        _siphash(self.octets, self.ends, high, low)
        return high, low


@kernel
def copy(places: np.ndarray, lengths: np.ndarray, octets: np.ndarray) -> None:
    """Put what lies at addresses (u64), so many bytes each, end to end."""
    at = np.uint64(octets.ctypes.data)
    for i in range(len(places)):
        size, k = lengths[i], 0
        while k + 8 <= size:
            put_word(at + np.uint64(k), word_at(places[i] + np.uint64(k)))
            k += 8
        while k < size:
            put_octet(at + np.uint64(k), octet_at(places[i] + np.uint64(k)))
            k += 1
        at += np.uint64(size)


@kernel
def _siphash(octets: np.ndarray, ends: np.ndarray, high: np.ndarray, low: np.ndarray) -> None:
    """SipHash-2-4-128 under a fixed key (Aumasson and Bernstein, 2012; the 128-bit variant)."""
    k0, k1 = np.uint64(0x0706050403020100), np.uint64(0x0F0E0D0C0B0A0908)
    begin, place = 0, np.uint64(octets.ctypes.data)
    for i in range(len(ends)):
        end = ends[i]
        length = end - begin
        v0 = np.uint64(0x736F6D6570736575) ^ k0
        v1 = np.uint64(0x646F72616E646F6D) ^ k1 ^ np.uint64(0xEE)
        v2 = np.uint64(0x6C7967656E657261) ^ k0
        v3 = np.uint64(0x7465646279746573) ^ k1
        words = length // 8
        for w in range(words + 1):
            if w < words:
                m = word_at(place + np.uint64(begin + 8 * w))
            else:
                m = np.uint64(length & 0xFF) << np.uint64(56)
                for b in range(length - 8 * words):
                    m |= np.uint64(octets[begin + 8 * w + b]) << np.uint64(8 * b)
            v3 ^= m
            for _ in range(2):
                v0, v1, v2, v3 = _round(v0, v1, v2, v3)
            v0 ^= m
        v2 ^= np.uint64(0xEE)
        for _ in range(4):
            v0, v1, v2, v3 = _round(v0, v1, v2, v3)
        high[i] = v0 ^ v1 ^ v2 ^ v3
        v1 ^= np.uint64(0xDD)
        for _ in range(4):
            v0, v1, v2, v3 = _round(v0, v1, v2, v3)
        low[i] = v0 ^ v1 ^ v2 ^ v3
        begin = end


@kernel
def _turn(word: np.uint64, by: int) -> np.uint64:
    return (word << np.uint64(by)) | (word >> np.uint64(64 - by))


@kernel
def _round(
    v0: np.uint64, v1: np.uint64, v2: np.uint64, v3: np.uint64
) -> tuple[np.uint64, np.uint64, np.uint64, np.uint64]:
    v0 += v1
    v1 = _turn(v1, 13) ^ v0
    v0 = _turn(v0, 32)
    v2 += v3
    v3 = _turn(v3, 16) ^ v2
    v0 += v3
    v3 = _turn(v3, 21) ^ v0
    v2 += v1
    v1 = _turn(v1, 17) ^ v2
    v2 = _turn(v2, 32)
    return v0, v1, v2, v3
