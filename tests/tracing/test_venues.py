"""Venues are ranked over a chain with known services; licensed ones are left out."""

import pytest

from bench.trace_venues import make
from qazyna.tracing.cluster.running import cluster
from qazyna.tracing.entity.sight import Sight
from qazyna.tracing.store.reading import Store
from qazyna.tracing.tags import book
from qazyna.tracing.venues import venues


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("services")
    chain, types = make(3, 7)
    store = chain.store(folder / "store")
    cluster(store, named=False)
    return folder, types


def sight(made, rows=()):
    folder, _ = made
    source = folder / f"register{len(rows)}"
    source.mkdir(exist_ok=True)
    lines = "".join(f'V-{n},Venue {n},{status},"{a}",SYN\n' for n, (a, status) in enumerate(rows))
    (source / "register.csv").write_text("venue_id,name,status,address,currency\n" + lines)
    book.take_in(source, source / "tags")
    return Sight(Store.open(folder / "store"), book.load(source / "tags"))


def test_custodial_exchanges_lead_and_say_why(made):
    found = venues(sight(made), top=3)
    seen = sight(made)
    kinds = {seen.cluster_of(address): kind for address, kind in made[1].items()}
    first = [kinds.get(seen.cluster_of(each["entity"])) for each in found["venues"]]
    assert ["exchange, custodial"] * 3 == first
    assert ("scorecard", None) == (found["ranked_by"], found["measured"])
    for each in found["venues"]:
        assert any("others pay it" in reason for reason in each["reasons"])


def test_what_the_register_calls_licensed_is_left_out_and_what_it_shut_is_not(made):
    exchanges = [address for address, kind in made[1].items() if kind == "exchange, custodial"]
    seen = sight(made, [(exchanges[0], "licensed"), (exchanges[1], "shut")])
    found = venues(seen, top=100)
    clusters = {seen.cluster_of(each["entity"]): each for each in found["venues"]}
    assert 1 == found["licensed"]
    assert seen.cluster_of(exchanges[0]) not in clusters
    assert "shut" == clusters[seen.cluster_of(exchanges[1])]["register"]


def test_few_payments_make_no_candidate(made):
    assert venues(sight(made), least=10**6)["venues"] == []
