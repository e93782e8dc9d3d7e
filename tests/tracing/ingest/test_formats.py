"""Every form an export comes in gives the same store: JSON lines, CSV, Parquet, layouts, gzip."""

import csv
import gzip
import json
from pathlib import Path

import polars as pl
import pytest

from qazyna.tracing.store.tables import Kind
from tests.tracing.ingest.etl import coinbase, ingest, name, three_blocks, tx, write
from tests.tracing.ingest.test_again import same

INPUT = {
    "index": pl.Int64,
    "spent_transaction_hash": pl.String,
    "spent_output_index": pl.Int64,
    "value": pl.Int64,
}


@pytest.fixture
def plain(tmp_path):
    (tmp_path / "plain").mkdir()
    _, store = ingest(tmp_path / "plain", write(tmp_path / "plain.json", three_blocks()))
    return store


def as_csv(file: Path, records, nested=json.dumps) -> Path:
    with file.open("w", newline="") as out:
        rows = csv.DictWriter(out, list(records[0]), lineterminator="\n")
        rows.writeheader()
        for each in records:
            lists = {key: nested(each[key]) for key in ("inputs", "outputs")}
            rows.writerow(each | lists)
    return file


def parquet(file: Path, records, **casts) -> Path:
    overrides = {"inputs": pl.List(pl.Struct(INPUT))}
    frame = pl.DataFrame(records, schema_overrides=overrides, infer_schema_length=None)
    frame.with_columns(**casts).write_parquet(file)
    return file


def in_coins(record):
    """As AWS has it: one address, amounts as floats of coins."""
    changed = json.loads(json.dumps(record))
    for each in changed["outputs"]:
        each["address"] = each.pop("addresses")[0]
        each["value"] /= 100_000_000
    return changed


def as_text(record):
    """As BigQuery writes JSON: numbers as strings, times as dates."""
    changed = json.loads(json.dumps(record))
    for each in changed["outputs"]:
        each["value"] = str(each["value"])
    changed["block_number"] = str(changed["block_number"])
    seconds = changed["block_timestamp"]
    changed["block_timestamp"] = str(pl.select(pl.from_epoch(pl.lit(seconds))).item()) + " UTC"
    return changed


def gzipped(file: Path) -> Path:
    packed = file.with_name(file.name + ".gz")
    packed.write_bytes(gzip.compress(file.read_bytes()))
    return packed


FORMS = {
    "CSV with JSON in it": lambda at: as_csv(at / "t.csv", three_blocks()),
    "CSV as Python writes it": lambda at: as_csv(at / "t.csv", three_blocks(), str),
    "JSON lines, gzip": lambda at: gzipped(write(at / "t.json", three_blocks())),
    "CSV, gzip": lambda at: gzipped(as_csv(at / "t.csv", three_blocks())),
    "JSON lines of BigQuery": lambda at: write(at / "t.json", map(as_text, three_blocks())),
    "JSON lines in coins": lambda at: write(at / "t.json", map(in_coins, three_blocks())),
    "a stream of items": lambda at: write(
        at / "t.json", [each | {"type": "transaction"} for each in three_blocks()]
    ),
    "with a mark of UTF-8": lambda at: write(
        at / "t.json",
        [b"\xef\xbb\xbf" + json.dumps(three_blocks()[0]).encode(), *three_blocks()[1:]],
    ),
    "Parquet": lambda at: parquet(at / "t.parquet", three_blocks()),
    "Parquet in coins": lambda at: parquet(
        at / "t.snappy.parquet", list(map(in_coins, three_blocks()))
    ),
    "Parquet with dates": lambda at: parquet(
        at / "t.parquet", three_blocks(), block_timestamp=pl.from_epoch("block_timestamp")
    ),
    "Parquet with decimals": lambda at: parquet(
        at / "t.parquet",
        three_blocks(),
        outputs=pl.col("outputs").cast(
            pl.List(
                pl.Struct(
                    {
                        "index": pl.Int64,
                        "type": pl.Categorical,
                        "addresses": pl.List(pl.String),
                        "value": pl.Decimal(38, 9),
                    }
                )
            )
        ),
    ),
    "Parquet without a name": lambda at: parquet(at / "t", three_blocks()),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_the_same_store(tmp_path, plain, form):
    found, store = ingest(tmp_path, FORMS[form](tmp_path))
    assert (5, 0) == (found["transactions"], found["rejected"])
    assert same(plain, store)


def test_a_folder_is_read_whole_in_the_order_of_names(tmp_path, plain):
    folder = tmp_path / "export" / "date=2009-01-03"
    folder.mkdir(parents=True)
    records = three_blocks()
    write(folder / "b.json", records[:2])
    parquet(folder / "c.parquet", records[2:])
    (tmp_path / "export" / "_SUCCESS").write_text("")
    found, store = ingest(tmp_path, tmp_path / "export")
    assert 0 == found["rejected"]
    assert same(plain, store)
    told = [each["name"] for each in store.manifest.sources]
    assert ["date=2009-01-03/b.json", "date=2009-01-03/c.parquet"] == told


def test_transactions_without_blocks_hashes_and_index(tmp_path):
    bare = [
        {key: value for key, value in each.items() if key not in ("block_hash", "index")}
        for each in three_blocks()
    ]
    found, store = ingest(tmp_path, write(tmp_path / "t.json", bare))
    assert (3, 5, 0) == (found["blocks"], found["transactions"], found["rejected"])
    assert 3 == store.blocks().collect()["hash"].null_count()
    again, _ = ingest(tmp_path, write(tmp_path / "u.json", [*bare, coinbase(3)]))
    assert (3, 1) == (again["already_known"]["blocks"], again["added"]["blocks"])


@pytest.mark.parametrize("form", ["json", "parquet"])
def test_items_out_of_order_are_put_in_the_order_of_their_index(tmp_path, form):
    records = three_blocks()
    records[2]["outputs"].reverse()
    for each in records:
        each["inputs"] = [item | {"value": None} for item in each["inputs"]]
    file = tmp_path / f"t.{form}"
    write(file, records) if form == "json" else parquet(file, records)
    found, store = ingest(tmp_path, file)
    assert 0 == found["rejected"]
    values = store.outputs().collect().filter(pl.col("tx") == 2)["value"].to_list()
    assert [3_000, 1_900] == values


@pytest.mark.parametrize("form", ["json", "parquet"])
def test_several_addresses_are_one_that_none_of_them_is(tmp_path, form):
    records = three_blocks()
    records[2]["outputs"][0] |= {"addresses": ["B", "B2"], "type": "multisig"}
    file = tmp_path / f"t.{form}"
    write(file, records) if form == "json" else parquet(file, records)
    _, store = ingest(tmp_path, file)
    output = store.outputs().collect().row(2, named=True)
    assert (store.address_id("B+B2"), Kind.multisig) == (output["addr"], output["kind"])
    assert None is store.address_id("B")


def test_an_output_without_an_address_is_nobodys(tmp_path):
    records = three_blocks()
    records[2]["outputs"].append({"index": 2, "type": "nulldata", "addresses": [], "value": 0})
    _, store = ingest(tmp_path, write(tmp_path / "t.json", records))
    assert Kind.nulldata == store.outputs().collect().row(4, named=True)["kind"]
    assert 0xFFFFFFFF == store.outputs().collect().row(4, named=True)["addr"]


def test_two_coinbases_alike_are_two(tmp_path):
    """As in blocks 91722 and 91880, before BIP 30."""
    alike = {**coinbase(4), "hash": name("coinbase 0")}
    spends = tx("spends", 5, 1, [("coinbase 0", 0)], [("Z", 5_000)])
    records = [coinbase(0), *[coinbase(h) for h in (1, 2, 3)], alike, coinbase(5), spends]
    for part in (1, 100):
        folder = tmp_path / str(part)
        folder.mkdir()
        found, store = ingest(folder, write(folder / "t.json", records), part=part)
        assert (7, 0) == (found["transactions"], found["rejected"])
        assert [4] == store.inputs().collect()["prev_tx"].to_list()
