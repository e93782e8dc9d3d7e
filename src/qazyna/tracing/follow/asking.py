"""One question to a store, answered by each policy that is asked for."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from qazyna.tracing.follow import answer
from qazyna.tracing.follow.columns import runs
from qazyna.tracing.follow.places import Places
from qazyna.tracing.follow.question import POLICIES, Source, seeds
from qazyna.tracing.follow.running import STOPS, scanned
from qazyna.tracing.store.reading import Store


@dataclass(frozen=True)
class Question:
    """From where, by which policies, up to which block, and whether coinjoins end it."""

    sources: Sequence[Source]
    policies: Sequence[str] = POLICIES
    until: int | None = None
    coinjoins_stop: bool = True
    places: Places = field(default_factory=Places)


def traced(
    store: Store,
    asked: Question,
    policy: str,
    seen: Callable[[int], None] = lambda _: None,
) -> answer.Trace:
    """The taint by one policy, in one pass over the store."""
    begins = seeds(asked.sources)
    pool = scanned(
        runs(store, int(begins.tx[0]), asked.until, asked.places.stop_at),
        begins,
        POLICIES.index(policy),
        len(asked.sources),
        store.manifest.transactions,
        stopping=STOPS if asked.coinjoins_stop else 0,
        seen=seen,
    )
    return answer.trace(pool, policy)


def follow(
    store: Store,
    asked: Question,
    seen: Callable[[int], None] = lambda _: None,
    most_paths: int | None = None,
) -> dict[str, Any]:
    """The whole answer as plain data: every policy asked for, side by side."""
    names = [each.name for each in asked.sources]
    heights = store.manifest.heights or (0, 0)
    policies = {}
    for policy in asked.policies:
        found = traced(store, asked, policy, seen)
        policies[policy] = {
            **answer.document(store, found, names, policy, asked.places),
            "paths": answer.paths(store, found, names, most_paths),
        }
    return {
        "chain": store.manifest.chain,
        "asset": store.manifest.asset,
        "sources": [
            {
                "source": each.name,
                "kind": each.kind,
                "addresses": len(each.addresses),
                "outputs": len(each.outputs),
            }
            for each in asked.sources
        ],
        "from_height": heights[0],
        "to_height": heights[1] if asked.until is None else min(asked.until, heights[1]),
        "stop_at": _stops(asked),
        "policies": policies,
    }


def _stops(asked: Question) -> list[str]:
    found = ["coinjoin"] if asked.coinjoins_stop else []
    return [*found, *asked.places.stops]
