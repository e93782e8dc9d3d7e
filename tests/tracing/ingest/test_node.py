"""Straight from a node: a real litecoind in regression-test mode, skipped by name without it."""

import shutil
import socket
import subprocess
import time

import polars as pl
import pytest

from qazyna.errors import Refused
from qazyna.shell.adapters.node import RpcNode
from qazyna.tracing.ingest.running import Settings, ingest_node
from qazyna.tracing.store import NONE, Store

SETTINGS = Settings("litecoin", "LTC", part=50)


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@pytest.fixture(scope="module")
def node(tmp_path_factory):
    if not shutil.which("litecoind"):
        pytest.skip("litecoind is not installed; .ci/litecoind installs it")
    folder, port = tmp_path_factory.mktemp("litecoind"), free_port()
    daemon = subprocess.Popen(
        [
            "litecoind",
            "-regtest",
            f"-datadir={folder}",
            f"-rpcport={port}",
            "-listen=0",
            "-fallbackfee=0.001",
            "-txindex=1",
            "-printtoconsole=0",
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield _ready(daemon, f"http://127.0.0.1:{port}", folder / "regtest" / ".cookie")
    finally:
        daemon.terminate()
        daemon.wait(60)


def _ready(daemon, url, cookie):
    until = time.monotonic() + 60
    while True:
        try:
            found = RpcNode(url, cookie)
            found.call("getblockchaininfo")
            return found
        except (Refused, OSError):
            if daemon.poll() is not None or time.monotonic() > until:
                raise
            time.sleep(0.2)


@pytest.fixture(scope="module")
def paid(node):
    """A hundred blocks and more, with payments in them."""
    node.call("createwallet", "test")
    own = node.call("getnewaddress")
    node.call("generatetoaddress", 105, own)
    for amount in ("1.5", "2.25", "0.00012345"):
        node.call("sendtoaddress", node.call("getnewaddress"), amount)
    node.call("generatetoaddress", 2, own)
    return node


def supply(store: Store) -> int:
    spent = store.inputs(["prev_tx", "prev_n"]).with_columns(spent=True)
    left = store.outputs().join(
        spent, left_on=["tx", "n"], right_on=["prev_tx", "prev_n"], how="left"
    )
    return int(left.filter(pl.col("spent").is_null()).select("value").sum().collect().item())


def test_the_store_has_what_the_node_has(paid, tmp_path):
    found = ingest_node(tmp_path / "store", paid, SETTINGS)
    store = Store.open(tmp_path / "store")
    assert ("litecoin-regtest", 108, 0) == (
        store.manifest.chain,
        found["blocks"],
        found["rejected"],
    )
    # The node leaves the output of the first block out of its set: nobody can spend it.
    told = paid.call("gettxoutsetinfo")["total_amount"]
    assert int(told * 100_000_000) == supply(store) - 50 * 100_000_000
    inputs = store.inputs().collect()
    assert inputs.height > 0
    assert not (inputs["prev_tx"] == NONE).any()
    fees = store.transactions().filter(~pl.col("coinbase")).collect()["fee"]
    assert fees.null_count() == 0
    assert (fees > 0).all()


def test_an_address_that_was_paid_is_found(paid, tmp_path):
    ingest_node(tmp_path / "store", paid, SETTINGS)
    store = Store.open(tmp_path / "store")
    coinbase = paid.call("getblock", paid.call("getblockhash", 3), 2)["tx"][0]
    told = coinbase["vout"][0]["scriptPubKey"]
    number = store.address_id(told["addresses"][0])
    assert number is not None
    tx = store.tx_id(coinbase["txid"])
    output = store.outputs().filter((pl.col("tx") == tx) & (pl.col("n") == 0)).collect()
    assert [number] == output["addr"].to_list()


def test_a_month_later_only_what_is_new_is_added(paid, tmp_path):
    store = tmp_path / "store"
    first = ingest_node(store, paid, SETTINGS, last=100)
    second = ingest_node(store, paid, SETTINGS)
    third = ingest_node(store, paid, SETTINGS)
    tip = paid.call("getblockcount")
    assert [101, tip - 100, 0] == [each["added"]["blocks"] for each in (first, second, third)]
    whole = tmp_path / "whole"
    ingest_node(whole, paid, SETTINGS)
    for table in ("inputs", "outputs"):
        expected = Store.open(whole)._table(table, None).collect()
        assert expected.equals(Store.open(store)._table(table, None).collect())


def test_a_reorganised_chain_is_refused(paid, tmp_path):
    ingest_node(tmp_path / "store", paid, SETTINGS)
    paid.call("invalidateblock", paid.call("getbestblockhash"))
    paid.call("generatetoaddress", 2, paid.call("getnewaddress"))
    with pytest.raises(Refused) as no:
        ingest_node(tmp_path / "store", paid, SETTINGS)
    assert "other_block" == no.value.code


def test_a_wrong_password_is_told(paid):
    with pytest.raises(Refused, match="does not accept"):
        RpcNode(f"http://nobody:wrong@{paid._host}:{paid._port}").call("getblockcount")


def test_no_node_is_told():
    with pytest.raises(Refused) as no:
        RpcNode(f"http://127.0.0.1:{free_port()}").call("getblockcount")
    assert "no_node" == no.value.code
