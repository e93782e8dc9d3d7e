"""Labels by co-spend, against a plain union–find and against scipy's components."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from qazyna.tracing.cluster.cospend import cospend
from qazyna.tracing.cluster.kernel import NONE

ADDRESSES = 40

transactions = st.lists(
    st.lists(st.one_of(st.integers(0, ADDRESSES - 1), st.just(int(NONE))), max_size=6), max_size=60
)


def rows(spends):
    """Input rows (transaction, address) of lists of addresses."""
    tx = np.repeat(np.arange(len(spends), dtype=np.uint32), [len(each) for each in spends])
    addr = np.array([address for each in spends for address in each], np.uint32)
    return tx, addr


def pieces(tx, addr, cuts=(), excluded=()):
    ends = [0, *sorted(min(cut, len(tx)) for cut in cuts), len(tx)]
    skip = np.array(sorted(excluded), np.uint32)
    return [
        lambda low=low, high=high: (tx[low:high], addr[low:high], skip)
        for low, high in pairwise(ends)
    ]


def plain(spends, addresses=ADDRESSES, excluded=()):
    """The oracle: sets that are merged."""
    cluster = [{address} for address in range(addresses)]
    for number, spend in enumerate(spends):
        if number in excluded:
            continue
        together = set().union(*(cluster[a] for a in spend if a != NONE))
        for address in together:
            cluster[address] = together
    return [min(each) for each in cluster]


@given(transactions, st.lists(st.integers(0, 200), max_size=5), st.sets(st.integers(0, 59)))
@settings(max_examples=300, deadline=None)
def test_labels_are_those_of_merged_sets(spends, cuts, excluded):
    tx, addr = rows(spends)
    found = cospend(pieces(tx, addr, cuts, excluded), ADDRESSES)
    expected = plain(spends, excluded=excluded)
    assert expected == found.labels.tolist()
    assert len(set(expected)) == found.clusters
    assert max(expected.count(each) for each in expected) == found.largest
    assert len(tx) == found.inputs


@given(transactions, st.integers(0, 60))
@settings(max_examples=200, deadline=None)
def test_what_is_new_on_known_labels_gives_the_labels_of_all(spends, cut):
    tx, addr = rows(spends)
    at = int(np.searchsorted(tx, cut))
    seen = int(addr[:at][addr[:at] != NONE].max(initial=0)) + 1
    before = cospend(pieces(tx[:at], addr[:at]), seen)
    after = cospend(pieces(tx[at:], addr[at:]), ADDRESSES, known=before.labels)
    assert cospend(pieces(tx, addr), ADDRESSES).labels.tolist() == after.labels.tolist()


@pytest.mark.parametrize("threads", [1, 2, 4])
@pytest.mark.parametrize("seed", range(3))
def test_labels_equal_those_of_scipy_with_any_number_of_threads(threads, seed):
    random = np.random.default_rng(seed)
    addresses, count = 20_000, 15_000
    n_in = random.geometric(0.6, count)
    tx = np.repeat(np.arange(count, dtype=np.uint32), n_in)
    # Squared, so that a few addresses are met often and threads meet at them.
    addr = (random.random(len(tx)) ** 2 * addresses).astype(np.uint32)
    first = np.searchsorted(tx, tx)
    edges = coo_array((np.ones(len(tx)), (addr[first], addr)), shape=(addresses, addresses))
    _, component = connected_components(edges, directed=False)
    least = np.full(addresses, addresses, np.int64)
    np.minimum.at(least, component, np.arange(addresses))

    found = cospend(pieces(tx, addr, range(0, len(tx), 701)), addresses, threads=threads)

    assert np.array_equal(least[component], found.labels)


def test_a_long_transaction_over_many_pieces_is_one_cluster():
    tx, addr = np.zeros(1000, np.uint32), np.arange(1000, dtype=np.uint32)[::-1].copy()
    addr[[0, 299, 300, 999]] = NONE
    found = cospend(pieces(tx, addr, range(0, 1000, 100)), 1001)
    assert {0, 1, 699, 700, 999, 1000} == set(found.labels.tolist())


def test_nothing_is_nothing():
    found = cospend([], 0)
    assert (0, 0, 0) == (found.clusters, found.largest, found.inputs)
