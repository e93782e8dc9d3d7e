"""TagPacks, lists and registers: what is taken, what is told of the rest, and who wins."""

import os
from pathlib import Path

import pytest

from qazyna.errors import Refused
from qazyna.tracing.tags import book
from qazyna.tracing.tags.tag import CONFIDENCE, misspelt

HEAD = "title: T\ncreator: C\nsource: https://example.org\ncurrency: BTC\n"
ARCHIVE = "1Archive1n2C579dMsAu3iC6tWzuQJz8dN"
SEGWIT = "bc1qnfu52l5vgg0gf2hw98epfvupveepnq7tg5l75h"


@pytest.fixture
def take(tmp_path):
    """Import files told by name and text."""

    def importing(**files):
        source = tmp_path / "in"
        source.mkdir(exist_ok=True)
        for name, text in files.items():
            stem, _, end = name.rpartition("_")
            (source / f"{stem}.{end}").write_bytes(
                text if isinstance(text, bytes) else text.encode()
            )
        return book.take_in(source, tmp_path / "tags")

    importing.book = lambda: book.load(tmp_path / "tags")
    return importing


def codes(found):
    return [(each["line"], each["code"]) for each in found["findings"]]


def test_a_tag_takes_from_its_pack_what_it_does_not_say(take):
    found = take(
        a_yaml=HEAD
        + "label: L\nconfidence: service_data\ncategory: exchange\nlastmod: 2024-01-02\n"
        f"tags:\n- address: {ARCHIVE}\n- address: {SEGWIT}\n  label: M\n  confidence: ownership\n"
    )
    assert (1, 2, 2, 0, []) == tuple(
        found[key] for key in ("files", "rows", "accepted", "already_known", "findings")
    )
    one, two = take.book().tags.sort("address").iter_rows(named=True)
    assert ("L", 50, ["exchange"], "2024-01-02") == tuple(
        one[key] for key in ("label", "confidence", "categories", "lastmod")
    )
    assert ("M", 100) == (two["label"], two["confidence"])


def test_the_same_again_is_known_already(take):
    pack = HEAD + f"label: L\ntags:\n- address: {ARCHIVE}\n"
    take(a_yaml=pack)
    found = take(a_yaml=pack)
    assert (0, 1, 1) == (found["accepted"], found["already_known"], found["tags"])


MALFORMED = [
    ("- address: x\n", "no_label", "label"),
    ("- label: L\n", "no_address", "address"),
    ("- label: L\n  address: 12345\n", "not_text", "address"),
    ("- label: L\n  address: x\n  confidence: sure\n", "bad_confidence", "confidence"),
    ("- label: L\n  address: x\n  lastmod: yesterday\n", "bad_day", "lastmod"),
    ("- label: L\n  address: x\n  category: {a: b}\n", "not_text", "category"),
    ("- nothing\n", "no_mapping", ""),
]


@pytest.mark.parametrize(("entry", "code", "column"), MALFORMED)
def test_a_malformed_entry_is_told_by_its_line_and_the_others_are_taken(take, entry, code, column):
    sound = f"- address: {ARCHIVE}\n  label: L\n"
    found = take(a_yaml=HEAD + "tags:\n" + sound + entry)
    assert [(8, code)] == codes(found)
    assert (column, False) == (found["findings"][0]["column"], found["findings"][0]["taken"])
    assert 1 == found["accepted"]


@pytest.mark.parametrize(
    ("head", "code"),
    [("source: s\n", "no_currency"), ("currency: BTC\n", "no_source")],
)
def test_a_pack_says_currency_and_source(take, head, code):
    found = take(a_yaml=head + f"tags:\n- address: {ARCHIVE}\n  label: L\n")
    assert [code] == [each["code"] for each in found["findings"]]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("tags: [\n", "not_yaml"),
        ("just: words\n", "no_pack"),
        ("- a\n- b\n", "no_pack"),
        (b"tags:\n- label: \xff\n", "not_utf8"),
    ],
)
def test_a_file_that_is_no_pack_is_told(take, text, code):
    found = take(a_yaml=text, b_yaml=HEAD + f"label: L\ntags:\n- address: {ARCHIVE}\n")
    assert [code] == [each["code"] for each in found["findings"]]
    assert 1 == found["accepted"]


def test_a_misspelt_address_is_told_and_kept(take):
    found = take(a_yaml=HEAD + f"label: L\ntags:\n- address: {ARCHIVE[:-1]}M\n")
    assert [(7, "bad_address")] == codes(found)
    assert (True, 1) == (found["findings"][0]["taken"], found["accepted"])


@pytest.mark.parametrize(
    ("address", "currency", "sound"),
    [
        (ARCHIVE, "BTC", True),
        (SEGWIT, "BTC", True),
        (SEGWIT.upper(), "BTC", True),
        (ARCHIVE.lower(), "BTC", False),
        (SEGWIT[:-1] + "q", "BTC", False),
        ("0xFA8E3920daF271daB92Be9B87d9998DDd94FEF08", "ETH", True),
        ("0xFA8E3920daF271daB92Be9B87d9998DDd94FEF0", "ETH", False),
        ("anything", "XMR", True),
    ],
)
def test_spelling(address, currency, sound):
    assert sound == (misspelt(address, currency) is None)


def test_actors_and_lists_and_registers_come_in_beside_packs(take):
    found = take(
        actors_yaml="actors:\n- {id: kraken, label: Kraken, categories: [exchange], uri: x}\n",
        sanctioned_addresses_XBT_txt=f"{ARCHIVE}\n\n{SEGWIT}\n",
        register_csv=f"venue_id,name,status,address\nV-1,Venue,Licensed,{ARCHIVE}\nV-2,,shut,x\n",
        other_csv="a,b\n1,2\n",
    )
    assert (3, 5, 4) == (found["files"], found["rows"], found["accepted"])
    assert [(3, "empty")] == codes(found)
    known = take.book()
    assert "Kraken" == known.title("kraken")
    assert known.title("nobody") is None
    assert [("sanctions", None), ("register", "licensed")] == [
        (row["origin"], row["status"]) for row in known.on([ARCHIVE]).iter_rows(named=True)
    ]


def test_a_folder_without_tags_is_refused(take, tmp_path):
    for source in ("in", "nowhere"):
        (tmp_path / "in").mkdir(exist_ok=True)
        with pytest.raises(Refused) as no:
            book.take_in(tmp_path / source, tmp_path / "tags")
        assert "no_tags" == no.value.code


def pack(*tags):
    return (
        HEAD
        + "is_cluster_definer: true\ntags:\n"
        + "".join(
            f"- {{address: {address}, label: {label}, confidence: {sure}, lastmod: {day}}}\n"
            for address, label, sure, day in tags
        )
    )


def test_tags_that_conflict_are_counted_and_kept(take):
    found = take(
        a_yaml=pack(
            (ARCHIVE, "One", "web_crawl", "2024-01-01"), (ARCHIVE, "Two", "forensic", "2023-01-01")
        )
    )
    assert (2, 1) == (found["tags"], found["conflicts"])


@pytest.mark.parametrize(
    ("tags", "winner", "against"),
    [
        ([("One", "web_crawl", "2024-01-01"), ("Two", "forensic", "2020-01-01")], "Two", ["one"]),
        ([("One", "forensic", "2024-01-01"), ("Two", "forensic", "2020-01-01")], "One", ["two"]),
        ([("Same", "web_crawl", "2024-01-01"), ("same", "forensic", "2020-01-01")], "same", []),
    ],
)
def test_the_name_is_of_the_best_tag_and_says_why(take, tags, winner, against):
    take(a_yaml=pack(*((ARCHIVE, *each) for each in tags)))
    name = book.naming(take.book().on([ARCHIVE]))
    assert (winner, against) == (name["label"], [each["owner"] for each in name["against"]])
    assert f"({CONFIDENCE['forensic']})" in name["why"]


def test_of_equally_sure_owners_the_one_named_by_more_tags_wins(take):
    take(
        a_yaml=pack(
            (ARCHIVE, "One", "forensic", "2024-01-01"), (ARCHIVE, "Two", "forensic", "2020-01-01")
        ),
        b_yaml=pack((SEGWIT, "Two", "forensic", "2020-01-01")),
    )
    assert "Two" == book.naming(take.book().on([ARCHIVE, SEGWIT]))["label"]


def test_a_tag_that_names_no_cluster_names_its_own_address_only(take):
    take(a_yaml=HEAD + f"label: L\ntags:\n- address: {ARCHIVE}\n")
    tags = take.book().on([ARCHIVE, SEGWIT])
    assert book.naming(tags) is None
    assert book.naming(tags, SEGWIT) is None
    assert "L" == book.naming(tags, ARCHIVE)["label"]


PUBLIC = os.environ.get("QAZYNA_PUBLIC_DATA", "")


@pytest.mark.skipif(not PUBLIC, reason="QAZYNA_PUBLIC_DATA names no folder of public data")
def test_the_public_packs_load_whole(tmp_path):
    found = book.take_in(Path(PUBLIC) / "tagpacks", tmp_path)
    assert found["rows"] == found["accepted"] + found["already_known"] + sum(
        not each["taken"] for each in found["findings"]
    )
    assert 224_099 == found["rows"]
    assert 9 == len(found["findings"])
