"""JSON documents: digits as they were written, and where each thing stands."""

import json

import pytest

from qazyna.errors import FileRefused
from qazyna.shell.adapters.documents import read_document, read_rows


@pytest.fixture
def file(tmp_path):
    def write(text, name="a.json"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def test_numbers_keep_their_digits(file):
    said, _ = read_document(file('{"a": 0.1000000000000000055511, "b": 1e3, "c": [-0], "d": true}'))
    assert {"a": "0.1000000000000000055511", "b": "1e3", "c": ["-0"], "d": True} == said


def test_names_are_found_where_they_stand(file):
    _, lines = read_document(file('{\n "a": 1,\n "ә": {\n  "c": 2\n }\n}\n'))
    assert {"a": 2, "ә": 3, "c": 4} == lines


def test_rows_have_the_line_they_began_on_and_every_column(file):
    text = '\ufeff[\n {"a": " x ", "b": [0.5, "1"]},\n\n {"a": null,\n  "c": false}\n]\n'
    assert (
        ("a", "b", "c"),
        [(2, {"a": "x", "b": "0.5 1", "c": ""}), (4, {"a": "", "b": "", "c": "false"})],
    ) == read_rows(file(text))


def test_a_table_is_read_as_tables_are(file):
    assert (("a", "b"), [(2, {"a": "1", "b": "2"})]) == read_rows(file("a,b\n1,2\n", "a.csv"))


BROKEN = [
    ("", 1),
    ("{", 1),
    ("\n\n{'a': 1}", 3),
    ('{"a": 1}\n{', 2),
    ('{"a": {"b": 1,\n"b": 2}}', 1),
    (b'{"a": "\xff"}', 1),
    ("[" * 100_000, 1),
    (json.dumps("x")[:-1], 1),
]


@pytest.mark.parametrize(("text", "line"), BROKEN)
def test_what_is_no_document(file, text, line):
    with pytest.raises(FileRefused) as no:
        read_document(file(text))
    assert [(line, "unreadable")] == [(each.line, each.code) for each in no.value.findings]


NO_ROWS = [
    ("{}", 1),
    ("[1]", 1),
    ('[{"a": 1}\n{"a": 2}]', 2),
    ('[{"a": 1}]\n[', 2),
    ('[{"a": 1},', 1),
    ('[\n{"a": {"b": 1}}]', 2),
    ('[\n{"a": [{}]}]', 2),
]


@pytest.mark.parametrize(("text", "line"), NO_ROWS)
def test_what_is_no_list_of_rows(file, text, line):
    with pytest.raises(FileRefused) as no:
        read_rows(file(text))
    assert [line] == [each.line for each in no.value.findings]
