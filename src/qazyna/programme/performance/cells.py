"""Cells of files of measures: days and numbers, and what is said where they are neither.

Unlike dates of the books, days of a series reach back as far as its publisher does.
"""

import math
import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final, TypeAlias

from qazyna.clock import month_end
from qazyna.errors import FileRefused, Finding

Line: TypeAlias = tuple[int, Mapping[str, str]]
"""The line a row began on, and its cells by column."""

FIRST_YEAR: Final = 1800
"""No published series begins before; it catches 0204-05-01, the usual slip."""

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_MONTH = re.compile(r"\d{4}-\d{2}", re.ASCII)
_NUMBER = re.compile(r"[+-]?(\d{1,40}(\.\d{0,40})?|\.\d{1,40})([eE][+-]?\d{1,3})?", re.ASCII)


class Reader:
    """The findings of one file, collected to its end; refused whole if there are any."""

    def __init__(self, file: str, columns: Sequence[str], lines: Sequence[Line]) -> None:
        self.file = file
        self.columns = tuple(columns)
        self.lines = tuple(lines)
        self.findings: list[Finding] = []

    def find(self, line: int, column: str, code: str, message: str) -> None:
        self.findings.append(Finding(line, column, code, message))

    def sound(self) -> None:
        """Raises `FileRefused` if anything was found."""
        if self.findings:
            raise FileRefused(self.file, len(self.lines), self.findings)

    def needs(self, *columns: str) -> None:
        """Raises `FileRefused` where the heading lacks a column, or the file has no rows."""
        for column in columns:
            if column not in self.columns:
                self.find(1, column, "column_missing", f"The heading has no column {column}.")
        if not self.lines:
            self.find(1, "", "no_rows", "Below its heading the file is empty.")
        self.sound()

    def day(self, line: int, column: str, text: str) -> date | None:
        """A day, or the last day of a month; None, and a finding, for anything else."""
        try:
            if _DAY.fullmatch(text):
                found = date.fromisoformat(text)
            elif _MONTH.fullmatch(text):
                found = month_end(date.fromisoformat(f"{text}-01"))
            else:
                raise ValueError
        except ValueError:
            self.find(
                line,
                column,
                "bad_date",
                f"“{text}” is no day: write it as 2026-01-31, or 2026-01 for a month.",
            )
            return None
        if found.year < FIRST_YEAR:
            self.find(line, column, "bad_date", f"{text} lies before {FIRST_YEAR}: check the year.")
            return None
        return found

    def number(self, line: int, column: str, text: str) -> float | None:
        """A finite number; None, and a finding, for anything else."""
        found = float(text) if _NUMBER.fullmatch(text) else math.nan
        if math.isfinite(found):
            return found
        if text.endswith("%"):
            mend = "write 1.5 % as 0.015"
        elif re.fullmatch(r"[+-]?\d+,\d+", text):
            mend = "write the decimal point as a point"
        else:
            mend = "write digits with a point, as -0.015, and leave a cell empty that has no value"
        self.find(line, column, "not_a_number", f"“{text}” is no number: {mend}.")
        return None
