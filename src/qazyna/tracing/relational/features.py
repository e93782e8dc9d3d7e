"""What makes a cluster look like an exchange, by an engine of tables: see `entity.features`."""

from dataclasses import dataclass
from typing import Any

import ibis
import polars as pl

from qazyna.tracing.coinjoin import JOINS
from qazyna.tracing.entity import kernel
from qazyna.tracing.entity.features import FEATURES
from qazyna.tracing.entity.sight import Sight
from qazyna.tracing.relational.chain import Chain
from qazyna.tracing.relational.engine import Engine
from qazyna.tracing.store import NONE

UNKNOWN, MINTED, JOINED = int(kernel.UNKNOWN), int(kernel.MINTED), int(kernel.JOINED)
SHARES = {
    "amount_diversity",
    "payees_at_once",
    "lifetime_days",
    "turnover",
    "gap_mean",
    "gap_deviation",
    "gap_skew",
}
"""The features that are no counts."""
COUNTS = [name for name in FEATURES if name not in SHARES]


@dataclass(frozen=True)
class Payments:
    """As tables: `incoming` (cluster, other, tx, addr, value, time) from others, `outgoing` to
    others, `inside` (cluster, tx, addr) a cluster, `inputs` (cluster, tx, addr)."""

    incoming: Any
    outgoing: Any
    inside: Any
    inputs: Any


def features(engine: Engine, sight: Sight, least: int) -> pl.DataFrame:
    """One row a cluster with so many payments at least: cluster, FEATURES, first_seen."""
    chain = Chain(engine, sight.store, 0, sight.until.transactions)
    found = _payments(engine, sight, chain, least)
    moved = _moved(engine, found)
    rows = (
        moved.left_join(_got(found.incoming), "cluster").drop("cluster_right")
        .left_join(_gave(found.outgoing), "cluster").drop("cluster_right")
        .left_join(_swept(found), "cluster").drop("cluster_right")
    )  # fmt: skip
    return (
        engine.fetch(rows)
        .with_columns(
            pl.col("cluster").cast(pl.UInt32),
            pl.col(*COUNTS).fill_null(0).cast(pl.UInt32),
        )
        .select("cluster", *FEATURES, "first_seen")
        .sort("cluster")
    )


def _payments(engine: Engine, sight: Sight, chain: Chain, least: int) -> Payments:
    """All payments of the clusters with enough of them: what `kernel.senders`, `kernel.tally` and
    `kernel.payments` find."""
    folder = sight.clustering.folder
    labels = engine.read([folder / "ids.parquet"], ["address", "cluster"])
    labels = labels.select("cluster", addr="address")
    rules = engine.read([folder / "coinjoins.parquet"], ["tx", "rules"])
    joined = rules.filter((rules.rules & ibis.literal(JOINS, "int64")) != 0)
    joined = joined.select("tx", joined=ibis.literal(1, "int64"))

    spent = engine.keep(chain.inputs.join(labels, "addr").select("cluster", "tx", "addr"))
    paying = spent.group_by("tx").agg(first=spent.cluster.min())
    tx = chain.transactions.left_join(paying, "tx").drop("tx_right")
    tx = tx.left_join(joined, "tx").drop("tx_right")
    sender = ibis.cases(
        (tx.n_in == 0, ibis.literal(MINTED, "int64")),
        (tx.joined == 1, ibis.literal(JOINED, "int64")),
        else_=tx["first"].coalesce(ibis.literal(UNKNOWN, "int64")),
    )
    tx = engine.keep(tx.select("tx", "time", sender=sender))

    paid = chain.outputs.left_join(labels, "addr").drop("addr_right")
    paid = paid.mutate(to=paid.cluster.coalesce(ibis.literal(UNKNOWN, "int64")))
    paid = paid.join(tx, "tx").select("tx", "addr", "value", "to", "sender", "time")
    paid = engine.keep(paid)

    taken = paid.filter(paid.addr != NONE, paid.to != paid.sender)
    given = paid.filter(paid.sender < JOINED, paid.to != paid.sender)
    inside = paid.filter(paid.sender < JOINED, paid.to == paid.sender)
    acts = tx.filter(tx.sender < JOINED).select(cluster="sender").union(taken.select(cluster="to"))
    tally = acts.group_by("cluster").agg(acts=acts.count())
    wanted = engine.keep(tally.filter(tally.acts >= least).select("cluster"))
    columns = ("cluster", "other", "tx", "addr", "value", "time")
    return Payments(
        engine.keep(
            taken.rename(cluster="to", other="sender").semi_join(wanted, "cluster").select(*columns)
        ),
        engine.keep(
            given.rename(cluster="sender", other="to").semi_join(wanted, "cluster").select(*columns)
        ),
        engine.keep(
            inside.rename(cluster="sender")
            .semi_join(wanted, "cluster")
            .select("cluster", "tx", "addr")
        ),
        spent.semi_join(wanted, "cluster"),
    )


def _got(incoming: Any) -> Any:
    return incoming.group_by("cluster").agg(
        received_count=incoming.tx.nunique(),
        depositors=incoming.other.nunique(where=incoming.other < JOINED),
        deposit_addresses=incoming.addr.nunique(),
        amount_diversity=incoming.value.nunique() / incoming.count(),
    )


def _gave(outgoing: Any) -> Any:
    return outgoing.group_by("cluster").agg(
        sent_count=outgoing.tx.nunique(),
        payees=outgoing.other.nunique(where=outgoing.other < JOINED),
        payees_at_once=outgoing.count() / outgoing.tx.nunique(),
    )


def _moved(engine: Engine, found: Payments) -> Any:
    """What follows from the order of a cluster's transactions."""
    columns = ("cluster", "tx", "time", "value")
    signed = found.incoming.select(*columns).union(
        found.outgoing.mutate(value=-found.outgoing.value).select(*columns)
    )
    per_tx = signed.group_by("cluster", "tx").agg(
        time=signed.time.min(),
        value=signed.value.sum(),
        taken=signed.value.sum(where=signed.value > 0).coalesce(0),
    )
    per_tx = engine.keep(per_tx)
    order = ibis.window(group_by=per_tx.cluster, order_by=per_tx.tx)
    so_far = ibis.cumulative_window(group_by=per_tx.cluster, order_by=per_tx.tx)
    rows = engine.keep(
        per_tx.mutate(
            balance=per_tx.value.sum().over(so_far),
            gap=per_tx.time - per_tx.time.lag().over(order),
        )
    )
    rows = rows.mutate(off=rows.gap - rows.gap.mean().over(ibis.window(group_by=rows.cluster)))
    held = ibis.greatest(rows.balance, 1)
    told = rows.group_by("cluster").agg(
        first_seen=rows.time.min(),
        lifetime_days=(rows.time.max() - rows.time.min()) / 86_400,
        hours=(rows.time // 3_600 % 24).nunique(),
        turnover=rows.taken.sum() / held.mean(),
        gap_mean=rows.gap.mean(),
        second=(rows.off * rows.off).mean(),
        third=(rows.off * rows.off * rows.off).mean(),
    )
    spread = told.second.nullif(0).sqrt()
    return told.mutate(
        gap_deviation=told.second.sqrt(), gap_skew=told.third / (spread * spread * spread)
    ).drop("second", "third")


def _swept(found: Payments) -> Any:
    """How many addresses were swept to the hot wallet, by cluster."""
    inside = found.inside
    paid = inside.group_by("cluster", "addr").agg(times=inside.tx.nunique())
    first = ibis.row_number().over(
        ibis.window(group_by=paid.cluster, order_by=[paid.times.desc(), paid.addr])
    )
    hot = paid.mutate(place=first).filter(lambda each: each.place == 0)
    hot = hot.select("cluster", hot="addr")
    sweeps = inside.join(hot, "cluster")
    sweeps = sweeps.filter(sweeps.addr == sweeps.hot).select("tx", "hot").distinct()
    swept = found.inputs.join(sweeps, "tx")
    swept = swept.filter(swept.addr != swept.hot)
    deposits = found.incoming.select("cluster", "addr").distinct()
    swept = swept.semi_join(deposits, ["cluster", "addr"])
    return swept.group_by("cluster").agg(swept_addresses=swept.addr.nunique())
