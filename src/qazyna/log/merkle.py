"""The Merkle tree of RFC 6962, section 2.1, over SHA-256.

A tree is known by its size and its root. `Hashes` gives the hash of any *complete* node, level 0
being the leaves: node (level, index) covers the leaves [index * 2**level, (index + 1) * 2**level).
Proofs are lists of hashes in the order of RFC 9162, 2.1.3 and 2.1.4; verifying raises `BadProof`.

A *subtree* [start, end) is one that a tree has as a node, or the right edge of one: start is a
multiple of the least power of two that is not below end - start.
"""

from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256

HASH_SIZE = 32

Hashes = Callable[[int, int], bytes]
"""(level, index) -> hash of that complete node."""


class BadProof(ValueError):
    """What was to be proven does not follow."""


def leaf_hash(leaf: bytes) -> bytes:
    """The hash of a leaf."""
    return sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of a node over its two children."""
    return sha256(b"\x01" + left + right).digest()


EMPTY_ROOT = sha256(b"").digest()
"""The root of the tree without leaves."""


def fold(hashes: Sequence[bytes]) -> bytes:
    """The root over hashes of one level, neighbours paired and an odd last one carried up."""
    if not hashes:
        return EMPTY_ROOT
    row = hashes
    while len(row) > 1:
        paired = [
            sha256(b"\x01" + left + right).digest()
            for left, right in zip(row[::2], row[1::2], strict=False)
        ]
        if len(row) % 2:
            paired.append(row[-1])
        row = paired
    return row[0]


def root(size: int, hashes: Hashes) -> bytes:
    """The root of the tree of so many leaves."""
    return range_hash(0, size, hashes)


def range_hash(start: int, end: int, hashes: Hashes) -> bytes:
    """MTH(D[start:end]) for a subtree: its complete nodes, joined from the right."""
    if start == end:
        return EMPTY_ROOT
    joined: bytes | None = None
    for level, index in reversed(complete_nodes(start, end)):
        node = hashes(level, index)
        joined = node if joined is None else node_hash(node, joined)
    assert joined is not None
    return joined


def complete_nodes(start: int, end: int) -> list[tuple[int, int]]:
    """The complete nodes, largest first, that a subtree [start, end) is made of."""
    found: list[tuple[int, int]] = []
    while start < end:
        level = (end - start).bit_length() - 1
        found.append((level, start >> level))
        start += 1 << level
    return found


def inclusion_nodes(index: int, size: int) -> list[tuple[int, int]]:
    """The complete nodes whose hashes the proof of leaf `index` is made of."""
    if not 0 <= index < size:
        raise BadProof(f"a tree of {size} leaves has no leaf {index}")
    return [node for ends in _path(index, 0, size) for node in complete_nodes(*ends)]


def inclusion_proof(index: int, size: int, hashes: Hashes) -> list[bytes]:
    """The path from leaf `index` up to the root of the tree of that size."""
    if not 0 <= index < size:
        raise BadProof(f"a tree of {size} leaves has no leaf {index}")
    return [range_hash(start, end, hashes) for start, end in _path(index, 0, size)]


def _path(index: int, start: int, end: int) -> list[tuple[int, int]]:
    """The ranges whose hashes lead from a leaf to the root, the leaf's neighbour first."""
    found: list[tuple[int, int]] = []
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            found.append((middle, end))
            end = middle
        else:
            found.append((start, middle))
            start = middle
    return found[::-1]


def consistency_proof(first: int, second: int, hashes: Hashes) -> list[bytes]:
    """That the tree of `second` leaves begins with that of `first`; empty from 0 and to itself."""
    if not 0 <= first <= second:
        raise BadProof(f"a tree of {second} leaves has no earlier one of {first}")
    if first in (0, second):
        return []
    found: list[tuple[int, int]] = []
    start, end, whole = 0, second, True
    while first != end:
        middle = start + _split(end - start)
        if first <= middle:
            found.append((middle, end))
            end = middle
        else:
            found.append((start, middle))
            start, whole = middle, False
    if not whole:
        found.append((start, end))
    return [range_hash(start, end, hashes) for start, end in reversed(found)]


def _split(size: int) -> int:
    """The largest power of two below `size`."""
    return 1 << ((size - 1).bit_length() - 1)


def verify_inclusion(
    index: int, size: int, leaf: bytes, proof: Sequence[bytes], expected: bytes
) -> None:
    """Check that the leaf of hash `leaf` is number `index` in the tree of that size and root."""
    if not 0 <= index < size:
        raise BadProof(f"a tree of {size} leaves has no leaf {index}")
    _sound(leaf, expected, *proof)
    node, last, climbed = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            raise BadProof("the proof is too long")
        if node & 1 or node == last:
            climbed = node_hash(sibling, climbed)
            while not node & 1 and node:
                node >>= 1
                last >>= 1
        else:
            climbed = node_hash(climbed, sibling)
        node >>= 1
        last >>= 1
    if last:
        raise BadProof("the proof is too short")
    if climbed != expected:
        raise BadProof("the proof leads to another root")


def verify_consistency(
    first: int, second: int, first_root: bytes, second_root: bytes, proof: Sequence[bytes]
) -> None:
    """Check that the tree of `second` leaves begins with that of `first`.

    From the empty tree everything follows, so a proof from it says nothing and is refused.
    """
    if not 0 < first <= second:
        raise BadProof(f"from {first} leaves to {second} there is nothing to prove")
    verify_subtree_consistency(0, first, second, first_root, second_root, proof)


def is_subtree(start: int, end: int) -> bool:
    """Whether a tree of at least `end` leaves has [start, end) as one of its subtrees."""
    return 0 <= start < end and start % (1 << (end - start - 1).bit_length()) == 0


def verify_subtree_inclusion(
    index: int, start: int, end: int, leaf: bytes, proof: Sequence[bytes], expected: bytes
) -> None:
    """Check that a leaf is number `index` of a tree that has the subtree [start, end) so rooted."""
    if not is_subtree(start, end) or not start <= index < end:
        raise BadProof(f"leaf {index} is in no subtree [{start}, {end})")
    verify_inclusion(index - start, end - start, leaf, proof, expected)


def verify_subtree_consistency(
    start: int, end: int, size: int, part: bytes, whole: bytes, proof: Sequence[bytes]
) -> None:
    """Check that a subtree so rooted is what a tree of `size` leaves has at [start, end)."""
    if start == end and 0 <= end <= size:
        if proof or part != EMPTY_ROOT:
            raise BadProof("nothing follows from the empty tree, and its root is known")
        return
    if not is_subtree(start, end) or end > size:
        raise BadProof(f"a tree of {size} leaves has no subtree [{start}, {end})")
    if (start, end) == (0, size):
        if proof or part != whole:
            raise BadProof("two roots for one size")
        return
    _sound(part, whole, *proof)
    left, node, last = start, end - 1, size - 1
    while left != node and (node & 1 or node == last):
        left, node, last = left >> 1, node >> 1, last >> 1
    rest = list(proof)
    if left == node:
        climbed = spread = part
    elif rest:
        climbed = spread = rest.pop(0)
    else:
        raise BadProof("the proof is too short")
    for sibling in rest:
        if last == 0:
            raise BadProof("the proof is too long")
        if node & 1 or node == last:
            if left < node:
                climbed = node_hash(sibling, climbed)
            spread = node_hash(sibling, spread)
            while not node & 1:
                left, node, last = left >> 1, node >> 1, last >> 1
        else:
            spread = node_hash(spread, sibling)
        left, node, last = left >> 1, node >> 1, last >> 1
    if last:
        raise BadProof("the proof is too short")
    if climbed != part:
        raise BadProof("the proof leads to another earlier root")
    if spread != whole:
        raise BadProof("the proof leads to another root")


def _sound(*hashes: bytes) -> None:
    if any(len(each) != HASH_SIZE for each in hashes):
        raise BadProof("a hash has 32 bytes")


class Growing:
    """A tree that only remembers the hashes its right edge is made of. Starts anywhere."""

    def __init__(self, size: int = 0, edge: Iterable[bytes] = ()) -> None:
        self.size = size
        self.edge = list(edge)
        """Its complete nodes, largest first: `complete_nodes(0, size)`."""
        if len(self.edge) != size.bit_count():
            raise BadProof(f"a tree of {size} leaves has {size.bit_count()} complete nodes")

    def add(self, leaf: bytes) -> None:
        """Append the hash of a leaf."""
        self.edge.append(leaf)
        self.size += 1
        for _ in range((self.size & -self.size).bit_length() - 1):
            right = self.edge.pop()
            self.edge[-1] = sha256(b"\x01" + self.edge[-1] + right).digest()

    def root(self) -> bytes:
        """The root of what was appended so far."""
        if not self.edge:
            return EMPTY_ROOT
        joined = self.edge[-1]
        for node in reversed(self.edge[:-1]):
            joined = node_hash(node, joined)
        return joined
