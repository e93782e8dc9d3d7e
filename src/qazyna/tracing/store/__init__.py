"""A chain as columns on disk: parts written once, ids that are dense, a manifest that says what is.

    STORE/manifest.json          the last word: what it does not name is not there
    STORE/parts/NNNNNN/          whole blocks as Parquet: blocks, tx, inputs, outputs
    STORE/addresses/NNNNNN/      the strings of the addresses that a part brought, by id
    STORE/index/                 sorted runs that find an id again; outputs by (transaction, n)
    STORE/rejects.jsonl          one line a record that was not taken, with its reason

`manifest` is the document, `tables` the columns, `strings` many strings as arrays, `runs` the index
of keys, `reading` the store as everybody reads it, `writing` the one who appends to it.
"""

from qazyna.tracing.store.manifest import NONE
from qazyna.tracing.store.reading import Store

__all__ = ["NONE", "Store"]
