"""The memory of a frame's columns, looked at without copying, by Arrow's C data interface.

Polars hands out each column as Apache Arrow describes it (Arrow Columnar Format 1.4, "C data
interface" and "variable-size binary view layout"). The kernels here read nested strings where they
lie; whoever holds a `Piece` must not use what it gave after `close`.
"""

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import polars as pl

from qazyna.errors import InvariantBroken
from qazyna.tracing.kernel import kernel, octet_at
from qazyna.tracing.store.strings import Strings, copy


class _Schema(ctypes.Structure):
    pass


class _Array(ctypes.Structure):
    pass


class _Stream(ctypes.Structure):
    pass


_Release = ctypes.CFUNCTYPE(None, ctypes.c_void_p)
_Schema._fields_ = [
    ("format", ctypes.c_char_p),
    ("name", ctypes.c_char_p),
    ("metadata", ctypes.c_char_p),
    ("flags", ctypes.c_int64),
    ("n_children", ctypes.c_int64),
    ("children", ctypes.POINTER(ctypes.POINTER(_Schema))),
    ("dictionary", ctypes.c_void_p),
    ("release", _Release),
    ("private_data", ctypes.c_void_p),
]
_Array._fields_ = [
    ("length", ctypes.c_int64),
    ("null_count", ctypes.c_int64),
    ("offset", ctypes.c_int64),
    ("n_buffers", ctypes.c_int64),
    ("n_children", ctypes.c_int64),
    ("buffers", ctypes.POINTER(ctypes.c_void_p)),
    ("children", ctypes.POINTER(ctypes.POINTER(_Array))),
    ("dictionary", ctypes.c_void_p),
    ("release", _Release),
    ("private_data", ctypes.c_void_p),
]
_Stream._fields_ = [
    ("get_schema", ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)),
    ("get_next", ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)),
    ("get_last_error", ctypes.CFUNCTYPE(ctypes.c_char_p, ctypes.c_void_p)),
    ("release", _Release),
    ("private_data", ctypes.c_void_p),
]

_pointer_of = ctypes.pythonapi.PyCapsule_GetPointer
_pointer_of.restype, _pointer_of.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]


class Column:
    """One column of one piece: its rows from `begin`, `length` of them."""

    def __init__(self, schema: Any, array: Any, begin: int, length: int) -> None:
        self._schema, self._array = schema, array
        self.begin, self.length = begin + array.offset, length
        self.format = schema.format.decode()

    def child(self, name: str) -> "Column | None":
        """A field of a struct, for the same rows; None if it has none of that name."""
        for at in range(self._schema.n_children):
            schema = self._schema.children[at].contents
            if schema.name.decode() == name:
                return Column(schema, self._array.children[at].contents, self.begin, self.length)
        return None

    def listed(self) -> tuple[np.ndarray, "Column"]:
        """A list's counts by row (i64; null is none), and the column of all items of these rows."""
        kind = {"+L": np.int64, "+l": np.int32}[self.format]
        offsets = self._buffer(1, self.begin, self.length + 1, kind)
        counts = np.diff(offsets).astype(np.int64)
        begin, end = (int(offsets[0]), int(offsets[-1])) if self.length else (0, 0)
        inner = self._schema.children[0].contents, self._array.children[0].contents
        valid = self.valid()
        if valid is not None and counts[~valid].any():
            raise InvariantBroken("a null list that has items")
        return counts, Column(*inner, begin, end - begin)

    def numbers(self) -> np.ndarray:
        """Whole numbers or floats, as they are; what stands at nulls is anything."""
        kind = {
            "c": np.int8,
            "C": np.uint8,
            "s": np.int16,
            "S": np.uint16,
            "i": np.int32,
            "I": np.uint32,
            "l": np.int64,
            "L": np.uint64,
            "f": np.float32,
            "g": np.float64,
        }[self.format]
        return self._buffer(1, self.begin, self.length, kind)

    def valid(self) -> np.ndarray | None:
        """Where there is a value (bool); None if everywhere."""
        if not self._array.null_count or not self._array.buffers[0]:
            return None
        first = self.begin // 8
        size = (self.begin + self.length + 7) // 8 - first
        bits = np.unpackbits(self._buffer(0, first, size, np.uint8), bitorder="little")
        return bits[self.begin - 8 * first :][: self.length].astype(bool)

    def places(self) -> tuple[np.ndarray, np.ndarray]:
        """Where each string lies in memory (u64), and its bytes (i64); null has none."""
        if self.format not in ("vu", "vz"):
            raise InvariantBroken(f"strings of the Arrow format {self.format}")
        views = self._buffer(1, 4 * self.begin, 4 * self.length, np.uint32).reshape(-1, 4)
        many = self._array.n_buffers - 3
        starts = np.array([self._array.buffers[2 + k] or 0 for k in range(many)] or [0], np.uint64)
        places, lengths = np.empty(self.length, np.uint64), np.empty(self.length, np.int64)
        begin = np.uint64(self._array.buffers[1] or 0) + np.uint64(16 * self.begin)
        _locate(views, begin, starts, places, lengths)
        if (valid := self.valid()) is not None:
            lengths[~valid] = 0
        return places, lengths

    def strings(self) -> Strings:
        """A copy of the strings; null becomes the empty one."""
        places, lengths = self.places()
        ends = np.cumsum(lengths)
        octets = np.empty(int(ends[-1]) if len(ends) else 0, np.uint8)
        copy(places, lengths, octets)
        return Strings(octets, ends)

    def codes(self, names: Strings, codes: np.ndarray) -> np.ndarray:
        """For each string the code (u8) of the name that it is, 0 where it is none of them."""
        found = np.zeros(self.length, np.uint8)
        _name(*self.places(), names.octets, names.ends, codes, found)
        return found

    def hashes(self) -> tuple[np.ndarray, np.ndarray]:
        """64 hexadecimal digits a row as bytes (n, 32), and whether they were (bool)."""
        places, lengths = self.places()
        rows, sound = np.zeros((self.length, 32), np.uint8), np.zeros(self.length, bool)
        _unhex(places, lengths, _DIGITS, rows, sound)
        return rows, sound

    def _buffer(self, number: int, begin: int, length: int, kind: Any) -> np.ndarray:
        address = self._array.buffers[number]
        size = np.dtype(kind).itemsize
        if not address or not length:
            return np.empty(0, kind)
        memory = (ctypes.c_uint8 * (length * size)).from_address(address + begin * size)
        return np.frombuffer(memory, kind)


@contextmanager
def pieces(frame: pl.DataFrame) -> Iterator[Iterator[Column]]:
    """The frame as one struct column a chunk. Nothing it gives may be used afterwards."""
    capsule = frame.__arrow_c_stream__(None)
    stream = _Stream.from_address(_pointer_of(capsule, b"arrow_array_stream"))
    address, schema = ctypes.addressof(stream), _Schema()
    if stream.get_schema(address, ctypes.addressof(schema)):
        raise InvariantBroken("a frame that cannot say its Arrow schema")
    held: list[_Array] = []

    def each() -> Iterator[Column]:
        while True:
            array = _Array()
            if stream.get_next(address, ctypes.addressof(array)):
                raise InvariantBroken("a frame that cannot give its Arrow arrays")
            if not array.release:
                return
            held.append(array)
            yield Column(schema, array, 0, array.length)

    try:
        yield each()
    finally:
        for array in held:
            array.release(ctypes.addressof(array))
        schema.release(ctypes.addressof(schema))
        del capsule


@kernel
def _locate(
    views: np.ndarray, begin: np.uint64, starts: np.ndarray, places: np.ndarray, lengths: np.ndarray
) -> None:
    for i in range(len(views)):
        lengths[i] = views[i, 0]
        if views[i, 0] > 12:
            places[i] = starts[views[i, 2]] + np.uint64(views[i, 3])
        else:
            places[i] = begin + np.uint64(16 * i + 4)


@kernel
def _name(
    places: np.ndarray,
    lengths: np.ndarray,
    octets: np.ndarray,
    ends: np.ndarray,
    codes: np.ndarray,
    found: np.ndarray,
) -> None:
    last = 0  # neighbours are often alike
    for i in range(len(places)):
        for turn in range(len(ends)):
            name = last + turn if last + turn < len(ends) else last + turn - len(ends)
            begin = ends[name - 1] if name else 0
            if ends[name] - begin != lengths[i]:
                continue
            k = 0
            while k < lengths[i] and octet_at(places[i] + np.uint64(k)) == octets[begin + k]:
                k += 1
            if k == lengths[i]:
                found[i], last = codes[name], name
                break


_DIGITS = np.full(256, 0xFFFF, np.uint16)
for _value, _digit in enumerate(b"0123456789abcdef"):
    _DIGITS[_digit] = _DIGITS[ord(chr(_digit).upper())] = _value


@kernel
def _unhex(
    places: np.ndarray,
    lengths: np.ndarray,
    digits: np.ndarray,
    rows: np.ndarray,
    sound: np.ndarray,
) -> None:
    for i in range(len(places)):
        if lengths[i] != 64:
            continue
        place, seen = places[i], np.uint32(0)
        for k in range(32):
            high = digits[octet_at(place + np.uint64(2 * k))]
            low = digits[octet_at(place + np.uint64(2 * k + 1))]
            seen |= high | low
            rows[i, k] = (high << 4) | low
        sound[i] = seen < 16
