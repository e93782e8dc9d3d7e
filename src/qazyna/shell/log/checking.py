"""Verifying the log where it lies: every hash, batch and signature, computed again.

Costs one pass over all leaf hashes, and remembers nothing but the edge of the tree.
"""

from collections.abc import Callable
from typing import Any

import psycopg

from qazyna.log.checkpoint import Checkpoint, cosigned_at
from qazyna.log.merkle import BadProof, Growing, fold
from qazyna.log.note import COSIGNATURE, Note, Signature, Verifier
from qazyna.log.tiles import WIDTH
from qazyna.shell.log.bundle import Verdict
from qazyna.shell.log.reading import head, leaf_hashes

Connection = psycopg.Connection[Any]


def check(
    connection: Connection, verdict: Verdict, progress: Callable[[int], None] = lambda _: None
) -> None:
    """Note in `verdict` everything that is not as it was sealed. Reads one snapshot."""
    size = head(connection).size
    batches = connection.execute(
        "SELECT size, root, coalesce(first, -1) FROM books.batch ORDER BY size"
    ).fetchall()
    _batches(connection, verdict, batches, progress)
    _signatures(connection, verdict, {row[0]: bytes(row[1]) for row in batches})
    _places(connection, verdict)
    verdict.leaves = size


def _batches(
    connection: Connection,
    verdict: Verdict,
    batches: list[Any],
    progress: Callable[[int], None],
) -> None:
    """Grow the tree again: it has the root of every batch where the batch ends."""
    ends = {size: bytes(root) for size, root, _ in batches}
    before = -1
    for size, _, first in batches:
        if first != before:
            verdict.wrong(
                f"batch {size}", f"begins at {first}, and the one before ends at {before}"
            )
        before = size
    tree, broken = Growing(), False
    size = batches[-1][0] if batches else 0
    if 0 not in ends or ends[0] != Growing().root():
        verdict.wrong("batch 0", "is not the empty tree")
    full: list[bytes] = []
    for start, run in leaf_hashes(connection, 0, size):
        full += [fold(run[n : n + WIDTH]) for n in range(0, len(run) - WIDTH + 1, WIDTH)]
        for leaf in run:
            tree.add(leaf)
            expected = ends.get(tree.size)
            if expected is not None and not broken and tree.root() != expected:
                # Later roots differ for the same reason: one finding names where it begins.
                broken = True
                verdict.wrong(f"batch {tree.size}", "its leaves no longer have the root it sealed")
        progress(start + len(run))
    if tree.size != size:
        verdict.wrong("sealed", f"{tree.size:,} leaves, and the last batch ends at {size:,}")
    _subtrees(connection, verdict, full)


def _subtrees(connection: Connection, verdict: Verdict, full: list[bytes]) -> None:
    """The kept hashes of full tiles are those of their tiles."""
    level = 1
    while True:
        kept = dict(
            connection.execute("SELECT number, hash FROM books.subtree WHERE level = %s", [level])
        )
        for number, expected in enumerate(full):
            if bytes(kept.pop(number, b"")) != expected:
                verdict.wrong(f"subtree {level}/{number}", "is not the hash of what it covers")
        for number in kept:
            verdict.wrong(f"subtree {level}/{number}", "covers nothing")
        if not full:
            break
        full = [fold(full[n : n + WIDTH]) for n in range(0, len(full) - WIDTH + 1, WIDTH)]
        level += 1


def _signatures(connection: Connection, verdict: Verdict, roots: dict[int, bytes]) -> None:
    """Every signature is one of its checkpoint, by a key that is known."""
    rows = connection.execute(
        "SELECT g.size, g.vkey, g.line, k.role, l.vkey FROM books.signature g"
        " LEFT JOIN books.signer k USING (vkey)"
        " LEFT JOIN books.signer l ON l.role = 'log' ORDER BY g.size, g.vkey"
    ).fetchall()
    signed = set()
    for size, vkey, line, role, log in rows:
        where = f"checkpoint {size}"
        try:
            key, signature = Verifier.parse(vkey), Signature.parse(line)
            text = Checkpoint(Verifier.parse(log or "").name, size, roots.get(size, b"")).text
            if role is None:
                raise BadProof(f"{key.name} is no signer")
            if (key.algorithm == COSIGNATURE) != (role == "witness"):
                raise BadProof(f"{key.name} is no {role}")
            if key.algorithm == COSIGNATURE:
                cosigned_at(text, signature, key)
            elif not signature.by(key):
                raise BadProof(f"the signature is not of {key.name}")
            else:
                key.verify(text.encode(), signature.signed)
                signed.add(size)
        except BadProof as wrong:
            verdict.wrong(where, str(wrong))
    for size in roots.keys() - signed:
        if size:
            verdict.wrong(f"checkpoint {size}", "was never signed, or its signature was removed")


_PLACES = r"""
    SELECT s.position, coalesce(
               e.stream || '@' || e.version,
               of.stream || '@' || of.version || '#' || n.number,
               CASE WHEN s.event IS NULL THEN 'entry ' || s.entry ELSE 'event ' || s.event END),
           CASE WHEN e.seq IS NULL AND n.id IS NULL THEN 'was sealed, and is gone'
                ELSE 'is not what was sealed' END
    FROM books.sealed s LEFT JOIN books.event e ON e.seq = s.event
    LEFT JOIN books.entry n ON n.id = s.entry LEFT JOIN books.event of ON of.seq = n.event
    WHERE s.hash IS DISTINCT FROM sha256('\x00'::bytea || coalesce(e.leaf, n.leaf))
       OR num_nonnulls(s.event, s.entry) <> 1
    ORDER BY s.position
"""

# Below the mark of the last batch everything is sealed: whatever else lies there came in behind it.
_BEHIND = """
    SELECT e.stream || '@' || e.version FROM books.event e
    WHERE e.tx < (SELECT max(below) FROM books.batch)
      AND NOT EXISTS (SELECT FROM books.sealed s WHERE s.event = e.seq)
    UNION ALL
    SELECT coalesce(e.stream || '@' || e.version || '#' || n.number, 'entry ' || n.id)
    FROM books.entry n LEFT JOIN books.event e ON e.seq = n.event
    WHERE coalesce(e.tx, n.tx) < (SELECT max(below) FROM books.batch)
      AND NOT EXISTS (SELECT FROM books.sealed s WHERE s.entry = n.id)
"""

_TOO_EARLY = """
    SELECT b.size FROM books.batch b
    WHERE b.sealed_at < (SELECT max(e.recorded_at) FROM books.sealed s
                         JOIN books.event e ON e.seq = s.event WHERE s.batch = b.size
                         AND s.position >= b.first AND s.position < b.size)
"""

_ASTRAY = """
    SELECT s.position FROM books.sealed s LEFT JOIN books.batch b ON b.size = s.batch
    WHERE (s.position >= b.first AND s.position < b.size) IS NOT TRUE
"""

_DOUBLE = """
    SELECT min(position), coalesce('event ' || event, 'entry ' || entry), 'is sealed more than once'
    FROM books.sealed GROUP BY event, entry HAVING count(*) > 1
"""


def _places(connection: Connection, verdict: Verdict) -> None:
    """What is sealed is there, unaltered, and nothing else is as old."""
    for position, where, what in connection.execute(_PLACES).fetchall():
        verdict.wrong(where, f"{what} (leaf {position})")
    for (where,) in connection.execute(_BEHIND).fetchall():
        verdict.wrong(where, "is older than the last batch, and was never sealed")
    for (position,) in connection.execute(_ASTRAY).fetchall():
        verdict.wrong(f"leaf {position}", "is of another batch than its place")
    for (at,) in connection.execute(_TOO_EARLY).fetchall():
        verdict.wrong(f"batch {at}", "says it was sealed before what it holds was recorded")
    for position, where, what in connection.execute(_DOUBLE).fetchall():
        verdict.wrong(where, f"{what} (leaf {position})")


def against(connection: Connection, verdict: Verdict, note: Note) -> None:
    """The log grew from a checkpoint that somebody kept."""
    then = Checkpoint.parse(note.text)
    row = connection.execute("SELECT vkey FROM books.signer WHERE role = 'log'").fetchone()
    key = Verifier.parse(row[0]) if row else None
    if key is None or key.name != then.origin:
        verdict.wrong("kept checkpoint", f"is of {then.origin}, and this log is another")
        return
    tree = Growing()
    for _, run in leaf_hashes(connection, 0, then.size):
        for leaf in run:
            tree.add(leaf)
    if (tree.size, tree.root()) != (then.size, then.root):
        verdict.wrong("kept checkpoint", "the log did not grow from it: its past was rewritten")
