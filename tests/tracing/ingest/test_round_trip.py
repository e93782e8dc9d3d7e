"""A chain exported as bitcoin-etl and ingested is the one that was written straight to a store."""

import numpy as np
import pytest

from bench import chain as synthetic
from qazyna.tracing.ingest.running import Settings, ingest_bitcoin_etl
from qazyna.tracing.store import Store
from qazyna.tracing.store.runs import order_of
from qazyna.tracing.store.strings import Strings
from qazyna.tracing.store.tables import TABLES


@pytest.fixture(scope="module")
def made():
    return synthetic.chain(3_000, per_block=100)


@pytest.fixture(scope="module")
def direct(made, tmp_path_factory):
    path = tmp_path_factory.mktemp("direct") / "store"
    synthetic.write_store(made, path, size=700)
    return Store.open(path)


def same(expected: Store, actual: Store) -> None:
    for table in TABLES:
        assert expected._table(table, None).collect().equals(actual._table(table, None).collect())
    ids = np.arange(expected.manifest.addresses)
    assert expected.manifest.addresses == actual.manifest.addresses
    assert expected.address_strings(ids).equals(actual.address_strings(ids))


@pytest.mark.parametrize("part", [250, 1_000_000])
def test_json_lines(made, direct, tmp_path, part):
    synthetic.write_jsonl(made, tmp_path / "transactions.json")
    found = ingest_bitcoin_etl(
        tmp_path / "store",
        [tmp_path / "transactions.json"],
        Settings("synthetic", "SYN", part=part),
    )
    assert (30, 3_000, 0) == (found["blocks"], found["transactions"], found["rejected"])
    same(direct, Store.open(tmp_path / "store"))


@pytest.mark.parametrize("part", [250, 1_000_000])
def test_parquet(made, direct, tmp_path, part):
    synthetic.write_parquet(made, tmp_path / "files", size=500)
    found = ingest_bitcoin_etl(
        tmp_path / "store", [tmp_path / "files"], Settings("synthetic", "SYN", part=part)
    )
    assert (30, 3_000, 0) == (found["blocks"], found["transactions"], found["rejected"])
    same(direct, Store.open(tmp_path / "store"))


@pytest.mark.parametrize("size", [0, 1, 5, 1_000, 20_000])
def test_keys_are_put_in_order_and_equal_ones_stay_as_they_stand(size):
    drawn = np.random.default_rng(size)
    for spread in (2**64, 40, 2**33):
        keys = drawn.integers(0, spread, size, dtype=np.uint64)
        assert np.argsort(keys, kind="stable").tolist() == order_of(keys).tolist()


VECTORS = {  # of the reference implementation, under the key 00 01 … 0f
    "": "a3817f04ba25a8e66df67214c7550293",
    "\0": "da87c1d86b99af44347659119b22fc45",
    "\0\1": "8177228da4a45dc7fca38bdef60affe4",
    "".join(map(chr, range(15))): "5493e99933b0a8117e08ec0f97cfc3d9",
}


def test_strings_are_hashed_as_siphash_is_defined():
    high, low = Strings.of(VECTORS).keys()
    found = [h.tobytes().hex() + k.tobytes().hex() for h, k in zip(high, low, strict=True)]
    assert list(VECTORS.values()) == found
