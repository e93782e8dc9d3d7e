"""A question to a store: what it finds by name, by place and along paths."""

import pytest

from bench.chain import chain, write_store
from qazyna.errors import Refused
from qazyna.tracing.cluster.running import cluster
from qazyna.tracing.follow.asking import Question, follow
from qazyna.tracing.follow.places import known_places
from qazyna.tracing.follow.question import height_of, source
from qazyna.tracing.store.reading import Store
from qazyna.tracing.tags.book import take_in
from tests.tracing.follow.chains import POLICIES
from tests.tracing.follow.oracle import Tx, trace
from tests.tracing.small import Small


def answer(store, *names, policy="fifo", until=None, **more):
    height = height_of(store, until)
    asked = Question([source(store, name, height) for name in names], (policy,), height, **more)
    return follow(store, asked)["policies"][policy]


@pytest.fixture(scope="module")
def grown(tmp_path_factory):
    """4,000 transactions in several parts: the store, and the oracle's blocks of it."""
    path = tmp_path_factory.mktemp("grown") / "store"
    write_store(chain(4_000, per_block=100), path, size=1_500)
    store = Store.open(path)
    tx = store.transactions(["n_in", "n_out", "coinbase", "height"]).collect()
    ins = store.inputs(["prev_tx", "prev_n", "value"]).collect().rows()
    outs = store.outputs(["value"]).collect()["value"].to_list()
    blocks, at_in, at_out = [], 0, 0
    for n_in, n_out, coinbase, height in tx.iter_rows():
        if height == len(blocks):
            blocks.append([])
        blocks[-1].append(
            Tx(ins[at_in : at_in + n_in], outs[at_out : at_out + n_out], coinbase=coinbase)
        )
        at_in, at_out = at_in + n_in, at_out + n_out
    return store, blocks


@pytest.mark.parametrize("policy", POLICIES)
def test_a_grown_chain_is_followed_as_in_plain_python(grown, policy):
    store, blocks = grown
    begun = {"A": (1_100, 0), "B": (2_003, 0)}
    names = {f"{store.txid(tx)}:{n}": key for key, (tx, n) in begun.items()}
    seeds = {key: {output} for key, output in begun.items()}
    expected = trace(blocks, seeds, policy)
    found = answer(store, *names, policy=policy, coinjoins_stop=False)
    actual = {
        (store.tx_id(each["txid"]), each["n"], names[each["source"]]): int(each["amount"])
        for each in found["unspent"]
    }
    assert {
        (*output, key): amount
        for output, by in expected.unspent.items()
        for key, amount in by.items()
        if amount
    } == actual
    assert sum(expected.fees.values()) == int(found["fees"])
    assert sum(expected.paid.values()) == int(found["fees_paid"])
    assert (policy != "poison") == found["conserved"]


def test_up_to_a_block_later_ones_are_not_known(grown):
    store, blocks = grown
    name = f"{store.txid(1_100)}:0"
    expected = trace(blocks[:25], {name: {(1_100, 0)}}, "fifo")
    found = answer(store, name, until="24", coinjoins_stop=False)
    assert sum(sum(by.values()) for by in expected.unspent.values()) == int(found["unspent_total"])
    assert len([by for by in expected.unspent.values() if by[name]]) == len(found["unspent"])


@pytest.fixture
def paid(tmp_path):
    """A thief is paid twice, mixes one coin with a friend's, and pays a shop from the other."""
    small = Small()
    stolen = small.coinbase(("thief", 1_000))
    again = small.coinbase(("thief", 500), time=86_400)
    clean = small.coinbase(("friend", 500), time=86_401)
    shop = small.pay([(stolen, 0)], ("shop", 300), ("thief", 690), time=2 * 86_400)
    joined = small.pay(
        [(clean, 0), (again, 0)], ("x", 300), ("y", 300), ("z", 380), time=2 * 86_400
    )
    return small.store(tmp_path / "store"), [stolen, again, clean, shop, joined]


def test_all_that_an_address_was_paid_is_one_source(paid):
    store, (*_, shop, _) = paid
    found = answer(store, "thief")
    # 690 came back to the thief of the 1,000 that were theirs: counted once.
    assert {"thief": "1500"} == found["seeds"]
    rests = {(each["txid"], each["address"]): int(each["amount"]) for each in found["unspent"]}
    assert 300 == rests[store.txid(shop), "shop"]
    assert 690 == rests[store.txid(shop), "thief"]


def test_a_coinjoin_ends_it_unless_it_is_to_be_crossed(paid):
    store, (*_, joined) = paid
    stopped, crossed = answer(store, "thief"), answer(store, "thief", coinjoins_stop=False)
    (stop,) = stopped["stopped"]
    assert (store.txid(joined), "500") == (stop["txid"], stop["amount"])
    assert stop["why"].startswith("coinjoin: generic")
    (mark,) = crossed["crossed"]
    assert (store.txid(joined), "500") == (mark["txid"], mark["amount"])
    assert [] == crossed["stopped"]


def test_the_paths_lead_from_transaction_to_transaction(paid):
    store, (stolen, again, _, shop, joined) = paid
    found = answer(store, "thief")
    steps = [(each["from"], each["to"], each["amount"]) for each in found["paths"]]
    assert [
        (store.txid(stolen), store.txid(shop), "1000"),
        (store.txid(again), store.txid(joined), "500"),
    ] == steps


def test_a_day_means_its_end(paid):
    store, _ = paid
    assert "1500" == answer(store, "thief", until="1970-01-02")["unspent_total"]
    assert "1000" == answer(store, "thief", until="1970-01-01")["unspent_total"]


def test_places_are_clusters_where_they_are_known(paid):
    store, _ = paid
    cluster(store)
    found = answer(store, "thief", coinjoins_stop=False, places=known_places(store))
    assert {"thief", "shop", "x", "y", "z"} >= {each["entity"] for each in found["by_entity"]}


REFUSALS = [
    ("nobody", None, "unknown_source"),
    ("00" * 32 + ":0", None, "unknown_source"),
    ("{tx}:2", None, "unknown_source"),
    ("shop", "2", "nothing_received"),
    ("thief", "tomorrow", "bad_until"),
    ("thief", "1969-01-01", "before_the_store"),
]


@pytest.mark.parametrize(("name", "until", "code"), REFUSALS)
def test_what_cannot_be_followed_is_refused(paid, name, until, code):
    store, (stolen, *_) = paid
    with pytest.raises(Refused) as no:
        answer(store, name.replace("{tx}", store.txid(stolen)), until=until)
    assert code == no.value.code


def test_an_input_of_which_nothing_is_known_takes_what_is_missing(tmp_path):
    """Its value is what the outputs and the fee need beyond the others: 60 of 100."""
    small = Small()
    stolen = small.coinbase(("thief", 40))
    small.pay([(stolen, 0)], ("a", 30), ("b", 10))
    path = tmp_path / "store"
    small.inputs.append((1, 1, 0xFFFFFFFF, 0, 0xFFFFFFFF, None))
    small.outputs = [row if row[:2] != (1, 1) else (*row[:3], 70, row[4]) for row in small.outputs]
    small.tx[1] = (*small.tx[1][:6], 2, 2, None)
    found = answer(small.store(path), f"{Store.open(path).txid(0)}:0")
    assert [(0, "30"), (1, "10")] == [(each["n"], each["amount"]) for each in found["unspent"]]
    assert 1 == found["unbalanced"]


VENUE = "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"


def test_a_service_by_its_tag_ends_it(tmp_path):
    small = Small()
    stolen = small.coinbase(("thief", 1_000))
    small.pay([(stolen, 0)], (VENUE, 700), ("thief", 300))
    store = small.store(tmp_path / "store")
    (tmp_path / "register.csv").write_text(
        f"venue_id,name,status,address\nV-1,Venue 1,shut,{VENUE}\n", encoding="utf-8"
    )
    take_in(tmp_path / "register.csv", tmp_path / "tags")
    places = known_places(store, tmp_path / "tags", services_stop=True)
    found = answer(store, f"{store.txid(stolen)}:0", places=places)
    assert [("exchange: Venue 1", 0, "700")] == [
        (each["why"], each["n"], each["amount"]) for each in found["stopped"]
    ]
    assert ["300"] == [each["amount"] for each in found["unspent"]]

    named = known_places(store, tmp_path / "tags")
    found = answer(store, f"{store.txid(stolen)}:0", places=named)
    assert ("Venue 1", "exchange") in [
        (each["label"], each["category"]) for each in found["by_entity"]
    ]
