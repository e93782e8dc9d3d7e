"""Venues from a file: all rows or none, each problem at its line and column."""

import csv
import io

import pytest

from qazyna.enforcement.venues import COLUMNS, OPTIONAL, ImportVenues
from qazyna.errors import FileRefused
from qazyna.plan import decide
from tests.support import as_stored, do, world

HEADER = "venue_id,name,kind,opened_on,shut_on,volume_usd,order_ref,note"
GOOD = "V-1,Venue 001,exchanger,2021-12-24,2025-01-13,347279.26,V-1/closure,Illustrative"


def file(*lines: str, header: str = HEADER) -> ImportVenues:
    columns, *rows = csv.reader(io.StringIO("\n".join((header, *lines))))
    cells = tuple(
        (number, dict(zip(columns, row, strict=True))) for number, row in enumerate(rows, start=2)
    )
    return ImportVenues(file="venues.csv", columns=tuple(columns), rows=cells)


def findings(*lines: str, header: str = HEADER):
    with pytest.raises(FileRefused) as caught:
        decide(world(), file(*lines, header=header))
    return [(found.line, found.column, found.code) for found in caught.value.findings]


def test_a_venue_is_shut():
    there = world()
    asked = file(GOOD)
    (shut,) = do(there, asked)

    as_stored(shut)
    assert ("venue/V-1", "Venue 001", 34727926, "2025-01-13") == (
        shut.stream,
        shut.name,
        shut.volume_usd,
        str(shut.on),
    )
    assert {"file": "venues.csv", "rows": 1, "accepted": 1, "already_known": 0, "findings": []} == (
        asked.told([shut])
    )


def test_the_same_file_again_changes_nothing():
    there = world()
    do(there, file(GOOD))
    asked = file(GOOD, GOOD.replace("V-1,", "V-2,"))

    follows = do(there, asked)

    assert ["V-2"] == [each.venue for each in follows]
    assert (1, 1) == (asked.told(follows)["accepted"], asked.told(follows)["already_known"])


def test_a_venue_that_is_told_of_differently_is_refused():
    there = world()
    do(there, file(GOOD))

    with pytest.raises(FileRefused) as caught:
        decide(there, file(GOOD.replace("347279.26", "1.00")))
    assert [(2, "venue_id", "duplicate_venue")] == [
        (found.line, found.column, found.code) for found in caught.value.findings
    ]


BAD = [
    (",Venue 001,exchanger,,2025-01-13,1,O,", "venue_id", "missing_value"),
    ("V/1,Venue 001,exchanger,,2025-01-13,1,O,", "venue_id", "bad_reference"),
    ("V-1,,exchanger,,2025-01-13,1,O,", "name", "missing_value"),
    (f"V-1,{'x' * 121},exchanger,,2025-01-13,1,O,", "name", "bad_reference"),
    ("V-1,Venue 001,,,2025-01-13,1,O,", "kind", "missing_value"),
    ("V-1,Venue 001,exchanger,,,1,O,", "shut_on", "missing_value"),
    ("V-1,Venue 001,exchanger,,13.01.2025,1,O,", "shut_on", "bad_date"),
    ("V-1,Venue 001,exchanger,,2025-02-30,1,O,", "shut_on", "bad_date"),
    ("V-1,Venue 001,exchanger,,2027-01-13,1,O,", "shut_on", "date_in_future"),
    ("V-1,Venue 001,exchanger,2025-01-14,2025-01-13,1,O,", "shut_on", "dates_out_of_order"),
    ("V-1,Venue 001,exchanger,,2025-01-13,,O,", "volume_usd", "missing_value"),
    ("V-1,Venue 001,exchanger,,2025-01-13,NaN,O,", "volume_usd", "bad_quantity"),
    ("V-1,Venue 001,exchanger,,2025-01-13,-1,O,", "volume_usd", "bad_quantity"),
    ("V-1,Venue 001,exchanger,,2025-01-13,1.001,O,", "volume_usd", "wrong_scale"),
    ("V-1,Venue 001,exchanger,,2025-01-13,1,,", "order_ref", "missing_value"),
]  # fmt: skip


@pytest.mark.parametrize(("line", "column", "code"), BAD)
def test_a_bad_row_is_refused_where_it_is_bad(line, column, code):
    assert [(3, column, code)] == findings(GOOD.replace("V-1,", "V-9,"), line)


def test_every_problem_is_told_at_once():
    assert [
        (2, "name", "missing_value"),
        (2, "shut_on", "bad_date"),
        (2, "volume_usd", "bad_quantity"),
        (4, "venue_id", "duplicate_venue"),
    ] == findings("V-9,,exchanger,,soon,much,O,", GOOD, GOOD)


HEADERS = [
    (HEADER.replace(",volume_usd", ""), GOOD.replace(",347279.26", ""), "volume_usd",
     "missing_column"),
    (HEADER + ",remark", GOOD + ",x", "remark", "unknown_column"),
]  # fmt: skip


@pytest.mark.parametrize(("header", "line", "column", "code"), HEADERS)
def test_a_header_is_checked_first(header, line, column, code):
    assert [(1, column, code)] == findings(line, header=header)


def test_a_file_without_rows_is_refused():
    assert [(1, "", "no_rows")] == findings()


def test_every_column_is_known():
    assert {*HEADER.split(","), "addresses"} == {*COLUMNS, *OPTIONAL}


WITH_ADDRESSES = HEADER + ",addresses"


def test_a_venue_may_have_public_addresses():
    there = world()
    (shut,) = do(
        there,
        file(
            GOOD + ",BTC:1BoatSLRHtKNngkdXEeobR76b53LETtpyT  ETH:0x00ab1234", header=WITH_ADDRESSES
        ),
    )
    as_stored(shut)
    assert "BTC:1BoatSLRHtKNngkdXEeobR76b53LETtpyT ETH:0x00ab1234" == shut.addresses


def test_a_row_that_gives_no_addresses_is_the_row_that_it_was():
    there = world()
    do(there, file(GOOD))
    assert [] == do(there, file(GOOD + ",", header=WITH_ADDRESSES))


@pytest.mark.parametrize(
    "cell", ["1BoatSLRHtKNngkdXEeobR76b53LETtpyT", "BTC:", "btc:1Boatxxxxxxxx", "BTC:1Boat:xxxxxx"]
)
def test_an_address_is_written_with_its_assets_code(cell):
    assert [(2, "addresses", "bad_address")] == findings(f"{GOOD},{cell}", header=WITH_ADDRESSES)
