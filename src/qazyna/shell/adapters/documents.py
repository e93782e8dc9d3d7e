"""Documents from files: one JSON object, or a list of rows as JSON, CSV or XLSX.

Numbers stay the digits they were written in, so that nothing is rounded on the way in. Reading
decides nothing about what a value means; what cannot be read at all is refused here.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from qazyna.errors import FileRefused, Finding
from qazyna.shell.adapters.tables import Line, content_of, read_table, text_of

Lines = Mapping[str, int]
"""The line on which each name of an object first stands."""

_BLANKS = " \t\r\n"


def read_document(path: Path) -> tuple[Any, Lines]:
    """What a JSON file says, with its numbers as text, and where its names stand."""
    text = text_of(path.name, content_of(path))
    reader = _Reader(path.name, text)
    value, end = reader.value(reader.skip(0))
    if (after := reader.skip(end)) != len(text):
        raise reader.refused(after, "after its end the file goes on")
    return value, reader.lines


def read_rows(path: Path) -> tuple[tuple[str, ...], list[Line]]:
    """Columns and rows of a table, or of a JSON list of objects: the line each began on, its cells.

    In JSON a list of plain values is one cell, its values set apart by blanks.
    """
    if path.suffix.lower() != ".json":
        columns, lines, _ = read_table(path)
        return columns, lines
    text = text_of(path.name, content_of(path))
    reader = _Reader(path.name, text)
    rows = list(reader.rows())
    columns = tuple(dict.fromkeys(name for _, cells in rows for name in cells))
    return columns, [(line, {c: cells.get(c, "") for c in columns}) for line, cells in rows]


class _Reader:
    """JSON read value by value, knowing where each stands."""

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.text = text
        self.lines: dict[str, int] = {}
        self.at = 0
        self.decoder = json.JSONDecoder(
            object_pairs_hook=self._object, parse_float=str, parse_int=str, parse_constant=str
        )

    def value(self, at: int) -> tuple[Any, int]:
        self.at = at
        try:
            return self.decoder.raw_decode(self.text, at)
        except json.JSONDecodeError as error:
            raise self.refused(error.pos, f"this is no JSON: {error.msg}") from None
        except RecursionError:
            raise self.refused(at, "its lists lie too deep in one another") from None

    def rows(self) -> Iterator[Line]:
        at = self.skip(0)
        if self.text[at : at + 1] != "[":
            raise self.refused(at, "a list is expected here: [{…}, {…}]")
        at = self.skip(at + 1)
        while self.text[at : at + 1] != "]":
            line = self.line(at)
            value, at = self.value(at)
            if not isinstance(value, dict):
                raise FileRefused(
                    self.name,
                    0,
                    [Finding(line, "", "unreadable", "Each of the list must be an object: {…}.")],
                )
            yield line, {name: self._cell(line, name, each) for name, each in value.items()}
            at = self.skip(at)
            if self.text[at : at + 1] == ",":
                at = self.skip(at + 1)
            elif self.text[at : at + 1] != "]":
                raise self.refused(at, "a comma or the end of the list is expected here")
        if (after := self.skip(at + 1)) != len(self.text):
            raise self.refused(after, "after its end the list goes on")

    def _cell(self, line: int, name: str, value: Any) -> str:
        if value is None:
            return ""
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, list) and all(isinstance(each, str) for each in value):
            return " ".join(value)
        if isinstance(value, str):
            return value.strip()
        raise FileRefused(
            self.name, 0, [Finding(line, name, "unreadable", "A plain value is expected here.")]
        )

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        for name in found:
            if name not in self.lines:
                at = self.text.find(json.dumps(name, ensure_ascii=False), self.at)
                self.lines[name] = self.line(max(at, self.at))
        if len(found) < len(pairs):
            names = [name for name, _ in pairs]
            twice = next(name for name in names if names.count(name) > 1)
            raise self.refused(self.at, f"“{twice[:40]}” is said twice in one object")
        return found

    def skip(self, at: int) -> int:
        while at < len(self.text) and self.text[at] in _BLANKS:
            at += 1
        return at

    def line(self, at: int) -> int:
        return self.text.count("\n", 0, at) + 1

    def refused(self, at: int, why: str) -> FileRefused:
        finding = Finding(self.line(at), "", "unreadable", f"{why[:1].upper()}{why[1:]}.")
        return FileRefused(self.name, 0, [finding])
