"""What a replay found."""

from dataclasses import dataclass, field
from typing import Any

SHOWN = 50
"""Differences listed one by one; beyond, they are only counted."""


@dataclass
class Replay:
    """Events and entries derived, and where the tables differ. `found` counts all differences."""

    events: int = 0
    entries: int = 0
    found: int = 0
    differences: list[dict[str, str]] = field(default_factory=list)

    def differs(self, where: str, what: str) -> None:
        self.found += 1
        if len(self.differences) < SHOWN:
            self.differences.append({"where": where, "what": what})

    def as_json(self) -> dict[str, Any]:
        return {
            "events": self.events,
            "entries": self.entries,
            "equal": self.found == 0,
            "differences": self.differences,
        }
