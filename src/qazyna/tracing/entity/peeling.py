"""Peel chains: one input, two outputs, again and again, a little going off at each step."""

from typing import Any

import numpy as np
import polars as pl

from qazyna.tracing.entity.sight import Sight
from qazyna.tracing.store import manifest

NONE = manifest.NONE
MOST = 5


def chains(sight: Sight, sent: pl.Series) -> dict[str, Any]:
    """The peel chains that transactions of an entity (`sent`, ids) begin or go on with.

    A transaction peels if it has one input and two outputs and so has the one before it or one that
    spends from it. Each chain is told by its first and last transaction and its length.
    """
    end = sight.until.transactions
    shape = np.zeros(end, np.bool_)
    after = np.full(end, NONE, np.uint32)
    before = np.zeros(end, np.bool_)
    for part in sight.parts():
        here = part.here
        n_in = np.diff(here.in_ends, prepend=0)
        n_out = np.diff(here.out_ends, prepend=0)
        shape[part.stretch.first : part.stretch.end] = (n_in == 1) & (n_out == 2)
        file = sight.store.path / "parts" / part.stretch.part.name / "inputs.parquet"
        rows = pl.read_parquet(file, columns=["tx", "prev_tx"])
        rows = rows.filter(pl.col("tx") < part.stretch.end, pl.col("prev_tx") < end)
        tx, prev = rows["tx"].to_numpy(), rows["prev_tx"].to_numpy()
        both = shape[tx] & shape[prev]
        # Where both outputs are peeled on, the chain goes with the earlier spend.
        np.minimum.at(after, prev[both], tx[both])
        before[tx[both]] = True
    ours = sent.to_numpy()
    peels = ours[shape[ours] & (before[ours] | (after[ours] != NONE))]
    ids = set(peels.tolist())
    reached = {int(after[each]) for each in ids}
    found = []
    for first in sorted(ids - reached):
        length, last = 1, first
        while after[last] != NONE:
            last, length = int(after[last]), length + 1
        found.append((length, first, last))
    longest = sorted(found, key=lambda each: (-each[0], each[1]))[:MOST]
    return {
        "transactions": len(ids),
        "chains": len(found),
        "longest": [
            {"length": length, "first": sight.store.txid(first), "last": sight.store.txid(last)}
            for length, first, last in longest
        ],
    }
