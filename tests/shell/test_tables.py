"""Tables from files: what is read, and every way in which a file cannot be."""

import io
import zipfile
from datetime import date, datetime, time
from pathlib import Path

import pytest
import xlsxwriter

from qazyna.errors import FileRefused
from qazyna.shell.adapters.tables import read_table

NOON = datetime(2025, 3, 3, 12)  # noqa: DTZ001  a workbook knows of no zones


def read(path: Path) -> list[tuple[int, dict[str, str]]]:
    return read_table(path)[1]


def refused(path: Path) -> list[tuple[int, str, str]]:
    with pytest.raises(FileRefused) as caught:
        read_table(path)
    return [(found.line, found.column, found.code) for found in caught.value.findings]


def why(path: Path) -> str:
    with pytest.raises(FileRefused) as caught:
        read_table(path)
    return " ".join(found.message for found in caught.value.findings)


# ── Text ────────────────────────────────────────────────────────────────────────────────────────

READ = {
    "as it should be": b"a,b\n1,2\n3,4\n",
    "without a last line break": b"a,b\n1,2\n3,4",
    "from Windows": b"\xef\xbb\xbfa,b\r\n1,2\r\n3,4\r\n",
    "from an old Macintosh": b"a,b\r1,2\r3,4\r",
    "blanks around": b" a , b \n 1 ,2 \n3,\t4\n",
    "quoted": b'"a","b"\n"1","2"\n"3",4\n',
    "nameless columns that hold nothing": b"a,b,,\n1,2,,\n3,4,,\n",
}


@pytest.mark.parametrize("content", READ.values(), ids=READ)
def test_what_is_read(tmp_path, content):
    (tmp_path / "t.csv").write_bytes(content)
    assert [(2, {"a": "1", "b": "2"}), (3, {"a": "3", "b": "4"})] == read(tmp_path / "t.csv")


def test_blank_lines_are_passed_over_and_counted(tmp_path):
    (tmp_path / "t.csv").write_bytes(b"\n\na,b\n\n1,2\n,\n   \n3,4\n\n")
    assert [(5, {"a": "1", "b": "2"}), (8, {"a": "3", "b": "4"})] == read(tmp_path / "t.csv")


def test_a_row_is_known_by_the_line_it_begins_on(tmp_path):
    (tmp_path / "t.csv").write_bytes('a,b\n"of\ntwo","қазына"\n3,4\n'.encode())
    assert [(2, {"a": "of\ntwo", "b": "қазына"}), (4, {"a": "3", "b": "4"})] == read(
        tmp_path / "t.csv"
    )


BROKEN = [
    # the file                                   the line, the column, the code
    (b"", [(1, "", "unreadable")]),
    (b"\n \n,,\n", [(1, "", "unreadable")]),
    (b"a,b\n1,2\n\xe9,4\n", [(3, "", "unreadable")]),
    ("a,b\n1,2\n".encode("utf-16"), [(1, "", "unreadable")]),
    (b"a,b\n1,2\n3,\x00\n", [(3, "", "unreadable")]),
    (b"a,b\n1,2\n" + b"\x00" * 512, [(3, "", "unreadable")]),
    (b"a,b\n1,2\n3", [(3, "", "cut_row")]),
    (b"a,b\n1,2,3\n4,5\n6\n", [(2, "", "long_row"), (4, "", "cut_row")]),
    (b'a,b\n1,2\n3,"half a not', [(3, "", "unreadable")]),
    (b'a,b\n1,"2"x\n', [(2, "", "unreadable")]),
    (b"a,a\n1,2\n", [(1, "", "unreadable")]),
    (b"a,,b\n1,2,3\n", [(1, "", "unreadable")]),
    (b"a,b,\n1,2,\n3,4,5\n", [(1, "", "unreadable")]),
    (b"a;b\n1;2\n", [(1, "", "unreadable")]),
    (b"a\tb\n1\t2\n", [(1, "", "unreadable")]),
    (b"PK\x03\x04 and no more", [(1, "", "unreadable")]),
]


@pytest.mark.parametrize(("content", "findings"), BROKEN)
def test_what_cannot_be_read(tmp_path, content, findings):
    (tmp_path / "t.csv").write_bytes(content)
    assert findings == refused(tmp_path / "t.csv")


def test_a_file_without_end_is_not_read_to_it(monkeypatch):
    monkeypatch.setattr("qazyna.shell.adapters.tables.MAX_BYTES", 10_000)
    assert "larger" in why(Path("/dev/zero"))


def test_a_cell_without_end_is_no_cell(tmp_path):
    (tmp_path / "t.csv").write_bytes(b'a,b\n1,"' + b"x" * 200_000)
    assert [(2, "", "unreadable")] == refused(tmp_path / "t.csv")


def test_separators_that_are_not_read_are_named(tmp_path):
    (tmp_path / "t.csv").write_bytes(b"a;b\n1;2\n")
    assert "semicolons" in why(tmp_path / "t.csv")


def test_files_that_are_none(tmp_path):
    (tmp_path / "folder.csv").mkdir()
    assert "Is a directory" in why(tmp_path / "folder.csv")
    assert "No such file" in why(tmp_path / "nowhere.csv")


@pytest.mark.parametrize("name", ["x" * 121, "two\nlines.csv", " blank.csv", "\udcff.csv"])
def test_a_name_that_could_not_be_recorded(tmp_path, name):
    (tmp_path / name).write_bytes(b"a,b\n1,2\n")
    assert "rename it" in why(tmp_path / name)


# ── Workbooks ───────────────────────────────────────────────────────────────────────────────────


def workbook(path: Path, *rows: list[object]) -> Path:
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                if isinstance(cell, datetime | date | time):
                    sheet.write_datetime(number, column, cell, day)
                elif isinstance(cell, str) and cell.startswith("="):
                    sheet.write_formula(number, column, cell, None, cell.partition(" ")[2])
                elif isinstance(cell, str):
                    sheet.write_string(number, column, cell)
                elif cell is not None:
                    sheet.write(number, column, cell)
    return path


def altered(path: Path, old: bytes, new: bytes) -> Path:
    """The workbook with bytes of its first sheet exchanged."""
    with zipfile.ZipFile(path) as before:
        parts = {name: before.read(name) for name in before.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    assert old in parts[sheet]
    parts[sheet] = parts[sheet].replace(old, new)
    with zipfile.ZipFile(path, "w") as after:
        for name, content in parts.items():
            after.writestr(name, content)
    return path


def test_cells_are_read_as_a_person_sees_them(tmp_path):
    cells = ["C-1", 10, 0.1, 29656.51306529, date(2025, 3, 3), NOON, True, 1e15]
    names = [f"c{number}" for number in range(len(cells))]
    path = workbook(tmp_path / "t.xlsx", names, cells)
    (row,) = read(path)

    seen = ("C-1", "10", "0.1", "29656.51306529", "2025-03-03", "2025-03-03", "true")
    assert (2, (*seen, "1000000000000000")) == (row[0], tuple(row[1].values()))


def test_rows_of_a_workbook_are_counted_as_it_counts_them(tmp_path):
    path = workbook(tmp_path / "t.xlsx", [], ["a", "b"], [], ["1", "2"], [None, None, None])
    assert [(4, {"a": "1", "b": "2"})] == read(path)


def test_a_number_that_a_workbook_may_have_rounded(tmp_path):
    path = workbook(tmp_path / "t.xlsx", ["a", "b"], [1, 2], [0.1234567890123456, 2])
    assert [(3, "a", "not_exact")] == refused(path)


@pytest.mark.parametrize("formula", ["=1/0 #DIV/0!", "=A1 #N/A", "=A9 #REF!"])
def test_a_formula_that_failed_is_no_empty_cell(tmp_path, formula):
    path = workbook(tmp_path / "t.xlsx", ["a", "b"], ["1", "2"], ["3", formula])
    assert [(3, "", "cell_without_value")] == refused(path)
    assert "B3" in why(path)


def test_a_formula_that_nobody_worked_out_is_no_empty_cell(tmp_path):
    path = workbook(tmp_path / "t.xlsx", ["a", "b"], ["1", "=1+1 2"])
    assert [(2, {"a": "1", "b": "2"})] == read(path)
    altered(path, b"<v>2</v>", b"")
    assert [(2, "", "cell_without_value")] == refused(path)


def test_a_workbook_cut_anywhere_is_refused(tmp_path):
    whole = workbook(tmp_path / "t.xlsx", ["a", "b"], ["1", "2"]).read_bytes()
    cut = tmp_path / "cut.xlsx"
    for end in range(1, len(whole) - 1, max(1, len(whole) // 60)):
        cut.write_bytes(whole[:end])
        assert [(1, "", "unreadable")] == refused(cut), end


def test_a_workbook_with_a_wrong_byte_is_refused_or_read_as_it_was(tmp_path):
    path = workbook(tmp_path / "t.xlsx", ["a", "b"], ["1", "2"])
    whole, rows = path.read_bytes(), read(path)
    for at in range(0, len(whole), max(1, len(whole) // 80)):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1 :])
        try:
            assert rows == read(path), at
        except FileRefused as no:
            assert ["unreadable"] == [found.code for found in no.findings]


def test_what_is_no_workbook(tmp_path):
    for name, content in (
        ("text.xlsx", b"a,b\n1,2\n"),
        ("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600),
        ("other.ods", b"PK\x05\x06" + b"\0" * 18),
    ):
        (tmp_path / name).write_bytes(content)
        assert [(1, "", "unreadable")] == refused(tmp_path / name)
    with zipfile.ZipFile(tmp_path / "archive.csv", "w") as archive:
        archive.writestr("register.csv", "a,b\n1,2\n")
    assert [(1, "", "unreadable")] == refused(tmp_path / "archive.csv")


def test_an_empty_sheet(tmp_path):
    assert "The first sheet is empty" in why(workbook(tmp_path / "t.xlsx"))


def test_a_header_named_twice(tmp_path):
    path = workbook(tmp_path / "t.xlsx", ["a", "a"], ["1", "2"])
    assert [(1, "", "unreadable")] == refused(path)


@pytest.mark.parametrize(
    ("old", "new"),
    [(b'r="B2"', b'r="XFD2"'), (b'<row r="2"', b'<row r="1048576"'), (b'r="B2"', b'r="ZZ2"')],
)
def test_a_sheet_that_reaches_into_the_void(tmp_path, old, new):
    """One cell at the edge would be a table of billions of cells."""
    path = altered(workbook(tmp_path / "t.xlsx", ["a", "b"], ["1", "2"]), old, new)
    assert [(1, "", "unreadable")] == refused(path)


def test_a_workbook_that_unpacks_into_more_than_there_is_room_for(tmp_path, monkeypatch):
    path = workbook(tmp_path / "t.xlsx", ["a", "b"], ["1" * 5000, "2"])
    monkeypatch.setattr("qazyna.shell.adapters.tables.MAX_BYTES", 10_000)
    assert "larger" in why(path)


def test_the_first_sheet_counts_whatever_its_part_is_called(tmp_path):
    path = tmp_path / "t.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        for name, cells in (("register", ["1", "2"]), ("notes", ["x", "y"])):
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, ["a", "b"])
            sheet.write_row(1, 0, cells)
        sheet.write_formula(5, 0, "=1/0", None, "#DIV/0!")
    assert [(2, {"a": "1", "b": "2"})] == read(path)


def test_the_bytes_come_back_as_they_were(tmp_path):
    (tmp_path / "t.csv").write_bytes(b"\xef\xbb\xbfa,b\r\n1,2\r\n")
    assert b"\xef\xbb\xbfa,b\r\n1,2\r\n" == read_table(tmp_path / "t.csv")[2]
    assert io.BytesIO(read_table(workbook(tmp_path / "t.xlsx", ["a"], ["1"]))[2]).read(2) == b"PK"
