"""PySpark in local mode: files, labels and documents are those of the embedded engine."""

import os

import numpy as np
import polars as pl
import pytest
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from bench.chain import chain, parts, write_store
from bench.trace_venues import make
from qazyna.errors import Refused
from qazyna.shell import spark
from qazyna.tracing.cluster.running import cluster
from qazyna.tracing.coinjoin import JOINS
from qazyna.tracing.ingest.running import Settings, ingest_raw_blocks
from qazyna.tracing.relational.engine import Engine
from qazyna.tracing.store import NONE
from qazyna.tracing.store.reading import Store
from qazyna.tracing.store.writing import Writer
from tests.tracing.relational.chains import compare, mixed, sight

FILES = ("ids", "labels", "coinjoins")


@pytest.fixture(scope="module")
def connection(tmp_path_factory):
    try:
        spark.ready()
    except Refused as no:
        pytest.skip(no.message)
    # Little is done often here: the quick compiler alone is less work for the processors.
    os.environ.setdefault("JAVA_TOOL_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
    with spark.session("local[2]", tmp_path_factory.mktemp("spark")) as connection:
        yield connection


@pytest.fixture
def engine(connection, tmp_path):
    work = tmp_path / "work"
    work.mkdir()
    return Engine("spark", connection, work)


def both(store, engine, **how):
    """What the embedded engine made, once Spark made the same."""
    by_spark = cluster(store, engine=engine, **how)
    files = [*FILES, *(["change"] if how.get("change") else [])]
    made = {name: (by_spark.folder / f"{name}.parquet").read_bytes() for name in files}
    embedded = cluster(store, **how)
    assert {**embedded.document, "engine": "spark"} == by_spark.document
    assert made == {name: (embedded.folder / f"{name}.parquet").read_bytes() for name in files}
    return embedded


def test_labels_of_a_chain_are_those_of_the_kernels_and_of_scipy(engine, tmp_path):
    write_store(chain(20_000, per_block=500), tmp_path / "store", size=7_000)
    store = Store.open(tmp_path / "store")
    made = both(store, engine)
    assert 1 < made.document["clusters"] < made.document["addresses"]
    assert np.array_equal(by_scipy(store, made), made.labels())


def by_scipy(store, made):
    """The least address of each component of inputs that were spent together."""
    skip = made.coinjoins().filter(pl.col("rules") & JOINS != 0)["tx"]
    rows = store.inputs(["tx", "addr"]).collect()
    rows = rows.filter(pl.col("addr") != NONE, ~pl.col("tx").is_in(skip.to_list()))
    rows = rows.with_columns(first=pl.col("addr").first().over("tx"))
    n = store.manifest.addresses
    edges = (np.ones(len(rows)), (rows["first"].to_numpy(), rows["addr"].to_numpy()))
    _, component = connected_components(coo_array(edges, shape=(n, n)), directed=False)
    least = np.full(n, n, np.int64)
    np.minimum.at(least, component, np.arange(n))
    return least[component]


def test_coinjoins_join_nothing_and_links_of_change_are_the_same(engine, tmp_path):
    made = both(mixed().store(tmp_path / "store"), engine, change=True)
    assert 2 == made.document["excluded"]
    store = Store.open(tmp_path / "store")
    together = {store.address(n): store.address(c) for n, c in enumerate(made.labels().tolist())}
    assert ("a", "a", "b") == (together["a"], together["c"], together["b"])
    assert ("d", "f", "g") == (together["e"], together["f"], together["g"])


def test_as_of_a_height_and_on_from_there(engine, tmp_path):
    grown = tmp_path / "grown"
    pieces = list(parts(chain(1_500, seed=9, per_block=50), 500))
    for piece in pieces[:2]:
        with Writer(grown, "synthetic", "SYN") as writer:
            writer.append(piece)
    both(Store.open(grown), engine, as_of=13)
    with Writer(grown, "synthetic", "SYN") as writer:
        writer.append(pieces[2])
    store = Store.open(grown)
    by_spark = cluster(store, engine=engine, incremental=True)
    assert 13 == by_spark.document["begun_from"]
    assert cluster(store).labels().tolist() == by_spark.labels().tolist()


def test_real_blocks(engine, tmp_path, real_blocks):
    names = ("btclib_block_200000.bin", "btcd_277647.dat.bz2")
    ingest_raw_blocks(tmp_path / "store", [real_blocks / each for each in names], Settings())
    made = both(Store.open(tmp_path / "store"), engine)
    assert 0 < len(made.coinjoins())


def test_features_where_coinjoins_pay(engine, tmp_path):
    mixed().store(tmp_path / "store")
    assert 8 < len(compare(engine, sight(tmp_path), 1))


def test_features_of_services(engine, tmp_path):
    make(1, 11)[0].store(tmp_path / "store")
    compare(engine, sight(tmp_path), 20)
