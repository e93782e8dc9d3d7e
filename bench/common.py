"""What the benches share: a claim, an installation of their own, and a clock."""

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from qazyna.shell import postgres
from qazyna.shell.home import Home
from qazyna.shell.installation import Books, open_books


@dataclass
class Claim:
    """What is promised, and what was measured: a ratio of 1 or more keeps the promise."""

    promise: str
    measured: str
    data: str
    against: str
    ratio: float
    least: float = 1.0
    details: list[str] = field(default_factory=list)

    @property
    def held(self) -> bool:
        return self.ratio >= self.least

    def text(self, name: str) -> str:
        lines = [
            f"{name}: {self.promise}",
            f"  measured  {self.measured}",
            f"  against   {self.against}",
            f"  data      {self.data}",
            *(f"            {line}" for line in self.details),
            f"  RATIO     {self.ratio:.2f} (promised: {self.least:.2f} or more) "
            f"{'held' if self.held else 'MISSED'}",
        ]
        return "\n".join(lines) + "\n"


def table(claims: Mapping[str, Claim | None]) -> str:
    """One line a claim: its ratio, what was promised of it, and whether that held."""
    lines = [f"{'claim':<16} {'ratio':>8} {'promised':>8}  held    measured"]
    for name, claim in claims.items():
        if claim is None:
            lines.append(f"{name:<16} {'':>8} {'':>8}  failed  what it said stands above")
        else:
            held = "held" if claim.held else "MISSED"
            lines.append(
                f"{name:<16} {claim.ratio:>8.2f} {claim.least:>8.2f}  {held:<6}  {claim.measured}"
            )
    return "\n".join(lines)


def note(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


@contextmanager
def installation(blueprint: str = "template") -> Iterator[Books]:
    """A home of the bench's own, on the embedded server as everybody gets it; gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="qazyna-bench-") as folder:
        home = Home(Path(folder) / "home")
        before = os.environ.get("QAZYNA_HOME")
        os.environ["QAZYNA_HOME"] = str(home.path)
        os.environ.pop("DATABASE_URL", None)
        try:
            with open_books(blueprint) as books:
                yield books
        finally:
            postgres.stop(home)
            if before is None:
                del os.environ["QAZYNA_HOME"]
            else:
                os.environ["QAZYNA_HOME"] = before


def seconds(work: Callable[[], object]) -> float:
    """How long it takes, once."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun
