"""Exports of ethereum-etl become transfers: what moved, in the order of the chain, once."""

import csv
import json
from pathlib import Path

import polars as pl
import pytest

from qazyna.errors import Refused
from qazyna.tracing.ingest.running import Settings, ingest_ethereum_etl
from qazyna.tracing.store import NONE, Store
from qazyna.tracing.store.tables import Move
from tests.tracing.ingest.conftest import EXPORTS
from tests.tracing.ingest.etl import name, reasons, write

A, B, C, TOKEN, MINER = (f"0x{n:040x}" for n in range(1, 6))


def call(text, block, index, sender, to, value, **more):
    return {
        "hash": "0x" + name(text),
        "nonce": 0,
        "block_number": block,
        "block_hash": "0x" + name(f"block {block}"),
        "transaction_index": index,
        "from_address": sender,
        "to_address": to,
        "value": value,
        "gas_price": 10,
        "block_timestamp": 1_500_000_000 + 12 * block,
        **more,
    }


def token(text, block, log, sender, to, value, **more):
    return {
        "token_address": TOKEN,
        "from_address": sender,
        "to_address": to,
        "value": value,
        "transaction_hash": "0x" + name(text),
        "log_index": log,
        "block_number": block,
        **more,
    }


def trace(text, block, index, path, sender, to, value, **more):
    return {
        "block_number": block,
        "transaction_hash": "0x" + name(text),
        "transaction_index": index,
        "from_address": sender,
        "to_address": to,
        "value": value,
        "trace_type": "call",
        "call_type": "call",
        "trace_address": path,
        "status": 1,
        **more,
    }


def ingest(folder: Path, *files: Path, part=1_000_000):
    found = ingest_ethereum_etl(folder / "store", files, Settings("ethereum", "ETH", part=part))
    return found, Store.open(folder / "store")


def told(store):
    """(kind, from, to, asset, amount) of every transfer, by names."""
    rows = store.transfers().collect()
    names = {each: store.address_strings(rows[each].to_numpy()) for each in ("from", "to", "asset")}
    amounts = [
        (high << 64) + low for high, low in rows.select("amount_high", "amount_low").iter_rows()
    ]
    kinds = [Move(each).name for each in rows["kind"]]
    return list(zip(kinds, names["from"], names["to"], names["asset"], amounts, strict=True))


def test_transactions_and_tokens_in_the_order_of_the_chain(tmp_path):
    records = [
        token("second", 7, 3, B, C, 5),
        call("second", 7, 1, B, TOKEN, 0),
        call("first", 7, 0, A, B, 1 << 70, receipt_gas_used=21_000, receipt_status=1),
    ]
    found, store = ingest(tmp_path, write(tmp_path / "items.json", records))
    assert (1, 2, 3, 0) == tuple(
        found[each] for each in ("blocks", "transactions", "transfers", "rejected")
    )
    assert [
        ("gas", A, None, None, 210_000),
        ("value", A, B, None, 1 << 70),
        ("token", B, C, TOKEN, 5),
    ] == told(store)
    assert [0, 0, 1] == store.transfers().collect()["tx"].to_list()
    assert ["first", "second"] == [
        next(text for text in ("first", "second") if name(text) == txid)
        for txid in store.txids([0, 1])
    ]


def test_a_failed_transaction_costs_its_gas_and_moves_nothing(tmp_path):
    records = [call("fails", 7, 0, A, B, 100, receipt_gas_used=50_000, receipt_status=0)]
    _, store = ingest(tmp_path, write(tmp_path / "items.json", records))
    assert [("gas", A, None, None, 500_000)] == told(store)
    assert [True] == store.transactions().collect()["failed"].to_list()


def test_receipts_in_a_file_of_their_own(tmp_path):
    write(tmp_path / "a.json", [call("one", 7, 0, A, B, 100), call("two", 7, 1, A, C, 100)])
    receipt = {
        "transaction_hash": "0x" + name("one"),
        "transaction_index": 0,
        "block_hash": "0x" + name("block 7"),
        "block_number": 7,
        "cumulative_gas_used": 21_000,
        "gas_used": 21_000,
        "effective_gas_price": 3,
        "status": 0,
    }
    write(tmp_path / "b.json", [receipt])
    _, store = ingest(tmp_path, tmp_path / "a.json", tmp_path / "b.json")
    assert [("gas", A, None, None, 63_000), ("value", A, C, None, 100)] == told(store)


def test_traces_say_what_moved_where_a_block_has_them(tmp_path):
    records = [
        call("one", 7, 0, A, B, 100),
        trace("one", 7, 0, [], A, B, 100),
        trace("one", 7, 0, [0], B, C, 40),
        trace("one", 7, 0, [1], B, C, 40),
        trace("one", 7, 0, [2], B, C, 9, call_type="delegatecall"),
        trace("one", 7, 0, [3], B, C, 9, status=0, error="Reverted"),
        {
            **trace("one", 7, None, [], None, MINER, 5, trace_type="reward"),
            "transaction_hash": None,
        },
        call("elsewhere", 8, 0, A, B, 7),
    ]
    _, store = ingest(tmp_path, write(tmp_path / "items.json", records))
    assert [
        ("trace", A, B, None, 100),
        ("trace", B, C, None, 40),
        ("trace", B, C, None, 40),
        ("reward", None, MINER, None, 5),
        ("value", A, B, None, 7),
    ] == told(store)


def test_an_address_in_capitals_is_the_same(tmp_path):
    mixed = "0x52908400098527886E0F7030069857D2E4169EE7"
    records = [call("one", 7, 0, mixed, B, 1), call("two", 7, 1, mixed.lower(), B, 1)]
    found, _ = ingest(tmp_path, write(tmp_path / "items.json", records))
    assert 2 == found["addresses"]


BAD = [
    (token("x", 7, 0, A, B, 1 << 128), f"value is {1 << 128}, outside 0 to 2^128 - 1"),
    (token("x", 7, 0, A, B, -1), "value is -1, outside 0 to 2^128 - 1"),
    (token("x", 7, 0, A, B, 1.5), "value is 1.5, not a whole number"),
    (token("x", 7, 0, 12, B, 1), "from_address is 12, not an address"),
    (token("x", 7, 0, A, B, 1, token_address=None), "token_address is None, not an address"),
    (token("x", 7, None, A, B, 1), "log_index is missing, not a whole number"),
    (call("x", -7, 0, A, B, 1), "block_number is -7, outside 0 to 4294967294"),
    (
        {"name": "a letter"},
        "it is no transaction, token transfer, trace, receipt or block of ethereum-etl",
    ),
]


@pytest.mark.parametrize(("record", "reason"), BAD)
def test_what_cannot_be_taken_is_rejected_and_the_rest_is_taken(tmp_path, record, reason):
    file = write(tmp_path / "items.json", [record, call("good", 7, 0, A, B, 1)])
    found, _ = ingest(tmp_path, file)
    assert (1, 1) == (found["transfers"], found["rejected"])
    assert [(1, reason)] == reasons(found)


def as_csv(file, records):
    with file.open("w", newline="") as out:
        rows = csv.DictWriter(out, list(records[0]), lineterminator="\n")
        rows.writeheader()
        rows.writerows(records)
    return file


def as_parquet(file, records):
    # Amounts beyond 64 bits are strings in Parquet, as BigQuery and AWS have them.
    frame = pl.DataFrame([{**each, "value": str(each["value"])} for each in records])
    frame.write_parquet(file)
    return file


def test_every_form_gives_the_same(tmp_path):
    calls = [call("one", 7, 0, A, B, 1 << 70), call("two", 8, 0, B, C, 3)]
    tokens = [token("one", 7, 0, A, C, 9), token("two", 8, 4, C, A, 9)]
    stores = []
    for form, writes in (("json", write), ("csv", as_csv), ("parquet", as_parquet)):
        folder = tmp_path / form
        folder.mkdir()
        files = [writes(folder / f"{n}.{form}", each) for n, each in enumerate((calls, tokens))]
        found, store = ingest(folder, *files, part=1)
        assert (2, 2, 4, 0) == tuple(
            found[each] for each in ("blocks", "transactions", "transfers", "rejected")
        )
        stores.append(store)
    frames = [each.transfers().collect() for each in stores]
    assert all(frames[0].equals(each) for each in frames[1:])


def test_again_is_known_and_more_of_a_known_block_is_refused(tmp_path):
    calls = write(tmp_path / "calls.json", [call("one", 7, 0, A, B, 5)])
    tokens = write(tmp_path / "tokens.json", [token("one", 7, 0, A, C, 9)])
    ingest(tmp_path, calls)
    again, _ = ingest(tmp_path, calls)
    assert 0 == again["added"]["blocks"]
    with pytest.raises(Refused) as no:
        ingest(tmp_path, calls, tokens)
    assert "other_block" == no.value.code


def test_a_store_of_transfers_has_no_outputs(tmp_path):
    _, store = ingest(tmp_path, write(tmp_path / "calls.json", [call("one", 7, 0, A, B, 5)]))
    with pytest.raises(Refused) as no:
        store.outputs()
    assert "other_kind" == no.value.code


def test_tables_as_ethereum_etl_wrote_them(tmp_path):
    found, store = ingest(tmp_path, EXPORTS / "ethereum" / "tables")
    assert len(store.manifest.gaps) == found["rejected"], reasons(found)
    tokens = [each for each in told(store) if each[0] == "token"]
    path = EXPORTS / "ethereum" / "tables" / "token_transfers.csv"
    expected = list(csv.DictReader(path.open()))
    assert [
        (each["from_address"], each["to_address"], each["token_address"], int(each["value"]))
        for each in expected
    ] == [each[1:] for each in tokens]


def test_a_stream_of_items_as_ethereum_etl_wrote_it(tmp_path):
    _, store = ingest(tmp_path, EXPORTS / "ethereum" / "stream")
    items = (EXPORTS / "ethereum" / "stream" / "expected_transactions.json").read_text()
    expected = [json.loads(line) for line in items.splitlines()]
    gas = [each["receipt_gas_used"] * each["receipt_effective_gas_price"] for each in expected]
    assert gas == [each[4] for each in told(store) if each[0] == "gas"]
    assert NONE not in store.transactions().collect()["index"].to_list()
