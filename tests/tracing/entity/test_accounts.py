"""An entity of an account chain, told transfer by transfer, and against a plain twin."""

from collections import defaultdict
from functools import cache

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qazyna.errors import Refused
from qazyna.tracing.cluster import accounts as clustering
from qazyna.tracing.entity.accounts import AccountSight, entity
from qazyna.tracing.store import NONE
from qazyna.tracing.store.reading import Store
from qazyna.tracing.store.strings import Strings
from qazyna.tracing.store.tables import ACCOUNT_TX, BLOCKS, TRANSFERS, Move
from qazyna.tracing.store.writing import AccountTables, Writer
from qazyna.tracing.tags import book
from tests.tracing.small import Small

ETHER = 10**18
GAS, MINT = "gas", "new"


def account_store(path, moves, blocks=None):
    """Moves (from, to, amount, token or None), one transaction each; "new" pays new coins, and
    "gas" takes gas."""
    names: dict[str, int] = {}

    def number(name):
        return int(NONE) if name in (GAS, MINT, None) else names.setdefault(name, len(names))

    rows = []
    for n, (begin, end, amount, token) in enumerate(moves):
        kind = Move.gas if end == GAS else Move.token if token else Move.value
        begin, end, token = number(begin), number(end), number(token)
        high, low = amount >> 64, amount & (2**64 - 1)
        rows.append((n, 10 + n, 0, int(kind), 0, 1_000 + n, token, begin, end, high, low))
    count = len(moves)
    hashes = [(n + 1).to_bytes(32, "big") for n in range(count)]
    with Writer(path, "ethereum", "ETH", "account") as writer:
        writer.append(
            AccountTables(
                pl.DataFrame(
                    [(10 + n, None, 1_000 + n, n, 1, n) for n in range(count)],
                    schema=BLOCKS,
                    orient="row",
                ),
                pl.DataFrame(
                    [(n, hashes[n], 10 + n, 0, 1_000 + n, False) for n in range(count)],
                    schema=ACCOUNT_TX,
                    orient="row",
                ),
                pl.DataFrame(rows, schema=TRANSFERS, orient="row"),
                Strings.of(names),
            )
        )
    return Store.open(path)


def look(tmp_path, moves, address, *named, asset=None, **more):
    """The entity, by clusters and by tags (address, label, category)."""
    store = account_store(tmp_path / "store", moves)
    head = "source: s\ncurrency: ETH\nconfidence: forensic\ntags:\n"
    lines = (f"- {{address: '{a}', label: {label}, category: {c}}}\n" for a, label, c in named)
    (tmp_path / "a.yaml").write_text(head + "".join(lines))
    if named:
        book.take_in(tmp_path / "a.yaml", tmp_path / "tags")
    tags = book.load(tmp_path / "tags")
    made = clustering.cluster(store, tags)
    return entity(AccountSight(store, tags, made, asset), address, **more)


USED_AGAIN = [
    ("0xann", "0xdep", 2 * ETHER, None),
    ("0xdep", "0xhot", 2 * ETHER, None),
    ("0xbob", "0xdep", 3 * ETHER, None),
    ("0xdep", "0xhot", 3 * ETHER, None),
    ("0xhot", "0xann", ETHER, None),
    ("0xann", GAS, 10**15, None),
    ("0xbob", GAS, 10**15, None),
]
HOT = ("0xhot", "Exchange", "exchange")


def test_users_of_one_deposit_address_are_one_entity_and_it_says_why(tmp_path):
    found = look(tmp_path, USED_AGAIN, "0xBOB", HOT)
    assert ("0xann", 3) == (found["entity"], found["addresses"])
    # What ann and bob paid to their own deposit address is neither received nor sent.
    assert (str(ETHER), str(5 * ETHER + 2 * 10**15)) == (found["received"], found["sent"])
    assert [("gas", str(2 * 10**15), 2)] == [
        (each["label"], each["amount"], each["transactions"])
        for each in found["counterparties"]["sent_to"]
        if each["entity"] is None
    ]
    assert [("0xhot", "Exchange", str(5 * ETHER), 2)] == [
        (each["entity"], each["label"], each["amount"], each["transactions"])
        for each in found["counterparties"]["sent_to"]
        if each["entity"]
    ]
    joined = found["joined_by"]
    assert (2, 0) == (joined["deposits"], joined["sweeps"])
    assert {"user": "0xbob", "deposit": "0xdep", "exchange": "0xhot"} in joined["first_deposits"]
    assert {"exchange": "1.000000"} == found["exposure"]


def test_what_was_there_before_the_store_begins_is_told(tmp_path):
    found = look(tmp_path, [("0xa", "0xb", 7, None), ("0xc", "0xa", 9, None)], "0xa")
    told = [found[key] for key in ("received", "sent", "before", "balance")]
    assert ["9", "7", "7", "9"] == told


def test_each_asset_is_told_by_itself(tmp_path):
    moves = [("0xa", "0xb", 5, None), ("0xc", "0xb", 2**100, "0xtoken")]
    coin = look(tmp_path / "1", moves, "0xb")
    token = look(tmp_path / "2", moves, "0xb", asset="0xTOKEN")
    assert ("ETH", "5") == (coin["asset"], coin["received"])
    assert ("0xTOKEN", str(2**100)) == (token["asset"], token["received"])


def test_exposure_goes_behind_payers_without_a_name(tmp_path):
    moves = [
        (MINT, "0xminer", 50, None),
        ("0xdark", "0xmule", 300, None),
        ("0xminer", "0xmule", 50, None),
        ("0xmule", "0xa", 350, None),
    ]
    found = look(tmp_path, moves, "0xa", ("0xdark", "Dark", "scam"))
    assert {"scam": "0.857143", "new coins": "0.142857"} == found["exposure"]
    assert {} == found["exposure_direct"]


@pytest.fixture(autouse=True)
def folders(tmp_path):
    for name in "12":
        (tmp_path / name).mkdir()


def plain(moves, cluster):
    """Received, sent and what was there before, of a set of addresses; each move by itself."""
    received = sent = at = least = 0
    for begin, end, amount, token in moves:
        if token is None and (begin in cluster) != (end in cluster):
            received += amount if end in cluster else 0
            sent += amount if begin in cluster else 0
            at += amount if end in cluster else -amount
            least = min(least, at)
    return received, sent, -least


def plain_exposure(moves, address, names, steps):
    """The shares by going back from payer to payer, each address by itself."""
    into = defaultdict(lambda: defaultdict(int))
    for begin, end, amount, token in moves:
        if token is None and begin != end and end != GAS:
            into[end][begin] += amount

    @cache
    def behind(at, left):
        whole = sum(into[at].values())
        if not whole:
            return {"unknown": 1.0}
        found = defaultdict(float)
        for payer, amount in into[at].items():
            share = amount / whole
            if payer in names:
                found[names[payer]] += share
            elif left == 1:
                found["unknown"] += share
            else:
                for category, part in behind(payer, left - 1).items():
                    found[category] += share * part
        return dict(found)

    return behind(address, steps) if into[address] else {}


who = st.sampled_from(["0xa", "0xb", "0xc", "0xd", "0xe"])
move = st.tuples(
    st.one_of(who, st.just(MINT)),
    st.one_of(who, st.just(GAS)),
    st.sampled_from([1, 7, 2**40, 2**64 - 1, 2**64 + 3, 2**90]),
    st.sampled_from([None, None, None, "0xtoken"]),
).filter(lambda each: each[0] != each[1] and not (each[0] == MINT and each[1] == GAS))


@given(st.lists(move, min_size=1, max_size=25), st.integers(1, 4))
@settings(max_examples=40, deadline=None)
def test_totals_and_exposure_are_those_of_plain_sums(tmp_path_factory, moves, steps):
    moves = [*moves, ("0xa", "0xb", 1, None)]
    where = tmp_path_factory.mktemp("drawn")
    # Nobody is called an exchange, and nothing is swept twice to one: each stands alone but for
    # sweeps, so the entity is taken as it was clustered.
    found = look(where, moves, "0xb", ("0xe", "E", "scam"), steps=steps)
    store = Store.open(where / "store")
    labels = clustering.cluster(store, book.load(where / "tags")).labels()
    entity_of = {store.address(n): label for n, label in enumerate(labels.tolist())}
    cluster = {name for name, label in entity_of.items() if label == entity_of["0xb"]}
    told = tuple(int(found[key]) for key in ("received", "sent", "before"))
    assert plain(moves, cluster) == told
    if len(set(entity_of.values())) == len(entity_of):
        named = {MINT: "new coins", "0xe": "scam"}
        expected = plain_exposure(moves, "0xb", named, steps)
        assert expected.keys() == found["exposure"].keys()
        for category, share in expected.items():
            assert share == pytest.approx(float(found["exposure"][category]), abs=2e-6)


def test_what_it_refuses(tmp_path):
    moves = [("0xa", "0xb", 5, None)]
    with pytest.raises(Refused) as no:
        look(tmp_path, moves, "0xnobody")
    assert "no_address" == no.value.code
    with pytest.raises(Refused) as no:
        AccountSight(Store.open(tmp_path / "store"), book.load(tmp_path), asset="0xnone")
    assert "unknown_asset" == no.value.code
    small = Small()
    small.coinbase(("a", 1))
    with pytest.raises(Refused) as no:
        AccountSight(small.store(tmp_path / "utxo"), book.load(tmp_path))
    assert "utxo_chain" == no.value.code
