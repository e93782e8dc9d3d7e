"""`trace follow`: its document, its refusals, and a case as a source."""

import pytest

from tests.shell.cli.shapes import problems
from tests.tracing.small import Small

AMOUNT = {"txid": "text", "amount": "decimal", "source": "text"}
POLICY = {
    "seed": "decimal",
    "seeds": {},
    "unspent": [{**AMOUNT, "n": "count", "address": "text|null"}],
    "unspent_total": "decimal",
    "times_seed": "decimal|null",
    "by_entity": [
        {
            "entity": "text|null",
            "label": "text|null",
            "category": "text|null",
            "amount": "decimal",
            "addresses": "count",
        }
    ],
    "fees": "decimal",
    "fees_paid": "decimal",
    "stopped": [{**AMOUNT, "n": "count|null", "why": "text"}],
    "stopped_total": "decimal",
    "crossed": [{**AMOUNT, "n": "count|null", "why": "text"}],
    "transactions": "count",
    "outputs": "count",
    "unbalanced": "count",
    "conserved": "bool",
    "paths": [{"from": "text", "to": "text", "amount": "decimal", "source": "text"}],
}
FOLLOWED = {
    "chain": "text",
    "asset": "text",
    "sources": [{"source": "text", "kind": "text", "addresses": "count", "outputs": "count"}],
    "from_height": "count",
    "to_height": "count",
    "stop_at": ["text"],
    "policies": dict.fromkeys(("poison", "haircut", "fifo", "lifo"), POLICY),
}
GENESIS = "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"


@pytest.fixture
def store(tmp_path):
    small = Small()
    first = small.coinbase((GENESIS, 1_000))
    second = small.pay([(first, 0)], ("shop", 600), (GENESIS, 390))
    small.pay([(second, 0)], ("till", 590))
    small.store(tmp_path / "store")
    return tmp_path / "store"


def test_its_document(own, store):
    found = own.json("trace", "follow", "--store", store, "--from", GENESIS)
    assert [] == problems(found, FOLLOWED)
    assert [False, True, True, True] == [
        found["policies"][name]["conserved"] for name in ("poison", "haircut", "fifo", "lifo")
    ]


def test_it_needs_no_database(own, store):
    own.json("trace", "follow", "--store", store, "--from", "shop", "--policy", "fifo")
    assert not own.home.exists()


def test_a_case_stands_for_its_addresses(there, store):
    there.run(
        "seize",
        case="C-1",
        holding="1",
        asset="BTC",
        quantity="1",
        seized_on="2025-03-03",
        authority="AFM",
        address=GENESIS,
    )
    by_case = there.json("trace", "follow", "--store", store, "--from", "C-1", "--policy", "lifo")
    by_address = there.json(
        "trace", "follow", "--store", store, "--from", GENESIS, "--policy", "lifo"
    )
    assert ("case", "address") == (by_case["sources"][0]["kind"], by_address["sources"][0]["kind"])
    one, other = (each["policies"]["lifo"] for each in (by_case, by_address))
    assert one["by_entity"] == other["by_entity"]


def test_a_case_without_an_address_of_that_chain_is_refused(there, store):
    there.run(
        "seize",
        case="C-2",
        holding="1",
        asset="BTC",
        quantity="1",
        seized_on="2025-03-03",
        authority="AFM",
    )
    no = there.refused("trace", "follow", "--store", store, "--from", "C-2")
    assert "no_address" == no["code"]


@pytest.mark.parametrize(
    ("words", "status", "code"),
    [
        (("--from", "nobody"), 1, "unknown_source"),
        (("--from", "shop", "--from", "shop"), 1, "source_twice"),
        (("--from", "shop", "--policy", "lilo"), 2, "usage"),
        (("--from", "shop", "--stop-at", "church"), 2, "usage"),
        (("--from", "shop", "--until", "soon"), 1, "bad_until"),
        (("--from", "shop", "--stop-at", "service"), 1, "no_tags"),
        ((), 2, "usage"),
    ],
)
def test_what_it_refuses(own, store, words, status, code):
    no = own("trace", "follow", "--store", store, *words, "--json")
    assert (status, code) == (no.status, no.json["refused"]["code"])


def test_a_folder_that_is_no_store_is_refused(own, tmp_path):
    no = own.refused("trace", "follow", "--store", tmp_path, "--from", GENESIS)
    assert "no_store" == no["code"]


def test_in_text_policies_stand_side_by_side(own, store):
    told = own("trace", "follow", "--store", store, "--from", GENESIS)
    assert 0 == told.status
    for name in ("poison", "haircut", "fifo", "lifo"):
        assert f"{name}: where it is" in told.out


def test_a_case_takes_an_exhibit_and_shows_it(there):
    there.run(
        "seize",
        case="C-3",
        holding="1",
        asset="BTC",
        quantity="1",
        seized_on="2025-03-03",
        authority="AFM",
    )
    there.run(
        "add_exhibit",
        case="C-3",
        exhibit="E-1",
        title="Where it went",
        sha256="0a" * 32,
        added_on="2025-04-01",
    )
    shown = there.json("case", "show", "C-3")["exhibits"]
    assert [] == problems(
        shown, [{"exhibit": "text", "added_on": "date", "title": "private", "sha256": "text"}]
    )
    assert "0a" * 32 in there("case", "show", "C-3").out
    assert there.json("rebuild", "--check")["equal"]
