"""A bundle of a small chain, as `trace exhibit` makes it."""

from pathlib import Path

from tests.shell.cli.line import Line
from tests.tracing.small import Small

QUESTION = "Where is what the thief had?"


def made(folder: Path, *words: object) -> Path:
    """A bundle of what one had, 1,000 sat: 600 with a shop, 10 in fees, 390 kept."""
    small = Small()
    first = small.coinbase(("thief", 1_000))
    small.pay([(first, 0)], ("shop", 600), ("thief", 390))
    small.store(folder / "store")
    line = Line(folder / "home")
    asked = ("--from", "thief", "--question", QUESTION, "--title", "The <coins>", *words)
    line.json(
        *("trace", "exhibit", "--store", folder / "store", "--on", "2025-04-01"),
        *(*asked, "--out", folder / "E-1"),
    )
    return folder / "E-1"
