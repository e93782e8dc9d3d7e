"""Links of change: what each heuristic names, and what it leaves open."""

import polars as pl
import pytest

from qazyna.tracing.cluster.change import CONFIDENCE, OTHERS, Sign
from qazyna.tracing.cluster.running import cluster
from tests.tracing.small import Small


def spend(chain, *values, names="abcdefgh", paid):
    """New coins for the first names, spent together; the number of that transaction."""
    made = [chain.coinbase((name, value)) for name, value in zip(names, values, strict=False)]
    return chain.pay([(tx, 0) for tx in made], *paid)


def links(chain, tmp_path, tx):
    made = cluster(chain.store(tmp_path / "store"), change=True)
    frame = pl.read_parquet(made.folder / "change.parquet").filter(pl.col("tx") == tx)
    return {row["n"]: row for row in frame.iter_rows(named=True)}


def named(chain, tmp_path, tx):
    return {n: Sign(row["signs"]) for n, row in links(chain, tmp_path, tx).items()}


def test_one_time_change_of_a_plain_payment(tmp_path):
    chain = Small()
    tx = spend(chain, 10_000, 9_000, paid=[("shop", 15_000), ("new", 3_211)])
    found = links(chain, tmp_path, tx)[1]
    assert Sign.one_time in Sign(found["signs"])
    assert CONFIDENCE[Sign.one_time] == found["confidence"]
    assert (chain.ids["a"], chain.ids["new"]) == (found["cluster"], found["address"])


ALMOST = {
    "another script type": [("shop", 15_000), ("p2sh new", 3_211)],
    "a round thousand": [("shop", 15_000), ("new", 3_000)],
    "not less than every input": [("shop", 9_100), ("new", 9_111)],
    "two such outputs": [("shop", 2_111), ("new", 3_211)],
    "eleven outputs": [("shop", 9_000)] + [(f"s{k}", 100) for k in range(9)] + [("new", 3_211)],
}


@pytest.mark.parametrize("paid", ALMOST.values(), ids=ALMOST)
def test_what_is_almost_one_time_change_is_not(tmp_path, paid):
    chain = Small()
    tx = spend(chain, 10_000, 9_000, paid=paid)
    for signs in named(chain, tmp_path, tx).values():
        assert Sign.one_time not in signs


def test_an_address_that_is_paid_again_is_no_one_time_change(tmp_path):
    chain = Small()
    tx = spend(chain, 10_000, 9_000, paid=[("shop", 15_000), ("new", 3_211)])
    chain.coinbase(("new", 1))
    assert Sign.one_time not in named(chain, tmp_path, tx).get(1, Sign(0))


def test_as_of_a_height_a_later_payment_is_not_known(tmp_path):
    chain = Small()
    tx = spend(chain, 10_000, 9_000, paid=[("shop", 15_000), ("new", 3_211)])
    chain.coinbase(("new", 1))
    made = cluster(chain.store(tmp_path / "store"), as_of=tx, change=True)
    frame = pl.read_parquet(made.folder / "change.parquet").filter(pl.col("n") == 1)
    assert Sign.one_time in Sign(frame["signs"][0])


def test_a_peel_chain_names_the_larger_output(tmp_path):
    chain = Small()
    first = chain.coinbase(("a", 100_000))
    one = chain.pay([(first, 0)], ("x", 1_500), ("b", 98_000))
    two = chain.pay([(one, 1)], ("c", 96_000), ("y", 1_500))
    found = named(chain, tmp_path, two)
    assert Sign.peeling in found[0]
    assert Sign.peeling not in found.get(1, Sign(0))


def test_one_payment_of_one_input_is_no_peel_chain(tmp_path):
    chain = Small()
    first = chain.coinbase(("a", 100_000))
    one = chain.pay([(first, 0)], ("x", 1_500), ("b", 98_000))
    assert not any(Sign.peeling in signs for signs in named(chain, tmp_path, one).values())


def test_each_other_heuristic_names_the_output_that_it_leaves(tmp_path):
    chain = Small()
    seen = chain.coinbase(("shop", 1))
    own = chain.coinbase(("a", 9_000_000))
    tx = chain.pay([(own, 0)], ("shop", 5_000_000), ("a", 3_999_000))
    fee = chain.pay([(tx, 1)], ("p2sh z", 3_998_000))
    assert seen < own < tx < fee
    found = named(chain, tmp_path, tx)
    # 5,000,000 is a round million; `a` spends and is paid; its next fee is the same 1,000.
    assert Sign.power_of_ten | Sign.reuse | Sign.fixed_fee == found[1]
    assert 0 not in found


def test_what_speaks_for_another_output_stands_beside_it(tmp_path):
    chain = Small()
    own = chain.coinbase(("a", 9_000_000))
    tx = chain.pay([(own, 0)], ("new", 5_000_000), ("a", 3_999_000))
    found = links(chain, tmp_path, tx)
    assert Sign.fresh in Sign(found[0]["signs"])
    assert Sign.reuse in Sign(found[0]["against"])
    assert Sign.fresh in Sign(found[1]["against"])
    assert (OTHERS, CONFIDENCE[Sign.reuse]) == (found[0]["confidence"], found[1]["confidence"])


def test_a_coinjoin_has_no_change(tmp_path):
    chain = Small()
    tx = spend(chain, 50_000, 60_000, paid=[("x", 40_000), ("y", 40_000), ("new", 9_111)])
    assert {} == named(chain, tmp_path, tx)


def test_links_join_nothing(tmp_path):
    chain = Small()
    spend(chain, 10_000, 9_000, paid=[("shop", 15_000), ("new", 3_211)])
    store = chain.store(tmp_path / "store")
    plain = cluster(store).labels().tolist()
    assert plain == cluster(store, change=True).labels().tolist()
