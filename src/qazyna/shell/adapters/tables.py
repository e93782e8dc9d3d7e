"""Tables from files: CSV and XLSX as lines of text cells, with their line numbers.

Reading decides nothing about what a cell means. What cannot be read at all is refused here: bytes
that are not UTF-8, a quote that never ends, a row cut short, a workbook that is not one.
"""

import csv
import io
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from qazyna.errors import FileRefused, Finding

Line = tuple[int, dict[str, str]]
"""The line a row began on, and its cells by column; blanks around a cell are dropped."""

MAX_BYTES = 1 << 30


def read_table(path: Path) -> tuple[tuple[str, ...], list[Line], bytes]:
    """Columns, rows and the file's own bytes. Raises `FileRefused` for what cannot be read."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise _unreadable(path, "the file is larger than 1 GiB")
        content = path.read_bytes()
    except OSError as error:
        raise _unreadable(path, error.strerror or "it cannot be read") from None
    if not content:
        raise _unreadable(path, "the file is empty")
    if path.suffix.lower() in (".xlsx", ".xlsm", ".xls", ".ods") or content.startswith(
        b"PK\x03\x04"
    ):
        columns, lines = _workbook(path, content)
    else:
        columns, lines = _csv(path, content)
    return columns, lines, content


def _csv(path: Path, content: bytes) -> tuple[tuple[str, ...], list[Line]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise _unreadable(
            path, "this line is not UTF-8 text; save the file as UTF-8", line
        ) from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise _unreadable(path, "this line holds a NUL: the file was not written to its end", line)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    lines: list[Line] = []
    problems: list[Finding] = []
    columns: tuple[str, ...] = ()
    begins = 1
    try:
        for cells in reader:
            if not columns:
                columns = _header(path, cells)
            elif any(cell.strip() for cell in cells):
                if len(cells) == len(columns):
                    lines.append(
                        (begins, {c: v.strip() for c, v in zip(columns, cells, strict=True)})
                    )
                else:
                    problems.append(_ragged(begins, len(cells), len(columns)))
            begins = reader.line_num + 1
    except csv.Error as error:
        problems.append(
            Finding(
                begins, "", "unreadable", f"This row cannot be read ({error}): a quote is open."
            )
        )
    if problems:
        raise FileRefused(path.name, len(lines) + len(problems), problems)
    return columns, lines


def _header(path: Path, cells: list[str]) -> tuple[str, ...]:
    columns = tuple(cell.strip() for cell in cells)
    while columns and not columns[-1]:
        raise _unreadable(path, "the header has a column without a name")
    twice = sorted({c for c in columns if columns.count(c) > 1})
    if twice:
        raise _unreadable(path, f"the header names {', '.join(twice)} twice")
    return columns


def _ragged(line: int, cells: int, columns: int) -> Finding:
    if cells < columns:
        what = (
            f"This row has {cells} of {columns} cells: it is cut short, or separators are missing."
        )
    else:
        what = f"This row has {cells} cells for {columns} columns: quote a cell that holds a comma."
    return Finding(line, "", "cut_row" if cells < columns else "long_row", what)


def _workbook(path: Path, content: bytes) -> tuple[tuple[str, ...], list[Line]]:
    from python_calamine import CalamineWorkbook

    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        rows = workbook.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except Exception as error:
        raise _unreadable(path, f"this is no workbook that can be opened ({error})") from None
    if not rows:
        raise _unreadable(path, "the first sheet is empty")
    problems: list[Finding] = []
    columns = _header(path, [str(cell) for cell in rows[0]])
    lines: list[Line] = []
    for number, row in enumerate(rows[1:], start=2):
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
        raise FileRefused(path.name, len(rows) - 1, problems)
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


def _unreadable(path: Path, why: str, line: int = 1) -> FileRefused:
    return FileRefused(
        path.name, 0, [Finding(line, "", "unreadable", f"{why[:1].upper()}{why[1:]}.")]
    )
