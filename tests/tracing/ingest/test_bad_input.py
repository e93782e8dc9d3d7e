"""What is wrong in a file is counted with its line and its reason, or the file is refused."""

import gzip
import json

import polars as pl
import pytest

from bench import chain as synthetic
from qazyna.errors import Refused
from qazyna.tracing.store import NONE, Store
from tests.tracing.ingest.etl import coinbase, ingest, name, reasons, three_blocks, tx, write


def changed(record, **fields):
    return {**record, **fields}


def output(**fields):
    return [{"index": 0, "type": "pubkeyhash", "addresses": ["X"], "value": 1, **fields}]


BAD_RECORDS = [
    ({"hash": "00"}, 'hash is "00", not 64 hexadecimal digits'),
    ({"hash": None}, "hash is missing, not 64 hexadecimal digits"),
    ({"hash": "zz" * 32}, f'hash is "{"z" * 56}..., not 64 hexadecimal digits'),
    ({"block_number": -1}, "block_number is -1, outside 0 to 4294967294"),
    ({"block_number": 1 << 40}, f"block_number is {1 << 40}, outside 0 to 4294967294"),
    ({"block_number": "four"}, 'block_number is "four", not a whole number'),
    ({"block_number": 1.5}, "block_number is 1.5, not a whole number"),
    ({"block_number": True}, "block_number is true, not a whole number"),
    ({"block_timestamp": "soon"}, 'block_timestamp is "soon", not a time'),
    ({"block_hash": "ab"}, 'block_hash is "ab", not 64 hexadecimal digits'),
    ({"outputs": []}, "it has no outputs"),
    ({"outputs": 7}, "outputs is 7, not a list of objects"),
    ({"outputs": ["X"]}, 'outputs is ["X"], not a list of objects'),
    ({"outputs": output(value=-5)}, "a value is -5, outside 0 to 9223372036854775807"),
    ({"outputs": output(value=0.5)}, "a value is 0.5, not a whole number of base units"),
    ({"outputs": output(value=None)}, "a value is missing, not a whole number of base units"),
    ({"outputs": output(value=1 << 63)}, f"a value is {1 << 63}, outside 0 to {(1 << 63) - 1}"),
    ({"outputs": output(index=3)}, "its outputs are not numbered 0 to 0"),
    ({"outputs": output(addresses=[7])}, "an address is 7, not a string"),
    ({"outputs": output(addresses=[{"a": 1}])}, 'an address is {"a": 1}, not a string'),
    ({"outputs": output(addresses="X")}, 'addresses is "X", not a list'),
    ({"outputs": output(addresses=["\ud800"])}, "an address is not text"),
    ({"is_coinbase": False}, "it has no inputs, and is no coinbase"),
    ({"output_value": 77}, "output_value says 77, its outputs are worth 5000"),
    ({"output_count": 2}, "output_count says 2, its outputs are 1"),
]


@pytest.mark.parametrize(("fields", "reason"), BAD_RECORDS)
def test_a_record_that_is_none_is_rejected_and_the_rest_is_taken(tmp_path, fields, reason):
    good = three_blocks()
    bad = changed(coinbase(1), hash=name("bad"), index=5) | fields
    found, _ = ingest(tmp_path, write(tmp_path / "tx.json", [*good[:2], bad, *good[2:]]))
    assert (5, 1) == (found["transactions"], found["rejected"])
    assert [(3, reason)] == reasons(found)


BAD_LINES = [
    (b"not json", "it is not JSON: Expecting value: line 1 column 1 (char 0)"),
    (b"[1, 2]", "it is not a JSON object"),
    (b'{"hash": "\xff\xfe"}', "byte 11 of the line is not UTF-8"),
    (b"[" * 100_000, "it is nested too deep"),
]


@pytest.mark.parametrize(("line", "reason"), BAD_LINES)
def test_a_line_that_is_none_is_rejected_and_the_rest_is_taken(tmp_path, line, reason):
    good = three_blocks()
    found, _ = ingest(tmp_path, write(tmp_path / "tx.json", [*good[:2], line, *good[2:]]))
    assert (5, 1) == (found["transactions"], found["rejected"])
    assert [(3, reason)] == reasons(found)


def test_an_over_long_line_is_skipped_and_not_held(tmp_path):
    good = three_blocks()
    long = b'{"hash": "' + b"a" * 5_000_000 + b'"}'
    found, _ = ingest(
        tmp_path, write(tmp_path / "tx.json", [*good[:2], long, *good[2:]]), most_line=100_000
    )
    assert (5, 1) == (found["transactions"], found["rejected"])
    assert [(3, "the line has 5000012 bytes; no record has over 100000")] == reasons(found)


def test_an_over_long_last_line_without_an_end_is_skipped(tmp_path):
    file = write(tmp_path / "tx.json", three_blocks())
    with file.open("ab") as out:
        out.write(b"x" * 3_000_000)
    found, _ = ingest(tmp_path, file, most_line=100_000)
    assert (5, 1) == (found["transactions"], found["rejected"])


def test_a_block_that_stands_twice_is_taken_once_and_counted(tmp_path):
    good = three_blocks()
    found, store = ingest(tmp_path, write(tmp_path / "tx.json", [*good, good[3], good[4]]))
    assert (3, 5, 2) == (found["blocks"], found["transactions"], found["rejected"])
    assert [
        (6, "it stands twice: line 4 is the same transaction"),
        (7, "it stands twice: line 5 is the same transaction"),
    ] == reasons(found)
    assert 1 == len(store.outputs().filter(pl.col("value") == 2_999).collect())


def test_two_blocks_at_one_height_are_refused(tmp_path):
    other = tx("other", 2, 0, pays=[("X", 5)], block_hash=name("another block 2"))
    with pytest.raises(Refused) as no:
        ingest(tmp_path, write(tmp_path / "tx.json", [*three_blocks(), other]))
    assert ("two_blocks", "2") == (no.value.code, no.value.facts["height"])
    assert 0 == Store.open(tmp_path / "store").manifest.transactions


def test_a_gap_in_heights_is_told_and_counted(tmp_path):
    records = [*three_blocks(), coinbase(5), coinbase(9)]
    found, store = ingest(tmp_path, write(tmp_path / "tx.json", records))
    assert ([[3, 4], [6, 8]], 2) == (found["gaps"], found["rejected"])
    assert ((3, 4), (6, 8)) == store.manifest.gaps
    assert [3, 6] == [row for row, _ in reasons(found)]


def test_a_gap_to_what_the_store_has_is_told(tmp_path):
    ingest(tmp_path, write(tmp_path / "a.json", three_blocks()))
    found, _ = ingest(tmp_path, write(tmp_path / "b.json", [coinbase(5)]))
    assert [[3, 4]] == found["gaps"]


def test_an_input_of_unknown_source_is_kept_and_counted(tmp_path):
    said = {"addresses": ["Elsewhere"], "value": 700}
    spends = tx("from afar", 1, 1, [("nowhere", 3)], [("B", 600)])
    spends["inputs"][0] |= said
    bare = tx("from afar too", 1, 2, [("nowhere", 4)], [("B", 600)])
    found, store = ingest(
        tmp_path, write(tmp_path / "tx.json", [coinbase(0), coinbase(1), spends, bare])
    )
    inputs = store.inputs().collect()
    assert (2, 0) == (found["added"]["unknown_sources"], found["rejected"])
    assert [NONE, NONE] == inputs["prev_tx"].to_list()
    assert [700, None] == inputs["value"].to_list()
    assert [store.address_id("Elsewhere"), NONE] == inputs["addr"].to_list()
    assert [0, 0, 100, None] == store.transactions().collect()["fee"].to_list()


IMPOSSIBLE = [
    (
        tx("creates", 3, 1, [("b to c", 0)], [("D", 3_000)]),
        "it pays out 3000, and takes in 2999",
    ),
    (
        tx("beyond", 3, 1, [("b to c", 7)], [("D", 1)]),
        f"its input 0 spends output 7 of {name('b to c')}, which has fewer",
    ),
    (
        tx("too early", 3, 1, [("comes later", 0)], [("D", 1)]),
        f"its input 0 spends {name('comes later')}, which comes later",
    ),
    (
        tx("b to c", 3, 1, [("a to b", 1)], [("D", 1)]),
        "it stands in block 2 already",
    ),
]


@pytest.mark.parametrize("part", [1, 1_000_000])
@pytest.mark.parametrize(("record", "reason"), IMPOSSIBLE)
def test_what_cannot_be_is_rejected_and_the_rest_is_taken(tmp_path, record, reason, part):
    records = [
        *three_blocks(),
        coinbase(3),
        record,
        tx("comes later", 3, 2, [("a to b", 1)], [("E", 1_900)]),
    ]
    found, _ = ingest(tmp_path, write(tmp_path / "tx.json", records), part=part)
    known = "it is known already, as transaction 4 of an earlier block"
    assert (7, 1) == (found["transactions"], found["rejected"])
    told = [why.replace(known, "it stands in block 2 already") for _, why in reasons(found)]
    assert [reason] == told


def test_a_value_that_contradicts_its_source_is_rejected(tmp_path):
    record = tx("lies", 3, 1, [("b to c", 0)], [("D", 1)])
    record["inputs"][0] |= {"value": 5, "addresses": ["C"]}
    found, _ = ingest(tmp_path, write(tmp_path / "tx.json", [*three_blocks(), coinbase(3), record]))
    reason = "its input 0 is said to be worth 5, the output that it spends is worth 2999"
    assert [(7, reason)] == reasons(found)


def test_what_spends_a_rejected_transaction_has_an_unknown_source(tmp_path):
    records = [
        *three_blocks(),
        coinbase(3),
        tx("creates", 3, 1, [("b to c", 0)], [("D", 3_000)]),
        tx("spends it", 3, 2, [("creates", 0)], [("E", 10)]),
    ]
    found, store = ingest(tmp_path, write(tmp_path / "tx.json", records))
    assert (7, 1, 1) == (
        found["transactions"],
        found["rejected"],
        found["added"]["unknown_sources"],
    )
    assert [NONE] == store.inputs().collect().tail(1)["prev_tx"].to_list()


def test_a_block_that_announces_more_than_was_given_is_told(tmp_path):
    header = {"number": 2, "hash": name("block 2"), "timestamp": 0, "transaction_count": 4}
    found, _ = ingest(tmp_path, write(tmp_path / "all.json", [header, *three_blocks()]))
    assert [(1, "the block has 4 transactions, of which 2 were given")] == reasons(found)


def test_a_truncated_gzip_is_told_and_what_came_before_is_taken(tmp_path):
    made = synthetic.chain(2_000, per_block=100)
    synthetic.write_jsonl(made, tmp_path / "tx.json")
    whole = gzip.compress((tmp_path / "tx.json").read_bytes())
    file = tmp_path / "cut.json.gz"
    file.write_bytes(whole[: len(whole) // 2])
    found, _ = ingest(tmp_path, file)
    assert 0 < found["transactions"] < 2_000
    assert "from here on the file cannot be read" in reasons(found)[-1][1]


@pytest.mark.parametrize("share", [0, 3, 100, 0.5, 0.99])
def test_truncated_parquet_is_refused_and_nothing_is_written(tmp_path, share):
    made = synthetic.chain(2_000, per_block=100)
    synthetic.write_parquet(made, tmp_path / "files")
    (file,) = (tmp_path / "files").iterdir()
    whole = file.read_bytes()
    file.write_bytes(whole[: share if isinstance(share, int) else int(share * len(whole))])
    with pytest.raises(Refused) as no:
        ingest(tmp_path, file)
    assert "unreadable" == no.value.code
    assert 0 == Store.open(tmp_path / "store").manifest.transactions


def test_parquet_damaged_within_is_refused_and_the_parts_before_stand(tmp_path):
    made = synthetic.chain(2_000, per_block=100)
    synthetic.write_parquet(made, tmp_path / "files", size=1_000)
    files = sorted((tmp_path / "files").iterdir())
    damaged = bytearray(files[1].read_bytes())
    middle = slice(len(damaged) // 3, len(damaged) // 3 + 20_000)
    damaged[middle] = bytes(20_000)
    files[1].write_bytes(damaged)
    with pytest.raises(Refused) as no:
        ingest(tmp_path, tmp_path / "files", part=500)
    assert "unreadable" == no.value.code
    assert 1_000 == Store.open(tmp_path / "store").manifest.transactions


WRONG_COLUMNS = [
    (
        {"outputs": pl.List(pl.Struct({"value": pl.Int64, "addresses": pl.List(pl.Int64)}))},
        "not strings",
    ),
    ({"outputs": pl.List(pl.Struct({"value": pl.String}))}, "not numbers"),
    ({"outputs": pl.List(pl.Struct({"address": pl.String}))}, "has no field value"),
    ({"outputs": pl.String}, "not a list of structs"),
    ({"hash": pl.Int64}, "not a string"),
]


@pytest.mark.parametrize(("columns", "told"), WRONG_COLUMNS)
def test_parquet_with_columns_of_another_kind_is_refused(tmp_path, columns, told):
    schema = {
        "hash": pl.String,
        "block_number": pl.Int64,
        "block_timestamp": pl.Int64,
        "outputs": pl.List(pl.Struct({"value": pl.Int64})),
    } | columns
    pl.DataFrame(schema=schema).write_parquet(tmp_path / "tx.parquet")
    with pytest.raises(Refused, match=told) as no:
        ingest(tmp_path, tmp_path / "tx.parquet")
    assert "bad_schema" == no.value.code


def test_rows_of_parquet_that_cannot_be_taken_are_rejected(tmp_path):
    good = three_blocks()
    bad = [
        changed(coinbase(1), hash="00"),
        changed(coinbase(1), hash=name("no height"), block_number=None),
        changed(coinbase(1), hash=name("no outputs"), outputs=[]),
        changed(coinbase(1), hash=name("negative"), outputs=output(value=-1)),
        changed(tx("odd", 1, 9, [("coinbase 1", 0)], [("X", 1)]), is_coinbase=True),
    ]
    inputs = pl.Struct(
        {"index": pl.Int64, "spent_transaction_hash": pl.String, "spent_output_index": pl.Int64}
    )
    frame = pl.DataFrame([*good[:2], *bad, *good[2:]], schema_overrides={"inputs": pl.List(inputs)})
    frame.write_parquet(tmp_path / "tx.parquet")
    found, _ = ingest(tmp_path, tmp_path / "tx.parquet")
    assert (5, 5) == (found["transactions"], found["rejected"])
    assert {
        (3, "hash is not 64 hexadecimal digits"),
        (4, "block_number is missing"),
        (5, "it has no outputs"),
        (6, "a value is not a whole number of base units"),
        (7, "is_coinbase is true, yet it spends"),
    } == set(reasons(found))


def test_the_rejects_file_says_where_each_record_stands(tmp_path):
    bad = changed(coinbase(1), outputs=[])
    found, _ = ingest(tmp_path, write(tmp_path / "tx.json", [*three_blocks(), bad]))
    (line,) = (tmp_path / "store" / "rejects.jsonl").read_text().splitlines()
    assert {
        "source": "tx.json",
        "row": 6,
        "txid": name("coinbase 1"),
        "height": 1,
        "reason": "it has no outputs",
    } == json.loads(line)
    assert str(tmp_path / "store" / "rejects.jsonl") == found["rejects_file"]


def test_what_is_not_there_is_told(tmp_path):
    with pytest.raises(Refused) as no:
        ingest(tmp_path, tmp_path / "nothing.json")
    assert "no_source" == no.value.code
