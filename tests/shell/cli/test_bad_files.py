"""Bad files from a terminal: each problem by line, column and code, and nothing written."""

import shutil
from pathlib import Path

import pytest
import xlsxwriter

from tests.history.register import (
    EARLY,
    FORFEITED,
    HEADER,
    PENDING,
    RESTITUTED,
    RETURNED,
    SALE,
    SOLD,
    text,
)
from tests.shell.cli.conftest import counted
from tests.shell.cli.line import ROOT, Line

BITCOIN = "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2"
TRON = "TZ362vx61pcGWCkRHZHZKgcLkqBuppujEA"

BAD_ROWS = [
    # the row                                        the column, the code
    ({**PENDING, "asset": "DOGE"}, [("asset", "unknown_asset")]),
    ({**PENDING, "quantity": "0.123456789"}, [("quantity", "wrong_scale")]),
    ({**PENDING, "quantity": "NaN"}, [("quantity", "bad_quantity")]),
    ({**PENDING, "quantity": "-1"}, [("quantity", "bad_quantity")]),
    ({**PENDING, "quantity": "1e40"}, [("quantity", "bad_quantity")]),
    ({**PENDING, "quantity": "1" + "0" * 40}, [("quantity", "quantity_too_large")]),
    ({**PENDING, "seized_on": "2025-02-30"}, [("seized_on", "bad_date")]),
    ({**PENDING, "seized_on": "2125-03-03"}, [("seized_on", "date_in_future")]),
    ({**FORFEITED, "final_on": "2025-03-02"}, [("final_on", "dates_out_of_order")]),
    ({**PENDING, "case_id": ""}, [("case_id", "no_case")]),
    (PENDING, [("", "duplicate_holding")]),
    ({**PENDING, "outcome": "lost"}, [("outcome", "unknown_outcome")]),
    ({**SOLD, "disposed_on": "2025-07-06"}, [("disposed_on", "disposal_before_finality")]),
    ({**PENDING, **SALE}, [("disposal", "disposal_before_finality")]),
    ({**SOLD, "disposal": "raffle"}, [("disposal", "disposal_not_permitted")]),
    ({**RETURNED, **SALE}, [("disposal", "disposal_not_permitted")]),
    ({**PENDING, "address": BITCOIN[:-1] + "3"}, [("address", "bad_address")]),
    ({**PENDING, "address": TRON}, [("address", "wrong_network")]),
    ({**PENDING, "custodian": "Nobody"}, [("custodian", "unknown_custodian")]),
    ({**RESTITUTED, "final_ref": ""}, [("final_ref", "missing_value")]),
    (
        {**PENDING, **EARLY, "costs": "500000.01"},
        [("costs", "costs_exceed_proceeds")],
    ),
    (
        {
            **SOLD,
            "asset": "DOGE",
            "quantity": "NaN",
            "final_on": "soon",
            "custodian": "Nobody",
            "control": "pocket",
            "disposed_on": "2025-03-02",
        },
        [
            ("asset", "unknown_asset"),
            ("control", "control_not_permitted"),
            ("custodian", "unknown_custodian"),
            ("disposed_on", "dates_out_of_order"),
            ("final_on", "bad_date"),
            ("quantity", "bad_quantity"),
        ],
    ),
]


def workbook(path: Path, *rows: dict[str, str]) -> Path:
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        for number, cells in enumerate((HEADER, *([r.get(c, "") for c in HEADER] for r in rows))):
            for column, cell in enumerate(cells):
                sheet.write_string(number, column, cell)
    return path


def refused(line: Line, what: str, file: Path, *more: str) -> list[tuple[int, str, str]]:
    """The findings; after a refusal every table has as many rows as before."""
    before = counted(line)
    answer = line("import", what, file, *more, "--json")
    assert before == counted(line)
    assert ("", 0) == (answer.err, answer.json["accepted"])
    assert "file_refused" == answer.json["refused"]["code"]
    return answer.findings


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_bad_rows_of_a_register(untouched, tmp_path, kind):
    file = tmp_path / f"register.{kind}"
    wrong = {}
    for number, (row, expected) in enumerate(BAD_ROWS):
        rows = (PENDING, row)
        if kind == "csv":
            file.write_text(text(*rows), "utf-8")
        else:
            workbook(file, *rows)
        found = refused(untouched, "register", file)
        if [(3, *each) for each in expected] != found:
            wrong[number] = (expected, found)
    assert {} == wrong


def test_more_disposed_than_held(untouched, tmp_path):
    """A holding's parts can be no more than there can be, and a row's sale is of the row."""
    parts = [{**PENDING, "holding_ref": "W", "quantity": "20000000"}]
    parts += [{**SOLD, "holding_ref": "W", "quantity": "2000000"}]
    (tmp_path / "r.csv").write_text(text(*parts), "utf-8")
    assert [(3, "quantity", "quantity_too_large")] == refused(
        untouched, "register", tmp_path / "r.csv"
    )


def test_a_case_that_goes_on_is_not_told_of_again(there, tmp_path):
    file = tmp_path / "r.csv"
    file.write_text(text({**PENDING, "holding_ref": "W"}), "utf-8")
    there.json("import", "register", file)
    file.write_text(text({**PENDING, "holding_ref": "W", "quantity": "11"}), "utf-8")
    assert [(2, "holding_ref", "duplicate_holding")] == refused(there, "register", file)


def test_every_problem_at_once_and_not_one_row_of_the_sound(untouched, tmp_path):
    rows = [{**PENDING, "case_id": f"C-{number}"} for number in range(200)]
    rows[17] = {**rows[17], "asset": "DOGE"}
    rows[170] = {**rows[170], "quantity": "0"}
    (tmp_path / "r.csv").write_text(text(*rows), "utf-8")
    assert [(19, "asset", "unknown_asset"), (172, "quantity", "bad_quantity")] == refused(
        untouched, "register", tmp_path / "r.csv"
    )


def test_the_rule_it_rests_on_is_named(untouched, tmp_path):
    (tmp_path / "r.csv").write_text(text({**SOLD, "disposal": "raffle"}), "utf-8")
    answer = untouched("import", "register", tmp_path / "r.csv")
    assert (1, "") == (answer.status, answer.out)
    assert "line 2, disposal:" in answer.err
    assert "disposition.mechanisms" in answer.err


# ── Files that are broken, not rows ─────────────────────────────────────────────────────────────

WHOLE = text(PENDING, {**SOLD, "case_id": "C-2", "note": "of two\nlines"}).encode()
IN_QUOTES = WHOLE.index(b"of two\n") + 7

BROKEN = {
    "empty": (b"", [(1, "", "unreadable")]),
    "blank": (b"\n\n", [(1, "", "unreadable")]),
    "a header only": (WHOLE.splitlines(keepends=True)[0], [(1, "", "no_rows")]),
    "cut in a row": (WHOLE[: WHOLE.index(b"C-2") + 9], [(3, "", "cut_row")]),
    "cut in a quoted cell": (WHOLE[:IN_QUOTES], [(3, "", "unreadable")]),
    "cut and filled with NUL": (WHOLE[:-8] + b"\0" * 8, [(4, "", "unreadable")]),
    "of another alphabet": (WHOLE.replace(b"AFM", b"\xc0FM", 1), [(2, "", "unreadable")]),
    "with a column twice": (WHOLE.replace(b"note", b"asset", 1), [(1, "", "unreadable")]),
    "with an unknown column": (
        WHOLE.replace(b"note", b"nota", 1),
        [(1, "nota", "unknown_column"), (1, "note", "missing_column")],
    ),
    "with semicolons": (WHOLE.replace(b",", b";"), [(1, "", "unreadable")]),
}


@pytest.mark.parametrize(("content", "findings"), BROKEN.values(), ids=BROKEN)
def test_broken_registers(untouched, tmp_path, content, findings):
    (tmp_path / "r.csv").write_bytes(content)
    assert findings == refused(untouched, "register", tmp_path / "r.csv")


def test_a_workbook_that_was_cut(untouched, tmp_path):
    file = workbook(tmp_path / "r.xlsx", PENDING)
    whole = file.read_bytes()
    for end in (3, len(whole) // 2, len(whole) - 4):
        file.write_bytes(whole[:end])
        assert [(1, "", "unreadable")] == refused(untouched, "register", file)


@pytest.mark.parametrize("what", ["register", "prices", "venues"])
def test_files_that_are_not_there(untouched, tmp_path, what):
    for file in (tmp_path / "nowhere.csv", tmp_path):
        assert [(1, "", "unreadable")] == refused(untouched, what, file)


def test_what_is_only_unusual_is_read(there, tmp_path):
    """A byte order mark, line ends of Windows, blank lines, columns that hold nothing."""
    lines = WHOLE.replace(b"\nlines", b" lines").splitlines()
    odd = b"\xef\xbb\xbf" + b",,\r\n\r\n".join([*lines, b""])
    (tmp_path / "odd.csv").write_bytes(odd)
    plain = tmp_path / "plain.csv"
    plain.write_bytes(b"\n".join(lines))
    assert 2 == there.json("import", "register", tmp_path / "odd.csv")["accepted"]
    assert 2 == there.json("import", "register", plain)["already_known"]


def test_a_workbook_and_a_text_say_the_same(there, tmp_path):
    rows = [PENDING, {**SOLD, "case_id": "C-2"}]
    (tmp_path / "r.csv").write_text(text(*rows), "utf-8")
    first = there.json("import", "register", workbook(tmp_path / "r.xlsx", *rows))
    before = there.json("ledger", "balances")
    again = there.json("import", "register", tmp_path / "r.csv")

    assert (2, 2) == (first["accepted"], again["already_known"])
    assert before == there.json("ledger", "balances")


# ── Prices ──────────────────────────────────────────────────────────────────────────────────────

LONG = "date,asset,price,currency,source\n"
DAILY = "date,open,high,low,close\n"

BAD_PRICES = {
    "negative": (LONG + "2026-01-02,BTC,-1,USD,x", [(2, "price", "bad_price")]),
    "nothing": (LONG + "2026-01-02,BTC,0,USD,x", [(2, "price", "bad_price")]),
    "NaN": (LONG + "2026-01-02,BTC,NaN,USD,x", [(2, "price", "bad_price")]),
    "exponent": (LONG + "2026-01-02,BTC,1e40,USD,x", [(2, "price", "bad_price")]),
    "thousands": (LONG + '2026-01-02,BTC,"1,000",USD,x', [(2, "price", "bad_price")]),
    "no day": (LONG + "2026-02-30,BTC,1,USD,x", [(2, "date", "bad_date")]),
    "no asset": (LONG + "2026-01-02,DOGE,1,USD,x", [(2, "asset", "unknown_asset")]),
    "no currency": (LONG + "2026-01-02,BTC,1,XAU,x", [(2, "currency", "unknown_currency")]),
    "in itself": (LONG + "2026-01-02,USD,1,USD,x", [(2, "currency", "bad_price")]),
    "nobody's": (LONG + "2026-01-02,BTC,1,USD,", [(2, "source", "no_source")]),
    "of the future": (
        LONG + "2026-01-02,BTC,1,USD,x\n2125-01-02,BTC,1,USD,x",
        [(3, "date", "date_in_future")],
    ),
    "a month that is not over": (
        "date,asset,price,currency,source,frequency\n2125-01-02,XAU,1,USD,x,monthly",
        [(2, "date", "date_in_future")],
    ),
    "two for one day": (
        LONG + "2026-01-02,BTC,1,USD,x\n2026-01-02,BTC,2,USD,x",
        [(3, "price", "two_prices")],
    ),
    "cut": (LONG + "2026-01-02,BTC,1,USD,x\n2026-01-03,BT", [(3, "", "wrong_columns")]),
    "half a quote": (LONG + '2026-01-02,BTC,1,USD,"x', [(2, "", "unreadable")]),
    "NUL": (LONG + "2026-01-02,BTC,1,USD,\0", [(2, "", "unreadable")]),
    "header only": (LONG, [(1, "", "empty_file")]),
    "empty": ("", [(1, "", "unreadable")]),
    "other columns": ("a,b\n1,2", [(1, "", "unknown_layout")]),
    "of what?": (DAILY + "2026-01-02,1,1,1,1", [(1, "", "unnamed_series")]),
    "several": (
        LONG + "2026-13-01,DOGE,NaN,USD,x\n2026-01-02,BTC,1,USD,x\nx,BTC,1,USD,",
        [
            (2, "asset", "unknown_asset"),
            (2, "date", "bad_date"),
            (2, "price", "bad_price"),
            (4, "date", "bad_date"),
            (4, "source", "no_source"),
        ],
    ),
}


def test_bad_prices(untouched, tmp_path):
    file = tmp_path / "p.csv"
    wrong = {}
    for name, (content, expected) in BAD_PRICES.items():
        file.write_bytes(content.encode())
        found = refused(untouched, "prices", file)
        if expected != found:
            wrong[name] = (expected, found)
    assert {} == wrong


def test_bad_bytes_among_prices(untouched, tmp_path):
    (tmp_path / "p.csv").write_bytes(LONG.encode() + b"2026-01-02,BTC,1,USD,\xe9")
    assert [(2, "", "unreadable")] == refused(untouched, "prices", tmp_path / "p.csv")


def test_an_asset_that_is_named_wrongly_beside_the_file(untouched, tmp_path):
    (tmp_path / "p.csv").write_text(DAILY + "2026-01-02,1,1,1,1")
    for options in (("--asset", "DOGE"), ("--asset", "BTC", "--currency", "BTC")):
        (code,) = {code for *_, code in refused(untouched, "prices", tmp_path / "p.csv", *options)}
        assert code in ("unknown_asset", "unknown_currency")


def test_prices_that_are_read(there, tmp_path):
    file = tmp_path / "p.csv"
    file.write_text(LONG + "2026-01-02,KZT,0.0019,USD,a bank\n2026-01-02,BTC,1,USD,x\n")
    first, again = (there.json("import", "prices", file) for _ in range(2))
    assert ((2, 0), (0, 2)) == tuple(
        (each["accepted"], each["already_known"]) for each in (first, again)
    )


# ── Venues ──────────────────────────────────────────────────────────────────────────────────────

VENUES = ROOT / "data" / "demo" / "kazakhstan" / "venues.csv"
VENUE = "venue_id,name,kind,opened_on,shut_on,volume_usd,order_ref,note\n"
FINE = "V-1,Venue 1,otc,2020-01-01,2025-01-01,100.50,O-1,\n"

BAD_VENUES = {
    "nameless": ("V-2,,otc,,2025-01-01,1,O,", [("name", "missing_value")]),
    "without a number": (",Venue 2,otc,,2025-01-01,1,O,", [("venue_id", "missing_value")]),
    "twice": (FINE.strip(), [("venue_id", "duplicate_venue")]),
    "no day": ("V-2,Venue 2,otc,,2025-02-30,1,O,", [("shut_on", "bad_date")]),
    "of the future": ("V-2,Venue 2,otc,,2125-01-01,1,O,", [("shut_on", "date_in_future")]),
    "shut before": (
        "V-2,Venue 2,otc,2025-01-02,2025-01-01,1,O,",
        [("shut_on", "dates_out_of_order")],
    ),
    "negative": ("V-2,Venue 2,otc,,2025-01-01,-1,O,", [("volume_usd", "bad_quantity")]),
    "NaN": ("V-2,Venue 2,otc,,2025-01-01,NaN,O,", [("volume_usd", "bad_quantity")]),
    "too exact": ("V-2,Venue 2,otc,,2025-01-01,0.001,O,", [("volume_usd", "wrong_scale")]),
    "a path": ("V/2,Venue 2,otc,,2025-01-01,1,O,", [("venue_id", "bad_reference")]),
    "cut": ("V-2,Venue", [("", "cut_row")]),
}


def test_bad_venues(untouched, tmp_path):
    file = tmp_path / "v.csv"
    wrong = {}
    for name, (row, expected) in BAD_VENUES.items():
        file.write_text(VENUE + FINE + row, "utf-8")
        found = refused(untouched, "venues", file)
        if [(3, *each) for each in expected] != found:
            wrong[name] = (expected, found)
    assert {} == wrong


def test_venues_that_are_read(there, tmp_path):
    first, again = (there.json("import", "venues", VENUES) for _ in range(2))
    assert (130, 0) == (first["accepted"], again["accepted"])
    changed = tmp_path / "venues.csv"
    shutil.copy(VENUES, changed)
    changed.write_text(changed.read_text("utf-8").replace(",exchange,", ",bank,", 1), "utf-8")
    ((_, column, code),) = refused(there, "venues", changed)
    assert ("venue_id", "duplicate_venue") == (column, code)
