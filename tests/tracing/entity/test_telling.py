"""An entity as it is told: netted totals, other parties, exposure, peel chains, name and score."""

import pytest

from qazyna.errors import Refused
from qazyna.tracing.cluster.running import cluster
from qazyna.tracing.entity.sight import Sight
from qazyna.tracing.entity.telling import entity
from qazyna.tracing.store.reading import Store
from qazyna.tracing.tags import book
from tests.tracing.small import Small


def tags(tmp_path, *named):
    """A book of tags (address, label, category) that name whole clusters."""
    source = tmp_path / "packs"
    source.mkdir(exist_ok=True)
    head = "source: s\ncurrency: X\nconfidence: forensic\nis_cluster_definer: true\ntags:\n"
    lines = (f"- {{address: {a}, label: {label}, category: {c}}}\n" for a, label, c in named)
    (source / "a.yaml").write_text(head + "".join(lines))
    if named:
        book.take_in(source, tmp_path / "tags")
    return book.load(tmp_path / "tags")


def look(chain, tmp_path, address, *named, **more):
    made = cluster(chain.store(tmp_path / "store"))
    store = Store.open(tmp_path / "store")
    return entity(Sight(store, tags(tmp_path, *named), made), address, **more)


def test_totals_are_netted_over_the_addresses_of_the_entity(tmp_path):
    chain = Small()
    one = chain.coinbase(("a", 1_000))
    two = chain.coinbase(("b", 500))
    # a and b are one by this; 900 go out, 550 come back to a third address of theirs, 50 are fee.
    out = chain.pay([(one, 0), (two, 0)], ("shop", 900), ("c", 550))
    # c is joined with a by this; all of it stays inside, but for a fee of 10.
    again = chain.coinbase(("a", 100))
    chain.pay([(out, 1), (again, 0)], ("a", 640))
    found = look(chain, tmp_path, "c")
    assert ("a", 3) == (found["entity"], found["addresses"])
    # b was paid 500 and a 1,100; 950 and 10 left.
    assert ("1600", "960", "640") == (found["received"], found["sent"], found["balance"])
    # The sums of its members are greater: 550 and 640 were paid to members by members.
    assert 5 == found["transactions"]


def test_other_parties_are_entities_and_new_coins(tmp_path):
    chain = Small()
    own = chain.coinbase(("a", 1_000))
    chain.pay([(own, 0)], ("shop", 900), ("a", 90))
    found = look(chain, tmp_path, "a", ("shop", "Shop", "market"))["counterparties"]
    assert [(None, "new coins", "1000", 1)] == [
        (each["entity"], each["label"], each["amount"], each["transactions"])
        for each in found["received_from"]
    ]
    assert [("shop", "Shop", "market", "900")] == [
        (each["entity"], each["label"], each["category"], each["amount"])
        for each in found["sent_to"]
    ]


def paid_by(chain, name, value, *outputs):
    made = chain.coinbase((name, value))
    return chain.pay([(made, 0)], *outputs)


def test_exposure_is_direct_where_the_payer_has_a_name_and_indirect_behind_others(tmp_path):
    chain = Small()
    dark = paid_by(chain, "market", 1_000, ("mule", 600), ("x", 300))
    lawful = paid_by(chain, "exchange", 1_000, ("mule", 200), ("mine", 700))
    assert dark < lawful
    chain.pay([(dark, 0), (lawful, 0)], ("mine", 700), ("mule", 50))
    found = look(
        chain, tmp_path, "mine", ("market", "M", "dark_web"), ("exchange", "E", "exchange")
    )
    # 700 of 1,400 came from the exchange; the mule's 700 are three quarters dark, one lawful.
    assert {"exchange": "0.500000"} == found["exposure_direct"]
    assert {"dark_web": "0.375000", "exchange": "0.125000"} == found["exposure_indirect"]
    assert {"exchange": "0.625000", "dark_web": "0.375000"} == found["exposure"]


def test_exposure_beyond_the_steps_is_unknown_and_the_shares_sum_to_one(tmp_path):
    chain = Small()
    coin = chain.coinbase(("first", 10_000))
    for number in range(6):
        coin = chain.pay([(coin, 0)], (f"hop{number}", 9_000 - number))
    found = look(chain, tmp_path, "hop5", ("first", "F", "scam"))
    assert {"unknown": "1.000000"} == found["exposure"]
    assert {} == found["exposure_direct"]


@pytest.mark.parametrize(
    ("steps", "seen"),
    [(1, {"unknown": "1.000000"}), (2, {"unknown": "1.000000"}), (3, {"exchange": "1.000000"})],
)
def test_exposure_goes_back_as_far_as_is_asked(tmp_path, steps, seen):
    chain = Small()
    begun = paid_by(chain, "venue", 100, ("far", 100))
    near = chain.pay([(begun, 0)], ("near", 100))
    chain.pay([(near, 0)], ("x", 100))
    found = look(chain, tmp_path, "x", ("venue", "Venue", "exchange"), steps=steps)
    assert seen == found["exposure"]
    assert (steps, False) == (found["exposure_by"]["steps"], found["exposure_by"]["exact"])


def test_a_coinjoin_is_an_exposure_of_its_own(tmp_path):
    chain = Small()
    one, two = chain.coinbase(("a", 60_000)), chain.coinbase(("b", 70_000))
    chain.pay([(one, 0), (two, 0)], ("x", 50_000), ("y", 50_000), ("b2", 19_000))
    assert {"coinjoin": "1.000000"} == look(chain, tmp_path, "x")["exposure"]


def test_peel_chains_are_told_by_their_ends(tmp_path):
    chain = Small()
    coin, steps = (chain.coinbase(("a", 100_000)), 0), []
    for number in range(4):
        left = 90_000 - 10_000 * number
        steps.append(chain.pay([coin], (f"peel{number}", 9_000), ("a", left)))
        coin = (steps[-1], 1)
    found = look(chain, tmp_path, "a")["peel_chains"]
    assert (4, 1) == (found["transactions"], found["chains"])
    store = Store.open(tmp_path / "store")
    assert [{"length": 4, "first": store.txid(steps[0]), "last": store.txid(steps[-1])}] == (
        found["longest"]
    )


def test_a_single_payment_is_no_peel_chain(tmp_path):
    chain = Small()
    coin = chain.coinbase(("a", 100_000))
    chain.pay([(coin, 0)], ("x", 9_000), ("a", 90_000))
    assert 0 == look(chain, tmp_path, "a")["peel_chains"]["transactions"]


def test_the_best_tag_on_any_address_names_the_entity_and_conflicts_stand_beside_it(tmp_path):
    chain = Small()
    one, two = chain.coinbase(("a", 100)), chain.coinbase(("b", 100))
    chain.pay([(one, 0), (two, 0)], ("x", 200))
    source = tmp_path / "packs"
    source.mkdir()
    (source / "weak.yaml").write_text(
        "source: w\ncurrency: X\nconfidence: web_crawl\nis_cluster_definer: true\n"
        "tags:\n- {address: a, label: Weak}\n"
    )
    found = look(chain, tmp_path, "a", ("b", "Strong", "exchange"))
    assert "Strong" == found["name"]["label"]
    assert ["weak"] == [each["owner"] for each in found["name"]["against"]]
    assert "70" in found["name"]["why"]
    assert ["Strong", "Weak"] == [tag["label"] for tag in found["tags"]]


def test_an_address_that_the_store_has_not_seen_is_refused(tmp_path):
    chain = Small()
    chain.coinbase(("a", 100))
    with pytest.raises(Refused) as no:
        look(chain, tmp_path, "nobody")
    assert "no_address" == no.value.code


def test_an_address_that_was_not_known_yet_is_refused(tmp_path):
    chain = Small()
    chain.coinbase(("a", 100))
    chain.coinbase(("later", 100))
    store = chain.store(tmp_path / "store")
    made = cluster(store, as_of=0)
    with pytest.raises(Refused) as no:
        entity(Sight(store, tags(tmp_path), made), "later")
    assert "no_address" == no.value.code


def test_features_count_what_an_exchange_does(tmp_path):
    chain = Small()
    hour = 3_600
    deposits = []
    for user in range(6):
        coin = chain.coinbase((f"user{user}", 1_000 + user), time=user * hour)
        paid = chain.pay([(coin, 0)], (f"deposit{user}", 900 + user), time=user * hour)
        deposits.append((paid, 0))
    swept = chain.pay([*deposits, (chain.coinbase(("hot", 50)), 0)], ("hot", 5_400), time=9 * hour)
    chain.pay(
        [(swept, 0)],
        *((f"out{user}", 1_000 + user) for user in range(4)),
        ("hot", 1_000),
        time=29 * hour,
    )
    features = look(chain, tmp_path, "hot")["score"]["features"]
    expected = {
        "received_count": 7,  # six deposits, and new coins
        "depositors": 6,
        "deposit_addresses": 7,
        "swept_addresses": 6,
        "sent_count": 1,
        "payees": 4,
        "payees_at_once": 4.0,
        "amount_diversity": 1.0,
        "lifetime_days": 29 / 24,
    }
    assert expected == {key: features[key] for key in expected}


def test_gaps_that_do_not_differ_have_no_skew_and_no_gaps_no_deviation(tmp_path):
    chain = Small()
    chain.coinbase(("once", 100))
    chain.coinbase(("twice", 100))
    chain.coinbase(("twice", 101))
    moments = ("gap_mean", "gap_deviation", "gap_skew")
    once = look(chain, tmp_path / "1", "once")["score"]["features"]
    twice = look(chain, tmp_path / "2", "twice")["score"]["features"]
    assert [None, None, None] == [once[each] for each in moments]
    assert [600.0, 0.0, None] == [twice[each] for each in moments]
