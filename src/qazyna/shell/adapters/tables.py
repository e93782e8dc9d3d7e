"""Tables from files: CSV and XLSX as lines of text cells, with their line numbers.

Reading decides nothing about what a cell means. What cannot be read at all is refused here: bytes
that are not UTF-8, a quote that never ends, a row cut short, a workbook that is not one.
"""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from qazyna.errors import FileRefused, Finding

Line = tuple[int, dict[str, str]]
"""The line a row began on, and its cells by column; blanks around a cell are dropped."""

Table = tuple[tuple[str, ...], list[Line]]

MAX_BYTES = 1 << 30
WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".ods")
_ZIP = b"PK\x03\x04"
_FEW = 10_000
"""Rows that a sheet may reach down to, however little is in them."""

_FILE_NAME = re.compile(r"[^\s\x00-\x1f]([^\x00-\x1f]{0,118}[^\s\x00-\x1f])?")


def content_of(path: Path) -> bytes:
    """The file's bytes. Raises `FileRefused` where there are none to be had."""
    name = path.name
    if not _FILE_NAME.fullmatch(name) or any("\ud800" <= letter <= "\udfff" for letter in name):
        shown = ascii(name)[1:-1]
        raise _unreadable(
            shown[:40], "a file's name is one line of at most 120 characters of UTF-8: rename it"
        )
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise _unreadable(name, error.strerror or "it cannot be read") from None
    if len(content) > MAX_BYTES:
        raise _unreadable(name, "the file is larger than 1 GiB")
    if not content:
        raise _unreadable(name, "the file is empty")
    return content


def text_of(name: str, content: bytes) -> str:
    """The text of a file that should be one, without its byte order mark."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise _unreadable(
            name, "this line is not UTF-8 text; save the file as UTF-8", line
        ) from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise _unreadable(name, "this line holds a NUL: the file was not written to its end", line)
    return text


def read_table(path: Path) -> tuple[tuple[str, ...], list[Line], bytes]:
    """Columns, rows and the file's own bytes. Raises `FileRefused` for what cannot be read."""
    content = content_of(path)
    if path.suffix.lower() in WORKBOOKS or content.startswith(_ZIP):
        columns, lines = _workbook(path.name, content)
    else:
        columns, lines = _csv(path.name, text_of(path.name, content))
    return columns, lines, content


# text


def _csv(name: str, text: str) -> Table:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[tuple[int, list[str]]] = []
    problems: list[Finding] = []
    begins = 1
    width = 0
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                width = width or len(cells)
                if len(cells) == width:
                    rows.append((begins, cells))
                else:
                    problems.append(_ragged(begins, len(cells), width))
            begins = reader.line_num + 1
    except csv.Error as error:
        problems.append(
            Finding(
                begins, "", "unreadable", f"This row cannot be read ({error}): is a quote open?"
            )
        )
    if not rows and not problems:
        raise _unreadable(name, "the file is empty")
    if problems:
        count = len(rows) + len(problems)
        raise FileRefused(name, count - 1 if rows else count, problems)
    columns = _header(name, rows[0][0], rows[0][1], [cells for _, cells in rows[1:]])
    return columns, [
        (line, {c: v.strip() for c, v in zip(columns, cells, strict=False)})
        for line, cells in rows[1:]
    ]


def _header(
    name: str, line: int, cells: Iterable[str], rows: Sequence[Sequence[object]]
) -> tuple[str, ...]:
    """The names of the columns. Nameless ones at the end may stand there if they hold nothing."""
    columns = [cell.strip() for cell in cells]
    if len(columns) == 1 and (other := max(";\t|", key=columns[0].count)) in columns[0]:
        said = {";": "semicolons", "\t": "tabulators", "|": "bars"}[other]
        raise _unreadable(
            name, f"its cells are separated by {said}: save it with commas between them", line
        )
    while columns and not columns[-1] and not any(row[len(columns) - 1] for row in rows):
        columns.pop()
    if "" in columns:
        where = columns.index("") + 1
        raise _unreadable(name, f"column {where} of the header has no name", line)
    twice = sorted({c for c in columns if columns.count(c) > 1})
    if twice:
        raise _unreadable(name, f"the header names {', '.join(twice)} twice", line)
    return tuple(columns)


def _ragged(line: int, cells: int, columns: int) -> Finding:
    if cells < columns:
        what = (
            f"This row has {cells} of {columns} cells: it is cut short, or separators are missing."
        )
    else:
        what = f"This row has {cells} cells for {columns} columns: quote a cell that holds a comma."
    return Finding(line, "", "cut_row" if cells < columns else "long_row", what)


# workbooks


def _workbook(name: str, content: bytes) -> Table:
    from python_calamine import CalamineWorkbook

    problems = _before_opening(name, content)
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(content)) as workbook:
            rows = workbook.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except (KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except BaseException as error:  # its reader may also panic, which is no Exception
        raise _unreadable(name, f"this is no workbook that can be opened ({error})") from None
    filled = [n for n, row in enumerate(rows) if any(cell != "" for cell in row)]
    if not filled:
        raise _unreadable(name, "the first sheet is empty")
    head = filled[0]
    body = rows[head + 1 :]
    columns = _header(name, head + 1, [str(cell) for cell in rows[head]], body)
    lines: list[Line] = []
    for number, row in enumerate(body, start=head + 2):
        cells: dict[str, str] = {}
        for column, cell in zip(columns, row, strict=False):
            text = _cell(cell)
            if text is None:
                problems.append(
                    Finding(
                        number,
                        column,
                        "not_exact",
                        "A workbook keeps 15 digits of a number and this one may have more. "
                        "Format the cell as text and enter it again.",
                    )
                )
            cells[column] = text or ""
        if any(cells.values()):
            lines.append((number, cells))
    if problems:
        raise FileRefused(name, len(filled) - 1, problems)
    return columns, lines


def _cell(cell: object) -> str | None:
    """A cell as the text a person sees; None for a number too long to have been kept exactly."""
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, int | float):
        digits = Decimal(repr(cell))
        if not digits.is_finite():
            return str(cell)
        if len(digits.normalize().as_tuple().digits) > 15:
            return None
        text = format(digits, "f")
        return text.rstrip("0").rstrip(".") if "." in text else text
    return str(cell).strip()


_FAR = re.compile(rb'\br="(?:[A-Z]{3,}|[D-Z][A-Z])\d+"')
_ROW = re.compile(rb'<(?:\w+:)?row\b[^>]*?\br="(\d+)"')
_CELL = re.compile(rb"<(?:\w+:)?c[ >]")
_FAULT = re.compile(
    # a cell whose formula failed, and one whose formula was never worked out
    rb'<(?:\w+:)?c\b(?=[^>]*?\bt="e")[^>]*?\br="([A-Z]+)(\d+)"'
    rb'|<(?:\w+:)?c\b[^>]*?\br="([A-Z]+)(\d+)"[^>]*>\s*<(?:\w+:)?f\b'
    rb"(?:[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>)\s*</(?:\w+:)?c>"
)


def _before_opening(name: str, content: bytes) -> list[Finding]:
    """What the reader of workbooks would pass over in silence, or choke on.

    It takes a cell with an error for an empty one, and a cell out at the edge for a sheet of
    billions of cells.
    """
    if not content.startswith(_ZIP):
        return []
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            if sum(part.file_size for part in parts.infolist()) > MAX_BYTES:
                raise _unreadable(name, "unpacked, the workbook is larger than 1 GiB")
            sheet = _first_sheet(parts)
            xml = parts.read(sheet) if sheet else b""
    except FileRefused:
        raise
    except Exception as error:  # of the archive, of what packed it, of their libraries
        raise _unreadable(name, f"this is no workbook that can be opened ({error})") from None
    last = max((int(found[1][:20]) for found in _ROW.finditer(xml)), default=0)
    if _FAR.search(xml):
        raise _unreadable(name, "the first sheet has cells beyond column CZ")
    if last > _FEW and last > sum(1 for _ in _CELL.finditer(xml)):
        raise _unreadable(
            name, f"the first sheet goes down to row {last} and is all but empty: delete the rest"
        )
    return [
        Finding(
            int(found[2] or found[4]),
            "",
            "cell_without_value",
            f"Cell {(found[1] or found[3]).decode()}{(found[2] or found[4]).decode()} holds a "
            "formula and no value. Enter the value itself.",
        )
        for found in (_FAULT.finditer(xml) if b't="e"' in xml or b"<f" in xml else ())
    ]


def _first_sheet(parts: zipfile.ZipFile) -> str | None:
    """The part that holds the first sheet of an Office workbook; None in one of another kind."""
    if "xl/workbook.xml" not in parts.namelist():
        return None
    named = re.search(rb'<(?:\w+:)?sheet\b[^>]*?\b\w+:id="([^"]+)"', parts.read("xl/workbook.xml"))
    if named is None:
        return None
    for relation in re.findall(rb"<Relationship\b[^>]*>", parts.read("xl/_rels/workbook.xml.rels")):
        if b'Id="' + named[1] + b'"' in relation and (
            target := re.search(rb'Target="([^"]+)"', relation)
        ):
            path = target[1].decode()
            return path.lstrip("/") if path.startswith("/") else f"xl/{path}"
    return None


def _unreadable(name: str, why: str, line: int = 1) -> FileRefused:
    return FileRefused(name, 0, [Finding(line, "", "unreadable", f"{why[:1].upper()}{why[1:]}.")])
