"""The same blocks again, other blocks, a killed ingest: what was committed stands, once."""

import json
import os
import random
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from bench import chain as synthetic
from qazyna.errors import Refused
from qazyna.tracing.store import Store
from qazyna.tracing.store.tables import TABLES
from qazyna.tracing.store.writing import Writer
from tests.tracing.ingest.etl import coinbase, ingest, name, three_blocks, tx, write


def content(store: Store) -> dict:
    ids = np.arange(store.manifest.addresses)
    tables = {table: store._table(table, None).collect() for table in TABLES}
    return tables | {"addresses": store.address_strings(ids).to_frame()}


def same(expected: Store, actual: Store) -> bool:
    theirs = content(actual)
    return all(frame.equals(theirs[table]) for table, frame in content(expected).items())


def test_the_same_file_again_changes_nothing(tmp_path):
    file = write(tmp_path / "tx.json", [*three_blocks(), b"bad"])
    first, before = ingest(tmp_path, file)
    second, after = ingest(tmp_path, file)
    assert same(before, after)
    assert (1, 1) == (first["rejected"], second["rejected"])
    assert {"blocks": 0, "transactions": 0, "rejected": 0, "unknown_sources": 0} == second["added"]
    assert 1 == second["already_known"]["sources"]


def test_the_same_blocks_in_another_file_are_known_already(tmp_path):
    ingest(tmp_path, write(tmp_path / "a.json", three_blocks()))
    longer = [*three_blocks(), coinbase(3)]
    found, _ = ingest(tmp_path, write(tmp_path / "b.json", longer))
    assert (1, 1) == (found["added"]["blocks"], found["added"]["transactions"])
    assert (3, 5) == (found["already_known"]["blocks"], found["already_known"]["transactions"])
    assert (4, 6) == (found["blocks"], found["transactions"])


def test_blocks_in_any_order_give_the_same_store(tmp_path):
    made = synthetic.chain(2_000, per_block=100)
    synthetic.write_jsonl(made, tmp_path / "in-order.json")
    lines = (tmp_path / "in-order.json").read_bytes().splitlines()
    random.Random(7).shuffle(lines)
    write(tmp_path / "shuffled.json", lines)
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    _, expected = ingest(tmp_path / "a", tmp_path / "in-order.json")
    _, actual = ingest(tmp_path / "b", tmp_path / "shuffled.json", part=300)
    assert same(expected, actual)


def test_a_month_later_ids_stand_and_new_ones_follow(tmp_path):
    made = synthetic.chain(3_000, per_block=100)
    synthetic.write_parquet(made, tmp_path / "files", size=1_000)
    files = sorted((tmp_path / "files").iterdir())
    (tmp_path / "whole").mkdir()
    _, whole = ingest(tmp_path / "whole", *files)
    for file in files:
        _, store = ingest(tmp_path, file)
    assert same(whole, store)


OTHER_BLOCKS = [
    [{**coinbase(2, "thief"), "block_hash": name("fork")}],
    [{**coinbase(2, "thief"), "hash": name("fork"), "block_hash": None}],
]


@pytest.mark.parametrize("records", OTHER_BLOCKS)
def test_another_block_at_a_known_height_is_refused(tmp_path, records):
    _, before = ingest(tmp_path, write(tmp_path / "a.json", three_blocks()))
    with pytest.raises(Refused) as no:
        ingest(tmp_path, write(tmp_path / "b.json", [*records, coinbase(3)]))
    assert "other_block" == no.value.code
    assert same(before, Store.open(tmp_path / "store"))


def test_a_known_block_with_more_transactions_is_refused(tmp_path):
    ingest(tmp_path, write(tmp_path / "a.json", three_blocks()))
    more = tx("forgotten", 2, 2, [("a to b", 1)], [("Z", 1)])
    with pytest.raises(Refused) as no:
        ingest(tmp_path, write(tmp_path / "b.json", [*three_blocks(), more]))
    assert "other_block" == no.value.code


def test_blocks_below_the_store_are_refused(tmp_path):
    ingest(tmp_path, write(tmp_path / "a.json", [coinbase(5), coinbase(6)]))
    with pytest.raises(Refused) as no:
        ingest(tmp_path, write(tmp_path / "b.json", [coinbase(4)]))
    assert "below_the_store" == no.value.code


def test_a_store_of_another_chain_is_refused(tmp_path):
    file = write(tmp_path / "a.json", three_blocks())
    ingest(tmp_path, file)
    with pytest.raises(Refused) as no:
        ingest(tmp_path, file, chain="litecoin", asset="LTC")
    assert "other_chain" == no.value.code


def test_a_folder_with_other_files_is_not_made_a_store(tmp_path):
    (tmp_path / "store").mkdir()
    (tmp_path / "store" / "letter.txt").write_text("dear")
    with pytest.raises(Refused) as no:
        ingest(tmp_path, write(tmp_path / "a.json", three_blocks()))
    assert "not_a_store" == no.value.code


def test_one_writer_at_a_time(tmp_path):
    file = write(tmp_path / "a.json", three_blocks())
    with Writer(tmp_path / "store", "bitcoin", "BTC"), pytest.raises(Refused) as no:
        ingest(tmp_path, file)
    assert "store_busy" == no.value.code


KILLED = """
import sys
from pathlib import Path
from qazyna.tracing.ingest.running import Settings, ingest_bitcoin_etl

def told(what, done, total):
    if what == "ingesting":
        print(done, flush=True)

settings = Settings("synthetic", "SYN", part=200)
ingest_bitcoin_etl(Path(sys.argv[1]), [Path(sys.argv[2])], settings, told)
"""


@pytest.mark.parametrize("form", ["json", "parquet"])
def test_killed_again_and_again_the_store_is_whole_and_the_next_goes_on(tmp_path, form):
    made = synthetic.chain(8_000, per_block=100)
    source = tmp_path / f"source.{form}"
    if form == "json":
        synthetic.write_jsonl(made, source)
        with source.open("ab") as out:
            out.write(b"not json\n")
    else:
        synthetic.write_parquet(made, source, size=1_000)
    synthetic.write_store(made, tmp_path / "expected", size=200)
    expected = content(Store.open(tmp_path / "expected"))
    path, chance, reached = tmp_path / "store", random.Random(11), []
    for _ in range(6):
        process = subprocess.Popen(
            [sys.executable, "-c", KILLED, str(path), str(source)],
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        for _ in range(chance.randint(1, 5)):
            process.stdout.readline()
        time.sleep(chance.uniform(0, 0.05))
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        store = Store.open(path)
        reached.append(store.manifest.transactions)
        assert_is_beginning_of(expected, store)
    found, store = ingest(tmp_path, source, chain="synthetic", asset="SYN", part=200)
    assert sorted(reached) == reached
    assert 0 < reached[0] < 8_000  # it was indeed cut off
    assert 8_000 == found["transactions"]
    assert_is_beginning_of(expected, store)
    rejects = path / "rejects.jsonl"
    assert (1 if form == "json" else 0) == found["rejected"]
    if rejects.exists():
        lines = rejects.read_text().splitlines()
        assert len(lines) == len({json.dumps(json.loads(line)) for line in lines})
    named = {part.name for part in store.manifest.parts}
    assert named == {each.name for each in (path / "parts").iterdir()}
    assert not (path / "incoming").exists()


def assert_is_beginning_of(expected, store):
    """Every table is the first rows of the whole chain's, and every id leads back."""
    for table, frame in content(store).items():
        assert expected[table].head(len(frame)).equals(frame), table
    count = store.manifest.transactions
    if count:
        some = np.arange(0, count, max(1, count // 50))
        assert some.tolist() == store.tx_ids(store.txids(some)).tolist()
        some = np.arange(0, store.manifest.addresses, max(1, store.manifest.addresses // 50))
        assert some.tolist() == store.address_ids(store.address_strings(some)).tolist()
