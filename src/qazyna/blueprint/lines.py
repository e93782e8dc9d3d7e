"""On which line of a TOML text each key and each element stands.

The standard library reads the values but not where they stood. This walks the same text a second
time, looking only at its shape; it takes for granted that the text is valid TOML.
"""

import re
import tomllib
from bisect import bisect_right

Path = tuple[str | int, ...]

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_SCALAR = re.compile(r"[^,\]}#\r\n]+")
_STRINGS = (
    re.compile(r'"""(?:[^\\]|\\.)*?"{3,5}', re.DOTALL),
    re.compile(r"'''.*?'{3,5}", re.DOTALL),
    re.compile(r'"(?:[^"\\\n]|\\.)*"'),
    re.compile(r"'[^'\n]*'"),
)


class Lines:
    """Line numbers of a valid TOML text, counted from 1."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._breaks = [i for i, char in enumerate(text) if char == "\n"]
        self._found: dict[Path, int] = {}
        self._elements: dict[Path, int] = {}
        self._read()

    def of(self, *path: str | int) -> int:
        """The line of that key or element; where it is missing, of the nearest thing around it."""
        for end in range(len(path), 0, -1):
            if path[:end] in self._found:
                return self._found[path[:end]]
        return self.last

    @property
    def last(self) -> int:
        """The last line with anything on it: where something may be added."""
        return bisect_right(self._breaks, len(self._text.rstrip()) - 1) + 1

    @property
    def paths(self) -> frozenset[Path]:
        """Everything that has a line."""
        return frozenset(self._found)

    def _read(self) -> None:
        table: Path = ()
        while self._skip(_BLANK) < len(self._text):
            if self._text[self._at] == "[":
                table = self._header()
            else:
                self._pair(table)

    def _header(self) -> Path:
        many = self._text.startswith("[[", self._at)
        line = self._line()
        self._at += 2 if many else 1
        keys = self._keys()
        self._at += 2 if many else 1
        path: Path = ()
        for key in keys[:-1]:
            path = self._latest((*path, key))
            self._found.setdefault(path, line)
        path = (*path, keys[-1])
        self._found.setdefault(path, line)
        if many:
            self._elements[path] = self._elements.get(path, -1) + 1
            path = (*path, self._elements[path])
            self._found[path] = line
        return path

    def _latest(self, path: Path) -> Path:
        """Within an array of tables, a header speaks of the latest of them."""
        return (*path, self._elements[path]) if path in self._elements else path

    def _pair(self, table: Path) -> None:
        line = self._line()
        path = table
        for key in self._keys():
            path = (*path, key)
            self._found.setdefault(path, line)
        self._at += 1  # the equals sign
        self._value(path)

    def _keys(self) -> list[str]:
        keys = []
        while True:
            self._skip(_SPACE)
            if bare := _BARE_KEY.match(self._text, self._at):
                keys.append(bare[0])
                self._at = bare.end()
            else:
                start = self._at
                self._string()
                keys.extend(tomllib.loads(f"{self._text[start : self._at]} = 0"))
            self._skip(_SPACE)
            if self._text[self._at] != ".":
                return keys
            self._at += 1

    def _value(self, path: Path) -> None:
        self._skip(_SPACE)
        first = self._text[self._at]
        if first in "\"'":
            self._string()
        elif first == "[":
            self._array(path)
        elif first == "{":
            self._inline_table(path)
        else:
            self._skip(_SCALAR)

    def _array(self, path: Path) -> None:
        self._at += 1
        index = 0
        while self._text[self._skip(_BLANK)] != "]":
            self._found[(*path, index)] = self._line()
            self._value((*path, index))
            if self._text[self._skip(_BLANK)] == ",":
                self._at += 1
            index += 1
        self._at += 1

    def _inline_table(self, path: Path) -> None:
        self._at += 1
        while self._text[self._skip(_SPACE)] != "}":
            self._pair(path)
            if self._text[self._skip(_SPACE)] == ",":
                self._at += 1
        self._at += 1

    def _string(self) -> None:
        for form in _STRINGS:
            if found := form.match(self._text, self._at):
                self._at = found.end()
                return

    def _skip(self, form: re.Pattern[str]) -> int:
        found = form.match(self._text, self._at)
        if found:
            self._at = found.end()
        return self._at

    def _line(self) -> int:
        return bisect_right(self._breaks, self._at - 1) + 1
