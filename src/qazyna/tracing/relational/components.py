"""Connected components by randomised contraction: rounds of joins, for graphs beyond one machine.

In each round every vertex goes to the one of itself and its neighbours whose hash is least, and
edges that then begin and end at one vertex are gone. On average a round leaves at most three
quarters of the vertices that still have edges, whatever the graph, so the rounds are as many as the
logarithm of the vertices. Source: Bögeholz, Brand and Todor, "In-database connected component
analysis" (ICDE 2020).
"""

from typing import Any

from qazyna.tracing.relational.engine import Engine

PRIME = 4_294_967_311
"""The least prime above all ids of 32 bits."""
MOST_FACTOR = (1 << 30) - 1
"""A factor below this times an id below PRIME, and one such more, fits 63 bits."""


def hashed(ids: Any, turn: int) -> Any:
    """The ids by an affine map modulo PRIME, which no two of them share; another one each turn.

    The maps are drawn from powers of two primitive residues, so a run can be made again. They bound
    the number of rounds on average only, and never change the components.
    """
    factor = 1 + pow(48_271, turn + 5, PRIME) % MOST_FACTOR
    return (ids * factor + pow(69_621, turn + 3, PRIME)) % PRIME


def components(engine: Engine, edges: Any) -> Any:
    """vertex, least: every vertex that an edge names, and the least one of its component.

    `edges` has columns `a` and `b`, ids of 32 bits as int64. Either direction says the same.
    """
    forth = edges.filter(edges.a != edges.b).select("a", "b")
    now = engine.keep(forth.union(forth.select(a=forth.b, b=forth.a)).distinct())
    rounds: list[Any] = []
    while now.count().execute():
        near, rest = _contracted(now, len(rounds), engine)
        rounds.append(near)
        now = rest
    if not rounds:
        return now.select(vertex=now.a, least=now.b)
    top = rounds.pop()
    while rounds:
        below = rounds.pop()
        above = top.select(end=top.vertex, far=top.to)
        joined = below.left_join(above, below.to == above.end)
        top = joined.select("vertex", to=joined.far.coalesce(joined.to))
    top = engine.keep(top)
    least = top.group_by("to").agg(least=top.vertex.min())
    return top.join(least, "to").select("vertex", "least")


def _contracted(edges: Any, turn: int, engine: Engine) -> tuple[Any, Any]:
    """Where each vertex goes (vertex, to), and the edges that are left."""
    near = edges.group_by("a").agg(near=edges.b.argmin(hashed(edges.b, turn)))
    goes = hashed(near.near, turn) < hashed(near.a, turn)
    moved = engine.keep(near.select(vertex=near.a, to=goes.ifelse(near.near, near.a)))
    begin = moved.select(a=moved.vertex, begin=moved.to)
    end = moved.select(b=moved.vertex, end=moved.to)
    both = edges.join(begin, "a").join(end, "b").select(a="begin", b="end")
    return moved, engine.keep(both.filter(both.a != both.b).distinct())
