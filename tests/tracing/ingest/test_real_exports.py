"""Files as bitcoin-etl wrote them, and the node's answers from which it did."""

import json
from decimal import Decimal

import polars as pl
import pytest
from btclib.block.genesis import genesis_block

from qazyna.errors import Refused
from qazyna.tracing.ingest import node
from qazyna.tracing.ingest.running import Settings, ingest_raw_blocks
from qazyna.tracing.store import Store
from tests.tracing.ingest.conftest import EXPORTS
from tests.tracing.ingest.etl import ingest, reasons

CASES = sorted(path.parent for path in EXPORTS.rglob("expected_transactions.json"))
BITCOIN = [case for case in CASES if "bitcoin/" in case.as_posix()]


def exported(case):
    lines = (case / "expected_transactions.json").read_text().splitlines()
    return [json.loads(line) for line in lines]


@pytest.mark.parametrize("case", BITCOIN, ids=lambda case: case.name)
def test_every_transaction_is_taken_as_it_was_exported(tmp_path, case):
    found, store = ingest(tmp_path, case)
    expected = exported(case)
    assert (len(expected), 0) == (found["transactions"], found["rejected"]), reasons(found)
    outputs = store.outputs().collect()
    assert [each["hash"] for each in expected] == store.txids(range(len(expected))).to_list()
    told = [output for each in expected for output in each["outputs"]]
    assert [each["value"] for each in told] == outputs["value"].to_list()
    assert ["+".join(each["addresses"]) or None for each in told] == store.address_strings(
        outputs["addr"].to_numpy()
    ).to_list()


ANSWERS = sorted((EXPORTS / "bitcoin" / "answers").rglob("*.json"))


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda path: path.stem[-8:])
def test_a_nodes_block_gives_the_records_that_bitcoin_etl_gives(answer):
    document = json.loads(answer.read_bytes(), parse_float=Decimal)
    block = document.get("result", document)
    made = list(node.records(block))
    case = EXPORTS / "bitcoin" / "bitcoin" / answer.parent.name
    expected = [each for each in exported(case) if each["block_hash"] == block["hash"]]
    assert len(expected) == len(made)
    for theirs, ours in zip(expected, made, strict=True):
        for field in ("hash", "block_number", "block_timestamp", "index", "is_coinbase"):
            assert theirs[field] == ours[field]
        for side, fields in (
            ("inputs", ("spent_transaction_hash", "spent_output_index")),
            ("outputs", ("type", "addresses", "value")),
        ):
            assert [[each[f] for f in fields] for each in theirs[side]] == [
                [each[f] for f in fields] for each in ours[side]
            ]


def test_the_first_block_of_bitcoin_raw(tmp_path):
    (tmp_path / "block").write_bytes(genesis_block("mainnet").serialize())
    found = ingest_raw_blocks(tmp_path / "store", [tmp_path / "block"], Settings())
    assert (1, 1, [0, 0]) == (found["blocks"], found["transactions"], found["heights"])
    _, etl = ingest(tmp_path / "etl", EXPORTS / "bitcoin" / "bitcoin" / "block_0")
    store = Store.open(tmp_path / "store")
    assert etl.outputs().collect().equals(store.outputs().collect())
    assert etl.address(0) == store.address(0)


def test_what_is_no_block_is_rejected(tmp_path):
    (tmp_path / "block").write_bytes(b"\x01" * 100)
    with pytest.raises(Refused) as no:
        ingest_raw_blocks(tmp_path / "store", [tmp_path / "block"], Settings())
    assert ("nothing_taken", "1") == (no.value.code, no.value.facts["rejected"])


def test_real_blocks_of_every_age(tmp_path, real_blocks):
    names = ("btcd_blocks1-256.bz2", "btclib_block_200000.bin", "btcd_277647.dat.bz2")
    found = ingest_raw_blocks(
        tmp_path / "store", [real_blocks / each for each in names], Settings()
    )
    assert (257, [1, 277_647]) == (found["blocks"], found["heights"])
    store = Store.open(tmp_path / "store")
    # The first payment there was: block 170, ten coins from Satoshi Nakamoto to Hal Finney.
    paid = store.tx_id("f4184fc596403b9d638783cf57adfe4c75c605f6356fbc91338530e9831e9e16")
    output = store.outputs().filter((pl.col("tx") == paid) & (pl.col("n") == 0)).collect()
    assert [1_000_000_000] == output["value"].to_list()
    assert "1Q2TWHE3GMdB6BZKafqwxXtWAWgFt5Jvm3" == store.address(output["addr"][0])
    assert [5_000_000_000] == store.inputs().filter(tx=paid).collect()["value"].to_list()
