"""Whose money an entity took: directly, and through parties that nobody has named.

Direct exposure is what share of everything that came in was paid by entities of a category.
Indirect exposure goes on where the payer has no name: what came in from it is taken to be mixed of
what came in to it, at any time, in proportion (a haircut over entities, blind to the order of
payments). That is an estimate and no tracing: `trace follow` is exact. What is left after so many
steps, or spread over too many small payers to go on, is `unknown`.
"""

from collections import defaultdict
from dataclasses import dataclass

import polars as pl

from qazyna.tracing.entity.sight import PLACES, Sight

STEPS = 3
"""How far behind an entity payers are looked for, if it is not said."""
WIDEST = 500
"""How many payers without a name are gone on from, the largest first, at each step."""
UNKNOWN = "unknown"


@dataclass(frozen=True)
class Exposure:
    """Shares of what came in, by category; both together sum to one where anything came in."""

    direct: dict[str, float]
    indirect: dict[str, float]

    @property
    def total(self) -> dict[str, float]:
        whole: dict[str, float] = defaultdict(float, self.direct)
        for category, share in self.indirect.items():
            whole[category] += share
        return dict(whole)


def category(sight: Sight, cluster: int) -> str | None:
    """The category of a payer, None if it is a cluster that nobody has named."""
    for place, name in PLACES.items():
        if cluster == place:
            return name
    known = sight.names.get(cluster)
    return None if known is None else known["category"] or "other"


def shares(incoming: pl.DataFrame) -> dict[int, list[tuple[int, float]]]:
    """cluster -> (payer, share of all that came in), the largest first."""
    sums = incoming.group_by("cluster", "other").agg(pl.col("value").sum())
    sums = sums.with_columns(share=pl.col("value") / pl.col("value").sum().over("cluster"))
    found: dict[int, list[tuple[int, float]]] = defaultdict(list)
    for row in sums.sort("cluster", "share", "other", descending=[False, True, False]).rows():
        if row[2]:
            found[row[0]].append((row[1], row[3]))
    return found


def exposure(sight: Sight, cluster: int, incoming: pl.DataFrame, steps: int = STEPS) -> Exposure:
    """The exposure of a cluster by its incoming payments, payers looked for so many steps back.

    One step is direct exposure alone.
    """
    direct: dict[str, float] = defaultdict(float)
    indirect: dict[str, float] = defaultdict(float)
    nameless: dict[int, float] = {}
    for payer, share in shares(incoming).get(cluster, []):
        kind = category(sight, payer)
        if kind is None:
            nameless[payer] = share
        else:
            direct[kind] += share
    for _ in range(steps - 1):
        nameless = _step(sight, nameless, indirect)
    if left := sum(nameless.values()):
        indirect[UNKNOWN] += left
    return Exposure(dict(direct), dict(indirect))


def _step(sight: Sight, nameless: dict[int, float], found: dict[str, float]) -> dict[int, float]:
    """Go on from payers without a name; what can be put under a category goes to `found`."""
    ranked = sorted(nameless, key=lambda each: (-nameless[each], each))
    if ranked[WIDEST:]:
        found[UNKNOWN] += sum(nameless[each] for each in ranked[WIDEST:])
    wide = ranked[:WIDEST]
    after: dict[int, float] = defaultdict(float)
    if not wide:
        return {}
    paid = shares(sight.events(sight.only(*wide)).table("incoming"))
    for each in wide:
        payers = paid.get(each, [])
        if not payers:
            found[UNKNOWN] += nameless[each]
        for payer, share in payers:
            kind = category(sight, payer)
            if kind is None:
                after[payer] += nameless[each] * share
            else:
                found[kind] += nameless[each] * share
    return after
