"""What was found, by place: outputs not spent, entities, fees, where it stopped, and the paths."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from qazyna.errors import InvariantBroken
from qazyna.tracing.coinjoin import Rule
from qazyna.tracing.follow.places import Places
from qazyna.tracing.follow.pool import (
    COINJOIN,
    CROSSED,
    FEE,
    NONE,
    NOTES,
    OUTPUTS,
    PAID,
    SEED,
    SEGMENTS,
    SERVICE,
    SETS,
    TOUCHED,
    TXS,
    UNBALANCED,
    Pool,
    sources_of,
)
from qazyna.tracing.store.reading import Store


@dataclass(frozen=True)
class Trace:
    """One policy's taint as tables. `source` counts the sources as they were asked for.

    outputs: row, tx, n, value, spent_by (null where not spent);
    shares: row, source, amount; notes: tx, n (null: of the whole transaction), why, detail,
    source, amount.
    """

    outputs: pl.DataFrame
    shares: pl.DataFrame
    notes: pl.DataFrame
    touched: int
    unbalanced: int


def trace(pool: Pool, policy: str) -> Trace:
    """The pool's rows as tables, sets of sources told apart."""
    counts = pool.counts
    txs, outputs = pool.txs[: counts[TXS]], pool.outputs[: counts[OUTPUTS]]
    segments, notes = pool.segments[: counts[SEGMENTS]], pool.notes[: counts[NOTES]]
    row = _expanded(txs["first"], txs["outputs"].astype(np.int64))
    spent = pl.Series(outputs["spent_by"][row])
    sets = pl.DataFrame(
        [(label, each) for label in range(counts[SETS]) for each in sources_of(pool, label)],
        schema={"label": pl.Int32, "source": pl.Int32},
        orient="row",
    )
    which = _expanded(outputs["begin"], outputs["length"])
    shares = pl.DataFrame(
        {
            "row": np.repeat(np.arange(len(outputs)), outputs["length"]),
            "source": segments["label"][which],
            "amount": segments["amount"][which],
        }
    )
    if policy in ("fifo", "lifo"):
        shares = (
            shares.filter(pl.col("source") >= 0)
            .rename({"source": "label"})
            .join(sets, on="label")
            .group_by("row", "source")
            .agg(pl.col("amount").sum())
            .sort("row", "source")
        )
    return Trace(
        pl.DataFrame(
            {
                "row": row,
                "tx": np.repeat(txs["tx"], txs["outputs"]),
                "n": outputs["n"][row],
                "value": outputs["value"][row],
                "spent_by": spent.set(spent == int(NONE), None),
            }
        ),
        shares,
        pl.DataFrame(
            {name: notes[name] for name in ("tx", "n", "why", "detail", "label", "amount")}
        )
        .with_columns(pl.when(pl.col("n") >= 0).then(pl.col("n")).alias("n"))
        .join(sets, on="label")
        .group_by("tx", "n", "why", "detail", "source")
        .agg(pl.col("amount").cast(pl.Int128).sum())
        .sort("tx", "n", "why", "source"),
        int(counts[TOUCHED]),
        int(counts[UNBALANCED]),
    )


def _expanded(begins: Any, lengths: Any) -> Any:
    """begin, begin + 1, … of each, one after another."""
    ends = np.cumsum(lengths)
    total = int(ends[-1]) if len(ends) else 0
    return np.arange(total) + np.repeat(begins - (ends - lengths), lengths)


def document(
    store: Store, found: Trace, names: Sequence[str], policy: str, places: Places
) -> dict[str, Any]:
    """One policy's answer as plain data; amounts in base units, as text.

    Raises `InvariantBroken` where a policy that conserves did not.
    """
    unspent = not_spent(store, found)
    sums = {why: _by_source(found.notes.filter(pl.col("why") == why)) for why in (SEED, FEE, PAID)}
    stopped = found.notes.filter(pl.col("why").is_in([SERVICE, COINJOIN]))
    rests, ends = _by_source(unspent), _by_source(stopped)
    conserved = policy != "poison"
    for source in range(len(names)):
        whole = rests.get(source, 0) + ends.get(source, 0) + sums[FEE].get(source, 0)
        if conserved and whole != sums[SEED].get(source, 0):
            raise InvariantBroken(
                f"{policy}: {names[source]} began with {sums[SEED].get(source, 0)}, ends as {whole}"
            )
    seed, worth = sum(sums[SEED].values()), sum(rests.values())
    txids = _texts(store, [*unspent["tx"], *found.notes["tx"]])
    known = places.of(store, unspent["addr"].to_numpy())
    return {
        "seed": str(seed),
        "seeds": {names[each]: str(amount) for each, amount in sorted(sums[SEED].items())},
        "unspent": [
            {
                "txid": txids[each["tx"]],
                "n": each["n"],
                "address": each["address"],
                "amount": str(each["amount"]),
                "source": names[each["source"]],
            }
            for each in unspent.sort("tx", "n", "source").iter_rows(named=True)
        ],
        "unspent_total": str(worth),
        "times_seed": f"{worth / seed:.3f}" if seed else None,
        "by_entity": _by_entity(unspent.with_columns(known)),
        "fees": str(sum(sums[FEE].values())),
        "fees_paid": str(sum(sums[PAID].values())),
        "stopped": _events(store, stopped, txids, names, places),
        "stopped_total": str(sum(ends.values())),
        "crossed": _events(
            store, found.notes.filter(pl.col("why") == CROSSED), txids, names, places
        ),
        "transactions": found.touched,
        "outputs": len(found.outputs),
        "unbalanced": found.unbalanced,
        "conserved": conserved,
    }


def _by_source(rows: pl.DataFrame) -> dict[int, int]:
    summed = rows.group_by("source").agg(pl.col("amount").cast(pl.Int128).sum())
    return {source: int(amount) for source, amount in summed.iter_rows()}


def not_spent(store: Store, found: Trace) -> pl.DataFrame:
    """What rests on outputs: tx, n, source, amount, addr (its id), address."""
    rows = (
        found.outputs.filter(pl.col("spent_by").is_null())
        .join(found.shares, on="row")
        .filter(pl.col("amount") > 0)
        .select("tx", "n", "source", "amount")
    )
    addr, _ = store.spent(rows["tx"].to_numpy(), rows["n"].to_numpy())
    unique, back = np.unique(addr, return_inverse=True)
    texts = store.address_strings(unique).gather(back)
    return rows.with_columns(addr=pl.Series(addr), address=texts)


def _texts(store: Store, txs: Sequence[int]) -> dict[int, str]:
    unique = np.unique(np.array(txs, np.int64))
    return dict(zip(unique.tolist(), store.txids(unique).to_list(), strict=True))


def _by_entity(unspent: pl.DataFrame) -> list[dict[str, Any]]:
    summed = (
        unspent.group_by("entity", "label", "category")
        .agg(pl.col("amount").cast(pl.Int128).sum(), pl.col("addr").n_unique())
        .sort("amount", "entity", descending=[True, False], nulls_last=True)
    )
    return [
        {
            "entity": entity,
            "label": label,
            "category": category,
            "amount": str(amount),
            "addresses": addresses,
        }
        for entity, label, category, amount, addresses in summed.iter_rows()
    ]


def _events(
    store: Store, notes: pl.DataFrame, txids: dict[int, str], names: Sequence[str], places: Places
) -> list[dict[str, Any]]:
    outputs = notes["n"].fill_null(int(NONE)).cast(pl.UInt32).to_numpy()
    addr, _ = store.spent(notes["tx"].to_numpy(), outputs)
    entity, label, _ = places.of(store, addr)
    return [
        {
            "txid": txids[each["tx"]],
            "n": each["n"],
            "why": _why(each["why"], each["detail"], where, places),
            "amount": str(each["amount"]),
            "source": names[each["source"]],
        }
        for each, where in zip(
            notes.iter_rows(named=True),
            pl.select(pl.coalesce(label, entity)).to_series() if len(notes) else [],
            strict=True,
        )
    ]


def _why(why: int, detail: int, where: str | None, places: Places) -> str:
    if why == SERVICE:
        return f"{places.stops[detail - 1].replace('_', ' ')}: {where}"
    return f"coinjoin: {', '.join(rule.name or '' for rule in Rule if rule & detail)}"


def paths(
    store: Store, found: Trace, names: Sequence[str], most: int | None = None
) -> list[dict[str, Any]]:
    """How it went from transaction to transaction, in chain order: the largest amounts only, if
    there is a limit."""
    steps = (
        found.outputs.filter(pl.col("spent_by").is_not_null())
        .join(found.shares, on="row")
        .group_by("tx", "spent_by", "source")
        .agg(pl.col("amount").cast(pl.Int128).sum())
        .filter(pl.col("amount") > 0)
    )
    if most is not None:
        order = ["amount", "tx", "spent_by", "source"]
        steps = steps.sort(order, descending=[True, False, False, False]).head(most)
    steps = steps.sort("tx", "spent_by", "source")
    txids = _texts(store, [*steps["tx"], *steps["spent_by"]])
    return [
        {
            "from": txids[each["tx"]],
            "to": txids[each["spent_by"]],
            "amount": str(each["amount"]),
            "source": names[each["source"]],
        }
        for each in steps.iter_rows(named=True)
    ]
