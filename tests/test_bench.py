"""The page of the benches names every claim, and the table at their end tells each one's fate."""

import re
from pathlib import Path

from bench.__main__ import NAMES
from bench.common import Claim, table

PAGE = Path(__file__).parents[1] / "docs" / "bench.md"


def test_the_page_has_a_row_for_every_claim():
    told = re.findall(r"^\| `(\w+)` \|", PAGE.read_text("utf-8"), re.M)
    assert [] == sorted(set(NAMES) - set(told))


def test_the_table_tells_what_held_and_what_did_not():
    def claim(ratio: float, least: float) -> Claim:
        return Claim("", f"{ratio} of it", "", "", ratio, least)

    lines = table({"one": claim(0.5, 0.5), "two": claim(2.49, 2.5), "three": None}).splitlines()
    assert [
        ["claim", "ratio", "promised", "held", "measured"],
        ["one", "0.50", "0.50", "held", "0.5", "of", "it"],
        ["two", "2.49", "2.50", "MISSED", "2.49", "of", "it"],
        ["three", "failed", "what", "it", "said", "stands", "above"],
    ] == [line.split() for line in lines]
