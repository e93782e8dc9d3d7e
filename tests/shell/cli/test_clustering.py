"""`trace cluster`, `trace tags`, `trace entity`, `trace venues`: their documents and refusals."""

import polars as pl
import pytest

from qazyna.errors import Refused
from qazyna.shell import spark
from qazyna.tracing.coinjoin import Rule
from tests.shell.cli.shapes import problems
from tests.tracing.small import Small

CLUSTERED = {
    "chain": "text",
    "height": "count",
    "transactions": "count",
    "inputs": "count",
    "addresses": "count",
    "clusters": "count",
    "largest": "count",
    "coinjoins": dict.fromkeys((rule.name for rule in Rule), "count"),
    "excluded": "count",
    "begun_from": "count|null",
    "read": "count",
    "change_links": "count|null",
    "engine": "text",
    "labels": "text",
    "ids": "text",
    "change": "text|null",
}
TAG = {
    "address": "text|null",
    "tx_hash": "text|null",
    "label": "text",
    "currency": "text",
    "actor": "text|null",
    "categories": ["text"],
    "confidence": "count",
    "definer": "bool",
    "lastmod": "date|null",
    "source": "text",
    "origin": "text",
    "status": "text|null",
}
NAME = {
    "label": "text",
    "actor": "text|null",
    "category": "text|null",
    "confidence": "count",
    "why": "text",
    "against": [{"owner": "text", "confidence": "count", "tags": "count"}],
}
IMPORTED = {
    "file": "text",
    "files": "count",
    "rows": "count",
    "accepted": "count",
    "already_known": "count",
    "findings": [
        {
            "file": "text",
            "line": "count",
            "column": "text",
            "code": "text",
            "message": "text",
            "taken": "bool",
        }
    ],
    "tags": "count",
    "actors": "count",
    "conflicts": "count",
    "folder": "text",
}
PARTY = {
    "entity": "text|null",
    "label": "text|null",
    "category": "text|null",
    "amount": "decimal",
    "transactions": "count",
}
TOLD = {
    "address": "text",
    "entity": "text",
    "name": NAME,
    "addresses": "count",
    "transactions": "count",
    "received": "decimal",
    "sent": "decimal",
    "balance": "decimal",
    "first_seen": "instant",
    "last_seen": "instant",
    "as_of": "count",
    "tags": [TAG],
    "exposure": {"new coins": "decimal"},
    "exposure_direct": {},
    "exposure_indirect": {},
    "exposure_by": {
        "policy": "text",
        "steps": "count",
        "payers_gone_on_from": "count",
        "exact": "bool",
    },
    "counterparties": {"received_from": [PARTY], "sent_to": [PARTY]},
    "peel_chains": {
        "transactions": "count",
        "chains": "count",
        "longest": [{"length": "count", "first": "text", "last": "text"}],
    },
    "score": {"exchange_like": "number", "features": {}, "reasons": ["text"]},
}
RANKED = {
    "as_of": "count",
    "candidates": "count",
    "licensed": "count",
    "venues": [
        {
            "rank": "count",
            "entity": "text",
            "label": "text|null",
            "category": "text|null",
            "register": "text|null",
            "exchange_like": "number",
            "rank_by": "number",
            "reasons": ["text"],
            "features": {},
        }
    ],
    "ranked_by": "text",
    "measured": "null",
    "engine": "text",
}


@pytest.fixture
def store(tmp_path):
    small = Small()
    first, second = small.coinbase(("a", 1_000)), small.coinbase(("b", 2_000))
    third = small.pay([(first, 0), (second, 0)], ("shop", 600), ("a", 2_390))
    small.pay([(third, 0)], ("till", 590))
    small.store(tmp_path / "store")
    return tmp_path / "store"


@pytest.fixture
def packs(tmp_path):
    folder = tmp_path / "packs"
    folder.mkdir()
    (folder / "one.yaml").write_text(
        "source: s\ncurrency: SYN\nconfidence: forensic\nis_cluster_definer: true\n"
        "tags:\n- {address: b, label: Exchange, category: exchange}\n- {address: c}\n"
    )
    return folder


def test_clusters(own, store):
    found = own.json("trace", "cluster", store, "--change")
    assert [] == problems(found, CLUSTERED)
    labels = pl.read_parquet(found["labels"])
    together = labels.group_by("cluster").agg(pl.col("address").sort())["address"].to_list()
    assert [["a", "b"], ["shop"], ["till"]] == sorted(together)
    assert (3, 2) == (found["clusters"], found["largest"])
    assert not own.home.exists()


def test_the_store_may_be_said_as_an_option_and_only_once(own, store):
    assert 3 == own.json("trace", "cluster", "--store", store)["clusters"]
    assert 2 == own("trace", "cluster").status
    assert 2 == own("trace", "cluster", store, "--store", store).status


def test_as_of_and_incremental(own, store):
    assert 2 == own.json("trace", "cluster", store, "--as-of", 1)["clusters"]
    found = own.json("trace", "cluster", store, "--incremental", "--ids-only")
    assert (1, 3) == (found["begun_from"], found["clusters"])
    assert ["address", "cluster"] == pl.read_parquet(found["labels"]).columns


def test_tags_come_into_the_home_without_a_database(own, packs):
    found = own.json("trace", "tags", "import", packs)
    assert [] == problems(found, IMPORTED)
    assert (2, 1, 1) == (found["rows"], found["accepted"], len(found["findings"]))
    assert ["tags"] == [each.name for each in own.home.iterdir()]
    shown = own.json("trace", "tags", "show", "b")
    assert [] == problems(shown, {"address": "text", "name": NAME, "tags": [TAG]})


def test_an_entity_by_clusters_and_tags(own, store, packs):
    own.json("trace", "tags", "import", packs)
    own.json("trace", "cluster", store)
    found = own.json("trace", "entity", "a", "--store", store)
    assert [] == problems(found, TOLD)
    assert ("Exchange", "a", "2390") == (found["name"]["label"], found["entity"], found["balance"])
    assert "Exchange" in own("trace", "entity", "b", "--store", store).out


def test_venues(own, store):
    own.json("trace", "cluster", store)
    found = own.json("trace", "venues", "--store", store, "--least", 1)
    assert [] == problems(found, RANKED)
    assert 3 == found["candidates"]
    assert 1 == len(
        own.json("trace", "venues", "--store", store, "--least", 1, "--top", 1)["venues"]
    )


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("cluster", "nowhere"), "no_store"),
        (("entity", "a", "--store", "STORE"), "no_labels"),
        (("venues", "--store", "STORE"), "no_labels"),
        (("tags", "import", "nowhere"), "no_tags"),
    ],
)
def test_refusals(own, store, words, code):
    words = [store if word == "STORE" else word for word in words]
    assert code == own.refused("trace", *words)["code"]


def test_an_entity_of_an_account_chain_is_told_of_one_asset(own, tmp_path):
    from tests.tracing.entity.test_accounts import ETHER, account_store

    store = tmp_path / "accounts"
    account_store(store, [("0xa", "0xb", ETHER, None), ("0xb", "0xa", 7, "0xtoken")])
    own.json("trace", "cluster", store)
    link = {"user": "text", "deposit": "text", "exchange": "text"}
    shape = {
        **{key: each for key, each in TOLD.items() if key != "name"},
        "exposure": {},
        "asset": "text",
        "before": "decimal",
        "joined_by": {"deposits": "count", "first_deposits": [link], "sweeps": "count"},
        "peel_chains": "null",
        "score": "null",
    }
    words = ("trace", "entity", "0xB", "--store", store)
    coin, token = own.json(*words), own.json(*words, "--asset", "0xToken")
    for found in (coin, token):
        assert [] == problems(found, shape)
    assert (str(ETHER), "0") == (coin["received"], coin["sent"])
    assert ("0", "7", "7", "0") == tuple(
        token[key] for key in ("received", "sent", "before", "balance")
    )
    assert "Joined by" in own("trace", "entity", "0xb", "--store", store).out


def test_a_chain_of_outputs_has_one_asset(own, store):
    own.json("trace", "cluster", store)
    no = own.refused("trace", "entity", "a", "--store", store, "--asset", "0xtoken")
    assert "one_asset" == no["code"]


@pytest.fixture
def with_spark(monkeypatch):
    try:
        spark.ready()
    except Refused as no:
        pytest.skip(no.message)
    # The quick compiler alone: so little is done that the other one would cost more than it saves.
    monkeypatch.setenv("JAVA_TOOL_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
    return ("--engine", "spark", "--master", "local[1]")


def test_spark_writes_and_tells_what_the_kernels_do(own, store, with_spark):
    words = ("trace", "cluster", store)
    by_spark, here = own.json(*words, *with_spark), own.json(*words)
    assert {**here, "engine": "spark"} == by_spark
    assert "embedded" == here["engine"]
    words = ("trace", "venues", "--store", store, "--least", 1)
    by_spark, here = own.json(*words, *with_spark), own.json(*words)
    assert {**here, "engine": "spark"} == by_spark
    assert [] == [each for each in store.iterdir() if each.name.startswith(".spark")]


def test_a_master_that_is_none_is_refused(own, store, with_spark):
    no = own.refused("trace", "cluster", store, *with_spark[:3], "nowhere")
    assert ("no_spark", "nowhere") == (no["code"], no["facts"]["master"])
    assert [] == list(store.glob(".spark*"))
    assert not (store / "labels").exists()


def test_without_java_spark_is_refused(own, store, with_spark, tmp_path, monkeypatch):
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    no = own.refused("trace", "cluster", store, *with_spark)
    assert "no_java" == no["code"]
    assert "Java 17" in no["message"]


def test_without_the_extra_spark_is_refused(own, store, monkeypatch):
    monkeypatch.setattr(spark, "LIBRARIES", ("ibis", "nowhere_to_be_found"))
    no = own.refused("trace", "cluster", store, "--engine", "spark")
    assert ("no_extra", "nowhere_to_be_found") == (no["code"], no["facts"]["missing"])
    assert "pip install '.[spark]'" in no["message"]


def test_a_master_without_spark_is_wrong_usage(own, store):
    assert 2 == own("trace", "cluster", store, "--master", "local[1]").status


def test_an_account_chain_is_clustered_here_only(own, tmp_path):
    from tests.tracing.entity.test_accounts import ETHER, account_store

    store = tmp_path / "accounts"
    account_store(store, [("0xa", "0xb", ETHER, None)])
    no = own.refused("trace", "cluster", store, "--engine", "spark")
    assert ("account_chain", "spark") == (no["code"], no["facts"]["engine"])
    assert not (store / "labels").exists()
