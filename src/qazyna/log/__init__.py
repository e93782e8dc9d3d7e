"""The transparency log as mathematics: a Merkle tree, its tiles, signed notes, and proofs.

    merkle.py      hashes, roots, inclusion and consistency (RFC 6962, RFC 9162)
    tiles.py       where tiles and entry bundles lie, and a tree read through them (C2SP tlog-tiles)
    note.py        texts signed by Ed25519 keys (C2SP signed-note)
    checkpoint.py  tree heads, cosignatures, what a witness is asked (C2SP tlog-checkpoint,
                   tlog-cosignature, tlog-witness)
    proof.py       a proof that stands alone (C2SP tlog-proof)

Nothing here knows of a database, a file, a clock or the books.
"""
