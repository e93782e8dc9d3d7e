"""`trace tags import --from-home`: shut venues are known by the addresses in the books."""

import pytest

from tests.tracing.small import Small

HOT = "1BoatSLRHtKNngkdXEeobR76b53LETtpyT"
CONTRACT = "0xab5801a7d398351b8be11c439e05c5b3259aec9b"
HEAD = "venue_id,name,kind,shut_on,volume_usd,order_ref,addresses"


@pytest.fixture
def with_venues(there, tmp_path):
    """A home in which V-1 was shut, which had two addresses, and V-2, of which none is known."""
    lines = (
        HEAD,
        f"V-1,Venue 1,exchanger,2025-03-03,1.00,O-1,BTC:{HOT} ETH:{CONTRACT}",
        "V-2,Venue 2,exchanger,2025-03-03,1.00,O-2,",
    )
    (tmp_path / "venues.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    there.json("import", "venues", tmp_path / "venues.csv")
    return there


def test_the_venues_of_the_home_are_taken_in(with_venues, tmp_path):
    found = with_venues.json("trace", "tags", "import", "--from-home", "--tags", tmp_path / "t")
    assert (2, 2, []) == (found["rows"], found["accepted"], found["findings"])
    known = with_venues.json("trace", "tags", "show", HOT, "--tags", tmp_path / "t")
    (tag,) = known["tags"]
    assert ("Venue 1", "V-1", "shut", "register") == tuple(
        tag[key] for key in ("label", "actor", "status", "origin")
    )
    assert "books, venue V-1, O-1" == tag["source"]


def test_a_second_time_they_are_known(with_venues, tmp_path):
    words = ("trace", "tags", "import", "--from-home", "--tags", tmp_path / "t")
    with_venues.json(*words)
    again = with_venues.json(*words)
    assert (0, 2) == (again["accepted"], again["already_known"])


def test_venues_are_ranked_with_what_the_books_say_of_them(with_venues, tmp_path):
    small = Small()
    coin = small.coinbase(("a", 1_000))
    small.pay([(coin, 0)], (HOT, 990))
    small.store(tmp_path / "store")
    with_venues.json("trace", "tags", "import", "--from-home", "--tags", tmp_path / "t")
    with_venues.json("trace", "cluster", tmp_path / "store")
    words = ("trace", "venues", "--store", tmp_path / "store", "--tags", tmp_path / "t")
    ranked = with_venues.json(*words, "--least", "1")["venues"]
    assert {HOT: "shut"} == {e["entity"]: e["register"] for e in ranked if e["register"]}


def test_books_without_an_address_are_told(there, tmp_path):
    no = there.refused("trace", "tags", "import", "--from-home", "--tags", tmp_path / "t")
    assert "no_addresses" == no["code"]


@pytest.mark.parametrize("words", [(), ("packs", "--from-home")])
def test_a_folder_or_the_home(own, words):
    answer = own("trace", "tags", "import", *words, "--json")
    assert (2, "usage") == (answer.status, answer.json["refused"]["code"])
