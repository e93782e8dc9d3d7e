"""`trace exhibit`: a folder to file, the same to the byte when it is made again."""

import csv
import json
from hashlib import sha256

import pytest

from tests.shell.cli.shapes import problems
from tests.tracing.small import Small

EXHIBIT = {
    "bundle": "text",
    "sha256": "text",
    "format": "count",
    "program": {"name": "text", "version": "text", "typst": "text"},
    "question": {
        "sources": {},
        "policies": ["text"],
        "stop_at": ["text"],
        "language": "text",
        "on": "date",
    },
    "inputs": {"sources": [], "tables": "count", "tables_sha256": "text"},
    "salt": "text",
    "files": {"exhibit.pdf": "text", "unspent.csv": "text", "flow.svg": "text"},
}
VERIFIED = {
    "bundle": "text",
    "sha256": "text",
    "ok": "bool",
    "files": "count",
    "problems": [{"where": "text", "what": "text"}],
}


@pytest.fixture
def store(tmp_path):
    small = Small()
    first = small.coinbase(("thief", 1_000))
    second = small.pay([(first, 0)], ("shop", 600), ("thief", 390))
    third = small.pay([(second, 1)], ("қала", 380))
    small.pay([(third, 0)], ("till", 370))
    small.store(tmp_path / "store")
    return tmp_path / "store"


@pytest.fixture
def made(own, store, tmp_path):
    """The bundle, and what making it answered."""
    words = ("--from", "thief", "--case", "Қ-17", "--title", "Ақша қайда", "--on", "2026-01-31")
    return tmp_path / "E-1", own.json(
        "trace", "exhibit", "--store", store, *words, "--out", tmp_path / "E-1"
    )


def verify(own, bundle, store):
    return own("trace", "exhibit", "--verify", bundle, "--store", store, "--json")


def test_its_document_and_its_files(made):
    bundle, told = made
    assert [] == problems(told, EXHIBIT)
    assert {*told["files"], "manifest.json"} == {each.name for each in bundle.iterdir()}
    for name, digest in told["files"].items():
        assert digest == sha256((bundle / name).read_bytes()).hexdigest()
    assert told["sha256"] == sha256((bundle / "manifest.json").read_bytes()).hexdigest()
    assert (bundle / "exhibit.pdf").read_bytes().startswith(b"%PDF-")


def test_its_tables_say_what_follow_says(own, store, made):
    bundle, _ = made
    with (bundle / "unspent.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    followed = own.json("trace", "follow", "--store", store, "--from", "thief")["policies"]
    for policy, answer in followed.items():
        told = [{**each, "n": str(each["n"])} for each in answer["unspent"]]
        mine = [
            {key: cell for key, cell in row.items() if key != "policy"}
            for row in rows
            if row["policy"] == policy
        ]
        assert told == mine


def test_made_again_it_is_the_same_to_the_byte(own, store, made):
    bundle, _ = made
    answer = verify(own, bundle, store)
    assert 0 == answer.status, answer
    assert [] == problems(answer.json, VERIFIED)
    assert answer.json["ok"]


def test_what_was_altered_is_found(own, store, made):
    bundle, _ = made
    file = bundle / "unspent.csv"
    file.write_text(file.read_text("utf-8").replace("600", "601"), encoding="utf-8")
    (bundle / "more.csv").write_text("", encoding="utf-8")
    answer = verify(own, bundle, store)
    assert 1 == answer.status
    assert ["unspent.csv", "more.csv"] == [each["where"] for each in answer.json["problems"]]


def test_a_manifest_that_was_altered_with_its_file_is_found(own, store, made):
    bundle, _ = made
    file = bundle / "unspent.csv"
    file.write_text(file.read_text("utf-8").replace("600", "601"), encoding="utf-8")
    manifest = json.loads((bundle / "manifest.json").read_bytes())
    manifest["files"]["unspent.csv"] = sha256(file.read_bytes()).hexdigest()
    (bundle / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    answer = verify(own, bundle, store)
    assert 1 == answer.status
    assert "unspent.csv" in [each["where"] for each in answer.json["problems"]]


def test_another_store_is_found(own, store, made, tmp_path):
    bundle, _ = made
    small = Small()
    first = small.coinbase(("thief", 1_000))
    small.pay([(first, 0)], ("shop", 601), ("thief", 389))
    small.store(tmp_path / "other")
    answer = verify(own, bundle, tmp_path / "other")
    assert 1 == answer.status
    assert "inputs" in [each["where"] for each in answer.json["problems"]]


def test_a_case_stands_in_it_by_its_addresses(there, tmp_path):
    address = "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"
    there.run(
        "seize",
        case="C-5",
        holding="1",
        asset="BTC",
        quantity="1",
        seized_on="2025-03-03",
        authority="AFM",
        address=address,
    )
    small = Small()
    small.coinbase((address, 1_000))
    small.store(tmp_path / "store")
    told = there.json(
        "trace", "exhibit", "--store", tmp_path / "store", "--from", "C-5", "--out", tmp_path / "E"
    )
    assert {"C-5": [address]} == told["question"]["sources"]


@pytest.mark.parametrize(
    ("words", "status", "code"),
    [
        (("--from", "nobody", "--out", "E"), 1, "unknown_source"),
        (("--from", "thief"), 2, "usage"),
        (("--out", "E"), 2, "usage"),
        (("--from", "thief", "--verify", "E"), 2, "usage"),
        (("--verify", "E"), 1, "no_bundle"),
    ],
)
def test_what_it_refuses(own, store, tmp_path, monkeypatch, words, status, code):
    monkeypatch.chdir(tmp_path)
    no = own("trace", "exhibit", "--store", store, *words, "--json")
    assert (status, code) == (no.status, no.json["refused"]["code"])
    assert not (tmp_path / "E").exists()


def test_a_folder_with_files_is_left_alone(own, store, made):
    bundle, _ = made
    no = own.refused("trace", "exhibit", "--store", store, "--from", "thief", "--out", bundle)
    assert "not_empty" == no["code"]


def test_two_made_alike_differ_in_the_salt_of_their_manifest_alone(own, store, tmp_path):
    words = ("--from", "thief", "--on", "2026-01-31")
    one, other = (
        own.json("trace", "exhibit", "--store", store, *words, "--out", tmp_path / name)
        for name in ("A", "B")
    )
    assert one["files"] == other["files"]
    assert one["salt"] != other["salt"]
    assert one["sha256"] != other["sha256"]


def test_the_page_says_which_addresses_are_private(there, tmp_path):
    address = "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"
    fields = {"case": "C-5", "holding": "1", "asset": "BTC", "quantity": "1", "authority": "AFM"}
    there.run("seize", **fields, seized_on="2025-03-03", address=address)
    small = Small()
    small.coinbase((address, 1_000))
    small.store(tmp_path / "store")
    words = ("trace", "exhibit", "--store", tmp_path / "store", "--from", "C-5")
    there.json(*words, "--out", tmp_path / "E")
    (source,) = json.loads((tmp_path / "E" / "data.json").read_bytes())["sources"]
    assert ("C-5", "case", [address]) == (source["name"], source["kind"], source["addresses"])


def test_an_exhibit_of_an_account_chain_is_refused(own, tmp_path):
    from tests.tracing.entity.test_accounts import account_store

    account_store(tmp_path / "accounts", [("0xa", "0xb", 5, None)])
    words = ("--store", tmp_path / "accounts", "--from", "0xa", "--out", tmp_path / "E")
    assert "account_chain" == own.refused("trace", "exhibit", *words)["code"]
    assert not (tmp_path / "E").exists()
