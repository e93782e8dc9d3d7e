"""What makes a cluster look like an exchange: counts and moments of its payments, and a score.

The score is a scorecard: each trait is a share of one, on a logarithm where it is a count, and the
score is their weighted mean. Weights and marks are chosen by hand, not learnt; how well it ranks is
measured on a chain with known services (`python -m bench.trace_venues`), beside a plain baseline
and a model that is learnt.
"""

from typing import Any

import numpy as np
import polars as pl

from qazyna.tracing.entity.kernel import JOINED
from qazyna.tracing.entity.sight import Events

FEATURES = (
    "received_count",
    "sent_count",
    "depositors",
    "payees",
    "deposit_addresses",
    "swept_addresses",
    "amount_diversity",
    "payees_at_once",
    "lifetime_days",
    "hours",
    "turnover",
    "gap_mean",
    "gap_deviation",
    "gap_skew",
)

TRAITS: dict[str, tuple[float, float | None]] = {
    "depositors": (0.25, 1_000),
    "swept_addresses": (0.20, 200),
    "payees": (0.20, 1_000),
    "received_count": (0.05, 1_000),
    "sent_count": (0.05, 1_000),
    "amount_diversity": (0.10, None),
    "hours": (0.05, 24),
    "turnover": (0.05, 50),
    "lifetime_days": (0.05, 365),
}
"""feature -> weight, and the count at which the trait is whole (None: it is a share already)."""


def features(events: Events) -> pl.DataFrame:
    """One row a cluster: `cluster` and FEATURES.

    An address is swept if others paid it and it was spent in a transaction that pays the hot
    wallet: the address that the cluster's own transactions pay most often. `turnover` is what came
    in over the mean balance after each payment; `hours` the hours of the day with a payment, of 24;
    gaps are seconds between transactions. Undefined ones are null.
    """
    incoming, outgoing = events.table("incoming"), events.table("outgoing")
    named = pl.col("other") < int(JOINED)
    got = incoming.group_by("cluster").agg(
        pl.col("tx").n_unique().alias("received_count"),
        pl.col("other").filter(named).n_unique().alias("depositors"),
        pl.col("addr").n_unique().alias("deposit_addresses"),
        (pl.col("value").n_unique() / pl.len()).alias("amount_diversity"),
    )
    gave = outgoing.group_by("cluster").agg(
        pl.col("tx").n_unique().alias("sent_count"),
        pl.col("other").filter(named).n_unique().alias("payees"),
        (pl.len() / pl.col("tx").n_unique()).alias("payees_at_once"),
    )
    signed = pl.concat(
        [incoming, outgoing.with_columns(-pl.col("value"))],
    )
    per_tx = (
        signed.group_by("cluster", "tx")
        .agg(
            pl.col("time").first(),
            pl.col("value").sum(),
            pl.col("value").filter(pl.col("value") > 0).sum().alias("in"),
        )
        .sort("cluster", "tx")
        .with_columns(
            pl.col("value").cum_sum().over("cluster").alias("balance"),
            pl.col("time").diff().over("cluster").alias("gap"),
        )
    )
    moved = per_tx.group_by("cluster").agg(
        ((pl.col("time").max() - pl.col("time").min()) / 86_400).alias("lifetime_days"),
        (pl.col("time") // 3_600 % 24).n_unique().alias("hours"),
        (pl.col("in").sum() / pl.col("balance").clip(1).mean()).alias("turnover"),
        pl.col("gap").mean().alias("gap_mean"),
        # Of no gap at all Polars says 0 in some groups, and NaN of gaps that are all equal.
        pl.when(pl.col("gap").count() > 0).then(pl.col("gap").std(ddof=0)).alias("gap_deviation"),
        pl.col("gap").skew().fill_nan(None).alias("gap_skew"),
    )
    zero = ("received_count", "depositors", "deposit_addresses", "sent_count", "payees")
    return (
        moved.join(got, on="cluster", how="left")
        .join(gave, on="cluster", how="left")
        .join(_swept(events), on="cluster", how="left")
        .with_columns(pl.col(*zero, "swept_addresses").fill_null(0))
        .select("cluster", *FEATURES)
        .sort("cluster")
    )


def _swept(events: Events) -> pl.DataFrame:
    """How many addresses were swept to the hot wallet, by cluster."""
    inside = events.table("inside")
    hot = (
        inside.group_by("cluster", "addr")
        .agg(pl.col("tx").n_unique().alias("times"))
        .sort(["cluster", "times", "addr"], descending=[False, True, False])
        .group_by("cluster", maintain_order=True)
        .agg(pl.col("addr").first().alias("hot"))
    )
    sweeps = inside.join(hot, on="cluster").filter(pl.col("addr") == pl.col("hot"))
    swept = events.table("inputs").join(sweeps.select("tx", "hot").unique(), on="tx")
    deposits = events.table("incoming").select("cluster", "addr").unique()
    return (
        swept.filter(pl.col("addr") != pl.col("hot"))
        .join(deposits, on=["cluster", "addr"], how="semi")
        .group_by("cluster")
        .agg(pl.col("addr").n_unique().alias("swept_addresses"))
    )


def scored(table: pl.DataFrame) -> pl.Series:
    """The exchange-likeness of each row of `features`, 0–1."""
    total = np.zeros(len(table))
    for name, (weight, whole) in TRAITS.items():
        value = table[name].cast(pl.Float64).fill_null(0).fill_nan(0).clip(0).to_numpy()
        share = value if whole is None else np.log1p(value) / np.log1p(whole)
        total += weight * np.clip(share, 0, 1)
    return pl.Series("exchange_like", np.minimum(total, 1.0))


def reasons(row: dict[str, Any]) -> list[str]:
    """What speaks for it, in words, the weightiest traits first."""
    said = {
        "depositors": f"{row['depositors']:,} others pay it",
        "swept_addresses": f"{row['swept_addresses']:,} of its addresses took deposits and were "
        "swept",
        "payees": f"it pays {row['payees']:,} others",
        "amount_diversity": "most deposits differ in amount",
        "hours": f"it is active in {row['hours']} hours of the day",
        "turnover": f"what came in is {row['turnover'] or 0:,.0f} times its mean balance",
        "lifetime_days": f"it lived {row['lifetime_days']:,.0f} days",
    }
    shares = {}
    for name, (weight, whole) in TRAITS.items():
        value = float(row[name] or 0)
        share = value if whole is None else np.log1p(max(value, 0)) / np.log1p(whole)
        if name in said and share >= 0.5:
            shares[name] = weight * min(1.0, float(share))
    return [said[name] for name in sorted(shares, key=lambda each: -shares[each])]
