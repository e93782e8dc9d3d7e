"""`case exhibit`: a bundle is filed with its files, and not if one of them was altered."""

import json
from hashlib import sha256

import pytest

from qazyna.shell.exhibits import filing
from tests.shell.cli.shapes import problems
from tests.support_exhibits import made

FILED = {
    "case": "text",
    "exhibit": "text",
    "sha256": "text",
    "kept": "count",
    "done": {"key": "text", "kind": "text", "events": [{}], "repeated": "bool"},
}


@pytest.fixture
def with_case(there):
    """A home with the case C-1."""
    there.run(
        "seize",
        case="C-1",
        holding="1",
        asset="BTC",
        quantity="1",
        seized_on="2025-03-03",
        authority="AFM",
    )
    return there


@pytest.fixture
def bundle(tmp_path):
    return made(tmp_path, "--case", "C-1")


def file_it(line, bundle, *more):
    return line("case", "exhibit", bundle, "--name", "E-1", "--on", "2025-04-02", *more, "--json")


def test_its_document_and_what_the_case_then_has(with_case, bundle):
    answer = file_it(with_case, bundle)
    assert 0 == answer.status, answer
    assert [] == problems(answer.json, FILED)
    digest = sha256((bundle / "manifest.json").read_bytes()).hexdigest()
    (has,) = with_case.json("case", "show", "C-1")["exhibits"]
    assert ("E-1", "2025-04-02", digest) == (has["exhibit"], has["added_on"], has["sha256"])
    assert len(list(bundle.iterdir())) == answer.json["kept"]


def test_what_it_keeps_is_what_was_filed(with_case, bundle):
    import psycopg

    file_it(with_case, bundle)
    with psycopg.connect(with_case.environment["DATABASE_URL"]) as connection:
        rows = connection.execute("SELECT name, content FROM books.document").fetchall()
    kept = {name: bytes(content) for name, content in rows}
    for each in bundle.iterdir():
        assert each.read_bytes() == kept[each.name]


def test_the_same_key_files_it_once(with_case, bundle):
    first = file_it(with_case, bundle, "--key", "k").json
    again = file_it(with_case, bundle, "--key", "k").json
    assert (False, True) == (first["done"]["repeated"], again["done"]["repeated"])
    assert 1 == len(with_case.json("case", "show", "C-1")["exhibits"])


def alter(bundle):
    file = bundle / "unspent.csv"
    file.write_text(file.read_text("utf-8").replace("600", "601"), encoding="utf-8")


def take_away(bundle):
    (bundle / "flow.svg").unlink()


def put_in(bundle):
    (bundle / "more.csv").write_text("", encoding="utf-8")


def point_out_of_it(bundle):
    there = bundle.parent / "secret"
    there.write_text("not of the bundle", encoding="utf-8")
    manifest = json.loads((bundle / "manifest.json").read_bytes())
    manifest["files"]["../secret"] = sha256(there.read_bytes()).hexdigest()
    (bundle / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


def spoil_the_manifest(bundle):
    (bundle / "manifest.json").write_text('{"format": 1, "files": []}', encoding="utf-8")


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (alter, "altered_exhibit"),
        (take_away, "altered_exhibit"),
        (put_in, "altered_exhibit"),
        (point_out_of_it, "altered_exhibit"),
        (spoil_the_manifest, "no_bundle"),
    ],
)
def test_an_altered_one_is_refused(with_case, bundle, spoil, code):
    spoil(bundle)
    assert code == file_it(with_case, bundle).refused["code"]
    assert [] == with_case.json("case", "show", "C-1")["exhibits"]


def test_one_made_for_another_case_is_refused(with_case, bundle):
    assert "other_case" == file_it(with_case, bundle, "--case", "C-2").refused["code"]


def test_one_made_for_no_case_is_filed_where_it_is_said(with_case, tmp_path):
    bundle = made(tmp_path)
    assert "no_case_named" == file_it(with_case, bundle).refused["code"]
    assert "C-1" == file_it(with_case, bundle, "--case", "C-1").json["case"]


def test_a_very_large_one_is_kept_elsewhere(with_case, bundle, monkeypatch):
    monkeypatch.setattr(filing, "MOST", 1_000)
    assert "too_large" == file_it(with_case, bundle).refused["code"]


def test_a_zip_of_it_is_the_same_each_time(bundle):
    files = {each.name: each.read_bytes() for each in bundle.iterdir()}
    backwards = dict(reversed(files.items()))
    assert filing.zipped("E", files) == filing.zipped("E", backwards)
