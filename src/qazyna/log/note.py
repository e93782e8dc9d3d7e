"""Texts signed with Ed25519 (C2SP signed-note), and the keys that sign and verify them.

    text, ending in a newline
    (an empty line)
    — name base64(key id + signature)

A key is named by a name and an id, of which the id says how it signs: 1 for Ed25519 over the text,
4 for a witness's cosignature, which is over the text and the time (C2SP tlog-cosignature).
"""

import base64
import binascii
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from qazyna.log.merkle import BadProof

PLAIN, COSIGNATURE = 1, 4
_DASH = "\u2014 "
_MOST_SIGNATURES = 64


def encode(data: bytes) -> str:
    """Base64 as notes have it."""
    return base64.b64encode(data).decode("ascii")


def decode(text: str) -> bytes:
    """The bytes of canonical base64; `BadProof` for anything else."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise BadProof(f"{text[:80]!r} is no base64") from None
    if encode(data) != text:
        raise BadProof(f"{text[:80]!r} is no canonical base64")
    return data


def _check_name(name: str) -> None:
    if not name or "+" in name or any(c.isspace() or ord(c) < 32 for c in name):
        raise BadProof(f"{name[:80]!r} is no name of a key")


@dataclass(frozen=True, slots=True)
class Verifier:
    """A public key under a name, and how it signs."""

    name: str
    algorithm: int
    public: bytes

    def __post_init__(self) -> None:
        _check_name(self.name)
        if self.algorithm not in (PLAIN, COSIGNATURE) or len(self.public) != 32:
            raise BadProof("only Ed25519 keys are understood here")

    @property
    def key_id(self) -> bytes:
        """The four bytes that stand before its signatures."""
        told = self.name.encode() + b"\n" + bytes([self.algorithm]) + self.public
        return sha256(told).digest()[:4]

    def __str__(self) -> str:
        """The key as text: name+id+base64."""
        return f"{self.name}+{self.key_id.hex()}+{encode(bytes([self.algorithm]) + self.public)}"

    @classmethod
    def parse(cls, text: str) -> "Verifier":
        """The key that `str` wrote; `BadProof` where the id is not its own."""
        name, _, rest = text.strip().partition("+")
        key_id, _, key = rest.partition("+")
        raw = decode(key)
        verifier = cls(name, raw[0] if raw else 0, raw[1:])
        if verifier.key_id.hex() != key_id:
            raise BadProof(f"{text[:80]!r}: the id is not that of the key")
        return verifier

    def verify(self, message: bytes, signature: bytes) -> None:
        """Check an Ed25519 signature of that very message."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except (InvalidSignature, ValueError):
            raise BadProof(f"the signature of {self.name} is not one of this text") from None


@dataclass(frozen=True, slots=True)
class Signature:
    """One line under a note."""

    name: str
    key_id: bytes
    signed: bytes

    def line(self) -> str:
        """The line, without its newline."""
        return f"{_DASH}{self.name} {encode(self.key_id + self.signed)}"

    @classmethod
    def parse(cls, line: str) -> "Signature":
        """The signature of a line."""
        name, _, text = line.removeprefix(_DASH).partition(" ")
        if not line.startswith(_DASH):
            raise BadProof("a line of signatures begins with an em dash")
        _check_name(name)
        data = decode(text)
        if len(data) < 5:
            raise BadProof("a signature is cut short")
        return cls(name, data[:4], data[4:])

    def by(self, verifier: Verifier) -> bool:
        """Whether it claims to be of that key."""
        return (self.name, self.key_id) == (verifier.name, verifier.key_id)


@dataclass(frozen=True, slots=True)
class Note:
    """A text and the signatures under it, none of them checked yet."""

    text: str
    signatures: tuple[Signature, ...]

    def __str__(self) -> str:
        return self.text + "\n" + "".join(f"{each.line()}\n" for each in self.signatures)

    @classmethod
    def parse(cls, content: str) -> "Note":
        """The note; `BadProof` where it is none."""
        if any(ord(c) < 32 and c != "\n" for c in content):
            raise BadProof("a note has no control characters")
        text, parted, lines = content.rpartition("\n\n")
        if not parted or not lines.endswith("\n"):
            raise BadProof("a note is a text, an empty line, and signatures")
        signatures = lines[:-1].split("\n")
        if len(signatures) > _MOST_SIGNATURES:
            raise BadProof("a note has too many signatures")
        return cls(text + "\n", tuple(Signature.parse(line) for line in signatures))


@dataclass(frozen=True, slots=True)
class Signer:
    """A private key under a name."""

    name: str
    seed: bytes
    algorithm: int = PLAIN

    def __repr__(self) -> str:
        return f"Signer({self.name!r})"

    @property
    def _key(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)

    @property
    def verifier(self) -> Verifier:
        """The public key that belongs to it."""
        return Verifier(self.name, self.algorithm, self._key.public_key().public_bytes_raw())

    def sign(self, text: str) -> Signature:
        """A plain signature of a text."""
        return Signature(self.name, self.verifier.key_id, self._key.sign(text.encode()))

    def sign_raw(self, message: bytes) -> bytes:
        """An Ed25519 signature of bytes."""
        return self._key.sign(message)
