"""Verifying what somebody was given: an exported log, or one proof. No database, no network."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from qazyna.errors import Refused
from qazyna.log.checkpoint import Checkpoint, opened, witnessed
from qazyna.log.leaves import Story
from qazyna.log.merkle import BadProof, fold, leaf_hash, root
from qazyna.log.note import COSIGNATURE, PLAIN, Note, Verifier
from qazyna.log.proof import Proof
from qazyna.log.tiles import ENTRIES, WIDTH, Tile, TiledTree, split, tiles_of, unbundle
from qazyna.shell.log.export import CHECKPOINT, KEYS

SHOWN = 50
"""Problems listed one by one; beyond, they are only counted."""


@dataclass
class Verdict:
    """What was checked, and what is wrong with it."""

    leaves: int = 0
    entries: int = 0
    events: int = 0
    found: int = 0
    problems: list[dict[str, str]] = field(default_factory=list)
    notes: dict[str, Any] = field(default_factory=dict)

    def wrong(self, where: str, what: str) -> None:
        self.found += 1
        if len(self.problems) < SHOWN:
            self.problems.append({"where": where, "what": what})

    @property
    def ok(self) -> bool:
        return not self.found

    def as_json(self) -> dict[str, Any]:
        checked = {"leaves": self.leaves, "entries": self.entries, "events": self.events}
        return {"ok": self.ok, "checked": checked, "problems": self.problems, **self.notes}


def verify(
    place: Path,
    keys: Iterable[str] = (),
    against: Path | None = None,
    progress: Callable[[int], None] = lambda _: None,
) -> Verdict:
    """Verify a folder that `log export` wrote, or a file that `log prove` wrote.

    `keys` are public keys one holds oneself: the log's, and those of witnesses that must have
    signed. Without the log's, its key is taken from the bundle, and then only says that the bundle
    is whole. `against` is a checkpoint kept from earlier, which this log must have grown from.
    """
    verdict = Verdict()
    given = _given(keys)
    try:
        if place.is_dir():
            _folder(verdict, place, given, against, progress)
        elif place.exists():
            _proof(verdict, place, given)
        else:
            raise Refused("no_bundle", f"There is no {place}.", {"bundle": place})
    except BadProof as wrong:
        verdict.wrong(place.name, str(wrong))
    return verdict


def _given(keys: Iterable[str]) -> list[Verifier]:
    try:
        return [Verifier.parse(key) for key in keys]
    except BadProof as wrong:
        raise Refused("bad_key", f"This is no public key: {wrong}.") from None


def _keys(
    verdict: Verdict, given: list[Verifier], own: list[str]
) -> tuple[Verifier, list[Verifier]]:
    """The log's key and its witnesses': those given, else those that came along."""
    logs = [key for key in given if key.algorithm == PLAIN]
    found = [Verifier.parse(line) for line in own if line]
    either = logs or [key for key in found if key.algorithm == PLAIN]
    if not either:
        raise BadProof("nothing says which key the log is signed with")
    log = either[0]
    verdict.notes["key"] = {"log": str(log), "held": bool(logs)}
    demanded = [key for key in given if key.algorithm == COSIGNATURE]
    return log, demanded or [key for key in found if key.algorithm == COSIGNATURE]


def _opened(verdict: Verdict, note: Note, given: list[Verifier], own: list[str]) -> Checkpoint:
    """The checkpoint, its signatures checked; a witness one named oneself must be among them."""
    log, others = _keys(verdict, given, own)
    checkpoint = opened(note, log)
    verdict.notes |= {"origin": checkpoint.origin, "size": checkpoint.size}
    seen = witnessed(note, others)
    verdict.notes["witnesses"] = seen
    for witness in given:
        if witness.algorithm == COSIGNATURE and witness.name not in seen:
            verdict.wrong(CHECKPOINT, f"{witness.name} did not sign it")
    return checkpoint


def _folder(
    verdict: Verdict,
    folder: Path,
    given: list[Verifier],
    against: Path | None,
    progress: Callable[[int], None],
) -> None:
    note = Note.parse(_text(folder / CHECKPOINT))
    own = _text(folder / KEYS).split("\n") if (folder / KEYS).exists() else []
    checkpoint = _opened(verdict, note, given, own)

    def read(tile: Tile) -> list[bytes]:
        return split(_bytes(folder / tile.path))

    _leaves(verdict, folder, checkpoint.size, progress)
    _tiles(verdict, folder, checkpoint.size)
    tree = TiledTree(checkpoint.size, read)
    if root(checkpoint.size, tree) != checkpoint.root:
        verdict.wrong(CHECKPOINT, "its root is not that of the tiles")
    if against is not None:
        then = opened(Note.parse(_text(against)), _keys(verdict, given, own)[0])
        if then.size > checkpoint.size:
            verdict.wrong(against.name, f"has {then.size:,} leaves, the bundle {checkpoint.size:,}")
        elif root(then.size, tree) != then.root:
            verdict.wrong(against.name, "the log did not grow from this checkpoint")


def _leaves(verdict: Verdict, folder: Path, size: int, progress: Callable[[int], None]) -> None:
    """Every leaf hashes to its place in a tile, and the leaves tell a story that holds."""
    story = Story()
    for tile in tiles_of(size):
        if tile.level:
            break
        bundle = tile._replace(level=ENTRIES)
        try:
            leaves = unbundle(_bytes(folder / bundle.path))
            hashes = split(_bytes(folder / tile.path))
        except BadProof as wrong:
            verdict.wrong(bundle.path, str(wrong))
            continue
        if (len(leaves), len(hashes)) != (tile.width, tile.width):
            verdict.wrong(bundle.path, f"holds {len(leaves)} leaves for {tile.width} places")
        for at, (leaf, expected) in enumerate(zip(leaves, hashes, strict=False), tile.start):
            if leaf_hash(leaf) != expected:
                verdict.wrong(f"leaf {at}", f"is not what was sealed: {_name(leaf)}")
            for where, what in story.add(leaf):
                verdict.wrong(f"leaf {at}" + (f", {where}" if where else ""), what)
        verdict.leaves += len(leaves)
        progress(verdict.leaves)
    for where, what in story.end():
        verdict.wrong(where, what)
    verdict.events, verdict.entries = story.events, story.entries


def _tiles(verdict: Verdict, folder: Path, size: int) -> None:
    """Every hash above the leaves is of the full tile below it."""
    for tile in tiles_of(size):
        if not tile.level:
            continue
        hashes = split(_bytes(folder / tile.path))
        if len(hashes) != tile.width:
            verdict.wrong(tile.path, f"holds {len(hashes)} hashes, not {tile.width}")
        for number, expected in enumerate(hashes, tile.start):
            below = Tile(tile.level - 1, number, WIDTH)
            if fold(split(_bytes(folder / below.path))) != expected:
                verdict.wrong(tile.path, f"does not follow from {below.path}")


def _proof(verdict: Verdict, file: Path, given: list[Verifier]) -> None:
    """One proof: `log prove --json` wrote the leaf beside it."""
    try:
        told = json.loads(_text(file))
        proof, leaf = Proof.parse(told["proof"]), str(told["leaf"]).encode()
        own = [str(key) for key in told.get("keys", ())]
    except (ValueError, KeyError, TypeError) as wrong:
        raise BadProof(f"this is neither an exported log nor a proof: {wrong}") from None
    checkpoint = _opened(verdict, proof.note, given, own)
    log, _ = _keys(verdict, given, own)
    proof.verify(leaf, log)
    verdict.leaves = 1
    verdict.notes |= {"position": proof.index, "root": checkpoint.text.split("\n")[2]}
    kind = json.loads(leaf).get("leaf")
    verdict.events, verdict.entries = int(kind == "event"), int(kind == "entry")


def _name(leaf: bytes) -> str:
    """What a leaf says it is, as far as it can be read."""
    try:
        told = json.loads(leaf)
        number = f"#{told['entry']}" if told["leaf"] == "entry" else ""
        return f"{told['stream']}@{told['version']}{number}"
    except (ValueError, KeyError, TypeError):
        return "unreadable"


def _bytes(place: Path) -> bytes:
    try:
        return place.read_bytes()
    except OSError as wrong:
        raise BadProof(
            f"{'/'.join(islice(place.parts, len(place.parts) - 4, None))}: {wrong.strerror}"
        ) from None


def _text(place: Path) -> str:
    try:
        return _bytes(place).decode()
    except UnicodeDecodeError:
        raise BadProof(f"{place.name} is no text") from None
