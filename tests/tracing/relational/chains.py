"""Chains, and what an engine of tables says of them beside what the kernels say."""

from polars.testing import assert_frame_equal

from qazyna.tracing.cluster.running import cluster
from qazyna.tracing.entity.features import FEATURES
from qazyna.tracing.entity.sight import Sight
from qazyna.tracing.store.reading import Store
from qazyna.tracing.tags import book
from qazyna.tracing.venues import candidates, table
from tests.tracing.small import Small


def mixed():
    """A chain in which coinjoins would join everybody, were they not left out."""
    small = Small()
    coins = {name: [small.coinbase((name, 60_000 + n))] for n, name in enumerate("abcdefgh")}
    pair = [(coins["a"][0], 0), (coins["b"][0], 0)]
    paid = small.pay(pair, ("p2shc", 50_000), ("p2shd", 50_000), ("a", 10_000))
    small.pay([(paid, 2), (coins["c"][0], 0)], ("a", 70_001), ("", 0))
    small.pay([(coins["d"][0], 0), (coins["e"][0], 0)], ("d", 120_000), ("z", 7))
    small.pay([(coins[n][0], 0) for n in "fgh"], ("x", 9_000), ("y", 9_000), ("w", 161_017))
    return small


def sight(folder, as_of=None):
    store = Store.open(folder / "store")
    return Sight(store, book.load(folder / "tags"), cluster(store, as_of=as_of, named=False))


def compare(engine, seen, least):
    from qazyna.tracing.relational.features import features

    wanted = candidates(seen, least)
    expected = table(seen, seen.events(wanted)).sort("cluster")
    expected = expected.select("cluster", *FEATURES, "first_seen")
    found = features(engine, seen, least)
    assert_frame_equal(expected, found, rel_tol=1e-9, abs_tol=1e-9)
    return found
