"""A proof that stands alone (C2SP tlog-proof): a leaf is number so many of the log so signed."""

from collections.abc import Iterable
from dataclasses import dataclass

from qazyna.log.checkpoint import Checkpoint, number, opened, witnessed
from qazyna.log.merkle import BadProof, leaf_hash, verify_inclusion
from qazyna.log.note import Note, Verifier, decode, encode

HEADER = "c2sp.org/tlog-proof@v1"


@dataclass(frozen=True, slots=True)
class Proof:
    """A position, the path from there to the root, and the checkpoint that has the root."""

    index: int
    path: tuple[bytes, ...]
    note: Note

    def __str__(self) -> str:
        lines = [HEADER, f"index {self.index}", *map(encode, self.path), "", str(self.note)]
        return "\n".join(lines)

    @classmethod
    def parse(cls, text: str) -> "Proof":
        """The proof that a text holds. Extra data is passed over: nothing vouches for it."""
        head, parted, note = text.partition("\n\n")
        lines = head.split("\n")
        if not parted or lines[0] != HEADER:
            raise BadProof("this is no proof of a transparency log")
        rest = [line for line in lines[1:2] if not line.startswith("extra ")] + lines[2:]
        if not rest or not rest[0].startswith("index "):
            raise BadProof("the proof does not say of which leaf")
        return cls(number(rest[0][6:]), tuple(map(decode, rest[1:])), Note.parse(note))

    def verify(self, leaf: bytes, log: Verifier, witnesses: Iterable[Verifier] = ()) -> Checkpoint:
        """The checkpoint, once it is found to be the log's and to hold this very leaf."""
        checkpoint = opened(self.note, log)
        witnessed(self.note, witnesses)
        verify_inclusion(self.index, checkpoint.size, leaf_hash(leaf), self.path, checkpoint.root)
        return checkpoint
