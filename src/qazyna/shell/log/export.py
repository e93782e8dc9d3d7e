"""The log as a folder: a C2SP tlog-tiles log, and at the same time the bundle outsiders verify.

    checkpoint          the newest signed checkpoint, with every witness's signature
    tile/<L>/<N>        hashes; partial ones under <N>.p/<W>
    tile/entries/<N>    the leaves themselves
    keys                the public keys: the log's first, then its witnesses'

Served by any web server as it lies, it is a log that existing readers understand. What was exported
before is not written again; `checkpoint` comes last, so that it never promises what is not there.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg

from qazyna.errors import Refused
from qazyna.log.checkpoint import Checkpoint
from qazyna.log.merkle import BadProof, verify_consistency
from qazyna.log.note import Note
from qazyna.log.tiles import Tile, bundle, bundles_of, tiles_of
from qazyna.shell.home import Home
from qazyna.shell.log.proving import consistency
from qazyna.shell.log.reading import hashes, leaves
from qazyna.shell.log.signing import latest, log_key, witnesses

Connection = psycopg.Connection[Any]

CHECKPOINT, KEYS = "checkpoint", "keys"


def content(connection: Connection, tile: Tile) -> bytes:
    """The bytes of a tile or bundle, as they are served."""
    if tile.level < 0:
        return bundle(leaves(connection, tile.start, tile.start + tile.width))
    return b"".join(hashes(connection, tile))


def export(
    connection: Connection,
    home: Home,
    folder: Path,
    progress: Callable[[int], None] = lambda _: None,
) -> Checkpoint:
    """Write the log into the folder, or what it lacks of it; returns the checkpoint it then has."""
    with connection.transaction():
        note = latest(connection, home)
    checkpoint = Checkpoint.parse(note.text)
    since = _exported(connection, folder, checkpoint)
    done = 0
    for tile in (*bundles_of(checkpoint.size, since), *tiles_of(checkpoint.size, since)):
        place = folder / tile.path
        if not place.exists():
            put(place, content(connection, tile))
        if tile.level < 0:
            done += tile.width
            progress(done)
    own = log_key(connection)
    put(folder / KEYS, "".join(f"{key}\n" for key in (own, *witnesses(connection))).encode())
    put(folder / CHECKPOINT, str(note).encode())
    return checkpoint


def _exported(connection: Connection, folder: Path, now: Checkpoint) -> int:
    """How far the folder has come; refused where what lies there is not the past of this log."""
    place = folder / CHECKPOINT
    if not place.exists():
        if folder.is_dir() and any(folder.iterdir()):
            raise Refused("folder_in_use", f"{folder} holds something else.", {"folder": folder})
        return 0
    try:
        then = Checkpoint.parse(Note.parse(place.read_text("utf-8")).text)
        if then.origin != now.origin:
            raise BadProof(f"it is of {then.origin}")
        if then.size:
            _, root, proof = consistency(connection, then.size, now.size)
            verify_consistency(then.size, now.size, then.root, root, proof)
    except BadProof as wrong:
        raise Refused(
            "another_log",
            f"{folder} holds a log that this one did not grow from: {wrong}. Keep it: either it is "
            "another log's, or this one was altered.",
            {"folder": folder},
        ) from None
    return then.size


def put(place: Path, data: bytes) -> None:
    """Whole or not at all."""
    place.parent.mkdir(parents=True, exist_ok=True)
    fresh = place.with_name(f".{place.name}.new")
    fresh.write_bytes(data)
    fresh.replace(place)
