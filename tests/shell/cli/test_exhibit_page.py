"""The page of an exhibit: what it says in each language, and what it must not leave out."""

import csv
import json
import re

import pytest

from qazyna.errors import Refused
from qazyna.shell.exhibits import words
from tests.tracing.small import Small

HOLES = re.compile(r"\{(\w+)\}")
TAGS = """\
title: made
creator: test
source: https://example.org/who
confidence: service_data
lastmod: 2021-11-11
tags:
  - {address: shop, label: The shop, currency: BTC, category: exchange, is_cluster_definer: true}
  - {address: shop, label: Another, currency: BTC, confidence: web_crawl, is_cluster_definer: true}
"""


@pytest.fixture
def store(tmp_path):
    small = Small()
    first = small.coinbase(("thief", 1_000))
    second = small.pay([(first, 0)], ("shop", 600), ("thief", 390))
    small.pay([(second, 1)], ("till", 380))
    small.store(tmp_path / "store")
    return tmp_path / "store"


@pytest.fixture
def tags(own, tmp_path):
    (tmp_path / "packs").mkdir()
    (tmp_path / "packs" / "a.yaml").write_text(TAGS, encoding="utf-8")
    own.json("trace", "tags", "import", tmp_path / "packs", "--tags", tmp_path / "tags")
    return tmp_path / "tags"


def made(own, store, out, *more):
    own.json(
        *("trace", "exhibit", "--store", store, "--from", "thief", "--on", "2026-01-31"),
        *("--out", out, *more),
    )
    return json.loads((out / "data.json").read_bytes())


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_every_language_has_the_same_sentences_with_the_same_places(language):
    english, there = json.loads(words.text("en")), json.loads(words.text(language))
    assert list(english) == list(there)
    for key, sentence in english.items():
        if isinstance(sentence, str):
            assert set(HOLES.findall(sentence)) == set(HOLES.findall(there[key])), key
    assert english["picture"].keys() == there["picture"].keys()


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_it_is_made_and_made_again_in_each_language(own, store, tmp_path, language):
    data = made(own, store, tmp_path / "E", "--lang", language)
    assert language == data["language"]
    there = words.picture(language)["not_spent"]
    assert there in (tmp_path / "E" / "flow.svg").read_text("utf-8")
    answer = own("trace", "exhibit", "--verify", tmp_path / "E", "--store", store, "--json")
    assert [] == answer.json["problems"]


def test_the_tables_are_the_same_in_each_language(own, store, tmp_path):
    for language in words.LANGUAGES:
        made(own, store, tmp_path / language, "--lang", language)
    for name in ("unspent.csv", "entities.csv", "stopped.csv", "paths.csv"):
        assert 1 == len({(tmp_path / each / name).read_bytes() for each in words.LANGUAGES})


def test_another_language_is_refused():
    with pytest.raises(Refused) as no:
        words.text("../en")
    assert "no_language" == no.value.code


def test_it_says_by_whom_a_place_is_named_and_against_whom(own, store, tags, tmp_path):
    (name,) = made(own, store, tmp_path / "E", "--tags", tags)["named"]
    assert ("The shop", "exchange", 50) == (name["label"], name["category"], name["confidence"])
    assert ("shop", "https://example.org/who") == (name["address"], name["source"])
    assert ["another"] == name["against"]


def test_a_place_at_which_it_stops_is_named_too(own, store, tags, tmp_path):
    data = made(own, store, tmp_path / "E", "--tags", tags, "--stop-at", "service")
    assert [("exchange: The shop", "0.00000600")] == [
        (each["why"], each["amount"]) for each in data["stopped"]
    ]
    assert ["The shop"] == [each["label"] for each in data["named"]]


def test_the_transactions_of_the_picture_stand_in_it_whole(own, store, tmp_path):
    data = made(own, store, tmp_path / "E")
    with (tmp_path / "E" / "paths.csv").open(encoding="utf-8", newline="") as file:
        walked = {row[key] for row in csv.DictReader(file) for key in ("from_txid", "to_txid")}
    assert walked == {each["txid"] for each in data["steps"]}
    numbered = [each["number"] for each in data["steps"] if each["number"]]
    assert sorted(numbered) == list(range(1, len(numbered) + 1))


def test_blocks_that_are_not_at_hand_are_told(own, store, tmp_path):
    assert (0, []) == (made(own, store, tmp_path / "E")["gaps"], [])
    manifest = json.loads((store / "manifest.json").read_bytes())
    manifest["gaps"] = [[1, 1], [5, 9]]
    (store / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    data = made(own, store, tmp_path / "T")
    assert (1, [[1, 1]]) == (data["gaps"], data["missing"])
