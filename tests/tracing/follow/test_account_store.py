"""Account chains from exports of ethereum-etl: gas, reverted calls, tokens, places."""

import pytest

from qazyna.errors import Refused
from qazyna.tracing.follow.account_store import answered
from qazyna.tracing.follow.places import Places
from tests.tracing.ingest.conftest import EXPORTS
from tests.tracing.ingest.etl import name, write
from tests.tracing.ingest.test_accounts import MINER, TOKEN, A, B, C, call, ingest, token

POLICIES = ("poison", "haircut", "fifo", "lifo")


@pytest.fixture
def store(tmp_path):
    """A has 10^20, pays B a third and loses gas to a call that fails; B pays C. Tokens beside."""
    paid = {"receipt_gas_used": 21_000, "receipt_status": 1}
    records = [
        call("mint", 1, 0, MINER, A, 10**20, **paid),
        call("pays", 2, 0, A, B, 3 * 10**19, **paid),
        token("pays", 2, 0, A, C, 7),
        call("fails", 3, 0, A, C, 10**19, receipt_gas_used=50_000, receipt_status=0),
        call("on", 4, 0, B, C, 10**19, **paid),
    ]
    return ingest(tmp_path, write(tmp_path / "items.json", records))[1]


def found(store, source, policy, **more):
    document = answered(store, {source: None}, (policy,), None, Places(), **more)
    return document["policies"][policy]


def rests(answer):
    return {each["address"]: int(each["amount"]) for each in answer["unspent"]}


@pytest.mark.parametrize("policy", POLICIES)
def test_gas_is_a_debit_and_a_call_that_failed_moves_nothing(store, policy):
    answer = found(store, A, policy)
    gas = 210_000 + 500_000
    there = rests(answer)
    assert 10**20 - 3 * 10**19 - gas == there[A]
    assert (3 * 10**19 - 10**19 - 210_000, 10**19) == (there[B], there[C])
    assert (10**20, gas + 210_000) == (int(answer["seed"]), int(answer["fees"]))
    assert [(A, B), (B, C)] == [(step["from"], step["to"]) for step in answer["paths"]]


def test_one_transfer_is_a_source_too(store):
    answer = found(store, f"0x{name('on')}:1", "fifo")
    assert {C: 10**19} == rests(answer)


def test_a_token_is_followed_apart_from_the_chains_own_coin(store):
    answer = found(store, C, "fifo", asset=TOKEN)
    assert ({C: 7}, "7") == (rests(answer), answer["seed"])


def test_up_to_a_block(store):
    document = answered(store, {A: None}, ("lifo",), 1, Places())
    assert {A: 10**20} == rests(document["policies"]["lifo"])


@pytest.mark.parametrize("policy", POLICIES)
def test_a_real_export_is_followed(tmp_path, policy):
    _, store = ingest(tmp_path, EXPORTS / "ethereum" / "tables")
    contract = "0xf4eced2f682ce333f96f2d8966c613ded8fc95dd"
    sender = "0x1b63142628311395ceafeea5667e7c9026c862ca"
    receiver = "0xac4df82fe37ea2187bc8c011a23d743b4f39019a"
    answer = found(store, receiver, policy, asset=contract)
    assert {receiver: 100_000} == rests(answer)
    with pytest.raises(Refused) as no:
        found(store, sender, policy, asset=contract)
    assert "nothing_received" == no.value.code


REFUSALS = [
    ("0x" + "99" * 20, None, "unknown_source"),
    ("0x" + "00" * 32 + ":0", None, "unknown_source"),
    (A, "0x" + "98" * 20, "unknown_asset"),
    (A, TOKEN, "nothing_received"),
]


@pytest.mark.parametrize(("source", "asset", "code"), REFUSALS)
def test_what_cannot_be_followed_is_refused(store, source, asset, code):
    with pytest.raises(Refused) as no:
        found(store, source, "fifo", asset=asset)
    assert code == no.value.code
