"""A chain exported as bitcoin-etl and ingested is the one that was written straight to a store."""

import numpy as np
import pytest

from bench import chain as synthetic
from qazyna.tracing.ingest.running import Settings, ingest_bitcoin_etl
from qazyna.tracing.store import Store
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
