"""Clusters on account chains: deposit addresses that are used again, and tokens that are swept.

*Deposit reuse* (Victor, "Address clustering heuristics for Ethereum", 2020): a user u pays d, and d
soon pays about as much on to a known exchange; d is then an address that the exchange gave to u.
Whoever pays the same d is the same customer: clusters are the weak components over all such u and
d, exchanges left out.

*Token sweeps*: d pays on, in one transfer, exactly the sum of all of one token that it got since it
last paid any; where two addresses or more do so to one collector and had their gas from one funder,
they are one service's: they, the collector and the funder.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from qazyna.tracing.cluster.cospend import Clusters, cospend
from qazyna.tracing.ethereum_kernel import forwarded, swept
from qazyna.tracing.store import NONE
from qazyna.tracing.store.tables import Move

Array = np.ndarray[Any, Any]

MOST_GAP = 10**16
"""0.01 of a coin of 18 digits: what gas may take of a deposit on its way."""
MOST_BLOCKS = 3_200
LEAST_SWEPT = 2

MOVED = ("row", "block", "kind", "asset", "from", "to", "amount_high", "amount_low")
DEPOSITS: dict[str, Any] = {
    "user": pl.UInt32,
    "deposit": pl.UInt32,
    "exchange": pl.UInt32,
    "asset": pl.UInt32,
    "blocks": pl.UInt32,
}
SWEEPS: dict[str, Any] = {
    "deposit": pl.UInt32,
    "collector": pl.UInt32,
    "funder": pl.UInt32,
    "asset": pl.UInt32,
}


@dataclass(frozen=True)
class Found:
    """Links of both kinds, and the clusters that follow from them."""

    deposits: pl.DataFrame
    sweeps: pl.DataFrame
    clusters: Clusters


def cluster(transfers: pl.DataFrame, exchanges: Sequence[int] | Array, addresses: int) -> Found:
    """The clusters of `addresses` ids by transfers in the order of the chain.

    `transfers`: the columns of a store's; `exchanges`: ids of addresses known to be exchanges'.
    """
    rows = transfers.with_row_index("row").filter(
        (pl.col("kind") != int(Move.gas)) & (pl.col("from") != NONE) & (pl.col("to") != NONE)
    )
    rows = rows.filter((pl.col("amount_high") > 0) | (pl.col("amount_low") > 0))
    payers = transfers.filter(pl.col("kind") == int(Move.gas))["from"].unique()
    deposits = deposit_links(rows, exchanges, payers if len(payers) else None)
    sweeps = sweep_links(rows)
    pairs = pl.concat(
        [
            deposits.select(a="user", b="deposit"),
            sweeps.select(a="deposit", b="collector"),
            sweeps.select(a="deposit", b="funder"),
        ]
    ).unique()
    return Found(deposits, sweeps, joined(pairs, exchanges, addresses))


def joined(pairs: pl.DataFrame, exchanges: Sequence[int] | Array, addresses: int) -> Clusters:
    """The weak components of pairs a, b; an exchange joins nothing."""
    known = np.asarray(exchanges, np.uint32)
    a, b = pairs["a"].to_numpy(), pairs["b"].to_numpy()
    kept = ~np.isin(a, known) & ~np.isin(b, known)
    ends = np.column_stack([a[kept], b[kept]]).astype(np.uint32)
    link = np.repeat(np.arange(len(ends), dtype=np.uint32), 2)
    none = np.zeros(0, np.uint32)
    return cospend([lambda: (link, ends.reshape(-1), none)], addresses)


def deposit_links(
    rows: pl.DataFrame, exchanges: Sequence[int] | Array, payers: pl.Series | None
) -> pl.DataFrame:
    """Who paid which deposit address of which exchange: DEPOSITS, each once, by (user, deposit).

    `rows`: MOVED, in order. `payers`: addresses that ever paid gas, which are those of people and
    not of contracts; a user must be one of them, unless None says that it is not known. Of the
    chain's own coin the deposit may lose MOST_GAP on its way, of a token nothing.
    """
    known = pl.Series(np.asarray(exchanges, np.uint32)).implode()
    from_one = pl.col("from").is_in(known)
    leaves = rows.filter(pl.col("to").is_in(known) & ~from_one)
    arrives = rows.join(
        leaves.select(pl.col("from").alias("to"), "asset").unique(), on=["to", "asset"], how="semi"
    ).filter(~from_one & (pl.col("from") != pl.col("to")))
    if payers is not None:
        arrives = arrives.filter(pl.col("from").is_in(payers.implode()))
    both = pl.concat(
        [
            arrives.select(*MOVED).with_columns(pl.col("to").alias("at"), out=pl.lit(False)),
            leaves.select(*MOVED).with_columns(pl.col("from").alias("at"), out=pl.lit(True)),
        ]
    ).sort("at", "asset", "row")
    columns = {name: both[name].to_numpy() for name in both.columns}
    came, went = forwarded(
        columns["at"],
        columns["asset"],
        columns["block"],
        columns["out"],
        columns["amount_high"],
        columns["amount_low"],
        np.where(columns["asset"] == NONE, MOST_GAP, 0).astype(np.uint64),
        MOST_BLOCKS,
    )
    return (
        pl.DataFrame(
            {
                "user": columns["from"][came],
                "deposit": columns["at"][came],
                "exchange": columns["to"][went],
                "asset": columns["asset"][came],
                "blocks": columns["block"][went] - columns["block"][came],
            },
            schema=DEPOSITS,
        )
        .group_by("user", "deposit", "exchange", "asset")
        .agg(pl.col("blocks").min())
        .select(*DEPOSITS)
        .sort(*DEPOSITS)
    )


def sweep_links(rows: pl.DataFrame) -> pl.DataFrame:
    """Token sweeps with a common gas funder: SWEEPS, each once."""
    tokens = rows.filter((pl.col("asset") != NONE) & (pl.col("from") != pl.col("to")))
    both = pl.concat(
        [
            tokens.select(*MOVED).with_columns(pl.col("to").alias("at"), out=pl.lit(False)),
            tokens.select(*MOVED).with_columns(pl.col("from").alias("at"), out=pl.lit(True)),
        ]
    ).sort("at", "asset", "row", "out")
    columns = {name: both[name].to_numpy() for name in both.columns}
    at = swept(
        columns["at"],
        columns["asset"],
        columns["out"],
        columns["amount_high"],
        columns["amount_low"],
    )
    sweeps = both.filter(pl.Series(at)).select(
        "row", "asset", pl.col("at").alias("deposit"), pl.col("to").alias("collector")
    )
    funds = rows.filter((pl.col("asset") == NONE) & (pl.col("from") != pl.col("to"))).select(
        "row", pl.col("to").alias("deposit"), pl.col("from").alias("funder")
    )
    funded = sweeps.sort("row").join_asof(
        funds.sort("row"), on="row", by="deposit", strategy="backward", check_sortedness=False
    )
    links = funded.drop_nulls("funder").filter(pl.col("funder") != pl.col("deposit"))
    return (
        links.filter(pl.col("deposit").n_unique().over("collector", "funder") >= LEAST_SWEPT)
        .select(*SWEEPS)
        .unique()
        .sort(*SWEEPS)
        .cast(pl.Schema(SWEEPS))
    )
