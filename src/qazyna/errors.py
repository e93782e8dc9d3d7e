"""What can go wrong, and whose turn it is to act.

    Exception
    ├── Refused            a rule says no: nothing was written, the person at the desk must act
    │   └── FileRefused    the same for a whole file: every problem at once, by line and column
    └── InvariantBroken    the program contradicts itself: stop, and call its makers

Anything else (a lost connection, a full disk) is left to rise as what it is.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


class Refused(Exception):
    """A rule says no: a code, a sentence for a person, the facts, the clause it rests on."""

    def __init__(
        self,
        code: str,
        message: str,
        facts: Mapping[str, object] | None = None,
        law: str | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.facts = {key: str(value) for key, value in (facts or {}).items()}
        self.law = law

    def as_json(self) -> dict[str, object]:
        """The shape every face of the program shows a refusal in."""
        return {
            "refused": {
                "code": self.code,
                "message": self.message,
                "facts": self.facts,
                "law": self.law,
            }
        }


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One problem in a file: where it stands, what it is, how to mend it. Lines count from 1."""

    line: int
    column: str
    code: str
    message: str

    def as_json(self) -> dict[str, object]:
        return {
            "line": self.line,
            "column": self.column,
            "code": self.code,
            "message": self.message,
        }


class FileRefused(Refused):
    """A file was read to its end and not accepted: all its problems, in the order of its lines."""

    def __init__(self, file: str, rows: int, findings: Iterable[Finding]) -> None:
        self.file = file
        self.rows = rows
        self.findings = tuple(sorted(findings))
        count = len(self.findings)
        super().__init__(
            "file_refused",
            f"{file}: {count} problem{'s' if count != 1 else ''}; nothing was written.",
            {"file": file, "rows": rows, "findings": count},
        )


class InvariantBroken(Exception):
    """What cannot be true, is. Raised, never asserted: it must hold under `python -O` too."""
