"""Tables that people send in: every problem is noted where it stands, and none hides another."""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import TypeAlias

from qazyna.errors import FileRefused, Finding, Refused

Line: TypeAlias = tuple[int, dict[str, str]]
"""The line a row began on, and its cells by column, without the blanks around them."""


class Findings:
    """The problems of one file, as they are found."""

    def __init__(self, file: str, rows: int) -> None:
        self.file = file
        self.rows = rows
        self.found: list[Finding] = []

    def __len__(self) -> int:
        return len(self.found)

    def add(self, line: int, column: str, code: str, message: str) -> None:
        self.found.append(Finding(line, column, code, message))

    def refused(self, line: int, column: str, no: Refused) -> None:
        """Note that a rule says no to this cell, and the clause it rests on."""
        rests_on = f" (Blueprint: {no.law}.)" if no.law else ""
        self.add(line, column, no.code, no.message + rests_on)

    def header(
        self, columns: Iterable[str], required: Iterable[str], optional: Iterable[str] = ()
    ) -> None:
        """Note the columns that are missing, and those that nothing is known of."""
        given, required = tuple(columns), tuple(required)
        known = (*required, *optional)
        for column in required:
            if column not in given:
                self.add(1, column, "missing_column", f"The file has no column {column}.")
        for column in given:
            if column not in known:
                near = get_close_matches(column, known, 1)
                hint = f"Is {near[0]} meant?" if near else f"Known are {', '.join(known)}."
                self.add(1, column, "unknown_column", f"No column is called {column!r}. {hint}")
        if not self.rows and not self.found:
            self.add(1, "", "no_rows", "The file has a header and no rows.")

    def stop(self) -> None:
        """Refuse the file if anything was found."""
        if self.found:
            raise FileRefused(self.file, self.rows, self.found)
