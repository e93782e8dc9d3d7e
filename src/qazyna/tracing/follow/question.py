"""What is asked: from which outputs, to which block, stopping where."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import numpy as np
import polars as pl

from qazyna.errors import Refused
from qazyna.tracing.follow.columns import outputs_of
from qazyna.tracing.follow.pool import Seeds
from qazyna.tracing.store.manifest import NONE
from qazyna.tracing.store.reading import Store

POLICIES = ("poison", "haircut", "fifo", "lifo")

_OUTPUT = re.compile(r"([0-9a-fA-F]{64}):(\d{1,9})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Source:
    """One source as it was asked for, and the outputs with which it begins: tx, n."""

    name: str
    kind: str
    """`output`, `address` or `case`"""
    addresses: tuple[str, ...]
    outputs: pl.DataFrame


def is_output(asked: str) -> bool:
    """Whether it names an output: a transaction's id, a colon, a number."""
    return _OUTPUT.fullmatch(asked) is not None


def source(
    store: Store, asked: str, until: int | None, case: Sequence[str] | None = None
) -> Source:
    """A source by its name: TXID:N, an address, or a case whose addresses are `case`.

    Refused (unknown_source, nothing_received) where the store has nothing of it.
    """
    if found := _OUTPUT.fullmatch(asked):
        return Source(asked, "output", (), _output(store, asked, *found.groups()))
    addresses = tuple(case) if case is not None else (asked,)
    ids = store.address_ids(list(addresses)) if addresses else np.empty(0, np.uint32)
    if not (ids != NONE).any():
        what = "an address of case" if case is not None else "the address"
        raise Refused(
            "unknown_source",
            f"The store has never seen {what} {asked}. Name an address, a transaction's output as "
            "TXID:N, or a case; or ingest the blocks that pay it.",
            {"source": asked},
        )
    outputs = outputs_of(store, ids, until).select("tx", "n")
    if not len(outputs):
        raise Refused(
            "nothing_received",
            f"{asked} was paid nothing up to block {until}.",
            {"source": asked, "until": until},
        )
    return Source(asked, "case" if case is not None else "address", addresses, outputs)


def _output(store: Store, asked: str, txid: str, n: str) -> pl.DataFrame:
    tx = store.tx_id(txid.lower())
    if tx is None:
        raise Refused("unknown_source", f"The store has no transaction {txid}.", {"source": asked})
    _, value = store.spent(np.array([tx], np.uint32), np.array([int(n)], np.uint32))
    if value[0] < 0:
        raise Refused(
            "unknown_source",
            f"Transaction {txid} has no output {n}; outputs count from 0.",
            {"source": asked},
        )
    return pl.DataFrame({"tx": [tx], "n": [int(n)]}, schema={"tx": pl.UInt32, "n": pl.UInt32})


def seeds(sources: Sequence[Source]) -> Seeds:
    """Where they begin, in chain order."""
    rows = pl.concat(
        each.outputs.unique().with_columns(source=pl.lit(number, pl.Int32))
        for number, each in enumerate(sources)
    ).sort("tx", "n", "source")
    return Seeds(
        rows["tx"].to_numpy(),
        rows["n"].cast(pl.Int64).to_numpy(),
        rows["source"].to_numpy(),
    )


def height_of(store: Store, asked: str | None) -> int | None:
    """The last block that counts, of a height or a day: all blocks of that day do, in UTC.

    Refused (bad_until, before_the_store) where it is neither, or lies before every block.
    """
    if asked is None:
        return None
    first = store.manifest.heights[0] if store.manifest.heights else 0
    if asked.isascii() and asked.isdigit() and len(asked) < 10:
        height: int | None = int(asked)
    else:
        try:
            day = date.fromisoformat(asked)
        except ValueError:
            raise Refused(
                "bad_until",
                f"“{asked[:40]}” is neither a height nor a day: 700000, or 2026-06-30.",
                {"until": asked[:40]},
            ) from None
        end = datetime.combine(day + timedelta(days=1), time(), UTC).timestamp()
        before = store.blocks(["height", "time"]).filter(pl.col("time") < int(end))
        height = before.select(pl.col("height").max()).collect().item()
    if height is None or height < first:
        raise Refused(
            "before_the_store",
            f"The store begins with block {first}; nothing of it lies up to {asked}.",
            {"until": asked, "first": first},
        )
    return height
