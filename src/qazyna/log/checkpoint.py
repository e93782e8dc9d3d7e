"""Tree heads as signed notes, what witnesses add to them, and what a witness is asked.

    origin
    size
    base64(root)

(C2SP tlog-checkpoint, tlog-cosignature, tlog-witness.) A cosignature says: of the log of that
origin, the largest consistent tree I had seen at that second is this one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from qazyna.log.merkle import EMPTY_ROOT, HASH_SIZE, BadProof, verify_consistency
from qazyna.log.note import COSIGNATURE, PLAIN, Note, Signature, Signer, Verifier, decode, encode

_MOST_PROOF_LINES = 63


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a log says it is: its name, its size, its root."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """The text that is signed."""
        return f"{self.origin}\n{self.size}\n{encode(self.root)}\n"

    @classmethod
    def parse(cls, text: str) -> "Checkpoint":
        """The checkpoint that a note's text says. Lines beyond the third are not ours to read."""
        lines = text.split("\n")
        if len(lines) < 4 or lines[-1] or not all(lines[:3]):
            raise BadProof("a checkpoint has three lines")
        size = number(lines[1])
        root = decode(lines[2])
        if len(root) != HASH_SIZE:
            raise BadProof("a root has 32 bytes")
        if size == 0 and root != EMPTY_ROOT:
            raise BadProof("the empty tree has another root")
        return cls(lines[0], size, root)


def number(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or (text[0] == "0" and text != "0"):
        raise BadProof(f"{text[:40]!r} is no number of leaves")
    if len(text) > 19:
        raise BadProof("no log is that long")
    return int(text)


def signed(checkpoint: Checkpoint, signer: Signer) -> Note:
    """The checkpoint under the log's own signature."""
    return Note(checkpoint.text, (signer.sign(checkpoint.text),))


def opened(note: Note, log: Verifier) -> Checkpoint:
    """The checkpoint in a note, once the log's own signature is found to be sound."""
    mine = [each for each in note.signatures if each.by(log)]
    if log.algorithm != PLAIN or not mine:
        raise BadProof(f"no signature of {log.name} with the key {log.key_id.hex()}")
    for each in mine:
        log.verify(note.text.encode(), each.signed)
    checkpoint = Checkpoint.parse(note.text)
    if checkpoint.origin != log.name:
        raise BadProof(f"this is a checkpoint of {checkpoint.origin}, not of {log.name}")
    return checkpoint


def _cosigned(text: str, seconds: int) -> bytes:
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()


def cosign(text: str, witness: Signer, seconds: int) -> Signature:
    """A witness's line under a checkpoint: seen, consistent, at that second of POSIX time."""
    told = witness.sign_raw(_cosigned(text, seconds))
    return Signature(witness.name, witness.verifier.key_id, seconds.to_bytes(8, "big") + told)


def cosigned_at(text: str, signature: Signature, witness: Verifier) -> int:
    """When the witness signed; `BadProof` where it did not sign this."""
    if witness.algorithm != COSIGNATURE or not signature.by(witness):
        raise BadProof(f"this is no cosignature of {witness.name}")
    if len(signature.signed) != 72 or signature.signed[0] & 0x80:
        raise BadProof(f"the cosignature of {witness.name} is cut short, or of no time")
    seconds = int.from_bytes(signature.signed[:8], "big")
    witness.verify(_cosigned(text, seconds), signature.signed[8:])
    return seconds


def witnessed(note: Note, witnesses: Iterable[Verifier]) -> dict[str, int]:
    """When each of these witnesses signed the note. Keys that are not asked for are passed over."""
    found: dict[str, int] = {}
    for witness in witnesses:
        for signature in note.signatures:
            if signature.by(witness):
                found[witness.name] = cosigned_at(note.text, signature, witness)
    return found


# what a witness is asked


@dataclass(frozen=True, slots=True)
class Submission:
    """An add-checkpoint request: the size last seen, how the tree grew since, the checkpoint."""

    old: int
    proof: tuple[bytes, ...]
    note: Note

    def __str__(self) -> str:
        lines = [f"old {self.old}", *map(encode, self.proof), "", str(self.note)]
        return "\n".join(lines)

    @classmethod
    def parse(cls, body: str) -> "Submission":
        """The request that a body holds."""
        head, parted, note = body.partition("\n\n")
        first, *proof = head.split("\n")
        if not parted or not first.startswith("old ") or len(proof) > _MOST_PROOF_LINES:
            raise BadProof("this is no add-checkpoint request")
        return cls(number(first[4:]), tuple(map(decode, proof)), Note.parse(note))


def accept(submission: Submission, log: Verifier, seen: Checkpoint | None) -> Checkpoint:
    """The checkpoint that a witness who last saw `seen` may sign; `BadProof` if it may not."""
    checkpoint = opened(submission.note, log)
    last = seen or Checkpoint(checkpoint.origin, 0, EMPTY_ROOT)
    if submission.old != last.size:
        raise BadProof(f"the last tree seen had {last.size} leaves, not {submission.old}")
    if last.size:
        sizes, roots = (last.size, checkpoint.size), (last.root, checkpoint.root)
        verify_consistency(*sizes, *roots, submission.proof)
    elif submission.proof:
        raise BadProof("from the empty tree on there is nothing to prove")
    return checkpoint


def lines_of(response: str) -> Sequence[Signature]:
    """The signature lines that a witness answered with."""
    return [Signature.parse(line) for line in response.splitlines() if line]
