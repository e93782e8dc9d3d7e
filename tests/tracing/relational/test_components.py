"""Components by randomised contraction on Ibis' DuckDB backend, against merged sets and scipy."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from qazyna.tracing.relational.components import MOST_FACTOR, PRIME, components, hashed

HIGHEST = 0xFFFFFFFE


def found(engine, edges):
    """vertex -> least, by the engine."""
    file = engine.work / "edges.parquet"
    pl.DataFrame(edges, schema={"a": pl.UInt32, "b": pl.UInt32}, orient="row").write_parquet(file)
    rows = engine.fetch(components(engine, engine.read([file], ["a", "b"])))
    assert rows["vertex"].n_unique() == len(rows)
    return dict(rows.rows())


def plain(edges):
    """The oracle: sets that are merged."""
    cluster = {each: {each} for edge in edges for each in edge if edge[0] != edge[1]}
    for a, b in edges:
        if a != b and cluster[a] is not cluster[b]:
            cluster[a] |= cluster[b]
            for each in cluster[b]:
                cluster[each] = cluster[a]
    return {each: min(together) for each, together in cluster.items()}


vertex = st.one_of(st.integers(0, 40), st.integers(HIGHEST - 20, HIGHEST))


@given(st.lists(st.tuples(vertex, vertex), max_size=60))
@settings(max_examples=20, deadline=None)
def test_components_are_those_of_merged_sets(duck, edges):
    assert plain(edges) == found(duck(), edges)


@pytest.mark.parametrize("edges", [[(n, n + 1) for n in range(3_000)], [(0, n) for n in range(99)]])
def test_a_long_path_and_a_star_are_one_component_in_few_rounds(duck, edges):
    engine = duck()
    assert {0} == set(found(engine, edges).values())
    # Each round keeps two tables; half of a long path's vertices go away in one.
    assert len(list(engine.work.glob("*.parquet"))) < 2 * 3 * np.log2(len(edges))


def test_components_are_those_of_scipy(duck):
    random = np.random.default_rng(3)
    n = 30_000
    edges = (random.random((25_000, 2)) ** 2 * n).astype(np.uint32)
    _, component = connected_components(
        coo_array((np.ones(len(edges)), edges.T), shape=(n, n)), directed=False
    )
    least = np.full(n, n, np.int64)
    np.minimum.at(least, component, np.arange(n))
    touched = np.unique(edges[edges[:, 0] != edges[:, 1]])
    expected = dict(zip(touched.tolist(), least[component][touched].tolist(), strict=True))
    assert expected == found(duck(), edges)


@given(st.integers(0, 400))
def test_hashes_fit_63_bits_and_no_two_ids_share_one(turn):
    factor, shift = hashed(1, turn) - hashed(0, turn), hashed(0, turn)
    factor %= PRIME
    assert 1 <= factor <= MOST_FACTOR
    assert HIGHEST * factor + shift < 2**63
    # An affine map by a factor that a prime does not divide is a permutation.
    assert factor % PRIME != 0
