"""Clustering a store: labels of a plain pass, as of a height, and grown a part at a time."""

import json

import numpy as np
import polars as pl
import pytest

from bench.chain import chain, parts, write_store
from qazyna.errors import Refused
from qazyna.tracing.cluster import labels
from qazyna.tracing.cluster.running import cluster
from qazyna.tracing.coinjoin import JOINS
from qazyna.tracing.store import NONE
from qazyna.tracing.store.reading import Store
from qazyna.tracing.store.writing import Writer

PER_BLOCK = 50
MADE = chain(3_000, seed=5, per_block=PER_BLOCK)


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    folder = tmp_path_factory.mktemp("chain") / "store"
    write_store(MADE, folder, size=1_000)
    return folder


@pytest.fixture
def store(path):
    return Store.open(path)


def plain(store, below, excluded):
    """Addresses joined as sets, in the order in which they appear; least id of each."""
    spent = store.inputs(["tx", "addr"]).collect().filter(pl.col("tx") < below)
    paid = store.outputs(["tx", "addr"]).collect().filter(pl.col("tx") < below)
    addresses = pl.concat([spent, paid])["addr"]
    cluster = {each: {each} for each in addresses.unique().to_list() if each != NONE}
    for (tx,), rows in spent.group_by("tx"):
        if tx in excluded:
            continue
        together = set().union(*(cluster[a] for a in rows["addr"].to_list() if a != NONE))
        for address in together:
            cluster[address] = together
    return [min(cluster[each]) for each in sorted(cluster)]


def joined_nothing(made):
    return set(made.coinjoins().filter(pl.col("rules") & JOINS != 0)["tx"].to_list())


def test_labels_are_those_of_a_plain_pass(store):
    made = cluster(store)
    excluded = joined_nothing(made)
    assert plain(store, 3_000, excluded) == made.labels().tolist()
    assert len(excluded) == made.document["excluded"]
    assert len(set(made.labels().tolist())) == made.document["clusters"]


def test_as_of_a_height_is_what_a_store_of_those_blocks_says(store, tmp_path):
    height = 33  # within a part
    made = cluster(store, as_of=height)
    writer = Writer(tmp_path / "short", "synthetic", "SYN")
    with writer:
        for part in parts(MADE, PER_BLOCK):
            if int(part.blocks["height"][0]) <= height:
                writer.append(part)
    short = cluster(Store.open(tmp_path / "short"))
    assert short.labels().tolist() == made.labels().tolist()
    assert short.document == made.document


def test_a_clustering_grown_by_parts_is_that_of_a_full_pass(store, tmp_path):
    grown = tmp_path / "grown"
    for part in parts(MADE, 500):
        with Writer(grown, "synthetic", "SYN") as writer:
            writer.append(part)
        before = cluster(Store.open(grown), incremental=True)
        assert len(part.inputs) == before.document["read"]
    full = cluster(store)
    assert full.labels().tolist() == before.labels().tolist()
    assert full.coinjoins().equals(before.coinjoins())
    same = set(full.document) - {"begun_from", "read"}
    assert {k: full.document[k] for k in same} == {k: before.document[k] for k in same}
    assert before.document["begun_from"] == 49


def test_an_incremental_pass_up_to_a_height_begins_below_it(store):
    cluster(store, as_of=10)
    cluster(store)
    made = cluster(store, as_of=20, incremental=True)
    assert 10 == made.document["begun_from"]
    assert cluster(store, as_of=20).labels().tolist() == made.labels().tolist()


def test_labels_of_another_chain_are_no_beginning(store, tmp_path):
    other = tmp_path / "other"
    write_store(chain(1_000, seed=6, per_block=PER_BLOCK), other)
    made = cluster(Store.open(other))
    foreign = labels.folder_of(store.path, 5)
    made.folder.rename(foreign)
    document = {**made.document, "height": 5}
    (foreign / "clustering.json").write_text(json.dumps(document))
    assert 5 != cluster(store, incremental=True).document["begun_from"]


def test_the_labels_file_has_the_addresses_as_text(store):
    made = cluster(store)
    named = pl.read_parquet(made.folder / "labels.parquet")
    assert ["address", "cluster", "id"] == named.columns
    assert store.address_strings(named["id"].to_numpy()).to_list() == named["address"].to_list()
    assert np.array_equal(made.labels(), named["cluster"].to_numpy())


def test_a_pass_that_was_cut_off_leaves_no_clustering(store, tmp_path):
    empty = tmp_path / "store"
    write_store(chain(200, seed=7, per_block=PER_BLOCK), empty)
    (empty / "labels" / "cospend-000000003.new").mkdir(parents=True)
    with pytest.raises(Refused) as no:
        labels.latest(empty)
    assert "no_labels" == no.value.code
    cluster(Store.open(empty))
    assert 3 == labels.latest(empty).height


@pytest.mark.parametrize(("as_of", "code"), [(4, "before_the_chain")])
def test_nothing_was_known_before_the_first_block(tmp_path, as_of, code):
    late = tmp_path / "late"
    later = [part for part in parts(MADE, PER_BLOCK) if int(part.blocks["height"][0]) == 0]
    with Writer(late, "synthetic", "SYN") as writer:
        part = later[0]
        shifted = part.blocks.with_columns(height=pl.lit(5, pl.UInt32))
        writer.append(type(part)(shifted, part.tx, part.inputs, part.outputs, part.addresses))
    with pytest.raises(Refused) as no:
        cluster(Store.open(late), as_of=as_of)
    assert code == no.value.code


def test_a_store_without_blocks_has_nothing_to_cluster(tmp_path):
    with Writer(tmp_path / "none", "synthetic", "SYN"):
        pass
    with pytest.raises(Refused) as no:
        cluster(Store.open(tmp_path / "none"))
    assert "empty_store" == no.value.code
