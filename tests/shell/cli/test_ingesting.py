"""`trace ingest`: its document, its text, its refusals, and wrong usage."""

import pytest

from tests.shell.cli.shapes import problems
from tests.tracing.ingest.etl import three_blocks, write

INGESTED = {
    "blocks": "count",
    "transactions": "count",
    "inputs": "count",
    "outputs": "count",
    "transfers": "count",
    "addresses": "count",
    "heights": ["count"],
    "gaps": [["count"]],
    "rejected": "count",
    "rejects_file": "text",
    "store": "text",
    "added": {
        "blocks": "count",
        "transactions": "count",
        "rejected": "count",
        "unknown_sources": "count",
    },
    "already_known": {"blocks": "count", "transactions": "count", "sources": "count"},
}


@pytest.fixture
def file(tmp_path):
    return write(tmp_path / "transactions.json", [*three_blocks(), b"not json"])


def asked(file, tmp_path, *more):
    store = tmp_path / "store"
    return ("trace", "ingest", "--format", "bitcoin-etl", file, "--store", store, *more)


def test_its_document(own, file, tmp_path):
    found = own.json(*asked(file, tmp_path))
    assert [] == problems(found, INGESTED)
    assert (3, 5, 1) == (found["blocks"], found["transactions"], found["rejected"])
    assert str(tmp_path / "store") == found["store"]


def test_its_text_tells_what_was_rejected_and_where(own, file, tmp_path):
    answer = own(*asked(file, tmp_path))
    assert 0 == answer.status
    assert "3 blocks and 5 transactions added" in answer.out
    assert f"1 rejected, with reasons: {tmp_path / 'store' / 'rejects.jsonl'}" in answer.out


def test_what_cannot_be_read_is_refused(own, tmp_path):
    (tmp_path / "cut.parquet").write_bytes(b"PAR1")
    answer = own(*asked(tmp_path / "cut.parquet", tmp_path, "--json"))
    assert "unreadable" == answer.refused["code"]


def test_a_source_of_which_nothing_can_be_taken_is_refused(own, tmp_path):
    (tmp_path / "letter.json").write_text("Dear Sir,\n")
    answer = own(*asked(tmp_path / "letter.json", tmp_path, "--json"))
    assert "nothing_taken" == answer.refused["code"]
    assert "rejects.jsonl" in answer.refused["message"]


def test_a_format_that_is_not_there_is_wrong_usage(own, file, tmp_path):
    answer = own("trace", "ingest", "--format", "dogs", file, "--store", tmp_path / "store")
    assert 2 == answer.status


def test_its_help_needs_no_numbers(own):
    assert "bitcoin-etl" in own("trace", "ingest", "--help").out
