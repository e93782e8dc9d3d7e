"""The few transactions that tell most of a trace: where it rests, and how it came there.

From each of the largest ends the money is followed back to its source, always along the largest
amount that came in. Transactions that it only passes through stand on the line between the others.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from qazyna.tracing.follow.answer import Trace
from qazyna.tracing.follow.pool import COINJOIN, FEE, SEED, SERVICE

Key = tuple[str, int]
"""(`source` | `tx` | `end` | `stop`, number)"""


@dataclass(frozen=True, order=True)
class Edge:
    """What went from one to the other: base units as they arrive, and the transactions between."""

    begin: Key
    end: Key
    amount: int
    via: tuple[int, ...] = ()


@dataclass(frozen=True)
class End:
    """Where an amount rests: outputs of one transaction to one address, or where it was stopped."""

    kind: str
    """`end` or `stop`"""
    tx: int
    name: str | None
    amount: int


def ends(found: Trace, addresses: pl.DataFrame) -> list[End]:
    """Every end, the largest first. `addresses` are tx, n, address of what is not spent."""
    rests = (
        found.outputs.filter(pl.col("spent_by").is_null())
        .join(found.shares, on="row")
        .join(addresses, on=["tx", "n"], how="left")
        .group_by("tx", "address")
        .agg(pl.col("amount").cast(pl.Int128).sum())
    )
    told = [End("end", tx, name, int(amount)) for tx, name, amount in rests.iter_rows()]
    kinds = {SERVICE: "stopped: service", COINJOIN: "stopped: coinjoin", FEE: "fee nobody claimed"}
    stopped = (
        found.notes.filter(pl.col("why").is_in(list(kinds)))
        .group_by("tx", "why")
        .agg(pl.col("amount").sum())
    )
    told += [End("stop", tx, kinds[why], int(amount)) for tx, why, amount in stopped.iter_rows()]
    return sorted(
        (each for each in told if each.amount > 0),
        key=lambda each: (-each.amount, each.tx, each.name or ""),
    )


@dataclass(frozen=True)
class Story:
    """Edges, and what stands behind each of their keys: a source's name, a transaction, an end.

    `untold` are the ends that the picture leaves out: how many, and what rests there.
    """

    edges: tuple[Edge, ...]
    behind: Mapping[Key, str | int | End]
    untold: tuple[int, int]


def story(found: Trace, addresses: pl.DataFrame, sources: Sequence[str], most: int = 9) -> Story:
    """The story of the `most` largest ends. `addresses` as in `ends`."""
    all_ends = ends(found, addresses)
    shown, left = all_ends[:most], all_ends[most:]
    steps = _steps(found)
    seeds: dict[int, dict[int, int]] = {}
    begun = found.notes.filter(pl.col("why") == SEED).group_by("tx", "source")
    for tx, source, amount in begun.agg(pl.col("amount").sum()).sort("tx", "source").iter_rows():
        if amount > 0:
            seeds.setdefault(tx, {})[source] = int(amount)
    edges: dict[tuple[Key, Key], int] = {}
    behind: dict[Key, str | int | End] = {}
    for number, end in enumerate(shown):
        behind[end.kind, number] = end
        edges[("tx", end.tx), (end.kind, number)] = end.amount
        at = end.tx
        while at not in seeds and steps.get(at):
            came = max(steps[at], key=lambda tx: (steps[at][tx], -tx))
            edges[("tx", came), ("tx", at)] = steps[at][came]
            at = came
        for source, amount in seeds.get(at, {}).items():
            behind["source", source] = sources[source]
            edges[("source", source), ("tx", at)] = amount
    told = _merged(edges)
    for each in {key for edge in told for key in (edge.begin, edge.end) if key[0] == "tx"}:
        behind[each] = each[1]
    return Story(tuple(sorted(told)), behind, (len(left), sum(each.amount for each in left)))


def _steps(found: Trace) -> dict[int, dict[int, int]]:
    """tx -> the transactions whose tainted outputs it spends, with amounts."""
    rows = (
        found.outputs.filter(pl.col("spent_by").is_not_null())
        .join(found.shares, on="row")
        .group_by("spent_by", "tx")
        .agg(pl.col("amount").cast(pl.Int128).sum())
    )
    into: dict[int, dict[int, int]] = {}
    for spent_by, tx, amount in rows.iter_rows():
        if amount > 0:
            into.setdefault(spent_by, {})[tx] = int(amount)
    return into


def _merged(edges: Mapping[tuple[Key, Key], int]) -> list[Edge]:
    """Transactions with one way in and one way out become part of the line."""
    into: dict[Key, list[Key]] = {}
    out: dict[Key, list[Key]] = {}
    for begin, end in edges:
        out.setdefault(begin, []).append(end)
        into.setdefault(end, []).append(begin)

    def passes(key: Key) -> bool:
        return key[0] == "tx" and len(into.get(key, ())) == 1 and len(out.get(key, ())) == 1

    told = []
    for begin, at in edges:
        if passes(begin):
            continue
        last, via = begin, []
        while passes(at):
            via.append(at[1])
            last, at = at, out[at][0]
        told.append(Edge(begin, at, edges[last, at], tuple(via)))
    return told
