"""Deposit reuse and token sweeps, told transfer by transfer, and against a plain twin."""

from collections import defaultdict

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qazyna.errors import Refused
from qazyna.tracing.cluster import accounts
from qazyna.tracing.entity.sight import Sight
from qazyna.tracing.ethereum import MOST_BLOCKS, MOST_GAP, cluster
from qazyna.tracing.store import NONE
from qazyna.tracing.store.reading import Store
from qazyna.tracing.store.strings import Strings
from qazyna.tracing.store.tables import ACCOUNT_TX, BLOCKS, TRANSFERS, Move
from qazyna.tracing.store.writing import AccountTables, Writer
from qazyna.tracing.tags import book

COIN, TOKEN, OTHER = int(NONE), 900, 901
ETHER = 10**18
HOT = 50
"""The exchange's wallet."""
COUNT = 60


def transfers(*moves):
    """(block, from, to, amount, asset) in the order of the chain."""
    return pl.DataFrame(
        [
            {
                "tx": n,
                "block": block,
                "tx_index": n,
                "kind": int(kind),
                "ordinal": 0,
                "time": block,
                "asset": asset,
                "from": source,
                "to": to,
                "amount_high": amount >> 64,
                "amount_low": amount & (2**64 - 1),
            }
            for n, (block, source, to, amount, asset, kind) in enumerate(
                (*move, Move.value if move[4] == COIN else Move.token)[:6] for move in moves
            )
        ],
        schema=TRANSFERS,
    )


def together(found):
    groups = defaultdict(set)
    for address, label in enumerate(found.clusters.labels.tolist()):
        groups[label].add(address)
    return sorted(sorted(group) for group in groups.values() if len(group) > 1)


def test_users_of_one_deposit_address_are_one_customer():
    found = cluster(
        transfers(
            (10, 1, 9, 2 * ETHER, COIN),
            (12, 9, HOT, 2 * ETHER - 10**15, COIN),
            (20, 2, 9, 3 * ETHER, COIN),
            (21, 9, HOT, 3 * ETHER, COIN),
        ),
        [HOT],
        COUNT,
    )
    assert [[1, 2, 9]] == together(found)
    assert [(1, 9, HOT, COIN, 2), (2, 9, HOT, COIN, 1)] == found.deposits.rows()


def test_two_deposit_addresses_of_one_user_join_at_the_user_and_never_at_the_exchange():
    moves = []
    for user, deposit in ((1, 9), (1, 8), (3, 7)):
        moves += [(10, user, deposit, ETHER, COIN), (11, deposit, HOT, ETHER, COIN)]
    assert [[1, 8, 9], [3, 7]] == together(cluster(transfers(*moves), [HOT], COUNT))


@pytest.mark.parametrize(
    ("lost", "blocks", "asset", "linked"),
    [
        (MOST_GAP, 1, COIN, True),
        (MOST_GAP + 1, 1, COIN, False),
        (-MOST_GAP, 1, COIN, True),
        (0, MOST_BLOCKS, COIN, True),
        (0, MOST_BLOCKS + 1, COIN, False),
        (0, 1, TOKEN, True),
        (1, 1, TOKEN, False),
    ],
)
def test_the_bounds_of_a_deposit(lost, blocks, asset, linked):
    amount = 2**64 + 5  # the difference borrows from the upper half
    moves = transfers((10, 1, 9, amount, asset), (10 + blocks, 9, HOT, amount - lost, asset))
    assert linked == bool(len(cluster(moves, [HOT], COUNT).deposits))


@pytest.mark.parametrize(
    "moves",
    [
        [(10, 9, HOT, ETHER, COIN), (11, 1, 9, ETHER, COIN)],  # it went before it came
        [(10, 1, 9, ETHER, COIN), (11, 9, 8, ETHER, COIN)],  # not to an exchange
        [(10, HOT, 9, ETHER, COIN), (11, 9, HOT, ETHER, COIN)],  # from the exchange
        [(10, 1, 9, ETHER, COIN), (11, 9, HOT, ETHER, TOKEN)],  # another asset
        [(10, 9, 9, ETHER, COIN), (11, 9, HOT, ETHER, COIN)],  # to itself
    ],
)
def test_what_is_almost_a_deposit_is_none(moves):
    assert 0 == len(cluster(transfers(*moves), [HOT], COUNT).deposits)


def test_a_contract_is_no_user_where_it_is_known_who_pays_gas():
    moves = [(10, 1, 9, ETHER, COIN), (11, 9, HOT, ETHER, COIN)]
    gas = (10, 9, NONE, 21_000, COIN, Move.gas)
    assert 0 == len(cluster(transfers(gas, *moves), [HOT], COUNT).deposits)
    own = (10, 1, NONE, 21_000, COIN, Move.gas)
    assert 1 == len(cluster(transfers(own, gas, *moves), [HOT], COUNT).deposits)


def sweeps(*, funder=(5, 5), amounts=(7, 7), collector=(6, 6)):
    moves = []
    for n, address in enumerate((1, 2)):
        moves += [
            (10, 30 + n, address, 4, TOKEN),
            (11, 32 + n, address, 3, TOKEN),
            (12, funder[n], address, 10**15, COIN),
            (13, address, collector[n], amounts[n], TOKEN),
        ]
    return cluster(transfers(*moves), [HOT], COUNT)


def test_sweeps_of_all_that_came_with_one_funder_are_one_service():
    assert [[1, 2, 5, 6]] == together(sweeps())


@pytest.mark.parametrize("other", [{"funder": (5, 4)}, {"amounts": (7, 6)}, {"collector": (6, 8)}])
def test_what_is_almost_a_common_sweep_joins_nothing(other):
    assert [] == together(sweeps(**other))


def plain(moves, exchanges):
    """Deposit links, one after another."""
    found = set()
    for n, (block, user, deposit, amount, asset) in enumerate(moves):
        if user in exchanges or deposit in exchanges or user == deposit:
            continue
        for later, source, to, sent, other in moves[n + 1 :]:
            if (source, other) != (deposit, asset) or to not in exchanges:
                continue
            if later - block > MOST_BLOCKS:
                break
            if abs(amount - sent) <= (MOST_GAP if asset == COIN else 0):
                found.add((user, deposit, to, asset))
                break
    return found


move = st.tuples(
    st.integers(0, 6_000),
    st.integers(0, 5),
    st.integers(0, 5),
    st.sampled_from([1, MOST_GAP, 2 * MOST_GAP, 2**64 - 1, 2**64 + 1, 2**70]),
    st.sampled_from([COIN, TOKEN, OTHER]),
)


@given(st.lists(move, max_size=40), st.sets(st.integers(0, 5), max_size=2))
@settings(max_examples=200, deadline=None)
def test_deposit_links_are_those_of_a_plain_search(moves, exchanges):
    moves = sorted(moves, key=lambda each: each[0])
    found = cluster(transfers(*moves), np.array(sorted(exchanges), np.uint32), COUNT)
    assert plain(moves, exchanges) == {row[:4] for row in found.deposits.rows()}


def account_store(path):
    moves = transfers((10, 0, 1, 2 * ETHER, COIN), (11, 1, 2, 2 * ETHER, COIN))
    hashes = [bytes([n]) * 32 for n in range(2)]
    blocks = [(10, None, 10, 0, 1, 0), (11, None, 11, 1, 1, 1)]
    tx = [(n, hashes[n], 10 + n, 0, 10 + n, False) for n in range(2)]
    with Writer(path, "ethereum", "ETH", "account") as writer:
        writer.append(
            AccountTables(
                pl.DataFrame(blocks, schema=BLOCKS, orient="row"),
                pl.DataFrame(tx, schema=ACCOUNT_TX, orient="row"),
                moves,
                Strings.of(["0xuser", "0xdeposit", "0xhot"]),
            )
        )
    return Store.open(path)


def test_a_store_is_clustered_by_the_exchanges_that_tags_name(tmp_path):
    store = account_store(tmp_path / "store")
    (tmp_path / "hot.yaml").write_text(
        "source: s\ncurrency: SYN\ncategory: exchange\ntags:\n- {address: '0xhot', label: E}\n"
    )
    assert 3 == accounts.cluster(store, book.load(tmp_path)).document["clusters"]
    book.take_in(tmp_path / "hot.yaml", tmp_path / "tags")
    made = accounts.cluster(store, book.load(tmp_path / "tags"))
    assert [0, 0, 2] == made.labels().tolist()
    assert (1, 1, 0, 2) == tuple(
        made.document[key] for key in ("exchanges", "deposit_links", "sweep_links", "transactions")
    )
    assert 1 == len(pl.read_parquet(made.folder / "deposits.parquet"))
    as_of = accounts.cluster(store, book.load(tmp_path / "tags"), as_of=10)
    assert (10, 3) == (as_of.height, as_of.document["clusters"])


def test_entities_are_of_utxo_chains_only(tmp_path):
    store = account_store(tmp_path / "store")
    with pytest.raises(Refused) as no:
        Sight(store, book.load(tmp_path))
    assert "account_chain" == no.value.code
