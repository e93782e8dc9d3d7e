"""Where a tree's hashes and entries lie as files (C2SP tlog-tiles), and a tree read from them.

A tile of level L holds up to 256 consecutive hashes of the tree's level 8 * L: the hashes of leaves
at level 0, and above it the roots of full tiles one level below. A partial tile, of 1 to 255
hashes, is never hashed into a tile above. An entry bundle holds the leaves of a level 0 tile, each
after its length in two bytes.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from qazyna.log.merkle import HASH_SIZE, BadProof, fold

WIDTH = 256
_HEIGHT = 8

ENTRIES = -1
"""Stands for the level of entry bundles."""


class Tile(NamedTuple):
    """So many hashes, or leaves, at one place."""

    level: int
    number: int
    width: int

    @property
    def path(self) -> str:
        """Its path below the log's folder or address."""
        level = "entries" if self.level == ENTRIES else str(self.level)
        part = "" if self.width == WIDTH else f".p/{self.width}"
        return f"tile/{level}/{_digits(self.number)}{part}"

    @property
    def start(self) -> int:
        """The first of the hashes of its level that it holds."""
        return self.number * WIDTH


def _digits(number: int) -> str:
    """1234067 is x001/x234/067."""
    parts = [f"{number % 1000:03}"]
    while number := number // 1000:
        parts.insert(0, f"x{number % 1000:03}")
    return "/".join(parts)


def parse(path: str) -> Tile:
    """The tile of that path; `BadProof` for any other text."""
    match path.split("/"):
        case ["tile", level, *digits] if digits:
            pass
        case _:
            raise BadProof(f"{path} is no tile's path")
    width = WIDTH
    if len(digits) > 1 and digits[-2].endswith(".p"):
        width = _read_number(digits.pop(), 3)
        digits[-1] = digits[-1].removesuffix(".p")
    text = "".join(digits).replace("x", "")
    height = ENTRIES if level == "entries" else _read_number(level, 2)
    tile = Tile(height, _read_number(text, 21), width)
    if not 0 < width <= WIDTH or height > 63 or tile.path != path:
        raise BadProof(f"{path} is no tile's path")
    return tile


def _read_number(text: str, most: int) -> int:
    """The number, if it is one of so many digits at most; else one that no path has."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= most else 0


def tiles_of(size: int, since: int = 0) -> Iterator[Tile]:
    """Every tile of a tree of that size, by level; only those that one of `since` leaves lacks."""
    level, count, before = 0, size, since
    while count:
        number = before // WIDTH
        if before < count:
            while number * WIDTH < count:
                yield Tile(level, number, min(WIDTH, count - number * WIDTH))
                number += 1
        level, count, before = level + 1, count // WIDTH, before // WIDTH


def bundles_of(size: int, since: int = 0) -> Iterator[Tile]:
    """Every entry bundle, in the same way."""
    for tile in tiles_of(size, since):
        if tile.level:
            return
        yield tile._replace(level=ENTRIES)


def bundle(leaves: Iterable[bytes]) -> bytes:
    """Leaves as a bundle."""
    return b"".join(len(leaf).to_bytes(2, "big") + leaf for leaf in leaves)


def unbundle(content: bytes) -> list[bytes]:
    """The leaves of a bundle; `BadProof` where it is cut short."""
    leaves: list[bytes] = []
    at = 0
    while at < len(content):
        end = at + 2 + int.from_bytes(content[at : at + 2], "big")
        if end > len(content) or at + 2 > len(content):
            raise BadProof("a bundle of entries is cut short")
        leaves.append(content[at + 2 : end])
        at = end
    return leaves


def split(content: bytes) -> list[bytes]:
    """The hashes of a tile."""
    if len(content) % HASH_SIZE:
        raise BadProof("a tile is cut short")
    return [content[at : at + HASH_SIZE] for at in range(0, len(content), HASH_SIZE)]


Read = Callable[[Tile], Sequence[bytes]]
"""The hashes of a tile."""


class TiledTree:
    """The hashes of a tree of one size, through its tiles; each is read once."""

    def __init__(self, size: int, read: Read) -> None:
        self.size = size
        self._read = read
        self._tiles: dict[tuple[int, int], Sequence[bytes]] = {}

    def tiles(self, nodes: Iterable[tuple[int, int]]) -> list[Tile]:
        """The tiles that hold these complete nodes, or what they are made of; each once."""
        places = dict.fromkeys(_place(*node)[:2] for node in nodes)
        return [self._tile(*place) for place in places]

    def keep(self, tile: Tile, hashes: Sequence[bytes]) -> None:
        """Take the hashes of a tile that was read already."""
        if len(hashes) < tile.width:
            raise BadProof(f"tile {tile.level}/{tile.number} is cut short")
        self._tiles[tile.level, tile.number] = hashes[: tile.width]

    def __call__(self, level: int, index: int) -> bytes:
        """The hash of a complete node."""
        tile_level, number, place, count = _place(level, index)
        if (tile_level, number) not in self._tiles:
            tile = self._tile(tile_level, number)
            self.keep(tile, self._read(tile))
        covered = self._tiles[tile_level, number][place : place + count]
        if len(covered) != count:
            raise BadProof(f"a tree of {self.size} leaves has no node {level}/{index}")
        return fold(covered)

    def _tile(self, level: int, number: int) -> Tile:
        width = min(WIDTH, (self.size >> (_HEIGHT * level)) - number * WIDTH)
        if width <= 0:
            raise BadProof(f"a tree of {self.size} leaves has no tile {level}/{number}")
        return Tile(level, number, width)


def _place(level: int, index: int) -> tuple[int, int, int, int]:
    """Where a node is found: the level and number of a tile, and which of its hashes it covers."""
    tile_level, inside = divmod(level, _HEIGHT)
    number, place = divmod(index << inside, WIDTH)
    return tile_level, number, place, 1 << inside


__all__ = [
    "ENTRIES",
    "WIDTH",
    "Read",
    "Tile",
    "TiledTree",
    "bundle",
    "bundles_of",
    "parse",
    "split",
    "tiles_of",
    "unbundle",
]
